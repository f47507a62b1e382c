"""The kill test in full: ``python -m benchmarks close-day-kill [ACCOUNTS [KILLS]]``.

Three weeks of closes over 10,000 accounts, ended by SIGKILL at 50 random points and started again each time;
then the same on PostgreSQL while its server, too, is shut down without notice and started again under the
close. The books must be those of an undisturbed run, byte by byte.
"""

from __future__ import annotations

import json
import os
import random
import secrets
import signal
import subprocess
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from benchmarks import generated
from benchmarks.close_day import Server, database, postgres
from benchmarks.report import Row, none_of
from core import bootstrap
from core.services.books.digest import books_digest
from core.settings import Settings

ACCOUNTS, KILLS = 10_000, 50
FIRST = generated.AS_OF + timedelta(days=1)
LAST = generated.AS_OF + timedelta(days=21)
SECONDS_BETWEEN_RESTARTS = (1.0, 4.0)
SEED = 20261122
_SECRET = secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Run:
    """What a run left behind and what it went through."""

    digest: str
    seconds: float
    kills: int
    away: int
    restarts: int


def measure(accounts: int = ACCOUNTS, kills: int = KILLS) -> list[Row]:
    """Undisturbed, killed, and killed with the server restarted."""
    with tempfile.TemporaryDirectory() as folder:
        wanted = _run(f"sqlite:///{folder}/undisturbed.sqlite", accounts)
        killed = _run(f"sqlite:///{folder}/killed.sqlite", accounts, kills, wanted.seconds)
    with tempfile.TemporaryDirectory(prefix="pg") as folder, postgres(Path(folder)) as server, \
            database(server, "killed") as url:
        restarted = _run(url, accounts, kills, 3 * wanted.seconds, server)
    rows = []
    for run, where in ((killed, "SQLite"), (restarted, "PostgreSQL")):
        print(f"{where}: {run}", flush=True)
        after = f", the server restarted {run.restarts} times" if run.restarts else ""
        rows.append(none_of(
            f"books that differ after a close killed {run.kills} times{after}, {accounts:,} accounts on {where}",
            int(run.digest != wanted.digest), "of 1"))
        assert run.kills >= kills, "the work was over before the kills were"
    return rows


def _run(url: str, accounts: int, kills: int = 0, seconds: float = 0.0, server: Server | None = None) -> Run:
    context = bootstrap.start(Settings(database_url=url, secret_key=_SECRET))
    bootstrap.upgrade_database(context)
    generated.write(context, accounts)
    command = [sys.executable, "-m", "benchmarks.killed", str(FIRST), str(LAST), str(kills), str(seconds), str(SEED)]
    environment = os.environ | {"DATABASE_URL": url, "PORTAL_SECRET_KEY": _SECRET}
    restarts = 0
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        if server is not None:
            context.engine.dispose()
            restarts = _restart_until_over(server, process)
        out, _ = process.communicate()
    assert process.returncode == 0, "the close failed"
    outcome = json.loads(out)
    with context.reading() as connection:
        digest = books_digest(connection)
    context.engine.dispose()
    return Run(digest, outcome["seconds"], outcome["kills"], outcome["away"], restarts)


def _restart_until_over(server: Server, process: subprocess.Popen[str]) -> int:
    """Shut the server down at once, as a failing machine would, and start it again, until ``process`` is over."""
    chance, restarts = random.Random(SEED), 0
    while True:
        with suppress(subprocess.TimeoutExpired):
            process.wait(chance.uniform(*SECONDS_BETWEEN_RESTARTS))
            return restarts
        postmaster = server.running.get_pid()
        os.kill(postmaster, signal.SIGQUIT)
        while Path(f"/proc/{postmaster}").exists():
            time.sleep(0.01)
        server.running.ensure_postgres_running()
        restarts += 1
