"""Reading what a risk view looks at: closed cycles, agreements and payments. Bounded and keyed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, payments, statements
from core.db.tables.requests import arrangements
from core.domain.risk.record import CYCLES

MOST_AGREEMENTS = 20
MOST_PAYMENTS = 500
"""Of one person, the newest; older agreements say little about today."""

Row = sa.Row[Any]


def agreements(connection: sa.Connection, cardholder_id: str) -> Sequence[Row]:
    """What was granted to a person on any card, the newest first; what still waits for a signature is none."""
    granted = arrangements.c
    wanted: list[sa.ColumnElement[Any]] = [granted.account_id, granted.state, granted.schedule, granted.granted_at]
    return connection.execute(
        sa.select(*wanted).join(accounts, accounts.c.id == granted.account_id)
        .where(accounts.c.cardholder_id == cardholder_id, granted.state.in_(("active", "kept", "missed")))
        .order_by(granted.granted_at.desc(), granted.id).limit(MOST_AGREEMENTS)).all()


def payments_since(connection: sa.Connection, account_ids: Sequence[str], first: date) -> Sequence[Row]:
    """Payments on these accounts from a day on, on their way or arrived, the newest first."""
    paid = payments.c
    wanted: list[sa.ColumnElement[Any]] = [paid.account_id, paid.value_date, paid.amount_minor]
    return connection.execute(
        sa.select(*wanted).where(paid.account_id.in_(account_ids), paid.value_date >= first, paid.status != "reversed")
        .order_by(paid.value_date.desc(), paid.id).limit(MOST_PAYMENTS)).all()


def account_page(connection: sa.Connection, after: str, limit: int) -> Sequence[Row]:
    """Accounts by id, those after ``after``."""
    wanted: list[sa.ColumnElement[Any]] = [accounts.c.id, accounts.c.credit_limit_minor]
    return connection.execute(
        sa.select(*wanted).where(accounts.c.id > after)
        .order_by(accounts.c.id).limit(limit)).all()


def statements_around(connection: sa.Connection, account_ids: Sequence[str], as_of: date) -> Sequence[Row]:
    """The newest statements of each account up to ``as_of``, oldest first, and whether another one followed
    (``followed``): one more than there are cycles to look at."""
    closed = statements.c
    later = sa.alias(statements)
    ranked = sa.select(statements, sa.func.row_number().over(
        partition_by=closed.account_id, order_by=closed.statement_date.desc()).label("rank"),
        sa.exists().where(later.c.account_id == closed.account_id, later.c.statement_date > as_of).label("followed"),
    ).where(closed.account_id.in_(account_ids), closed.statement_date <= as_of).subquery()
    return connection.execute(sa.select(ranked).where(ranked.c.rank <= CYCLES + 1)
                              .order_by(ranked.c.account_id, ranked.c.statement_date)).all()
