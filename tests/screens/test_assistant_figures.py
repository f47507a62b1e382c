"""The figures of the assistant's page: each one says what it is, and all of them agree."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from core.domain.actor import Actor
from core.domain.calendar import Frequency
from core.domain.offers.as_request import terms_of
from core.domain.offers.model import NO_WISH, Bound, OfferKind
from core.domain.offers.offer import Change, Offer
from core.domain.proposal import ProposalKind
from core.services import assessments, assistant, requests
from core.services.assistant import Conversation
from core.services.assistant.comparing import recommendation
from core.services.assistant.wishes import limited
from core.services.context import ServiceContext
from core.services.requests import RequestDraft
from portal import i18n
from portal.components import assistant_words
from portal.components.assistant_amounts import Owed, due_once, each_time, leaves, payment, schedule_of
from portal.components.assistant_offers import recommended_because
from tests.screens.cardholders import ASSISTANT, assert_speaks, press, sign_up, words
from tests.screens.conftest import OpenAs
from tests.screens.talking import LOCALES, say, talk_of, unfold
from tests.services.cards import TODAY, Month, add_card
from tests.services.cases import FAMILY

LATE_SINCE_OCTOBER = (Month(purchases=((3, 400_000),)), Month())
"""What is due has been late for less than a month: it can be put off, or promised."""


def owed_on(found: Conversation, *, other_cards: bool = False) -> Owed:
    return Owed(found.balance_minor, found.as_of, found.facts, other_cards)


def offers_of(found: Conversation) -> tuple[Offer, ...]:
    assert found.last_shown is not None
    assert found.last_shown.negotiation is not None
    return found.last_shown.negotiation.offers


def amounts_in(text: str) -> list[str]:
    return re.findall(r"\u00a5[\d,]+\.\d\d", text)


@pytest.mark.parametrize("locale", LOCALES)
@pytest.mark.parametrize("pace", list(Frequency))
def test_what_a_card_calls_the_payment_is_what_its_schedule_asks_for_to_the_fen(
        sqlite_context: ServiceContext, who: Actor, pace: Frequency, locale: str) -> None:
    opened = talk_of(sqlite_context, who)
    found = assistant.adjust(who, sqlite_context, opened.conversation_id, replace(NO_WISH, frequency=pace),
                             idempotency_key="pace")
    checked = 0
    for offer in offers_of(found):
        schedule = schedule_of(offer, owed_on(found))
        if schedule is None or offer.stages:
            continue
        rows = [row.amount_minor for row in schedule.instalments]
        assert sum(rows) + schedule.down_payment_minor == offer.total_minor
        with i18n.speaking(locale):
            named = amounts_in(payment(offer, owed_on(found)))
            assert named == [i18n.money(rows[0]), *([i18n.money(rows[-1])] if rows[-1] != rows[0] else [])]
            assert set(rows[:-1]) == {rows[0]}
            # Where there is no room for two figures, the one named is never below what falls due.
            assert amounts_in(each_time(offer)) == [i18n.money(max(rows))]
            equal = rows[0] == rows[-1]
            assert each_time(offer) == i18n.t(f"assistant.{'pace' if equal else 'no_more'}.{pace}",
                                              amount=i18n.money(max(rows)))
        checked += 1
    assert checked >= 2


@pytest.mark.parametrize("locale", LOCALES)
def test_the_details_of_a_card_list_every_instalment_in_a_block_that_moves_alone(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    unfold(app, "details_1_lightest")
    assert_speaks(app)
    found = talk_of(sqlite_context, who)
    offer = next(one for one in offers_of(found) if one.label == "lightest")
    schedule = schedule_of(offer, owed_on(found))
    assert schedule is not None
    with i18n.speaking(locale):
        (block,) = [one.value for one in app.markdown if i18n.t("assistant.details.schedule") in one.value]
        assert i18n.t("assistant.details.why_not_less") not in block
        for row in schedule.instalments:
            assert i18n.t("cardholder.schedule.line", number=row.number, due=i18n.day(row.due_date)) in block
            assert i18n.money(row.amount_minor) in block


@pytest.mark.parametrize("locale", LOCALES)
def test_one_payment_of_what_is_due_says_what_the_whole_card_bears_and_still_owes(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context, LATE_SINCE_OCTOBER)
    actor = sign_up(sqlite_context)
    assessments.finish(actor, sqlite_context, FAMILY, "a1")
    app = open_as(actor.user_id, ASSISTANT, locale=locale)
    found = talk_of(sqlite_context, actor)
    once = [offer for offer in offers_of(found) if offer.kind in (OfferKind.EXTENSION, OfferKind.PROMISE_TO_PAY)]
    assert {offer.kind for offer in once} == {OfferKind.EXTENSION, OfferKind.PROMISE_TO_PAY}
    with i18n.speaking(locale):
        assert_speaks(app)
        for offer in once:
            interest = offer.total_minor - offer.instalment_minor
            left = found.balance_minor + interest - offer.instalment_minor
            said = due_once(offer, owed_on(found))
            assert said in words(app)
            assert i18n.money_short(interest) in said
            assert i18n.money_short(left) in said
            # No second total that nobody pays stands beside the payment.
            assert i18n.money(offer.total_minor) not in words(app)
            draft = RequestDraft(found.account_id, ProposalKind(offer.kind.value), terms_of(offer), None)
            shown = requests.preview(actor, sqlite_context, draft, TODAY)
            assert abs(shown.interest_minor - interest) <= 500  # "about": the books go by the day and the statement


@pytest.mark.parametrize("locale", LOCALES)
def test_taps_and_sliders_go_by_the_week_where_the_conversation_does(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        say(app, "at most 300 every week")
        say(app, "I want to pay in instalments")
        assert_speaks(app)
        found = talk_of(sqlite_context, who)
        assert i18n.t("assistant.ask_amount.weekly") in words(app)
        labels = [button.label for button in app.button if (button.key or "").startswith("tap_")]
        paid = sorted({offer.instalment_minor for offer in offers_of(found)
                       if offer.kind is OfferKind.PERSONALISED_AGREEMENT})
        assert labels == [i18n.t("assistant.at_most.weekly", amount=i18n.money(amount)) for amount in paid]
        press(app, labels[0])
        wish = talk_of(sqlite_context, who).wish
        assert wish == limited(NO_WISH, paid[0], Frequency.WEEKLY)
        key = f"assistant_adjust_{found.conversation_id}"
        unfold(app, key)
        slider = app.slider(key=f"{key}_limit")
        assert slider.label == i18n.t("assistant.adjust.at_most.weekly")
        assert paid[0] <= slider.value * 100 < paid[0] + 1_000
        facts = found.facts
        assert facts is not None
        assert slider.max * 100 < facts.limit_minor / 4 + 5_000  # a week's room and not a month's


@pytest.mark.parametrize("locale", LOCALES)
def test_the_recommended_offer_says_why_in_figures_of_its_own_table(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    app = open_as(who.user_id, ASSISTANT, locale=locale)
    shown = talk_of(sqlite_context, who).last_shown
    assert shown is not None
    assert shown.negotiation is not None
    found = recommendation(shown.negotiation)
    assert found is not None
    by_label = {offer.label: offer for offer in shown.negotiation.offers}
    with i18n.speaking(locale):
        said = recommended_because(found)
        assert said in words(app)
        for one in found.against:
            other = by_label[one.label]
            assert one.cheaper_minor == other.total_minor - found.offer.total_minor
            assert one.lighter_minor == other.instalment_minor - found.offer.instalment_minor
            if one.lighter_minor > 0:
                assert i18n.money(one.lighter_minor) in said
            if one.sooner_months > 0:
                assert i18n.tn("common.months", one.sooner_months) in said
        cheapest = min(offer.total_minor for offer in by_label.values() if offer.label in ("lightest", "cheapest"))
        more = found.offer.total_minor - cheapest
        assert (i18n.money(more) in said) == (more > 0)
        assert (found.dearer is not None) == (more > 0)


@pytest.mark.parametrize("locale", LOCALES)
def test_an_offer_on_one_of_two_cards_says_what_it_leaves_for_the_other(
        sqlite_context: ServiceContext, open_as: OpenAs, who: Actor, locale: str) -> None:
    alone = open_as(who.user_id, ASSISTANT, locale=locale)
    found = talk_of(sqlite_context, who)
    facts = found.facts
    assert facts is not None
    with i18n.speaking(locale):
        lines = [leaves(offer, owed_on(found, other_cards=True)) for offer in offers_of(found)]
        assert not any(line in words(alone) for line in lines if line)
        assert i18n.t("assistant.affordable", amount=i18n.money(facts.affordable_minor)) in words(alone)
        add_card(sqlite_context, card="c2")
        both = open_as(who.user_id, ASSISTANT, locale=locale)
        assert_speaks(both)
        found = talk_of(sqlite_context, who)
        assert i18n.t("assistant.affordable_shared", amount=i18n.money(facts.affordable_minor)) in words(both)
        for offer in offers_of(found):
            left = facts.limit_minor - offer.monthly_minor
            assert offer.kind is OfferKind.PERSONALISED_AGREEMENT
            assert (i18n.t("assistant.leaves.monthly", amount=i18n.money(left)) if left
                    else i18n.t("assistant.leaves.nothing")) in words(both)


@pytest.mark.parametrize("locale", LOCALES)
def test_what_nothing_comes_to_has_no_heading_of_a_comparison_where_it_stands_alone(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context)
    actor = sign_up(sqlite_context)
    alone = open_as(actor.user_id, ASSISTANT, locale=locale)
    assessments.finish(actor, sqlite_context, FAMILY, "a1")
    compared = open_as(actor.user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        assert i18n.t("assistant.way.do_nothing") in words(alone)
        assert i18n.t("assistant.compare.title") not in words(alone)
        assert i18n.t("assistant.compare.title") in words(compared)


@pytest.mark.parametrize("locale", LOCALES)
def test_where_nothing_is_owed_nobody_is_greeted_with_a_way_out(
        sqlite_context: ServiceContext, open_as: OpenAs, locale: str) -> None:
    add_card(sqlite_context, (Month(),))
    app = open_as(sign_up(sqlite_context).user_id, ASSISTANT, locale=locale)
    with i18n.speaking(locale):
        assert_speaks(app)
        assert i18n.t("assistant.blocked.nothing_owed") in words(app)
        assert i18n.t("assistant.reply.greeting") not in words(app)
        assert "assistant_person" in [button.key for button in app.button]


def test_nothing_paid_first_is_never_an_amount(sqlite_context: ServiceContext, who: Actor) -> None:
    plan = next(offer for offer in offers_of(talk_of(sqlite_context, who)) if not offer.down_payment_minor)
    for locale in LOCALES:
        with i18n.speaking(locale):
            assert i18n.money(0) not in assistant_words.change(Change(Bound.WISH_DOWN_PAYMENT, 50_000, plan), None)
