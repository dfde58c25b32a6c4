"""Alembic's entry: runs on the connection that `bot/adapters/store/migrate.py` hands over."""

from alembic import context

from bot.adapters.store.tables import METADATA

connection = context.config.attributes["connection"]
context.configure(
    connection=connection,
    target_metadata=METADATA,
    render_as_batch=True,  # SQLite changes a table by copying it
    transaction_per_migration=False,
    transactional_ddl=True,
)
context.run_migrations()
