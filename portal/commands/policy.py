"""``portal policy``: what every policy number is, on which date, from where; and whether files are sound."""

from __future__ import annotations

import os
import sys
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Column, Table

from core.clock import Clock
from core.policy.text import allowed_text, value_text
from portal.commands.counting import counted

if TYPE_CHECKING:
    from core.policy.book import PolicyBook
    from core.policy.model import DatedValue, Parameter, Source

app = typer.Typer(no_args_is_help=True)

_LEGEND = ("found: read in the reference named, mostly a copy or a quotation; memory: not confirmed; design: a default "
           "of this product. Confidence (high, medium, low) is in the value; have counsel check it with the original.")

Directory = Annotated[Path | None, typer.Option("--dir", envvar="PORTAL_POLICY_DIR", exists=True, file_okay=False,
                                                help="A folder of policy files instead of the shipped ones.")]


@app.command()
def show(
    parameter: Annotated[str, typer.Argument(help="A name, or its beginning, such as late_fee.")] = "",
    on: Annotated[datetime | None, typer.Option(formats=["%Y-%m-%d"],
                                                help="The values in force on a date. Default: today.")] = None,
    issuer: Annotated[str, typer.Option(help="The issuer profile.")] = "standard",
    directory: Directory = None,
) -> None:
    """Show values with unit, range, source and confidence; one parameter alone shows its history."""
    from core.policy.book import PolicyBook

    book = PolicyBook.load(directory)
    found = [one for one in book.parameters(issuer) if one.name == parameter]
    found = found or [one for one in book.parameters(issuer) if one.name.startswith(parameter)]
    if not found:
        typer.echo(f"no policy parameter is called {parameter}", err=True)
        raise typer.Exit(1)
    # In a pipe there is no width to fit; a wide one keeps a line per value where it can.
    console = Console() if sys.stdout.isatty() else Console(width=int(os.environ.get("COLUMNS", "200")))
    if len(found) == 1 and on is None:
        _history(console, found[0])
    else:
        _in_force(console, book, found, on.date() if on else Clock().today(), issuer)
    console.print(_LEGEND, style="dim")


@app.command()
def validate(
    path: Annotated[Path | None, typer.Argument(
        metavar="FILE_OR_DIR", exists=True, help="Policy files to check; without it, the shipped ones.")] = None,
) -> None:
    """Report every fault with its file and line; exit 1 if there is one."""
    from core.policy.book import SHIPPED
    from core.policy.loader import read_path

    files = read_path(path or SHIPPED)
    for fault in files.faults:
        typer.echo(str(fault))
    if files.faults:
        typer.echo(counted(len(files.faults), "fault"), err=True)
        raise typer.Exit(1)
    typer.echo(f"{counted(len(files.parameters), 'parameter')}, {counted(len(files.issuers), 'issuer profile')}: sound")


def _history(console: Console, parameter: Parameter) -> None:
    console.print(f"[bold]{parameter.name}[/bold]  {parameter.title}  {parameter.chinese}")
    console.print(f"unit {parameter.unit}; allowed {allowed_text(parameter.allowed, parameter.unit) or 'any'}")
    table = _table("from", "value", "source", "status", "confidence", "note")
    for dated in parameter.values:
        table.add_row(dated.from_date.isoformat(), _value(dated, parameter), *_source(dated.source), escape(dated.note))
    console.print(table)


def _in_force(console: Console, book: PolicyBook, found: list[Parameter], on: date, issuer: str) -> None:
    table = _table("parameter", "value", "unit", "from", "source", "status", "confidence",
                   title=f"policy {book.version} of {issuer}: values in force on {on} (newest: {book.newest_date})")
    for parameter in found:
        dated = next((one for one in reversed(parameter.values) if one.from_date <= on), None)
        if dated is None:
            first = parameter.values[0].from_date
            table.add_row(parameter.name, "[dim]not yet[/dim]", str(parameter.unit), str(first), "", "", "")
        else:
            table.add_row(parameter.name, _value(dated, parameter), str(parameter.unit),
                          dated.from_date.isoformat(), *_source(dated.source))
    console.print(table)


def _table(*columns: str, title: str | None = None) -> Table:
    """Long values fold instead of losing their end."""
    return Table(*(Column(name, overflow="fold") for name in columns), title=title)


def _value(dated: DatedValue, parameter: Parameter) -> str:
    return "[dim]none[/dim]" if dated.value is None else escape(value_text(dated.value, parameter.unit))


def _source(source: Source) -> tuple[str, str, str]:
    status = f"[yellow]{source.status}, unconfirmed[/yellow]" if source.unconfirmed else str(source.status)
    return escape(f"{source.title} ({source.reference})"), status, str(source.confidence)
