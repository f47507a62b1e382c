"""``offers`` by its contract: every key there, figures anybody can recompute, refusals that say what would help."""

from __future__ import annotations

import json
from typing import Any

import pytest

from core.domain.errors import InvalidInput
from core.policy.book import PolicyBook
from core.services.calculator import calculate, schema

ACCOUNT = {"principal": "20000.00", "interest": "800.00", "fees": "300.00", "days_past_due": 75}
CASE: dict[str, Any] = {"as_of": "2026-11-22", "account": ACCOUNT, "affordable": "1200.00", "ceiling": "1500.00",
                        "disposable": "2400.00"}
POOR: dict[str, Any] = {**CASE, "affordable": "50.00", "ceiling": "50.00", "disposable": "100.00",
                        "hardship": ["job_loss"]}


def ask(kind: str, document: dict[str, Any]) -> dict[str, Any]:
    return calculate(kind, json.dumps(document).encode(), PolicyBook.load)


def wish(**wished: Any) -> dict[str, Any]:
    return ask("offers", {**CASE, "wish": wished})


def refusal(document: dict[str, Any]) -> tuple[str, str | None]:
    with pytest.raises(InvalidInput) as refused:
        ask("offers", document)
    return refused.value.code, refused.value.field


def test_every_key_of_the_schema_is_always_there() -> None:
    keys = set(schema("offers")["output"]["properties"])
    for document in (CASE, POOR, {**CASE, "authority": "L1"}, {**CASE, "wish": {}}):
        assert set(ask("offers", document)) == keys


def test_what_is_offered_is_the_schedule_to_the_fen() -> None:
    for offer in ask("offers", {**CASE, "wish": {"frequency": "fortnightly", "due_day": 5}})["offers"]:
        if offer["kind"] != "personalised_agreement":
            continue
        owed = 21_100_00 - sum(int(offer[name].replace(".", "")) for name in ("late_fee_waived", "interest_waived"))
        periods = offer["interest_free_months"] * 26 // 12
        made = ask("schedule", {
            "principal": f"{owed // 100}.{owed % 100:02d}", "start_on": CASE["as_of"], "count": offer["count"],
            "first_due_on": offer["first_due_on"], "frequency": offer["frequency"], "annual_rate": offer["annual_rate"],
            "method": "equal_instalment", "interest_free_periods": periods, "rounding": "half_up"})
        assert made["totals"]["amount"] == offer["total"]
        assert max(float(row["amount"]) for row in made["instalments"]) == float(offer["instalment"])
        assert made["instalments"][-1]["due_on"] == offer["last_due_on"]
        assert made["annualised_rate"] == offer["annualised_rate"]


def test_each_offer_is_best_at_what_its_label_says_and_none_breaks_a_constraint() -> None:
    answer = ask("offers", CASE)
    offers = {offer["label"]: offer for offer in answer["offers"]}
    plans = [offer for offer in offers.values() if offer["kind"] == "personalised_agreement"]
    assert {"lightest", "cheapest", "balanced"} == {plan["label"] for plan in plans}
    assert float(offers["lightest"]["monthly"]) == min(float(plan["monthly"]) for plan in plans)
    assert float(offers["cheapest"]["total"]) == min(float(plan["total"]) for plan in plans)
    assert answer["recommended"] == "balanced"
    assert min(float(line["slack"]) for plan in plans for line in plan["constraints"]) >= 0


def test_a_wish_an_offer_already_meets_costs_nothing() -> None:
    answer = wish(monthly_at_most="1100.00")
    assert answer["answer"]["accepted"]
    assert answer["answer"]["reason"] == "offer_stands"
    balanced = next(offer for offer in answer["offers"] if offer["label"] == "balanced")
    assert answer["answer"]["plan"]["monthly"] == balanced["monthly"]


def test_offers_do_not_move_with_a_limit() -> None:
    for limited in (wish(monthly_at_most="500.00"), wish(months_at_most=12), wish(waive=["interest"])):
        assert limited["offers"] == ask("offers", CASE)["offers"]


def test_a_refusal_names_what_binds_and_the_smallest_change_which_then_is_accepted() -> None:
    refused = wish(monthly_at_most="200.00")
    assert not refused["answer"]["accepted"]
    assert refused["infeasible"]["binding"] == "term"
    change = refused["infeasible"]["smallest_change"]
    assert (change["constraint"], change["unit"]) == ("wish_monthly", "yuan")
    enough = wish(monthly_at_most=f"{200 + float(change['change']):.2f}")
    assert enough["answer"]["accepted"]
    a_fen_less = wish(monthly_at_most=f"{199.99 + float(change['change']):.2f}")
    assert not a_fen_less["answer"]["accepted"]


def test_more_money_a_month_would_make_the_nearest_plan_affordable() -> None:
    tight = {**CASE, "account": {**ACCOUNT, "principal": "40000.00"}, "affordable": "500.00", "ceiling": "600.00",
             "disposable": "2400.00"}
    refused = ask("offers", tight)
    assert (refused["offers"], refused["recommended"], refused["infeasible"]["binding"]) == ([], None, "affordable")
    enough = 500 + float(refused["infeasible"]["smallest_change"]["change"])
    more = {**tight, "affordable": f"{enough:.2f}", "ceiling": f"{enough + 100:.2f}"}
    plan = refused["infeasible"]["smallest_change"]["plan"]
    assert ask("offers", more)["offers"][0]["months"] == plan["months"]


def test_the_ceiling_counts_only_for_who_chose_it() -> None:
    case = {**CASE, "wish": {"months_at_most": 14}}
    assert not ask("offers", case)["answer"]["accepted"]
    assert ask("offers", {**case, "chose_ceiling": True})["answer"]["accepted"]


def test_a_settlement_appears_only_when_a_lump_sum_was_declared() -> None:
    assert "settlement" not in {offer["kind"] for offer in ask("offers", CASE)["offers"]}
    all_of_it = wish(lump_sum="30000.00")
    assert all_of_it["answer"]["accepted"]
    assert all_of_it["answer"]["plan"]["total"] == "21100.00"
    too_little = wish(lump_sum="15000.00")
    assert not too_little["answer"]["accepted"]
    enough = 15_000 + float(too_little["infeasible"]["smallest_change"]["change"])
    settled = wish(lump_sum=f"{enough:.2f}")["answer"]
    assert settled["accepted"]
    assert settled["plan"]["principal_waived"] == "0.00"
    assert float(settled["plan"]["interest_waived"]) <= 400


def test_principal_is_given_up_only_at_the_highest_level_and_after_write_off() -> None:
    late = {**CASE, "account": {**ACCOUNT, "days_past_due": 900}, "wish": {"lump_sum": "19500.00"}}
    assert not ask("offers", late)["answer"]["accepted"]
    assert float(ask("offers", {**late, "authority": "L4"})["answer"]["plan"]["principal_waived"]) > 0
    early = {**late, "account": {**ACCOUNT, "days_past_due": 75}, "authority": "L4"}
    answer = ask("offers", early)["answer"]
    assert answer["plan"] is None or answer["plan"]["principal_waived"] == "0.00"


def test_who_can_pay_no_instalment_gets_relief_and_never_a_plan() -> None:
    answer = ask("offers", POOR)
    assert [offer["kind"] for offer in answer["offers"]] == ["token_payment", "pause"]
    assert answer["recommended"] == "token_payment"
    assert answer["infeasible"]["binding"] == "affordable"
    nothing_left = {**POOR, "affordable": "0.00", "ceiling": "0.00", "disposable": "-300.00"}
    assert [offer["kind"] for offer in ask("offers", nothing_left)["offers"]] == ["pause"]


def test_a_pause_is_granted_in_hardship_and_else_met_by_a_later_start_or_not_at_all() -> None:
    paused = ask("offers", {**CASE, "hardship": ["illness"], "wish": {"pause_months": 3}})["answer"]
    assert (paused["accepted"], paused["plan"]["kind"], paused["plan"]["months"]) == (True, "pause", 3)
    later = wish(pause_months=2)["answer"]
    assert (later["accepted"], later["plan"]["first_due_on"]) == (True, "2027-01-22")
    assert wish(pause_months=3)["infeasible"]["smallest_change"]["constraint"] == "wish_pause"


def test_a_pause_named_beside_instalments_is_when_they_begin_and_no_answer_by_itself() -> None:
    ill = {**CASE, "hardship": ["illness"]}
    for limits in ({"months_at_most": 36}, {"monthly_at_most": "900.00"}, {"amount": "300.00", "frequency": "weekly"}):
        both = ask("offers", {**ill, "wish": {"pause_months": 2, **limits}})["answer"]
        assert both["plan"]["kind"] == "personalised_agreement", limits
        if both["accepted"]:
            assert both["plan"]["first_due_on"] >= "2027-01-22"


def test_a_wish_shapes_the_plan_that_answers_it() -> None:
    answer = wish(down_payment="3000.00", first_due_on="2027-01-05", months_at_most=30, waive=["late_fee", "interest"])
    plan = answer["answer"]["plan"]
    assert answer["answer"]["accepted"]
    assert (plan["down_payment"], plan["first_due_on"]) == ("3000.00", "2027-01-05")
    assert plan["months"] <= 30
    assert float(plan["late_fee_waived"]) > 0


def test_more_down_than_may_be_paid_down_is_not_quietly_made_less() -> None:
    found = wish(down_payment="20600.00")
    change = found["infeasible"]["smallest_change"]
    assert (found["answer"]["accepted"], change["constraint"]) == (False, "wish_down_payment")
    most = found["answer"]["plan"]["down_payment"]
    assert 20_600 - float(most) == float(change["change"])
    assert wish(down_payment=most)["answer"]["accepted"]


def test_one_payment_beside_the_limits_of_a_plan_is_paid_first() -> None:
    both = wish(lump_sum="2000.00", monthly_at_most="900.00")["answer"]
    assert (both["accepted"], both["plan"]["down_payment"]) == (True, "2000.00")
    assert both == wish(down_payment="2000.00", monthly_at_most="900.00")["answer"]


def test_an_extension_is_offered_only_where_the_month_pays_what_is_due() -> None:
    early = {**CASE, "account": {**ACCOUNT, "days_past_due": 10}, "affordable": "4000.00", "ceiling": "4000.00",
             "disposable": "8000.00"}
    extension = next(offer for offer in ask("offers", early)["offers"] if offer["kind"] == "extension")
    assert extension["monthly"] == "3100.00"
    assert extension["authority"] == "L1"
    assert "extension" not in {offer["kind"] for offer in ask("offers", CASE)["offers"]}


@pytest.mark.parametrize(("level", "months"), [("L1", 0), ("L2", 24), ("L3", 60)])
def test_no_offer_needs_more_authority_than_there_is(level: str, months: int) -> None:
    answer = ask("offers", {**CASE, "authority": level})
    assert all(offer["authority"] <= level for offer in answer["offers"])
    assert all(offer["months"] <= months for offer in answer["offers"] if offer["kind"] == "personalised_agreement")


def test_a_large_balance_is_for_the_highest_level() -> None:
    large = {**CASE, "account": {**ACCOUNT, "principal": "250000.00"}, "affordable": "9000.00", "ceiling": "9500.00",
             "disposable": "20000.00"}
    assert ask("offers", large)["infeasible"]["binding"] == "authority_balance"
    assert ask("offers", {**large, "authority": "L4"})["recommended"] is not None


def test_an_answer_is_replayed_byte_for_byte_and_its_hashes_ignore_spelling() -> None:
    one = ask("offers", {**CASE, "hardship": ["illness"], "wish": {"months_at_most": 20}})
    again = ask("offers", {"wish": {"months_at_most": 20}, "hardship": ["other"], **dict(reversed(CASE.items())),
                           "authority": "L3"})
    assert json.dumps(one) == json.dumps(again)
    other = ask("offers", {**CASE, "affordable": "1200.01"})
    assert other["input_hash"] != ask("offers", CASE)["input_hash"]
    assert other["grid_hash"] == ask("offers", CASE)["grid_hash"]


@pytest.mark.parametrize(("change", "code", "field"), [
    ({"age": 40}, "unknown_key", "age"),
    ({"sex": "f"}, "unknown_key", "sex"),
    ({"affordable": "2500.00", "ceiling": "2500.00"}, "affordable_above_disposable", "affordable"),
    ({"ceiling": "1000.00"}, "ceiling_below_affordable", "ceiling"),
    ({"affordable": "-1.00"}, "amount_malformed", "affordable"),
    ({"authority": "L5"}, "unknown_choice", "authority"),
    ({"account": {**ACCOUNT, "principal": "0.00", "interest": "0.00", "fees": "0.00"}}, "nothing_owed", "account"),
    ({"account": {**ACCOUNT, "days_past_due": -1}}, "out_of_range", "account.days_past_due"),
    ({"wish": {"amount": "100.00"}}, "missing", "wish.frequency"),
    ({"wish": {"race": "x"}}, "unknown_key", "wish.race"),
    ({"wish": {"waive": ["principal"]}}, "unknown_choice", "wish.waive.0"),
    ({"wish": {"due_day": 32}}, "out_of_range", "wish.due_day"),
    ({"disposable": "NaN"}, "amount_malformed", "disposable"),
])
def test_what_is_malformed_contradictory_or_none_of_our_business_is_refused(
        change: dict[str, Any], code: str, field: str) -> None:
    assert refusal({**CASE, **change}) == (code, field)


ODD_WISHES: list[dict[str, Any]] = [
    {}, {"monthly_at_most": "0.00"}, {"lump_sum": "0.01"}, {"pause_months": 600}, {"months_at_most": 1},
    {"down_payment": "99999999.00", "interest_free_months": 600}, {"first_due_on": "1990-01-01"},
    {"amount": "0.01", "frequency": "weekly"}, {"first_due_on": "2199-12-31", "due_day": 31}]


@pytest.mark.parametrize("account", [
    {"principal": "0.01", "interest": "0.00", "fees": "0.00", "days_past_due": 0},
    {"principal": "0.00", "interest": "0.01", "fees": "0.01", "days_past_due": 100000},
    {"principal": "90.00", "interest": "0.03", "fees": "5.00", "days_past_due": 31},
    {"principal": "1000000000.00", "interest": "1.00", "fees": "1.00", "days_past_due": 1},
    {"principal": "20000.00", "interest": "0.00", "fees": "0.00", "days_past_due": 5, "daily_rate": "0"},
    {"principal": "20000.00", "interest": "0.00", "fees": "0.00", "days_past_due": 5, "daily_rate": "0.001"},
])
def test_odd_accounts_get_an_answer(account: dict[str, Any]) -> None:
    for money in ({}, {"affordable": "0.00", "ceiling": "0.00", "disposable": "0.00"}):
        for wished in ODD_WISHES:
            answer = ask("offers", {**CASE, **money, "account": account, "wish": wished})
            slacks = [float(line["slack"]) for offer in answer["offers"] for line in offer["constraints"]]
            assert not slacks or min(slacks) >= 0


def test_a_cause_that_passes_suggests_a_plan_that_starts_lighter_and_its_stages_are_shown() -> None:
    offer = next(one for one in ask("offers", {**CASE, "hardship": ["job_loss"]})["offers"]
                 if one["label"] == "starts_lighter")
    assert offer["shape"]["step_months"] in (6, 12)
    stages = [float(stage["instalment"]) for stage in offer["stages"]]
    assert stages == sorted(set(stages))
    assert stages[-1] == float(offer["monthly"])
    assert sum(stage["count"] for stage in offer["stages"]) == offer["count"]
    level = next(one for one in ask("offers", CASE)["offers"] if one["label"] == "balanced")
    assert (level["shape"], level["stages"]) == (None, [])
    assert "starts_lighter" not in {one["label"] for one in ask("offers", {**CASE, "hardship": ["illness"]})["offers"]}


def test_lean_months_are_named_in_any_order_and_never_all_of_them() -> None:
    one, other = wish(lean_months=[7, 8]), wish(lean_months=[8, 7, 7])
    assert one == other
    assert one["answer"]["plan"]["shape"]["lean_months"] == [7, 8]
    with pytest.raises(InvalidInput) as refused:
        wish(lean_months=list(range(1, 13)))
    assert refused.value.code == "lean_months_all"


def test_a_question_that_says_nothing_of_shapes_keeps_its_hash() -> None:
    plain = wish(months_at_most=20)
    assert wish(months_at_most=20, step_up=False, lean_months=[])["input_hash"] == plain["input_hash"]
    assert wish(months_at_most=20, step_up=True)["input_hash"] != plain["input_hash"]


def test_the_earliest_first_day_is_another_question_than_the_first_day() -> None:
    exact, earliest = wish(first_due_on="2026-12-15"), wish(earliest_first_due_on="2026-12-15")
    assert exact["input_hash"] != earliest["input_hash"]
    assert exact["answer"]["plan"]["first_due_on"] == "2026-12-15" < earliest["answer"]["plan"]["first_due_on"]
    assert earliest["answer"]["reason"] == "offer_stands"
