"""Accounts whose outcome is known: what a scorecard is fitted to and judged by.

Two files are read: the public "Default of Credit Card Clients" (UCI, doi 10.24432/C55S3H), and the lender's own
in the columns of ``COLUMNS``, as ``portal risk outcomes`` writes them. Sex, age and the like are read by
``groups`` alone, for the table that compares errors by group; an ``Outcome`` has no room for them.
"""

from __future__ import annotations

import csv
import hashlib
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.domain.errors import InvalidInput
from core.domain.money import format_yuan, parse_yuan
from core.domain.risk.record import CYCLES, Cycle, RepaymentRecord
from core.services.importing.reading import TextRow, csv_rows, decode
from core.services.importing.report import FileUnusable, RowFault, Tally, shortened
from core.services.importing.uci.file import MONTHS, ClientRow, client_rows

SPLIT_SEED = 20_051_001
"""The day the public file's outcomes are of."""
_HELD_OUT_OF_TEN = 3
_PUBLIC_OUTCOME = "default.payment.next.month"
_PUBLIC_GROUPS = {"SEX": {"1": "men", "2": "women"},
                  "EDUCATION": {"1": "graduate school", "2": "university", "3": "high school"},
                  "MARRIAGE": {"1": "married", "2": "single"}}
_OTHER = "other or unknown"
_AGES = ((30, "under 30"), (40, "30 to 39"), (50, "40 to 49"), (60, "50 to 59"), (200, "60 and over"))
GROUP_PREFIX = "group_"
"""Columns of the lender's own file that are compared, never fitted."""

_CYCLES = tuple(range(1, CYCLES + 1))
COLUMNS = ("reference", "credit_limit", "bill", "months_late",
           *(f"{name}_{number}" for number in _CYCLES for name in ("owed", "paid", "late")), "defaulted")
"""Amounts as plain decimals; cycle 1 is the oldest, its cells are empty where the account is younger."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """One account a month before, and whether it was in default then."""

    reference: str
    record: RepaymentRecord
    defaulted: bool

    @property
    def held_out(self) -> bool:
        """Whether it is kept for judging: three in ten by a hash of the reference, whatever the order of rows."""
        digest = hashlib.sha256(f"{SPLIT_SEED}:{self.reference}".encode()).digest()
        return int.from_bytes(digest[:4]) % 10 < _HELD_OUT_OF_TEN


def read_outcomes(content: bytes) -> list[Outcome]:
    """The accounts of a file. Raises ``FileUnusable`` for another file, and at the first row that cannot be read."""
    text = decode(content)
    rows = _public if _PUBLIC_OUTCOME in text.partition("\n")[0] else _own
    return list(rows(text))


def groups(content: bytes) -> Mapping[str, Mapping[str, str]]:
    """What accounts are compared by, for each reference: never part of an ``Outcome``."""
    text = decode(content)
    if _PUBLIC_OUTCOME not in text.partition("\n")[0]:
        return {row.cells["reference"]: {name.removeprefix(GROUP_PREFIX): value for name, value in row.cells.items()
                                         if name.startswith(GROUP_PREFIX)} for row in csv_rows(text, COLUMNS)}
    return {str(int(row.cells["ID"])): _public_groups(row) for row in csv_rows(text, ("ID", "AGE", *_PUBLIC_GROUPS))}


def written(outcomes: Sequence[Outcome]) -> str:
    """Accounts as the lender's own file has them."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    for one in outcomes:
        record = one.record
        missing = CYCLES - len(record.cycles)
        cells = ["", "", ""] * missing + [cell for cycle in record.cycles for cell in (
            format_yuan(cycle.owed_minor), format_yuan(cycle.paid_minor), int(cycle.late))]
        writer.writerow([one.reference, format_yuan(record.credit_limit_minor), format_yuan(record.bill_minor),
                         record.months_late, *cells, int(one.defaulted)])
    return text.getvalue()


def _public(text: str) -> Iterator[Outcome]:
    tally = Tally()
    clients = {one.number: one for one in client_rows(text, tally, only_late=False)}
    if tally.faults:
        raise _unreadable(tally.faults[0])
    for row in csv_rows(text, (_PUBLIC_OUTCOME,)):
        if row.number in clients:
            client = clients[row.number]
            yield Outcome(client.reference, _record(client), _flag(row, _PUBLIC_OUTCOME))


def _record(client: ClientRow) -> RepaymentRecord:
    bills, paid = ([int(amount * 100) for amount in amounts] for amounts in (client.bills, client.paid))
    cycles = tuple(Cycle(bills[month - 1], paid[month], client.statuses[month] >= 1) for month in range(1, MONTHS))
    return RepaymentRecord(int(client.limit * 100), bills[-1], client.months_late, cycles)


def _own(text: str) -> Iterator[Outcome]:
    seen: set[str] = set()
    for row in csv_rows(text, COLUMNS):
        reference = row.cells.get("reference", "")
        if not row.complete or not reference or reference in seen:
            raise _unreadable(RowFault(row.number, "reference", "duplicate_id" if reference in seen else
                                       "wrong_number_of_cells" if reference else "value_missing"))
        seen.add(reference)
        cycles = tuple(cycle for number in _CYCLES if (cycle := _cycle(row, number)) is not None)
        yield Outcome(reference, RepaymentRecord(_amount(row, "credit_limit"), _amount(row, "bill"),
                                                 _months(row), cycles), _flag(row, "defaulted"))


def _cycle(row: TextRow, number: int) -> Cycle | None:
    """One cycle of a row; None where all its cells are empty."""
    owed, paid, late = (f"{name}_{number}" for name in ("owed", "paid", "late"))
    if not any(row.cells[column] for column in (owed, paid, late)):
        return None
    return Cycle(_amount(row, owed), _amount(row, paid), _flag(row, late))


def _amount(row: TextRow, column: str) -> int:
    try:
        return parse_yuan(row.cells[column], column, signed=column == "bill" or column.startswith("owed"))
    except InvalidInput as fault:
        raise _unreadable(RowFault(row.number, column, fault.code, shortened(row.cells[column]))) from fault


def _months(row: TextRow) -> int:
    text = row.cells["months_late"]
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        raise _unreadable(RowFault(row.number, "months_late", "not_a_number", shortened(text)))
    return int(text)


def _flag(row: TextRow, column: str) -> bool:
    text = row.cells[column]
    if text not in ("0", "1"):
        raise _unreadable(RowFault(row.number, column, "not_a_number" if text else "value_missing", shortened(text)))
    return text == "1"


def _public_groups(row: TextRow) -> Mapping[str, str]:
    named = {column.lower(): names.get(row.cells[column], _OTHER) for column, names in _PUBLIC_GROUPS.items()}
    age = row.cells["AGE"]
    return named | {"age": next(name for below, name in _AGES if int(age) < below) if age.isdigit() else _OTHER}


def _unreadable(fault: RowFault) -> FileUnusable:
    where = f"row {fault.row}, {fault.column}: {fault.code}" + (f" ({fault.detail})" if fault.detail else "")
    return FileUnusable("risk_row_unreadable", where, field="file")
