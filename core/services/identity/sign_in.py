"""Signing in: the same answer and the same work whether the login is unknown, the password wrong or a pause on."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.db.tables.identity import users
from core.domain.errors import InvalidInput
from core.services import records
from core.services.context import ServiceContext
from core.services.identity import throttle
from core.services.identity.passwords import check_password
from core.services.identity.people import NOBODY, Person, clean_login, person


@dataclass(frozen=True, slots=True)
class _Attempt:
    admitted: bool
    row: Any
    account: str
    address: str


def authenticate(context: ServiceContext, login: str, password: str, address: str) -> Person:
    """The person whose login and password these are.

    ``address`` is the network address the attempt came from. Raises ``InvalidInput("sign_in_failed")``
    for an unknown login, a wrong password, a disabled user and during a pause alike: which one it was
    is nobody's business. Five failures per login or twenty per address start a pause of one minute
    that doubles up to fifteen.
    """
    attempt = _charge(context, login, address)
    usable = attempt.row.password_hash if attempt.admitted and attempt.row and attempt.row.active else None
    verified, better_hash = check_password(password, usable)
    if not attempt.admitted:
        raise _refusal()
    with context.writing() as connection:
        now = context.clock.now()
        if not verified:
            records.audit(connection, NOBODY, "sign_in_failed", "user", attempt.row.id if attempt.row else "unknown",
                          now)
        else:
            throttle.forgive(connection, attempt.account)
            throttle.give_back(connection, throttle.ADDRESS, attempt.address)
            throttle.forget_stale(connection, now)
            if better_hash:
                connection.execute(users.update().where(
                    users.c.id == attempt.row.id, users.c.password_hash == usable).values(password_hash=better_hash))
            signed_in = person(attempt.row)
            records.audit(connection, signed_in.actor, "sign_in", "user", signed_in.actor.user_id, now)
    if not verified:
        raise _refusal()
    return signed_in


def _charge(context: ServiceContext, login: str, address: str) -> _Attempt:
    try:
        known_as = clean_login(login)
    except InvalidInput:
        known_as = ""  # nobody's login: counted and answered like any other unknown one
    account = throttle.ACCOUNT.subject(context.vault, known_as or login[:200])
    source = throttle.ADDRESS.subject(context.vault, address)
    with context.writing() as connection:
        now = context.clock.now()
        admitted = throttle.charge_all(connection, [(throttle.ACCOUNT, account), (throttle.ADDRESS, source)], now)
        row = connection.execute(sa.select(users).where(users.c.login == known_as)).first()
    return _Attempt(admitted, row, account, source)


def _refusal() -> InvalidInput:
    return InvalidInput("sign_in_failed", "login and password do not belong together, or too many attempts")
