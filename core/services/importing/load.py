"""Write validated accounts into the database: all of them in one transaction, and only what is new.

Repeating a load changes nothing. What a known account may become is decided in ``compare``. Before the
transaction ends, every written account's ledger is added up against its balances.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import islice
from typing import Any

import sqlalchemy as sa

from core.db.bulk import insert_many, refresh_estimates
from core.db.tables.accounts import accounts, cardholders, imports, ledger_entries, payments, statements
from core.db.types import new_id
from core.db.vault import Vault
from core.domain.actor import SYSTEM, Actor
from core.domain.errors import Conflict, NotPermitted
from core.services import ledger, records
from core.services.context import ServiceContext
from core.services.importing.bundle import AccountBundle
from core.services.importing.compare import Difference, Extension, Known, compare, known_accounts
from core.services.importing.rows import Maker, Row, name_index, phone_index
from core.services.progress import Progress, quiet

CHUNK = 400
"""Accounts looked at together: bounds every query and every batch of rows."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Where a load comes from: kept with the import, so that any balance can be traced to its file."""

    kind: str
    source: str
    as_of: date
    file_sha256: str
    options: Mapping[str, Any] = field(default_factory=dict)
    summary: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Refused:
    """An account that was not written, and why."""

    reference: str
    reason: str
    field: str


@dataclass(frozen=True, slots=True)
class LoadReport:
    """What a load did. ``import_id`` is None when there was nothing to write."""

    import_id: str | None
    imported: int
    extended: int
    unchanged: int
    refused: tuple[Refused, ...]


Proof = Callable[[sa.Connection, LoadReport], None]
"""Called inside the transaction, before it counts; raises to keep nothing."""


@dataclass(slots=True)
class _Plan:
    """What is to be written, decided before anything is."""

    new: list[AccountBundle] = field(default_factory=list)
    extensions: list[Extension] = field(default_factory=list)
    unchanged: int = 0
    refused: list[Refused] = field(default_factory=list)
    people: dict[str, str] = field(default_factory=dict)
    """Ids of the cardholders who are known, by the source's reference."""


def load(actor: Actor, context: ServiceContext, bundles: Sequence[AccountBundle], batch: Batch, *,
         all_or_nothing: bool = False, prove: Proof | None = None, progress: Progress = quiet,
         make_id: Callable[[], str] = new_id) -> LoadReport:
    """Write ``bundles`` and one row of ``imports``; returns what was done.

    With ``all_or_nothing`` one refused account leaves everything unwritten. ``prove`` sees the database
    before anything counts and may raise, which keeps nothing. Raises ``Conflict`` when a
    written account does not add up (and keeps nothing), ``NotPermitted`` for anybody but the system.
    """
    must_be_system(actor, "load accounts")
    maker = Maker(batch.source, context.clock.now(), context.vault, make_id)
    with context.writing() as connection:
        plan = _plan(connection, context, bundles, batch, progress)
        nothing_new = not plan.new and not plan.extensions
        if nothing_new or (all_or_nothing and plan.refused):
            return LoadReport(None, 0, 0, plan.unchanged, tuple(plan.refused))
        _write(connection, maker, plan, progress)
        report = LoadReport(make_id(), len(plan.new), len(plan.extensions), plan.unchanged, tuple(plan.refused))
        if prove is not None:
            prove(connection, report)
        _keep_record(connection, actor, maker, batch, report)
        return report


def must_be_system(actor: Actor, action: str) -> None:
    """Raise ``NotPermitted`` for anybody who is signed in: files are the operator's, not a screen's."""
    if actor != SYSTEM:
        raise NotPermitted(action, actor.role)


def file_sha256(*contents: bytes) -> str:
    """One fingerprint of the files of an import, in their order."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(len(content).to_bytes(8, "big") + content)
    return digest.hexdigest()


def earlier_as_of(context: ServiceContext, kind: str, sha256: str) -> date | None:
    """The day a file was imported for, if it was: a repeat without a day means that one."""
    with context.reading() as connection:
        return connection.execute(
            sa.select(imports.c.as_of).where(imports.c.kind == kind, imports.c.file_sha256 == sha256)
            .order_by(imports.c.imported_at.desc()).limit(1)).scalar()


def _plan(connection: sa.Connection, context: ServiceContext, bundles: Sequence[AccountBundle], batch: Batch,
          progress: Progress) -> _Plan:
    newest = connection.execute(sa.select(sa.func.max(imports.c.as_of)).where(imports.c.kind == batch.kind)).scalar()
    newer = newest is None or batch.as_of > newest
    plan = _Plan()
    for number, chunk in enumerate(chunks(bundles, CHUNK)):
        known = known_accounts(connection, batch.source, [bundle.reference for bundle in chunk])
        for bundle in chunk:
            if bundle.reference in known:
                _place(plan, bundle, known[bundle.reference], context, newer)
        newcomers = [bundle for bundle in chunk if bundle.reference not in known]
        _meet_people(connection, plan, batch.source, context.vault, newcomers)
        progress("compare", min((number + 1) * CHUNK, len(bundles)), len(bundles))
    return plan


def _place(plan: _Plan, bundle: AccountBundle, known: Known, context: ServiceContext, newer: bool) -> None:
    verdict = compare(known, bundle, context.vault, newer=newer)
    if verdict is None:
        plan.unchanged += 1
    elif isinstance(verdict, Difference):
        plan.refused.append(Refused(bundle.reference, verdict.reason, verdict.field))
    else:
        plan.extensions.append(verdict)


def _meet_people(connection: sa.Connection, plan: _Plan, source: str, vault: Vault,
                 bundles: Sequence[AccountBundle]) -> None:
    """Plan new accounts; one whose holder is known under another name or phone is refused."""
    wanted = {bundle.cardholder.reference for bundle in bundles}
    found = {row.source_reference: row for row in connection.execute(
        sa.select(cardholders.c.id, cardholders.c.source_reference, cardholders.c.name_index,
                  cardholders.c.phone_index)
        .where(cardholders.c.source == source, cardholders.c.source_reference.in_(wanted)))} if wanted else {}
    plan.people.update((reference, row.id) for reference, row in found.items())
    for bundle in bundles:
        row, record = found.get(bundle.cardholder.reference), bundle.cardholder
        if row is not None and row.name_index != name_index(vault, record.name):
            plan.refused.append(Refused(bundle.reference, "cardholder_known_otherwise", "cardholder_name"))
        elif row is not None and row.phone_index != phone_index(vault, record.phone):
            plan.refused.append(Refused(bundle.reference, "cardholder_known_otherwise", "reserved_phone"))
        else:
            plan.new.append(bundle)


def _write(connection: sa.Connection, maker: Maker, plan: _Plan, progress: Progress) -> None:
    total = len(plan.new) + len(plan.extensions)
    ids: list[str] = []
    for chunk in chunks(plan.new, CHUNK):
        ids += _write_new(connection, maker, chunk, plan.people)
        progress("write", len(ids), total)
    for extensions in chunks(plan.extensions, CHUNK):
        ids += _write_extensions(connection, maker, extensions)
        progress("write", len(ids), total)
    refresh_estimates(connection, (cardholders, accounts, statements, payments, ledger_entries))
    for number, part in enumerate(chunks(ids, CHUNK)):
        _must_balance(connection, part)
        progress("check", min((number + 1) * CHUNK, total), total)


def _write_new(connection: sa.Connection, maker: Maker, chunk: Sequence[AccountBundle],
               people: dict[str, str]) -> list[str]:
    """Insert new accounts with their history; returns their ids."""
    _write_people(connection, maker, chunk, people)
    rows = [maker.account(bundle, people[bundle.cardholder.reference]) for bundle in chunk]
    ids = [str(row["id"]) for row in rows]
    insert_many(connection, accounts, rows)
    _write_history(connection, maker, zip(ids, chunk, strict=True))
    return ids


def _write_people(connection: sa.Connection, maker: Maker, chunk: Sequence[AccountBundle],
                  people: dict[str, str]) -> None:
    """Insert the chunk's cardholders who are not known yet and note everybody's id in ``people``."""
    wanted = {bundle.cardholder.reference: bundle.cardholder for bundle in chunk
              if bundle.cardholder.reference not in people}
    rows = [maker.cardholder(record) for record in wanted.values()]
    insert_many(connection, cardholders, rows)
    people.update((row["source_reference"], row["id"]) for row in rows)


def _write_history(connection: sa.Connection, maker: Maker,
                   pairs: Iterable[tuple[str, AccountBundle | Extension]]) -> None:
    """Statements, payments and ledger entries of accounts that exist."""
    batches: dict[sa.Table, list[Row]] = {statements: [], payments: [], ledger_entries: []}
    for account_id, history in pairs:
        batches[statements] += [maker.statement(one, account_id) for one in history.statements]
        batches[payments] += [maker.payment(one, account_id) for one in history.payments]
        batches[ledger_entries] += [maker.entry(one, account_id) for one in history.entries]
    for table, rows in batches.items():
        insert_many(connection, table, rows)


def _write_extensions(connection: sa.Connection, maker: Maker, chunk: Sequence[Extension]) -> list[str]:
    """Add what a newer file adds to known accounts; returns their ids."""
    _write_history(connection, maker, ((one.account_id, one) for one in chunk))
    columns = accounts.c
    for one in chunk:
        if one.person:
            connection.execute(cardholders.update().where(cardholders.c.id == one.cardholder_id).values(**one.person))
        moved = ledger.balances_of((entry.component, entry.amount_minor) for entry in one.entries)
        bundle = one.bundle
        connection.execute(accounts.update().where(columns.id == one.account_id).values(
            principal_minor=columns.principal_minor + moved.principal_minor,
            interest_minor=columns.interest_minor + moved.interest_minor,
            late_fee_minor=columns.late_fee_minor + moved.late_fee_minor,
            other_fees_minor=columns.other_fees_minor + moved.other_fees_minor,
            disputed_minor=bundle.disputed_minor, in_transit_minor=bundle.in_transit_minor,
            oldest_unpaid_due_date=bundle.oldest_unpaid_due_date,
            interest_through_date=bundle.interest_through_date, version=columns.version + 1))
    return [one.account_id for one in chunk]


def _must_balance(connection: sa.Connection, account_ids: Sequence[str]) -> None:
    wrong = ledger.accounts_out_of_balance(connection, account_ids)
    if wrong:
        raise Conflict("ledger_out_of_balance", f"{len(wrong)} accounts do not add up, first {wrong[0]}")


def _keep_record(connection: sa.Connection, actor: Actor, maker: Maker, batch: Batch, report: LoadReport) -> None:
    counts = {"imported": report.imported, "extended": report.extended, "unchanged": report.unchanged,
              "refused": len(report.refused)}
    connection.execute(imports.insert().values(
        id=report.import_id, kind=batch.kind, file_sha256=batch.file_sha256, as_of=batch.as_of,
        options=dict(batch.options), summary={**batch.summary, **counts}, imported_at=maker.at))
    records.audit(connection, actor, "accounts_imported", "import", str(report.import_id), maker.at,
                  kind=batch.kind, file_sha256=batch.file_sha256, **counts)


def chunks(items: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """``items`` in lists of at most ``size``."""
    walking = iter(items)
    while chunk := list(islice(walking, size)):
        yield chunk
