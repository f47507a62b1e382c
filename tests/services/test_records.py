"""The audit chain holds and tells; what the database refuses repeats nobody's words."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone

import pytest
import sqlalchemy as sa

from core.clock import CHINA
from core.db.tables.identity import users
from core.db.tables.records import audit_log
from core.domain.actor import SYSTEM
from core.services import records
from core.services.context import ServiceContext
from tests.conftest import NOON


def _add(context: ServiceContext, at: datetime, **data: object) -> None:
    with context.writing() as connection:
        records.audit(connection, SYSTEM, "something", "thing", "1", at, **data)


def _first_broken(context: ServiceContext) -> int | None:
    with context.reading() as connection:
        return records.first_broken_link(connection)


@pytest.mark.parametrize("zone", [CHINA, timezone(timedelta(hours=-5))])
def test_chain_holds_whatever_zone_the_clock_spoke_in(context: ServiceContext, zone: timezone) -> None:
    _add(context, NOON.astimezone(zone), amount_minor=10**14, words="\u4f60", nothing=None, parts=[1, {"a": True}])
    _add(context, NOON)
    assert _first_broken(context) is None


@pytest.mark.parametrize("statement", [
    audit_log.update().where(audit_log.c.sequence == 2).values(object_id="2"),
    audit_log.update().where(audit_log.c.sequence == 2).values(at=NOON + timedelta(seconds=1)),
    audit_log.delete().where(audit_log.c.sequence == 2)], ids=["object", "time", "removed"])
def test_altered_or_removed_row_is_named(context: ServiceContext, statement: sa.UpdateBase) -> None:
    for _ in range(4):
        _add(context, NOON)
    with context.writing() as connection:  # somebody who owns the database may drop the trigger; the chain still tells
        for trigger in _triggers(connection):
            connection.execute(sa.text(trigger))
        connection.execute(statement)
    assert _first_broken(context) == 2


def _triggers(connection: sa.Connection) -> list[str]:
    if connection.dialect.name == "sqlite":
        names = connection.execute(sa.text(
            "SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_log'")).scalars()
        return [f"DROP TRIGGER {name}" for name in names]
    return ["ALTER TABLE audit_log DISABLE TRIGGER USER"]


def test_error_of_the_database_repeats_no_value_in_its_first_line(context: ServiceContext) -> None:
    row = {"id": "1", "login": "li.secret", "display_name": "Li Secret", "role": "cardholder", "created_at": NOON}
    with pytest.raises(sa.exc.IntegrityError) as refused, context.writing() as connection:
        connection.execute(users.insert().values(**row))  # a cardholder's user without a cardholder
    told = str(refused.value)
    assert "users" in told
    assert "Secret" not in told.partition("\n")[0]
    assert "[parameters:" not in told
