"""The assistant: what screens and reviewers ask of it, in one place.

Conversations are in ``conversations``, what a step leads to in ``turns``, sending in
``choosing``, reading by the bank in ``transcripts``, what went before in ``before``,
the proof in ``proof``.
"""

from __future__ import annotations

from core.services.assistant.before import told_before
from core.services.assistant.choosing import choose
from core.services.assistant.comparing import (
    ComparisonRow,
    CreditEffect,
    Likelihood,
    comparison,
    credit_effect,
    likelihood,
)
from core.services.assistant.conversations import (
    adjust,
    call_person,
    choose_ceiling,
    conversation,
    open_conversation,
    restart,
    say,
    withdraw_person,
)
from core.services.assistant.keeping import MOST_TURNS
from core.services.assistant.model import (
    Choice,
    Conversation,
    Nothing,
    PersonCause,
    Reply,
    SliderSettings,
    Transcript,
    TranscriptPart,
    Turn,
    TurnSource,
    Waiting,
)
from core.services.assistant.offers import find_offer, is_open, on_the_table
from core.services.assistant.transcripts import TakenUp, take_up, taken_up, transcript, waiting_for_person

__all__ = [
    "MOST_TURNS", "Choice", "ComparisonRow", "Conversation", "CreditEffect", "Likelihood", "Nothing", "PersonCause",
    "Reply", "SliderSettings", "TakenUp", "Transcript", "TranscriptPart", "Turn", "TurnSource", "Waiting", "adjust",
    "call_person", "choose", "choose_ceiling", "comparison", "conversation", "credit_effect", "find_offer", "is_open",
    "likelihood", "on_the_table", "open_conversation", "restart", "say", "take_up", "taken_up", "told_before",
    "transcript", "waiting_for_person", "withdraw_person",
]
