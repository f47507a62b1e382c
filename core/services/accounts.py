"""What a cardholder sees of their own accounts: the picture today, the history, and where it is heading."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.repositories import accounts as repository
from core.domain.actor import Actor, Role
from core.domain.errors import NotFound
from core.services import explanations
from core.services.assessment_records import FinishedAssessment
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
        found = positions(connection, context, rows, as_of)
        assessed = newest_finished(connection, cardholder_id)
    return _overview(found, assessed, as_of)


def overview_with_detail(actor: Actor, context: ServiceContext, as_of: date,
                         account_id: str | None = None) -> tuple[Overview, AccountDetail | None]:
    """All own accounts, and in depth the one named, else the one longest overdue; None where that is not theirs.

    The positions are read once: twelve queries however many accounts there are, fifteen once their books are open.
    """
    cardholder_id = _own(actor)
    with context.reading() as connection:
        rows = repository.of_cardholder(connection, cardholder_id)
        found = positions(connection, context, rows, as_of)
        assessed = newest_finished(connection, cardholder_id)
        row = rows[0] if rows and account_id is None else _among(rows, account_id)
        detail = None if row is None else _detail(connection, context, row, found, assessed, None)
    return _overview(found, assessed, as_of), detail


def account_detail(actor: Actor, context: ServiceContext, account_id: str, as_of: date,
                   fixed_minor: int | None = None) -> AccountDetail:
    """One own account in depth; ``fixed_minor`` is what would be paid each month in the third projection.

    Raises ``NotFound`` for an unknown account and for another person's: the two look the same.
    """
    cardholder_id = _own(actor)
    with context.reading() as connection:
        rows = repository.of_cardholder(connection, cardholder_id)
        row = _among(rows, account_id)
        if row is None:
            raise NotFound("account")
        found = positions(connection, context, rows, as_of)
        assessed = newest_finished(connection, cardholder_id)
        return _detail(connection, context, row, found, assessed, fixed_minor)


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


def _overview(found: Sequence[AccountPosition], assessed: FinishedAssessment | None, as_of: date) -> Overview:
    return Overview(as_of, tuple(found), _totals(found), None if assessed is None else assessed.affordable_minor)


def _detail(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any], stands: Sequence[AccountPosition],
            assessed: FinishedAssessment | None, fixed_minor: int | None) -> AccountDetail:
    """``row`` in depth; ``stands`` are the positions of all of the person's accounts, its own among them."""
    position = next(one for one in stands if one.account_id == row.id)
    closed = repository.recent_statements(connection, row.id, HISTORY)
    paid = repository.recent_payments(connection, row.id, HISTORY)
    charged = tuple(_charge(entry) for entry in repository.charges(connection, row.id, HISTORY))
    moved = repository.movements_since(connection, explanations.window(row, closed)).get(row.id, ())
    means = means_for(assessed, promises(connection, context, position.cardholder_id, position.as_of, stands), row.id)
    asking_minor = sum(one.total_minor for one in stands if one.may_ask or one is position)
    return AccountDetail(
        position=position, statements=tuple(statement_figures(statement) for statement in closed),
        payments=tuple(_payment(payment) for payment in paid), charges=charged,
        outlook=outlook(context, position, fixed_minor, budget_for(means, position.total_minor, asking_minor)),
        explanations=explanations.explain(context, row, position, closed, moved, charged))


def _among(rows: Sequence[sa.Row[Any]], account_id: str | None) -> sa.Row[Any] | None:
    return next((row for row in rows if row.id == account_id), None)


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
