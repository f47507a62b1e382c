"""The assistant where something is missing or in the way: no means known, nothing left, a request, many cards."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.db.tables.requests import proposals
from core.domain.actor import Actor
from core.domain.household import Spending, SpendingKind
from core.services import assessments, requests
from core.services.assistant import Reply
from core.services.context import ServiceContext
from core.services.requests import AccountOption
from portal import i18n
from tests.screens.cardholders import ASSISTANT, assert_speaks, press, sign_up, words
from tests.screens.conftest import OpenAs
from tests.screens.talking import LOCALES, count, has_person, keys, say, talk_of, unfold
from tests.services.cards import TODAY, add_card
from tests.services.cases import FAMILY, extension

NOTHING_LEFT = replace(FAMILY, spending=(*FAMILY.spending, Spending(SpendingKind.MEDICAL, 400_000)))


def owed(option: AccountOption) -> str:
    return i18n.t("assistant.owed", last4=option.card_last4, amount=i18n.money(option.balance_minor))


@pytest.mark.parametrize("locale", LOCALES)
def test_without_an_assessment_the_way_to_it_is_shown_beside_doing_nothing_and_a_person(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context)
    actor = sign_up(sqlite_context)
    app = open_as(actor.user_id, ASSISTANT, locale=locale)
    assert_speaks(app)
    found = talk_of(sqlite_context, actor)
    assert found.nothing is not None
    with i18n.speaking(locale):
        assert i18n.t("assistant.no_assessment.text") in words(app)
        assert i18n.money(found.nothing.total_minor) in words(app)
        assert has_person(app)
        press(app, i18n.t("assistant.to_affordability"))
        assert i18n.t("common.page.affordability") in [title.value for title in app.title]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_wish_before_the_assessment_is_told_back_once_with_chips_that_take_it_away(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context)
    actor = sign_up(sqlite_context)
    app = open_as(actor.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        chip = i18n.t("assistant.chip.monthly_at_most", amount=i18n.money(800_00))
        say(app, chip)
        assert_speaks(app)
        assert i18n.t("assistant.noted", list=chip) in words(app)
        assert i18n.t("assistant.reply.no_assessment") not in words(app)
        assert i18n.t("assistant.no_assessment.text") in words(app)
        press(app, chip)
        assert i18n.t("assistant.noted", list=chip) not in words(app)
    assert not talk_of(sqlite_context, actor).wish.names_instalments


@pytest.mark.parametrize("locale", LOCALES)
def test_who_asked_for_a_person_before_the_assessment_reads_of_the_person_first(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context)
    actor = sign_up(sqlite_context)
    app = open_as(actor.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        press(app, i18n.t("assistant.person.ask"))
        assert_speaks(app)
        assert i18n.t("assistant.no_assessment.text") not in words(app)
        assert i18n.t("assistant.no_assessment.waiting") in words(app)
        assert app.button(key="assistant_afford").proto.type == "tertiary"


@pytest.mark.parametrize("locale", LOCALES)
def test_a_card_that_was_asked_for_is_marked_and_the_one_talked_about_now_is_named(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    add_card(sqlite_context, card="c2", person="p1")
    sent, other = requests.request_options(who, sqlite_context, TODAY).accounts
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        assert not [label for label in app.radio[0].options if "(" in label or "\uff08" in label]
        requests.submit(who, sqlite_context, extension(sent.account_id), acknowledged=True, idempotency_key="sent")
        app = open_as(who.user_id, ASSISTANT, locale=locale)
        assert_speaks(app)
        line = i18n.t("assistant.card_line", last4=sent.card_last4, amount=i18n.money(sent.balance_minor))
        assert i18n.t("cardholder.card_state.open_request", card=line) == app.radio[0].options[0]
        assert app.radio[0].value == other.account_id
        assert i18n.t("assistant.now_about", sent=sent.card_last4, last4=other.card_last4) in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_who_has_nothing_left_sees_relief_and_advice_instead_of_instalments(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context)
    actor = sign_up(sqlite_context)
    assessments.finish(actor, sqlite_context, NOTHING_LEFT, "a1")
    app = open_as(actor.user_id, ASSISTANT, locale=locale)
    assert_speaks(app)
    found = talk_of(sqlite_context, actor)
    assert Reply.RELIEF in found.turns[-1].replies
    with i18n.speaking(locale):
        shown = words(app)
        assert i18n.t("assistant.nothing_left.advice") in shown
        assert i18n.t("assistant.offers.relief") in shown
        assert i18n.t("assistant.label.pause") in shown
        assert has_person(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_with_an_open_request_nothing_can_be_chosen_and_the_request_is_one_click_away(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    account_id = requests.request_options(who, sqlite_context, TODAY).accounts[0].account_id
    requests.submit(who, sqlite_context, extension(account_id), acknowledged=True, idempotency_key="k")
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        assert i18n.t("assistant.blocked.open_request") in words(app)
        assert not [key for key in keys(app) if key.startswith("choose_")]
        assert has_person(app)
        press(app, i18n.t("assistant.see_request"))
        assert i18n.t("common.page.my_requests") in [title.value for title in app.title]


def test_several_cards_are_planned_together_on_request_and_each_plan_leads_to_the_send_step(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, ASSISTANT)
    assert "assistant_together" not in app.session_state
    add_card(sqlite_context, card="c2")
    app = open_as(who.user_id, ASSISTANT)
    unfold(app, "assistant_together")
    assert_speaks(app)
    takes = [key for key in keys(app) if key.startswith("several_take_")]
    assert len(takes) == 2
    app.button(key=takes[0]).click().run()
    assert_speaks(app)
    next(box for box in app.checkbox if box.label == i18n.t("cardholder.request.acknowledge")).check().run()
    app.button(key="several_send").click().run()
    assert_speaks(app)
    assert count(sqlite_context, proposals) == 1
    assert requests.my_requests(who, sqlite_context)[0].reference in words(app)


def test_the_card_in_the_address_is_the_one_talked_about_and_another_can_be_chosen(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    add_card(sqlite_context, card="c2")
    options = requests.request_options(who, sqlite_context, TODAY).accounts
    app = open_as(who.user_id, ASSISTANT, account=options[1].account_id)
    assert owed(options[1]) in words(app)
    app.radio(key="assistant_account").set_value(options[0].account_id).run()
    assert_speaks(app)
    assert owed(options[0]) in words(app)
