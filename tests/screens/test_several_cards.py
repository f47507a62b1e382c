"""The cards of one person together, as a screen shows them: every outcome in both languages, one button a card."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
from streamlit.testing.v1 import AppTest

from core.domain.actor import Actor
from core.domain.offers.as_request import terms_of
from core.services import assessments, requests, several_cards
from core.services.assessment_records import AssessmentInput
from core.services.context import ServiceContext
from core.services.several_cards import SeveralCards
from portal import i18n
from portal.components.several_cards import compared, in_words, split_chart
from portal.i18n import money
from tests.conftest import TestTime
from tests.services.cards import TODAY, add_card, cardholder
from tests.services.cases import FAMILY
from tests.services.test_several_cards import SMALL, living_on

HARDLY_ENOUGH, NOTHING_LEFT = living_on(435_000), living_on(380_000)


def _script() -> None:
    import streamlit as st

    from portal import i18n
    from portal.components import several_cards

    i18n.use(st.session_state["locale"])
    several_cards.show(st.session_state["found"], lambda card: st.session_state.update(took=card.account_id))


def _flow() -> None:
    import streamlit as st

    from core.services import several_cards as service
    from portal import i18n
    from portal.components import several_cards, several_send

    i18n.use(st.session_state["locale"])
    seen = st.session_state["seen"]
    found = service.proposal(seen.actor, seen.context, seen.context.clock.today())
    card = several_send.chosen(found)
    if found is not None and card is not None:
        done = several_send.show(seen, found, card)
        if done is not None:
            st.session_state["done"] = done
    elif found is not None:
        several_cards.show(found, several_send.take)


def asked(context: ServiceContext, household: AssessmentInput = FAMILY) -> SeveralCards:
    add_card(context, card="c1")
    add_card(context, SMALL, card="c22")
    person: Actor = cardholder(context)
    assessments.finish(person, context, household, "a")
    found = several_cards.proposal(person, context, TODAY)
    assert found is not None
    return found


def shown(found: SeveralCards, locale: str) -> AppTest:
    app = AppTest.from_function(_script, default_timeout=30)
    app.session_state["found"], app.session_state["locale"] = found, locale
    app.run()
    assert not app.exception
    return app


def text(app: AppTest) -> str:
    return "\n".join(str(block.value) for block in (*app.markdown, *app.info))


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_both_ways_stand_beside_each_other_with_their_sums(sqlite_context: ServiceContext, locale: str) -> None:
    found = asked(sqlite_context)
    app = shown(found, locale)
    assert found.together is not None
    for amount in (found.means.left_minor or 0, found.together.monthly_minor, found.together.total_minor):
        assert money(amount) in text(app)
    for card in found.cards:
        assert card.card_last4 in text(app)
    assert "cardholder." not in text(app)


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_the_button_of_a_card_takes_up_the_plan_of_that_card(sqlite_context: ServiceContext, locale: str) -> None:
    found = asked(sqlite_context)
    app = shown(found, locale)
    assert len(app.button) == len(found.cards)
    for card in found.cards:
        app.button(key=f"several_take_{card.account_id}").click().run()
        assert app.session_state["took"] == card.account_id


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_where_nothing_fits_there_is_the_missing_amount_and_no_button(sqlite_context: ServiceContext,
                                                                      locale: str) -> None:
    found = asked(sqlite_context, HARDLY_ENOUGH)
    app = shown(found, locale)
    assert money(found.missing_minor) in text(app)
    assert not app.button


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_where_no_plan_can_be_kept_a_person_is_named_and_no_amount_promised(sqlite_context: ServiceContext,
                                                                            locale: str) -> None:
    app = shown(asked(sqlite_context, NOTHING_LEFT), locale)
    assert len(app.info) == 1
    assert not app.button


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_a_card_no_money_can_carry_is_named_by_its_number(sqlite_context: ServiceContext, locale: str) -> None:
    nothing = asked(sqlite_context, NOTHING_LEFT)
    one = replace(nothing, without_plan=nothing.without_plan[:1])
    named = next(card for card in one.cards if card.account_id in one.without_plan)
    app = shown(one, locale)
    assert named.card_last4 in str(app.info[0].value)


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_the_sentence_says_what_is_gained_and_never_more(sqlite_context: ServiceContext, locale: str) -> None:
    found = asked(sqlite_context)
    assert found.together is not None
    by_share = replace(found.together, months=found.together.months + 3)
    whole = [replace(card, share_plan=card.plan) for card in found.cards]
    alike = replace(found, cards=tuple(whole), by_share=found.together, saving_minor=0)
    with i18n.speaking(locale):
        three = i18n.tn("common.months", 3)
        assert money(12_345) in compared(replace(alike, saving_minor=12_345))
        assert three not in compared(alike)
        assert three in compared(replace(alike, by_share=by_share))
        both = compared(replace(alike, by_share=by_share, saving_minor=12_345))
        assert three in both
        assert money(12_345) in both
        later = compared(replace(alike, saving_minor=12_345, by_share=replace(by_share, months=by_share.months - 6)))
        assert three in later
        assert later != both
        lacking = replace(alike, cards=(replace(whole[0], share_plan=None, share_minor=6_341), whole[1]),
                          by_share=None, saving_minor=None)
        assert money(6_341) in compared(lacking)
        assert whole[0].card_last4 in compared(lacking)


def test_the_picture_fills_the_month_and_its_sentence_says_the_same(sqlite_context: ServiceContext) -> None:
    found = asked(sqlite_context)
    with i18n.speaking("en"):
        sentence = in_words(found)
    assert all(money(card.plan.monthly_minor) in sentence for card in found.cards if card.plan)
    chart = split_chart([("one", [("1111", "#000000", 6_000), ("2222", "#111111", 1_000), ("", "#222222", 3_000)])],
                        10_000)
    parts = chart["data"]["values"]
    assert [(part["from"], part["to"]) for part in parts] == [(0, 60), (60, 70), (70, 100)]
    assert [part["label"] for part in parts] == ["1111", "", ""]


def flow(context: ServiceContext, locale: str) -> AppTest:
    app = AppTest.from_function(_flow, default_timeout=30)
    app.session_state["locale"] = locale
    app.session_state["seen"] = SimpleNamespace(actor=cardholder(context), context=context)
    app.run()
    return app


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_a_plan_becomes_a_request_with_nothing_typed_again(sqlite_context: ServiceContext, locale: str) -> None:
    found = asked(sqlite_context)
    card = found.cards[0]
    app = flow(sqlite_context, locale)
    app.button(key=f"several_take_{card.account_id}").click().run()
    assert not app.exception
    assert card.plan is not None
    assert money(card.plan.total_minor) in text(app)
    app.checkbox(key="several_agreed").check().run()
    app.button(key="several_send").click().run()
    assert not app.exception
    done = app.session_state["done"]
    sent = requests.my_request(cardholder(sqlite_context), sqlite_context, done.proposal_id)
    assert sent.summary.terms == terms_of(card.plan)


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_nothing_is_sent_before_its_effect_in_law_was_acknowledged(sqlite_context: ServiceContext,
                                                                   locale: str) -> None:
    found = asked(sqlite_context)
    app = flow(sqlite_context, locale)
    app.button(key=f"several_take_{found.cards[0].account_id}").click().run()
    app.button(key="several_send").click().run()
    assert not app.exception
    assert app.error or app.warning
    assert requests.my_requests(cardholder(sqlite_context), sqlite_context) == []
    app.button(key="several_back").click().run()
    assert app.button(key=f"several_take_{found.cards[1].account_id}") is not None


@pytest.mark.parametrize("locale", i18n.LOCALES)
def test_a_plan_that_changed_since_it_was_clicked_is_not_sent_in_its_place(sqlite_context: ServiceContext,
                                                                           time_: TestTime, locale: str) -> None:
    found = asked(sqlite_context)
    card = found.cards[0]
    app = flow(sqlite_context, locale)
    app.button(key=f"several_take_{card.account_id}").click().run()
    app.checkbox(key="several_agreed").check().run()
    person = cardholder(sqlite_context)
    time_.advance(minutes=1)
    assessments.finish(person, sqlite_context, replace(FAMILY, other_debt_payments_minor=150_000), "more goes out")
    anew = several_cards.proposal(person, sqlite_context, TODAY)
    assert anew is not None
    assert card.plan is not None
    assert anew.cards[0].plan is not None
    assert not anew.missing_minor
    assert terms_of(anew.cards[0].plan) != terms_of(card.plan)
    app.button(key="several_send").click().run()
    assert not app.exception
    assert requests.my_requests(person, sqlite_context) == []
    with i18n.speaking(locale):
        assert i18n.t("assistant.send.changed") in [one.value for one in app.info]
    app.button(key="several_back").click().run()
    assert app.button(key=f"several_take_{card.account_id}") is not None
