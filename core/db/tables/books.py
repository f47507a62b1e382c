"""What the close of day needs and leaves: an account's state, what was agreed about it, moves, quotes, runs."""

import sqlalchemy as sa

from core.db.tables.base import metadata
from core.db.types import Json, Money, UtcDateTime, id_column, reference

# One row per account whose books are kept here. The states are caches: replaying the ledger's facts from the
# opening state gives them again (``core.domain.account_history``), and verification does.
account_books = sa.Table(
    "account_books", metadata,
    sa.Column("account_id", sa.String(22), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("opened_on", sa.Date, nullable=False),  # facts up to this day are history, not replayed
    sa.Column("opening_state", sa.Text, nullable=False),
    sa.Column("state_on", sa.Date, nullable=False),  # the last statement date, or ``opened_on``
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("run_through", sa.Date, nullable=False),  # every event up to this day is in the books
    sa.Column("next_event_date", sa.Date, nullable=False, index=True),
)

# What was agreed or decided about an account that is not money: facts for the replay, append-only.
account_terms = sa.Table(
    "account_terms", metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False, index=True),
    # deferral | hold | release | rate | pause | adjustment | waiver
    sa.Column("kind", sa.String(12), nullable=False),
    sa.Column("value_date", sa.Date, nullable=False),
    sa.Column("until_date", sa.Date),
    sa.Column("component", sa.String(12)),  # of an adjustment or waiver
    # What was asked for; what there was of it stands in the ledger, and a late fact may change that.
    sa.Column("amount_minor", Money),
    sa.Column("daily_rate", sa.String(20)),  # a decimal, as text: SQLite would keep a float
    sa.Column("reason", sa.String(80), nullable=False),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("posting_date", sa.Date, nullable=False),
    sa.Column("idempotency_key", sa.String(120), nullable=False),
    sa.UniqueConstraint("account_id", "idempotency_key"),
)

bucket_moves = sa.Table(
    "bucket_moves", metadata,
    sa.Column("account_id", sa.String(22), sa.ForeignKey("accounts.id"), primary_key=True),
    sa.Column("on_date", sa.Date, primary_key=True),
    sa.Column("from_bucket", sa.String(4), nullable=False),
    sa.Column("to_bucket", sa.String(4), nullable=False),
    sa.Column("days_past_due", sa.Integer, nullable=False),
    sa.Index("ix_bucket_moves_on_date", "on_date"),
)

payoff_quotes = sa.Table(
    "payoff_quotes", metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False, index=True),
    sa.Column("pay_on", sa.Date, nullable=False),  # a payment with this value date settles the account
    sa.Column("amount_minor", Money, nullable=False),
    sa.Column("parts", Json, nullable=False),
    sa.Column("state", sa.String(10), nullable=False),  # open | expired
    sa.Column("policy_version", sa.String(40), nullable=False),
    sa.Column("quoted_at", UtcDateTime, nullable=False),
    sa.Index("ix_payoff_quotes_state_pay_on", "state", "pay_on"),
)

# One row per day that was closed: begun first, finished last, so an unfinished one shows.
closed_days = sa.Table(
    "closed_days", metadata,
    sa.Column("day", sa.Date, primary_key=True),
    sa.Column("begun_at", UtcDateTime, nullable=False),
    sa.Column("finished_at", UtcDateTime),
    sa.Column("summary", Json),
)
