"""A whole day: open new books, close every account with an event, end what ran out, keep a record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import date, datetime

import sqlalchemy as sa

from core.db.tables.books import account_books, closed_days
from core.domain.actor import SYSTEM, Actor
from core.domain.errors import InvalidInput, NotPermitted
from core.services import records
from core.services.books import opening
from core.services.books.reading import due_accounts
from core.services.books.rules import RuleShelf
from core.services.close_day.batch import Tally, close_accounts
from core.services.close_day.patience import patiently
from core.services.close_day.plans import end_plans
from core.services.context import ServiceContext
from core.services.progress import Progress, quiet

ACCOUNTS_PER_BATCH = 500
"""Accounts closed in one transaction: what a kill can undo, and what a second run waits for."""

RunBatches = Callable[[date, Sequence[Sequence[str]]], Iterable[Tally]]
"""An engine: closes each batch of ids for the day, in any order and anywhere, and yields what was done."""


@dataclass(frozen=True, slots=True)
class ClosedDay:
    """What the close of ``day`` did this time; a repeat finds nothing left and counts nothing."""

    day: date
    opened: int
    tally: Tally
    ended: int


def close_day(actor: Actor, context: ServiceContext, day: date, *, run_batches: RunBatches | None = None,
              progress: Progress = quiet) -> ClosedDay:
    """Close ``day``, and every day before it that was missed.

    May be stopped anywhere and run again, or twice at once: every batch is one transaction that moves its
    accounts past their event, so that no run finds it again. Raises ``InvalidInput`` for a day that has
    not come yet, ``NotPermitted`` for anybody but the system.
    """
    if actor != SYSTEM:
        raise NotPermitted("close the day", actor.role)
    if day > context.clock.today():
        raise InvalidInput("day_not_over", "a day that has not come cannot be closed", field="date",
                           today=str(context.clock.today()))
    patiently(lambda: _begin(context, day))
    shelf = RuleShelf(context.policy)
    opened = _open_new(context, shelf, progress)
    with context.reading() as connection:
        due = due_accounts(connection, day)
    batches = [due[at:at + ACCOUNTS_PER_BATCH] for at in range(0, len(due), ACCOUNTS_PER_BATCH)]
    run = run_batches or (lambda on, parts: (close_accounts(context, on, part, shelf) for part in parts))
    tally = Tally()
    for number, done in enumerate(run(day, batches)):
        tally = tally.plus(done)
        progress("close", min((number + 1) * ACCOUNTS_PER_BATCH, len(due)), len(due))
    ended = end_plans(context, day)
    closed = ClosedDay(day, opened, tally.plus(Tally(notices=ended.notices)), ended.count)
    patiently(lambda: _finish(context, closed))
    return closed


def last_closed_day(context: ServiceContext) -> date | None:
    """The newest day whose close was finished; None before the first."""
    with context.reading() as connection:
        found: date | None = connection.execute(
            sa.select(sa.func.max(closed_days.c.day)).where(closed_days.c.finished_at.is_not(None))).scalar()
    return found


def _open_new(context: ServiceContext, shelf: RuleShelf, progress: Progress) -> int:
    with context.reading() as connection:
        total = opening.count_unopened(connection)
    done, last_id = 0, ""
    while batch := patiently(lambda: _open_batch(context, shelf, last_id)):  # noqa: B023 - called at once
        opened, last_id = batch
        done += opened
        progress("open", done, max(total, done))
    return done


def _open_batch(context: ServiceContext, shelf: RuleShelf, after_id: str) -> tuple[int, str] | None:
    """Open some accounts' books after ``after_id``: how many, and the last of them; None when none are left."""
    with context.writing() as connection:
        rows = opening.unopened_accounts(connection, opening.BATCH, after_id)
        if not rows:
            return None
        opened = opening.open_books(connection, context, rows, shelf)
        records.audit(connection, SYSTEM, "books_opened", "account", rows[0].id, context.clock.now(), count=opened)
        return opened, rows[-1].id


def _begin(context: ServiceContext, day: date) -> None:
    with context.writing() as connection:
        known = connection.execute(sa.select(closed_days.c.day).where(closed_days.c.day == day)).scalar()
        if known is None:
            _insert_day(connection, day, context.clock.now())


def _insert_day(connection: sa.Connection, day: date, at: datetime) -> None:
    from sqlalchemy.dialects import postgresql, sqlite

    insert = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(insert(closed_days).values(day=day, begun_at=at).on_conflict_do_nothing())


def _finish(context: ServiceContext, closed: ClosedDay) -> None:
    """Keep the record; a repeat that found nothing leaves the first one's figures."""
    now = context.clock.now()
    with context.writing() as connection:
        # Locked: two runs that end together add up what they did.
        row = connection.execute(sa.select(closed_days).where(closed_days.c.day == closed.day)
                                 .with_for_update()).one()
        if row.finished_at is not None and not closed.tally.accounts and not closed.ended:
            return
        so_far = row.summary or {}
        figures = {**asdict(closed.tally), "opened": closed.opened, "ended": closed.ended}
        summary = {name: so_far.get(name, 0) + value for name, value in figures.items()}
        connection.execute(closed_days.update().where(closed_days.c.day == closed.day).values(
            finished_at=now, summary=summary))
        records.audit(connection, SYSTEM, "day_closed", "closed_day", closed.day.isoformat(), now, **figures)


def waiting_accounts(context: ServiceContext, day: date) -> int:
    """How many accounts still have an event up to ``day``: 0 after a finished close."""
    with context.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(account_books).where(
            account_books.c.next_event_date <= day)).scalar_one()
