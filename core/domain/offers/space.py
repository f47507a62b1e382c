"""The plan space: every combination of concession, start, price and length, cut to what could be asked for.

Plans are numbered; the number counts as the last tie-break, so the axes run from the least concession to
the largest. What only authority forbids stays in the space: the ledger says so, and the best plan one
level up can be found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache

from core.domain.calendar import Frequency, add_months, due_dates
from core.domain.money import Rounding, share_minor
from core.domain.offers.model import Facts, Wish
from core.domain.offers.plan import Concession, PlanTerms, Price
from core.domain.offers.rule import OfferRule
from core.domain.plan_shape import LEVEL, PlanShape
from core.domain.request_checks import first_due_range
from core.domain.request_terms import PERIODS_PER_YEAR
from core.domain.schedule import days_30_360

_DAYS_PER_MONTH, _DAYS_PER_YEAR = 30, 360
"""Of 30/360."""


@dataclass(frozen=True, slots=True)
class Space:
    """The axes; ``months`` go from 1. A plan with interest has at least one month that bears some."""

    concessions: tuple[Concession, ...]
    first_due_dates: tuple[date, ...]
    prices: tuple[Price, ...]
    lasting: tuple[tuple[int, ...], ...]
    """``[start][price]``: the most months whose instalments cover the interest of the first period."""
    longest: int
    frequency: Frequency = Frequency.MONTHLY
    shapes: tuple[PlanShape, ...] = (LEVEL,)
    """Level alone, or only such as are not."""
    uneven_from: tuple[tuple[int, ...], ...] = ()
    """``[start][shape]``: the least months whose instalments differ; empty where the only shape is level."""

    def __len__(self) -> int:
        return (len(self.concessions) * len(self.first_due_dates) * len(self.shapes) * len(self.prices)
                * self.longest)

    @property
    def is_shaped(self) -> bool:
        """Whether instalments differ."""
        return bool(self.uneven_from)

    def terms(self, index: int) -> PlanTerms:
        """The plan of that number."""
        rest, month = divmod(index, self.longest)
        rest, price = divmod(rest, len(self.prices))
        rest, shape = divmod(rest, len(self.shapes))
        concession, start = divmod(rest, len(self.first_due_dates))
        return PlanTerms(self.concessions[concession], self.first_due_dates[start], self.prices[price], month + 1,
                         self.frequency, self.shapes[shape])

    def exists(self, index: int) -> bool:
        """Whether the number stands for a plan.

        Not one whose every month is free of an interest it names, nor a level one whose long first period
        costs more than an instalment pays, nor one too short for its instalments to differ as its shape says.
        """
        rest, months = index // self.longest, index % self.longest + 1
        rest, price = divmod(rest, len(self.prices))
        rest, shape = divmod(rest, len(self.shapes))
        start, terms = rest % len(self.first_due_dates), self.prices[price]
        bears = not terms.annual_rate or terms.interest_free_months < months
        uneven = not self.uneven_from or months >= self.uneven_from[start][shape]
        return bears and uneven and months <= self.lasting[start][price]


def make_space(facts: Facts, rule: OfferRule, wish: Wish) -> Space:
    """The space for these facts. Of the wish only its shape counts: due day, frequency, dates, steps, down payment."""
    free = range(rule.grid.interest_free_months + 1)
    prices = [Price(rate, months) for rate in rule.grid.annual_rates for months in (free if rate else (0,))]
    starts, longest = _first_due_dates(facts, rule, wish), longest_months(facts, rule)
    concessions = _concessions(facts, rule, wish)
    if wish.is_shaped:
        shapes = plan_shapes(rule, wish)
        uneven = tuple(tuple(uneven_from(shape, start, longest, wish.frequency) for shape in shapes)
                       for start in starts)
        whole = ((longest,) * len(prices),) * len(starts)
        return Space(concessions, starts, tuple(prices), whole, longest, wish.frequency, shapes, uneven)
    days = [period_days(facts.as_of, start, longest, wish.frequency) for start in starts]
    lasting = tuple(tuple(lasting_months(one, price, longest, wish.frequency) for price in prices) for one in days)
    return Space(concessions, starts, tuple(prices), lasting, longest, wish.frequency)


def plan_shapes(rule: OfferRule, wish: Wish) -> tuple[PlanShape, ...]:
    """The shapes asked for, from the flattest."""
    grid = rule.grid
    steps = [(months, size, grid.most_steps) for size in grid.step_sizes for months in reversed(grid.step_months)] \
        if wish.rises else [(0, Decimal(0), 0)]
    shares = reversed(grid.lean_shares) if wish.lean_months else [Decimal(1)]
    return tuple(PlanShape(*step, wish.lean_months, share) for share in shares for step in steps)


@lru_cache(maxsize=1024)
def uneven_from(shape: PlanShape, first_due: date, longest: int, frequency: Frequency) -> int:
    """The fewest months in which two instalments differ; one more than the longest where none do."""
    per_year = PERIODS_PER_YEAR[frequency]
    sizes = shape.sizes(due_dates(first_due, longest * per_year // 12, frequency), per_year)
    differs = next((number for number, size in enumerate(sizes) if size != sizes[0]), None)
    if differs is None:
        return longest + 1
    return next(months for months in range(1, longest + 1) if months * per_year // 12 > differs)


def longest_months(facts: Facts, rule: OfferRule) -> int:
    """The longest plan worth a look: beyond it even with interest an instalment is below the least there is.

    No rate and length in policy's range makes a level payment twice the equal share of the debt.
    """
    least = max(rule.limits.least_instalment_minor, 1)
    return max(1, min(rule.limits.max_months, -(-2 * facts.balance_minor // least)))


@lru_cache(maxsize=512)
def period_days(as_of: date, first_due: date, months: int, frequency: Frequency) -> tuple[int, ...]:
    """The days of each period under 30/360, as ``core.domain.schedule`` counts them."""
    count = months * PERIODS_PER_YEAR[frequency] // 12
    if frequency is Frequency.MONTHLY:
        return (days_30_360(as_of, first_due), *[_DAYS_PER_MONTH] * (count - 1))
    dates = due_dates(first_due, count, frequency)
    return tuple(days_30_360(start, end) for start, end in zip((as_of, *dates), dates, strict=False))


@lru_cache(maxsize=8192)
def lasting_months(days: tuple[int, ...], price: Price, longest: int, frequency: Frequency) -> int:
    """The most months whose level payment exceeds the interest of the first period."""
    if not price.annual_rate or price.interest_free_months:
        return longest
    numerator, denominator = price.annual_rate.as_integer_ratio()
    rates, denominator = [numerator * one for one in days], denominator * _DAYS_PER_YEAR

    def covers(months: int) -> bool:
        growth, worth = 1, 0
        for rate in reversed(rates[: months * PERIODS_PER_YEAR[frequency] // 12]):
            growth, worth = growth * (denominator + rate), denominator * (growth + worth)
        return growth * denominator > rates[0] * worth

    low, high = 1, longest
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if covers(middle) else (low, middle - 1)
    return low


def most_down_minor(facts: Facts, rule: OfferRule, wish: Wish) -> int:
    """The most that may be paid down: what was declared, within policy and the balance."""
    return min(wish.down_payment_minor or 0, rule.limits.max_down_payment_minor(facts.balance_minor))


def _concessions(facts: Facts, rule: OfferRule, wish: Wish) -> tuple[Concession, ...]:
    # Nobody is asked for a down payment they did not offer.
    downs = sorted({0, most_down_minor(facts, rule, wish)})
    fees = [share_minor(facts.fees_minor, share, Rounding.DOWN) for share in rule.grid.late_fee_shares]
    interest = [share_minor(facts.interest_minor, share, Rounding.DOWN) for share in rule.grid.interest_shares]
    # And exactly what the level held may waive, which may fall between the shares.
    fees += [rule.waivers.late_fee_minor(facts.authority, facts.fees_minor)]
    interest += [rule.waivers.interest_minor(facts.authority, facts.interest_minor)]
    found = [Concession(down, fee, part) for down in downs for fee in sorted(set(fees))
             for part in sorted(set(interest))]
    # Something must be left to lay out, or the plan would be none.
    kept = [one for one in found if one.down_payment_minor + one.waived_minor < facts.balance_minor]
    return tuple(sorted(kept, key=lambda one: (one.waived_minor, one.interest_waived_minor, one.down_payment_minor)))


def _first_due_dates(facts: Facts, rule: OfferRule, wish: Wish) -> tuple[date, ...]:
    earliest, latest = first_due_range(facts.as_of, rule.limits)
    wished = wish.day_named
    if wish.pause_months is not None:
        wished = max(wished or facts.as_of, add_months(facts.as_of, min(wish.pause_months, rule.limits.max_months)))
    found = _due_days(facts.as_of, wish.due_day or facts.as_of.day, earliest, latest, rule.grid.start_months)
    if wished is not None:
        found |= {min(max(wished, earliest), latest)}
    return tuple(sorted(found))


def _due_days(as_of: date, due_day: int, earliest: date, latest: date, most: int) -> set[date]:
    """The next ``most`` days of the month numbered ``due_day`` within the range; its first day if there is none."""
    first = as_of.replace(day=1)
    days = [_day_of_month(add_months(first, months), due_day) for months in range(4)]
    within = [day for day in days if earliest <= day <= latest][:most]
    return set(within) or {earliest}


def _day_of_month(first: date, day: int) -> date:
    last = (add_months(first, 1) - first).days
    return first.replace(day=min(day, last))
