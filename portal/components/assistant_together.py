"""Several cards, one month's money: the plans made for all of them, on request, and their send step."""

from __future__ import annotations

import streamlit as st

from core.services import several_cards
from core.services.requests import Submitted
from core.services.several_cards import CardWay
from portal.components import several_cards as cards
from portal.components import several_send
from portal.i18n import t
from portal.session import Viewer

_TAKEN = "assistant_together_taken"


def offer(seen: Viewer, count: int) -> None:
    """A person with ``count`` cards that may ask can see what all of them together would take, card by card."""
    if count < 2:
        return
    folded = st.expander(t("assistant.together", count=count), key="assistant_together", on_change="rerun",
                         icon=":material/credit_card:")
    if not folded.open:
        return
    with folded:
        found = several_cards.proposal(seen.actor, seen.context, seen.context.clock.today())
        if found is None:
            st.info(t("assistant.together_later"))
        else:
            cards.show(found, _take)


def taken() -> bool:
    """Whether one of those plans is in the send step."""
    return bool(st.session_state.get(_TAKEN))


def send(seen: Viewer) -> Submitted | None:
    """The send step of the plan that was taken; what was sent, once it is. Left again, there is nothing to show."""
    found = several_cards.proposal(seen.actor, seen.context, seen.context.clock.today())
    card = several_send.chosen(found)
    if found is None or card is None:
        st.session_state.pop(_TAKEN, None)
        return None
    done = several_send.show(seen, found, card)
    if done is not None:
        st.session_state.pop(_TAKEN, None)
    return done


def _take(card: CardWay) -> None:
    st.session_state[_TAKEN] = True
    several_send.take(card)
