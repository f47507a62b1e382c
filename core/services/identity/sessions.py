"""Server-side sessions: made from a one-time ticket, found by a hash, ended at once and everywhere.

The browser holds 32 random bytes in a cookie no script can read; the database holds their SHA-256.
A session ends 15 minutes after the last thing its person did, 8 hours after signing in, on signing
out, on a change of password or role, or when the user is disabled, whichever comes first.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from core.db.tables.identity import login_tickets, sessions, users
from core.domain.actor import Actor
from core.domain.errors import InvalidInput, NotFound, Unavailable
from core.services import records
from core.services.context import ServiceContext
from core.services.identity.people import Person, new_token, person, token_hash

TICKET_LIFE = timedelta(seconds=30)
IDLE_LIFE = timedelta(minutes=15)
ABSOLUTE_LIFE = timedelta(hours=8)
WARNING = timedelta(minutes=2)
"""How long before the idle end the reader is asked whether they are still there."""
_TOUCH_EVERY = timedelta(seconds=30)
"""A session's last activity is written at most this often: a click must not cost a write."""
_LONGEST_TOKEN = 200


@dataclass(frozen=True, slots=True)
class LiveSession:
    """A session that is live now, and whose it is."""

    person: Person
    ends_at: datetime
    """When it ends if nothing further happens."""
    ends_for_good_at: datetime
    """When it ends whatever happens."""


def issue_ticket(actor: Actor, context: ServiceContext, binding: str) -> str:
    """A ticket that, within 30 seconds and once, becomes a session in the browser that holds ``binding``.

    ``binding`` is the value of the browser's own pre-sign-in cookie. Call only for an ``actor`` that
    ``authenticate`` has just returned, or whose live session was just checked.
    """
    if not binding:
        raise InvalidInput("browser_unbound", "the browser sent no pre-sign-in cookie")
    ticket, now = new_token(), context.clock.now()
    with context.writing() as connection:
        connection.execute(login_tickets.delete().where(login_tickets.c.expires_at < now))
        connection.execute(login_tickets.insert().values(
            ticket_hash=token_hash(ticket), user_id=actor.user_id, binding_hash=token_hash(binding),
            expires_at=now + TICKET_LIFE))
    return ticket


def redeem_ticket(context: ServiceContext, ticket: str, binding: str, replaced: str | None = None) -> str:
    """Turn a ticket into a session and return its token, for the cookie.

    The ticket is gone whatever comes of it. ``replaced`` is the token of the session this browser
    held until now, which ends. Raises ``NotFound("session")`` for a ticket that is unknown, used, late
    or another browser's, and for a user disabled meanwhile.
    """
    token, now = new_token(), context.clock.now()
    with context.writing() as connection:
        taken = connection.execute(login_tickets.delete().where(
            login_tickets.c.ticket_hash == token_hash(ticket[:_LONGEST_TOKEN])).returning(login_tickets)).first()
        good = (taken is not None and taken.expires_at > now
                and hmac.compare_digest(taken.binding_hash, token_hash(binding)))
        user = connection.execute(sa.select(users).where(
            users.c.id == taken.user_id, users.c.active)).first() if taken and good else None
        if user is not None:
            ended = sessions.c.expires_at < now
            if replaced:
                ended = sa.or_(ended, sessions.c.token_hash == token_hash(replaced[:_LONGEST_TOKEN]))
            connection.execute(sessions.delete().where(ended))
            connection.execute(sessions.insert().values(
                token_hash=token_hash(token), user_id=user.id, created_at=now, last_seen_at=now,
                expires_at=now + ABSOLUTE_LIFE))
    if user is None:
        raise NotFound("session")
    return token


def resolve_session(context: ServiceContext, token: str | None, *, touch: bool = True) -> LiveSession | None:
    """The live session behind a cookie, or None: unknown, idle too long, too old, or of a disabled user.

    ``touch=False`` for what happens by itself (a background refresh, a look at the remaining time):
    it does not keep the session alive.
    """
    if not token or len(token) > _LONGEST_TOKEN:
        return None
    now = context.clock.now()
    with context.reading() as connection:
        row = connection.execute(_live(now).where(sessions.c.token_hash == token_hash(token))).first()
    if row is None:
        return None
    last_seen_at = row.last_seen_at
    if touch and now - last_seen_at >= _TOUCH_EVERY:
        try:
            if not _touch(context, token, now):
                return None
            last_seen_at = now
        except Unavailable:
            pass  # another writer is busy: reading still works, and the next click is written down
    return LiveSession(person=person(row), ends_at=min(last_seen_at + IDLE_LIFE, row.expires_at),
                       ends_for_good_at=row.expires_at)


def _touch(context: ServiceContext, token: str, now: datetime) -> bool:
    """Write down that the session is in use; False if it has been revoked since it was read."""
    with context.writing() as connection:
        kept = connection.execute(sessions.update().where(
            sessions.c.token_hash == token_hash(token), sessions.c.last_seen_at <= now,
        ).values(last_seen_at=now)).rowcount
    return bool(kept) or _is_live(context, token, now)


def _live(now: datetime) -> sa.Select[Any]:
    return sa.select(users.c.id, users.c.login, users.c.display_name, users.c.role, users.c.authority,
                     users.c.cardholder_id, users.c.locale, sessions.c.last_seen_at, sessions.c.expires_at,
                     ).join(users, users.c.id == sessions.c.user_id).where(
        users.c.active, sessions.c.expires_at > now, sessions.c.last_seen_at > now - IDLE_LIFE)


def _is_live(context: ServiceContext, token: str, now: datetime) -> bool:
    with context.reading() as connection:
        return connection.execute(_live(now).where(sessions.c.token_hash == token_hash(token))).first() is not None


def sign_out(context: ServiceContext, token: str | None) -> None:
    """End one session. Ending one that has ended already is no error."""
    if not token:
        return
    with context.writing() as connection:
        gone = connection.execute(sessions.delete().where(
            sessions.c.token_hash == token_hash(token[:_LONGEST_TOKEN])).returning(sessions.c.user_id)).first()
        if gone is not None:
            who = person(connection.execute(sa.select(users).where(users.c.id == gone.user_id)).one())
            records.audit(connection, who.actor, "sign_out", "user", gone.user_id, context.clock.now())


def sign_out_everywhere(actor: Actor, context: ServiceContext) -> int:
    """End all sessions of ``actor``, this one too; returns how many there were."""
    with context.writing() as connection:
        count = end_sessions_of(connection, actor.user_id)
        records.audit(connection, actor, "sign_out_everywhere", "user", actor.user_id, context.clock.now(),
                      sessions=count)
    return count


def count_sessions(actor: Actor, context: ServiceContext) -> int:
    """How many live sessions (browsers) ``actor`` has now, this one included."""
    now = context.clock.now()
    with context.reading() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(sessions).where(
            sessions.c.user_id == actor.user_id, sessions.c.expires_at > now,
            sessions.c.last_seen_at > now - IDLE_LIFE)).scalar_one()


def end_sessions_of(connection: sa.Connection, user_id: str) -> int:
    """End a user's sessions and waiting tickets inside the caller's transaction; returns how many sessions."""
    connection.execute(login_tickets.delete().where(login_tickets.c.user_id == user_id))
    return connection.execute(sessions.delete().where(sessions.c.user_id == user_id)).rowcount
