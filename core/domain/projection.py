"""Where a debt is heading: month by month under one way of paying.

Interest accrues daily on the principal by balance × days, is rounded once at each statement and then
joins the principal where the issuer compounds. A late fee falls on each due date whose minimum payment
is unpaid, on the unpaid part, and never bears interest. Payments fall on due dates and are allocated by
the days past due on that day. Integers throughout: a page draws several projections on each load.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from core.domain.delinquency import DelinquencyRule, bucket
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR
from core.domain.projected_account import open_account
from core.domain.projection_model import (
    FixedMonthly,
    Position,
    ProjectedMonth,
    Projection,
    ProjectionRule,
    Scenario,
    statement_dates,
)
from core.domain.schedule import Instalment, Schedule

LONGEST_PROJECTION = 600
"""Months: fifty years."""
_SHORTEST_MONTH = 28


def project(position: Position, months: int, scenario: Scenario | FixedMonthly, rule: ProjectionRule) -> Projection:
    """Carry ``position`` forward over ``months`` statements under ``scenario``.

    Raises ``InvalidInput`` for negative amounts or days, a statement day outside 1-31, or months
    outside 1-600.
    """
    _check(position, months, scenario)
    account = open_account(position, scenario, rule)
    rows = []
    since = position.as_of
    for on in statement_dates(position.as_of, position.statement_day, months):
        account.run_to(since, on)
        rows.append(account.close(on))
        since = on
    return Projection(tuple(rows), account.settled_on)


def project_until(position: Position, until: date, scenario: Scenario | FixedMonthly, rule: ProjectionRule,
                  marks: Sequence[date] = ()) -> Projection:
    """Carry ``position`` forward to the end of the day ``until``: its statements, then the days after the last.

    The last row is the account on ``until``; between two statements its interest is what has grown by then.
    ``marks`` are days up to ``until`` to be looked at on the way: as many rows in ``Projection.marks``, each what a
    projection to that day would end with.
    Raises ``InvalidInput`` as ``project`` does, for a day before ``as_of`` and for a mark after ``until``.
    """
    if min((until, *marks)) < position.as_of:
        raise InvalidInput("day_before_start", "a projection ends no earlier than it starts", field="until")
    if max((until, *marks)) > until:
        raise InvalidInput("day_after_end", "a projection is looked at no later than it ends", field="marks")
    most = (until - position.as_of).days // _SHORTEST_MONTH + 1
    _check(position, most, scenario)
    closing = {on for on in statement_dates(position.as_of, position.statement_day, most) if on <= until}
    account = open_account(position, scenario, rule)
    stood: dict[date, ProjectedMonth] = {}
    since = position.as_of
    for on in sorted({*closing, *marks, until}):
        account.run_to(since, on)
        stood[on] = account.close(on) if on in closing else account.stand(on)
        since = on
    rows = tuple(row for on, row in stood.items() if on in closing or on == until)
    return Projection(rows, account.settled_on, tuple(stood[on] for on in marks))


def project_schedule(position: Position, months: int, schedule: Schedule, rule: DelinquencyRule) -> Projection:
    """The same months under an agreed schedule that is kept: no late fees, nothing past due.

    What the schedule repays is what is owed; its interest and fees count as charged when they fall due.
    """
    _check(position, months, Scenario.DO_NOTHING)
    calm = bucket(0, rule)
    left, down = schedule.principal_minor + schedule.down_payment_minor, schedule.down_payment_minor
    pending = iter(schedule.instalments)
    instalment: Instalment | None = next(pending, None)
    rows = []
    for on in statement_dates(position.as_of, position.statement_day, months):
        charged = paid = 0
        if down and schedule.start_date <= on:
            left, paid, down = left - down, down, 0
        while instalment is not None and instalment.due_date <= on:
            charged += instalment.interest_minor + instalment.fee_minor
            paid += instalment.amount_minor
            left -= instalment.principal_minor
            instalment = next(pending, None)
        rows.append(ProjectedMonth(on, left, 0, 0, left, charged, 0, paid, 0, calm))
    settled = _last_payment(schedule)
    return Projection(tuple(rows), settled if settled <= rows[-1].on else None)


def _last_payment(schedule: Schedule) -> date:
    payments = [row.due_date for row in schedule.instalments if row.amount_minor]
    return payments[-1] if payments else schedule.start_date


def _check(position: Position, months: int, scenario: Scenario | FixedMonthly) -> None:
    owed = position.outstanding
    for name in ("principal", "interest", "fees"):
        if not 0 <= getattr(owed, f"{name}_minor") <= MAX_MINOR:
            raise InvalidInput("amount_out_of_range", "an amount is not negative and not above the limit",
                               field=f"outstanding.{name}")
    if not 0 <= position.accrued_interest_minor <= owed.interest_minor:
        raise InvalidInput("amount_out_of_range", "accrued interest is part of the interest outstanding",
                           field="accrued_interest")
    if position.days_past_due < 0:
        raise InvalidInput("days_negative", "days past due are not negative", field="days_past_due")
    if not 1 <= position.statement_day <= 31:
        raise InvalidInput("statement_day_out_of_range", "a statement day lies between 1 and 31",
                           field="statement_day")
    if not 1 <= months <= LONGEST_PROJECTION:
        raise InvalidInput("months_out_of_range", f"months go from 1 to {LONGEST_PROJECTION}", field="months")
    if isinstance(scenario, FixedMonthly) and scenario.amount_minor < 0:
        raise InvalidInput("amount_negative", "an amount is not negative", field="scenario.fixed_monthly")
