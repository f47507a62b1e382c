"""Conversations that are kept no longer: finding them, and erasing what was said and shown in them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.repositories.negotiations import ERASED, OBJECT_KIND
from core.db.tables.negotiations import negotiation_turns, negotiations
from core.db.tables.records import audit_log, idempotency_keys

CALLED_EVENT, TAKEN_EVENT = "person_called", "person_taken_up"
BY_THE_PROGRAM = "stopped"
"""Why a person was called where nobody asked for one and nothing was complained of: the talk had only run out."""
ERASED_EVENT = "conversation_erased"

_NOTHING: dict[str, Any] = {
    "state": ERASED, "facts_hash": "", "wish": {}, "hardship": [], "rounds": [], "stop": None, "chose_ceiling": False,
    "person_asked_at": None, "person_cause": None, "person_taken_by": None, "person_taken_at": None}
"""The row as it stays: whose it was, about which account, and when."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Last touched before then: ``alone`` with the assistant, ``person`` where a person of the bank was called."""

    alone: datetime
    person: datetime


def count(connection: sa.Connection, bounds: Bounds) -> tuple[int, int]:
    """How many conversations are kept no longer, and how many turns they have."""
    found = connection.execute(sa.select(
        sa.func.count(), sa.func.coalesce(sa.func.sum(negotiations.c.turns), 0)).where(_old(bounds))).one()
    return int(found[0]), int(found[1])


def page(connection: sa.Connection, bounds: Bounds, after: str, limit: int) -> Sequence[sa.Row[Any]]:
    """The next of them by id, held until the transaction ends. One that somebody holds just now is not old."""
    columns: list[sa.ColumnElement[Any]] = [negotiations.c.id, negotiations.c.turns]
    return connection.execute(
        sa.select(*columns)
        .where(negotiations.c.id > after, _old(bounds)).order_by(negotiations.c.id).limit(limit)
        .with_for_update(skip_locked=True)).all()


def erase(connection: sa.Connection, rows: Sequence[sa.Row[Any]], at: datetime) -> None:
    """Erase what was said, understood and shown in the conversations of ``page``; their bare rows stay.

    Keys against repetition go too: they hold a hash of the words, and short words can be guessed from it.
    """
    ids = [row.id for row in rows]
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA secure_delete = ON")  # zeros in the file, not just a free page
    connection.execute(negotiations.update().where(negotiations.c.id.in_(ids)).values(**_NOTHING, updated_at=at))
    connection.execute(negotiation_turns.delete().where(negotiation_turns.c.negotiation_id.in_(ids)))
    who_spoke = sa.select(audit_log.c.actor_user_id).where(audit_log.c.object_kind == OBJECT_KIND,
                                                           audit_log.c.object_id.in_(ids))
    connection.execute(idempotency_keys.delete().where(
        idempotency_keys.c.actor_user_id.in_(who_spoke), idempotency_keys.c.command.startswith("assistant."),
        idempotency_keys.c.result["conversation_id"].as_string().in_(ids)))


def write_through(engine: sa.Engine) -> None:
    """Empty SQLite's write-ahead log: until then it holds pages as they were before. Nothing to do elsewhere."""
    if engine.dialect.name == "sqlite":
        with engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")


def erased_at(connection: sa.Connection, negotiation_id: str) -> datetime | None:
    """When a conversation was erased, as the audit chain tells; None where it was not."""
    found: datetime | None = connection.execute(sa.select(audit_log.c.at).where(
        audit_log.c.object_kind == OBJECT_KIND, audit_log.c.object_id == negotiation_id,
        audit_log.c.event == ERASED_EVENT).limit(1)).scalar()
    return found


def _old(bounds: Bounds) -> sa.ColumnElement[bool]:
    """No part of a case, nobody waits in it, and untouched for long enough."""
    talks = negotiations.c
    asked_for = sa.and_(audit_log.c.event == CALLED_EVENT, audit_log.c.data["cause"].as_string() != BY_THE_PROGRAM)
    called = sa.exists().where(audit_log.c.object_kind == OBJECT_KIND, audit_log.c.object_id == talks.id,
                               sa.or_(asked_for, audit_log.c.event == TAKEN_EVENT))
    waits = sa.and_(talks.person_asked_at.is_not(None), talks.person_taken_at.is_(None))
    alone = sa.and_(talks.person_cause.is_(None), ~called)
    return sa.and_(talks.state != ERASED, talks.proposal_id.is_(None), talks.updated_at < bounds.alone, ~waits,
                   sa.or_(talks.updated_at < bounds.person, alone))
