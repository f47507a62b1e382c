"""The nearest terms of a settlement, small payments, a pause or a promise pass every check that terms can change."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from core.domain.allocation import Outstanding
from core.domain.nearest_terms import nearest_terms
from core.domain.plan_shape import PlanShape
from core.domain.request_checks import CheckName, DueOnce, RequestFacts, checks, first_due_range
from core.domain.request_terms import (
    AgreementTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
)
from core.policy.book import PolicyBook
from core.policy.rules.requests import term_limits

TODAY = date(2026, 11, 22)
LIMITS = term_limits(PolicyBook.load().on(TODAY))
UNCHANGEABLE = {CheckName.ASSESSMENT_PRESENT, CheckName.ASSESSMENT_FRESH, CheckName.HARDSHIP,
                CheckName.NO_INSTALMENT_FITS, CheckName.NO_OPEN_REQUEST, CheckName.NO_ARRANGEMENT}
amounts = st.integers(1, 10_000_000)
days = st.dates(TODAY - timedelta(days=90), TODAY + timedelta(days=400))
asked = st.one_of(
    st.builds(SettlementTerms, amounts, days), st.builds(TokenPaymentTerms, amounts, st.integers(1, 60), days),
    st.builds(PauseTerms, st.integers(1, 60)), st.builds(PromiseTerms, amounts, days))


@st.composite
def known(draw: st.DrawFn) -> RequestFacts:
    owed = Outstanding(draw(st.integers(0, 100_000)), draw(st.integers(0, 500_000)), draw(amounts))
    affordable = draw(st.integers(0, 400_000))
    return RequestFacts(
        TODAY, owed.total_minor, draw(st.integers(0, owed.total_minor)), affordable, TODAY, hardship_given=True,
        open_request=False, arrangement=False, owed=owed, days_past_due=draw(st.sampled_from((0, 60, 181, 400))),
        disposable_minor=affordable * 2, ceiling_minor=affordable * 2)


elsewhere = st.lists(st.builds(DueOnce, st.dates(TODAY, TODAY + timedelta(days=120)), st.integers(1, 300_000)),
                     max_size=3)


@given(asked, known(), elsewhere)
def test_the_nearest_terms_of_every_kind_pass(terms: Terms, facts: RequestFacts, claims: list[DueOnce]) -> None:
    facts = replace(facts, month_minor=facts.affordable_minor, due_elsewhere=tuple(claims))
    nearest = nearest_terms(terms, facts, LIMITS)
    if nearest is None:
        assert isinstance(terms, TokenPaymentTerms | PromiseTerms)
        return
    assert type(nearest) is type(terms)
    failed = {check.name for check in checks(nearest, None, facts, LIMITS) if not check.passed}
    assert failed <= UNCHANGEABLE
    assert nearest_terms(nearest, facts, LIMITS) == nearest


def test_small_payments_may_share_a_month_up_to_what_it_leaves_over() -> None:
    terms = TokenPaymentTerms(5_000, 6, first_due_range(TODAY, LIMITS)[0])
    facts = RequestFacts(
        TODAY, 1_000_000, 1, 3_000, TODAY, hardship_given=True, open_request=False, arrangement=False,
        month_minor=3_000, due_elsewhere=(DueOnce(terms.first_due_date, 2_000),), disposable_minor=7_000)
    shared = [check for check in checks(terms, None, facts, LIMITS) if check.name is CheckName.MONTH_SHARED]
    assert [(check.value, check.limit, check.passed) for check in shared] == [(7_000, 7_000, True)]
    tighter = replace(facts, disposable_minor=6_999)
    assert nearest_terms(terms, tighter, LIMITS) == replace(terms, monthly_minor=4_999)


def test_a_promise_moves_out_of_a_month_that_another_card_claims() -> None:
    facts = RequestFacts(
        date(2026, 11, 28), 1_000_000, 50_000, 60_000, TODAY, hardship_given=True, open_request=False,
        arrangement=False, month_minor=60_000, due_elsewhere=(DueOnce(date(2026, 11, 29), 20_000),))
    asked = PromiseTerms(55_000, date(2026, 11, 30))
    assert nearest_terms(asked, facts, LIMITS) == PromiseTerms(55_000, date(2026, 12, 1))
    both = replace(facts, due_elsewhere=(*facts.due_elsewhere, DueOnce(date(2026, 12, 9), 20_000)))
    assert nearest_terms(asked, both, LIMITS) is None


@given(known(), st.integers(0, 60_000))
def test_a_promise_beyond_the_months_money_has_no_nearest(facts: RequestFacts, missing: int) -> None:
    due = facts.amount_due_minor
    short = replace(facts, affordable_minor=max(due - missing - 1, 0))
    found = nearest_terms(PromiseTerms(max(due, 1), TODAY), short, LIMITS)
    assert (found is None) == (due > 0 or short.affordable_minor == 0)


def test_a_plan_that_rises_is_held_to_what_is_affordable_first_and_to_the_ceiling_later() -> None:
    rising = AgreementTerms(24, first_due_range(TODAY, LIMITS)[0], shape=PlanShape(6, Decimal("0.5"), 3))
    schedule = rising.schedule(3_000_000, TODAY)
    first, dearest = schedule.instalments[0].amount_minor, max(row.amount_minor for row in schedule.instalments)
    facts = RequestFacts(TODAY, 3_000_000, 1, first, TODAY, hardship_given=True, open_request=False, arrangement=False,
                         ceiling_minor=dearest)

    def failed(facts: RequestFacts) -> set[CheckName]:
        return {check.name for check in checks(rising, schedule, facts, LIMITS) if not check.passed}

    assert failed(facts) == set()
    assert failed(replace(facts, affordable_minor=first - 1)) == {CheckName.AFFORDABLE}
    assert failed(replace(facts, ceiling_minor=dearest - 1)) == {CheckName.LATER_STEPS}
