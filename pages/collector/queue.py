"""The review queue: whose turn it is and why, what is overdue, what is in these hands."""

from __future__ import annotations

import secrets
from collections.abc import Mapping

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import PortalError
from core.domain.proposal import ProposalKind
from core.services import review
from core.services.review import QueueFilters, QueuePage, QueueRow
from portal import errors
from portal.components import queue_rows, states
from portal.i18n import t, tn
from portal.navigation import go
from portal.session import Viewer, viewer

_PAGE, _KEY, PUT_BACK = "queue_page", "queue_key", "queue_put_back"
_LAST_PUT_BACK = 20


@st.fragment
def page() -> None:
    """One run of the queue; filters and pages rerun this part alone."""
    who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
    st.title(t("common.page.queue"))
    filters = _filters()
    shown = review.queue(who.actor, who.context, filters, st.session_state.get(_PAGE, 0))
    _summary(shown)
    _in_hand(shown)
    st.markdown(f"### {t('collector.queue.waiting')}")
    _filter_fields(shown)
    if not shown.rows:
        _nothing(shown)
        return
    if st.button(t("collector.queue.next"), type="primary", width="stretch", key="claim_next"):
        _claim_next(who, filters)
    for row in shown.rows:
        _row(who, row, shown)
    _turn(shown)


def _summary(shown: QueuePage) -> None:
    late = tn("collector.queue.late", shown.overdue) if shown.overdue else t("collector.queue.none_late")
    st.markdown(f"{tn('collector.queue.count', shown.waiting)} {f'**{late}**' if shown.overdue else late}")


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


def _filters() -> QueueFilters:
    """The filters as they stand in this tab, before their fields are drawn."""
    state = st.session_state
    kind = state.get("queue_kind")
    return QueueFilters(kind=ProposalKind(kind) if kind else None, bucket=state.get("queue_bucket"),
                        overdue_only=bool(state.get("queue_overdue")), within_authority=bool(state.get("queue_mine")))


def _filter_fields(shown: QueuePage) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(t("collector.filter.kind"), [None, *ProposalKind], key="queue_kind", on_change=_first_page,
                     format_func=lambda kind: _counted(t(f"cardholder.kind.{kind}") if kind else "", kind,
                                                       shown.by_kind), width=240)
        st.selectbox(t("collector.filter.bucket"), [None, *shown.by_bucket], key="queue_bucket",
                     on_change=_first_page, width=160,
                     format_func=lambda bucket: _counted(bucket or "", bucket, shown.by_bucket))
        st.checkbox(t("collector.filter.overdue"), key="queue_overdue", on_change=_first_page)
        st.checkbox(t("collector.filter.mine"), key="queue_mine", on_change=_first_page)


def _counted(name: str, value: str | None, counts: Mapping[str, int]) -> str:
    if value is None:
        return t("collector.filter.all")
    return t("collector.filter.counted", name=name, count=counts.get(value, 0))


def _first_page() -> None:
    st.session_state[_PAGE] = 0


def _nothing(shown: QueuePage) -> None:
    if shown.waiting:
        states.empty(t("collector.queue.no_match_title"), t("collector.queue.no_match"))
        st.button(t("collector.queue.clear"), on_click=_clear)
    else:
        states.empty(t("collector.queue.empty_title"), t("collector.queue.empty"))


def _clear() -> None:
    for key in ("queue_kind", "queue_bucket"):
        st.session_state[key] = None
    for key in ("queue_overdue", "queue_mine"):
        st.session_state[key] = False
    _first_page()


def _row(who: Viewer, row: QueueRow, shown: QueuePage) -> None:
    with st.container(border=True):
        st.markdown(queue_rows.waiting(row, shown.rule.highest))
        if not row.may_take:
            st.caption(t("collector.queue.not_yours"))
        elif st.button(t("collector.queue.take"), key=f"take_{row.proposal_id}"):
            _claim(who, row.proposal_id)


def _claim_next(who: Viewer, filters: QueueFilters) -> None:
    # One key until a case is taken: a double click takes one case, not two.
    key: str = st.session_state.setdefault(_KEY, secrets.token_urlsafe(16))
    put_back: list[str] = st.session_state.get(PUT_BACK, [])
    try:
        claimed = review.claim_next(who.actor, who.context, filters, idempotency_key=key,
                                    passing_over=put_back[-_LAST_PUT_BACK:])
    except PortalError as refusal:
        errors.show(refusal)
        return
    del st.session_state[_KEY]
    if claimed is None:
        st.session_state.pop(PUT_BACK, None)
        st.info(t("collector.queue.none_left"))
        return
    go("case", id=claimed.proposal_id)


def _claim(who: Viewer, proposal_id: str) -> None:
    try:
        review.claim(who.actor, who.context, proposal_id, idempotency_key=secrets.token_urlsafe(16))
    except PortalError as refusal:
        errors.show(refusal)
        return
    go("case", id=proposal_id)


def _turn(shown: QueuePage) -> None:
    if shown.pages == 1:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(t("collector.queue.previous"), disabled=shown.page == 0, on_click=_go_to, args=(shown.page - 1,))
        st.markdown(t("collector.queue.page", page=shown.page + 1, pages=shown.pages, total=shown.total),
                    width="content")
        st.button(t("collector.queue.following"), disabled=shown.page + 1 >= shown.pages, on_click=_go_to,
                  args=(shown.page + 1,))


def _go_to(number: int) -> None:
    st.session_state[_PAGE] = number


page()
