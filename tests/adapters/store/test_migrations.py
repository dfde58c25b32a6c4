"""What the migrations make is what the tables say."""

from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext

from bot.adapters.store.migrate import HEAD, current
from bot.adapters.store.tables import METADATA


async def test_a_migrated_database_is_like_the_tables(store):
    def differences(connection):
        def ours(_object, name, kind, _reflected, _compared):
            return kind != "table" or not name.startswith(("article_term", "alembic_version"))

        options = {"include_object": ours, "compare_type": False}
        return compare_metadata(MigrationContext.configure(connection, opts=options), METADATA)

    assert await store.db.run_sync(differences) == []
    assert await current(store.db) == HEAD
