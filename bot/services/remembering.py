"""What each host repeats on its pages, kept over restarts: the second net against furniture (sources/furniture.py)."""

import asyncio
import json
from collections import OrderedDict
from dataclasses import dataclass, field

import structlog

from bot.adapters.store import Store
from bot.core.errors import SosikError
from bot.core.text import host_of
from bot.sources.extract import Page
from bot.sources.furniture import Memory, remember, without_furniture

log = structlog.get_logger(__name__)

HOSTS = 128  # in memory, those read last; one takes 200 KB at most
SAVED = 500  # texts of one host that are kept over restarts: about 30 KB
SAVE_EVERY = 50  # pages


@dataclass(slots=True)
class FurnitureMemory:
    """The memories of hosts, read when first needed and written now and then."""

    store: Store
    _hosts: OrderedDict[str, Memory] = field(default_factory=OrderedDict)
    _changed: set[str] = field(default_factory=set)
    _pages: int = 0
    _turn: asyncio.Lock = field(default_factory=asyncio.Lock)

    async def cleared(self, page: Page) -> Page:
        """The page without what its host repeats; it is remembered itself.

        A page of which nothing would be left is given whole: a memory that knows all of it is no judge of furniture.
        """
        host = host_of(page.url)
        async with self._turn:
            memory = await self._memory(host)
            clear = without_furniture(page, memory)
            self._hosts[host] = remember(memory, page)
            self._hosts.move_to_end(host)
            self._changed.add(host)
            self._pages += 1
            if self._pages % SAVE_EVERY == 0 or len(self._hosts) > HOSTS:
                await self._save()
            while len(self._hosts) > HOSTS:
                self._hosts.popitem(last=False)
        return clear if clear.text else page

    async def save(self) -> None:
        """Write what was learned."""
        async with self._turn:
            await self._save()

    async def _memory(self, host: str) -> Memory:
        known = self._hosts.get(host)
        if known is None:
            known = _read(await self.store.channels.note(f"furniture:{host}"))
            self._hosts[host] = known
        return known

    async def _save(self) -> None:
        try:
            for host in sorted(self._changed):
                await self.store.channels.set_note(f"furniture:{host}", _written(self._hosts[host]))
        except SosikError as error:
            # It is a second net: that it is not written must not cost a page.
            log.warning("furniture_not_saved", reason=error.key)
            return
        self._changed.clear()


def _written(memory: Memory) -> str:
    """The texts that stood on several pages: those on one page are mostly articles, and too many."""
    repeated = [(text, pages) for text, pages in memory.stood_on.items() if len(pages) > 1][-SAVED:]
    return json.dumps([[text, *pages] for text, pages in repeated], separators=(",", ":"))


def _read(text: str) -> Memory:
    try:
        rows = json.loads(text or "[]")
        return Memory({int(first): tuple(map(int, pages)) for first, *pages in rows})
    except (ValueError, TypeError):  # by another version; what it knew is learned again
        return Memory()
