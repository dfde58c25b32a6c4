"""Workspaces that took the bot in by OAuth, with their tokens as they were sealed."""

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from bot.adapters.store.channels import bump, note, upsert, workspace_id
from bot.adapters.store.database import Database
from bot.adapters.store.tables import INSTALLATION, WORKSPACE, sosik_now
from bot.core.news import Platform

REVISION = "installations"  # the note that counts changes


@dataclass(frozen=True, slots=True)
class Installed:
    """One workspace; `sealed` is its token, encrypted."""

    workspace: str
    name: str
    installer: str
    sealed: bytes


class Installations:
    """Keeps installations."""

    def __init__(self, db: Database) -> None:
        self._db = db

    async def revision(self) -> str:
        """Changes whenever any installation does."""
        async with self._db.reading() as connection:
            return await note(connection, REVISION)

    async def all(self, platform: Platform) -> tuple[Installed, ...]:
        """The installations on a platform."""
        statement = select(INSTALLATION).where(INSTALLATION.c.platform == platform).order_by(INSTALLATION.c.workspace)
        async with self._db.reading() as connection:
            rows = await connection.execute(statement)
            return tuple(Installed(row.workspace, row.name, row.installer, bytes(row.token)) for row in rows)

    async def save(self, platform: Platform, installed: Installed) -> None:
        """Keep one; the workspace is spoken to again if it was not."""
        values = {
            "name": installed.name,
            "installer": installed.installer,
            "token": installed.sealed,
            "at": sosik_now(),
        }
        async with self._db.writing() as connection:
            statement = upsert(INSTALLATION, self._db).values(
                platform=platform, workspace=installed.workspace, **values
            )
            await connection.execute(
                statement.on_conflict_do_update(
                    index_elements=[INSTALLATION.c.platform, INSTALLATION.c.workspace], set_=values
                )
            )
            row = await workspace_id(connection, self._db, platform, installed.workspace)
            await connection.execute(
                update(WORKSPACE).where(WORKSPACE.c.id == row).values(state="active", pause_reason="", gone_at=None)
            )
            await bump(connection, self._db, REVISION)

    async def remove(self, platform: Platform, workspace: str) -> None:
        """Forget a token that no longer works."""
        async with self._db.writing() as connection:
            await connection.execute(
                delete(INSTALLATION).where(INSTALLATION.c.platform == platform, INSTALLATION.c.workspace == workspace)
            )
            await bump(connection, self._db, REVISION)
