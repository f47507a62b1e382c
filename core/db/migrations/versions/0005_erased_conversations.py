"""Turns may go once their conversation is erased, and no conversation of a case ever is.

Revision 0005.
"""

from alembic import op

from core.db.migrations.append_only import forbid_changes, permit_changes

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_TURNS, _TALKS = "negotiation_turns", "negotiations"
_KEPT = f"{_TURNS} is append-only"
_CASE = "what belongs to a case is not erased, and what is erased stays so"
_ERASED = f"EXISTS (SELECT 1 FROM {_TALKS} WHERE id = OLD.negotiation_id AND state = 'erased')"
_FORBIDDEN = ("(NEW.state = 'erased' AND NEW.proposal_id IS NOT NULL) "
              "OR (OLD.state = 'erased' AND NEW.state <> 'erased')")


def upgrade() -> None:
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {_TURNS}_no_delete")
        op.execute(f"CREATE TRIGGER {_TURNS}_no_delete BEFORE DELETE ON {_TURNS} WHEN NOT {_ERASED} "
                   f"BEGIN SELECT RAISE(ABORT, '{_KEPT}'); END")
        op.execute(f"CREATE TRIGGER {_TALKS}_erased BEFORE UPDATE ON {_TALKS} WHEN {_FORBIDDEN} "
                   f"BEGIN SELECT RAISE(ABORT, '{_CASE}'); END")
        return
    op.execute("CREATE FUNCTION refuse_unless_erased() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
               f"IF TG_OP = 'DELETE' THEN IF {_ERASED} THEN RETURN OLD; END IF; END IF; "
               f"RAISE EXCEPTION '{_KEPT}'; END $$")
    op.execute("CREATE FUNCTION refuse_erasing() RETURNS trigger LANGUAGE plpgsql AS "
               f"$$ BEGIN RAISE EXCEPTION '{_CASE}'; END $$")
    op.execute(f"DROP TRIGGER {_TURNS}_append_only ON {_TURNS}")
    op.execute(f"CREATE TRIGGER {_TURNS}_append_only BEFORE UPDATE OR DELETE ON {_TURNS} "
               "FOR EACH ROW EXECUTE FUNCTION refuse_unless_erased()")
    op.execute(f"CREATE TRIGGER {_TALKS}_erased BEFORE UPDATE ON {_TALKS} FOR EACH ROW WHEN ({_FORBIDDEN}) "
               "EXECUTE FUNCTION refuse_erasing()")


def downgrade() -> None:
    permit_changes(op, _TURNS)
    if op.get_bind().dialect.name == "sqlite":
        op.execute(f"DROP TRIGGER {_TALKS}_erased")
    else:
        op.execute(f"DROP TRIGGER {_TALKS}_erased ON {_TALKS}")
        op.execute("DROP FUNCTION refuse_unless_erased()")
        op.execute("DROP FUNCTION refuse_erasing()")
    forbid_changes(op, _TURNS)
