"""What is encrypted in the database, for whoever must know whether a key fits before it is used."""

from __future__ import annotations

import sqlalchemy as sa

from core.db.tables.accounts import cardholders
from core.db.tables.records import outbox


def any_encrypted(connection: sa.Connection) -> bytes | None:
    """One encrypted value: a name or, without cardholders, a message; None when nothing is encrypted.

    One row by its primary key. A database without these tables, because it was never migrated, holds none.
    """
    if not sa.inspect(connection).has_table(outbox.name):  # the first migration makes both or neither
        return None
    name = sa.select(cardholders.c.name_encrypted).order_by(cardholders.c.id).limit(1).scalar_subquery()
    message = sa.select(outbox.c.parameters_encrypted).order_by(outbox.c.id).limit(1).scalar_subquery()
    found: bytes | None = connection.execute(sa.select(sa.func.coalesce(name, message))).scalar_one()
    return None if found is None else bytes(found)
