"""A portal as a person runs it, and a real Chromium in front of it.

Every page a test opens is watched: an error in the console or an exception in the page fails the
test. Pictures are kept under ``var/screenshots``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, sync_playwright

from tests.browser.backstage import Backstage
from tests.browser.installation import Server, start_portal
from tests.browser.people import QUIET_CHROMIUM, VIEWPORTS, Person, chromium_path, watch

ACCOUNTS = 160


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One portal for the whole run, on the embedded database."""
    running = start_portal(tmp_path_factory.mktemp("portal"), accounts=ACCOUNTS)
    yield running
    running.stop()
    log = running.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real, headless Chromium."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path(), args=QUIET_CHROMIUM)
        yield browser
        browser.close()


@pytest.fixture(scope="session")
def backstage(server: Server) -> Iterator[Backstage]:
    """The services behind ``server``, for what a test arranges and counts."""
    behind = Backstage(Path(server.environment["PORTAL_VAR_DIR"]))
    yield behind
    behind.close()


NewPerson = Callable[..., Person]


@pytest.fixture
def person(chromium: Browser, server: Server) -> Iterator[NewPerson]:
    """Make people; at the end nobody may have met an error."""
    contexts: list[BrowserContext] = []
    people: list[Person] = []

    def make(locale: str = "zh_CN", screen: str = "desktop", address: str = "") -> Person:
        context = chromium.new_context(viewport=VIEWPORTS[screen], locale=locale.replace("_", "-"),
                                       timezone_id="Asia/Shanghai")
        contexts.append(context)
        somebody = Person(context.new_page(), address or server.address, locale, screen)
        watch(somebody)
        people.append(somebody)
        return somebody

    yield make
    troubles = [trouble for somebody in people for trouble in somebody.troubles]
    for context in contexts:
        context.close()
    assert not troubles, troubles
