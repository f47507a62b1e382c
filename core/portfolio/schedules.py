"""Instalment schedules of many accounts at once: ``core.domain.schedule.make_schedule`` for every row.

Columns in: ``principal_minor``, ``count`` (1-600), ``start_date``; optional ``first_due_date``,
``down_payment_minor``, ``interest_free_periods``. All rows share their ``ScheduleTerms``.

Columns out: ``(field, number)`` with numbers from 1 to the longest count, for each of ``FIELDS`` asked for:
``int64`` fen, 0 after an account's last instalment, and ``due_date`` (``NaT`` there).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd

from core.domain.calendar import LAST_COUNT, Frequency, MonthEnd
from core.domain.errors import InvalidInput
from core.domain.money import Rounding
from core.domain.schedule import DayCount, Method, RatePer, refuse_rates
from core.portfolio.arrays import NO_DAY, Ints, amounts, chunks, days, integers, require, to_dates, within
from core.portfolio.dates import days_30_360, step_days, weighted_days
from core.portfolio.level_payments import level_payments
from core.portfolio.shares import Share

FIELDS = ("principal_minor", "interest_minor", "fee_minor", "amount_minor", "balance_after_minor")
"""The amounts of an ``Instalment``; ``due_date`` may be asked for as well."""


@dataclass(frozen=True, slots=True)
class ScheduleTerms:
    """What the schedules of one call have in common; the fields of ``SchedulePlan``."""

    method: Method = Method.EQUAL_INSTALMENT
    frequency: Frequency = Frequency.MONTHLY
    rate: Decimal = Decimal(0)
    rate_per: RatePer = RatePer.YEAR
    fee_rate: Decimal = Decimal(0)
    day_count: DayCount = DayCount.THIRTY_360
    rounding: Rounding = Rounding.HALF_UP
    month_end: MonthEnd = MonthEnd.CLAMP

    def __post_init__(self) -> None:
        refuse_rates(self.method, self.rate, self.fee_rate)

    @property
    def unit(self) -> Fraction:
        """The rate of a period of weight 1; see ``Plans.weights``."""
        if self.rate_per is RatePer.DAY:
            return Fraction(self.rate)
        year = {DayCount.THIRTY_360: 360, DayCount.ACTUAL_365: 365, DayCount.ACTUAL_ACTUAL: 365 * 366}
        return Fraction(self.rate) / year[self.day_count]


@dataclass(frozen=True, slots=True)
class Schedules:
    """``[number, account]`` for each amount of an instalment, numbers from 0."""

    principal: Ints
    interest: Ints
    fee: Ints
    amount: Ints
    balance_after: Ints

    @classmethod
    def empty(cls, longest: int, rows: int) -> Schedules:
        """Room for schedules of up to ``longest`` instalments; interest and fees start at zero."""
        shape = (longest, rows)
        return cls(np.empty(shape, np.int64), np.zeros(shape, np.int64), np.zeros(shape, np.int64),
                   np.empty(shape, np.int64), np.empty(shape, np.int64))

    def part(self, rows: slice) -> Schedules:
        """A window on some accounts."""
        return Schedules(*(getattr(self, name)[:, rows] for name in self.__slots__))


def make_schedules(frame: pd.DataFrame, terms: ScheduleTerms, fields: Sequence[str] = FIELDS) -> pd.DataFrame:
    """Lay out the instalments of every row by the same ``terms``.

    Raises ``InvalidInput`` as ``make_schedule`` does, with ``row`` for the first account concerned.
    """
    unknown = [field for field in fields if field not in (*FIELDS, "due_date")]
    if unknown:
        raise InvalidInput("field_unknown", f"an instalment has no {unknown[0]}", field="fields")
    plans = Plans.read(frame, terms)
    made = lay_out(plans)
    columns = {(field, number): row for field in fields if field != "due_date"
               for number, row in enumerate(getattr(made, field.removesuffix("_minor")), 1)}
    if "due_date" in fields:
        columns |= {("due_date", number): to_dates(np.where(number <= plans.count, plans.due(number), NO_DAY))
                    for number in range(1, plans.longest + 1)}
    result = pd.DataFrame(columns, index=frame.index, copy=False)
    result.columns.names = ["field", "number"]
    return result


def lay_out(plans: Plans) -> Schedules:
    """The amounts of every instalment, chunk by chunk."""
    made = Schedules.empty(plans.longest, len(plans.principal))
    for rows in chunks(len(plans.principal)):
        _lay_out_chunk(plans.take(rows), made.part(rows))
    return made


@dataclass(frozen=True, slots=True)
class Plans:
    """The terms and the rows: amounts in fen, dates as day numbers."""

    terms: ScheduleTerms
    principal: Ints
    count: Ints
    interest_free: Ints
    start: Ints
    first_due: Ints
    whole_first: bool
    """Whether every first period is one whole period, so that it weighs what the others do."""

    @classmethod
    def read(cls, frame: pd.DataFrame, terms: ScheduleTerms) -> Plans:
        principal, down = amounts(frame, "principal_minor"), amounts(frame, "down_payment_minor", 0)
        require(down <= principal, "down_payment_out_of_range", "the down payment lies between 0 and the principal",
                "down_payment_minor")
        count = within(integers(frame, "count"), 1, LAST_COUNT, "count", "count_out_of_range")
        free = integers(frame, "interest_free_periods", 0)
        require((free >= 0) & (free <= count), "interest_free_periods_out_of_range",
                "interest-free periods lie between 0 and the number of instalments", "interest_free_periods")
        start, given = days(frame, "start_date", required=True), days(frame, "first_due_date")
        given_all_blank = bool((given == NO_DAY).all())
        first_due = np.where(given == NO_DAY, step_days(start, 1, terms.frequency, terms.month_end), given)
        require(first_due >= start, "dates_reversed", "the first due date is before the start", "first_due_date")
        return cls(terms, principal - down, count, free, start, first_due,
                   given_all_blank and terms.month_end is MonthEnd.CLAMP)

    @property
    def longest(self) -> int:
        """The number of the last instalment of all."""
        return int(self.count.max()) if len(self.count) else 0

    def take(self, rows: slice) -> Plans:
        """Some of the plans."""
        return Plans(self.terms, self.principal[rows], self.count[rows], self.interest_free[rows], self.start[rows],
                      self.first_due[rows], self.whole_first)

    def due(self, number: int) -> Ints:
        """The due dates of the ``number``-th instalments."""
        return step_days(self.first_due, number - 1, self.terms.frequency, self.terms.month_end)

    def weights(self) -> list[Ints | int]:
        """By how many units each period bears interest: days, of the terms' kind; one number where all agree."""
        return [self._weight(number) for number in range(1, self.longest + 1)]

    def _weight(self, number: int) -> Ints | int:
        plain = self._plain_weight(number)
        if plain is None:
            weight: Ints | int = self._days(self.due(number - 1) if number > 1 else self.start, self.due(number))
        else:
            weight = plain
        if plain != 0 and number <= int(self.interest_free.max()):
            weight = weight * (number > self.interest_free)
        return weight

    def _plain_weight(self, number: int) -> int | None:
        """The weight of a period that is the same for every account and date."""
        terms = self.terms
        if not terms.rate:
            return 0
        if number == 1 and not self.whole_first:
            return None
        if terms.day_count is DayCount.THIRTY_360:
            return 30 if terms.frequency is Frequency.MONTHLY else None
        if terms.frequency is Frequency.MONTHLY:
            return None
        if terms.day_count is DayCount.ACTUAL_365 or terms.rate_per is RatePer.DAY:
            return 7 if terms.frequency is Frequency.WEEKLY else 14
        return None

    def _days(self, start: Ints, end: Ints) -> Ints:
        if self.terms.day_count is DayCount.THIRTY_360:
            return days_30_360(start, end)
        if self.terms.day_count is DayCount.ACTUAL_365 or self.terms.rate_per is RatePer.DAY:
            return end - start
        return weighted_days(start, end)


def _lay_out_chunk(plans: Plans, out: Schedules) -> None:
    terms, count = plans.terms, plans.count
    weights, unit = plans.weights(), Share.of(terms.unit)
    level = _levels(plans, weights)
    bears_interest, fixed_share = bool(terms.rate), terms.method is not Method.EQUAL_INSTALMENT
    fee = Share.of(terms.fee_rate)(plans.principal) if terms.fee_rate else None
    safe = _fits(plans, weights, unit)
    balance, shortest = plans.principal, int(count.min())
    for number in range(1, len(out.principal) + 1):
        share, interest = out.principal[number - 1], out.interest[number - 1]
        if number > len(weights):  # longer schedules are in other chunks
            share[:] = out.amount[number - 1] = out.balance_after[number - 1] = 0
            continue
        if bears_interest:
            if safe:
                unit.of_small(np.multiply(balance, weights[number - 1], out=interest), out=interest)
            else:
                unit.exactly(np.multiply(balance.astype(object), weights[number - 1], dtype=object), out=interest)
        if fixed_share or not bears_interest:
            np.minimum(level, balance, out=share)
        else:
            # Never negative and never past zero, as in the domain.
            np.subtract(level, interest, out=share)
            np.maximum(share, 0, out=share)
            np.minimum(share, balance, out=share)
        if number >= shortest:
            last = np.flatnonzero(count == number)
            share[last] = balance[last]
        balance = np.subtract(balance, share, out=out.balance_after[number - 1])
        amount = np.add(share, interest, out=out.amount[number - 1])
        if fee is not None:
            np.multiply(fee, number <= count, out=out.fee[number - 1])
            amount += out.fee[number - 1]


def _levels(plans: Plans, weights: Sequence[Ints | int]) -> Ints:
    """The level payment, or the share of principal that stands for it."""
    terms, count = plans.terms, plans.count
    if terms.rate and terms.method is Method.EQUAL_INSTALMENT:
        return level_payments(plans.principal, count, weights, terms.unit, terms.rounding)
    if terms.rounding is Rounding.HALF_UP:
        halves: Ints = (2 * plans.principal + count) // (2 * count)
        return halves
    return plans.principal // count


def _fits(plans: Plans, weights: Sequence[Ints | int], unit: Share) -> bool:
    heaviest = max(int(np.max(weight)) for weight in weights)
    return int(plans.principal.max()) * heaviest <= unit.limit
