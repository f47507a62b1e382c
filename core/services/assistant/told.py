"""What a message says besides wishes, and what is answered to it in words: before, and without, any plan."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.domain.understanding import Understanding
from core.domain.understanding.beside import offer_meant
from core.domain.understanding.frequent import Topic, besides_questions, frequent_questions
from core.domain.understanding.mistreatment import tells_of_mistreatment
from core.domain.understanding.script import normalise
from core.services.assistant.model import PersonCause, Reply

_TOLD = {"restart": Reply.RESTART, "complain": Reply.COMPLAIN, "dispute": Reply.DISPUTE,
         "hardship": Reply.HARDSHIP_NOTED, "question": Reply.QUESTION, "undecided": Reply.UNDECIDED,
         "reject": Reply.REJECT}
"""What is answered with words of its own, in this order."""
_PERSON = {"dispute": PersonCause.DISPUTE, "ask_person": PersonCause.ASKED}
"""What a program must not settle; and a complaint about how somebody was treated."""
_NOT_CLEAR = "rephrase"
_ABOUT = {topic: Reply(f"about_{topic}") for topic in Topic}


@dataclass(frozen=True, slots=True)
class Told:
    """A message as it is answered."""

    read: Understanding
    """What was understood; nothing is asked back of a question that is answered, or of what is clear beside it."""
    replies: tuple[Reply, ...]
    person: PersonCause | None
    """Why a person hears it unasked: a program settles neither a dispute nor how somebody was treated."""
    answered: bool
    """Whether a question was answered by its topic, and nothing was agreed to beside it."""
    meant: str | None
    """Which of the offers shown is chosen, and nothing else said (``offer_meant``)."""


def told(text: str, read: Understanding, understood: Callable[[str], Understanding]) -> Told:
    """What ``text`` says besides the wishes of ``read``. Anger alone calls nobody: a person is offered.

    ``understood`` gives what is understood of a part of the text, as ``read`` was of the whole.
    """
    plain = normalise(text)
    topics = tuple(topic for topic in frequent_questions(plain) if not _is_wish(topic, read))
    meant = offer_meant(plain)
    settled = bool(topics or meant or read.wish.starts_lighter) and not read.wish.stated()
    rest = besides_questions(plain) if topics else ""
    beside = understood(rest) if rest else None
    if settled:
        # What is asked back of a question is answered with it; an offer made beside it is not.
        open_ask = None if beside is None or beside.ask == _NOT_CLEAR else beside.ask
        read = replace(read, ask=open_ask)
    replies = [reply for intent, reply in _TOLD.items() if intent in read.intents]
    person = next((_PERSON[intent] for intent in _PERSON if intent in read.intents), None)
    if Reply.COMPLAIN in replies and tells_of_mistreatment(plain):
        replies[replies.index(Reply.COMPLAIN)] = Reply.GRIEVANCE
        person = PersonCause.COMPLAINT
    if topics:
        # What was asked is answered; words about it are no complaint, and those beside it may be.
        angry = beside is not None and "complain" in beside.intents
        replies = [one for one in replies if one is not Reply.QUESTION and (angry or one is not Reply.COMPLAIN)]
        replies += [_ABOUT[topic] for topic in topics]
    if meant is not None or read.wish.starts_lighter:
        replies = [one for one in replies if one is not Reply.QUESTION]
    agreed = beside is not None and "accept" in beside.intents
    return Told(read, tuple(replies), person, bool(topics) and not agreed, meant if settled else None)


def _is_wish(topic: Topic, read: Understanding) -> bool:
    """"500 a month if the interest stops" asks for terms, and they are what is answered."""
    return topic is Topic.INTEREST_STOPS and not set(read.wish.stated()) <= {"waive"}
