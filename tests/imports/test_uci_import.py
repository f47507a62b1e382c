"""The public data set as a portfolio: balances to the fen, ledgers that add up, repeats that change nothing."""

from __future__ import annotations

import time
from datetime import date
from decimal import Decimal

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db.tables.accounts import accounts, cardholders, imports, ledger_entries, payments, statements
from core.db.tables.records import audit_log
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import InvalidInput, NotPermitted
from core.policy.book import PolicyBook
from core.services.context import ServiceContext
from core.services.importing.uci.file import ClientRow
from core.services.importing.uci.load import UciReport, import_uci_card_clients
from core.services.importing.uci.mapping import Placement, bundle_of, rules_of
from core.services.ledger import accounts_out_of_balance
from tests.imports.files import random_uci_file, uci_file, uci_row

AS_OF = date(2026, 11, 22)


def run(context: ServiceContext, content: bytes, **options: object) -> UciReport:
    return import_uci_card_clients(SYSTEM, context, content, **({"as_of": AS_OF} | options))  # type: ignore[arg-type]


def rows(context: ServiceContext, table: sa.Table) -> list[sa.Row]:
    with context.reading() as connection:
        return list(connection.execute(sa.select(table)))


def test_bills_payments_and_balances_reconcile_to_the_fen(context: ServiceContext) -> None:
    report = run(context, random_uci_file(400, seed=1), fx=Decimal("0.2213"))
    assert report.reconciles
    assert report.loaded.imported == report.portfolio_rows > 50
    with context.reading() as connection:
        ids = list(connection.execute(sa.select(accounts.c.id)).scalars())
        assert accounts_out_of_balance(connection, ids) == []
        closing = connection.execute(sa.select(sa.func.sum(statements.c.closing_balance_minor))).scalar_one()
    assert closing == report.file_totals.bills_minor


def test_every_figure_is_converted_and_rounded_by_itself(context: ServiceContext) -> None:
    run(context, uci_file(uci_row(1, BILL_AMT1=33_333, BILL_AMT2=7)), fx=Decimal("0.2215"))
    by_date = sorted(rows(context, statements), key=lambda row: row.statement_date)
    closing = [row.closing_balance_minor for row in by_date]
    assert closing[-1] == 738_326  # 33333 x 0.2215 = 7383.2595
    assert closing[-2] == 155  # 7 x 0.2215 = 1.5505


def test_importing_the_same_file_again_changes_nothing(context: ServiceContext) -> None:
    content = random_uci_file(60, seed=2)
    first = run(context, content)
    before = [rows(context, table) for table in (accounts, statements, payments, ledger_entries, imports, audit_log)]
    again = run(context, content)
    assert again.loaded.unchanged == first.loaded.imported
    assert again.loaded.import_id is None
    assert again.reconciles
    after = [rows(context, table) for table in (accounts, statements, payments, ledger_entries, imports, audit_log)]
    assert after == before


def test_a_repeat_without_a_day_is_placed_as_before(context: ServiceContext) -> None:
    content = uci_file(uci_row(1))
    run(context, content, as_of=date(2026, 8, 1))
    again = run(context, content, as_of=None)
    assert (again.as_of, again.placed_as_before, again.loaded.unchanged) == (date(2026, 8, 1), True, 1)


def test_a_known_account_with_other_figures_is_refused_and_the_new_ones_are_imported(context: ServiceContext) -> None:
    run(context, uci_file(uci_row(1)))
    report = run(context, uci_file(uci_row(1, BILL_AMT1=34_000), uci_row(2)))
    assert [(one.reference, one.reason) for one in report.loaded.refused] == [
        ("1", "already_imported_with_other_values")]
    assert report.loaded.imported == 1
    assert len(rows(context, accounts)) == 2
    assert report.reconciles


def test_days_past_due_count_from_the_statement_that_many_months_back(context: ServiceContext) -> None:
    run(context, uci_file(*(uci_row(1 + 28 * months, PAY_0=months) for months in range(1, 9))))
    # Statement day 1: the newest statement is that of 1 November, due 20 days later.
    due = {int(row.source_reference) // 28: row.oldest_unpaid_due_date for row in rows(context, accounts)}
    assert due == {1: date(2026, 10, 21), 2: date(2026, 9, 21), 3: date(2026, 8, 21), 4: date(2026, 7, 21),
                   5: date(2026, 6, 22), 6: date(2026, 5, 21), 7: date(2026, 4, 21), 8: date(2026, 3, 23)}


def test_a_late_code_without_a_balance_is_not_past_due(context: ServiceContext) -> None:
    run(context, uci_file(uci_row(1, BILL_AMT1=0), uci_row(2, BILL_AMT1=-300)))
    for row in rows(context, accounts):
        assert row.oldest_unpaid_due_date is None
        assert row.principal_minor + row.interest_minor + row.late_fee_minor <= 0


def test_nothing_of_the_demographics_is_stored(context: ServiceContext) -> None:
    run(context, uci_file(uci_row(1, AGE=77, SEX=1, EDUCATION=3)))
    (person,) = rows(context, cardholders)
    assert context.vault.decrypt(person.name_encrypted) == "Client 00001"
    assert person.phone_encrypted is None
    names = {column.name for table in (accounts, cardholders) for column in table.columns}
    assert not names & {"sex", "education", "marriage", "age"}


@pytest.mark.parametrize("options", [
    {"fx": Decimal(0)}, {"fx": Decimal("-1")}, {"fx": Decimal("NaN")}, {"fx": Decimal(101)},
    {"fx": Decimal("0.12345678")}, {"issuer": "nobody"}, {"as_of": date(2026, 11, 23)},
])
def test_options_out_of_range_are_refused_and_nothing_is_written(sqlite_context: ServiceContext,
                                                                 options: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        run(sqlite_context, uci_file(uci_row(1)), **options)
    assert rows(sqlite_context, imports) == []


@pytest.mark.parametrize("role", list(Role))
def test_nobody_signed_in_may_import(sqlite_context: ServiceContext, role: Role) -> None:
    with pytest.raises(NotPermitted):
        import_uci_card_clients(Actor("somebody", role), sqlite_context, uci_file(uci_row(1)))


def test_thirty_thousand_rows_take_less_than_a_minute(sqlite_context: ServiceContext) -> None:
    content = random_uci_file(30_000, seed=3)
    seen: list[str] = []
    started = time.monotonic()
    report = run(sqlite_context, content, progress=lambda stage, done, total: seen.append(stage))
    assert time.monotonic() - started < 60
    assert report.tally.rows == 30_000
    assert report.loaded.imported + report.tally.skipped.total() + report.tally.rejected.total() == 30_000
    assert report.reconciles
    assert {"map", "compare", "write"} <= set(seen)


_AMOUNTS = st.integers(-500_000, 900_000).map(Decimal)
_PAID = st.integers(0, 500_000).map(Decimal)


@given(bills=st.lists(_AMOUNTS, min_size=6, max_size=6), paid=st.lists(_PAID, min_size=6, max_size=6),
       statuses=st.lists(st.integers(-2, 9), min_size=6, max_size=6), number=st.integers(1, 99_999),
       issuer=st.sampled_from(["standard", "unpaid_exclusive"]))
@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_row_becomes_an_account_whose_ledger_statements_and_charges_hold(
        bills: list[Decimal], paid: list[Decimal], statuses: list[int], number: int, issuer: str) -> None:
    book = PolicyBook.load()
    client = ClientRow(2, str(number), Decimal(50_000), tuple(statuses), tuple(bills), tuple(paid))
    placement = Placement(AS_OF, Decimal("0.22"), issuer)
    bundle = bundle_of(client, placement, rules_of(book, issuer), book.version)  # refuses what does not add up
    assert [one.closing_balance_minor for one in bundle.statements] == [placement.minor(bill) for bill in bills]
    assert sum(one.amount_minor for one in bundle.payments) == sum(placement.minor(amount) for amount in paid)
    assert bundle.balances.total_minor == placement.minor(bills[-1])
    assert min(bundle.balances.interest_minor, bundle.balances.late_fee_minor) >= 0
    for one in bundle.statements:
        assert 0 <= one.minimum_payment_minor <= max(one.closing_balance_minor, 0)
        assert one.interest_minor >= 0
        assert one.late_fee_minor >= 0
    for one in bundle.payments:
        applied = one.applied_principal_minor + one.applied_interest_minor + one.applied_fees_minor
        assert applied + one.unapplied_minor == one.amount_minor
