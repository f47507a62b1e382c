"""Overview and My requests tell the truth: whose turn it is, what was granted, what was refused and what now."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.requests import arrangements
from core.domain.actor import Actor
from core.domain.decision import ApproveReason, InformationItem, Outcome, RefuseReason
from core.services import requests, review
from core.services.context import ServiceContext
from portal import i18n
from tests.screens.cardholders import MINE, OVERVIEW, REQUEST, assert_speaks, assessed, press, words
from tests.screens.conftest import OpenAs
from tests.services.cards import SPENT, add_card
from tests.services.cases import agreement, extension, held, team

LOCALES = ("zh_CN", "en")
LINE = "400-000-0000"
"""The number of the demo, which nobody has."""
PAPERS = (InformationItem.INCOME_OR_BANK_FLOW, InformationItem.TERMS_UNCLEAR)


@pytest.fixture
def bank(sqlite_context: ServiceContext) -> dict[str, Actor]:
    return team(sqlite_context)


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    """A person with one card, not overdue, and a finished assessment."""
    return assessed(sqlite_context, (SPENT,))


def sent(context: ServiceContext, who: Actor, draft_of: Any = extension, **more: Any) -> str:
    account_id = requests.request_options(who, context, context.clock.today()).accounts[0].account_id
    draft = draft_of(account_id, **more)
    return requests.submit(who, context, draft, acknowledged=True, idempotency_key="send").proposal_id


def question(context: ServiceContext, one: Actor, proposal_id: str) -> None:
    review.request_information(one, context, proposal_id, items=PAPERS, message="Six months please",
                               expected_version=held(context, one, proposal_id), idempotency_key="ask")


def refuse(context: ServiceContext, one: Actor, proposal_id: str, *reasons: RefuseReason) -> None:
    review.refuse(one, context, proposal_id, reasons=reasons, idempotency_key="refuse",
                  expected_version=held(context, one, proposal_id))


def approve(context: ServiceContext, bank: dict[str, Actor], proposal_id: str) -> None:
    """As one recommends and another decides: more than any request here needs."""
    review.refer(bank["one"], context, proposal_id, recommendation=Outcome.APPROVED, internal_note="fits",
                 expected_version=held(context, bank["one"], proposal_id), idempotency_key="refer")
    one = bank["three"]
    review.approve(one, context, proposal_id, reasons=[ApproveReason.SHORT_DELAY], internal_note="as agreed",
                   expected_version=held(context, one, proposal_id), idempotency_key="approve")


@pytest.mark.parametrize("locale", LOCALES)
def test_a_question_stands_first_with_the_persons_own_date_and_leads_to_the_answer(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor], locale: str) -> None:
    proposal_id = sent(sqlite_context, who)
    question(sqlite_context, bank["one"], proposal_id)
    detail = requests.my_request(who, sqlite_context, proposal_id)
    app = open_as(who.user_id, OVERVIEW, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        assert i18n.day(detail.information.answer_by) in app.warning[0].value
        assert i18n.moment(detail.summary.promised_by) not in words(app)
        press(app, i18n.t("cardholder.question.answer"))
        assert_speaks(app)
        assert i18n.t("cardholder.requests.send_answer") in words(app)
        listed = words(open_as(who.user_id, MINE, locale=locale))
        assert i18n.t("cardholder.requests.answer_by", by=i18n.day(detail.information.answer_by)) in listed
        assert i18n.moment(detail.summary.promised_by) not in listed.split(i18n.t("cardholder.messages.title"))[0]


def test_a_question_about_another_card_is_not_overlooked(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor]) -> None:
    question(sqlite_context, bank["one"], sent(sqlite_context, who))
    add_card(sqlite_context, card="c22")
    app = open_as(who.user_id, OVERVIEW)
    assert "0002" not in app.metric[0].label  # the overdue card is the one shown
    assert i18n.t("cardholder.question.title") in app.warning[0].value


@pytest.mark.parametrize("locale", LOCALES)
def test_documents_asked_for_come_with_how_to_hand_them_in_before_and_after_the_answer(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor], locale: str) -> None:
    proposal_id = sent(sqlite_context, who)
    question(sqlite_context, bank["one"], proposal_id)
    with i18n.speaking(locale):
        how = i18n.t("cardholder.answer.documents", bank=i18n.t("common.bank.number", phone=LINE),
                     reference=requests.my_request(who, sqlite_context, proposal_id).summary.reference)
        assert how in open_as(who.user_id, MINE, locale=locale, id=proposal_id).warning[0].value
        requests.answer_information_request(who, sqlite_context, proposal_id, "soon", idempotency_key="answer")
        answered = words(open_as(who.user_id, MINE, locale=locale, id=proposal_id))
        assert how in answered
        assert i18n.t("reasons.information.income_or_bank_flow") in answered  # the question is still in the history
        assert "Six months please" in answered


@pytest.mark.parametrize("locale", LOCALES)
def test_a_refusal_says_on_the_overview_why_what_was_missing_and_what_can_be_done(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor], locale: str) -> None:
    proposal_id = sent(sqlite_context, who)
    question(sqlite_context, bank["one"], proposal_id)
    requests.answer_information_request(who, sqlite_context, proposal_id, "soon", idempotency_key="answer")
    refuse(sqlite_context, bank["one"], proposal_id, RefuseReason.EVIDENCE_MISSING)
    app = open_as(who.user_id, OVERVIEW, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        for key in ("reasons.decision.evidence_missing", "reasons.information.income_or_bank_flow",
                    "cardholder.answer.again", "cardholder.answer.see"):
            assert i18n.t(key) in words(app)
        assert requests.my_request(who, sqlite_context, proposal_id).summary.reference in words(app)
        assert LINE in words(app)
        press(app, i18n.t("cardholder.answer.see"))
        assert i18n.t("reasons.information.income_or_bank_flow") in words(app)
        assert i18n.t("cardholder.answer.again") in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_granted_extension_says_its_day_and_amount_in_the_open_and_asks_for_nothing(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor], locale: str) -> None:
    proposal_id = sent(sqlite_context, who)
    approve(sqlite_context, bank, proposal_id)
    granted = requests.my_request(who, sqlite_context, proposal_id).granted
    ((until, amount),) = granted.dues
    app = open_as(who.user_id, OVERVIEW, locale=locale)
    request = open_as(who.user_id, MINE, locale=locale, id=proposal_id)
    with i18n.speaking(locale):
        for shown in ("\n".join(block.value for block in app.info), "\n".join(one.value for one in request.markdown)):
            assert i18n.day(until) in shown
            assert i18n.money(amount) in shown
        assert i18n.t("assistant.step") not in words(app)
        assert app.button(key="overview_go_arrangement")


@pytest.mark.parametrize("locale", LOCALES)
def test_an_unsigned_agreement_says_what_holds_until_then_and_a_signed_one_what_is_next(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor], locale: str) -> None:
    proposal_id = sent(sqlite_context, who, agreement, months=12)
    approve(sqlite_context, bank, proposal_id)
    on, amount = requests.my_request(who, sqlite_context, proposal_id).granted.dues[0]
    with i18n.speaking(locale):
        unsigned = open_as(who.user_id, OVERVIEW, locale=locale)
        assert_speaks(unsigned)
        assert LINE in unsigned.markdown[0].value
        opened = open_as(who.user_id, MINE, locale=locale, id=proposal_id)
        assert i18n.money(amount) in "\n".join(one.value for one in opened.markdown)
        with sqlite_context.writing() as connection:
            connection.execute(sa.update(arrangements).values(state="active"))
        signed = open_as(who.user_id, OVERVIEW, locale=locale)
        assert_speaks(signed)
        assert signed.markdown[0].value == i18n.t("cardholder.meaning.instalment", on=i18n.day(on),
                                                  amount=i18n.money(amount))


def test_asking_is_offered_only_while_some_card_may_ask(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    sent(sqlite_context, who)
    app = open_as(who.user_id, OVERVIEW)
    assert "overview_go_assistant" not in [button.key for button in app.button]
    add_card(sqlite_context, card="c22")
    app.run()
    assert "overview_go_assistant" in [button.key for button in app.button]


def test_after_sending_another_request_is_offered_only_where_a_card_may_ask(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, REQUEST)
    app.checkbox(key="request_acknowledged").check().run()
    press(app, i18n.t("cardholder.request.send"))
    assert_speaks(app)
    assert i18n.t("cardholder.request.done_title") in words(app)
    assert i18n.t("cardholder.request.another") not in words(app)
    add_card(sqlite_context, card="c22")
    app.run()
    assert i18n.t("cardholder.request.another") in words(app)


def test_a_refusal_of_what_passes_today_says_that_it_is_worth_another_look(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor]) -> None:
    proposal_id = sent(sqlite_context, who)
    refuse(sqlite_context, bank["one"], proposal_id, RefuseReason.OTHER_WAY_BETTER)
    detail = requests.my_request(who, sqlite_context, proposal_id)
    shown = words(open_as(who.user_id, MINE, id=proposal_id))
    assert detail.passes_today is (i18n.t("cardholder.answer.passes_today") in shown) is True


def test_a_request_in_the_list_says_its_card_terms_and_amount(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    sent(sqlite_context, who)
    (found,) = requests.my_requests(who, sqlite_context)
    shown = words(open_as(who.user_id, MINE))
    for part in (found.card_last4, i18n.money(found.amount_minor), "30 days"):
        assert part in shown


@pytest.mark.parametrize("locale", LOCALES)
def test_messages_of_the_bank_are_shown_where_requests_are(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, bank: dict[str, Actor], locale: str) -> None:
    proposal_id = sent(sqlite_context, who)
    question(sqlite_context, bank["one"], proposal_id)
    reference = requests.my_request(who, sqlite_context, proposal_id).summary.reference
    app = open_as(who.user_id, MINE, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        box = next(block.value for block in app.markdown if i18n.t("cardholder.messages.title") in block.value)
    assert box.count(reference) == 2


@pytest.mark.parametrize(("demo", "number", "shown"), [
    (True, "400-888-0000", "400-888-0000"), (False, "400-888-0000", "400-888-0000"), (True, "", LINE),
    (False, "", "the number on the back of your card")])
def test_whom_to_call_is_the_banks_number_or_the_one_on_the_card(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, monkeypatch: pytest.MonkeyPatch, demo: bool,
        number: str, shown: str) -> None:
    monkeypatch.setattr(sqlite_context.settings, "service_phone", number)
    monkeypatch.setattr(sqlite_context.settings, "demo", demo)
    assert shown in words(open_as(who.user_id, OVERVIEW))
