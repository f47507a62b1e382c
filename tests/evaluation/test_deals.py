"""Deals keep every constraint, come out the same every time, and cannot be bent by insisting."""

from __future__ import annotations

from dataclasses import replace
from random import Random

import numpy as np
import pytest

from core.domain.offers.evaluation import situation_of, work_out
from core.domain.offers.model import NO_WISH
from core.domain.offers.rule import OfferRule
from core.domain.offers.value import status_quo
from core.evaluation.checking import Dealt, count_breaches, frontier_gap
from core.evaluation.deals import Debtor, columns_of, negotiate_all
from core.evaluation.parts import METRICS, Counted, Part, work_on
from core.evaluation.strategies import COLUMN, UNBOUND, Strategy
from core.evaluation.valuing import Private, Truth, Values, model_values
from tests.portfolio.offer_cases import AS_OF, RULE, random_facts


def test_a_part_comes_out_the_same_every_time(part: Part, counted: Counted) -> None:
    again = work_on(part)
    assert np.array_equal(counted.sums, again.sums)
    assert np.array_equal(counted.paid_by_month, again.paid_by_month)
    assert counted.people.equals(again.people)


def test_no_bound_strategy_breaches_a_constraint(counted: Counted) -> None:
    breaching = counted.sums[:, :, :, METRICS.index("breaching")].sum(axis=(0, 2))
    agreed = counted.sums[:, :, :, METRICS.index("agreed")].sum(axis=(0, 2))
    for name, broken, deals in zip(counted.strategies, breaching, agreed, strict=True):
        assert deals > 0, name
        if name in UNBOUND:
            assert broken > 0  # so the check can find something
        else:
            assert broken == 0, name


def test_insisting_and_other_peoples_traits_move_nothing(counted: Counted) -> None:
    assert counted.honesty is not None
    assert counted.honesty.tried == 20
    assert counted.honesty.moved_by_insisting == 0
    assert counted.honesty.moved_by_bystanders == 0


def test_knowing_everything_agrees_with_everybody_there_is_a_plan_for(counted: Counted) -> None:
    agreed = counted.sums[0, :, :, METRICS.index("agreed")].sum(axis=1)
    by_name = dict(zip(counted.strategies, agreed, strict=True))
    for name in (Strategy.RECOMMENDED, Strategy.GREEDY, Strategy.RANDOM, Strategy.GRID_CONTRACT):
        assert by_name[name] <= by_name[Strategy.ORACLE] + 3  # it walks away where somebody would lose


def test_the_models_values_are_those_of_the_domain() -> None:
    chance, seen = Random(20261122), 0
    while seen < 60:
        facts = replace(random_facts(chance), as_of=AS_OF)
        situation = situation_of(facts, RULE, NO_WISH)
        for index in chance.sample(range(len(situation.space)), 5):
            if not situation.space.exists(index):
                continue
            option = work_out(index, situation)
            values = model_values(columns_of([option]), facts, RULE)
            assert min(values.lender[0], facts.balance_minor) == pytest.approx(option.lender_value_minor, rel=2e-3)
            assert values.debtor[0] == pytest.approx(option.debtor_cost_minor, rel=2e-3)
            assert values.kept[0] == pytest.approx(float(option.completion), abs=2e-3)
            seen += 1


def test_a_deal_beyond_the_budget_or_authority_is_counted(rule: OfferRule) -> None:
    debtor = some_debtor(Random(5), rule)
    plan = columns_of([work_out(59, debtor.situation)])
    values = model_values(plan, debtor.situation.facts, rule)
    poorer = replace(debtor.situation, facts=replace(debtor.situation.facts, affordable_minor=0))
    assert count_breaches(Dealt(None, plan, 1), values, poorer) > 0
    generous = replace(plan, late_fee_waived_minor=np.array([1e12]))
    assert count_breaches(Dealt(None, generous, 1), values, debtor.situation) > count_breaches(
        Dealt(None, plan, 1), values, debtor.situation)


def test_a_plan_that_another_one_beats_lies_off_the_frontier() -> None:
    ideal = type("Ideal", (), {"lender_minor": 100, "debtor_minor": 100})()
    own = Values(np.array([50.0]), np.array([50.0]), np.array([0.9]))
    assert frontier_gap(own, np.array([50.0, 70.0]), np.array([50.0, 40.0]), ideal) == pytest.approx(0.3)
    assert frontier_gap(own, np.array([50.0, 70.0]), np.array([50.0, 60.0]), ideal) == 0


def test_who_accepts_nothing_gets_no_deal_and_who_accepts_anything_takes_the_recommended_one(rule: OfferRule) -> None:
    chance = Random(11)
    for _ in range(10):
        debtor = some_debtor(chance, rule)
        unwilling = replace(debtor, private=Private(0, 0.1, 0.0, 0))
        assert not any(row[COLUMN["months"]] for row in negotiate_all(unwilling).values())
        willing = replace(debtor, private=Private(1e12, 0.1, 1e6, 10**9))
        deal = negotiate_all(willing)[Strategy.PORTAL]
        assert deal[COLUMN["round"]] in (0, 1)


def some_debtor(chance: Random, rule: OfferRule) -> Debtor:
    facts = replace(random_facts(chance), as_of=AS_OF)
    situation = situation_of(facts, rule, NO_WISH, status_quo(facts, rule))
    return Debtor(situation, Private(facts.affordable_minor, 0.15, 0.9, facts.balance_minor), 0.5,
                  {"iva": Truth(0.01, 1.1, 0.4)})
