"""Laws of schedules, rates, projections and assessments, whatever the figures."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.affordability import AffordabilityAssessment, Outcome, assess
from core.domain.allocation import Outstanding
from core.domain.apr import dated_rate, monthly_rate
from core.domain.calendar import Frequency
from core.domain.household import Evidence, Household, Income, Spending, SpendingKind
from core.domain.money import Rounding
from core.domain.projection import project, project_schedule
from core.domain.projection_model import FixedMonthly, Position, Projection, Scenario
from core.domain.schedule import (
    DayCount,
    Method,
    RatePer,
    Schedule,
    SchedulePlan,
    annualised_rate,
    make_schedule,
)
from core.policy.book import PolicyBook
from core.policy.rules.plan import affordability_rule
from core.policy.rules.projection import projection_rule

POLICY = PolicyBook.load().on(date(2026, 11, 22))
AFFORDABILITY = affordability_rule(POLICY)
PROJECTION = projection_rule(POLICY)

amounts = st.integers(0, 10**9)
days = st.dates(date(1990, 1, 1), date(2150, 12, 31))
rates = st.decimals(Decimal(0), Decimal("0.6"), places=5)


@st.composite
def plans(draw: st.DrawFn) -> SchedulePlan:
    method = draw(st.sampled_from(Method))
    principal = draw(amounts)
    count = draw(st.integers(1, 60))
    start = draw(days)
    bears_interest = method in (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL)
    rate_per = draw(st.sampled_from(RatePer))
    rate = draw(rates) if bears_interest else Decimal(0)
    return SchedulePlan(
        principal_minor=principal, start_date=start, count=count, method=method,
        first_due_date=start + timedelta(days=draw(st.integers(0, 100))),
        frequency=draw(st.sampled_from(Frequency)),
        rate=rate / 365 if rate_per is RatePer.DAY else rate, rate_per=rate_per,
        fee_rate=draw(rates) / 12 if method is Method.FEE_PER_PERIOD else Decimal(0),
        day_count=draw(st.sampled_from(DayCount)), down_payment_minor=draw(st.integers(0, principal)),
        interest_free_periods=draw(st.integers(0, count)), rounding=draw(st.sampled_from(Rounding)))


@given(plans())
def test_a_schedule_repays_exactly_its_principal(plan: SchedulePlan) -> None:
    made = make_schedule(plan)
    assert made.principal_minor == plan.principal_minor - plan.down_payment_minor
    assert made.amount_minor == made.principal_minor + made.interest_minor + made.fee_minor
    assert len(made.instalments) == plan.count


@given(plans())
def test_balances_fall_to_zero_and_no_part_is_negative(plan: SchedulePlan) -> None:
    balance = plan.principal_minor - plan.down_payment_minor
    for row in make_schedule(plan).instalments:
        assert min(row.principal_minor, row.interest_minor, row.fee_minor) >= 0
        assert row.balance_after_minor == balance - row.principal_minor
        balance = row.balance_after_minor
    assert balance == 0


@given(plans())
def test_due_dates_rise(plan: SchedulePlan) -> None:
    rows = make_schedule(plan).instalments
    assert all(one.due_date < two.due_date for one, two in pairwise(rows))


@given(plans(), st.integers(1, 12))
def test_more_interest_free_periods_never_cost_more(plan: SchedulePlan, more: int) -> None:
    free = min(plan.interest_free_periods + more, plan.count)
    # Each instalment rounds by at most a fen either way.
    assert make_schedule(replace(plan, interest_free_periods=free)).interest_minor <= (
        make_schedule(plan).interest_minor + plan.count)


@given(plans())
def test_a_schedule_without_cost_discloses_zero(plan: SchedulePlan) -> None:
    free = make_schedule(replace(plan, method=Method.INTEREST_FREE, rate=Decimal(0), fee_rate=Decimal(0)))
    assert annualised_rate(free).monthly_irr_x12 == Decimal("0.00")
    assert annualised_rate(free).effective == Decimal("0.00")


@given(st.integers(10**7, 10**10), st.integers(1, 60), st.decimals(Decimal("0.001"), Decimal("0.36"), places=4))
@settings(max_examples=60)
def test_the_disclosed_rate_of_equal_months_is_the_rate_they_were_made_with(
    principal: int, count: int, rate: Decimal
) -> None:
    made = make_schedule(SchedulePlan(principal, date(2024, 1, 1), count, rate=rate))
    # A hundredth for the two decimals shown, and what rounding each line to a fen can move.
    assert abs(annualised_rate(made).monthly_irr_x12 - rate * 100) <= Decimal("0.01")


@given(st.lists(st.integers(1, 10**8), min_size=1, max_size=40), st.integers(1, 10**9))
@settings(max_examples=60)
def test_the_rate_shown_brackets_the_exact_root(paid: list[int], received: int) -> None:
    flows = [(0, received), *((number, -amount) for number, amount in enumerate(paid, 1))]
    shown = monthly_rate(flows).monthly_irr_x12

    def worth(percent: Decimal) -> Fraction:
        """What the flows are worth at a yearly rate, exactly."""
        growth = 1 + Fraction(percent) / 1200
        return sum((Fraction(amount) / growth**step for step, amount in flows), Fraction(0))

    half = Decimal("0.005")
    if shown > Decimal("-1199.99"):
        assert worth(shown - half) <= 0
    assert worth(shown + half) >= 0


@given(st.integers(10**4, 10**9), st.integers(1, 2000), st.integers(0, 10**6))
@settings(max_examples=60)
def test_a_dated_rate_does_not_depend_on_the_day_it_starts(received: int, span: int, more: int) -> None:
    def rate(start: date) -> Decimal:
        return dated_rate([(start, received), (start + timedelta(days=span), -(received + more))]).effective

    if more * 10**3 < received:  # keep the yearly figure short
        assert rate(date(2024, 2, 28)) == rate(date(2023, 2, 28))


@st.composite
def positions(draw: st.DrawFn) -> Position:
    owed = Outstanding(draw(st.integers(0, 10**6)), draw(st.integers(0, 10**7)), draw(amounts))
    return Position(draw(days), owed, draw(st.one_of(st.just(0), st.integers(0, 400))), draw(st.integers(1, 31)))


scenarios = st.one_of(st.sampled_from(Scenario), st.builds(FixedMonthly, st.integers(0, 10**8)))
lengths = st.integers(1, 24)


@given(positions(), lengths, scenarios, st.booleans())
def test_each_month_opening_plus_charges_less_payments_is_closing(
    position: Position, months: int, scenario: Scenario | FixedMonthly, compounds: bool
) -> None:
    result = project(position, months, scenario, replace(PROJECTION, compounds=compounds))
    total = position.outstanding.total_minor
    for month in result.months:
        total += month.interest_charged_minor + month.late_fee_charged_minor - month.paid_minor
        assert month.total_minor == total
        assert month.total_minor == month.principal_minor + month.interest_minor + month.fees_minor
        assert min(month.principal_minor, month.interest_minor, month.fees_minor, month.paid_minor) >= 0
    assert len(result.months) == months


@given(positions(), lengths)
def test_paying_the_minimum_never_costs_more_than_doing_nothing(position: Position, months: int) -> None:
    nothing = project(position, months, Scenario.DO_NOTHING, PROJECTION)
    minimum = project(position, months, Scenario.MINIMUM_PAYMENT, PROJECTION)
    assert minimum.interest_total_minor <= nothing.interest_total_minor
    assert minimum.late_fee_total_minor <= nothing.late_fee_total_minor
    assert nothing.paid_total_minor == 0


@given(positions(), st.integers(1, 60), st.integers(0, 10**8), st.integers(1, 10**8))
@settings(max_examples=60)
def test_paying_more_each_month_never_settles_later(
    position: Position, months: int, amount: int, more: int
) -> None:
    def settled(result: Projection) -> date:
        return result.settled_on or date.max

    less = project(position, months, FixedMonthly(amount), PROJECTION)
    assert settled(project(position, months, FixedMonthly(amount + more), PROJECTION)) <= settled(less)


@given(positions(), lengths, scenarios)
def test_nothing_is_owed_from_the_day_a_debt_is_settled(
    position: Position, months: int, scenario: Scenario | FixedMonthly
) -> None:
    result = project(position, months, scenario, PROJECTION)
    for month in result.months:
        if result.settled_on is not None and month.on >= result.settled_on:
            assert month.total_minor == 0
            assert month.days_past_due == 0


@given(plans(), positions())
def test_a_kept_plan_pays_exactly_what_its_schedule_asks(plan: SchedulePlan, position: Position) -> None:
    schedule: Schedule = make_schedule(plan)
    beside = replace(position, as_of=plan.start_date - timedelta(days=1))
    result = project_schedule(beside, 120, schedule, PROJECTION.delinquency)
    assert result.months[-1].total_minor == 0
    assert result.paid_total_minor == schedule.amount_minor + schedule.down_payment_minor
    assert result.interest_total_minor == schedule.cost_minor


evidence = st.sampled_from(Evidence)
monthly = st.integers(0, 10**7)


@st.composite
def households(draw: st.DrawFn) -> Household:
    return Household(
        persons=draw(st.integers(1, 8)), living_cost_floor_minor=draw(st.integers(0, 400_000)),
        income=draw(st.lists(st.builds(Income, st.sampled_from(["salary", "gig"]), monthly, evidence), max_size=3)),
        spending=draw(st.lists(st.builds(Spending, st.sampled_from(SpendingKind), monthly, evidence), max_size=6)),
        other_debt_payments_minor=draw(monthly), variable_income=draw(st.booleans()))


def of(household: Household) -> AffordabilityAssessment:
    return assess(household, AFFORDABILITY)


@given(households())
def test_the_affordable_amount_stays_within_every_limit(household: Household) -> None:
    result = of(household)
    assert result.affordable_minor >= 0
    assert all(result.affordable_minor <= max(0, limit) for limit in result.limits.values())
    assert result.limits[result.binding] == min(result.limits.values())
    assert result.ceiling_minor >= 0


@given(households())
def test_the_affordable_amount_never_exceeds_the_ceiling(household: Household) -> None:
    result = of(household)
    assert result.affordable_minor <= result.ceiling_minor


@given(households(), monthly)
def test_more_income_never_lowers_what_is_affordable(household: Household, more: int) -> None:
    richer = replace(household, income=[*household.income, Income("more", more)])
    assert of(richer).affordable_minor >= of(household).affordable_minor
    assert of(richer).ceiling_minor >= of(household).ceiling_minor


@given(households(), st.sampled_from(SpendingKind), monthly)
def test_more_spending_never_raises_what_is_affordable(household: Household, kind: SpendingKind, more: int) -> None:
    poorer = replace(household, spending=[*household.spending, Spending(kind, more)])
    assert of(poorer).affordable_minor <= of(household).affordable_minor
    assert of(poorer).ceiling_minor <= of(household).ceiling_minor


@given(households(), st.integers(1, 3))
def test_more_persons_never_raise_what_is_affordable(household: Household, more: int) -> None:
    assert of(replace(household, persons=household.persons + more)).affordable_minor <= of(household).affordable_minor


@given(households())
def test_only_an_affordable_outcome_has_nothing_to_change(household: Household) -> None:
    result = of(household)
    calm = result.outcome is Outcome.AFFORDABLE
    assert (result.nearest_change is None) == calm
    assert (result.routes == ()) == calm
    assert (result.outcome is Outcome.REFER) <= bool(result.evidence_requested)
