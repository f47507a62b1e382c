"""What went before a conversation: those it replaced when the day or a fact changed, with what was said in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.db.vault import Vault
from core.domain.actor import Actor
from core.services.assistant.conversations import own_conversation
from core.services.assistant.model import Choice, PersonCause, TranscriptPart, Turn
from core.services.assistant.records import turn_of
from core.services.context import ServiceContext
from core.services.request_reading import own_cardholder

MOST_BEFORE = 20
"""Conversations, the newest of them; those in which nothing was said or done are left out."""
_MOST_TURNS = 200


def told_before(actor: Actor, context: ServiceContext, conversation_id: str) -> tuple[TranscriptPart, ...]:
    """What was said about the account before the person's own conversation, oldest first. Bounded; two queries more.

    Raises ``NotFound`` for another person's conversation.
    """
    cardholder_id = own_cardholder(actor, "read a conversation")
    with context.reading() as connection:
        row = own_conversation(connection, cardholder_id, conversation_id)
        return parts(connection, context, repository.replaced_by(connection, row, MOST_BEFORE))


def parts(connection: sa.Connection, context: ServiceContext, rows: Sequence[sa.Row[Any]]
          ) -> tuple[TranscriptPart, ...]:
    """Conversations with their newest turns, in the order of ``rows``; who may see them, the caller has asked."""
    turns = repository.told_turns(connection, [row.id for row in rows], _MOST_TURNS) if rows else ()
    return tuple(part_of(row, turns, context.vault) for row in rows)


def part_of(row: sa.Row[Any], turns: Sequence[sa.Row[Any]], vault: Vault) -> TranscriptPart:
    """One conversation with those of ``turns`` that are its own."""
    own: tuple[Turn, ...] = tuple(turn_of(one, vault) for one in turns if one.negotiation_id == row.id)
    return TranscriptPart(
        conversation_id=row.id, opened_at=row.opened_at, as_of=row.as_of, turns=own, hardship=tuple(row.hardship),
        chosen=None if row.chosen_turn is None else Choice(row.chosen_turn, row.chosen_label),
        person_asked_at=row.person_asked_at,
        person_cause=None if row.person_cause is None else PersonCause(row.person_cause),
        person_taken_at=row.person_taken_at)
