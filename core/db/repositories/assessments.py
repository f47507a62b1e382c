"""Assessments of one person: the one draft and the finished ones. Every query is keyed by the person."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa

from core.db.tables.requests import assessments
from core.db.types import new_id

DRAFT, FINAL = "draft", "final"
Row = sa.Row[Any]


def draft_of(connection: sa.Connection, cardholder_id: str) -> Row | None:
    """The draft of a person, if there is one."""
    return connection.execute(sa.select(assessments).where(
        assessments.c.cardholder_id == cardholder_id, assessments.c.status == DRAFT)).first()


def newest_final(connection: sa.Connection, cardholder_id: str) -> Row | None:
    """The newest finished assessment of a person."""
    return connection.execute(sa.select(assessments).where(
        assessments.c.cardholder_id == cardholder_id, assessments.c.status == FINAL)
        .order_by(assessments.c.updated_at.desc(), assessments.c.id).limit(1)).first()


def final_by_id(connection: sa.Connection, assessment_id: str) -> Row | None:
    """A finished assessment, whosever it is."""
    return connection.execute(sa.select(assessments).where(
        assessments.c.id == assessment_id, assessments.c.status == FINAL)).first()


def insert_draft(connection: sa.Connection, cardholder_id: str, as_of: date, content: Mapping[str, Any],
                 at: datetime) -> bool:
    """Start the draft of a person; False when another tab has just started one."""
    try:
        with connection.begin_nested():
            connection.execute(assessments.insert().values(
                id=new_id(), cardholder_id=cardholder_id, status=DRAFT, as_of=as_of, input=content, created_at=at,
                updated_at=at, version=1))
    except sa.exc.IntegrityError:
        return False
    return True


def update_draft(connection: sa.Connection, cardholder_id: str, expected_version: int, as_of: date,
                 content: Mapping[str, Any], at: datetime) -> bool:
    """Write the draft if it still has ``expected_version``; whether it had."""
    written = connection.execute(
        assessments.update()
        .where(assessments.c.cardholder_id == cardholder_id, assessments.c.status == DRAFT,
               assessments.c.version == expected_version)
        .values(as_of=as_of, input=content, updated_at=at, version=expected_version + 1))
    return written.rowcount == 1


def keep_final(connection: sa.Connection, values: Mapping[str, Any]) -> str:
    """Keep a finished assessment in place of the person's draft; returns its id."""
    finished = {**values, "status": FINAL}
    identifier = connection.execute(
        assessments.update().returning(assessments.c.id)
        .where(assessments.c.cardholder_id == values["cardholder_id"], assessments.c.status == DRAFT)
        .values(**finished, version=assessments.c.version + 1)).scalar()
    if identifier is None:
        identifier = new_id()
        connection.execute(assessments.insert().values(id=identifier, created_at=values["updated_at"], **finished))
    return str(identifier)
