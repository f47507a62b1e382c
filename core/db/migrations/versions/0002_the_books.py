"""The books of an account: states, agreed terms, bucket moves, quotes and closed days.

Revision 0002.
"""

import sqlalchemy as sa
from alembic import op

from core.db.migrations.append_only import forbid_changes, permit_changes
from core.db.types import Json, UtcDateTime

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    # Not in a batch: SQLite would rebuild the table and lose the triggers that keep it append-only.
    op.add_column("ledger_entries", sa.Column("subject", sa.String(100), nullable=False, server_default=""))

    op.create_table(
        "account_books",
        sa.Column("account_id", sa.String(22), sa.ForeignKey("accounts.id", name=op.f("fk_account_books_account_id")),
                  nullable=False),
        sa.Column("opened_on", sa.Date(), nullable=False),
        sa.Column("opening_state", sa.Text(), nullable=False),
        sa.Column("state_on", sa.Date(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("run_through", sa.Date(), nullable=False),
        sa.Column("next_event_date", sa.Date(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", name=op.f("pk_account_books")))
    op.create_index(op.f("ix_account_books_next_event_date"), "account_books", ["next_event_date"])

    op.create_table(
        "account_terms",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("account_id", sa.String(22), sa.ForeignKey("accounts.id", name=op.f("fk_account_terms_account_id")),
                  nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("value_date", sa.Date(), nullable=False),
        sa.Column("until_date", sa.Date()),
        sa.Column("component", sa.String(12)),
        sa.Column("amount_minor", sa.BigInteger()),
        sa.Column("daily_rate", sa.String(20)),
        sa.Column("reason", sa.String(80), nullable=False),
        sa.Column("source", sa.String(40), nullable=False),
        sa.Column("posting_date", sa.Date(), nullable=False),
        sa.Column("idempotency_key", sa.String(120), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_account_terms")),
        sa.UniqueConstraint("account_id", "idempotency_key",
                            name=op.f("uq_account_terms_account_id_idempotency_key")))
    op.create_index(op.f("ix_account_terms_account_id"), "account_terms", ["account_id"])
    forbid_changes(op, "account_terms")

    op.create_table(
        "bucket_moves",
        sa.Column("account_id", sa.String(22), sa.ForeignKey("accounts.id", name=op.f("fk_bucket_moves_account_id")),
                  nullable=False),
        sa.Column("on_date", sa.Date(), nullable=False),
        sa.Column("from_bucket", sa.String(4), nullable=False),
        sa.Column("to_bucket", sa.String(4), nullable=False),
        sa.Column("days_past_due", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("account_id", "on_date", name=op.f("pk_bucket_moves")))
    op.create_index("ix_bucket_moves_on_date", "bucket_moves", ["on_date"])

    op.create_table(
        "payoff_quotes",
        sa.Column("id", sa.String(22), nullable=False),
        sa.Column("account_id", sa.String(22), sa.ForeignKey("accounts.id", name=op.f("fk_payoff_quotes_account_id")),
                  nullable=False),
        sa.Column("pay_on", sa.Date(), nullable=False),
        sa.Column("amount_minor", sa.BigInteger(), nullable=False),
        sa.Column("parts", Json, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("quoted_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payoff_quotes")))
    op.create_index(op.f("ix_payoff_quotes_account_id"), "payoff_quotes", ["account_id"])
    op.create_index("ix_payoff_quotes_state_pay_on", "payoff_quotes", ["state", "pay_on"])

    op.create_table(
        "closed_days",
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("begun_at", UtcDateTime(), nullable=False),
        sa.Column("finished_at", UtcDateTime()),
        sa.Column("summary", Json),
        sa.PrimaryKeyConstraint("day", name=op.f("pk_closed_days")))


def downgrade() -> None:
    permit_changes(op, "account_terms")
    for table in ("closed_days", "payoff_quotes", "bucket_moves", "account_terms", "account_books"):
        op.drop_table(table)
    op.drop_column("ledger_entries", "subject")
