"""A portfolio's projection is each account's own, to the fen, whatever the rules."""

from __future__ import annotations

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.delinquency import BUCKETS
from core.domain.projection import project
from core.domain.projection_model import FixedMonthly, Position, ProjectionRule, Scenario
from core.policy.book import PolicyBook
from core.policy.rules.projection import projection_rule
from core.portfolio.frames import position_frame
from core.portfolio.months import AMOUNTS
from core.portfolio.projection import project_accounts
from tests.properties.portfolio_cases import (
    AS_OF,
    days_of_start,
    positions,
    projection_rules,
    scenarios,
)


def as_projected_alone(frame: pd.DataFrame, accounts: list[Position], months: int,
                       scenario: Scenario | FixedMonthly, rule: ProjectionRule) -> None:
    """Every figure of every month is the one ``project`` makes."""
    for row, position in enumerate(accounts):
        alone = project(position, months, scenario, rule)
        for field in (*AMOUNTS, "days_past_due"):
            expected = [getattr(month, field) for month in alone.months]
            assert frame[field].iloc[row].tolist() == expected, (field, position)
        assert [BUCKETS[code] for code in frame["bucket"].iloc[row]] == [month.bucket for month in alone.months]
        settled = frame[("settled_date", 0)].iloc[row]
        assert (None if pd.isna(settled) else settled.date()) == alone.settled_on, position


@settings(max_examples=120)
@given(st.data(), days_of_start, projection_rules(), scenarios, st.integers(1, 15))
def test_every_account_is_projected_as_it_would_be_alone(data, as_of, rule, scenario, months) -> None:
    accounts = data.draw(st.lists(positions(as_of), min_size=1, max_size=6))
    partition = position_frame(accounts).set_axis([f"account {number}" for number in range(len(accounts))])
    frame = project_accounts(partition, as_of, months, scenario, rule)
    assert frame.index.equals(partition.index)
    as_projected_alone(frame, accounts, months, scenario, rule)


@given(st.lists(positions(AS_OF), min_size=1, max_size=40), st.sampled_from([*Scenario, FixedMonthly(500_00)]))
def test_the_rules_in_force_give_every_account_its_own_projection(accounts, scenario) -> None:
    rule = projection_rule(PolicyBook.load().on(AS_OF))
    frame = project_accounts(position_frame(accounts), AS_OF, 12, scenario, rule)
    as_projected_alone(frame, accounts, 12, scenario, rule)
