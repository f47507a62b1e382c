"""What is spent or charged on an account: purchases, cash, other fees."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

from core.domain.account_history import Fact, FactKind
from core.domain.actor import Actor
from core.services.context import ServiceContext
from core.services.postings.desk import Desk, Posted, check_amount, check_text, check_value_date, posting
from core.services.postings.outcome import Posting


@dataclass(frozen=True, slots=True)
class Debit:
    """``amount_minor`` fen on ``value_date``; ``reference`` is unique within the account and the kind."""

    reference: str
    amount_minor: int
    value_date: date


def record_purchase(actor: Actor, context: ServiceContext, account_id: str, debit: Debit, as_of: date,
                    idempotency_key: str) -> Posting:
    """Post a purchase: free of interest until its bill is missed (policy ``interest.*``). Raises as ``record_cash``."""
    return _record(actor, context, FactKind.PURCHASE, account_id, debit, as_of, idempotency_key)


def record_cash(actor: Actor, context: ServiceContext, account_id: str, debit: Debit, as_of: date,
                idempotency_key: str) -> Posting:
    """Post cash taken, which bears interest from its day.

    Raises ``NotPermitted`` for anybody but the system, ``NotFound`` for an unknown account, ``Conflict`` for
    a known reference, ``InvalidInput`` for an amount that is not positive or too large and a date in the
    future or before the books.
    """
    return _record(actor, context, FactKind.CASH, account_id, debit, as_of, idempotency_key)


def record_other_fee(actor: Actor, context: ServiceContext, account_id: str, debit: Debit, as_of: date,
                     idempotency_key: str) -> Posting:
    """Post an annual, cash or other fee; fees bear no interest. Raises as ``record_cash``."""
    return _record(actor, context, FactKind.OTHER_FEE, account_id, debit, as_of, idempotency_key)


def _record(actor: Actor, context: ServiceContext, kind: FactKind, account_id: str, debit: Debit, as_of: date,
            key: str) -> Posting:
    check_amount(debit.amount_minor)
    check_text(debit.reference, "reference")
    check_value_date(debit.value_date, as_of)
    subject = f"{kind.value}:{debit.reference}"

    def work(desk: Desk) -> Posted:
        desk.must_be_new(subject)
        return desk.post(subject, debit.value_date, [Fact(subject, kind, debit.value_date, debit.amount_minor)])

    return posting(actor, context, f"{kind.value}_posted", key, account_id, as_of, asdict(debit), work)
