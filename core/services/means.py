"""One budget for all cards: what a person can pay a month, what is promised already, and what is left.

Every instalment plan that runs, waits for a signature or is asked for draws on the same monthly amount.
Options, preview, request and review all ask ``means_for``, so they all subtract the same.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import proposals as repository
from core.domain.calendar import Frequency
from core.domain.request_terms import AgreementTerms, from_record, monthly_burden_minor, monthly_minor
from core.services.assessments import FinishedAssessment


@dataclass(frozen=True, slots=True)
class Promise:
    """A month's instalments on one card, in fen, granted or still only asked for."""

    account_id: str
    card_last4: str
    monthly_minor: int
    granted: bool


@dataclass(frozen=True, slots=True)
class Means:
    """What one account may count on. Fen a month."""

    affordable_minor: int | None
    """By the newest finished assessment; None without one."""
    assessed_on: date | None
    promised: tuple[Promise, ...] = ()
    """On the person's other cards."""

    @property
    def promised_minor(self) -> int:
        """What the other cards take of a month's money."""
        return sum(promise.monthly_minor for promise in self.promised)

    @property
    def left_minor(self) -> int | None:
        """What is left of the affordable amount, never below nothing; None without an assessment."""
        return None if self.affordable_minor is None else max(self.affordable_minor - self.promised_minor, 0)


def promises(connection: sa.Connection, cardholder_id: str, as_of: date) -> tuple[Promise, ...]:
    """What a person's cards are promised a month on ``as_of``, inside another service's transaction. One query.

    Checks no actor. An extension puts one payment off and promises nothing a month; a plan whose last
    instalment has fallen due promises nothing any more.
    """
    return tuple(_promise(row) for row in repository.promised_plans(connection, cardholder_id, as_of))


def means_for(assessment: FinishedAssessment | None, promised: Sequence[Promise], account_id: str) -> Means:
    """What is left for one account: its own plan or request does not stand in its way."""
    others = tuple(promise for promise in promised if promise.account_id != account_id)
    if assessment is None:
        return Means(None, None, others)
    return Means(assessment.affordable_minor, assessment.as_of, others)


def _promise(row: sa.Row[Any]) -> Promise:
    granted = row.schedule is not None
    return Promise(row.account_id, row.card_last4, _granted_minor(row) if granted else _asked_minor(row), granted)


def _granted_minor(row: sa.Row[Any]) -> int:
    """The dearest stored instalment as a monthly amount; what is paid down first is no instalment."""
    dearest = max((int(due["amount_minor"]) for due in row.schedule if due["number"] > 0), default=0)
    return monthly_minor(dearest, Frequency(row.granted_terms["frequency"]))


def _asked_minor(row: sa.Row[Any]) -> int:
    terms = from_record(row.kind, row.terms)
    if not isinstance(terms, AgreementTerms):
        return 0
    return monthly_burden_minor(terms.schedule(row.amount_minor, row.submitted_at.astimezone(CHINA).date()))
