"""The checks of an instalment agreement, and those it shares with other kinds of request."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal

from core.domain.actor import Authority
from core.domain.check_model import (
    CheckName,
    CheckResult,
    CheckUnit,
    RequestFacts,
    TermLimits,
    at_least,
    at_most,
    first_due_range,
    flag,
)
from core.domain.request_terms import AgreementTerms, monthly_burden_minor, monthly_minor
from core.domain.schedule import Schedule
from core.domain.waivers import Waived


def agreement_checks(terms: AgreementTerms, schedule: Schedule | None, facts: RequestFacts,
                     limits: TermLimits) -> tuple[CheckResult, ...]:
    """What an instalment agreement is checked by, in the order in which it is shown."""
    burden = monthly_burden_minor(schedule) if schedule is not None else None
    return (
        _term(terms.months, burden, facts, limits),
        *_affordable(terms, schedule, burden, facts),
        *month_shared(instalment_dues(schedule), facts),
        _minimum(burden, facts.balance_minor - terms.waived.total_minor - terms.down_payment_minor, limits),
        at_most(CheckName.DOWN_PAYMENT, terms.down_payment_minor, limits.max_down_payment_minor(facts.balance_minor),
                CheckUnit.MINOR),
        first_due_check(terms.first_due_date, facts.as_of, limits),
        _rate(terms.annual_rate, limits),
        *waiver_checks(terms.waived, facts, limits),
        *assessment_checks(facts, limits),
        flag(CheckName.HARDSHIP, facts.hardship_given),
        *_exceeds_ability(facts, limits),
    )


def _term(months: int, burden: int | None, facts: RequestFacts, limits: TermLimits) -> CheckResult:
    # Who can afford to be free sooner may; too short otherwise is a matter of judgement. Beyond Art. 70's five years
    # nobody may go.
    affordable = burden is not None and facts.affordable_minor is not None and burden <= facts.affordable_minor
    shortest = min(limits.min_months, months) if affordable else limits.min_months
    found = at_least(CheckName.TERM, months, shortest, CheckUnit.MONTHS) if months < shortest else \
        at_most(CheckName.TERM, months, limits.max_months, CheckUnit.MONTHS, hard=True)
    return replace(found, lowest=shortest, highest=limits.max_months)


def _affordable(terms: AgreementTerms, schedule: Schedule | None, burden: int | None,
                facts: RequestFacts) -> tuple[CheckResult, ...]:
    """The dearest month; of a plan that rises the first one, and its later steps against the ceiling."""
    if burden is None or schedule is None or facts.affordable_minor is None:
        return (CheckResult(CheckName.AFFORDABLE, False, CheckUnit.MINOR, burden, facts.affordable_minor, None),)
    if not terms.shape.step_months:
        return (at_most(CheckName.AFFORDABLE, burden, facts.affordable_minor, CheckUnit.MINOR),)
    first = monthly_minor(schedule.instalments[0].amount_minor, terms.frequency)
    ceiling = max(facts.ceiling_minor or 0, facts.affordable_minor)
    return (at_most(CheckName.AFFORDABLE, first, facts.affordable_minor, CheckUnit.MINOR),
            at_most(CheckName.LATER_STEPS, burden, ceiling, CheckUnit.MINOR))


def month_shared(dues: Iterable[tuple[date, int]], facts: RequestFacts,
                 most_minor: int | None = None) -> tuple[CheckResult, ...]:
    """The tightest month in which one of ``dues`` and a payment put off or promised on another card both fall due.

    ``most_minor``: what such a month may take where that is more than what is affordable.
    """
    if facts.month_minor is None:
        return ()
    own = Counter[tuple[int, int]]()
    for on, amount in dues:
        own[_month(on)] += amount
    claimed = _claimed(facts)
    shared = [own[month] + claimed[month] for month in claimed if own[month]]
    most = facts.month_minor if most_minor is None else most_minor
    return (at_most(CheckName.MONTH_SHARED, max(shared), most, CheckUnit.MINOR),) if shared else ()


def claimed_minor(days: Iterable[date], facts: RequestFacts) -> int:
    """The most that the person's other cards claim of one of the months of ``days``, in fen."""
    claimed = _claimed(facts)
    return max((claimed[_month(day)] for day in days), default=0)


def _claimed(facts: RequestFacts) -> Counter[tuple[int, int]]:
    claimed = Counter[tuple[int, int]]()
    for due in facts.due_elsewhere:
        claimed[_month(due.on)] += due.amount_minor
    return claimed


def instalment_dues(schedule: Schedule | None) -> tuple[tuple[date, int], ...]:
    """The instalments of a plan as days and fen."""
    return () if schedule is None else tuple((row.due_date, row.amount_minor) for row in schedule.instalments)


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _minimum(burden: int | None, financed_minor: int, limits: TermLimits) -> CheckResult:
    least = limits.minimum_instalment_minor(financed_minor)
    if burden is None:
        return CheckResult(CheckName.MINIMUM_INSTALMENT, False, CheckUnit.MINOR, None, least, None)
    return at_least(CheckName.MINIMUM_INSTALMENT, burden, least, CheckUnit.MINOR)


def first_due_check(first: date, as_of: date, limits: TermLimits) -> CheckResult:
    """Whether the first payment falls due inside its window."""
    earliest, latest = first_due_range(as_of, limits)
    too_early = first < earliest
    bound = earliest if too_early else latest
    slack = (first - earliest).days if too_early else (latest - first).days
    return CheckResult(CheckName.FIRST_DUE_DATE, slack >= 0, CheckUnit.DATE, first, bound, slack, lowest=earliest,
                       highest=latest)


def _rate(rate: Decimal, limits: TermLimits) -> CheckResult:
    asked, lowest, highest = (int(value * 10_000) for value in
                              (rate, limits.lowest_annual_rate, limits.highest_annual_rate))
    too_low = rate < limits.lowest_annual_rate
    bound, slack = (lowest, asked - lowest) if too_low else (highest, highest - asked)
    passed = limits.lowest_annual_rate <= rate <= limits.highest_annual_rate
    return CheckResult(CheckName.RATE, passed, CheckUnit.RATE, asked, bound, slack, lowest=lowest, highest=highest)


def assessment_checks(facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """Whether the bank knows what the person can pay, and how old that is."""
    present = flag(CheckName.ASSESSMENT_PRESENT, facts.assessed_on is not None)
    if facts.assessed_on is None:
        return (present,)
    age = (facts.as_of - facts.assessed_on).days
    return present, at_most(CheckName.ASSESSMENT_FRESH, age, limits.assessment_fresh_days, CheckUnit.DAYS)


def waiver_checks(given: Waived, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """What is given up against the most that anybody may: which level it takes is another matter."""
    most = limits.waivers.most(Authority.L4, facts.owed, facts.days_past_due)
    parts = ((CheckName.LATE_FEE_WAIVER, given.late_fee_minor, most.late_fee_minor),
             (CheckName.INTEREST_WAIVER, given.interest_minor, most.interest_minor),
             (CheckName.PRINCIPAL_WAIVER, given.principal_minor, most.principal_minor))
    return tuple(at_most(name, waived, limit, CheckUnit.MINOR, hard=True) for name, waived, limit in parts if waived)


def _exceeds_ability(facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """Art. 70: the balance exceeds what the person can repay."""
    if facts.affordable_minor is None:
        return ()
    able = facts.affordable_minor * limits.exceeds_ability_months
    return (at_least(CheckName.EXCEEDS_ABILITY, facts.balance_minor, able + 1, CheckUnit.MINOR),)
