"""A changed policy over the whole portfolio: what it would do is what the close of day then does."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts, statements
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import InvalidInput, NotPermitted
from core.policy.book import PolicyBook
from core.policy.files import PolicyInvalid
from core.policy.overlay import overlaid
from core.services.close_day.day import close_day
from core.services.context import ServiceContext
from core.services.simulation import Comparison, simulate
from tests.browser.installation import PORTAL
from tests.services.cases import agreement, asked
from tests.services.portfolios import OPENED, digest, environment, fill, wired

ACCOUNTS = 112
HALF_ASKED = """section: A
title: Less asked for
parameters:
  min_payment.principal_ratio:
    title: Share of purchases in the minimum payment
    chinese: A share
    unit: ratio
    allowed: {min: "0.05", max: "0.10"}
    values:
      2026-09-01:
        value: "0.05"
        source: {title: Draft, reference: minutes, status: design, confidence: M}
"""
LATER_BANDS = """section: B
title: Later bands
parameters:
  bucket.first_days:
    title: First days
    chinese: Days
    unit: days
    shape: table
    allowed: {min: 1, max: 999}
    values:
      2026-09-01:
        value: {M1: 11, M2: 41, M3: 71, M4: 101, M5: 131, M6: 161, M7+: 191}
        source: {title: Draft, reference: minutes, status: design, confidence: M}
"""


def changed(text: str) -> PolicyBook:
    return overlaid("changed.yaml", text.encode())


def compared(context: ServiceContext, text: str) -> Comparison:
    return simulate(SYSTEM, context, changed(text), OPENED)


@pytest.fixture
def portfolio(database_url: str) -> Iterator[ServiceContext]:
    context = wired(database_url, OPENED)
    fill(context, ACCOUNTS, variants=ACCOUNTS)
    yield context
    context.engine.dispose()


@pytest.fixture
def on_sqlite(sqlite_url: str) -> Iterator[ServiceContext]:
    context = wired(sqlite_url, OPENED)
    fill(context, ACCOUNTS, variants=ACCOUNTS)
    yield context
    context.engine.dispose()


def test_next_statements_are_those_the_close_of_day_then_issues(portfolio: ServiceContext) -> None:
    found = compared(portfolio, HALF_ASKED)
    later = wired(portfolio.engine.url.render_as_string(hide_password=False))
    close_day(SYSTEM, later, OPENED + timedelta(days=31))
    first = sa.select(statements.c.account_id, sa.func.min(statements.c.statement_date).label("day")).where(
        statements.c.statement_date > OPENED).group_by(statements.c.account_id).subquery()
    with later.reading() as connection:
        minimum, interest, fees = connection.execute(sa.select(
            *(sa.cast(sa.func.sum(column), sa.BigInteger) for column in (
                statements.c.minimum_payment_minor, statements.c.interest_minor, statements.c.late_fee_minor)))
            .join(first, sa.and_(first.c.account_id == statements.c.account_id,
                                 first.c.day == statements.c.statement_date))).one()
    later.engine.dispose()
    assert (found.before["next.minimum_minor"], found.before["next.interest_minor"],
            found.before["next.late_fees_minor"]) == (minimum, interest, fees)
    assert minimum > 0


def test_a_smaller_share_asks_for_less_and_leads_elsewhere(portfolio: ServiceContext) -> None:
    found = compared(portfolio, HALF_ASKED)
    assert found.before["accounts"] == found.after["accounts"] == ACCOUNTS
    assert found.after["next.minimum_minor"] < found.before["next.minimum_minor"]
    assert found.after["next.interest_minor"] == found.before["next.interest_minor"]
    assert found.after["ahead.late_fees_minor"] < found.before["ahead.late_fees_minor"]
    assert found.changed["minimum"] > 0
    assert found.changed["bucket"] == 0


def test_later_bands_move_accounts_and_nobody_is_lost(portfolio: ServiceContext) -> None:
    found = compared(portfolio, LATER_BANDS)
    for side in (found.before, found.after):
        assert sum(number for name, number in side.items() if name.startswith("bucket.")) == ACCOUNTS
    assert found.changed["bucket"] > 0
    assert found.after["next.minimum_minor"] == found.before["next.minimum_minor"]


def test_a_file_that_changes_nothing_changes_nothing(portfolio: ServiceContext) -> None:
    found = compared(portfolio, HALF_ASKED.replace('"0.05"\n        source', '"0.10"\n        source'))
    assert found.before == found.after
    assert not any(found.changed.values())


def test_a_simulation_writes_nothing(portfolio: ServiceContext) -> None:
    before = digest(portfolio)
    compared(portfolio, HALF_ASKED)
    assert digest(portfolio) == before


def test_accounts_without_books_are_counted_and_have_no_next_statement(on_sqlite: ServiceContext) -> None:
    from core.db.tables.books import account_books

    with on_sqlite.writing() as connection:
        some = sa.select(accounts.c.id).order_by(accounts.c.id).limit(5).scalar_subquery()
        connection.execute(account_books.delete().where(account_books.c.account_id.in_(some)))
    found = compared(on_sqlite, HALF_ASKED)
    assert found.before["without_books"] == found.after["without_books"] == 5
    assert found.before["accounts"] == ACCOUNTS


def test_a_day_that_is_over_is_refused(on_sqlite: ServiceContext) -> None:
    with pytest.raises(InvalidInput) as refused:
        simulate(SYSTEM, on_sqlite, changed(HALF_ASKED), OPENED - timedelta(days=1))
    assert refused.value.code == "day_over"


def test_nobody_but_the_system_simulates(on_sqlite: ServiceContext) -> None:
    with pytest.raises(NotPermitted):
        simulate(Actor("u1", Role.ADMIN), on_sqlite, changed(HALF_ASKED), OPENED)


@pytest.mark.parametrize(("old", "new", "line", "problem"), [
    ("        source: {title: Draft, reference: minutes, status: design, confidence: M}\n", "", 10,
     "source is missing"),
    ("    unit: ratio\n", "", 5, "unit"), ("      2026-09-01:", "      soon:", 10, "date"),
    ("min_payment.principal_ratio", "min_payment.of_nobody", 5, "no file in force declares this parameter"),
    ('"0.05"\n', '"0.50"\n', 11, "0.50")])
def test_what_no_policy_file_may_say_is_refused_with_its_line(old: str, new: str, line: int, problem: str) -> None:
    with pytest.raises(PolicyInvalid) as refused:
        changed(HALF_ASKED.replace(old, new, 1))
    fault = refused.value.faults[0]
    assert fault.file == "changed.yaml"
    assert abs(fault.line - line) <= 1, str(fault)
    assert problem in fault.problem


def test_an_issuer_profile_is_laid_over_the_one_in_force() -> None:
    text = ("issuer: standard\ntitle: Standard\noverrides:\n  min_payment.principal_ratio:\n    2026-09-01:\n"
            "      value: \"0.05\"\n      source: {title: Draft, reference: minutes, status: design, confidence: M}\n")
    book = changed(text)
    day = date(2026, 9, 2)
    assert str(book.on(day).decimal("min_payment.principal_ratio")) == "0.05"
    assert str(PolicyBook.load().on(day).decimal("min_payment.principal_ratio")) == "0.10"
    assert book.on(day - timedelta(days=2)).decimal("min_payment.principal_ratio") == PolicyBook.load().on(
        day - timedelta(days=2)).decimal("min_payment.principal_ratio")
    assert book.version != PolicyBook.load().version


def run_simulate(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([str(PORTAL), "simulate", *options], env=environment(url), capture_output=True, text=True,
                          timeout=120, check=False)


@pytest.mark.postgres
def test_in_processes_it_comes_to_the_same_table(postgres_url: str, tmp_path: Path) -> None:
    context = wired(postgres_url)
    fill(context, 1_200, variants=60)
    context.engine.dispose()
    file = tmp_path / "changed.yaml"
    file.write_text(HALF_ASKED, "utf-8")
    one, two = (run_simulate(postgres_url, "--policy", str(file), "--workers", count) for count in ("1", "2"))
    assert one.returncode == two.returncode == 0, two.stderr
    assert sorted(one.stdout.splitlines()) == sorted(two.stdout.splitlines())
    assert "minimum payments" in one.stdout


def test_a_file_at_fault_is_named_with_its_line_on_the_command_line(sqlite_url: str, tmp_path: Path) -> None:
    file = tmp_path / "changed.yaml"
    file.write_text(HALF_ASKED.replace("    unit: ratio\n", ""), "utf-8")
    refused = run_simulate(sqlite_url, "--policy", str(file))
    assert refused.returncode == 2
    assert f"{file}:" in refused.stderr
    assert "Traceback" not in refused.stderr


SHORTER = """section: C
title: Shorter agreements, less of what is left
parameters:
  p70.max_months:
    title: Longest agreement
    chinese: Months
    unit: months
    allowed: {min: 1, max: 60}
    values:
      2026-09-01:
        value: 12
        source: {title: Draft, reference: minutes, status: design, confidence: M}
  afford.share_of_disposable:
    title: Share of disposable income
    chinese: Share
    unit: ratio
    allowed: {min: "0.10", max: "0.80"}
    values:
      2026-09-01:
        value: "0.10"
        source: {title: Draft, reference: minutes, status: design, confidence: M}
"""


def test_open_requests_and_assessments_are_judged_by_both_policies(context: ServiceContext) -> None:
    asked(context, agreement, months=24)
    found = simulate(SYSTEM, context, changed(SHORTER), context.clock.today())
    assert (found.before["requests.pass"], found.before["requests.fail"]) == (1, 0)
    assert (found.after["requests.pass"], found.after["requests.fail"]) == (0, 1)
    assert found.changed["requests"] == 1
    assert found.after["assessments.affordable_minor"] < found.before["assessments.affordable_minor"]
    assert sum(number for name, number in found.after.items() if name.startswith("assessments.")
               and not name.endswith("_minor")) == 1
