"""``portal close-day``: bring the books of every account up to a day."""

from __future__ import annotations

import sys
import time
from dataclasses import asdict
from datetime import date, timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from portal.commands.counting import counted
from portal.commands.dates import parse_day
from portal.commands.engines import AddressOption, EngineName, EngineOption, WorkersOption, choose_engine
from portal.commands.wiring import migrated_context

if TYPE_CHECKING:
    from core.services.close_day.day import ClosedDay

app = typer.Typer()

FAULTY = 1
"""Exit status when accounts are left that could not be closed; others in ``portal.commands.failures``."""

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
    from core.batch import closing_with
    from core.domain.actor import SYSTEM
    from core.services.close_day import day as service
    from portal.commands.progress import drawn

    context = migrated_context()
    day = _over(day, context.clock.today())
    chosen = choose_engine(context, engine, workers, address)
    known = service.last_closed_day(context)
    began = time.monotonic()
    with drawn() as progress:
        closed = service.close_day(SYSTEM, context, day, progress=progress,
                                   run_batches=None if chosen is None else closing_with(context, chosen))
    waiting = service.waiting_accounts(context, day)
    _tell(closed, time.monotonic() - began, waiting, again=known is not None and day <= known)
    if waiting:
        raise typer.Exit(FAULTY)


def _over(day: date | None, today: date) -> date:
    """The day to close. Today's payments are still to come: a day is closed when it is over."""
    from core.domain.errors import InvalidInput

    newest = today - timedelta(days=1)
    if day is not None and day > newest:
        raise InvalidInput("day_not_over", f"{day} is not over yet in China: the newest day to close is {newest}",
                           field="date")
    return day or newest


def _tell(closed: ClosedDay, seconds: float, waiting: int, *, again: bool) -> None:
    figures = {"opened": closed.opened, **asdict(closed.tally), "ended": closed.ended}
    _log(closed, seconds, waiting, figures)
    if again and not any(figures.values()):
        typer.echo(f"{closed.day} was closed already; nothing was left to do")
        return
    typer.echo(f"closed {closed.day} in {seconds:.1f} s")
    for name, line in _LINES.items():
        typer.echo(f"  {line:34}{figures[name]:>12,}")
    if waiting:
        typer.echo(f"portal: {counted(waiting, 'account')} could not be closed and left as found; "
                   "the log names each. `portal ledger verify` shows what is wrong.", err=True)


def _log(closed: ClosedDay, seconds: float, waiting: int, figures: dict[str, int]) -> None:
    """One line for whoever watches: the counts, the time, what is left."""
    import structlog

    from portal.web.logs import set_up_logs

    if sys.stderr.isatty():
        return  # a person reads the summary
    set_up_logs(as_json=True, to_errors=True)
    structlog.get_logger(__name__).info(event="day_closed", day=closed.day.isoformat(), seconds=round(seconds, 3),
                                        waiting=waiting, **figures)
