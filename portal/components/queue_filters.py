"""The queue's filters: they outlive a visit to a case, so that the reader comes back to what they left."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from core.domain.delinquency import BUCKETS
from core.domain.proposal import ProposalKind
from core.services.review import QueueFilters, QueuePage
from portal.i18n import t

_KEPT, _PAGE = "queue_kept", "queue_page"
_ALL = ""
"""The choice that leaves everything in; None would be no choice at all to Streamlit."""
_EVERYTHING: Mapping[str, Any] = {"queue_kind": _ALL, "queue_bucket": _ALL, "queue_overdue": False,
                                  "queue_mine": False}


def chosen() -> QueueFilters:
    """The filters as they stand in this tab, on whichever page it is."""
    kept = _kept()
    kind = kept["queue_kind"]
    return QueueFilters(kind=ProposalKind(kind) if kind else None, bucket=kept["queue_bucket"] or None,
                        overdue_only=kept["queue_overdue"], within_authority=kept["queue_mine"])


def page() -> int:
    """The page of the queue the reader is on, from 0."""
    return int(st.session_state.get(_PAGE, 0))


def go_to(number: int) -> None:
    """Turn to a page."""
    st.session_state[_PAGE] = number


def fields(shown: QueuePage) -> None:
    """The fields, each choice with how many cases it leaves in."""
    for key, value in _kept().items():
        st.session_state.setdefault(key, value)  # a field that was not drawn meanwhile has forgotten its value
    bucket = st.session_state["queue_bucket"]
    buckets = [one.value for one in BUCKETS if one.value in shown.by_bucket or one.value == bucket]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(t("collector.filter.kind"), [_ALL, *ProposalKind], key="queue_kind", on_change=go_to, args=(0,),
                     format_func=lambda kind: _counted(t(f"cardholder.kind.{kind}") if kind else _ALL, kind,
                                                       shown.by_kind), width=240)
        st.selectbox(t("collector.filter.bucket"), [_ALL, *buckets], key="queue_bucket", on_change=go_to, args=(0,),
                     format_func=lambda one: _counted(one, one, shown.by_bucket), width=160)
        st.checkbox(t("collector.filter.overdue"), key="queue_overdue", on_change=go_to, args=(0,))
        st.checkbox(t("collector.filter.mine"), key="queue_mine", on_change=go_to, args=(0,))


def clear() -> None:
    """Leave everything in."""
    st.session_state.update(_EVERYTHING)
    go_to(0)


def _kept() -> dict[str, Any]:
    """What was chosen last; the fields themselves forget when another page is drawn."""
    kept: dict[str, Any] = st.session_state.setdefault(_KEPT, dict(_EVERYTHING))
    kept.update({key: st.session_state[key] for key in _EVERYTHING if key in st.session_state})
    return kept


def _counted(name: str, value: str, counts: Mapping[str, int]) -> str:
    if value == _ALL:
        return t("collector.filter.all")
    return t("collector.filter.counted", name=name, count=counts.get(value, 0))
