"""``portal import uci-card-clients``: read, map, load, and prove that the totals reconcile to the fen."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import sqlalchemy as sa

from core.db.tables.accounts import accounts, ledger_entries, payments, statements
from core.domain.actor import Actor
from core.domain.errors import Conflict, InvalidInput
from core.services.context import ServiceContext
from core.services.importing.bundle import AccountBundle
from core.services.importing.load import (
    CHUNK,
    Batch,
    LoadReport,
    chunks,
    earlier_as_of,
    file_sha256,
    load,
    must_be_system,
)
from core.services.importing.reading import decode
from core.services.importing.report import Tally
from core.services.importing.uci.file import ClientRow, client_rows
from core.services.importing.uci.mapping import FILE_CHANNEL, SOURCE, Placement, bundle_of, rules_of
from core.services.progress import Progress, quiet

DEFAULT_FX = Decimal("0.22")
"""A round figure near the market of 2026-11 for convenience; not a quote. Say ``--fx`` for another."""
_LARGEST_FX = Decimal(100)
_FX_STEP = Decimal("0.000001")
_STEP = 1_000


@dataclass(frozen=True, slots=True)
class Totals:
    """What reconciles, in fen."""

    bills_minor: int
    payments_minor: int
    latest_balances_minor: int


@dataclass(frozen=True, slots=True)
class UciReport:
    """What became of the file. ``as_of`` is the day it was placed at."""

    as_of: date
    placed_as_before: bool
    """The file was imported earlier, and no day was given: the earlier one was taken."""
    tally: Tally
    loaded: LoadReport
    file_totals: Totals
    stored_totals: Totals
    portfolio_rows: int
    twd_bills: Decimal
    """All six bills of all kept accounts, in NT dollars as the file has them."""

    @property
    def reconciles(self) -> bool:
        """Whether the database holds what the file says, of every account that was not refused."""
        return self.file_totals == self.stored_totals


def import_uci_card_clients(actor: Actor, context: ServiceContext, content: bytes, *, as_of: date | None = None,
                            fx: Decimal = DEFAULT_FX, issuer: str | None = None,
                            progress: Progress = quiet) -> UciReport:
    """Import the late accounts of the file; every row is imported, skipped or rejected with a reason.

    Raises ``FileUnusable`` when it is another file altogether, ``InvalidInput`` for options out of range.
    """
    must_be_system(actor, "import accounts")
    issuer = issuer or context.settings.issuer
    context.policy.on(context.clock.today(), issuer)  # an unknown issuer is refused before the file is read
    if not fx.is_finite() or not 0 < fx <= _LARGEST_FX or fx != fx.quantize(_FX_STEP):
        raise InvalidInput("fx_out_of_range", f"an exchange rate lies above 0 and up to {_LARGEST_FX}, with at most "
                           "six decimals", field="fx")
    sha256 = file_sha256(content)
    earlier = earlier_as_of(context, SOURCE, sha256) if as_of is None else None
    placement = Placement(as_of or earlier or context.clock.today(), fx, issuer)
    if placement.as_of > context.clock.today():
        raise InvalidInput("as_of_in_future", "accounts cannot be placed at a future day", field="as_of")

    tally = Tally()
    clients = list(client_rows(decode(content), tally))
    bundles = _bundles(context, clients, placement, progress)

    def prove(connection: sa.Connection, report: LoadReport) -> None:
        kept = _without(clients, report)
        stored = _stored_totals(connection, [client.reference for client in kept])
        if stored != _file_totals(kept, placement):
            raise Conflict("import_does_not_reconcile", "the imported totals are not those of the file")

    loaded = load(actor, context, bundles, _batch(placement, sha256, tally), prove=prove, progress=progress)
    kept = _without(clients, loaded)
    with context.reading() as connection:
        stored = _stored_totals(connection, [client.reference for client in kept])
    return UciReport(
        as_of=placement.as_of, placed_as_before=earlier is not None, tally=tally, loaded=loaded,
        portfolio_rows=len(clients), file_totals=_file_totals(kept, placement), stored_totals=stored,
        twd_bills=sum((bill for client in kept for bill in client.bills), Decimal(0)))


def _bundles(context: ServiceContext, clients: Sequence[ClientRow], placement: Placement,
             progress: Progress) -> list[AccountBundle]:
    rules = rules_of(context.policy, placement.issuer)
    bundles = []
    for number, client in enumerate(clients, start=1):
        bundles.append(bundle_of(client, placement, rules, context.policy.version))
        if number % _STEP == 0 or number == len(clients):
            progress("map", number, len(clients))
    return bundles


def _batch(placement: Placement, sha256: str, tally: Tally) -> Batch:
    return Batch(
        kind=SOURCE, source=SOURCE, as_of=placement.as_of, file_sha256=sha256,
        options={"as_of": placement.as_of.isoformat(), "fx": str(placement.fx), "issuer": placement.issuer},
        summary={"rows": tally.rows, "skipped": dict(tally.skipped), "rejected": dict(tally.rejected),
                 "observed": dict(tally.observed)})


def _without(clients: Sequence[ClientRow], loaded: LoadReport) -> list[ClientRow]:
    """The clients whose accounts are in the database as the file has them."""
    refused = {one.reference for one in loaded.refused}
    return [client for client in clients if client.reference not in refused]


def _file_totals(clients: Sequence[ClientRow], placement: Placement) -> Totals:
    """Every figure of the file converted by itself: computed from the rows, not from what was made of them."""
    return Totals(
        bills_minor=sum(placement.minor(bill) for client in clients for bill in client.bills),
        payments_minor=sum(placement.minor(paid) for client in clients for paid in client.paid),
        latest_balances_minor=sum(placement.minor(client.bills[-1]) for client in clients))


def _stored_totals(connection: sa.Connection, references: Sequence[str]) -> Totals:
    """What the database holds of these accounts from this source, summed from rows of three tables."""
    bills = paid = balances = 0
    for chunk in chunks(references, CHUNK):
        ids = connection.execute(sa.select(accounts.c.id).where(
            accounts.c.source == SOURCE, accounts.c.source_reference.in_(chunk))).scalars().all()
        bills += _sum(connection, statements.c.closing_balance_minor, statements.c.account_id.in_(ids))
        paid += _sum(connection, payments.c.amount_minor, payments.c.account_id.in_(ids),
                     payments.c.channel == FILE_CHANNEL)
        balances += _sum(connection, ledger_entries.c.amount_minor, ledger_entries.c.account_id.in_(ids),
                         ledger_entries.c.source == SOURCE)
    return Totals(bills, paid, balances)


def _sum(connection: sa.Connection, column: sa.Column[int], *conditions: sa.ColumnElement[bool]) -> int:
    # PostgreSQL sums BIGINT as NUMERIC; fen stay integers.
    return int(connection.execute(sa.select(sa.func.coalesce(sa.func.sum(column), 0)).where(*conditions)).scalar_one())
