"""Plans whose instalments differ: the arrays bound what the domain finds, and the search what a walk finds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.choice import lay_on_table
from core.domain.offers.evaluation import Situation, situation_of, work_out
from core.domain.offers.model import NO_WISH, Bound, Wish
from core.domain.offers.ordering import Ideal, Objective, Purpose
from core.domain.offers.plan import Option
from core.domain.offers.shaped_offers import shaped_plan
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import RULE, random_facts, small_rule
from tests.portfolio.offer_walk import balanced, best_for_debtor, best_for_lender, cheapest, lightest
from tests.portfolio.shaped_walk import keeps_every_rule, walk_shapes

CASES = 24


def random_wish(chance: Random) -> Wish:
    """Steps, lean months, or both, some with amounts."""
    rises, lean = chance.choice(((True, False), (False, True), (True, True)))
    months = tuple(sorted(chance.sample(range(1, 13), chance.randrange(1, 5)))) if lean else ()

    def sometimes(low: int, high: int, asked: bool) -> int | None:
        return chance.choice((None, None, None, chance.randrange(low, high))) if asked else None

    return Wish(
        frequency=chance.choice(list(Frequency)), step_up=rises,
        first_monthly_at_most_minor=sometimes(100_00, 3_000_00, rises),
        later_monthly_minor=sometimes(200_00, 5_000_00, rises), lean_months=months,
        lean_monthly_at_most_minor=sometimes(100_00, 2_000_00, lean))


def shaped_case(seed: int) -> Situation:
    """A random person, rule and wish, with few enough shapes to be worked out one by one."""
    chance = Random(seed)
    rule, facts = small_rule(chance), random_facts(chance)
    grid = replace(rule.grid, step_sizes=(Decimal("0.25"),), step_months=(chance.choice((3, 6, 12)),),
                   lean_shares=(Decimal("0.50"),))
    return situation_of(replace(facts, authority=chance.choice((Authority.L3, Authority.L4))),
                        replace(rule, grid=grid), random_wish(chance))


@pytest.mark.parametrize("seed", range(CASES))
def test_every_figure_lies_between_the_bounds_of_the_arrays(seed: int) -> None:
    situation = shaped_case(seed)
    plans = ArraySearch(situation).plans
    there = {index for index in range(len(situation.space)) if situation.space.exists(index)}
    assert set(plans.index.tolist()) <= there
    for index in Random(seed).sample(sorted(there - set(plans.index.tolist())), min(5, len(there) - len(plans))):
        assert work_out(index, situation).slacks[Bound.INTEREST_COVERED] < 0
    for row in Random(seed).sample(range(len(plans)), min(60, len(plans))):
        option = work_out(int(plans.index[row]), situation)
        if option.slacks[Bound.INTEREST_COVERED] < 0:
            continue
        figures = [("payment", option.monthly_minor), ("instalment", option.instalment_minor),
                   ("total", option.total_minor), ("lender", option.lender_value_minor),
                   ("debtor", option.debtor_cost_minor)]
        for name, exact in figures:
            low, high = getattr(plans, name)
            assert low[row] <= exact <= high[row], (seed, row, name, exact, low[row], high[row])
        for bound, (low, high) in plans.slacks.items():
            assert low[row] <= option.slacks[bound] <= high[row], (seed, row, bound, option.slacks[bound])
        left_out = [bound for bound, slack in option.slacks.items() if slack < 0 and bound not in plans.slacks]
        assert left_out == []


def test_the_bounds_are_tight_where_no_interest_is_charged() -> None:
    situation = shaped_case(4)
    plans = ArraySearch(situation).plans
    free = np.array([not situation.space.terms(index).price.annual_rate for index in plans.index.tolist()])
    assert free.sum() > 20
    assert (plans.total[1] == plans.total[0])[free].all()
    assert np.median(plans.instalment[1] - plans.instalment[0]) <= 4


def compare_shapes(seed: int) -> int:
    """Compare one random case with its walk; how many plans met every constraint."""
    chance = Random(seed)
    situation = shaped_case(seed)
    situation = situation_of(situation.facts, situation.rule, replace(situation.wish, frequency=Frequency.MONTHLY))
    lighter = chance.choice((None, None, None, chance.randrange(100_00, 5_000_00))) if situation.wish.rises else None
    situation = replace(situation, starts_at_most_minor=lighter)
    plans = walk_shapes(situation)
    ideal = Ideal(0, 0) if not plans else Ideal(
        best_for_lender(plans).lender - situation.nothing.lender_value_minor,
        situation.nothing.debtor_cost_minor - best_for_debtor(plans).debtor)
    for feasible_only in (False, True):
        search = ArraySearch(situation, feasible_only=feasible_only)
        for purpose, best in BEST.items():
            option, wanted = search.best(Objective(purpose, ideal)), best(plans, situation) if plans else None
            assert found(option) == (wanted.terms if wanted else None), (seed, purpose)
            if option is not None and wanted is not None:
                assert (option.monthly_minor, option.total_minor) == (wanted.payment, wanted.total)
                assert (option.lender_value_minor, option.debtor_cost_minor) == (wanted.lender, wanted.debtor)
    return len(plans)


BEST = {
    Purpose.LIGHTEST: lambda plans, _: lightest(plans), Purpose.CHEAPEST: lambda plans, _: cheapest(plans),
    Purpose.LENDER: lambda plans, _: best_for_lender(plans),
    Purpose.DEBTOR: lambda plans, _: best_for_debtor(plans), Purpose.BALANCED: balanced}


def found(option: Option | None) -> tuple[object, ...] | None:
    if option is None:
        return None
    terms, shape = option.terms, option.terms.shape
    return (terms.first_due_date, terms.price.annual_rate, terms.price.interest_free_months, terms.months,
            terms.concession.late_fee_waived_minor, terms.concession.interest_waived_minor,
            (shape.step_months, shape.step_share, shape.lean_share))


@pytest.mark.parametrize("seed", [0, 1, 2, 4, 10, 12])
def test_a_walk_through_all_plans_of_a_shape_finds_nothing_better(seed: int) -> None:
    compare_shapes(seed)


def test_the_random_shapes_are_neither_all_hopeless_nor_all_easy() -> None:
    sizes = [compare_shapes(seed) for seed in (3, 6)]
    assert sizes[0] == 0
    assert sizes[1] > 100


def test_what_is_offered_beside_the_three_is_a_plan_of_the_walk_and_a_fen_more_is_none() -> None:
    chance, judged = Random(8), 0
    for _ in range(60):
        plain = situation_of(random_facts(chance), RULE, NO_WISH)
        table = lay_on_table(ArraySearch(plain))
        for wish in (Wish(step_up=True), Wish(lean_months=(1, 2))):
            found = shaped_plan(replace(plain, wish=wish), table, ArraySearch)
            if found is None:
                continue
            judged += 1
            assert keeps_every_rule(found.option, found.search.situation)
            dearer = replace(found.option, total_minor=found.option.total_minor + 1)
            assert not keeps_every_rule(dearer, found.search.situation)
            facts = replace(plain.facts, affordable_minor=0)
            assert not keeps_every_rule(found.option, replace(found.search.situation, facts=facts))
    assert judged > 30
