"""What of a plan space depends on dates, prices and lengths alone: made once, used for every debtor."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from core.domain.calendar import Frequency
from core.domain.offers.plan import Price
from core.domain.offers.space import period_days
from core.domain.request_terms import PERIODS_PER_YEAR
from core.portfolio.arrays import Flags, Ints

Floats = NDArray[np.float64]
_DAYS_PER_YEAR = 360
"""Of 30/360."""


@dataclass(frozen=True, slots=True, eq=False)
class Geometry:
    """What depends on dates, prices and lengths alone, ``[start, price, month]``: the same for everybody."""

    annuity: Floats
    """What one fen each period is worth at the start, by the plan's own rate."""
    reserve: Ints
    """By how many fen the last instalment, and so the total, may differ from the level ones."""
    exists: Flags
    count: Ints
    """``[month]``: instalments."""


@lru_cache(maxsize=256)
def geometry(as_of: date, starts: tuple[date, ...], prices: tuple[Price, ...], lasting: tuple[tuple[int, ...], ...],
             longest: int, frequency: Frequency) -> Geometry:
    """The geometry of a space."""
    per_year = PERIODS_PER_YEAR[frequency]
    months = np.arange(1, longest + 1)
    count = months * per_year // 12
    shape = (len(starts), len(prices), longest)
    annuity, reserve, exists = np.empty(shape), np.zeros(shape, np.int64), np.empty(shape, np.bool_)
    for start, first_due in enumerate(starts):
        days = np.array(period_days(as_of, first_due, longest, frequency), np.float64)
        for number, price in enumerate(prices):
            rates = days * (float(price.annual_rate) / _DAYS_PER_YEAR)
            rates[: price.interest_free_months * per_year // 12] = 0
            annuity[start, number] = np.cumsum(1 / np.cumprod(1 + rates))[count - 1]
            bears = not price.annual_rate or months > price.interest_free_months
            exists[start, number] = bears & (months <= lasting[start][number])
            growth = float(rates.max())
            if growth:
                # Each period rounds its interest, and the level payment was rounded: at most a fen, carried on.
                reserve[start, number] = np.ceil(((1 + growth) ** count - 1) / growth) + 2
    return Geometry(annuity, reserve, exists, count)


@lru_cache(maxsize=64)
def every_plan(shape: Geometry, concessions: int) -> tuple[Ints, ...]:
    """All plans there are with so many concessions: number, concession, start, price and month (from 0) of each."""
    whole = (concessions, *shape.exists.shape)
    index = np.flatnonzero(np.broadcast_to(shape.exists, whole))
    found = (index, *np.unravel_index(index, whole))
    for axis in found:
        axis.setflags(write=False)
    return found


@lru_cache(maxsize=64)
def powers(base: float, most: int) -> Floats:
    """``base`` to the powers from 1 to ``most``."""
    return np.asarray(base ** np.arange(1, most + 1), np.float64)
