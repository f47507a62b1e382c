"""On the screen: care for who is in danger, a person offered and called off, figures older than what is told."""

from __future__ import annotations

import re
from typing import Any

import pytest

from core.domain.actor import Actor
from core.domain.offers.model import OfferKind
from core.services import assistant, requests
from core.services.assistant import Reply
from core.services.assistant.offers import in_order
from core.services.context import ServiceContext
from portal import i18n
from tests.conftest import TestTime
from tests.screens.cardholders import ASSISTANT, assert_speaks, press, words
from tests.screens.conftest import OpenAs
from tests.screens.talking import LOCALES, keys, say, talk_of, unfold
from tests.services.cards import TODAY
from tests.services.cases import reviewer


@pytest.mark.parametrize("locale", LOCALES)
def test_help_stays_in_sight_and_everything_is_answered_after_words_of_self_harm(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "\u6211\u4e0d\u60f3\u6d3b\u4e86")
        assert "12356" in words(app)
        assert "assistant_call_off" not in keys(app)
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="500"))
        assert_speaks(app)
        newest = talk_of(sqlite_context, who).turns[-1]
        assert f"choose_{newest.number}_answer" in keys(app)
        assert i18n.t("assistant.care.line") in words(app)
        app.button(key="assistant_restart").click().run()
        assert_speaks(app)
        assert i18n.t("assistant.care.line") in words(app)
        assert i18n.t("assistant.reply.person_stays") in words(app)
        newest = talk_of(sqlite_context, who).turns[-1]
        assert f"choose_{newest.number}_balanced" in keys(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_who_is_angry_is_offered_a_person_with_one_tap_and_can_call_them_off(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "you idiots")
        assert talk_of(sqlite_context, who).person_asked_at is None
        press(app, i18n.t("assistant.person.yes"))
        asked_at = talk_of(sqlite_context, who).person_asked_at
        assert asked_at is not None
        assert i18n.t("assistant.person.asked", at=i18n.moment(asked_at)) in words(app)
        app.button(key="assistant_call_off").click().run()
        assert_speaks(app)
        assert i18n.t("assistant.reply.person_called_off") in words(app)
        assert i18n.t("assistant.person.asked", at=i18n.moment(asked_at)) not in words(app)
        assert talk_of(sqlite_context, who).person_asked_at is None


@pytest.mark.parametrize("locale", LOCALES)
def test_trouble_told_after_the_assessment_leads_to_a_newer_one_and_the_plans_say_what_they_rest_on(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, time_: TestTime, locale: str) -> None:
    time_.advance(days=1)
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "I lost my job")
        assert_speaks(app)
        assert i18n.t("assistant.reply.renew_assessment") in words(app)
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="500"))
        assert i18n.t("assistant.reply.renew_assessment") not in words(app)
        assert plain_words(app, i18n.t("assistant.renew.rests_on", on=i18n.day(TODAY)))
        assert "assistant_renew" in keys(app)


def plain_words(app: Any, text: str) -> bool:
    """Whether ``text`` stands on the page, whatever keeps its dates on one line."""
    return text in re.sub(r":color\[([^\]]*)\]", r"\1", words(app))


def test_the_offers_stand_in_the_order_in_which_they_are_counted(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                who: Actor) -> None:
    app = open_as(who.user_id, ASSISTANT)
    shown = talk_of(sqlite_context, who).turns[-1].negotiation
    assert shown is not None
    drawn = [key.removeprefix("choose_1_") for key in keys(app) if key.startswith("choose_1_")]
    assert drawn == [offer.label for offer in in_order(shown)]


@pytest.mark.parametrize("locale", LOCALES)
def test_an_offer_named_so_that_two_could_be_meant_is_asked_with_a_tap_for_each(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="400"))
        say(app, "the first one")
        assert_speaks(app)
        found = talk_of(sqlite_context, who)
        assert found.turns[-1].replies == (Reply.ASK_WHICH_OFFER,)
        assert found.last_shown is not None
        assert found.last_shown.negotiation is not None
        taps = [key for key in keys(app) if key.startswith(f"tap_{found.turns[-1].number}_")]
        plans = [one for one in found.last_shown.negotiation.offers if one.kind is OfferKind.PERSONALISED_AGREEMENT]
        assert len(taps) >= len(plans)
        app.button(key=taps[0]).click().run()
        assert_speaks(app)
        assert i18n.t("assistant.send.title") in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_cheapest_one_leads_to_the_last_look_with_nothing_sent(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "the cheapest one")
        assert_speaks(app)
        newest = talk_of(sqlite_context, who).turns[-1]
        app.button(key=f"accepts_{newest.turn_id}").click().run()
        assert_speaks(app)
        assert i18n.t("assistant.send.title") in words(app)
        assert not requests.my_requests(who, sqlite_context)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_was_said_before_the_figures_changed_folds_out(sqlite_context: ServiceContext, open_as: OpenAs,
                                                            who: Actor, time_: TestTime, locale: str) -> None:
    with i18n.speaking(locale):
        app = open_as(who.user_id, ASSISTANT, locale=locale)
        assert i18n.t("assistant.before") not in words(app)
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="300"))
        earlier = talk_of(sqlite_context, who).turns[-1]
        time_.advance(days=1)
        app = open_as(who.user_id, ASSISTANT, locale=locale)
        assert i18n.t("assistant.before") in words(app)
        assert i18n.moment(earlier.at) not in words(app)
        unfold(app, f"assistant_before_{talk_of(sqlite_context, who).conversation_id}")
        assert_speaks(app)
        assert i18n.moment(earlier.at) in words(app)
        assert earlier.said is not None
        assert earlier.said in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_person_is_offered_where_nobody_is_waited_for_any_more(sqlite_context: ServiceContext, open_as: OpenAs,
                                                                 who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "\u6211\u4e0d\u60f3\u6d3b\u4e86")
        talk = talk_of(sqlite_context, who)
        assistant.take_up(reviewer(sqlite_context, "one"), sqlite_context, talk.conversation_id, idempotency_key="t")
        app = open_as(who.user_id, ASSISTANT, locale=locale)
        say(app, "thanks")
        assert i18n.t("assistant.reply.still_here") in words(app)
        assert i18n.t("assistant.reply.ended_vulnerable") not in words(app)
        press(app, i18n.t("assistant.person.yes"))
        assert talk_of(sqlite_context, who).person_waited_for
