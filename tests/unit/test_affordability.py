"""The affordability rule at its edges; whole households are in the worked examples."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.domain.affordability import Lever, Limit, Outcome, Route, assess
from core.domain.errors import InvalidInput
from core.domain.household import Evidence, Household, Income, Spending, SpendingKind, spending_class
from core.policy.book import PolicyBook
from core.policy.rules.plan import affordability_rule

POLICY = PolicyBook.load().on(date(2026, 11, 22))
RULE = affordability_rule(POLICY)
HOME = Household(persons=1, living_cost_floor_minor=120_000, income=[Income("salary", 600_000, Evidence.VERIFIED)])


def home(**changes: object) -> Household:
    return replace(HOME, **changes)  # type: ignore[arg-type]  # each test gives fields of a household


def test_classes_of_spending_are_those_of_the_policy() -> None:
    assert {kind: str(spending_class(kind)) for kind in SpendingKind} == dict(POLICY.table("afford.categories"))


def test_order_of_limits_is_that_of_the_policy() -> None:
    assert tuple(Limit) == POLICY.items("afford.recommended_instalment")


def test_the_first_of_equal_limits_binds() -> None:
    tied = replace(RULE, share_of_disposable=1 - RULE.buffer_share, stress_income_share=Decimal(2),
                   debt_service_share=Decimal(2))
    result = assess(HOME, tied)
    assert result.limits[Limit.SHARE] == result.limits[Limit.BUFFER]
    assert result.binding is Limit.SHARE


def test_half_a_fen_is_cut_and_never_rounded_up() -> None:
    result = assess(home(income=[Income("salary", 600_001)]), RULE)
    assert result.limits[Limit.SHARE] * 2 == 480_001
    assert result.affordable_minor == 240_000


@pytest.mark.parametrize(("income", "outcome"), [
    (140_000, Outcome.AFFORDABLE), (139_999, Outcome.NO_SURPLUS), (0, Outcome.NO_INCOME)])
def test_outcome_turns_exactly_at_the_minimum_instalment(income: int, outcome: Outcome) -> None:
    calm = replace(RULE, stress_income_share=RULE.stress_income_share * 2)  # so that the share alone decides
    assert assess(home(income=[Income("salary", income)]), calm).outcome is outcome


def test_missing_evidence_does_not_hide_a_missing_surplus() -> None:
    result = assess(home(income=[Income("gig", 100_000)], variable_income=True), RULE)
    assert result.outcome is Outcome.NO_SURPLUS
    assert result.evidence_requested == ("gig",)


def test_evidence_of_one_kind_is_asked_for_once() -> None:
    result = assess(home(income=[Income("gig", 300_000), Income("gig", 300_000)], variable_income=True), RULE)
    assert result.evidence_requested == ("gig",)


def test_every_outcome_below_affordable_names_the_ways_on() -> None:
    poor = assess(home(income=[]), RULE)
    assert poor.routes == tuple(Route)
    assert assess(HOME, RULE).routes == ()


@pytest.mark.parametrize(("lever", "household"), [
    (Lever.DISCRETIONARY, home(spending=[Spending(SpendingKind.LEISURE, 470_000)])),
    (Lever.OTHER_DEBT_PAYMENTS, home(other_debt_payments_minor=295_000)),
    (Lever.LIVING, home(spending=[Spending(SpendingKind.FOOD, 505_000)])),
    (Lever.INCOME, home(income=[Income("salary", 130_000)])),
])
def test_the_nearest_change_is_enough_and_a_fen_less_is_not(lever: Lever, household: Household) -> None:
    change = assess(household, RULE).nearest_change
    assert change is not None
    assert change.lever is lever
    assert assess(moved(household, lever, change.amount_minor), RULE).outcome is not Outcome.NO_SURPLUS
    assert assess(moved(household, lever, change.amount_minor - 1), RULE).outcome is Outcome.NO_SURPLUS


def moved(household: Household, lever: Lever, amount: int) -> Household:
    if lever is Lever.INCOME:
        return replace(household, income=[*household.income, Income("more", amount, Evidence.VERIFIED)])
    if lever is Lever.OTHER_DEBT_PAYMENTS:
        return replace(household, other_debt_payments_minor=household.other_debt_payments_minor - amount)
    item = household.spending[0]
    return replace(household, spending=[replace(item, monthly_minor=item.monthly_minor - amount)])


@pytest.mark.parametrize(("household", "field"), [
    (home(persons=0), "persons"),
    (home(living_cost_floor_minor=-1), "living_cost_floor"),
    (home(other_debt_payments_minor=-1), "other_debt_payments"),
    (home(income=[Income("salary", -1)]), "income.0.monthly"),
    (home(spending=[Spending(SpendingKind.FOOD, 1), Spending(SpendingKind.FOOD, -1)]), "spending.1.monthly"),
])
def test_an_impossible_household_is_refused_by_field(household: Household, field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        assess(household, RULE)
    assert refused.value.field == field
