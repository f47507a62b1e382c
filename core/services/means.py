"""One budget for all cards: what a person can pay a month, what is promised already, and what is left.

Every instalment plan and all token payments that run, wait for a signature or are asked for draw on the same
monthly amount; a payment that an extension puts off, or that was promised, claims the month in which it falls due.
A settlement is paid from a sum of its own, and a pause asks for nothing.
Options, preview, request and review all ask ``means_for``, so they all subtract the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

import sqlalchemy as sa

from core.clock import CHINA
from core.db.repositories import accounts as accounts_repository
from core.db.repositories import proposals as repository
from core.domain.calendar import Frequency
from core.domain.proposal import ProposalKind
from core.domain.request_terms import (
    AgreementTerms,
    ExtensionTerms,
    PromiseTerms,
    TokenPaymentTerms,
    from_record,
    monthly_burden_minor,
    monthly_minor,
)
from core.services.assessment_records import FinishedAssessment
from core.services.context import ServiceContext
from core.services.positions import AccountPosition, positions


@dataclass(frozen=True, slots=True)
class Promise:
    """A month's instalments or token payment on one card, in fen, granted or still only asked for."""

    account_id: str
    card_last4: str
    monthly_minor: int
    granted: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A payment due once on one card, in fen: put off by an extension or promised, granted or only asked for."""

    account_id: str
    card_last4: str
    amount_minor: int
    due_date: date
    granted: bool


@dataclass(frozen=True, slots=True)
class Means:
    """What one account may count on. Fen a month."""

    affordable_minor: int | None
    """By the newest finished assessment; None without one."""
    assessed_on: date | None
    promised: tuple[Promise, ...] = ()
    """On the person's other cards."""
    claims: tuple[Claim, ...] = ()
    """What falls due once on the other cards: an extension has put it off, or it was promised."""
    disposable_minor: int | None = None
    """All that a month leaves over by that assessment, the buffer included; None without one."""
    ceiling_minor: int | None = None
    """The most that assessment allows a month; None without one."""

    @property
    def promised_minor(self) -> int:
        """What the other cards take of a month's money."""
        return sum(promise.monthly_minor for promise in self.promised)

    @property
    def left_minor(self) -> int | None:
        """What is left of the affordable amount, never below nothing; None without an assessment."""
        return None if self.affordable_minor is None else max(self.affordable_minor - self.promised_minor, 0)

    @property
    def ceiling_left_minor(self) -> int | None:
        """What is left of the most a month may come to; later steps of a plan may draw on it."""
        return None if self.ceiling_minor is None else max(self.ceiling_minor - self.promised_minor, 0)

    @property
    def disposable_left_minor(self) -> int | None:
        """What is left of all that a month leaves over; token payments may draw on it."""
        return None if self.disposable_minor is None else max(self.disposable_minor - self.promised_minor, 0)


class BudgetPart(StrEnum):
    """Which part of the affordable amount a card is given to start from."""

    WHOLE = "whole"
    LEFT = "left"
    """What the plans of the other cards leave."""
    SHARE = "share"
    """Of that, this card's share, by what is owed on each card that has no plan yet."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What one card may be given a month, in fen, and which part of the affordable amount that is."""

    amount_minor: int
    part: BudgetPart


def share_minor(means: Means, owed_minor: int, asking_minor: int) -> int:
    """A card's share of what is left a month, by what is owed on it and on all that still look for a way; in fen."""
    return (means.left_minor or 0) * owed_minor // asking_minor if asking_minor > 0 else 0


def budget_for(means: Means, owed_minor: int, asking_minor: int) -> Budget | None:
    """What one card may be given a month, so that the amounts shown on several cards can all be paid."""
    if means.left_minor is None:
        return None
    if asking_minor > owed_minor > 0:
        return Budget(share_minor(means, owed_minor, asking_minor), BudgetPart.SHARE)
    return Budget(means.left_minor, BudgetPart.LEFT if means.promised else BudgetPart.WHOLE)


def promises(connection: sa.Connection, context: ServiceContext, cardholder_id: str, as_of: date,
             stands: Sequence[AccountPosition]) -> tuple[Promise | Claim, ...]:
    """What a person's cards are promised on ``as_of``, inside another service's transaction.

    ``stands``: positions that the caller has read already. One query, and those of ``positions`` where another
    card has an extension. Checks no actor. A plan whose last instalment has fallen due promises nothing any more.
    """
    rows = repository.promised_terms(connection, cardholder_id, as_of)
    known = {position.account_id: position for position in stands}
    unread = {row.account_id for row in rows if row.kind == ProposalKind.EXTENSION} - set(known)
    if unread:
        wanted = [row for row in accounts_repository.of_cardholder(connection, cardholder_id) if row.id in unread]
        known |= {position.account_id: position for position in positions(connection, context, wanted, as_of)}
    found = (_drawn(row, known) for row in rows)
    return tuple(one for one in found if one is not None and (isinstance(one, Promise) or one.amount_minor > 0))


def means_for(assessment: FinishedAssessment | None, promised: Sequence[Promise | Claim], account_id: str) -> Means:
    """What is left for one account: its own plan or request does not stand in its way."""
    others = [one for one in promised if one.account_id != account_id]
    plans = tuple(one for one in others if isinstance(one, Promise))
    claims = tuple(one for one in others if isinstance(one, Claim))
    if assessment is None:
        return Means(None, None, plans, claims)
    return Means(assessment.affordable_minor, assessment.as_of, plans, claims,
                 assessment.result.counted.disposable_minor, assessment.result.ceiling_minor)


def _drawn(row: sa.Row[Any], known: Mapping[str, AccountPosition]) -> Promise | Claim | None:
    """What a request or arrangement takes of the month's money."""
    match ProposalKind(row.kind):
        case ProposalKind.EXTENSION:
            return _claim(row, known[row.account_id])
        case ProposalKind.PERSONALISED_AGREEMENT:
            return _promise(row)
    terms = from_record(row.kind, row.terms if row.schedule is None else row.granted_terms)
    granted = row.schedule is not None
    if isinstance(terms, TokenPaymentTerms):
        return Promise(row.account_id, row.card_last4, terms.monthly_minor, granted)
    if isinstance(terms, PromiseTerms):
        return Claim(row.account_id, row.card_last4, terms.amount_minor, terms.pay_by, granted)
    return None


def _claim(row: sa.Row[Any], position: AccountPosition) -> Claim:
    """What is still due of a payment put off, or would be put off if the extension were granted today."""
    if row.schedule is not None:
        deferred = int(row.schedule[0]["amount_minor"])
        amount = position.minimum_due_minor if position.deferred_until else deferred
        return Claim(row.account_id, row.card_last4, amount, row.last_due_date, granted=True)
    terms = from_record(row.kind, row.terms)
    until = terms.until(position.as_of) if isinstance(terms, ExtensionTerms) else position.as_of
    return Claim(row.account_id, row.card_last4, position.minimum_due_minor, until, granted=False)


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
