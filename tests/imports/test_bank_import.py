"""The bank's own files: every fault at once, nothing by halves, and history that only grows."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders, imports, ledger_entries, payments, statements
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import InvalidInput, NotPermitted
from core.services.context import ServiceContext
from core.services.importing.bank.load import BankReport, import_accounts
from core.services.importing.bank.tables import SourceFile
from core.services.importing.report import FileUnusable
from core.services.ledger import accounts_out_of_balance
from tests.imports.files import account_row, bank_csv, payment_row, statement_row

AS_OF = date(2026, 11, 22)


def run(context: ServiceContext, accounts_csv: bytes, statements_csv: bytes | None = None,
        payments_csv: bytes | None = None, **options: Any) -> BankReport:
    def source(name: str, content: bytes | None) -> SourceFile | None:
        return None if content is None else SourceFile(name, content)

    return import_accounts(SYSTEM, context, SourceFile("accounts.csv", accounts_csv),
                           statements=source("statements.csv", statements_csv),
                           payments=source("payments.csv", payments_csv), **({"as_of": AS_OF} | options))


def rows(context: ServiceContext, table: sa.Table) -> list[Any]:
    with context.reading() as connection:
        return list(connection.execute(sa.select(table)))


def codes(report: BankReport) -> list[tuple[str, int, str, str]]:
    return sorted((fault.file, fault.row, fault.column, fault.code) for fault in report.tally.faults)


def test_accounts_with_history_arrive_with_ledgers_that_add_up(context: ServiceContext) -> None:
    report = run(context, bank_csv(account_row(1), account_row(2)), bank_csv(statement_row(1)),
                 bank_csv(payment_row(1)))
    assert report.clean
    assert report.loaded is not None
    assert report.loaded.imported == 2
    assert report.balance_minor == 2 * (1_200_000 + 36_050 + 6_120)
    with context.reading() as connection:
        ids = list(connection.execute(sa.select(accounts.c.id)).scalars())
        assert accounts_out_of_balance(connection, ids) == []
    (statement,), (payment,) = rows(context, statements), rows(context, payments)
    assert (statement.closing_balance_minor, payment.applied_principal_minor) == (1_242_170, 20_000)
    person = next(one for one in rows(context, cardholders) if one.source_reference == "C-1")
    assert context.vault.decrypt(person.name_encrypted) == "Zhang 1"
    assert person.phone_index == context.vault.index("13800000001", "phone")


def test_all_faults_of_all_files_are_reported_at_once_and_nothing_is_imported(context: ServiceContext) -> None:
    report = run(
        context,
        bank_csv(account_row(1), account_row(2, principal="1e5", interest="-3"), account_row(3, card_last4="12"),
                 account_row(1), account_row(5, cardholder_reference="C-1"),
                 account_row(6, interest_through_date="2027-01-01", issuer="nobody")),
        bank_csv(statement_row(1, purchases="999"), statement_row(9)),
        bank_csv(payment_row(1, applied_principal="300.01"), payment_row(1)))
    assert codes(report) == [
        ("accounts.csv", 3, "interest", "amount_negative"),
        ("accounts.csv", 3, "principal", "amount_in_exponent_notation"),
        ("accounts.csv", 4, "card_last4", "card_last4_malformed"),
        ("accounts.csv", 5, "account_reference", "duplicate_reference"),
        ("accounts.csv", 6, "cardholder_name", "cardholder_differs"),
        ("accounts.csv", 6, "reserved_phone", "cardholder_differs"),
        ("accounts.csv", 7, "interest_through_date", "date_in_future"),
        ("accounts.csv", 7, "issuer", "issuer_unknown"),
        ("payments.csv", 2, "amount", "applied_exceeds_amount"),
        ("payments.csv", 3, "payment_reference", "duplicate_row"),
        ("statements.csv", 2, "closing_balance", "statement_does_not_sum"),
        ("statements.csv", 3, "account_reference", "account_unknown"),
    ]
    assert report.loaded is None
    assert rows(context, accounts) == []
    assert rows(context, imports) == []


def test_a_cell_that_cannot_be_read_hides_no_other_fault_of_its_row(context: ServiceContext) -> None:
    report = run(
        context,
        bank_csv(account_row(1, card_last4="12", disputed="999999.00", last_statement_date="2026-11-05",
                             last_due_date="2026-11-25", last_statement_balance="1.00", last_minimum_payment="2.00"),
                 account_row(2), account_row(3, cardholder_reference="C-2", statement_day="29")),
        bank_csv(statement_row(1, paid_by_due="-1", minimum_payment="99999.00", purchases="999",
                               due_date="2027-05-01")),
        bank_csv(payment_row(2, channel="Bank Transfer", amount="0"), payment_row(9, channel="Bank Transfer")))
    assert codes(report) == [
        ("accounts.csv", 2, "card_last4", "card_last4_malformed"),
        ("accounts.csv", 2, "disputed", "disputed_exceeds_balance"),
        ("accounts.csv", 2, "last_due_date", "last_statement_differs"),
        ("accounts.csv", 2, "last_minimum_payment", "last_statement_differs"),
        ("accounts.csv", 2, "last_minimum_payment", "minimum_exceeds_balance"),
        ("accounts.csv", 2, "last_statement_balance", "last_statement_differs"),
        ("accounts.csv", 4, "cardholder_name", "cardholder_differs"),
        ("accounts.csv", 4, "reserved_phone", "cardholder_differs"),
        ("accounts.csv", 4, "statement_day", "statement_day_out_of_range"),
        ("payments.csv", 2, "amount", "amount_zero"),
        ("payments.csv", 2, "amount", "applied_exceeds_amount"),
        ("payments.csv", 2, "channel", "code_malformed"),
        ("payments.csv", 3, "account_reference", "account_unknown"),
        ("payments.csv", 3, "channel", "code_malformed"),
        ("statements.csv", 2, "closing_balance", "statement_does_not_sum"),
        ("statements.csv", 2, "due_date", "due_date_out_of_range"),
        ("statements.csv", 2, "minimum_payment", "minimum_exceeds_balance"),
        ("statements.csv", 2, "paid_by_due", "amount_negative"),
    ]


def test_skip_invalid_leaves_out_every_account_with_a_fault_in_any_of_its_rows(context: ServiceContext) -> None:
    report = run(context, bank_csv(account_row(1), account_row(2), account_row(3, principal="x")),
                 bank_csv(statement_row(2, purchases="999")), skip_invalid=True)
    assert report.loaded is not None
    assert [row.source_reference for row in rows(context, accounts)] == ["A-1"]
    assert report.tally.skipped == {"history_at_fault": 1}
    assert report.tally.rejected == {"amount_malformed": 1, "statement_does_not_sum": 1}
    assert not report.clean


def test_a_repeated_reference_is_reported_even_if_its_first_row_cannot_be_read(context: ServiceContext) -> None:
    report = run(context, bank_csv(account_row(1, principal="x"), account_row(1), account_row(2)),
                 bank_csv(statement_row(2, cash="x"), statement_row(2)), skip_invalid=True)
    assert codes(report) == [
        ("accounts.csv", 2, "principal", "amount_malformed"),
        ("accounts.csv", 3, "account_reference", "duplicate_reference"),
        ("statements.csv", 2, "cash", "amount_malformed"),
        ("statements.csv", 3, "statement_date", "duplicate_row")]


@pytest.mark.parametrize("faulty_first", [True, False])
def test_no_row_vanishes_when_accounts_are_left_out(context: ServiceContext, faulty_first: bool) -> None:
    pair = [account_row(1, principal="x"), account_row(1)]
    report = run(context, bank_csv(*(pair if faulty_first else reversed(pair)), account_row(2), account_row(3)),
                 bank_csv(statement_row(3, cash="x")), skip_invalid=True)
    assert report.loaded is not None
    in_accounts = {fault.row for fault in report.tally.faults if fault.file == "accounts.csv"}
    assert len(in_accounts) + report.tally.skipped.total() + report.loaded.imported == 4


def test_rows_without_a_reference_do_not_repeat_each_other(context: ServiceContext) -> None:
    report = run(context, bank_csv(account_row(1, account_reference=""), account_row(2, account_reference="")))
    assert {code for _, _, _, code in codes(report)} == {"value_missing"}


@pytest.mark.parametrize(("changes", "code"), [
    ({"principal": "12,000.00"}, "amount_with_separators"),
    ({"principal": "１２０００"}, "full_width_characters"),
    ({"principal": "¥12000"}, "amount_malformed"),
    ({"principal": "12000.005"}, "amount_too_many_decimals"),
    ({"principal": "99999999999999999999"}, "amount_malformed"),
    ({"principal": "-5"}, "credit_with_charges_owed"),
    ({"principal": ""}, "value_missing"),
    ({"interest_through_date": "2026/11/05"}, "date_not_iso"),
    ({"interest_through_date": "46331"}, "date_not_iso"),
    ({"interest_through_date": "2026-02-30"}, "date_impossible"),
    ({"interest_through_date": "1899-12-31"}, "date_too_early"),
    ({"interest_through_date": "soon"}, "date_malformed"),
    ({"statement_day": "31"}, "statement_day_out_of_range"),
    ({"statement_day": "5.0"}, "not_a_whole_number"),
    ({"reserved_phone": "021-5555"}, "phone_malformed"),
    ({"cardholder_name": "x" * 81}, "text_too_long"),
    ({"cardholder_name": "a\tb"}, "text_not_printable"),
    ({"product": "x" * 41}, "text_too_long"),
    ({"issuer": "Standard Bank"}, "code_malformed"),
    ({"account_reference": "A 1"}, "reference_malformed"),
    ({"issuer": "nobody"}, "issuer_unknown"),
    ({"vulnerable": "yes"}, "flag_malformed"),
    ({"locale": "fr"}, "locale_unknown"),
    ({"disputed": "99999"}, "disputed_exceeds_balance"),
    ({"principal": "0", "interest": "0", "late_fee": "0"}, "overdue_without_debt"),
    ({"last_statement_date": "2026-11-05"}, "last_statement_incomplete"),
    ({"last_statement_date": "2026-11-05", "last_due_date": "2026-11-05", "last_statement_balance": "100",
      "last_minimum_payment": "10"}, "due_date_out_of_range"),
    ({"last_statement_date": "2026-11-05", "last_due_date": "2026-11-25", "last_statement_balance": "100",
      "last_minimum_payment": "100.01"}, "minimum_exceeds_balance"),
])
def test_a_cell_or_row_that_makes_no_sense_has_its_own_code(sqlite_context: ServiceContext, changes: dict[str, str],
                                                            code: str) -> None:
    report = run(sqlite_context, bank_csv(account_row(1, **changes)))
    assert [fault.code for fault in report.tally.faults] == [code]
    assert report.loaded is None


def test_a_name_or_phone_never_appears_in_a_fault(sqlite_context: ServiceContext) -> None:
    report = run(sqlite_context, bank_csv(account_row(1, reserved_phone="secret-1", cardholder_name="secret" * 20)))
    assert {fault.column for fault in report.tally.faults} == {"reserved_phone", "cardholder_name"}
    assert all("secret" not in fault.detail for fault in report.tally.faults)


def test_importing_the_same_files_again_changes_nothing(context: ServiceContext) -> None:
    files = bank_csv(account_row(1)), bank_csv(statement_row(1)), bank_csv(payment_row(1))
    run(context, *files)
    before = [rows(context, table) for table in (accounts, statements, payments, ledger_entries, imports)]
    again = run(context, *files)
    assert again.clean
    assert again.loaded is not None
    assert (again.loaded.unchanged, again.loaded.imported) == (1, 0)
    assert [rows(context, table) for table in (accounts, statements, payments, ledger_entries, imports)] == before


def test_a_newer_file_may_add_a_statement_and_a_payment(context: ServiceContext) -> None:
    run(context, bank_csv(account_row(1)), bank_csv(statement_row(1)), as_of=date(2026, 11, 10))
    report = run(
        context,
        bank_csv(account_row(1, principal="11950.00", interest="310.50", in_transit="80.00")),
        bank_csv(statement_row(1)),
        bank_csv(payment_row(1, value_date="2026-11-12", amount="100.00", applied_principal="50.00",
                             applied_interest="50.00")))
    assert report.loaded is not None
    assert report.loaded.refused == ()
    assert report.loaded.extended == 1
    (account,) = rows(context, accounts)
    assert (account.principal_minor, account.interest_minor, account.in_transit_minor) == (1_195_000, 31_050, 8_000)
    assert account.version == 2
    with context.reading() as connection:
        assert accounts_out_of_balance(connection, [account.id]) == []


def test_a_newer_file_says_anew_who_needs_special_care_and_an_empty_cell_says_nothing(context: ServiceContext) -> None:
    first = account_row(1, vulnerable="", city="Jinan", locale="en")
    run(context, bank_csv(first), as_of=date(2026, 11, 10))
    report = run(context, bank_csv({**first, "vulnerable": "true", "city": ""}), as_of=date(2026, 11, 12))
    assert report.loaded is not None
    assert (report.loaded.extended, report.loaded.unchanged) == (1, 0)
    (person,) = rows(context, cardholders)
    assert (person.vulnerable, person.city, person.locale) == (True, "Jinan", "en")
    again = run(context, bank_csv({**first, "vulnerable": "", "city": "", "locale": ""}), as_of=date(2026, 11, 14))
    assert again.loaded is not None
    assert again.loaded.unchanged == 1
    assert rows(context, cardholders) == [person]
    older = run(context, bank_csv({**first, "vulnerable": "false"}), as_of=date(2026, 11, 11))
    assert older.loaded is not None
    assert [one.field for one in older.loaded.refused] == ["as_of"]
    assert rows(context, cardholders) == [person]


@pytest.mark.parametrize(("changes", "field"), [
    ({"principal": "11000.00"}, "amount_minor"), ({"reserved_phone": "13900000000"}, "reserved_phone"),
    ({"cardholder_name": "Li 1"}, "cardholder_name"), ({"card_last4": "9999"}, "card_last4"),
    ({"cardholder_reference": "C-8"}, "cardholder_reference"), ({"statement_day": "6"}, "statement_day"),
])
def test_a_known_account_is_never_rewritten_by_a_file(context: ServiceContext, changes: dict[str, str],
                                                      field: str) -> None:
    run(context, bank_csv(account_row(1)), as_of=date(2026, 11, 10))
    before = rows(context, accounts), rows(context, ledger_entries), rows(context, cardholders)
    report = run(context, bank_csv(account_row(1, **changes), account_row(2)))
    assert report.loaded is not None
    assert [(one.reference, one.reason, one.field) for one in report.loaded.refused] == [
        ("A-1", "already_imported_with_other_values", field)]
    assert (rows(context, accounts), rows(context, ledger_entries), rows(context, cardholders)) == before


def test_nothing_is_added_before_the_newest_known_statement(context: ServiceContext) -> None:
    run(context, bank_csv(account_row(1)), bank_csv(statement_row(1)), as_of=date(2026, 11, 10))
    report = run(context, bank_csv(account_row(1, principal="11800.00", interest="260.50")),
                 bank_csv(statement_row(1)), bank_csv(payment_row(1)))
    assert report.loaded is not None
    assert [one.reason for one in report.loaded.refused] == ["adds_to_a_closed_statement"]


def test_a_second_card_of_a_known_person_joins_them(context: ServiceContext) -> None:
    run(context, bank_csv(account_row(1)))
    run(context, bank_csv(account_row(2, cardholder_reference="C-1", cardholder_name="Zhang 1",
                                      reserved_phone="13800000001")))
    assert len(rows(context, cardholders)) == 1
    assert len(rows(context, accounts)) == 2


def test_a_card_of_somebody_known_otherwise_is_its_rows_fault_and_no_other_rows(context: ServiceContext) -> None:
    run(context, bank_csv(account_row(1), account_row(5)))
    file = bank_csv(account_row(2), account_row(3, cardholder_reference="C-1"),
                    account_row(4, cardholder_reference="C-5", cardholder_name="Zhang 5"))
    report = run(context, file)
    assert [(one.row, one.column, one.code, one.detail) for one in report.refused] == [
        (3, "cardholder_name", "cardholder_known_otherwise", "A-3"),
        (4, "reserved_phone", "cardholder_known_otherwise", "A-4")]
    assert {row.source_reference for row in rows(context, accounts)} == {"A-1", "A-5"}
    report = run(context, file, skip_invalid=True)
    assert report.loaded is not None
    assert (report.loaded.imported, len(report.refused)) == (1, 2)
    assert {row.source_reference for row in rows(context, accounts)} == {"A-1", "A-2", "A-5"}


def test_the_last_statement_comes_from_the_account_row_where_no_statements_are_given(context: ServiceContext) -> None:
    run(context, bank_csv(account_row(1, last_statement_date="2026-11-05", last_due_date="2026-11-25",
                                      last_statement_balance="12421.70", last_minimum_payment="1500")))
    (statement,) = rows(context, statements)
    assert (statement.closing_balance_minor, statement.minimum_payment_minor) == (1_242_170, 150_000)


def test_both_files_must_agree_on_the_last_statement(sqlite_context: ServiceContext) -> None:
    report = run(sqlite_context, bank_csv(account_row(1, last_statement_date="2026-11-05", last_due_date="2026-11-25",
                                                      last_statement_balance="12421.71", last_minimum_payment="1500")),
                 bank_csv(statement_row(1)))
    assert codes(report) == [("accounts.csv", 2, "last_statement_balance", "last_statement_differs")]


def test_excel_saves_in_gb18030_and_is_told_so(sqlite_context: ServiceContext) -> None:
    content = bank_csv(account_row(1, cardholder_name="李晓梅")).decode().encode("gb18030")
    with pytest.raises(FileUnusable) as refusal:
        run(sqlite_context, content)
    assert refusal.value.code == "encoding_gb18030"
    file = SourceFile("accounts.csv", content, "gb18030")
    assert import_accounts(SYSTEM, sqlite_context, file, as_of=AS_OF).clean
    (person,) = rows(sqlite_context, cardholders)
    assert sqlite_context.vault.decrypt(person.name_encrypted) == "李晓梅"


def test_a_misspelt_column_is_refused_not_ignored(sqlite_context: ServiceContext) -> None:
    with pytest.raises(FileUnusable) as refusal:
        run(sqlite_context, bank_csv(account_row(1, in_transsit="5")))
    assert (refusal.value.code, refusal.value.data["columns"]) == ("columns_unknown", ["in_transsit"])


def _parquet(row: dict[str, Any]) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([row]), buffer)
    return buffer.getvalue()


def test_parquet_means_the_same_as_csv(sqlite_context: ServiceContext) -> None:
    row = account_row(1, principal=Decimal("12000.00"), statement_day=5, vulnerable=True,
                      interest_through_date=date(2026, 11, 5))
    run(sqlite_context, bank_csv(account_row(1, vulnerable="true")))
    report = import_accounts(SYSTEM, sqlite_context, SourceFile("a.parquet", _parquet(row)), as_of=AS_OF)
    assert report.clean
    assert report.loaded is not None
    assert report.loaded.unchanged == 1


def test_floating_point_amounts_are_refused(sqlite_context: ServiceContext) -> None:
    with pytest.raises(FileUnusable) as refusal:
        import_accounts(SYSTEM, sqlite_context, SourceFile("a.parquet", _parquet(account_row(1, principal=1.5))))
    assert refusal.value.code == "columns_are_floats"


@pytest.mark.parametrize(("name", "content", "code"), [
    ("a.xlsx", b"PK\x03\x04", "format_unknown"), ("a.csv", b"PK\x03\x04", "file_is_a_workbook"),
    ("a.parquet", b"not parquet", "parquet_broken"), ("a.csv", b"account_reference\n", "columns_missing"),
])
def test_another_kind_of_file_is_refused_as_a_whole(sqlite_context: ServiceContext, name: str, content: bytes,
                                                    code: str) -> None:
    with pytest.raises(FileUnusable) as refusal:
        import_accounts(SYSTEM, sqlite_context, SourceFile(name, content), as_of=AS_OF)
    assert refusal.value.code == code


def test_a_future_day_is_refused(sqlite_context: ServiceContext) -> None:
    with pytest.raises(InvalidInput) as refusal:
        run(sqlite_context, bank_csv(account_row(1)), as_of=date(2026, 11, 23))
    assert refusal.value.code == "as_of_in_future"


@pytest.mark.parametrize("role", list(Role))
def test_nobody_signed_in_may_import(sqlite_context: ServiceContext, role: Role) -> None:
    with pytest.raises(NotPermitted):
        import_accounts(Actor("somebody", role), sqlite_context, SourceFile("a.csv", bank_csv(account_row(1))))
