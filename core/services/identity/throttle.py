"""How often somebody may try, counted in the database so that every process counts together.

An attempt is charged before it is carried out and given back when it succeeds: twenty attempts at
once are then twenty charges, not one. A refused attempt is not counted, so nobody can be kept out
for longer than the longest pause by somebody else's knocking.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite

from core.db.tables.identity import throttles
from core.db.vault import Vault

WINDOW = timedelta(minutes=15)
"""Failures older than this, with none since, are forgotten."""
LONGEST_PAUSE = timedelta(minutes=15)
_FIRST_PAUSE = timedelta(minutes=1)
_MOST_FORGOTTEN = 500


@dataclass(frozen=True, slots=True)
class Limit:
    """``attempts`` of a ``kind`` before the first pause; each further one doubles it, up to 15 minutes."""

    kind: str
    attempts: int

    def subject(self, vault: Vault, what: str) -> str:
        """The row's key: the keyed hash of a login or address, which tells nobody which."""
        return f"{self.kind}:{vault.index(what, f'throttle {self.kind}')}"

    def pause(self, failures: int) -> timedelta | None:
        """How long to wait after this many failures in a row; None while there are attempts left."""
        beyond = failures - self.attempts
        return min(_FIRST_PAUSE * 2 ** min(beyond, 10), LONGEST_PAUSE) if beyond >= 0 else None


ACCOUNT = Limit("account", 5)
ADDRESS = Limit("address", 20)
CODE = Limit("code", 5)


def charge(connection: sa.Connection, limit: Limit, subject: str, now: datetime) -> bool:
    """Count one attempt against ``subject``; False (and not counted) while a pause lasts.

    One statement decides, so that concurrent attempts in several processes cannot pass together.
    """
    insert: Any = (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(throttles)
    stale = throttles.c.window_started_at < now - WINDOW
    failures = connection.execute(insert.values(
        subject=subject, failures=1, window_started_at=now, blocked_until=None,
    ).on_conflict_do_update(
        index_elements=[throttles.c.subject],
        set_={"failures": sa.case((stale, 1), else_=throttles.c.failures + 1), "window_started_at": now},
        where=sa.or_(throttles.c.blocked_until.is_(None), throttles.c.blocked_until <= now),
    ).returning(throttles.c.failures)).scalar_one_or_none()
    if failures is None:
        return False
    pause = limit.pause(failures)
    connection.execute(throttles.update().where(throttles.c.subject == subject).values(
        blocked_until=None if pause is None else now + pause))
    return True


def charge_all(connection: sa.Connection, charges: Sequence[tuple[Limit, str]], now: datetime) -> bool:
    """Charge one attempt against several (limit, subject), all or none; False, and none counted, in any pause.

    Somebody whose address is paused must not run another person's account into a pause.
    """
    savepoint = connection.begin_nested()
    if all(charge(connection, limit, subject, now) for limit, subject in charges):
        savepoint.commit()
        return True
    savepoint.rollback()
    return False


def forgive(connection: sa.Connection, subject: str) -> None:
    """Forget all failures of ``subject``: it has proved who it is."""
    connection.execute(throttles.delete().where(throttles.c.subject == subject))


def give_back(connection: sa.Connection, limit: Limit, subject: str) -> None:
    """Take one charge back: an address shared by many must not pay for those who succeed."""
    remaining = throttles.c.failures - 1
    connection.execute(throttles.update().where(throttles.c.subject == subject, throttles.c.failures > 0).values(
        failures=remaining,
        blocked_until=sa.case((remaining < limit.attempts, None), else_=throttles.c.blocked_until)))


def forget_stale(connection: sa.Connection, now: datetime) -> None:
    """Remove rows that no longer count for anything, some hundreds at a time; waits for nobody's lock."""
    stale = (sa.select(throttles.c.subject).where(throttles.c.window_started_at < now - WINDOW - LONGEST_PAUSE)
             .limit(_MOST_FORGOTTEN).with_for_update(skip_locked=True))
    connection.execute(throttles.delete().where(throttles.c.subject.in_(stale)))
