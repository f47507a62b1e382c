"""The messages the bank put into a person's box in the portal, as their owner reads them."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import sqlalchemy as sa
import structlog
from cryptography.fernet import InvalidToken

from core.db.tables.records import outbox
from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.domain.message_templates import MessageTemplate
from core.services.context import ServiceContext
from core.services.request_reading import own_cardholder

MOST_AT_ONCE = 50
UNREADABLE = "unreadable"
"""In place of the template of a message that cannot be opened: one message never hides the others."""
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the words are the catalogue's under ``cardholder.message.<template>``."""

    message_id: str
    template: str
    parameters: Mapping[str, Any]
    """What fills the words: references as they are, amounts in fen (``_minor``), days and instants in ISO 8601."""
    about_on: date
    """The day of what it tells; a day closed late was told late."""
    at: datetime


def my_messages(actor: Actor, context: ServiceContext, *, limit: int = 5, after: Message | None = None,
                templates: Collection[MessageTemplate] = (), since: datetime | None = None) -> tuple[Message, ...]:
    """The newest messages of the person who asks, by the day they are about, then by when they came. One query.

    ``after`` pages back from a message already shown; ``templates`` and ``since`` (when it was written) narrow.
    """
    cardholder_id = own_cardholder(actor, "read messages")
    if not 1 <= limit <= MOST_AT_ONCE:
        raise InvalidInput("out_of_range", field="limit", lowest=1, highest=MOST_AT_ONCE)
    query = sa.select(outbox.c.id, outbox.c.template, outbox.c.parameters_encrypted, outbox.c.about_on,
                      outbox.c.created_at).where(
        outbox.c.channel == "in_app", outbox.c.recipient_kind == "cardholder", outbox.c.recipient_id == cardholder_id)
    if templates:
        query = query.where(outbox.c.template.in_(templates))
    if since is not None:
        query = query.where(outbox.c.created_at >= since)
    if after is not None:
        query = query.where(_older_than(after))
    with context.reading() as connection:
        rows = connection.execute(query.order_by(
            outbox.c.about_on.desc(), outbox.c.created_at.desc(), outbox.c.id.desc()).limit(limit)).all()
    return tuple(Message(row.id, *opened(context, row.id, row.template, row.parameters_encrypted), row.about_on,
                         row.created_at) for row in rows)


def _older_than(shown: Message) -> sa.ColumnElement[bool]:
    columns = outbox.c
    earlier_written = sa.or_(columns.created_at < shown.at,
                             sa.and_(columns.created_at == shown.at, columns.id < shown.message_id))
    return sa.or_(columns.about_on < shown.about_on, sa.and_(columns.about_on == shown.about_on, earlier_written))


def opened(context: ServiceContext, message_id: str, template: str, encrypted: bytes) -> tuple[str, dict[str, Any]]:
    """Template and parameters of a row of ``outbox``; ``UNREADABLE`` and nothing, logged, where another key or
    damage keeps it shut. Checks no actor: the caller has."""
    try:
        parameters = json.loads(context.vault.decrypt(encrypted))
    except (InvalidInput, InvalidToken, ValueError) as fault:
        _log.error("message_unreadable", message_id=message_id, template=template, fault=type(fault).__name__)
        return UNREADABLE, {}
    return template, parameters
