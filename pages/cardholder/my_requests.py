"""My requests: where each stands, what was answered and why, and what can be done next."""

from __future__ import annotations

import uuid
from datetime import datetime

import streamlit as st

from core.domain.actor import Role
from core.domain.decision import InformationItem
from core.domain.errors import NotFound, PortalError
from core.services import messages as message_box
from core.services import requests, standing
from core.services.requests import RequestDetail
from portal import errors
from portal.components import endings, messages, states, timeline
from portal.i18n import t
from portal.navigation import go
from portal.session import Viewer, viewer

_PAGE = 10
_MESSAGES = 10
_SHOWN_AFTER = "my_requests_messages_after"
_SAID = "my_requests_said"


def main() -> None:
    """One run of the page: one request if the address names it, else the list."""
    seen = viewer(Role.CARDHOLDER)
    st.title(t("common.page.my_requests"))
    if (said := st.session_state.pop(_SAID, None)) is not None:
        st.success(t(f"cardholder.requests.said.{said}"))
    asked = st.query_params.get("id")
    if asked is None:
        _list(seen)
    else:
        _one(seen, asked)
    states.help_lines()


def _list(seen: Viewer) -> None:
    before = st.query_params.get("before")
    found = requests.my_requests(seen.actor, seen.context, limit=_PAGE + 1, before=_instant(before))
    if not found:
        states.empty(t("cardholder.requests.empty_title"), t("cardholder.requests.empty"))
        if st.button(t("assistant.step"), type="primary"):
            go("assistant")
        _messages()
        return
    for summary in found[:_PAGE]:
        with st.container(border=True):
            st.markdown(timeline.line(summary))
            waiting = summary.answer_by is not None
            st.button(t("cardholder.step.answer" if waiting else "cardholder.requests.open"), on_click=_open,
                      type="primary" if waiting else "secondary", key=f"open_{summary.proposal_id}",
                      args=(summary.proposal_id,))
    if len(found) > _PAGE:
        st.button(t("cardholder.requests.older"), on_click=_older, args=(found[_PAGE - 1].submitted_at.isoformat(),))
    _messages()


@st.fragment
def _messages() -> None:
    """What the bank has written, some at a time: hundreds of them do not bury the requests."""
    seen = viewer(Role.CARDHOLDER)
    after = st.session_state.get(_SHOWN_AFTER)
    found = message_box.my_messages(seen.actor, seen.context, limit=_MESSAGES + 1, after=after)
    if not found:
        return
    shown = found[:_MESSAGES]
    st.markdown(messages.listed(shown))
    with st.container(horizontal=True):
        if len(found) > len(shown):
            st.button(t("cardholder.messages.older"), key="messages_older", on_click=_messages_after, args=(shown[-1],))
        if after is not None:
            st.button(t("cardholder.messages.newest"), key="messages_newest", on_click=_messages_after, args=(None,))


def _messages_after(message: message_box.Message | None) -> None:
    st.session_state[_SHOWN_AFTER] = message


def _instant(text: str | None) -> datetime | None:
    """The instant in the address; anything else shows the first page."""
    try:
        found = datetime.fromisoformat(text) if text else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _open(proposal_id: str) -> None:
    st.query_params.from_dict({"id": proposal_id})


def _older(before: str) -> None:
    st.query_params.from_dict({"before": before})


def _back() -> None:
    st.query_params.clear()


def _one(seen: Viewer, proposal_id: str) -> None:
    try:
        detail = requests.my_request(seen.actor, seen.context, proposal_id)
    except NotFound:
        states.not_found("my_requests")
        return
    st.button(t("cardholder.requests.back"), on_click=_back)
    if detail.information is not None:
        st.warning(timeline.question(detail.information, detail.summary.reference))
        if InformationItem.NEW_ASSESSMENT in detail.information.items and st.button(t("cardholder.afford.update"),
                                                                                    key="question_afford"):
            go("affordability")
        _answer(detail.summary.proposal_id)
    refused = detail.summary.public_status == "not_approved"
    timeline.show(detail, standing.missing_evidence(seen.actor, seen.context, proposal_id) if refused else None)
    if still := timeline.still_to_hand_in(detail):
        st.info(still)
    _what_next(detail)
    if detail.may_withdraw:
        _withdraw(seen, detail)


@st.fragment
def _answer(proposal_id: str) -> None:
    """The answer to the bank's question; what was typed stays when it cannot be sent."""
    seen = viewer(Role.CARDHOLDER)
    key = f"answer_key_{proposal_id}"
    st.session_state.setdefault(key, uuid.uuid4().hex)
    with st.form(f"answer_{proposal_id}", border=False):
        words = st.text_area(t("cardholder.requests.answer"), key=f"answer_text_{proposal_id}")
        sent = st.form_submit_button(t("cardholder.requests.send_answer"), type="primary")
    if not sent:
        return
    try:
        requests.answer_information_request(seen.actor, seen.context, proposal_id, words or "",
                                            idempotency_key=st.session_state[key])
    except PortalError as refusal:
        errors.show(refusal)
        return
    del st.session_state[key]
    st.session_state[_SAID] = "answered"
    st.rerun(scope="app")


def _what_next(detail: RequestDetail) -> None:
    """After a refusal, or the end of what was granted: what can be done, whom to ask; never a dead end."""
    if endings.wants_more(detail):
        st.markdown(f"#### {t('cardholder.requests.next_title')}\n\n{endings.ways(detail)}")
        if detail.may_ask_again and st.button(t("assistant.step"), type="primary", key="next_request"):
            go("assistant", account=detail.account_id)
        return
    if detail.summary.public_status != "not_approved":
        return
    st.markdown(f"#### {t('cardholder.requests.next_title')}\n\n{t('cardholder.requests.next_refused')}\n\n"
                f"{endings.ways(detail)}")
    with st.container(horizontal=True):
        if detail.may_ask_again and st.button(t("assistant.step"), type="primary", key="next_request"):
            go("assistant", account=detail.account_id)
        if st.button(t("cardholder.afford.update"), key="next_afford"):
            go("affordability")


def _withdraw(seen: Viewer, detail: RequestDetail) -> None:
    proposal_id = detail.summary.proposal_id
    with st.expander(t("cardholder.requests.withdraw")):
        st.markdown(t("cardholder.requests.withdraw_means"))
        if not st.button(t("cardholder.requests.withdraw_confirm"), key=f"withdraw_{proposal_id}"):
            return
        try:
            requests.withdraw(seen.actor, seen.context, proposal_id, idempotency_key=f"withdraw-{proposal_id}")
        except PortalError as refusal:
            errors.show(refusal)
            return
        st.session_state[_SAID] = "withdrawn"
        st.rerun()


main()
