"""A portal as a person runs it, and a real Chromium in front of it.

The server is the installed command in a process of its own, on a small demo portfolio. Every page a
test opens is watched: an error in the console, an exception in the page or a failed request of our
own fails the test. Pictures are kept under ``var/screenshots``.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from portal.i18n import speaking, t

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "var" / "screenshots"
PORTAL = Path(sys.executable).with_name("portal")
ACCOUNTS = 160
VIEWPORTS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
QUIET_CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync"]


@dataclass
class Server:
    """A running portal: its address, its environment and its process."""

    address: str
    environment: dict[str, str]
    process: subprocess.Popen[bytes]
    log: Path

    def portal(self, *arguments: str) -> str:
        """Run another command of the same installation."""
        done = subprocess.run([str(PORTAL), *arguments], env=self.environment, capture_output=True, text=True,
                              timeout=180, check=True)
        return done.stdout

    def stop(self) -> None:
        self.process.send_signal(signal.SIGTERM)
        self.process.wait(timeout=20)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def start_portal(folder: Path, database_url: str = "", accounts: int = ACCOUNTS) -> Server:
    """Load a demo of ``accounts`` into ``folder`` (or ``database_url``) and serve it on a free port."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PORTAL_")}
    environment |= {"PORTAL_DEMO": "1", "PORTAL_VAR_DIR": str(folder), "DATABASE_URL": database_url}
    for arguments in (["db", "upgrade"], ["demo", "load", "--accounts", str(accounts)]):
        subprocess.run([str(PORTAL), *arguments], env=environment, check=True, capture_output=True, timeout=240)
    port, log = free_port(), folder / "portal.log"
    with log.open("wb") as output:
        process = subprocess.Popen([str(PORTAL), "run", "--port", str(port)], env=environment, stdout=output,
                                   stderr=subprocess.STDOUT, cwd=ROOT)
    server = Server(f"http://127.0.0.1:{port}", environment, process, log)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, log.read_text()
        try:
            with urllib.request.urlopen(f"{server.address}/readyz", timeout=2) as answer:  # noqa: S310 - loopback
                if answer.status == 200:
                    return server
        except OSError:
            time.sleep(0.1)
    raise AssertionError(f"the portal did not start: {log.read_text()}")


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """One portal for the whole run, on the embedded database."""
    running = start_portal(tmp_path_factory.mktemp("portal"))
    yield running
    running.stop()
    log = running.log.read_text()
    assert "Traceback" not in log, log


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    """A real, headless Chromium."""
    path = os.environ.get("CHROMIUM") or next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    assert path, "no Chromium: run `make browser` or set CHROMIUM to its path"
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=QUIET_CHROMIUM)
        yield browser
        browser.close()


@dataclass
class Person:
    """Somebody at a browser of their own, reading one language on one size of screen."""

    page: Page
    address: str
    locale: str
    screen: str
    troubles: list[str] = field(default_factory=list)

    def words(self, key: str, **values: object) -> str:
        """The text of ``key`` as this person reads it."""
        with speaking(self.locale):
            return t(key, **values)

    def open(self, path: str = "/") -> None:
        self.page.goto(self.address + path)
        self.settle()

    def settle(self) -> None:
        """Wait until the page has stopped working."""
        self.page.locator("[data-testid='stApp'][data-test-script-state='notRunning']").wait_for(timeout=30_000)
        self.page.wait_for_timeout(150)

    def sees(self, text: str) -> None:
        """Wait until ``text`` is on the page."""
        self.page.get_by_text(text).first.wait_for(timeout=20_000)

    def fill(self, key: str, value: str) -> None:
        self.page.get_by_label(self.words(key), exact=True).fill(value)

    def click(self, key: str, **values: object) -> None:
        """Press the button that ``key`` labels."""
        self.page.get_by_role("button", name=self.words(key, **values), exact=True).first.click()
        self.settle()

    def follow(self, key: str) -> None:
        """Open the link or menu entry that ``key`` labels, through the menu where it is folded away."""
        link = self.page.get_by_role("link", name=self.words(key), exact=True).first
        if not link.is_visible() and self.screen == "phone":
            self.page.get_by_test_id("stExpandSidebarButton").click()
        link.click()
        self.settle()

    def sign_in(self, login: str, password: str) -> None:
        self.open()
        self.fill("identity.sign_in.login", login)
        self.fill("identity.sign_in.password", password)
        self.page.get_by_role("button", name=self.words("identity.sign_in.submit"), exact=True).click()
        self.page.get_by_test_id("stSidebar").wait_for(state="attached", timeout=20_000)
        self.settle()

    def picture(self, name: str) -> None:
        """Keep what this person sees, the whole page long."""
        self.settle()
        PICTURES.mkdir(parents=True, exist_ok=True)
        long = self.page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight || 0")
        size = VIEWPORTS[self.screen]
        self.page.set_viewport_size({"width": size["width"], "height": max(size["height"], min(int(long) + 20, 9_000))})
        self.page.wait_for_timeout(400)
        self.page.screenshot(path=PICTURES / f"{name}-{self.locale}-{self.screen}.png")
        wide = self.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        self.page.set_viewport_size(size)
        assert wide <= 0, f"{name} scrolls sideways by {wide} px on a {self.screen}"


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
        _watch(somebody)
        people.append(somebody)
        return somebody

    yield make
    troubles = [trouble for somebody in people for trouble in somebody.troubles]
    for context in contexts:
        context.close()
    assert not troubles, troubles


def _watch(somebody: Person) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            somebody.troubles.append(f"console: {message.text}")

    somebody.page.on("console", console)
    somebody.page.on("pageerror", lambda error: somebody.troubles.append(f"page error: {error}"))
