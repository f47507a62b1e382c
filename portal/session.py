"""Who is looking at this tab: asked of the database at every run, every fragment and every callback.

Nothing is believed because it was true a moment ago. The cookie the websocket came with must name a
live server session, and its user must be the one this tab has been showing; otherwise the tab lets
go. What lies in ``st.session_state`` opens nothing by itself.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from core.domain.actor import Actor, Role
from core.domain.errors import NotPermitted, Unavailable
from core.services import identity
from core.services.context import OutOfReach, ServiceContext
from core.services.identity import LiveSession
from portal import i18n
from portal.identity import adapter
from portal.web import signals
from portal.web.cookies import LANGUAGE, Cookies
from portal.wiring import services

_LOCALE = "portal_locale"
_LAST = "portal_last_viewer"
_SPOKEN = "portal_locale_spoken"
_STAYS = (_LOCALE, _SPOKEN, *adapter.STATE_KEYS)
"""The language says nothing of a person; the library has emptied its own keys and looks for them again."""
ADDRESS_HEADER = "X-Portal-Address"
"""Set by our own middleware (and stripped from what clients send)."""


@dataclass(frozen=True, slots=True)
class Viewer:
    """The signed-in person in front of this tab, and the services to ask on their behalf."""

    actor: Actor
    display_name: str
    """Masked for cardholders."""
    login: str
    locale: str
    context: ServiceContext


def viewer(*roles: Role, background: bool = False) -> Viewer:
    """The signed-in person, checked now. First line of every page, fragment and callback.

    ``roles``: raise ``NotPermitted`` for anybody else. ``background=True`` in a fragment that refreshes
    itself: it must not keep the session alive. When nobody is signed in any more the run stops here
    and the tab goes to the sign-in page. While the database does not answer, nobody can be checked: a form
    that is open may be drawn again for whom it was drawn, so that what was typed stays, but its services
    are ``OutOfReach``.
    """
    try:
        live = live_session(touch=not background)
    except Unavailable:
        return _last_viewer(roles)
    if live is None:
        leave("ended")
    person = live.person
    use_language(person.locale)
    seen = Viewer(actor=person.actor, display_name=person.display_name, login=person.login, locale=i18n.current(),
                  context=services())
    st.session_state[_LAST] = replace(seen, context=OutOfReach.like(seen.context))
    _must_be(seen, roles)
    return seen


def _last_viewer(roles: tuple[Role, ...]) -> Viewer:
    last: Viewer | None = st.session_state.get(_LAST)
    if last is None:
        raise Unavailable("nobody was checked in this tab yet")
    _must_be(last, roles)
    return last


def _must_be(seen: Viewer, roles: tuple[Role, ...]) -> None:
    if roles and seen.actor.role not in roles:
        raise NotPermitted("open this page", seen.actor.role)


def live_session(*, touch: bool = True) -> LiveSession | None:
    """The live server session this tab's cookie names, if its user is still the one the tab shows."""
    live = identity.resolve_session(services(), presented_token(), touch=touch)
    shown = st.session_state.get("username")
    if live is None or (shown is not None and shown != live.person.login):
        return None
    if shown is None:
        adapter.restore(live.person)
    return live


def leave(why: str) -> None:
    """Forget who this tab showed, send it to the sign-in page, and stop the run."""
    forget()
    signals.go("/", ended=why)
    st.info(i18n.t(f"identity.ended.{why}"))
    st.stop()


def forget() -> None:
    """Empty this tab of the person it showed, with all they typed, chose and saw; the language stays."""
    adapter.forget()
    for key in [one for one in st.session_state if one not in _STAYS]:
        del st.session_state[key]


def presented_token() -> str | None:
    """The session token in the cookie the websocket came with."""
    return _cookie(Cookies.of(services().settings).session)


def browser_binding() -> str:
    """The cookie that ties a ticket to this browser; empty if it sent none."""
    return _cookie(Cookies.of(services().settings).browser) or ""


def client_address() -> str:
    """The network address this tab came from, as our middleware saw it."""
    return st.context.headers.get(ADDRESS_HEADER) or "unknown"


def reader_locale(remembered: str | None = None) -> str:
    """The language to speak: chosen in this tab, on this device, by this person, by the browser; in that order."""
    chosen = st.session_state.get(_LOCALE) or _cookie(LANGUAGE) or remembered
    if chosen not in i18n.LOCALES:
        chosen = i18n.best_locale(st.context.headers.get("Accept-Language"))
    return str(chosen)


def use_language(remembered: str | None = None) -> None:
    """Speak the reader's language in this run and in the fragments it leaves behind."""
    st.session_state[_SPOKEN] = reader_locale(remembered)
    i18n.use(st.session_state[_SPOKEN])


def speak(locale: str) -> None:
    """Switch this tab to ``locale``, and remember it on this device."""
    st.session_state[_LOCALE] = locale
    i18n.use(locale)
    signals.remember_language(locale)


def _cookie(name: str) -> str | None:
    value = st.context.cookies.get(name)
    return str(value) if value else None


def _spoken() -> str | None:
    locale = st.session_state.get(_SPOKEN) if get_script_run_ctx(suppress_warning=True) else None
    return str(locale) if locale else None


i18n.ask_when_unsaid(_spoken)
