"""Engines and transactions that mean the same on SQLite and PostgreSQL.

SQLite's driver would start transactions late and without a write lock; two writers could then read
the same row and one would fail at commit. Here a write transaction takes the lock first
(``BEGIN IMMEDIATE``), which on PostgreSQL is the job of row locks and conditional updates.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError

from core.domain.errors import Unavailable

BUSY_TIMEOUT_MS = 5_000
"""How long a writer waits for another before the user is told to try again."""


def make_engine(url: str) -> sa.Engine:
    """An engine for ``url`` with the settings this product needs."""
    parsed = sa.make_url(url)
    if parsed.get_backend_name() == "sqlite":
        if parsed.database and parsed.database != ":memory:":
            _make_private(Path(parsed.database))
        engine = sa.create_engine(url, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, hide_parameters=True)
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)
        return engine
    return sa.create_engine(url, pool_pre_ping=True, pool_size=10, max_overflow=20, pool_timeout=5,
                            hide_parameters=True,  # they hold names and words of people; errors are logged
                            connect_args={"connect_timeout": 5,
                                          "options": "-c lock_timeout=5000 -c timezone=UTC"})


def _make_private(path: Path) -> None:
    """A database file, and its folder if it is new, for their owner only.

    SQLite gives new side files the mode of the database; those that are there are closed with it.
    """
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        path.touch(mode=0o600)
    for file in (path, *(path.with_name(path.name + ending) for ending in ("-wal", "-shm"))):
        with suppress(PermissionError, FileNotFoundError):  # somebody else's file: its owner decides
            if file.stat().st_mode & 0o077:
                file.chmod(0o600)


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    connection.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = connection.cursor()
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "foreign_keys=ON", f"busy_timeout={BUSY_TIMEOUT_MS}"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: sa.Connection) -> None:
    write = connection.get_execution_options().get("portal_write", False)
    connection.exec_driver_sql("BEGIN IMMEDIATE" if write else "BEGIN")


@contextmanager
def reading(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A read transaction: one consistent picture, nothing kept.

    SQLite's is one by itself. PostgreSQL would look anew for each query, and a balance read before somebody's
    commit would be held against entries read after it.
    """
    with _typed_failures(), engine.connect() as plain:
        postgresql = engine.dialect.name == "postgresql"
        connection = plain.execution_options(isolation_level="REPEATABLE READ") if postgresql else plain
        try:
            yield connection
        finally:
            connection.rollback()


@contextmanager
def writing(engine: sa.Engine) -> Iterator[sa.Connection]:
    """A write transaction: all of it at the end of the block, or nothing."""
    with _typed_failures(), engine.connect() as plain:
        connection = plain.execution_options(portal_write=True)
        with connection.begin():
            yield connection


@contextmanager
def _typed_failures() -> Iterator[None]:
    """A locked or lost database becomes ``Unavailable``; mistakes of ours stay what they are."""
    try:
        yield
    except (OperationalError, InterfaceError, sa.exc.TimeoutError) as failure:
        if isinstance(failure, OperationalError) and "no such" in str(failure.orig):
            raise  # a missing table is a programming or migration error, not an outage
        raise Unavailable(type(failure).__name__) from failure
    except DBAPIError as failure:
        if failure.connection_invalidated:
            raise Unavailable(type(failure).__name__) from failure
        raise
