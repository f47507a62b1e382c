"""Asking and following, on the screen: terms that move, legal effect first, one request however often it is sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.requests import proposals
from core.domain.actor import Actor
from core.domain.hardship import HardshipReason
from core.domain.proposal import ProposalKind
from core.domain.request_terms import ExtensionTerms
from core.services import assessments, requests
from core.services.context import ServiceContext
from core.services.requests import RequestDraft
from portal import i18n
from portal.components.money import unbroken
from tests.screens.cardholders import MINE, REQUEST, assert_speaks, press, sign_up, words
from tests.screens.conftest import OpenAs
from tests.services.cards import Month, add_card
from tests.services.test_assessments import FAMILY

LOCALES = ("zh_CN", "en")


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    add_card(sqlite_context)
    return sign_up(sqlite_context)


def account_of(context: ServiceContext, who: Actor) -> str:
    return requests.request_options(who, context, context.clock.today()).accounts[0].account_id


def ask(context: ServiceContext, who: Actor, key: str = "k1") -> str:
    draft = RequestDraft(account_of(context, who), ProposalKind.EXTENSION, ExtensionTerms(20), HardshipReason.ILLNESS,
                         "<b>bold</b> | [link](http://example.com) :red[x]")
    return requests.submit(who, context, draft, acknowledged=True, idempotency_key=key).proposal_id


def count_requests(context: ServiceContext) -> int:
    with context.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(proposals)).scalar_one())


def failed_lines(app: Any) -> list[str]:
    """The checks that the screen calls not met, but for those no terms can change."""
    sign = i18n.t("cardholder.check.sentence", sign=i18n.t("cardholder.check.failed"), says="")
    return [line for line in words(app).splitlines() if line.startswith(f"- {sign}")]


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("kind", [ProposalKind.EXTENSION, ProposalKind.PERSONALISED_AGREEMENT])
def test_a_request_is_sent_after_its_legal_effect_was_acknowledged(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str, kind: ProposalKind) -> None:
    assessments.finish(who, sqlite_context, FAMILY, "a1")
    app = open_as(who.user_id, REQUEST, locale=locale)
    assert_speaks(app)
    app.radio[0].set_value(kind.value).run()
    assert_speaks(app)
    assert i18n.t("reasons.effect.restarts_limitation") in words(app)
    press(app, i18n.t("cardholder.request.send"))
    assert_speaks(app)
    assert count_requests(sqlite_context) == 0
    assert app.error
    app.checkbox(key="request_acknowledged").check().run()
    press(app, i18n.t("cardholder.request.send"))
    assert_speaks(app)
    assert count_requests(sqlite_context) == 1
    found = requests.my_requests(who, sqlite_context)[0]
    assert found.reference in words(app)
    assert i18n.moment(found.promised_by) in words(app)


def test_the_figures_move_with_the_terms(sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, REQUEST)
    slider = app.slider[0]
    few = slider.set_value(12).run()
    shorter = words(few)
    assert_speaks(few)
    longer = app.slider[0].set_value(24).run()
    assert_speaks(longer)
    assert words(longer) != shorter


def test_the_nearest_terms_that_fit_are_one_press_away(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    poorer = replace(FAMILY, income=(replace(FAMILY.income[0], monthly_minor=940_000),))
    assert assessments.finish(who, sqlite_context, poorer, "a1").affordable_minor < 40_000
    app = open_as(who.user_id, REQUEST)
    app.slider[0].set_value(app.slider[0].min).run()
    assert failed_lines(app)
    press(app, i18n.t("cardholder.preview.use_nearest"))
    assert_speaks(app)
    assert app.slider[0].value > app.slider[0].min
    assert failed_lines(app) == []


@pytest.mark.parametrize(("typed", "message"), [("12,3", "cardholder.form.amount_separator"),
                                                ("99999999", "cardholder.request.down_above_limit")])
def test_a_first_payment_that_cannot_be_keeps_what_was_typed(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, typed: str, message: str) -> None:
    app = open_as(who.user_id, REQUEST)
    app.text_input[0].input(typed).run()
    assert_speaks(app)
    option = requests.request_options(who, sqlite_context, sqlite_context.clock.today()).accounts[0]
    said = i18n.t(message, most=i18n.money(option.max_down_payment_minor))
    assert said in words(app)
    assert app.text_input[0].value == typed
    assert i18n.t("cardholder.request.send") not in [button.label for button in app.button]


def test_a_request_that_waits_blocks_another_and_leads_to_it(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    ask(sqlite_context, who)
    app = open_as(who.user_id, REQUEST)
    assert_speaks(app)
    assert i18n.t("cardholder.request.blocked.open_request") in words(app)
    press(app, i18n.t("cardholder.step.my_requests"))
    assert_speaks(app)
    assert requests.my_requests(who, sqlite_context)[0].reference in words(app)


def test_nothing_owed_means_nothing_to_ask_for(sqlite_context: ServiceContext, open_as: OpenAs) -> None:
    add_card(sqlite_context, (Month(purchases=((3, 50_000),)),), since=[("payment", 5, 50_000)])
    app = open_as(sign_up(sqlite_context).user_id, REQUEST)
    assert_speaks(app)
    assert i18n.t("cardholder.request.blocked.nothing_owed") in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_no_requests_yet_is_a_helpful_page(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, MINE, locale=locale)
    assert_speaks(app)
    assert i18n.t("cardholder.requests.empty_title") in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_request_shows_its_status_promise_and_timeline_and_what_was_typed_as_typed(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    proposal_id = ask(sqlite_context, who)
    app = open_as(who.user_id, MINE, locale=locale, id=proposal_id)
    assert_speaks(app)
    shown = words(app)
    assert i18n.t("cardholder.status.received") in shown
    assert i18n.t("cardholder.event.submit") in shown
    assert "\\<b\\>bold" in shown
    assert "[link](" not in shown


def test_other_peoples_requests_are_calmly_not_found(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    add_card(sqlite_context, card="c22", person="p2")
    other = sign_up(sqlite_context, "p2")
    theirs = ask(sqlite_context, other)
    for proposal_id in (theirs, "nowhere", "x" * 4_000, "\x00"):
        app = open_as(who.user_id, MINE, id=proposal_id)
        assert_speaks(app)
        assert i18n.t("errors.not_found") in words(app)
        assert i18n.t("cardholder.kind.extension") not in words(app)


def test_withdrawing_takes_effect_once_and_says_so(sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    proposal_id = ask(sqlite_context, who)
    app = open_as(who.user_id, MINE, id=proposal_id)
    press(app, i18n.t("cardholder.requests.withdraw_confirm"))
    assert_speaks(app)
    assert i18n.t("cardholder.requests.said.withdrawn") in words(app)
    assert requests.my_request(who, sqlite_context, proposal_id).summary.public_status == "withdrawn"


def test_an_address_that_makes_no_sense_shows_the_list(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    ask(sqlite_context, who)
    for before in ("yesterday", "2026-11-22", ""):
        app = open_as(who.user_id, MINE, before=before)
        assert_speaks(app)
        assert i18n.t("cardholder.requests.open") in words(app)


def test_the_list_takes_as_many_queries_for_ten_requests_as_for_one(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, counted_queries: Any) -> None:
    def once(number: int) -> None:
        proposal_id = ask(sqlite_context, who, f"k{number}")
        requests.withdraw(who, sqlite_context, proposal_id, idempotency_key=f"w{number}")

    once(0)
    app = open_as(who.user_id, MINE)
    with counted_queries(sqlite_context.engine) as one:
        app.run()
    for number in range(1, 10):
        once(number)
    with counted_queries(sqlite_context.engine) as ten:
        app.run()
    assert len(one) == len(ten) <= 8


@pytest.mark.parametrize("locale", LOCALES)
def test_a_second_card_is_told_what_the_first_already_takes(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    add_card(sqlite_context, card="c22")
    done = assessments.finish(who, sqlite_context, FAMILY, "a1")
    first, second = requests.request_options(who, sqlite_context, sqlite_context.clock.today()).accounts
    with i18n.speaking(locale):
        assert i18n.t("cardholder.request.other_cards") in words(open_as(who.user_id, REQUEST, locale=locale))
    terms = replace(first.suggested_agreement, months=first.limits.max_months)
    requests.submit(who, sqlite_context, RequestDraft(first.account_id, ProposalKind.PERSONALISED_AGREEMENT, terms),
                    acknowledged=True, idempotency_key="k1")
    app = open_as(who.user_id, REQUEST, locale=locale, account=second.account_id)
    assert_speaks(app)
    [promise] = next(one for one in requests.request_options(who, sqlite_context, sqlite_context.clock.today()).accounts
                     if one.account_id == second.account_id).means.promised
    with i18n.speaking(locale):
        promised = i18n.t("cardholder.request.promised_asked", amount=i18n.money(promise.monthly_minor),
                          last4=first.card_last4)
        assert promised in words(app)
        assert i18n.money(done.affordable_minor - promise.monthly_minor) in words(app)
        assert i18n.t("cardholder.request.other_cards") not in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_is_paid_first_stands_in_the_result_and_in_the_schedule_with_its_day(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    assessments.finish(who, sqlite_context, FAMILY, "a1")
    app = open_as(who.user_id, REQUEST, locale=locale)
    app.text_input[0].input("500").run()
    assert_speaks(app)
    due = sqlite_context.clock.today() + timedelta(days=3)
    with i18n.speaking(locale):
        assert f"| {i18n.t('cardholder.preview.down', on=i18n.day(due))} | {i18n.money(50_000)} |" in words(app)
        row = unbroken(i18n.t("cardholder.schedule.down", due=i18n.day(due)))
        assert f"| {row} | {i18n.money(50_000)} |" in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_extension_says_that_interest_runs_anyway_and_that_it_adds_nothing(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, REQUEST, locale=locale)
    app.radio[0].set_value(ProposalKind.EXTENSION.value).run()
    assert_speaks(app)
    with i18n.speaking(locale):
        added = f"| {i18n.t('cardholder.preview.extension_adds')} | {i18n.t('cardholder.preview.nothing')} |"
        assert added in words(app)
        assert i18n.t("cardholder.preview.interest_anyway", rate="18.25%") in words(app)


def test_where_every_check_passes_nothing_is_called_unaffordable(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    assessments.finish(who, sqlite_context, FAMILY, "a1")
    app = open_as(who.user_id, REQUEST)
    assert failed_lines(app) == []
    for hint in ("cardholder.preview.none_fits", "cardholder.preview.none_left", "cardholder.preview.failed"):
        assert i18n.t(hint) not in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_where_no_instalment_fits_the_form_begins_with_an_extension_and_says_why(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    assessments.finish(who, sqlite_context, replace(FAMILY, income=(), no_income=True), "a")
    app = open_as(who.user_id, REQUEST, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        kind = next(radio for radio in app.radio if radio.label == i18n.t("cardholder.request.kind"))
        assert kind.value == ProposalKind.EXTENSION
        assert i18n.t("cardholder.request.nothing_left.no_income") in words(app)
        assert i18n.t("cardholder.request.affordable", amount=i18n.money(0)) not in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_second_card_is_told_what_an_extension_on_the_first_makes_due(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    add_card(sqlite_context, card="c22")
    assessments.finish(who, sqlite_context, FAMILY, "a")
    first, second = requests.request_options(who, sqlite_context, sqlite_context.clock.today()).accounts
    draft = RequestDraft(first.account_id, ProposalKind.EXTENSION, ExtensionTerms(30))
    requests.submit(who, sqlite_context, draft, acknowledged=True, idempotency_key="k1")
    app = open_as(who.user_id, REQUEST, locale=locale, account=second.account_id)
    assert_speaks(app)
    with i18n.speaking(locale):
        assert i18n.t("cardholder.request.once_asked", last4=first.card_last4, on=i18n.day(date(2026, 12, 22)),
                      amount=i18n.money(first.amount_due_minor)) in words(app)
