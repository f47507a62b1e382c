"""Accounts as a table for a spreadsheet or another system: masked unless somebody says why not.

Reading page by page keeps memory flat; one transaction keeps the picture consistent.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.domain.money import format_yuan
from core.services import records
from core.services.context import ServiceContext
from core.services.identity.people import masked_name, masked_phone
from core.services.importing.load import must_be_system
from core.services.positions import positions
from core.services.progress import Progress, quiet

AMOUNTS = ("credit_limit", "principal", "interest", "accrued_interest", "late_fee", "other_fees", "total", "disputed",
           "in_transit")
DATES = ("oldest_unpaid_due_date", "interest_through_date")
COLUMNS = ("source", "account_reference", "cardholder_reference", "cardholder_name", "reserved_phone", "city",
           "card_last4", "product", "issuer", "credit_limit", "statement_day", "principal", "interest",
           "accrued_interest", "late_fee", "other_fees", "total", "disputed", "in_transit", "oldest_unpaid_due_date",
           "interest_through_date", "days_past_due", "bucket", "asset_class")
"""In this order; amounts in yuan with two decimals."""

_PAGE = 400
# The full-width forms too: spreadsheets in Chinese take them for the plain ones.
_FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")


@dataclass(frozen=True, slots=True)
class Unmasking:
    """Why names and phones are written in full; kept in the audit log."""

    reason: str

    def __post_init__(self) -> None:
        if not 5 <= len(self.reason.strip()) <= 200:
            raise InvalidInput("reason_missing", "say in 5 to 200 characters why the export is unmasked",
                               field="reason")


def export_accounts(actor: Actor, context: ServiceContext, as_of: date, *, unmasking: Unmasking | None = None,
                    progress: Progress = quiet) -> Iterator[Mapping[str, Any]]:
    """Every account as of ``as_of``, in the order of ids: ``COLUMNS`` to values, amounts as yuan in text.

    The export is audited before the first row is handed out, with the reason when it is unmasked.
    """
    must_be_system(actor, "export accounts")
    with context.writing() as connection:
        total = connection.execute(sa.select(sa.func.count()).select_from(accounts)).scalar_one()
        records.audit(connection, actor, "accounts_exported", "export", "accounts", context.clock.now(),
                      as_of=as_of.isoformat(), accounts=total, masked=unmasking is None,
                      reason=unmasking.reason.strip() if unmasking else None)
    return _rows(context, as_of, unmasking is None, total, progress)


def _rows(context: ServiceContext, as_of: date, masked: bool, total: int,
          progress: Progress) -> Iterator[Mapping[str, Any]]:
    after, done = "", 0
    with context.reading() as connection:
        while page := connection.execute(
                sa.select(accounts).where(accounts.c.id > after).order_by(accounts.c.id).limit(_PAGE)).all():
            people = {row.id: row for row in connection.execute(
                sa.select(cardholders).where(cardholders.c.id.in_({row.cardholder_id for row in page})))}
            stands = positions(connection, context, page, as_of)
            for row, position in zip(page, stands, strict=True):
                person = people[row.cardholder_id]
                yield {
                    "source": row.source, "account_reference": row.source_reference,
                    "cardholder_reference": person.source_reference, **_person(context, person, masked),
                    "card_last4": row.card_last4, "product": row.product, "issuer": row.issuer,
                    "credit_limit": format_yuan(row.credit_limit_minor), "statement_day": row.statement_day,
                    "principal": format_yuan(position.principal_minor),
                    "interest": format_yuan(position.interest_minor),
                    "accrued_interest": format_yuan(position.accrued_interest_minor),
                    "late_fee": format_yuan(position.late_fee_minor),
                    "other_fees": format_yuan(position.other_fees_minor),
                    "total": format_yuan(position.total_minor), "disputed": format_yuan(position.disputed_minor),
                    "in_transit": format_yuan(position.in_transit_minor),
                    "oldest_unpaid_due_date": position.oldest_unpaid_due_date,
                    "interest_through_date": position.interest_through_date,
                    "days_past_due": position.days_past_due, "bucket": position.bucket.value,
                    "asset_class": position.asset_class.value}
            after, done = page[-1].id, done + len(page)
            progress("export", done, max(total, done))


def _person(context: ServiceContext, person: sa.Row[Any], masked: bool) -> Mapping[str, Any]:
    name = context.vault.decrypt(person.name_encrypted)
    phone = None if person.phone_encrypted is None else context.vault.decrypt(person.phone_encrypted)
    return {"cardholder_name": masked_name(name) if masked else name,
            "reserved_phone": masked_phone(phone) if masked and phone else phone, "city": person.city}


def harmless(text: str) -> str:
    """What a spreadsheet would run as a formula gets an apostrophe in front; it then shows as text."""
    return f"'{text}" if text.startswith(_FORMULA_STARTS) else text
