"""Keeping a turn: at the end of its conversation, sealed, within bounds, with its trace in the audit chain."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.db.types import new_id
from core.domain.actor import Actor
from core.domain.errors import Conflict
from core.domain.message_templates import MessageTemplate
from core.services import records
from core.services.assistant.ground import Ground
from core.services.assistant.model import PersonCause, Reply, TurnSource
from core.services.assistant.records import state_values, turn_values
from core.services.assistant.state import Step
from core.services.context import ServiceContext

MOST_TURNS = 200
"""Of one conversation, sliders included: nobody who looks for a way needs as many, and a program that does not tire
fills no database. The last one calls a person."""
_MOST_A_MINUTE = 40
_MINUTE = timedelta(minutes=1)
_MOST_CALLED_OFF, _HOUR = 3, timedelta(hours=1)
"""So often a person is called off within that time."""
_SAID = (PersonCause.COMPLAINT, PersonCause.DISPUTE, PersonCause.ASKED)
"""Why a person is called for what somebody said, besides words of self-harm."""


def keep(connection: sa.Connection, actor: Actor, context: ServiceContext, ground: Ground, row: sa.Row[Any],
         step: Step) -> None:
    """Keep a turn at the end of the conversation, its state, and its trace in the audit chain."""
    now, number = context.clock.now(), row.turns + 1
    step = _bounded(connection, context, row, step)
    if step.worked is not None or step.facts_are_new:
        repository.keep_rule(connection, ground.stored_rule.digest, ground.stored_rule.record, now)
    turn_id = new_id()
    values = turn_values(step, ground, context.vault, turn_id=turn_id, negotiation_id=row.id, number=number, at=now)
    repository.insert_turn(connection, values)
    repository.update(connection, row.id, {"turns": number, "updated_at": now, **state_values(step.state),
                                           **_person_values(row, step, now, in_danger=ground.in_danger)})
    _tell(connection, context, ground, row, step, now)
    if step.source is TurnSource.CALLED_OFF:
        records.audit(connection, actor, "person_called_off", repository.OBJECT_KIND, row.id, now, turn=number)
    if step.person is not None:
        records.audit(connection, actor, "person_called", repository.OBJECT_KIND, row.id, now,
                      cause=step.person.value, turn=number)
    records.audit(connection, actor, repository.TURN_EVENT, repository.OBJECT_KIND, row.id, now, turn=number,
                  turn_id=turn_id, source=step.source.value, seal=values["seal"], result_hash=values["result_hash"],
                  policy_version=ground.policy_version)


def _tell(connection: sa.Connection, context: ServiceContext, ground: Ground, row: sa.Row[Any], step: Step,
          now: datetime) -> None:
    """Say among the bank's messages that somebody will call, and that nobody will any more."""
    template = None
    if step.source is TurnSource.CALLED_OFF:
        template = MessageTemplate.PERSON_CALLED_OFF
    elif step.person is not None and not waits(row):
        template = MessageTemplate.PERSON_CALLED
    if template is not None:
        records.send(connection, context.vault, channel="in_app", recipient_kind="cardholder",
                     recipient_id=row.cardholder_id, template=template, at=now, last4=ground.position.card_last4)


def _bounded(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any], step: Step) -> Step:
    """Let no conversation grow without end, nor faster than a person types; the last turn calls a person.

    Who needs a person gets one beyond all bounds, by the button or by what they said.
    """
    if step.source is TurnSource.CALLED_OFF:
        _must_be_meant(connection, context, row)
        return step
    if _calls(row, step):
        return step
    if row.turns >= MOST_TURNS:
        raise Conflict("conversation_full", "no more turns are kept; a person goes on")
    earlier = repository.said_at(connection, row.id, row.turns + 1 - _MOST_A_MINUTE)
    if earlier is not None and context.clock.now() - earlier < _MINUTE:
        raise Conflict("too_fast", "more turns in a minute than a person takes")
    if row.turns + 1 < MOST_TURNS:
        return step
    return Step(step.source, step.state, (*step.replies, Reply.ENDED_TURNS), step.said, step.understood, step.worked,
                step.accepts, step.person or PersonCause.STOPPED, step.facts_are_new)


def _calls(row: sa.Row[Any], step: Step) -> bool:
    """Whether a step brings a person who would not come, or not for that; words of self-harm are kept every time."""
    if step.person is PersonCause.SELF_HARM or step.source is TurnSource.PERSON:
        return True
    if step.person not in _SAID:
        return False
    earlier = PersonCause(row.person_cause) if waits(row) else None
    return earlier is None or _pressing(step.person) < _pressing(earlier)


def _must_be_meant(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any]) -> None:
    """A call is never refused, so calling off is what keeps a program from writing to somebody without end."""
    since = context.clock.now() - _HOUR
    if repository.taken_since(connection, row.id, TurnSource.CALLED_OFF, since, _MOST_CALLED_OFF) == _MOST_CALLED_OFF:
        raise Conflict("called_off_often", "a person was called and called off again and again")


def _pressing(cause: PersonCause) -> int:
    return list(PersonCause).index(cause)


def _person_values(row: sa.Row[Any], step: Step, now: datetime, *, in_danger: bool) -> dict[str, Any]:
    """Who waits keeps their place in the line; who was taken up and asks again is back in it, for no lesser cause.

    Who spoke of harming themselves, about whichever card, is called for that, since the moment they first said so.
    """
    if step.source is TurnSource.CALLED_OFF:
        return dict.fromkeys(("person_cause", "person_asked_at", "person_taken_by", "person_taken_at"))
    if step.person is None:
        return {}
    in_line = waits(row)
    earlier = None if row.person_cause is None else PersonCause(row.person_cause)
    known = [one for one in (earlier, PersonCause.SELF_HARM if in_danger else None) if one is not None]
    cause = min([step.person, *known], key=_pressing)
    risen = cause is PersonCause.SELF_HARM is not earlier
    return {"person_cause": cause.value, "person_asked_at": row.person_asked_at if in_line and not risen else now,
            "person_taken_by": None, "person_taken_at": None}


def waits(row: sa.Row[Any]) -> bool:
    """Whether a person is wanted and nobody has taken it up."""
    return row.person_asked_at is not None and row.person_taken_at is None
