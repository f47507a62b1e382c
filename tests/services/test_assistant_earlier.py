"""Limits of earlier messages: they still count and are said, and make way where they alone leave no answer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain import understanding
from core.domain.calendar import Frequency
from core.domain.offers.model import NO_WISH, Bound, Facts, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch
from core.services import assistant
from core.services.assistant import Reply
from core.services.assistant.earlier import MOST_TRIED, make_way, put_aside, still_counted
from core.services.assistant.proof import replay
from core.services.assistant.wishes import added
from core.services.context import ServiceContext
from tests.services.assistant_talks import begun, key, said

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 20_000_00, 800_00, 300_00, 75, 1_200_00, 1_500_00, 2_400_00)
MOST_DOWN = 4_000_00
Named = understanding.Wish


class Engine:
    """Answers wishes, and counts how often it is asked."""

    def __init__(self) -> None:
        self.asked: list[Wish] = []

    def __call__(self, wish: Wish) -> Negotiation:
        self.asked.append(wish)
        return negotiate(FACTS, RULE, wish, ArraySearch)


def talked(*messages: Named) -> tuple[Wish, Wish, Engine]:
    """The wish after each message but the last, the one after all, and the engine that was asked for the last."""
    wish, before, engine = NO_WISH, NO_WISH, Engine()
    for read in messages:
        before, engine = wish, Engine()
        wish = make_way(added(wish, read, MOST_DOWN), read, engine)
    return before, wish, engine


@pytest.mark.parametrize(("messages", "kept", "aside"), [
    # 24 months, then 600 a month: not both.
    ((Named(months_at_most=24), Named(monthly_at_most_minor=600_00)), Wish(monthly_at_most_minor=600_00),
     Wish(months_at_most=24)),
    # A first payment that was refused does not come back.
    ((Named(down_payment_minor=9_000_00), Named(monthly_at_most_minor=800_00)), Wish(monthly_at_most_minor=800_00),
     Wish(down_payment_minor=9_000_00)),
    # A day beyond every plan keeps nobody from being rid of the debt now.
    ((Named(first_due_on=date(2027, 6, 1)), Named(lump_sum_minor=21_100_00)), Wish(lump_sum_minor=21_100_00),
     Wish(first_due_date=date(2027, 6, 1))),
    # A pause that nobody could be given makes way for an amount.
    ((Named(pause_months=3), Named(monthly_at_most_minor=800_00)), Wish(monthly_at_most_minor=800_00),
     Wish(pause_months=3)),
    # Of two limits only the one that stands in the way.
    ((Named(months_at_most=24), Named(waive=("late_fee",)), Named(amount_minor=90_00, frequency="weekly")),
     Wish(instalment_at_most_minor=90_00, frequency=Frequency.WEEKLY, waive_late_fee=True), Wish(months_at_most=24)),
])
def test_a_limit_named_earlier_makes_way_where_it_alone_leaves_the_new_wish_no_answer(
        messages: tuple[Named, ...], kept: Wish, aside: Wish) -> None:
    before, after, engine = talked(*messages)
    assert after == kept
    assert put_aside(before, after, messages[-1]) == aside
    answer = engine(after).answer
    assert answer is not None
    assert answer.accepted
    assert len(engine.asked) - 1 <= MOST_TRIED + 3


@pytest.mark.parametrize("messages", [
    # 400 a month is what there is, whatever else is wished for; alone it has an answer, and so has the rest.
    (Named(monthly_at_most_minor=400_00), Named(months_at_most=24)),
    (Named(amount_minor=100_00, frequency="weekly"), Named(months_at_most=24)),
    (Named(monthly_at_most_minor=400_00), Named(first_due_on=date(2027, 1, 15)), Named(months_at_most=12)),
    # What has no answer by itself is no less meant for it.
    (Named(monthly_at_most_minor=50_00), Named(due_day=15)),
    (Named(monthly_at_most_minor=50_00), Named(waive=("late_fee",))),
    (Named(monthly_at_most_minor=50_00), Named(first_due_on=date(2027, 1, 15))),
    (Named(monthly_at_most_minor=50_00), Named(frequency="fortnightly")),
    (Named(amount_minor=80_00, frequency="weekly"), Named(months_at_most=20, frequency="monthly")),
    (Named(down_payment_minor=9_000_00), Named(months_at_most=24)),
    # A length, a pause and a day that had no answer do not go for another length or a waiver.
    (Named(pause_months=3), Named(months_at_most=24)),
    (Named(months_at_most=3), Named(waive=("late_fee",))),
    # An amount a month keeps its place beside one that is paid first.
    (Named(monthly_at_most_minor=50_00), Named(down_payment_minor=1_000_00)),
    # How payments fall moves nothing.
    (Named(months_at_most=3), Named(due_day=15)),
])
def test_what_somebody_can_pay_and_what_was_refused_make_way_for_no_length_day_or_waiver(
        messages: tuple[Named, ...]) -> None:
    whole = NO_WISH
    for read in messages:
        whole = added(whole, read, MOST_DOWN)
    _, wish, engine = talked(*messages)
    assert wish == whole
    found = engine(wish)
    assert found.answer is not None
    assert not found.answer.accepted
    assert len(engine.asked) - 1 <= MOST_TRIED + 3


def test_a_refusal_shows_what_either_side_would_have_to_give() -> None:
    _, wish, engine = talked(Named(monthly_at_most_minor=400_00), Named(months_at_most=24))
    refused = engine(wish).infeasible
    assert refused is not None
    assert {one.name for one in refused.nearest} == {Bound.WISH_MONTHLY, Bound.WISH_MONTHS}


def test_what_does_not_stand_in_the_way_still_counts() -> None:
    last = Named(monthly_at_most_minor=1_100_00)
    _, wish, engine = talked(Named(months_at_most=24), Named(due_day=5), last)
    assert wish == Wish(months_at_most=24, due_day=5, monthly_at_most_minor=1_100_00)
    assert still_counted(wish, last) == Wish(months_at_most=24, due_day=5)
    assert len(engine.asked) == 1


def test_a_pause_that_fits_is_when_instalments_named_later_begin_and_still_counts() -> None:
    last = Named(amount_minor=300_00, frequency="weekly")
    _, wish, _ = talked(Named(pause_months=2), Named(months_at_most=24), last)
    assert still_counted(wish, last) == Wish(pause_months=2, months_at_most=24)


def test_nothing_makes_way_for_a_wish_that_has_no_answer_alone_either() -> None:
    _, wish, engine = talked(Named(months_at_most=24), Named(monthly_at_most_minor=10_00))
    assert wish == Wish(months_at_most=24, monthly_at_most_minor=10_00)
    assert len(engine.asked) == 2


def test_where_no_single_limit_is_enough_all_of_them_make_way() -> None:
    wish = Wish(months_at_most=3, first_due_date=date(2027, 6, 1), down_payment_minor=9_000_00,
                monthly_at_most_minor=800_00)
    engine = Engine()
    assert make_way(wish, Named(monthly_at_most_minor=800_00), engine) == Wish(monthly_at_most_minor=800_00)
    assert len(engine.asked) <= MOST_TRIED + 2


def test_a_message_that_names_nothing_moves_no_limit() -> None:
    wish = Wish(months_at_most=24, monthly_at_most_minor=10_00)
    engine = Engine()
    assert make_way(wish, Named(), engine) == wish
    assert engine.asked == []


def test_one_sum_puts_aside_the_day_instalments_were_to_begin_and_keeps_a_day_of_its_own() -> None:
    on = date(2026, 12, 20)
    plan = Wish(monthly_at_most_minor=800_00, first_due_date=on)
    once = Named(lump_sum_minor=9_000_00)
    assert added(plan, once, MOST_DOWN) == Wish(lump_sum_minor=9_000_00)
    assert added(Wish(first_due_date=on), once, MOST_DOWN) == Wish(lump_sum_minor=9_000_00, first_due_date=on)


def test_a_sum_paid_first_is_named_now_and_not_earlier() -> None:
    once = Named(lump_sum_minor=1_000_00)
    wish = added(Wish(monthly_at_most_minor=800_00), once, MOST_DOWN)
    assert still_counted(wish, once) == Wish(monthly_at_most_minor=800_00)
    paced = Named(frequency="monthly")
    assert still_counted(added(replace(wish, frequency=Frequency.WEEKLY), paced, 0), paced) == wish


def test_what_made_way_is_said_kept_and_replayed(context: ServiceContext) -> None:
    actor, talk = begun(context)
    said(actor, context, talk, "over 2 months")
    after = said(actor, context, talk, "at most 500 a month")
    turn = after.turns[-1]
    assert Reply.PUT_ASIDE in turn.replies
    assert after.wish == turn.wish == Wish(monthly_at_most_minor=500_00)
    assert turn.negotiation is not None
    assert turn.negotiation.answer is not None
    assert turn.negotiation.answer.accepted
    assert turn.understood is not None
    assert put_aside(after.turns[-2].wish, turn.wish, turn.understood.wish) == Wish(months_at_most=2)
    assert all(one.equal for one in replay(context, talk.conversation_id))


def test_the_plan_as_named_is_chosen_and_replayed_like_any_other(context: ServiceContext) -> None:
    actor, talk = begun(context)
    after = said(actor, context, talk, "I can pay 1000 a month")
    negotiation = after.turns[-1].negotiation
    assert negotiation is not None
    named = assistant.find_offer(negotiation, "as_named")
    assert named is not None
    assert assistant.is_open(named)
    sent = assistant.choose(actor, context, talk.conversation_id, after.turns[-1].number, "as_named",
                            acknowledged=True, idempotency_key=key())
    transcript = assistant.transcript(actor, context, sent.proposal_id)
    assert transcript.chosen is not None
    assert transcript.chosen.label == "as_named"
    assert all(one.equal for one in replay(context, sent.proposal_id))
