"""``portal close-day``: bring the books of every account up to a day."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.dates import parse_day
from portal.commands.engines import AddressOption, EngineName, EngineOption, WorkersOption, choose_engine
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.services.close_day.day import ClosedDay

app = typer.Typer()

FAULTY = 1
"""Exit status when accounts are left that could not be closed."""
REFUSED = 2
"""Exit status for input that makes no sense and for an installation that is not ready; nothing was done."""
AWAY = 75
"""Exit status when the database or the workers went away (``EX_TEMPFAIL``): run it again later."""

_LINES = {"opened": "books opened", "accounts": "accounts closed", "statements": "statements",
          "late_fees": "late fees", "bucket_moves": "bucket moves", "ended": "plans, quotes and questions ended",
          "notices": "notices", "faulty": "accounts at fault"}


@app.callback(invoke_without_command=True)
def close_day(
    day: Annotated[date | None, typer.Option("--date", parser=parse_day, metavar="DATE", help="The day to close; days "
                                             "missed before it are caught up. Default: yesterday in China, the "
                                             "newest day that is over.")] = None,
    engine: EngineOption = EngineName.LOCAL,
    workers: WorkersOption = None,
    address: AddressOption = None,
) -> None:
    """Issue statements, charge late fees, move buckets, end what ran out, notify. Safe to stop and to repeat."""
    from core.domain.errors import PortalError, Unavailable
    from core.portfolio.engines import WorkersLost

    try:
        closed, seconds, waiting = _close(day, engine, workers, address)
    except Unavailable:
        typer.echo("portal: the database does not answer or is locked. What was finished is kept; run the same "
                   "command again later.", err=True)
        raise typer.Exit(AWAY) from None
    except WorkersLost as lost:
        typer.echo(f"portal: {lost}", err=True)
        raise typer.Exit(AWAY) from None
    except PortalError as refusal:
        where = f"{refusal.field}: " if refusal.field else ""
        typer.echo(f"portal: {where}{refusal}", err=True)
        raise typer.Exit(REFUSED) from None
    _tell(closed, seconds, waiting)
    if waiting:
        raise typer.Exit(FAULTY)


def _close(day: date | None, engine: EngineName, workers: int | None, address: str | None
           ) -> tuple[ClosedDay, float, int]:
    from core.batch import closing_with
    from core.domain.actor import SYSTEM
    from core.services.close_day import day as service
    from portal.commands.progress import drawn

    context = migrated_context()
    chosen = choose_engine(context, engine, workers, address)
    day = day or context.clock.today() - timedelta(days=1)
    began = time.monotonic()
    with drawn() as progress:
        closed = service.close_day(SYSTEM, context, day, progress=progress,
                                   run_batches=None if chosen is None else closing_with(context, chosen))
    return closed, time.monotonic() - began, service.waiting_accounts(context, day)


def _tell(closed: ClosedDay, seconds: float, waiting: int) -> None:
    figures = {"opened": closed.opened, **asdict(closed.tally), "ended": closed.ended}
    _log(closed, seconds, waiting, figures)
    if not any(figures.values()):
        typer.echo(f"{closed.day} was closed already; nothing was left to do")
        return
    typer.echo(f"closed {closed.day} in {seconds:.1f} s")
    for name, line in _LINES.items():
        typer.echo(f"  {line:34}{figures[name]:>12,}")
    if waiting:
        typer.echo(f"portal: {waiting:,} accounts could not be closed and were left as they are; "
                   "the log names each. `portal ledger verify` shows what is wrong.", err=True)


def _log(closed: ClosedDay, seconds: float, waiting: int, figures: dict[str, int]) -> None:
    """One line for whoever watches: the counts, the time, what is left."""
    import structlog

    from portal.web.logs import set_up_logs

    if sys.stderr.isatty():
        return  # a person reads the summary
    set_up_logs(as_json=True, to=sys.stderr)
    structlog.get_logger(__name__).info(event="day_closed", day=closed.day.isoformat(), seconds=round(seconds, 3),
                                        waiting=waiting, **figures)
