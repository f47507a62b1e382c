"""Somebody at a browser of their own."""

from __future__ import annotations

import os
import shutil
from dataclasses import dataclass, field

from playwright.sync_api import ConsoleMessage, Page

from portal.i18n import speaking, t
from tests.browser.installation import ROOT

PICTURES = ROOT / "var" / "screenshots"
VIEWPORTS = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
QUIET_CHROMIUM = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
                  "--disable-background-networking", "--disable-component-update", "--disable-sync"]


def chromium_path() -> str:
    """Where Chromium is on this machine."""
    path = os.environ.get("CHROMIUM") or next(
        (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), None)
    assert path, "no Chromium: run `make browser` or set CHROMIUM to its path"
    return path


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
            text = t(key, **values)
        assert text != key, f"no text for {key} in {self.locale}"
        return text

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

    def choose(self, key: str) -> None:
        """Press the segment or pill that ``key`` labels."""
        self.page.get_by_test_id("stButtonGroup").get_by_text(self.words(key), exact=True).first.click()
        self.settle()

    def follow(self, key: str) -> None:
        """Open the link or menu entry that ``key`` labels, through the menu where it is folded away."""
        link = self.page.get_by_role("link", name=self.words(key), exact=True).first
        if link.get_attribute("data-testid") == "stSidebarNavLink":
            self.menu()
        link.click()
        self.settle()

    def menu(self) -> None:
        """Unfold the menu, where it is folded away."""
        button = self.page.get_by_test_id("stExpandSidebarButton")
        if self.screen == "phone" and button.is_visible():
            button.click()
            self.page.wait_for_timeout(400)  # it slides in

    def another_tab(self) -> Person:
        """The same person in a second tab of the same browser."""
        tab = Person(self.page.context.new_page(), self.address, self.locale, self.screen, self.troubles)
        watch(tab)
        return tab

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
        self.page.wait_for_timeout(250)
        self.page.screenshot(path=PICTURES / f"{name}-{self.locale}-{self.screen}.png")
        wide = max(self.page.evaluate(f"(e => e ? e.scrollWidth - e.clientWidth : 0)({place})") for place in (
            "document.documentElement", "document.querySelector('[data-testid=stMain]')"))
        self.page.set_viewport_size(size)
        assert wide <= 0, f"{name} scrolls sideways by {wide} px on a {self.screen}"


def watch(somebody: Person) -> None:
    def console(message: ConsoleMessage) -> None:
        if message.type == "error":
            somebody.troubles.append(f"console: {message.text}")

    somebody.page.on("console", console)
    somebody.page.on("pageerror", lambda error: somebody.troubles.append(f"page error: {error}"))
