"""How a conversation begins, is taken up again and begins anew: doing nothing, the offers, what is missing."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from core.db.tables.negotiations import negotiations
from core.domain.errors import Conflict
from core.domain.offers.model import NO_WISH, Wish
from core.services import assessments, assistant, outlooks, requests
from core.services.assistant import PersonCause, Reply, TurnSource, comparison
from core.services.context import ServiceContext
from core.services.positions import account_position
from tests.conftest import TestTime
from tests.services.assistant_talks import begun, key, moved, said
from tests.services.cards import TODAY, add_card, cardholder
from tests.services.cases import FAMILY, agreement, count, extension


def test_first_turn_has_doing_nothing_beside_the_offers(context: ServiceContext) -> None:
    _, talk = begun(context)
    assert [turn.source for turn in talk.turns] == [TurnSource.OPENING]
    assert talk.turns[0].replies == (Reply.GREETING, Reply.OFFERS)
    rows = comparison(talk)
    assert rows[0].kind == "do_nothing"
    assert {"lightest", "cheapest", "balanced"} <= {row.label for row in rows}
    assert [row.label for row in rows if row.recommended] == ["balanced"]
    assert len({row.horizon_date for row in rows}) == 1


def test_doing_nothing_is_the_figure_of_every_other_page(context: ServiceContext) -> None:
    _, talk = begun(context)
    with context.reading() as connection:
        position = account_position(connection, context, talk.account_id, TODAY)
    seen = outlooks.outlook(context, position, None, None)
    assert seen is not None
    assert talk.nothing is not None
    assert talk.nothing.until_date == seen.until_date
    assert talk.nothing.total_minor == seen.do_nothing.months[-1].total_minor == comparison(talk)[0].total_minor


@pytest.mark.parametrize("in_one_go", [True, False])
def test_doing_nothing_is_still_there_after_more_turns_than_are_read(context: ServiceContext, time_: TestTime,
                                                                     in_one_go: bool) -> None:
    actor, opened = begun(context)
    talk = opened
    for number in range(45):
        time_.advance(seconds=2)
        talk = moved(actor, context, talk, Wish(months_at_most=20 + number % 2))
    if not in_one_go:
        talk = assistant.open_conversation(actor, context, talk.account_id, TODAY)
    assert talk.nothing == opened.nothing
    assert talk.nothing is not None
    assert [turn.number for turn in talk.turns] == [1, *range(8, 47)]
    assert talk.earlier_turns == 6


def test_what_is_paid_and_left_by_the_horizon_adds_up_to_the_plan(context: ServiceContext) -> None:
    _, talk = begun(context)
    assert talk.turns[0].negotiation is not None
    for row, offer in zip(comparison(talk)[1:], talk.turns[0].negotiation.offers, strict=True):
        if row.kind != "personalised_agreement":
            continue
        assert row.left_at_horizon_minor is not None
        assert row.paid_by_horizon_minor + row.left_at_horizon_minor <= row.total_minor
        if offer.last_due_date <= row.horizon_date:
            assert (row.paid_by_horizon_minor, row.left_at_horizon_minor) == (row.total_minor, 0)


def test_opening_again_resumes_the_conversation(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, "I can pay 500 a month")
    assert assistant.open_conversation(actor, context, talk.account_id, TODAY) == after
    assert assistant.conversation(actor, context, talk.conversation_id) == after
    assert count(context, negotiations) == 1


def test_on_another_day_a_new_conversation_begins_with_the_wish_carried_over(
        context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "I can pay 500 a month")
    time_.advance(days=1)
    again = assistant.open_conversation(actor, context, talk.account_id, context.clock.today())
    assert again.conversation_id != talk.conversation_id
    assert again.turns[0].replies[0] is Reply.FACTS_CHANGED
    assert again.wish.monthly_at_most_minor == 50_000
    with pytest.raises(Conflict, match="another one"):
        said(actor, context, talk, "and now?")


def test_who_asked_for_a_person_keeps_their_place_in_the_conversation_that_follows(
        context: ServiceContext, time_: TestTime) -> None:
    actor, talk = begun(context)
    asked = assistant.call_person(actor, context, talk.conversation_id, idempotency_key=key())
    time_.advance(days=1)
    again = assistant.open_conversation(actor, context, talk.account_id, context.clock.today())
    assert (again.person_asked_at, again.person_cause) == (asked.person_asked_at, PersonCause.ASKED)
    with context.reading() as connection:
        waiting = connection.execute(sa.select(negotiations.c.id).where(
            negotiations.c.person_asked_at.is_not(None), negotiations.c.person_taken_at.is_(None))).scalars().all()
    assert waiting == [again.conversation_id]


def test_a_word_on_the_next_day_is_answered_by_the_facts_of_that_day(context: ServiceContext,
                                                                     time_: TestTime) -> None:
    actor, talk = begun(context)
    time_.advance(days=1)
    after = said(actor, context, talk, "I can pay 500 a month")
    assert after.conversation_id != talk.conversation_id
    assert [turn.source for turn in after.turns] == [TurnSource.OPENING, TurnSource.TEXT]
    assert after.as_of == context.clock.today()
    assert after.facts is not None
    assert after.facts.as_of == context.clock.today()


def test_without_an_assessment_doing_nothing_is_shown_and_the_way_to_it_told(context: ServiceContext) -> None:
    actor, talk = begun(context, assessed=False)
    assert talk.facts is None
    assert talk.turns[0].replies == (Reply.GREETING, Reply.NO_ASSESSMENT)
    assert [row.kind for row in comparison(talk)] == ["do_nothing"]
    after = said(actor, context, talk, "500 a month")
    assert after.turns[-1].replies == (Reply.WISH_NOTED,)
    assert after.wish.monthly_at_most_minor == 50_000


def test_what_is_wished_before_the_assessment_is_noted_once_and_answered_after_it(context: ServiceContext) -> None:
    actor, talk = begun(context, assessed=False)
    assert said(actor, context, talk, "can I pause for two months?").turns[-1].replies == (Reply.WISH_NOTED,)
    trouble = said(actor, context, talk, "I lost my job").turns[-1].replies
    assert Reply.WISH_NOTED not in trouble
    assert said(actor, context, talk, "I want to talk to a real person").turns[-1].replies == (Reply.PERSON_CALLED,)
    taken_away = assistant.adjust(actor, context, talk.conversation_id, NO_WISH, corrected=True, idempotency_key="away")
    assert taken_away.turns[-1].replies == (Reply.NO_ASSESSMENT,)
    said(actor, context, talk, "at most 800 a month")
    assessments.finish(actor, context, FAMILY, "a1")
    after = assistant.open_conversation(actor, context, talk.account_id, context.clock.today())
    assert after.wish == Wish(monthly_at_most_minor=800_00)
    assert after.turns[-1].negotiation is not None
    assert after.turns[-1].negotiation.answer is not None


def test_nothing_is_noted_while_something_is_asked_back(context: ServiceContext) -> None:
    actor, talk = begun(context, assessed=False)
    turn = said(actor, context, talk, "I can pay 800").turns[-1]
    assert turn.understood is not None
    assert turn.understood.ask == "period_of_amount"
    assert turn.replies == (Reply.ASK_PERIOD_OF_AMOUNT,)


def test_account_with_an_open_request_says_so(context: ServiceContext) -> None:
    account_id = add_card(context)
    actor = cardholder(context)
    requests.submit(actor, context, extension(account_id), acknowledged=True, idempotency_key="sent")
    talk = assistant.open_conversation(actor, context, account_id, TODAY)
    assert talk.turns[0].replies == (Reply.GREETING, Reply.REQUEST_OPEN)
    assert (talk.blocked_by, talk.may_ask) == ("open_request", False)
    assert talk.open_request_id is not None


def test_what_other_cards_are_promised_is_not_offered_again(context: ServiceContext) -> None:
    actor, alone = begun(context)
    other = add_card(context, card="c2", person="p1")
    requests.submit(actor, context, agreement(other, 24), acknowledged=True, idempotency_key="other")
    talk = assistant.open_conversation(actor, context, alone.account_id, TODAY)
    assert alone.facts is not None
    assert talk.facts is not None
    promised = talk.means.promised_minor
    assert promised > 0
    assert talk.facts.affordable_minor == alone.facts.affordable_minor - promised
    assert talk.facts.ceiling_minor == alone.facts.ceiling_minor - promised
    assert talk.facts.disposable_minor == alone.facts.disposable_minor - promised
