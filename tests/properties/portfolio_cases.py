"""Random rules and accounts, for one account at a time and for the same accounts as a frame."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import strategies as st

from core.domain.allocation import AllocationRule, Component, Outstanding
from core.domain.delinquency import DelinquencyRule
from core.domain.late_fee import HigherRate, LateFeeRule
from core.domain.minimum_payment import MinimumPaymentRule
from core.domain.projection_model import FixedMonthly, Position, ProjectionRule, Scenario

AS_OF = date(2026, 11, 22)
ratios = st.one_of(st.sampled_from([Decimal(0), Decimal(1), Decimal("0.1")]),
                   st.decimals(Decimal(0), Decimal("1.5"), places=4))
amounts = st.one_of(st.just(0), st.integers(0, 300), st.integers(0, 50_000_00), st.integers(0, 10**11))
orders = st.permutations(list(Component)).map(tuple)
days_of_start = st.dates(date(1995, 1, 1), date(2150, 12, 31))


def ladders(bands: int) -> st.SearchStrategy[tuple[int, ...]]:
    """Rising first days of so many bands."""
    return st.sets(st.integers(1, 400), min_size=bands, max_size=bands).map(sorted).map(tuple)


delinquency_rules = st.builds(DelinquencyRule, ladders(7), ladders(4), st.none() | ladders(4))


@st.composite
def projection_rules(draw: st.DrawFn) -> ProjectionRule:
    rate = draw(st.one_of(st.decimals(Decimal(0), Decimal("0.003"), places=6),
                          st.decimals(Decimal(0), Decimal("0.36"), places=4).map(lambda year: year / 365)))
    higher = st.none() | st.builds(HigherRate, st.integers(1, 6), st.decimals(Decimal(0), Decimal("0.2"), places=3))
    late = LateFeeRule(draw(st.decimals(Decimal(0), Decimal("0.1"), places=3)), draw(st.sampled_from([0, 1, 10_00])),
                       draw(st.none() | st.integers(0, 600_00)), draw(higher))
    allocation = AllocationRule(draw(st.integers(0, 200)), draw(orders), draw(orders))
    return ProjectionRule(rate, draw(st.booleans()), draw(st.sampled_from([0, 1, 18, 20, 25, 28, 31, 56])),
                          MinimumPaymentRule(draw(ratios), draw(ratios), draw(ratios), draw(ratios)), late, allocation,
                          draw(delinquency_rules))


@st.composite
def positions(draw: st.DrawFn, as_of: date) -> Position:
    owed = Outstanding(draw(amounts), draw(amounts), draw(amounts))
    accrued = draw(st.just(0) | st.integers(0, owed.interest_minor))
    dates = st.none() | st.integers(-10, 200).map(lambda days: as_of + timedelta(days=days))
    return Position(as_of, owed, draw(st.just(0) | st.integers(0, 400)), draw(st.integers(1, 31)),
                    draw(st.none() | amounts), accrued, draw(dates), draw(st.just(0) | amounts), draw(dates),
                    draw(st.just(0) | amounts), draw(st.just(0) | amounts))


scenarios = st.one_of(st.sampled_from([*Scenario, Scenario.DO_NOTHING]), st.builds(FixedMonthly, amounts))
