"""Single answers to wishes: days before which nothing can be paid, and what stands on the table."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.domain.calendar import Frequency
from core.domain.offers.model import Bound, Facts, OfferKind, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.domain.offers.offer import Offer
from core.domain.offers.space import make_space
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 20_000_00, 800_00, 300_00, 75, 1_200_00, 1_500_00, 2_400_00)
MIDDLE = date(2026, 12, 15)


def ask(wish: Wish, facts: Facts = FACTS) -> Negotiation:
    return negotiate(facts, RULE, wish, ArraySearch)


def plan_of(found: Negotiation) -> Offer:
    assert found.answer is not None
    assert found.answer.plan is not None
    return found.answer.plan


def test_an_offer_that_begins_after_the_day_named_stands_where_any_later_day_will_do() -> None:
    later = ask(Wish(earliest_first_due_date=MIDDLE))
    assert later.answer is not None
    assert later.answer.reason == "offer_stands"
    assert plan_of(later) == replace(
        plan_of(ask(Wish(months_at_most=60))), constraints=plan_of(later).constraints)
    exact = ask(Wish(first_due_date=MIDDLE))
    assert plan_of(exact).first_due_date == MIDDLE
    assert plan_of(later).first_due_date > MIDDLE


def test_the_space_has_the_earliest_day_itself() -> None:
    assert MIDDLE in make_space(FACTS, RULE, Wish(earliest_first_due_date=MIDDLE)).first_due_dates
    late = date(2027, 1, 10)
    found = ask(Wish(earliest_first_due_date=late))
    assert (found.answer is not None and found.answer.accepted, plan_of(found).first_due_date) == (True, late)


def test_a_day_too_late_to_begin_is_answered_with_how_much_sooner_it_would_have_to_be() -> None:
    found = ask(Wish(earliest_first_due_date=date(2027, 2, 1)))
    assert found.infeasible is not None
    change = found.infeasible.smallest_change
    assert change is not None
    assert (change.name, change.plan.first_due_date) == (Bound.WISH_EARLIEST_FIRST_DUE_DATE, date(2027, 1, 23))
    assert change.amount == 9


def test_what_is_due_is_put_off_to_the_day_before_which_nothing_can_be_paid() -> None:
    facts = replace(FACTS, days_past_due=20, due_minor=900_00)
    plan = plan_of(ask(Wish(earliest_first_due_date=MIDDLE), facts))
    assert plan.kind is OfferKind.EXTENSION
    assert plan.first_due_date >= MIDDLE


@pytest.mark.parametrize(("days", "accepted"), [(10, True), (300, False)])
def test_one_sum_for_everything_not_before_a_day_may_be_paid_until_the_bank_no_longer_waits(
        days: int, accepted: bool) -> None:
    found = ask(Wish(lump_sum_minor=FACTS.balance_minor, earliest_first_due_date=AS_OF + timedelta(days=days)))
    plan, latest = plan_of(found), AS_OF + timedelta(days=RULE.others.settlement_days)
    assert (found.answer is not None and found.answer.accepted, plan.kind, plan.last_due_date) == (
        accepted, OfferKind.SETTLEMENT, latest)
    assert accepted or found.answer is None or found.answer.reason == Bound.WISH_EARLIEST_FIRST_DUE_DATE


@pytest.mark.parametrize("frequency", list(Frequency))
def test_what_is_on_the_table_at_the_pace_asked_for_stands(frequency: Frequency) -> None:
    shown = [one for one in ask(Wish(frequency=frequency)).offers if one.kind is OfferKind.PERSONALISED_AGREEMENT]
    assert len(shown) == 3
    for offer in shown:
        found = ask(Wish(instalment_at_most_minor=offer.instalment_minor, frequency=frequency))
        assert [one for one in found.offers if one.kind is offer.kind] == shown
        assert found.answer is not None
        assert found.answer.reason == "offer_stands"
        assert plan_of(found).label in {one.label for one in shown}
