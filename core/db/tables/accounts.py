"""Cardholders, their card accounts, statements, payments and the append-only ledger."""

import sqlalchemy as sa

from core.db.tables.base import metadata
from core.db.types import Json, Money, UtcDateTime, id_column, reference

cardholders = sa.Table(
    "cardholders", metadata,
    id_column(),
    # Names, phones and national ids are encrypted column by column; the *_index columns are keyed
    # hashes that find a person without revealing one.
    sa.Column("name_encrypted", sa.LargeBinary, nullable=False),
    sa.Column("name_index", sa.String(64), nullable=False, index=True),
    sa.Column("phone_encrypted", sa.LargeBinary),
    sa.Column("phone_index", sa.String(64), index=True),
    sa.Column("locale", sa.String(8), nullable=False, server_default="zh_CN"),
    sa.Column("city", sa.String(40)),
    sa.Column("vulnerable", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("source_reference", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("source", "source_reference"),
)

accounts = sa.Table(
    "accounts", metadata,
    id_column(),
    reference("cardholder_id", "cardholders.id", nullable=False, index=True),
    sa.Column("card_last4", sa.String(4), nullable=False, index=True),
    sa.Column("product", sa.String(40), nullable=False),
    sa.Column("issuer", sa.String(40), nullable=False),  # issuer profile in the policy
    sa.Column("currency", sa.String(3), nullable=False, server_default="CNY"),
    sa.Column("credit_limit_minor", Money, nullable=False),
    sa.Column("statement_day", sa.SmallInteger, nullable=False),
    sa.Column("opened_on", sa.Date),
    # Posted balances by component: cached sums of ledger_entries, see core.services.ledger.
    sa.Column("principal_minor", Money, nullable=False),
    sa.Column("interest_minor", Money, nullable=False),
    sa.Column("late_fee_minor", Money, nullable=False),
    sa.Column("other_fees_minor", Money, nullable=False),
    sa.Column("disputed_minor", Money, nullable=False, server_default="0"),
    sa.Column("in_transit_minor", Money, nullable=False, server_default="0"),
    # The due date of the oldest statement whose minimum payment is still unpaid; NULL: nothing overdue.
    sa.Column("oldest_unpaid_due_date", sa.Date, index=True),
    # Interest up to and including this day is in interest_minor; later days are accrued on reading.
    sa.Column("interest_through_date", sa.Date, nullable=False),
    sa.Column("status", sa.String(20), nullable=False, server_default="open"),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("source_reference", sa.String(64), nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.UniqueConstraint("source", "source_reference"),
    sa.CheckConstraint("statement_day BETWEEN 1 AND 28", name="statement_day"),
    sa.CheckConstraint("interest_minor >= 0 AND late_fee_minor >= 0 AND other_fees_minor >= 0", name="charges"),
)

statements = sa.Table(
    "statements", metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False),
    sa.Column("statement_date", sa.Date, nullable=False),
    sa.Column("due_date", sa.Date, nullable=False),
    sa.Column("opening_balance_minor", Money, nullable=False),
    sa.Column("purchases_minor", Money, nullable=False),
    sa.Column("cash_minor", Money, nullable=False, server_default="0"),
    sa.Column("interest_minor", Money, nullable=False),
    sa.Column("late_fee_minor", Money, nullable=False),
    sa.Column("other_fees_minor", Money, nullable=False),
    sa.Column("payments_minor", Money, nullable=False),
    # Credits, reversals and differences a source file does not explain; may be negative.
    sa.Column("adjustments_minor", Money, nullable=False, server_default="0"),
    sa.Column("closing_balance_minor", Money, nullable=False),
    sa.Column("minimum_payment_minor", Money, nullable=False),
    # Paid towards this statement by its own due date and grace; the next statement's late fee is on the rest.
    sa.Column("paid_by_due_minor", Money, nullable=False, server_default="0"),
    sa.Column("policy_version", sa.String(40), nullable=False),
    sa.UniqueConstraint("account_id", "statement_date"),
    sa.CheckConstraint(
        "closing_balance_minor = opening_balance_minor + purchases_minor + cash_minor + interest_minor"
        " + late_fee_minor + other_fees_minor + adjustments_minor - payments_minor", name="balances"),
)

payments = sa.Table(
    "payments", metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False, index=True),
    sa.Column("value_date", sa.Date, nullable=False),
    sa.Column("amount_minor", Money, nullable=False),
    sa.Column("channel", sa.String(20), nullable=False),
    sa.Column("status", sa.String(20), nullable=False),  # posted | in_transit | reversed
    # How it was applied (Art. 57 order at the days past due of its value date).
    sa.Column("applied_principal_minor", Money, nullable=False, server_default="0"),
    sa.Column("applied_interest_minor", Money, nullable=False, server_default="0"),
    sa.Column("applied_fees_minor", Money, nullable=False, server_default="0"),
    sa.Column("unapplied_minor", Money, nullable=False, server_default="0"),
    sa.Column("source_reference", sa.String(80), nullable=False),
    sa.UniqueConstraint("account_id", "source_reference"),
    sa.CheckConstraint("amount_minor > 0", name="amount"),
)

ledger_entries = sa.Table(
    "ledger_entries", metadata,
    sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
    reference("account_id", "accounts.id", nullable=False),
    sa.Column("posting_date", sa.Date, nullable=False),
    sa.Column("value_date", sa.Date, nullable=False),
    # opening | purchase | cash | interest | late_fee | other_fee | payment | credit (between components) |
    # adjustment | waiver | reversal
    sa.Column("kind", sa.String(20), nullable=False),
    # principal | interest | late_fee | other_fees: one entry moves one component
    sa.Column("component", sa.String(12), nullable=False),
    sa.Column("amount_minor", Money, nullable=False),  # a debit is positive, a credit negative
    sa.Column("reason", sa.String(80)),
    sa.Column("source", sa.String(40), nullable=False),
    sa.Column("idempotency_key", sa.String(120), nullable=False),
    # What the entry is about (a purchase, a payment, the interest of a statement): later corrections of the
    # same thing carry the same subject, so that its entries always add up to what is right.
    sa.Column("subject", sa.String(100), nullable=False, server_default=""),
    sa.UniqueConstraint("account_id", "idempotency_key"),
    sa.Index("ix_ledger_entries_account_id_value_date", "account_id", "value_date"),
    sa.CheckConstraint("amount_minor <> 0", name="amount"),
)

imports = sa.Table(
    "imports", metadata,
    id_column(),
    sa.Column("kind", sa.String(40), nullable=False),
    sa.Column("file_sha256", sa.String(64), nullable=False),
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("options", Json, nullable=False),
    sa.Column("summary", Json, nullable=False),
    sa.Column("imported_at", UtcDateTime, nullable=False),
)
