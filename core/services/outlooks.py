"""Where an account is heading: projections that start from the account as it really stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from core.domain.allocation import Outstanding
from core.domain.calendar import add_months
from core.domain.projection import project_until
from core.domain.projection_model import FixedMonthly, Position, Projection, ProjectionRule, Scenario
from core.domain.statement import Compounding
from core.policy.book import Policy
from core.policy.rules.projection import projection_rule
from core.services.context import ServiceContext
from core.services.cost_marks import CostMarks, cost_marks
from core.services.means import Budget, BudgetPart
from core.services.positions import AccountPosition

MONTHS_AHEAD = 12
_STEPS = (3, 6, MONTHS_AHEAD)
"""Months after which the outlook says in figures what is owed."""
_TEN_YUAN = 1_000
_MOST_PAYMENTS = MONTHS_AHEAD + 1
"""In so many months: one a month, and one still open at their start."""


@dataclass(frozen=True, slots=True)
class Standing:
    """What is owed so many calendar months from today each way, in fen."""

    months: int
    do_nothing_minor: int
    minimum_minor: int
    fixed_minor: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Twelve calendar months ahead three ways; ``until_date`` is the last day, the same day of next year.

    The rows of each way are its statements and, last, ``until_date`` itself.
    """

    today_minor: int
    until_date: date
    do_nothing: Projection
    minimum: Projection
    fixed: Projection
    fixed_minor: int
    fixed_from: BudgetPart | None
    """Which part of the assessed month's money the fixed amount is; None: it was chosen, or there is none."""
    steps: tuple[Standing, ...]
    marks: CostMarks
    """Which marks of courts and regulators the charges of doing nothing would pass."""


def outlook(context: ServiceContext, position: AccountPosition, fixed_minor: int | None,
            budget: Budget | None) -> Outlook | None:
    """The three projections of an account; None when nothing is owed. Today's rules are carried forward."""
    if position.total_minor <= 0:
        return None
    policy = context.policy.on(position.as_of, position.issuer)
    rule = projection_rule(policy)
    start = projection_start(position, policy)
    known = budget if budget is not None and budget.amount_minor and not fixed_minor else None
    fixed = fixed_minor or (known.amount_minor if known else amount_on_course(start, rule, policy))
    ways = (Scenario.DO_NOTHING, Scenario.MINIMUM_PAYMENT, FixedMonthly(fixed))
    until = furthest(position)
    marks = [add_months(start.as_of, months) for months in _STEPS]
    do_nothing, minimum, level = (project_until(start, until, way, rule, marks) for way in ways)
    steps = tuple(Standing(months, *(way.marks[number].total_minor for way in (do_nothing, minimum, level)))
                  for number, months in enumerate(_STEPS))
    added = do_nothing.interest_total_minor + do_nothing.late_fee_total_minor
    return Outlook(position.total_minor, until, do_nothing, minimum, level, fixed,
                   fixed_from=known.part if known else None, steps=steps,
                   marks=cost_marks(context, position, until, added))


def furthest(position: AccountPosition) -> date:
    """The day to which anything looks ahead: twelve calendar months from today. Further on today's rules say little."""
    return add_months(position.as_of, MONTHS_AHEAD)


def unpaid_until(position: AccountPosition, until: date, policy: Policy) -> Projection:
    """Doing nothing to the end of ``until``: the one way in which every page counts it."""
    return project_until(projection_start(position, policy), until, Scenario.DO_NOTHING, projection_rule(policy))


def _owed(start: Position, months: int, way: Scenario | FixedMonthly, rule: ProjectionRule) -> int:
    return project_until(start, add_months(start.as_of, months), way, rule).months[-1].total_minor


def projection_start(position: AccountPosition, policy: Policy) -> Position:
    """An account as a projection takes it: interest up to today included, fees together.

    Where the issuer compounds, billed interest bears interest like principal (policy
    ``interest.compounding``) and is handed over as such; accrued interest joins it at the next statement.
    """
    compounds = Compounding(policy.text("interest.compounding")) is Compounding.MONTHLY
    billed, accrued = position.interest_minor, position.accrued_interest_minor
    owed = Outstanding(fees_minor=position.fees_minor, interest_minor=accrued if compounds else billed + accrued,
                       principal_minor=max(position.principal_minor + (billed if compounds else 0), 0))
    suspended = position.deferred_until is not None and policy.flag("extension.late_fee_suspended")
    is_open = position.open_due_date is not None
    return Position(
        position.as_of, owed, position.days_past_due, position.statement_day,
        min(position.minimum_due_minor, owed.total_minor) if position.last_statement else None,
        accrued_interest_minor=accrued, open_due_date=position.open_due_date,
        late_fee_to_come_minor=0 if is_open else position.late_fee_to_come_minor,
        no_late_fee_until=position.deferred_until if suspended else None, open_bill_minor=position.open_bill_minor,
        interest_at_stake_minor=position.accrual.at_stake.interest_minor)


def amount_on_course(start: Position, rule: ProjectionRule, policy: Policy) -> int:
    """The least monthly amount, in whole tens of yuan, that is on course to repay within the longest agreement.

    On course: after twelve months, late fees of smaller payments included, no more is left than twelve
    months of an even repayment over ``p70.max_months`` would leave. In fen.
    """
    owed = start.outstanding.total_minor
    longest = policy.integer("p70.max_months")
    goal = owed * (longest - MONTHS_AHEAD) // longest

    def on_course(tens: int) -> bool:
        return _owed(start, MONTHS_AHEAD, FixedMonthly(tens * _TEN_YUAN), rule) <= goal

    # Even without interest no less than an even share of what is to be repaid: the search starts there, not at nothing.
    least = max(policy.money("afford.min_instalment") // _TEN_YUAN, (owed - goal) // _MOST_PAYMENTS // _TEN_YUAN, 1)
    most = 2 * least
    while not on_course(most):
        least, most = most + 1, 2 * most
    while least < most:
        middle = (least + most) // 2
        least, most = (least, middle) if on_course(middle) else (middle + 1, most)
    return least * _TEN_YUAN
