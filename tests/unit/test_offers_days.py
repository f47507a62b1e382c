"""Days named beside a pause, a single payment or nothing: an answer keeps to them, and what is offered beside too."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain.offers.model import Bound, Facts, OfferKind, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.domain.offers.offer import Answer, Infeasible, Offer
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 20_000_00, 800_00, 300_00, 75, 1_200_00, 1_500_00, 2_400_00)
HARD = replace(FACTS, hardship=True)
POOR = replace(HARD, affordable_minor=0, ceiling_minor=0, disposable_minor=50_00)
"""Nothing but relief helps."""
LATE = replace(FACTS, days_past_due=5, due_minor=600_00)
NEW_YEAR = date(2027, 1, 22)
FEBRUARY = date(2027, 2, 22)
"""When the longest pause ends."""


def ask(facts: Facts, wish: Wish) -> Negotiation:
    return negotiate(facts, RULE, wish, ArraySearch)


def answer(facts: Facts, wish: Wish) -> tuple[Answer, Infeasible | None]:
    found = ask(facts, wish)
    assert found.answer is not None
    return found.answer, found.infeasible


def beside(facts: Facts, wish: Wish, kind: OfferKind) -> Offer | None:
    return next((offer for offer in ask(facts, wish).offers if offer.kind is kind), None)


@pytest.mark.parametrize("facts", [HARD, POOR])
@pytest.mark.parametrize(("wish", "until"), [
    (Wish(pause_months=2), NEW_YEAR),
    # Longer where the day takes it, as far as policy goes.
    (Wish(pause_months=2, earliest_first_due_date=date(2027, 1, 23)), FEBRUARY),
    (Wish(pause_months=2, earliest_first_due_date=NEW_YEAR), NEW_YEAR),
    (Wish(pause_months=2, first_due_date=FEBRUARY), FEBRUARY),
    # No interest is what a pause costs, and which day of the month is for what comes after it.
    (Wish(pause_months=2, waive_interest=True, interest_free_months=1, due_day=5), NEW_YEAR)])
def test_a_pause_lasts_until_the_day_named_where_the_rules_allow_it(facts: Facts, wish: Wish, until: date) -> None:
    found, _ = answer(facts, wish)
    assert found.accepted
    assert found.plan is not None
    assert (found.plan.kind, found.plan.first_due_date) == (OfferKind.PAUSE, until)


@pytest.mark.parametrize(("facts", "wish", "missed", "amount", "until"), [
    (HARD, Wish(pause_months=2, earliest_first_due_date=date(2027, 3, 1)), Bound.WISH_EARLIEST_FIRST_DUE_DATE, 7,
     FEBRUARY),
    (POOR, Wish(pause_months=2, first_due_date=date(2027, 2, 1)), Bound.WISH_FIRST_DUE_DATE, 21, FEBRUARY),
    (POOR, Wish(pause_months=2, waive_late_fee=True), Bound.WISH_WAIVE_LATE_FEE, 1, NEW_YEAR),
    (POOR, Wish(pause_months=2, down_payment_minor=500_00), Bound.WISH_DOWN_PAYMENT, 500_00, NEW_YEAR)])
def test_a_pause_that_leaves_one_limit_out_is_no_yes_but_the_first_of_what_would_help(
        facts: Facts, wish: Wish, missed: Bound, amount: int, until: date) -> None:
    found, why = answer(facts, wish)
    assert not found.accepted
    assert found.reason == missed.value
    assert why is not None
    assert (why.binding, why.nearest[0].name, why.nearest[0].amount) == (missed, missed, amount)
    plan = why.nearest[0].plan
    assert found.plan == plan
    assert (plan.kind, plan.first_due_date) == (OfferKind.PAUSE, until)
    assert [(line.name, line.slack) for line in plan.constraints if line.slack < 0] == [(missed, -amount)]
    assert len({one.name for one in why.nearest}) == len(why.nearest)


def test_a_plan_that_begins_after_the_pause_and_keeps_to_the_rest_is_the_answer_where_there_is_one() -> None:
    found, _ = answer(HARD, Wish(pause_months=2, waive_late_fee=True))
    assert found.accepted
    assert found.plan is not None
    assert found.plan.kind is OfferKind.PERSONALISED_AGREEMENT
    assert found.plan.first_due_date >= NEW_YEAR
    assert found.plan.late_fee_waived_minor == HARD.fees_minor


def test_a_pause_that_leaves_out_two_limits_is_no_smallest_change() -> None:
    found, why = answer(POOR, Wish(pause_months=2, down_payment_minor=500_00, waive_late_fee=True))
    assert not found.accepted
    assert why is not None
    assert OfferKind.PAUSE not in {one.plan.kind for one in why.nearest}


@pytest.mark.parametrize("day", [{"first_due_date": date(2027, 2, 1)}, {"earliest_first_due_date": date(2027, 2, 1)}])
def test_no_more_money_is_asked_for_on_a_day_that_is_too_late_for_it(day: dict[str, date]) -> None:
    found, why = answer(FACTS, Wish(lump_sum_minor=18_000_00, **day))
    assert (found.accepted, found.plan, found.reason) == (False, None, "several")
    assert why == Infeasible(None, ())
    # Enough money, and only the day stands in the way.
    _, enough = answer(FACTS, Wish(lump_sum_minor=20_400_00, **day))
    assert enough is not None
    assert [(one.name.value.removeprefix("wish_"), one.amount) for one in enough.nearest] == [(*day, 57)]


def test_a_settlement_named_as_the_smallest_change_is_accepted_as_it_is_told() -> None:
    wish = Wish(lump_sum_minor=18_000_00, first_due_date=date(2026, 12, 1))
    _, why = answer(FACTS, wish)
    assert why is not None
    [change] = why.nearest
    assert change.plan.first_due_date == wish.first_due_date
    assert answer(FACTS, replace(wish, lump_sum_minor=18_000_00 + int(change.amount)))[0].accepted


@pytest.mark.parametrize("day", [{"first_due_date": date(2027, 4, 10)}, {"earliest_first_due_date": date(2027, 4, 10)}])
def test_nothing_is_offered_beside_that_is_paid_before_a_day_too_late_for_it(day: dict[str, date]) -> None:
    assert beside(LATE, Wish(), OfferKind.EXTENSION) is not None
    assert beside(LATE, Wish(**day), OfferKind.EXTENSION) is None
    assert beside(POOR, Wish(), OfferKind.TOKEN_PAYMENT) is not None
    assert beside(POOR, Wish(**day), OfferKind.TOKEN_PAYMENT) is None
    assert beside(FACTS, Wish(lump_sum_minor=20_400_00), OfferKind.SETTLEMENT) is not None
    assert beside(FACTS, Wish(lump_sum_minor=20_400_00, **day), OfferKind.SETTLEMENT) is None
    # Nobody is left without help for having named a day: the longest pause stays.
    longest = beside(POOR, Wish(**day), OfferKind.PAUSE)
    assert longest is not None
    assert longest.first_due_date == FEBRUARY


@pytest.mark.parametrize(("day", "first"), [
    ({"first_due_date": date(2027, 1, 10)}, date(2027, 1, 10)),
    ({"earliest_first_due_date": date(2027, 1, 10)}, date(2027, 1, 10)),
    ({"first_due_date": date(2026, 12, 10)}, date(2026, 12, 10)),
    ({"earliest_first_due_date": date(2026, 12, 10)}, date(2026, 12, 22)), ({}, date(2026, 12, 22))])
def test_small_payments_begin_on_the_day_named(day: dict[str, date], first: date) -> None:
    token, usual = beside(POOR, Wish(**day), OfferKind.TOKEN_PAYMENT), beside(POOR, Wish(), OfferKind.TOKEN_PAYMENT)
    assert token is not None
    assert usual is not None
    assert token.first_due_date == first
    assert (token.lender_value_minor < usual.lender_value_minor) is (first > usual.first_due_date)
