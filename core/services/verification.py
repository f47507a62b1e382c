"""Proof that the books hold: balances against entries, statements against each other, all of it against a replay.

``verify`` streams any number of accounts in batches; it is a function of the ids it is given, so parts of a
portfolio can be verified in other processes or on other machines and their findings added up (``plus``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, statements
from core.db.tables.books import account_books
from core.domain.account_history import Replay
from core.domain.account_state import AccountState, Balances
from core.domain.errors import PortalError
from core.services.books.forward import Books, next_event_date, play
from core.services.books.growth import shelf_of
from core.services.books.reading import read_books
from core.services.books.rules import RuleShelf
from core.services.books.states import read_state, write_state
from core.services.context import ServiceContext
from core.services.ledger import balances_from_entries
from core.services.progress import Progress, quiet

Row = sa.Row[Any]
BATCH = 500
"""Accounts in one read transaction, and in memory at once."""


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing about an account that does not hold.

    ``kind`` says what: balance | arithmetic | chain | entries | state | state_on | oldest_unpaid | next_event |
    replay. ``where`` is the component, statement date or subject; ``found`` and ``expected`` are texts.
    """

    account_id: str
    reference: str
    kind: str
    where: str
    found: str
    expected: str


@dataclass(frozen=True, slots=True)
class Verification:
    """What was looked at and the faults, at most one for each account; ``first`` is the one to name."""

    accounts: int = 0
    statements: int = 0
    replayed: int = 0
    faults: int = 0
    first: Fault | None = None

    def plus(self, other: Verification) -> Verification:
        """Both together."""
        return Verification(self.accounts + other.accounts, self.statements + other.statements,
                            self.replayed + other.replayed, self.faults + other.faults, self.first or other.first)


def verify(context: ServiceContext, account_ids: Sequence[str] | None = None, replay: bool = False,
           progress: Progress = quiet) -> Verification:
    """Verify ``account_ids``, or every account. Reads only; memory stays that of one batch.

    Always: cached balances are the sums of the entries by component; statements add up, and each opens with
    what the one before closed with. With ``replay``: the facts since the books opened give exactly the
    posted entries, the kept state, its day, the arrears and no event earlier than the one waited for.
    """
    found, shelf = Verification(), shelf_of(context)
    total = len(account_ids) if account_ids is not None else _count(context)
    for batch in _batches(context, account_ids):
        with context.reading() as connection:
            found = found.plus(_verified(connection, batch, shelf, replay))
        progress("verify", found.accounts, total)
    return found


def _count(context: ServiceContext) -> int:
    with context.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(accounts)).scalar_one()


def _batches(context: ServiceContext, account_ids: Sequence[str] | None) -> Iterator[Sequence[str]]:
    if account_ids is not None:
        yield from (account_ids[at:at + BATCH] for at in range(0, len(account_ids), BATCH))
        return
    last = ""
    while True:
        with context.reading() as connection:
            ids = connection.execute(sa.select(accounts.c.id).where(accounts.c.id > last).order_by(accounts.c.id)
                                     .limit(BATCH)).scalars().all()
        if not ids:
            return
        yield ids
        last = ids[-1]


def _verified(connection: sa.Connection, ids: Sequence[str], shelf: RuleShelf, replay: bool) -> Verification:
    columns = accounts.c
    wanted: list[sa.ColumnElement[Any]] = [
        columns.id, columns.source_reference, columns.principal_minor, columns.interest_minor, columns.late_fee_minor,
        columns.other_fees_minor]
    rows = connection.execute(sa.select(*wanted).where(columns.id.in_(ids)).order_by(columns.id)).all()
    derived = balances_from_entries(connection, ids)
    issued = _statements(connection, ids)
    unreadable: dict[str, PortalError] = {}
    books, kept = (_books(connection, ids, unreadable), _kept(connection, ids)) if replay else ({}, {})
    faults = []
    for row in rows:
        wrong = next(_faults(row, derived[row.id], issued.get(row.id, ()), books.get(row.id) or unreadable.get(row.id),
                             kept.get(row.id), shelf), None)
        if wrong is not None:
            faults.append(Fault(row.id, row.source_reference, *wrong))
    return Verification(len(rows), sum(map(len, issued.values())), len(books), len(faults), next(iter(faults), None))


def _books(connection: sa.Connection, ids: Sequence[str], unreadable: dict[str, PortalError]) -> dict[str, Books]:
    return {one.account_id: one for one in read_books(connection, ids, from_opening=True, lock=False,
                                                      unreadable=unreadable.__setitem__)}


def _kept(connection: sa.Connection, ids: Sequence[str]) -> dict[str, Row]:
    """What the last close or posting left, as it stands there."""
    return {row.account_id: row for row in connection.execute(
        sa.select(account_books).where(account_books.c.account_id.in_(ids)))}


Difference = tuple[str, str, str, str]
"""Kind, where, found, expected: as in ``Fault``."""


def _faults(row: Row, derived: Balances, issued: Sequence[Row], books: Books | PortalError | None,
            kept: Row | None, shelf: RuleShelf) -> Iterator[Difference]:
    for component in ("principal", "interest", "late_fee", "other_fees"):
        cached, summed = getattr(row, f"{component}_minor"), getattr(derived, f"{component}_minor")
        if cached != summed:
            yield "balance", component, str(cached), str(summed)
    yield from _statement_faults(issued)
    if isinstance(books, PortalError):
        yield "replay", "" if kept is None else str(kept.opened_on), books.code, "-"
    elif books is not None and kept is not None:
        yield from _replay_faults(books, kept, shelf)


def _statement_faults(issued: Iterable[Row]) -> Iterator[Difference]:
    previous: int | None = None
    for one in issued:
        moved = (one.purchases_minor + one.cash_minor + one.interest_minor + one.late_fee_minor + one.other_fees_minor
                 + one.adjustments_minor - one.payments_minor)
        if one.opening_balance_minor + moved != one.closing_balance_minor:
            yield ("arithmetic", str(one.statement_date), str(one.closing_balance_minor),
                   str(one.opening_balance_minor + moved))
        if previous is not None and one.opening_balance_minor != previous:
            yield "chain", str(one.statement_date), str(one.opening_balance_minor), str(previous)
        previous = one.closing_balance_minor


def _replay_faults(books: Books, kept: Row, shelf: RuleShelf) -> Iterator[Difference]:
    """``books`` read from their opening are played again; ``kept`` is what the last close left."""
    try:
        played = play(books, books.run_through, max([books.opened_on, *books.issued]),
                      shelf.cycle(books.issuer, books.rates, books.pauses))
    except PortalError as refusal:
        yield "replay", str(books.opened_on), refusal.code, "-"
        return
    yield from _entry_faults(books, played)
    if kept.state_on != played.state_on:
        yield "state_on", "", str(kept.state_on), str(played.state_on)
    # As states, not as texts: one written by an earlier version is spelt otherwise.
    if _read(kept.state) != played.state:
        yield "state", str(kept.state_on), kept.state, write_state(played.state)
    oldest = played.running.oldest_unpaid_due_date
    if books.oldest_unpaid_due_date != oldest:
        yield "oldest_unpaid", "", str(books.oldest_unpaid_due_date), str(oldest)
    # Sooner is harmless: an extension granted since moves what the books still wait for.
    soonest = next_event_date(played, oldest, books.run_through, shelf.delinquency(books.issuer, books.run_through))
    if books.next_event_date > soonest:
        yield "next_event", "", str(books.next_event_date), str(soonest)


def _read(text: str) -> AccountState | None:
    try:
        return read_state(text)
    except PortalError:
        return None


def _entry_faults(books: Books, played: Replay) -> Iterator[Difference]:
    wanted: dict[tuple[str, str, date], int] = {}
    for entry in played.entries:
        key = (entry.subject, entry.component, entry.value_date)
        wanted[key] = wanted.get(key, 0) + entry.amount_minor
    for key in sorted({*wanted, *books.posted}, key=lambda one: (one[2], one[0], one[1])):
        found, expected = books.posted.get(key, 0), wanted.get(key, 0)
        if found != expected:
            yield "entries", f"{key[0]} {key[1]} {key[2]}", str(found), str(expected)


def _statements(connection: sa.Connection, ids: Sequence[str]) -> Mapping[str, Sequence[Row]]:
    grouped: dict[str, list[Row]] = {}
    for row in connection.execute(sa.select(statements).where(statements.c.account_id.in_(ids))
                                  .order_by(statements.c.account_id, statements.c.statement_date)):
        grouped.setdefault(row.account_id, []).append(row)
    return grouped
