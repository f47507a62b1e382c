"""A request as the engine sees it: weighed like the offer it could have come from, and the wish behind it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.offers.as_request import terms_of
from core.domain.offers.asked import WHOLE_DEBT, weigh, wish_behind
from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Bound, Facts, OfferKind, Wish
from core.domain.offers.negotiation import negotiate
from core.domain.offers.offer import Offer
from core.domain.other_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms
from core.domain.plan_shape import PlanShape
from core.domain.request_terms import AgreementTerms, ExtensionTerms
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 18_000_00, 900_00, 300_00, 95, 900_00, 1_400_00, 2_000_00, hardship=True, authority=Authority.L3)
WISHES = (NO_WISH, Wish(frequency=Frequency.WEEKLY), Wish(step_up=True), Wish(lean_months=(1, 2)),
          Wish(down_payment_minor=1_000_00), Wish(lump_sum_minor=18_500_00))


def offered(wish: Wish, facts: Facts = FACTS) -> list[Offer]:
    found = negotiate(facts, RULE, wish, ArraySearch)
    return [*found.offers, *([found.answer.plan] if found.answer and found.answer.plan else [])]


@pytest.mark.parametrize("wish", WISHES, ids=repr)
def test_terms_are_weighed_to_the_fen_like_the_offer_they_come_from(wish: Wish) -> None:
    offers = [offer for offer in offered(wish) if offer.kind in WHOLE_DEBT]
    assert offers
    for offer in offers:
        found = weigh(terms_of(offer), situation_of(FACTS, RULE, wish))
        assert found.lender_value_minor == offer.lender_value_minor
        assert found.completion == (None if offer.kind is OfferKind.SETTLEMENT else offer.completion)
        assert found.whole_debt


def test_what_is_paid_first_breaks_no_rule_up_to_the_most_policy_takes() -> None:
    situation, first_due = situation_of(FACTS, RULE, NO_WISH), AS_OF + timedelta(days=30)
    most = RULE.limits.max_down_payment_minor(FACTS.balance_minor)
    for down, breaks in ((0, False), (1_000_00, False), (most, False), (most + 1, True)):
        found = weigh(AgreementTerms(24, first_due, down), situation)
        assert (Bound.DOWN_PAYMENT in {line.name for line in found.breached}) is breaks, down


def test_what_the_rules_do_not_allow_is_weighed_all_the_same_and_named() -> None:
    plan = next(offer for offer in offered(NO_WISH) if offer.kind is OfferKind.PERSONALISED_AGREEMENT)
    terms = terms_of(plan)
    assert isinstance(terms, AgreementTerms)
    within = weigh(terms, situation_of(FACTS, RULE, NO_WISH))
    assert within.breached == ()
    lower = replace(FACTS, authority=Authority.L1)
    beyond = weigh(terms, situation_of(lower, RULE, NO_WISH))
    assert Bound.AUTHORITY_TERM in {line.name for line in beyond.breached}
    # Who looks at it does not change what it is worth.
    assert beyond.lender_value_minor == within.lender_value_minor
    short = weigh(replace(terms, months=4, interest_free_months=0), situation_of(FACTS, RULE, NO_WISH))
    assert Bound.AFFORDABLE in {line.name for line in short.breached}


def test_a_rule_that_is_missed_says_what_is_asked_what_is_allowed_and_what_is_missing() -> None:
    facts, terms = replace(FACTS, authority=Authority.L1), AgreementTerms(
        4, AS_OF + timedelta(days=30), annual_rate=Decimal("0.06"), late_fee_waived_minor=300_00)
    breached = {one.name: one for one in weigh(terms, situation_of(facts, RULE, NO_WISH)).breached}
    monthly = max(row.amount_minor for row in terms.schedule(facts.balance_minor, AS_OF).instalments)
    expected = {Bound.AFFORDABLE: (monthly, 900_00), Bound.AUTHORITY_TERM: (4, 0),
                Bound.LATE_FEE_WAIVER: (300_00, RULE.waivers.late_fee_minor(Authority.L1, 300_00))}
    for name, (asked, allowed) in expected.items():
        one = breached[name]
        assert (one.asked, one.allowed, one.missing) == (asked, allowed, asked - allowed), name
    pressed = replace(FACTS, affordable_minor=0, ceiling_minor=0, disposable_minor=0)
    long = AgreementTerms(40, AS_OF + timedelta(days=30))
    [likely] = [one for one in weigh(long, situation_of(pressed, RULE, NO_WISH)).breached
                if one.name is Bound.COMPLETION]
    assert likely.allowed == RULE.value.completion_floor
    assert likely.asked is not None
    assert likely.asked + likely.missing == RULE.value.completion_floor


def test_of_instalments_that_differ_the_one_that_misses_is_told() -> None:
    shape = PlanShape(3, Decimal("0.2"), 2)
    terms = AgreementTerms(10, AS_OF + timedelta(days=30), shape=shape)
    amounts = [row.amount_minor for row in terms.schedule(FACTS.balance_minor, AS_OF).instalments]
    [one] = [one for one in weigh(terms, situation_of(FACTS, RULE, NO_WISH)).breached if one.name is Bound.AFFORDABLE]
    assert (one.asked, one.allowed) == (max(amounts), 900_00)
    tiny = AgreementTerms(60, AS_OF + timedelta(days=30), shape=PlanShape(6, Decimal("0.5"), 9))
    small = [row.amount_minor for row in tiny.schedule(1_000_00, AS_OF).instalments]
    poor = replace(FACTS, principal_minor=1_000_00, interest_minor=0, fees_minor=0)
    [least] = [one for one in weigh(tiny, situation_of(poor, RULE, NO_WISH)).breached
               if one.name is Bound.MINIMUM_INSTALMENT]
    assert least.asked in (min(small[:-1]), max(small))
    assert least.allowed is not None
    assert least.allowed > least.asked


def test_a_settlement_that_gives_up_principal_says_how_much() -> None:
    found = weigh(SettlementTerms(9_000_00, AS_OF + timedelta(days=5)), situation_of(FACTS, RULE, NO_WISH))
    breached = {one.name: one for one in found.breached}
    one = breached[Bound.PRINCIPAL_WAIVER]
    assert one.allowed == 0
    assert one.asked == one.missing > 0


def test_a_settlement_is_held_to_what_it_asks_to_be_given_up_part_by_part() -> None:
    facts = replace(FACTS, authority=Authority.L2)
    terms = SettlementTerms(facts.balance_minor - 900_00, AS_OF + timedelta(days=5), 0, 900_00)
    [one] = weigh(terms, situation_of(facts, RULE, NO_WISH)).breached
    most = RULE.waivers.interest_minor(Authority.L2, 900_00)
    assert (one.name, one.asked, one.allowed, one.missing) == (Bound.INTEREST_WAIVER, 900_00, most, 900_00 - most)


def test_an_agreement_beyond_the_projection_is_not_measured() -> None:
    with pytest.raises(InvalidInput) as refusal:
        weigh(AgreementTerms(61, AS_OF + timedelta(days=20)), situation_of(FACTS, RULE, NO_WISH))
    assert refusal.value.code == "out_of_range"


@pytest.mark.parametrize(("terms", "most", "chance"), [
    (ExtensionTerms(30), 1_000_00, True), (PromiseTerms(500_00, AS_OF + timedelta(days=5)), 500_00, True),
    (TokenPaymentTerms(50_00, 6, AS_OF + timedelta(days=20)), 300_00, True), (PauseTerms(2), 0, False)])
def test_what_leaves_the_rest_owed_is_worth_only_what_is_paid_under_it(
        terms: ExtensionTerms | PromiseTerms | TokenPaymentTerms | PauseTerms, most: int, chance: bool) -> None:
    found = weigh(terms, situation_of(replace(FACTS, due_minor=1_000_00), RULE, NO_WISH))
    assert not found.whole_debt
    assert most * Decimal("0.97") <= found.lender_value_minor <= most
    assert (found.completion is not None) is chance


@pytest.mark.parametrize("wish", WISHES[:-1], ids=repr)
def test_the_wish_behind_an_offer_is_met_by_that_offer(wish: Wish) -> None:
    plans = [offer for offer in offered(wish) if offer.kind is OfferKind.PERSONALISED_AGREEMENT]
    assert plans
    for offer in plans:
        behind = wish_behind(terms_of(offer), FACTS.balance_minor, AS_OF)
        assert behind.months_at_most == offer.months
        assert behind.is_shaped is not offer.shape.is_level
        if offer.frequency is Frequency.MONTHLY:
            assert behind.monthly_at_most_minor == offer.monthly_minor
        else:
            assert (behind.instalment_at_most_minor, behind.frequency) == (offer.instalment_minor, offer.frequency)
        assert negotiate(FACTS, RULE, behind, ArraySearch).infeasible is None


def test_the_wish_behind_other_requests_is_their_payment_and_their_time() -> None:
    pay_by = AS_OF + timedelta(days=5)
    for terms in (SettlementTerms(9_000_00, pay_by), PromiseTerms(9_000_00, pay_by)):
        assert wish_behind(terms, FACTS.balance_minor, AS_OF) == Wish(lump_sum_minor=9_000_00, first_due_date=pay_by)
    assert wish_behind(TokenPaymentTerms(50_00, 6, pay_by), 1, AS_OF) == Wish(monthly_at_most_minor=50_00)
    assert wish_behind(PauseTerms(3), 1, AS_OF) == Wish(pause_months=3)
    assert wish_behind(ExtensionTerms(30), 1, AS_OF) == NO_WISH
