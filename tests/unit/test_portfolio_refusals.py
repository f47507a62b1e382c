"""What the portfolio engine refuses, and with which row; what is too large for 64 bits stays exact."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from fractions import Fraction

import numpy as np
import pandas as pd
import pytest

from core.domain.allocation import Outstanding
from core.domain.errors import InvalidInput
from core.domain.money import MAX_MINOR, share_minor
from core.domain.projection import project
from core.domain.projection_model import FixedMonthly, Position, Scenario
from core.domain.schedule import Method
from core.policy.book import PolicyBook
from core.policy.rules.projection import projection_rule
from core.portfolio.ageing import age_accounts
from core.portfolio.arrays import CHUNK_ROWS
from core.portfolio.frames import position_frame
from core.portfolio.months import FIELDS
from core.portfolio.payoff import payoff_amounts
from core.portfolio.projection import project_accounts
from core.portfolio.schedules import ScheduleTerms, make_schedules
from core.portfolio.shares import Share

AS_OF = date(2026, 11, 22)
RULE = projection_rule(PolicyBook.load().on(AS_OF))
OWED = Position(AS_OF, Outstanding(30_00, 80_00, 1_500_00), days_past_due=30, statement_day=5)


def refusal(frame: pd.DataFrame, **changes: object) -> InvalidInput:
    asked = {"as_of": AS_OF, "months": 3, "scenario": Scenario.DO_NOTHING, "rule": RULE} | changes
    with pytest.raises(InvalidInput) as refused:
        project_accounts(frame, **asked)  # type: ignore[arg-type]  # fits its parameter
    return refused.value


@pytest.mark.parametrize(("column", "value", "code"), [
    ("principal_minor", -1, "amount_out_of_range"), ("fees_minor", MAX_MINOR + 1, "amount_out_of_range"),
    ("statement_day", 0, "statement_day_out_of_range"), ("statement_day", 32, "statement_day_out_of_range"),
    ("days_past_due", -1, "days_negative"), ("accrued_interest_minor", 80_01, "amount_out_of_range"),
])
def test_an_impossible_account_is_refused_with_its_column_and_row(column: str, value: int, code: str) -> None:
    frame = position_frame([OWED] * 3)
    frame.loc[1, column] = value
    refused = refusal(frame)
    assert (refused.code, refused.field, refused.data["row"]) == (code, column, 1)


def test_a_missing_or_mistyped_column_is_refused_by_name() -> None:
    frame = position_frame([OWED])
    assert refusal(frame.drop(columns="fees_minor")).code == "column_missing"
    assert refusal(frame.astype({"fees_minor": float})).code == "column_not_whole"
    assert refusal(frame.assign(open_due_date="2026-12-01")).code == "column_not_dates"
    blank = frame.assign(fees_minor=pd.array([None], "Int64"))
    assert (refusal(blank).code, refusal(blank).field) == ("value_missing", "fees_minor")
    with pytest.raises(InvalidInput, match="oldest_unpaid_due_date"):
        age_accounts(frame, AS_OF, RULE.delinquency)


def test_months_amounts_and_fields_out_of_range_are_refused() -> None:
    frame = position_frame([OWED])
    assert refusal(frame, months=0).field == refusal(frame, months=601).field == "months"
    assert refusal(frame, scenario=FixedMonthly(-1)).field == "scenario.fixed_monthly"
    assert refusal(frame, fields=["balance"]).field == "fields"


@pytest.mark.parametrize("scenario", [Scenario.DO_NOTHING, FixedMonthly(1_00)])
def test_a_debt_that_outgrows_every_book_is_refused_with_its_row(scenario: Scenario | FixedMonthly) -> None:
    accounts = [OWED] * (CHUNK_ROWS + 3)
    accounts[CHUNK_ROWS + 1] = replace(OWED, outstanding=Outstanding(0, 0, MAX_MINOR))
    refused = refusal(position_frame(accounts), scenario=scenario)
    assert (refused.code, refused.data["row"]) == ("amount_too_large", CHUNK_ROWS + 1)


@pytest.mark.parametrize("rate", [Decimal("0.1825") / 366, Decimal("0.000493"), Decimal("0.0005")])
def test_rates_of_many_digits_and_great_debts_stay_exact(rate: Decimal) -> None:
    rule = replace(RULE, daily_rate=rate)
    accounts = [replace(OWED, outstanding=Outstanding(0, 0, principal)) for principal in (MAX_MINOR // 9, 12_345_67)]
    for scenario in (Scenario.DO_NOTHING, FixedMonthly(10**14)):
        frame = project_accounts(position_frame(accounts), AS_OF, 3, scenario, rule)
        for row, account in enumerate(accounts):
            alone = project(account, 3, scenario, rule)
            assert frame["total_minor"].iloc[row].tolist() == [month.total_minor for month in alone.months]


def test_only_the_fields_asked_for_come_out() -> None:
    frame = project_accounts(position_frame([OWED]), AS_OF, 2, Scenario.DO_NOTHING, RULE, ["total_minor"])
    assert frame.columns.tolist() == [("total_minor", 1), ("total_minor", 2), ("settled_date", 0)]
    assert set(FIELDS) > {"total_minor"}


def test_an_empty_partition_comes_out_empty() -> None:
    nothing = position_frame([])
    for scenario in (*Scenario, FixedMonthly(1_00)):
        assert project_accounts(nothing, AS_OF, 12, scenario, RULE).shape == (0, 12 * len(FIELDS) + 1)
    blank = pd.DataFrame({"oldest_unpaid_due_date": pd.Series([], dtype="datetime64[s]")})
    assert len(age_accounts(blank, AS_OF, RULE.delinquency)) == 0


def test_the_partition_handed_in_is_left_as_it_was() -> None:
    frame = position_frame([OWED, replace(OWED, days_past_due=0)])
    before = frame.copy(deep=True)
    for scenario in (*Scenario, FixedMonthly(100_00)):
        project_accounts(frame, AS_OF, 12, scenario, RULE)
    pd.testing.assert_frame_equal(frame, before)


@pytest.mark.parametrize("ratio", [Fraction(1, 3), Fraction(5, 10_000), Fraction(7, 5), Fraction(0), Fraction(3)])
def test_a_share_is_the_same_however_it_is_computed(ratio: Fraction) -> None:
    values = np.array([0, 1, 2, 3, 4, 5, 999, 10**12 + 1])
    expected = [share_minor(int(value), ratio) for value in values]
    share = Share.of(ratio)
    assert share(values).tolist() == share.of_small(values).tolist() == expected
    assert share.exactly(values.astype(object)).tolist() == expected
    if ratio:
        with pytest.raises(InvalidInput):
            Share.of(ratio * 10**12)(np.array([2**62]))


@pytest.mark.parametrize(("column", "value", "field"), [
    ("principal_minor", -1, "principal_minor"), ("count", 0, "count"), ("count", 601, "count"),
    ("down_payment_minor", 101, "down_payment_minor"), ("interest_free_periods", 13, "interest_free_periods"),
])
def test_impossible_schedule_terms_are_refused_with_their_row(column: str, value: int, field: str) -> None:
    frame = pd.DataFrame({"principal_minor": [100, 100], "count": [12, 12], "down_payment_minor": [0, 0],
                          "interest_free_periods": [0, 0], "start_date": pd.Series([AS_OF] * 2, dtype="datetime64[s]")})
    frame.loc[1, column] = value
    with pytest.raises(InvalidInput) as refused:
        make_schedules(frame, ScheduleTerms())
    assert (refused.value.field, refused.value.data["row"]) == (field, 1)


def test_a_rate_its_method_does_not_have_is_refused() -> None:
    with pytest.raises(InvalidInput) as refused:
        ScheduleTerms(Method.INTEREST_FREE, rate=Decimal("0.1"))
    assert refused.value.code == "rate_contradicts_method"
    with pytest.raises(InvalidInput) as refused:
        payoff_amounts(pd.DataFrame(), AS_OF, Decimal(-1))
    assert refused.value.code == "rate_negative"
