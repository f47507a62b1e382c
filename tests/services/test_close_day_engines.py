"""``portal close-day`` as it is run: twice at once, in many processes, on a cluster that loses a worker."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from core.db.tables.accounts import accounts
from core.db.tables.books import account_books, closed_days
from core.services.close_day.day import waiting_accounts
from core.services.context import ServiceContext
from core.services.records import first_broken_link
from tests.browser.installation import PORTAL
from tests.services.portfolios import OPENED, REPOSITORY, digest, environment, fill, new_sqlite, wired

ACCOUNTS = 1_600
"""Four batches, all on one statement day."""
DAY = OPENED + timedelta(days=1)


@pytest.fixture(scope="module")
def closed_here(sqlite_template: Path, tmp_path_factory: pytest.TempPathFactory) -> str:
    """The digest of the portfolio closed in one process."""
    url = new_sqlite(sqlite_template, tmp_path_factory.mktemp("here") / "portal.sqlite")
    context = wired(url)
    fill(context, ACCOUNTS, DAY.day, variants=60)
    assert close_day(url).returncode == 0
    found = digest(context)
    context.engine.dispose()
    return found


@pytest.fixture
def portfolio(database_url: str) -> Iterator[ServiceContext]:
    context = wired(database_url)
    fill(context, ACCOUNTS, DAY.day, variants=60)
    yield context
    context.engine.dispose()


@pytest.fixture
def on_postgres(postgres_url: str) -> Iterator[ServiceContext]:
    context = wired(postgres_url)
    fill(context, ACCOUNTS, DAY.day, variants=60)
    yield context
    context.engine.dispose()


def begin_close(url: str, *options: str) -> subprocess.Popen[str]:
    return subprocess.Popen([str(PORTAL), "close-day", "--date", str(DAY), *options], env=environment(url),
                            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def close_day(url: str, *options: str) -> subprocess.CompletedProcess[str]:
    with begin_close(url, *options) as process:
        out, err = process.communicate(timeout=120)
    return subprocess.CompletedProcess(process.args, process.returncode, out, err)


def address(context: ServiceContext) -> str:
    return context.engine.url.render_as_string(hide_password=False)


def soundly_closed(context: ServiceContext) -> bool:
    with context.reading() as connection:
        return waiting_accounts(context, DAY) == 0 and first_broken_link(connection) is None


def moved_on(context: ServiceContext) -> int:
    with context.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(account_books).where(
            account_books.c.next_event_date > DAY)).scalar_one()


def wait_until(holds: Callable[[], bool], seconds: float = 60) -> None:
    ends = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.02)


def test_the_summary_counts_what_was_done_and_the_log_line_says_it_to_machines(
        portfolio: ServiceContext) -> None:
    done = close_day(address(portfolio))
    assert done.returncode == 0, done.stderr
    assert f"closed {DAY}" in done.stdout
    assert f"{ACCOUNTS:,}" in done.stdout
    line = json.loads(done.stderr.splitlines()[-1])
    assert (line["event"], line["accounts"], line["statements"], line["faulty"], line["waiting"]) == (
        "day_closed", ACCOUNTS, ACCOUNTS, 0, 0)
    again = close_day(address(portfolio))
    assert again.stdout == f"{DAY} was closed already; nothing was left to do\n"


def test_accounts_at_fault_are_exit_status_1(sqlite_url: str) -> None:
    portfolio = wired(sqlite_url)
    fill(portfolio, 60, DAY.day, variants=60)
    with portfolio.writing() as connection:
        connection.execute(accounts.update().where(accounts.c.id == sa.select(
            sa.func.min(accounts.c.id)).scalar_subquery()).values(principal_minor=accounts.c.principal_minor + 1))
    done = close_day(sqlite_url)
    assert done.returncode == 1
    assert "1 account could not be closed" in done.stderr
    assert moved_on(portfolio) == 60 - 1
    portfolio.engine.dispose()


@pytest.mark.parametrize(("options", "field"), [
    (("--date", "2999-01-01"), "date"), (("--address", "tcp://127.0.0.1:8786"), "address"),
    (("--workers", "2"), "workers"), (("--engine", "dask"), "address"),
    (("--engine", "dask", "--address", "tcp://127.0.0.1:8786"), "engine")])
def test_what_makes_no_sense_on_sqlite_is_exit_status_2_and_named(
        sqlite_url: str, options: tuple[str, ...], field: str) -> None:
    done = close_day(sqlite_url, *options)
    assert done.returncode == 2
    assert done.stderr.startswith(f"portal: {field}: ")
    assert "Traceback" not in done.stderr


def test_a_database_that_is_away_is_exit_status_75() -> None:
    done = close_day("postgresql://nobody@127.0.0.1:1/nothing")
    assert done.returncode == 75
    assert done.stderr.count("\n") == 1
    assert done.stderr.startswith("portal: the database does not answer or is locked (connection failed: ")
    assert done.stderr.endswith("What was finished is kept; run the same command again later.\n")


def test_two_closes_at_once_do_no_harm(portfolio: ServiceContext, closed_here: str) -> None:
    both = [begin_close(address(portfolio)) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert digest(portfolio) == closed_here
    assert soundly_closed(portfolio)
    with portfolio.reading() as connection:
        summary = connection.execute(sa.select(closed_days.c.summary).where(closed_days.c.day == DAY)).scalar_one()
    assert (summary["accounts"], summary["statements"]) == (ACCOUNTS, ACCOUNTS)


def test_two_runs_at_once_open_books_once(portfolio: ServiceContext) -> None:
    with portfolio.writing() as connection:
        connection.execute(account_books.delete())
    both = [begin_close(address(portfolio)) for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    with portfolio.reading() as connection:
        assert connection.execute(sa.select(sa.func.count()).select_from(account_books)).scalar_one() == ACCOUNTS
    assert soundly_closed(portfolio)


@pytest.mark.postgres
def test_closing_in_processes_comes_to_the_same(on_postgres: ServiceContext, closed_here: str) -> None:
    done = close_day(address(on_postgres), "--workers", "2")
    assert done.returncode == 0, done.stderr
    assert digest(on_postgres) == closed_here
    assert soundly_closed(on_postgres)


@pytest.mark.postgres
def test_verification_in_processes_finds_what_one_process_finds(on_postgres: ServiceContext) -> None:
    assert close_day(address(on_postgres), "--workers", "1").returncode == 0

    def verify(workers: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run([str(PORTAL), "ledger", "verify", "--replay", "--workers", workers], text=True,
                              env=environment(address(on_postgres)), capture_output=True, timeout=120, check=False)

    sound = [verify(workers) for workers in ("1", "2")]
    assert [one.returncode for one in sound] == [0, 0], sound
    assert sound[0].stdout == sound[1].stdout
    with on_postgres.writing() as connection:
        some = sa.select(accounts.c.id).order_by(accounts.c.id.desc()).limit(1_200)
        connection.execute(accounts.update().where(accounts.c.id.in_(some)).values(
            principal_minor=accounts.c.principal_minor + 1))
    broken = [verify(workers) for workers in ("1", "2")]
    assert [one.returncode for one in broken] == [1, 1]
    assert broken[0].stdout == broken[1].stdout
    assert "1,200 accounts at fault" in broken[0].stdout


def test_the_digest_of_the_books_is_one_line(sqlite_url: str) -> None:
    context = wired(sqlite_url)
    fill(context, 30, variants=30)
    done = subprocess.run([str(PORTAL), "ledger", "digest"], env=environment(sqlite_url), capture_output=True,
                          text=True, timeout=60, check=True)
    assert done.stdout == f"{digest(context)}\n"
    context.engine.dispose()


@contextmanager
def cluster(folder: Path, url: str) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """A Dask scheduler and two workers on this machine: the scheduler's address and the workers."""
    found = folder / "scheduler.json"
    with (folder / "cluster.log").open("wb") as log:
        def start(*words: str) -> subprocess.Popen[bytes]:
            return subprocess.Popen([sys.executable, "-m", "distributed.cli.dask_" + words[0], *words[1:],
                                     "--scheduler-file", str(found), "--no-dashboard"],
                                    env=environment(url), cwd=REPOSITORY, stdout=log, stderr=log)

        scheduler = start("scheduler", "--host", "127.0.0.1", "--port", "0")
        workers = [start("worker", "--no-nanny", "--nthreads", "1", "--host", "127.0.0.1", "--local-directory",
                         str(folder), "--death-timeout", "30") for _ in range(2)]
        try:
            wait_until(lambda: found.exists() and bool(found.read_text("utf-8")))
            yield json.loads(found.read_text("utf-8"))["address"], workers
        finally:
            for process in (*workers, scheduler):
                process.kill()
            for process in (*workers, scheduler):
                process.wait(30)


@pytest.mark.postgres
def test_a_cluster_that_loses_a_worker_comes_to_the_same(
        on_postgres: ServiceContext, closed_here: str, tmp_path: Path) -> None:
    with cluster(tmp_path, address(on_postgres)) as (scheduler, workers):
        wait_until(lambda: (tmp_path / "cluster.log").read_text("utf-8").count("Registered to") >= 2)
        with begin_close(address(on_postgres), "--engine", "dask", "--address", scheduler) as process:
            wait_until(lambda: moved_on(on_postgres) > 0)
            workers[0].send_signal(signal.SIGKILL)
            assert moved_on(on_postgres) < ACCOUNTS
            _, said = process.communicate(timeout=120)
        assert process.returncode == 0, said
    assert digest(on_postgres) == closed_here
    assert soundly_closed(on_postgres)
