"""Who holds a case: at most one reviewer, for as long as they are at it.

A claim runs out without activity (policy ``review.claim_minutes``), so a case never lies with somebody
who went home. Only the holder decides; a supervisor may take a case over, which is audited by name.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.repositories import proposals as repository
from core.db.repositories import queue as queue_repository
from core.domain.actor import Actor, Authority, Role
from core.domain.authority import AuthorityNeed, check_may_grant
from core.domain.errors import Conflict, InvalidInput, NotFound, NotPermitted
from core.domain.proposal import WAITING_FOR_THE_BANK, ProposalEvent, ProposalState, after
from core.policy.book import Policy
from core.policy.rules.requests import authority_rule
from core.services import records
from core.services.case_access import held, holds, lost_to
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.request_reading import is_identifier
from core.services.review_queue import QueueFilters, viewpoint

MOST_PASSED_OVER = 50


@dataclass(frozen=True, slots=True)
class Claimed:
    """A case in hand until ``expires_at``, unless its holder goes on with it."""

    proposal_id: str
    reference: str
    expires_at: datetime
    version: int


def claim_next(actor: Actor, context: ServiceContext, filters: QueueFilters, *, idempotency_key: str,
               passing_over: Sequence[str] = ()) -> Claimed | None:
    """Take the case that comes next in the queue as filtered; None when none is left to take.

    ``passing_over``: cases just put back, not to be handed to the same person at once. However many
    reviewers ask at the same moment, each gets another case.
    """
    reviewer(actor, "claim a case")
    if len(passing_over) > MOST_PASSED_OVER:
        raise InvalidInput("out_of_range", field="passing_over", lowest=0, highest=MOST_PASSED_OVER)

    def carry_out(connection: sa.Connection) -> dict[str, Any]:
        policy = review_policy(context)
        of = viewpoint(actor, context)
        row = queue_repository.next_takeable(connection, of, filters.narrowing(actor), passing_over)
        return {} if row is None else _take(connection, context, actor, row, policy)

    asked = {"filters": asdict(filters), "passing_over": list(passing_over)}
    return _claimed(once(actor, context, "review.claim_next", idempotency_key, asked, carry_out))


def claim(actor: Actor, context: ServiceContext, proposal_id: str, *, idempotency_key: str,
          take_over: bool = False) -> Claimed:
    """Take one case. Holding it already is no error and extends the claim.

    Raises ``Conflict`` (``claimed_by_other``, ``case_closed``), ``AuthorityExceeded`` or
    ``FourEyesNeeded`` for a recommendation that is not this person's to decide, ``NotPermitted`` when
    anybody but a supervisor takes over.
    """
    reviewer(actor, "claim a case")
    if take_over and actor.role is not Role.SUPERVISOR:
        raise NotPermitted("take a case over", actor.role)

    def carry_out(connection: sa.Connection) -> dict[str, Any]:
        row = _locked(connection, proposal_id)
        if ProposalState(row.state) not in WAITING_FOR_THE_BANK:
            raise Conflict("case_closed", "the case does not wait for the bank", state=row.state)
        policy = review_policy(context)
        if row.state == ProposalState.REFERRED:
            need = AuthorityNeed(Authority(row.needed_authority), "referred")
            check_may_grant(need, actor.authority, actor.user_id, row.recommended_by, authority_rule(policy))
        if holds(row, actor, context.clock.now()):
            expires = context.clock.now() + claim_span(policy)
            queue_repository.keep_claim(connection, row.id, actor.user_id, expires)
            return _record(row.id, row.reference, expires, row.version)
        if held(row, context.clock.now()) and not take_over:
            raise Conflict("claimed_by_other", "a colleague holds the case")
        return _take(connection, context, actor, row, policy, take_over=take_over)

    asked = {"proposal_id": proposal_id, "take_over": take_over}
    found = _claimed(once(actor, context, "review.claim", idempotency_key, asked, carry_out))
    if found is None:
        raise NotFound("proposal")
    return found


def release(actor: Actor, context: ServiceContext, proposal_id: str, *, idempotency_key: str) -> None:
    """Put a case back for others. Raises ``Conflict`` when it is no longer this person's."""
    reviewer(actor, "release a case")

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        now = context.clock.now()
        row = held_case(connection, context, actor, proposal_id)
        before = ProposalState(row.state)
        state = after(before, ProposalEvent.RELEASE)
        move(connection, row, {"state": state.value, **queue_repository.UNCLAIMED})
        repository.add_event(connection, actor, row.id, ProposalEvent.RELEASE, before, state, now)
        records.audit(connection, actor, "case_released", "proposal", row.id, now)
        return {"proposal_id": row.id}

    once(actor, context, "review.release", idempotency_key, {"proposal_id": proposal_id}, carry_out)


def reviewer(actor: Actor, action: str) -> None:
    """Raise ``NotPermitted`` for anybody but collectors and supervisors."""
    actor.must_be(Role.COLLECTOR, Role.SUPERVISOR, action=action)


def review_policy(context: ServiceContext) -> Policy:
    """The policy of today by which the queue is ordered and claims run out."""
    return context.policy.on(context.clock.today(), context.settings.issuer)


def claim_span(policy: Policy) -> timedelta:
    """How long a claim lasts without activity."""
    return timedelta(minutes=policy.integer("review.claim_minutes"))


def held_case(connection: sa.Connection, context: ServiceContext, actor: Actor, proposal_id: str,
              expected_version: int | None = None) -> sa.Row[Any]:
    """The case, locked, if this person holds it and it is as they saw it.

    Raises ``NotFound``, or ``Conflict``: ``case_closed``, ``case_changed``, ``claim_expired``,
    ``taken_by_colleague`` (naming who took it from these hands), ``claimed_by_other``.
    """
    row = _locked(connection, proposal_id)
    if ProposalState(row.state) not in WAITING_FOR_THE_BANK:
        raise Conflict("case_closed", "the case does not wait for the bank any more", state=row.state)
    now = context.clock.now()
    if not holds(row, actor, now):
        raise _not_in_hand(connection, actor, row, now)
    if expected_version is not None and row.version != expected_version:
        raise Conflict("case_changed", "the case changed since it was read")
    return row


def _not_in_hand(connection: sa.Connection, actor: Actor, row: sa.Row[Any], now: datetime) -> Conflict:
    if not held(row, now):
        return Conflict("claim_expired", "the claim ran out")
    colleague = lost_to(actor, row, repository.events_with_names(connection, row.id), now)
    if colleague is None:
        return Conflict("claimed_by_other", "a colleague holds the case")
    return Conflict("taken_by_colleague", "a colleague took the case over", by=colleague.name)


def move(connection: sa.Connection, row: sa.Row[Any], values: dict[str, Any]) -> None:
    """Change the case that was read; raises ``Conflict`` if somebody else just did."""
    if not repository.update(connection, row.id, row.version, values):
        raise Conflict("case_changed", "the case changed since it was read")


def _locked(connection: sa.Connection, proposal_id: str) -> sa.Row[Any]:
    row = repository.by_id(connection, proposal_id, lock=True) if is_identifier(proposal_id) else None
    if row is None:
        raise NotFound("proposal")
    return row


def _take(connection: sa.Connection, context: ServiceContext, actor: Actor, row: sa.Row[Any], policy: Policy, *,
          take_over: bool = False) -> dict[str, Any]:
    of = viewpoint(actor, context)
    before = ProposalState(row.state)
    state = after(before, ProposalEvent.CLAIM)
    expires = of.now + claim_span(policy)
    previous = row.claimed_by if held(row, of.now) else None
    if not queue_repository.claim(connection, row, of, state.value, expires, take_over=take_over):
        raise Conflict("claimed_by_other", "a colleague was faster")
    repository.add_event(connection, actor, row.id, ProposalEvent.CLAIM, before, state, of.now)
    if previous is None:
        records.audit(connection, actor, "case_claimed", "proposal", row.id, of.now)
    else:
        records.audit(connection, actor, "case_taken_over", "proposal", row.id, of.now, previous_holder=previous)
    return _record(row.id, row.reference, expires, row.version + 1)


def _record(proposal_id: str, reference: str, expires: datetime, version: int) -> dict[str, Any]:
    return {"proposal_id": proposal_id, "reference": reference, "expires_at": expires.isoformat(), "version": version}


def _claimed(record: dict[str, Any]) -> Claimed | None:
    if not record:
        return None
    return Claimed(record["proposal_id"], record["reference"], datetime.fromisoformat(record["expires_at"]),
                   record["version"])
