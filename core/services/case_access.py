"""Who may open a case, find it by its reference, and who has lost it to whom."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.db.repositories import queue as queue_repository
from core.domain.actor import Actor, Authority, Role
from core.domain.errors import Conflict, NotFound
from core.domain.proposal import WAITING_FOR_THE_BANK, ProposalEvent, ProposalState
from core.services.context import ServiceContext

_LONGEST_REFERENCE = 12


@dataclass(frozen=True, slots=True)
class Holder:
    """Whose hands a case is in, by display name, and since when."""

    name: str
    since: datetime


def find_case(actor: Actor, context: ServiceContext, reference: str) -> str:
    """The id of the case read out by ``reference``, in any case and with blanks; one query, two for closed cases.

    Only tells where it is: opening it asks for the claim. Raises ``NotFound`` also for a closed case of
    colleagues, which this reviewer may not read.
    """
    actor.must_be(Role.COLLECTOR, Role.SUPERVISOR, action="find a case")
    wanted = "".join(str(reference).split()).upper()
    if not (wanted.isascii() and wanted.isalnum() and len(wanted) <= _LONGEST_REFERENCE):
        raise NotFound("proposal")
    with context.reading() as connection:
        row = queue_repository.by_reference(connection, wanted)
        if row is None:
            raise NotFound("proposal")
        if ProposalState(row.state) not in WAITING_FOR_THE_BANK:
            may_read(actor, row, repository.events_with_names(connection, row.id), context.clock.now())
    return str(row.id)


def held(row: sa.Row[Any], now: datetime) -> bool:
    """Whether anybody holds the case at ``now``."""
    return row.claimed_by is not None and row.claim_expires_at > now


def holds(row: sa.Row[Any], actor: Actor, now: datetime) -> bool:
    """Whether this person holds the case at ``now``."""
    return held(row, now) and row.claimed_by == actor.user_id


def may_take(row: sa.Row[Any], user_id: str, authority: Authority | None) -> bool:
    """Whether this reviewer may take a waiting case, once nobody holds it.

    A recommendation goes to another person with the level the case needs; anything else to anybody.
    """
    if row.state != ProposalState.REFERRED:
        return True
    covered = authority is not None and authority.covers(Authority(row.needed_authority))
    return covered and row.recommended_by != user_id


def may_read(actor: Actor, row: sa.Row[Any], steps: Sequence[sa.Row[Any]], now: datetime) -> None:
    """Let pass the holder, supervisors, and whoever worked on the case before.

    Raises ``NotFound`` for closed cases of others and, while it waits, ``Conflict``: ``claimed_by_other``,
    ``claim_needed``, or ``case_recommended`` for a recommendation somebody with more authority decides.
    """
    if actor.role is Role.SUPERVISOR or holds(row, actor, now):
        return
    if any(step.actor_user_id == actor.user_id for step in steps):
        return
    if ProposalState(row.state) not in WAITING_FOR_THE_BANK:
        raise NotFound("proposal")
    if held(row, now):
        raise Conflict("claimed_by_other", "a colleague holds the case")
    if not may_take(row, actor.user_id, actor.authority):
        raise Conflict("case_recommended", "somebody else decides", needed=row.needed_authority)
    raise Conflict("claim_needed", "nobody holds the case")


def holder(row: sa.Row[Any], steps: Sequence[sa.Row[Any]], now: datetime) -> Holder | None:
    """Who holds the case at ``now``, from its steps with names; None: nobody does."""
    if not held(row, now):
        return None
    name = next((step.display_name for step in reversed(steps) if step.actor_user_id == row.claimed_by), None)
    return Holder(name or "-", row.claimed_at)


def lost_to(actor: Actor, row: sa.Row[Any], steps: Sequence[sa.Row[Any]], now: datetime) -> Holder | None:
    """The colleague who took over a case that this person did not put down themselves; None: nobody did."""
    if not held(row, now) or row.claimed_by == actor.user_id:
        return None
    own = [step.event for step in steps if step.actor_user_id == actor.user_id]
    return holder(row, steps, now) if own and own[-1] == ProposalEvent.CLAIM else None
