"""Plans that start lighter and plans with lean months: when they are offered and what they keep."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.offers.as_request import terms_of
from core.domain.offers.evaluation import situation_of, work_out
from core.domain.offers.model import NO_WISH, Bound, Facts, Wish
from core.domain.offers.negotiation import Negotiation, negotiate
from core.domain.offers.offer import Offer
from core.domain.offers.plan import Concession, PlanTerms, Price
from core.domain.offers.shaped import ShapedPayments, shaped_payments, shaped_values
from core.domain.offers.value import Payments, plan_values
from core.domain.plan_shape import PlanShape
from core.domain.request_terms import AgreementTerms, as_record, from_record
from core.policy.book import PolicyBook
from core.policy.rules.negotiation import offer_rule
from core.portfolio.offers import ArraySearch

AS_OF = date(2026, 11, 22)
RULE = offer_rule(PolicyBook.load().on(AS_OF))
FACTS = Facts(AS_OF, 20_000_00, 800_00, 300_00, 75, 1_200_00, 1_500_00, 2_400_00)
RECOVERING = replace(FACTS, hardship=True, income_recovers=True)


def ask(facts: Facts = FACTS, wish: Wish = NO_WISH) -> Negotiation:
    return negotiate(facts, RULE, wish, ArraySearch)


def labelled(found: Negotiation, label: str) -> Offer | None:
    return next((offer for offer in found.offers if offer.label == label), None)


def amounts(offer: Offer) -> list[int]:
    terms = terms_of(offer)
    assert isinstance(terms, AgreementTerms)
    schedule = terms.schedule(FACTS.balance_minor, AS_OF)
    assert schedule.amount_minor + schedule.down_payment_minor == offer.total_minor
    return [row.amount_minor for row in schedule.instalments]


def test_whose_income_recovers_is_shown_a_plan_that_starts_clearly_lighter_beside_the_three() -> None:
    found = ask(RECOVERING)
    lighter, balanced = labelled(found, "starts_lighter"), labelled(found, "balanced")
    assert lighter is not None
    assert balanced is not None
    assert found.recommended == "balanced"
    paid = amounts(lighter)
    assert paid[0] <= balanced.monthly_minor * 9 // 10
    assert paid == sorted(paid[:-1]) + paid[-1:]
    assert paid[-1] <= paid[-2]
    assert max(paid) == lighter.monthly_minor <= RECOVERING.affordable_minor
    assert [stage.instalment_minor for stage in lighter.stages] == sorted({*paid[:-1]})
    assert sum(stage.count for stage in lighter.stages) == len(paid)


def test_nobody_else_is_shown_one_unasked() -> None:
    assert labelled(ask(), "starts_lighter") is None
    assert labelled(ask(replace(FACTS, hardship=True)), "starts_lighter") is None
    assert labelled(ask(wish=Wish(step_up=True)), "starts_lighter") is not None


def test_the_three_offers_do_not_move_beside_it() -> None:
    without = ask(replace(RECOVERING, income_recovers=False)).offers
    assert [one for one in ask(RECOVERING).offers if one.label != "starts_lighter"] == list(without)


def test_every_step_is_affordable_today_unless_more_was_declared_and_never_above_the_ceiling() -> None:
    tight = replace(FACTS, affordable_minor=300_00)
    assert labelled(ask(tight, Wish(step_up=True)), "starts_lighter") is None
    for declared in (700_00, 2_000_00):
        found = labelled(ask(tight, Wish(step_up=True, later_monthly_minor=declared)), "starts_lighter")
        assert found is not None
        paid = amounts(found)
        assert paid[0] <= tight.affordable_minor < max(paid) <= min(declared, tight.ceiling_minor)
        assert ask(tight, Wish(step_up=True, later_monthly_minor=declared)).recommended == "starts_lighter"


def test_what_is_possible_now_is_where_the_plan_starts_and_a_fen_short_of_it_is_told() -> None:
    answer = ask(wish=Wish(first_monthly_at_most_minor=400_00)).answer
    assert answer is not None
    assert answer.accepted
    assert answer.plan is not None
    assert amounts(answer.plan)[0] <= 400_00
    refused = ask(wish=Wish(first_monthly_at_most_minor=150_00))
    assert refused.infeasible is not None
    change = refused.infeasible.smallest_change
    assert change is not None
    assert change.name is Bound.WISH_FIRST_MONTHLY
    enough = 150_00 + int(change.amount)
    for limit, accepted in ((enough, True), (enough - 1, False)):
        again = ask(wish=Wish(first_monthly_at_most_minor=limit)).answer
        assert again is not None
        assert again.accepted is accepted


@pytest.mark.parametrize("frequency", list(Frequency))
def test_lean_months_pay_less_and_no_instalment_lies_above_the_others(frequency: Frequency) -> None:
    offer = labelled(ask(wish=Wish(lean_months=(1, 2, 8), frequency=frequency)), "lean_months")
    assert offer is not None
    terms = terms_of(offer)
    assert isinstance(terms, AgreementTerms)
    rows = terms.schedule(FACTS.balance_minor, AS_OF).instalments
    lean = {row.amount_minor for row in rows[:-1] if row.due_date.month in (1, 2, 8)}
    other = {row.amount_minor for row in rows[:-1] if row.due_date.month not in (1, 2, 8)}
    assert len(lean) == len(other) == 1
    assert min(lean) < min(other)
    assert rows[-1].amount_minor <= max(other)
    assert min(lean) * 12 // {"weekly": 3, "fortnightly": 6, "monthly": 12}[frequency.value] >= 100_00


def test_what_is_possible_in_a_lean_month_is_kept_to() -> None:
    offer = labelled(ask(wish=Wish(lean_months=(1, 2), lean_monthly_at_most_minor=200_00)), "lean_months")
    assert offer is not None
    assert min(amounts(offer)[:-1]) <= 200_00
    below_the_least = ask(wish=Wish(lean_months=(1, 2), lean_monthly_at_most_minor=99_99))
    assert below_the_least.answer is not None
    assert not below_the_least.answer.accepted


def test_steps_and_lean_months_go_together_with_a_limit() -> None:
    answer = ask(wish=Wish(step_up=True, lean_months=(2,), months_at_most=24)).answer
    assert answer is not None
    assert answer.accepted
    assert answer.plan is not None
    assert answer.plan.months <= 24
    assert (answer.plan.shape.lean_months, bool(answer.plan.shape.step_months)) == ((2,), True)


def test_a_debt_too_small_for_instalments_that_differ_is_told_so() -> None:
    small = replace(FACTS, principal_minor=250_00, interest_minor=0, fees_minor=0)
    found = ask(small, Wish(step_up=True))
    assert found.answer is not None
    assert not found.answer.accepted
    assert found.infeasible is not None
    assert found.infeasible.binding is Bound.MINIMUM_INSTALMENT


def test_a_shape_of_equal_months_is_worth_what_a_level_plan_is() -> None:
    level = plan_values(Payments(500_00, 12_000_00, 12_600_00, 24, 40), FACTS, RULE)
    months = shaped_values(ShapedPayments(500_00, 12_000_00, (Decimal(525_00),) * 24, 40), FACTS, RULE)
    assert months == level


def test_later_steps_count_on_no_recovery_of_income() -> None:
    rising = ShapedPayments(0, 12_000_00, (Decimal(400_00),) * 12 + (Decimal(600_00),) * 12, 30)
    level = ShapedPayments(0, 12_000_00, (Decimal(500_00),) * 24, 30)
    assert shaped_values(rising, FACTS, RULE).completion < shaped_values(level, FACTS, RULE).completion


def test_a_month_of_weeks_counts_as_a_month_of_52_twelfths() -> None:
    terms = PlanTerms(Concession(), date(2026, 11, 29), Price(), 3, Frequency.WEEKLY, PlanShape(1, Decimal("1"), 2))
    plan = AgreementTerms(3, terms.first_due_date, frequency=Frequency.WEEKLY, shape=terms.shape).plan(27_00, AS_OF)
    # 4 weeks of 1, 4 of 2, 5 of 3 = 27 parts of 100 fen: a week of 100 fen is 4.3333 yuan a month.
    monthly = shaped_payments(terms, plan, 7).monthly
    assert [round(one, 2) for one in monthly] == [Decimal("433.33"), Decimal("866.67"), Decimal("1300.00")]


def test_a_plan_that_does_not_cover_its_interest_breaches_a_constraint_nobody_sets_aside() -> None:
    dear = replace(RULE, grid=replace(RULE.grid, step_sizes=(Decimal(2),), step_months=(24,)))
    situation = situation_of(FACTS, dear, Wish(step_up=True, due_day=22))
    options = [work_out(index, situation) for index in range(len(situation.space)) if situation.space.exists(index)
               and situation.space.terms(index).months == 60]
    uncovered = [option for option in options if option.slacks[Bound.INTEREST_COVERED] < 0]
    assert uncovered
    assert all(Bound.INTEREST_COVERED in option.breaches(frozenset(Bound)) for option in uncovered)


def test_terms_with_a_shape_are_stored_and_read_back_and_level_ones_are_stored_as_before() -> None:
    shaped = AgreementTerms(24, date(2026, 12, 22), shape=PlanShape(6, Decimal("0.25"), 3))
    record = as_record(shaped)
    assert record["shape"] == {"step_months": 6, "step_share": "0.25", "most_steps": 3}
    assert from_record("personalised_agreement", record) == shaped
    assert "shape" not in as_record(AgreementTerms(24, date(2026, 12, 22)))


def test_lean_months_that_are_none_are_refused() -> None:
    for months in ((0,), (13,), (2, 1), tuple(range(1, 13))):
        with pytest.raises(InvalidInput):
            Wish(lean_months=months)
