"""Taking a case: the next one as filtered, or a certain one. What was just put back is passed over."""

from __future__ import annotations

import secrets

import streamlit as st

from core.domain.errors import PortalError
from core.services import review
from portal import errors
from portal.components import queue_filters
from portal.i18n import t
from portal.navigation import go
from portal.session import Viewer

_KEY, _PUT_BACK = "queue_key", "queue_put_back"
_LAST_PUT_BACK = 20


def next_case(who: Viewer) -> None:
    """Take the next case of the queue as this tab has it filtered, and open it."""
    # One key until a case is taken: a double click takes one case, not two.
    key: str = st.session_state.setdefault(_KEY, secrets.token_urlsafe(16))
    put_back: list[str] = st.session_state.get(_PUT_BACK, [])
    try:
        claimed = review.claim_next(who.actor, who.context, queue_filters.chosen(), idempotency_key=key,
                                    passing_over=put_back[-_LAST_PUT_BACK:])
    except PortalError as refusal:
        errors.show(refusal)
        return
    del st.session_state[_KEY]
    if claimed is None:
        st.session_state.pop(_PUT_BACK, None)
        st.info(t("collector.queue.none_left"))
        return
    go("case", id=claimed.proposal_id)


def take(who: Viewer, proposal_id: str, *, take_over: bool = False) -> bool:
    """Take this case; whether it is in these hands now. A refusal is shown where it happened."""
    try:
        review.claim(who.actor, who.context, proposal_id, idempotency_key=secrets.token_urlsafe(16),
                     take_over=take_over)
    except PortalError as refusal:
        errors.show(refusal)
        return False
    return True


def put_back(who: Viewer, proposal_id: str) -> None:
    """Let go of a case and return to the queue; it is not handed to the same person at once."""
    try:
        review.release(who.actor, who.context, proposal_id, idempotency_key=secrets.token_urlsafe(16))
    except PortalError as refusal:
        errors.show(refusal)
        return
    st.session_state.setdefault(_PUT_BACK, []).append(proposal_id)
    go("queue")
