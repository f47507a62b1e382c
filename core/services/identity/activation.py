"""First sign-in and forgotten password: a single-use code to the phone the bank has on record.

Asking answers the same whether or not anybody has that card and name. Six digits, kept as a keyed
hash, 15 minutes, five tries, used once; a new code ends the older ones.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Any

import sqlalchemy as sa

from core.db.tables.accounts import accounts, cardholders
from core.db.tables.identity import activation_codes, users
from core.db.tables.records import outbox
from core.db.types import new_id
from core.domain.actor import Actor, Role
from core.domain.errors import InvalidInput, NotFound
from core.domain.message_templates import OF_SIGNING_IN, MessageTemplate
from core.services import records
from core.services.context import ServiceContext
from core.services.identity import throttle
from core.services.identity.passwords import hash_password, must_be_acceptable
from core.services.identity.people import NOBODY, clean_digits, clean_login, clean_name, masked_name
from core.services.identity.users import insert_user, replace_password
from core.services.messages import opened

CODE_LIFE = timedelta(minutes=15)
CODE_TRIES = 5
_TEMPLATES = "identity.sms."
_MOST_NAMESAKES = 3
"""Two people may share a name and four digits; each gets their own code on their own phone."""


class Purpose(StrEnum):
    """What a code is for; one made for the other purpose does not fit."""

    ACTIVATE = "activate"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class _Proven:
    """Somebody who typed the code sent to their phone."""

    code_id: str
    cardholder_id: str
    name: str


def start_activation(context: ServiceContext, *, card_last4: str, name: str, address: str) -> None:
    """Send a code to the reserved phone of the cardholder with this card and name, if there is one.

    Returns nothing either way. Somebody who has activated already is told so by SMS instead. Raises
    ``InvalidInput``: a malformed card or name, or ``too_many_codes`` (five per card and name, twenty
    per address in 15 minutes, whether or not they exist).
    """
    _start(context, Purpose.ACTIVATE, card_last4, name, address)


def start_reset(context: ServiceContext, *, card_last4: str, name: str, address: str) -> None:
    """As ``start_activation``, for somebody who has activated and forgot the password."""
    _start(context, Purpose.RESET, card_last4, name, address)


def activate(context: ServiceContext, *, card_last4: str, name: str, code: str, login: str, password: str,
             address: str) -> str:
    """Make a cardholder's own sign-in and return the login as it is kept.

    Raises ``InvalidInput`` (``code_wrong`` whatever was wrong about card, name or code; login and
    password rules), ``Conflict("login_taken")``: the code then still stands.
    """
    login = clean_login(login)
    must_be_acceptable(password, login, name)
    proven = _prove(context, Purpose.ACTIVATE, card_last4, name, code, address)
    hashed = hash_password(password)
    with context.writing() as connection:
        now = context.clock.now()
        _use(connection, proven, now)
        user_id = insert_user(connection, login=login, display_name=masked_name(proven.name), role=Role.CARDHOLDER,
                              authority=None, cardholder_id=proven.cardholder_id, password_hash=hashed, at=now)
        who = Actor(user_id=user_id, role=Role.CARDHOLDER, cardholder_id=proven.cardholder_id)
        records.audit(connection, who, "activated", "user", user_id, now)
    return login


def reset_password(context: ServiceContext, *, card_last4: str, name: str, code: str, password: str,
                   address: str) -> str:
    """Set a new password with the code from the phone, end all sessions, and return the login.

    Raises ``InvalidInput`` as ``activate``.
    """
    must_be_acceptable(password, name)
    proven = _prove(context, Purpose.RESET, card_last4, name, code, address)
    with context.reading() as connection:
        user = connection.execute(sa.select(users).where(users.c.cardholder_id == proven.cardholder_id)).one()
    must_be_acceptable(password, user.login)
    hashed = hash_password(password)
    with context.writing() as connection:
        now = context.clock.now()
        _use(connection, proven, now)
        replace_password(connection, user.id, hashed, now)
        throttle.forgive(connection, throttle.ACCOUNT.subject(context.vault, user.login))
        who = Actor(user_id=user.id, role=Role.CARDHOLDER, cardholder_id=proven.cardholder_id)
        records.audit(connection, who, "password_reset", "user", user.id, now)
    return str(user.login)


def _start(context: ServiceContext, purpose: Purpose, card_last4: str, name: str, address: str) -> None:
    card_last4, folded = _checked(card_last4, name)
    with context.writing() as connection:
        now = context.clock.now()
        admitted = throttle.charge_all(connection, [
            (throttle.CODE, _code_subject(context, card_last4, folded)),
            (throttle.ADDRESS, throttle.ADDRESS.subject(context.vault, address))], now)
        if admitted:
            matches = _matches(connection, context, card_last4, folded)
            for match in matches:
                _send_code(connection, context, purpose, match)
            records.audit(connection, NOBODY, "code_requested", "cardholder",
                          matches[0].cardholder_id if matches else "unknown", now, purpose=purpose,
                          matches=len(matches))
    if not admitted:
        raise InvalidInput("too_many_codes", "too many codes were asked for; wait a quarter of an hour")


def _send_code(connection: sa.Connection, context: ServiceContext, purpose: Purpose, match: Any) -> None:
    now = context.clock.now()
    if (match.user_id is None) != (purpose is Purpose.ACTIVATE):
        # The rightful owner learns what to do; whoever else asked learns nothing.
        records.send(connection, context.vault, channel="sms", recipient_kind="cardholder",
                     recipient_id=match.cardholder_id, at=now,
                     template=MessageTemplate.NOT_ACTIVATED if match.user_id is None else MessageTemplate.ACTIVATED)
        return
    code = f"{secrets.randbelow(1_000_000):06d}"
    code_id = new_id()
    connection.execute(activation_codes.update().where(
        activation_codes.c.cardholder_id == match.cardholder_id, activation_codes.c.purpose == purpose.value,
        activation_codes.c.used_at.is_(None), activation_codes.c.expires_at > now).values(expires_at=now))
    connection.execute(activation_codes.insert().values(
        id=code_id, cardholder_id=match.cardholder_id, purpose=purpose.value,
        code_hash=_code_hash(context, code_id, code), created_at=now, expires_at=now + CODE_LIFE))
    records.send(connection, context.vault, channel="sms", recipient_kind="cardholder",
                 recipient_id=match.cardholder_id, at=now, template=MessageTemplate.CODE, code=code,
                 minutes=int(CODE_LIFE.total_seconds()) // 60)


def _prove(context: ServiceContext, purpose: Purpose, card_last4: str, name: str, code: str,
           address: str) -> _Proven:
    """Who typed the right code. Each try is counted first, so that parallel guessing gains nothing."""
    card_last4, folded = _checked(card_last4, name)
    digits = clean_digits(code)
    found: _Proven | None = None
    with context.writing() as connection:
        now = context.clock.now()
        source = throttle.ADDRESS.subject(context.vault, address)
        if throttle.charge(connection, throttle.ADDRESS, source, now):
            for match in _matches(connection, context, card_last4, folded):
                code_id = _try_code(connection, context, purpose, match.cardholder_id, digits)
                if code_id is not None:
                    found = _Proven(code_id, match.cardholder_id, context.vault.decrypt(match.name_encrypted))
                    throttle.give_back(connection, throttle.ADDRESS, source)
                    break
            else:
                records.audit(connection, NOBODY, "code_refused", "cardholder", "unknown", now, purpose=purpose)
    if found is None:
        raise InvalidInput("code_wrong", "the code does not fit, is too old or was tried too often", field="code")
    return found


def _try_code(connection: sa.Connection, context: ServiceContext, purpose: Purpose, cardholder_id: str,
              digits: str) -> str | None:
    live = sa.and_(activation_codes.c.cardholder_id == cardholder_id, activation_codes.c.purpose == purpose.value,
                   activation_codes.c.used_at.is_(None), activation_codes.c.expires_at > context.clock.now(),
                   activation_codes.c.attempts < CODE_TRIES)
    row = connection.execute(activation_codes.update().where(live).values(
        attempts=activation_codes.c.attempts + 1).returning(
            activation_codes.c.id, activation_codes.c.code_hash)).first()
    if row is None or not hmac.compare_digest(row.code_hash, _code_hash(context, row.id, digits)):
        return None
    # A right code may meet a taken login and come again; only wrong ones use up tries.
    connection.execute(activation_codes.update().where(activation_codes.c.id == row.id).values(
        attempts=activation_codes.c.attempts - 1))
    return str(row.id)


def _use(connection: sa.Connection, proven: _Proven, now: Any) -> None:
    used = connection.execute(activation_codes.update().where(
        activation_codes.c.id == proven.code_id, activation_codes.c.used_at.is_(None),
        activation_codes.c.expires_at > now).values(used_at=now)).rowcount
    if not used:
        raise InvalidInput("code_wrong", "the code has been used meanwhile", field="code")


def _matches(connection: sa.Connection, context: ServiceContext, card_last4: str, folded: str) -> list[Any]:
    return list(connection.execute(sa.select(
        cardholders.c.id.label("cardholder_id"), cardholders.c.name_encrypted, users.c.id.label("user_id"),
    ).join(accounts, accounts.c.cardholder_id == cardholders.c.id).outerjoin(
        users, users.c.cardholder_id == cardholders.c.id).where(
        cardholders.c.name_index == context.vault.index(folded, "name"), accounts.c.card_last4 == card_last4,
        cardholders.c.phone_encrypted.is_not(None),
    ).distinct().order_by(cardholders.c.id).limit(_MOST_NAMESAKES)).all())


def _checked(card_last4: str, name: str) -> tuple[str, str]:
    card_last4 = clean_digits(card_last4)
    if not (len(card_last4) == 4 and card_last4.isascii() and card_last4.isdigit()):
        raise InvalidInput("card_last4_malformed", "the last four digits of the card number", field="card_last4")
    folded = clean_name(name)
    if not folded or len(folded) > 80:
        raise InvalidInput("name_malformed", "the name the card was opened in", field="name")
    return card_last4, folded


def _code_subject(context: ServiceContext, card_last4: str, folded: str) -> str:
    return throttle.CODE.subject(context.vault, f"{card_last4} {folded}")


def _code_hash(context: ServiceContext, code_id: str, digits: str) -> str:
    return hmac.new(context.vault.subkey("codes"), f"{code_id} {digits}".encode(), sha256).hexdigest()


@dataclass(frozen=True, slots=True)
class DemoMessage:
    """One SMS as the demo's phone shows it: its template, what fills it, and when it came."""

    template: str
    parameters: dict[str, Any]
    at: datetime


def demo_messages(context: ServiceContext, *, card_last4: str, name: str, limit: int = 3) -> tuple[DemoMessage, ...]:
    """The codes this synthetic cardholder's phone received last, newest first. Demo mode only.

    Templates without their beginning: ``code``, ``activated`` or ``not_activated``. Raises ``NotFound``
    elsewhere: outside the demo a code is seen on the phone it was sent to and nowhere else.
    """
    codes = outbox.c.template.in_(OF_SIGNING_IN)
    return tuple(replace(message, template=message.template.removeprefix(_TEMPLATES))
                 for message in _received(context, _people(context, card_last4, name), limit, codes))


def demo_phone(context: ServiceContext, *, card_last4: str, name: str, limit: int = 10) -> tuple[DemoMessage, ...]:
    """Everything written to this synthetic cardholder, newest first. Demo mode only, as ``demo_messages``.

    What goes to phone and portal alike is shown once. Raises ``NotFound("cardholder")`` where nobody matches.
    """
    people = _people(context, card_last4, name)
    if not people:
        raise NotFound("cardholder")
    return _received(context, people, limit, sa.or_(outbox.c.channel == "in_app",
                                                    outbox.c.template.in_(OF_SIGNING_IN)))


def _people(context: ServiceContext, card_last4: str, name: str) -> list[str]:
    """The cardholders a card and a name stand for. Demo mode only: elsewhere asking would tell who has a card."""
    if not context.settings.demo:
        raise NotFound("demo_phone")
    card_last4, folded = _checked(card_last4, name)
    with context.reading() as connection:
        return [match.cardholder_id for match in _matches(connection, context, card_last4, folded)]


def _received(context: ServiceContext, people: list[str], limit: int,
              which: sa.ColumnElement[bool]) -> tuple[DemoMessage, ...]:
    with context.reading() as connection:
        rows = connection.execute(
            sa.select(outbox.c.id, outbox.c.template, outbox.c.parameters_encrypted, outbox.c.created_at)
            .where(outbox.c.recipient_kind == "cardholder", outbox.c.recipient_id.in_(people), which)
            .order_by(outbox.c.about_on.desc(), outbox.c.created_at.desc(), outbox.c.id).limit(limit)).all()
    return tuple(DemoMessage(*opened(context, row.id, row.template, row.parameters_encrypted), row.created_at)
                 for row in rows)
