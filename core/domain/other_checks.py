"""The checks of a settlement, of token payments, of a pause and of a promise."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from core.domain.agreement_checks import assessment_checks, first_due_check, month_shared, waiver_checks
from core.domain.check_model import (
    CheckName,
    CheckResult,
    CheckUnit,
    RequestFacts,
    TermLimits,
    at_least,
    at_most,
    flag,
)
from core.domain.request_terms import PauseTerms, PromiseTerms, SettlementTerms, TokenPaymentTerms


def settlement_checks(terms: SettlementTerms, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """A lump sum is declared, not assessed: nobody's monthly budget says whether it is there."""
    return (_owed(terms.amount_minor, facts),
            _pay_by(terms.pay_by, facts, limits.settlement_days),
            *waiver_checks(terms.waived, facts, limits))


def token_checks(terms: TokenPaymentTerms, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """For who can pay something but no instalment; what a month leaves over may be used for it, buffer included."""
    left = None if facts.affordable_minor is None else max(facts.affordable_minor, facts.disposable_minor or 0)
    return (_relief_length(terms.months, limits.min_token_months, limits.max_token_months),
            _at_most_known(CheckName.AFFORDABLE, terms.monthly_minor, left),
            *month_shared(((on, terms.monthly_minor) for on in terms.due_dates), facts, left),
            at_least(CheckName.MINIMUM_INSTALMENT, terms.monthly_minor, limits.least_token_minor, CheckUnit.MINOR),
            _owed(terms.total_minor, facts),
            first_due_check(terms.first_due_date, facts.as_of, limits),
            _at_most_known(CheckName.NO_INSTALMENT_FITS, facts.affordable_minor, limits.least_instalment_minor - 1),
            *assessment_checks(facts, limits),
            flag(CheckName.HARDSHIP, facts.hardship_given))


def pause_checks(terms: PauseTerms, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """For who is in hardship and expects it to pass."""
    return (_relief_length(terms.months, 1, limits.max_pause_months), *assessment_checks(facts, limits),
            flag(CheckName.HARDSHIP, facts.hardship_given))


def promise_checks(terms: PromiseTerms, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """Enough, soon enough, and within the month's money where that is known."""
    known = () if facts.affordable_minor is None else (
        at_most(CheckName.AFFORDABLE, terms.amount_minor, facts.affordable_minor, CheckUnit.MINOR),)
    return (_owed(terms.amount_minor, facts),
            at_least(CheckName.COVERS_DUE, terms.amount_minor, facts.amount_due_minor, CheckUnit.MINOR),
            _pay_by(terms.pay_by, facts, limits.promise_days), *known,
            *month_shared(((terms.pay_by, terms.amount_minor),), facts))


def _owed(amount_minor: int, facts: RequestFacts) -> CheckResult:
    return at_most(CheckName.AMOUNT_OWED, amount_minor, facts.balance_minor, CheckUnit.MINOR, hard=True)


def _pay_by(on: date, facts: RequestFacts, days: int) -> CheckResult:
    """A day that was past when it was named leaves nothing to decide; the rest is a matter of judgement: one too far
    ahead, and one that passed while the bank was looking at it."""
    as_of, sent_on = facts.as_of, facts.sent_on or facts.as_of
    latest = as_of + timedelta(days=days)
    past = on < as_of
    slack = (on - as_of).days if past else (latest - on).days
    return CheckResult(CheckName.PAY_BY, slack >= 0, CheckUnit.DATE, on, as_of if past else latest, slack, on < sent_on,
                       lowest=as_of, highest=latest)


def _relief_length(months: int, lowest: int, highest: int) -> CheckResult:
    """Shorter is a matter of judgement; relief without end is none."""
    name, unit = CheckName.RELIEF_LENGTH, CheckUnit.MONTHS
    found = at_least(name, months, lowest, unit) if months < lowest else at_most(name, months, highest, unit, hard=True)
    return replace(found, lowest=lowest, highest=highest)


def _at_most_known(name: CheckName, value: int | None, limit: int | None) -> CheckResult:
    if value is None or limit is None:
        return CheckResult(name, False, CheckUnit.MINOR, value, limit, None)
    return at_most(name, value, limit, CheckUnit.MINOR)
