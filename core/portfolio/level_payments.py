"""The level payment of many schedules: guessed in binary floating point, decided by integers.

The guess's relative error is bounded; only where a rounding boundary lies within that bound, a handful in a
million, is the payment computed as ``core.domain.schedule.level_payment`` does, with integers of any length.
So no figure depends on how a processor rounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

import numpy as np

from core.domain.errors import InvalidInput
from core.domain.money import Rounding
from core.domain.schedule import level_payment
from core.portfolio.arrays import Ints
from core.portfolio.shares import LARGEST

_ERROR_PER_PERIOD = 5e-16
"""Each period adds at most two roundings of 2⁻⁵³ to the guess; this is more than twice that."""


def level_payments(principal: Ints, count: Ints, weights: Sequence[Ints | int], unit: Fraction,
                   rounding: Rounding) -> Ints:
    """The level payments in fen; period k bears ``weights[k]`` × ``unit`` (0-based, up to each ``count``)."""
    guess = principal / _annuity(count, weights, float(unit))
    highest = float(guess.max())
    if not highest < LARGEST // 4:
        raise InvalidInput("amount_too_large", "a level payment does not fit the books", row=int(np.argmax(guess)))
    half_up = rounding is Rounding.HALF_UP
    shifted = guess + 0.5 if half_up else guess
    whole = np.floor(shifted)
    distance = np.abs(shifted - np.rint(shifted))
    unsure = np.flatnonzero(distance <= guess * (_ERROR_PER_PERIOD * (count + 8)))
    payments = whole.astype(np.int64)
    for row in unsure.tolist():
        rates = [_at(weight, row) * unit.numerator for weight in weights[: count[row]]]
        payments[row] = level_payment(int(principal[row]), rates, unit.denominator, rounding)
    return payments


def _annuity(count: Ints, weights: Sequence[Ints | int], unit: float) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What one fen per period is worth at the start, from the last period backwards."""
    worth = np.zeros(len(count))
    for number in range(len(weights), 0, -1):
        growth = 1 + weights[number - 1] * unit
        if number <= int(count.min()):
            worth += 1
        else:
            worth += number <= count
        worth /= growth
    return worth


def _at(weight: Ints | int, row: int) -> int:
    return weight if isinstance(weight, int) else int(weight[row])
