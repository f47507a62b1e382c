"""``portal import accounts``: the bank's own accounts, all faults of all files at once, or all of them in."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.services.context import ServiceContext
from core.services.importing.bank import columns as layout
from core.services.importing.bank.assemble import assemble
from core.services.importing.bank.cells import RowReader
from core.services.importing.bank.check import (
    Rows,
    Values,
    check_account,
    check_history,
    check_last_statement,
    check_payment,
    check_people,
    check_repeated,
    check_statement,
)
from core.services.importing.bank.columns import Column
from core.services.importing.bank.tables import SourceFile, rows_of
from core.services.importing.bundle import AccountBundle
from core.services.importing.load import Batch, LoadReport, file_sha256, load, must_be_system
from core.services.importing.report import RowFault, Tally
from core.services.progress import Progress, quiet

KIND = "accounts"
SOURCE = "bank"
_STEP = 1_000


@dataclass(frozen=True, slots=True)
class BankReport:
    """What became of the files. ``loaded`` is None when faults kept everything out."""

    as_of: date
    tally: Tally
    loaded: LoadReport | None
    balance_minor: int
    """Sum of the balances of the accounts that were read, in fen."""
    refused: tuple[RowFault, ...] = ()
    """The rows whose account contradicts what is known, with the account as ``detail``."""

    @property
    def clean(self) -> bool:
        """Whether every row of every file found its place."""
        return not self.tally.faults and self.loaded is not None and not self.loaded.refused


def import_accounts(actor: Actor, context: ServiceContext, accounts: SourceFile, *,
                    statements: SourceFile | None = None, payments: SourceFile | None = None,
                    as_of: date | None = None, issuer: str | None = None, skip_invalid: bool = False,
                    progress: Progress = quiet) -> BankReport:
    """Import accounts with their statements and payments, if those are given.

    Any fault leaves everything out, unless ``skip_invalid``: then an account with a fault in any of its
    rows is left out and the others are imported. Raises ``FileUnusable`` when a file cannot be read at
    all, ``InvalidInput`` for options out of range.
    """
    must_be_system(actor, "import accounts")
    as_of = as_of or context.clock.today()
    if as_of > context.clock.today():
        raise InvalidInput("as_of_in_future", "accounts cannot stand at a future day", field="as_of")
    issuer = issuer or context.settings.issuer
    context.policy.on(as_of, issuer)
    tally = Tally()
    read = [_read(accounts, layout.ACCOUNTS, ("account_reference",), as_of, check_account, tally, progress),
            _read(statements, layout.STATEMENTS, ("account_reference", "statement_date"), as_of, check_statement,
                  tally, progress),
            _read(payments, layout.PAYMENTS, ("account_reference", "payment_reference"), as_of, check_payment,
                  tally, progress)]
    _check_together(context, read, tally)
    bundles = _bundles(context, read, tally, issuer, skip_invalid)
    balance_minor = sum(bundle.balances.total_minor for bundle in bundles)
    if tally.faults and not skip_invalid:
        return BankReport(as_of, tally, None, balance_minor)
    files = [file for file in (accounts, statements, payments) if file is not None]
    batch = Batch(KIND, SOURCE, as_of, file_sha256(*(file.content for file in files)),
                  options={"as_of": as_of.isoformat(), "issuer": issuer, "skip_invalid": skip_invalid},
                  summary={"rows": tally.rows, "skipped": dict(tally.skipped), "rejected": dict(tally.rejected),
                           "balance_minor": balance_minor})
    loaded = load(actor, context, bundles, batch, all_or_nothing=not skip_invalid, progress=progress)
    return BankReport(as_of, tally, loaded, balance_minor, _refused_rows(read[0].rows, loaded))


def _refused_rows(accounts: Rows, loaded: LoadReport) -> tuple[RowFault, ...]:
    """What the loader refused, at the rows the operator knows."""
    row_of = {values["account_reference"]: number for number, values in accounts.rows}
    return tuple(RowFault(row_of[one.reference], one.field, one.reason, one.reference, accounts.reader.file)
                 for one in loaded.refused)


@dataclass(slots=True)
class _Read:
    """The rows of one file that could be read, and the accounts whose rows could not."""

    rows: Rows
    broken: set[str]


def _read(file: SourceFile | None, columns: tuple[Column, ...], key: tuple[str, ...], as_of: date,
          check: Callable[[Rows, int, Values], None], tally: Tally, progress: Progress) -> _Read:
    read = _Read(Rows(RowReader(file.name if file else "", columns, as_of, tally.faults)), set())
    if file is None:
        return read
    for count, row in enumerate(rows_of(file, columns), start=1):
        tally.rows += 1
        before = len(tally.faults)
        values = read.rows.reader.read(row)
        readable = len(tally.faults) == before
        read.rows.keys.append((row.number, tuple(row.cells.get(name, "") for name in key)))
        if row.complete:  # in another row the cells may stand under other headings than their own
            check(read.rows, row.number, values)
            read.rows.every.append((row.number, values))
        if readable:
            read.rows.rows.append((row.number, values))
        if len(tally.faults) > before:
            read.broken.add(row.cells.get("account_reference", ""))
        if count % _STEP == 0:
            progress(f"read {file.name}", count, count)
    return read


def _check_together(context: ServiceContext, read: Sequence[_Read], tally: Tally) -> None:
    """Rows against each other; what is at fault joins the broken accounts."""
    accounts, statements, payments = read
    before = len(tally.faults)
    check_repeated(accounts.rows, "account_reference", "duplicate_reference")
    check_people(accounts.rows)
    for number, values in accounts.rows.every:
        if values.get("issuer") is not None and values["issuer"] not in context.policy.issuers:
            accounts.rows.fault(number, "issuer", "issuer_unknown", values["issuer"])
    # A row that could not be read still names its account: its history is not of an unknown one.
    known = {key for _, (key,) in accounts.rows.keys}
    check_history(statements.rows, known, "statement_date")
    check_history(payments.rows, known, "payment_reference")
    newest: dict[str, Values] = {}
    for _, values in statements.rows.every:
        if "account_reference" not in values or "statement_date" not in values:
            continue
        reference = values["account_reference"]
        if reference not in newest or newest[reference]["statement_date"] < values["statement_date"]:
            newest[reference] = values
    check_last_statement(accounts.rows, newest)
    faulty = {(fault.file, fault.row) for fault in tally.faults[before:]}
    for one in read:
        one.broken.update(values["account_reference"] for number, values in one.rows.rows
                          if (one.rows.reader.file, number) in faulty)


def _bundles(context: ServiceContext, read: Sequence[_Read], tally: Tally, issuer: str,
             skip_invalid: bool) -> list[AccountBundle]:
    """The accounts none of whose rows is at fault."""
    accounts, statements, payments = read
    broken = set().union(*(one.broken for one in read))
    histories: list[dict[str, list[Values]]] = []
    for one in (statements, payments):
        by_account: dict[str, list[Values]] = defaultdict(list)
        for _, values in one.rows.rows:
            by_account[values["account_reference"]].append(values)
        histories.append(by_account)
    at_fault = {fault.row for fault in tally.faults if fault.file == accounts.rows.reader.file}
    bundles = []
    for number, values in accounts.rows.rows:
        reference = values["account_reference"]
        if reference in broken:
            if skip_invalid and number not in at_fault:
                # Nothing is wrong with this row: say why it is left out, or it would vanish.
                tally.skipped["reference_repeated" if reference in accounts.broken else "history_at_fault"] += 1
            continue
        bundles.append(assemble(values, histories[0][reference], histories[1][reference], issuer,
                                context.policy.version))
    return bundles
