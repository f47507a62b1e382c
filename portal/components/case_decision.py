"""The decision panel of a case: choose, give reasons, read what the cardholder will read, confirm."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from enum import StrEnum
from typing import Any

import streamlit as st

from core.domain.actor import Role
from core.domain.decision import ApproveReason, InformationItem, Outcome, RefuseReason, approve_reasons
from core.domain.errors import InvalidInput, PortalError
from core.domain.proposal import ProposalEvent, permits
from core.domain.request_terms import AgreementTerms, ExtensionTerms, PromiseTerms, waived_by
from core.services import review
from core.services.case_model import CaseView
from core.services.request_figures import RequestFigures
from portal import errors
from portal.components import plan_words
from portal.components.money import paragraphs
from portal.i18n import money, t
from portal.session import Viewer, viewer

ANCHOR = "decision"
"""Where a reader jumps to decide."""
SAID = "case_said"
"""What the page says once, after a decision."""


class Choice(StrEnum):
    """What a reviewer can do with a case in hand."""

    APPROVE = "approve"
    REFUSE = "refuse"
    ASK = "ask"
    REFER = "refer"


_REASONS: dict[Choice, tuple[type[StrEnum], str]] = {
    Choice.APPROVE: (ApproveReason, "reasons.decision"),
    Choice.REFUSE: (RefuseReason, "reasons.decision"),
    Choice.ASK: (InformationItem, "reasons.information"),
    Choice.REFER: (Outcome, "collector.recommendation"),
}


_EVENTS = {Choice.APPROVE: ProposalEvent.APPROVE, Choice.REFUSE: ProposalEvent.REFUSE,
           Choice.ASK: ProposalEvent.REQUEST_INFORMATION, Choice.REFER: ProposalEvent.REFER}


@st.fragment
def panel(case: CaseView) -> None:
    """The panel of a case as it was read; what was typed outlives a refusal and a lost claim.

    Only a case in these hands can be decided; otherwise what was begun is kept to be read, or until it is taken again.
    """
    who = viewer(Role.COLLECTOR, Role.SUPERVISOR)
    choice = _choose(case)
    if choice is None:
        st.caption(t("collector.decide.choose_first"))
        return
    reasons = _pick_reasons(case, choice)
    if _contradicts(case, choice, reasons):
        st.info(t("collector.decide.look_again"))
    message = "" if choice is Choice.REFER else _text(case, "message", t("collector.decide.message"))
    note = "" if choice is Choice.ASK else _text(case, "note", _note_label(case, choice))
    if choice is not Choice.REFER:
        st.caption(t("collector.decide.preview"))
        with st.container(border=True):
            st.markdown(_letter(choice, case, reasons, message))
    if st.button(t(f"collector.decide.confirm.{choice}"), type="primary", key=f"decide_{choice}", width="stretch",
                 disabled=not case.in_my_hands):
        _carry_out(who, case, choice, reasons, message, note)


def begun(case: CaseView) -> bool:
    """Whether somebody at this tab has begun to decide the case."""
    return st.session_state.get(f"choice_{case.proposal_id}") is not None


def begin_question(proposal_id: str, message: str) -> None:
    """Begin to ask the cardholder, with ``message`` after whatever was typed before. Sends nothing."""
    st.session_state[f"choice_{proposal_id}"] = Choice.ASK
    st.session_state[f"reasons_{Choice.ASK}_{proposal_id}_{InformationItem.TERMS_UNCLEAR}"] = True
    typed = str(st.session_state.get(f"message_{proposal_id}") or "").strip()
    if message not in typed:
        st.session_state[f"message_{proposal_id}"] = f"{typed}\n\n{message}".strip()


def _contradicts(case: CaseView, choice: Choice, reasons: Sequence[str]) -> bool:
    """Refusing as not affordable although every check passed: worth a second look, not forbidden."""
    return (choice is Choice.REFUSE and RefuseReason.NOT_AFFORDABLE in reasons
            and case.figures is not None and not case.figures.failed)


def _choose(case: CaseView) -> Choice | None:
    """What to do; granting is offered only to somebody who may."""
    view = case.authority
    may_grant = view is not None and view.obstacle is None and case.figures is not None
    options = [choice for choice in Choice if permits(case.state, _EVENTS[choice])
               and (choice is not Choice.APPROVE or may_grant)]
    if case.figures is None and Choice.REFER in options:
        options.remove(Choice.REFER)
    return st.segmented_control(t("collector.decide.what"), options, key=f"choice_{case.proposal_id}",
                                format_func=lambda choice: t(f"collector.decide.choice.{choice}"),
                                label_visibility="collapsed")


def _pick_reasons(case: CaseView, choice: Choice) -> list[str]:
    """The codes chosen; ticks rather than a long list box, so that a thumb can do it."""
    codes: Sequence[StrEnum] = list(_REASONS[choice][0])
    area = _REASONS[choice][1]
    if choice is Choice.APPROVE:  # one payment does not settle an extension
        codes = approve_reasons(case.kind)
    key = f"reasons_{choice}_{case.proposal_id}"
    label = t(f"collector.decide.reasons.{choice}")
    if choice is Choice.REFER:
        chosen = st.radio(label, [code.value for code in codes], index=None, key=key,
                          format_func=lambda code: t(f"{area}.{code}"))
        return [chosen] if chosen else []
    st.markdown(f"**{label}**")
    return [code.value for code in codes if st.checkbox(t(f"{area}.{code.value}"), key=f"{key}_{code.value}")]


def _text(case: CaseView, name: str, label: str) -> str:
    return st.text_area(label, key=f"{name}_{case.proposal_id}", height=100) or ""


def _note_label(case: CaseView, choice: Choice) -> str:
    """Says when the note is needed: for a recommendation, and to grant against a failed check."""
    needed = choice is Choice.REFER or (
        choice is Choice.APPROVE and case.figures is not None and bool(case.figures.failed))
    return t("collector.decide.note_needed" if needed else "collector.decide.note")


def _letter(choice: Choice, case: CaseView, codes: Sequence[str], message: str) -> str:
    """What the cardholder will read, in the words they will read."""
    area = _REASONS[choice][1]
    parts = [f"**{t(f'collector.letter.{choice}')}**"]
    if choice is Choice.APPROVE and case.figures is not None:
        parts.append("  \n".join(_granted(case.figures)))
    if codes:
        parts.append("\n".join(f"- {t(f'{area}.{code}')}" for code in codes))
    if message.strip():
        parts.append(f"> {paragraphs(message.strip())}")
    return "\n\n".join(parts)


def _granted(figures: RequestFigures) -> Iterator[str]:
    """What they would be granted: what is paid when, that a waiver comes at the end, and that it is to be signed."""
    terms = figures.terms
    yield plan_words.agreed(terms, figures.dues)
    waived = waived_by(terms).total_minor
    if waived and isinstance(terms, AgreementTerms):
        yield t("cardholder.requests.waived_later", waived=money(waived))
    if not isinstance(terms, ExtensionTerms | PromiseTerms):  # these two hold as soon as they are granted
        yield t("collector.letter.sign")


def _carry_out(who: Viewer, case: CaseView, choice: Choice, codes: Sequence[str], message: str, note: str) -> None:
    # The key names the case as it was read: a second click on the same decision changes nothing.
    key = f"{choice}-{case.proposal_id}-{case.version}"
    same: dict[str, Any] = {"expected_version": case.version, "idempotency_key": key}
    commands: dict[Choice, Callable[[], None]] = {
        Choice.APPROVE: lambda: review.approve(
            who.actor, who.context, case.proposal_id, reasons=[ApproveReason(code) for code in codes],
            message=message, internal_note=note, **same),
        Choice.REFUSE: lambda: review.refuse(
            who.actor, who.context, case.proposal_id, reasons=[RefuseReason(code) for code in codes],
            message=message, internal_note=note, **same),
        Choice.ASK: lambda: review.request_information(
            who.actor, who.context, case.proposal_id, items=[InformationItem(code) for code in codes],
            message=message, **same),
        Choice.REFER: lambda: _refer(who, case, codes, note, same),
    }
    try:
        commands[choice]()
    except PortalError as refusal:
        errors.show(refusal)
        return
    st.session_state[SAID] = f"collector.said.{choice}"
    st.rerun(scope="app")


def _refer(who: Viewer, case: CaseView, codes: Sequence[str], note: str, same: dict[str, Any]) -> None:
    if not codes:
        raise InvalidInput("recommendation_missing", "a recommendation is needed", field="recommendation")
    review.refer(who.actor, who.context, case.proposal_id, recommendation=Outcome(codes[0]), internal_note=note, **same)
