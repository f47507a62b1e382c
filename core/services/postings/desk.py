"""What all postings share: who may post, what a date and an amount must be, and the way into the books."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, ledger_entries
from core.db.tables.books import account_books, account_terms
from core.db.types import new_id
from core.domain.account_history import Fact
from core.domain.actor import SYSTEM, Actor
from core.domain.delinquency import bucket, days_past_due
from core.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.domain.money import MAX_MINOR
from core.services import records
from core.services.books.forward import Books, Changes, bring_forward, play, post_facts
from core.services.books.growth import shelf_of
from core.services.books.opening import open_books
from core.services.books.reading import read_books
from core.services.books.rules import RuleShelf
from core.services.books.writing import write_changes
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.postings.outcome import Posting, kept, posting_from

SOURCE = "postings"
LONGEST_REFERENCE = 80
"""As ``payments.source_reference`` holds it."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a posting did to the books, before it is answered."""

    posting: Posting
    changes: Changes
    held_before_minor: int


@dataclass(slots=True)
class Desk:
    """One account in the transaction of one command."""

    connection: sa.Connection
    context: ServiceContext
    account_id: str
    as_of: date
    shelf: RuleShelf = field(init=False)

    def __post_init__(self) -> None:
        self.shelf = shelf_of(self.context)

    def lock(self) -> None:
        """Keep every other posting and close away from the account until the transaction ends.

        Before anything else is read: a check that passed before somebody else's commit has checked nothing, and a
        payment's row held before the books is waited for by whoever holds the books. Opens the books where they
        are new; raises ``NotFound`` for an unknown account.
        """
        # A close locks books before accounts; whoever finds them open must not hold the account before them.
        if self._locked_open():
            return
        row = self.connection.execute(
            sa.select(accounts).where(accounts.c.id == self.account_id).with_for_update()).first()
        if row is None:
            raise NotFound("account")
        if not self._locked_open():
            open_books(self.connection, self.context, [row], self.shelf)

    def post(self, subject: str, value_date: date, facts: Sequence[Fact] = (), *,
             without: frozenset[str] = frozenset(), reason: str | None = None,
             change: Callable[[Books], None] = lambda books: None) -> Posted:
        """Bring the account forward, let ``facts`` meet its books on their day, write what follows.

        ``change`` may lay other terms over the books first. The desk is locked. Raises
        ``InvalidInput("before_the_books")`` for a day the books do not reach back to.
        """
        books = self._books(value_date)
        before = days_past_due(books.oldest_unpaid_due_date, self.as_of)
        held_before = self._held(books)
        change(books)
        changes = post_facts(books, facts, self.as_of, self.shelf, without=without, reason=reason)
        if abs(books.balances.total_minor) > MAX_MINOR:
            raise InvalidInput("amount_too_large", "the balance would pass the limit of the books", field="amount")
        write_changes(self.connection, self.context, [changes], SOURCE, self.context.clock.now())
        after = days_past_due(books.oldest_unpaid_due_date, self.as_of)
        band = bucket(after, self.shelf.delinquency(books.issuer, self.as_of)).value
        posting = Posting(self.account_id, subject, value_date, self.as_of, books.balances, before, after, band)
        return Posted(posting, changes, held_before)

    def agree(self, kind: str, subject: str, value_date: date, reason: str, **term: Any) -> None:
        """Keep what was agreed or decided about the account (a row of ``account_terms``)."""
        self.connection.execute(account_terms.insert().values(
            id=new_id(), account_id=self.account_id, kind=kind, value_date=value_date, reason=reason, source=SOURCE,
            posting_date=self.as_of, idempotency_key=subject, **term))

    def must_be_new(self, subject: str) -> None:
        """Raise ``Conflict("already_posted")`` when the account knows the subject."""
        known = self.connection.execute(sa.union_all(
            sa.select(sa.literal(1)).where(ledger_entries.c.account_id == self.account_id,
                                           ledger_entries.c.subject == subject),
            sa.select(sa.literal(1)).where(account_terms.c.account_id == self.account_id,
                                           account_terms.c.idempotency_key == subject)).limit(1)).first()
        if known is not None:
            raise Conflict("already_posted", f"{subject} is in the books of this account already", subject=subject)

    def _books(self, value_date: date) -> Books:
        """The books through the day before, back to their opening where the fact is older than their state."""
        books = self._read()
        if value_date <= books.opened_on:
            first = books.opened_on + timedelta(days=1)
            raise InvalidInput("before_the_books", f"the books of this account start on {first}", field="value_date",
                               first=str(first))
        forward = bring_forward(books, self.as_of - timedelta(days=1), self.shelf)
        if forward.played is not None:
            write_changes(self.connection, self.context, [forward], SOURCE, self.context.clock.now())
            books = self._read()
        return books if value_date > books.state_on else self._read(from_opening=True)

    def _read(self, from_opening: bool = False) -> Books:
        return read_books(self.connection, [self.account_id], from_opening=from_opening)[0]

    def _held(self, books: Books) -> int:
        on = max(self.as_of, books.run_through)
        closed_through = on if on in books.issued else on - timedelta(days=1)
        rules_for = self.shelf.cycle(books.issuer, books.rates, books.pauses)
        return play(books, on, closed_through, rules_for).running.held_minor

    def _locked_open(self) -> bool:
        return self.connection.execute(sa.select(account_books.c.account_id).where(
            account_books.c.account_id == self.account_id).with_for_update()).first() is not None


def posting(actor: Actor, context: ServiceContext, event: str, key: str, account_id: str, as_of: date,
            request: dict[str, Any], work: Callable[[Desk], Posted]) -> Posting:
    """Carry out ``work`` at the desk of an account once per ``key``, with an audit row; see ``commands.once``."""
    return posting_from(answer(actor, context, event, key, account_id, as_of, request,
                               lambda desk: (work(desk).posting, {})))


def answer(actor: Actor, context: ServiceContext, event: str, key: str, account_id: str, as_of: date,
           request: dict[str, Any], work: Callable[[Desk], tuple[Posting, dict[str, Any]]]) -> dict[str, Any]:
    """As ``posting``, for a command that answers more than where the account stands."""
    if actor != SYSTEM:
        raise NotPermitted("post to the books", actor.role)
    if as_of > context.clock.today():
        raise InvalidInput("day_not_over", "a day that has not come cannot be posted to", field="as_of",
                           today=str(context.clock.today()))

    def carry_out(connection: sa.Connection) -> dict[str, Any]:
        desk = Desk(connection, context, account_id, as_of)
        desk.lock()
        done, more = work(desk)
        records.audit(connection, actor, event, "account", account_id, context.clock.now(), subject=done.subject,
                      value_date=done.value_date, total_minor=done.balances.total_minor, **more)
        return kept(done, **more)

    found: dict[str, Any] = once(actor, context, event, key, {"account": account_id, "as_of": str(as_of), **request},
                                 carry_out)
    return found


def check_value_date(value_date: date, as_of: date) -> None:
    """Raise ``InvalidInput`` for a value date after the day of posting."""
    if value_date > as_of:
        raise InvalidInput("value_date_in_future", f"a value date is not after {as_of}", field="value_date",
                           latest=str(as_of))


def check_amount(amount_minor: int) -> None:
    """Raise ``InvalidInput`` unless fen are a positive whole number within the books."""
    if isinstance(amount_minor, bool) or not isinstance(amount_minor, int):
        raise InvalidInput("not_a_whole_number", "fen are a whole number", field="amount")
    if amount_minor <= 0:
        raise InvalidInput("amount_not_positive", "an amount is above nothing", field="amount")
    if amount_minor > MAX_MINOR:
        raise InvalidInput("amount_too_large", "an amount above the limit of the books", field="amount")


def check_text(text: str, name: str, longest: int = LONGEST_REFERENCE) -> None:
    """Raise ``InvalidInput`` for a reference or reason that is missing, too long or not printable."""
    if not isinstance(text, str) or not text.strip():
        raise InvalidInput("text_missing", f"a {name} is needed", field=name)
    if len(text) > longest or not text.isprintable():
        raise InvalidInput("reference_malformed", f"a {name} has up to {longest} printable characters", field=name,
                           longest=longest)
