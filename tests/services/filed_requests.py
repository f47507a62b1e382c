"""Requests put straight into the database, as many and as odd as a test of figures needs."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.requests import proposals
from core.services.context import ServiceContext

TODAY = date(2026, 11, 22)
MORNING = datetime(2026, 10, 14, 1, 0, tzinfo=UTC)  # a Wednesday in China


def add(context: ServiceContext, count: int = 1, *, state: str = "approved", hours: int | None = 48,
        submitted_at: datetime = MORNING, **changed: Any) -> None:
    """``count`` equal requests, each of another person; ``hours`` from submission to decision."""
    with context.writing() as connection:
        start = connection.execute(sa.select(sa.func.count()).select_from(proposals)).scalar_one()
        people, cards, requests = [], [], []
        for number in range(start, start + count):
            key = f"{number:022d}"
            people.append({"id": key, "name_encrypted": b"x", "name_index": key, "source": "test",
                           "source_reference": key, "created_at": submitted_at})
            cards.append({"id": key, "cardholder_id": key, "card_last4": "0000", "product": "standard",
                          "issuer": "standard", "credit_limit_minor": 0, "statement_day": 1, "principal_minor": 0,
                          "interest_minor": 0, "late_fee_minor": 0, "other_fees_minor": 0, "source": "test",
                          "interest_through_date": TODAY, "source_reference": key, "created_at": submitted_at})
            decided_at = submitted_at + timedelta(hours=hours) if hours and state in ("approved", "refused") else None
            requests.append({"id": key, "reference": f"R{number:08d}", "account_id": key, "cardholder_id": key,
                             "kind": "extension", "state": state, "terms": {}, "hardship_reason": "illness",
                             "amount_minor": 10_000, "days_past_due": 40, "bucket": "M2", "product": "standard",
                             "vulnerable": False, "needed_authority": "L1", "policy_version": "1",
                             "submitted_at": submitted_at, "promised_by": submitted_at + timedelta(days=5),
                             "decided_at": decided_at, **changed})
        connection.execute(cardholders.insert(), people)
        connection.execute(accounts.insert(), cards)
        connection.execute(proposals.insert(), requests)
