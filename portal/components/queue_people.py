"""People who asked for somebody of the bank while they talked to the assistant: who waits, and taking it up."""

from __future__ import annotations

import secrets

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import PortalError
from core.services import assistant
from core.services.assistant import PersonCause, TakenUp, Waiting
from portal import errors
from portal.components.money import plain
from portal.i18n import moment, t, tn
from portal.navigation import go
from portal.session import Viewer, viewer

_SHOWN = 5
"""The most pressing; the count says how many there are."""
_LAST_WORDS = 5
_TROUBLE = "queue_people_trouble"


def show(who: Viewer) -> None:
    """Who waits, the most pressing first, and who is in these hands; nothing where nobody is."""
    trouble: PortalError | None = st.session_state.pop(_TROUBLE, None)
    if trouble is not None:
        errors.show(trouble)
    people = assistant.waiting_for_person(who.actor, who.context)
    if not people:
        return
    st.markdown(f"### {t('collector.people.title')}")
    waiting = [one for one in people if not one.in_my_hands]
    if waiting:
        st.markdown(tn("collector.people.count", len(waiting)))
    for one in (*(one for one in people if one.in_my_hands), *waiting[:_SHOWN]):
        with st.container(border=True):
            _in_hand(who, one) if one.in_my_hands else _waits(one)


def _waits(one: Waiting) -> None:
    st.markdown(_line(one))
    st.button(t("collector.people.take"), key=f"person_{one.conversation_id}", on_click=_take, args=(one,),
              type="primary" if _at_once(one) else "secondary")


def _take(one: Waiting) -> None:
    who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
    try:
        assistant.take_up(who.actor, who.context, one.conversation_id, idempotency_key=secrets.token_urlsafe(16))
    except PortalError as refusal:
        st.session_state[_TROUBLE] = refusal


def _in_hand(who: Viewer, one: Waiting) -> None:
    """Name and phone only now that somebody has said that they call; the audit has it."""
    st.markdown(_line(one))
    folded = st.expander(t("collector.people.mine"), key=f"talk_{one.conversation_id}", on_change="rerun")
    if not folded.open:
        return
    with folded:
        try:
            taken = assistant.taken_up(who.actor, who.context, one.conversation_id)
        except PortalError as refusal:
            errors.show(refusal)
            return
        st.markdown(_told(taken))
        if taken.proposal_id is not None and st.button(t("collector.people.case"), key=f"of_{one.conversation_id}"):
            go("case", id=taken.proposal_id)


def _at_once(one: Waiting) -> bool:
    """Whether somebody has to call now, whatever else waits."""
    return one.cause is PersonCause.SELF_HARM


def _line(one: Waiting) -> str:
    cause = t(f"collector.people.cause.{one.cause}")
    line = t("collector.people.line", last4=one.card_last4, since=moment(one.asked_at),
             cause=f"**{cause}**" if _at_once(one) else cause)
    return f"{line} **{t('collector.people.vulnerable')}**" if one.vulnerable else line


def _told(taken: TakenUp) -> str:
    """Who it is, and the last things they said; the words of a person, as they wrote them."""
    # Before the figures changed too: whoever was promised that they need not begin again.
    turns = [turn for part in (*taken.before, taken.part) for turn in part.turns]
    said = [turn for turn in turns if turn.said is not None][-_LAST_WORDS:]
    phone = taken.phone_masked or t("collector.people.no_phone")
    lines = [t("collector.people.who", name=plain(taken.cardholder_name), phone=phone)]
    lines += [f"> {moment(turn.at)} · {plain(turn.said)}" for turn in said]
    return "\n\n".join(lines if said else [*lines, t("collector.people.said_nothing")])
