"""The assistant: what screens and reviewers ask of it, in one place.

Conversations are in ``assistant_conversations``, what a step leads to in ``assistant_turns``, sending in
``assistant_choosing``, reading by the bank in ``assistant_transcript``, the proof in ``assistant_replay``.
"""

from __future__ import annotations

from core.services.assistant_choosing import choose
from core.services.assistant_comparison import (
    ComparisonRow,
    CreditEffect,
    Likelihood,
    comparison,
    credit_effect,
    likelihood,
)
from core.services.assistant_conversations import (
    adjust,
    call_person,
    choose_ceiling,
    conversation,
    open_conversation,
    restart,
    say,
)
from core.services.assistant_keeping import MOST_TURNS
from core.services.assistant_model import (
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
from core.services.assistant_offers import find_offer, is_open, on_the_table
from core.services.assistant_transcript import TakenUp, take_up, taken_up, transcript, waiting_for_person

__all__ = [
    "MOST_TURNS", "Choice", "ComparisonRow", "Conversation", "CreditEffect", "Likelihood", "Nothing", "PersonCause",
    "Reply", "SliderSettings", "TakenUp", "Transcript", "TranscriptPart", "Turn", "TurnSource", "Waiting", "adjust",
    "call_person", "choose", "choose_ceiling", "comparison", "conversation", "credit_effect", "find_offer", "is_open",
    "likelihood", "on_the_table", "open_conversation", "restart", "say", "take_up", "taken_up", "transcript",
    "waiting_for_person",
]
