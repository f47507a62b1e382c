"""The search in arrays finds exactly what a walk through the whole space finds."""

from __future__ import annotations

from random import Random

import pytest

from core.domain.offers.choice import lay_on_table
from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Option
from core.domain.offers.ordering import Objective, Purpose
from core.portfolio.offers import ArraySearch
from tests.portfolio.offer_cases import random_facts, small_rule
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
