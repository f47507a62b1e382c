"""A generated portfolio for tests of the close of day, and its books once days were closed undisturbed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from benchmarks import generated
from core import bootstrap
from core.clock import fixed
from core.services.books.digest import books_digest
from core.services.context import ServiceContext
from core.settings import Settings

OPENED = generated.AS_OF
"""The last day in the books of a portfolio made here; every day it is closed for is over."""
SECRET = "test-secret-" + "x" * 40
REPOSITORY = Path(__file__).parents[2]


def wired(url: str, today: date = OPENED + timedelta(days=60)) -> ServiceContext:
    """The services on ``url`` in the morning of ``today``."""
    settings = Settings(database_url=url, secret_key=SECRET)
    return bootstrap.start(settings, fixed(datetime(today.year, today.month, today.day, 1, tzinfo=UTC)))


def fill(context: ServiceContext, count: int, statement_day: int | None = None, variants: int = 150) -> None:
    """Write ``count`` accounts with their books, as of ``OPENED``."""
    generated.write(context, count, seed=7, statement_day=statement_day, variants=variants)


def digest(context: ServiceContext) -> str:
    """The digest of all books."""
    with context.reading() as connection:
        return books_digest(connection)


def new_sqlite(template: Path, path: Path) -> str:
    """The address of a fresh copy of the migrated ``template`` at ``path``."""
    shutil.copy(template, path)
    return f"sqlite:///{path}"


def environment(url: str) -> dict[str, str]:
    """What a command needs to work on ``url``."""
    return {**os.environ, "DATABASE_URL": url, "PORTAL_SECRET_KEY": SECRET, "PYTHONPATH": str(REPOSITORY)}


def closed_with_kills(url: str, last: date, kills: int, seconds: float, seed: int) -> dict[str, float]:
    """Close every day after ``OPENED`` up to ``last``, killing ``kills`` closes on the way (see benchmarks.killed)."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.killed", str(OPENED + timedelta(days=1)), str(last), str(kills),
         str(seconds), str(seed)], env=environment(url), cwd=REPOSITORY, capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stderr
    outcome: dict[str, float] = json.loads(done.stdout)
    return outcome
