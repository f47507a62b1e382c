"""Care: help and a person for who is in danger, and no right lost by having said so."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.db.tables.negotiations import negotiations
from core.db.tables.records import audit_log
from core.domain.errors import Conflict, InvalidInput
from core.domain.offers.conversation import Stop
from core.domain.offers.model import NO_WISH, Wish
from core.domain.understanding.crisis import MOST_READ
from core.services import assistant, messages, review
from core.services.assistant import PersonCause, Reply, TurnSource
from core.services.context import ServiceContext
from core.services.records import first_broken_link
from core.services.texts import LONGEST_TEXT
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cases import reviewer

IN_DANGER = ("\u6211\u4e0d\u60f3\u6d3b\u4e86", "I want to kill myself, 500 a month is all I have")


@pytest.mark.parametrize("text", IN_DANGER)
def test_who_speaks_of_self_harm_meets_care_and_a_person_not_a_plan(context: ServiceContext, text: str) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, text)
    assert after.turns[-1].replies == (Reply.CARE, Reply.PERSON_CALLED, Reply.ENDED_VULNERABLE)
    assert after.turns[-1].negotiation is None
    assert (after.stop, after.person_cause) == (Stop.VULNERABLE, PersonCause.SELF_HARM)
    assert after.in_danger


def test_what_was_wished_beside_words_of_self_harm_is_kept_for_later(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, IN_DANGER[1])
    assert after.wish == Wish(monthly_at_most_minor=50_000)
    looked = moved(actor, context, after, after.wish)
    assert Reply.ACCEPTED_WISH in looked.turns[-1].replies


@pytest.mark.parametrize("text", [
    "at most 500 a month", "at most 50 a month", "I lost my job", "ok, agreed", "a few hundred a month",
    "\u6bcf\u6708\u8fd8500\u5143", "that is too much", "the balance is wrong", "800", "let us start over"])
def test_after_words_of_self_harm_everything_is_answered_as_for_everybody(sqlite_context: ServiceContext,
                                                                          text: str) -> None:
    context = sqlite_context
    actor, talk = begun(context)
    usual = said(actor, context, talk, text).turns[-1]
    other, theirs = begun(context, person="p2", card="c2")
    said(other, context, theirs, IN_DANGER[0])
    after = said(other, context, theirs, text)
    answer = after.turns[-1]
    kind = {Reply.GENTLY, Reply.PERSON_STAYS}
    assert tuple(reply for reply in answer.replies if reply not in kind) == usual.replies
    assert answer.replies[0] is (Reply.RESTART if Reply.RESTART in usual.replies else Reply.GENTLY)
    assert answer.negotiation == usual.negotiation
    assert (answer.accepts is None) == (usual.accepts is None)
    assert answer.wish == usual.wish
    assert (after.stop, after.person_cause) == (Stop.VULNERABLE, PersonCause.SELF_HARM)


def test_starting_again_sets_terms_and_offers_back_and_says_that_the_person_still_calls(
        context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "at most 50 a month")
    said(actor, context, talk, IN_DANGER[0])
    after = assistant.restart(actor, context, talk.conversation_id, idempotency_key=key())
    assert after.turns[-1].replies == (Reply.RESTART, Reply.PERSON_STAYS, Reply.OFFERS)
    assert after.turns[-1].negotiation == talk.turns[0].negotiation
    assert after.wish == NO_WISH
    assert (after.person_cause, after.in_danger) == (PersonCause.SELF_HARM, True)
    assert after.person_asked_at is not None


def test_words_without_a_wish_are_not_left_without_an_answer_and_nothing_is_a_round(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER[0])
    for text in ("\u8c22\u8c22", "asdf"):  # nobody there has to find better words
        assert said(actor, context, talk, text).turns[-1].replies == (Reply.ENDED_VULNERABLE,)
    for amount in (50, 60, 70, 80, 90):
        talk = said(actor, context, talk, f"{amount} a month")
        assert talk.turns[-1].negotiation is not None
    assert talk.stop is Stop.VULNERABLE


def test_paying_more_than_is_affordable_is_not_put_before_who_seems_vulnerable(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assert talk.may_choose_ceiling
    after = said(actor, context, talk, IN_DANGER[0])
    assert not after.may_choose_ceiling
    with pytest.raises(Conflict, match="together"):
        assistant.choose_ceiling(actor, context, talk.conversation_id, idempotency_key=key())


def test_who_opens_a_request_made_after_words_of_self_harm_sees_that_it_needs_particular_care(
        context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER[0])
    after = said(actor, context, talk, "400 a month")
    sent = assistant.choose(actor, context, talk.conversation_id, after.turns[-1].number, "answer", acknowledged=True,
                            idempotency_key=key())
    collector = reviewer(context, "one")
    claimed = review.claim_next(collector, context, review.QueueFilters(), idempotency_key=key())
    assert claimed is not None
    assert review.case(collector, context, sent.proposal_id).vulnerable


def test_self_harm_goes_to_the_head_of_the_line_since_the_moment_it_was_said(context: ServiceContext,
                                                                            time_: TestTime) -> None:
    actor, talk = begun(context)
    other, theirs = begun(context, person="p2", card="c2")
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    first = said(other, context, theirs, "I want to talk to a person")
    time_.advance(minutes=7)
    risen = said(other, context, theirs, IN_DANGER[0])
    assert first.person_asked_at is not None
    assert risen.person_asked_at == context.clock.now() > first.person_asked_at
    time_.advance(minutes=1)
    again = said(other, context, theirs, IN_DANGER[0])
    assert again.person_asked_at == risen.person_asked_at
    line = assistant.waiting_for_person(reviewer(context, "one"), context)
    assert [(one.cause, one.asked_at) for one in line] == [
        (PersonCause.SELF_HARM, risen.person_asked_at), (PersonCause.ASKED, line[1].asked_at)]


def test_who_was_taken_up_after_words_of_self_harm_and_asks_again_is_first_again(context: ServiceContext,
                                                                               time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, IN_DANGER[0])
    assistant.take_up(reviewer(context, "one"), context, talk.conversation_id, idempotency_key=key())
    time_.advance(hours=2)
    after = assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert (after.person_cause, after.person_asked_at) == (PersonCause.SELF_HARM, context.clock.now())


@pytest.mark.parametrize("text", ["you idiots", "you people are useless"])
def test_anger_is_met_kindly_and_a_person_is_offered_not_called(sqlite_context: ServiceContext, text: str) -> None:
    actor, talk = begun(sqlite_context)
    after = said(actor, sqlite_context, talk, text)
    assert after.turns[-1].replies == (Reply.COMPLAIN,)
    assert (after.person_asked_at, after.person_cause) == (None, None)


@pytest.mark.parametrize("text", ["stop calling my mother", "your collector threatened me", "I want to complain"])
def test_a_complaint_about_how_somebody_was_treated_is_heard_by_a_person(sqlite_context: ServiceContext,
                                                                         text: str) -> None:
    actor, talk = begun(sqlite_context)
    after = said(actor, sqlite_context, talk, text)
    assert after.turns[-1].replies == (Reply.GRIEVANCE, Reply.PERSON_CALLED)
    assert after.person_cause is PersonCause.COMPLAINT


def test_who_no_longer_needs_a_person_says_so_once_and_leaves_the_line(context: ServiceContext) -> None:
    actor, talk = begun(context)
    called = assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert called.may_call_off
    for _ in range(2):  # the same click, taken once
        after = assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key="off")
    again = assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert [turn.source for turn in again.turns] == [TurnSource.OPENING, TurnSource.PERSON, TurnSource.CALLED_OFF]
    assert after.turns[-1].replies == (Reply.PERSON_CALLED_OFF,)
    assert (again.person_asked_at, again.person_cause, again.may_call_off) == (None, None, False)
    assert assistant.waiting_for_person(reviewer(context, "one"), context) == ()
    with context.reading() as connection:
        events = connection.execute(sa.select(audit_log.c.event).where(
            audit_log.c.event.like("person%")).order_by(audit_log.c.sequence)).scalars().all()
        assert first_broken_link(connection) is None
    assert events == ["person_called", "person_called_off"]
    assert sorted(one.template for one in messages.my_messages(actor, context)) == [
        "person_called", "person_called_off"]
    assert assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key()).may_call_off


def test_who_spoke_of_self_harm_is_called_whatever_is_clicked(context: ServiceContext) -> None:
    actor, talk = begun(context)
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    after = said(actor, context, talk, IN_DANGER[0])
    assert not after.may_call_off
    with pytest.raises(Conflict) as refusal:
        assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert refusal.value.code == "person_stays"
    assert len(assistant.waiting_for_person(reviewer(context, "one"), context)) == 1


def test_whom_somebody_has_taken_up_is_not_called_off(context: ServiceContext) -> None:
    actor, talk = begun(context)
    collector = reviewer(context, "one")
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    assistant.take_up(collector, context, talk.conversation_id, idempotency_key=key())
    after = assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert (after.may_call_off, after.person_waited_for) == (False, False)
    assert after.turns[-1].source is TurnSource.PERSON
    assert assistant.taken_up(collector, context, talk.conversation_id).cause is PersonCause.ASKED


def test_person_called_off_in_the_last_turn_a_conversation_holds_does_not_come_after_all(
        context: ServiceContext) -> None:
    actor, talk = begun(context)
    assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    with context.writing() as connection:
        connection.execute(negotiations.update().values(turns=assistant.MOST_TURNS - 1))
    after = assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert after.person_asked_at is None


PRESSING = [(IN_DANGER[1], PersonCause.SELF_HARM), ("your collector threatened me", PersonCause.COMPLAINT),
            ("the balance is wrong", PersonCause.DISPUTE), ("I want to talk to a person", PersonCause.ASKED)]


@pytest.mark.parametrize(("text", "cause"), PRESSING)
def test_who_needs_a_person_gets_one_however_long_the_conversation_is(context: ServiceContext, text: str,
                                                                     cause: PersonCause) -> None:
    actor, talk = begun(context)
    with context.writing() as connection:
        connection.execute(negotiations.update().values(turns=assistant.MOST_TURNS))
    after = said(actor, context, talk, text)
    assert (after.turns[-1].number, after.turns[-1].said) == (assistant.MOST_TURNS + 1, text)
    assert (after.person_cause, after.person_waited_for) == (cause, True)


@pytest.mark.parametrize(("text", "cause"), PRESSING)
def test_who_needs_a_person_gets_one_however_fast_the_turns_came(sqlite_context: ServiceContext, text: str,
                                                                 cause: PersonCause) -> None:
    context = sqlite_context
    actor, talk = begun(context)
    for number in range(39):
        talk = moved(actor, context, talk, Wish(due_day=1 + number % 2))
    with pytest.raises(Conflict) as refusal:
        said(actor, context, talk, "500 a month")
    assert refusal.value.code == "too_fast"
    after = said(actor, context, talk, text)
    assert (after.person_cause, after.person_waited_for) == (cause, True)
    if cause is not PersonCause.SELF_HARM:  # said again it brings nobody who does not come already
        with pytest.raises(Conflict):
            said(actor, context, talk, text)
    assert said(actor, context, talk, IN_DANGER[0]).person_cause is PersonCause.SELF_HARM


def test_person_called_by_the_last_turn_there_is_can_be_called_off(context: ServiceContext) -> None:
    actor, talk = begun(context)
    with context.writing() as connection:
        connection.execute(negotiations.update().values(turns=assistant.MOST_TURNS - 1))
    full = said(actor, context, talk, "500 a month")
    assert (full.person_cause, full.may_call_off) == (PersonCause.STOPPED, True)
    after = assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert (after.person_asked_at, after.turns[-1].replies) == (None, (Reply.PERSON_CALLED_OFF,))


def test_calling_and_calling_off_in_turn_fills_nobodys_messages(context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    for _ in range(3):
        assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
        assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    called = assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    with pytest.raises(Conflict) as refusal:
        assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert refusal.value.code == "called_off_often"
    assert called.person_waited_for
    time_.advance(hours=1, minutes=1)
    after = assistant.withdraw_person(actor, context, talk.conversation_id, idempotency_key=key())
    assert not after.person_waited_for


@pytest.mark.parametrize("before", [0, 1_990, 5_000])
def test_words_of_self_harm_in_a_text_too_long_to_keep_call_a_person_all_the_same(context: ServiceContext,
                                                                                before: int) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, f"{'so it went on. ' * (before // 15)}I want to die. {'and on. ' * 400}")
    assert after.person_cause is PersonCause.SELF_HARM
    heard = after.turns[-1].said
    assert heard is not None
    assert "I want to die" in heard
    assert len(heard) <= LONGEST_TEXT


@pytest.mark.parametrize("text", ["and so on. " * 400, f"{'and so on. ' * MOST_READ}I want to die."])
def test_any_other_text_too_long_is_refused_by_name_and_not_read_without_end(context: ServiceContext,
                                                                             text: str) -> None:
    actor, talk = begun(context)
    with pytest.raises(InvalidInput) as refused:
        said(actor, context, talk, text)
    assert refused.value.code == "text_too_long"
