"""What I can afford: a form that saves itself, and its result explained."""

from __future__ import annotations

import uuid

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import Conflict, InvalidInput, PortalError
from core.services import assessments
from core.services.assessments import AssessmentInput, AssessmentState, Draft
from portal import errors
from portal.components import assessment, forms, household, states
from portal.components.household import SECTIONS, Typed
from portal.i18n import moment, t
from portal.navigation import go
from portal.session import Viewer, viewer

_TYPED, _SAVED, _SECTION, _KEY, _EDITING, _CLASH = (
    f"affordability_{name}" for name in ("typed", "saved", "section", "key", "editing", "clash"))


def main() -> None:
    """One run of the page: the result, or the form."""
    seen = viewer(Role.CARDHOLDER)
    state = assessments.latest(seen.actor, seen.context)
    st.title(t("common.page.affordability"))
    if state.finished is not None and not st.session_state.get(_EDITING):
        assessment.show(state.finished)
        with st.container(horizontal=True):
            if st.button(t("cardholder.step.request"), type="primary"):
                go("request")
            st.button(t("cardholder.afford.update"), on_click=_edit)
        states.help_lines()
        return
    st.markdown(t("cardholder.afford.intro"))
    _begin(state)
    _form(state)
    states.help_lines()


def _edit() -> None:
    st.session_state[_EDITING] = True


def _begin(state: AssessmentState) -> None:
    """Fill the form once per visit: from the draft, else from the last finished assessment."""
    if _TYPED in st.session_state:
        return
    known = state.draft.input if state.draft else state.finished.input if state.finished else AssessmentInput()
    st.session_state[_TYPED] = household.typed_from(known, state.home_city)
    st.session_state[_SAVED] = state.draft
    st.session_state[_KEY] = uuid.uuid4().hex
    if state.draft is not None:
        st.caption(t("cardholder.afford.resumed", at=moment(state.draft.saved_at)))


@st.fragment
def _form(state: AssessmentState) -> None:
    """One section at a time; every change is saved, and says so."""
    seen = viewer(Role.CARDHOLDER)
    typed: Typed = st.session_state[_TYPED]
    household.collect(typed)
    if _CLASH in st.session_state:
        _clash(seen, typed)
        return
    st.session_state.setdefault(_SECTION, SECTIONS[0])
    section = str(st.segmented_control(t("cardholder.afford.sections"), SECTIONS, key=_SECTION, required=True,
                                       label_visibility="collapsed",
                                       format_func=lambda name: t(f"cardholder.afford.section.{name}")))
    household.draw(section, typed, state)
    content, faults = household.read(typed)
    _save(seen, content)
    place = SECTIONS.index(section)
    with st.container(horizontal=True):
        if place:
            st.button(t("cardholder.afford.previous"), on_click=_open, args=(SECTIONS[place - 1],))
        if place + 1 < len(SECTIONS):
            st.button(t("cardholder.afford.following"), type="primary", on_click=_open, args=(SECTIONS[place + 1],))
        asked = st.button(t("cardholder.afford.finish"), type="primary" if place + 1 == len(SECTIONS) else "secondary")
    # A fault in this section is already shown beneath its field; those elsewhere must not be forgotten.
    pointed = {name: fault for name, fault in faults.items() if asked or household.section_of(name) != section}
    if pointed:
        _point_at(pointed)
    elif asked:
        _finish(seen, content)


def _open(section: str) -> None:
    st.session_state[_SECTION] = section


def _save(seen: Viewer, content: AssessmentInput) -> None:
    saved: Draft | None = st.session_state[_SAVED]
    if saved is not None and saved.input == content:
        st.caption(t("cardholder.afford.saved", at=moment(saved.saved_at)))
        return
    if saved is None and content == AssessmentInput(city=content.city):
        return
    try:
        saved = assessments.save_draft(seen.actor, seen.context, content, saved.version if saved else None)
    except Conflict as clash:
        st.session_state[_CLASH] = clash.data["theirs"]
        st.rerun()
    except PortalError as refusal:
        errors.show(refusal)
        return
    st.session_state[_SAVED] = saved
    st.caption(t("cardholder.afford.saved", at=moment(saved.saved_at)))


def _clash(seen: Viewer, typed: Typed) -> None:
    """The draft was changed in another tab: nothing is lost, the reader chooses."""
    theirs: Draft | None = st.session_state[_CLASH]
    st.warning(t("cardholder.afford.clash", at=moment(theirs.saved_at) if theirs else t("common.unknown")))
    with st.container(horizontal=True):
        st.button(t("cardholder.afford.keep_mine"), type="primary", on_click=_settle, args=(theirs, None))
        st.button(t("cardholder.afford.take_theirs"), on_click=_settle, args=(
            theirs, household.typed_from(theirs.input if theirs else AssessmentInput(), None)))


def _settle(theirs: Draft | None, typed: Typed | None) -> None:
    """Go on from the other tab's version, with what stands here (``typed`` None) or what stands there."""
    st.session_state[_SAVED] = theirs
    del st.session_state[_CLASH]
    if typed is not None:
        st.session_state[_TYPED] = typed
        household.forget_widgets()


def _point_at(faults: dict[str, InvalidInput]) -> None:
    lines = "\n".join(f"- {household.label(name)}{t('cardholder.colon')}{forms.error_text(fault)}"
                      for name, fault in faults.items())
    st.warning(f"{t('cardholder.afford.mend')}\n\n{lines}")


def _finish(seen: Viewer, content: AssessmentInput) -> None:
    try:
        assessments.finish(seen.actor, seen.context, content, st.session_state[_KEY])
    except PortalError as refusal:
        errors.show(refusal)
        return
    for key in (_TYPED, _SAVED, _SECTION, _KEY, _EDITING):
        st.session_state.pop(key, None)
    household.forget_widgets()
    st.rerun(scope="app")


main()
