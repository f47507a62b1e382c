"""A new card whose books open empty, and what tests do with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, ledger_entries
from core.domain.account_state import Balances
from core.domain.actor import SYSTEM
from core.services import postings
from core.services.close_day.day import close_day
from core.services.context import ServiceContext
from core.services.importing.bundle import AccountBundle, CardholderRecord
from core.services.importing.load import Batch, load
from core.services.verification import Verification, verify
from tests.conftest import TestTime

OPENED = date(2026, 3, 6)
"""The day the new card's books open on; its statements are on the 5th, due on the 25th."""


def add_new_card(context: ServiceContext, card: str = "new", person: str = "n1", issuer: str = "standard") -> str:
    """A card that owes nothing yet; returns its id."""
    bundle = AccountBundle(
        reference=card, cardholder=CardholderRecord(person, "Zhao Lei", "13800000001", None), card_last4="0042",
        product="gold", issuer=issuer, credit_limit_minor=5_000_000, statement_day=5, balances=Balances(),
        interest_through_date=OPENED, oldest_unpaid_due_date=None, in_transit_minor=0, disputed_minor=0,
        statements=(), payments=(), entries=())
    load(SYSTEM, context, [bundle], Batch("test", "test", OPENED, f"{person}{card}".ljust(64, "0")))
    with context.reading() as connection:
        return str(connection.execute(sa.select(accounts.c.id).where(accounts.c.source_reference == card)).scalar_one())


class Bank:
    """The bank's day to one account: whatever is told is posted on the day it is told."""

    def __init__(self, context: ServiceContext, time_: TestTime, account_id: str) -> None:
        self.context, self.time, self.account_id, self.keys = context, time_, account_id, 0

    def on(self, day: date) -> Bank:
        """It is noon in China on ``day``."""
        self.time.instant = datetime.combine(day, time(4), UTC)
        return self

    def buy(self, amount_minor: int, value_date: date | None = None, reference: str | None = None) -> postings.Posting:
        debit = postings.Debit(reference or self._key(), amount_minor, value_date or self.today)
        return postings.record_purchase(SYSTEM, self.context, self.account_id, debit, self.today, self._key())

    def pay(self, amount_minor: int, value_date: date | None = None, reference: str | None = None,
            key: str | None = None) -> postings.Receipt:
        payment = postings.PaymentIn(reference or self._key(), amount_minor, value_date or self.today, "transfer")
        return postings.post_payment(SYSTEM, self.context, self.account_id, payment, self.today, key or self._key())

    def reverse(self, subject: str, reason: str = "bounced") -> postings.Posting:
        return postings.reverse(SYSTEM, self.context, self.account_id, postings.Reversal(subject, reason), self.today,
                                self._key())

    def waive(self, component: str, amount_minor: int, value_date: date | None = None) -> postings.Posting:
        return postings.waive(SYSTEM, self.context, self.account_id, self._correction(component, amount_minor,
                              value_date), self.today, self._key())

    def adjust(self, component: str, amount_minor: int, value_date: date | None = None) -> postings.Posting:
        return postings.adjust(SYSTEM, self.context, self.account_id, self._correction(component, amount_minor,
                               value_date), self.today, self._key())

    def dispute(self, amount_minor: int, value_date: date | None = None, *, release: bool = False) -> postings.Posting:
        command = postings.release if release else postings.hold
        dispute = postings.Dispute(self._key(), amount_minor, value_date or self.today, "disputed")
        return command(SYSTEM, self.context, self.account_id, dispute, self.today, self._key())

    def close(self, day: date | None = None) -> None:
        close_day(SYSTEM, self.context, day or self.today)

    def verified(self) -> Verification:
        return verify(self.context, replay=True)

    @property
    def today(self) -> date:
        return self.context.clock.today()

    def entries(self, subject: str | None = None, kind: str | None = None) -> Sequence[sa.Row[Any]]:
        query = sa.select(ledger_entries).where(ledger_entries.c.account_id == self.account_id)
        if subject:
            query = query.where(ledger_entries.c.subject == subject)
        if kind:
            query = query.where(ledger_entries.c.kind == kind)
        with self.context.reading() as connection:
            return connection.execute(query.order_by(ledger_entries.c.id)).all()

    def account(self) -> sa.Row[Any]:
        with self.context.reading() as connection:
            return connection.execute(sa.select(accounts).where(accounts.c.id == self.account_id)).one()

    def _correction(self, component: str, amount_minor: int, value_date: date | None) -> postings.Correction:
        return postings.Correction(self._key(), component, amount_minor, value_date or self.today, "goodwill")

    def _key(self) -> str:
        self.keys += 1
        return f"{self.account_id}-{self.keys}"
