"""Reading accounts: bounded, keyed queries that take any number of accounts at once.

Nothing here decides who may see a row: the services do, by the ``cardholder_id`` they ask with.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders, ledger_entries, payments, statements
from core.db.tables.requests import arrangements, proposals
from core.domain.proposal import OPEN_STATES

MAX_ACCOUNTS_PER_PERSON = 50
"""More card accounts than one person holds at one bank; keeps the query bounded."""

Row = sa.Row[Any]

_REVERSED_FACTS = ("payment", "purchase", "cash", "other_fee")
_KIND = sa.case(*((sa.and_(ledger_entries.c.kind == "reversal", ledger_entries.c.subject.startswith(f"{kind}:")), kind)
                  for kind in _REVERSED_FACTS), else_=ledger_entries.c.kind)
"""The kind of an entry; of a reversal that of what it takes back."""


def of_cardholder(connection: sa.Connection, cardholder_id: str) -> Sequence[Row]:
    """The accounts of one person, those longest overdue first."""
    return connection.execute(
        sa.select(accounts).where(accounts.c.cardholder_id == cardholder_id)
        .order_by(sa.nulls_last(accounts.c.oldest_unpaid_due_date.asc()), accounts.c.card_last4, accounts.c.id)
        .limit(MAX_ACCOUNTS_PER_PERSON)).all()


def by_id(connection: sa.Connection, account_id: str) -> Row | None:
    """One account, whoever holds it."""
    return connection.execute(sa.select(accounts).where(accounts.c.id == account_id)).first()


def city_of(connection: sa.Connection, cardholder_id: str) -> str | None:
    """The city a person lives in, as far as the bank knows."""
    return connection.execute(sa.select(cardholders.c.city).where(cardholders.c.id == cardholder_id)).scalar()


def last_statements(connection: sa.Connection, account_ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """The newest two statements of each account, newest first."""
    ranked = sa.select(statements, sa.func.row_number().over(
        partition_by=statements.c.account_id, order_by=statements.c.statement_date.desc()).label("rank"),
    ).where(statements.c.account_id.in_(account_ids)).subquery()
    return _by_account(connection.execute(
        sa.select(ranked).where(ranked.c.rank <= 2).order_by(ranked.c.account_id, ranked.c.rank)))


def recent_statements(connection: sa.Connection, account_id: str, limit: int) -> Sequence[Row]:
    """The newest statements of one account, newest first."""
    return connection.execute(sa.select(statements).where(statements.c.account_id == account_id)
                              .order_by(statements.c.statement_date.desc()).limit(limit)).all()


def recent_payments(connection: sa.Connection, account_id: str, limit: int) -> Sequence[Row]:
    """The newest payments of one account, newest first."""
    return connection.execute(sa.select(payments).where(payments.c.account_id == account_id)
                              .order_by(payments.c.value_date.desc(), payments.c.id).limit(limit)).all()


def movements_since(connection: sa.Connection, after: Mapping[str, date]) -> Mapping[str, Sequence[Row]]:
    """What moved on each account after its own day: sums by value date, kind and component.

    Summed in the database, so the answer is bounded by days, however busy the card was. A reversal counts
    as the kind it takes back.
    """
    if not after:
        return {}
    entries, kind = ledger_entries.c, _KIND.label("kind")
    windows = [sa.and_(entries.account_id == account_id, entries.value_date > day)
               for account_id, day in after.items()]
    return _by_account(connection.execute(
        sa.select(entries.account_id, entries.value_date, kind, entries.component,
                  # PostgreSQL sums BIGINT as NUMERIC; fen stay integers.
                  sa.cast(sa.func.sum(entries.amount_minor), sa.BigInteger).label("amount_minor"))
        .where(sa.or_(*windows))
        .group_by(entries.account_id, entries.value_date, kind, entries.component)
        .order_by(entries.account_id, entries.value_date, kind, entries.component)))


def charges(connection: sa.Connection, account_id: str, limit: int) -> Sequence[Row]:
    """The newest interest, late fees and other fees debited to one account, newest first."""
    entries = ledger_entries.c
    wanted: list[sa.ColumnElement[Any]] = [entries.id, entries.posting_date, entries.value_date, entries.kind,
                                           entries.amount_minor, entries.reason]
    return connection.execute(
        sa.select(*wanted)
        .where(entries.account_id == account_id, sa.or_(
            entries.kind.in_(("interest", "late_fee", "other_fee")),
            # What is reversed of a payment or purchase is no charge.
            sa.and_(entries.kind == "reversal", entries.component != "principal",
                    ~entries.subject.startswith("payment:"))))
        .order_by(entries.value_date.desc(), entries.id.desc()).limit(limit)).all()


def live_arrangements(connection: sa.Connection, account_ids: Sequence[str]) -> Mapping[str, Row]:
    """The newest granted arrangement of each account that is active or waits for a signature."""
    granted = arrangements.c
    wanted: list[sa.ColumnElement[Any]] = [
        granted.account_id, granted.id, granted.proposal_id, granted.kind, granted.state, granted.first_due_date,
        granted.last_due_date, granted.granted_at, granted.schedule]
    rows = connection.execute(
        sa.select(*wanted)
        .where(arrangements.c.account_id.in_(account_ids),
               arrangements.c.state.in_(("active", "awaiting_signature")))
        .order_by(arrangements.c.granted_at.asc()).limit(10 * MAX_ACCOUNTS_PER_PERSON)).all()
    return {row.account_id: row for row in rows}


def open_proposals(connection: sa.Connection, account_ids: Sequence[str]) -> Mapping[str, Row]:
    """The newest proposal of each account that still waits for somebody."""
    asked = proposals.c
    wanted: list[sa.ColumnElement[Any]] = [asked.account_id, asked.id, asked.reference, asked.kind, asked.state,
                                           asked.promised_by, asked.answer_due_date]
    rows = connection.execute(
        sa.select(*wanted)
        .where(proposals.c.account_id.in_(account_ids), proposals.c.state.in_(OPEN_STATES))
        .order_by(proposals.c.submitted_at.asc()).limit(10 * MAX_ACCOUNTS_PER_PERSON)).all()
    return {row.account_id: row for row in rows}


def _by_account(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.account_id].append(row)
    return grouped


