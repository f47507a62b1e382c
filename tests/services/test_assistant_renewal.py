"""Figures older than what is told: a newer assessment is asked for, once, and what is shown says what it rests on."""

from __future__ import annotations

from dataclasses import replace

import pytest

from core.domain.actor import Actor
from core.services import assessments, assistant
from core.services.assistant import Conversation, Reply
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, said
from tests.services.cards import TODAY
from tests.services.cases import FAMILY

RENEW = Reply.RENEW_ASSESSMENT


def next_day(context: ServiceContext, time_: TestTime, **changed: object) -> tuple[Actor, Conversation]:
    """A person who was assessed yesterday, with no hardship then, and opens the assistant today."""
    actor, talk = begun(context, assessed=False)
    assessments.finish(actor, context, replace(FAMILY, **{"hardship": (), **changed}), key())  # type: ignore[arg-type]  # fields of one test
    time_.advance(days=1)
    return actor, again(actor, context, talk)


def again(actor: Actor, context: ServiceContext, talk: Conversation) -> Conversation:
    return assistant.open_conversation(actor, context, talk.account_id, context.clock.today())


def asked(talk: Conversation) -> int:
    return sum(RENEW in turn.replies for turn in talk.turns)


@pytest.mark.parametrize("text", ["I lost my job", "\u5931\u4e1a\u4e86\uff0c\u6ca1\u6536\u5165", "I have been ill",
                                  "my shop went bankrupt", "my father died", "my salary was cut"])
def test_trouble_told_after_the_assessment_asks_for_a_newer_one(context: ServiceContext, time_: TestTime,
                                                                text: str) -> None:
    actor, talk = next_day(context, time_)
    assert talk.figures_of is None
    after = said(actor, context, talk, text)
    assert after.turns[-1].replies[-1] is RENEW
    assert after.turns[-1].negotiation is not None
    assert after.figures_of == TODAY


def test_a_newer_assessment_is_asked_for_once_a_conversation(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = next_day(context, time_)
    said(actor, context, talk, "I lost my job")
    talk = said(actor, context, talk, "and my wife is in hospital")
    talk = assistant.restart(actor, context, talk.conversation_id, idempotency_key=key())
    assert talk.figures_of is None  # what was told is set aside
    talk = said(actor, context, talk, "I lost my job, at most 500 a month")
    assert asked(talk) == 1
    assert talk.figures_of == TODAY


def test_who_goes_through_it_again_is_not_asked_again(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = next_day(context, time_)
    said(actor, context, talk, "I lost my job")
    assessments.finish(actor, context, FAMILY, key())
    talk = again(actor, context, talk)
    talk = said(actor, context, talk, "as I said, I lost my job")
    assert (asked(talk), talk.figures_of) == (0, None)


def test_who_has_not_done_so_by_the_next_day_is_asked_once_more_and_sees_what_the_plans_rest_on(
        context: ServiceContext, time_: TestTime) -> None:
    actor, talk = next_day(context, time_)
    said(actor, context, talk, "I lost my job")
    time_.advance(days=1)
    talk = again(actor, context, talk)
    assert talk.turns[0].replies[0] is Reply.FACTS_CHANGED
    assert talk.turns[0].replies[-1] is RENEW
    assert talk.figures_of == TODAY


def test_what_the_assessment_counts_already_is_not_asked_about(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = next_day(context, time_, hardship=("job_loss",))
    assert asked(said(actor, context, talk, "I lost my job")) == 0


def test_an_assessment_of_the_same_day_is_not_asked_for_again(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assert asked(said(actor, context, talk, "I lost my job")) == 0


@pytest.mark.parametrize("text", ["money is tight", "at most 500 a month", "you idiots"])
def test_nothing_is_asked_where_nothing_lowers_what_is_affordable(context: ServiceContext, time_: TestTime,
                                                                  text: str) -> None:
    actor, talk = next_day(context, time_)
    assert asked(said(actor, context, talk, text)) == 0
