"""A floor the engine is measured against must do the work: where it applies, it arrives at the same figures."""

from __future__ import annotations

from datetime import date

import numpy as np
import pandas as pd

from benchmarks import floors
from core.domain.projection_model import Scenario
from core.policy.book import PolicyBook
from core.policy.rules.projection import projection_rule
from core.portfolio.ageing import age_accounts
from core.portfolio.arrays import day_number, ticks_of
from core.portfolio.months import FIELDS, Months
from core.portfolio.opening import make_calendar, open_accounts
from core.portfolio.projection import project_accounts

AS_OF = date(2026, 11, 22)
RULE = projection_rule(PolicyBook.load().on(AS_OF))


def test_the_recurrence_of_doing_nothing_is_the_projection_where_a_minimum_is_open() -> None:
    chance = np.random.default_rng(7)
    rows = 500
    frame = pd.DataFrame({
        "principal_minor": chance.integers(1_000_00, 100_000_00, rows), "interest_minor": 0, "fees_minor": 0,
        "days_past_due": chance.integers(0, 200, rows), "statement_day": chance.integers(5, 20, rows)})
    calendar = make_calendar(AS_OF, 12, RULE.days_to_due)
    out = Months.empty(12, rows)
    floors.do_nothing(open_accounts(frame, calendar, RULE), calendar, RULE, out)
    pd.testing.assert_frame_equal(
        out.frame(frame.index, FIELDS), project_accounts(frame, AS_OF, 12, Scenario.DO_NOTHING, RULE))


def test_the_pass_of_ageing_reads_every_due_date_and_fills_every_array() -> None:
    due = pd.Series([date(2026, 11, 21), date(2026, 1, 1)], dtype="datetime64[s]")
    ticks, per_day = ticks_of(due, "oldest_unpaid_due_date")
    late, bands = floors.one_pass(ticks, day_number(AS_OF) * per_day)
    aged = age_accounts(due.to_frame("oldest_unpaid_due_date"), AS_OF, RULE.delinquency)
    assert (late // per_day).tolist() == aged["days_past_due"].tolist() == [1, 325]
    assert len(bands) == len(aged)
