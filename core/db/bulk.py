"""Many rows at once, as fast as each database takes them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa

from core.domain.errors import Unavailable


def insert_many(connection: sa.Connection, table: sa.Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert ``rows`` that all have the same columns, inside the caller's transaction.

    PostgreSQL reads them as ``COPY``, a tenth of the time of single inserts; its values are bound as they
    are, so JSON columns are not for this. Raises ``Unavailable`` when the database goes away.
    """
    if not rows:
        return
    if connection.dialect.name != "postgresql":
        connection.execute(table.insert(), list(rows))
        return
    import psycopg
    from psycopg import sql

    names = list(rows[0])
    statement = sql.SQL("COPY {} ({}) FROM STDIN").format(
        sql.Identifier(table.name), sql.SQL(", ").join(map(sql.Identifier, names)))
    driver: Any = connection.connection.driver_connection
    try:
        with driver.cursor() as cursor, cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([row[name] for name in names])
    except psycopg.OperationalError as gone:
        raise Unavailable(type(gone).__name__) from gone


def refresh_estimates(connection: sa.Connection, tables: Sequence[sa.Table]) -> None:
    """Tell PostgreSQL's planner what has just been written; it would plan for empty tables otherwise."""
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.execute(sa.text(f"ANALYZE {table.name}"))
