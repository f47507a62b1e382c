"""What staff see of requests: counts only, in a fixed number of queries, with small counts hidden."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from core.db.repositories import statistics as repository
from core.db.tables.accounts import accounts, cardholders
from core.db.tables.requests import proposals
from core.domain.actor import Actor, Authority, Role
from core.domain.errors import NotPermitted
from core.domain.quarter import Quarter
from core.services.context import ServiceContext
from core.services.statistics import (
    Dimension,
    Line,
    Outcome,
    RequestStatistics,
    reporting_periods,
    request_statistics,
)
from tests.services.filed_requests import add

STAFF = Actor("staff", Role.STAFF)
Q4 = Quarter(2026, 4)
TODAY = date(2026, 11, 22)


def read(context: ServiceContext, period: Quarter = Q4) -> RequestStatistics:
    return request_statistics(STAFF, context, period, TODAY)


def line(statistics: RequestStatistics, dimension: Dimension, value: str) -> Line:
    return next(line for line in statistics.breakdowns[dimension] if line.value == value)


@pytest.mark.parametrize("role", [Role.CARDHOLDER, Role.COLLECTOR, Role.ADMIN])
def test_only_staff_and_supervisors_read_statistics(sqlite_context: ServiceContext, role: Role) -> None:
    actor = Actor("u", role, cardholder_id="c" if role is Role.CARDHOLDER else None)
    with pytest.raises(NotPermitted):
        request_statistics(actor, sqlite_context, Q4, TODAY)
    with pytest.raises(NotPermitted):
        reporting_periods(actor, sqlite_context, TODAY)


def test_a_supervisor_may_read_statistics(sqlite_context: ServiceContext) -> None:
    assert request_statistics(Actor("u", Role.SUPERVISOR, authority=Authority.L3), sqlite_context, Q4, TODAY)


def test_requests_are_counted_by_what_became_of_them(context: ServiceContext) -> None:
    add(context, 12)
    add(context, 8, state="refused")
    add(context, 3, state="withdrawn")
    add(context, 2, state="expired")
    for state in ("submitted", "in_review", "information_requested", "referred"):
        add(context, 2, state=state)
    statistics = read(context)
    assert statistics.columns == tuple((outcome,) for outcome in Outcome)
    assert statistics.total is not None
    assert statistics.total.counts == (12, 8, 5, 8)
    assert statistics.total.requests == 33
    assert statistics.total.amount_minor == 330_000
    assert statistics.total.approval_share == Decimal("0.6")


def test_each_dimension_breaks_the_same_requests_down(context: ServiceContext) -> None:
    add(context, 10, kind="extension", bucket="M1", product="gold", hardship_reason=None)
    add(context, 20, kind="personalised_agreement", bucket="M3", product="blue", hardship_reason="illness")
    statistics = read(context)
    assert line(statistics, Dimension.KIND, "extension").requests == 10
    assert line(statistics, Dimension.BUCKET, "M3").requests == 20
    assert line(statistics, Dimension.PRODUCT, "gold").counts[0] == 10
    assert line(statistics, Dimension.REASON, "not_stated").requests == 10
    for lines in statistics.breakdowns.values():
        assert sum(each.requests or 0 for each in lines) == 30


def test_weeks_run_from_monday_to_sunday_in_china_and_empty_ones_are_shown(context: ServiceContext) -> None:
    sunday_night_in_china = datetime(2026, 10, 18, 15, 59, tzinfo=UTC)
    add(context, 6, submitted_at=sunday_night_in_china)
    add(context, 7, submitted_at=sunday_night_in_china + timedelta(minutes=1))
    weeks = {each.value: each.requests for each in read(context).breakdowns[Dimension.WEEK]}
    assert weeks["2026-10-12"] == 6
    assert weeks["2026-10-19"] == 7
    assert weeks["2026-10-01"] == 0  # the quarter's first, cut off
    assert list(weeks)[-1] == "2026-11-16"  # weeks to come are left out


def test_a_request_belongs_to_the_quarter_of_its_day_in_china(context: ServiceContext) -> None:
    last_moment_of_september = datetime(2026, 9, 30, 15, 59, 59, tzinfo=UTC)
    add(context, 5, submitted_at=last_moment_of_september)
    add(context, 9, submitted_at=last_moment_of_september + timedelta(seconds=1))
    third, fourth = read(context, Quarter(2026, 3)).total, read(context).total
    assert third is not None
    assert fourth is not None
    assert (third.requests, fourth.requests) == (5, 9)
    assert reporting_periods(STAFF, context, TODAY) == (Q4, Quarter(2026, 3))


def test_decision_times_are_nearest_ranks(context: ServiceContext) -> None:
    for hours in range(1, 11):
        add(context, 1, hours=hours)
    total = read(context).total
    assert total is not None
    assert total.median_seconds == 5 * 3600
    assert total.p90_seconds == 9 * 3600


def test_decisions_by_the_promised_instant_are_in_time(context: ServiceContext) -> None:
    add(context, 15, hours=5 * 24)
    add(context, 5, hours=5 * 24 + 1)
    add(context, 5, state="refused", hours=1)
    total = read(context).total
    assert total is not None
    assert total.in_time_share == Decimal(20) / Decimal(25)


def test_a_share_of_few_is_not_told(context: ServiceContext) -> None:
    add(context, 16, hours=1)
    add(context, 4, hours=400)
    add(context, 5, state="refused", hours=1)
    total = read(context).total
    assert total is not None
    assert total.in_time_share is None


def test_decision_times_are_classed_up_to_and_including_their_end(context: ServiceContext) -> None:
    add(context, 6, hours=24)
    add(context, 5, hours=25)
    add(context, 7, hours=24 * 20)
    bins = {(step.above // 3600, step.up_to and step.up_to // 3600): step.decisions
            for step in read(context).decision_times}
    assert bins[(4, 24)] == 6
    assert bins[(24, 48)] == 5
    assert bins[(336, None)] == 7
    assert bins[(0, 4)] == 0


def test_nothing_is_told_of_fewer_than_five_requests(context: ServiceContext) -> None:
    add(context, 4)
    statistics = read(context)
    assert statistics.total is None
    assert statistics.breakdowns == {}
    assert statistics.decision_times == ()
    assert statistics.hides


def test_no_requests_at_all_tell_nothing_and_fail_nowhere(context: ServiceContext) -> None:
    assert read(context).total is None
    assert reporting_periods(STAFF, context, TODAY) == (Q4,)


def test_outcomes_too_rare_to_publish_stand_together(context: ServiceContext) -> None:
    add(context, 20)
    add(context, 3, state="refused")
    add(context, 4, state="submitted")
    statistics = read(context)
    assert statistics.columns == ((Outcome.APPROVED,), (Outcome.REFUSED, Outcome.OPEN), (Outcome.WITHDRAWN,))
    assert statistics.total is not None
    assert statistics.total.counts == (20, 7, 0)
    assert statistics.total.approval_share is None
    assert statistics.hides


def test_a_small_group_takes_another_with_it(context: ServiceContext) -> None:
    add(context, 3, product="rare")
    add(context, 20, product="blue")
    add(context, 30, product="gold")
    statistics = read(context)
    rare, blue, gold = (line(statistics, Dimension.PRODUCT, name) for name in ("rare", "blue", "gold"))
    assert (rare.requests, rare.counts[0], rare.amount_minor) == (None, None, None)
    assert (blue.requests, blue.median_seconds) == (None, None)
    assert gold.requests == 30


def test_the_smallest_count_is_policy(sqlite_context: ServiceContext) -> None:
    assert sqlite_context.policy.on(TODAY).integer("statistics.smallest_cell") == 5
    assert read(sqlite_context).smallest_cell == 5


def test_two_queries_answer_for_all_breakdowns_however_many_requests(
        context: ServiceContext, counted_queries: Any) -> None:
    add(context, 40)
    with counted_queries(context.engine) as queries:
        read(context)
    assert len(queries) == 2
    with counted_queries(context.engine) as queries:
        reporting_periods(STAFF, context, TODAY)
    assert len(queries) == 1


def test_the_database_answers_with_groups_never_with_a_row_per_person(context: ServiceContext) -> None:
    add(context, 300)
    add(context, 300, state="refused")
    with context.reading() as connection:
        cohort = repository.Cohort(datetime(2026, 10, 1, tzinfo=UTC), datetime(2027, 1, 1, tzinfo=UTC),
                                   weeks=[], grouping=repository.Grouping(
                                       (("approved", "approved"), ("refused", "refused")),
                                       ("approved", "refused"), (3600,)))
        dimensions = [dimension.value for dimension in Dimension]
        assert len(cohort.counts(connection, dimensions)) == 2 * len(dimensions)
        assert len(cohort.decision_times(connection, dimensions)) == 1 + len(dimensions)


def test_a_quarter_in_which_nothing_was_decided_has_no_shares_and_no_times(context: ServiceContext) -> None:
    add(context, 12, state="submitted")
    total = read(context).total
    assert total is not None
    assert (total.requests, total.approval_share, total.in_time_share, total.median_seconds) == (12, None, None, None)


def test_no_person_and_no_identifier_is_in_the_figures(context: ServiceContext) -> None:
    add(context, 25)
    shown = repr(read(context))
    assert "0000000000000000" not in shown
    assert "R0000" not in shown


@given(seed=st.integers(0, 10**9), count=st.integers(5, 60))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_hidden_figures_cannot_be_worked_out_from_the_lines_shown(
        sqlite_context: ServiceContext, seed: int, count: int) -> None:
    """What is shown of a line never gives away a hidden count in it, in whatever way requests fall."""
    chance = random.Random(seed)
    with sqlite_context.writing() as connection:
        for table in (proposals, accounts, cardholders):
            connection.execute(table.delete())
    for _ in range(count):
        add(sqlite_context, 1, state=chance.choice(["approved", "approved", "refused", "withdrawn", "submitted"]),
            hours=chance.choice([2, 30, 100, 200]), product=chance.choice("aaab"),
            bucket=chance.choice(["M1", "M1", "M2", "M3"]), kind=chance.choice(["extension", "agreement"]))
    statistics = read(sqlite_context)
    total = statistics.total
    assert total is not None
    assert all(figure == 0 or (figure or 0) >= 5 for figure in total.counts)
    for lines in statistics.breakdowns.values():
        assert sum(each.requests is None for each in lines) != 1
        for column in range(len(statistics.columns)):
            assert sum(each.counts[column] is None for each in lines) != 1
        for each in lines:
            _shows_no_small_figure(statistics, each)


def _shows_no_small_figure(statistics: RequestStatistics, shown: Line) -> None:
    assert not any(figure is not None and 0 < figure < 5 for figure in (*shown.counts, shown.requests))
    if shown.requests is not None:
        assert shown.counts.count(None) != 1
    decisions = [count for column, count in zip(statistics.columns, shown.counts, strict=True)
                 if {Outcome.APPROVED, Outcome.REFUSED} & set(column)]
    if None in decisions:
        assert shown == replace(shown, approval_share=None, in_time_share=None, median_seconds=None, p90_seconds=None)
    if shown.requests is None:
        assert shown.amount_minor is None
