"""What a reviewer says and why: codes that both sides read as words (``reasons.decision.<code>``)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.domain.proposal import ProposalKind


class Outcome(StrEnum):
    """How a request is decided, or what a reviewer recommends."""

    APPROVED = "approved"
    REFUSED = "refused"


class ApproveReason(StrEnum):
    """Why it is granted."""

    AFFORDABLE = "affordable"
    HARDSHIP_SHOWN = "hardship_shown"
    SHORT_DELAY = "short_delay"
    ENDS_THE_DEBT = "ends_the_debt"
    PROMISE_TAKEN = "promise_taken"
    EXCEPTION_JUSTIFIED = "exception_justified"


_FITTING: Mapping[ProposalKind, tuple[ApproveReason, ...]] = {
    ProposalKind.EXTENSION: (ApproveReason.AFFORDABLE, ApproveReason.HARDSHIP_SHOWN, ApproveReason.SHORT_DELAY),
    ProposalKind.PERSONALISED_AGREEMENT: (ApproveReason.AFFORDABLE, ApproveReason.HARDSHIP_SHOWN),
    ProposalKind.SETTLEMENT: (ApproveReason.HARDSHIP_SHOWN, ApproveReason.ENDS_THE_DEBT),
    ProposalKind.TOKEN_PAYMENT: (ApproveReason.AFFORDABLE, ApproveReason.HARDSHIP_SHOWN),
    ProposalKind.PAUSE: (ApproveReason.HARDSHIP_SHOWN,),
    ProposalKind.PROMISE_TO_PAY: (ApproveReason.SHORT_DELAY, ApproveReason.PROMISE_TAKEN)}


def approve_reasons(kind: ProposalKind) -> tuple[ApproveReason, ...]:
    """The reasons that say something of a request of this kind; an exception may be made of any."""
    return (*_FITTING[kind], ApproveReason.EXCEPTION_JUSTIFIED)


class RefuseReason(StrEnum):
    """Why it is not granted; each names what would help."""

    NOT_AFFORDABLE = "not_affordable"
    WITHIN_ABILITY = "within_ability"
    HARDSHIP_NOT_SHOWN = "hardship_not_shown"
    EVIDENCE_MISSING = "evidence_missing"
    FIGURES_CONTRADICT = "figures_contradict"
    TERMS_OUTSIDE_POLICY = "terms_outside_policy"
    OTHER_WAY_BETTER = "other_way_better"


class InformationItem(StrEnum):
    """What a cardholder may be asked for (policy ``p70.evidence``, and two questions of our own)."""

    INCOME_OR_BANK_FLOW = "income_or_bank_flow"
    UNEMPLOYMENT_OR_DISMISSAL = "unemployment_or_dismissal"
    MEDICAL_RECORD = "medical_record"
    DEATH_DISABILITY_OR_DISASTER = "death_disability_or_disaster"
    CREDIT_REPORT = "credit_report"
    HOUSEHOLD_AND_DEPENDANTS = "household_and_dependants"
    NEW_ASSESSMENT = "new_assessment"
    TERMS_UNCLEAR = "terms_unclear"
