"""Where the bot is installed, for platforms that hand out a token for each workspace."""

from dataclasses import dataclass
from typing import Protocol


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
