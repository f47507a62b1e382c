"""What the screens say stays true as time passes: promises that were missed, days of grace, plans that ended."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from core.domain.actor import Actor
from core.domain.decision import ApproveReason, Outcome, RefuseReason
from core.domain.errors import Conflict
from core.services import accounts, requests, review
from core.services.close_day.plans import Ended, end_plans
from core.services.context import ServiceContext
from portal import errors, i18n
from portal.components import messages
from tests.conftest import TestTime
from tests.screens.cardholders import MINE, OVERVIEW, REQUEST, assert_speaks, assessed, press, words
from tests.screens.conftest import OpenAs
from tests.services.cards import SPENT, add_card
from tests.services.cases import agreement, extension, held, team

LOCALES = ("zh_CN", "en")


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    """A person with one card, not overdue, and a finished assessment."""
    return assessed(sqlite_context, (SPENT,))


def sent(context: ServiceContext, who: Actor, draft_of: Any = extension, **more: Any) -> requests.Submitted:
    account_id = requests.request_options(who, context, context.clock.today()).accounts[0].account_id
    return requests.submit(who, context, draft_of(account_id, **more), acknowledged=True, idempotency_key="send")


def position_of(context: ServiceContext, who: Actor) -> Any:
    """Where the person's first card stands today."""
    return accounts.overview(who, context, context.clock.today()).accounts[0]


@pytest.mark.parametrize("locale", LOCALES)
def test_a_promise_that_was_not_kept_is_owned_up_to_with_whom_to_call(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, locale: str) -> None:
    asked = sent(sqlite_context, who)
    for page, key in ((OVERVIEW, "notice.request_late"), (MINE, "requests.promised_late")):
        shown = words(open_as(who.user_id, page, locale=locale))
        with i18n.speaking(locale):
            assert _text(key, asked) not in shown
    time_.advance(days=30)
    for page, key, query in ((OVERVIEW, "notice.request_late", {}), (MINE, "requests.promised_late", {}),
                             (MINE, "requests.late", {"id": asked.proposal_id})):
        app = open_as(who.user_id, page, locale=locale, **query)
        assert_speaks(app)
        with i18n.speaking(locale):
            assert _text(key, asked) in words(app)


def _text(key: str, asked: requests.Submitted) -> str:
    at = i18n.moment(asked.promised_by)
    return i18n.t(f"cardholder.{key}", reference=asked.reference, promised=at, by=at,
                  bank=i18n.t("common.bank.number", phone="400-000-0000"))


@pytest.mark.parametrize("locale", LOCALES)
def test_in_the_days_of_grace_no_day_that_is_past_is_named(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, locale: str) -> None:
    position = position_of(sqlite_context, who)
    time_.advance(days=(position.last_statement.due_date - position.as_of).days + 2)
    last = position_of(sqlite_context, who).pay_by.on
    app = open_as(who.user_id, OVERVIEW, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        assert app.markdown[0].value == i18n.t("cardholder.meaning.minimum_due", on=i18n.day(last),
                                               amount=i18n.money(position.minimum_due_minor))
        assert i18n.t("cardholder.deadline.grace_ends", on=i18n.day(last),
                      amount=i18n.money(position.minimum_due_minor)) in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_agreement_that_lapsed_unsigned_is_told_in_words(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, locale: str) -> None:
    people = team(sqlite_context)
    proposal_id = sent(sqlite_context, who, agreement).proposal_id
    review.refer(people["one"], sqlite_context, proposal_id, recommendation=Outcome.APPROVED, internal_note="fits",
                 expected_version=held(sqlite_context, people["one"], proposal_id), idempotency_key="refer")
    review.approve(people["three"], sqlite_context, proposal_id, reasons=[ApproveReason.SHORT_DELAY],
                   internal_note="as agreed", idempotency_key="approve",
                   expected_version=held(sqlite_context, people["three"], proposal_id))
    time_.advance(days=60)
    assert end_plans(sqlite_context, sqlite_context.clock.today()) == Ended(count=1, notices=1)
    app = open_as(who.user_id, MINE, locale=locale)
    assert_speaks(app)
    with i18n.speaking(locale):
        granted = requests.my_request(who, sqlite_context, proposal_id).granted
        assert i18n.t("cardholder.message.arrangement_lapsed", last4="0002",
                      until=i18n.day(granted.first_due_date)) in words(app)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("how", ["kept", "missed"])
def test_how_an_extension_ended_is_told_with_its_day(locale: str, how: str) -> None:
    with i18n.speaking(locale):
        told = messages.in_words(f"arrangement_{how}", {"last4": "0042", "until": "2026-12-02"})
        assert told == i18n.t(f"cardholder.message.arrangement_{how}", last4="0042", until=i18n.day(date(2026, 12, 2)))
        assert "cardholder." not in told


def test_another_request_begins_on_a_card_that_may_ask(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    first = position_of(sqlite_context, who).account_id
    second = add_card(sqlite_context, (SPENT,), card="c22")
    app = open_as(who.user_id, REQUEST, account=first)
    app.checkbox(key="request_acknowledged").check().run()
    press(app, i18n.t("cardholder.request.send"))
    press(app, i18n.t("cardholder.request.another"))
    assert_speaks(app)
    assert app.radio(key="request_account").value == second
    assert i18n.t("cardholder.request.blocked.open_request") not in words(app)


def test_the_legal_effect_of_one_kind_is_not_acknowledged_for_another(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, REQUEST)
    kind = next(one for one in app.radio if one.key.startswith("request_kind_"))
    kind.set_value("extension").run()
    app.checkbox(key="request_acknowledged").check().run()
    assert app.checkbox(key="request_acknowledged").value
    kind = next(one for one in app.radio if one.key.startswith("request_kind_"))
    kind.set_value("personalised_agreement").run()
    assert not app.checkbox(key="request_acknowledged").value


def test_a_refused_request_offers_another_only_while_the_card_may_ask(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime) -> None:
    one = team(sqlite_context)["one"]
    proposal_id = sent(sqlite_context, who).proposal_id
    review.refuse(one, sqlite_context, proposal_id, reasons=[RefuseReason.OTHER_WAY_BETTER],
                  expected_version=held(sqlite_context, one, proposal_id), idempotency_key="refuse")
    app = open_as(who.user_id, MINE, id=proposal_id)
    assert "next_request" in [button.key for button in app.button]
    assert i18n.t("cardholder.answer.again") in words(app)
    time_.advance(minutes=1)
    requests.submit(who, sqlite_context, extension(position_of(sqlite_context, who).account_id, days=7),
                    acknowledged=True, idempotency_key="newer")
    app = open_as(who.user_id, MINE, id=proposal_id)
    assert "next_request" not in [button.key for button in app.button]
    assert i18n.t("cardholder.answer.again") not in words(app)


def test_a_name_in_a_refusal_is_no_markup() -> None:
    with i18n.speaking("en"):
        told = errors.explain(Conflict("taken_by_colleague", by="[Bo](https://example.org) **x**"))
    assert "](" not in told
    assert "**x**" not in told
