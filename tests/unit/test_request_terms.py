"""Terms and their checks: slack measures distance, and the nearest terms pass."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from core.domain.calendar import Frequency
from core.domain.errors import InvalidInput
from core.domain.nearest_terms import nearest_terms
from core.domain.proposal import ProposalKind
from core.domain.request_checks import CheckName, DueOnce, RequestFacts, checks, first_due_range
from core.domain.request_terms import AgreementTerms, ExtensionTerms, as_record, from_record, monthly_burden_minor
from core.policy.book import PolicyBook
from core.policy.rules.requests import term_limits

TODAY = date(2026, 11, 22)
LIMITS = term_limits(PolicyBook.load().on(TODAY))
FIRST, LAST = first_due_range(TODAY, LIMITS)
FACTS = RequestFacts(TODAY, 3_000_000, 200_000, 100_000, TODAY, hardship_given=True, open_request=False,
                     arrangement=False)
TERMS_CHANGE = {CheckName.TERM, CheckName.AFFORDABLE, CheckName.MINIMUM_INSTALMENT, CheckName.DOWN_PAYMENT,
                CheckName.FIRST_DUE_DATE, CheckName.RATE, CheckName.EXTENSION_LENGTH}

terms_of_any_kind = st.builds(
    AgreementTerms, months=st.integers(1, 120), first_due_date=st.dates(TODAY, TODAY + timedelta(days=800)),
    down_payment_minor=st.integers(0, 2_000_000), annual_rate=st.decimals(0, 1, places=4),
    interest_free_months=st.just(0), frequency=st.sampled_from(Frequency))


@given(terms_of_any_kind, st.integers(1_000_000, 10**9), st.integers(0, 5_000_000))
def test_the_nearest_terms_pass_every_check_that_terms_can_change(terms: AgreementTerms, balance: int,
                                                                  affordable: int) -> None:
    assume(terms.down_payment_minor <= balance and terms.count >= 1)
    facts = replace(FACTS, balance_minor=balance, affordable_minor=affordable)
    nearest = nearest_terms(terms, facts, LIMITS)
    if nearest is None:
        # Then not even the longest plan is affordable, or every affordable one is below the least instalment.
        longest = AgreementTerms(LIMITS.max_months, FIRST, LIMITS.max_down_payment_minor(balance))
        burden = monthly_burden_minor(longest.schedule(balance, TODAY))
        return_of_interest = terms.annual_rate > 0 or terms.down_payment_minor < longest.down_payment_minor
        assert burden > affordable or return_of_interest or affordable < 2 * LIMITS.minimum_instalment_minor(balance)
        return
    assert isinstance(nearest, AgreementTerms)
    found = checks(nearest, nearest.schedule(balance, TODAY), facts, LIMITS)
    assert [check for check in found if check.name in TERMS_CHANGE and not check.passed] == []


@given(st.integers(1, 600))
def test_slack_is_the_distance_to_the_limit(days: int) -> None:
    [length] = [check for check in checks(ExtensionTerms(days), None, FACTS, LIMITS)
                if check.name is CheckName.EXTENSION_LENGTH]
    assert length.slack == LIMITS.max_extension_days - days
    assert length.passed == (length.slack >= 0)


def test_terms_that_pass_are_their_own_nearest() -> None:
    terms = AgreementTerms(40, FIRST)
    assert nearest_terms(terms, FACTS, LIMITS) == terms


def test_the_nearest_plan_is_the_shortest_affordable_one_when_the_asked_one_is_too_dear() -> None:
    nearest = nearest_terms(AgreementTerms(12, FIRST), FACTS, LIMITS)
    assert isinstance(nearest, AgreementTerms)
    assert nearest.months == 30  # 30,000 yuan at 1,000 a month


def test_no_terms_are_near_when_even_five_years_cost_too_much() -> None:
    assert nearest_terms(AgreementTerms(12, FIRST), replace(FACTS, affordable_minor=49_000), LIMITS) is None


@pytest.mark.parametrize(("first", "passed"), [
    (FIRST - timedelta(days=1), False), (FIRST, True), (LAST, True), (LAST + timedelta(days=1), False)])
def test_the_first_instalment_falls_due_inside_its_window(first: date, passed: bool) -> None:
    terms = AgreementTerms(30, first)
    [check] = [one for one in checks(terms, terms.schedule(FACTS.balance_minor, TODAY), FACTS, LIMITS)
               if one.name is CheckName.FIRST_DUE_DATE]
    assert check.passed is passed


def test_nobody_may_go_beyond_five_years() -> None:
    terms = AgreementTerms(61, FIRST)
    [check] = [one for one in checks(terms, terms.schedule(FACTS.balance_minor, TODAY), FACTS, LIMITS)
               if one.name is CheckName.TERM]
    assert (check.passed, check.hard, check.slack) == (False, True, -1)


def test_too_short_is_a_matter_of_judgement() -> None:
    terms = AgreementTerms(LIMITS.min_months - 1, FIRST)
    [check] = [one for one in checks(terms, terms.schedule(FACTS.balance_minor, TODAY), FACTS, LIMITS)
               if one.name is CheckName.TERM]
    assert (check.passed, check.hard) == (False, False)


def test_who_can_afford_it_may_be_free_sooner_than_the_shortest_plan() -> None:
    terms, rich = AgreementTerms(LIMITS.min_months - 1, FIRST), replace(FACTS, affordable_minor=FACTS.balance_minor)
    [check] = [one for one in checks(terms, terms.schedule(FACTS.balance_minor, TODAY), rich, LIMITS)
               if one.name is CheckName.TERM]
    assert (check.passed, check.lowest) == (True, LIMITS.min_months - 1)


@given(terms_of_any_kind)
def test_stored_terms_read_back_as_they_were(terms: AgreementTerms) -> None:
    assert from_record(ProposalKind.PERSONALISED_AGREEMENT, as_record(terms)) == terms


@pytest.mark.parametrize("record", [{}, {"days": "30"}, {"days": 30, "more": 1}, {"months": 12}])
def test_records_that_are_no_terms_are_refused(record: dict[str, object]) -> None:
    with pytest.raises(InvalidInput):
        from_record(ProposalKind.EXTENSION, record)


def test_an_extension_that_ends_on_a_day_off_ends_on_the_next_working_day() -> None:
    assert ExtensionTerms(6).until(TODAY) == date(2026, 11, 30)


def test_weekly_instalments_are_weighed_by_the_month() -> None:
    terms = AgreementTerms(12, FIRST, frequency=Frequency.WEEKLY)
    schedule = terms.schedule(5_200_000, TODAY)
    assert len(schedule.instalments) == 52
    assert monthly_burden_minor(schedule) == 433_334


def test_a_plan_moves_by_whole_months_only_as_far_as_it_must() -> None:
    plan = AgreementTerms(12, date(2026, 12, 31), annual_rate=Decimal("0.05"))
    assert plan.not_before(date(2026, 12, 31)) is plan
    assert plan.not_before(date(2027, 1, 1)).first_due_date == date(2027, 1, 31)
    assert plan.not_before(date(2027, 2, 1)).first_due_date == date(2027, 2, 28)


@given(st.integers(6, 60), st.integers(1_000_000, 10**7), st.integers(50_000, 800_000),
       st.lists(st.builds(DueOnce, st.dates(TODAY, TODAY + timedelta(days=95)), st.integers(1, 10**6)), max_size=2))
def test_the_nearest_terms_leave_each_month_what_falls_due_once(months: int, balance: int, affordable: int,
                                                               due: list[DueOnce]) -> None:
    facts = replace(FACTS, balance_minor=balance, affordable_minor=affordable, month_minor=affordable,
                    due_elsewhere=tuple(due))
    nearest = nearest_terms(AgreementTerms(months, FIRST), facts, LIMITS)
    assume(isinstance(nearest, AgreementTerms))
    assert isinstance(nearest, AgreementTerms)
    failed = {check.name for check in checks(nearest, nearest.schedule(balance, TODAY), facts, LIMITS)
              if not check.passed}
    assert not failed & {*TERMS_CHANGE, CheckName.MONTH_SHARED}
