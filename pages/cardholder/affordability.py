"""What I can afford: a form that saves itself, and its result explained."""

from __future__ import annotations

import uuid

import streamlit as st

from core.domain.actor import Role
from core.domain.errors import Conflict, InvalidInput, PortalError
from core.services import assessments
from core.services.assessment_records import AssessmentInput, AssessmentState, Draft
from portal import errors
from portal.components import assessment, forms, household, states
from portal.components.assessment import NOTHING_LEFT
from portal.components.household import SECTIONS, Typed
from portal.i18n import moment, t
from portal.navigation import go
from portal.session import Viewer, viewer
from portal.web import signals

_TYPED, _SAVED, _SECTION, _PICKED, _ASKED, _OPENED, _KEY, _EDITING, _CLASH = (
    f"affordability_{name}" for name in (
        "typed", "saved", "section", "picked", "asked", "opened", "key", "editing", "clash"))


def main() -> None:
    """One run of the page: the result, or the form."""
    seen = viewer(Role.CARDHOLDER)
    state = assessments.latest(seen.actor, seen.context)
    st.title(t("common.page.affordability"))
    if state.finished is not None and not st.session_state.get(_EDITING):
        assessment.show_result(state.finished)
        with st.container(horizontal=True):
            nothing_left = state.finished.outcome in NOTHING_LEFT
            if st.button(t("assistant.step_relief" if nothing_left else "assistant.step"),
                         type="primary"):
                go("assistant")
            st.button(t("cardholder.afford.update"), on_click=_edit)
        assessment.show_reasons(state.finished)
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
    section = _head()
    asked = section in st.session_state.get(_ASKED, ())
    household.draw(section, typed, state, ask=asked)
    content, _ = household.read(typed)
    _save(seen, content)
    finishing = _buttons(SECTIONS.index(section))
    faults = household.faults_by_section(typed)
    if asked:
        _point_at(household.unreadable(faults.get(section, {})))
    if finishing and not faults:
        _finish(seen, content)


def _head() -> str:
    """Which of the sections is open, and how far along it is; returns its name."""
    section = str(st.session_state.setdefault(_SECTION, SECTIONS[0]))
    signals.show_from_here(st.session_state.get(_OPENED, 0))
    place = SECTIONS.index(section) + 1
    st.progress(place / len(SECTIONS), text=t("cardholder.afford.step", number=place, steps=len(SECTIONS)))
    st.session_state[_PICKED] = section
    with st.container(key="affordability_sections"):
        st.segmented_control(t("cardholder.afford.sections"), SECTIONS, key=_PICKED, required=True,
                             label_visibility="collapsed", on_change=_pick,
                             format_func=lambda name: t(f"cardholder.afford.section.{name}"))
    return section


def _buttons(place: int) -> bool:
    """Back, on and finish; returns whether the reader asked for the result."""
    with st.container(horizontal=True):
        if place:
            st.button(t("cardholder.afford.previous"), on_click=_go, args=(SECTIONS[place - 1],))
        if place + 1 < len(SECTIONS):
            st.button(t("cardholder.afford.following"), type="primary", on_click=_go, args=(SECTIONS[place + 1],),
                      kwargs={"complete": True})
        return st.button(t("cardholder.afford.finish"), on_click=_look_over,
                         type="primary" if place + 1 == len(SECTIONS) else "secondary")


def _pick() -> None:
    _go(st.session_state[_PICKED])


def _go(section: str, *, complete: bool = False) -> None:
    """Open ``section``, unless this one has an amount that cannot be read (or, if ``complete``, anything unsaid)."""
    here = st.session_state[_SECTION]
    faults = _faults().get(here, {})
    if faults if complete else household.unreadable(faults):
        _ask_in(here)
    else:
        _open(section)


def _look_over() -> None:
    """Before the result: open the first section where something is missing, and point at it."""
    faults = _faults()
    _ask_in(*SECTIONS)
    if faults and st.session_state[_SECTION] not in faults:
        _open(next(iter(faults)))


def _faults() -> dict[str, dict[str, InvalidInput]]:
    typed: Typed = st.session_state[_TYPED]
    household.collect(typed)
    return household.faults_by_section(typed)


def _ask_in(*sections: str) -> None:
    st.session_state[_ASKED] = {*st.session_state.get(_ASKED, ()), *sections}


def _open(section: str) -> None:
    st.session_state[_SECTION] = section
    st.session_state[_OPENED] = st.session_state.get(_OPENED, 0) + 1


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
    """Name the fields whose reasons stand beneath them, perhaps out of sight by now."""
    if not faults:
        return
    lines = "\n".join(f"- {household.label(name)}{t('cardholder.colon')}{forms.error_text(fault)}"
                      for name, fault in faults.items())
    st.warning(f"{t('cardholder.afford.mend')}\n\n{lines}")


def _finish(seen: Viewer, content: AssessmentInput) -> None:
    try:
        assessments.finish(seen.actor, seen.context, content, st.session_state[_KEY])
    except PortalError as refusal:
        errors.show(refusal)
        return
    for key in (_TYPED, _SAVED, _SECTION, _ASKED, _OPENED, _KEY, _EDITING):
        st.session_state.pop(key, None)
    household.forget_widgets()
    st.rerun(scope="app")


main()
