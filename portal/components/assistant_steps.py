"""What a button of the assistant does: one step, taken once, its outcome kept for the drawing that follows."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import PortalError, Unavailable
from core.domain.offers.model import Wish
from core.services import assistant
from core.services.assistant import Choice, Conversation, TurnSource
from portal.session import Viewer, viewer

_FRESH, _DRAWN, _CHOSEN, _TROUBLE, _UNSENT, _HERE, _NONCE = (
    f"assistant_{name}" for name in ("fresh", "drawn", "chosen", "trouble", "unsent", "here", "nonce"))


@dataclass(frozen=True, slots=True)
class Chosen:
    """An offer taken to the send step; ``key`` makes a second click send nothing more."""

    conversation_id: str
    choice: Choice
    key: str


def current(seen: Viewer, account_id: str) -> Conversation:
    """The conversation as a step left it a moment ago, else as it is kept.

    While the database does not answer, the one drawn last for the same person stays, and with it what was typed.
    """
    found: Conversation | None = st.session_state.pop(_FRESH, None)
    if found is None or found.account_id != account_id:
        try:
            found = assistant.open_conversation(seen.actor, seen.context, account_id, seen.context.clock.today())
        except Unavailable as away:
            found = _drawn_last(seen, account_id)
            if found is None:
                raise
            st.session_state[_TROUBLE] = away
    st.session_state[_DRAWN] = (seen.actor.user_id, found)
    return found


def _drawn_last(seen: Viewer, account_id: str) -> Conversation | None:
    drawn: tuple[str, Conversation] | None = st.session_state.get(_DRAWN)
    if drawn is None or drawn[0] != seen.actor.user_id or drawn[1].account_id != account_id:
        return None
    return drawn[1]


def trouble() -> PortalError | None:
    """What kept the last step from being taken, once."""
    found: PortalError | None = st.session_state.pop(_TROUBLE, None)
    return found


def scrolls() -> int:
    """How often the reader has been led to the newest answer."""
    return int(st.session_state.get(_HERE, 0))


def chosen() -> Chosen | None:
    """The offer in the send step, if any."""
    found: Chosen | None = st.session_state.get(_CHOSEN)
    return found


def text_key(found: Conversation) -> str:
    """The field one writes in, by the turn it answers: it is empty again once what stood there has arrived."""
    return f"assistant_text_{found.turns[-1].turn_id}"


def say_typed(found: Conversation) -> None:
    """Send what stands in the field; it stays there until it has arrived."""
    words = str(st.session_state.get(text_key(found)) or "")
    say(found, words)
    if _TROUBLE in st.session_state:
        st.session_state[_UNSENT] = words


def keep_typed(found: Conversation) -> None:
    """Put what could not be sent into the field where it is another one by now (another tab was first)."""
    unsent = st.session_state.pop(_UNSENT, None)
    if unsent and text_key(found) not in st.session_state:
        st.session_state[text_key(found)] = unsent


def say(found: Conversation, words: str) -> None:
    """Say ``words``."""
    _take(lambda seen, key: assistant.say(seen.actor, seen.context, found.conversation_id, words, idempotency_key=key,
                                          seen_turn=found.turns[-1].number), _key(found, "say"))


def wish(found: Conversation, wanted: Wish) -> None:
    """Ask for other terms by hand. Back and forth is no repetition: each move has a key of its own."""
    _take(lambda seen, key: assistant.adjust(seen.actor, seen.context, found.conversation_id, wanted,
                                             idempotency_key=key), uuid.uuid4().hex, scroll=False)


def correct(found: Conversation, wanted: Wish) -> None:
    """Put right what was understood of what was said; of what was moved by hand it is one more move."""
    if found.turns[-1].source not in (TurnSource.TEXT, TurnSource.CORRECTED):
        wish(found, wanted)
        return
    _take(lambda seen, key: assistant.adjust(seen.actor, seen.context, found.conversation_id, wanted, corrected=True,
                                             idempotency_key=key), uuid.uuid4().hex, scroll=False)


def ceiling(found: Conversation) -> None:
    """Count on up to the ceiling, after the warning."""
    _plain(found, assistant.choose_ceiling, "ceiling")


def restart(found: Conversation) -> None:
    """Set aside what was said."""
    _plain(found, assistant.restart, "restart")


def call_person(found: Conversation) -> None:
    """Ask for a person of the bank."""
    _plain(found, assistant.call_person, "person")


def call_off(found: Conversation) -> None:
    """No longer need the person who was asked for."""
    _plain(found, assistant.withdraw_person, "call_off")


def choose(found: Conversation, choice: Choice) -> None:
    """Take an offer to the send step; nothing is sent yet."""
    st.session_state[_CHOSEN] = Chosen(found.conversation_id, choice, uuid.uuid4().hex)
    _lead_there()


def put_back() -> None:
    """Leave the send step; what was talked over is as it was."""
    st.session_state.pop(_CHOSEN, None)
    _lead_there()


def _plain(found: Conversation, step: Callable[..., Conversation], name: str) -> None:
    _take(lambda seen, key: step(seen.actor, seen.context, found.conversation_id, idempotency_key=key),
          _key(found, name))


def _take(step: Callable[[Viewer, str], Conversation], key: str, *, scroll: bool = True) -> None:
    seen = viewer(Role.CARDHOLDER)
    try:
        st.session_state[_FRESH] = step(seen, key)
    except PortalError as refusal:
        st.session_state[_TROUBLE] = refusal
        return
    if scroll:
        _lead_there()


def _lead_there() -> None:
    st.session_state[_HERE] = scrolls() + 1


def _key(found: Conversation, name: str) -> str:
    """The same for the same step on the same turn in this tab: clicked twice, it is taken once."""
    nonce = st.session_state.setdefault(_NONCE, uuid.uuid4().hex)
    return f"{nonce}-{found.turns[-1].turn_id}-{name}"
