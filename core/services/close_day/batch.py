"""Closing some accounts for a day, all of them in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import date

import structlog

from core.domain.actor import SYSTEM
from core.domain.errors import Conflict, InvalidInput, PolicyMissing, PortalError
from core.services import records
from core.services.books.forward import Changes, bring_forward
from core.services.books.reading import read_books
from core.services.books.rules import RuleShelf
from core.services.books.writing import write_changes
from core.services.close_day.patience import patiently
from core.services.context import ServiceContext

SOURCE = "close_of_day"
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Tally:
    """What was done, counted; ``faulty`` accounts were left as they were."""

    accounts: int = 0
    statements: int = 0
    late_fees: int = 0
    bucket_moves: int = 0
    entries: int = 0
    notices: int = 0
    faulty: int = 0

    def plus(self, other: Tally) -> Tally:
        """Both together."""
        return Tally(*(getattr(self, one.name) + getattr(other, one.name) for one in fields(self)))


def close_accounts(context: ServiceContext, day: date, account_ids: Sequence[str], shelf: RuleShelf) -> Tally:
    """Bring the books of ``account_ids`` up to ``day`` in one transaction; those already there are left alone.

    An account whose books do not balance, contradict themselves or cannot be read is left as it is, logged and
    counted; its next close tries again. Another run that holds some of them is waited for. Raises ``Unavailable``.
    """
    return patiently(lambda: _close(context, day, account_ids, shelf))


def _close(context: ServiceContext, day: date, account_ids: Sequence[str], shelf: RuleShelf) -> Tally:
    at = context.clock.now()
    with context.writing() as connection:
        changed: list[Changes] = []
        faulty: list[str] = []

        def leave(account_id: str, fault: PortalError) -> None:
            # One account that cannot be closed must not keep the others from it.
            faulty.append(account_id)
            _log.error("account_not_closed", account_id=account_id, code=fault.code, detail=str(fault))

        for books in read_books(connection, account_ids, due_by=day, unreadable=leave):
            try:
                changed.append(bring_forward(books, day, shelf))
            except (Conflict, InvalidInput, PolicyMissing) as fault:
                leave(books.account_id, fault)
        notices = write_changes(connection, context, changed, SOURCE, at)
        tally = _tally(changed, notices, len(faulty))
        if changed:
            records.audit(connection, SYSTEM, "books_closed", "closed_day", day.isoformat(), at,
                          **{one.name: getattr(tally, one.name) for one in fields(tally)})
    return tally


def _tally(changed: Sequence[Changes], notices: int, faulty: int) -> Tally:
    return Tally(
        accounts=len(changed), statements=sum(len(one.statements) for one in changed),
        late_fees=sum(new.entry.kind == "late_fee" and new.reason is None for one in changed for new in one.entries),
        bucket_moves=sum(len(one.moves) for one in changed), entries=sum(len(one.entries) for one in changed),
        notices=notices, faulty=faulty)
