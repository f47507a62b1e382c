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
from core.domain.errors import NotFound
from core.services import explanations
from core.services.assessments import newest_finished
from core.services.context import ServiceContext
from core.services.explanations import Charge, Explanation
from core.services.means import budget_for, means_for, promises
from core.services.outlooks import Outlook, outlook
from core.services.positions import AccountPosition, StatementFigures, positions, statement_figures
from core.services.request_reading import is_identifier

HISTORY = 12
"""How many statements, payments and charges an account's page shows."""


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
    """A payment with how it was applied (Art. 57 order), in fen; ``status`` is posted, in_transit or reversed."""

    value_date: date
    amount_minor: int
    channel: str
    status: str
    applied_principal_minor: int
    applied_interest_minor: int
    applied_fees_minor: int
    unapplied_minor: int


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
    """All own accounts with totals. Seven queries however many accounts there are, ten once their books are open."""
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
        rows = repository.of_cardholder(connection, cardholder_id)
        row = next((one for one in rows if one.id == account_id), None)
        if row is None:
            raise NotFound("account")
        stands = positions(connection, context, rows, as_of)
        position = next(one for one in stands if one.account_id == account_id)
        closed = repository.recent_statements(connection, account_id, HISTORY)
        paid = repository.recent_payments(connection, account_id, HISTORY)
        charged = tuple(_charge(entry) for entry in repository.charges(connection, account_id, HISTORY))
        moved = repository.movements_since(connection, explanations.window(row, closed)).get(row.id, ())
        means = means_for(newest_finished(connection, cardholder_id),
                          promises(connection, context, cardholder_id, as_of, stands), account_id)
    asking_minor = sum(one.total_minor for one in stands if one.may_ask or one is position)
    return AccountDetail(
        position=position, statements=tuple(statement_figures(statement) for statement in closed),
        payments=tuple(_payment(payment) for payment in paid), charges=charged,
        outlook=outlook(context, position, fixed_minor, budget_for(means, position.total_minor, asking_minor)),
        explanations=explanations.explain(context, row, position, closed, moved, charged))


def projections(actor: Actor, context: ServiceContext, account_id: str, as_of: date,
                fixed_minor: int) -> Outlook | None:
    """The outlook of one own account when ``fixed_minor`` fen are paid each month.

    Six queries, nine once the books are open.

    Raises ``NotFound`` as ``account_detail`` does.
    """
    cardholder_id = _own(actor)
    with context.reading() as connection:
        row = _own_account(connection, cardholder_id, account_id)
        position = positions(connection, context, [row], as_of)[0]
    return outlook(context, position, fixed_minor, None)


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
