"""Conversations with the assistant: what was asked, what was shown, and everything it can be worked out from again."""

import sqlalchemy as sa

from core.db.tables.base import metadata
from core.db.types import Json, UtcDateTime, id_column, reference

# One conversation about one account, under the facts of one day. What changes is the state; what was said and
# shown is in the turns. Retention: with the case it belongs to; without one, what policy says
# (``records.conversation_days``), then its turns go and its bare row stays.
negotiations = sa.Table(
    "negotiations", metadata,
    id_column(),
    reference("account_id", "accounts.id", nullable=False, index=True),
    reference("cardholder_id", "cardholders.id", nullable=False),
    sa.Column("state", sa.String(12), nullable=False),  # open | superseded | chosen | erased
    sa.Column("as_of", sa.Date, nullable=False),
    sa.Column("facts_hash", sa.String(64), nullable=False),  # of what the offers rest on: it changes, they are over
    sa.Column("wish", Json, nullable=False),  # everything wished so far
    sa.Column("hardship", Json, nullable=False),  # codes said here: facts of this conversation only
    sa.Column("chose_ceiling", sa.Boolean, nullable=False, server_default=sa.false()),
    sa.Column("rounds", Json, nullable=False),  # what counts for the stopping rule, since the last restart
    sa.Column("stop", sa.String(20)),
    sa.Column("turns", sa.Integer, nullable=False),
    # A person of the bank is wanted, why, and who has taken it up.
    sa.Column("person_asked_at", UtcDateTime),
    sa.Column("person_cause", sa.String(20)),
    reference("person_taken_by", "users.id"),
    sa.Column("person_taken_at", UtcDateTime),
    # The request the conversation led to, and the offer it was made from.
    reference("proposal_id", "proposals.id", index=True),
    sa.Column("chosen_turn", sa.Integer),
    sa.Column("chosen_label", sa.String(60)),
    sa.Column("opened_at", UtcDateTime, nullable=False),
    sa.Column("updated_at", UtcDateTime, nullable=False),
)

# An account has one open conversation: two tabs meet in it.
_OPEN = sa.text("state = 'open'")
sa.Index("uq_negotiations_one_open", negotiations.c.account_id, unique=True, sqlite_where=_OPEN,
         postgresql_where=_OPEN)
_WAITING = sa.text("person_asked_at IS NOT NULL AND person_taken_at IS NULL")
sa.Index("ix_negotiations_waiting", negotiations.c.person_asked_at, sqlite_where=_WAITING, postgresql_where=_WAITING)

# Every number that offers were worked out with, by the hash of their content: a policy file that is gone
# does not take the proof with it.
negotiation_rules = sa.Table(
    "negotiation_rules", metadata,
    sa.Column("hash", sa.String(64), primary_key=True),
    sa.Column("rule", Json, nullable=False),
    sa.Column("created_at", UtcDateTime, nullable=False),
)

# Append-only until its conversation is erased: what was said and shown, in order.
negotiation_turns = sa.Table(
    "negotiation_turns", metadata,
    id_column(),
    reference("negotiation_id", "negotiations.id", nullable=False),
    sa.Column("number", sa.Integer, nullable=False),
    sa.Column("at", UtcDateTime, nullable=False),
    sa.Column("source", sa.String(12), nullable=False),
    sa.Column("said_encrypted", sa.LargeBinary),  # a person's own words
    sa.Column("understood", Json),
    sa.Column("wish", Json, nullable=False),
    sa.Column("hardship", Json, nullable=False),
    sa.Column("replies", Json, nullable=False),
    sa.Column("stop", sa.String(20)),
    sa.Column("accepts_turn", sa.Integer),
    sa.Column("accepts_label", sa.String(60)),
    sa.Column("policy_version", sa.String(40), nullable=False),
    # The document of ``portal calc offers`` and its answer; what was shown, in full; and doing nothing. Json keeps
    # no order and text does: hashes are of canonical JSON.
    sa.Column("input", Json),
    sa.Column("rule_hash", sa.String(64), sa.ForeignKey("negotiation_rules.hash")),
    sa.Column("input_hash", sa.String(64)),
    sa.Column("grid_hash", sa.String(64)),
    sa.Column("result_hash", sa.String(64)),
    sa.Column("result", Json),
    sa.Column("shown", Json),
    sa.Column("do_nothing", Json),
    sa.Column("seal", sa.String(64), nullable=False),  # of all the others; the audit chain holds it too
    sa.UniqueConstraint("negotiation_id", "number"),
)
