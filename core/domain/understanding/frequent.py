"""Questions that come again and again: about the credit record, a court, the family, and what a plan means."""

from __future__ import annotations

import re
from enum import StrEnum

from core.domain.understanding.lexicon import cue, words

_SENTENCE = re.compile(r"(?<=[.!?;\n])\s+")
_CLAUSE = re.compile(r"(?<=[.!?;\n])\s+|(?<=,)\s+")
_MOST = 2
"""Answers at once: more is read by nobody."""


class Topic(StrEnum):
    """What a question is about."""

    CREDIT_RECORD = "credit_record"
    COURT = "court"
    OTHERS_TOLD = "others_told"
    INTEREST_STOPS = "interest_stops"
    MISSED_INSTALMENT = "missed_instalment"
    WHO_DECIDES = "who_decides"
    BINDING = "binding"


def frequent_questions(plain: str) -> tuple[Topic, ...]:
    """What a text asks about, at most two topics in the order of ``Topic``; empty for any other question.

    ``plain``: the text as ``script.normalise`` leaves it.
    """
    sentences = _SENTENCE.split(plain)
    found = [topic for topic in Topic if any(_asks(topic, sentence) for sentence in sentences)]
    return tuple(found[:_MOST])


def besides_questions(plain: str) -> str:
    """The clauses of ``plain`` that ask nothing: what is said beside questions; empty where nothing is."""
    clauses = [clause for clause in _CLAUSE.split(plain) if "?" not in clause]
    return " ".join(clause for clause in clauses if not frequent_questions(clause)).strip()


def _asks(topic: Topic, sentence: str) -> bool:
    listed = words("frequent")[topic]
    if "not" in listed and cue("frequent", topic, "not").search(sentence):
        return False
    asks = cue("frequent", topic if "asks" in listed else "any", "asks")
    return cue("frequent", topic, "about").search(sentence) is not None and asks.search(sentence) is not None
