"""Conversations as the bank reads them: with the case they led to, and those in which a person is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.db.repositories import proposals as proposals_repository
from core.domain.actor import Actor, Role
from core.domain.errors import Conflict, NotFound
from core.services import records
from core.services.assistant.before import part_of, parts
from core.services.assistant.model import PersonCause, Transcript, TranscriptPart, Waiting
from core.services.case_access import may_read
from core.services.claims import claim_span, review_policy
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.identity.people import masked_phone
from core.services.request_reading import is_identifier, own_request

MOST_WAITING = 100
_MOST_BEFORE, _BEFORE = 5, timedelta(days=30)
"""So many conversations are told of those begun within that time before a person was asked for, and since."""
_IN_HAND = timedelta(days=1)
_REVIEWERS = (Role.COLLECTOR, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class TakenUp:
    """Somebody a person of the bank now speaks with; the phone is masked, the name is needed to speak to them."""

    conversation_id: str
    cardholder_name: str
    phone_masked: str | None
    card_last4: str
    vulnerable: bool
    cause: PersonCause
    asked_at: datetime
    proposal_id: str | None
    part: TranscriptPart
    before: tuple[TranscriptPart, ...] = ()
    """Conversations this one replaced when the day or a fact changed, oldest first: nobody begins again."""


def transcript(actor: Actor, context: ServiceContext, proposal_id: str) -> Transcript:
    """What was said and shown before a request: to its cardholder, and to whoever may read the case.

    What was refused is in it, and why (``Turn.negotiation``). A reviewer's look is audited, once a claim.
    Raises ``NotFound`` and ``Conflict`` as ``review.case`` does.
    """
    actor.must_be(Role.CARDHOLDER, *_REVIEWERS, action="read a transcript")
    with context.reading() as connection:
        audited = True
        if actor.role is Role.CARDHOLDER:
            if actor.cardholder_id is None:
                raise NotFound("cardholder")
            own_request(connection, actor.cardholder_id, proposal_id)
        else:
            audited = _may_read(connection, actor, context, proposal_id)
        rows = repository.of_case(connection, proposal_id)
        turns = repository.told_turns(connection, [row.id for row in rows])
        found = Transcript(proposal_id, tuple(part_of(row, turns, context.vault) for row in rows))
    if not audited:
        with context.writing() as connection:
            records.audit(connection, actor, "case_viewed", "proposal", proposal_id, context.clock.now())
    return found


def waiting_for_person(actor: Actor, context: ServiceContext) -> tuple[Waiting, ...]:
    """Who waits for a person of the bank: the most pressing cause first, then the longest waiting. One query.

    Those this actor has taken up within a day are there too, so that nobody in mid-call is lost by a reload.
    """
    actor.must_be(*_REVIEWERS, action="see who waits for a person")
    with context.reading() as connection:
        rows = repository.waiting(connection, actor.user_id, context.clock.now() - _IN_HAND,
                                  [cause.value for cause in PersonCause], MOST_WAITING)
    return tuple(Waiting(row.id, row.card_last4, row.person_asked_at, PersonCause(row.person_cause), row.vulnerable,
                     row.turns, row.locale, row.proposal_id, row.person_taken_at is not None) for row in rows)


def take_up(actor: Actor, context: ServiceContext, conversation_id: str, *, idempotency_key: str) -> TakenUp:
    """Say that one speaks with the person, and see who it is and what was said; audited.

    Raises ``Conflict`` ``person_taken`` when a colleague was first, ``NotFound`` where nobody is wanted.
    """
    actor.must_be(*_REVIEWERS, action="speak with a person who waits")

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        row = _wanted(connection, conversation_id)
        now = context.clock.now()
        if not repository.take_up(connection, row.id, actor.user_id, now):
            raise Conflict("person_taken", "a colleague speaks with them")
        records.audit(connection, actor, "person_taken_up", repository.OBJECT_KIND, row.id, now)
        return {"conversation_id": row.id}

    once(actor, context, "assistant.take_up", idempotency_key, {"conversation_id": conversation_id}, carry_out)
    return taken_up(actor, context, conversation_id)


def taken_up(actor: Actor, context: ServiceContext, conversation_id: str) -> TakenUp:
    """A conversation whose person this actor speaks with, and what went before it.

    ``NotFound`` for anybody else's, and after a day.
    """
    actor.must_be(*_REVIEWERS, action="speak with a person who waits")
    since = context.clock.now() - _IN_HAND
    with context.reading() as connection:
        row = _wanted(connection, conversation_id)
        if row.person_taken_by != actor.user_id or row.person_taken_at < since:
            raise NotFound("conversation")
        person = proposals_repository.cardholder(connection, row.cardholder_id)
        account = proposals_repository.account(connection, row.account_id)
        earlier = repository.replaced_by(connection, row, _MOST_BEFORE, row.person_asked_at - _BEFORE)
        *before, part = parts(connection, context, [*earlier, row])
    vault = context.vault
    return TakenUp(
        conversation_id=row.id, cardholder_name=vault.decrypt(person.name_encrypted),
        phone_masked=masked_phone(vault.decrypt(person.phone_encrypted)) if person.phone_encrypted else None,
        card_last4=account.card_last4, vulnerable=person.vulnerable, cause=PersonCause(row.person_cause),
        asked_at=row.person_asked_at, proposal_id=row.proposal_id, part=part, before=tuple(before))


def _may_read(connection: sa.Connection, actor: Actor, context: ServiceContext, proposal_id: str) -> bool:
    """Let pass who may read the case; whether their look is in the audit already."""
    row = proposals_repository.by_id(connection, proposal_id) if is_identifier(proposal_id) else None
    if row is None:
        raise NotFound("proposal")
    now = context.clock.now()
    may_read(actor, row, proposals_repository.events_with_names(connection, row.id), now)
    since = now - claim_span(review_policy(context))
    return proposals_repository.viewed_since(connection, row.id, actor.user_id, since)


def _wanted(connection: sa.Connection, conversation_id: str) -> sa.Row[Any]:
    row = repository.by_id(connection, conversation_id) if is_identifier(conversation_id) else None
    if row is None or row.person_asked_at is None:
        raise NotFound("conversation")
    return row
