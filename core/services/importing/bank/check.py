"""What single cells cannot show: rows that contradict themselves, each other, or another file."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from core.services.importing.bank.cells import RowReader

Values = Mapping[str, Any]
_LONGEST_TO_DUE = timedelta(days=60)
_LAST_STATEMENT = ("last_statement_date", "last_due_date", "last_statement_balance", "last_minimum_payment")
_BALANCE = ("principal", "interest", "late_fee", "other_fees")
_ADDED = ("opening_balance", "purchases", "cash", "interest", "late_fee", "other_fees", "adjustments")
_APPLIED = ("applied_principal", "applied_interest", "applied_late_fee", "applied_other_fees")
_PERSON = ("cardholder_name", "reserved_phone", "city", "vulnerable", "locale")


@dataclass(slots=True)
class Rows:
    """The rows of one file, with their numbers."""

    reader: RowReader
    rows: list[tuple[int, Values]] = field(default_factory=list)
    """Those every cell of which could be read."""
    every: list[tuple[int, Values]] = field(default_factory=list)
    """These too that have a cell at fault, without its value: their other cells are checked all the same."""
    keys: list[tuple[int, tuple[str, ...]]] = field(default_factory=list)
    """What must be unique in the file, of every row: also of those that could not be read for another fault."""

    def fault(self, row: int, column: str, code: str, detail: str = "") -> None:
        """Note a fault of one of the rows."""
        self.reader.fault(row, column, code, detail)


def _known(values: Values, *names: str) -> bool:
    """Whether the cells a rule needs could all be read."""
    return all(name in values for name in names)


def check_account(rows: Rows, number: int, values: Values) -> None:
    """One account against itself."""
    if _known(values, *_BALANCE):
        charges = values["interest"] + values["late_fee"] + values["other_fees"]
        total = values["principal"] + charges
        if values["principal"] < 0 and charges:
            rows.fault(number, "principal", "credit_with_charges_owed")
        if values.get("oldest_unpaid_due_date") is not None and total <= 0:
            rows.fault(number, "oldest_unpaid_due_date", "overdue_without_debt")
        if (values.get("disputed") or 0) > max(total, 0):
            rows.fault(number, "disputed", "disputed_exceeds_balance")
    if _known(values, *_LAST_STATEMENT):
        _check_last_of_account(rows, number, values)


def _check_last_of_account(rows: Rows, number: int, values: Values) -> None:
    given = [name for name in _LAST_STATEMENT if values[name] is not None]
    if given and len(given) < len(_LAST_STATEMENT):
        missing = next(name for name in _LAST_STATEMENT if values[name] is None)
        rows.fault(number, missing, "last_statement_incomplete")
    elif given:
        check_due(rows, number, values["last_statement_date"], values["last_due_date"], "last_due_date")
        if values["last_minimum_payment"] > max(values["last_statement_balance"], 0):
            rows.fault(number, "last_minimum_payment", "minimum_exceeds_balance")


def check_repeated(rows: Rows, column: str, code: str) -> None:
    """Keys that must be unique; an empty one is a fault of its own."""
    seen: dict[tuple[str, ...], int] = {}
    for number, key in rows.keys:
        first = seen.setdefault(key, number)
        if first != number and all(key):
            rows.fault(number, column, code, f"as in row {first}")


def check_people(rows: Rows) -> None:
    """People must be the same in all their rows."""
    people: dict[str, tuple[int, Values]] = {}
    for number, values in rows.every:
        if not _known(values, "cardholder_reference"):
            continue
        first_number, first = people.setdefault(values["cardholder_reference"], (number, values))
        for name in _PERSON:
            if name in values and name in first and values[name] != first[name]:
                rows.fault(number, name, "cardholder_differs", f"from row {first_number}")


def check_statement(rows: Rows, number: int, values: Values) -> None:
    """One statement against itself: its parts lead to its closing balance."""
    if _known(values, *_ADDED, "payments", "closing_balance"):
        added = sum(values[name] for name in _ADDED) - values["payments"]
        if added != values["closing_balance"]:
            rows.fault(number, "closing_balance", "statement_does_not_sum")
    if (_known(values, "minimum_payment", "closing_balance")
            and values["minimum_payment"] > max(values["closing_balance"], 0)):
        rows.fault(number, "minimum_payment", "minimum_exceeds_balance")
    if _known(values, "statement_date", "due_date"):
        check_due(rows, number, values["statement_date"], values["due_date"], "due_date")


def check_payment(rows: Rows, number: int, values: Values) -> None:
    """One payment against itself: it cannot have paid more than it is."""
    if values.get("amount") == 0:
        rows.fault(number, "amount", "amount_zero")
    if _known(values, "amount", *_APPLIED) and applied_minor(values) > values["amount"]:
        rows.fault(number, "amount", "applied_exceeds_amount")


def applied_minor(values: Values) -> int:
    """What a payment was applied to, in all."""
    return sum(int(values[part]) for part in _APPLIED)


def check_due(rows: Rows, number: int, statement_date: Any, due_date: Any, column: str) -> None:
    """A due date lies after its statement, by at most sixty days."""
    if not statement_date < due_date <= statement_date + _LONGEST_TO_DUE:
        rows.fault(number, column, "due_date_out_of_range")


def check_history(rows: Rows, accounts: set[str], key: str) -> None:
    """Rows of a second file: each of a known account, each once."""
    for number, values in rows.every:
        reference = values.get("account_reference")
        if reference is not None and reference not in accounts:
            rows.fault(number, "account_reference", "account_unknown", reference)
    check_repeated(rows, key, "duplicate_row")


def check_last_statement(accounts: Rows, newest: Mapping[str, Values]) -> None:
    """Where both files speak of the last statement they say the same."""
    pairs: Sequence[tuple[str, str]] = (
        ("last_statement_date", "statement_date"), ("last_due_date", "due_date"),
        ("last_statement_balance", "closing_balance"), ("last_minimum_payment", "minimum_payment"))
    for number, values in accounts.every:
        statement = newest.get(values.get("account_reference", ""))
        if statement is None or values.get("last_statement_date") is None:
            continue
        for name, other in pairs:
            if name in values and other in statement and values[name] != statement[other]:
                accounts.fault(number, name, "last_statement_differs")
