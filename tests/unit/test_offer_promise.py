"""A promise to pay: when it is offered, and how it answers an amount with a day."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from core.domain.actor import Authority
from core.domain.offers.model import NO_WISH, Bound, Facts, OfferKind, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.domain.offers.offer import Offer
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

AS_OF = date(2026, 11, 22)
LAST = date(2026, 11, 29)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 10_000_00, 200_00, 50_00, 12, 1_400_00, 1_400_00, 2_800_00)
DUE = 1_250_00
"""A tenth of the principal, all interest and fees."""


def ask(facts: Facts = FACTS, wish: Wish = NO_WISH) -> Negotiation:
    return negotiate(facts, RULE, wish, ArraySearch)


def promise_of(found: Negotiation) -> Offer | None:
    return next((offer for offer in found.offers if offer.kind is OfferKind.PROMISE_TO_PAY), None)


def test_who_is_late_and_has_the_money_is_offered_to_promise_what_is_due_within_the_days_of_policy() -> None:
    promise = promise_of(ask())
    assert promise is not None
    assert (promise.instalment_minor, promise.first_due_date, promise.last_due_date) == (DUE, LAST, LAST)
    assert promise.total_minor == DUE + 35_00  # seven days at 0.05 % on 10,000
    assert promise.late_fee_waived_minor == promise.interest_waived_minor == promise.principal_waived_minor == 0
    assert promise.authority.value == "L1"


@pytest.mark.parametrize("change", [
    {"days_past_due": 0}, {"days_past_due": 61}, {"affordable_minor": DUE - 1}])
def test_no_promise_is_offered_to_who_is_not_late_long_late_or_short_by_a_fen(change: dict[str, int]) -> None:
    assert promise_of(ask(replace(FACTS, **change))) is None
    assert promise_of(ask(replace(FACTS, days_past_due=60, affordable_minor=DUE))) is not None


def test_what_another_card_claims_of_a_month_is_not_promised_or_put_off_to_it_twice() -> None:
    tight = replace(FACTS, affordable_minor=DUE + 100_00)
    until = next(offer.first_due_date for offer in ask(tight).offers if offer.kind is OfferKind.EXTENSION)
    for day, kind in ((LAST, OfferKind.PROMISE_TO_PAY), (until, OfferKind.EXTENSION)):
        for amount, fits in ((100_00, True), (100_01, False)):
            found = ask(replace(tight, elsewhere=((day, amount),)))
            assert (kind in {offer.kind for offer in found.offers}) is fits
            other = {OfferKind.PROMISE_TO_PAY, OfferKind.EXTENSION} - {kind}
            assert other <= {offer.kind for offer in found.offers}


def test_the_day_named_is_the_day_of_the_promise_and_one_too_late_makes_none() -> None:
    soon = promise_of(ask(wish=Wish(first_due_date=date(2026, 11, 25))))
    assert soon is not None
    assert soon.first_due_date == date(2026, 11, 25)
    assert promise_of(ask(wish=Wish(first_due_date=date(2026, 11, 30)))) is None


def test_an_amount_that_covers_what_is_due_by_a_day_of_policy_is_accepted_as_named() -> None:
    answer = ask(wish=Wish(lump_sum_minor=1_600_00, first_due_date=date(2026, 11, 27))).answer
    assert answer is not None
    assert answer.accepted
    assert answer.plan is not None
    assert (answer.plan.kind, answer.plan.instalment_minor, answer.plan.first_due_date) == (
        OfferKind.PROMISE_TO_PAY, 1_600_00, date(2026, 11, 27))


def test_an_amount_short_of_what_is_due_is_told_by_how_much_and_that_is_then_accepted() -> None:
    day = date(2026, 11, 27)
    found = ask(wish=Wish(lump_sum_minor=1_000_00, first_due_date=day))
    assert found.answer is not None
    assert not found.answer.accepted
    assert found.infeasible is not None
    change = found.infeasible.smallest_change
    assert change is not None
    assert (change.name, change.amount, change.plan.instalment_minor) == (Bound.WISH_LUMP_SUM, 250_00, DUE)
    enough = ask(wish=Wish(lump_sum_minor=1_000_00 + 250_00, first_due_date=day)).answer
    assert enough is not None
    assert enough.accepted
    less = ask(wish=Wish(lump_sum_minor=1_249_99, first_due_date=day)).answer
    assert less is not None
    assert not less.accepted


def test_a_day_too_late_is_told_by_how_many_days() -> None:
    found = ask(wish=Wish(lump_sum_minor=DUE, first_due_date=date(2026, 12, 4)))
    assert found.infeasible is not None
    change = found.infeasible.smallest_change
    assert change is not None
    assert (change.name, change.amount, change.plan.first_due_date) == (Bound.WISH_FIRST_DUE_DATE, 5, LAST)


def test_a_day_that_is_over_makes_no_promise() -> None:
    found = ask(wish=Wish(lump_sum_minor=DUE, first_due_date=date(2026, 11, 21)))
    assert found.answer is not None
    assert not found.answer.accepted
    assert found.answer.plan is None or found.answer.plan.first_due_date >= AS_OF


def test_the_whole_debt_by_a_day_settles_it_and_one_after_the_last_day_is_answered_with_that_day() -> None:
    settled = ask(wish=Wish(lump_sum_minor=FACTS.balance_minor, first_due_date=date(2026, 12, 1))).answer
    assert settled is not None
    assert settled.accepted
    assert settled.plan is not None
    assert (settled.plan.kind, settled.plan.first_due_date) == (OfferKind.SETTLEMENT, date(2026, 12, 1))
    late = ask(replace(FACTS, days_past_due=100),
               Wish(lump_sum_minor=FACTS.balance_minor, first_due_date=date(2026, 12, 9)))
    assert late.answer is not None
    assert not late.answer.accepted
    assert late.infeasible is not None
    assert late.infeasible.smallest_change is not None
    assert (late.infeasible.smallest_change.name, late.infeasible.smallest_change.amount) == (
        Bound.WISH_FIRST_DUE_DATE, 3)


def test_a_single_payment_without_a_day_is_only_ever_a_settlement() -> None:
    found = ask(wish=Wish(lump_sum_minor=1_600_00))
    assert found.answer is not None
    assert found.answer.plan is None or found.answer.plan.kind is OfferKind.SETTLEMENT


@pytest.mark.parametrize(("day", "kind", "days"), [
    (date(2026, 11, 27), OfferKind.PROMISE_TO_PAY, 0), (date(2026, 12, 10), OfferKind.EXTENSION, 18),
    (date(2027, 1, 20), OfferKind.EXTENSION, 59)])
def test_a_day_alone_is_answered_with_what_is_due_by_that_day(day: date, kind: OfferKind, days: int) -> None:
    found = ask(wish=Wish(first_due_date=day))
    assert found.answer is not None
    assert found.answer.accepted
    assert found.answer.plan is not None
    assert (found.answer.plan.kind, found.answer.plan.instalment_minor, found.answer.plan.days) == (kind, DUE, days)
    assert found.answer.plan in found.offers


def test_a_day_beyond_what_the_level_held_may_grant_or_without_the_money_is_answered_with_a_plan() -> None:
    for facts, day in ((replace(FACTS, authority=Authority.L2), date(2027, 1, 20)),
                       (replace(FACTS, affordable_minor=1_000_00), date(2026, 12, 10))):
        answer = ask(facts, Wish(first_due_date=day)).answer
        assert answer is not None
        assert answer.plan is not None
        assert answer.plan.kind is OfferKind.PERSONALISED_AGREEMENT
        assert answer.plan.first_due_date == day


def test_a_day_with_a_limit_is_where_a_plan_starts() -> None:
    answer = ask(wish=Wish(first_due_date=date(2026, 12, 10), months_at_most=30)).answer
    assert answer is not None
    assert answer.plan is not None
    assert (answer.plan.kind, answer.plan.first_due_date) == (OfferKind.PERSONALISED_AGREEMENT, date(2026, 12, 10))
