"""``due-dates``, ``schedule`` and ``apr``."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from core.domain.apr import dated_rate, monthly_rate
from core.domain.calendar import BusinessDay, Frequency, MonthEnd
from core.domain.calendar import due_dates as list_due_dates
from core.domain.errors import InvalidInput
from core.domain.money import Rounding
from core.domain.schedule import DayCount, Method, RatePer, SchedulePlan, annualised_rate, make_schedule
from core.policy.book import Policy
from core.policy.rules.account import business_day_rule, month_end_rule
from core.policy.rules.plan import instalment_annual_rate, instalment_day_count, instalment_rounding
from core.services.calculator.fields import (
    Absent,
    Amount,
    Count,
    Day,
    Input,
    Output,
    Percent,
    Rate,
    SignedAmount,
    Yuan,
)
from core.services.calculator.kinds import Book

Every = Literal["weekly", "fortnightly", "monthly"]


class DueDatesInput(Input):
    """What ``due-dates`` reads."""

    first_on: Day
    count: Count
    frequency: Every
    month_end: Literal["clamp", "roll"] | Absent = None
    business_day: Literal["none", "following"] | Absent = None


class DueDatesOutput(Output):
    """What ``due-dates`` writes."""

    dates: list[date]
    policy_version: str


def due_dates(given: DueDatesInput, book: Book) -> DueDatesOutput:
    """Due dates counted from the first one."""
    policy = book().on(given.first_on)
    month_end = MonthEnd(given.month_end) if given.month_end else month_end_rule(policy)
    business_day = BusinessDay(given.business_day) if given.business_day else business_day_rule(policy)
    dates = list_due_dates(given.first_on, given.count, Frequency(given.frequency), month_end, business_day)
    return DueDatesOutput(dates=list(dates), policy_version=policy.version)


class ScheduleInput(Input):
    """What ``schedule`` reads. At most one of the three rates, and the one that fits the method."""

    principal: Amount
    start_on: Day
    first_due_on: Day | Absent = None
    count: Count
    frequency: Every = "monthly"
    method: Literal["equal_instalment", "equal_principal", "fee_per_period", "interest_free"]
    annual_rate: Rate | Absent = None
    daily_rate: Rate | Absent = None
    fee_rate_per_period: Rate | Absent = None
    day_count: Literal["30/360", "actual/365", "actual/actual"] | Absent = None
    down_payment: Amount = 0
    interest_free_periods: Annotated[int, Field(ge=0, le=600)] = 0
    rounding: Literal["half_up", "truncate"] | Absent = None


class InstalmentOutput(Output):
    """One instalment."""

    number: int
    due_on: date
    principal: Yuan
    interest: Yuan
    fee: Yuan
    amount: Yuan
    balance_after: Yuan


class TotalsOutput(Output):
    """Sums over the instalments; the down payment is not one of them."""

    principal: Yuan
    interest: Yuan
    fee: Yuan
    amount: Yuan


class ScheduleOutput(Output):
    """What ``schedule`` writes; ``annualised_rate`` is percent a year (monthly IRR × 12)."""

    instalments: list[InstalmentOutput]
    down_payment: Yuan
    totals: TotalsOutput
    annualised_rate: Percent
    policy_version: str


def schedule(given: ScheduleInput, book: Book) -> ScheduleOutput:
    """The instalments of a plan and what they cost a year."""
    policy = book().on(given.first_due_on or given.start_on)
    method = Method(given.method)
    rate, rate_per = _rate(given, method, policy)
    made = make_schedule(SchedulePlan(
        principal_minor=given.principal, start_date=given.start_on, count=given.count, method=method,
        first_due_date=given.first_due_on, frequency=Frequency(given.frequency), rate=rate, rate_per=rate_per,
        fee_rate=given.fee_rate_per_period or Decimal(0),
        day_count=_day_count(given, rate_per, policy),
        down_payment_minor=given.down_payment, interest_free_periods=given.interest_free_periods,
        rounding=_ROUNDINGS[given.rounding] if given.rounding else instalment_rounding(policy)))
    return ScheduleOutput(
        instalments=[InstalmentOutput(
            number=row.number, due_on=row.due_date, principal=row.principal_minor, interest=row.interest_minor,
            fee=row.fee_minor, amount=row.amount_minor, balance_after=row.balance_after_minor)
            for row in made.instalments],
        down_payment=made.down_payment_minor,
        totals=TotalsOutput(principal=made.principal_minor, interest=made.interest_minor, fee=made.fee_minor,
                            amount=made.amount_minor),
        annualised_rate=annualised_rate(made).monthly_irr_x12, policy_version=policy.version)


_ROUNDINGS = {"half_up": Rounding.HALF_UP, "truncate": Rounding.DOWN}


def _day_count(given: ScheduleInput, rate_per: RatePer, policy: Policy) -> DayCount:
    if given.day_count:
        return DayCount(given.day_count)
    # A daily rate is charged for each day there is, unless the terms say otherwise.
    return DayCount.ACTUAL_ACTUAL if rate_per is RatePer.DAY else instalment_day_count(policy)


def _rate(given: ScheduleInput, method: Method, policy: Policy) -> tuple[Decimal, RatePer]:
    """The rate the method bears interest at; refuses rates that contradict it or each other."""
    rates = {"annual_rate": given.annual_rate, "daily_rate": given.daily_rate,
             "fee_rate_per_period": given.fee_rate_per_period}
    named = [name for name, rate in rates.items() if rate is not None]
    if len(named) > 1:
        raise InvalidInput("rates_contradict", "a schedule has one rate", field=named[-1])
    bears_interest = method in (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL)
    fits = {"fee_rate_per_period"} if method is Method.FEE_PER_PERIOD else (
        {"annual_rate", "daily_rate"} if bears_interest else set())
    if method is Method.FEE_PER_PERIOD and not named:
        raise InvalidInput("missing", "fee_per_period needs its rate", field="fee_rate_per_period")
    if named and named[0] not in fits and rates[named[0]]:
        raise InvalidInput("rate_contradicts_method", f"{method} has no {named[0]}", field=named[0])
    if not bears_interest:
        return Decimal(0), RatePer.YEAR
    if given.daily_rate is not None:
        return given.daily_rate, RatePer.DAY
    return (instalment_annual_rate(policy) if given.annual_rate is None else given.annual_rate), RatePer.YEAR


class FlowInput(Input):
    """A flow at the end of a numbered month, or on a date. What the borrower pays is negative."""

    period: Annotated[int, Field(ge=0, le=10_000)] | Absent = None
    on: Day | Absent = None
    amount: SignedAmount


class AprInput(Input):
    """What ``apr`` reads: all flows by period, or all by date."""

    flows: list[FlowInput]
    as_of: Day | Absent = None


class AprOutput(Output):
    """What ``apr`` writes, in percent a year."""

    monthly_irr_x12: Percent
    effective: Percent


def apr(given: AprInput, book: Book) -> AprOutput:
    """The rate of return of the flows (PBOC announcement 2021 No. 3). Needs no policy."""
    months: list[tuple[int, int]] = []
    days: list[tuple[date, int]] = []
    for number, flow in enumerate(given.flows):
        if flow.period is not None and flow.on is None:
            months.append((flow.period, flow.amount))
        elif flow.on is not None and flow.period is None:
            days.append((flow.on, flow.amount))
        else:
            raise InvalidInput("period_or_date", "a flow has either a period or a date", field=f"flows.{number}")
        if months and days:
            raise InvalidInput("periods_and_dates", "all flows have periods, or all have dates",
                               field=f"flows.{number}")
    rate = dated_rate(days) if days else monthly_rate(months)
    return AprOutput(monthly_irr_x12=rate.monthly_irr_x12, effective=rate.effective)
