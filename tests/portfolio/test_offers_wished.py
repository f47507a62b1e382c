"""What is answered to a wish is what a walk through the whole space finds: days not before, and the plan as named."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from fractions import Fraction
from random import Random

import pytest

from core.domain.actor import Authority
from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Facts, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.domain.offers.offer import Offer
from core.domain.offers.ordering import Objective, Purpose
from core.domain.offers.rule import OfferRule
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import random_facts, small_rule
from tests.portfolio.offer_walk import Walked, best_for_debtor, best_for_lender, cheapest, lightest, walk
from tests.portfolio.test_offers import found

CASES = 24
"""Here; ``python -m benchmarks offers`` walks two hundred."""


def wished_case(seed: int) -> tuple[Facts, OfferRule, Wish]:
    """A random person and rule, and a wish that names an instalment or a length, and sometimes a day."""
    chance = Random(seed)
    facts = replace(random_facts(chance), authority=chance.choice((Authority.L3, Authority.L4)))
    rule = small_rule(chance)
    day = facts.as_of + timedelta(days=chance.randrange(80)) if chance.random() < 0.5 else None
    if chance.random() < 0.5:
        return facts, rule, Wish(months_at_most=chance.randrange(2, 60), earliest_first_due_date=day)
    highest = max(facts.affordable_minor, 100_00)
    return facts, rule, Wish(monthly_at_most_minor=chance.randrange(100_00, highest + 1), earliest_first_due_date=day)


def meeting(plans: list[Walked], wish: Wish) -> list[Walked]:
    return [one for one in plans
            if (wish.monthly_at_most_minor is None or one.payment <= wish.monthly_at_most_minor)
            and (wish.months_at_most is None or one.months <= wish.months_at_most)
            and (wish.earliest_first_due_date is None or one.first_due >= wish.earliest_first_due_date)]


@pytest.mark.parametrize("seed", range(CASES))
def test_a_walk_finds_no_plan_nearer_to_what_was_named(seed: int) -> None:
    compare_wished(seed)


def compare_wished(seed: int) -> int:
    """Compare one random case; how many plans met every constraint and every limit."""
    facts, rule, wish = wished_case(seed)
    situation = situation_of(facts, rule, wish)
    plans = meeting(walk(situation, wish.earliest_first_due_date), wish)
    best = {Purpose.CHEAPEST: cheapest, Purpose.LIGHTEST: lightest, Purpose.LENDER: best_for_lender,
            Purpose.DEBTOR: best_for_debtor}
    search = ArraySearch(situation)
    for purpose, of in best.items():
        assert found(search.best(Objective(purpose))) == (of(plans).terms if plans else None), (seed, purpose)
    answered = negotiate(facts, rule, wish, ArraySearch)
    if plans:
        check_named(answered, plans, facts, rule, wish)
    else:
        assert answered.answer is None or not answered.answer.accepted
        assert answered.answer is None or answered.answer.as_named is None
    return len(plans)


def check_named(answered: Negotiation, plans: list[Walked], facts: Facts, rule: OfferRule, wish: Wish) -> None:
    assert answered.answer is not None
    plan, named = answered.answer.plan, answered.answer.as_named
    assert plan is not None
    nearest = cheapest(plans) if wish.months_at_most is None else lightest(plans)
    table = walk(situation_of(facts, rule, NO_WISH))
    nothing = situation_of(facts, rule, NO_WISH).nothing.lender_value_minor
    gain = Fraction(best_for_lender(table).lender - nothing) if table else Fraction(0)
    taken = nearest.lender >= best_for_lender(plans).lender - Fraction(rule.many.tolerance) * gain
    if taken and another(nearest, plan, rule):
        assert named is not None
        assert (named.monthly_minor, named.total_minor, named.months, named.first_due_date) == (
            nearest.payment, nearest.total, nearest.months, nearest.first_due)
    else:
        assert named is None


def another(nearest: Walked, plan: Offer, rule: OfferRule) -> bool:
    """Whether a person would call the two different."""
    larger = max(nearest.payment, plan.monthly_minor)
    apart = abs(nearest.payment - plan.monthly_minor) >= Fraction(rule.many.least_difference) * larger
    return apart or abs(nearest.months - plan.months) >= rule.many.least_difference_months


def test_the_random_wishes_have_plans_as_named_and_none() -> None:
    answers = [negotiate(*wished_case(seed), ArraySearch).answer for seed in range(CASES)]
    there = [one.as_named is not None for one in answers if one is not None]
    assert any(there)
    assert not all(there)
