"""The main journey, end to end, as people live it: in Chinese on a phone with the embedded database,
in English on a desktop with PostgreSQL.

Activate → sign in → overview → assessment → request → a collector claims and approves → the
cardholder sees it → the staff figure changes. Every step leaves a picture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from core.services.demo import users
from core.services.demo.lists import lists
from tests.browser.conftest import ACCOUNTS, NewPerson
from tests.browser.installation import Server, start_portal
from tests.browser.people import Person

NEW_PASSWORD = "river-copper-window-9"


@pytest.fixture(params=["sqlite", "postgresql"])
def journey(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[str, str, Server]]:
    """Language, screen and a portal of its own for each journey: a newcomer activates once."""
    database, locale, screen = ("", "zh_CN", "phone") if request.param == "sqlite" else (
        request.getfixturevalue("postgres_url"), "en", "desktop")
    server = start_portal(tmp_path, database, ACCOUNTS)
    yield locale, screen, server
    server.stop()
    assert "Traceback" not in server.log.read_text(), server.log.read_text()


def test_from_activation_to_the_answer(journey: tuple[str, str, Server], person: NewPerson) -> None:
    locale, screen, server = journey

    def somebody() -> Person:
        return person(locale, screen, server.address)

    staff = somebody()
    staff.sign_in("staff", users.PASSWORD)
    before = counted_requests(staff)
    cardholder = somebody()
    activate(cardholder)
    look_at_what_is_owed(cardholder)
    assess(cardholder)
    reference = ask_for_an_extension(cardholder)
    collector = somebody()
    collector.sign_in("collector", users.PASSWORD)
    claim_and_approve(collector, reference)
    see_the_answer(cardholder, reference)
    staff.open("/statistics")
    assert counted_requests(staff) == before + 1
    staff.picture("statistics")


def activate(me: Person) -> None:
    newcomer = lists()["cast"]["newcomer"]
    me.open()
    me.picture("sign_in")
    me.follow("identity.sign_in.first_time")
    me.fill("identity.activate.name", newcomer["name"])
    me.fill("identity.activate.card_last4", newcomer["card_last4"])
    me.click("identity.activate.send")
    me.sees(me.words("identity.activate.sent"))
    me.picture("activate")
    text = me.page.get_by_test_id("stMain").inner_text()
    code = re.search(r"\b\d{6}\b", text.split(me.words("identity.demo.phone"))[1])
    assert code, text
    me.fill("identity.activate.code", code[0])
    me.fill("identity.activate.login", "newcomer")
    me.fill("identity.activate.password", NEW_PASSWORD)
    me.fill("identity.activate.again", NEW_PASSWORD)
    me.page.get_by_role("button", name=me.words("identity.submit.activate"), exact=True).click()
    me.page.get_by_test_id("stSidebar").wait_for(state="attached", timeout=20_000)
    me.settle()


def look_at_what_is_owed(me: Person) -> None:
    me.sees(me.words("common.page.overview"))
    me.page.locator("canvas, [data-testid='stVegaLiteChart']").first.wait_for(timeout=20_000)
    me.picture("overview")


def assess(me: Person) -> None:
    me.follow("common.page.affordability")
    me.page.get_by_label(me.words("reasons.income.salary"), exact=True).fill("9,000")
    me.click("cardholder.afford.following")
    for kind, amount in (("housing", "2500"), ("utilities", "300"), ("food", "1800")):
        me.page.get_by_label(me.words(f"reasons.spending.{kind}"), exact=True).fill(amount)
    me.picture("affordability_form")
    for _ in range(3):
        me.click("cardholder.afford.following")
    me.click("cardholder.afford.finish")
    me.sees(me.words("cardholder.afford.update"))
    me.picture("affordability_result")


def ask_for_an_extension(me: Person) -> str:
    """Ask, and return the reference."""
    me.follow("common.page.request")
    me.page.get_by_text(me.words("cardholder.kind.extension"), exact=True).first.click()
    me.settle()
    me.page.get_by_label(me.words("cardholder.request.hardship")).click()
    me.page.get_by_role("option", name=me.words("reasons.hardship.income_drop"), exact=True).click()
    me.settle()
    me.page.get_by_text(me.words("cardholder.request.acknowledge")).click()
    me.settle()
    me.picture("request")
    me.click("cardholder.request.send")
    me.sees(me.words("cardholder.request.done_title"))
    me.picture("request_sent")
    reference = re.search(r"\b[0-9A-Z]{8}\b", me.page.get_by_test_id("stMain").inner_text())
    assert reference
    return reference[0]


def claim_and_approve(me: Person, reference: str) -> None:
    me.sees(me.words("common.page.queue"))
    me.picture("queue")
    card = me.page.get_by_test_id("stVerticalBlock").filter(has_text=reference).filter(
        has=me.page.get_by_role("button", name=me.words("collector.queue.take"), exact=True)).last
    card.get_by_role("button", name=me.words("collector.queue.take"), exact=True).first.click()
    me.sees(me.words("collector.decide.title"))
    me.settle()
    me.picture("case")
    me.choose("collector.decide.choice.approve")
    me.page.get_by_text(me.words("reasons.decision.short_delay"), exact=True).first.click()
    me.settle()
    me.picture("case_decision")
    me.click("collector.decide.confirm.approve")
    me.sees(me.words("collector.said.approve"))


def see_the_answer(me: Person, reference: str) -> None:
    me.follow("common.page.my_requests")
    me.sees(reference)
    me.click("cardholder.requests.open")
    me.sees(me.words("cardholder.status.approved"))
    me.picture("answer")


def counted_requests(staff: Person) -> int:
    """The headline number of requests on the statistics page."""
    staff.sees(staff.words("staff.head.requests"))
    staff.settle()
    text = staff.page.get_by_test_id("stMain").inner_text()
    found = re.search(re.escape(staff.words("staff.head.requests")) + r"\s+([\d,]+)", text)
    assert found, text
    return int(found[1].replace(",", ""))
