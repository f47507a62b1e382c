"""Reading the books of many accounts at once: state, facts, what is posted, what was issued and agreed.

Six queries however many accounts there are; give a few hundred to a thousand ids.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.tables.accounts import accounts, ledger_entries, statements
from core.db.tables.books import account_books, account_terms
from core.db.tables.requests import arrangements
from core.domain.account_history import Fact, FactKind
from core.domain.account_state import Balances
from core.domain.errors import Conflict
from core.domain.interest import Pause
from core.domain.proposal import ProposalKind
from core.domain.statement import IssuedStatement
from core.services.books.forward import Books
from core.services.books.rules import AgreedRate
from core.services.books.states import read_state

Row = sa.Row[Any]
_FACTS = frozenset(kind.value for kind in FactKind)
_FOREVER = date(2199, 12, 31)

Unreadable = Callable[[str, Conflict], None]
"""Is told the account whose books cannot be read, and why."""


def due_accounts(connection: sa.Connection, day: date) -> Sequence[str]:
    """The ids of the accounts whose books have an event up to ``day``, in their order."""
    return connection.execute(
        sa.select(account_books.c.account_id).where(account_books.c.next_event_date <= day)
        .order_by(account_books.c.account_id)).scalars().all()


def read_books(connection: sa.Connection, account_ids: Sequence[str], *, due_by: date | None = None,
               from_opening: bool = False, lock: bool = True, with_issued: bool = True,
               unreadable: Unreadable | None = None) -> list[Books]:
    """The books of ``account_ids`` that have been opened, in the order of ids, locked for this transaction.

    Whoever only looks takes ``lock`` False, and ``with_issued`` False where nothing will be posted.

    ``due_by`` leaves out those that another run has brought forward meanwhile. ``from_opening`` reads
    everything since the books were opened instead of since the last statement: for a fact that comes late.

    Books whose state cannot be read go to ``unreadable`` and are left out; without it, the first of them is
    raised as ``Conflict`` (see ``read_state``).
    """
    rows = _account_rows(connection, account_ids, due_by, lock)
    ids = [row.account_id for row in rows]
    if not ids:
        return []
    moved = _entries(connection, ids, from_opening)
    terms = _terms(connection, ids)
    extended = _extensions(connection, ids)
    issued = _issued(connection, ids, from_opening) if with_issued else {}
    found = []
    for row in rows:
        key = row.account_id
        try:
            found.append(books_of(row, moved.get(key, ()), terms.get(key, ()), extended.get(key, ()),
                                  issued.get(key, ()), from_opening))
        except Conflict as fault:
            if unreadable is None:
                raise
            unreadable(key, fault)
    return found


def _account_rows(connection: sa.Connection, account_ids: Sequence[str], due_by: date | None,
                  lock: bool) -> Sequence[Row]:
    columns: list[sa.ColumnElement[Any]] = [
        *account_books.c, accounts.c.cardholder_id, accounts.c.issuer, accounts.c.statement_day,
        accounts.c.principal_minor, accounts.c.interest_minor, accounts.c.late_fee_minor,
        accounts.c.other_fees_minor, accounts.c.oldest_unpaid_due_date, accounts.c.interest_through_date]
    query = (sa.select(*columns).join(accounts, accounts.c.id == account_books.c.account_id)
             .where(account_books.c.account_id.in_(account_ids)).order_by(account_books.c.account_id))
    if due_by is not None:
        query = query.where(account_books.c.next_event_date <= due_by)
    # SQLite ignores this: its write transaction is alone anyway. A second run waits here, then finds less to do.
    return connection.execute(query.with_for_update() if lock else query).all()


def _since(from_opening: bool) -> sa.ColumnElement[date]:
    return account_books.c.opened_on if from_opening else account_books.c.state_on


def _entries(connection: sa.Connection, ids: Sequence[str], from_opening: bool) -> Mapping[str, Sequence[Row]]:
    entries = ledger_entries.c
    wanted: list[sa.ColumnElement[Any]] = [
        entries.account_id, entries.subject, entries.kind, entries.component, entries.amount_minor,
        entries.value_date, entries.idempotency_key]
    return _by_account(connection.execute(
        sa.select(*wanted).join(account_books, account_books.c.account_id == entries.account_id)
        .where(entries.account_id.in_(ids), entries.value_date > _since(from_opening)).order_by(entries.id)))


def _terms(connection: sa.Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    return _by_account(connection.execute(
        sa.select(account_terms).where(account_terms.c.account_id.in_(ids))
        .order_by(account_terms.c.value_date, account_terms.c.idempotency_key)))


def _extensions(connection: sa.Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    granted = arrangements.c
    wanted: list[sa.ColumnElement[Any]] = [granted.account_id, granted.id, granted.granted_at, granted.last_due_date]
    return _by_account(connection.execute(
        sa.select(*wanted).where(granted.account_id.in_(ids), granted.kind == ProposalKind.EXTENSION.value)
        .order_by(granted.granted_at)))


def _issued(connection: sa.Connection, ids: Sequence[str], from_opening: bool) -> Mapping[str, Sequence[Row]]:
    columns = statements.c
    wanted: list[sa.ColumnElement[Any]] = [
        columns.account_id, columns.statement_date, columns.minimum_payment_minor, columns.closing_balance_minor]
    # Books may open between two statements: the next one opens with what the last one said.
    earlier = statements.alias()
    last = (sa.select(sa.func.max(earlier.c.statement_date))
            .where(earlier.c.account_id == columns.account_id, earlier.c.statement_date <= _since(from_opening))
            .correlate(statements, account_books).scalar_subquery())
    return _by_account(connection.execute(
        sa.select(*wanted).join(account_books, account_books.c.account_id == columns.account_id)
        .where(columns.account_id.in_(ids), columns.statement_date >= sa.func.coalesce(last, _since(from_opening)))
        .order_by(columns.statement_date)))


def _by_account(rows: Iterable[Row]) -> Mapping[str, Sequence[Row]]:
    grouped: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        grouped[row.account_id].append(row)
    return grouped


@dataclass(slots=True)
class _Subject:
    """All entries of one subject: facts are what their entries come to, reversals included."""

    kind: str
    """Of its first entry."""
    value_date: date
    components: dict[str, int] = field(default_factory=dict)


def books_of(row: Row, moved: Sequence[Row], terms: Sequence[Row], extended: Sequence[Row], issued: Sequence[Row],
             from_opening: bool) -> Books:
    """The books that rows make: an account with its state, entries, terms, extensions and issued statements."""
    state_on = row.opened_on if from_opening else row.state_on
    books = Books(
        row.account_id, row.cardholder_id, row.issuer, row.statement_day,
        Balances(row.principal_minor, row.interest_minor, row.late_fee_minor, row.other_fees_minor),
        row.oldest_unpaid_due_date, row.interest_through_date, row.opened_on, state_on,
        read_state(row.opening_state if from_opening else row.state), row.run_through, row.next_event_date,
        issued={one.statement_date: IssuedStatement(one.minimum_payment_minor, one.closing_balance_minor)
                for one in issued})
    _add_entries(books, moved, {term.idempotency_key for term in terms})
    _add_terms(books, terms)
    for one in extended:
        add_extension(books, one)
    return books


def _add_entries(books: Books, moved: Sequence[Row], agreed: Set[str]) -> None:
    """Note what is posted; the facts among it are facts of the books, unless they are kept as ``agreed``."""
    subjects: dict[str, _Subject] = {}
    for entry in moved:
        # Entries of before the books had subjects stand for themselves.
        name = entry.subject or entry.idempotency_key
        subject = subjects.setdefault(name, _Subject(entry.kind, entry.value_date))
        subject.components[entry.component] = subject.components.get(entry.component, 0) + entry.amount_minor
        key = (name, entry.component, entry.value_date)
        books.revisions[key] = books.revisions.get(key, 0) + 1
        books.posted[key] = books.posted.get(key, 0) + entry.amount_minor
    for name, subject in subjects.items():
        books.kinds[name] = subject.kind
        if subject.kind in _FACTS and name not in agreed:
            books.facts += _facts_of(name, subject)


def _facts_of(name: str, subject: _Subject) -> list[Fact]:
    kind = FactKind(subject.kind)
    if kind is FactKind.PAYMENT:
        amounts = {"principal": -sum(subject.components.values())}
    else:
        amounts = {component: amount for component, amount in subject.components.items() if amount}
    return [Fact(name, kind, subject.value_date, amount, component)
            for component, amount in amounts.items() if amount]


def _add_terms(books: Books, terms: Sequence[Row]) -> None:
    rates, pauses = [], []
    for term in terms:
        if term.kind == "rate":
            rates.append(AgreedRate(term.value_date, term.until_date, Decimal(term.daily_rate)))
        elif term.kind == "pause":
            pauses.append(Pause(term.value_date, term.until_date or _FOREVER))
        elif term.value_date > books.state_on:
            books.facts.append(Fact(term.idempotency_key, FactKind(term.kind), term.value_date,
                                    term.amount_minor or 0, term.component or "principal", term.until_date))
    books.rates, books.pauses = tuple(rates), tuple(pauses)


def add_extension(books: Books, granted: Row) -> None:
    """Add a granted extension (a row of ``arrangements``) to what happened.

    It counts from the day it was granted; on a statement date, which may be closed already, from the next.
    So its day does not depend on what was closed when it was granted.
    """
    on = granted.granted_at.astimezone(CHINA).date()
    on += timedelta(days=on.day == books.statement_day)
    on = max(on, books.opened_on + timedelta(days=1))
    if on > books.state_on:
        books.facts.append(Fact(f"extension:{granted.id}", FactKind.DEFERRAL, on, until=granted.last_due_date))
