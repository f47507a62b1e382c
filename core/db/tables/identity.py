"""Users, server-side sessions, one-time tickets and codes, and the sign-in throttle."""

import sqlalchemy as sa

from core.db.tables.base import metadata
from core.db.types import UtcDateTime, id_column, reference

users = sa.Table(
    "users", metadata,
    id_column(),
    sa.Column("login", sa.String(80), nullable=False, unique=True),
    sa.Column("display_name", sa.String(80), nullable=False),
    sa.Column("role", sa.String(20), nullable=False),
    sa.Column("authority", sa.String(2)),
    reference("cardholder_id", "cardholders.id", unique=True),
    sa.Column("password_hash", sa.String(255)),
    sa.Column("locale", sa.String(8)),
    sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("password_changed_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.CheckConstraint("(role = 'cardholder') = (cardholder_id IS NOT NULL)", name="cardholder"),
)

# Only hashes of what the browser holds: a copy of this table opens no session.
sessions = sa.Table(
    "sessions", metadata,
    sa.Column("token_hash", sa.String(64), primary_key=True),
    reference("user_id", "users.id", nullable=False, index=True),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("last_seen_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

login_tickets = sa.Table(
    "login_tickets", metadata,
    sa.Column("ticket_hash", sa.String(64), primary_key=True),
    reference("user_id", "users.id", nullable=False),
    sa.Column("binding_hash", sa.String(64), nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False, index=True),
)

# One row per throttled thing: "account:<login hash>", "address:<hash>", "code:<cardholder id>".
throttles = sa.Table(
    "throttles", metadata,
    sa.Column("subject", sa.String(100), primary_key=True),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("window_started_at", UtcDateTime, nullable=False),
    sa.Column("blocked_until", UtcDateTime),
)

activation_codes = sa.Table(
    "activation_codes", metadata,
    id_column(),
    reference("cardholder_id", "cardholders.id", nullable=False, index=True),
    sa.Column("purpose", sa.String(20), nullable=False),  # activate | reset
    sa.Column("code_hash", sa.String(64), nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False, server_default="0"),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("expires_at", UtcDateTime, nullable=False),
    sa.Column("used_at", UtcDateTime),
)
