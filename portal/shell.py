"""What surrounds every page: menu, language, signing out; and the way in for people not signed in."""

from __future__ import annotations

import streamlit as st

from core.services import identity
from core.services.identity import LiveSession
from portal import i18n, navigation, session, visit
from portal.components.money import plain
from portal.i18n import t
from portal.web import signals
from portal.wiring import services

_LEAVING = "portal_leaving"


def run() -> None:
    """One run of one tab."""
    if st.session_state.pop(_LEAVING, False):
        signals.sign_out("/?ended=out")
        st.stop()
    session.use_language()  # before anything can fail: a refusal is told in the reader's language too
    live = session.live_session()
    if live is not None:
        session.use_language(live.person.locale)
    signals.speaking(i18n.current())
    if live is None:
        _signed_out()
    else:
        _signed_in(live)


def _signed_out() -> None:
    if st.session_state.get("username") is not None:
        session.leave("ended")
    page = st.navigation(navigation.pages_for(None), position="hidden")
    st.set_page_config(page_title=f"{page.title} · {t('common.product')}", layout="centered")
    with st.container(horizontal=True, horizontal_alignment="distribute", vertical_alignment="center"):
        st.markdown(f"**{t('common.product')}**", width="content")
        _language_switch("outside")
    page.run()


def _signed_in(live: LiveSession) -> None:
    role = live.person.actor.role
    pages = navigation.pages_for(role)
    page = st.navigation(pages)
    layout = next(spec.layout for spec, candidate in zip(navigation.specs_for(role), pages, strict=True)
                  if candidate.url_path == page.url_path)
    st.set_page_config(page_title=f"{page.title} · {t('common.product')}", layout=layout)
    with st.sidebar:
        st.caption(f"{t(f'common.role.{role.value}')} · {plain(live.person.display_name)}")
        _language_switch("inside")
        st.button(t("identity.sign_out"), key="portal_sign_out", on_click=_sign_out, width="stretch")
    visit.begin(page.url_path)
    page.run()


def _language_switch(where: str) -> None:
    key = f"portal_language_{where}"
    st.session_state[key] = i18n.current()
    st.segmented_control(t("common.language"), i18n.LOCALES, key=key, required=True, label_visibility="collapsed",
                         format_func=i18n.language_name, on_change=_choose_language, args=(key,))


def _choose_language(key: str) -> None:
    locale = st.session_state[key]
    session.speak(locale)
    live = session.live_session()
    if live is not None:
        identity.choose_language(live.person.actor, services(), locale)


def _sign_out() -> None:
    # The server session ends here and now; what follows in the browser is only tidying up.
    identity.sign_out(services(), session.presented_token())
    session.forget()
    st.session_state[_LEAVING] = True
