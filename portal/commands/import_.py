"""``portal import``: accounts, statements and payments from files, each row answered for."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.dates import parse_day
from portal.commands.import_words import words

if TYPE_CHECKING:
    from core.services.importing.bank.load import BankReport
    from core.services.importing.report import RowFault
    from core.services.importing.uci.load import UciReport

app = typer.Typer(no_args_is_help=True)

_SHOWN_FAULTS = 50


class Encoding(StrEnum):
    """How a CSV file is written; Excel on Chinese Windows writes the second."""

    UTF8 = "utf-8"
    GB18030 = "gb18030"


def _rate(text: str) -> Decimal:
    try:
        return Decimal(text)
    except InvalidOperation:
        raise typer.BadParameter("a rate looks like 0.22") from None


@app.command("uci-card-clients")
def uci_card_clients(
    file: Annotated[Path, typer.Argument(help="The CSV of the public data set of 30,000 card clients.")],
    as_of: Annotated[date | None, typer.Option(
        "--as-of", parser=parse_day, metavar="DATE",
        help="The day the newest statement (September 2005) is brought up to. Default: today, or the day of an "
             "earlier import of the same file.")] = None,
    fx: Annotated[Decimal, typer.Option(parser=_rate, metavar="RATE",
                                        help="CNY per NT dollar; a convenience, not a quote.")] = Decimal("0.22"),
    issuer: Annotated[str | None, typer.Option(metavar="PROFILE", help="Issuer profile of the policy.")] = None,
) -> None:
    """Import the late accounts of the public data set as this bank's portfolio (docs/importing.md)."""
    from core.domain.actor import SYSTEM
    from core.services.importing.reading import read_bytes
    from core.services.importing.uci.load import import_uci_card_clients
    from portal.commands.progress import drawn
    from portal.commands.wiring import migrated_context

    context = migrated_context()
    with drawn() as progress:
        report = import_uci_card_clients(SYSTEM, context, read_bytes(file), as_of=as_of, fx=fx, issuer=issuer,
                                         progress=progress)
    _print_uci(report, fx)
    if report.tally.rejected_rows or report.loaded.refused:
        raise typer.Exit(1)


@app.command()
def accounts(
    file: Annotated[Path, typer.Argument(help="Accounts, .csv or .parquet; columns in docs/importing.md.")],
    statements: Annotated[Path | None, typer.Option(help="Their statements.")] = None,
    payments: Annotated[Path | None, typer.Option(help="Their payments.")] = None,
    as_of: Annotated[date | None, typer.Option("--as-of", parser=parse_day, metavar="DATE",
                                               help="The day the balances stand at. Default: today.")] = None,
    issuer: Annotated[str | None, typer.Option(metavar="PROFILE",
                                               help="Issuer profile of rows that name none.")] = None,
    encoding: Annotated[Encoding, typer.Option(help="Encoding of CSV files.")] = Encoding.UTF8,
    skip_invalid: Annotated[bool, typer.Option("--skip-invalid", help="Import the accounts without faults "
                                               "and leave out the others.")] = False,
) -> None:
    """Import the bank's own accounts: all faults of all files at once, nothing half-imported."""
    from core.domain.actor import SYSTEM
    from core.services.importing.bank.load import import_accounts
    from core.services.importing.bank.tables import SourceFile
    from core.services.importing.reading import read_bytes
    from portal.commands.progress import drawn
    from portal.commands.wiring import migrated_context

    def source(path: Path | None) -> SourceFile | None:
        return None if path is None else SourceFile(path.name, read_bytes(path), encoding.value)

    context = migrated_context()
    main = SourceFile(file.name, read_bytes(file), encoding.value)
    with drawn() as progress:
        report = import_accounts(SYSTEM, context, main, statements=source(statements), payments=source(payments),
                                 as_of=as_of, issuer=issuer, skip_invalid=skip_invalid, progress=progress)
    _print_bank(report)
    if not report.clean:
        raise typer.Exit(1)


def _print_bank(report: BankReport) -> None:
    typer.echo(f"{counted(report.tally.rows, 'row')} read; balances as of {report.as_of}")
    print_faults(report.tally.faults)
    loaded = report.loaded
    if loaded is None:
        typer.echo(f"nothing imported: {counted(report.tally.rejected_rows, 'row')} at fault "
                   "(mend them, or --skip-invalid)")
        return
    _print_counts("rejected", report.tally.rejected)
    _print_counts("skipped", report.tally.skipped)
    print_faults(list(report.refused))
    if loaded.import_id is None and loaded.refused:
        contradict = "account contradicts" if len(loaded.refused) == 1 else "accounts contradict"
        typer.echo(f"nothing imported: {len(loaded.refused):,} {contradict} what is known")
        return
    typer.echo(f"{counted(loaded.imported, 'account')} imported, {loaded.extended:,} extended, "
               f"{loaded.unchanged:,} unchanged")
    typer.echo(f"balances of the accounts read: {_yuan(report.balance_minor)} yuan, "
               "equal to the sum of their ledgers")


def _print_uci(report: UciReport, fx: Decimal) -> None:
    tally, loaded = report.tally, report.loaded
    earlier = ", as when this file was first imported" if report.placed_as_before else ""
    typer.echo(f"{counted(tally.rows, 'row')} read; newest statements placed up to {report.as_of}{earlier}")
    if loaded.import_id is None and loaded.unchanged and not loaded.refused:
        typer.echo(f"{counted(loaded.unchanged, 'account')} known with these very values: nothing to change")
    else:
        typer.echo(f"{counted(loaded.imported, 'account')} imported, {loaded.extended:,} extended, "
                   f"{loaded.unchanged:,} unchanged")
    _print_counts("skipped", tally.skipped)
    refused: dict[str, int] = {}
    for one in loaded.refused:
        refused[one.reason] = refused.get(one.reason, 0) + 1
    _print_counts("rejected", {**tally.rejected, **refused})
    _print_counts("imported with an oddity", tally.observed)
    print_faults(tally.faults)
    typer.echo(f"\nreconciliation at {fx} CNY per NT dollar, every figure of the file rounded by itself, yuan")
    typer.echo(f"  {'':26}{'file':>18}{'database':>18}{'difference':>12}")
    for name in ("bills", "payments", "latest_balances"):
        in_file = getattr(report.file_totals, f"{name}_minor")
        stored = getattr(report.stored_totals, f"{name}_minor")
        typer.echo(f"  {name.replace('_', ' '):26}{_yuan(in_file):>18}{_yuan(stored):>18}{_yuan(stored - in_file):>12}")
    typer.echo(f"  bills in NT dollars {report.twd_bills:,.2f}, times {fx} is {report.twd_bills * fx:,.2f} "
               "before rounding figure by figure")


def _print_counts(title: str, counts: Mapping[str, int]) -> None:
    if not counts:
        return
    typer.echo(f"{title}:")
    for code, count in sorted(counts.items(), key=lambda item: -item[1]):
        typer.echo(f"  {count:>7,}  {code}: {words(code)}")


def print_faults(faults: list[RowFault]) -> None:
    """Every faulty cell with row and column, the first fifty of them."""
    for fault in faults[:_SHOWN_FAULTS]:
        place = f"{fault.file + ' ' if fault.file else ''}row {fault.row}"
        place += f", column {fault.column}" if fault.column else ""
        found = f" ({fault.detail})" if fault.detail else ""
        typer.echo(f"  {place}: {fault.code}: {words(fault.code)}{found}", err=True)
    if len(faults) > _SHOWN_FAULTS:
        typer.echo(f"  and {len(faults) - _SHOWN_FAULTS:,} more", err=True)


def _yuan(amount_minor: int) -> str:
    sign = "-" if amount_minor < 0 else ""
    yuan, fen = divmod(abs(amount_minor), 100)
    return f"{sign}{yuan:,}.{fen:02d}"
