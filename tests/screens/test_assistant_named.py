"""On the screen: the plan nearest to what was named beside the answer, and what earlier messages still count for."""

from __future__ import annotations

import pytest

from core.domain.actor import Actor
from core.services import assessments, assistant
from core.services.context import ServiceContext
from portal import i18n
from tests.screens.cardholders import ASSISTANT, assert_speaks, sign_up, words
from tests.screens.conftest import OpenAs
from tests.screens.test_assistant import LOCALES, keys, say, talk_of
from tests.services.cards import add_card
from tests.services.cases import FAMILY


@pytest.fixture
def who(sqlite_context: ServiceContext) -> Actor:
    """Somebody with one card in arrears whose means are known."""
    add_card(sqlite_context)
    actor = sign_up(sqlite_context)
    assessments.finish(actor, sqlite_context, FAMILY, "a1")
    return actor


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
