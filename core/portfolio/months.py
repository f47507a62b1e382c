"""What comes out of a projection, month by month: arrays to write into, and the frame made of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.errors import InvalidInput
from core.portfolio.arrays import NO_DAY, Ints, to_dates

AMOUNTS = ("principal_minor", "interest_minor", "fees_minor", "total_minor", "interest_charged_minor",
           "late_fee_charged_minor", "paid_minor")
FIELDS = (*AMOUNTS, "days_past_due", "bucket")
"""The fields of ``ProjectedMonth`` besides its date."""


@dataclass(frozen=True, slots=True)
class Months:
    """``[month, account]`` for each field, months from 0; day numbers of settlement by account.

    Everything is written by the kernels but what stays zero: nothing need be paid.
    """

    principal: Ints
    interest: Ints
    fees: Ints
    total: Ints
    interest_charged: Ints
    late_fee_charged: Ints
    paid: Ints
    days_past_due: Ints
    bucket: NDArray[np.int8]
    settled: Ints

    @classmethod
    def empty(cls, months: int, rows: int) -> Months:
        """Room for ``months`` of ``rows`` accounts."""
        shape = (months, rows)
        written: dict[str, Any] = {name: np.empty(shape, np.int64) for name in cls.__slots__[:-2]}
        written["paid"] = np.zeros(shape, np.int64)
        return cls(**written, bucket=np.empty(shape, np.int8), settled=np.full(rows, NO_DAY, np.int64))

    def part(self, rows: slice) -> Months:
        """A window on some accounts: what is written there is written here."""
        window: dict[str, Any] = {name: getattr(self, name)[:, rows] for name in self.__slots__[:-1]}
        return Months(**window, settled=self.settled[rows])

    def put(self, rows: Ints, other: Months) -> None:
        """Replace the accounts at ``rows`` by those of ``other``."""
        for name in self.__slots__[:-1]:
            getattr(self, name)[:, rows] = getattr(other, name)
        self.settled[rows] = other.settled

    def frame(self, index: pd.Index, fields: Sequence[str]) -> pd.DataFrame:
        """One row per account; columns ``(field, month)`` with months from 1, and ``("settled_date", 0)``."""
        columns = {(field, month + 1): row
                   for field in fields for month, row in enumerate(getattr(self, field.removesuffix("_minor")))}
        frame = pd.DataFrame(columns | {("settled_date", 0): to_dates(self.settled)}, index=index, copy=False)
        frame.columns.names = ["field", "month"]
        return frame


def check_fields(fields: Sequence[str]) -> None:
    """Refuse a field a projection does not have."""
    unknown = [field for field in fields if field not in FIELDS]
    if unknown:
        raise InvalidInput("field_unknown", f"a projection has no {unknown[0]}", field="fields")
