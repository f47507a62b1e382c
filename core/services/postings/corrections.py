"""Corrections of one component, and charges forgiven."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from core.domain.account_history import COMPONENTS, Fact, FactKind
from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.services.context import ServiceContext
from core.services.postings.desk import Desk, Posted, check_amount, check_text, check_value_date, posting
from core.services.postings.outcome import Posting


@dataclass(frozen=True, slots=True)
class Correction:
    """``amount_minor`` fen of one component (principal | interest | late_fee | other_fees) on ``value_date``.

    Of an adjustment signed, a debit positive; of a waiver positive: what is forgiven.
    """

    reference: str
    component: str
    amount_minor: int
    value_date: date
    reason: str
    """A code; compulsory."""


def adjust(actor: Actor, context: ServiceContext, account_id: str, correction: Correction, as_of: date,
           idempotency_key: str) -> Posting:
    """Correct one component up or down; a credit to principal may leave a credit balance.

    Raises ``NotPermitted`` for anybody but the system, ``NotFound`` for an unknown account, ``Conflict`` for
    a known reference, ``InvalidInput`` for an unknown component, more off a charge than is owed of it, no
    reason, an amount of nothing, and a date in the future or before the books.
    """
    check_amount(abs(correction.amount_minor))
    return _correct(actor, context, FactKind.ADJUSTMENT, account_id, correction, correction.amount_minor, as_of,
                    idempotency_key)


def waive(actor: Actor, context: ServiceContext, account_id: str, correction: Correction, as_of: date,
          idempotency_key: str) -> Posting:
    """Forgive part of one component, never more than is owed of it. Raises as ``adjust``."""
    check_amount(correction.amount_minor)
    return _correct(actor, context, FactKind.WAIVER, account_id, correction, -correction.amount_minor, as_of,
                    idempotency_key)


def _correct(actor: Actor, context: ServiceContext, kind: FactKind, account_id: str, correction: Correction,
             signed_minor: int, as_of: date, key: str) -> Posting:
    check_text(correction.reference, "reference")
    check_text(correction.reason, "reason")
    check_value_date(correction.value_date, as_of)
    if correction.component not in COMPONENTS:
        raise InvalidInput("component_unknown", f"one of {', '.join(COMPONENTS)}", field="component")
    subject = f"{kind.value}:{correction.reference}"

    def work(desk: Desk) -> Posted:
        desk.must_be_new(subject)
        fact = Fact(subject, kind, correction.value_date, signed_minor, correction.component)
        done = desk.post(subject, fact.on, [fact], reason=correction.reason)
        played = done.changes.played
        if played is None or played.adjustments[subject].amount_minor != signed_minor:
            raise InvalidInput("correction_exceeds_charge", "no more can be taken off than is owed on that day",
                               field="amount", component=correction.component)
        desk.agree(kind.value, subject, fact.on, correction.reason, amount_minor=signed_minor,
                   component=correction.component)
        return done

    return posting(actor, context, f"{kind.value}_posted", key, account_id, as_of, asdict(correction), work)
