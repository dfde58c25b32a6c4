"""Who may want an article: the live matcher over all watches, kept in step with the database."""

import asyncio
from collections.abc import Callable
from types import MappingProxyType

import structlog

from bot.adapters.store import Store
from bot.core.compose import Voice
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.matching.expression import Expression
from bot.core.matching.match import Sense, match
from bot.core.news import ChannelRef, Scope, Watch
from bot.core.plan import Audience
from bot.services.live_index import LiveIndex
from bot.services.lookup import text_of

log = structlog.get_logger(__name__)


class LiveAudience:
    """The audience as of the newest revision that `refresh` saw."""

    def __init__(
        self, store: Store, index: LiveIndex, *, voice: Voice, sense: Callable[[], Sense] | None = None
    ) -> None:
        self._sense = sense
        self._store = store
        self._index = index
        self._voice = voice
        self._watches: dict[int, Watch] = {}
        self._parsed: dict[int, tuple[str, Expression]] = {}
        self._names: dict[int, dict[str, str]] = {}
        self._voices: dict[ChannelRef, Voice] = {}
        self._turn = asyncio.Lock()
        self._revision: str | None = None

    @property
    def revision(self) -> str:
        """Of the watches it knows; empty before the first."""
        return self._revision or ""

    async def refresh(self) -> Audience:
        """Take in what changed since the last time; cheap when nothing did."""
        async with self._turn:
            if self._revision is None or await self._store.watches.revision() != self._revision:
                await self._read()
        return self.now()

    def now(self) -> Audience:
        """The audience without asking the database."""
        index = self._index.current
        # Read only when somebody asks for it: most installs have no 뜻:회사.
        asks = any(part.organisation for _, parsed in self._parsed.values() for part in parsed.parts)
        sense = self._sense() if asks and self._sense is not None else None
        return Audience(
            find=lambda article: match(index, text_of(article), explain=True, sense=sense),
            watches=MappingProxyType(self._watches),
            names=MappingProxyType(self._names),
            voices=MappingProxyType(self._voices),
            revision=self.revision,
        )

    def watches_of(self, channel: ChannelRef) -> tuple[Watch, ...]:
        """The channel's watches by number, from memory."""
        mine = (watch for watch in self._watches.values() if watch.channel == channel)
        return tuple(sorted(mine, key=lambda watch: watch.number))

    async def _read(self) -> None:
        revision, watches = await self._store.watches.active()
        parsed = {watch.id: self._parse(watch) for watch in watches}
        kept = {watch_id: each for watch_id, each in parsed.items() if each is not None}
        scopes = {watch.id: watch.scope is Scope.TITLE for watch in watches}
        old = {
            watch_id: (text, self._watches[watch_id].scope is Scope.TITLE)
            for watch_id, (text, _) in self._parsed.items()
        }
        new = {watch_id: (text, scopes[watch_id]) for watch_id, (text, _) in kept.items()}
        gone = [watch_id for watch_id, value in old.items() if new.get(watch_id) != value]
        come = [
            (watch_id, kept[watch_id][1], scopes[watch_id])
            for watch_id, value in new.items()
            if old.get(watch_id) != value
        ]
        if gone:
            await self._index.remove(gone)
        if come:
            await self._index.add(come)
        channels = await self._store.channels.all()
        self._voices = {
            each.ref: Voice(
                each.language or self._voice.language, (each.digest or {}).get("timezone") or self._voice.zone
            )
            for each in channels
        }
        self._watches = {watch.id: watch for watch in watches}
        self._parsed = kept
        self._names = {watch_id: names_of(expression) for watch_id, (_, expression) in kept.items()}
        self._revision = revision

    def _parse(self, watch: Watch) -> tuple[str, Expression] | None:
        known = self._parsed.get(watch.id)
        if known is not None and known[0] == watch.expression:
            return known
        try:
            return watch.expression, expressions.parse(watch.expression)
        except UserMistake as error:
            # Written by a newer version, or by hand: one watch that cannot be read must not silence the others.
            log.warning("watch_unreadable", watch=watch.id, reason=error.key)
            return None


def names_of(expression: Expression) -> dict[str, str]:
    """How cards name each term of a watch: by the first of its aliases."""
    return {
        written: part.wanted.terms[0].text
        for part in expression.parts
        for term in part.wanted.terms
        for written in (str(term), term.text)
    }
