"""The first schema: people, accounts, ledger, requests, identity, records.

Revision 0001.
"""

import sqlalchemy as sa
from alembic import op

from core.db.migrations.append_only import forbid_changes, permit_changes
from core.db.types import Json, UtcDateTime

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

Serial = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
APPEND_ONLY = ("audit_log", "ledger_entries", "proposal_events", "decisions")


def upgrade() -> None:
    op.create_table('audit_log',
    sa.Column('sequence', Serial, autoincrement=False, nullable=False),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.Column('actor_user_id', sa.String(length=22), nullable=False),
    sa.Column('actor_role', sa.String(length=20), nullable=False),
    sa.Column('event', sa.String(length=40), nullable=False),
    sa.Column('object_kind', sa.String(length=30), nullable=False),
    sa.Column('object_id', sa.String(length=64), nullable=False),
    sa.Column('data', Json, nullable=False),
    sa.Column('previous_hash', sa.String(length=64), nullable=False),
    sa.Column('hash', sa.String(length=64), nullable=False),
    sa.PrimaryKeyConstraint('sequence', name=op.f('pk_audit_log')),
    sa.UniqueConstraint('hash', name=op.f('uq_audit_log_hash'))
    )
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.create_index('ix_audit_log_object', ['object_kind', 'object_id'], unique=False)

    op.create_table('cardholders',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('name_encrypted', sa.LargeBinary(), nullable=False),
    sa.Column('name_index', sa.String(length=64), nullable=False),
    sa.Column('phone_encrypted', sa.LargeBinary(), nullable=True),
    sa.Column('phone_index', sa.String(length=64), nullable=True),
    sa.Column('locale', sa.String(length=8), server_default='zh_CN', nullable=False),
    sa.Column('city', sa.String(length=40), nullable=True),
    sa.Column('vulnerable', sa.Boolean(), server_default=sa.false(), nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_reference', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_cardholders')),
    sa.UniqueConstraint('source', 'source_reference', name=op.f('uq_cardholders_source_source_reference'))
    )
    with op.batch_alter_table('cardholders', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_cardholders_name_index'), ['name_index'], unique=False)
        batch_op.create_index(batch_op.f('ix_cardholders_phone_index'), ['phone_index'], unique=False)

    op.create_table('idempotency_keys',
    sa.Column('actor_user_id', sa.String(length=22), nullable=False),
    sa.Column('key', sa.String(length=80), nullable=False),
    sa.Column('command', sa.String(length=40), nullable=False),
    sa.Column('input_hash', sa.String(length=64), nullable=False),
    sa.Column('result', Json, nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('actor_user_id', 'key', name=op.f('pk_idempotency_keys'))
    )
    op.create_table('imports',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=40), nullable=False),
    sa.Column('file_sha256', sa.String(length=64), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('options', Json, nullable=False),
    sa.Column('summary', Json, nullable=False),
    sa.Column('imported_at', UtcDateTime(), nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_imports'))
    )
    op.create_table('outbox',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('channel', sa.String(length=10), nullable=False),
    sa.Column('recipient_kind', sa.String(length=20), nullable=False),
    sa.Column('recipient_id', sa.String(length=22), nullable=False),
    sa.Column('template', sa.String(length=60), nullable=False),
    sa.Column('parameters_encrypted', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('sent_at', UtcDateTime(), nullable=True),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_outbox'))
    )
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.create_index('ix_outbox_recipient', ['recipient_kind', 'recipient_id', 'created_at'], unique=False)

    op.create_table('throttles',
    sa.Column('subject', sa.String(length=100), nullable=False),
    sa.Column('failures', sa.Integer(), nullable=False),
    sa.Column('window_started_at', UtcDateTime(), nullable=False),
    sa.Column('blocked_until', UtcDateTime(), nullable=True),
    sa.PrimaryKeyConstraint('subject', name=op.f('pk_throttles'))
    )
    op.create_table('accounts',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('cardholder_id', sa.String(length=22), nullable=False),
    sa.Column('card_last4', sa.String(length=4), nullable=False),
    sa.Column('product', sa.String(length=40), nullable=False),
    sa.Column('issuer', sa.String(length=40), nullable=False),
    sa.Column('currency', sa.String(length=3), server_default='CNY', nullable=False),
    sa.Column('credit_limit_minor', sa.BigInteger(), nullable=False),
    sa.Column('statement_day', sa.SmallInteger(), nullable=False),
    sa.Column('opened_on', sa.Date(), nullable=True),
    sa.Column('principal_minor', sa.BigInteger(), nullable=False),
    sa.Column('interest_minor', sa.BigInteger(), nullable=False),
    sa.Column('late_fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('other_fees_minor', sa.BigInteger(), nullable=False),
    sa.Column('disputed_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('in_transit_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('oldest_unpaid_due_date', sa.Date(), nullable=True),
    sa.Column('interest_through_date', sa.Date(), nullable=False),
    sa.Column('status', sa.String(length=20), server_default='open', nullable=False),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('source_reference', sa.String(length=64), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint('interest_minor >= 0 AND late_fee_minor >= 0 AND other_fees_minor >= 0', name=op.f('ck_accounts_charges')),
    sa.CheckConstraint('statement_day BETWEEN 1 AND 28', name=op.f('ck_accounts_statement_day')),
    sa.ForeignKeyConstraint(['cardholder_id'], ['cardholders.id'], name=op.f('fk_accounts_cardholder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_accounts')),
    sa.UniqueConstraint('source', 'source_reference', name=op.f('uq_accounts_source_source_reference'))
    )
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_accounts_card_last4'), ['card_last4'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_cardholder_id'), ['cardholder_id'], unique=False)
        batch_op.create_index(batch_op.f('ix_accounts_oldest_unpaid_due_date'), ['oldest_unpaid_due_date'], unique=False)

    op.create_table('activation_codes',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('cardholder_id', sa.String(length=22), nullable=False),
    sa.Column('purpose', sa.String(length=20), nullable=False),
    sa.Column('code_hash', sa.String(length=64), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default='0', nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.Column('used_at', UtcDateTime(), nullable=True),
    sa.ForeignKeyConstraint(['cardholder_id'], ['cardholders.id'], name=op.f('fk_activation_codes_cardholder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_activation_codes'))
    )
    with op.batch_alter_table('activation_codes', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_activation_codes_cardholder_id'), ['cardholder_id'], unique=False)

    op.create_table('assessments',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('cardholder_id', sa.String(length=22), nullable=False),
    sa.Column('status', sa.String(length=10), nullable=False),
    sa.Column('as_of', sa.Date(), nullable=False),
    sa.Column('input', Json, nullable=False),
    sa.Column('result', Json, nullable=True),
    sa.Column('outcome', sa.String(length=20), nullable=True),
    sa.Column('affordable_minor', sa.BigInteger(), nullable=True),
    sa.Column('policy_version', sa.String(length=40), nullable=True),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('updated_at', UtcDateTime(), nullable=False),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['cardholder_id'], ['cardholders.id'], name=op.f('fk_assessments_cardholder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_assessments'))
    )
    with op.batch_alter_table('assessments', schema=None) as batch_op:
        batch_op.create_index('ix_assessments_cardholder_id_status', ['cardholder_id', 'status'], unique=False)
        batch_op.create_index('uq_assessments_one_draft', ['cardholder_id'], unique=True, sqlite_where=sa.text("status = 'draft'"), postgresql_where=sa.text("status = 'draft'"))

    op.create_table('users',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('login', sa.String(length=80), nullable=False),
    sa.Column('display_name', sa.String(length=80), nullable=False),
    sa.Column('role', sa.String(length=20), nullable=False),
    sa.Column('authority', sa.String(length=2), nullable=True),
    sa.Column('cardholder_id', sa.String(length=22), nullable=True),
    sa.Column('password_hash', sa.String(length=255), nullable=True),
    sa.Column('locale', sa.String(length=8), nullable=True),
    sa.Column('active', sa.Boolean(), server_default=sa.true(), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('password_changed_at', UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.CheckConstraint("(role = 'cardholder') = (cardholder_id IS NOT NULL)", name=op.f('ck_users_cardholder')),
    sa.ForeignKeyConstraint(['cardholder_id'], ['cardholders.id'], name=op.f('fk_users_cardholder_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_users')),
    sa.UniqueConstraint('cardholder_id', name=op.f('uq_users_cardholder_id')),
    sa.UniqueConstraint('login', name=op.f('uq_users_login'))
    )
    op.create_table('ledger_entries',
    sa.Column('id', Serial, autoincrement=True, nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('posting_date', sa.Date(), nullable=False),
    sa.Column('value_date', sa.Date(), nullable=False),
    sa.Column('kind', sa.String(length=20), nullable=False),
    sa.Column('component', sa.String(length=12), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('reason', sa.String(length=80), nullable=True),
    sa.Column('source', sa.String(length=40), nullable=False),
    sa.Column('idempotency_key', sa.String(length=120), nullable=False),
    sa.CheckConstraint('amount_minor <> 0', name=op.f('ck_ledger_entries_amount')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_ledger_entries_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_ledger_entries')),
    sa.UniqueConstraint('account_id', 'idempotency_key', name=op.f('uq_ledger_entries_account_id_idempotency_key'))
    )
    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.create_index('ix_ledger_entries_account_id_value_date', ['account_id', 'value_date'], unique=False)

    op.create_table('login_tickets',
    sa.Column('ticket_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.String(length=22), nullable=False),
    sa.Column('binding_hash', sa.String(length=64), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_login_tickets_user_id')),
    sa.PrimaryKeyConstraint('ticket_hash', name=op.f('pk_login_tickets'))
    )
    with op.batch_alter_table('login_tickets', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_login_tickets_expires_at'), ['expires_at'], unique=False)

    op.create_table('payments',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('value_date', sa.Date(), nullable=False),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('channel', sa.String(length=20), nullable=False),
    sa.Column('status', sa.String(length=20), nullable=False),
    sa.Column('applied_principal_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('applied_interest_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('applied_fees_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('unapplied_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('source_reference', sa.String(length=80), nullable=False),
    sa.CheckConstraint('amount_minor > 0', name=op.f('ck_payments_amount')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_payments_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_payments')),
    sa.UniqueConstraint('account_id', 'source_reference', name=op.f('uq_payments_account_id_source_reference'))
    )
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_payments_account_id'), ['account_id'], unique=False)

    op.create_table('proposals',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('reference', sa.String(length=12), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('cardholder_id', sa.String(length=22), nullable=False),
    sa.Column('assessment_id', sa.String(length=22), nullable=True),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('terms', Json, nullable=False),
    sa.Column('hardship_reason', sa.String(length=30), nullable=True),
    sa.Column('note', sa.String(length=2000), nullable=True),
    sa.Column('amount_minor', sa.BigInteger(), nullable=False),
    sa.Column('days_past_due', sa.Integer(), nullable=False),
    sa.Column('bucket', sa.String(length=4), nullable=False),
    sa.Column('product', sa.String(length=40), nullable=False),
    sa.Column('vulnerable', sa.Boolean(), nullable=False),
    sa.Column('needed_authority', sa.String(length=2), nullable=False),
    sa.Column('policy_version', sa.String(length=40), nullable=False),
    sa.Column('submitted_at', UtcDateTime(), nullable=False),
    sa.Column('promised_by', UtcDateTime(), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=True),
    sa.Column('answer_due_date', sa.Date(), nullable=True),
    sa.Column('recommended_by', sa.String(length=22), nullable=True),
    sa.Column('recommendation', sa.String(length=20), nullable=True),
    sa.Column('claimed_by', sa.String(length=22), nullable=True),
    sa.Column('claimed_at', UtcDateTime(), nullable=True),
    sa.Column('claim_expires_at', UtcDateTime(), nullable=True),
    sa.Column('version', sa.Integer(), server_default='1', nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_proposals_account_id')),
    sa.ForeignKeyConstraint(['assessment_id'], ['assessments.id'], name=op.f('fk_proposals_assessment_id')),
    sa.ForeignKeyConstraint(['cardholder_id'], ['cardholders.id'], name=op.f('fk_proposals_cardholder_id')),
    sa.ForeignKeyConstraint(['claimed_by'], ['users.id'], name=op.f('fk_proposals_claimed_by')),
    sa.ForeignKeyConstraint(['recommended_by'], ['users.id'], name=op.f('fk_proposals_recommended_by')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposals')),
    sa.UniqueConstraint('reference', name=op.f('uq_proposals_reference'))
    )
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.create_index('ix_proposals_account_id_state', ['account_id', 'state'], unique=False)
        batch_op.create_index('ix_proposals_cardholder_id_submitted_at', ['cardholder_id', 'submitted_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_proposals_claimed_by'), ['claimed_by'], unique=False)
        batch_op.create_index('ix_proposals_state_promised_by', ['state', 'promised_by'], unique=False)
        batch_op.create_index('ix_proposals_submitted_at', ['submitted_at'], unique=False)
        batch_op.create_index('uq_proposals_one_open', ['account_id'], unique=True, sqlite_where=sa.text("state IN ('submitted', 'in_review', 'information_requested', 'referred')"), postgresql_where=sa.text("state IN ('submitted', 'in_review', 'information_requested', 'referred')"))

    op.create_table('sessions',
    sa.Column('token_hash', sa.String(length=64), nullable=False),
    sa.Column('user_id', sa.String(length=22), nullable=False),
    sa.Column('created_at', UtcDateTime(), nullable=False),
    sa.Column('last_seen_at', UtcDateTime(), nullable=False),
    sa.Column('expires_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], name=op.f('fk_sessions_user_id')),
    sa.PrimaryKeyConstraint('token_hash', name=op.f('pk_sessions'))
    )
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_sessions_expires_at'), ['expires_at'], unique=False)
        batch_op.create_index(batch_op.f('ix_sessions_user_id'), ['user_id'], unique=False)

    op.create_table('statements',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('statement_date', sa.Date(), nullable=False),
    sa.Column('due_date', sa.Date(), nullable=False),
    sa.Column('opening_balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('purchases_minor', sa.BigInteger(), nullable=False),
    sa.Column('cash_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('interest_minor', sa.BigInteger(), nullable=False),
    sa.Column('late_fee_minor', sa.BigInteger(), nullable=False),
    sa.Column('other_fees_minor', sa.BigInteger(), nullable=False),
    sa.Column('payments_minor', sa.BigInteger(), nullable=False),
    sa.Column('adjustments_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('closing_balance_minor', sa.BigInteger(), nullable=False),
    sa.Column('minimum_payment_minor', sa.BigInteger(), nullable=False),
    sa.Column('paid_by_due_minor', sa.BigInteger(), server_default='0', nullable=False),
    sa.Column('policy_version', sa.String(length=40), nullable=False),
    sa.CheckConstraint('closing_balance_minor = opening_balance_minor + purchases_minor + cash_minor + interest_minor + late_fee_minor + other_fees_minor + adjustments_minor - payments_minor', name=op.f('ck_statements_balances')),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_statements_account_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_statements')),
    sa.UniqueConstraint('account_id', 'statement_date', name=op.f('uq_statements_account_id_statement_date'))
    )
    op.create_table('arrangements',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('account_id', sa.String(length=22), nullable=False),
    sa.Column('proposal_id', sa.String(length=22), nullable=False),
    sa.Column('kind', sa.String(length=30), nullable=False),
    sa.Column('state', sa.String(length=30), nullable=False),
    sa.Column('terms', Json, nullable=False),
    sa.Column('schedule', Json, nullable=False),
    sa.Column('first_due_date', sa.Date(), nullable=False),
    sa.Column('last_due_date', sa.Date(), nullable=False),
    sa.Column('granted_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], name=op.f('fk_arrangements_account_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.id'], name=op.f('fk_arrangements_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_arrangements')),
    sa.UniqueConstraint('proposal_id', name=op.f('uq_arrangements_proposal_id'))
    )
    with op.batch_alter_table('arrangements', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_arrangements_account_id'), ['account_id'], unique=False)

    op.create_table('decisions',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('proposal_id', sa.String(length=22), nullable=False),
    sa.Column('outcome', sa.String(length=20), nullable=False),
    sa.Column('reasons', Json, nullable=False),
    sa.Column('message', sa.String(length=2000), nullable=True),
    sa.Column('actor_user_id', sa.String(length=22), nullable=False),
    sa.Column('authority', sa.String(length=2), nullable=False),
    sa.Column('policy_version', sa.String(length=40), nullable=False),
    sa.Column('decided_at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['actor_user_id'], ['users.id'], name=op.f('fk_decisions_actor_user_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.id'], name=op.f('fk_decisions_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_decisions'))
    )
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.create_index(batch_op.f('ix_decisions_proposal_id'), ['proposal_id'], unique=False)

    op.create_table('proposal_events',
    sa.Column('id', sa.String(length=22), nullable=False),
    sa.Column('proposal_id', sa.String(length=22), nullable=False),
    sa.Column('sequence', sa.Integer(), nullable=False),
    sa.Column('event', sa.String(length=30), nullable=False),
    sa.Column('from_state', sa.String(length=30), nullable=True),
    sa.Column('to_state', sa.String(length=30), nullable=False),
    sa.Column('actor_role', sa.String(length=20), nullable=False),
    sa.Column('actor_user_id', sa.String(length=22), nullable=True),
    sa.Column('reasons', Json, nullable=False),
    sa.Column('message', sa.String(length=2000), nullable=True),
    sa.Column('internal_note', sa.String(length=2000), nullable=True),
    sa.Column('at', UtcDateTime(), nullable=False),
    sa.ForeignKeyConstraint(['actor_user_id'], ['users.id'], name=op.f('fk_proposal_events_actor_user_id')),
    sa.ForeignKeyConstraint(['proposal_id'], ['proposals.id'], name=op.f('fk_proposal_events_proposal_id')),
    sa.PrimaryKeyConstraint('id', name=op.f('pk_proposal_events')),
    sa.UniqueConstraint('proposal_id', 'sequence', name=op.f('uq_proposal_events_proposal_id_sequence'))
    )
    for table in APPEND_ONLY:
        forbid_changes(op, table)


def downgrade() -> None:
    for table in APPEND_ONLY:
        permit_changes(op, table)
    op.drop_table('proposal_events')
    with op.batch_alter_table('decisions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_decisions_proposal_id'))

    op.drop_table('decisions')
    with op.batch_alter_table('arrangements', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_arrangements_account_id'))

    op.drop_table('arrangements')
    op.drop_table('statements')
    with op.batch_alter_table('sessions', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_sessions_user_id'))
        batch_op.drop_index(batch_op.f('ix_sessions_expires_at'))

    op.drop_table('sessions')
    with op.batch_alter_table('proposals', schema=None) as batch_op:
        batch_op.drop_index('ix_proposals_submitted_at')
        batch_op.drop_index('ix_proposals_state_promised_by')
        batch_op.drop_index(batch_op.f('ix_proposals_claimed_by'))
        batch_op.drop_index('ix_proposals_cardholder_id_submitted_at')
        batch_op.drop_index('ix_proposals_account_id_state')

    op.drop_table('proposals')
    with op.batch_alter_table('payments', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_payments_account_id'))

    op.drop_table('payments')
    with op.batch_alter_table('login_tickets', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_login_tickets_expires_at'))

    op.drop_table('login_tickets')
    with op.batch_alter_table('ledger_entries', schema=None) as batch_op:
        batch_op.drop_index('ix_ledger_entries_account_id_value_date')

    op.drop_table('ledger_entries')
    op.drop_table('users')
    with op.batch_alter_table('assessments', schema=None) as batch_op:
        batch_op.drop_index('uq_assessments_one_draft', sqlite_where=sa.text("status = 'draft'"), postgresql_where=sa.text("status = 'draft'"))
        batch_op.drop_index('ix_assessments_cardholder_id_status')

    op.drop_table('assessments')
    with op.batch_alter_table('activation_codes', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_activation_codes_cardholder_id'))

    op.drop_table('activation_codes')
    with op.batch_alter_table('accounts', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_accounts_oldest_unpaid_due_date'))
        batch_op.drop_index(batch_op.f('ix_accounts_cardholder_id'))
        batch_op.drop_index(batch_op.f('ix_accounts_card_last4'))

    op.drop_table('accounts')
    op.drop_table('throttles')
    with op.batch_alter_table('outbox', schema=None) as batch_op:
        batch_op.drop_index('ix_outbox_recipient')

    op.drop_table('outbox')
    op.drop_table('imports')
    op.drop_table('idempotency_keys')
    with op.batch_alter_table('cardholders', schema=None) as batch_op:
        batch_op.drop_index(batch_op.f('ix_cardholders_phone_index'))
        batch_op.drop_index(batch_op.f('ix_cardholders_name_index'))

    op.drop_table('cardholders')
    with op.batch_alter_table('audit_log', schema=None) as batch_op:
        batch_op.drop_index('ix_audit_log_object')

    op.drop_table('audit_log')
