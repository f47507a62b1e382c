"""From columns to arrays and back: amounts as ``int64`` fen, dates as day numbers, refusals by row."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]

EPOCH = date(1970, 1, 1)
NO_DAY = -(10**9)
"""Stands for a date that is not there: before every date there can be."""
CHUNK_ROWS = 8_192
"""Accounts worked on at once: the arrays of one step then stay inside a core's own cache."""
_TICKS_PER_SECOND = {"s": 1, "ms": 10**3, "us": 10**6, "ns": 10**9}
_NOTHING_THERE = np.iinfo(np.int64).min


def day_number(on: date) -> int:
    """Days since 1970-01-01."""
    return on.toordinal() - EPOCH.toordinal()


def to_dates(days: Ints) -> NDArray[np.datetime64]:
    """Day numbers as ``datetime64[s]``; ``NO_DAY`` as ``NaT``."""
    seconds = days * 86_400
    seconds[days == NO_DAY] = _NOTHING_THERE
    return seconds.view("datetime64[s]")


def chunks(rows: int, size: int = CHUNK_ROWS) -> Iterator[slice]:
    """Slices of ``size`` rows that cover ``rows``."""
    for first in range(0, rows, size):
        yield slice(first, min(first + size, rows))


def require(holds: Flags, code: str, message: str, field: str) -> None:
    """Refuse the first row for which ``holds`` is False."""
    if not holds.all():
        raise InvalidInput(code, message, field=field, row=int(np.argmin(holds)))


def integers(frame: pd.DataFrame, column: str, default: int | None = None) -> Ints:
    """A column of whole numbers; ``default`` where there is no such column. Raises ``InvalidInput``."""
    if column not in frame:
        if default is None:
            raise InvalidInput("column_missing", f"the frame needs a column {column}", field=column)
        return np.full(len(frame), default, np.int64)
    series = frame[column]
    if not pd.api.types.is_integer_dtype(series.dtype):
        raise InvalidInput("column_not_whole", f"{column} holds whole numbers, not {series.dtype}", field=column)
    require(~series.isna().to_numpy(), "value_missing", f"{column} is missing", column)
    if series.dtype == np.uint64:
        require((series <= np.iinfo(np.int64).max).to_numpy(), "amount_too_large", f"{column} is too large", column)
    return series.to_numpy(np.int64)


def within(values: Ints, lowest: int, highest: int, field: str, code: str) -> Ints:
    """``values`` if all lie between ``lowest`` and ``highest``; else refuses the first that does not."""
    if len(values) and (values.min() < lowest or values.max() > highest):
        require((values >= lowest) & (values <= highest), code, f"{field} lies between {lowest} and {highest}", field)
    return values


def amounts(frame: pd.DataFrame, column: str, default: int | None = None) -> Ints:
    """A column of fen, none negative, none above the books' limit."""
    return within(integers(frame, column, default), 0, MAX_MINOR, column, "amount_out_of_range")


def optional_amounts(frame: pd.DataFrame, column: str) -> tuple[Ints, Flags]:
    """A column of fen that may be missing here and there (``Int64``, ``<NA>``), and where it is known."""
    if column not in frame:
        return np.zeros(len(frame), np.int64), np.zeros(len(frame), np.bool_)
    known = frame[column].notna().to_numpy()
    filled = frame[[column]].fillna(0)
    return amounts(filled, column), known


def days(frame: pd.DataFrame, column: str, *, required: bool = False) -> Ints:
    """A column of dates as day numbers, ``NO_DAY`` where there is none."""
    if column not in frame:
        if required:
            raise InvalidInput("column_missing", f"the frame needs a column {column}", field=column)
        return np.full(len(frame), NO_DAY, np.int64)
    ticks, per_day = ticks_of(frame[column], column)
    numbers = np.floor_divide(ticks, per_day)
    missing = ticks == _NOTHING_THERE
    if required:
        require(~missing, "value_missing", f"{column} is missing", column)
    numbers[missing] = NO_DAY
    return numbers


def ticks_of(series: pd.Series, column: str) -> tuple[Ints, int]:
    """A column of dates as it is stored: integers and how many of them make a day. No copy."""
    if series.dtype.kind != "M" or getattr(series.dtype, "tz", None) is not None:
        raise InvalidInput("column_not_dates", f"{column} holds dates (datetime64), not {series.dtype}", field=column)
    stored = series.to_numpy()
    return stored.view(np.int64), 86_400 * _TICKS_PER_SECOND[np.datetime_data(stored.dtype)[0]]
