"""The balances of an account, derived from its ledger and checked against what is cached on it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence

import sqlalchemy as sa

from core.db.tables.accounts import accounts, ledger_entries
from core.domain.account_state import Balances

COMPONENTS = ("principal", "interest", "late_fee", "other_fees")
"""What an entry may move, and what an account's balance consists of."""


def balances_of(movements: Iterable[tuple[str, int]]) -> Balances:
    """The balances that (component, fen) movements add up to."""
    sums: dict[str, int] = defaultdict(int)
    for component, amount_minor in movements:
        sums[component] += amount_minor
    return Balances(*(sums[component] for component in COMPONENTS))


def balances_from_entries(connection: sa.Connection, account_ids: Sequence[str]) -> dict[str, Balances]:
    """The balances of accounts as their ledger entries add up. One query; give at most a few hundred ids."""
    entries = ledger_entries.c
    rows = connection.execute(
        # PostgreSQL sums BIGINT as NUMERIC; fen stay integers.
        sa.select(entries.account_id, entries.component, sa.cast(sa.func.sum(entries.amount_minor), sa.BigInteger))
        .where(entries.account_id.in_(account_ids)).group_by(entries.account_id, entries.component))
    movements: dict[str, list[tuple[str, int]]] = {account_id: [] for account_id in account_ids}
    for account_id, component, amount_minor in rows:
        movements[account_id].append((component, amount_minor))
    return {account_id: balances_of(moved) for account_id, moved in movements.items()}


def accounts_out_of_balance(connection: sa.Connection, account_ids: Sequence[str]) -> list[str]:
    """Those of ``account_ids`` whose cached balances are not the sum of their entries, part by part."""
    derived = balances_from_entries(connection, account_ids)
    cached = connection.execute(
        sa.select(accounts.c.id, accounts.c.principal_minor, accounts.c.interest_minor, accounts.c.late_fee_minor,
                  accounts.c.other_fees_minor).where(accounts.c.id.in_(account_ids)))
    return [row.id for row in cached if derived[row.id] != Balances(*row[1:])]
