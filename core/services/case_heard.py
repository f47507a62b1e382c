"""What a conversation says about an offer made now: what its cardholder turned down, and what they were refused.

Pure: reads turns as they were kept.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.domain.offers.model import NO_WISH, Wish
from core.domain.offers.negotiation import Negotiation
from core.domain.offers.offer import Offer
from core.services.assistant.model import Reply, Turn
from core.services.assistant.offers import on_the_table

MOST_HEARD = 5
"""The newest of each; the conversation itself has them all."""


@dataclass(frozen=True, slots=True)
class TurnedDown:
    """An offer the cardholder said no to: in their own words, and what they wished for then."""

    turn_number: int
    at: datetime
    said: str | None
    offer: Offer
    wish: Wish


@dataclass(frozen=True, slots=True)
class Unmet:
    """A wish the rules could not meet; ``reason`` is the name of a constraint, or ``several``."""

    turn_number: int
    at: datetime
    said: str | None
    wish: Wish
    reason: str


def turned_down(turns: Sequence[Turn]) -> tuple[TurnedDown, ...]:
    """What lay on the table when the cardholder said no, newest last."""
    found: list[TurnedDown] = []
    before: Negotiation | None = None
    for turn in turns:
        shown = None if before is None else on_the_table(before)
        if Reply.REJECT in turn.replies and shown is not None:
            found.append(TurnedDown(turn.number, turn.at, turn.said, shown[1], turn.wish))
        before = turn.negotiation or before
    return tuple(found[-MOST_HEARD:])


def unmet(turns: Sequence[Turn]) -> tuple[Unmet, ...]:
    """The wishes that were not met as they were put, each once, newest last; trials are wishes too."""
    found: dict[Wish, Unmet] = {}
    for turn in turns:
        answer = None if turn.negotiation is None else turn.negotiation.answer
        if answer is None or answer.accepted or turn.wish == NO_WISH:
            continue
        found.pop(turn.wish, None)
        found[turn.wish] = Unmet(turn.number, turn.at, turn.said, turn.wish, answer.reason)
    return tuple(found.values())[-MOST_HEARD:]


def same_plan(one: Offer, other: Offer) -> bool:
    """Whether a person would call them one: the same kind, payment, length and total."""
    return (one.kind, one.monthly_minor, one.months, one.total_minor) == (
        other.kind, other.monthly_minor, other.months, other.total_minor)
