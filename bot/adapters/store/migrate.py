"""The schema and its versions. Alembic is imported only when there is something to do."""

import logging
from pathlib import Path

from sqlalchemy import Connection, inspect, text

from bot.adapters.store.database import Database
from bot.core.errors import GiveUp

HEAD = "0001"  # the newest file in migrations/versions; a test checks it


async def current(db: Database) -> str:
    """The version of the database's schema; empty for a new database."""

    def read(connection: Connection) -> str:
        if not inspect(connection).has_table("alembic_version"):
            return ""
        return connection.execute(text("SELECT version_num FROM alembic_version")).scalar_one_or_none() or ""

    version: str = await db.run_sync(read)
    return version


async def upgrade(db: Database) -> str:
    """Bring the schema to HEAD; return the version it had before.

    Raises:
        GiveUp: `database.newer`: a newer sosik made it.
    """
    before = await current(db)
    if before > HEAD:
        raise GiveUp("database.newer", version=before)
    if before != HEAD:
        await db.run_sync(_upgrade)
    return before


def _upgrade(connection: Connection) -> None:
    from alembic import command  # noqa: PLC0415 - 0.9 s to import, needed once a release (facts/dependencies.md)
    from alembic.config import Config  # noqa: PLC0415 - as above

    logging.getLogger("alembic").setLevel(logging.WARNING)
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[3] / "migrations"))
    config.attributes["connection"] = connection
    command.upgrade(config, "head")
