"""The messages the bank put into a person's box in the portal, as their owner reads them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from core.db.tables.records import outbox
from core.domain.actor import Actor
from core.domain.errors import InvalidInput
from core.services.context import ServiceContext
from core.services.request_reading import own_cardholder

MOST_AT_ONCE = 50


@dataclass(frozen=True, slots=True)
class Message:
    """One message: the words are the catalogue's under ``cardholder.message.<template>``."""

    template: str
    parameters: Mapping[str, str]
    """What fills the words: references as they are, days and instants in ISO 8601."""
    at: datetime


def my_messages(actor: Actor, context: ServiceContext, *, limit: int = 5) -> tuple[Message, ...]:
    """The newest messages of the person who asks, newest first. One query."""
    cardholder_id = own_cardholder(actor, "read messages")
    if not 1 <= limit <= MOST_AT_ONCE:
        raise InvalidInput("out_of_range", field="limit", lowest=1, highest=MOST_AT_ONCE)
    with context.reading() as connection:
        rows = connection.execute(
            sa.select(outbox.c.template, outbox.c.parameters_encrypted, outbox.c.created_at)
            .where(outbox.c.channel == "in_app", outbox.c.recipient_kind == "cardholder",
                   outbox.c.recipient_id == cardholder_id)
            .order_by(outbox.c.created_at.desc(), outbox.c.id).limit(limit)).all()
    return tuple(Message(row.template, json.loads(context.vault.decrypt(row.parameters_encrypted)), row.created_at)
                 for row in rows)
