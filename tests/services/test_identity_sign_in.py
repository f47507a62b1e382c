"""Signing in and the throttle, on both databases."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from core.db.tables.identity import throttles, users
from core.db.tables.records import audit_log
from core.domain.actor import SYSTEM, Authority, Role
from core.domain.errors import InvalidInput
from core.services import identity, records
from core.services.context import ServiceContext
from core.services.identity import passwords
from tests.conftest import TestTime

GOOD = "quiet river under stars"
HERE = "203.0.113.7"
WRONG = "wrong wrong wrong"


def make_user(context: ServiceContext, login: str = "li.collector", role: Role = Role.COLLECTOR) -> str:
    authority = Authority.L1 if role in (Role.COLLECTOR, Role.SUPERVISOR) else None
    return identity.create_user(SYSTEM, context, login=login, display_name="Li Na", role=role, password=GOOD,
                                authority=authority, idempotency_key=f"create {login}")


def fails(context: ServiceContext, login: str = "li.collector", password: str = WRONG,
          address: str = HERE) -> bool:
    try:
        identity.authenticate(context, login, password, address)
    except InvalidInput as refusal:
        return refusal.code == "sign_in_failed"
    return False


@pytest.fixture
def checks(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """One entry for every hash verification, true if it was against a real person's hash."""
    made: list[bool] = []
    verify = passwords._hasher.verify
    verify_and_update = passwords._hasher.verify_and_update
    monkeypatch.setattr(passwords._hasher, "verify", lambda *a: (made.append(False), verify(*a))[1])
    monkeypatch.setattr(passwords._hasher, "verify_and_update",
                        lambda *a: (made.append(True), verify_and_update(*a))[1])
    return made


def test_right_password_signs_in_and_login_ignores_case_and_blanks(context: ServiceContext) -> None:
    user_id = make_user(context)
    person = identity.authenticate(context, "  Li.Collector ", GOOD, HERE)
    assert (person.actor.user_id, person.actor.role, person.actor.authority) == (user_id, Role.COLLECTOR, Authority.L1)


def test_password_is_not_stripped(context: ServiceContext) -> None:
    make_user(context)
    assert fails(context, password=f" {GOOD}")
    assert fails(context, password=f"{GOOD} ")


def test_unknown_wrong_disabled_and_paused_cost_one_verification_each_and_answer_alike(
        context: ServiceContext, checks: list[bool]) -> None:
    make_user(context)
    disabled = make_user(context, "gone.collector")
    with context.writing() as connection:
        connection.execute(users.update().where(users.c.id == disabled).values(active=False))
    for login, password in (("nobody.here", GOOD), ("li.collector", "wrong wrong wrong"), ("gone.collector", GOOD),
                            ("not a login !", GOOD), ("li.collector", "x" * 500)):
        checks.clear()
        assert fails(context, login, password)
        assert len(checks) == 1
    for _ in range(3):
        fails(context)
    checks.clear()
    assert fails(context, password=GOOD)  # paused by now: even the right password is refused
    assert checks == [False]


def test_five_failures_pause_an_account_and_the_pause_ends_by_itself(context: ServiceContext, time_: TestTime) -> None:
    make_user(context)
    assert all(fails(context) for _ in range(5))
    assert fails(context, password=GOOD)
    time_.advance(seconds=61)
    assert not fails(context, password=GOOD)


def test_pauses_double_up_to_a_quarter_of_an_hour_and_never_longer(context: ServiceContext, time_: TestTime) -> None:
    make_user(context)
    pauses = []
    for attempt in range(14):
        assert fails(context)
        if attempt >= 4:
            with context.reading() as connection:
                until = connection.execute(sa.select(throttles.c.blocked_until).where(
                    throttles.c.subject.like("account:%"))).scalar_one()
            pauses.append(round((until - time_.instant).total_seconds() / 60))
            time_.instant = until
    assert pauses == [1, 2, 4, 8, 15, 15, 15, 15, 15, 15]
    assert not fails(context, password=GOOD)


def test_knocking_during_a_pause_does_not_prolong_it(context: ServiceContext, time_: TestTime) -> None:
    make_user(context)
    for _ in range(5):
        fails(context)
    for _ in range(30):
        fails(context, address="198.51.100.1")
    time_.advance(seconds=61)
    assert not fails(context, password=GOOD)


def test_twenty_failures_from_one_address_pause_the_address(context: ServiceContext) -> None:
    make_user(context)
    for number in range(20):
        fails(context, login=f"guess.{number}")
    assert fails(context, password=GOOD)
    assert not fails(context, password=GOOD, address="198.51.100.2")


def test_paused_address_does_not_run_anybodys_account_into_a_pause(context: ServiceContext) -> None:
    make_user(context)
    for number in range(20):
        fails(context, login=f"guess.{number}")
    for _ in range(10):
        fails(context)
    assert not fails(context, password=GOOD, address="198.51.100.2")


def test_counts_that_no_longer_matter_are_removed_at_the_next_sign_in(context: ServiceContext,
                                                                     time_: TestTime) -> None:
    make_user(context)
    for number in range(3):
        fails(context, login=f"guess.{number}")
    time_.advance(minutes=31)
    assert not fails(context, password=GOOD)
    with context.reading() as connection:
        left = [row.failures for row in connection.execute(sa.select(throttles))]
    assert left == [0]  # this address, with its charge given back


@pytest.mark.parametrize("login", ["", "\x00", "\ud800", "x" * 100_000, "'; DROP TABLE users; --"])
@pytest.mark.parametrize("password", ["", "\x00" * 12, "x" * 100_000])
def test_anything_may_be_typed_and_is_refused_alike(context: ServiceContext, login: str, password: str) -> None:
    assert fails(context, login=login, password=password)


def test_success_forgets_the_accounts_failures_and_is_not_charged_to_the_address(context: ServiceContext) -> None:
    make_user(context)
    for _ in range(30):
        assert not fails(context, password=GOOD)
    for _ in range(4):
        fails(context)
    assert not fails(context, password=GOOD)
    assert sum(fails(context) for _ in range(4)) == 4
    assert not fails(context, password=GOOD)


def test_twenty_parallel_guesses_get_five_checks_and_no_more(context: ServiceContext, checks: list[bool]) -> None:
    make_user(context)
    with ThreadPoolExecutor(20) as pool:
        assert all(pool.map(lambda n: fails(context, address=f"198.51.100.{n}"), range(20)))
    assert checks.count(True) == 5
    assert len(checks) == 20


def test_quarter_of_an_hour_without_failures_is_a_clean_slate(context: ServiceContext, time_: TestTime) -> None:
    make_user(context)
    for _ in range(4):
        fails(context)
    time_.advance(minutes=16)
    for _ in range(4):
        fails(context)
    assert not fails(context, password=GOOD)


def test_throttle_and_audit_keep_no_login_and_no_address(context: ServiceContext) -> None:
    make_user(context)
    fails(context)
    fails(context, login="secret.person@example.com")
    with context.reading() as connection:
        kept = str([tuple(row) for row in connection.execute(sa.select(throttles))])
        kept += str([tuple(row) for row in connection.execute(sa.select(audit_log))])
        assert records.first_broken_link(connection) is None
    for personal in ("li.collector", "secret.person", HERE, "wrong"):
        assert personal not in kept


def test_cheaper_hash_is_replaced_at_the_next_sign_in(context: ServiceContext) -> None:
    from passlib.hash import argon2

    user_id = make_user(context)
    cheap = argon2.using(type="ID", memory_cost=8192, time_cost=1, parallelism=1).hash(GOOD)
    with context.writing() as connection:
        connection.execute(users.update().where(users.c.id == user_id).values(password_hash=cheap))
    assert not fails(context, password=GOOD)
    with context.reading() as connection:
        stored = connection.execute(sa.select(users.c.password_hash).where(users.c.id == user_id)).scalar_one()
    assert "m=19456,t=2,p=1" in stored
    assert not fails(context, password=GOOD)


@pytest.mark.parametrize(("password", "code"), [
    ("elevenchars", "password_too_short"), ("x" * 129, "password_too_long"), ("aaaaaaaaaaaaaaa", "password_common"),
    ("passwordpassword", "password_common"), ("my login is li.collector", "password_personal"),
    ("here comes LI NA again", "password_personal"), ("qwertyuiop123", "password_common"),
])
def test_weak_passwords_are_refused(password: str, code: str) -> None:
    with pytest.raises(InvalidInput) as refusal:
        passwords.must_be_acceptable(password, "li.collector", "Li Na")
    assert refusal.value.code == code


@pytest.mark.parametrize("password", ["correct horse battery stap!e", " " * 4 + "spaces count" + " " * 4,
                                      "\u9759\u6c34\u6d41\u6df1\u591c\u8272\u6e29\u67d4\u5982\u6c34\u4e00\u822c"])
def test_long_passwords_of_any_kind_are_accepted(password: str) -> None:
    passwords.must_be_acceptable(password, "li.collector", "Li Na")
