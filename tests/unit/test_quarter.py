"""Calendar quarters and their weeks."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.errors import InvalidInput
from core.domain.quarter import Quarter

DAYS = st.dates(date(2000, 1, 1), date(2199, 12, 31))


@given(DAYS)
def test_every_day_is_in_exactly_its_quarter(day: date) -> None:
    quarter = Quarter.of(day)
    assert quarter.first_day <= day <= quarter.last_day
    assert quarter.next.first_day == quarter.last_day + timedelta(days=1)
    assert quarter.next.previous == quarter
    assert Quarter.parse(quarter.code) == quarter


@given(DAYS)
def test_weeks_cover_the_quarter_without_gap_or_overlap(day: date) -> None:
    quarter = Quarter.of(day)
    weeks = quarter.weeks()
    assert (weeks[0][0], weeks[-1][1]) == (quarter.first_day, quarter.last_day)
    assert all(later[0] == earlier[1] + timedelta(days=1) for earlier, later in pairwise(weeks))
    assert all(first.weekday() == 0 for first, _ in weeks[1:])


@pytest.mark.parametrize("text", ["", "2026", "2026-Q5", "2026-Q0", "0000-Q1", "2026-Q1 ", "٢٠٢٦-Q1", "2026-Q1;"])
def test_a_malformed_quarter_is_refused(text: str) -> None:
    with pytest.raises(InvalidInput):
        Quarter.parse(text)
