"""Promised times: working days, the day of asking not counted, until the close of business in China."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest

from core.clock import CHINA
from core.domain.errors import InvalidInput
from core.domain.promise import add_working_days, promised_by


def test_the_day_of_asking_is_not_counted() -> None:
    assert add_working_days(date(2026, 11, 23), 1) == date(2026, 11, 24)


def test_a_weekend_is_passed_over() -> None:
    assert add_working_days(date(2026, 11, 20), 1) == date(2026, 11, 23)
    assert add_working_days(date(2026, 11, 22), 7) == date(2026, 12, 1)


def test_the_national_day_holiday_is_passed_over() -> None:
    assert add_working_days(date(2026, 9, 30), 1) == date(2026, 10, 8)


def test_the_day_is_that_of_china_not_of_utc() -> None:
    late = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)  # 01:00 on the 24th in China
    assert promised_by(late, 1, time(18), CHINA) == datetime(2026, 11, 25, 18, tzinfo=CHINA)


@pytest.mark.parametrize("days", [0, -1, 61])
def test_a_promise_is_of_one_to_sixty_working_days(days: int) -> None:
    with pytest.raises(InvalidInput):
        add_working_days(date(2026, 11, 23), days)
