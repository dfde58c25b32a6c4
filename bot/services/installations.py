"""Where the bot is installed, for platforms that hand out a token for each workspace."""

from dataclasses import dataclass
from typing import Protocol

import structlog

from bot.adapters.store import Store
from bot.adapters.store.installations import Installed
from bot.core.errors import GiveUp
from bot.core.news import Platform

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Installation:
    """One workspace that took the bot in.

    Attributes:
        installer: the platform's id of the person; may do what an admin may.
        token: a secret; whoever stores it encrypts it.
    """

    workspace: str
    name: str
    installer: str
    token: str


class Installations(Protocol):
    """Keeps installations; `token_for` of posters and handlers reads what was saved here."""

    async def save(self, installation: Installation) -> None:
        """Keep it; a workspace that installs again replaces its token."""
        ...


class Sealer(Protocol):
    """Encrypts what is stored."""

    def seal(self, secret: str) -> bytes:
        """What may be stored."""
        ...

    def open(self, sealed: bytes) -> str:
        """The secret again."""
        ...


class KeptInstallations:
    """`Installations` over the store, with the tokens in memory for `token_for`, which cannot wait.

    Another process may take a workspace in: `refresh` sees it by the revision.
    """

    def __init__(self, store: Store, platform: Platform, sealer: Sealer) -> None:
        self._store = store
        self._platform = platform
        self._sealer = sealer
        self._tokens: dict[str, str] = {}
        self._installers: dict[str, str] = {}
        self._revision: str | None = None

    async def refresh(self) -> None:
        """Take in what changed; cheap when nothing did."""
        revision = await self._store.installations.revision()
        if revision == self._revision:
            return
        tokens: dict[str, str] = {}
        installers: dict[str, str] = {}
        for each in await self._store.installations.all(self._platform):
            installers[each.workspace] = each.installer
            try:
                tokens[each.workspace] = self._sealer.open(each.sealed)
            except GiveUp as error:
                # Sealed by another key: that workspace must install again, the others go on.
                log.error("installation_unreadable", workspace=each.workspace, reason=error.key)  # noqa: TRY400
        self._tokens, self._installers, self._revision = tokens, installers, revision

    def token_for(self, workspace: str) -> str | None:
        """The bot token of a workspace; None where the bot is not installed."""
        return self._tokens.get(workspace)

    def installer_of(self, workspace: str) -> str:
        """Who installed the bot there; empty when nobody did."""
        return self._installers.get(workspace, "")

    async def save(self, installation: Installation) -> None:
        """Keep it; it works at once in this process."""
        sealed = self._sealer.seal(installation.token)
        installed = Installed(installation.workspace, installation.name, installation.installer, sealed)
        await self._store.installations.save(self._platform, installed)
        await self.refresh()

    async def forget(self, workspace: str) -> None:
        """The token works no more."""
        await self._store.installations.remove(self._platform, workspace)
        await self.refresh()
