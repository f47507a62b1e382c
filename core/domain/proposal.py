"""The life of a request, from submission to its answer: one table, walked by one function.

A proposal is a request with terms. Nobody but a person decides it (PIPL Art. 24(3)), so ``approved``
and ``refused`` are reached only by a decision, never by time or by a rule.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum

from core.domain.errors import IllegalTransition


class ProposalKind(StrEnum):
    """What is asked for."""

    EXTENSION = "extension"
    """A later day for what is due now."""
    PERSONALISED_AGREEMENT = "personalised_agreement"
    """Under Art. 70: the whole balance in instalments over at most 60 months."""
    SETTLEMENT = "settlement"
    """One payment that ends the debt; the rest is given up."""
    TOKEN_PAYMENT = "token_payment"  # noqa: S105 - a small payment, not a credential
    """Very little for a few months, then another look."""
    PAUSE = "pause"
    """Nothing for a few months, then another look."""
    PROMISE_TO_PAY = "promise_to_pay"
    """One payment by a day; nothing is given up and nothing else changes."""


class ProposalState(StrEnum):
    """Where a request stands. The cardholder reads fewer words: ``public_status``."""

    SUBMITTED = "submitted"
    """Waits in the queue for anybody."""
    IN_REVIEW = "in_review"
    """A reviewer has taken it."""
    INFORMATION_REQUESTED = "information_requested"
    """Waits for the cardholder's answer; nobody holds it."""
    REFERRED = "referred"
    """Recommended by one reviewer, waits for (or is held by) another with enough authority."""
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    """The cardholder took it back."""
    EXPIRED = "expired"
    """The question asked was not answered in time; a new request may be made at once."""


class ProposalEvent(StrEnum):
    """What moves a request."""

    SUBMIT = "submit"
    CLAIM = "claim"
    RELEASE = "release"
    REQUEST_INFORMATION = "request_information"
    PROVIDE_INFORMATION = "provide_information"
    REFER = "refer"
    APPROVE = "approve"
    REFUSE = "refuse"
    WITHDRAW = "withdraw"
    EXPIRE = "expire"


class PublicStatus(StrEnum):
    """What the cardholder is told; the words are ``cardholder.status.<value>``."""

    RECEIVED = "received"
    BEING_REVIEWED = "being_reviewed"
    ANSWER_NEEDED = "answer_needed"
    APPROVED = "approved"
    NOT_APPROVED = "not_approved"
    WITHDRAWN = "withdrawn"
    EXPIRED = "expired"


_S, _E = ProposalState, ProposalEvent

TRANSITIONS: Mapping[tuple[ProposalState | None, ProposalEvent], ProposalState] = {
    (None, _E.SUBMIT): _S.SUBMITTED,
    (_S.SUBMITTED, _E.CLAIM): _S.IN_REVIEW,
    (_S.SUBMITTED, _E.WITHDRAW): _S.WITHDRAWN,
    # A claim that ran out, or that a supervisor takes over, passes from hand to hand.
    (_S.IN_REVIEW, _E.CLAIM): _S.IN_REVIEW,
    (_S.IN_REVIEW, _E.RELEASE): _S.SUBMITTED,
    (_S.IN_REVIEW, _E.REQUEST_INFORMATION): _S.INFORMATION_REQUESTED,
    (_S.IN_REVIEW, _E.REFER): _S.REFERRED,
    (_S.IN_REVIEW, _E.APPROVE): _S.APPROVED,
    (_S.IN_REVIEW, _E.REFUSE): _S.REFUSED,
    (_S.IN_REVIEW, _E.WITHDRAW): _S.WITHDRAWN,
    # An answer puts the case back into the queue: whoever is free looks at all of it afresh.
    (_S.INFORMATION_REQUESTED, _E.PROVIDE_INFORMATION): _S.SUBMITTED,
    (_S.INFORMATION_REQUESTED, _E.WITHDRAW): _S.WITHDRAWN,
    (_S.INFORMATION_REQUESTED, _E.EXPIRE): _S.EXPIRED,
    # A recommendation stays with the case while the second reviewer takes it up or puts it back.
    (_S.REFERRED, _E.CLAIM): _S.REFERRED,
    (_S.REFERRED, _E.RELEASE): _S.REFERRED,
    (_S.REFERRED, _E.REFER): _S.REFERRED,
    (_S.REFERRED, _E.REQUEST_INFORMATION): _S.INFORMATION_REQUESTED,
    (_S.REFERRED, _E.APPROVE): _S.APPROVED,
    (_S.REFERRED, _E.REFUSE): _S.REFUSED,
    (_S.REFERRED, _E.WITHDRAW): _S.WITHDRAWN,
}
"""Every step there is: (state, event) → state. What is not here cannot happen."""

WAITING_FOR_THE_BANK = (ProposalState.SUBMITTED, ProposalState.IN_REVIEW, ProposalState.REFERRED)
"""The promised time runs and the case is in the review queue."""

OPEN_STATES = (*WAITING_FOR_THE_BANK, ProposalState.INFORMATION_REQUESTED)
"""Somebody still owes an answer; an account has at most one such request."""

CLOSED_STATES = (ProposalState.APPROVED, ProposalState.REFUSED, ProposalState.WITHDRAWN, ProposalState.EXPIRED)
"""Nothing leads out of these."""

_PUBLIC: Mapping[ProposalState, PublicStatus] = {
    _S.SUBMITTED: PublicStatus.RECEIVED,
    _S.IN_REVIEW: PublicStatus.BEING_REVIEWED,
    _S.REFERRED: PublicStatus.BEING_REVIEWED,
    _S.INFORMATION_REQUESTED: PublicStatus.ANSWER_NEEDED,
    _S.APPROVED: PublicStatus.APPROVED,
    _S.REFUSED: PublicStatus.NOT_APPROVED,
    _S.WITHDRAWN: PublicStatus.WITHDRAWN,
    _S.EXPIRED: PublicStatus.EXPIRED,
}

VISIBLE_EVENTS = frozenset({
    ProposalEvent.SUBMIT, ProposalEvent.CLAIM, ProposalEvent.REQUEST_INFORMATION, ProposalEvent.PROVIDE_INFORMATION,
    ProposalEvent.APPROVE, ProposalEvent.REFUSE, ProposalEvent.WITHDRAW, ProposalEvent.EXPIRE})
"""What the cardholder's timeline shows. Who inside the bank passed a case to whom stays inside."""


def after(state: ProposalState | None, event: ProposalEvent) -> ProposalState:
    """The state that ``event`` leads to from ``state`` (None: not yet submitted).

    Raises ``IllegalTransition`` naming both when the table has no such step.
    """
    following = TRANSITIONS.get((state, event))
    if following is None:
        raise IllegalTransition("proposal", state.value if state else "none", event.value)
    return following


def permits(state: ProposalState, event: ProposalEvent) -> bool:
    """Whether the table has a step for ``event`` from ``state``."""
    return (state, event) in TRANSITIONS


def public_status(state: ProposalState) -> PublicStatus:
    """What the cardholder is told about ``state``."""
    return _PUBLIC[state]
