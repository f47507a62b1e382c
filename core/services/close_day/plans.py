"""What else a day ends: extensions that ran out, agreements nobody signed, quotes and unanswered questions.

Each step takes a bounded batch in a transaction of its own and is repeated until nothing is left, so it may
stop and start anywhere.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.books import account_books, payoff_quotes
from core.db.tables.requests import arrangements
from core.domain.actor import SYSTEM
from core.domain.message_templates import MessageTemplate
from core.domain.proposal import ProposalKind
from core.services import records
from core.services.close_day.patience import patiently
from core.services.context import ServiceContext
from core.services.request_expiry import expire_unanswered

BATCH = 500
_TOLD = {"kept": MessageTemplate.ARRANGEMENT_KEPT, "missed": MessageTemplate.ARRANGEMENT_MISSED,
         "lapsed": MessageTemplate.ARRANGEMENT_LAPSED}


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
    """An extension ends ``kept`` or ``missed`` once its day was judged; an agreement unsigned by its first due
    date has ``lapsed``."""
    now = context.clock.now()
    with context.writing() as connection:
        rows = connection.execute(_ended(day).limit(BATCH).with_for_update(of=arrangements)).all()
        for row in rows:
            state = _end_state(row)
            until = row.first_due_date if state == "lapsed" else row.last_due_date
            connection.execute(arrangements.update().where(arrangements.c.id == row.id).values(state=state))
            records.send(connection, context.vault, channel="in_app", recipient_kind="cardholder",
                         recipient_id=row.cardholder_id, template=_TOLD[state], at=now,
                         about_on=until, last4=row.card_last4, until=until)
            records.audit(connection, SYSTEM, "arrangement_ended", "arrangement", row.id, now, state=state)
    return len(rows)


def _ended(day: date) -> sa.Select[Any]:
    extension = ProposalKind.EXTENSION.value
    wanted: list[sa.ColumnElement[Any]] = [
        arrangements.c.id, arrangements.c.kind, arrangements.c.state, arrangements.c.first_due_date,
        arrangements.c.last_due_date, accounts.c.card_last4, accounts.c.cardholder_id,
        accounts.c.oldest_unpaid_due_date]
    judged = sa.and_(arrangements.c.kind == extension, arrangements.c.state == "active",
                     arrangements.c.last_due_date < day,
                     # The books have judged the agreed day: nothing asked for then is still open.
                     account_books.c.run_through > arrangements.c.last_due_date)
    unsigned = sa.and_(arrangements.c.state == "awaiting_signature", arrangements.c.first_due_date < day)
    return (sa.select(*wanted).join(accounts, accounts.c.id == arrangements.c.account_id)
            .outerjoin(account_books, account_books.c.account_id == accounts.c.id)
            .where(sa.or_(judged, unsigned)).order_by(arrangements.c.id))


def _end_state(row: sa.Row[Any]) -> str:
    if row.kind != ProposalKind.EXTENSION.value:
        return "lapsed"
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
