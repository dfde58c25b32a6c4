"""Autocomplete from memory: companies, watches, sources, outlets, zones."""

from collections.abc import Iterable
from typing import TYPE_CHECKING
from zoneinfo import available_timezones

from bot.adapters.store import Store
from bot.core.addresses import masked_url
from bot.core.commands import Caller
from bot.core.matching.names import Directory
from bot.core.message import Option
from bot.core.outlets import Outlets
from bot.services.audience import LiveAudience

if TYPE_CHECKING:
    from bot.core.news import Source

MOST = 25  # Discord's limit of choices (facts/discord.md §2.2); Slack takes 100
MOST_CHARS = 100


class Suggesting:
    """Answers within the second that autocomplete has; `refresh` keeps the sources in memory."""

    def __init__(self, store: Store, audience: LiveAudience, companies: Directory, outlets: Outlets) -> None:
        self._store = store
        self._audience = audience
        self._companies = companies
        self._outlets = tuple(sorted({names[0] for names in outlets.names.values()}))
        self._zones = tuple(sorted(available_timezones()))
        self._sources: tuple[Source, ...] = ()
        self._revision: str | None = None

    async def refresh(self) -> None:
        """Take in sources that changed."""
        revision = await self._store.channels.note("sources")
        if revision != self._revision:
            self._sources = await self._store.sources.seen_by(None)
            self._revision = revision

    def suggest(self, caller: Caller, kind: str, typed: str) -> tuple[Option, ...]:
        """At most 25 options for what was typed; `kind` as in `core.commands.CommandOption.suggests`."""
        match kind:
            case "expression":
                found = self._companies.complete(typed, limit=MOST)
                return _options((" · ".join(filter(None, (each.name, each.code))), each.name) for each in found)
            case "watch":
                watches = self._audience.watches_of(caller.channel)
                return _options(
                    (f"#{each.number} {each.expression}", str(each.number))
                    for each in watches
                    if typed.lstrip("#") in f"{each.number} {each.expression}"
                )
            case "source":
                mine = (each for each in self._sources if each.workspace in {None, caller.channel.home})
                named = ((f"#{each.number} {each.name or masked_url(each.url)}", str(each.number)) for each in mine)
                return _options(each for each in named if typed.lower() in each[0].lower())
            case "outlet":
                return _options((name, name) for name in self._outlets if typed.lower() in name.lower())
            case "zone":
                return _options((zone, zone) for zone in self._zones if typed.lower() in zone.lower())
            case _:
                return ()


def _options(found: Iterable[tuple[str, str]]) -> tuple[Option, ...]:
    options = []
    for label, value in found:
        if len(value) <= MOST_CHARS:
            options.append(Option(label if len(label) <= MOST_CHARS else label[: MOST_CHARS - 1] + "…", value))
        if len(options) == MOST:
            break
    return tuple(options)
