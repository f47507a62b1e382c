"""Conversations with the assistant: their state, every turn, and the numbers behind the offers.

Revision 0004.
"""

import sqlalchemy as sa
from alembic import op

from core.db.migrations.append_only import forbid_changes, permit_changes
from core.db.types import Json, UtcDateTime

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_OPEN = sa.text("state = 'open'")
_WAITING = sa.text("person_asked_at IS NOT NULL AND person_taken_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "negotiations",
        sa.Column("id", sa.String(22), nullable=False),
        _reference("negotiations", "account_id", "accounts.id", nullable=False),
        _reference("negotiations", "cardholder_id", "cardholders.id", nullable=False),
        sa.Column("state", sa.String(12), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("facts_hash", sa.String(64), nullable=False),
        sa.Column("wish", Json, nullable=False),
        sa.Column("hardship", Json, nullable=False),
        sa.Column("chose_ceiling", sa.Boolean(), nullable=False, server_default=sa.false()),
        sa.Column("rounds", Json, nullable=False),
        sa.Column("stop", sa.String(20)),
        sa.Column("turns", sa.Integer(), nullable=False),
        sa.Column("person_asked_at", UtcDateTime()),
        sa.Column("person_cause", sa.String(20)),
        _reference("negotiations", "person_taken_by", "users.id"),
        sa.Column("person_taken_at", UtcDateTime()),
        _reference("negotiations", "proposal_id", "proposals.id"),
        sa.Column("chosen_turn", sa.Integer()),
        sa.Column("chosen_label", sa.String(60)),
        sa.Column("opened_at", UtcDateTime(), nullable=False),
        sa.Column("updated_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiations")))
    op.create_index(op.f("ix_negotiations_account_id"), "negotiations", ["account_id"])
    op.create_index(op.f("ix_negotiations_proposal_id"), "negotiations", ["proposal_id"])
    op.create_index("uq_negotiations_one_open", "negotiations", ["account_id"], unique=True, sqlite_where=_OPEN,
                    postgresql_where=_OPEN)
    op.create_index("ix_negotiations_waiting", "negotiations", ["person_asked_at"], sqlite_where=_WAITING,
                    postgresql_where=_WAITING)

    op.create_table(
        "negotiation_rules",
        sa.Column("hash", sa.String(64), nullable=False),
        sa.Column("rule", Json, nullable=False),
        sa.Column("created_at", UtcDateTime(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_negotiation_rules")))

    op.create_table(
        "negotiation_turns",
        sa.Column("id", sa.String(22), nullable=False),
        _reference("negotiation_turns", "negotiation_id", "negotiations.id", nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("at", UtcDateTime(), nullable=False),
        sa.Column("source", sa.String(12), nullable=False),
        sa.Column("said_encrypted", sa.LargeBinary()),
        sa.Column("understood", Json),
        sa.Column("wish", Json, nullable=False),
        sa.Column("hardship", Json, nullable=False),
        sa.Column("replies", Json, nullable=False),
        sa.Column("stop", sa.String(20)),
        sa.Column("accepts_turn", sa.Integer()),
        sa.Column("accepts_label", sa.String(60)),
        sa.Column("policy_version", sa.String(40), nullable=False),
        sa.Column("input", Json),
        sa.Column("rule_hash", sa.String(64),
                  sa.ForeignKey("negotiation_rules.hash", name=op.f("fk_negotiation_turns_rule_hash"))),
        sa.Column("input_hash", sa.String(64)),
        sa.Column("grid_hash", sa.String(64)),
        sa.Column("result_hash", sa.String(64)),
        sa.Column("result", Json),
        sa.Column("shown", Json),
        sa.Column("do_nothing", Json),
        sa.Column("seal", sa.String(64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiation_turns")),
        sa.UniqueConstraint("negotiation_id", "number", name=op.f("uq_negotiation_turns_negotiation_id_number")))
    for table in ("negotiation_rules", "negotiation_turns"):
        forbid_changes(op, table)


def downgrade() -> None:
    for table in ("negotiation_turns", "negotiation_rules"):
        permit_changes(op, table)
    for table in ("negotiation_turns", "negotiation_rules", "negotiations"):
        op.drop_table(table)


def _reference(table: str, column: str, target: str, *, nullable: bool = True) -> sa.Column[str]:
    return sa.Column(column, sa.String(22), sa.ForeignKey(target, name=op.f(f"fk_{table}_{column}")), nullable=nullable)
