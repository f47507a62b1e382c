"""A portfolio's ageing and payoff amounts are each account's own, whatever the rules."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.domain.accrual import SinceStatement, accrue
from core.domain.delinquency import ASSET_CLASSES, BUCKETS, asset_classes, bucket, days_past_due
from core.domain.errors import InvalidInput
from core.domain.interest import DatedRate, InterestTerms, Movement
from core.portfolio.ageing import NO_CLASS, age_accounts
from core.portfolio.payoff import payoff_amounts
from tests.properties.portfolio_cases import days_of_start, delinquency_rules

units = st.sampled_from(["datetime64[s]", "datetime64[ms]", "datetime64[us]", "datetime64[ns]"])
amounts = st.one_of(st.just(0), st.integers(0, 10**7), st.integers(0, 10**13))


@given(days_of_start, delinquency_rules, units,
       st.lists(st.none() | st.integers(-400, 2_000), min_size=1, max_size=50))
def test_every_account_ages_as_it_would_alone(as_of, rule, unit, ages) -> None:
    due = [None if age is None else as_of - timedelta(days=age) for age in ages]
    aged = age_accounts(pd.DataFrame({"oldest_unpaid_due_date": pd.Series(due, dtype=unit)}), as_of, rule)
    for row, oldest in zip(aged.itertuples(), due, strict=True):
        dpd = days_past_due(oldest, as_of)
        classes = asset_classes(dpd, rule)
        assert (row.days_past_due, BUCKETS[row.bucket]) == (dpd, bucket(dpd, rule))
        assert (ASSET_CLASSES[row.class_2011], ASSET_CLASSES[row.stricter]) == (classes.class_2011, classes.stricter)
        assert (None if row.class_2023 == NO_CLASS else ASSET_CLASSES[row.class_2023]) == classes.class_2023


@given(days_of_start, amounts, amounts, amounts, st.integers(0, 60), st.integers(0, 400), st.booleans(),
       st.decimals(Decimal(0), Decimal("0.36"), places=4))
def test_interest_since_the_last_event_is_what_the_account_accrues(
        start, bearing, paid, fees, before, after, split_evenly, year_rate) -> None:
    rate = year_rate / 365 if split_evenly else year_rate / 1000
    paid = min(paid, bearing)
    pays_on, on = start + timedelta(days=before), start + timedelta(days=before + after)
    since = SinceStatement((Movement(start, bearing),), payments=(Movement(pays_on, paid),))
    alone = accrue(since, on, InterestTerms((DatedRate(start, rate),))).interest_minor
    frame = pd.DataFrame({
        "principal_minor": [bearing - paid], "interest_minor": [7], "fees_minor": [fees],
        "bearing_minor": [bearing - paid], "balance_days": [bearing * before],
        "counted_through_date": pd.Series([pays_on - timedelta(days=1)], dtype="datetime64[s]")})
    payoff = payoff_amounts(frame, on, rate)
    assert payoff["accrued_interest_minor"].tolist() == [alone]
    assert payoff["payoff_minor"].tolist() == [bearing - paid + 7 + fees + alone]


def test_a_payoff_before_the_last_day_counted_is_refused_by_row() -> None:
    counted = pd.Series([date(2026, 11, 1), date(2026, 11, 23)], dtype="datetime64[s]")
    frame = pd.DataFrame({"principal_minor": 1, "interest_minor": 0, "fees_minor": 0, "bearing_minor": 1,
                          "counted_through_date": counted})
    with pytest.raises(InvalidInput) as refused:
        payoff_amounts(frame, date(2026, 11, 22), Decimal("0.0005"))
    assert (refused.value.code, refused.value.data["row"]) == ("dates_reversed", 1)
