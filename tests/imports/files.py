"""Files as a bank or a downloader would have them, built row by row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from random import Random
from typing import Any

UCI_COLUMNS = ("ID", "LIMIT_BAL", "SEX", "EDUCATION", "MARRIAGE", "AGE", "PAY_0", "PAY_2", "PAY_3", "PAY_4", "PAY_5",
               "PAY_6", *(f"BILL_AMT{n}" for n in range(1, 7)), *(f"PAY_AMT{n}" for n in range(1, 7)),
               "default.payment.next.month")


def csv_text(rows: Iterable[Mapping[str, Any]], columns: Iterable[str]) -> str:
    """Rows as comma-separated text with a heading."""
    text = io.StringIO()
    writer = csv.DictWriter(text, list(columns), restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue()


def uci_row(number: int, **changes: Any) -> dict[str, Any]:
    """A client two months late with a growing bill; ``changes`` by column."""
    row: dict[str, Any] = {
        "ID": number, "LIMIT_BAL": 50_000, "SEX": 2, "EDUCATION": 2, "MARRIAGE": 1, "AGE": 40, "PAY_0": 2, "PAY_2": 2,
        "PAY_3": 0, "PAY_4": 0, "PAY_5": 0, "PAY_6": 0, "BILL_AMT1": 33_000, "BILL_AMT2": 32_000,
        "BILL_AMT3": 31_000, "BILL_AMT4": 30_000, "BILL_AMT5": 29_000, "BILL_AMT6": 28_000, "PAY_AMT1": 0,
        "PAY_AMT2": 0, "PAY_AMT3": 1_500, "PAY_AMT4": 1_500, "PAY_AMT5": 1_500, "PAY_AMT6": 1_500,
        "default.payment.next.month": 1}
    return row | changes


def uci_file(*rows: Mapping[str, Any]) -> bytes:
    """A small copy of the public file."""
    return csv_text(rows, UCI_COLUMNS).encode()


def random_uci_file(count: int, seed: int) -> bytes:
    """``count`` rows with the shape of the public file: about a quarter late, bills and payments that wander."""
    random = Random(seed)
    rows = []
    for number in range(1, count + 1):
        bill = random.choice((0, random.randint(-2_000, 200_000)))
        changes: dict[str, Any] = {"PAY_0": random.choices((-2, -1, 0, 1, 2, 3, 8), (9, 19, 49, 12, 9, 1, 1))[0],
                                   "EDUCATION": random.randint(0, 6), "MARRIAGE": random.randint(0, 3),
                                   "LIMIT_BAL": random.choice(("1e+05", 20_000, 360_000))}
        for month in range(6, 0, -1):
            paid = random.choice((0, random.randint(0, 9_000)))
            bill += random.randint(-500, 6_000) - paid
            changes |= {f"BILL_AMT{month}": bill, f"PAY_AMT{month}": paid}
            if month > 1:
                changes[f"PAY_{month}"] = random.choice((-2, -1, 0, 0, 0, 1, 2, 4))
        rows.append(uci_row(number, **changes))
    return uci_file(*rows)


def account_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of the bank's accounts file."""
    row = {
        "account_reference": f"A-{number}", "cardholder_reference": f"C-{number}", "cardholder_name": f"Zhang {number}",
        "reserved_phone": f"138{number:08d}", "card_last4": f"{number:04d}", "product": "gold_card",
        "credit_limit": "30000.00", "statement_day": "5", "principal": "12000.00", "interest": "360.50",
        "late_fee": "61.20", "other_fees": "0", "oldest_unpaid_due_date": "2026-09-25",
        "interest_through_date": "2026-11-05"}
    return row | changes


def statement_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of the bank's statements file, the newest of account ``number``."""
    row = {
        "account_reference": f"A-{number}", "statement_date": "2026-11-05", "due_date": "2026-11-25",
        "opening_balance": "12200.00", "purchases": "300.00", "cash": "0", "interest": "181.70", "late_fee": "40.00",
        "other_fees": "0", "payments": "300.00", "adjustments": "0", "closing_balance": "12421.70",
        "minimum_payment": "1500.00", "paid_by_due": "0"}
    return row | changes


def payment_row(number: int = 1, **changes: Any) -> dict[str, Any]:
    """A row of the bank's payments file."""
    row = {
        "account_reference": f"A-{number}", "payment_reference": f"T-{number}", "value_date": "2026-10-20",
        "amount": "300.00", "channel": "transfer", "applied_principal": "200.00", "applied_interest": "100.00",
        "applied_late_fee": "0", "applied_other_fees": "0"}
    return row | changes


def bank_csv(*rows: Mapping[str, Any]) -> bytes:
    """Rows of one of the bank's files; the columns are those of all rows."""
    columns = list(dict.fromkeys(name for row in rows for name in row))
    return csv_text(rows, columns).encode()
