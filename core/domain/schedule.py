"""Instalment schedules: what is due when, and what each instalment pays.

The level payment of ``equal_instalment`` is principal ÷ Σ Π 1/(1 + period rate) over the actual period
rates. Rates and day counts become integers over one denominator, so everything before a rounding is
exact and no fraction is built in the loop. ``rounding`` governs each principal share; interest and
fees are rounded half-up; the last instalment absorbs what rounding left (policy
``instalment.rounding``), so the principal always sums to the amount repaid. Instalments of different sizes
(``weights``) are rounded up instead, so that the last one is never above its own size.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from core.domain.apr import AnnualisedRate, dated_rate, monthly_rate
from core.domain.calendar import Frequency, MonthEnd, add_months, due_dates
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR, Rounding, divide_minor, share_minor
from core.domain.weighted_payments import weighted_payments, weighted_unit


class Method(StrEnum):
    """How principal and cost are spread over the instalments."""

    EQUAL_INSTALMENT = "equal_instalment"
    """Every instalment is the same amount."""
    EQUAL_PRINCIPAL = "equal_principal"
    """Every instalment repays the same principal, interest on what is still owed."""
    FEE_PER_PERIOD = "fee_per_period"
    """A fixed fee each period on the original principal, whatever has been repaid."""
    INTEREST_FREE = "interest_free"
    """Equal shares of principal and nothing else."""


class DayCount(StrEnum):
    """How many days a period has, and how many its year has."""

    THIRTY_360 = "30/360"
    """A whole month is 30 days of a year of 360, so a month bears a twelfth of the annual rate."""
    ACTUAL_365 = "actual/365"
    ACTUAL_ACTUAL = "actual/actual"
    """Each day is divided by the length of its own calendar year."""


class RatePer(StrEnum):
    """Per what a rate is quoted."""

    YEAR = "year"
    DAY = "day"


@dataclass(frozen=True, slots=True)
class Instalment:
    """One payment; ``amount_minor`` = principal + interest + fee."""

    number: int
    due_date: date
    principal_minor: int
    interest_minor: int
    fee_minor: int
    amount_minor: int
    balance_after_minor: int


@dataclass(frozen=True, slots=True)
class SchedulePlan:
    """The terms a schedule is made from.

    ``rate`` bears interest (``rate_per`` year or day; 0.12 is 12 %); ``fee_rate`` is per period on the
    principal repaid by instalments. The first ``interest_free_periods`` periods bear no interest.
    ``first_due_date`` defaults to one period after ``start_date``, when ``down_payment_minor`` is paid.
    ``weights`` are the sizes of the instalments beside one another (``core.domain.plan_shape``); none: all the same.
    """

    principal_minor: int
    start_date: date
    count: int
    method: Method = Method.EQUAL_INSTALMENT
    first_due_date: date | None = None
    frequency: Frequency = Frequency.MONTHLY
    rate: Decimal = Decimal(0)
    rate_per: RatePer = RatePer.YEAR
    fee_rate: Decimal = Decimal(0)
    day_count: DayCount = DayCount.THIRTY_360
    down_payment_minor: int = 0
    interest_free_periods: int = 0
    rounding: Rounding = Rounding.HALF_UP
    month_end: MonthEnd = MonthEnd.CLAMP
    weights: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Schedule:
    """The instalments with their totals in fen; ``principal_minor`` is what the instalments repay."""

    start_date: date
    frequency: Frequency
    down_payment_minor: int
    instalments: tuple[Instalment, ...]
    principal_minor: int = field(init=False)
    interest_minor: int = field(init=False)
    fee_minor: int = field(init=False)
    amount_minor: int = field(init=False)

    def __post_init__(self) -> None:
        rows = self.instalments
        principal = sum([row.principal_minor for row in rows])
        interest, fee = sum([row.interest_minor for row in rows]), sum([row.fee_minor for row in rows])
        for name, total in (("principal_minor", principal), ("interest_minor", interest), ("fee_minor", fee),
                            ("amount_minor", principal + interest + fee)):
            object.__setattr__(self, name, total)

    @property
    def cost_minor(self) -> int:
        """Interest and fees together."""
        return self.interest_minor + self.fee_minor


def make_schedule(plan: SchedulePlan) -> Schedule:
    """Lay out the instalments of ``plan``.

    Raises ``InvalidInput`` for terms that are negative, contradictory or out of range (1-600
    instalments, first due date not before the start, down payment not above the principal).
    """
    _check(plan)
    dates = instalment_dates(plan)
    principal = plan.principal_minor - plan.down_payment_minor
    rates, denominator = _period_rates(plan, dates)
    shares = None
    if plan.weights:
        payments = weighted_payments(principal, rates, denominator, plan.weights)
    elif plan.method is Method.EQUAL_INSTALMENT:
        payments = [level_payment(principal, rates, denominator, plan.rounding)] * plan.count
    else:
        payments, shares = [0] * plan.count, divide_minor(principal, plan.count, plan.rounding)
    fee = share_minor(principal, plan.fee_rate)
    rows = []
    balance = principal
    for number, (due_date, rate, payment) in enumerate(zip(dates, rates, payments, strict=True), 1):
        interest = divide_minor(balance * rate, denominator) if rate else 0
        if number == plan.count:
            share = balance
        else:
            # Never negative and never past zero: a long first period may cost more than the level
            # payment, and a share rounded up many times may use the balance up early.
            share = payment - interest if shares is None else shares
            if not 0 <= share <= balance:
                share = 0 if share < 0 else balance
        balance -= share
        rows.append(Instalment(number, due_date, share, interest, fee, share + interest + fee, balance))
    return Schedule(plan.start_date, plan.frequency, plan.down_payment_minor, tuple(rows))


def instalment_dates(plan: SchedulePlan) -> tuple[date, ...]:
    """The due dates of ``plan``, all counted from the first one."""
    first = plan.first_due_date or next_due_date(plan.start_date, plan.frequency, plan.month_end)
    return due_dates(first, plan.count, plan.frequency, plan.month_end)


def next_due_date(start: date, frequency: Frequency, month_end: MonthEnd = MonthEnd.CLAMP) -> date:
    """One period after ``start``."""
    if frequency is Frequency.MONTHLY:
        return add_months(start, 1, month_end)
    return start + timedelta(days=7 if frequency is Frequency.WEEKLY else 14)


def annualised_rate(schedule: Schedule) -> AnnualisedRate:
    """The disclosed rate of a schedule (PBOC announcement 2021 No. 3; policy ``disclosure.annualised_rate``).

    Monthly instalments count as equal months, whatever the length of the first; other frequencies by
    their dates. Interest and fees of zero give 0.00, also where nothing is repaid at all.
    """
    if schedule.cost_minor == 0:
        return AnnualisedRate(Decimal("0.00"), Decimal("0.00"))
    rows = schedule.instalments
    if schedule.frequency is Frequency.MONTHLY:
        return monthly_rate([(0, schedule.principal_minor), *((row.number, -row.amount_minor) for row in rows)])
    return dated_rate([(schedule.start_date, schedule.principal_minor),
                       *((row.due_date, -row.amount_minor) for row in rows)])


def _check(plan: SchedulePlan) -> None:
    if not 0 <= plan.principal_minor <= MAX_MINOR:
        raise InvalidInput("amount_out_of_range", "the principal is not negative and not above the limit",
                           field="principal")
    if not 0 <= plan.down_payment_minor <= plan.principal_minor:
        raise InvalidInput("down_payment_out_of_range", "the down payment lies between 0 and the principal",
                           field="down_payment")
    if plan.first_due_date is not None and plan.first_due_date < plan.start_date:
        raise InvalidInput("dates_reversed", "the first due date is before the start", field="first_due_on")
    if not 0 <= plan.interest_free_periods <= plan.count:
        raise InvalidInput("interest_free_periods_out_of_range",
                           "interest-free periods lie between 0 and the number of instalments",
                           field="interest_free_periods")
    if plan.weights and (plan.method not in (Method.EQUAL_INSTALMENT, Method.INTEREST_FREE)
                         or len(plan.weights) != plan.count or min(plan.weights) < 1):
        raise InvalidInput("weights_malformed", "each equal or interest-free instalment has one positive weight",
                           field="weights")
    refuse_rates(plan.method, plan.rate, plan.fee_rate)


def refuse_rates(method: Method, rate: Decimal, fee_rate: Decimal) -> None:
    """Raise ``InvalidInput`` for a rate that is negative, not finite, or that ``method`` does not have."""
    for name, value in (("rate", rate), ("fee_rate_per_period", fee_rate)):
        if not value.is_finite() or value < 0:
            raise InvalidInput("rate_negative", "a rate is a finite number, not negative", field=name)
    if rate and method not in (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL):
        raise InvalidInput("rate_contradicts_method", f"{method} has no interest rate", field="method")
    if fee_rate and method is not Method.FEE_PER_PERIOD:
        raise InvalidInput("rate_contradicts_method", f"{method} has no fee per period", field="method")


def level_payment(principal: int, rates: Sequence[int], denominator: int, rounding: Rounding) -> int:
    """principal ÷ Σ_k Π_{j≤k} 1/(1 + rate_j) in fen, rounded once; ``rates`` are over ``denominator``.

    From the last period backwards: value V_k = (1 + V_{k+1}) / (1 + rate_k), kept as ``worth / growth``
    with integers only.
    """
    growth, worth = 1, 0
    for rate in reversed(rates):
        growth, worth = growth * (denominator + rate), denominator * (growth + worth)
    return divide_minor(principal * growth, worth, rounding)


def nominal_unit(plan: SchedulePlan) -> Fraction:
    """What one unit of weight pays before anything is rounded, in fen, for a plan that has ``weights``."""
    rates, denominator = _period_rates(plan, instalment_dates(plan))
    return weighted_unit(plan.principal_minor - plan.down_payment_minor, rates, denominator, plan.weights)


def _period_rates(plan: SchedulePlan, dates: Sequence[date]) -> tuple[list[int], int]:
    """The rate of each period as integers over the returned denominator."""
    numerator, denominator = plan.rate.as_integer_ratio()
    if not numerator:
        return [0] * plan.count, 1
    starts = (plan.start_date, *dates[:-1])
    if plan.rate_per is RatePer.DAY:
        year = 1
    else:
        year = {DayCount.THIRTY_360: 360, DayCount.ACTUAL_365: 365, DayCount.ACTUAL_ACTUAL: 365 * 366}[plan.day_count]
    if plan.day_count is DayCount.THIRTY_360 and plan.frequency is Frequency.MONTHLY:
        rates = [numerator * 30] * plan.count
        rates[0] = numerator * days_30_360(plan.start_date, dates[0])
        rates[: plan.interest_free_periods] = [0] * plan.interest_free_periods
        return rates, denominator * year
    rates = []
    for number, (start, end) in enumerate(zip(starts, dates, strict=True), 1):
        if number <= plan.interest_free_periods:
            rates.append(0)
        elif plan.day_count is DayCount.THIRTY_360:
            rates.append(numerator * days_30_360(start, end))
        elif plan.day_count is DayCount.ACTUAL_365 or plan.rate_per is RatePer.DAY:
            rates.append(numerator * (end - start).days)
        else:
            rates.append(numerator * _weighted_days(start, end))
    return rates, denominator * year


def days_30_360(start: date, end: date) -> int:
    """Days under 30/360: whole months, also from one month's end to another's, are 30 days each."""
    months = (end.year - start.year) * 12 + end.month - start.month
    if end == add_months(start, months) or start == add_months(end, -months):
        return 30 * months
    return 30 * months + min(end.day, 30) - min(start.day, 30)


def _weighted_days(start: date, end: date) -> int:
    """Days over (365 × 366): a day of a common year counts 366, a day of a leap year 365."""
    weighted = 0
    while start < end:
        until = min(end, date(start.year + 1, 1, 1))
        weighted += (until - start).days * (365 if isleap(start.year) else 366)
        start = until
    return weighted
