"""A database that is busy or gone: nobody loses their sign-in over it, and nothing is done for the unchecked."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest
import sqlalchemy as sa

from core.domain.actor import Actor, Role
from core.domain.errors import Unavailable
from core.services import accounts, identity
from core.services.context import OutOfReach, ServiceContext
from tests.conftest import TestTime
from tests.services.test_identity_sessions import actor_of, open_session


def impatient(engine: sa.Engine) -> None:
    """Wait a moment for another writer, not the five seconds of real life."""
    def shorten(connection: Any) -> None:
        connection.exec_driver_sql("PRAGMA busy_timeout=50")

    sa.event.listen(engine, "begin", shorten, insert=True)


def test_busy_writer_ends_no_session_over_the_note_of_its_last_use(
        sqlite_context: ServiceContext, time_: TestTime) -> None:
    token = open_session(sqlite_context, actor_of(sqlite_context))
    impatient(sqlite_context.engine)
    time_.advance(minutes=5)
    with closing(sqlite3.connect(str(sqlite_context.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        live = identity.resolve_session(sqlite_context, token)
    assert live is not None
    assert (live.ends_at - time_.instant).total_seconds() == 10 * 60  # not prolonged: nothing could be written
    again = identity.resolve_session(sqlite_context, token)
    assert again is not None
    assert (again.ends_at - time_.instant).total_seconds() == 15 * 60


def test_out_of_reach_reads_and_writes_nothing_although_the_database_answers(sqlite_context: ServiceContext) -> None:
    unchecked = OutOfReach.like(sqlite_context)
    for transaction in (unchecked.reading, unchecked.writing):
        with pytest.raises(Unavailable):
            transaction()
    nobody = Actor("u1", Role.CARDHOLDER, cardholder_id="c1")
    with pytest.raises(Unavailable):
        accounts.overview(nobody, unchecked, unchecked.clock.today())
