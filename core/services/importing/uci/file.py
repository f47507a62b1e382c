"""The public file "Default of Credit Card Clients" (I-Cheng Yeh, UCI, doi 10.24432/C55S3H), row by row.

30,000 card accounts of a Taiwanese bank, April to September 2005, amounts in NT dollars. Copies differ:
``PAY_0`` is also spelled ``PAY_1``, round amounts may read ``1e+05``. Sex, education, marriage and age
are checked for oddities and then forgotten: what decides about a debt must not know them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from core.services.importing.reading import TextRow, csv_rows
from core.services.importing.report import RowFault, Tally, shortened

MONTHS = 6
"""April to September 2005; here always oldest first."""
STATUS_COLUMNS = ("PAY_6", "PAY_5", "PAY_4", "PAY_3", "PAY_2", "PAY_0")
BILL_COLUMNS = tuple(f"BILL_AMT{n}" for n in range(MONTHS, 0, -1))
PAID_COLUMNS = tuple(f"PAY_AMT{n}" for n in range(MONTHS, 0, -1))
REQUIRED = ("ID", "LIMIT_BAL", *STATUS_COLUMNS, *BILL_COLUMNS, *PAID_COLUMNS)
_DOCUMENTED = {"SEX": ("1", "2"), "EDUCATION": ("1", "2", "3", "4"), "MARRIAGE": ("1", "2", "3")}
_LARGEST_TWD = 10**11

# R writes 100000 as 1e+05; the mantissa is exact, so the number is.
_NUMBER = re.compile(r"-?[0-9]{1,12}(\.[0-9]{1,2})?([eE]\+?[0-9]{1,2})?", re.ASCII)
_STATUS = re.compile(r"-?[0-9](\.0)?", re.ASCII)
_ID = re.compile(r"[0-9]{1,9}", re.ASCII)


@dataclass(frozen=True, slots=True)
class ClientRow:
    """One readable row: NT dollars as exact decimals, months oldest first."""

    number: int
    reference: str
    limit: Decimal
    statuses: tuple[int, ...]
    """Months late as the file says, -2 to 9; the last is September's ``PAY_0``."""
    bills: tuple[Decimal, ...]
    paid: tuple[Decimal, ...]

    @property
    def months_late(self) -> int:
        """How many months late in September; 0 when not late."""
        return max(self.statuses[-1], 0)


def client_rows(text: str, tally: Tally, *, only_late: bool = True) -> Iterator[ClientRow]:
    """The rows in arrears, or all. Counts in ``tally`` what is skipped, rejected, and odd but imported."""
    seen: dict[str, ClientRow] = {}
    for row in csv_rows(text, REQUIRED, {"PAY_1": "PAY_0"}):
        if not any(row.cells.values()):
            tally.skipped["blank_line"] += 1
            tally.rows += 1
            continue
        tally.rows += 1
        client = _client(row, tally)
        if client is None:
            continue
        earlier = seen.get(client.reference)
        if earlier is not None:
            tally.faults.append(RowFault(row.number, "ID", "duplicate_id", f"as in row {earlier.number}"))
            continue
        seen[client.reference] = client
        if only_late and client.months_late < 1:
            tally.skipped["not_in_arrears"] += 1
            continue
        _observe(row, client, tally)
        yield client


def _client(row: TextRow, tally: Tally) -> ClientRow | None:
    """The row read, or None after noting every fault of it."""
    faults: list[RowFault] = []
    if not row.complete:
        faults.append(RowFault(row.number, "", "wrong_number_of_cells"))
    cells = row.cells
    if not _ID.fullmatch(cells.get("ID", "")):
        faults.append(RowFault(row.number, "ID", "id_malformed", shortened(cells.get("ID", ""))))
    limit = _amount(row, "LIMIT_BAL", faults, lowest=Decimal(0))
    statuses = [_status(row, column, faults) for column in STATUS_COLUMNS]
    bills = [_amount(row, column, faults) for column in BILL_COLUMNS]
    paid = [_amount(row, column, faults, lowest=Decimal(0)) for column in PAID_COLUMNS]
    if faults:
        tally.faults.extend(faults)
        return None
    return ClientRow(row.number, str(int(cells["ID"])), limit, tuple(statuses), tuple(bills), tuple(paid))


def _amount(row: TextRow, column: str, faults: list[RowFault], lowest: Decimal | None = None) -> Decimal:
    text = row.cells.get(column, "")
    code = "not_a_number"
    if _NUMBER.fullmatch(text):
        value = Decimal(text)
        if lowest is not None and value < lowest:
            code = "negative_amount"
        elif abs(value) > _LARGEST_TWD:
            code = "amount_too_large"
        elif value != value.quantize(Decimal("0.01")):
            code = "too_many_decimals"
        else:
            return value
    faults.append(RowFault(row.number, column, code if text else "value_missing", shortened(text)))
    return Decimal(0)


def _status(row: TextRow, column: str, faults: list[RowFault]) -> int:
    text = row.cells.get(column, "")
    if _STATUS.fullmatch(text) and -2 <= (value := int(Decimal(text))) <= 9:
        return value
    faults.append(RowFault(row.number, column, "status_code_unknown" if text else "value_missing", shortened(text)))
    return 0


def _observe(row: TextRow, client: ClientRow, tally: Tally) -> None:
    """Count what is odd about a row that is imported all the same."""
    odd = tally.observed
    if any(bill < 0 for bill in client.bills):
        odd["credit_balance"] += 1
    if client.bills[-1] <= 0:
        odd["late_but_nothing_owed"] += 1
    # The file documents -1 and 1 to 9 only; 0 (revolving) and -2 (no use) are known from use.
    if any(status in (0, -2) for status in client.statuses):
        odd["undocumented_status_code"] += 1
    if any("e" in row.cells[column].lower() for column in ("LIMIT_BAL", *BILL_COLUMNS, *PAID_COLUMNS)):
        odd["exponent_notation"] += 1
    for column, documented in _DOCUMENTED.items():
        if row.cells.get(column) is not None and row.cells[column] not in documented:
            odd[f"undocumented_{column.lower()}_code"] += 1
