"""Rules of instalment schedules that published examples do not show."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.money import Rounding
from core.domain.schedule import (
    DayCount,
    Method,
    RatePer,
    SchedulePlan,
    annualised_rate,
    days_30_360,
    make_schedule,
)

PLAN = SchedulePlan(principal_minor=1_200_000, start_date=date(2024, 1, 15), count=12, rate=Decimal("0.12"))


def test_first_due_date_is_one_period_after_the_start_unless_said() -> None:
    due = {frequency: make_schedule(replace(PLAN, frequency=frequency)).instalments[0].due_date
           for frequency in Frequency}
    assert due == {Frequency.WEEKLY: date(2024, 1, 22), Frequency.FORTNIGHTLY: date(2024, 1, 29),
                   Frequency.MONTHLY: date(2024, 2, 15)}


def test_due_dates_count_from_the_first_and_never_from_a_clamped_one() -> None:
    plan = replace(PLAN, first_due_date=date(2024, 1, 31), count=4)
    assert [row.due_date.day for row in make_schedule(plan).instalments] == [31, 29, 31, 30]


def test_all_instalments_of_a_level_schedule_are_equal_but_the_last() -> None:
    rows = make_schedule(PLAN).instalments
    assert len({row.amount_minor for row in rows[:-1]}) == 1
    assert abs(rows[-1].amount_minor - rows[0].amount_minor) <= len(rows)


def test_truncating_never_asks_more_than_rounding_before_the_last() -> None:
    plan = replace(PLAN, principal_minor=1_000_005, method=Method.INTEREST_FREE, rate=Decimal(0), count=7)
    half_up, down = make_schedule(plan), make_schedule(replace(plan, rounding=Rounding.DOWN))
    assert down.instalments[0].principal_minor == 1_000_005 // 7
    assert half_up.instalments[0].principal_minor == down.instalments[0].principal_minor + 1


def test_a_debt_smaller_than_its_instalments_is_paid_early_and_never_below_zero() -> None:
    plan = SchedulePlan(principal_minor=3, start_date=date(2024, 1, 1), count=6, method=Method.INTEREST_FREE)
    assert [row.principal_minor for row in make_schedule(plan).instalments] == [1, 1, 1, 0, 0, 0]


def test_a_long_first_period_is_paid_in_full_and_adds_nothing_to_the_balance() -> None:
    plan = replace(PLAN, first_due_date=date(2027, 1, 15), rate=Decimal("0.60"))
    first = make_schedule(plan).instalments[0]
    assert first.principal_minor == 0
    assert first.interest_minor == 1_200_000 * 60 * 3 // 100
    assert first.balance_after_minor == 1_200_000


def test_interest_free_periods_are_the_first_ones() -> None:
    rows = make_schedule(replace(PLAN, interest_free_periods=3)).instalments
    assert [row.interest_minor > 0 for row in rows] == [False] * 3 + [True] * 9


def test_a_fee_is_taken_on_what_the_instalments_repay() -> None:
    plan = SchedulePlan(principal_minor=1_000_00, start_date=date(2024, 1, 1), count=2, method=Method.FEE_PER_PERIOD,
                        fee_rate=Decimal("0.01"), down_payment_minor=200_00)
    made = make_schedule(plan)
    assert [row.fee_minor for row in made.instalments] == [8_00, 8_00]
    assert (made.down_payment_minor, made.principal_minor, made.cost_minor) == (200_00, 800_00, 16_00)


@pytest.mark.parametrize(("start", "end", "days"), [
    (date(2024, 1, 31), date(2024, 2, 29), 30),  # end of a month to the end of the next
    (date(2024, 2, 29), date(2024, 3, 31), 30),
    (date(2023, 1, 15), date(2024, 1, 15), 360),
    (date(2024, 1, 5), date(2024, 3, 1), 56),
    (date(2024, 1, 31), date(2024, 3, 1), 31),
    (date(2024, 5, 5), date(2024, 5, 5), 0),
])
def test_thirty_360_counts_whole_months_as_thirty_days(start: date, end: date, days: int) -> None:
    assert days_30_360(start, end) == days


def test_a_daily_rate_counts_actual_days_but_thirty_under_30_360() -> None:
    plan = SchedulePlan(principal_minor=1_000_00, start_date=date(2024, 1, 1), count=1, rate=Decimal("0.0005"),
                        rate_per=RatePer.DAY, day_count=DayCount.ACTUAL_ACTUAL)
    assert make_schedule(plan).interest_minor == 15_50
    assert make_schedule(replace(plan, day_count=DayCount.THIRTY_360)).interest_minor == 15_00


def test_weekly_instalments_disclose_their_rate_by_dates() -> None:
    plan = replace(PLAN, frequency=Frequency.WEEKLY, count=52, day_count=DayCount.ACTUAL_365)
    assert Decimal("11.9") < annualised_rate(make_schedule(plan)).monthly_irr_x12 < Decimal("12.1")


def test_nothing_to_repay_costs_nothing() -> None:
    made = make_schedule(replace(PLAN, principal_minor=0))
    assert made.amount_minor == 0
    assert annualised_rate(made).monthly_irr_x12 == 0


@pytest.mark.parametrize(("change", "field"), [
    ({"principal_minor": -1}, "principal"),
    ({"count": 0}, "count"),
    ({"count": 601}, "count"),
    ({"down_payment_minor": 1_200_001}, "down_payment"),
    ({"first_due_date": date(2024, 1, 14)}, "first_due_on"),
    ({"interest_free_periods": 13}, "interest_free_periods"),
    ({"rate": Decimal("-0.01")}, "rate"),
    ({"rate": Decimal("NaN")}, "rate"),
    ({"fee_rate": Decimal("0.01")}, "method"),
    ({"method": Method.INTEREST_FREE}, "method"),
])
def test_contradictory_terms_are_refused_by_name(change: dict[str, object], field: str) -> None:
    with pytest.raises(InvalidInput) as refused:
        make_schedule(replace(PLAN, **change))  # type: ignore[arg-type]  # each value fits its field
    assert refused.value.field == field
