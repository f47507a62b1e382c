"""When a conversation ends and a person takes over."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from core.domain.offers.rule import ManyRule


class Stop(StrEnum):
    """Why nothing more is offered; the first that holds."""

    VULNERABLE = "vulnerable"
    """The person may need more than a plan."""
    ACCEPTED = "accepted"
    NOTHING_FEASIBLE = "nothing_feasible"
    SAME_OFFER_TWICE = "same_offer_twice"
    ROUNDS = "rounds"


@dataclass(frozen=True, slots=True)
class Round:
    """One wish and its answer; ``answer_hash`` stands for the answer, None where nothing was feasible."""

    answer_hash: str | None
    accepted: bool = False
    vulnerable: bool = False


def stop_reason(rounds: Sequence[Round], rule: ManyRule) -> Stop | None:
    """Why the conversation ends after these rounds; None while it goes on.

    Nothing here feeds back into an offer: more rounds end sooner, they never end better.
    """
    if any(one.vulnerable for one in rounds):
        return Stop.VULNERABLE
    if not rounds:
        return None
    last = rounds[-1]
    if last.accepted:
        return Stop.ACCEPTED
    if last.answer_hash is None:
        return Stop.NOTHING_FEASIBLE
    if any(one.answer_hash == last.answer_hash for one in rounds[:-1]):
        return Stop.SAME_OFFER_TWICE
    return Stop.ROUNDS if len(rounds) >= rule.rounds else None
