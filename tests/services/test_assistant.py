"""What is said and what is answered: rounds, sliders, hardship; patience earns no better offer."""

from __future__ import annotations

from dataclasses import replace

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import cardholders
from core.db.tables.negotiations import negotiations
from core.domain.calendar import Frequency
from core.domain.offers.conversation import Stop
from core.domain.offers.model import Wish
from core.services import assessments, assistant
from core.services.assistant import PersonCause, Reply, TurnSource
from core.services.context import ServiceContext
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cards import TODAY, add_card, cardholder
from tests.services.cases import FAMILY


@pytest.mark.parametrize(("text", "reply"), [
    ("500 a month", Reply.ACCEPTED_WISH),
    ("\u6bcf\u6708\u8fd8500\u5143", Reply.ACCEPTED_WISH),
    ("50 a month", Reply.REFUSED_WISH),
    ("a few hundred a month", Reply.ASK_WHICH_AMOUNT),
    ("800", Reply.ASK_PERIOD_OF_AMOUNT),
    ("I want to pause payments", Reply.ASK_HOW_LONG),
    ("I want to pay later", Reply.ASK_WHICH_DATE),
    ("what happens to my credit record?", Reply.ABOUT_CREDIT_RECORD),
    ("why did my card stop working?", Reply.QUESTION),
    ("the balance is wrong", Reply.DISPUTE),
    ("your staff are rude, stop calling my mother", Reply.GRIEVANCE),
    ("you idiots", Reply.COMPLAIN),
    ("I need to think about it", Reply.UNDECIDED),
    ("that is too much", Reply.REJECT),
    ("let us start over", Reply.RESTART),
    ("I lost my job", Reply.HARDSHIP_NOTED),
    ("I want to talk to a person", Reply.PERSON_CALLED),
    ("\U0001f600\U0001f600", Reply.UNCLEAR),
    ("<script>alert(1)</script>", Reply.UNCLEAR),
    ("bonjour, je voudrais payer", Reply.UNCLEAR),
])
def test_every_kind_of_message_is_answered_in_its_own_way(sqlite_context: ServiceContext, text: str,
                                                          reply: Reply) -> None:
    actor, talk = begun(sqlite_context)
    after = said(actor, sqlite_context, talk, text)
    assert reply in after.turns[-1].replies
    assert after.turns[-1].said == text


def test_a_later_message_adds_to_an_earlier_one(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "at most 500 a month")
    after = said(actor, context, talk, "and 1000 yuan down payment first")
    assert after.wish == Wish(monthly_at_most_minor=50_000, down_payment_minor=100_000)


def test_what_is_asked_back_leaves_the_clear_part_standing_and_is_no_round(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, "800 a month, starting soon")
    assert after.turns[-1].replies == (Reply.ASK_WHICH_DATE,)
    assert after.wish.monthly_at_most_minor == 80_000
    assert _rounds(context) == 0


def test_yes_leads_to_the_plan_last_answered_and_sends_nothing(context: ServiceContext) -> None:
    actor, talk = begun(context)
    wished = said(actor, context, talk, "400 a month")
    after = said(actor, context, wished, "ok, agreed")
    accepts = after.turns[-1].accepts
    assert accepts is not None
    assert (accepts.turn_number, accepts.label) == (2, "answer")
    assert after.stop is Stop.ACCEPTED
    assert after.proposal_id is None


def test_yes_at_once_means_the_recommended_offer(context: ServiceContext) -> None:
    actor, talk = begun(context)
    accepts = said(actor, context, talk, "\u597d\u7684\uff0c\u6211\u540c\u610f").turns[-1].accepts
    assert talk.turns[0].negotiation is not None
    assert accepts is not None
    assert (accepts.turn_number, accepts.label) == (1, talk.turns[0].negotiation.recommended)


def test_four_refusals_end_with_a_person_and_everything_shown_stays(context: ServiceContext) -> None:
    actor, talk = begun(context)
    for amount in (50, 60, 70, 80):
        talk = said(actor, context, talk, f"{amount} a month")
        if talk.stop is not None:
            break
    assert talk.stop in (Stop.ROUNDS, Stop.SAME_OFFER_TWICE)
    assert talk.person_cause is PersonCause.STOPPED
    assert talk.turns[-1].replies[-1] in (Reply.ENDED_ROUNDS, Reply.ENDED_SAME_OFFER_TWICE)
    thanks = said(actor, context, talk, "hm")
    assert thanks.last_shown == talk.last_shown


def test_after_a_person_was_called_a_wish_is_still_answered_and_the_person_still_comes(context: ServiceContext) -> None:
    actor, talk = begun(context)
    for amount in (50, 50):
        talk = said(actor, context, talk, f"{amount} a month")
    assert talk.stop is Stop.SAME_OFFER_TWICE
    refused, granted = said(actor, context, talk, "60 a month"), said(actor, context, talk, "500 a month")
    # What had ended is not said again beside an answer it would contradict.
    assert refused.turns[-1].replies == (Reply.REFUSED_WISH,)
    assert granted.turns[-1].replies == (Reply.ACCEPTED_WISH,)
    assert granted.stop is Stop.SAME_OFFER_TWICE
    assert granted.person_cause is PersonCause.STOPPED
    afresh = said(actor, context, granted, "let us start over")
    assert (afresh.stop, afresh.turns[-1].replies) == (None, (Reply.RESTART, Reply.OFFERS))


def test_insisting_never_improves_the_answer(context: ServiceContext) -> None:
    actor, talk = begun(context)
    first = said(actor, context, talk, "50 a month").turns[-1].negotiation
    again = said(actor, context, talk, "50 a month")
    assert again.turns[-1].negotiation == first
    assert again.stop is Stop.SAME_OFFER_TWICE
    restarted = assistant.restart(actor, context, talk.conversation_id, idempotency_key=key())
    assert restarted.turns[-1].negotiation == talk.turns[0].negotiation
    assert said(actor, context, restarted, "50 a month").turns[-1].negotiation == first


def test_exploring_by_the_sliders_is_not_haggling(context: ServiceContext) -> None:
    actor, talk = begun(context)
    for months in range(6, 14):
        talk = moved(actor, context, talk, Wish(months_at_most=months))
    assert talk.stop is None
    assert _rounds(context) == 0
    assert talk.turns[-1].negotiation is not None


def test_correcting_what_was_understood_counts_as_saying_it(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "I can pay 500 a month")
    after = moved(actor, context, talk, Wish(monthly_at_most_minor=60_000), corrected=True)
    assert after.turns[-1].source is TurnSource.CORRECTED
    assert after.wish == Wish(monthly_at_most_minor=60_000)
    assert _rounds(context) == 2


def test_sliders_are_the_whole_wish_and_words_add_to_it(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "at most 500 a month")
    talk = moved(actor, context, talk, Wish(months_at_most=24))
    assert talk.wish == Wish(months_at_most=24)
    assert said(actor, context, talk, "500 a week").wish == Wish(
        instalment_at_most_minor=50_000, frequency=Frequency.WEEKLY, months_at_most=24)


def test_hardship_said_is_a_fact_of_this_conversation_and_flagged(context: ServiceContext) -> None:
    account_id = add_card(context)
    actor = cardholder(context)
    assessments.finish(actor, context, replace(FAMILY, hardship=()), "assessment")
    talk = assistant.open_conversation(actor, context, account_id, TODAY)
    after = said(actor, context, talk, "I lost my job")
    assert talk.facts is not None
    assert after.facts is not None
    assert (talk.facts.hardship, after.facts.hardship) == (False, True)
    assert after.turns[-1].hardship == ("unemployment",)
    assert after.turns[-1].negotiation is not None
    assert assessments.latest(actor, context).finished.input.hardship == ()  # type: ignore[union-attr]  # just finished
    assert assistant.restart(actor, context, talk.conversation_id, idempotency_key=key()).hardship == ()


def test_person_known_as_vulnerable_gets_one_answer_and_a_person(context: ServiceContext) -> None:
    actor, talk = begun(context)
    with context.writing() as connection:
        connection.execute(cardholders.update().values(vulnerable=True))
    after = said(actor, context, talk, "500 a month")
    assert after.turns[-1].replies == (Reply.ACCEPTED_WISH, Reply.ENDED_VULNERABLE)
    assert after.person_cause is PersonCause.VULNERABLE


def test_ceiling_is_offered_only_once_chosen(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assert talk.facts is not None
    assert talk.may_choose_ceiling
    between = Wish(months_at_most=8)
    before = moved(actor, context, talk, between).turns[-1].negotiation
    after = assistant.choose_ceiling(actor, context, talk.conversation_id, idempotency_key=key())
    assert before is not None
    assert before.answer is not None
    assert not before.answer.accepted
    assert after.turns[-1].source is TurnSource.CEILING
    assert after.turns[-1].replies[0] is Reply.CEILING_CHOSEN
    assert after.facts is not None
    assert after.facts.chose_ceiling
    shown = after.turns[-1].negotiation
    assert shown is not None
    assert shown.answer is not None
    assert shown.answer.plan is not None
    assert talk.facts.affordable_minor < shown.answer.plan.monthly_minor <= talk.facts.ceiling_minor


def _rounds(context: ServiceContext) -> int:
    with context.reading() as connection:
        return len(connection.execute(sa.select(negotiations.c.rounds).where(
            negotiations.c.state == "open")).scalar_one())
