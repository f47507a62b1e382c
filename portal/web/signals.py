"""What the script run tells the browser's own script: one hidden, inert element each.

The script in ``portal/static/portal.js`` reads them. They carry nothing personal; a
ticket lives 30 seconds, once, in this browser.
"""

from __future__ import annotations

from html import escape
from urllib.parse import urlencode

import streamlit as st

from portal.i18n import t


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
    """Say in ``<html lang>`` what is being spoken; name the menu's buttons and a lost connection in it."""
    _signal("speaking", locale=locale, menu=t("common.menu"), close=t("common.menu_close"),
            away=t("common.away"))
