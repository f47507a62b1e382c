"""``portal export``: accounts, masked, and the request statistics, to CSV or Parquet."""

from __future__ import annotations

import io
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.dates import parse_day
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.domain.quarter import Quarter

app = typer.Typer(no_args_is_help=True)


@app.command()
def accounts(
    file: Annotated[Path, typer.Argument(help="Where to write: .csv or .parquet.")],
    as_of: Annotated[date | None, typer.Option("--as-of", parser=parse_day, metavar="DATE",
                                               help="The day interest and days past due are worked out for. "
                                                    "Default: today.")] = None,
    unmask: Annotated[str | None, typer.Option(metavar="REASON", help="Write names and phones in full; the reason "
                                               "is kept in the audit log.")] = None,
) -> None:
    """Write every account with its balances; names and phones are masked."""
    from core.domain.actor import SYSTEM
    from core.domain.errors import InvalidInput
    from core.services.export_files import write_accounts
    from core.services.exporting import COLUMNS, Unmasking, export_accounts
    from portal.commands.progress import drawn

    context = migrated_context()
    today = context.clock.today()
    if as_of is not None and as_of > today:
        raise InvalidInput("as_of_in_future", f"accounts cannot be told for a future day; today is {today} in China",
                           field="as_of")
    with drawn() as progress:
        rows = export_accounts(SYSTEM, context, as_of or today, progress=progress,
                               unmasking=None if unmask is None else Unmasking(unmask))
        count = write_accounts(file, COLUMNS, rows)
    typer.echo(f"{counted(count, 'account')} written to {file}" + ("" if unmask is None else ", unmasked"))


@app.command()
def statistics(
    file: Annotated[Path, typer.Argument(help="Where to write: .csv or .parquet.")],
    quarter: Annotated[str | None, typer.Option(metavar="QUARTER", help="Such as 2026-Q4. Default: the newest with "
                                                "requests.")] = None,
    language: Annotated[str, typer.Option(help="zh_CN or en.")] = "en",
) -> None:
    """Write the request statistics of a quarter as the page shows them: no persons, small counts hidden."""
    import pandas as pd

    from core.domain.actor import SYSTEM, Actor, Role
    from core.domain.errors import InvalidInput
    from core.services.statistics import reporting_periods, request_statistics
    from portal.components.statistics_tables import csv
    from portal.i18n import LOCALES

    if language not in LOCALES:
        raise typer.BadParameter(f"one of {', '.join(LOCALES)}", param_hint="--language")
    if file.suffix.lower() not in (".csv", ".parquet"):
        raise InvalidInput("format_unknown", "files end in .csv or .parquet", field="file")
    if not file.parent.is_dir():
        raise InvalidInput("folder_missing", f"there is no folder {file.parent}", field="file")
    context = migrated_context()
    reader = Actor(SYSTEM.user_id, Role.STAFF)  # no more than a person of the staff may see
    today = context.clock.today()
    period = _chosen(quarter, reporting_periods(reader, context, today))
    content = csv(request_statistics(reader, context, period, today), language)
    if file.suffix.lower() == ".csv":
        file.write_bytes(content)
    else:
        pd.read_csv(io.BytesIO(content), dtype=str, keep_default_na=False).to_parquet(file, index=False)
    typer.echo(f"request statistics of {period.code} written to {file}")


def _chosen(quarter: str | None, periods: tuple[Quarter, ...]) -> Quarter:
    if quarter is None:
        return periods[0]
    found = next((period for period in periods if period.code == quarter), None)
    if found is None:
        known = ", ".join(period.code for period in periods)
        raise typer.BadParameter(f"requests there are in {known}", param_hint="--quarter")
    return found
