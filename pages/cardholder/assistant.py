"""A way out, talked over: doing nothing beside every plan, answers at once, one click from a plan to a request."""

from __future__ import annotations

import streamlit as st

from core.domain.actor import Role
from core.services import requests
from core.services.assistant import Conversation
from core.services.requests import RequestOptions, Submitted
from portal import errors, visit
from portal.components import (
    assistant_answer,
    assistant_send,
    assistant_states,
    assistant_talk,
    assistant_together,
    bank,
    states,
)
from portal.components import assistant_steps as steps
from portal.i18n import moment, t
from portal.navigation import go
from portal.session import Viewer, viewer
from portal.web import signals

_ACCOUNT, _DONE = "assistant_account", "assistant_done"


def main() -> None:
    """One run of the page: the confirmation, or the conversation about one card."""
    seen = viewer(Role.CARDHOLDER)
    st.title(t("common.page.assistant"))
    options = requests.request_options(seen.actor, seen.context, seen.context.clock.today())
    if (done := visit.kept().get(_DONE)) is not None:
        _confirm(done, options)
        return
    if not options.accounts:
        states.empty(t("cardholder.overview.empty_title"), t("cardholder.overview.empty", bank=bank.line()))
        states.help_lines()
        return
    option = assistant_states.card(options, st.query_params.get("account"), _ACCOUNT)
    if option is None:
        states.not_found("assistant")
        states.help_lines()
        return
    _talk(option.account_id, sum(one.blocked_by is None for one in options.accounts))


@st.fragment
def _talk(account_id: str, asking: int) -> None:
    """The conversation; drawn again alone whenever something is said or moved. ``asking``: cards that may ask."""
    seen = viewer(Role.CARDHOLDER)
    found = steps.current(seen, account_id)
    sending, done = _sending(seen, found, asking)
    if done is not None:
        visit.kept()[_DONE] = done
        st.session_state.pop(_ACCOUNT, None)
        steps.put_back()
        st.rerun(scope="app")
    if sending:
        return
    assistant_states.head(found, asking)
    # Each part has a place of its own, empty or not: what moved on the screen would lose a reader's keyboard focus.
    with st.container():
        assistant_talk.before(found)
        assistant_talk.earlier(found)
    with st.container(key="assistant_newest"):
        signals.show_from_here(steps.scrolls())
        assistant_talk.newest(found)
        assistant_states.person(found)
        assistant_states.way_on(found)
        assistant_states.renewal(found)
    assistant_answer.show(found, asking, lambda: assistant_together.offer(seen, asking))
    _ending(found)
    _composer(found)


def _sending(seen: Viewer, found: Conversation, asking: int) -> tuple[bool, Submitted | None]:
    """The send step in place of the conversation while an offer is in it; what was sent, once it is."""
    if assistant_together.taken():
        signals.show_from_here(steps.scrolls())
        done = assistant_together.send(seen)
        return done is not None or assistant_together.taken(), done
    chosen = steps.chosen()
    if chosen is None or chosen.conversation_id != found.conversation_id or not found.may_ask:
        return False, None
    offer = assistant_answer.offer_chosen(found, chosen.choice)
    if offer is None:
        return False, None
    signals.show_from_here(steps.scrolls())
    return True, assistant_send.show(seen, found, chosen, offer, other_cards=asking > 1)


def _ending(found: Conversation) -> None:
    """Starting again, filling in the form oneself, and whom to call."""
    with st.container(horizontal=True):
        if len(found.turns) > 1:
            st.button(t("assistant.restart"), key="assistant_restart", on_click=steps.restart, args=(found,))
        if found.may_ask and st.button(t("assistant.by_hand"), key="assistant_by_hand"):
            go("request", account=found.account_id)
    states.help_lines()


def _composer(found: Conversation) -> None:
    """Where one writes, and the way to a person: at hand wherever one has scrolled to."""
    turn_id = found.turns[-1].turn_id
    with st.container(key="assistant_say"):
        if (trouble := steps.trouble()) is not None:
            errors.show(trouble)
        steps.keep_typed(found)
        # Named by the turn it answers: a second click on it is the same thing said once.
        with st.form(f"assistant_form_{turn_id}", border=False), st.container(horizontal=True, wrap=False):
            st.text_input(t("assistant.say.label"), key=steps.text_key(found), autocomplete="off",
                          placeholder=t("assistant.say.placeholder"), label_visibility="collapsed")
            st.form_submit_button(t("assistant.say.send"), type="primary", key=f"assistant_send_{turn_id}",
                                  on_click=steps.say_typed, args=(found,))
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            st.button(t("assistant.person.ask"), key="assistant_person", type="tertiary", wrap=False,
                      icon=":material/support_agent:", on_click=steps.call_person, args=(found,))
            st.caption(t("assistant.person.brief", bank=bank.line()))


def _confirm(done: Submitted, options: RequestOptions) -> None:
    """What was sent, its reference and the promised time; another card may go on."""
    st.success(f"**{t('cardholder.request.done_title')}**\n\n"
               f"{t('cardholder.request.done', reference=done.reference, by=moment(done.promised_by))}")
    st.markdown(f"{t('cardholder.request.done_next')}\n\n{t('assistant.send.told_done')}")
    with st.container(horizontal=True):
        if st.button(t("cardholder.request.see"), type="primary"):
            go("my_requests", id=done.proposal_id)
        if any(option.blocked_by is None for option in options.accounts):
            st.button(t("assistant.another_card"), on_click=_forget)
    states.help_lines()


def _forget() -> None:
    """Let the next conversation start, with the next card."""
    visit.kept().pop(_DONE, None)
    st.query_params.pop("account", None)


main()
