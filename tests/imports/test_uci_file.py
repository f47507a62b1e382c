"""Reading the public data set: every row is kept, skipped or rejected for a reason, whatever it looks like."""

from __future__ import annotations

import pytest

from core.services.importing.reading import decode
from core.services.importing.report import FileUnusable, Tally
from core.services.importing.uci.file import ClientRow, client_rows
from tests.imports.files import UCI_COLUMNS, csv_text, uci_file, uci_row


def read(content: bytes) -> tuple[list[ClientRow], Tally]:
    tally = Tally()
    return list(client_rows(decode(content), tally)), tally


def test_only_late_accounts_are_the_portfolio() -> None:
    clients, tally = read(uci_file(*(uci_row(n, PAY_0=status) for n, status in enumerate((-2, -1, 0, 1, 8), 1))))
    assert [client.months_late for client in clients] == [1, 8]
    assert dict(tally.skipped) == {"not_in_arrears": 3}
    assert tally.rows == 5


@pytest.mark.parametrize(("changes", "code", "column"), [
    ({"BILL_AMT3": "many"}, "not_a_number", "BILL_AMT3"),
    ({"BILL_AMT3": ""}, "value_missing", "BILL_AMT3"),
    ({"BILL_AMT3": "nan"}, "not_a_number", "BILL_AMT3"),
    ({"BILL_AMT3": "inf"}, "not_a_number", "BILL_AMT3"),
    ({"BILL_AMT3": "1e+99"}, "amount_too_large", "BILL_AMT3"),
    ({"BILL_AMT3": "１２"}, "not_a_number", "BILL_AMT3"),
    ({"PAY_AMT2": "-5"}, "negative_amount", "PAY_AMT2"),
    ({"LIMIT_BAL": "-1"}, "negative_amount", "LIMIT_BAL"),
    ({"PAY_4": "12"}, "status_code_unknown", "PAY_4"),
    ({"PAY_4": "-3"}, "status_code_unknown", "PAY_4"),
    ({"PAY_4": "late"}, "status_code_unknown", "PAY_4"),
    ({"ID": "x1"}, "id_malformed", "ID"),
])
def test_a_cell_that_cannot_be_read_rejects_its_row_and_names_the_column(changes: dict[str, str], code: str,
                                                                         column: str) -> None:
    clients, tally = read(uci_file(uci_row(1), uci_row(2, **changes)))
    assert [client.reference for client in clients] == ["1"]
    assert [(fault.row, fault.column, fault.code) for fault in tally.faults] == [(3, column, code)]
    assert tally.rejected == {code: 1}


def test_all_faults_of_a_row_are_reported_and_counted_once() -> None:
    _, tally = read(uci_file(uci_row(1, BILL_AMT1="x", BILL_AMT2="y", PAY_0="z")))
    assert len(tally.faults) == 3
    assert tally.rejected_rows == 1


def test_the_second_row_of_an_id_is_rejected_and_names_the_first() -> None:
    clients, tally = read(uci_file(uci_row(7), uci_row(7, BILL_AMT1=1)))
    assert len(clients) == 1
    assert [(fault.code, fault.detail) for fault in tally.faults] == [("duplicate_id", "as in row 2")]


def test_exponents_byte_order_mark_and_windows_line_ends_read_the_same() -> None:
    plain = uci_file(uci_row(1, LIMIT_BAL=100_000, BILL_AMT1=400_000))
    strange = b"\xef\xbb\xbf" + uci_file(uci_row(1, LIMIT_BAL="1e+05", BILL_AMT1="4e+05")).replace(b"\n", b"\r\n")
    (one,), (two,) = read(plain)[0], read(strange)[0]
    assert one == two
    assert read(strange)[1].observed["exponent_notation"] == 1


def test_undocumented_codes_and_credit_balances_are_counted_and_imported() -> None:
    clients, tally = read(uci_file(
        uci_row(1, EDUCATION=0, MARRIAGE=0, PAY_6=-2), uci_row(2, BILL_AMT1=-10, EDUCATION="?"), uci_row(3, SEX="")))
    assert len(clients) == 3
    assert tally.observed == {"undocumented_education_code": 2, "undocumented_marriage_code": 1,
                              "undocumented_sex_code": 1, "undocumented_status_code": 3, "credit_balance": 1,
                              "late_but_nothing_owed": 1}


def test_short_and_long_rows_are_rejected_and_blank_lines_skipped() -> None:
    text = csv_text([uci_row(1)], UCI_COLUMNS) + "\n2,5000\n" + ",".join(["1"] * 30) + "\n"
    clients, tally = read(text.encode())
    assert len(clients) == 1
    assert tally.skipped == {"blank_line": 1}
    assert tally.rejected == {"wrong_number_of_cells": 2}


def test_the_newest_status_may_also_be_called_pay_1() -> None:
    clients, _ = read(uci_file(uci_row(1)).replace(b"PAY_0", b"PAY_1"))
    assert clients[0].months_late == 2


@pytest.mark.parametrize(("content", "code"), [
    (b"PK\x03\x04 a workbook", "file_is_a_workbook"),
    (b"\xd0\xcf\x11\xe0 an old workbook", "file_is_a_workbook"),
    ("ID,x\n".encode("utf-16"), "encoding_utf16"),
    ("姓名,余额\n张三,1\n".encode("gb18030"), "encoding_gb18030"),
    (b"\xff\x00\x81", "file_not_text"),
    (b"\x81", "encoding_unknown"),
    (b"name,balance\nx,1\n", "columns_missing"),
    (csv_text([], UCI_COLUMNS).encode(), "no_rows"),
    (csv_text([], (*UCI_COLUMNS, "PAY_2")).encode(), "column_twice"),
    (uci_file(uci_row(1)) + b'"broken', "csv_broken"),
])
def test_a_file_that_is_something_else_is_refused_as_a_whole(content: bytes, code: str) -> None:
    with pytest.raises(FileUnusable) as refusal:
        read(content)
    assert refusal.value.code == code


def test_missing_columns_are_named_all_at_once() -> None:
    with pytest.raises(FileUnusable) as refusal:
        read(b"ID,LIMIT_BAL\n1,2\n")
    assert set(refusal.value.data["columns"]) == set(UCI_COLUMNS) - {
        "ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", "default.payment.next.month"}
