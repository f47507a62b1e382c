"""What goes along when the day or a fact changes: who is called and why, care, and everything that was said."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import cardholders
from core.db.tables.negotiations import negotiations
from core.db.tables.requests import proposals
from core.domain.actor import Actor
from core.domain.errors import Conflict, NotFound
from core.domain.offers.conversation import Stop
from core.domain.offers.model import Wish
from core.services import assistant
from core.services.assistant import Conversation, PersonCause, Reply
from core.services.context import ServiceContext
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cards import TODAY, add_card
from tests.services.cases import reviewer

IN_DANGER = "I want to kill myself"
GRIEVANCE = "Your collector threatened to beat me and called my mother. I want to complain"


def again(actor: Actor, context: ServiceContext, talk: Conversation) -> Conversation:
    return assistant.open_conversation(actor, context, talk.account_id, context.clock.today())


def take_up(context: ServiceContext, talk: Conversation, by: str = "one") -> assistant.TakenUp:
    return assistant.take_up(reviewer(context, by), context, talk.conversation_id, idempotency_key=key())


def call(actor: Actor, context: ServiceContext, talk: Conversation) -> Conversation:
    return assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())


def call_off(actor: Actor, context: ServiceContext, talk: Conversation) -> Conversation:
    return assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())


def test_who_takes_up_a_call_sees_what_was_said_before_the_day_changed(context: ServiceContext, time_: TestTime
                                                                      ) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, GRIEVANCE)
    time_.advance(days=1)
    talk = again(actor, context, talk)
    time_.advance(days=1)
    talk = said(actor, context, again(actor, context, talk), "400 a month")
    taken = take_up(context, talk)
    assert [turn.said for part in (*taken.before, taken.part) for turn in part.turns if turn.said] == [
        GRIEVANCE, "400 a month"]
    with pytest.raises(NotFound):
        assistant.taken_up(reviewer(context, "two"), context, talk.conversation_id)


def test_who_takes_up_a_call_sees_nothing_of_another_card_or_of_long_ago(context: ServiceContext, time_: TestTime
                                                                         ) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "300 a month")
    other = add_card(context, person="p1", card="c9")
    theirs = assistant.open_conversation(actor, context, other, TODAY)
    said(actor, context, theirs, "250 a month")
    time_.advance(days=10)
    theirs = call(actor, context, again(actor, context, theirs))
    assert [part.as_of for part in take_up(context, theirs).before] == [TODAY]
    time_.advance(days=40)
    theirs = call(actor, context, again(actor, context, theirs))
    assert all(part.as_of > TODAY for part in take_up(context, theirs, "two").before)


def test_what_was_said_before_stays_for_the_person_alone(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    assert assistant.told_before(actor, context, talk.conversation_id) == ()
    said(actor, context, talk, "300 a month")
    for _ in range(2):  # a day on which nothing was said is left out
        time_.advance(days=1)
        talk = again(actor, context, talk)
    (part,) = assistant.told_before(actor, context, talk.conversation_id)
    assert (part.as_of, [turn.said for turn in part.turns]) == (TODAY, [None, "300 a month"])
    stranger, _ = begun(context, person="p2", card="c2")
    with pytest.raises(NotFound):
        assistant.told_before(stranger, context, talk.conversation_id)


def test_who_spoke_of_self_harm_is_no_less_in_danger_on_the_next_day(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER)
    take_up(context, talk)
    time_.advance(days=1)
    talk = again(actor, context, talk)
    assert (talk.person_cause, talk.stop, talk.in_danger) == (PersonCause.SELF_HARM, Stop.VULNERABLE, True)
    assert (talk.person_asked_at, talk.person_waited_for) == (None, False)
    talk = call(actor, context, talk)
    assert (talk.person_cause, talk.may_call_off) == (PersonCause.SELF_HARM, False)
    with pytest.raises(Conflict) as refusal:
        call_off(actor, context, talk)
    assert refusal.value.code == "person_stays"


def test_care_does_not_wear_off(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER)
    time_.advance(days=8)
    talk = again(actor, context, talk)
    assert (talk.stop, talk.in_danger, talk.may_choose_ceiling) == (Stop.VULNERABLE, True, False)
    after = said(actor, context, talk, "400 a month")
    assert after.turns[-1].replies[0] is Reply.GENTLY
    with pytest.raises(Conflict, match="together"):
        assistant.choose_ceiling(actor, context, talk.conversation_id, idempotency_key=key())


def test_care_is_for_the_person_and_not_for_the_card(context: ServiceContext) -> None:
    actor, talk = begun(context)
    theirs = assistant.open_conversation(actor, context, add_card(context, person="p1", card="c9"), TODAY)
    said(actor, context, talk, IN_DANGER)
    theirs = assistant.conversation(actor, context, theirs.conversation_id)
    assert (theirs.in_danger, theirs.stop, theirs.may_choose_ceiling) == (True, Stop.VULNERABLE, False)
    theirs = said(actor, context, theirs, "400 a month")
    assert theirs.turns[-1].replies[0] is Reply.GENTLY
    assert theirs.last_shown is not None
    sent = assistant.choose(actor, context, theirs.conversation_id, theirs.last_shown.number, "answer",
                            acknowledged=True, idempotency_key=key())
    with context.reading() as connection:
        assert connection.execute(sa.select(proposals.c.vulnerable).where(
            proposals.c.id == sent.proposal_id)).scalar_one()


def test_who_is_in_danger_and_asks_about_another_card_is_first_in_line_and_not_called_off(context: ServiceContext
                                                                                         ) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER)
    theirs = assistant.open_conversation(actor, context, add_card(context, person="p1", card="c9"), TODAY)
    theirs = call(actor, context, theirs)
    assert (theirs.person_cause, theirs.may_call_off) == (PersonCause.SELF_HARM, False)
    with pytest.raises(Conflict):
        call_off(actor, context, theirs)


def test_another_person_is_not_in_danger(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER)
    _, theirs = begun(context, person="p2", card="c2")
    assert (theirs.in_danger, theirs.stop) == (False, None)


def test_cause_never_falls_below_what_it_was(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, GRIEVANCE)
    take_up(context, talk)
    talk = call(actor, context, talk)
    assert (talk.person_cause, talk.person_waited_for) == (PersonCause.COMPLAINT, True)
    assert call(actor, context, call_off(actor, context, talk)).person_cause is PersonCause.ASKED


def test_a_conversation_goes_on_where_the_person_who_would_is_called_off(context: ServiceContext) -> None:
    actor, talk = begun(context)
    while talk.stop is None:
        talk = said(actor, context, talk, f"at most {50 - len(talk.turns)} a month")
    assert talk.person_waited_for
    talk = call_off(actor, context, talk)
    assert talk.stop is None
    assert said(actor, context, talk, "hello?").turns[-1].replies == (Reply.UNCLEAR,)
    while talk.stop is None:  # refused on, somebody is called again
        talk = said(actor, context, talk, f"at most {50 - len(talk.turns)} a month")
    assert (talk.person_waited_for, talk.person_cause) == (True, PersonCause.STOPPED)


def test_nothing_says_that_a_person_will_call_where_nobody_is_waited_for(context: ServiceContext, time_: TestTime
                                                                        ) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER)
    take_up(context, talk)
    time_.advance(days=1)
    talk = said(actor, context, again(actor, context, talk), "thanks")
    assert talk.turns[-1].replies == (Reply.STILL_HERE,)
    talk = assistant.restart(actor, context, talk.conversation_id, idempotency_key=key())
    assert talk.turns[-1].replies == (Reply.RESTART, Reply.GENTLY, Reply.OFFERS)
    assert said(actor, context, talk, "let us start over").turns[-1].replies == (
        Reply.RESTART, Reply.GENTLY, Reply.OFFERS)


def test_who_the_bank_marks_as_vulnerable_calls_off_and_hears_of_no_call(context: ServiceContext) -> None:
    actor, talk = begun(context)
    with context.writing() as connection:
        connection.execute(cardholders.update().values(vulnerable=True))
    talk = said(actor, context, again(actor, context, talk), "400 a month")
    assert (talk.stop, talk.in_danger, talk.may_call_off) == (Stop.VULNERABLE, False, True)
    talk = call_off(actor, context, talk)
    assert talk.stop is None
    talk = said(actor, context, talk, "thanks")
    assert talk.turns[-1].replies == (Reply.UNCLEAR,)
    talk = assistant.restart(actor, context, talk.conversation_id, idempotency_key=key())
    assert talk.turns[-1].replies == (Reply.RESTART, Reply.OFFERS)


def test_a_newer_assessment_is_asked_for_once_however_many_turns_went_between(context: ServiceContext,
                                                                              time_: TestTime) -> None:
    actor, talk = begun(context)
    time_.advance(days=1)
    talk = said(actor, context, again(actor, context, talk), "I lost my job")
    assert talk.turns[-1].replies[-1] is Reply.RENEW_ASSESSMENT
    on = talk.figures_of
    for number in range(41):
        time_.advance(seconds=10)
        talk = moved(actor, context, talk, Wish(due_day=1 + number % 2))
    assert talk.figures_of == on == TODAY
    assert Reply.RENEW_ASSESSMENT not in said(actor, context, talk, "my wife is ill").turns[-1].replies


def test_who_waited_before_an_update_is_still_cared_for(context: ServiceContext, time_: TestTime) -> None:
    """A conversation kept when the cause did not go along yet: the one before it says enough."""
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER)
    take_up(context, talk)
    time_.advance(days=1)
    talk = again(actor, context, talk)
    with context.writing() as connection:
        connection.execute(negotiations.update().where(negotiations.c.id == talk.conversation_id).values(
            person_cause=None, stop=None))
    talk = call(actor, context, talk)
    assert (talk.in_danger, talk.may_call_off, talk.person_cause) == (True, False, PersonCause.SELF_HARM)


def test_words_of_self_harm_in_a_window_whose_conversation_is_over_are_kept_where_it_goes_on(context: ServiceContext
                                                                                          ) -> None:
    actor, talk = begun(context)
    assistant.choose(actor, context, talk.conversation_id, 1, "balanced", acknowledged=True, idempotency_key=key())
    with pytest.raises(Conflict) as refusal:
        said(actor, context, talk, "400 a month")
    assert refusal.value.code == "conversation_over"
    for _ in range(2):  # the same click, taken once
        after = assistant.say(actor, context, talk.conversation_id, IN_DANGER, idempotency_key="harm")
    assert after.conversation_id != talk.conversation_id
    assert [turn.said for turn in after.turns] == [None, IN_DANGER]
    assert (after.person_cause, after.person_waited_for) == (PersonCause.SELF_HARM, True)
