"""Where a conversation stands, and what one step of it leads to."""

from __future__ import annotations

from dataclasses import dataclass

from core.domain.offers.conversation import Round, Stop
from core.domain.offers.model import NO_WISH, Wish
from core.domain.offers.negotiation import Negotiation
from core.domain.understanding import Understanding
from core.services.assistant.document import Worked
from core.services.assistant.model import Choice, PersonCause, Reply, TurnSource

HARD_STOPS = frozenset({Stop.VULNERABLE, Stop.NOTHING_FEASIBLE, Stop.SAME_OFFER_TWICE, Stop.ROUNDS})
"""After these a person goes on; an acceptance may be thought over."""


@dataclass(frozen=True, slots=True)
class State:
    """Where a conversation stands before a step."""

    wish: Wish = NO_WISH
    hardship: tuple[str, ...] = ()
    chose_ceiling: bool = False
    rounds: tuple[Round, ...] = ()
    stop: Stop | None = None
    shown_turn: int = 0
    """The number of the newest turn with offers; 0: none."""
    shown: Negotiation | None = None
    renewal_asked: bool = False
    """Whether a newer assessment has been asked for: once is enough."""
    unseen: Reply | None = None
    """What happened to the offers since who speaks saw them; nothing is agreed to unseen. None: they lie as seen."""
    waited_for: bool = False
    """Whether a person was asked for and nobody has taken it up: nothing says so of anybody else."""

    @property
    def over(self) -> bool:
        """Whether a person goes on."""
        return self.stop in HARD_STOPS


@dataclass(frozen=True, slots=True)
class Step:
    """What a step leads to: the state after it, and what is kept of it."""

    source: TurnSource
    state: State
    replies: tuple[Reply, ...]
    said: str | None = None
    understood: Understanding | None = None
    worked: Worked | None = None
    accepts: Choice | None = None
    person: PersonCause | None = None
    """A person is wanted from here on, and why."""
    facts_are_new: bool = False
