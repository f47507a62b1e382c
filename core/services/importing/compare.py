"""A known account against what a file says of it now: the same, more, or something else.

History is never edited. A file may repeat what it said and add what came after; anything else is the
bank's to clear up, by a reversal with a reason, and is rejected here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders, ledger_entries, payments, statements
from core.db.vault import Vault
from core.services.importing.bundle import AccountBundle, EntryRecord, PaymentRecord, StatementRecord
from core.services.importing.rows import PAYMENT_FIGURES, STATEMENT_FIGURES, name_index, phone_index

OTHER_VALUES = "already_imported_with_other_values"
_FIXED = ("card_last4", "product", "issuer", "credit_limit_minor", "statement_day", "opened_on")
_OF_THE_DAY = ("disputed_minor", "in_transit_minor", "oldest_unpaid_due_date", "interest_through_date")
_OF_THE_PERSON = ("city", "vulnerable", "locale")
# The policy's version says when a figure was computed, not what it is.
_STATEMENT_FACTS = tuple(name for name in STATEMENT_FIGURES if name != "policy_version")


@dataclass(slots=True)
class Known:
    """An account as the database has it, with everything a file may repeat."""

    account: sa.Row[Any]
    cardholder: sa.Row[Any]
    statements: dict[date, sa.Row[Any]] = field(default_factory=dict)
    payments: dict[str, sa.Row[Any]] = field(default_factory=dict)
    entries: dict[str, sa.Row[Any]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Extension:
    """What a newer file adds to a known account."""

    account_id: str
    bundle: AccountBundle
    statements: tuple[StatementRecord, ...]
    payments: tuple[PaymentRecord, ...]
    entries: tuple[EntryRecord, ...]
    cardholder_id: str
    person: Mapping[str, Any]
    """What is newly known of the person: where they live, whether they need special care, their language."""


@dataclass(frozen=True, slots=True)
class Difference:
    """Where a file contradicts a known account."""

    reason: str
    field: str


def known_accounts(connection: sa.Connection, source: str, references: Sequence[str]) -> dict[str, Known]:
    """The accounts of ``source`` among ``references``, locked against other writers. Five queries."""
    rows = connection.execute(
        sa.select(accounts).where(accounts.c.source == source, accounts.c.source_reference.in_(references))
        .with_for_update()).all()
    if not rows:
        return {}
    ids = [row.id for row in rows]
    people = {row.id: row for row in connection.execute(
        sa.select(cardholders).where(cardholders.c.id.in_({row.cardholder_id for row in rows})))}
    known = {row.id: Known(row, people[row.cardholder_id]) for row in rows}
    for row in connection.execute(sa.select(statements).where(statements.c.account_id.in_(ids))):
        known[row.account_id].statements[row.statement_date] = row
    for row in connection.execute(sa.select(payments).where(payments.c.account_id.in_(ids))):
        known[row.account_id].payments[row.source_reference] = row
    for row in connection.execute(sa.select(ledger_entries).where(ledger_entries.c.account_id.in_(ids))):
        known[row.account_id].entries[row.idempotency_key] = row
    return {one.account.source_reference: one for one in known.values()}


def compare(known: Known, bundle: AccountBundle, vault: Vault, *, newer: bool) -> Extension | Difference | None:
    """What ``bundle`` adds to ``known``; None when it says the same, ``Difference`` when it contradicts it.

    ``newer``: the file speaks of a later day than the last one of this source, so that what depends on
    the day (disputed, in transit, oldest unpaid due date) or on the person's life may have moved.
    """
    contradicted = _contradicted(known, bundle, vault)
    if contradicted:
        return Difference(OTHER_VALUES, contradicted)
    added = Extension(
        known.account.id, bundle,
        tuple(one for one in bundle.statements if one.statement_date not in known.statements),
        tuple(one for one in bundle.payments if one.reference not in known.payments),
        tuple(one for one in bundle.entries if one.key not in known.entries),
        known.cardholder.id, _newly_known(known.cardholder, bundle))
    if _same_day_facts(known, bundle) and not (added.statements or added.payments or added.entries or added.person):
        return None
    if not newer:
        return Difference(OTHER_VALUES, "as_of")
    last = max(known.statements, default=None)
    if last is not None and any(one <= last for one in _dates(added)):
        return Difference("adds_to_a_closed_statement", "statement_date")
    if bundle.interest_through_date < known.account.interest_through_date:
        return Difference("older_than_what_is_known", "interest_through_date")
    return added


def _dates(added: Extension) -> Iterable[date]:
    yield from (one.statement_date for one in added.statements)
    yield from (one.value_date for one in added.payments if one.status == "posted")
    yield from (one.value_date for one in added.entries)


def _newly_known(person: sa.Row[Any], bundle: AccountBundle) -> dict[str, Any]:
    told = {name: getattr(bundle.cardholder, name) for name in _OF_THE_PERSON}
    return {name: fact for name, fact in told.items() if fact is not None and fact != getattr(person, name)}


def _same_day_facts(known: Known, bundle: AccountBundle) -> bool:
    return all(getattr(known.account, name) == getattr(bundle, name) for name in _OF_THE_DAY)


def _contradicted(known: Known, bundle: AccountBundle, vault: Vault) -> str | None:
    """The name of the first fact of ``known`` that ``bundle`` denies."""
    person, record = known.cardholder, bundle.cardholder
    if person.source_reference != record.reference:
        return "cardholder_reference"
    if person.name_index != name_index(vault, record.name):
        return "cardholder_name"
    # The reserved phone receives activation codes: a file may not quietly point it elsewhere.
    if person.phone_index != phone_index(vault, record.phone):
        return "reserved_phone"
    for name in _FIXED:
        if getattr(known.account, name) != getattr(bundle, name):
            return name
    return (_first_denied(bundle.statements, lambda one: known.statements.get(one.statement_date),
                          _STATEMENT_FACTS)
            or _first_denied(bundle.payments, lambda one: known.payments.get(one.reference), PAYMENT_FIGURES)
            or _first_denied(bundle.entries, lambda one: known.entries.get(one.key),
                             ("kind", "component", "amount_minor")))


def _first_denied(records: Iterable[Any], known: Callable[[Any], sa.Row[Any] | None],
                  facts: Sequence[str]) -> str | None:
    for record in records:
        row = known(record)
        if row is None:
            continue
        for name in facts:
            if getattr(row, name) != getattr(record, name):
                return name
    return None


