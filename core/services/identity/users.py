"""Users: the bank's own people, kept by an administrator; and what everybody may change about themselves."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from core.db.tables.identity import users
from core.db.types import new_id
from core.domain.actor import SYSTEM, Actor, Authority, Role
from core.domain.errors import Conflict, InvalidInput, NotFound
from core.services import records
from core.services.commands import once
from core.services.context import ServiceContext
from core.services.identity import throttle
from core.services.identity.passwords import check_password, hash_password, must_be_acceptable
from core.services.identity.people import clean_login, is_taken
from core.services.identity.sessions import end_sessions_of

LOCALES = ("zh_CN", "en")
_LONGEST_NAME = 80
_LARGEST_PAGE = 200
_DECIDERS = (Role.COLLECTOR, Role.SUPERVISOR)


@dataclass(frozen=True, slots=True)
class User:
    """One of the bank's own people, as an administrator sees them."""

    user_id: str
    login: str
    display_name: str
    role: Role
    authority: Authority | None
    active: bool
    created_at: datetime
    version: int


def create_user(actor: Actor, context: ServiceContext, *, login: str, display_name: str, role: Role, password: str,
                authority: Authority | None = None, cardholder_id: str | None = None,
                idempotency_key: str) -> str:
    """Create a user and return its id. Administrators only.

    Cardholders normally make their own by activation; a ``cardholder_id`` is for demo portfolios and
    migrations. Raises ``InvalidInput`` (login, password, role and authority that do not go together),
    ``Conflict("login_taken")``.
    """
    actor.must_be(Role.ADMIN, action="create_user")
    login = clean_login(login)
    _check_role(role, authority, cardholder_id)
    display_name = _clean_display_name(display_name)
    must_be_acceptable(password, login, display_name)
    hashed = hash_password(password)

    def carry_out(connection: sa.Connection) -> dict[str, str]:
        user_id = insert_user(connection, login=login, display_name=display_name, role=role, authority=authority,
                              cardholder_id=cardholder_id, password_hash=hashed, at=context.clock.now())
        records.audit(connection, actor, "user_created", "user", user_id, context.clock.now(), role=role,
                      authority=authority)
        return {"user_id": user_id}

    # The password is left out of what the key stands for: not even a hash of it belongs there.
    request = {"login": login, "display_name": display_name, "role": role, "authority": authority,
               "cardholder_id": cardholder_id}
    return str(once(actor, context, "create_user", idempotency_key, request, carry_out)["user_id"])


def insert_user(connection: sa.Connection, *, login: str, display_name: str, role: Role,
                authority: Authority | None, cardholder_id: str | None, password_hash: str, at: datetime) -> str:
    """Insert the row inside the caller's transaction. Raises ``Conflict`` for a taken login or cardholder."""
    user_id = new_id()
    try:
        with connection.begin_nested():
            connection.execute(users.insert().values(
                id=user_id, login=login, display_name=display_name, role=role.value,
                authority=authority.value if authority else None, cardholder_id=cardholder_id,
                password_hash=password_hash, created_at=at, password_changed_at=at))
    except sa.exc.IntegrityError as clash:
        raise Conflict("login_taken" if is_taken(clash) else "already_activated",
                       "this login, or this cardholder's sign-in, exists already", field="login") from clash
    return user_id


def list_users(actor: Actor, context: ServiceContext, *, after: str = "", page_size: int = 50) -> tuple[User, ...]:
    """One page of the bank's own users by login, beginning after the login ``after``. Administrators only.

    Cardholders are not listed: an administrator sees no debtor.
    """
    actor.must_be(Role.ADMIN, action="list_users")
    with context.reading() as connection:
        rows = connection.execute(sa.select(users).where(
            users.c.role != Role.CARDHOLDER.value, users.c.login > after,
        ).order_by(users.c.login).limit(max(1, min(page_size, _LARGEST_PAGE)))).all()
    return tuple(_user(row) for row in rows)


def find_user(actor: Actor, context: ServiceContext, login: str) -> User | None:
    """One of the bank's own people by login, or None. Administrators only; they find no cardholder.

    The command line (``SYSTEM``) finds a cardholder's sign-in too: a stolen one must be stoppable.
    """
    actor.must_be(Role.ADMIN, action="find_user")
    with context.reading() as connection:
        row = connection.execute(sa.select(users).where(
            users.c.login == clean_login(login), _within_reach(actor))).first()
    return _user(row) if row else None


def set_user_active(actor: Actor, context: ServiceContext, user_id: str, *, active: bool, version: int) -> User:
    """Disable or enable one of the bank's users; disabling ends their sessions at once. Administrators only.

    The command line reaches a cardholder's sign-in too, as in ``find_user``. Raises ``NotFound``,
    ``Conflict("changed_meanwhile")`` when ``version`` is no longer theirs, and ``Conflict("own_account")``:
    nobody locks themselves out.
    """
    return _change(actor, context, user_id, version, "user_enabled" if active else "user_disabled",
                   {"active": active}, {})


def change_user_role(actor: Actor, context: ServiceContext, user_id: str, *, role: Role,
                     authority: Authority | None, version: int) -> User:
    """Give one of the bank's users another role or authority; their sessions end. Administrators only.

    Raises as ``set_user_active``, and ``InvalidInput`` when role and authority do not go together.
    """
    _check_role(role, authority, None)
    return _change(actor, context, user_id, version, "user_role_changed",
                   {"role": role.value, "authority": authority.value if authority else None},
                   {"role": role, "authority": authority})


def set_user_password(actor: Actor, context: ServiceContext, user_id: str, *, password: str, version: int) -> User:
    """Give one of the bank's users a new password; their sessions end. Administrators only. Raises as the others."""
    actor.must_be(Role.ADMIN, action="set_user_password")
    with context.reading() as connection:
        row = connection.execute(sa.select(users.c.login, users.c.display_name).where(
            users.c.id == user_id, users.c.role != Role.CARDHOLDER.value)).first()
    if row is None:
        raise NotFound("user")
    must_be_acceptable(password, *row)
    return _change(actor, context, user_id, version, "user_password_set",
                   {"password_hash": hash_password(password), "password_changed_at": context.clock.now()}, {})


def _within_reach(actor: Actor) -> sa.ColumnElement[bool]:
    """Whose sign-ins ``actor`` may stop: an administrator the bank's own, the command line anybody's."""
    return sa.true() if actor == SYSTEM else _of_the_bank()


def _of_the_bank() -> sa.ColumnElement[bool]:
    return users.c.role != Role.CARDHOLDER.value


def _change(actor: Actor, context: ServiceContext, user_id: str, version: int, event: str,
            values: dict[str, Any], audited: dict[str, Any]) -> User:
    actor.must_be(Role.ADMIN, action=event)
    if user_id == actor.user_id:
        raise Conflict("own_account", "an administrator does not change their own account here")
    within_reach = _within_reach(actor) if set(values) == {"active"} else _of_the_bank()
    with context.writing() as connection:
        row = connection.execute(users.update().where(
            users.c.id == user_id, users.c.version == version, within_reach,
        ).values(**values, version=version + 1).returning(users)).first()
        if row is None:
            if connection.execute(sa.select(users.c.id).where(users.c.id == user_id, within_reach)).first() is None:
                raise NotFound("user")
            raise Conflict("changed_meanwhile", "somebody else has changed this user")
        end_sessions_of(connection, user_id)
        records.audit(connection, actor, event, "user", user_id, context.clock.now(), **audited)
    return _user(row)


def change_password(actor: Actor, context: ServiceContext, *, current: str, new: str) -> None:
    """Change one's own password; all of one's sessions end, so that a thief's ends too.

    Raises ``InvalidInput``: ``current_password_wrong`` (counted like a failed sign-in, and the same
    during a pause), or why ``new`` will not do.
    """
    with context.reading() as connection:
        row = connection.execute(sa.select(users).where(users.c.id == actor.user_id, users.c.active)).first()
    if row is None:
        raise NotFound("user")
    # The new one first: whoever knows the current password loses no attempt over a new one that will not do.
    must_be_acceptable(new, row.login, row.display_name.strip("*"))
    if new == current:
        raise InvalidInput("password_unchanged", "the new password is the old one", field="password")
    account = throttle.ACCOUNT.subject(context.vault, row.login)
    with context.writing() as connection:
        admitted = throttle.charge(connection, throttle.ACCOUNT, account, context.clock.now())
    verified, _ = check_password(current, row.password_hash if admitted else None)
    if not verified:
        raise InvalidInput("current_password_wrong", "this is not the current password, or too many attempts",
                           field="current")
    hashed = hash_password(new)
    with context.writing() as connection:
        now = context.clock.now()
        replace_password(connection, row.id, hashed, now)
        throttle.forgive(connection, account)
        records.audit(connection, actor, "password_changed", "user", actor.user_id, now)


def replace_password(connection: sa.Connection, user_id: str, hashed: str, at: datetime) -> None:
    """Store a new password hash and end all sessions, inside the caller's transaction."""
    connection.execute(users.update().where(users.c.id == user_id).values(
        password_hash=hashed, password_changed_at=at, version=users.c.version + 1))
    end_sessions_of(connection, user_id)


def choose_language(actor: Actor, context: ServiceContext, locale: str) -> None:
    """Remember the language ``actor`` reads: ``zh_CN`` or ``en``."""
    if locale not in LOCALES:
        raise InvalidInput("locale_unknown", "the portal speaks zh_CN and en", field="locale")
    with context.writing() as connection:
        changed = connection.execute(users.update().where(
            users.c.id == actor.user_id, sa.or_(users.c.locale.is_(None), users.c.locale != locale),
        ).values(locale=locale)).rowcount
        if changed:
            records.audit(connection, actor, "language_chosen", "user", actor.user_id, context.clock.now(),
                          locale=locale)


def _check_role(role: Role, authority: Authority | None, cardholder_id: str | None) -> None:
    if (role is Role.CARDHOLDER) != (cardholder_id is not None):
        raise InvalidInput("role_cardholder_mismatch", "cardholders, and only they, belong to a cardholder",
                           field="role")
    if (role in _DECIDERS) != (authority is not None):
        raise InvalidInput("role_authority_mismatch", "collectors and supervisors, and only they, have an authority",
                           field="authority")


def _clean_display_name(text: str) -> str:
    name = " ".join(text.split())
    if not name or len(name) > _LONGEST_NAME or not name.isprintable():
        raise InvalidInput("display_name_malformed", "a name has 1 to 80 printable characters", field="display_name")
    return name


def _user(row: Any) -> User:
    return User(user_id=row.id, login=row.login, display_name=row.display_name, role=Role(row.role),
                authority=Authority(row.authority) if row.authority else None, active=row.active,
                created_at=row.created_at, version=row.version)
