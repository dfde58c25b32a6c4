"""What the richer surfaces of a chat platform ask of the command layer, beside `CommandLayer`."""

from dataclasses import dataclass
from typing import Protocol

from bot.core.commands import Caller
from bot.core.message import Message
from bot.services.replies import Reply, Rights


@dataclass(frozen=True, slots=True)
class HomePage:
    """One page of a person's own view: my alerts, the channels I manage, health, last alerts (design/commands.md §5).

    Attributes:
        page: counted from 1; at most 20 watches a page.
    """

    message: Message
    page: int = 1
    pages: int = 1


class Surfaces(Protocol):
    """Never raises for anything a user or another server caused."""

    async def why(self, caller: Caller, external_id: str, rights: Rights) -> Reply:
        """왜 이 알림? on a posted message of `caller.channel`, by the id that `Poster.post` returned."""
        ...

    async def home(self, caller: Caller, page: int, rights: Rights) -> HomePage:
        """The person's own page; `caller.channel` is the direct channel. A page beyond the last one is the last one."""
        ...
