"""What of a space of instalments that differ depends on dates, shapes, prices and lengths alone: made once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from itertools import pairwise

import numpy as np

from core.domain.calendar import Frequency, due_dates
from core.domain.offers.plan import Price
from core.domain.offers.space import period_days
from core.domain.plan_shape import PlanShape
from core.domain.request_terms import PERIODS_PER_YEAR
from core.portfolio.arrays import Flags, Ints
from core.portfolio.offer_geometry import Floats

_DAYS_PER_YEAR = 360
"""Of 30/360."""


@dataclass(frozen=True, slots=True)
class ShapedGeometry:
    """The same for everybody; ``[start, shape, month]`` unless said otherwise.

    Sizes are in units, of which the first step of a month that is not lean pays one.
    """

    annuity: Floats
    """``[start, shape, price, month]``: what one unit is worth at the start, by the plan's own rate."""
    reserve: Ints
    """``[start, shape, price, month]``: by how many fen the total may differ; 0 where it is exact."""
    covered: Floats
    """``[start, shape, price, month]``: the least principal an instalment but the last repays, of one fen financed."""
    exists: Flags
    """``[start, shape, price, month]``"""
    sum: Floats
    most: Floats
    most_before_last: Floats
    least: Floats
    """The smallest size but the last."""
    lean: Floats
    """The largest size of a lean month; 0 where there is none."""
    lean_before_last: Floats
    count: Ints
    """``[month]``: instalments."""
    first: Floats
    """``[start, shape]``"""
    by_month: Floats
    """What each month of a plan pays."""


@lru_cache(maxsize=64)
def shaped_geometry(as_of: date, starts: tuple[date, ...], shapes: tuple[PlanShape, ...], prices: tuple[Price, ...],
                    uneven_from: tuple[tuple[int, ...], ...], longest: int, frequency: Frequency) -> ShapedGeometry:
    """The geometry of a space."""
    per_year = PERIODS_PER_YEAR[frequency]
    months = np.arange(1, longest + 1)
    ends = months * per_year // 12 - 1
    due = [due_dates(start, int(ends[-1]) + 1, frequency) for start in starts]
    sizes = np.array([[[float(one) for one in shape.sizes(days, per_year)] for shape in shapes] for days in due])
    in_lean = np.array([[[day.month in shape.lean_months for day in days] for shape in shapes] for days in due])
    rates = np.array([[_rates(as_of, start, longest, price, frequency) for price in prices] for start in starts])
    discounts = 1 / np.cumprod(1 + rates, axis=-1)
    annuity = np.cumsum(sizes[:, :, None] * discounts[:, None], axis=-1)[..., ends]
    bears = np.array([~np.bool_(price.annual_rate) | (months > price.interest_free_months) for price in prices])
    uneven = months >= np.array(uneven_from)[:, :, None]
    # The last payment absorbs the rest; of a plan of one it is the only one.
    before = np.maximum(ends - 1, 0)
    most, lean = np.maximum.accumulate(sizes, axis=-1), np.maximum.accumulate(sizes * in_lean, axis=-1)
    return ShapedGeometry(
        annuity, np.broadcast_to(_reserves(rates, ends)[:, None], annuity.shape), _covered(sizes, rates, annuity, ends),
        uneven[:, :, None] & bears, np.cumsum(sizes, axis=-1)[..., ends],
        most[..., ends], most[..., before], np.minimum.accumulate(sizes, axis=-1)[..., before], lean[..., ends],
        lean[..., before], ends + 1, sizes[..., 0], _by_month(sizes, longest, per_year))


def _rates(as_of: date, first_due: date, longest: int, price: Price, frequency: Frequency) -> Floats:
    days = np.array(period_days(as_of, first_due, longest, frequency), np.float64)
    rates = days * (float(price.annual_rate) / _DAYS_PER_YEAR)
    rates[: price.interest_free_months * PERIODS_PER_YEAR[frequency] // 12] = 0
    return rates


def _reserves(rates: Floats, ends: Ints) -> Ints:
    """Two fen a payment and one of interest a period, carried on to the end; ``[start, price, month]``."""
    growth = rates.max(axis=-1)[..., None]
    grown = np.divide((1 + growth) ** (ends + 1) - 1, growth, out=np.zeros((*rates.shape[:-1], len(ends))),
                      where=growth > 0)
    return np.where(growth > 0, np.ceil(3 * grown) + 4, 0).astype(np.int64)


def _covered(sizes: Floats, rates: Floats, annuity: Floats, ends: Ints) -> Floats:
    """The least principal share of all payments but the last, of one fen financed."""
    unit = 1 / annuity
    balance, least = np.ones(annuity.shape), np.full(annuity.shape, np.inf)
    for period in range(int(ends[-1])):
        share = unit * sizes[:, :, None, None, period] - balance * rates[:, None, :, None, period]
        running = ends > period
        least = np.where(running, np.minimum(least, share), least)
        balance -= share
    return least


def _by_month(sizes: Floats, longest: int, per_year: int) -> Floats:
    """What each month pays in units, a month of four weeks or of five counting as one of 52 / 12."""
    bounds = [month * per_year // 12 for month in range(longest + 1)]
    return np.stack([sizes[..., start:end].mean(axis=-1) * (per_year / 12)
                     for start, end in pairwise(bounds)], axis=-1)
