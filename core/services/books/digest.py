"""One number for the books of a whole portfolio: equal books, equal number, whatever machine and database.

Everything an account's books say goes into a canonical text, ordered by natural keys. Left out is what two
runs of the same work may differ in: random identifiers, serial numbers and instants.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, ledger_entries, payments, statements
from core.db.tables.books import account_books, bucket_moves
from core.services.progress import Progress, quiet
from core.services.records import canonical_json

Row = sa.Row[Any]
ACCOUNTS_AT_ONCE = 1_000

_TABLES = (
    (account_books, ()),
    (bucket_moves, ("on_date",)),
    (ledger_entries, ("idempotency_key",)),
    (payments, ("source_reference",)),
    (statements, ("statement_date",)),
)
"""What belongs to an account, and what orders it within the account."""
_LEFT_OUT = frozenset({"id", "account_id", "cardholder_id", "created_at"})


def books_digest(connection: sa.Connection, progress: Progress = quiet) -> str:
    """SHA-256 over all accounts' books, in hexadecimal. Memory: 32 bytes for each account and one batch of rows."""
    total = connection.execute(sa.select(sa.func.count()).select_from(accounts)).scalar_one()
    found: list[bytes] = []
    for batch in _batches(connection):
        found += [hashlib.sha256(text.encode()).digest() for text in _texts(connection, batch)]
        progress("digest", len(found), total)
    # Sorted by content: the order of identifiers is another one in each copy of a portfolio.
    return hashlib.sha256(b"".join(sorted(found))).hexdigest()


def _batches(connection: sa.Connection) -> Iterator[Sequence[Row]]:
    last = ""
    while rows := connection.execute(sa.select(accounts).where(accounts.c.id > last).order_by(accounts.c.id)
                                     .limit(ACCOUNTS_AT_ONCE)).all():
        yield rows
        last = rows[-1].id


def _texts(connection: sa.Connection, rows: Sequence[Row]) -> Iterator[str]:
    ids = [row.id for row in rows]
    parts = {table.name: _by_account(connection, table, order, ids) for table, order in _TABLES}
    for row in rows:
        yield canonical_json({"account": _plain(row), **{name: found.get(row.id, []) for name, found in parts.items()}})


def _by_account(connection: sa.Connection, table: sa.Table, order: tuple[str, ...], ids: Sequence[str]
                ) -> Mapping[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for row in connection.execute(sa.select(table).where(table.c.account_id.in_(ids))):
        found[row.account_id].append(_plain(row))
    for of_account in found.values():  # here and not in SQL: databases sort text by rules of their own
        of_account.sort(key=lambda row: tuple(str(row[name]) for name in order))
    return found


def _plain(row: Row) -> dict[str, Any]:
    return {name: value for name, value in row._mapping.items() if name not in _LEFT_OUT}
