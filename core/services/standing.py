"""How a person's last request on an account, or what was granted on it, ended, while it still matters to them.

A refusal that is only found in a list reads as silence: the overview shows it until something newer
happened on the account, or until it is old.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import accounts as accounts_repository
from core.db.repositories import proposals as repository
from core.domain.actor import Actor
from core.domain.decision import InformationItem, RefuseReason
from core.domain.errors import NotFound
from core.domain.proposal import ProposalEvent, ProposalState
from core.services.assessments import newest_finished
from core.services.context import ServiceContext
from core.services.request_reading import (
    RequestDetail,
    ending_of,
    is_identifier,
    my_request,
    own_cardholder,
    own_request,
)

SHOWN_FOR = timedelta(days=90)
"""After a quarter the figures behind an answer have changed; the request stays in the list of requests."""

DOCUMENTS = frozenset({
    InformationItem.INCOME_OR_BANK_FLOW, InformationItem.UNEMPLOYMENT_OR_DISMISSAL, InformationItem.MEDICAL_RECORD,
    InformationItem.DEATH_DISABILITY_OR_DISASTER, InformationItem.CREDIT_REPORT})
"""What is asked for on paper; the other items are answered in words."""

_ENDED = (ProposalState.REFUSED, ProposalState.EXPIRED)


@dataclass(frozen=True, slots=True)
class MissingEvidence:
    """What a refusal for missing evidence means: what was asked for, or else what the assessment found wanting."""

    items: tuple[str, ...]
    """Codes ``reasons.information.<code>``."""
    kinds: tuple[str, ...]
    """Kinds of income and spending; empty where ``items`` says it."""


def last_ending(actor: Actor, context: ServiceContext, account_id: str, as_of: date) -> RequestDetail | None:
    """The newest request on an own account if it was refused or lapsed in the last ``SHOWN_FOR``, or if what was
    granted on it ended since; else None.

    Raises ``NotFound`` for another person's account. At most three queries, and those of
    ``my_request`` if there is one.
    """
    cardholder_id = own_cardholder(actor, "read a request")
    with context.reading() as connection:
        account = accounts_repository.by_id(connection, account_id) if is_identifier(account_id) else None
        if account is None or account.cardholder_id != cardholder_id:
            raise NotFound("account")
        row = repository.newest_of_account(connection, account_id)
        granted = repository.arrangement(connection, row.id) \
            if row is not None and row.state == ProposalState.APPROVED else None
    ended, ended_on = _ended(row, granted, as_of)
    if row is None or not ended or (ended_on is not None and ended_on < as_of - SHOWN_FOR):
        return None
    return my_request(actor, context, row.id)


def _ended(row: sa.Row[Any] | None, granted: sa.Row[Any] | None, as_of: date) -> tuple[bool, date | None]:
    """Whether a request, or what was granted on it, has ended, and on which day."""
    if granted is not None:
        ending = ending_of(granted.kind, granted.state, granted.first_due_date, granted.last_due_date, as_of)
        return ending is not None, ending.on if ending else None
    if row is None or row.state not in _ENDED:
        return False, None
    return True, row.decided_at.astimezone(CHINA).date() if row.decided_at else row.answer_due_date


def missing_evidence(actor: Actor, context: ServiceContext, proposal_id: str) -> MissingEvidence | None:
    """Which evidence an own request was refused for; None unless that was a reason. Four queries.

    Raises ``NotFound`` for another person's request, as for none.
    """
    cardholder_id = own_cardholder(actor, "read a request")
    with context.reading() as connection:
        row = own_request(connection, cardholder_id, proposal_id)
        decided = repository.decision(connection, row.id)
        if decided is None or RefuseReason.EVIDENCE_MISSING not in decided.reasons:
            return None
        items = _asked_for(repository.events(connection, row.id))
        assessment = None if items else newest_finished(connection, cardholder_id)
    kinds = () if assessment is None else tuple(assessment.result.evidence_requested)
    return MissingEvidence(items, kinds)


def _asked_for(steps: Sequence[sa.Row[Any]]) -> tuple[str, ...]:
    """Everything the bank asked for on a request, each item once, in the order it was asked."""
    return tuple(dict.fromkeys(item for step in steps if step.event == ProposalEvent.REQUEST_INFORMATION
                               for item in step.reasons))
