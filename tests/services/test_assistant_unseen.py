"""Nobody agrees to an offer they have not seen, and nobody is asked to choose where there is nothing to choose from."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.actor import Actor
from core.domain.calendar import Frequency
from core.domain.offers.model import NO_WISH, Wish
from core.services import assistant
from core.services.assistant import Conversation, Reply
from core.services.assistant.ground import ground_of
from core.services.assistant.state import State
from core.services.assistant.turns import opening
from core.services.assistant.turns import said as answered
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cards import Month

AGREEMENTS = ("yes", "the cheapest", "the second", "\u5c31\u9009\u63a8\u8350\u7684")
"""The last: just the recommended one."""
OTHERS = Wish(frequency=Frequency.WEEKLY)
"""Every offer is another one by it."""


def said_having_seen(actor: Actor, context: ServiceContext, talk: Conversation, text: str) -> Conversation:
    """What the page sends: the words, and which turn it shows."""
    return assistant.say(actor, context, talk.conversation_id, text, idempotency_key=key(),
                         seen_turn=talk.turns[-1].number)


@pytest.mark.parametrize("words", AGREEMENTS)
def test_nothing_is_agreed_to_that_another_window_put_there(context: ServiceContext, words: str) -> None:
    actor, talk = begun(context)
    moved(actor, context, talk, OTHERS)
    after = said_having_seen(actor, context, talk, words)
    assert after.turns[-1].accepts is None
    assert after.turns[-1].replies == (Reply.OFFERS_MOVED, Reply.ASK_WHICH_OFFER)
    assert after.stop is None
    # Now it has been seen.
    assert said_having_seen(actor, context, after, "the cheapest").turns[-1].accepts is not None


@pytest.mark.parametrize("words", AGREEMENTS)
def test_nothing_is_agreed_to_that_was_worked_out_with_the_same_message(
        context: ServiceContext, time_: TestTime, words: str) -> None:
    actor, talk = begun(context)
    time_.advance(days=1)
    after = said_having_seen(actor, context, talk, words)
    assert after.conversation_id != talk.conversation_id
    assert after.turns[-1].accepts is None
    assert after.turns[-1].replies[-2:] == (Reply.FACTS_CHANGED, Reply.ASK_WHICH_OFFER)
    assert said_having_seen(actor, context, after, words).turns[-1].accepts is not None


def test_a_turn_without_offers_in_another_window_changes_nothing_of_what_yes_means(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    after = said_having_seen(actor, context, talk, "the cheapest")
    assert after.turns[-1].accepts is not None
    assert after.turns[-1].accepts.turn_number == 1


def test_a_wish_is_answered_whatever_another_window_did(context: ServiceContext) -> None:
    actor, talk = begun(context)
    moved(actor, context, talk, OTHERS)
    after = said_having_seen(actor, context, talk, "at most 500 a month")
    assert Reply.ACCEPTED_WISH in after.turns[-1].replies


def test_the_same_click_twice_is_one_turn_though_other_offers_lie_there_by_then(context: ServiceContext) -> None:
    actor, talk = begun(context)
    first = assistant.say(actor, context, talk.conversation_id, "yes", idempotency_key="click", seen_turn=1)
    moved(actor, context, first, replace(NO_WISH, due_day=5))
    again = assistant.say(actor, context, talk.conversation_id, "yes", idempotency_key="click", seen_turn=1)
    assert [turn.said for turn in again.turns].count("yes") == 1


@pytest.mark.parametrize("words", ["500 a month", "the cheapest", "yes", "I can pay 300", "hello there",
                                   "\u6bcf\u6708\u8fd8500"])
def test_who_owes_nothing_is_told_so_and_asked_nothing(context: ServiceContext, words: str) -> None:
    actor, talk = begun(context, months=(Month(purchases=((3, 100_000),)), Month(payments=((5, 300_000),))))
    assert talk.blocked_by == "nothing_owed"
    assert said(actor, context, talk, words).turns[-1].replies == (Reply.NOTHING_OWED,)


@pytest.mark.parametrize("words", ["the cheapest", "the second one", "yes"])
def test_nobody_is_asked_which_offer_they_mean_before_there_is_any(context: ServiceContext, words: str) -> None:
    actor, talk = begun(context, assessed=False)
    assert said(actor, context, talk, words).turns[-1].replies == (Reply.NO_ASSESSMENT,)


def test_where_nothing_can_be_offered_nobody_is_asked_which_offer_they_mean(sqlite_context: ServiceContext) -> None:
    actor, talk = begun(sqlite_context)
    with sqlite_context.reading() as connection:
        ground = ground_of(connection, sqlite_context, str(actor.cardholder_id), talk.account_id, talk.as_of)
    assert ground.facts is not None
    # Enough for the least instalment and too little for any plan.
    little = replace(ground, facts=replace(ground.facts, affordable_minor=100_00, ceiling_minor=100_00))
    first = opening(little, State(), told_on=None)
    assert first.replies == (Reply.GREETING, Reply.NOTHING_LEFT)
    assert first.worked is not None
    state = replace(first.state, shown=first.worked.negotiation, shown_turn=1)
    assert answered(little, state, "the cheapest").replies == (Reply.NOTHING_LEFT,)


def test_what_is_wished_before_the_assessment_is_still_asked_about_and_noted(context: ServiceContext) -> None:
    actor, talk = begun(context, assessed=False)
    assert Reply.ASK_PERIOD_OF_AMOUNT in said(actor, context, talk, "I can pay 300").turns[-1].replies
    assert said(actor, context, talk, "500 a month").turns[-1].replies == (Reply.WISH_NOTED,)
