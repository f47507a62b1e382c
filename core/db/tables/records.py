"""What every command leaves behind: audit, outgoing messages, and its key against repetition."""

import sqlalchemy as sa

from core.db.tables.base import metadata
from core.db.types import Json, UtcDateTime, id_column

_serial = sa.BigInteger().with_variant(sa.Integer, "sqlite")

# Append-only by a trigger in the migration; each row carries the hash of the one before.
audit_log = sa.Table(
    "audit_log", metadata,
    sa.Column("sequence", _serial, primary_key=True, autoincrement=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("actor_user_id", sa.String(22), nullable=False),
    sa.Column("actor_role", sa.String(20), nullable=False),
    sa.Column("event", sa.String(40), nullable=False),
    sa.Column("object_kind", sa.String(30), nullable=False),
    sa.Column("object_id", sa.String(64), nullable=False),
    sa.Column("data", Json, nullable=False),
    sa.Column("previous_hash", sa.String(64), nullable=False),
    sa.Column("hash", sa.String(64), nullable=False, unique=True),
    sa.Index("ix_audit_log_object", "object_kind", "object_id"),
)

outbox = sa.Table(
    "outbox", metadata,
    id_column(),
    sa.Column("channel", sa.String(10), nullable=False),  # sms | in_app
    sa.Column("recipient_kind", sa.String(20), nullable=False),
    sa.Column("recipient_id", sa.String(22), nullable=False),
    sa.Column("template", sa.String(60), nullable=False),
    sa.Column("parameters_encrypted", sa.LargeBinary, nullable=False),
    # The day the message is about: a day that is closed late is told late, and listed where it belongs.
    sa.Column("about_on", sa.Date, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("sent_at", UtcDateTime),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Index("ix_outbox_recipient", "recipient_kind", "recipient_id", "about_on", "created_at"),
)

idempotency_keys = sa.Table(
    "idempotency_keys", metadata,
    sa.Column("actor_user_id", sa.String(22), primary_key=True),
    sa.Column("key", sa.String(80), primary_key=True),
    sa.Column("command", sa.String(40), nullable=False),
    sa.Column("input_hash", sa.String(64), nullable=False),
    sa.Column("result", Json),  # NULL only inside the transaction that carries it out
    sa.Column("created_at", UtcDateTime, nullable=False),
)
