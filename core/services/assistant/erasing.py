"""Conversations that led to nothing are kept no longer than they are needed (PIPL Art. 19 and 47).

What belongs to a case stays with the case. What was said without one goes after ``records.conversation_days``;
where a person of the bank was asked for or took it up it is a record of collection and stays as long as those
(``records.collection``). The audit chain keeps that there was a conversation, when, and that it was erased.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from core.db.repositories import old_conversations as repository
from core.db.repositories.negotiations import OBJECT_KIND
from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.services import records
from core.services.context import ServiceContext
from core.services.importing.load import must_be_system
from core.services.progress import Progress, quiet

_AT_ONCE = 100
_LONGEST_YEAR = 366
_MOST_DAYS = 36_600


@dataclass(frozen=True, slots=True)
class Erased:
    """What was erased, or would be: conversations untouched for longer than ``days`` and all their turns."""

    conversations: int
    turns: int
    days: int


def old_conversations(context: ServiceContext, older_than_days: int | None = None) -> Erased:
    """What ``erase_old_conversations`` would erase now; writes nothing. Raises ``InvalidInput`` as that does."""
    days = _days(context, older_than_days)
    with context.reading() as connection:
        conversations, turns = repository.count(connection, _bounds(context, days))
    return Erased(conversations, turns, days)


def erase_old_conversations(actor: Actor, context: ServiceContext, older_than_days: int | None = None,
                            progress: Progress = quiet) -> Erased:
    """Erase the turns of conversations that led to no request and were not touched for longer than that many days.

    ``older_than_days``: no shorter than the policy keeps them, which is the default. Batch by batch, each with its
    audit rows: stopped anywhere and run again, it goes on. The operator's alone. Raises ``InvalidInput``
    ``retention_out_of_bounds``.
    """
    must_be_system(actor, "erase conversations")
    due = old_conversations(context, older_than_days)
    bounds, after = _bounds(context, due.days), ""
    conversations = turns = 0
    while True:
        with context.writing() as connection:
            rows = repository.page(connection, bounds, after, _AT_ONCE)
            if not rows:
                break
            now = context.clock.now()
            repository.erase(connection, rows, now)
            for row in rows:
                records.audit(connection, actor, repository.ERASED_EVENT, OBJECT_KIND, row.id, now, turns=row.turns,
                              older_than_days=due.days)
        conversations, turns, after = conversations + len(rows), turns + sum(row.turns for row in rows), rows[-1].id
        progress("erase", min(conversations, due.conversations), due.conversations)
    repository.write_through(context.engine)
    return Erased(conversations, turns, due.days)


def _days(context: ServiceContext, asked: int | None) -> int:
    kept = context.policy.on(context.clock.today()).integer("records.conversation_days")
    if asked is None:
        return kept
    if not kept <= asked <= _MOST_DAYS:
        raise InvalidInput("retention_out_of_bounds", f"the policy keeps conversations for {kept} days "
                           f"(records.conversation_days); between that and {_MOST_DAYS} can be asked for",
                           field="older_than")
    return asked


def _bounds(context: ServiceContext, days: int) -> repository.Bounds:
    now, years = context.clock.now(), context.policy.on(context.clock.today()).integer("records.collection")
    return repository.Bounds(alone=now - timedelta(days=days),
                             person=now - timedelta(days=max(days, years * _LONGEST_YEAR)))
