"""The migrations and the table definitions say the same, on both databases."""

from __future__ import annotations

import os
import subprocess
import sys
import uuid
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from core.db import migrate
from core.db.engine import make_engine
from core.db.tables import metadata


def test_migrated_schema_equals_the_table_definitions(database_url: str) -> None:
    engine = make_engine(database_url)
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection, opts={"compare_type": True}), metadata)
    engine.dispose()
    assert differences == []


def test_migrating_twice_changes_nothing(database_url: str) -> None:
    engine = make_engine(database_url)
    assert migrate.upgrade(engine) == ("0005", "0005")
    assert migrate.is_current(engine)
    engine.dispose()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgres)])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database nobody has migrated yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'empty.sqlite'}"
        return
    server, name = request.getfixturevalue("postgres_server"), f"e{uuid.uuid4().hex[:12]}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    yield server.replace("/postgres?", f"/{name}?")
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


def test_processes_that_start_together_migrate_one_after_the_other(empty_database_url: str, tmp_path: Path) -> None:
    environment = {**os.environ, "DATABASE_URL": empty_database_url, "PORTAL_DEMO": "1",
                   "PORTAL_VAR_DIR": str(tmp_path)}
    (tmp_path / "secret.key").write_text("k" * 40, encoding="ascii")
    portal = [sys.executable, "-c", "from portal.cli import main; main()", "db", "upgrade"]
    started = [subprocess.Popen(portal, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
               for _ in range(3)]
    told = sorted(process.communicate(timeout=60)[0].strip() for process in started)
    assert told == ["database at 0005", "database at 0005", "database at 0005 (was empty)"]


@pytest.mark.parametrize("statement", [
    "UPDATE audit_log SET event = 'x'", "DELETE FROM audit_log",
])
def test_audit_rows_cannot_be_changed_or_removed(database_url: str, statement: str) -> None:
    engine = make_engine(database_url)
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "INSERT INTO audit_log (sequence, at, actor_user_id, actor_role, event, object_kind, object_id, data,"
            " previous_hash, hash) VALUES (1, '2026-11-22 00:00:00', 'u', 'admin', 'e', 'k', 'o', '{}', '0', '1')")
    with pytest.raises(sa.exc.DBAPIError, match="append-only"), engine.begin() as connection:
        connection.exec_driver_sql(statement)
    engine.dispose()
