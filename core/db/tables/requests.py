"""Assessments, proposals and what becomes of them."""

import sqlalchemy as sa

from core.db.tables.base import metadata
from core.db.types import Json, Money, UtcDateTime, id_column, reference

assessments = sa.Table(
    "assessments", metadata,
    id_column(),
    reference("cardholder_id", "cardholders.id", nullable=False),
    sa.Column("status", sa.String(10), nullable=False),  # draft | final
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("input", Json, nullable=False),
    sa.Column("result", Json),
    sa.Column("outcome", sa.String(20)),
    sa.Column("affordable_minor", Money),
    sa.Column("policy_version", sa.String(40)),
    sa.Column("created_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Index("ix_assessments_cardholder_id_status", "cardholder_id", "status"),
)
# A person has one draft at a time; two tabs meet on it, not beside it.
sa.Index("uq_assessments_one_draft", assessments.c.cardholder_id, unique=True,
         sqlite_where=assessments.c.status == "draft", postgresql_where=assessments.c.status == "draft")

proposals = sa.Table(
    "proposals", metadata,
    id_column(),
    sa.Column("reference", sa.String(12), nullable=False, unique=True),  # what a person reads out on the phone
    reference("account_id", "accounts.id", nullable=False),
    reference("cardholder_id", "cardholders.id", nullable=False),
    reference("assessment_id", "assessments.id"),
    sa.Column("kind", sa.String(30), nullable=False),  # a ProposalKind
    sa.Column("state", sa.String(30), nullable=False),
    sa.Column("terms", Json, nullable=False),
    sa.Column("hardship_reason", sa.String(30)),
    sa.Column("note", sa.String(2000)),
    # The picture at submission: what statistics and the queue count by, without joins that change later.
    sa.Column("amount_minor", Money, nullable=False),
    sa.Column("days_past_due", sa.Integer, nullable=False),
    sa.Column("bucket", sa.String(4), nullable=False),
    sa.Column("product", sa.String(40), nullable=False),
    sa.Column("vulnerable", sa.Boolean, nullable=False),
    sa.Column("needed_authority", sa.String(2), nullable=False),
    sa.Column("policy_version", sa.String(40), nullable=False),
    sa.Column("submitted_at", UtcDateTime, nullable=False),
    sa.Column("promised_by", UtcDateTime, nullable=False),
    sa.Column("decided_at", UtcDateTime),
    # The question put to the cardholder runs out after this day.
    sa.Column("answer_due_date", sa.Date),
    # Four eyes: who recommended what; another person decides.
    reference("recommended_by", "users.id"),
    sa.Column("recommendation", sa.String(20)),  # approved | refused
    # Claim: at most one collector holds a case. Written by one conditional UPDATE.
    reference("claimed_by", "users.id", index=True),
    sa.Column("claimed_at", UtcDateTime),
    sa.Column("claim_expires_at", UtcDateTime),
    sa.Column("version", sa.Integer, nullable=False, server_default="1"),
    sa.Index("ix_proposals_state_promised_by", "state", "promised_by"),
    sa.Index("ix_proposals_cardholder_id_submitted_at", "cardholder_id", "submitted_at"),
    sa.Index("ix_proposals_account_id_state", "account_id", "state"),
    sa.Index("ix_proposals_submitted_at", "submitted_at"),
)

# An account has one request at a time: two tabs, or two people on the phone, meet on it.
_OPEN = sa.text("state IN ('submitted', 'in_review', 'information_requested', 'referred')")
sa.Index("uq_proposals_one_open", proposals.c.account_id, unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN)

# Every step of a proposal's life, as both sides may read it.
proposal_events = sa.Table(
    "proposal_events", metadata,
    id_column(),
    reference("proposal_id", "proposals.id", nullable=False),
    sa.Column("sequence", sa.Integer, nullable=False),
    sa.Column("event", sa.String(30), nullable=False),
    sa.Column("from_state", sa.String(30)),
    sa.Column("to_state", sa.String(30), nullable=False),
    sa.Column("actor_role", sa.String(20), nullable=False),
    reference("actor_user_id", "users.id"),
    sa.Column("reasons", Json, nullable=False),
    sa.Column("message", sa.String(2000)),  # words the cardholder reads
    sa.Column("internal_note", sa.String(2000)),  # words only the bank reads
    sa.Column("at", UtcDateTime, nullable=False),
    sa.UniqueConstraint("proposal_id", "sequence"),
)

decisions = sa.Table(
    "decisions", metadata,
    id_column(),
    reference("proposal_id", "proposals.id", nullable=False, index=True),
    sa.Column("outcome", sa.String(20), nullable=False),  # approved | refused
    sa.Column("reasons", Json, nullable=False),
    sa.Column("message", sa.String(2000)),
    reference("actor_user_id", "users.id", nullable=False),
    sa.Column("authority", sa.String(2), nullable=False),
    sa.Column("policy_version", sa.String(40), nullable=False),
    sa.Column("decided_at", UtcDateTime, nullable=False),
)

# What was granted. An extension or a promise holds at once, everything else still needs the cardholder's signature.
arrangements = sa.Table(
    "arrangements", metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False, index=True),
    reference("proposal_id", "proposals.id", nullable=False, unique=True),
    sa.Column("kind", sa.String(30), nullable=False),
    sa.Column("state", sa.String(30), nullable=False),  # active | awaiting_signature | kept | missed | lapsed
    sa.Column("terms", Json, nullable=False),
    sa.Column("schedule", Json, nullable=False),
    sa.Column("first_due_date", sa.Date, nullable=False),
    sa.Column("last_due_date", sa.Date, nullable=False),
    sa.Column("granted_at", UtcDateTime, nullable=False),
)
