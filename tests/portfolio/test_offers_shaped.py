"""Plans whose instalments differ: the arrays bound what the domain finds, and the search what a walk finds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.offers.evaluation import Situation, situation_of, work_out
from core.domain.offers.model import Bound, Wish
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import random_facts, small_rule

CASES = 24


def random_wish(chance: Random) -> Wish:
    """Steps, lean months, or both, some with amounts."""
    rises, lean = chance.choice(((True, False), (False, True), (True, True)))
    months = tuple(sorted(chance.sample(range(1, 13), chance.randrange(1, 5)))) if lean else ()
    return Wish(
        frequency=chance.choice(list(Frequency)), step_up=rises,
        first_monthly_at_most_minor=chance.choice((None, chance.randrange(100_00, 3_000_00))) if rises else None,
        later_monthly_minor=chance.choice((None, chance.randrange(200_00, 5_000_00))) if rises else None,
        lean_months=months,
        lean_monthly_at_most_minor=chance.choice((None, chance.randrange(100_00, 2_000_00))) if lean else None)


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
