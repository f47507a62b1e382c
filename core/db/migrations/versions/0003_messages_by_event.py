"""The day a message is about, beside the instant it was written: a day caught up late is listed where it belongs.

Revision 0003.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_DAY_IN_CHINA = {"sqlite": "date(created_at, '+8 hours')",
                 "postgresql": "CAST(created_at AT TIME ZONE 'Asia/Shanghai' AS date)"}


def upgrade() -> None:
    op.add_column("outbox", sa.Column("about_on", sa.Date(), nullable=True))
    day = _DAY_IN_CHINA[op.get_bind().dialect.name]
    op.execute(f"UPDATE outbox SET about_on = {day}")
    op.drop_index("ix_outbox_recipient", table_name="outbox")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.alter_column("about_on", existing_type=sa.Date(), nullable=False)
    op.create_index("ix_outbox_recipient", "outbox", ["recipient_kind", "recipient_id", "about_on", "created_at"])


def downgrade() -> None:
    op.drop_index("ix_outbox_recipient", table_name="outbox")
    with op.batch_alter_table("outbox") as batch_op:
        batch_op.drop_column("about_on")
    op.create_index("ix_outbox_recipient", "outbox", ["recipient_kind", "recipient_id", "created_at"])
