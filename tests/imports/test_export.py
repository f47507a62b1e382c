"""Exports: masked unless a reason is given, nothing a spreadsheet would run, the same figures as the screens."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from core.db.tables.records import audit_log
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.errors import InvalidInput, NotPermitted
from core.services.context import ServiceContext
from core.services.export_files import write_accounts
from core.services.exporting import COLUMNS, Unmasking, export_accounts, harmless
from core.services.importing.bank.load import import_accounts
from core.services.importing.bank.tables import SourceFile
from tests.imports.files import account_row, bank_csv

AS_OF = date(2026, 11, 22)


def imported(context: ServiceContext, *rows: dict[str, Any]) -> None:
    report = import_accounts(SYSTEM, context, SourceFile("a.csv", bank_csv(*rows)), as_of=AS_OF)
    assert report.clean


def read(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_names_and_phones_are_masked_by_default(context: ServiceContext, tmp_path: Path) -> None:
    imported(context, account_row(1))
    assert write_accounts(tmp_path / "out.csv", COLUMNS, export_accounts(SYSTEM, context, AS_OF)) == 1
    (row,) = read(tmp_path / "out.csv")
    assert (row["cardholder_name"], row["reserved_phone"]) == ("Z**", "138****0001")
    assert row["principal"] == "12000.00"
    assert (row["days_past_due"], row["bucket"]) == ("58", "M2")
    parts = sum(Decimal(row[name]) for name in ("principal", "interest", "accrued_interest", "late_fee", "other_fees"))
    assert parts == Decimal(row["total"])


def test_unmasking_needs_a_reason_and_leaves_it_in_the_audit_log(context: ServiceContext, tmp_path: Path) -> None:
    imported(context, account_row(1))
    with pytest.raises(InvalidInput):
        Unmasking("no")
    rows = export_accounts(SYSTEM, context, AS_OF, unmasking=Unmasking("court order 2026-17"))
    write_accounts(tmp_path / "out.csv", COLUMNS, rows)
    assert read(tmp_path / "out.csv")[0]["reserved_phone"] == "13800000001"
    with context.reading() as connection:
        data = connection.execute(sa.select(audit_log.c.data).where(
            audit_log.c.event == "accounts_exported")).scalar_one()
    assert (data["masked"], data["reason"], data["accounts"]) == (False, "court order 2026-17", 1)


@pytest.mark.parametrize("name", ["=1+1", "+8", "-2", "@SUM(A1)", "\uff1d1+1", "\uff20SUM(A1)"])
def test_a_text_that_looks_like_a_formula_is_defused(sqlite_context: ServiceContext, tmp_path: Path,
                                                     name: str) -> None:
    imported(sqlite_context, account_row(1, product=name, principal="-5.00", interest="0", late_fee="0",
                                         oldest_unpaid_due_date=""))
    write_accounts(tmp_path / "out.csv", COLUMNS, export_accounts(SYSTEM, sqlite_context, AS_OF))
    (row,) = read(tmp_path / "out.csv")
    assert row["product"] == f"'{name}"
    assert row["principal"] == "-5.00"  # a sign, not a formula
    assert harmless("plain") == "plain"


def test_every_account_is_exported_once_whatever_the_page_size(sqlite_context: ServiceContext, tmp_path: Path,
                                                               monkeypatch: pytest.MonkeyPatch) -> None:
    imported(sqlite_context, *(account_row(number) for number in range(1, 24)))
    monkeypatch.setattr("core.services.exporting._PAGE", 5)
    done: list[int] = []
    rows = export_accounts(SYSTEM, sqlite_context, AS_OF, progress=lambda _stage, count, _total: done.append(count))
    write_accounts(tmp_path / "out.csv", COLUMNS, rows)
    assert sorted(row["account_reference"] for row in read(tmp_path / "out.csv")) == sorted(
        f"A-{number}" for number in range(1, 24))
    assert done == [5, 10, 15, 20, 23]


def test_parquet_keeps_types(sqlite_context: ServiceContext, tmp_path: Path) -> None:
    imported(sqlite_context, account_row(1), account_row(2, reserved_phone=""))
    write_accounts(tmp_path / "out.parquet", COLUMNS, export_accounts(SYSTEM, sqlite_context, AS_OF))
    rows = pq.read_table(tmp_path / "out.parquet").to_pylist()
    assert {row["principal"] for row in rows} == {Decimal("12000.00")}
    assert {row["oldest_unpaid_due_date"] for row in rows} == {date(2026, 9, 25)}
    assert {row["reserved_phone"] for row in rows} == {"138****0001", None}


@pytest.mark.parametrize("name", ["out.xlsx", "missing/out.csv"])
def test_a_file_that_cannot_be_written_is_refused_and_leaves_nothing(sqlite_context: ServiceContext, tmp_path: Path,
                                                                     name: str) -> None:
    (folder := tmp_path / "out").mkdir()
    with pytest.raises(InvalidInput):
        write_accounts(folder / name, COLUMNS, export_accounts(SYSTEM, sqlite_context, AS_OF))
    assert list(folder.iterdir()) == []


def test_a_write_that_fails_leaves_no_half_file(tmp_path: Path) -> None:
    def rows() -> Any:
        yield dict.fromkeys(COLUMNS, "1")
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError):
        write_accounts(tmp_path / "out.csv", COLUMNS, rows())
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("role", list(Role))
def test_nobody_signed_in_may_export_accounts(sqlite_context: ServiceContext, role: Role) -> None:
    with pytest.raises(NotPermitted):
        export_accounts(Actor("somebody", role), sqlite_context, AS_OF)
