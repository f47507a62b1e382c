"""A conversation with the assistant: comparison and offers first, then answers to whatever is asked.

Everything shown is stored as it was shown, with what it can be worked out from again (``proof``).
A conversation stands on the facts of a day (``ground``); when they change, another one begins, with
what was wished carried over. Two tabs meet on the conversation's row: both turns are kept, in the order they came.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.domain.actor import Actor
from core.domain.errors import Conflict, NotFound
from core.domain.offers.conversation import Stop
from core.domain.offers.model import Wish
from core.domain.understanding.crisis import around_self_harm, speaks_of_self_harm
from core.services import records
from core.services.assistant.ground import Ground, ground_of
from core.services.assistant.keeping import keep, waits
from core.services.assistant.model import Conversation, PersonCause, Turn, TurnSource
from core.services.assistant.records import state_values, wish_from
from core.services.assistant.state import State, Step
from core.services.assistant.talk import Talk, talk_of
from core.services.assistant.turns import (
    adjusted,
    called_off,
    ceiling_chosen,
    opening,
    person_called,
    restarted,
    said,
)
from core.services.assistant.wishes import carried, reason_of
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.request_reading import is_identifier, own_cardholder
from core.services.texts import LONGEST_TEXT, clean_text

_CARRIED_DAYS = 7
"""What was wished longer ago is asked afresh."""

_MOVED = ("turns", "stop", "person_asked_at", "person_taken_at")
"""What of a row tells that another tab, or who takes up a call, was there in between."""

_Move = Callable[[Ground, State], Step]
_Needless = Callable[[sa.Row[Any], Turn], bool]
"""Whether a step would change nothing, by the conversation's row as it stands and the newest turn seen."""


def open_conversation(actor: Actor, context: ServiceContext, account_id: str, as_of: date) -> Conversation:
    """The open conversation about the person's own account; a new one where none stands on today's facts.

    Its first turn has doing nothing beside the offers. Raises ``NotFound`` for another person's account.
    """
    cardholder_id = own_cardholder(actor, "talk to the assistant")
    with context.reading() as connection:
        ground = _ground(connection, context, cardholder_id, account_id, as_of)
        row = repository.open_of_account(connection, account_id)
        if row is not None and row.facts_hash == ground.fingerprint:
            return _shown(ground, talk_of(connection, context, row))
    with context.writing() as connection:
        # Two tabs that open at once meet on the account's row.
        repository.lock_account(connection, account_id)
        row = repository.open_of_account(connection, account_id, lock=True)
        if row is None:
            # The one waited for may just have been replaced; what has come in its place is seen only now.
            row = repository.open_of_account(connection, account_id, lock=True)
        if row is None or row.facts_hash != ground.fingerprint:
            row = _begun(connection, actor, context, ground, row)
        return _shown(ground, talk_of(connection, context, row))


def conversation(actor: Actor, context: ServiceContext, conversation_id: str) -> Conversation:
    """A conversation of the person who asks, as it stands. Raises ``NotFound`` for another person's."""
    cardholder_id = own_cardholder(actor, "read a conversation")
    with context.reading() as connection:
        row = own_conversation(connection, cardholder_id, conversation_id)
        if row.state == repository.ERASED:
            raise NotFound("conversation")
        ground = ground_of(connection, context, cardholder_id, row.account_id, context.clock.today())
        return _shown(ground, talk_of(connection, context, row))


def say(actor: Actor, context: ServiceContext, conversation_id: str, text: str, *, idempotency_key: str,
        seen_turn: int | None = None) -> Conversation:
    """Say something in one's own words; the answer is the newest turn.

    ``seen_turn``: the newest turn before who speaks; "yes" and a choice by name mean no offers of a later one.
    Raises ``InvalidInput`` for nothing said and for more than can be kept (``text_too_long``), ``Conflict``
    ``conversation_over`` once it has led to a request or been replaced, ``conversation_full`` and ``too_fast``; none
    of these for words of self-harm, which are kept in the conversation that is open by then.
    """
    cardholder_id = own_cardholder(actor, "talk to the assistant")
    # Too long a text is refused, but never the words in it that call a person.
    words = clean_text(around_self_harm(text, LONGEST_TEXT), "said", required=True)
    if speaks_of_self_harm(words):
        conversation_id = _still_open(actor, context, cardholder_id, conversation_id)
    return _take(actor, context, conversation_id, "assistant.say", idempotency_key, {"said": words},
                 lambda ground, state: said(ground, state, words), seen_turn=seen_turn)


def adjust(actor: Actor, context: ServiceContext, conversation_id: str, wish: Wish, *, corrected: bool = False,
           idempotency_key: str) -> Conversation:
    """Set the whole wish by hand: by the sliders, or (``corrected``) putting right what was understood.

    Raises ``InvalidInput`` naming the field of a wish beyond all bounds; otherwise as ``say``.
    """
    return _take(actor, context, conversation_id, "assistant.adjust", idempotency_key,
                 {"wish": repr(wish), "corrected": corrected},
                 lambda ground, state: adjusted(ground, state, wish, corrected=corrected))


def choose_ceiling(actor: Actor, context: ServiceContext, conversation_id: str, *,
                   idempotency_key: str) -> Conversation:
    """Ask, after the warning, for plans up to the ceiling instead of what is affordable.

    Raises ``Conflict`` ``ceiling_not_higher`` where there is none above it, ``person_takes_over`` where
    somebody seems vulnerable; otherwise as ``say``.
    """
    def move(ground: Ground, state: State) -> Step:
        if state.stop is Stop.VULNERABLE:
            raise Conflict("person_takes_over", "a person decides this together with the cardholder")
        if ground.facts is None or ground.facts.ceiling_minor <= ground.facts.affordable_minor:
            raise Conflict("ceiling_not_higher", "nothing above the affordable amount can be chosen")
        return ceiling_chosen(ground, state)

    return _take(actor, context, conversation_id, "assistant.ceiling", idempotency_key, {}, move)


def restart(actor: Actor, context: ServiceContext, conversation_id: str, *, idempotency_key: str) -> Conversation:
    """Set aside everything said; the first offers lie there again, the same as before."""
    return _take(actor, context, conversation_id, "assistant.restart", idempotency_key, {}, restarted)


def call_person(actor: Actor, context: ServiceContext, conversation_id: str, *, idempotency_key: str) -> Conversation:
    """Ask for a person of the bank; possible on every turn, also when nothing more is answered."""
    return _take(actor, context, conversation_id, "assistant.person", idempotency_key, {},
                 lambda _, state: person_called(state),
                 # A second click changes nothing: they are in the line.
                 lambda row, newest: waits(row) and newest.source is TurnSource.PERSON)


def withdraw_person(actor: Actor, context: ServiceContext, conversation_id: str, *,
                    idempotency_key: str) -> Conversation:
    """Say that the person who was asked for is no longer needed; changes nothing where nobody is waited for.

    Raises ``Conflict`` ``person_stays`` for who spoke of harming themselves: there the bank decides; otherwise as
    ``say``.
    """
    def needless(row: sa.Row[Any], _: Turn) -> bool:
        if row.person_cause == PersonCause.SELF_HARM:
            raise _stays()
        return not waits(row)

    def move(ground: Ground, state: State) -> Step:
        if _in_danger(ground, state):
            raise _stays()
        return called_off(state)

    return _take(actor, context, conversation_id, "assistant.withdraw_person", idempotency_key, {},
                 move, needless)


def _in_danger(ground: Ground, state: State) -> bool:
    """Whether they spoke of harming themselves; who is vulnerable without the bank's mark is so for what they said."""
    return ground.in_danger or (state.stop is Stop.VULNERABLE and not ground.vulnerable)


def _stays() -> Conflict:
    return Conflict("person_stays", "the bank decides when nobody needs to call any more")


def _still_open(actor: Actor, context: ServiceContext, cardholder_id: str, conversation_id: str) -> str:
    """The conversation about the same account that still goes on: that one, or what came after it."""
    with context.reading() as connection:
        row = own_conversation(connection, cardholder_id, conversation_id)
    if row.state == repository.OPEN:
        return conversation_id
    return open_conversation(actor, context, row.account_id, context.clock.today()).conversation_id


def own_conversation(connection: sa.Connection, cardholder_id: str, conversation_id: str, *,
                     lock: bool = False) -> sa.Row[Any]:
    """The conversation if it is this person's; raises ``NotFound`` otherwise, whether or not it exists."""
    row = repository.by_id(connection, conversation_id, lock=lock) if is_identifier(conversation_id) else None
    if row is None or row.cardholder_id != cardholder_id:
        raise NotFound("conversation")
    return row


def _take(actor: Actor, context: ServiceContext, conversation_id: str, command: str, key: str,
          asked: dict[str, Any], move: _Move, needless: _Needless = lambda row, newest: False,
          seen_turn: int | None = None) -> Conversation:
    """One step: worked out before the database is held, then kept under the conversation's lock."""
    cardholder_id = own_cardholder(actor, "talk to the assistant")
    with context.reading() as connection:
        row = own_conversation(connection, cardholder_id, conversation_id)
        ground = ground_of(connection, context, cardholder_id, row.account_id, context.clock.today())
        seen = talk_of(connection, context, row)
    stands = seen.row.facts_hash == ground.fingerprint
    # A repeat of a step that was taken finds its key below and needs no answer; what refuses, refuses there.
    ready = _ready(move, ground, seen.state(ground, seen_turn)) if stands else None

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        row = own_conversation(connection, cardholder_id, conversation_id, lock=True)
        if row.state != repository.OPEN:
            raise Conflict("conversation_over", "it has led to a request, or another one has begun")
        if not stands:
            row = _begun(connection, actor, context, ground, row)
        if needless(row, seen.turns[-1]):
            return {"conversation_id": row.id}
        as_seen = stands and all(getattr(row, name) == getattr(seen.row, name) for name in _MOVED)
        step = ready if ready is not None and as_seen else None
        if step is None:
            # Of a conversation that begins with this step nobody has seen anything.
            step = move(ground, talk_of(connection, context, row, seen).state(ground, seen_turn if stands else 0))
        keep(connection, actor, context, ground, row, step)
        return {"conversation_id": row.id}

    kept = once(actor, context, command, key, {"conversation_id": conversation_id, **asked}, carry_out)
    with context.reading() as connection:
        row = own_conversation(connection, cardholder_id, kept["conversation_id"])
        return _shown(ground, talk_of(connection, context, row, seen))


def _ready(move: _Move, ground: Ground, state: State) -> Step | None:
    try:
        return move(ground, state)
    except Conflict:
        return None


def _ground(connection: sa.Connection, context: ServiceContext, cardholder_id: str, account_id: str,
            as_of: date) -> Ground:
    if not is_identifier(account_id):
        raise NotFound("account")
    return ground_of(connection, context, cardholder_id, account_id, as_of)


def _begun(connection: sa.Connection, actor: Actor, context: ServiceContext, ground: Ground,
           before: sa.Row[Any] | None) -> sa.Row[Any]:
    """A new conversation with its first turn, in place of ``before``, whose facts no longer hold."""
    now, state = context.clock.now(), State()
    person: dict[str, Any] = {}
    if before is not None:
        if waits(before):  # a person who is waited for is waited for here from now on, in the same place of the line
            person = {"person_asked_at": before.person_asked_at, "person_cause": before.person_cause}
        repository.update(connection, before.id, {"state": repository.SUPERSEDED, "updated_at": now,
                                                  **dict.fromkeys(person)})
        if before.person_cause == PersonCause.SELF_HARM:  # and this is no less so once somebody has called
            person["person_cause"] = before.person_cause
        if (ground.as_of - before.as_of).days <= _CARRIED_DAYS:
            state = State(wish=carried(wish_from(before.wish), ground.as_of), hardship=tuple(before.hardship),
                          stop=Stop.VULNERABLE if before.stop == Stop.VULNERABLE else None)
    if ground.in_danger:
        state = replace(state, stop=Stop.VULNERABLE)
    identifier = repository.insert(connection, {
        "account_id": ground.position.account_id, "cardholder_id": ground.position.cardholder_id,
        "state": repository.OPEN, "as_of": ground.as_of, "facts_hash": ground.fingerprint, "turns": 0,
        "opened_at": now, "updated_at": now, **person, **state_values(state)})
    records.audit(connection, actor, "negotiation_opened", repository.OBJECT_KIND, identifier, now,
                  account_id=ground.position.account_id, policy_version=ground.policy_version,
                  instead_of=before.id if before is not None else None)
    row = repository.by_id(connection, identifier)
    if row is None:
        raise NotFound("conversation")
    told_on = None if before is None else before.as_of
    keep(connection, actor, context, ground, row, opening(ground, state, told_on=told_on))
    kept = repository.by_id(connection, identifier)
    if kept is None:
        raise NotFound("conversation")
    return kept


def _shown(ground: Ground, talk: Talk) -> Conversation:
    row, position, state = talk.row, ground.position, talk.state(ground)
    return Conversation(
        conversation_id=row.id, account_id=row.account_id, card_last4=position.card_last4, as_of=row.as_of,
        balance_minor=position.total_minor, days_past_due=position.days_past_due,
        amount_due_minor=position.minimum_due_minor,
        facts=ground.facts_with(state.hardship, chose_ceiling=state.chose_ceiling), means=ground.means,
        assessment_outcome=ground.outcome, declared_hardship=ground.declared_reason or reason_of(state.hardship),
        vulnerable=ground.vulnerable, turns=talk.turns, earlier_turns=row.turns - len(talk.turns), stop=state.stop,
        person_asked_at=row.person_asked_at,
        person_cause=None if row.person_cause is None else PersonCause(row.person_cause), proposal_id=row.proposal_id,
        blocked_by=ground.blocked_by,
        open_request_id=position.open_request.proposal_id if position.open_request else None,
        limits=ground.rule.limits, sliders=ground.sliders(), chose_ceiling=state.chose_ceiling, wish=state.wish,
        hardship=state.hardship, person_waited_for=waits(row),
        in_danger=_in_danger(ground, state) or row.person_cause == PersonCause.SELF_HARM,
        figures_of=ground.assessment.as_of if ground.assessment and state.renewal_asked and state.hardship else None)
