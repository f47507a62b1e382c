"""What a posting answers, and how it is kept for a repeat of the same command."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from core.domain.account_state import Balances


@dataclass(frozen=True, slots=True)
class Posting:
    """Where the account stands after a fact. Days past due are those of the contract, on ``posted_on``."""

    account_id: str
    subject: str
    """What the ledger calls it; ``reverse`` takes it back by this name."""
    value_date: date
    posted_on: date
    balances: Balances
    """Posted, by component, in fen; a negative principal is a credit balance."""
    days_past_due_before: int
    days_past_due: int
    bucket: str


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a payment was applied, in fen: ``applied`` and ``credit_minor`` together are the payment.

    A late fact may apply it otherwise later; the payment's row and the ledger then say so.
    """

    posting: Posting
    reference: str
    amount_minor: int
    applied: Balances
    credit_minor: int
    """More than was owed on its day: kept as a credit balance, which meets later charges."""


def kept(posting: Posting, **more: Any) -> dict[str, Any]:
    """A posting as JSON can keep it."""
    figures = asdict(posting)
    return {**figures, "value_date": posting.value_date.isoformat(), "posted_on": posting.posted_on.isoformat(), **more}


def posting_from(figures: Mapping[str, Any]) -> Posting:
    """The posting that ``kept`` wrote."""
    return Posting(figures["account_id"], figures["subject"], date.fromisoformat(figures["value_date"]),
                   date.fromisoformat(figures["posted_on"]), Balances(**figures["balances"]),
                   figures["days_past_due_before"], figures["days_past_due"], figures["bucket"])
