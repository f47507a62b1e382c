"""Verification finds what does not hold, names it, and is silent about books that do."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from typer.testing import CliRunner

from core.db.tables.accounts import accounts, ledger_entries, statements
from core.db.tables.books import account_books
from core.domain.errors import NotFound
from core.services.account_ledger import account_ids, account_ledger
from core.services.context import ServiceContext
from core.services.verification import Verification, verify
from portal.commands import ledger
from tests.conftest import TestTime
from tests.services.cards import TODAY, add_card
from tests.services.ledgers import Bank, add_new_card

MARCH, MAY = date(2026, 3, 20), date(2026, 5, 20)


@pytest.fixture
def bank(context: ServiceContext, time_: TestTime) -> Bank:
    """A purchase never paid, and a late payment: two statements, a late fee, a recomputed one."""
    bank = Bank(context, time_, add_new_card(context)).on(MARCH)
    bank.buy(100_000, reference="shoes")
    bank.on(MAY).close()
    bank.pay(5_000, date(2026, 4, 20))
    return bank


def changed(bank: Bank, table: sa.Table, key: str = "account_id", **values: object) -> None:
    with bank.context.writing() as connection:
        connection.execute(table.update().where(table.c[key] == bank.account_id).values(**values))


def test_books_that_hold_are_found_to_hold(bank: Bank) -> None:
    assert bank.verified() == Verification(accounts=1, statements=2, replayed=1)


def test_imported_accounts_hold_before_and_after_their_books_are_opened(
    context: ServiceContext, time_: TestTime
) -> None:
    bank = Bank(context, time_, add_card(context))
    add_card(context, person="p2", card="c2", issuer="unpaid_exclusive")
    assert (bank.verified().faults, bank.verified().replayed) == (0, 0)
    bank.close()
    assert (bank.verified().faults, bank.verified().replayed) == (0, 2)
    bank.on(TODAY + timedelta(days=40)).close()
    found = bank.verified()
    assert (found.accounts, found.replayed, found.faults) == (2, 2, 0)


def test_a_statement_opens_with_what_the_last_one_said_where_books_open_between_two(
    context: ServiceContext, time_: TestTime
) -> None:
    bank = Bank(context, time_, add_card(context, since=[("purchase", 6, 10_000)]))
    changed(bank, accounts, "id", interest_through_date=TODAY - timedelta(days=3))
    bank.close()
    bank.on(TODAY + timedelta(days=40)).close()
    found = bank.verified()
    assert (found.replayed, found.faults, found.first) == (1, 0, None)


@pytest.mark.parametrize(("values", "kind"), [
    ({"interest_minor": 1}, "balance"),
    ({"oldest_unpaid_due_date": date(2026, 4, 26)}, "oldest_unpaid"),
])
def test_a_cached_figure_that_was_altered_is_found(bank: Bank, values: dict[str, object], kind: str) -> None:
    changed(bank, accounts, "id", **values)
    found = bank.verified()
    assert found.faults == 1
    assert found.first is not None
    assert found.first.kind == kind


@pytest.mark.parametrize(("values", "kind"), [
    ({"state": "{}"}, "state"),
    ({"state_on": date(2026, 4, 5)}, "state_on"),
    ({"next_event_date": date(2026, 9, 1)}, "next_event"),
])
def test_a_state_that_was_altered_is_found(bank: Bank, values: dict[str, object], kind: str) -> None:
    changed(bank, account_books, **values)
    found = bank.verified()
    assert found.first is not None
    assert found.first.kind == kind
    assert verify(bank.context).faults == 0  # only a replay can tell


def test_a_statement_that_does_not_follow_the_one_before_is_found(bank: Bank) -> None:
    with bank.context.writing() as connection:
        connection.execute(statements.update().where(statements.c.statement_date == date(2026, 5, 5)).values(
            opening_balance_minor=99_999, adjustments_minor=statements.c.adjustments_minor + 1))
    found = verify(bank.context)
    assert found.first is not None
    assert (found.first.kind, found.first.where) == ("chain", "2026-05-05")
    assert (found.first.found, found.first.expected) == ("99999", "100000")


def test_an_entry_no_fact_explains_is_named(bank: Bank) -> None:
    with bank.context.writing() as connection:
        connection.execute(ledger_entries.insert().values(
            account_id=bank.account_id, posting_date=MAY, value_date=MAY, kind="interest", component="interest",
            amount_minor=7, source="somebody", idempotency_key="odd", subject="interest:odd"))
        connection.execute(accounts.update().values(interest_minor=accounts.c.interest_minor + 7))
    assert verify(bank.context).faults == 0
    first = bank.verified().first
    assert first is not None
    assert (first.kind, first.where, first.found, first.expected) == (
        "entries", "interest:odd interest 2026-05-20", "7", "0")


def test_a_reading_shows_one_moment_whatever_is_committed_meanwhile(bank: Bank, context: ServiceContext) -> None:
    owed = sa.select(accounts.c.principal_minor).where(accounts.c.id == bank.account_id)
    posted = sa.select(sa.func.sum(ledger_entries.c.amount_minor)).where(
        ledger_entries.c.account_id == bank.account_id, ledger_entries.c.component == "principal")
    with context.reading() as connection:
        before = connection.execute(owed).scalar_one()
        bank.buy(12_345)
        assert connection.execute(posted).scalar_one() == before
    with context.reading() as connection:
        assert connection.execute(posted).scalar_one() == connection.execute(owed).scalar_one() == before + 12_345


def test_some_accounts_are_verified_by_themselves_and_findings_add_up(bank: Bank, context: ServiceContext) -> None:
    other = add_new_card(context, "other", "n2")
    changed(bank, accounts, "id", late_fee_minor=5)
    one, two = verify(context, [other], True), verify(context, [bank.account_id], True)
    assert (one.faults, two.faults) == (0, 1)
    assert one.plus(two) == verify(context, sorted([other, bank.account_id]), True)


def test_the_command_names_the_first_difference_and_fails(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "migrated_context", lambda: bank.context)
    good = CliRunner().invoke(ledger.app, ["verify", "--replay"])
    assert (good.exit_code, good.output) == (0, "1 account, 2 statements, 1 replayed\nthe books hold\n")
    changed(bank, accounts, "id", late_fee_minor=5)
    bad = CliRunner().invoke(ledger.app, ["verify", "--account", "new"])
    assert bad.exit_code == 1
    assert "the balance of late_fee is 5 fen, its entries add up to" in bad.output


def test_the_command_shows_what_the_principal_consists_of(bank: Bank, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "migrated_context", lambda: bank.context)
    shown = CliRunner().invoke(ledger.app, ["show", "new"])
    assert shown.exit_code == 0
    assert "principal consists of purchases 950.00" in shown.output
    assert "(recomputed)" in shown.output
    assert account_ledger(bank.context, bank.account_id).entry_count == len(bank.entries())
    with pytest.raises(NotFound):
        account_ids(bank.context, "nobody")


def test_entries_are_shown_in_the_order_of_their_days(bank: Bank) -> None:
    with bank.context.writing() as connection:  # posted last, on an earlier day than the newest
        connection.execute(ledger_entries.insert().values(
            account_id=bank.account_id, posting_date=date(2026, 4, 7), value_date=date(2026, 4, 7), kind="interest",
            component="interest", amount_minor=7, source="somebody", idempotency_key="late", subject="interest:late"))
    shown = account_ledger(bank.context, bank.account_id).entries
    assert [(one.posting_date, one.value_date) for one in shown] == sorted(
        (one.posting_date, one.value_date) for one in shown)
    assert shown[-1].subject != "interest:late"


def test_an_account_whose_books_are_not_open_is_shown_too(
    context: ServiceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_card(context)
    monkeypatch.setattr(ledger, "migrated_context", lambda: context)
    assert "have not been opened" in CliRunner().invoke(ledger.app, ["show", "c1"]).output
