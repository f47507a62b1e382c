"""Payments: applied in the order of Art. 57 at the days past due of their value date, with a receipt."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from core.db.tables.accounts import accounts, payments
from core.db.types import new_id
from core.domain.account_history import Fact, FactKind
from core.domain.account_state import Balances
from core.domain.actor import Actor
from core.domain.errors import Conflict
from core.services.books.writing import PAYMENT
from core.services.context import ServiceContext
from core.services.postings.desk import Desk, answer, check_amount, check_text, check_value_date
from core.services.postings.outcome import Posting, Receipt, posting_from

_LONGEST_CHANNEL = 20


@dataclass(frozen=True, slots=True)
class PaymentIn:
    """A payment as the bank's cashier reports it; ``reference`` is unique within the account."""

    reference: str
    amount_minor: int
    value_date: date
    channel: str


def post_payment(actor: Actor, context: ServiceContext, account_id: str, payment: PaymentIn, as_of: date,
                 idempotency_key: str) -> Receipt:
    """Post a payment with effect from its value date; more than is owed stays as a credit balance.

    Order of Measures on Commercial Banks' Credit-Card Business Art. 57. A payment announced as in transit
    under the same reference arrives by this. Raises ``NotPermitted`` for anybody but the system, ``NotFound``
    for an unknown account, ``Conflict`` for a reference that is posted, ``InvalidInput`` for an amount that
    is not positive or too large and a date in the future or before the books.
    """
    check_amount(payment.amount_minor)
    check_text(payment.reference, "reference")
    check_text(payment.channel, "channel", _LONGEST_CHANNEL)
    check_value_date(payment.value_date, as_of)

    def work(desk: Desk) -> tuple[Posting, dict[str, object]]:
        arrived_minor = _write_row(desk, payment)
        subject = PAYMENT + payment.reference
        done = desk.post(subject, payment.value_date,
                         [Fact(subject, FactKind.PAYMENT, payment.value_date, payment.amount_minor)])
        if arrived_minor:
            _take_off_transit(desk, arrived_minor)
        paid = done.changes.payments[subject]
        return done.posting, {"applied": asdict(paid.applied), "credit_minor": paid.unapplied_minor}

    figures = answer(actor, context, "payment_posted", idempotency_key, account_id, as_of, asdict(payment), work)
    applied = Balances(**figures["applied"])
    owed = Balances(applied.principal_minor - figures["credit_minor"], applied.interest_minor, applied.late_fee_minor,
                    applied.other_fees_minor)
    return Receipt(posting_from(figures), payment.reference, payment.amount_minor, owed, figures["credit_minor"])


def _write_row(desk: Desk, payment: PaymentIn) -> int:
    """The payment's row; of one that was in transit, returns the fen that have arrived."""
    known = desk.connection.execute(sa.select(payments.c.id, payments.c.status, payments.c.amount_minor).where(
        payments.c.account_id == desk.account_id, payments.c.source_reference == payment.reference)).first()
    figures = {"value_date": payment.value_date, "amount_minor": payment.amount_minor, "channel": payment.channel,
               "status": "posted"}
    if known is None:
        desk.must_be_new(PAYMENT + payment.reference)
        desk.connection.execute(payments.insert().values(
            id=new_id(), account_id=desk.account_id, source_reference=payment.reference, **figures))
        return 0
    if known.status != "in_transit":
        raise Conflict("already_posted", f"payment {payment.reference} is in the books already",
                       subject=PAYMENT + payment.reference)
    desk.connection.execute(payments.update().where(payments.c.id == known.id).values(**figures))
    return int(known.amount_minor)


def _take_off_transit(desk: Desk, arrived_minor: int) -> None:
    announced = accounts.c.in_transit_minor
    left = sa.case((announced > arrived_minor, announced - arrived_minor), else_=0)
    desk.connection.execute(accounts.update().where(accounts.c.id == desk.account_id).values(in_transit_minor=left))
