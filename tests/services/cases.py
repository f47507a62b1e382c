"""Requests and reviewers for tests: real accounts, real requests, users who can be named in a decision."""

from __future__ import annotations

import itertools
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.identity import users
from core.db.tables.requests import proposals
from core.domain.actor import Actor, Authority, Role
from core.domain.hardship import HardshipReason
from core.domain.household import Evidence, Income, Spending, SpendingKind
from core.domain.proposal import ProposalKind
from core.domain.request_terms import AgreementTerms, ExtensionTerms
from core.services import assessments, requests, review
from core.services.assessment_records import AssessmentInput
from core.services.context import ServiceContext
from core.services.requests import RequestDraft, Submitted
from tests.conftest import NOON
from tests.services.cards import TODAY, add_card, cardholder

SHANGHAI = "\u4e0a\u6d77"
FAMILY = AssessmentInput(
    persons=1, city=SHANGHAI, income=(Income("salary", 900_000, Evidence.PROVIDED),),
    spending=(Spending(SpendingKind.HOUSING, 300_000), Spending(SpendingKind.FOOD, 240_000)),
    other_debt_payments_minor=100_000, hardship=("income_drop",))
FIRST_DUE = TODAY + timedelta(days=20)
_clicks = itertools.count()


def reviewer(context: ServiceContext, name: str, authority: Authority | None = Authority.L1,
             role: Role = Role.COLLECTOR) -> Actor:
    """A member of the bank with a users row, so that a claim can name them."""
    with context.writing() as connection:
        connection.execute(users.insert().values(
            id=name, login=name, display_name=name.title(), role=role.value,
            authority=authority.value if authority else None, created_at=NOON))
    return Actor(name, role, authority=authority)


def team(context: ServiceContext) -> dict[str, Actor]:
    """Two collectors, a supervisor and the committee."""
    return {"one": reviewer(context, "collector-one", Authority.L1),
            "two": reviewer(context, "collector-two", Authority.L2),
            "three": reviewer(context, "supervisor-one", Authority.L3, Role.SUPERVISOR),
            "other": reviewer(context, "supervisor-two", Authority.L3, Role.SUPERVISOR),
            "committee": reviewer(context, "committee", Authority.L4, Role.SUPERVISOR)}


def extension(account_id: str, days: int = 30, **more: Any) -> RequestDraft:
    """A draft of an extension."""
    return RequestDraft(account_id, ProposalKind.EXTENSION, ExtensionTerms(days), **more)


def agreement(account_id: str, months: int = 24, **more: Any) -> RequestDraft:
    """A draft of a personalised agreement."""
    more.setdefault("hardship_reason", HardshipReason.INCOME_DROP)
    terms = AgreementTerms(months, more.pop("first_due_date", FIRST_DUE), more.pop("down_payment_minor", 0))
    return RequestDraft(account_id, ProposalKind.PERSONALISED_AGREEMENT, terms, **more)


def asked(context: ServiceContext, draft_of: Any = extension, *, person: str = "p1", card: str = "c1",
          assessed: bool = True, **more: Any) -> tuple[Actor, Submitted]:
    """A person with an account in arrears who has just sent a request."""
    account_id = add_card(context, person=person, card=card)
    actor = cardholder(context, person)
    if assessed:
        assessments.finish(actor, context, FAMILY, f"assessment-{person}-{card}")
    sent = requests.submit(actor, context, draft_of(account_id, **more), acknowledged=True,
                           idempotency_key=f"submit-{card}")
    return actor, sent


def held(context: ServiceContext, actor: Actor, proposal_id: str) -> int:
    """Take the case and return the version the reviewer has read."""
    return review.claim(actor, context, proposal_id, idempotency_key=f"take-{next(_clicks)}").version


def state_of(context: ServiceContext, proposal_id: str) -> str:
    """The state as stored."""
    with context.reading() as connection:
        return str(connection.execute(sa.select(proposals.c.state).where(proposals.c.id == proposal_id)).scalar_one())


def count(context: ServiceContext, table: sa.Table, *conditions: Any) -> int:
    """Rows of a table."""
    with context.reading() as connection:
        return int(connection.execute(sa.select(sa.func.count()).select_from(table).where(*conditions)).scalar_one())


def fill_queue(context: ServiceContext, cases: int, *, now: datetime = NOON) -> list[str]:
    """Many waiting cases of many kinds, written straight into the tables; returns their ids."""
    people, cards, rows = [], [], []
    for number in range(cases):
        key = f"q{number:05d}"
        people.append({"id": key, "name_encrypted": context.vault.encrypt(key), "name_index": key, "source": "queue",
                       "source_reference": key, "created_at": now, "vulnerable": number % 11 == 0})
        late = (number * 37) % 260
        cards.append({"id": key, "cardholder_id": key, "card_last4": key[-4:], "product": "gold",
                      "issuer": "standard", "credit_limit_minor": 1, "statement_day": 5,
                      "oldest_unpaid_due_date": TODAY - timedelta(days=late) if late else None,
                      "principal_minor": (number * 7_919_317) % 30_000_000, "interest_minor": 0,
                      "late_fee_minor": 0, "other_fees_minor": 0, "source": "queue",
                      "interest_through_date": TODAY, "source_reference": key, "created_at": now})
        extension_asked = number % 3 == 0
        rows.append({"id": key, "reference": f"Q{number:06d}", "account_id": key, "cardholder_id": key,
                     "kind": "extension" if extension_asked else "personalised_agreement", "state": "submitted",
                     "terms": {"days": 20} if extension_asked else {
                         "months": 24, "first_due_date": "2027-01-05", "down_payment_minor": 0, "annual_rate": "0",
                         "interest_free_months": 0, "frequency": "monthly"},
                     # The day of sending tells nothing about today.
                     "amount_minor": 1, "days_past_due": 0, "bucket": "M0", "product": "gold", "vulnerable": False,
                     "needed_authority": "L1" if extension_asked else "L2", "policy_version": "1",
                     "submitted_at": now - timedelta(hours=number % 300),
                     "promised_by": now + timedelta(hours=(number * 17) % 260 - 60)})
    with context.writing() as connection:
        connection.execute(cardholders.insert(), people)
        connection.execute(accounts.insert(), cards)
        connection.execute(proposals.insert(), rows)
    return [str(row["id"]) for row in rows]
