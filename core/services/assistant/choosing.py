"""From an offer to a request, in one click: what was shown is what is asked for, or nothing is sent."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.domain.actor import Actor
from core.domain.errors import Conflict, InvalidInput
from core.domain.hardship import HardshipReason
from core.domain.offers.as_request import terms_of
from core.domain.offers.conversation import Stop
from core.domain.offers.offer import Offer
from core.domain.request_terms import kind_of
from core.services import records
from core.services.assistant.conversations import open_conversation, own_conversation
from core.services.assistant.document import shown_from
from core.services.assistant.ground import Ground, ground_of
from core.services.assistant.offers import find_offer, is_open
from core.services.assistant.wishes import reason_of
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.request_options import RequestDraft, check_draft
from core.services.request_reading import own_cardholder
from core.services.requests import Submitted, send_request
from core.services.texts import clean_text

_OUT_OF_DATE = "offer_out_of_date"
_JOINED = timedelta(days=30)
"""Conversations before this one that belong to the same case: what was refused in them is part of it."""


def choose(actor: Actor, context: ServiceContext, conversation_id: str, turn_number: int, label: str, *,
           acknowledged: bool, hardship_reason: HardshipReason | None = None, note: str = "",
           idempotency_key: str) -> Submitted:
    """Send the offer ``label`` of a turn as a request; ``label`` as in ``offers.find_offer``.

    Whatever was shown stays choosable, stopped or not, while the facts hold. Raises ``InvalidInput`` when the
    legal effect was not acknowledged, ``Conflict``: ``offer_out_of_date`` (nothing is sent; ``data`` has the
    conversation whose first turn has the offers of now), ``offer_unknown``, ``offer_not_open``,
    ``conversation_over``, and what ``requests.submit`` raises.
    """
    cardholder_id = own_cardholder(actor, "choose an offer")
    if acknowledged is not True:
        raise InvalidInput("acknowledgement_missing", "the legal effect has to be acknowledged", field="acknowledged")
    words = clean_text(note, "note")
    asked = {"conversation_id": conversation_id, "turn": turn_number, "label": label,
             "hardship_reason": hardship_reason, "note": words}
    with context.reading() as connection:
        account_id = own_conversation(connection, cardholder_id, conversation_id).account_id

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        # The account first, as everybody who holds both does.
        repository.lock_account(connection, account_id)
        row = own_conversation(connection, cardholder_id, conversation_id, lock=True)
        if row.state != repository.OPEN:
            raise Conflict("conversation_over", "it has led to a request, or another one has begun",
                           proposal_id=row.proposal_id)
        turn, offer = _shown(connection, row, turn_number, label)
        ground = ground_of(connection, context, cardholder_id, account_id, context.clock.today())
        if ground.fingerprint != row.facts_hash:
            raise Conflict(_OUT_OF_DATE, "the facts have changed since the offer was shown")
        draft = _draft(ground, turn, offer, hardship_reason, words)
        # Whoever spoke of harming themselves is looked after first in the review too.
        sent = send_request(connection, actor, context, cardholder_id, draft, check_draft(draft),
                            vulnerable=row.stop == Stop.VULNERABLE or ground.in_danger)
        _close(connection, actor, context, row, turn, label, sent["proposal_id"])
        return sent

    try:
        sent = once(actor, context, "assistant.choose", idempotency_key, asked, carry_out)
    except Conflict as refusal:
        if refusal.code != _OUT_OF_DATE:
            raise
        fresh = open_conversation(actor, context, account_id, context.clock.today())
        raise Conflict(_OUT_OF_DATE, str(refusal), conversation_id=fresh.conversation_id) from refusal
    return Submitted(sent["proposal_id"], sent["reference"], datetime.fromisoformat(sent["promised_by"]))


def _shown(connection: sa.Connection, row: sa.Row[Any], turn_number: int, label: str) -> tuple[sa.Row[Any], Offer]:
    """The turn, and the offer it showed."""
    turn = repository.turn(connection, row.id, turn_number) if type(turn_number) is int else None
    offer = None if turn is None or turn.shown is None else find_offer(shown_from(turn.shown), label)
    if turn is None or offer is None:
        raise Conflict("offer_unknown", "no such offer was shown")
    if not is_open(offer):
        raise Conflict("offer_not_open", "the plan breaches what nobody but a decider may set aside")
    return turn, offer


def _draft(ground: Ground, turn: sa.Row[Any], offer: Offer, reason: HardshipReason | None, note: str) -> RequestDraft:
    """What was said in the conversation counts where nothing else was named: nobody should have to say it twice."""
    terms = terms_of(offer)
    named = reason or ground.declared_reason or reason_of(turn.hardship)
    return RequestDraft(ground.position.account_id, kind_of(terms), terms, named, note)


def _close(connection: sa.Connection, actor: Actor, context: ServiceContext, row: sa.Row[Any], turn: sa.Row[Any],
           label: str, proposal_id: str) -> None:
    now = context.clock.now()
    repository.join_case(connection, row.account_id, proposal_id, now - _JOINED)
    repository.update(connection, row.id, {
        "state": repository.CHOSEN, "proposal_id": proposal_id, "chosen_turn": turn.number, "chosen_label": label,
        "updated_at": now})
    records.audit(connection, actor, "offer_chosen", repository.OBJECT_KIND, row.id, now, proposal_id=proposal_id,
                  turn=turn.number, label=label, result_hash=turn.result_hash)
