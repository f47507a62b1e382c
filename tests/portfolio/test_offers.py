"""The search in arrays finds exactly what a walk through the whole space finds."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import numpy as np
import pytest

from core.domain.actor import Authority
from core.domain.calendar import Frequency
from core.domain.money import MAX_MINOR
from core.domain.offers.choice import lay_on_table
from core.domain.offers.evaluation import situation_of, work_out
from core.domain.offers.model import NO_WISH, Bound, Facts, Wish
from core.domain.offers.ordering import Objective, Purpose
from core.domain.offers.plan import Option
from core.portfolio.offer_tables import tabulate
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import AS_OF, RULE, random_facts, small_rule
from tests.portfolio.offer_walk import (
    Walked,
    balanced,
    best_for_debtor,
    best_for_lender,
    cheapest,
    lightest,
    walk,
)

CASES = 24
"""Here; ``python -m benchmarks offers`` walks a thousand."""


def found(option: Option | None) -> tuple[object, ...] | None:
    if option is None:
        return None
    terms = option.terms
    return (terms.first_due_date, terms.price.annual_rate, terms.price.interest_free_months, terms.months,
            terms.concession.late_fee_waived_minor, terms.concession.interest_waived_minor)


def compare(seed: int) -> int:
    """Compare one random case; how many plans met every constraint."""
    chance = Random(seed)
    situation = situation_of(random_facts(chance), small_rule(chance), NO_WISH)
    plans = walk(situation)
    for feasible_only in (False, True):
        search = ArraySearch(situation, feasible_only=feasible_only)
        table = lay_on_table(search)
        expected: dict[Purpose, Walked] = {} if not plans else {
            Purpose.LIGHTEST: lightest(plans), Purpose.CHEAPEST: cheapest(plans),
            Purpose.LENDER: best_for_lender(plans), Purpose.DEBTOR: best_for_debtor(plans),
            Purpose.BALANCED: balanced(plans, situation)}
        for purpose in (Purpose.LIGHTEST, Purpose.CHEAPEST, Purpose.LENDER, Purpose.DEBTOR, Purpose.BALANCED):
            option = search.best(Objective(purpose, table.ideal))
            wanted = expected.get(purpose)
            assert found(option) == (wanted.terms if wanted else None), (seed, purpose)
            if option is not None and wanted is not None:
                assert (option.monthly_minor, option.total_minor) == (wanted.payment, wanted.total)
                assert (option.lender_value_minor, option.debtor_cost_minor) == (wanted.lender, wanted.debtor)
                assert option.breaches() == ()
    return len(plans)


@pytest.mark.parametrize("seed", range(CASES))
def test_a_walk_through_the_whole_space_finds_nothing_better(seed: int) -> None:
    compare(seed)


def test_the_random_cases_are_neither_all_hopeless_nor_all_easy() -> None:
    sizes = [compare(seed) for seed in range(8)]
    assert 0 in sizes or min(sizes) < max(sizes)
    assert max(sizes) > 100


@pytest.mark.parametrize("frequency", list(Frequency))
def test_bounds_once_narrowed_are_the_figures_of_the_domain(frequency: Frequency) -> None:
    for seed in range(4):
        chance = Random(seed)
        situation = situation_of(random_facts(chance), small_rule(chance),
                                 Wish(frequency=frequency, monthly_at_most_minor=500_00))
        plans, exact = tabulate(situation)
        assert exact is not None
        rows = np.arange(len(plans))
        changed = exact.narrow(plans, rows)
        assert len(changed) > len(plans) // 3
        assert len(exact.narrow(plans, rows)) == 0
        for row in chance.sample(changed.tolist(), 40):
            option = work_out(int(plans.index[row]), situation)
            for name, figure in (("payment", option.monthly_minor), ("instalment", option.instalment_minor),
                                 ("total", option.total_minor)):
                low, high = getattr(plans, name)
                assert low[row] == high[row] == figure, (seed, row, name)
            for bound in (Bound.AFFORDABLE, Bound.MINIMUM_INSTALMENT, Bound.TOTAL, Bound.WISH_MONTHLY):
                low, high = plans.slacks[bound]
                assert low[row] == high[row] == option.slacks[bound], (seed, row, bound)


def test_a_debt_too_large_for_64_bits_keeps_its_bounds() -> None:
    owed = MAX_MINOR // 100
    facts = Facts(AS_OF, owed, 0, 0, 75, owed // 20, owed // 20, owed // 10, authority=Authority.L4)
    fine = replace(RULE, grid=replace(RULE.grid, annual_rates=(Decimal("0.1234567"),)))
    plans, exact = tabulate(situation_of(facts, fine, NO_WISH))
    assert exact is not None
    assert len(exact.narrow(plans, np.arange(len(plans)))) == 0


def test_few_plans_are_worked_out_where_many_weekly_ones_lie_about_the_least_instalment() -> None:
    facts = Facts(AS_OF, 3_757_89, 32_16, 519_23, 100, 465_44, 465_44, 930_88)
    search = ArraySearch(situation_of(facts, RULE, Wish(frequency=Frequency.WEEKLY)))
    table = lay_on_table(search)
    assert table.options
    assert len(search._options) < 40
