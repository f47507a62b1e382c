"""One case: everything needed to decide it, and the decision."""

from __future__ import annotations

import secrets

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import Conflict, NotFound, PortalError
from core.domain.proposal import WAITING_FOR_THE_BANK
from core.services import review
from core.services.case_view import CaseView
from portal import errors
from portal.components import case_decision, case_parts, queue_rows, schedule
from portal.i18n import moment, t
from portal.navigation import go
from portal.session import Viewer, viewer

_PUT_BACK = "queue_put_back"


def main() -> None:
    """One run of the page."""
    who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
    st.title(t("common.page.case"))
    if said := st.session_state.pop(case_decision.SAID, None):
        st.success(t(said))
    if st.button(t("collector.case.back")):
        go("queue")
    proposal_id = st.query_params.get("id", "")
    if not proposal_id:
        st.info(t("collector.case.none_chosen"))
        return
    try:
        case = review.case(who.actor, who.context, proposal_id)
    except NotFound:
        st.info(t("collector.case.not_found"))
        return
    except Conflict as refusal:
        errors.show(refusal)
        if refusal.code == "claim_needed":
            _take(who, proposal_id)
        return
    _show(who, case)


def _show(who: Viewer, case: CaseView) -> None:
    st.markdown(case_parts.heading(case))
    if case.state in WAITING_FOR_THE_BANK:
        st.caption(queue_rows.score(case.score, case.highest))
    file, decision = st.columns([5, 4], gap="large")
    with file:
        _file(case)
    with decision:
        _decide(who, case)


def _file(case: CaseView) -> None:
    """What the case holds, in the order in which it is weighed."""
    st.markdown(f"{case_parts.person(case)}\n\n{case_parts.asked(case)}")
    if case.figures is not None:
        if case.figures.schedule is not None:
            schedule.show(case.figures.schedule)
        st.markdown(case_parts.checks(case.figures))
    st.markdown(f"{case_parts.ability(case)}")
    if case.evidence:
        with st.expander(t("collector.case.evidence_lines", count=len(case.evidence))):
            st.markdown(case_parts.evidence(case))
    st.markdown(f"{case_parts.owed(case)}\n\n{case_parts.earlier(case)}\n\n{case_parts.timeline(case)}")


def _decide(who: Viewer, case: CaseView) -> None:
    if case.state not in WAITING_FOR_THE_BANK:
        st.markdown(case_parts.outcome(case) or t(f"collector.case.closed.{case.state}"))
        return
    if case.authority is not None:
        st.markdown(f"#### {t('collector.authority.title')}\n\n{case_parts.authority(case.authority)}")
        with st.expander(t("collector.authority.levels")):
            st.markdown(case_parts.levels(case.authority))
    _hands(who, case)
    # Drawn whether or not the case is (still) in these hands, so that nothing typed is lost with a claim.
    case_decision.panel(case)
    if case.in_my_hands and st.button(t("collector.case.release"), key="release", width="stretch"):
        _release(who, case.proposal_id)


def _hands(who: Viewer, case: CaseView) -> None:
    """Whose hands the case is in, and how to take it."""
    if case.in_my_hands and case.claim_expires_at is not None:
        st.caption(t("collector.case.yours_until", until=moment(case.claim_expires_at)))
    elif case.held_by is not None:
        st.info(t("collector.case.held_by_other"))
        if who.actor.role is Role.SUPERVISOR:
            _take(who, case.proposal_id, take_over=True)
    else:
        st.info(t("collector.case.not_in_hand"))
        _take(who, case.proposal_id)


def _take(who: Viewer, proposal_id: str, *, take_over: bool = False) -> None:
    label = t("collector.case.take_over" if take_over else "collector.queue.take")
    if not st.button(label, type="primary", key="take", width="stretch"):
        return
    try:
        review.claim(who.actor, who.context, proposal_id, idempotency_key=secrets.token_urlsafe(16),
                     take_over=take_over)
    except PortalError as refusal:
        errors.show(refusal)
        return
    st.rerun()


def _release(who: Viewer, proposal_id: str) -> None:
    try:
        review.release(who.actor, who.context, proposal_id, idempotency_key=secrets.token_urlsafe(16))
    except PortalError as refusal:
        errors.show(refusal)
        return
    # Not the next one for the same person: they have just put it back.
    st.session_state.setdefault(_PUT_BACK, []).append(proposal_id)
    go("queue")


main()
