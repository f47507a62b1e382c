"""On the screen: the plan nearest to what was named beside the answer, and what earlier messages still count for."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.domain.actor import Actor
from core.domain.calendar import Frequency
from core.domain.offers.model import Facts, Wish
from core.domain.offers.negotiation import negotiate
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch
from core.services import assistant
from core.services.context import ServiceContext
from portal import i18n
from portal.components import assistant_words
from portal.components.money import unbroken
from tests.screens.cardholders import ASSISTANT, assert_speaks, words
from tests.screens.conftest import OpenAs
from tests.screens.talking import LOCALES, keys, say, talk_of
from tests.services.cards import TODAY

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 20_000_00, 800_00, 300_00, 75, 1_200_00, 1_500_00, 2_400_00)


@pytest.mark.parametrize("locale", LOCALES)
def test_the_plan_as_named_stands_under_the_answer_with_what_the_two_differ_by_and_is_one_click_away(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, i18n.t("assistant.chip.monthly_at_most", amount="1000"))
        assert_speaks(app)
        turn = talk_of(sqlite_context, who).turns[-1]
        assert turn.negotiation is not None
        answer = turn.negotiation.answer
        assert answer is not None
        assert answer.plan is not None
        named = assistant.find_offer(turn.negotiation, "as_named")
        assert named is not None
        shown = words(app)
        assert i18n.t("assistant.label.as_named") in shown
        sooner = i18n.tn("common.months", answer.plan.months - named.months)
        assert i18n.t("assistant.named.sooner", length=sooner) in shown
        app.button(key=f"choose_{turn.number}_as_named").click().run()
        assert_speaks(app)
        assert i18n.t("assistant.send.title") in words(app)
        assert i18n.money(named.monthly_minor) in words(app)


@pytest.mark.parametrize("locale", LOCALES)
def test_a_first_day_that_cannot_be_is_answered_with_the_last_or_first_that_can_and_by_how_much_it_differs(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, i18n.t("assistant.chip.first_due_date", on=i18n.day(date(2027, 3, 1))))
        assert_speaks(app)
        turn = talk_of(sqlite_context, who).turns[-1]
        assert turn.negotiation is not None
        assert turn.negotiation.infeasible is not None
        nearest = turn.negotiation.infeasible.nearest[0]
        first = nearest.plan.first_due_date
        told = i18n.t("assistant.change.first_due_earlier", first=unbroken(i18n.day(first)),
                      amount=i18n.tn("common.days", (date(2027, 3, 1) - first).days))
        assert told in words(app)
        assert i18n.t("assistant.stands.wish_first_due_date") in words(app)
        assert i18n.t("assistant.missed.first_due_earlier", amount=i18n.tn("common.days", nearest.amount)) \
            in assistant_words.why_not_less(nearest.plan, turn.wish.day_named)
        too_early = first - timedelta(days=3)
        assert assistant_words.change(replace(nearest, amount=3), too_early) == i18n.t(
            "assistant.change.first_due_later", first=unbroken(i18n.day(first)), amount=i18n.tn("common.days", 3))
        assert turn.negotiation.answer is not None
        assert i18n.t("assistant.stands.too_early") in assistant_words.answered(
            turn.negotiation.answer, turn.negotiation.infeasible, Facts(TODAY, 1, 0, 0, 1, 1, 1, 1),
            Wish(first_due_date=too_early))


@pytest.mark.parametrize("locale", LOCALES)
def test_a_pause_that_does_not_do_everything_asked_is_said_to_be_possible_and_that_it_does_not(locale: str) -> None:
    hard = replace(FACTS, hardship=True)
    wish = Wish(pause_months=2, earliest_first_due_date=date(2027, 3, 1))
    found = negotiate(hard, RULE, wish, ArraySearch)
    assert found.answer is not None
    assert found.infeasible is not None
    with i18n.speaking(locale):
        told = assistant_words.answered(found.answer, found.infeasible, hard, wish)
        until = unbroken(i18n.day(found.infeasible.nearest[0].plan.first_due_date))
        assert i18n.t("assistant.stands.pause") in told
        assert i18n.t("assistant.change.pause", length=i18n.tn("common.months", 3), first=until) in told


@pytest.mark.parametrize("locale", LOCALES)
def test_too_little_on_a_day_too_late_is_refused_for_both(locale: str) -> None:
    wish = Wish(lump_sum_minor=18_000_00, earliest_first_due_date=date(2027, 2, 1))
    found = negotiate(FACTS, RULE, wish, ArraySearch)
    assert found.answer is not None
    with i18n.speaking(locale):
        assert i18n.t("assistant.stands.several_once") in assistant_words.answered(
            found.answer, found.infeasible, FACTS, wish)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_still_counts_is_said_and_what_made_way_is_named(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        short = i18n.t("assistant.chip.months_at_most", length=i18n.tn("common.months", 2))
        most = i18n.t("assistant.chip.monthly_at_most", amount=i18n.money(500_00))
        say(app, short)
        say(app, most)
        assert_speaks(app)
        assert i18n.t("assistant.put_aside", list=short) in words(app)
        assert not [key for key in keys(app) if key.endswith("months_at_most")]
        say(app, i18n.t("assistant.chip.waive_late_fee"))
        assert i18n.t("assistant.still_counted", list=most) in words(app)
        assert i18n.t("assistant.put_aside", list=short) not in words(app)


def test_yes_in_a_window_that_shows_other_offers_than_lie_there_by_now_agrees_to_nothing(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor) -> None:
    app = open_as(who.user_id, ASSISTANT, locale="en")
    talk = talk_of(sqlite_context, who)
    assistant.adjust(who, sqlite_context, talk.conversation_id, Wish(frequency=Frequency.WEEKLY), idempotency_key="w")
    with i18n.speaking("en"):
        say(app, "the cheapest")
        assert_speaks(app)
        assert i18n.t("assistant.reply.offers_moved") in words(app)
        assert i18n.t("assistant.send.title") not in words(app)
    assert talk_of(sqlite_context, who).turns[-1].accepts is None
