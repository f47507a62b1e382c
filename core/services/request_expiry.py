"""Questions that were never answered: the request ends, and a new one may be made at once."""

from __future__ import annotations

from core.db.repositories import proposals as repository
from core.domain.actor import SYSTEM
from core.domain.message_templates import MessageTemplate
from core.domain.proposal import ProposalEvent, ProposalState, after
from core.services import records
from core.services.context import ServiceContext

MOST_AT_ONCE = 500


def expire_unanswered(context: ServiceContext, *, limit: int = MOST_AT_ONCE) -> int:
    """End requests whose question ran out before today; returns how many. Part of the close of day.

    Safe to repeat and to run beside itself: what it ended is no longer waiting for an answer.
    """
    now, today = context.clock.now(), context.clock.today()
    with context.writing() as connection:
        rows = repository.unanswered(connection, today, min(limit, MOST_AT_ONCE))
        for row in rows:
            before = ProposalState(row.state)
            state = after(before, ProposalEvent.EXPIRE)
            repository.update(connection, row.id, row.version, {"state": state.value})
            repository.add_event(connection, SYSTEM, row.id, ProposalEvent.EXPIRE, before, state, now)
            records.send(connection, context.vault, channel="in_app", recipient_kind="cardholder",
                         recipient_id=row.cardholder_id, template=MessageTemplate.REQUEST_EXPIRED, at=now,
                         reference=row.reference)
            records.audit(connection, SYSTEM, "request_expired", "proposal", row.id, now)
    return len(rows)
