"""One case: everything needed to decide it, and the decision, in reach while the file is read."""

from __future__ import annotations

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import Conflict, NotFound
from core.domain.proposal import WAITING_FOR_THE_BANK
from core.services import review
from core.services.case_model import CaseView
from portal import errors
from portal.components import (
    case_decision,
    case_levels,
    case_options,
    case_parts,
    queue_rows,
    queue_take,
    risk,
    schedule,
    transcript,
)
from portal.i18n import moment, t
from portal.navigation import go
from portal.session import Viewer, viewer


def main() -> None:
    """One run of the page."""
    who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
    st.title(t("common.page.case"))
    if said := st.session_state.pop(case_decision.SAID, None):
        st.success(t(said))
    ways = st.container(horizontal=True)
    with ways:
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
    if not case.in_my_hands:
        with ways:
            wanted = st.button(t("collector.queue.next"), key="claim_next")
        if wanted:
            queue_take.next_case(who)
    _show(who, case)


def _show(who: Viewer, case: CaseView) -> None:
    st.markdown(case_parts.heading(case))
    waits = case.state in WAITING_FOR_THE_BANK
    if waits:
        st.caption(queue_rows.score(case.score, case.rule))
        with st.container(key="case_to_decision"):
            st.markdown(f"[{t('collector.case.to_decision')}](#{case_decision.ANCHOR})")
    file, decision = st.columns([5, 4], gap="large")
    with file:
        _file(case)
    with decision, st.container(key="case_decision"):
        if waits:
            _decide(who, case)
        else:
            st.markdown(case_parts.outcome(case) or t(f"collector.case.closed.{case.state}"))
    _worked_out(case)
    _background(case)


def _file(case: CaseView) -> None:
    """What the case holds, in the order in which it is weighed."""
    st.markdown("\n\n".join(part for part in (case_parts.person(case), case_parts.answer(case), case_parts.asked(case))
                            if part))
    if case.figures is not None:
        if case.figures.schedule is not None:
            schedule.show(case.figures.schedule, case.figures.down_payment_due_date)
        st.markdown(case_parts.checks(case.figures))
    st.markdown(f"{case_parts.ability(case)}")
    if case.evidence:
        with st.expander(t("collector.case.evidence_lines", count=len(case.evidence))):
            st.markdown(case_parts.evidence(case))


def _worked_out(case: CaseView) -> None:
    """What is asked for on demand, over the whole width: its tables have many columns."""
    if case.state in WAITING_FOR_THE_BANK:
        case_options.panel(case)
    transcript.panel(case)
    risk.panel(case.proposal_id)


def _background(case: CaseView) -> None:
    """What is owed beside what passed before."""
    owed, before = st.columns(2, gap="large")
    with owed:
        st.markdown(case_parts.owed(case))
    with before:
        st.markdown(f"{case_parts.earlier(case)}\n\n{case_parts.timeline(case)}")


def _decide(who: Viewer, case: CaseView) -> None:
    """Whose case it is and what this person may do with it now, no more."""
    st.subheader(t("collector.decide.title"), anchor=case_decision.ANCHOR)
    if case.authority is not None:
        st.markdown(case_levels.authority(case.authority))
        with st.expander(t("collector.authority.levels")):
            st.markdown(case_levels.levels(case.authority))
    _hands(who, case)
    # What was begun stays on the screen when the claim is lost, so that nothing typed is lost with it.
    if case.in_my_hands or (case_decision.begun(case) and (case.may_take or case.lost_to)):
        case_decision.panel(case)
    if case.in_my_hands and st.button(t("collector.case.release"), key="release", width="stretch"):
        queue_take.put_back(who, case.proposal_id)


def _hands(who: Viewer, case: CaseView) -> None:
    """Whose hands the case is in, and how to take it."""
    if case.in_my_hands and case.claim_expires_at is not None:
        st.caption(t("collector.case.yours_until", until=moment(case.claim_expires_at)))
        return
    if case.held_by is not None:
        st.info(case_parts.hands(case))
    elif case.may_take:
        st.info(t("collector.case.not_in_hand"))
    if case.may_take:
        _take(who, case.proposal_id, take_over=case.held_by is not None)


def _take(who: Viewer, proposal_id: str, *, take_over: bool = False) -> None:
    label = t("collector.case.take_over" if take_over else "collector.queue.take")
    if st.button(label, type="primary", key="take", width="stretch") \
            and queue_take.take(who, proposal_id, take_over=take_over):
        st.rerun()


main()
