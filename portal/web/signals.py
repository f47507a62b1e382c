"""What the script run tells the browser's own script: one hidden, inert element each.

The script in ``portal/static/portal.js`` reads them. They carry nothing personal; a
ticket lives 30 seconds, once, in this browser.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from html import escape
from urllib.parse import urlencode

import streamlit as st

from portal.i18n import t

_FRONT_END: Mapping[str, Callable[[], str]] = {
    "Skip to main content": lambda: t("common.frontend.skip"),
    "Sidebar": lambda: t("common.frontend.sidebar"),
    "App pages": lambda: t("common.frontend.pages"),
    "Show password": lambda: t("common.frontend.show_password"),
    "Hide password": lambda: t("common.frontend.hide_password"),
    "Open": lambda: t("common.frontend.open"),
    "Clear value": lambda: t("common.frontend.clear"),
    "Choose an option": lambda: t("common.frontend.choose"),
    "Help for ": lambda: t("common.frontend.help_for", field="{}"),
}
"""What Streamlit's front end says in English whatever the language, and where our words for it are."""


def _signal(kind: str, **values: str) -> None:
    attributes = " ".join(f'data-{name}="{escape(value, quote=True)}"' for name, value in values.items())
    st.html(f'<span hidden data-portal="{kind}" {attributes}></span>')


def exchange(ticket: str, then: str) -> None:
    """Exchange ``ticket`` for the session cookie, then open the path ``then``."""
    _signal("ticket", ticket=ticket, then=then)


def sign_out(then: str) -> None:
    """Drop the session cookie, tell the other tabs, then open ``then``."""
    _signal("sign-out", then=then)


def go(path: str, **query: str) -> None:
    """Leave the page for ``path`` with a fresh load."""
    _signal("go", then=f"{path}?{urlencode(query)}" if query else path)


def show_from_here(times: int) -> None:
    """Scroll so that what follows stands at the top of the screen, once for each new number; 0: not at all.

    Always drawn, 0 included: an element that came and went would move everything after it.
    """
    _signal("here", times=str(times))


def remember_language(locale: str) -> None:
    """Keep the choice on this device and say it in ``<html lang>``."""
    _signal("language", locale=locale)


def speaking(locale: str) -> None:
    """Say in ``<html lang>`` what is being spoken; name the menu's buttons and a lost connection in it.

    ``words``: what Streamlit's front end says in English only, with ours; ``{}`` stands for a field's name.
    """
    words = {theirs: ours() for theirs, ours in _FRONT_END.items()}
    _signal("speaking", locale=locale, menu=t("common.menu"), close=t("common.menu_close"),
            away=t("common.away"), words=json.dumps(words, ensure_ascii=False))
