"""Alembic's entry: always online, on the connection that ``core.db.migrate`` hands over."""

from alembic import context

from core.db.tables import metadata

context.configure(connection=context.config.attributes["connection"], target_metadata=metadata,
                  render_as_batch=True, compare_type=True)
with context.begin_transaction():
    context.run_migrations()
