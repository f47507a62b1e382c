"""Calendar, minimum payment, late fee, cash advance, allocation and ageing at their edges."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.domain.allocation import AllocationRule, Component, Outstanding, allocate
from core.domain.calendar import (
    BusinessDay,
    Frequency,
    add_months,
    due_dates,
    following_working_day,
    is_mainland_working_day,
    is_provisional,
)
from core.domain.cash_advance import CashAdvanceRule, cash_advance, cash_advance_fee
from core.domain.delinquency import DelinquencyRule, asset_classes, bucket, days_past_due
from core.domain.errors import InvalidInput
from core.domain.interest import DatedRate, InterestTerms
from core.domain.late_fee import HigherRate, LateFeeRule, late_fee
from core.domain.minimum_payment import Billed, MinimumPaymentRule, minimum_payment

DELINQUENCY = DelinquencyRule((1, 31, 61, 91, 121, 151, 181), (1, 91, 121, 181), None)
ALLOCATION = AllocationRule(90, (Component.FEES, Component.INTEREST, Component.PRINCIPAL),
                            (Component.PRINCIPAL, Component.INTEREST, Component.FEES))


def test_months_are_counted_from_the_anchor_across_years_and_backwards() -> None:
    assert add_months(date(2024, 2, 29), 12) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 31), 13) == date(2025, 2, 28)
    assert add_months(date(2024, 1, 31), -2) == date(2023, 11, 30)


def test_weeks_and_fortnights_step_by_days() -> None:
    assert due_dates(date(2024, 2, 26), 2, Frequency.WEEKLY)[1] == date(2024, 3, 4)
    assert due_dates(date(2024, 2, 26), 2, Frequency.FORTNIGHTLY)[1] == date(2024, 3, 11)


@pytest.mark.parametrize("count", [0, -1, 601])
def test_a_list_of_due_dates_has_one_to_six_hundred(count: int) -> None:
    with pytest.raises(InvalidInput) as refusal:
        due_dates(date(2024, 1, 1), count)
    assert refusal.value.field == "count"


def test_a_make_up_saturday_is_a_working_day() -> None:
    assert is_mainland_working_day(date(2023, 10, 7))
    assert not is_mainland_working_day(date(2023, 10, 6))


@pytest.mark.parametrize(("day", "next_working"), [
    (date(2027, 1, 1), date(2027, 1, 4)),
    (date(2030, 4, 5), date(2030, 4, 8)),
    (date(2030, 5, 1), date(2030, 5, 3)),
    (date(2027, 6, 9), date(2027, 6, 10)),
    (date(2031, 10, 1), date(2031, 10, 6)),
    (date(2199, 12, 28), date(2199, 12, 30)),
    (date(1990, 10, 1), date(1990, 10, 4)),
])
def test_a_year_without_an_announced_calendar_keeps_its_statutory_days(day: date, next_working: date) -> None:
    assert is_provisional(day.year)
    assert following_working_day(day) == next_working


def test_another_market_may_bring_its_own_working_days() -> None:
    never_monday = due_dates(date(2024, 1, 1), 1, business_day=BusinessDay.FOLLOWING,
                             working_day=lambda day: day.weekday() != 0)
    assert never_monday == (date(2024, 1, 2),)


def test_the_day_after_the_due_date_is_the_first_day_past_due() -> None:
    due = date(2026, 10, 25)
    assert days_past_due(None, due) == 0
    assert days_past_due(due, due) == 0
    assert days_past_due(due, date(2026, 10, 26)) == 1
    assert days_past_due(due, date(2026, 10, 1)) == 0


def test_before_the_second_ladder_the_first_alone_counts() -> None:
    found = asset_classes(200, DELINQUENCY)
    assert (found.class_2011, found.class_2023, found.stricter) == ("loss", None, "loss")


def test_negative_days_are_refused() -> None:
    for ask in (lambda: bucket(-1, DELINQUENCY), lambda: asset_classes(-1, DELINQUENCY),
                lambda: allocate(1, -1, Outstanding(), ALLOCATION)):
        with pytest.raises(InvalidInput) as refusal:
            ask()
        assert refusal.value.field == "days_past_due"


@pytest.mark.parametrize("bands", [(1, 31, 61, 91, 121, 151), (1, 31, 31, 91, 121, 151, 181),
                                   (0, 31, 61, 91, 121, 151, 181)])
def test_bands_that_leave_a_gap_or_overlap_are_refused(bands: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput):
        DelinquencyRule(bands, (1, 91, 121, 181), None)


def test_an_order_of_allocation_names_every_component_once() -> None:
    with pytest.raises(InvalidInput):
        AllocationRule(90, (Component.FEES, Component.FEES, Component.PRINCIPAL), ALLOCATION.later_order)


def test_a_minimum_payment_never_exceeds_the_balance() -> None:
    rule = MinimumPaymentRule(Decimal("0.1"), Decimal(1))
    billed = Billed(purchases_minor=10_000, previous_minimum_unpaid_minor=20_000)
    assert minimum_payment(billed, rule, balance_minor=15_000).minimum_minor == 15_000
    assert minimum_payment(billed, rule, balance_minor=-5).minimum_minor == 0


def test_a_part_of_half_a_fen_goes_up() -> None:
    assert minimum_payment(Billed(purchases_minor=5), MinimumPaymentRule(Decimal("0.1"), Decimal(1))).minimum_minor == 1


def test_a_negative_amount_or_ratio_is_refused_by_name() -> None:
    with pytest.raises(InvalidInput) as refusal:
        minimum_payment(Billed(cash_minor=-1), MinimumPaymentRule(Decimal("0.1"), Decimal(1)))
    assert refusal.value.field == "cash"
    with pytest.raises(InvalidInput):
        MinimumPaymentRule(Decimal("-0.1"), Decimal(1))
    with pytest.raises(InvalidInput):
        late_fee(-1, 0, LateFeeRule(Decimal("0.05")))
    with pytest.raises(InvalidInput):
        LateFeeRule(Decimal("Infinity"))
    with pytest.raises(InvalidInput):
        CashAdvanceRule(Decimal("0.01"), fee_floor_minor=-1)


def test_the_second_late_fee_rate_starts_with_its_miss_and_not_before() -> None:
    rule = LateFeeRule(Decimal("0.05"), 0, None, HigherRate(2, Decimal("0.06")))
    assert [late_fee(100_000, 0, rule, misses) for misses in (1, 2, 3)] == [5_000, 6_000, 6_000]


def test_a_cap_below_the_floor_wins() -> None:
    assert late_fee(100, 0, LateFeeRule(Decimal("0.05"), floor_minor=1_000, cap_minor=500)) == 500


def test_nothing_withdrawn_costs_nothing() -> None:
    assert cash_advance_fee(0, CashAdvanceRule(Decimal("0.01"), 1_000)) == 0


def test_a_cash_advance_repaid_before_it_was_taken_is_refused() -> None:
    terms = InterestTerms((DatedRate(date(2023, 1, 1), Decimal("0.0005")),))
    with pytest.raises(InvalidInput) as refusal:
        cash_advance(100, date(2023, 6, 2), date(2023, 6, 1), CashAdvanceRule(Decimal("0.01")), terms)
    assert refusal.value.field == "to"
