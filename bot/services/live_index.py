"""The index of all watches, changed while articles are matched against it."""

import asyncio
from collections.abc import Iterable, Sequence

from bot.core.matching.index import Index, Pair

# More pairs than this at once are compiled beside the event loop: 1,000 take about 15 ms.
_MANY = 200


class LiveIndex:
    """Holds the current `Index`; changes are visible when they return, and no change stops the event loop for long.

    Readers take `current` and keep it for as long as they need one answer. A rebuild of the base runs in a thread
    (the engine lets other threads run meanwhile); what changes during it is replayed on the new base before the swap.
    """

    def __init__(self, index: Index) -> None:
        self.current = index
        self._changing = asyncio.Lock()
        self._since: list[tuple[Sequence[Pair], frozenset[int]]] | None = None
        self._rebuild: asyncio.Task[None] | None = None

    async def add(self, pairs: Iterable[Pair]) -> None:
        """Watch these too; a key that is there already gets the new expression."""
        await self._change(tuple(pairs), frozenset())

    async def remove(self, keys: Iterable[int]) -> None:
        """Watch these no longer."""
        await self._change((), frozenset(keys))

    async def replace(self, pairs: Iterable[Pair]) -> None:
        """Watch exactly these."""
        async with self._changing:
            wanted = tuple(pairs)
            await self._stop_rebuild()
            self.current = await asyncio.to_thread(Index.build, wanted, engine=self.current.engine)

    async def settled(self) -> None:
        """Wait until no rebuild is running."""
        if self._rebuild is not None:
            await self._rebuild

    async def close(self) -> None:
        """Stop rebuilding; the index stays usable."""
        await self._stop_rebuild()

    async def _change(self, pairs: Sequence[Pair], keys: frozenset[int]) -> None:
        async with self._changing:
            changed = _changed(self.current, pairs, keys) if len(pairs) <= _MANY else None
            if changed is None:
                changed = await asyncio.to_thread(_changed, self.current, pairs, keys)
            if self._since is not None:
                self._since.append((pairs, keys))
            self.current = changed
            if changed.needs_rebuild and self._since is None:
                self._since = []
                self._rebuild = asyncio.create_task(self._rebuilt(changed))

    async def _rebuilt(self, index: Index) -> None:
        try:
            fresh = await asyncio.to_thread(index.rebuilt)
            async with self._changing:
                for pairs, keys in self._since or ():
                    fresh = await asyncio.to_thread(_changed, fresh, pairs, keys)
                self.current = fresh
        finally:
            self._since = None

    async def _stop_rebuild(self) -> None:
        if self._rebuild is not None:
            self._rebuild.cancel()
            await asyncio.gather(self._rebuild, return_exceptions=True)
            self._rebuild = None


def _changed(index: Index, pairs: Sequence[Pair], keys: frozenset[int]) -> Index:
    if keys:
        index = index.with_removed(keys)
    return index.with_added(pairs) if pairs else index
