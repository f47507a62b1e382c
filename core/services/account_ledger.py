"""One account's books for the operator: balances, the parts of the principal, the newest entries."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.repositories import accounts as repository
from core.db.tables.accounts import accounts, ledger_entries
from core.domain.account_state import Balances
from core.domain.errors import NotFound
from core.services.books.parts import principal_parts
from core.services.books.reading import read_books
from core.services.context import ServiceContext

_MOST_ACCOUNTS = 20
_ENTRIES = 60


@dataclass(frozen=True, slots=True)
class LedgerLine:
    """An entry: a debit is positive, in fen."""

    posting_date: date
    value_date: date
    kind: str
    component: str
    amount_minor: int
    subject: str
    reason: str | None


@dataclass(frozen=True, slots=True)
class AccountLedger:
    """An account's books; what is None is known once they have been opened. Fen."""

    account_id: str
    reference: str
    issuer: str
    balances: Balances
    parts: Mapping[str, int] | None
    """What the principal consists of, by where it comes from."""
    opened_on: date | None
    run_through: date | None
    next_event_date: date | None
    entry_count: int
    entries: Sequence[LedgerLine]
    """The newest by posting date, then value date; oldest first."""


def account_ids(context: ServiceContext, reference: str) -> list[str]:
    """The ids of the accounts with this id or reference at a source; raises ``NotFound``. For the command line."""
    with context.reading() as connection:
        found = connection.execute(
            sa.select(accounts.c.id).where(sa.or_(accounts.c.id == reference, accounts.c.source_reference == reference))
            .order_by(accounts.c.id).limit(_MOST_ACCOUNTS)).scalars().all()
    if not found:
        raise NotFound("account")
    return list(found)


def all_account_ids(context: ServiceContext) -> Sequence[str]:
    """The ids of all accounts in their order: 70 bytes each. For work over the whole portfolio."""
    with context.reading() as connection:
        return connection.execute(sa.select(accounts.c.id).order_by(accounts.c.id)).scalars().all()


def account_ledger(context: ServiceContext, account_id: str) -> AccountLedger:
    """The books of one account. For the command line: checks no actor. Raises ``NotFound``."""
    with context.reading() as connection:
        row = repository.by_id(connection, account_id)
        if row is None:
            raise NotFound("account")
        books = next(iter(read_books(connection, [account_id], from_opening=True, lock=False)), None)
        of_account = ledger_entries.c.account_id == account_id
        count = connection.execute(
            sa.select(sa.func.count()).select_from(ledger_entries).where(of_account)).scalar_one()
        newest = connection.execute(sa.select(ledger_entries).where(of_account).order_by(
            ledger_entries.c.posting_date.desc(), ledger_entries.c.value_date.desc(), ledger_entries.c.id.desc())
            .limit(_ENTRIES)).all()
    held = Balances(row.principal_minor, row.interest_minor, row.late_fee_minor, row.other_fees_minor)
    lines = [_line(one) for one in reversed(newest)]
    if books is None:
        return AccountLedger(account_id, row.source_reference, row.issuer, held, None, None, None, None, count, lines)
    parts = {name: amount for name, amount in asdict(principal_parts(books)).items() if amount}
    return AccountLedger(account_id, row.source_reference, row.issuer, held, parts, books.opened_on,
                         books.run_through, books.next_event_date, count, lines)


def _line(row: sa.Row[Any]) -> LedgerLine:
    return LedgerLine(row.posting_date, row.value_date, row.kind, row.component, row.amount_minor, row.subject,
                      row.reason)
