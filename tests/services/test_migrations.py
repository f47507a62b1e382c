"""The migrations and the table definitions say the same, on both databases."""

from __future__ import annotations

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
    assert migrate.upgrade(engine) == ("0001", "0001")
    assert migrate.is_current(engine)
    engine.dispose()


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
