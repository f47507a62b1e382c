"""The review queue: whose turn it is and why, what is overdue, what is in these hands and in colleagues'."""

from __future__ import annotations

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import NotFound
from core.services import review
from core.services.review import HeldRow, QueuePage, QueueRow
from portal.components import queue_filters, queue_people, queue_rows, queue_score, queue_take, states
from portal.i18n import t, tn
from portal.navigation import go
from portal.session import Viewer, viewer


@st.fragment
def page() -> None:
    """One run of the queue; filters and pages rerun this part alone."""
    who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
    st.title(t("common.page.queue"))
    shown = review.queue(who.actor, who.context, queue_filters.chosen(), queue_filters.page())
    _summary(shown)
    _find(who)
    queue_people.show(who)
    _in_hand(shown)
    if who.actor.role is Role.SUPERVISOR:
        _held(who)
    st.markdown(f"### {t('collector.queue.waiting')}")
    queue_filters.fields(shown)
    if not shown.rows:
        _nothing(shown)
        return
    if st.button(t("collector.queue.next"), type="primary", width="stretch", key="claim_next"):
        queue_take.next_case(who)
    for row in shown.rows:
        _row(who, row, shown)
    _turn(shown)
    with st.expander(t("collector.score.title")):
        st.markdown(queue_score.ladders(shown.rule))


def _summary(shown: QueuePage) -> None:
    late = tn("collector.queue.late", shown.overdue) if shown.overdue else t("collector.queue.none_late")
    st.markdown(f"{tn('collector.queue.count', shown.waiting)} {f'**{late}**' if shown.overdue else late}")


def _find(who: Viewer) -> None:
    """A case by the reference somebody reads out on the phone."""
    with st.form("queue_find", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        reference = st.text_input(t("collector.find.label"), key="queue_reference", max_chars=20, width=260,
                                  placeholder=t("collector.find.example"))
        asked = st.form_submit_button(t("collector.find.open"))
    if not asked or not reference.strip():
        return
    try:
        found = review.find_case(who.actor, who.context, reference)
    except NotFound:
        st.info(t("collector.find.nothing"))
        return
    go("case", id=found)


def _in_hand(shown: QueuePage) -> None:
    if not shown.in_hand:
        return
    st.markdown(f"### {t('collector.queue.in_hand')}")
    for row in shown.in_hand:
        with st.container(border=True, horizontal=True, horizontal_alignment="distribute",
                          vertical_alignment="center"):
            st.markdown(queue_rows.in_hand(row), width="content")
            if st.button(t("collector.queue.open"), key=f"open_{row.proposal_id}"):
                go("case", id=row.proposal_id)


def _held(who: Viewer) -> None:
    """Colleagues' cases, asked for only when wanted."""
    if not st.toggle(t("collector.held.show"), key="queue_held"):
        return
    rows = review.held_cases(who.actor, who.context)
    if not rows:
        st.caption(t("collector.held.nobody"))
    for one in rows:
        _held_row(who, one)


def _held_row(who: Viewer, one: HeldRow) -> None:
    proposal_id = one.row.proposal_id
    with st.container(border=True):
        st.markdown(queue_rows.held(one))
        with st.container(horizontal=True):
            if st.button(t("collector.queue.open"), key=f"open_{proposal_id}"):
                go("case", id=proposal_id)
            if one.row.may_take and st.button(t("collector.case.take_over"), key=f"take_over_{proposal_id}") \
                    and queue_take.take(who, proposal_id, take_over=True):
                go("case", id=proposal_id)


def _nothing(shown: QueuePage) -> None:
    if shown.waiting:
        states.empty(t("collector.queue.no_match_title"), t("collector.queue.no_match"))
        st.button(t("collector.queue.clear"), on_click=queue_filters.clear)
    else:
        states.empty(t("collector.queue.empty_title"), t("collector.queue.empty"))


def _row(who: Viewer, row: QueueRow, shown: QueuePage) -> None:
    with st.container(border=True):
        st.markdown(queue_rows.waiting(row, shown.rule))
        if not row.may_take:
            st.caption(t("collector.queue.not_yours"))
        elif st.button(t("collector.queue.take"), key=f"take_{row.proposal_id}") \
                and queue_take.take(who, row.proposal_id):
            go("case", id=row.proposal_id)


def _turn(shown: QueuePage) -> None:
    if shown.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("collector.queue.previous"), disabled=shown.page == 0, on_click=queue_filters.go_to,
                  args=(shown.page - 1,))
        st.markdown(t("collector.queue.page", page=shown.page + 1, pages=shown.pages, total=shown.total),
                    width="content")
        st.button(t("collector.queue.following"), disabled=shown.page + 1 >= shown.pages,
                  on_click=queue_filters.go_to, args=(shown.page + 1,))


page()
