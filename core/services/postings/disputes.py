"""Disputed principal: put on hold, it bears no interest and no minimum payment asks for it; released, it does."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.domain.account_history import Fact, FactKind
from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.services.context import ServiceContext
from core.services.postings.desk import Desk, Posted, check_amount, check_text, check_value_date, posting
from core.services.postings.outcome import Posting


@dataclass(frozen=True, slots=True)
class Dispute:
    """``amount_minor`` fen of principal from ``value_date`` on, and why (a code)."""

    reference: str
    amount_minor: int
    value_date: date
    reason: str


def hold(actor: Actor, context: ServiceContext, account_id: str, dispute: Dispute, as_of: date,
         idempotency_key: str) -> Posting:
    """Set disputed principal aside, the newest first.

    Raises ``NotPermitted`` for anybody but the system, ``NotFound`` for an unknown account, ``Conflict`` for
    a known reference, ``InvalidInput`` for more than is owed and not on hold, no reason, an amount of
    nothing, and a date in the future or before the books.
    """
    return _move(actor, context, FactKind.HOLD, account_id, dispute, as_of, idempotency_key)


def release(actor: Actor, context: ServiceContext, account_id: str, dispute: Dispute, as_of: date,
            idempotency_key: str) -> Posting:
    """End a hold: the principal bears interest again from its day on, the days on hold stay free.

    Raises as ``hold``.
    """
    return _move(actor, context, FactKind.RELEASE, account_id, dispute, as_of, idempotency_key)


def _move(actor: Actor, context: ServiceContext, kind: FactKind, account_id: str, dispute: Dispute, as_of: date,
          key: str) -> Posting:
    check_amount(dispute.amount_minor)
    check_text(dispute.reference, "reference")
    check_text(dispute.reason, "reason")
    check_value_date(dispute.value_date, as_of)
    subject = f"{kind.value}:{dispute.reference}"

    def work(desk: Desk) -> Posted:
        desk.must_be_new(subject)
        done = desk.post(subject, dispute.value_date,
                         [Fact(subject, kind, dispute.value_date, dispute.amount_minor)])
        _must_have_moved(done, kind, dispute.amount_minor)
        desk.agree(kind.value, subject, dispute.value_date, dispute.reason, amount_minor=dispute.amount_minor)
        disputed = accounts.c.disputed_minor
        moved = (disputed + dispute.amount_minor if kind is FactKind.HOLD else
                 sa.case((disputed > dispute.amount_minor, disputed - dispute.amount_minor), else_=0))
        desk.connection.execute(accounts.update().where(accounts.c.id == account_id).values(disputed_minor=moved))
        return done

    return posting(actor, context, f"{kind.value}_posted", key, account_id, as_of, asdict(dispute), work)


def _must_have_moved(done: Posted, kind: FactKind, amount_minor: int) -> None:
    played = done.changes.played
    held = 0 if played is None else played.running.held_minor
    if kind is FactKind.HOLD and held - done.held_before_minor != amount_minor:
        raise InvalidInput("hold_exceeds_principal", "more than the principal that is not on hold", field="amount")
    if kind is FactKind.RELEASE and done.held_before_minor - held != amount_minor:
        raise InvalidInput("release_exceeds_hold", "more than what is on hold", field="amount")
