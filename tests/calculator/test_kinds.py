"""Kinds whose defaults and contradictions the published examples do not show."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.domain.errors import InvalidInput
from core.policy.book import PolicyBook
from core.services.calculator import calculate

SCHEDULE = {"principal": "1200.00", "start_on": "2024-01-01", "count": 12, "method": "equal_instalment"}
PROJECT = {"as_of": "2024-01-05", "outstanding": {"fees": "30.00", "interest": "80.00", "principal": "1500.00"},
           "days_past_due": 30, "statement_day": 5, "months": 3, "scenario": "do_nothing"}
HOUSEHOLD: dict[str, Any] = {"as_of": "2026-11-22", "persons": 1, "income": [], "spending": []}


def ask(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    return calculate(kind, json.dumps(document).encode(), PolicyBook.load)


def refused_field(kind: str, document: dict[str, Any]) -> str | None:
    with pytest.raises(InvalidInput) as refused:
        ask(kind, document)
    return refused.value.field


def test_a_schedule_without_a_rate_bears_what_the_policy_proposes() -> None:
    answer = ask("schedule", SCHEDULE)
    assert answer["totals"]["interest"] == "0.00"
    assert answer["annualised_rate"] == "0.00"
    assert answer["policy_version"] == PolicyBook.load().version


@pytest.mark.parametrize(("change", "field"), [
    ({"annual_rate": "0.12", "daily_rate": "0.0005"}, "daily_rate"),
    ({"fee_rate_per_period": "0.01"}, "fee_rate_per_period"),
    ({"method": "interest_free", "annual_rate": "0.12"}, "annual_rate"),
    ({"method": "fee_per_period"}, "fee_rate_per_period"),
    ({"method": "fee_per_period", "annual_rate": "0.12"}, "annual_rate"),
    ({"first_due_on": "2023-12-31"}, "first_due_on"),
    ({"down_payment": "1200.01"}, "down_payment"),
    ({"interest_free_periods": 13}, "interest_free_periods"),
])
def test_contradictory_terms_of_a_schedule_are_refused(change: dict[str, Any], field: str) -> None:
    assert refused_field("schedule", {**SCHEDULE, **change}) == field


def test_all_that_is_given_needs_no_policy_of_its_date() -> None:
    old = {**SCHEDULE, "start_on": "1990-01-01", "annual_rate": "0.12", "day_count": "30/360", "rounding": "half_up"}
    assert ask("schedule", old)["annualised_rate"] == "12.00"


@pytest.mark.parametrize(("flows", "field"), [
    ([{"period": 0, "amount": "1.00"}, {"on": "2024-01-01", "amount": "-1.00"}], "flows.1"),
    ([{"amount": "1.00"}], "flows.0"),
    ([{"period": 0, "on": "2024-01-01", "amount": "1.00"}], "flows.0"),
    ([{"period": -1, "amount": "1.00"}], "flows.0.period"),
    ([], "flows"),
])
def test_flows_have_periods_or_dates_and_never_both(flows: list[dict[str, Any]], field: str) -> None:
    assert refused_field("apr", {"flows": flows}) == field


@pytest.mark.parametrize(("scenario", "field"), [
    ("hope", "scenario"), ({"fixed_monthly": "-5.00"}, "scenario.fixed_monthly"), ({}, "scenario.fixed_monthly")])
def test_an_unknown_scenario_is_refused(scenario: object, field: str) -> None:
    assert refused_field("project", {**PROJECT, "scenario": scenario}) == field


def test_a_projection_shows_each_month_and_its_totals() -> None:
    answer = ask("project", {**PROJECT, "scenario": {"fixed_monthly": "2000.00"}})
    assert [month["on"] for month in answer["months"]] == ["2024-02-05", "2024-03-05", "2024-04-05"]
    assert answer["months"][0]["paid"] == "1610.00"
    assert answer["late_fee_total"] == "0.00"


def test_a_projection_bears_the_rate_it_is_given() -> None:
    answer = ask("project", {**PROJECT, "daily_rate": "0"})
    assert answer["interest_total"] == "0.00"
    assert answer["settled_on"] is None


def test_a_city_without_a_figure_is_refused_and_never_guessed() -> None:
    assert refused_field("affordability", {**HOUSEHOLD, "city": "Atlantis"}) == "city"
    assert refused_field("affordability", HOUSEHOLD) == "living_cost_floor"


def test_a_city_is_known_by_both_its_names() -> None:
    chinese = "\u4e0a\u6d77"
    in_english = ask("affordability", {**HOUSEHOLD, "city": "shanghai"})
    assert ask("affordability", {**HOUSEHOLD, "city": chinese}) == in_english


def test_a_household_repeats_what_the_figures_were() -> None:
    answer = ask("affordability", {**HOUSEHOLD, "living_cost_floor": "1000.00"})
    raised = {"code": "living_raised_to_floor", "declared": "0.00", "counted": "1000.00", "persons": 1}
    assert raised in answer["reasons"]
    assert answer["limits"] == {"share": "-500.00", "buffer": "-1100.00", "stress": "-1050.00", "debt_service": "0.00"}
