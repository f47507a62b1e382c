"""What else a day ends: extensions and promises, agreements nobody signed, quotes and unanswered questions.

Each step takes a bounded batch in a transaction of its own and is repeated until nothing is left, so it may
stop and start anywhere.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories.accounts import FACT_KIND
from core.db.tables.accounts import accounts, ledger_entries
from core.db.tables.books import account_books, payoff_quotes
from core.db.tables.requests import arrangements, proposals
from core.domain.actor import SYSTEM
from core.domain.message_templates import MessageTemplate
from core.domain.proposal import ProposalKind
from core.services import records
from core.services.close_day.patience import patiently
from core.services.context import ServiceContext
from core.services.request_expiry import expire_unanswered

BATCH = 500
_TOLD = {(False, "kept"): MessageTemplate.ARRANGEMENT_KEPT, (False, "missed"): MessageTemplate.ARRANGEMENT_MISSED,
         (False, "lapsed"): MessageTemplate.ARRANGEMENT_LAPSED, (True, "kept"): MessageTemplate.PROMISE_KEPT,
         (True, "missed"): MessageTemplate.PROMISE_MISSED}
"""What is written: whether it was a promise, and how it ended."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How many arrangements, quotes and requests ended, and how many notices went to cardholders."""

    count: int
    notices: int


def end_plans(context: ServiceContext, day: date) -> Ended:
    """End what ran out before ``day`` or on it. Each arrangement and request is told to its cardholder."""
    told = quotes = 0
    while done := patiently(lambda: _end_arrangements(context, day)):
        told += done
    while done := patiently(lambda: _expire_quotes(context, day)):
        quotes += done
    while done := patiently(lambda: expire_unanswered(context)):
        told += done
    return Ended(told + quotes, told)


def _end_arrangements(context: ServiceContext, day: date) -> int:
    """An extension or promise ends ``kept`` or ``missed`` once its day was judged; what awaits a signature has
    ``lapsed`` after its first due date."""
    now = context.clock.now()
    with context.writing() as connection:
        rows = connection.execute(_ended(day).limit(BATCH).with_for_update(of=arrangements)).all()
        paid = _paid(connection, [row for row in rows if row.kind == ProposalKind.PROMISE_TO_PAY])
        for row in rows:
            state = _end_state(row, paid)
            until = row.first_due_date if state == "lapsed" else row.last_due_date
            connection.execute(arrangements.update().where(arrangements.c.id == row.id).values(state=state))
            records.send(connection, context.vault, channel="in_app", recipient_kind="cardholder",
                         recipient_id=row.cardholder_id,
                         template=_TOLD[row.kind == ProposalKind.PROMISE_TO_PAY, state], at=now,
                         about_on=until, last4=row.card_last4, until=until)
            records.audit(connection, SYSTEM, "arrangement_ended", "arrangement", row.id, now, state=state)
    return len(rows)


def _ended(day: date) -> sa.Select[Any]:
    wanted: list[sa.ColumnElement[Any]] = [
        arrangements.c.id, arrangements.c.kind, arrangements.c.state, arrangements.c.first_due_date,
        arrangements.c.last_due_date, arrangements.c.schedule, arrangements.c.account_id, accounts.c.card_last4,
        accounts.c.cardholder_id, accounts.c.oldest_unpaid_due_date, proposals.c.submitted_at]
    passed = sa.and_(arrangements.c.state == "active", arrangements.c.last_due_date < day)
    judged = sa.and_(passed, arrangements.c.kind == ProposalKind.EXTENSION,
                     # The books have judged the agreed day: nothing asked for then is still open.
                     account_books.c.run_through > arrangements.c.last_due_date)
    promised = sa.and_(passed, arrangements.c.kind == ProposalKind.PROMISE_TO_PAY)
    unsigned = sa.and_(arrangements.c.state == "awaiting_signature", arrangements.c.first_due_date < day)
    return (sa.select(*wanted).join(accounts, accounts.c.id == arrangements.c.account_id)
            .join(proposals, proposals.c.id == arrangements.c.proposal_id)
            .outerjoin(account_books, account_books.c.account_id == accounts.c.id)
            .where(sa.or_(judged, promised, unsigned)).order_by(arrangements.c.id))


def _paid(connection: sa.Connection, promised: Sequence[sa.Row[Any]]) -> Mapping[str, int]:
    """What was paid on each promise, by its id, from the day it was given to its last day. One query, if any.

    A payment that was taken back, because it bounced or was not meant for this card, was none.
    """
    if not promised:
        return {}
    entries = ledger_entries.c
    first = min(_given_on(row) for row in promised)
    amount = sa.func.sum(entries.amount_minor).label("amount_minor")
    moved = connection.execute(
        sa.select(entries.account_id, entries.value_date, amount)
        .where(entries.account_id.in_([row.account_id for row in promised]), FACT_KIND == "payment",
               entries.value_date >= first, entries.value_date <= max(row.last_due_date for row in promised))
        .group_by(entries.account_id, entries.value_date)).all()
    return {row.id: -sum(int(entry.amount_minor) for entry in moved if entry.account_id == row.account_id
                         and _given_on(row) <= entry.value_date <= row.last_due_date) for row in promised}


def _given_on(row: sa.Row[Any]) -> date:
    """A payment on the day of the promise, or while the bank was still looking at it, is part of it."""
    given: date = row.submitted_at.astimezone(CHINA).date()
    return given


def _end_state(row: sa.Row[Any], paid: Mapping[str, int]) -> str:
    if row.state == "awaiting_signature":
        return "lapsed"
    if row.kind == ProposalKind.PROMISE_TO_PAY:
        return "kept" if paid[row.id] >= sum(int(due["amount_minor"]) for due in row.schedule) else "missed"
    missed = row.oldest_unpaid_due_date is not None and row.oldest_unpaid_due_date <= row.last_due_date
    return "missed" if missed else "kept"


def _expire_quotes(context: ServiceContext, day: date) -> int:
    """A quote holds for its day of payment; after it, it is only history."""
    now = context.clock.now()
    with context.writing() as connection:
        ids = connection.execute(
            sa.select(payoff_quotes.c.id).where(payoff_quotes.c.state == "open", payoff_quotes.c.pay_on < day)
            .order_by(payoff_quotes.c.id).limit(BATCH).with_for_update()).scalars().all()
        if ids:
            connection.execute(payoff_quotes.update().where(payoff_quotes.c.id.in_(ids)).values(state="expired"))
            records.audit(connection, SYSTEM, "quotes_expired", "closed_day", day.isoformat(), now, count=len(ids))
    return len(ids)
