"""Interest by accumulated balance × days: exact until the one rounding at the end.

A debit bears interest from its posting date; a payment reduces the balance on its own day. The last
day counts or not, as the issuer's terms say. Rates are dated; within a pause the rate is zero.
Sources: policy ``interest.*``; the fine print of the calculator.
"""

from __future__ import annotations

from bisect import bisect_right
from calendar import isleap
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import pairwise

from core.domain.errors import InvalidInput
from core.domain.money import Rounding, round_minor

ONE_DAY = timedelta(days=1)


class RateBasis(StrEnum):
    """Per what a rate is given, and how many days its year has."""

    DAILY = "daily"
    ANNUAL_360 = "360"
    ANNUAL_365 = "365"
    ANNUAL_ACTUAL = "actual"
    """Each day is divided by the length of its own calendar year."""


class Base(StrEnum):
    """What bears interest once a bill was not paid in full by its due date."""

    FULL_BALANCE = "full_balance"
    """The whole bill from the posting date, a paid part until it was paid."""
    UNPAID_BALANCE = "unpaid_balance"
    """What was paid by the due date never bears interest; the rest from the posting date."""


@dataclass(frozen=True, slots=True)
class Movement:
    """A debit or a payment of ``amount_minor`` fen (not negative) on its posting date."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class DatedRate:
    """``rate`` in force from ``from_date`` until the next one; 0.0005 daily is 0.05 % a day."""

    from_date: date
    rate: Decimal
    basis: RateBasis = RateBasis.DAILY


@dataclass(frozen=True, slots=True)
class Pause:
    """Days without interest, both ends included."""

    first_date: date
    last_date: date


@dataclass(frozen=True, slots=True)
class InterestTerms:
    """How an issuer computes interest: dated rates, base, whether the last day counts, pauses."""

    rates: tuple[DatedRate, ...]
    base: Base = Base.FULL_BALANCE
    count_last_day: bool = True
    pauses: tuple[Pause, ...] = ()
    rounding: Rounding = Rounding.HALF_UP

    def __post_init__(self) -> None:
        ordered = tuple(sorted(self.rates, key=lambda rate: rate.from_date))
        object.__setattr__(self, "rates", ordered)
        if not ordered:
            raise InvalidInput("rate_missing", "interest needs at least one rate", field="rates")
        if any(not rate.rate.is_finite() or rate.rate < 0 for rate in ordered):
            raise InvalidInput("rate_negative", "a rate is a finite number, not negative", field="rates")
        if any(one.from_date == two.from_date for one, two in pairwise(ordered)):
            raise InvalidInput("rate_twice", "two rates start on the same date", field="rates")
        if any(pause.last_date < pause.first_date for pause in self.pauses):
            raise InvalidInput("pause_reversed", "a pause ends before it starts", field="pauses")


@dataclass(frozen=True, slots=True)
class Segment:
    """Days of one balance at one rate, both end days included: the line of an explanation."""

    from_date: date
    to_date: date
    days: int
    balance_minor: int
    daily_rate: Fraction
    """Exact, 0 within a pause; ``decimal_rate`` writes it."""


@dataclass(frozen=True, slots=True)
class Interest:
    """Interest in fen, the exact sum it was rounded from, and the segments that explain it."""

    interest_minor: int
    exact: Fraction
    segments: tuple[Segment, ...]


NO_INTEREST = Interest(0, Fraction(0), ())


def accumulated_interest(
    debits: Sequence[Movement],
    payments: Sequence[Movement],
    to: date,
    terms: InterestTerms,
    due_on: date | None = None,
) -> Interest:
    """Interest on ``debits`` less ``payments`` up to ``to``, in O(n log n) of the movements.

    ``due_on`` is the bill's due date (the caller adds days of grace): payments dated by then that cover
    all debits leave no interest; under ``UNPAID_BALANCE``, which requires it, what was paid by then
    never bears interest, oldest debit first. A credit balance bears nothing and meets later debits.
    Raises ``InvalidInput`` for negative amounts, movements after ``to``, or a day no rate covers.
    """
    _check_movements(debits, to, "debits")
    _check_movements(payments, to, "payments")
    if due_on is None:
        if terms.base is Base.UNPAID_BALANCE:
            raise InvalidInput("due_on_missing", "unpaid_balance needs the due date", field="due_on")
    else:
        in_time = sum(payment.amount_minor for payment in payments if payment.on <= due_on)
        if in_time >= sum(debit.amount_minor for debit in debits):
            return NO_INTEREST
        if terms.base is Base.UNPAID_BALANCE:
            debits = _less(debits, in_time)
            payments = [payment for payment in payments if payment.on > due_on]
    end = to + ONE_DAY if terms.count_last_day else to
    segments = tuple(_segments(_balances(debits, payments), end, _daily_rates(terms, end)))
    exact = exact_interest(segments)
    return Interest(round_minor(exact, terms.rounding), exact, segments)


def exact_interest(segments: Iterable[Segment]) -> Fraction:
    """Σ balance × days × daily rate in fen, not rounded."""
    balance_days: dict[Fraction, int] = defaultdict(int)
    for segment in segments:
        balance_days[segment.daily_rate] += segment.balance_minor * segment.days
    return sum((rate * total for rate, total in balance_days.items()), Fraction(0))


def decimal_rate(rate: Fraction) -> Decimal:
    """A daily rate as a decimal, to be written with format "f": exact where it ends, else 12 decimals."""
    scaled = round_minor(rate * 10**12)
    exact = Fraction(scaled, 10**12) == rate
    if not exact and _ends(rate.denominator):
        return Decimal(rate.numerator) / Decimal(rate.denominator)
    return Decimal(scaled).scaleb(-12).normalize()


def _ends(denominator: int) -> bool:
    for prime in (2, 5):
        while denominator % prime == 0:
            denominator //= prime
    return denominator == 1


def _check_movements(movements: Sequence[Movement], to: date, field: str) -> None:
    for number, movement in enumerate(movements):
        if movement.amount_minor < 0:
            raise InvalidInput("amount_negative", "an amount is not negative", field=f"{field}.{number}.amount")
        if movement.on > to:
            raise InvalidInput("movement_after_end", f"{field} may not be dated after the last day",
                               field=f"{field}.{number}.on")


def _less(debits: Sequence[Movement], paid_minor: int) -> list[Movement]:
    """``debits`` without the first ``paid_minor`` fen, oldest first."""
    left = []
    for debit in sorted(debits, key=lambda movement: movement.on):
        taken = min(paid_minor, debit.amount_minor)
        paid_minor -= taken
        left.append(Movement(debit.on, debit.amount_minor - taken))
    return left


def _balances(debits: Sequence[Movement], payments: Sequence[Movement]) -> list[tuple[date, int]]:
    """The balance from each day on which it changes; never below zero to the reader, exact inside."""
    net: dict[date, int] = defaultdict(int)
    for debit in debits:
        net[debit.on] += debit.amount_minor
    for payment in payments:
        net[payment.on] -= payment.amount_minor
    balance, balances = 0, []
    for day in sorted(net):
        balance += net[day]
        balances.append((day, max(balance, 0)))
    return balances


def _daily_rates(terms: InterestTerms, end: date) -> list[tuple[date, Fraction]]:
    """The exact daily rate from each day on which it may change, pauses laid over."""
    changes: list[tuple[date, Fraction]] = []
    for number, dated in enumerate(terms.rates):
        until = terms.rates[number + 1].from_date if number + 1 < len(terms.rates) else end
        changes.extend(_rate_changes(dated, min(until, end)))
    paused = _merged(terms.pauses)
    if not paused:
        return changes
    starts = [day for day, _ in changes]
    days = sorted({*starts, *(day for pair in paused for day in pair)})
    first_days = [first for first, _ in paused]
    laid = []
    for day in days:
        rate_at, pause_at = bisect_right(starts, day) - 1, bisect_right(first_days, day) - 1
        if rate_at >= 0:
            in_pause = pause_at >= 0 and day < paused[pause_at][1]
            laid.append((day, Fraction(0) if in_pause else changes[rate_at][1]))
    return laid


def _rate_changes(dated: DatedRate, until: date) -> Iterator[tuple[date, Fraction]]:
    rate = Fraction(dated.rate)
    if dated.basis is RateBasis.DAILY:
        yield dated.from_date, rate
    elif dated.basis is not RateBasis.ANNUAL_ACTUAL:
        yield dated.from_date, rate / int(dated.basis.value)
    else:
        for year in range(dated.from_date.year, max(until.year, dated.from_date.year) + 1):
            yield max(dated.from_date, date(year, 1, 1)), rate / (366 if isleap(year) else 365)


def _merged(pauses: Sequence[Pause]) -> list[tuple[date, date]]:
    """Pauses as disjoint (first day, day after the last)."""
    merged: list[tuple[date, date]] = []
    for pause in sorted(pauses, key=lambda one: one.first_date):
        after = pause.last_date + ONE_DAY
        if merged and pause.first_date <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(merged[-1][1], after))
        else:
            merged.append((pause.first_date, after))
    return merged


def _segments(
    balances: Sequence[tuple[date, int]], end: date, rates: Sequence[tuple[date, Fraction]]
) -> Iterator[Segment]:
    """Walk both lists of changes together; join neighbours that differ in neither balance nor rate."""
    starts = [day for day, _ in rates]
    pending: Segment | None = None
    for number, (first, balance) in enumerate(balances):
        after = min(balances[number + 1][0] if number + 1 < len(balances) else end, end)
        if not balance or first >= after:
            continue
        at = bisect_right(starts, first) - 1
        if at < 0:
            raise InvalidInput("rate_missing", f"no rate is in force on {first}", field="rates", on=str(first))
        while first < after:
            until = min(starts[at + 1], after) if at + 1 < len(starts) else after
            part = Segment(first, until - ONE_DAY, (until - first).days, balance, rates[at][1])
            if pending is None or not _joins(pending, part):
                if pending is not None:
                    yield pending
                pending = part
            else:
                pending = Segment(pending.from_date, part.to_date, pending.days + part.days, balance, part.daily_rate)
            first, at = until, at + 1
    if pending is not None:
        yield pending


def _joins(one: Segment, two: Segment) -> bool:
    return (one.balance_minor == two.balance_minor and one.daily_rate == two.daily_rate
            and one.to_date + ONE_DAY == two.from_date)
