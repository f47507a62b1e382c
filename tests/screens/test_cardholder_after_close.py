"""After the close of day a cardholder reads words: what came, what was missed, how a grant ended, what can be done."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from core.db.tables.records import outbox
from core.domain.actor import SYSTEM, Actor
from core.domain.decision import ApproveReason, Outcome
from core.domain.message_templates import MessageTemplate
from core.services import messages, postings, records, requests, review
from core.services.close_day.day import ClosedDay, close_day
from core.services.context import ServiceContext
from portal import i18n
from tests.conftest import TestTime
from tests.screens.cardholders import MINE, OVERVIEW, assert_speaks, press, sign_up, words
from tests.screens.conftest import OpenAs
from tests.services.cards import SPENT, add_card
from tests.services.cases import agreement, extension, held, team

LOCALES = ("zh_CN", "en")
RAW = re.compile(r"cardholder\.|\d{4}-\d{2}-\d{2}|_minor|\{")


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    """A person with one card that is not overdue."""
    add_card(sqlite_context, (SPENT,))
    return sign_up(sqlite_context)


def closed(context: ServiceContext, time_: TestTime, days: int) -> ClosedDay:
    """``days`` pass; the close catches up with all of them at once."""
    time_.advance(days=days)
    return close_day(SYSTEM, context, context.clock.today() - timedelta(days=1))


def granted(context: ServiceContext, who: Actor, how: str) -> str:
    """A request that was approved and will end as ``how`` says; its id."""
    draft_of = agreement if how == "lapsed" else extension
    account_id = requests.request_options(who, context, context.clock.today()).accounts[0].account_id
    proposal_id = requests.submit(who, context, draft_of(account_id), acknowledged=True,
                                  idempotency_key="send").proposal_id
    people = team(context)
    review.refer(people["one"], context, proposal_id, recommendation=Outcome.APPROVED, internal_note="fits",
                 expected_version=held(context, people["one"], proposal_id), idempotency_key="refer")
    review.approve(people["three"], context, proposal_id, reasons=[ApproveReason.SHORT_DELAY],
                   internal_note="as agreed", idempotency_key="approve",
                   expected_version=held(context, people["three"], proposal_id))
    if how == "kept":
        payment = postings.PaymentIn("in-time", 100_000, context.clock.today(), "transfer")
        postings.post_payment(SYSTEM, context, account_id, payment, context.clock.today(), "pay")
    return proposal_id


@pytest.mark.parametrize("locale", LOCALES)
def test_every_message_of_a_close_is_words_with_the_day_it_is_about(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, locale: str) -> None:
    closed(sqlite_context, time_, 60)
    app = open_as(who.user_id, MINE, locale=locale)
    assert_speaks(app)
    box = messages.my_messages(who, sqlite_context, limit=20)
    assert {one.template for one in box} == {"statement_issued", "minimum_missed"}
    assert [one.about_on for one in box] == sorted((one.about_on for one in box), reverse=True)
    assert len({one.at for one in box}) == 1 < len({one.about_on for one in box})
    with i18n.speaking(locale):
        shown = next(block.value for block in app.markdown if i18n.t("cardholder.messages.title") in block.value)
        assert all(i18n.day(one.about_on) in shown for one in box)
        assert i18n.money(box[-1].parameters["missing_minor" if "missing_minor" in box[-1].parameters
                                                else "minimum_minor"]) in shown
    assert not RAW.search(shown)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("how", ["kept", "missed", "lapsed", "over"])
def test_how_a_grant_ended_is_said_on_its_page_in_the_list_and_on_the_overview(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, how: str, locale: str) -> None:
    proposal_id = granted(sqlite_context, who, how)
    if how == "over":
        time_.advance(days=50)
    else:
        closed(sqlite_context, time_, 50)
    ending = requests.my_request(who, sqlite_context, proposal_id).summary.ending
    assert ending is not None
    assert ending.how == how
    for page, query in ((MINE, {"id": proposal_id}), (MINE, {}), (OVERVIEW, {})):
        app = open_as(who.user_id, page, locale=locale, **query)
        assert_speaks(app)
        with i18n.speaking(locale):
            assert i18n.t(f"cardholder.ended.{how}") in words(app)
            said = re.split(r" {2}\n|\n|\*\*", words(app))
            assert f"#### {i18n.t('cardholder.requests.granted')}" not in said
            assert i18n.t("cardholder.status.approved") not in said
            if query:
                assert i18n.day(ending.on) in words(app)
                again = i18n.t("cardholder.ended.again")
                assert (again in words(app)) == (how != "kept")


@pytest.mark.parametrize("locale", LOCALES)
def test_the_overview_says_why_the_figures_moved_for_a_week(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, locale: str) -> None:
    with i18n.speaking(locale):
        newest = i18n.t("cardholder.messages.newest_one")
    assert newest not in words(open_as(who.user_id, OVERVIEW, locale=locale))
    closed(sqlite_context, time_, 14)
    app = open_as(who.user_id, OVERVIEW, locale=locale)
    assert_speaks(app)
    assert sum(block.value.startswith(newest) for block in app.markdown) == 1
    time_.advance(days=8)
    assert newest not in words(open_as(who.user_id, OVERVIEW, locale=locale))


def test_hundreds_of_messages_come_some_at_a_time_and_each_once(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    now = sqlite_context.clock.now()
    with sqlite_context.writing() as connection:
        for number in range(25):
            records.send(connection, sqlite_context.vault, channel="in_app", recipient_kind="cardholder",
                         recipient_id=str(who.cardholder_id), template=MessageTemplate.REQUEST_APPROVED, at=now,
                         about_on=now.date() - timedelta(days=number // 3), reference=f"REF{number:03}")
    app, seen = open_as(who.user_id, MINE), []
    for _ in range(3):
        found = re.findall(r"REF\d{3}", words(app))
        assert len(found) <= 10
        seen += found
        if len(seen) < 25:
            app = press(app, i18n.t("cardholder.messages.older"))
    assert sorted(seen) == [f"REF{number:03}" for number in range(25)]
    assert len(re.findall(r"REF\d{3}", words(press(app, i18n.t("cardholder.messages.newest"))))) == 10


@pytest.mark.parametrize("values", [{"parameters_encrypted": b"k1:nonsense"}, {"parameters_encrypted": b"k9:x"},
                                    {"template": "of_another_version"}])
def test_one_message_that_cannot_be_read_hides_nothing_else(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, values: dict[str, Any]) -> None:
    closed(sqlite_context, time_, 60)
    newest = messages.my_messages(who, sqlite_context, limit=1)[0].message_id
    with sqlite_context.writing() as connection:
        connection.execute(sa.update(outbox).where(outbox.c.id == newest).values(**values))
    app = open_as(who.user_id, MINE)
    assert_speaks(app)
    assert words(app).count(i18n.t("cardholder.message.unreadable")) == 1
    assert "0002" in words(app)
    assert_speaks(open_as(who.user_id, OVERVIEW))


@pytest.mark.parametrize("how", ["missed", "lapsed"])
def test_the_close_counts_the_notices_of_plans_that_ended(
        sqlite_context: ServiceContext, who: Actor, time_: TestTime, how: str) -> None:
    granted(sqlite_context, who, how)
    with sqlite_context.reading() as connection:
        before = connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
    told = closed(sqlite_context, time_, 60)
    with sqlite_context.reading() as connection:
        after = connection.execute(sa.select(sa.func.count()).select_from(outbox)).scalar_one()
    assert told.ended == 1
    assert told.tally.notices == after - before
