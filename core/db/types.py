"""Column types that mean the same on SQLite and PostgreSQL."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql
from sqlalchemy.engine import Dialect

ID_LENGTH = 22


def new_id() -> str:
    """A random public identifier (22 letters and digits, about 127 bits): never sequential.

    No dash and no underscore: a command would take an identifier that begins with a dash for an option, and two
    dashes in a row become one long dash on a page, where nobody could copy it from any more.
    """
    while not (made := secrets.token_urlsafe(16)).isalnum():
        pass
    return made


class UtcDateTime(sa.TypeDecorator[datetime]):
    """An instant. Goes in aware, is kept in UTC, comes out aware: SQLite would drop the zone."""

    impl = sa.DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs its time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Json: sa.types.TypeEngine[Any] = sa.JSON().with_variant(postgresql.JSONB(), "postgresql")
Money = sa.BigInteger
"""Fen. SQLite keeps NUMERIC as a float, so money is never anything but an integer."""


def id_column(name: str = "id", **options: Any) -> sa.Column[str]:
    """A primary key filled with ``new_id``."""
    return sa.Column(name, sa.String(ID_LENGTH), primary_key=True, default=new_id, **options)


def reference(name: str, target: str, **options: Any) -> sa.Column[str]:
    """A foreign key to an identifier; never cascades, so history is never erased by accident."""
    return sa.Column(name, sa.String(ID_LENGTH), sa.ForeignKey(target), **options)
