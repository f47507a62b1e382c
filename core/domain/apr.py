"""The annualised rate of a stream of payments: the one figure that makes credit offers comparable.

PBOC announcement 2021 No. 3: all costs over the principal actually outstanding, as an internal rate
of return; the simple method multiplies the monthly rate by twelve, the compound method gives the
effective annual rate. Both kinds of input end as one polynomial: with x the discount factor of one
step (an equal month, or a day of a 365-day year), the rate is a root of Σ amount · x^step.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Context, Decimal, localcontext

from core.domain.errors import InvalidInput

MONTHS_PER_YEAR = 12
DAYS_PER_YEAR = 365
_GUARD_DIGITS = 50
"""Digits carried beyond those shown."""
_SNAP = Decimal("1e-30")
"""Two decimals are rounded from a figure exact to 50 digits; nearer to a tie than this is the tie itself."""
_LONGEST_RATE = 400
"""Digits an effective rate may have; beyond that it says nothing to anybody."""
_STEP_GROWTH = Decimal("1.25")


@dataclass(frozen=True, slots=True)
class AnnualisedRate:
    """Percent with two decimals, half-up: ``Decimal("11.66")`` is 11.66 % a year."""

    monthly_irr_x12: Decimal
    effective: Decimal


def monthly_rate(flows: Iterable[tuple[int, int]]) -> AnnualisedRate:
    """The rate of flows ``(month number, fen)`` that lie equal months apart.

    Raises ``InvalidInput("no_rate_of_return")`` when no rate makes what is received equal what is
    paid, for instance when everything flows one way.
    """
    return _annualise(_collect(flows), steps_per_year=MONTHS_PER_YEAR)


def dated_rate(flows: Iterable[tuple[date, int]]) -> AnnualisedRate:
    """The rate of dated flows: t = days ÷ 365, monthly rate = (1 + effective)^(1/12) − 1."""
    rows = [(on.toordinal(), amount) for on, amount in flows]
    return _annualise(_collect(rows), steps_per_year=DAYS_PER_YEAR)


def _collect(flows: Iterable[tuple[int, int]]) -> Sequence[tuple[int, int]]:
    """Sum flows of the same step, drop zeros, and count steps from the first one."""
    sums: dict[int, int] = {}
    for step, amount_minor in flows:
        sums[step] = sums.get(step, 0) + amount_minor
    rows = sorted((step, amount) for step, amount in sums.items() if amount)
    first = rows[0][0] if rows else 0
    return [(step - first, amount) for step, amount in rows]


def _annualise(rows: Sequence[tuple[int, int]], *, steps_per_year: int) -> AnnualisedRate:
    if not (any(amount > 0 for _, amount in rows) and any(amount < 0 for _, amount in rows)):
        raise _no_rate()
    if sum(amount for _, amount in rows) == 0:
        # What is paid equals what is received: nothing is charged. No need to look for the root.
        return AnnualisedRate(Decimal("0.00"), Decimal("0.00"))
    with localcontext(_context(_GUARD_DIGITS)) as context:
        low, high = _bracket(rows, steps_per_year)
        # A steep rate has digits before the point as well; the same number must remain behind it.
        yearly_digits = max(0, int(-min(low, high).log10() * steps_per_year) + 1)
        if yearly_digits > _LONGEST_RATE:
            raise InvalidInput("rate_too_large", "the effective rate has hundreds of digits", field="flows")
        context.prec = _GUARD_DIGITS + 10 + yearly_digits
        factor = _root(rows, low, high, _GUARD_DIGITS + yearly_digits)
        yearly = 1 / factor**steps_per_year
        monthly = 1 / factor if steps_per_year == MONTHS_PER_YEAR else yearly ** (Decimal(1) / MONTHS_PER_YEAR)
        return AnnualisedRate(_percent((monthly - 1) * MONTHS_PER_YEAR), _percent(yearly - 1))


def _context(digits: int) -> Context:
    # Powers of a daily factor over two centuries pass the default exponent limits.
    return Context(prec=digits, Emax=10**15, Emin=-(10**15), traps=Context().traps)


def _no_rate() -> InvalidInput:
    return InvalidInput("no_rate_of_return", "no rate of return makes these flows balance", field="flows")


def _value(rows: Sequence[tuple[int, int]], factor: Decimal) -> tuple[Decimal, Decimal]:
    """Σ amount · factor^step and its derivative, by Horner over the gaps between steps."""
    value = slope = Decimal(0)
    later: int | None = None
    for step, amount in reversed(rows):
        if later is not None:
            gap = later - step
            if gap == 1:
                slope = slope * factor + value
                value *= factor
            else:
                below = factor ** (gap - 1)
                slope = (slope * factor + gap * value) * below
                value *= below * factor
        value += amount
        later = step
    return value, slope


def _bracket(rows: Sequence[tuple[int, int]], steps_per_year: int) -> tuple[Decimal, Decimal]:
    """Two factors around the rate nearest to zero, the first on the side of no interest.

    The search widens from factor 1 (no interest) both ways, up to Cauchy's bounds on the roots, so
    that flows changing direction once (every ordinary loan) always find their only root. Flows that
    change direction more often may have several; the one nearest to zero is theirs.
    """
    at_one = sum(amount for _, amount in rows)
    weight = sum(abs(amount) for _, amount in rows)
    widest = Decimal(weight) / min(abs(rows[0][1]), abs(rows[-1][1])) + 1
    directions = sum(1 for (_, a), (_, b) in itertools.pairwise(rows) if (a > 0) != (b > 0))
    # One change of direction: the side is known from the sign at factor 1, and steps may be long.
    only_below = directions == 1 and (at_one > 0) != (rows[0][1] > 0)
    only_above = directions == 1 and not only_below
    growth = Decimal(2) if directions == 1 else _STEP_GROWTH
    below = above = Decimal(1)
    step = Decimal("0.01") / steps_per_year
    while step < 2 * widest:
        lower, upper = 1 / (1 + step), 1 + step
        if not only_above and (_value(rows, lower)[0] > 0) != (at_one > 0):
            return below, lower
        if not only_below and (_value(rows, upper)[0] > 0) != (at_one > 0):
            return above, upper
        below, above, step = lower, upper, step * growth
    raise _no_rate()


def _root(rows: Sequence[tuple[int, int]], start: Decimal, end: Decimal, digits: int) -> Decimal:
    """The root between ``start`` and ``end`` by Newton steps kept inside the shrinking bracket."""
    positive_at_start = _value(rows, start)[0] > 0
    guess = (start + end) / 2
    tolerance = Decimal(1).scaleb(-digits)
    for _ in range(40 + 8 * digits):  # bisection alone needs 3.4 steps a digit
        value, slope = _value(rows, guess)
        if value == 0:
            return guess
        if (value > 0) == positive_at_start:
            start = guess
        else:
            end = guess
        following = guess - value / slope if slope else start
        if abs(following - guess) <= tolerance * guess:
            return following
        if not min(start, end) < following < max(start, end):
            following = (start + end) / 2
        guess = following
    return guess


def _percent(rate: Decimal) -> Decimal:
    """A rate as percent, half-up to two decimals (away from zero, as for money)."""
    exact = rate * 100
    snapped = exact.quantize(_SNAP)  # a tie that arithmetic left a hair below is still a tie
    return snapped.quantize(Decimal("0.01"), ROUND_HALF_UP) + Decimal("0.00")
