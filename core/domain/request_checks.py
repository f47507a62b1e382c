"""The checks a request meets, each with what it found, its limit and the slack between them.

A failed check does not refuse: a person decides (PIPL Art. 24(3)). Only a ``hard`` one, where law or
the account itself leaves nothing to decide, keeps a request from being sent or granted.
"""

from __future__ import annotations

from core.domain.agreement_checks import agreement_checks
from core.domain.check_model import (
    CheckName,
    CheckResult,
    CheckUnit,
    DueOnce,
    RequestFacts,
    TermLimits,
    at_most,
    first_due_range,
    flag,
)
from core.domain.other_checks import pause_checks, promise_checks, settlement_checks, token_checks
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PauseTerms,
    PromiseTerms,
    SettlementTerms,
    Terms,
    TokenPaymentTerms,
)
from core.domain.schedule import Schedule

__all__ = ["CheckName", "CheckResult", "CheckUnit", "DueOnce", "RequestFacts", "TermLimits", "checks",
           "first_due_range"]


def checks(terms: Terms, schedule: Schedule | None, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    """Every check that concerns these terms, in the order in which they are shown."""
    return (*_own(terms, schedule, facts, limits), flag(CheckName.NO_OPEN_REQUEST, not facts.open_request, hard=True),
            flag(CheckName.NO_ARRANGEMENT, not facts.arrangement, hard=True))


def _own(terms: Terms, schedule: Schedule | None, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    match terms:
        case ExtensionTerms():
            return _extension_checks(terms, facts, limits)
        case AgreementTerms():
            return agreement_checks(terms, schedule, facts, limits)
        case SettlementTerms():
            return settlement_checks(terms, facts, limits)
        case TokenPaymentTerms():
            return token_checks(terms, facts, limits)
        case PauseTerms():
            return pause_checks(terms, facts, limits)
        case PromiseTerms():
            return promise_checks(terms, facts, limits)


def _extension_checks(terms: ExtensionTerms, facts: RequestFacts, limits: TermLimits) -> tuple[CheckResult, ...]:
    return (at_most(CheckName.EXTENSION_LENGTH, terms.days, limits.max_extension_days, CheckUnit.DAYS, hard=True),
            flag(CheckName.AMOUNT_DUE, facts.amount_due_minor > 0, hard=True))
