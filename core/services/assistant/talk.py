"""A conversation as a transaction finds it: its row with the turns at hand, and where it stands."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import sqlalchemy as sa

from core.db.repositories import negotiations as repository
from core.domain.offers.conversation import Stop
from core.services.assistant.ground import Ground
from core.services.assistant.keeping import waits
from core.services.assistant.model import Reply, Turn
from core.services.assistant.records import state_of, turn_of
from core.services.assistant.state import State
from core.services.context import ServiceContext

_SHOWN_TURNS = 40
"""The first one, with doing nothing, and the newest."""


@dataclass(frozen=True, slots=True)
class Talk:
    """A conversation as a transaction found it."""

    row: sa.Row[Any]
    turns: tuple[Turn, ...]
    renewal_asked: bool

    def state(self, ground: Ground, seen_turn: int | None = None) -> State:
        """Where it stands for who has seen the turns up to ``seen_turn``; 0: none of this conversation, None: all."""
        shown = next((turn for turn in reversed(self.turns) if turn.negotiation is not None), None)
        state = replace(state_of(self.row, shown), renewal_asked=self.renewal_asked, waited_for=waits(self.row))
        if seen_turn is not None and state.shown_turn > seen_turn:
            state = replace(state, unseen=Reply.OFFERS_MOVED if seen_turn else Reply.FACTS_CHANGED)
        # Whatever card it was said about: it is the person who is cared for.
        return replace(state, stop=Stop.VULNERABLE) if ground.in_danger else state


def talk_of(connection: sa.Connection, context: ServiceContext, row: sa.Row[Any], seen: Talk | None = None) -> Talk:
    """The conversation with its first and its newest turns; what was ``seen`` of it before is not read again."""
    earlier = seen.turns if seen is not None and seen.row.id == row.id else ()
    rows = repository.newest_turns(connection, row.id, _SHOWN_TURNS - 1, earlier[-1].number if earlier else 0)
    turns = (*earlier, *(turn_of(one, context.vault) for one in rows))
    turns = turns if len(turns) <= _SHOWN_TURNS else (turns[0], *turns[1 - _SHOWN_TURNS:])
    asked = any(Reply.RENEW_ASSESSMENT in turn.replies for turn in turns)
    if not asked and len(turns) < row.turns:  # it may have been asked in one of those between
        asked = repository.replied(connection, row.id, Reply.RENEW_ASSESSMENT)
    return Talk(row, turns, asked)
