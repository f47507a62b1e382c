"""A look at part of a case beside its own screen: by the same rule as the case, and audited once a claim."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.domain.actor import Actor
from core.domain.errors import NotFound
from core.services import records
from core.services.case_access import holds, may_read
from core.services.claims import claim_span, review_policy, reviewer
from core.services.context import ServiceContext
from core.services.request_reading import is_identifier

Found = TypeVar("Found")


def look(actor: Actor, context: ServiceContext, proposal_id: str, event: str,
         read: Callable[[sa.Connection, sa.Row[Any]], Found], noted: Callable[[Found], dict[str, Any]] = lambda _: {}
         ) -> Found:
    """What ``read`` finds in the case, for whoever may read it; ``event`` with what is ``noted`` goes into the audit.

    Raises ``NotFound`` or ``Conflict`` as ``case_view.case`` does, and what ``read`` raises: then nothing is noted.
    """
    reviewer(actor, "read a case")
    now = context.clock.now()
    span = claim_span(review_policy(context))
    with context.reading() as connection:
        row = repository.by_id(connection, proposal_id) if is_identifier(proposal_id) else None
        if row is None:
            raise NotFound("proposal")
        may_read(actor, row, repository.events_with_names(connection, row.id), now)
        since = row.claimed_at if holds(row, actor, now) else now - span
        seen = repository.viewed_since(connection, row.id, actor.user_id, since, event)
        found = read(connection, row)
    if not seen:
        with context.writing() as connection:
            records.audit(connection, actor, event, "proposal", row.id, now, **noted(found))
    return found
