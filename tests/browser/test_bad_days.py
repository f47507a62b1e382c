"""Bad days of people: addresses of others, pressing twice, the same thing in two tabs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from core.domain.hardship import HardshipReason
from core.domain.proposal import ProposalKind
from core.domain.request_terms import ExtensionTerms
from core.services.requests import RequestDraft
from tests.browser.backstage import Backstage
from tests.browser.conftest import NewPerson
from tests.browser.people import Person

CARDHOLDER, REVIEWER = "lixiaomei", "supervisor"


@pytest.fixture(autouse=True)
def nothing_open(backstage: Backstage) -> Iterator[None]:
    """Each test begins and ends with both cards free."""
    backstage.take_back(CARDHOLDER)
    yield
    backstage.take_back(CARDHOLDER)


@pytest.fixture
def waiting(backstage: Backstage) -> str:
    """A request that waits for the bank, in the reviewer's hands."""
    card = next(one for one in backstage.cards(CARDHOLDER) if ProposalKind.EXTENSION in one.kinds)
    sent = backstage.send(CARDHOLDER, RequestDraft(card.account_id, ProposalKind.EXTENSION, ExtensionTerms(30),
                                                   HardshipReason.INCOME_DROP))
    backstage.take(REVIEWER, sent)
    return sent


def main_text(me: Person) -> str:
    return me.page.get_by_test_id("stMain").inner_text()


@pytest.mark.parametrize("address", ["/overview?account={}", "/request?account={}", "/my_requests?id={}"])
def test_ids_of_others_are_as_calmly_not_found_as_ids_that_never_were(
        address: str, person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    request, account = backstage.of_others(CARDHOLDER)
    answers = []
    for wrong in (account if "account" in address else request, secrets.token_urlsafe(16), "'%20OR%201=1--<b>"):
        me.open(address.format(wrong))
        me.sees(me.words("errors.not_found"))
        answers.append(main_text(me))
    assert answers[0] == answers[1] == answers[2]
    me.picture(f"not_found_{address.split('?')[0].strip('/')}")
    me.click("cardholder.not_found.back")
    expect(me.page.get_by_test_id("stMain")).not_to_contain_text(me.words("errors.not_found"))


def test_a_case_that_is_not_there_is_calmly_not_found(person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, REVIEWER)
    for wrong in (secrets.token_urlsafe(16), "..%2F..%2Fetc%2Fpasswd"):
        me.open(f"/case?id={wrong}")
        me.sees(me.words("collector.case.not_found"))
    me.picture("case_not_found")


@pytest.mark.parametrize(("before", "seen"), [
    ("2999-01-01T00:00:00+00:00", "cardholder.requests.open"), ("yesterday", "cardholder.requests.open"),
    ("0001-01-01T00:00:00+14:00", "cardholder.requests.empty_title")])
def test_odd_dates_in_an_address_do_no_harm(before: str, seen: str, person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    me.open(f"/my_requests?before={before.replace('+', '%2B')}")
    me.page.get_by_role("heading", level=1, name=me.words("common.page.my_requests")).wait_for()
    me.sees(me.words(seen))


def filled_request(me: Person) -> None:
    """The request page with everything it needs, one press away from being sent."""
    me.open("/request")
    me.page.get_by_label(me.words("cardholder.request.note"), exact=True).fill("Thank you")
    me.page.get_by_text(me.words("cardholder.request.acknowledge")).click()
    me.settle()


def test_a_double_click_sends_one_request(person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    before = backstage.sent(CARDHOLDER)
    filled_request(me)
    me.page.get_by_role("button", name=me.words("cardholder.request.send"), exact=True).click(click_count=2, delay=5)
    me.sees(me.words("cardholder.request.done_title"))
    me.settle()
    assert backstage.sent(CARDHOLDER) == before + 1
    me.sees(me.words("cardholder.request.done_title"))


def test_the_same_request_from_two_tabs_is_sent_once_and_the_second_says_where_it_is(
        person: NewPerson, backstage: Backstage) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, CARDHOLDER)
    before = backstage.sent(CARDHOLDER)
    second = me.another_tab()
    for tab in (me, second):
        filled_request(tab)
    me.click("cardholder.request.send")
    me.sees(me.words("cardholder.request.done_title"))
    second.click("cardholder.request.send")
    second.sees(second.words("cardholder.request.blocked.open_request"))
    expect(second.page.get_by_label(second.words("cardholder.request.note"), exact=True)).to_have_value("Thank you")
    second.picture("request_in_two_tabs")
    assert backstage.sent(CARDHOLDER) == before + 1


def prepared(me: Person, proposal_id: str, choice: str, reason: str) -> None:
    """The case opened and ``choice`` prepared, one press away from being decided."""
    me.open(f"/case?id={proposal_id}")
    me.choose(f"collector.decide.choice.{choice}")
    me.page.get_by_text(me.words(f"reasons.decision.{reason}"), exact=True).first.click()
    me.settle()


def test_of_two_decisions_in_two_tabs_one_wins_and_the_other_is_told(
        person: NewPerson, backstage: Backstage, waiting: str) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, REVIEWER)
    second = me.another_tab()
    prepared(me, waiting, "refuse", "not_affordable")
    prepared(second, waiting, "approve", "short_delay")
    message = second.page.get_by_label(second.words("collector.decide.message"), exact=True)
    message.fill("A word to go with it")
    me.click("collector.decide.confirm.refuse")
    me.sees(me.words("collector.said.refuse"))
    second.click("collector.decide.confirm.approve")
    second.sees(second.words("errors.case_closed"))
    expect(message).to_have_value("A word to go with it")
    second.picture("decision_in_two_tabs")
    assert backstage.state(waiting) == "refused"


def test_a_decision_without_reasons_keeps_the_words_and_asks_for_them(
        person: NewPerson, backstage: Backstage, waiting: str) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, REVIEWER)
    me.open(f"/case?id={waiting}")
    me.choose("collector.decide.choice.refuse")
    message = me.page.get_by_label(me.words("collector.decide.message"), exact=True)
    message.fill("We are sorry")
    me.click("collector.decide.confirm.refuse")
    me.sees(me.words("errors.reasons_missing"))
    expect(message).to_have_value("We are sorry")
    message.fill("x" * 3_000)
    me.page.get_by_text(me.words("reasons.decision.not_affordable"), exact=True).first.click()
    me.settle()
    me.click("collector.decide.confirm.refuse")
    me.sees(me.words("errors.text_too_long", highest=2_000))
    expect(message).to_have_value("x" * 3_000)
    assert backstage.state(waiting) == "in_review"


def test_a_double_click_on_a_decision_decides_once(person: NewPerson, backstage: Backstage, waiting: str) -> None:
    me = person("zh_CN", "phone")
    backstage.let_in(me, REVIEWER)
    prepared(me, waiting, "refuse", "not_affordable")
    me.page.get_by_role("button", name=me.words("collector.decide.confirm.refuse"), exact=True).click(
        click_count=2, delay=5)
    me.sees(me.words("collector.said.refuse"))
    me.settle()
    assert me.words("errors.case_closed") not in main_text(me)
    assert backstage.state(waiting) == "refused"
