"""Schedules in bulk are each plan's own, to the fen, whatever the terms."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pandas as pd
from hypothesis import given, settings
from hypothesis import strategies as st

from core.domain.calendar import Frequency, MonthEnd
from core.domain.money import Rounding
from core.domain.schedule import DayCount, Method, RatePer, SchedulePlan, make_schedule
from core.portfolio.schedules import FIELDS, ScheduleTerms, make_schedules

starts = st.dates(date(1990, 1, 1), date(2150, 12, 31))
principals = st.one_of(st.integers(0, 100), st.integers(0, 10**9), st.integers(0, 10**15))


@st.composite
def terms_of(draw: st.DrawFn) -> ScheduleTerms:
    method = draw(st.sampled_from(Method))
    rate, per = draw(st.decimals(Decimal(0), Decimal("0.6"), places=5)), draw(st.sampled_from(RatePer))
    bears_interest = method in (Method.EQUAL_INSTALMENT, Method.EQUAL_PRINCIPAL)
    return ScheduleTerms(
        method, draw(st.sampled_from(Frequency)), (rate / 365 if per is RatePer.DAY else rate) * bears_interest, per,
        rate / 12 if method is Method.FEE_PER_PERIOD else Decimal(0), draw(st.sampled_from(DayCount)),
        draw(st.sampled_from(Rounding)), draw(st.sampled_from(MonthEnd)))


@st.composite
def plans_of(draw: st.DrawFn, terms: ScheduleTerms, default_first: bool) -> SchedulePlan:
    principal, count, start = draw(principals), draw(st.integers(1, 40)), draw(starts)
    first = start + timedelta(days=draw(st.integers(0, 400)))
    return SchedulePlan(
        principal, start, count, terms.method, None if default_first else first, terms.frequency, terms.rate,
        terms.rate_per, terms.fee_rate, terms.day_count, draw(st.just(0) | st.integers(0, principal)),
        draw(st.just(0) | st.integers(0, count)), terms.rounding, terms.month_end)


def plan_frame(plans: list[SchedulePlan]) -> pd.DataFrame:
    frame = pd.DataFrame({name: [getattr(plan, name) for plan in plans] for name in (
        "principal_minor", "count", "down_payment_minor", "interest_free_periods")})
    for name in ("start_date", "first_due_date"):
        frame[name] = pd.Series([getattr(plan, name) for plan in plans], dtype="datetime64[s]")
    return frame


def as_made_alone(plans: list[SchedulePlan], terms: ScheduleTerms) -> None:
    made = make_schedules(plan_frame(plans), terms, (*FIELDS, "due_date"))
    longest = max(plan.count for plan in plans)
    for row, plan in enumerate(plans):
        alone, nothing = make_schedule(plan).instalments, [0] * (longest - plan.count)
        for field in FIELDS:
            expected = [getattr(instalment, field) for instalment in alone]
            assert made[field].iloc[row].tolist() == expected + nothing, (field, plan)
        dates = made["due_date"].iloc[row].dropna()
        assert [day.date() for day in dates] == [instalment.due_date for instalment in alone]


@settings(max_examples=120)
@given(st.data(), terms_of(), st.booleans())
def test_every_schedule_is_laid_out_as_it_would_be_alone(data, terms, default_first) -> None:
    as_made_alone(data.draw(st.lists(plans_of(terms, default_first), min_size=1, max_size=6)), terms)


@given(st.integers(1, 10**7), st.integers(2, 60))
def test_a_share_of_exactly_half_a_fen_is_rounded_as_the_domain_rounds_it(whole, count) -> None:
    # Without interest in any period the level payment is an equal share; these end in .5 or .0, where a guess
    # lies on the boundary of its rounding and the integers must decide.
    terms = ScheduleTerms(rate=Decimal("0.12"))
    for principal in (whole * count + count // 2, whole * count):
        plan = SchedulePlan(principal, date(2026, 1, 31), count, rate=terms.rate, interest_free_periods=count)
        for rounding in Rounding:
            as_made_alone([replace(plan, rounding=rounding)], replace(terms, rounding=rounding))
