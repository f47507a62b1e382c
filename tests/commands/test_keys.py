"""A database that another key wrote is refused before anything is written, and no key is made for it in silence."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from core import bootstrap
from core.batch import CloseBatch, close_batch, use_settings
from core.db.tables.accounts import accounts, cardholders, ledger_entries
from core.db.tables.records import audit_log, outbox
from core.db.vault import Vault
from core.domain.errors import InvalidInput
from core.services.context import ServiceContext
from core.settings import Settings
from tests.commands.operator import SECRET, Portal, refused
from tests.conftest import NOON
from tests.services.cards import add_card

OTHER = "another-secret-" + "o" * 40


@pytest.fixture(autouse=True)
def started(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[ServiceContext]]:
    """Every context a test starts, its connections closed at the end."""
    contexts: list[ServiceContext] = []
    start = bootstrap.start

    def remembered(*args: Any, **options: Any) -> ServiceContext:
        contexts.append(start(*args, **options))
        return contexts[-1]

    monkeypatch.setattr(bootstrap, "start", remembered)
    yield contexts
    for context in contexts:
        context.engine.dispose()


@pytest.fixture
def written(database_url: str, tmp_path: Path) -> Iterator[ServiceContext]:
    """A database with one card, written under SECRET."""
    context = bootstrap.start(Settings(DATABASE_URL=database_url, secret_key=SECRET, var_dir=tmp_path / "var"))
    add_card(context)
    yield context
    context.engine.dispose()


def address(context: ServiceContext) -> str:
    return context.engine.url.render_as_string(hide_password=False)


def contents(context: ServiceContext) -> list[int]:
    with context.reading() as connection:
        return [connection.execute(sa.select(sa.func.count()).select_from(table)).scalar_one()
                for table in (cardholders, accounts, ledger_entries, audit_log)]


@pytest.mark.parametrize("other", [{"PORTAL_SECRET_KEY": OTHER},
                                   {"PORTAL_SECRET_KEY": SECRET, "PORTAL_SECRET_KEY_ID": "k2"}])
@pytest.mark.parametrize("command", [
    ("close-day",), ("run", "--port", "8799"), ("db", "upgrade"), ("ledger", "verify"), ("user", "list"),
    ("import", "accounts", "a.csv"), ("demo", "load")])
def test_another_key_is_refused_before_anything_is_written(
        portal: Portal, sqlite_url: str, command: tuple[str, ...], other: dict[str, str]) -> None:
    context = bootstrap.start(Settings(DATABASE_URL=sqlite_url, secret_key=SECRET))
    add_card(context)
    before = contents(context)
    said = refused(portal(*command, url=sqlite_url, PORTAL_DEMO="1", **other), 2)
    assert "written with another key" in said
    assert "Nothing was written" in said
    assert contents(context) == before
    context.engine.dispose()


def test_the_check_reports_another_key_and_the_right_one(portal: Portal, sqlite_url: str) -> None:
    written = bootstrap.start(Settings(DATABASE_URL=sqlite_url, secret_key=SECRET))
    add_card(written)
    written.engine.dispose()
    wrong = portal("db", "check", url=sqlite_url, PORTAL_SECRET_KEY=OTHER)
    assert wrong.status == 1
    assert "the database was written with another key" in wrong.out
    right = portal("db", "check", url=sqlite_url)
    assert (right.status, right.err) == (0, "")
    assert "ok: the key reads what is encrypted" in right.out


@pytest.mark.parametrize("command", [
    ("replay", "7KQ4M2XD"), ("ledger", "show", "A1"), ("ledger", "verify"), ("export", "accounts", "a.csv"),
    ("user", "list"), ("db", "check"), ("close-day",), ("run", "--port", "8799"), ("audit", "verify")])
def test_beside_a_demo_a_command_says_how_to_use_it(
        portal: Portal, sqlite_url: str, tmp_path: Path, command: tuple[str, ...]) -> None:
    var = tmp_path / "var"
    demo = bootstrap.start(Settings(DATABASE_URL=sqlite_url, demo=True, var_dir=var))
    add_card(demo)
    said = refused(portal(*command, url=sqlite_url, PORTAL_SECRET_KEY="", PORTAL_VAR_DIR=str(var)), 2)
    assert said.startswith("portal: PORTAL_DEMO: ")
    assert "PORTAL_DEMO=1 before the command" in said
    assert "python -c" not in said
    demo.engine.dispose()


def test_a_new_key_beside_a_demo_is_refused_with_the_way_back(portal: Portal, sqlite_url: str, tmp_path: Path) -> None:
    var = tmp_path / "var"
    demo = bootstrap.start(Settings(DATABASE_URL=sqlite_url, demo=True, var_dir=var))
    add_card(demo)
    said = refused(portal("user", "list", url=sqlite_url, PORTAL_SECRET_KEY=OTHER, PORTAL_VAR_DIR=str(var)), 2)
    assert "say PORTAL_DEMO=1 and set no key" in said
    demo.engine.dispose()


def test_an_empty_database_takes_any_key(database_url: str) -> None:
    context = bootstrap.start(Settings(DATABASE_URL=database_url, secret_key=OTHER))
    bootstrap.must_read_database(context)
    assert "ok: the key reads what is encrypted" in bootstrap.check_database(context)
    context.engine.dispose()


def test_a_message_without_cardholders_tells_the_key_too(database_url: str) -> None:
    written = bootstrap.start(Settings(DATABASE_URL=database_url, secret_key=SECRET))
    with written.writing() as connection:
        connection.execute(outbox.insert().values(channel="sms", recipient_kind="user", recipient_id="u", template="t",
                                                  parameters_encrypted=written.vault.encrypt("{}"), created_at=NOON,
                                                  about_on=NOON.date()))
    bootstrap.must_read_database(written)
    wrong = bootstrap.start(Settings(DATABASE_URL=address(written), secret_key=OTHER))
    with pytest.raises(InvalidInput) as refusal:
        bootstrap.must_read_database(wrong)
    assert (refusal.value.code, refusal.value.field) == ("key_unknown", "PORTAL_SECRET_KEY")
    wrong.engine.dispose()
    written.engine.dispose()


def test_a_worker_with_another_key_writes_nothing(written: ServiceContext) -> None:
    use_settings(Settings(DATABASE_URL=address(written), secret_key=OTHER))
    with pytest.raises(InvalidInput) as refusal:
        close_batch(CloseBatch(NOON.date(), (), written.policy.version))
    assert refusal.value.code == "key_unknown"


def test_another_secret_under_the_same_name_is_a_typed_refusal() -> None:
    stored = Vault(b"a" * 32).encrypt("secret words")
    for vault in (Vault(b"b" * 32), Vault(b"a" * 32, "k2")):
        with pytest.raises(InvalidInput) as refusal:
            vault.decrypt(stored)
        assert refusal.value.code == "key_unknown"
        assert "secret words" not in str(refusal.value)
    with pytest.raises(InvalidInput):
        Vault(b"a" * 32).decrypt(b"\xff\xfe:nothing")


def test_the_demo_makes_no_new_key_for_a_database_another_one_wrote(written: ServiceContext, tmp_path: Path) -> None:
    elsewhere = Settings(DATABASE_URL=address(written), demo=True, var_dir=tmp_path / "elsewhere")
    with pytest.raises(InvalidInput) as refusal:
        bootstrap.start(elsewhere)
    assert refusal.value.code == "key_unknown"
    assert not (tmp_path / "elsewhere" / "secret.key").exists()


def test_the_demo_makes_its_key_for_an_empty_database_and_keeps_it(sqlite_url: str, tmp_path: Path) -> None:
    settings = Settings(DATABASE_URL=sqlite_url, demo=True, var_dir=tmp_path / "var")
    first = bootstrap.start(settings)
    add_card(first)
    again = bootstrap.start(settings)
    bootstrap.must_read_database(again)
    shutil.rmtree(tmp_path / "var")
    with pytest.raises(InvalidInput):
        bootstrap.start(settings)
    assert not (tmp_path / "var").exists()
    for one in (first, again):
        one.engine.dispose()
