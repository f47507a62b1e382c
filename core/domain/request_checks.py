"""The checks a request meets, each with what it found, its limit and the slack between them.

A failed check does not refuse: a person decides (PIPL Art. 24(3)). Only a ``hard`` one, where law or
the account itself leaves nothing to decide, keeps a request from being sent or granted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from core.domain.calendar import add_months
from core.domain.money import Rounding, share_minor
from core.domain.request_terms import AgreementTerms, ExtensionTerms, Terms, monthly_burden_minor
from core.domain.schedule import Schedule

_A_YEAR = 330
"""Days within which a day of the month is looked for in whole months."""


class CheckName(StrEnum):
    """What is checked; the words are ``collector.check.<value>`` and ``cardholder.check.<value>``."""

    EXTENSION_LENGTH = "extension_length"
    TERM = "term"
    AFFORDABLE = "affordable"
    MONTH_SHARED = "month_shared"
    MINIMUM_INSTALMENT = "minimum_instalment"
    DOWN_PAYMENT = "down_payment"
    FIRST_DUE_DATE = "first_due_date"
    RATE = "rate"
    ASSESSMENT_PRESENT = "assessment_present"
    ASSESSMENT_FRESH = "assessment_fresh"
    HARDSHIP = "hardship"
    EXCEEDS_ABILITY = "exceeds_ability"
    AMOUNT_DUE = "amount_due"
    NO_OPEN_REQUEST = "no_open_request"
    NO_ARRANGEMENT = "no_arrangement"


class CheckUnit(StrEnum):
    """What value, limit and slack are measured in."""

    MINOR = "minor"
    MONTHS = "months"
    DAYS = "days"
    DATE = "date"
    """Value and limit are dates, the slack is days."""
    RATE = "rate"
    """Hundredths of a percent a year."""
    FLAG = "flag"
    """Nothing to measure: it is so or not."""


@dataclass(frozen=True, slots=True)
class CheckResult:
    """One check. ``slack`` is how far inside (positive) or outside (negative) its limit the value lies."""

    name: CheckName
    passed: bool
    unit: CheckUnit
    value: int | date | None
    limit: int | date | None
    slack: int | None
    hard: bool = False
    lowest: int | date | None = None
    highest: int | date | None = None
    """All bounds there are; ``limit`` is the one the value is measured against."""


@dataclass(frozen=True, slots=True)
class TermLimits:
    """The bounds of the policy in force (sections C and F, ``requests.*``); amounts in fen."""

    min_months: int
    max_months: int
    """Art. 70: five years. No person may go beyond."""
    least_instalment_minor: int
    """Per month, whatever the balance; see ``minimum_instalment_minor``."""
    instalment_months: int
    """An instalment is at least the balance over this many months."""
    max_down_payment_ratio: Decimal
    first_due_after_days: int
    first_due_within_days: int
    lowest_annual_rate: Decimal
    """The rate the bank offers during the plan; a request may not go below it by itself."""
    highest_annual_rate: Decimal
    """The contract rate."""
    min_extension_days: int
    max_extension_days: int
    assessment_fresh_days: int
    exceeds_ability_months: int
    """The balance exceeds ability when so many affordable months would not pay it (Art. 70)."""

    def minimum_instalment_minor(self, balance_minor: int) -> int:
        """The least a month's instalments may come to, in fen, for this balance."""
        share = -(-balance_minor // self.instalment_months)
        # Never more than the balance itself: a small rest may be paid at once.
        return min(max(self.least_instalment_minor, share), max(balance_minor, 0))

    def max_down_payment_minor(self, balance_minor: int) -> int:
        """The largest down payment, in fen, cut down to a whole fen."""
        return share_minor(max(balance_minor, 0), self.max_down_payment_ratio, Rounding.DOWN)


@dataclass(frozen=True, slots=True)
class DueOnce:
    """A payment that an extension on another card has put off to a day, in fen."""

    on: date
    amount_minor: int


@dataclass(frozen=True, slots=True)
class RequestFacts:
    """What is known of the person and the account on ``as_of``; amounts in fen."""

    as_of: date
    balance_minor: int
    amount_due_minor: int
    affordable_minor: int | None
    """Per month, what is left for this account of what the newest finished assessment found; None without one."""
    assessed_on: date | None
    hardship_given: bool
    open_request: bool
    arrangement: bool
    month_minor: int | None = None
    """All that is left of a month's money, where ``affordable_minor`` is only a share of it."""
    due_elsewhere: tuple[DueOnce, ...] = ()
    """What falls due once on the person's other cards; it claims its calendar month."""


def checks(terms: Terms, schedule: Schedule | None, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """Every check that concerns these terms, in the order in which they are shown."""
    own = _extension_checks(terms, facts, limits) if isinstance(terms, ExtensionTerms) else \
        _agreement_checks(terms, schedule, facts, limits)
    return (*own, _flag(CheckName.NO_OPEN_REQUEST, not facts.open_request, hard=True),
            _flag(CheckName.NO_ARRANGEMENT, not facts.arrangement, hard=True))


def first_due_range(as_of: date, limits: TermLimits) -> tuple[date, date]:
    """The first and the last day on which a plan agreed about ``as_of`` may begin."""
    return (as_of + timedelta(days=limits.first_due_after_days), as_of + timedelta(days=limits.first_due_within_days))


def _extension_checks(terms: ExtensionTerms, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    return (_at_most(CheckName.EXTENSION_LENGTH, terms.days, limits.max_extension_days, CheckUnit.DAYS, hard=True),
            _flag(CheckName.AMOUNT_DUE, facts.amount_due_minor > 0, hard=True))


def _agreement_checks(terms: AgreementTerms, schedule: Schedule | None, facts: RequestFacts,
                      limits: TermLimits) -> tuple[CheckResult, ...]:
    burden = monthly_burden_minor(schedule) if schedule is not None else None
    return (
        _term(terms.months, limits),
        _affordable(burden, facts),
        *_month_shared(schedule, facts),
        _minimum(burden, facts.balance_minor - terms.down_payment_minor, limits),
        _at_most(CheckName.DOWN_PAYMENT, terms.down_payment_minor, limits.max_down_payment_minor(facts.balance_minor),
                 CheckUnit.MINOR),
        _first_due(terms.first_due_date, facts.as_of, limits),
        _rate(terms.annual_rate, limits),
        _flag(CheckName.ASSESSMENT_PRESENT, facts.assessed_on is not None),
        *_fresh(facts, limits),
        _flag(CheckName.HARDSHIP, facts.hardship_given),
        *_exceeds_ability(facts, limits),
    )


def _term(months: int, limits: TermLimits) -> CheckResult:
    # Too short is a matter of judgement; beyond Art. 70's five years nobody may go.
    found = _at_least(CheckName.TERM, months, limits.min_months, CheckUnit.MONTHS) if months < limits.min_months else \
        _at_most(CheckName.TERM, months, limits.max_months, CheckUnit.MONTHS, hard=True)
    return replace(found, lowest=limits.min_months, highest=limits.max_months)


def _affordable(burden: int | None, facts: RequestFacts) -> CheckResult:
    if burden is None or facts.affordable_minor is None:
        return CheckResult(CheckName.AFFORDABLE, False, CheckUnit.MINOR, burden, facts.affordable_minor, None)
    return _at_most(CheckName.AFFORDABLE, burden, facts.affordable_minor, CheckUnit.MINOR)


def _month_shared(schedule: Schedule | None, facts: RequestFacts) -> tuple[CheckResult, ...]:
    """The tightest month in which an instalment and a payment put off on another card both fall due."""
    if schedule is None or facts.month_minor is None:
        return ()
    claimed, own = Counter[tuple[int, int]](), Counter[tuple[int, int]]()
    for due in facts.due_elsewhere:
        claimed[_month(due.on)] += due.amount_minor
    for row in schedule.instalments:
        own[_month(row.due_date)] += row.amount_minor
    shared = [own[month] + claimed[month] for month in claimed if own[month]]
    return (_at_most(CheckName.MONTH_SHARED, max(shared), facts.month_minor, CheckUnit.MINOR),) if shared else ()


def _month(day: date) -> tuple[int, int]:
    return day.year, day.month


def _minimum(burden: int | None, financed_minor: int, limits: TermLimits) -> CheckResult:
    least = limits.minimum_instalment_minor(financed_minor)
    if burden is None:
        return CheckResult(CheckName.MINIMUM_INSTALMENT, False, CheckUnit.MINOR, None, least, None)
    return _at_least(CheckName.MINIMUM_INSTALMENT, burden, least, CheckUnit.MINOR)


def _first_due(first: date, as_of: date, limits: TermLimits) -> CheckResult:
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


def _fresh(facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    if facts.assessed_on is None:
        return ()
    age = (facts.as_of - facts.assessed_on).days
    return (_at_most(CheckName.ASSESSMENT_FRESH, age, limits.assessment_fresh_days, CheckUnit.DAYS),)


def _exceeds_ability(facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """Art. 70: the balance exceeds what the person can repay."""
    if facts.affordable_minor is None:
        return ()
    able = facts.affordable_minor * limits.exceeds_ability_months
    return (_at_least(CheckName.EXCEEDS_ABILITY, facts.balance_minor, able + 1, CheckUnit.MINOR),)


def _at_most(name: CheckName, value: int, limit: int, unit: CheckUnit, *, hard: bool = False) -> CheckResult:
    return CheckResult(name, value <= limit, unit, value, limit, limit - value, hard, highest=limit)


def _at_least(name: CheckName, value: int, limit: int, unit: CheckUnit, *, hard: bool = False) -> CheckResult:
    return CheckResult(name, value >= limit, unit, value, limit, value - limit, hard, lowest=limit)


def _flag(name: CheckName, passed: bool, *, hard: bool = False) -> CheckResult:
    return CheckResult(name, passed, CheckUnit.FLAG, None, None, None, hard)


def nearest_terms(terms: Terms, facts: RequestFacts, limits: TermLimits) -> Terms | None:
    """The terms closest to those asked for that pass every check of theirs; None if none do.

    For an agreement: down payment, start and rate are moved inside their bounds first; then the length
    is kept if it is affordable, else the fewest months whose instalment is, never under the minimum
    instalment. Checks that no terms can change (assessment, open request) are left as they are.
    """
    if isinstance(terms, ExtensionTerms):
        return ExtensionTerms(min(max(terms.days, limits.min_extension_days), limits.max_extension_days))
    if facts.balance_minor <= 0:
        return None
    earliest, latest = first_due_range(facts.as_of, limits)
    base = replace(
        terms, months=1, interest_free_months=0,
        first_due_date=_within(terms.first_due_date, earliest, latest),
        down_payment_minor=min(terms.down_payment_minor, limits.max_down_payment_minor(facts.balance_minor)),
        annual_rate=min(max(terms.annual_rate, limits.lowest_annual_rate), limits.highest_annual_rate))
    alone = _fitted(base, terms, replace(facts, due_elsewhere=()), limits)
    if alone is None or not _overbooked(alone, facts):
        return alone
    # A later start costs less than a longer term: first behind what falls due once, then beside it.
    later = _start_after(base.first_due_date, facts.due_elsewhere, latest)
    behind = None if later is None else _fitted(replace(base, first_due_date=later), terms, facts, limits)
    return behind or _fitted(base, terms, facts, limits)


def _fitted(base: AgreementTerms, terms: AgreementTerms, facts: RequestFacts, limits: TermLimits
            ) -> AgreementTerms | None:
    """``base`` with the length nearest to that of ``terms`` that fits; None if none does."""
    fitting = _fitting_months(base, terms.interest_free_months, facts, limits)
    if not fitting:
        return None
    shortest, longest = fitting
    months = min(max(terms.months, shortest), longest)
    return replace(base, months=months, interest_free_months=min(terms.interest_free_months, months))


def _overbooked(terms: AgreementTerms, facts: RequestFacts) -> bool:
    schedule = terms.schedule(facts.balance_minor, facts.as_of)
    return any(not check.passed for check in _month_shared(schedule, facts))


def _start_after(first: date, claims: Sequence[DueOnce], latest: date) -> date | None:
    """The same day of the first month behind every claim, else that month's first day; None: beyond ``latest``."""
    behind = add_months(max(claim.on for claim in claims).replace(day=1), 1)
    moved = next(day for number in range(1, 13) if (day := add_months(first, number)) >= behind) \
        if (behind - first).days < _A_YEAR else latest + timedelta(days=1)
    return next((day for day in (moved, behind) if day <= latest), None)


def _within(day: date, earliest: date, latest: date) -> date:
    """``day``, or the day of the month nearest to it in whole months, else the nearer bound."""
    if earliest <= day <= latest:
        return day
    if day < earliest:
        moved = next(one for n in range(1, 13) if (one := add_months(day, n)) >= earliest) \
            if (earliest - day).days < _A_YEAR else earliest
        return moved if moved <= latest else earliest
    return latest


def _fitting_months(base: AgreementTerms, free: int, facts: RequestFacts, limits: TermLimits) -> tuple[int, int] | None:
    """The fewest and the most months whose instalment is affordable and not under the minimum.

    But for fen of rounding a longer term never has a dearer instalment: both ends are found by bisection.
    """
    least = limits.minimum_instalment_minor(facts.balance_minor - base.down_payment_minor)
    affordable = facts.affordable_minor

    def of_length(months: int) -> AgreementTerms:
        return replace(base, months=months, interest_free_months=min(free, months))

    def burden(months: int) -> int:
        return monthly_burden_minor(of_length(months).schedule(facts.balance_minor, facts.as_of))

    longest = _last_true(limits.max_months, lambda months: burden(months) >= least)
    if longest == 0:
        return None
    if affordable is None:
        return (limits.min_months, longest) if limits.min_months <= longest else None

    def is_too_dear(months: int) -> bool:
        return burden(months) > affordable or _overbooked(of_length(months), facts)

    too_dear = _last_true(limits.max_months, is_too_dear)
    shortest = max(too_dear + 1, limits.min_months)
    # The last instalment absorbs what rounding left, a few fen that bisection may miss.
    while shortest <= longest and is_too_dear(shortest):
        shortest += 1
    return (shortest, longest) if shortest <= longest else None


def _last_true(highest: int, holds: Callable[[int], bool]) -> int:
    """The last of 1…``highest`` for which ``holds`` (true first, then false); 0 if for none."""
    low, high = 0, highest
    while low < high:
        middle = (low + high + 1) // 2
        if holds(middle):
            low = middle
        else:
            high = middle - 1
    return low
