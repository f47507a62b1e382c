"""The terms closest to those asked for that pass every check of theirs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, timedelta

from core.domain.actor import Authority
from core.domain.agreement_checks import claimed_minor, instalment_dues, month_shared
from core.domain.calendar import add_months
from core.domain.check_model import DueOnce, RequestFacts, TermLimits, first_due_range
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
    monthly_burden_minor,
)

_A_YEAR = 330
"""Days within which a day of the month is looked for in whole months."""


def nearest_terms(terms: Terms, facts: RequestFacts, limits: TermLimits) -> Terms | None:
    """The terms closest to those asked for that pass every check of theirs; None if none do.

    Checks that no terms can change (assessment, open request) are left as they are.
    """
    if isinstance(terms, ExtensionTerms):
        return ExtensionTerms(min(max(terms.days, limits.min_extension_days), limits.max_extension_days))
    if facts.balance_minor <= 0:
        return None
    match terms:
        case AgreementTerms():
            return _nearest_agreement(terms, facts, limits)
        case SettlementTerms():
            return _nearest_settlement(terms, facts, limits)
        case TokenPaymentTerms():
            return _nearest_token(terms, facts, limits)
        case PauseTerms():
            return replace(terms, months=min(terms.months, limits.max_pause_months))
        case PromiseTerms():
            return _nearest_promise(terms, facts, limits)


def _nearest_settlement(terms: SettlementTerms, facts: RequestFacts, limits: TermLimits) -> SettlementTerms:
    """The same sum, or the least that leaves open no more than anybody may give up."""
    most = limits.waivers.most(Authority.L4, facts.owed, facts.days_past_due)
    least = max(facts.balance_minor - most.total_minor, 1)
    moved = replace(terms, amount_minor=max(terms.amount_minor, least),
                    pay_by=_between(terms.pay_by, facts.as_of, facts.as_of + timedelta(days=limits.settlement_days)))
    return moved.for_debt(facts.owed)


def _nearest_token(terms: TokenPaymentTerms, facts: RequestFacts, limits: TermLimits) -> TokenPaymentTerms | None:
    """As much a month as is left over, as long as may be, starting when one may; behind what falls due once
    elsewhere where both do not fit."""
    earliest, latest = first_due_range(facts.as_of, limits)
    months = min(max(terms.months, limits.min_token_months), limits.max_token_months)
    first = _within(terms.first_due_date, earliest, latest)
    later = _start_after(first, facts.due_elsewhere, latest) if facts.due_elsewhere else None
    starts = [start for start in (first, later) if start is not None]
    tried = (_token_from(replace(terms, months=months, first_due_date=start), facts, limits) for start in starts)
    return next((found for found in tried if found is not None), None)


def _token_from(terms: TokenPaymentTerms, facts: RequestFacts, limits: TermLimits) -> TokenPaymentTerms | None:
    """The same months with a payment that fits each of them; None where even the least does not."""
    left = max(facts.affordable_minor or 0, facts.disposable_minor or 0) - claimed_minor(terms.due_dates, facts)
    monthly = min(max(terms.monthly_minor, limits.least_token_minor), left, facts.balance_minor // terms.months)
    return replace(terms, monthly_minor=monthly) if monthly >= max(limits.least_token_minor, 1) else None


def _nearest_promise(terms: PromiseTerms, facts: RequestFacts, limits: TermLimits) -> PromiseTerms | None:
    """What is due, or as much more as was promised and is left over, as soon as it must be; in the other of the
    two months within reach where the month of its day is claimed elsewhere."""
    latest = facts.as_of + timedelta(days=limits.promise_days)
    day = _between(terms.pay_by, facts.as_of, latest)
    next_month = add_months(facts.as_of.replace(day=1), 1)
    other = next_month if day < next_month else next_month - timedelta(days=1)
    for on in (day, _between(other, facts.as_of, latest)):
        most = facts.balance_minor if facts.affordable_minor is None else min(
            facts.affordable_minor - claimed_minor((on,), facts), facts.balance_minor)
        amount = min(max(terms.amount_minor, facts.amount_due_minor), most)
        if amount >= max(facts.amount_due_minor, 1):
            return PromiseTerms(amount, on)
    return None


def _between(day: date, earliest: date, latest: date) -> date:
    return min(max(day, earliest), latest)


def _nearest_agreement(terms: AgreementTerms, facts: RequestFacts, limits: TermLimits) -> AgreementTerms | None:
    """Down payment, start and rate are moved inside their bounds first; then the length is kept if it is
    affordable, else the fewest months whose instalment is, never under the minimum instalment."""
    earliest, latest = first_due_range(facts.as_of, limits)
    waived = terms.waived.within(facts.owed)
    base = replace(
        terms.given(waived) if waived != terms.waived else terms, months=1, interest_free_months=0,
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
    return any(not check.passed for check in month_shared(instalment_dues(schedule), facts))


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
    least = limits.minimum_instalment_minor(facts.balance_minor - base.waived.total_minor - base.down_payment_minor)
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
