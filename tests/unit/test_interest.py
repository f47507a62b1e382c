"""Interest: what the terms mean at their edges."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest

from core.domain.errors import InvalidInput
from core.domain.interest import (
    Base,
    DatedRate,
    InterestTerms,
    Movement,
    Pause,
    RateBasis,
    accumulated_interest,
    decimal_rate,
)

MARCH = date(2023, 3, 1)
DAILY = InterestTerms((DatedRate(date(2023, 1, 1), Decimal("0.0005")),))
BILL = [Movement(MARCH, 100_000)]


def test_the_last_day_counts_or_not_as_the_terms_say() -> None:
    assert accumulated_interest(BILL, [], MARCH, DAILY).interest_minor == 50
    exclusive = replace(DAILY, count_last_day=False)
    assert accumulated_interest(BILL, [], MARCH, exclusive).segments == ()


def test_a_segment_names_both_its_end_days() -> None:
    (part,) = accumulated_interest(BILL, [], date(2023, 3, 10), DAILY).segments
    assert (part.from_date, part.to_date, part.days) == (MARCH, date(2023, 3, 10), 10)


def test_segments_split_only_where_balance_or_rate_changes() -> None:
    same_rate = replace(DAILY, rates=(*DAILY.rates, DatedRate(date(2023, 3, 5), Decimal("0.00050"))))
    even = [Movement(date(2023, 3, 7), 500)]
    assert len(accumulated_interest([*BILL, *even], even, date(2023, 3, 10), same_rate).segments) == 1


def test_a_year_end_splits_an_actual_rate_only_beside_a_leap_year() -> None:
    actual = InterestTerms((DatedRate(date(2021, 1, 1), Decimal("0.1"), RateBasis.ANNUAL_ACTUAL),))
    found = accumulated_interest([Movement(date(2021, 6, 1), 100)], [], date(2025, 6, 1), actual)
    assert [(part.from_date.year, part.to_date.year) for part in found.segments] == [
        (2021, 2023), (2024, 2024), (2025, 2025)]


def test_a_pause_shows_its_days_at_rate_zero() -> None:
    overlapping = (Pause(date(2023, 3, 3), date(2023, 3, 5)), Pause(date(2023, 3, 5), date(2023, 3, 6)))
    paused = replace(DAILY, pauses=overlapping)
    parts = accumulated_interest(BILL, [], date(2023, 3, 10), paused).segments
    assert [(part.days, part.daily_rate) for part in parts] == [(2, Fraction(1, 2000)), (4, 0), (4, Fraction(1, 2000))]


def test_a_pause_before_the_first_rate_changes_nothing() -> None:
    paused = replace(DAILY, pauses=(Pause(date(2022, 1, 1), date(2022, 2, 1)),))
    assert accumulated_interest(BILL, [], date(2023, 3, 10), paused) == accumulated_interest(
        BILL, [], date(2023, 3, 10), DAILY)


def test_zero_balances_have_no_segment_and_a_credit_meets_later_debits() -> None:
    early = [Movement(date(2023, 3, 2), 150_000)]
    later = [*BILL, Movement(date(2023, 3, 6), 60_000)]
    parts = accumulated_interest(later, early, date(2023, 3, 10), DAILY).segments
    assert [(part.days, part.balance_minor) for part in parts] == [(1, 100_000), (5, 10_000)]


def test_full_balance_ignores_the_due_date_once_it_was_missed() -> None:
    part_paid = [Movement(date(2023, 3, 4), 40_000)]
    with_due = accumulated_interest(BILL, part_paid, date(2023, 3, 10), DAILY, date(2023, 3, 5))
    assert with_due == accumulated_interest(BILL, part_paid, date(2023, 3, 10), DAILY)


def test_unpaid_balance_frees_the_oldest_debit_first() -> None:
    terms = replace(DAILY, base=Base.UNPAID_BALANCE)
    debits = [Movement(date(2023, 3, 9), 30_000), *BILL]
    parts = accumulated_interest(debits, [Movement(date(2023, 3, 4), 100_000)], date(2023, 3, 10), terms,
                                 date(2023, 3, 5)).segments
    assert [(part.from_date, part.balance_minor) for part in parts] == [(date(2023, 3, 9), 30_000)]


def test_unpaid_balance_needs_a_due_date() -> None:
    with pytest.raises(InvalidInput) as refusal:
        accumulated_interest(BILL, [], MARCH, replace(DAILY, base=Base.UNPAID_BALANCE))
    assert refusal.value.field == "due_on"


@pytest.mark.parametrize(("debits", "payments"), [
    ([Movement(MARCH, -1)], []),
    ([Movement(MARCH + timedelta(days=1), 1)], []),
    (BILL, [Movement(MARCH + timedelta(days=1), 1)]),
    (BILL, [Movement(MARCH, -1)]),
    ([Movement(date(2022, 12, 31), 1)], []),
])
def test_contradictory_movements_are_refused(debits: list[Movement], payments: list[Movement]) -> None:
    with pytest.raises(InvalidInput):
        accumulated_interest(debits, payments, MARCH, DAILY)


@pytest.mark.parametrize("change", [
    {"rates": ()},
    {"rates": (DatedRate(MARCH, Decimal("-0.1")),)},
    {"rates": (DatedRate(MARCH, Decimal("NaN")),)},
    {"rates": (DatedRate(MARCH, Decimal(1)), DatedRate(MARCH, Decimal(2)))},
    {"pauses": (Pause(MARCH, date(2023, 2, 28)),)},
])
def test_contradictory_terms_are_refused(change: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        replace(DAILY, **change)  # type: ignore[arg-type]  # the point is to pass what does not fit


def test_a_daily_rate_is_written_exactly_where_it_ends() -> None:
    assert format(decimal_rate(Fraction(1, 2000)), "f") == "0.0005"
    assert format(decimal_rate(Fraction(0)), "f") == "0"
    assert format(decimal_rate(Fraction("0.18") / 360), "f") == "0.0005"
    assert format(decimal_rate(Fraction("0.1825") / 365), "f") == "0.0005"
    assert format(decimal_rate(Fraction("0.1") / 365), "f") == "0.000273972603"
    assert format(decimal_rate(Fraction(1, 2**20)), "f") == "0.00000095367431640625"


def test_ten_thousand_movements_rates_and_pauses_stay_quick() -> None:
    day = timedelta(days=1)
    start = date(1990, 1, 1)
    many = [Movement(start + n * day, 1000) for n in range(10_000)]
    terms = InterestTerms(tuple(DatedRate(start + n * day, Decimal(n % 7) / 10_000) for n in range(10_000)),
                          pauses=tuple(Pause(start + 3 * n * day, start + 3 * n * day) for n in range(10_000)))
    found = accumulated_interest(many, many, date(2199, 12, 31), terms)
    assert found.interest_minor == 0
    later = [Movement(start + n * day + day, 900) for n in range(9_999)]
    assert accumulated_interest(many, later, date(2199, 12, 31), terms).interest_minor > 0
