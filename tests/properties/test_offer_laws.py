"""More laws of the negotiation: replay in another process, what may not count, what eases, and shapes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import fields, replace
from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.offers.conversation import Round, stop_reason
from core.domain.offers.evaluation import situation_of
from core.domain.offers.model import NO_WISH, Bound, Facts, OfferKind, Wish
from core.domain.offers.negotiation import negotiate
from core.domain.offers.offer import Offer
from core.domain.offers.ordering import Objective, Purpose
from core.domain.offers.rule import OfferRule
from core.policy.book import PolicyBook
from core.portfolio.offers import ArraySearch
from core.services.calculator import calculate
from tests.portfolio.offer_cases import RULE
from tests.properties.test_offers import ask, facts_of, wishes

DOCUMENT: dict[str, Any] = {
    "as_of": "2026-11-22", "account": {"principal": "20000.00", "interest": "800.00", "fees": "300.00",
                                       "days_past_due": 45},
    "affordable": "1200.00", "ceiling": "1500.00", "disposable": "2400.00", "hardship": ["job_loss", "illness"]}
WISHES: list[dict[str, Any]] = [
    {}, {"monthly_at_most": "500.00"}, {"amount": "120.00", "frequency": "weekly"}, {"lump_sum": "9000.00"},
    {"lump_sum": "3200.00", "first_due_on": "2026-11-27"}, {"step_up": True, "first_monthly_at_most": "300.00"},
    {"lean_months": [1, 2], "due_day": 31}, {"monthly_at_most": "10.00", "waive": ["interest", "late_fee"]},
    {"pause_months": 3}]
_PLAYED = """
import json, sys
from core.policy.book import PolicyBook
from core.services.calculator import calculate
for line in sys.stdin:
    print(json.dumps(calculate("offers", line.encode(), PolicyBook.load)))
"""


def documents() -> list[dict[str, Any]]:
    return [{**DOCUMENT, "wish": wish} for wish in WISHES]


def played(hash_seed: str) -> str:
    """The answers of another process, byte by byte."""
    given_lines = "\n".join(json.dumps(document) for document in documents())
    run = subprocess.run([sys.executable, "-c", _PLAYED], input=given_lines, capture_output=True, text=True, check=True,
                         env=os.environ | {"PYTHONHASHSEED": hash_seed})
    return run.stdout


def answer(document: dict[str, Any]) -> dict[str, Any]:
    return calculate("offers", json.dumps(document).encode(), PolicyBook.load)


def test_a_replay_in_another_process_is_the_same_byte_for_byte_whatever_its_hashes() -> None:
    here = "".join(json.dumps(answer(document)) + "\n" for document in documents())
    assert played("1") == played("4242") == here


names = st.text(st.characters(codec="ascii", categories=("Ll", "Nd")), min_size=1, max_size=12)
PROTECTED = st.sampled_from(["sex", "gender", "age", "married", "education", "region", "nationality", "name", "phone",
                             "employer", "dependants", "religion", "rounds", "insisted", "refused_before"])


@settings(max_examples=60)
@given(st.one_of(names, PROTECTED), st.sampled_from(["", "account", "wish"]),
       st.one_of(st.integers(-10**6, 10**6), st.text(max_size=5), st.booleans()))
def test_what_is_no_fact_cannot_be_put_in(name, place, value) -> None:
    known = {**DOCUMENT, "authority": 0, "chose_ceiling": 0, "wish": 0, "issuer": 0, "daily_rate": 0}
    document = {**DOCUMENT, "account": dict(DOCUMENT["account"]), "wish": {}}
    if name in known or name in document["account"] or name in {"amount", "frequency", "waive", "principal", "fees"}:
        return
    (document[place] if place else document)[name] = value
    with pytest.raises(InvalidInput) as refused:
        answer(document)
    assert refused.value.code == "unknown_key"


def test_nothing_but_money_lateness_and_hardship_is_a_fact() -> None:
    assert {one.name for one in fields(Facts)} == {
        "as_of", "principal_minor", "interest_minor", "fees_minor", "days_past_due", "affordable_minor",
        "ceiling_minor", "disposable_minor", "hardship", "authority", "chose_ceiling", "income_recovers", "due_minor",
        "elsewhere"}


@settings(max_examples=12, deadline=None)
@given(st.permutations(sorted(DOCUMENT)), st.permutations(["illness", "bereavement", "other"]), st.integers(1, 3))
def test_order_and_wording_of_what_is_no_figure_never_change_the_answer(keys, causes, several) -> None:
    plain = answer({**DOCUMENT, "hardship": ["illness"]})
    document = {key: DOCUMENT[key] for key in keys} | {"hardship": causes[:several]}
    assert json.dumps(answer(document)) == json.dumps(plain)


def eased_rules(rule: OfferRule) -> dict[str, OfferRule]:
    """The rule with one constraint of policy eased."""
    least = replace(rule.limits, least_instalment_minor=rule.limits.least_instalment_minor // 2)
    return {
        "completion": replace(rule, value=replace(rule.value, completion_floor=Decimal("0.2"))),
        "minimum": replace(rule, limits=least),
        "authority": replace(rule, authority=replace(
            rule.authority, plan_months=dict.fromkeys(rule.authority.plan_months, 60))),
        "large": replace(rule, authority=replace(rule.authority, large_balance_minor=10**15)),
        "waivers": replace(rule, authority=replace(rule.authority, waivers=replace(
            rule.authority.waivers, late_fee_amount_minor={},
            late_fee_ratio=dict.fromkeys(rule.authority.waivers.late_fee_ratio, Decimal(1)),
            interest_ratio=dict.fromkeys(rule.authority.waivers.interest_ratio, Decimal(1)))))}


@settings(max_examples=25, deadline=None)
@given(facts_of(), st.sampled_from(sorted(eased_rules(RULE))), st.sampled_from([NO_WISH, Wish(step_up=True)]))
def test_easing_one_constraint_of_policy_never_worsens_the_lightest_and_the_cheapest(facts, name, wish) -> None:
    strict = replace(RULE, value=replace(RULE.value, completion_floor=Decimal("0.7")))
    before = ArraySearch(situation_of(facts, strict, wish))
    after = ArraySearch(situation_of(facts, eased_rules(strict)[name], wish))
    for purpose, measure in ((Purpose.LIGHTEST, "monthly_minor"), (Purpose.CHEAPEST, "total_minor")):
        held, found = before.best(Objective(purpose)), after.best(Objective(purpose))
        if held is not None:
            assert found is not None
            assert getattr(found, measure) <= getattr(held, measure)


@settings(max_examples=40, deadline=None)
@given(facts_of(), wishes, st.sampled_from(["monthly_at_most_minor", "instalment_at_most_minor", "months_at_most"]),
       st.integers(1, 500))
def test_a_wider_limit_is_met_by_what_met_the_narrower_one(facts, wish, name, more) -> None:
    limit = getattr(wish, name)
    if limit is None:
        return
    narrow = ask(facts, wish)
    wide = ask(facts, replace(wish, **{name: limit + more}))
    if narrow.answer is not None and narrow.answer.accepted and wish.lump_sum_minor is None:
        assert wide.answer is not None
        assert wide.answer.plan is not None
        assert wide.infeasible is None or wide.answer.accepted


@settings(max_examples=15, deadline=None)
@given(facts_of(), st.lists(wishes, min_size=3, max_size=3, unique=True))
def test_rounds_in_another_order_bring_the_same_answers_and_never_a_longer_conversation(facts, asked) -> None:
    alone = {wish: ask(facts, wish).answer for wish in asked}
    for order in permutations(asked):
        rounds = []
        for wish in order:
            found = ask(facts, wish).answer
            assert found == alone[wish]
            rounds.append(Round(None if found is None or found.plan is None else repr(found.plan),
                                accepted=bool(found and found.accepted)))
        doubled = rounds * 2
        assert stop_reason(doubled, RULE.many) is not None


months_of_the_year = st.lists(st.integers(1, 12), max_size=6, unique=True).map(sorted).map(tuple)
shapes = st.builds(
    lambda frequency, rises, lean, first, later, low, most: Wish(
        frequency=frequency, step_up=rises or not lean, first_monthly_at_most_minor=first, later_monthly_minor=later,
        lean_months=lean, lean_monthly_at_most_minor=low, months_at_most=most),
    st.sampled_from(Frequency), st.booleans(), months_of_the_year, st.none() | st.integers(1, 5_000_00),
    st.none() | st.integers(1, 9_000_00), st.none() | st.integers(1, 3_000_00), st.none() | st.integers(1, 70))


@settings(max_examples=50, deadline=None)
@given(facts_of(), shapes, st.booleans())
def test_plans_whose_instalments_differ_keep_every_constraint_and_repay_exactly(facts, wish, recovers) -> None:
    facts = replace(facts, income_recovers=recovers)
    found = ask(facts, wish)
    assert found == ask(facts, wish)
    answered = [found.answer.plan] if found.answer and found.answer.accepted and found.answer.plan else []
    for offer in [*found.offers, *answered]:
        assert all(line.slack >= 0 for line in offer.constraints), offer
        if offer.shape.is_level:
            continue
        check_shape(offer, facts, wish)


def check_shape(offer: Offer, facts: Facts, wish: Wish) -> None:
    """Nothing above what may be paid, nothing below the least, no large last payment, and the sum to the fen."""
    assert offer.kind is OfferKind.PERSONALISED_AGREEMENT
    amounts = [stage.instalment_minor for stage in offer.stages]
    later = max(facts.limit_minor, min(wish.later_monthly_minor or 0, facts.ceiling_minor))
    per_month = offer.monthly_minor / offer.instalment_minor
    assert max(amounts) == offer.instalment_minor
    assert amounts[0] * per_month <= facts.limit_minor + 1
    assert offer.monthly_minor <= later
    assert len(set(amounts)) > 1
    assert sum(stage.count for stage in offer.stages) == offer.count
    level = sum(stage.count * stage.instalment_minor for stage in offer.stages) + offer.down_payment_minor
    # The last instalment absorbs what rounding left: never more than its own stage.
    assert level - amounts[-1] < offer.total_minor <= level
    if not offer.annual_rate:
        assert offer.total_minor == offer.financed_minor + offer.down_payment_minor
    if wish.lean_months and not wish.rises:
        lean = {stage.instalment_minor for stage in offer.stages if stage.first_due_date.month in wish.lean_months}
        assert max(lean) < max(amounts)


@settings(max_examples=25, deadline=None)
@given(facts_of(), st.integers(1, 3_000_00), st.integers(1, 1_000_00))
def test_more_expected_later_never_takes_the_lightest_start_away(facts, expected, more) -> None:
    before = ArraySearch(situation_of(facts, RULE, Wish(step_up=True, later_monthly_minor=expected)))
    after = ArraySearch(situation_of(facts, RULE, Wish(step_up=True, later_monthly_minor=expected + more)))
    for purpose in (Purpose.LIGHTEST, Purpose.CHEAPEST, Purpose.LENDER, Purpose.DEBTOR):
        held, found = before.best(Objective(purpose)), after.best(Objective(purpose))
        assert held is None or found is not None
        if held is not None and found is not None and purpose is Purpose.CHEAPEST:
            assert found.total_minor <= held.total_minor


@settings(max_examples=25, deadline=None)
@given(facts_of(), shapes)
def test_the_three_offers_do_not_move_with_the_shape_asked_for(facts, wish) -> None:
    three = ("lightest", "cheapest", "balanced")
    plain = negotiate(facts, RULE, Wish(frequency=wish.frequency), ArraySearch)
    shaped = negotiate(facts, RULE, wish, ArraySearch)
    assert [one for one in shaped.offers if one.label in three] == [one for one in plain.offers if one.label in three]


@settings(max_examples=25, deadline=None)
@given(facts_of(), st.sampled_from([*Bound]), shapes)
def test_setting_a_constraint_aside_never_worsens_a_shape(facts, bound, wish) -> None:
    search = ArraySearch(situation_of(facts, RULE, wish))
    for purpose, measure in ((Purpose.LIGHTEST, "monthly_minor"), (Purpose.CHEAPEST, "total_minor")):
        held, eased = (search.best(Objective(purpose), without) for without in (frozenset(), frozenset({bound})))
        if held is not None:
            assert eased is not None
            assert getattr(eased, measure) <= getattr(held, measure)
