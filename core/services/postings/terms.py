"""Terms agreed for one account: a lower daily rate, a pause of interest."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from core.db.tables.books import account_terms
from core.domain.actor import Actor
from core.domain.errors import Conflict, InvalidInput
from core.domain.interest import DatedRate, Pause
from core.services.books.forward import Books
from core.services.books.rules import AgreedRate, RuleShelf
from core.services.context import ServiceContext
from core.services.postings.desk import Desk, Posted, check_text, check_value_date, posting
from core.services.postings.outcome import Posting


@dataclass(frozen=True, slots=True)
class AgreedRateIn:
    """A daily rate (0.0003 is 0.03 % a day) from its first to its last day (None: until further notice)."""

    reference: str
    daily_rate: Decimal
    from_date: date
    until_date: date | None
    reason: str


@dataclass(frozen=True, slots=True)
class AgreedPause:
    """Days without interest, both ends included."""

    reference: str
    from_date: date
    until_date: date
    reason: str


def agree_rate(actor: Actor, context: ServiceContext, account_id: str, agreed: AgreedRateIn, as_of: date,
               idempotency_key: str) -> Posting:
    """Lower the account's rate from a day on; what is posted after that day is recomputed by the difference.

    Raises ``NotPermitted`` for anybody but the system, ``NotFound`` for an unknown account, ``Conflict`` for
    a known reference or day, ``InvalidInput`` for a rate that is negative or above the contract's
    (policy ``interest.daily_rate``), days in the wrong order, and a day in the future or before the books.
    """
    _check(agreed.reference, agreed.reason, agreed.from_date, agreed.until_date, as_of)
    rate = agreed.daily_rate
    if not isinstance(rate, Decimal) or not rate.is_finite() or rate < 0:
        raise InvalidInput("rate_negative", "a rate is a finite number, not negative", field="daily_rate")

    def change(books: Books, shelf: RuleShelf) -> None:
        contract = shelf.cycle(books.issuer)(agreed.from_date).interest.rates
        if rate > _in_force(contract, agreed.from_date):
            raise InvalidInput("rate_too_large", "an agreed rate is not above the contract's", field="daily_rate")
        if any(one.from_date == agreed.from_date for one in books.rates):
            raise Conflict("already_posted", "a rate from this day is agreed already", subject="rate")
        books.rates = (*books.rates, AgreedRate(agreed.from_date, agreed.until_date, rate))

    return _agree(actor, context, "rate", account_id, agreed, as_of, idempotency_key, change,
                  daily_rate=format(rate, "f"))


def agree_pause(actor: Actor, context: ServiceContext, account_id: str, agreed: AgreedPause, as_of: date,
                idempotency_key: str) -> Posting:
    """Charge no interest for some days; what is posted after their first is recomputed. Raises as ``agree_rate``."""
    _check(agreed.reference, agreed.reason, agreed.from_date, agreed.until_date, as_of)

    def change(books: Books, _shelf: RuleShelf) -> None:
        books.pauses = (*books.pauses, Pause(agreed.from_date, agreed.until_date))

    return _agree(actor, context, "pause", account_id, agreed, as_of, idempotency_key, change)


def _agree(actor: Actor, context: ServiceContext, kind: str, account_id: str, agreed: AgreedRateIn | AgreedPause,
           as_of: date, key: str, change: Callable[[Books, RuleShelf], None], **term: Any) -> Posting:
    subject = f"{kind}:{agreed.reference}"

    def work(desk: Desk) -> Posted:
        if desk.connection.execute(sa.select(account_terms.c.id).where(
                account_terms.c.account_id == account_id, account_terms.c.idempotency_key == subject)).first():
            raise Conflict("already_posted", f"{subject} is agreed already", subject=subject)
        done = desk.post(subject, agreed.from_date, change=lambda books: change(books, desk.shelf))
        desk.agree(kind, subject, agreed.from_date, agreed.reason, until_date=agreed.until_date, **term)
        return done

    return posting(actor, context, f"{kind}_agreed", key, account_id, as_of, asdict(agreed), work)


def _check(reference: str, reason: str, first: date, last: date | None, as_of: date) -> None:
    check_text(reference, "reference")
    check_text(reason, "reason")
    check_value_date(first, as_of)
    if last is not None and last < first:
        raise InvalidInput("dates_reversed", "the last day is before the first", field="until_date")


def _in_force(rates: tuple[DatedRate, ...], on: date) -> Decimal:
    return [one.rate for one in rates if one.from_date <= on][-1]
