"""Single rules of the negotiation by figures worked out by hand, and its policy."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.domain.actor import Authority
from core.domain.errors import InvalidInput
from core.domain.offers.bargaining import kalai_smorodinsky, nash
from core.domain.offers.conversation import Round, Stop, stop_reason
from core.domain.offers.evaluation import situation_of, whole_months
from core.domain.offers.model import NO_WISH, Bound, Facts, Wish
from core.domain.offers.negotiation import negotiate, one_level_up
from core.domain.offers.ordering import Objective, Purpose
from core.domain.offers.space import make_space
from core.domain.offers.value import Payments, hazard, plan_values
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

AS_OF = date(2026, 11, 22)
POLICY = PolicyBook.load().on(AS_OF)
RULE = offer_rule(POLICY)
FACTS = Facts(AS_OF, 20_000_00, 800_00, 300_00, 75, 1_200_00, 1_500_00, 2_400_00)


def test_a_payment_at_the_reference_share_has_the_bucket_s_hazard_and_half_of_it_less_than_half() -> None:
    at_reference = hazard(Decimal(1_920_00), FACTS, RULE)
    assert at_reference == pytest.approx(Decimal("0.013"))
    assert hazard(Decimal(960_00), FACTS, RULE) < at_reference / 2
    assert hazard(Decimal(1_920_00), replace(FACTS, hardship=True), RULE) == pytest.approx(Decimal("0.01625"))


def test_a_plan_nobody_breaks_at_no_cost_of_funds_is_worth_what_is_paid() -> None:
    free = replace(RULE, value=replace(
        RULE.value, monthly_hazard=dict.fromkeys(RULE.value.monthly_hazard, Decimal(0)), cost_of_funds=Decimal("1e-20"),
        debtor_discount=Decimal(0)))
    values = plan_values(Payments(1_000_00, 12_000_00, 12_000_00, 12, 30), FACTS, free)
    assert (values.lender_value_minor, values.debtor_cost_minor, values.completion) == (13_000_00, 13_000_00, 1)


def test_a_plan_is_worth_no_more_to_the_lender_than_what_is_owed() -> None:
    rich = plan_values(Payments(20_000_00, 1_00, 50_000_00, 1, 30), FACTS, RULE)
    assert rich.lender_value_minor == FACTS.balance_minor


def test_a_payment_out_of_the_buffer_counts_twice() -> None:
    rule = replace(RULE, value=replace(RULE.value, debtor_discount=Decimal(0)))
    inside = plan_values(Payments(0, 2_160_00, 2_160_00, 1, 30), FACTS, rule).debtor_cost_minor
    beyond = plan_values(Payments(0, 2_260_00, 2_260_00, 1, 30), FACTS, rule).debtor_cost_minor
    assert (inside, beyond) == (2_160_00, 2_260_00 + 100_00)


def test_kalai_smorodinsky_evens_shares_and_nash_multiplies_gains() -> None:
    points = [(10, 0), (9, 3), (6, 6), (2, 8), (0, 8)]
    assert kalai_smorodinsky(points) == 2  # shares .6 and .75; the next best has .375
    assert nash(points) == 2
    skewed = [(100, 1), (50, 5), (40, 6), (10, 10)]
    assert kalai_smorodinsky(skewed) == 1  # .5 and .5
    assert nash(skewed) == 1
    assert kalai_smorodinsky([(-1, 5)]) is None
    assert nash([]) is None


@pytest.mark.parametrize(("rounds", "stop"), [
    ([], None), ([Round("a")], None), ([Round("a", accepted=True)], Stop.ACCEPTED),
    ([Round("a"), Round("b"), Round("a")], Stop.SAME_OFFER_TWICE), ([Round(None)], Stop.NOTHING_FEASIBLE),
    ([Round("a"), Round("b"), Round("c")], None), ([Round("a"), Round("b"), Round("c"), Round("d")], Stop.ROUNDS),
    ([Round("a", accepted=True, vulnerable=True)], Stop.VULNERABLE),
])
def test_a_conversation_ends_for_the_first_reason_that_holds(rounds: list[Round], stop: Stop | None) -> None:
    assert stop_reason(rounds, RULE.many) is stop


def test_no_plan_bears_more_than_the_contract_or_less_than_policy_offers() -> None:
    assert max(offer_rule(POLICY, Decimal("0.0003")).grid.annual_rates) <= Decimal("0.1095")
    assert offer_rule(POLICY, Decimal(0)).grid.annual_rates == (Decimal(0),)
    assert max(RULE.grid.annual_rates) == Decimal("0.1825")


def test_the_space_has_the_due_day_asked_for_and_the_down_payment_declared() -> None:
    space = make_space(FACTS, RULE, Wish(due_day=31, down_payment_minor=9_000_00))
    assert space.first_due_dates == (date(2026, 12, 31),)
    assert {one.down_payment_minor for one in space.concessions} == {0, 4_220_00}  # a fifth of the balance at most
    assert make_space(FACTS, RULE, Wish(due_day=25)).first_due_dates == (date(2026, 12, 25),)
    late = make_space(FACTS, RULE, Wish(first_due_date=date(2030, 1, 1)))
    assert late.first_due_dates == (date(2026, 12, 22), date(2027, 1, 23))


def test_a_long_first_period_that_outgrows_the_instalment_makes_no_plan() -> None:
    two = replace(RULE, grid=replace(RULE.grid, start_months=2))
    space = make_space(FACTS, two, NO_WISH)
    dearest = len(space.prices) - 1 - RULE.grid.interest_free_months
    assert space.prices[dearest].annual_rate == Decimal("0.1825")
    assert space.lasting[0][dearest] == 60
    assert space.lasting[1][dearest] < 60
    search = ArraySearch(situation_of(FACTS, two, NO_WISH))
    assert all(space.exists(int(index)) for index in search.plans.index[::97])
    assert len(search.plans) == sum(space.exists(index) for index in range(len(space)))


@pytest.mark.parametrize(("start", "end", "months"), [
    (date(2026, 1, 31), date(2026, 2, 28), 1), (date(2026, 1, 31), date(2026, 3, 30), 1),
    (date(2026, 1, 15), date(2026, 3, 15), 2), (date(2026, 1, 15), date(2026, 3, 14), 1),
    (date(2026, 11, 30), date(2027, 2, 28), 3)])
def test_whole_months_end_on_the_last_day_of_a_shorter_one(start: date, end: date, months: int) -> None:
    assert whole_months(start, end) == months


def test_the_best_plan_one_level_up_gives_no_less() -> None:
    collector = replace(FACTS, authority=Authority.L2)
    own = negotiate(collector, RULE, NO_WISH, ArraySearch)
    above = one_level_up(collector, RULE, NO_WISH, ArraySearch)
    assert above is not None
    assert above.offers[0].monthly_minor < own.offers[0].monthly_minor
    assert one_level_up(replace(FACTS, authority=Authority.L4), RULE, NO_WISH, ArraySearch) is None


def test_facts_that_contradict_each_other_are_refused() -> None:
    for change, code in (({"affordable_minor": 2_400_01, "ceiling_minor": 2_400_01}, "affordable_above_disposable"),
                         ({"ceiling_minor": 1_00}, "ceiling_below_affordable"),
                         ({"days_past_due": -1}, "days_negative"),
                         ({"fees_minor": -1}, "amount_out_of_range")):
        with pytest.raises(InvalidInput) as refused:
            replace(FACTS, **change)
        assert refused.value.code == code


def test_constraints_can_be_set_aside_only_where_every_plan_was_kept() -> None:
    quick = ArraySearch(situation_of(FACTS, RULE, NO_WISH), feasible_only=True)
    with pytest.raises(ValueError, match="set aside"):
        quick.best(Objective(Purpose.LIGHTEST), frozenset({Bound.AFFORDABLE}))


def test_the_rules_load_without_numpy() -> None:
    loaded = "import sys, core.domain.offers.negotiation, core.services.calculator; print('numpy' in sys.modules)"
    run = subprocess.run([sys.executable, "-c", loaded], capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "False"
