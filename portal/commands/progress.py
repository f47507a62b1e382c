"""A bar for work that takes long: drawn on a terminal, silent everywhere else."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from core.services.progress import Progress, quiet

_PATIENCE_SECONDS = 1.0


@contextmanager
def drawn() -> Iterator[Progress]:
    """Progress as a bar on the terminal, once the work has taken a second; nothing when nobody looks."""
    if not sys.stderr.isatty():
        yield quiet
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeRemainingColumn
    from rich.progress import Progress as Bar

    bar = Bar(TextColumn("{task.description:<12}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
              console=Console(stderr=True), transient=True)
    started, tasks = time.monotonic(), {}

    def draw(stage: str, done: int, total: int) -> None:
        if stage not in tasks:
            tasks[stage] = bar.add_task(stage, total=total)
        bar.update(tasks[stage], completed=done, total=total)
        if time.monotonic() - started > _PATIENCE_SECONDS:
            bar.start()

    try:
        yield draw
    finally:
        bar.stop()
