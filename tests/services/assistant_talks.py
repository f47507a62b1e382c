"""Conversations for tests: a person with an account in arrears and a finished assessment, and short ways to talk."""

from __future__ import annotations

import itertools
from typing import Any

from core.domain.actor import Actor
from core.domain.offers.model import Wish
from core.services import assessments, assistant
from core.services.assistant import Conversation
from core.services.context import ServiceContext
from tests.services.cards import TODAY, add_card, cardholder
from tests.services.cases import FAMILY

_clicks = itertools.count()


def key() -> str:
    """A key nobody has used."""
    return f"talk-{next(_clicks)}"


def begun(context: ServiceContext, *, assessed: bool = True, person: str = "p1", card: str = "c1",
          **more: Any) -> tuple[Actor, Conversation]:
    """A person who has just opened the assistant about their card."""
    account_id = add_card(context, person=person, card=card, **more)
    actor = cardholder(context, person)
    if assessed:
        assessments.finish(actor, context, FAMILY, f"assessment-{person}-{card}")
    return actor, assistant.open_conversation(actor, context, account_id, TODAY)


def said(actor: Actor, context: ServiceContext, talk: Conversation, text: str) -> Conversation:
    """The conversation after ``text``."""
    return assistant.say(actor, context, talk.conversation_id, text, idempotency_key=key())


def moved(actor: Actor, context: ServiceContext, talk: Conversation, wish: Wish, **more: Any) -> Conversation:
    """The conversation after the sliders were moved."""
    return assistant.adjust(actor, context, talk.conversation_id, wish, idempotency_key=key(), **more)
