"""Annualised rates of many plans at once: ``core.domain.apr`` for every row (PBOC announcement 2021 No. 3).

With s the logarithm of one step's discount factor, what is paid is worth Σ a·e^(s·t), whose logarithm is
convex and rising in s and nearly a straight line; Newton's method on it is on the root's upper side after one
step, cannot miss it from there, and finds it in two or three passes. It runs in binary floating point and
decides no rounding: where the rate lies too near to a half of the last decimal, and where flows are anything
but a loan that is received at once and paid back with nothing negative, the domain computes the row with
fifty digits.

Rates are whole hundredths of a percent: 1166 is 11.66 %.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core.domain.apr import DAYS_PER_YEAR, MONTHS_PER_YEAR, AnnualisedRate, dated_rate, monthly_rate
from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from core.portfolio.arrays import EPOCH, Flags, Ints, chunks, integers, within
from core.portfolio.schedules import Plans, ScheduleTerms, lay_out

Floats = NDArray[np.float64]

COLUMNS = ("monthly_irr_x12", "effective")
_PER_UNIT = 10_000
"""Hundredths of a percent in 1."""
_CHUNK_AMOUNTS = 393_216
"""Payments worked on at once: enough to make little of the cost of a call, few enough for the caches."""
_MOST_PASSES = 30
_NEAR_ENOUGH = 1e-13
"""Of s, whose error is multiplied by a year's steps and ``_PER_UNIT``: less than 1e-7 of the last decimal."""
_UNSURE = 1e-5
"""Parts of the last decimal within which a half is left to the domain."""
_STEEP = 1e8
"""Above 10⁶ % a binary rate no longer carries two decimals surely."""

_LARGEST_PERCENT = 10**16
"""What its hundredths still fit 64 bits of."""


@dataclass(frozen=True, slots=True)
class _Streams:
    """Loans received at step 0 and paid back at steps ``first``, ``first + gap``, …, in years of ``per_year`` steps."""

    received: Ints
    paid: Ints
    """``[payment, loan]``, 0 after a loan's last."""
    first: Ints
    gap: int
    per_year: int
    alone: Callable[[int], AnnualisedRate]
    """The domain's own rate of one row."""

    def take(self, rows: slice) -> _Streams:
        """Some of the loans."""
        return _Streams(self.received[rows], self.paid[:, rows], self.first[rows], self.gap, self.per_year,
                        lambda row: self.alone(row + rows.start))


def monthly_rates(flows: pd.DataFrame) -> pd.DataFrame:
    """The rates of flows that lie equal months apart: one column per month, from the first, in fen.

    What the borrower receives is positive, what the borrower pays negative. Columns out: ``COLUMNS``.
    Raises ``InvalidInput("no_rate_of_return")`` with the ``row`` whose flows have no rate.
    """
    months = [within(integers(flows, column), -MAX_MINOR, MAX_MINOR, str(column), "amount_out_of_range")
              for column in flows.columns]
    if len(months) < 2:
        raise InvalidInput("no_rate_of_return", "a rate needs flows in two months", field="flows")

    def alone(row: int) -> AnnualisedRate:
        return monthly_rate([(month, int(amounts[row])) for month, amounts in enumerate(months)])

    paid = np.empty((len(months) - 1, len(flows)), np.int64)
    for number, amounts in enumerate(months[1:]):
        np.negative(amounts, out=paid[number])
    streams = _Streams(months[0], paid, np.ones(len(flows), np.int64), 1, MONTHS_PER_YEAR, alone)
    return _rates(streams, flows.index)


def schedule_rates(frame: pd.DataFrame, terms: ScheduleTerms) -> pd.DataFrame:
    """The disclosed rates of ``make_schedules(frame, terms)``, as ``core.domain.schedule.annualised_rate``.

    Monthly instalments count as equal months, whatever the length of the first; others by their dates.
    """
    plans = Plans.read(frame, terms)
    made = lay_out(plans)
    if terms.frequency is Frequency.MONTHLY:
        gap, per_year, first = 1, MONTHS_PER_YEAR, np.ones(len(frame), np.int64)
    else:
        gap, per_year = 7 if terms.frequency is Frequency.WEEKLY else 14, DAYS_PER_YEAR
        first = plans.first_due - plans.start

    def alone(row: int) -> AnnualisedRate:
        steps = [0, *(int(first[row]) + gap * number for number in range(int(plans.count[row])))]
        flows = [int(plans.principal[row]), *(-int(amount) for amount in made.amount[: plans.count[row], row])]
        if terms.frequency is Frequency.MONTHLY:
            return monthly_rate(zip(steps, flows, strict=True))
        return dated_rate([(date.fromordinal(EPOCH.toordinal() + step), amount)
                           for step, amount in zip(steps, flows, strict=True)])

    return _rates(_Streams(plans.principal, made.amount, first, gap, per_year, alone), frame.index)


def _rates(streams: _Streams, index: pd.Index) -> pd.DataFrame:
    columns = {column: np.empty(len(index), np.int64) for column in COLUMNS}
    for rows in chunks(len(index), max(_CHUNK_AMOUNTS // len(streams.paid), 1)):
        simple, effective = _chunk_rates(streams.take(rows), rows.start)
        columns["monthly_irr_x12"][rows], columns["effective"][rows] = simple, effective
    return pd.DataFrame(columns, index=index, copy=False)


def _chunk_rates(streams: _Streams, start: int) -> tuple[Ints, Ints]:
    cost = streams.paid.sum(axis=0) - streams.received
    repaid = streams.paid.min(axis=0) >= 0
    plain = repaid & (cost != 0) & (cost + streams.received > 0) & (streams.received > 0) & (streams.first > 0)
    with np.errstate(all="ignore"):  # rows that are not plain may give anything: the domain has them
        log_factor, found = _solve(streams)
        yearly = log_factor * (-streams.per_year / streams.gap)
        simple = np.expm1(yearly / MONTHS_PER_YEAR) * (MONTHS_PER_YEAR * _PER_UNIT)
        effective = np.expm1(yearly) * _PER_UNIT
    rounded, sure = zip(*(_rounded(rate) for rate in (simple, effective)), strict=True)
    free = repaid & (cost == 0) & (streams.received >= 0)
    for column in rounded:
        column[free] = 0
    for row in np.flatnonzero(~(plain & found & sure[0] & sure[1]) & ~free).tolist():
        rounded[0][row], rounded[1][row] = _alone(streams, row, start)
    return rounded[0], rounded[1]


def _alone(streams: _Streams, row: int, start: int) -> tuple[int, int]:
    try:
        rate = streams.alone(row)
    except InvalidInput as refused:
        raise InvalidInput(refused.code, str(refused), field=refused.field, row=start + row) from refused
    if rate.effective > _LARGEST_PERCENT:
        raise InvalidInput("rate_too_large", "the effective rate does not fit a column", field="flows", row=start + row)
    hundred = Decimal(100)
    return int(rate.monthly_irr_x12 * hundred), int(rate.effective * hundred)


def _solve(streams: _Streams) -> tuple[Floats, Flags]:
    """The logarithm of the factor of one ``gap``, and where it was found."""
    paid = streams.paid.astype(np.float64)
    offset = streams.first / streams.gap
    total, mean, variance = _moments(paid, offset)
    target = np.log(streams.received / total)
    # From no interest (s = 0) by the two first terms of the logarithm; never a square root of less than 0.
    guess = 2 * target / (mean + np.sqrt(np.maximum(mean * mean + 2 * variance * target, 0.25 * mean * mean)))
    # Newton's next error is at most half the variance of the times, over their mean, times this step squared.
    span = len(paid) - 1
    bound = span * span / 8 / offset
    found = np.zeros(len(total), np.bool_)
    for _ in range(_MOST_PASSES):
        value, slope = _horner(paid, np.exp(guess))
        step = (np.log(streams.received / value) - offset * guess) / (offset + slope / value)
        guess += step
        found = bound * step * step <= _NEAR_ENOUGH
        if found.all():
            break
    return guess, found


def _moments(paid: Floats, offset: Floats) -> tuple[Floats, Floats, Floats]:
    """The sum of the payments, and mean and variance of when they fall, in gaps."""
    total, first, second = (np.zeros(paid.shape[1]) for _ in range(3))
    work = np.empty(paid.shape[1])
    for number, amount in enumerate(paid):
        total += amount
        np.multiply(amount, float(number), out=work)
        first += work
        work *= float(number)
        second += work
    mean = first / total
    return total, mean + offset, second / total - mean * mean


def _horner(paid: Floats, factor: Floats) -> tuple[Floats, Floats]:
    """Σ paid · factor^number, and its derivative times ``factor``."""
    value, slope = paid[-1].copy(), np.zeros(len(factor))
    for amount in paid[-2::-1]:
        slope *= factor
        slope += value
        value *= factor
        value += amount
    return value, slope * factor


def _rounded(rate: Floats) -> tuple[Ints, Flags]:
    """Half-up (away from zero) to whole numbers, and where no doubt is left which."""
    usable = np.isfinite(rate) & (np.abs(rate) < _STEEP)
    shifted = np.where(usable, np.abs(rate), 0) + 0.5
    distance = np.abs(shifted - np.rint(shifted))
    whole = (np.floor(shifted) * np.sign(rate, where=usable, out=np.zeros_like(rate))).astype(np.int64)
    return whole, usable & (distance > _UNSURE * (1 + shifted * 1e-4))
