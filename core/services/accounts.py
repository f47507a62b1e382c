"""What a cardholder sees of their own accounts: the picture today, the history, and where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.repositories import accounts as repository
from core.db.repositories import assessments as assessment_repository
from core.domain.actor import Actor, Role
from core.domain.allocation import Outstanding
from core.domain.errors import NotFound
from core.domain.projection import FixedMonthly, Position, Projection, ProjectionRule, Scenario, project
from core.policy.book import Policy
from core.policy.rules.projection import projection_rule
from core.services import explanations
from core.services.context import ServiceContext
from core.services.explanations import Charge, Explanation
from core.services.positions import AccountPosition, StatementFigures, positions, statement_figures
from core.services.request_reading import is_identifier

HISTORY = 12
"""How many statements, payments and charges an account's page shows."""
MONTHS_AHEAD = 12
_TEN_YUAN = 1_000


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over all accounts of a person, in fen."""

    principal_minor: int
    interest_minor: int
    accrued_interest_minor: int
    late_fee_minor: int
    other_fees_minor: int
    total_minor: int
    disputed_minor: int
    in_transit_minor: int


@dataclass(frozen=True, slots=True)
class Overview:
    """All accounts of the person who asks, those longest overdue first, with their sums."""

    as_of: date
    accounts: tuple[AccountPosition, ...]
    totals: Totals
    affordable_minor: int | None
    """Per month by the newest finished assessment; None without one."""


@dataclass(frozen=True, slots=True)
class PaymentLine:
    """A payment with how it was applied (Art. 57 order), in fen; ``status`` is posted or in_transit."""

    value_date: date
    amount_minor: int
    channel: str
    status: str
    applied_principal_minor: int
    applied_interest_minor: int
    applied_fees_minor: int
    unapplied_minor: int


@dataclass(frozen=True, slots=True)
class Outlook:
    """Twelve months ahead three ways. ``fixed_is_affordable``: the fixed amount is the assessed one."""

    today_minor: int
    do_nothing: Projection
    minimum: Projection
    fixed: Projection
    fixed_minor: int
    fixed_is_affordable: bool


@dataclass(frozen=True, slots=True)
class AccountDetail:
    """One account with its history, its outlook and the working behind every figure."""

    position: AccountPosition
    statements: tuple[StatementFigures, ...]
    payments: tuple[PaymentLine, ...]
    charges: tuple[Charge, ...]
    outlook: Outlook | None
    """None when nothing is owed."""
    explanations: tuple[Explanation, ...]


def overview(actor: Actor, context: ServiceContext, as_of: date) -> Overview:
    """All own accounts with totals. Six queries however many accounts there are."""
    cardholder_id = _own(actor)
    with context.reading() as connection:
        rows = repository.of_cardholder(connection, cardholder_id)
        found = tuple(positions(connection, context, rows, as_of))
        assessed = assessment_repository.newest_final(connection, cardholder_id)
    return Overview(as_of, found, _totals(found), None if assessed is None else assessed.affordable_minor)


def account_detail(actor: Actor, context: ServiceContext, account_id: str, as_of: date,
                   fixed_minor: int | None = None) -> AccountDetail:
    """One own account in depth; ``fixed_minor`` is what would be paid each month in the third projection.

    Raises ``NotFound`` for an unknown account and for another person's: the two look the same.
    """
    cardholder_id = _own(actor)
    with context.reading() as connection:
        row = _own_account(connection, cardholder_id, account_id)
        position = positions(connection, context, [row], as_of)[0]
        closed = repository.recent_statements(connection, account_id, HISTORY)
        paid = repository.recent_payments(connection, account_id, HISTORY)
        charged = tuple(_charge(entry) for entry in repository.charges(connection, account_id, HISTORY))
        moved = repository.movements_since(connection, explanations.window(row, closed)).get(row.id, ())
        assessed = assessment_repository.newest_final(connection, cardholder_id)
    return AccountDetail(
        position=position, statements=tuple(statement_figures(statement) for statement in closed),
        payments=tuple(_payment(payment) for payment in paid), charges=charged,
        outlook=outlook(context, position, fixed_minor, None if assessed is None else assessed.affordable_minor),
        explanations=explanations.explain(context, row, position, closed, moved, charged))


def projections(actor: Actor, context: ServiceContext, account_id: str, as_of: date,
                fixed_minor: int) -> Outlook | None:
    """The outlook of one own account when ``fixed_minor`` fen are paid each month. Five queries.

    Raises ``NotFound`` as ``account_detail`` does.
    """
    cardholder_id = _own(actor)
    with context.reading() as connection:
        row = _own_account(connection, cardholder_id, account_id)
        position = positions(connection, context, [row], as_of)[0]
    return outlook(context, position, fixed_minor, None)


def outlook(context: ServiceContext, position: AccountPosition, fixed_minor: int | None,
            affordable_minor: int | None) -> Outlook | None:
    """The three projections of an account; None when nothing is owed. Today's rules are carried forward."""
    if position.total_minor <= 0:
        return None
    policy = context.policy.on(position.as_of, position.issuer)
    rule = projection_rule(policy)
    start = projection_start(position)
    fixed = fixed_minor or affordable_minor or amount_on_course(start, rule, policy)
    do_nothing, minimum, level = (
        project(start, MONTHS_AHEAD, scenario, rule)
        for scenario in (Scenario.DO_NOTHING, Scenario.MINIMUM_PAYMENT, FixedMonthly(fixed)))
    return Outlook(position.total_minor, do_nothing, minimum, level, fixed,
                   fixed_is_affordable=not fixed_minor and bool(affordable_minor))


def projection_start(position: AccountPosition) -> Position:
    """An account as a projection takes it: interest up to today included, fees together."""
    owed = Outstanding(fees_minor=position.fees_minor, interest_minor=position.all_interest_minor,
                       principal_minor=max(position.principal_minor, 0))
    return Position(position.as_of, owed, position.days_past_due, position.statement_day,
                    min(position.minimum_due_minor, owed.total_minor) if position.last_statement else None)


def amount_on_course(start: Position, rule: ProjectionRule, policy: Policy) -> int:
    """The least monthly amount, in whole tens of yuan, that is on course to repay within the longest agreement.

    On course: after twelve months, late fees of smaller payments included, no more is left than twelve
    months of an even repayment over ``p70.max_months`` would leave. In fen.
    """
    owed = start.outstanding.total_minor
    longest = policy.integer("p70.max_months")
    goal = owed * (longest - MONTHS_AHEAD) // longest
    least, most = policy.money("afford.min_instalment") // _TEN_YUAN, -(-owed // _TEN_YUAN)
    while least < most:
        middle = (least + most) // 2
        left = project(start, MONTHS_AHEAD, FixedMonthly(middle * _TEN_YUAN), rule).months[-1].total_minor
        least, most = (least, middle) if left <= goal else (middle + 1, most)
    return least * _TEN_YUAN


def _own(actor: Actor) -> str:
    actor.must_be(Role.CARDHOLDER, action="read own accounts")
    if actor.cardholder_id is None:
        raise NotFound("cardholder")
    return actor.cardholder_id


def _own_account(connection: sa.Connection, cardholder_id: str, account_id: str) -> sa.Row[Any]:
    row = repository.by_id(connection, account_id) if is_identifier(account_id) else None
    if row is None or row.cardholder_id != cardholder_id:
        raise NotFound("account")
    return row


def _totals(found: Sequence[AccountPosition]) -> Totals:
    return Totals(**{name: sum(getattr(position, name) for position in found) for name in Totals.__dataclass_fields__})


def _payment(row: sa.Row[Any]) -> PaymentLine:
    return PaymentLine(**{name: getattr(row, name) for name in PaymentLine.__dataclass_fields__})


def _charge(row: sa.Row[Any]) -> Charge:
    return Charge(row.value_date, row.kind, row.amount_minor, row.reason)
