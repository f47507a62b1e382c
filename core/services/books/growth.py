"""What has grown on accounts since they were last posted to: read from the books, never stored.

The same play of the same days that the next close will post, so a screen cannot differ from the statement.
Accounts whose books have not been opened yet are read as they would open.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from typing import Any

import sqlalchemy as sa

from core.domain.account_history import Replay, replay
from core.domain.account_state import Balances
from core.domain.closing import grown_since
from core.domain.interest import NO_INTEREST
from core.domain.money import round_minor
from core.domain.statement import GrownInterest
from core.services.books.forward import Books
from core.services.books.opening import facts_of, opened_books
from core.services.books.reading import add_extension, read_books
from core.services.books.rules import RuleShelf
from core.services.context import ServiceContext

Row = sa.Row[Any]
NOTHING_GROWN = GrownInterest(0, Fraction(0), NO_INTEREST, NO_INTEREST, NO_INTEREST)


@dataclass(frozen=True, slots=True)
class Growth:
    """What an account's books say on a day beyond what is posted."""

    interest: GrownInterest
    oldest_unpaid_by_contract: date | None
    """Where days past due are counted from by the contract, extensions left out of account."""


def growth_of(connection: sa.Connection, context: ServiceContext, rows: Sequence[Row],
              newest: Mapping[str, Sequence[Row]], moved: Mapping[str, Sequence[Row]],
              granted: Mapping[str, Row], as_of: date) -> dict[str, Growth]:
    """By account id: interest not posted yet up to and including ``as_of``, and arrears by the contract.

    ``rows`` are of ``accounts``; ``newest`` statements, movements and live arrangements as the caller has read
    them already. One query, four when some of the books have been opened.
    """
    shelf = shelf_of(context)
    opened = {books.account_id: books for books in read_books(connection, [row.id for row in rows], lock=False,
                                                               with_issued=False)}
    grown = {}
    for row in rows:
        books = opened.get(row.id) or _unopened(row, newest.get(row.id, ()), moved.get(row.id, ()),
                                                granted.get(row.id), shelf)
        grown[row.id] = _growth(books, shelf, as_of)
    return grown


def shelf_of(context: ServiceContext) -> RuleShelf:
    """The process's shelf of rules for this context's policy: built once, not once a page."""
    shelf = _SHELVES.get(id(context.policy))
    if shelf is None or shelf.policy is not context.policy:
        shelf = _SHELVES[id(context.policy)] = RuleShelf(context.policy)
    return shelf


_SHELVES: dict[int, RuleShelf] = {}


def _unopened(row: Row, newest: Sequence[Row], moved: Sequence[Row], granted: Row | None, shelf: RuleShelf) -> Books:
    opened = opened_books(row, newest, moved, shelf)
    facts = facts_of([entry for entry in moved if entry.value_date > opened.opened_on])
    books = Books(row.id, row.cardholder_id, row.issuer, row.statement_day,
                  Balances(row.principal_minor, row.interest_minor, row.late_fee_minor, row.other_fees_minor),
                  row.oldest_unpaid_due_date, row.interest_through_date, opened.opened_on,
                  opened.opened_on, opened.state, opened.run_through, opened.next_event_date, facts=facts or [])
    if granted is not None and granted.kind == "extension":
        add_extension(books, granted)
    return books


def _growth(books: Books, shelf: RuleShelf, as_of: date) -> Growth:
    if as_of < books.state_on:
        return Growth(NOTHING_GROWN, books.oldest_unpaid_due_date)
    played = replay(books.state, books.state_on, books.facts, books.statement_day, as_of,
                    shelf.cycle(books.issuer, books.rates, books.pauses))
    grown = grown_since(played.state, played.cycle, played.rules, as_of)
    return Growth(_with_unposted(grown, played) if played.closed else grown,
                  played.running.oldest_unpaid_by_contract)


def _with_unposted(grown: GrownInterest, played: Replay) -> GrownInterest:
    """Interest of statements that no close has posted yet counts as grown too."""
    closed = [one.interest for one in played.closed]
    exact = sum((one.exact for one in closed), grown.carried.exact)
    segments = tuple(segment for one in closed for segment in one.segments) + grown.carried.segments
    carried = replace(grown.carried, interest_minor=round_minor(exact), exact=exact, segments=segments)
    return replace(grown, interest_minor=grown.interest_minor + sum(one.interest_minor for one in closed),
                   exact=exact + grown.billed.exact, carried=carried)
