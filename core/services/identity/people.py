"""What the identity services share: a user's row as a signed-in person, logins, names, tokens."""

from __future__ import annotations

import hashlib
import re
import secrets
import unicodedata
from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa

from core.domain.actor import Actor, Authority, Role
from core.domain.errors import InvalidInput

NOBODY = Actor(user_id="anonymous", role=Role.CARDHOLDER)
"""Stands in the audit log for somebody who has not proved who they are. Owns nothing."""

_SHORTEST_MASKED_PHONE = 10
_LOGIN = re.compile(r"[a-z0-9][a-z0-9._@+-]{2,79}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who has proved who they are."""

    actor: Actor
    login: str
    display_name: str
    locale: str | None


def person(row: Any) -> Person:
    """A ``Person`` from a row of ``users``."""
    return Person(
        actor=Actor(user_id=row.id if hasattr(row, "id") else row.user_id, role=Role(row.role),
                    cardholder_id=row.cardholder_id,
                    authority=Authority(row.authority) if row.authority else None),
        login=row.login, display_name=row.display_name, locale=row.locale)


def clean_login(text: str) -> str:
    """A login as it is stored and compared: width and case folded, blanks around it dropped.

    Raises ``InvalidInput`` unless it has 3 to 80 letters, digits or ``._@+-`` and begins with a letter or digit.
    """
    login = unicodedata.normalize("NFKC", text).strip().casefold()
    if not _LOGIN.fullmatch(login):
        raise InvalidInput("login_malformed", "a login has 3 to 80 letters, digits or . _ @ + -", field="login")
    return login


def clean_name(text: str) -> str:
    """A person's name as it is indexed: width and case folded, blanks inside collapsed."""
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def clean_digits(text: str) -> str:
    """Digits as they are compared: full-width ones, as a Chinese keyboard may write them, as plain ones; no blanks."""
    return "".join(unicodedata.normalize("NFKC", text).split())


def masked_name(name: str) -> str:
    """``Z**``: what a screen may show of a cardholder's name; somebody may be looking over a shoulder."""
    return f"{name.strip()[:1]}**"


def masked_phone(phone: str) -> str:
    """``138****0001``; of a number too short to hide the middle of, nothing."""
    return f"{phone[:3]}****{phone[-4:]}" if len(phone) >= _SHORTEST_MASKED_PHONE else "****"


def new_token() -> str:
    """32 random bytes for a browser to keep."""
    return secrets.token_urlsafe(32)


def token_hash(token: str) -> str:
    """What the database keeps of a token: enough to recognise it, too little to present it."""
    # Whatever a stranger sends: JSON can carry half a surrogate pair, which is no UTF-8.
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def is_taken(clash: sa.exc.IntegrityError) -> bool:
    """Whether a constraint on ``users.login`` was broken (and not another one)."""
    return "login" in str(clash.orig)
