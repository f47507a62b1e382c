"""Taking back a fact that turned out not to be one: a bounced payment, a cancelled purchase."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import date

import sqlalchemy as sa

from core.db.tables.accounts import ledger_entries, payments
from core.domain.account_history import FactKind
from core.domain.actor import Actor
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.services.books.writing import PAYMENT
from core.services.context import ServiceContext
from core.services.postings.desk import Desk, Posted, check_text, posting
from core.services.postings.outcome import Posting

_REVERSIBLE = (FactKind.PAYMENT, FactKind.PURCHASE, FactKind.CASH, FactKind.OTHER_FEE)


@dataclass(frozen=True, slots=True)
class Reversal:
    """Which subject of the ledger is taken back, and why (a code such as ``bounced``)."""

    subject: str
    reason: str


def reverse(actor: Actor, context: ServiceContext, account_id: str, reversal: Reversal, as_of: date,
            idempotency_key: str) -> Posting:
    """Undo a fact on its own value date: entries of kind ``reversal``, and whatever else then comes out otherwise.

    Raises ``NotPermitted`` for anybody but the system, ``NotFound`` for an unknown account or subject,
    ``Conflict`` for one that is reversed, ``InvalidInput`` for what is no fact (interest and late fees
    follow from facts; a correction is undone by its opposite, a hold by its release) or lies before the books.
    """
    check_text(reversal.subject, "subject", 100)
    check_text(reversal.reason, "reason")

    def work(desk: Desk) -> Posted:
        value_date = _value_date(desk, reversal.subject)
        if reversal.subject.startswith(PAYMENT):
            desk.connection.execute(payments.update().where(
                payments.c.account_id == desk.account_id,
                payments.c.source_reference == reversal.subject.removeprefix(PAYMENT)).values(
                status="reversed", applied_principal_minor=0, applied_interest_minor=0, applied_fees_minor=0,
                unapplied_minor=0))
        return desk.post(reversal.subject, value_date, without=frozenset([reversal.subject]), reason=reversal.reason)

    return posting(actor, context, "fact_reversed", idempotency_key, account_id, as_of, asdict(reversal), work)


def _value_date(desk: Desk, subject: str) -> date:
    columns = ledger_entries.c
    rows = desk.connection.execute(
        sa.select(columns.kind, columns.value_date, columns.amount_minor)
        .where(columns.account_id == desk.account_id, columns.subject == subject).order_by(columns.id)).all()
    if not rows:
        raise NotFound("ledger subject")
    if rows[0].kind not in _REVERSIBLE:
        raise InvalidInput("not_reversible", f"{rows[0].kind} is not reversed by itself", field="subject",
                           kind=rows[0].kind)
    if sum(row.amount_minor for row in rows) == 0:
        raise Conflict("already_reversed", f"{subject} is reversed already", subject=subject)
    value_date: date = rows[0].value_date
    return value_date
