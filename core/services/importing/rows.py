"""Bundles as rows of the tables, and where a person is found again by name or phone."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any

from core.db.vault import Vault
from core.services.identity.people import clean_name
from core.services.importing.bundle import AccountBundle, CardholderRecord, EntryRecord, PaymentRecord, StatementRecord

Row = dict[str, Any]
DEFAULT_LOCALE = "zh_CN"
STATEMENT_FIGURES = tuple(one.name for one in fields(StatementRecord))
PAYMENT_FIGURES = tuple(one.name for one in fields(PaymentRecord) if one.name != "reference")
ENTRY_FIGURES = tuple(one.name for one in fields(EntryRecord) if one.name not in ("key", "subject"))


@dataclass(frozen=True, slots=True)
class Maker:
    """What a row needs besides its content: ids, the source's name, the hour, and the keys."""

    source: str
    at: datetime
    vault: Vault
    make_id: Callable[[], str]

    def cardholder(self, record: CardholderRecord) -> Row:
        """A row of ``cardholders``: name and phone encrypted, findable by keyed hash."""
        return {
            "id": self.make_id(), "name_encrypted": self.vault.encrypt(record.name),
            "name_index": name_index(self.vault, record.name),
            "phone_encrypted": None if record.phone is None else self.vault.encrypt(record.phone),
            "phone_index": phone_index(self.vault, record.phone), "locale": record.locale or DEFAULT_LOCALE,
            "city": record.city, "vulnerable": bool(record.vulnerable), "source": self.source,
            "source_reference": record.reference, "created_at": self.at}

    def account(self, bundle: AccountBundle, cardholder_id: str) -> Row:
        """A row of ``accounts``."""
        return {
            "id": self.make_id(), "cardholder_id": cardholder_id, "card_last4": bundle.card_last4,
            "product": bundle.product, "issuer": bundle.issuer, "credit_limit_minor": bundle.credit_limit_minor,
            "statement_day": bundle.statement_day, "opened_on": bundle.opened_on,
            "principal_minor": bundle.balances.principal_minor, "interest_minor": bundle.balances.interest_minor,
            "late_fee_minor": bundle.balances.late_fee_minor, "other_fees_minor": bundle.balances.other_fees_minor,
            "disputed_minor": bundle.disputed_minor, "in_transit_minor": bundle.in_transit_minor,
            "oldest_unpaid_due_date": bundle.oldest_unpaid_due_date,
            "interest_through_date": bundle.interest_through_date, "source": self.source,
            "source_reference": bundle.reference, "created_at": self.at}

    def statement(self, record: StatementRecord, account_id: str) -> Row:
        """A row of ``statements``."""
        return {"id": self.make_id(), "account_id": account_id, **_figures(record, STATEMENT_FIGURES)}

    def payment(self, record: PaymentRecord, account_id: str) -> Row:
        """A row of ``payments``."""
        return {"id": self.make_id(), "account_id": account_id, "source_reference": record.reference,
                **_figures(record, PAYMENT_FIGURES)}

    def entry(self, record: EntryRecord, account_id: str) -> Row:
        """A row of ``ledger_entries``; its number is the database's."""
        return {"account_id": account_id, "source": self.source, "idempotency_key": record.key,
                "subject": record.subject or record.key, **_figures(record, ENTRY_FIGURES)}


def name_index(vault: Vault, name: str) -> str:
    """The keyed hash under which activation looks a name up."""
    return vault.index(clean_name(name), "name")


def phone_index(vault: Vault, phone: str | None) -> str | None:
    """The keyed hash of a phone number; None for none."""
    return None if phone is None else vault.index(phone, "phone")


def _figures(record: object, names: tuple[str, ...]) -> Row:
    return {name: getattr(record, name) for name in names}
