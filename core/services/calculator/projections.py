"""``project``: where a debt is heading under one way of paying."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from pydantic import Field

from core.domain.projection import project as project_position
from core.domain.projection_model import FixedMonthly, Position, Scenario
from core.policy.rules.projection import projection_rule
from core.services.calculator.ageing import OutstandingInput
from core.services.calculator.fields import Absent, Amount, Count, Day, DaysPastDue, Input, Output, Rate, Yuan
from core.services.calculator.kinds import Book


class FixedMonthlyInput(Input):
    """The same amount on every due date."""

    fixed_monthly: Amount


class ProjectInput(Input):
    """What ``project`` reads."""

    as_of: Day
    outstanding: OutstandingInput
    days_past_due: DaysPastDue
    statement_day: Annotated[int, Field(ge=1, le=31)]
    months: Count
    scenario: Literal["do_nothing", "minimum_payment"] | FixedMonthlyInput
    daily_rate: Rate | Absent = None


class MonthOutput(Output):
    """The account on a statement date; charges and payments since the one before."""

    on: date
    principal: Yuan
    interest: Yuan
    fees: Yuan
    total: Yuan
    interest_charged: Yuan
    late_fee_charged: Yuan
    paid: Yuan
    days_past_due: int
    bucket: str


class ProjectOutput(Output):
    """What ``project`` writes; ``settled_on`` is null while something is owed."""

    months: list[MonthOutput]
    interest_total: Yuan
    late_fee_total: Yuan
    settled_on: date | None
    policy_version: str


def project(given: ProjectInput, book: Book) -> ProjectOutput:
    """Carry the account forward by the policy in force on ``as_of``."""
    policy = book().on(given.as_of)
    position = Position(given.as_of, given.outstanding.owed(), given.days_past_due, given.statement_day)
    if isinstance(given.scenario, FixedMonthlyInput):
        scenario: Scenario | FixedMonthly = FixedMonthly(given.scenario.fixed_monthly)
    else:
        scenario = Scenario(given.scenario)
    result = project_position(position, given.months, scenario, projection_rule(policy, given.daily_rate))
    return ProjectOutput(
        months=[MonthOutput(
            on=row.on, principal=row.principal_minor, interest=row.interest_minor, fees=row.fees_minor,
            total=row.total_minor, interest_charged=row.interest_charged_minor,
            late_fee_charged=row.late_fee_charged_minor, paid=row.paid_minor, days_past_due=row.days_past_due,
            bucket=row.bucket) for row in result.months],
        interest_total=result.interest_total_minor, late_fee_total=result.late_fee_total_minor,
        settled_on=result.settled_on, policy_version=policy.version)
