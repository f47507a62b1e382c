"""Screens run as a signed-in person would see them: real services, a real session row, only the browser is played.

``open_as(user_id)`` opens the whole portal (menu, role, language) on the first page of that person;
``.switch_page`` then goes by the page's file, as in ``open_as(user_id, "pages/identity/account.py")``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.actor import Actor, Role
from core.services import identity
from core.services.context import ServiceContext
from portal import i18n, session, wiring
from portal.web.cookies import LANGUAGE, Cookies
from tests.screens.cardholders import assessed

MAIN = Path(__file__).resolve().parents[2] / "portal" / "main.py"
BINDING = "the browser of this test"

OpenAs = Callable[..., AppTest]


def session_token(context: ServiceContext, user_id: str) -> str:
    """A real server session of ``user_id``, as after a good password; returns what the cookie would hold."""
    # Only the id matters for a ticket: role and rights are read from the user's row when the session is resolved.
    ticket = identity.issue_ticket(Actor(user_id, Role.STAFF), context, BINDING)
    return identity.redeem_ticket(context, ticket, BINDING)


@pytest.fixture
def browser(sqlite_context: ServiceContext, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """The cookies of the browser this test plays; change them as a browser's would change."""
    cookies = {Cookies.of(sqlite_context.settings).browser: BINDING, LANGUAGE: "en"}
    monkeypatch.setattr(session, "_cookie", cookies.get)
    monkeypatch.setattr(session, "client_address", lambda: "203.0.113.7")
    wiring.use_services(sqlite_context)
    yield cookies
    wiring.use_services(None)
    i18n.use(i18n.DEFAULT_LOCALE)


@pytest.fixture
def open_as(sqlite_context: ServiceContext, browser: dict[str, str]) -> OpenAs:
    """Open the portal as ``user_id`` (None: not signed in), on ``page`` if given, with ``query`` in the address."""

    def open_(user_id: str | None, page: str | None = None, *, locale: str = "en", **query: str) -> AppTest:
        browser[LANGUAGE] = locale
        i18n.use(locale)  # AppTest formats options outside the script's run, where nothing has chosen a language
        if user_id is not None:
            browser[Cookies.of(sqlite_context.settings).session] = session_token(sqlite_context, user_id)
        app = AppTest.from_file(str(MAIN), default_timeout=30)
        for name, value in query.items():
            app.query_params[name] = value
        app.run()
        if page is not None:
            app.switch_page(str(MAIN.parents[1] / page)).run()
        return app

    return open_


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    """Somebody with one card in arrears whose means are known."""
    return assessed(sqlite_context)
