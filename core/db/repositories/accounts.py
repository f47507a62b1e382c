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
FACT_KIND = sa.case(
    *((sa.and_(ledger_entries.c.kind == "reversal", ledger_entries.c.subject.startswith(f"{kind}:")), kind)
      for kind in _REVERSED_FACTS), else_=ledger_entries.c.kind)
"""The kind of an entry; of a reversal that of what it takes back."""


_IDS: sa.BindParameter[Any] = sa.bindparam("account_ids", expanding=True)
"""The accounts a prepared query is for. Queries of every page are built once: building them costs more than running."""

_OF_CARDHOLDER = (
    sa.select(accounts).where(accounts.c.cardholder_id == sa.bindparam("person"))
    .order_by(sa.nulls_last(accounts.c.oldest_unpaid_due_date.asc()), accounts.c.card_last4, accounts.c.id)
    .limit(MAX_ACCOUNTS_PER_PERSON))


def of_cardholder(connection: sa.Connection, cardholder_id: str) -> Sequence[Row]:
    """The accounts of one person, those longest overdue first."""
    return connection.execute(_OF_CARDHOLDER, {"person": cardholder_id}).all()


def by_id(connection: sa.Connection, account_id: str) -> Row | None:
    """One account, whoever holds it."""
    return connection.execute(sa.select(accounts).where(accounts.c.id == account_id)).first()


def city_of(connection: sa.Connection, cardholder_id: str) -> str | None:
    """The city a person lives in, as far as the bank knows."""
    return connection.execute(sa.select(cardholders.c.city).where(cardholders.c.id == cardholder_id)).scalar()


_RANKED = sa.select(statements, sa.func.row_number().over(
    partition_by=statements.c.account_id, order_by=statements.c.statement_date.desc()).label("rank"),
).where(statements.c.account_id.in_(_IDS)).subquery()
_LAST_TWO = sa.select(_RANKED).where(_RANKED.c.rank <= 2).order_by(_RANKED.c.account_id, _RANKED.c.rank)


def last_statements(connection: sa.Connection, account_ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    """The newest two statements of each account, newest first."""
    return _by_account(connection.execute(_LAST_TWO, {"account_ids": account_ids}))


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
    entries, kind = ledger_entries.c, FACT_KIND.label("kind")
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


_granted = arrangements.c
_GRANTED: list[sa.ColumnElement[Any]] = [
    _granted.account_id, _granted.id, _granted.proposal_id, _granted.kind, _granted.state, _granted.first_due_date,
    _granted.last_due_date, _granted.granted_at, _granted.schedule]
_LIVE_ARRANGEMENTS = (
    sa.select(*_GRANTED)
    .where(_granted.account_id.in_(_IDS), _granted.state.in_(("active", "awaiting_signature")))
    .order_by(_granted.granted_at.asc()).limit(10 * MAX_ACCOUNTS_PER_PERSON))


def live_arrangements(connection: sa.Connection, account_ids: Sequence[str]) -> Mapping[str, Row]:
    """The newest granted arrangement of each account that is active or waits for a signature."""
    rows = connection.execute(_LIVE_ARRANGEMENTS, {"account_ids": account_ids}).all()
    return {row.account_id: row for row in rows}


_asked = proposals.c
_ASKED: list[sa.ColumnElement[Any]] = [
    _asked.account_id, _asked.id, _asked.reference, _asked.kind, _asked.state, _asked.promised_by,
    _asked.answer_due_date]
_OPEN_PROPOSALS = (
    sa.select(*_ASKED)
    .where(_asked.account_id.in_(_IDS), _asked.state.in_(OPEN_STATES))
    .order_by(_asked.submitted_at.asc()).limit(10 * MAX_ACCOUNTS_PER_PERSON))


def open_proposals(connection: sa.Connection, account_ids: Sequence[str]) -> Mapping[str, Row]:
    """The newest proposal of each account that still waits for somebody."""
    rows = connection.execute(_OPEN_PROPOSALS, {"account_ids": account_ids}).all()
    return {row.account_id: row for row in rows}


def _by_account(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.account_id].append(row)
    return grouped


