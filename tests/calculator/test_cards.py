"""``allocate-cards`` by its contract: every key there, sums that add up, shares beside them, refusals in place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.domain.errors import InvalidInput
from core.policy.book import PolicyBook
from core.services.calculator import calculate, schema

GOLD = {"name": "gold", "principal": "8000.00", "interest": "200.00", "fees": "80.00", "days_past_due": 5}
BLUE = {"name": "blue", "principal": "1500.00", "interest": "40.00", "fees": "20.00", "days_past_due": 40}
CASE: dict[str, Any] = {"as_of": "2026-11-22", "cards": [GOLD, BLUE], "affordable": "400.00", "disposable": "900.00"}
AMPLE: dict[str, Any] = {**CASE, "affordable": "1200.00", "disposable": "2400.00"}
TIGHT: dict[str, Any] = {**CASE, "affordable": "150.00"}
HOPELESS: dict[str, Any] = {**CASE, "affordable": "10.00", "disposable": "20.00"}


def ask(document: dict[str, Any]) -> dict[str, Any]:
    return calculate("allocate-cards", json.dumps(document).encode(), PolicyBook.load)


def refusal(document: dict[str, Any]) -> tuple[str, str | None]:
    with pytest.raises(InvalidInput) as refused:
        ask(document)
    return refused.value.code, refused.value.field


def fen(amount: str) -> int:
    return int(amount.replace(".", ""))


def test_schema_says_why_the_ceiling_of_affordability_has_no_place_here() -> None:
    described = schema("allocate-cards")["input"]
    assert "ceiling" not in described["properties"]
    assert "``ceiling`` is no part of it" in described["description"]


def test_every_key_of_the_schema_is_always_there() -> None:
    keys = set(schema("allocate-cards")["output"]["properties"])
    outcomes = set()
    for document in (CASE, AMPLE, TIGHT, HOPELESS):
        answer = ask(document)
        assert set(answer) == keys
        outcomes.add(answer["outcome"])
    assert outcomes == {"fits", "more_needed", "none"}


@pytest.mark.parametrize("document", [CASE, AMPLE])
def test_a_combination_adds_up_and_fits_the_month(document: dict[str, Any]) -> None:
    found = ask(document)["combination"]
    assert [plan["name"] for plan in found["plans"]] == ["gold", "blue"]
    assert sum(fen(plan["monthly"]) for plan in found["plans"]) == fen(found["monthly"]) <= fen(document["affordable"])
    assert sum(fen(plan["total"]) for plan in found["plans"]) == fen(found["total"])
    assert max(plan["months"] for plan in found["plans"]) == found["months"]


def test_each_plan_is_the_schedule_to_the_fen() -> None:
    for card, plan in zip(CASE["cards"], ask(CASE)["combination"]["plans"], strict=True):
        owed = sum(fen(card[part]) for part in ("principal", "interest", "fees"))
        owed -= fen(plan["late_fee_waived"]) + fen(plan["interest_waived"])
        made = calculate("schedule", json.dumps({
            "principal": f"{owed // 100}.{owed % 100:02d}", "start_on": CASE["as_of"], "count": plan["months"],
            "first_due_on": plan["first_due_on"], "frequency": "monthly", "annual_rate": plan["annual_rate"],
            "method": "equal_instalment", "interest_free_periods": plan["interest_free_months"],
            "rounding": "half_up"}).encode(), PolicyBook.load)
        assert made["totals"]["amount"] == plan["total"]
        assert max(fen(row["amount"]) for row in made["instalments"]) == fen(plan["monthly"])
        assert made["instalments"][-1]["due_on"] == plan["last_due_on"]


def test_a_share_too_small_for_any_plan_is_shown_as_such_and_no_saving_is_claimed() -> None:
    answer = ask(CASE)
    assert [share["plan"] is None for share in answer["pro_rata"]["shares"]] == [False, True]
    assert answer["pro_rata"]["total"] is None
    assert answer["saving"] is None


def test_the_saving_is_the_difference_of_the_totals() -> None:
    answer = ask(AMPLE)
    assert fen(answer["saving"]) == fen(answer["pro_rata"]["total"]) - fen(answer["combination"]["total"]) >= 0
    assert fen(answer["dearest_first"]["total"]) >= fen(answer["combination"]["total"])


def test_with_the_missing_amount_on_top_it_fits() -> None:
    answer = ask(TIGHT)
    enough = fen(TIGHT["affordable"]) + fen(answer["missing"])
    assert answer["outcome"] == "more_needed"
    assert ask({**TIGHT, "affordable": f"{enough // 100}.{enough % 100:02d}"})["outcome"] == "fits"
    less = enough - 1
    assert ask({**TIGHT, "affordable": f"{less // 100}.{less % 100:02d}"})["outcome"] == "more_needed"


def test_a_card_beyond_every_plan_is_named() -> None:
    answer = ask({**CASE, "cards": [GOLD, {**BLUE, "principal": "3000000.00"}]})
    assert answer["outcome"] == "none"
    assert answer["without_plan"] == ["blue"]


def test_the_same_facts_spelled_differently_have_the_same_hashes() -> None:
    one = ask(CASE)
    other = ask({**CASE, "affordable": "400", "hardship": [], "cards": [{**GOLD, "fees": "80.0"}, BLUE]})
    assert (one["input_hash"], one["result_hash"]) == (other["input_hash"], other["result_hash"])
    changed = ask({**CASE, "hardship": ["illness"]})
    assert changed["input_hash"] != one["input_hash"]


@pytest.mark.parametrize(("change", "code", "field"), [
    ({"cards": []}, "out_of_range", "cards"),
    ({"cards": [{**GOLD, "name": f"c{number}"} for number in range(11)]}, "out_of_range", "cards"),
    ({"cards": [GOLD, GOLD]}, "repeated_key", "cards"),
    ({"cards": [{**GOLD, "name": "two words"}]}, "malformed", "cards.0.name"),
    ({"cards": [{**GOLD, "principal": "0.00", "interest": "0.00", "fees": "0.00"}]}, "nothing_owed", "cards"),
    ({"cards": [{**GOLD, "principal": "100000001.00"}]}, "amount_out_of_range", "cards"),
    ({"affordable": "1000.00"}, "affordable_above_disposable", "affordable"),
    ({"affordable": "-1.00"}, "amount_malformed", "affordable"),
    ({"ceiling": "500.00"}, "unknown_key", "ceiling")])
def test_what_cannot_be_shared_out_is_refused_with_its_place(change: dict[str, Any], code: str, field: str) -> None:
    assert refusal({**CASE, **change}) == (code, field)
