"""Rates of return: which flows have one, and how it is rounded."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from core.domain.apr import dated_rate, monthly_rate
from core.domain.errors import InvalidInput


def rate(*amounts: int) -> Decimal:
    return monthly_rate(enumerate(amounts)).monthly_irr_x12


@pytest.mark.parametrize("amounts", [(), (100,), (-100,), (100, 200), (0, 0), (100, -100, 100), (100, -100, 50)])
def test_flows_that_no_rate_balances_are_refused(amounts: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput) as refused:
        rate(*amounts)
    assert refused.value.code == "no_rate_of_return"


def test_what_is_paid_equals_what_is_received_is_zero() -> None:
    assert rate(1200, -400, -400, -400) == Decimal("0.00")


def test_flows_of_one_period_count_together() -> None:
    assert monthly_rate([(0, 10_000), (0, -500), (1, -9_600)]) == monthly_rate([(0, 9_500), (1, -9_600)])


def test_months_are_counted_from_the_first_flow() -> None:
    assert monthly_rate([(7, 10_000), (8, -10_100)]) == monthly_rate([(0, 10_000), (1, -10_100)])


@pytest.mark.parametrize(("paid", "shown"), [
    (1_000_012_500, "0.02"),  # exactly 0.015 %: half goes up
    (1_000_012_499, "0.01"),
    (999_987_500, "-0.02"),  # and away from zero below it, as for money
    (999_987_501, "-0.01"),
])
def test_a_rate_is_rounded_half_up_at_the_exact_boundary(paid: int, shown: str) -> None:
    assert rate(1_000_000_000, -paid) == Decimal(shown)


def test_an_effective_rate_is_rounded_at_its_own_boundary() -> None:
    assert monthly_rate([(0, 10**9), (12, -1_123_450_000)]).effective == Decimal("12.35")
    assert monthly_rate([(0, 10**9), (12, -1_123_449_999)]).effective == Decimal("12.34")


def test_of_several_rates_the_one_nearest_to_zero_is_given() -> None:
    # 10 % and 20 % a month both balance these.
    assert rate(100, -230, 132) == Decimal("120.00")


def test_steep_and_negative_rates_are_found() -> None:
    assert rate(1, -10**15) == Decimal(10**15 - 1) * 1200
    assert rate(100, -1) == Decimal("-1188.00")


def test_a_rate_too_long_to_write_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        dated_rate([(date(2024, 1, 1), 1), (date(2024, 1, 2), -(10**15))])
    assert refused.value.code == "rate_too_large"


def test_dated_flows_need_not_come_in_order() -> None:
    flows = [(date(2023, 1, 1), 1_000_000), (date(2023, 7, 1), -500_000), (date(2024, 1, 1), -560_000)]
    assert dated_rate(flows) == dated_rate(reversed(flows))


def test_two_centuries_of_payments_have_a_rate() -> None:
    flows = [(date(1990, 1, 1), 10**9), (date(2199, 12, 31), -(10**15))]
    assert dated_rate(flows).effective == Decimal("6.80")
