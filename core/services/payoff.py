"""What settles an account on a day: a quote that a payment of exactly that amount on exactly that day keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.books import account_books, payoff_quotes
from core.db.tables.requests import proposals
from core.db.types import new_id
from core.domain.account_history import Replay
from core.domain.actor import SYSTEM, Actor, Role
from core.domain.closing import payoff
from core.domain.errors import InvalidInput, NotFound
from core.domain.statement import Compounding, Payoff
from core.services import records
from core.services.books.forward import Books, play
from core.services.books.growth import shelf_of
from core.services.books.opening import open_books
from core.services.books.parts import principal_parts
from core.services.books.reading import read_books
from core.services.context import ServiceContext

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PayoffQuote:
    """``amount_minor`` fen paid with the value date ``pay_on`` leave nothing owed after the next statement."""

    id: str
    account_id: str
    pay_on: date
    """The only day it holds for."""
    amount_minor: int
    parts: Mapping[str, int]
    """Fen by what they pay; they add up to the amount. ``interest_of_cycle`` is posted by the next statement."""


def quote_payoff(actor: Actor, context: ServiceContext, account_id: str, pay_on: date, as_of: date) -> PayoffQuote:
    """Quote what settles an account on ``pay_on``, from what its books know on ``as_of``; the quote is kept.

    A repeat gives the same quote; one that no longer holds expires. Open to the cardholder for their own
    account, to a collector who holds a case of it, to supervisors and the system; ``NotFound`` for others.
    Raises ``InvalidInput("pay_on_out_of_range")`` naming the nearest day between ``as_of`` and the day before
    the next statement, ``InvalidInput("nothing_owed")`` for an account with nothing to pay.
    """
    actor.must_be(Role.CARDHOLDER, Role.COLLECTOR, Role.SUPERVISOR, *([Role.ADMIN] if actor == SYSTEM else []),
                  action="quote a payoff")
    with context.writing() as connection:
        row = connection.execute(sa.select(accounts).where(accounts.c.id == account_id).with_for_update()).first()
        if row is None or not _may_ask(actor, context, connection, row):
            raise NotFound("account")
        books = _books(connection, context, row)
        played = _played(context, books, as_of)
        check_pay_on(played, pay_on, as_of)
        settled = payoff(played.state, played.cycle, played.rules, pay_on)
        if settled.total_minor <= 0:
            raise InvalidInput("nothing_owed", "nothing is owed on this account", field="account")
        return _keep(actor, context, connection, account_id, settled, quote_parts(books, played, settled))


def check_pay_on(played: Replay, pay_on: date, as_of: date) -> None:
    """Raise ``InvalidInput`` naming the nearest day, unless ``pay_on`` is one a quote of ``as_of`` can hold for."""
    # A statement of the day itself that is closed has settled that day already.
    first = max(as_of, played.state_on + _ONE_DAY)
    last = max(first, played.cycle.statement_date - _ONE_DAY)
    if not first <= pay_on <= last:
        nearest = first if pay_on < first else last
        raise InvalidInput("pay_on_out_of_range", f"a quote is for a day from {first} to {last}", field="pay_on",
                           first=str(first), last=str(last), nearest=str(nearest))


def quote_parts(books: Books, played: Replay, settled: Payoff) -> dict[str, int]:
    """The parts of what settles an account, by what they pay; only those that are something. Fen."""
    held = settled.balances
    compounds = played.rules.compounding is Compounding.MONTHLY
    interest = "capitalised_interest" if compounds else "interest"
    parts = {**asdict(principal_parts(books, held.principal_minor)), interest: held.interest_minor,
             "late_fee": held.late_fee_minor, "other_fees": held.other_fees_minor,
             "interest_of_cycle": settled.interest_minor}
    return {name: amount for name, amount in parts.items() if amount}


def _may_ask(actor: Actor, context: ServiceContext, connection: sa.Connection, row: sa.Row[Any]) -> bool:
    if actor.role is Role.CARDHOLDER:
        return actor.cardholder_id is not None and row.cardholder_id == actor.cardholder_id
    if actor.role is Role.COLLECTOR:
        return connection.execute(sa.select(proposals.c.id).where(
            proposals.c.account_id == row.id, proposals.c.claimed_by == actor.user_id,
            proposals.c.claim_expires_at > context.clock.now()).limit(1)).first() is not None
    return True


def _books(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any]) -> Books:
    if connection.execute(sa.select(account_books.c.account_id).where(
            account_books.c.account_id == row.id)).first() is None:
        open_books(connection, context, [row], shelf_of(context))
    return read_books(connection, [row.id], from_opening=True, lock=False)[0]


def _played(context: ServiceContext, books: Books, as_of: date) -> Replay:
    """The account as the closes up to the day before ``as_of`` leave it, whether they have run or not."""
    on = max(as_of, books.run_through)
    closed_through = on if on in books.issued else on - _ONE_DAY
    return play(books, on, closed_through, shelf_of(context).cycle(books.issuer, books.rates, books.pauses))


def _keep(actor: Actor, context: ServiceContext, connection: sa.Connection, account_id: str, settled: Payoff,
          parts: Mapping[str, int]) -> PayoffQuote:
    columns = payoff_quotes.c
    known = connection.execute(sa.select(payoff_quotes).where(
        columns.account_id == account_id, columns.pay_on == settled.on, columns.state == "open")).all()
    for row in known:
        if row.amount_minor == settled.total_minor and row.parts == parts:
            return PayoffQuote(row.id, account_id, settled.on, row.amount_minor, row.parts)
    now = context.clock.now()
    connection.execute(payoff_quotes.update().where(columns.id.in_([row.id for row in known])).values(state="expired"))
    quote = PayoffQuote(new_id(), account_id, settled.on, settled.total_minor, dict(parts))
    connection.execute(payoff_quotes.insert().values(
        id=quote.id, account_id=account_id, pay_on=quote.pay_on, amount_minor=quote.amount_minor, parts=quote.parts,
        state="open", policy_version=context.policy.version, quoted_at=now))
    records.audit(connection, actor, "payoff_quoted", "account", account_id, now, quote=quote.id, pay_on=quote.pay_on,
                  amount_minor=quote.amount_minor)
    return quote
