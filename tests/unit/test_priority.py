"""The score: a sum of visible parts, never above 100, never lower for a case that is worse off."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from core.domain.priority import points, score
from core.policy.book import PolicyBook
from core.policy.rules.requests import priority_rule

RULE = priority_rule(PolicyBook.load().on(date(2026, 11, 22)))
NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)
AMOUNTS, DAYS = st.integers(0, 10**12), st.integers(0, 4_000)
PROMISES = st.integers(-10_000, 10_000).map(lambda minutes: NOW + timedelta(minutes=minutes))


def test_the_shipped_weights_reach_exactly_one_hundred() -> None:
    assert RULE.highest.total == 100
    for ladder in (RULE.amount, RULE.days_past_due, RULE.waiting):
        assert [step.bound for step in ladder] == sorted({step.bound for step in ladder})


@given(AMOUNTS, DAYS, PROMISES, st.booleans())
def test_the_total_is_the_sum_of_its_parts_and_within_bounds(amount: int, days: int, promised: datetime,
                                                             vulnerable: bool) -> None:
    found = score(amount, days, promised, vulnerable, NOW, RULE)
    assert found.total == found.amount + found.days_past_due + found.waiting + found.vulnerability
    assert 0 <= found.total <= 100


@given(AMOUNTS, DAYS, PROMISES, st.integers(0, 10_000))
def test_waiting_longer_owing_more_or_being_vulnerable_never_lowers_the_score(amount: int, days: int,
                                                                              promised: datetime, more: int) -> None:
    now = score(amount, days, promised, False, NOW, RULE).total
    assert score(amount, days, promised, False, NOW + timedelta(minutes=more), RULE).total >= now
    assert score(amount + more, days, promised, False, NOW, RULE).total >= now
    assert score(amount, days, promised, True, NOW, RULE).total >= now


def test_a_step_counts_from_its_bound_on() -> None:
    for ladder in (RULE.amount, RULE.days_past_due, RULE.waiting):
        for number, step in enumerate(ladder):
            assert points(step.bound, ladder) == step.points
            assert points(step.bound - 1, ladder) == (ladder[number - 1].points if number else 0)


def test_a_promise_counts_as_broken_from_its_very_instant() -> None:
    full = RULE.highest.waiting
    assert score(0, 0, NOW, False, NOW, RULE).waiting == full
    assert score(0, 0, NOW + timedelta(microseconds=1), False, NOW, RULE).waiting < full


def test_a_delay_beyond_the_days_that_count_most_is_marked_and_only_that() -> None:
    assert RULE.peak_days == (91, 180)
    for days, beyond in ((0, False), (91, False), (180, False), (181, True), (400, True)):
        assert score(0, days, NOW, False, NOW, RULE).beyond_peak is beyond, days
    rising = replace(RULE, days_past_due=RULE.days_past_due[:-1])
    assert rising.peak_days is None
    assert not score(0, 400, NOW, False, NOW, rising).beyond_peak
