"""What the richer surfaces show: a person's own page, and why a message came (`services/surfaces.py`)."""

from collections.abc import Sequence
from dataclasses import dataclass

import structlog

from bot.adapters.store.views import Kept
from bot.core import compose
from bot.core.commands import Caller, Standing
from bot.core.delivery import Kind
from bot.core.errors import SosikError, UserMistake
from bot.core.message import Bullets, Heading, Message, Paragraph, Part, Span, Tone, from_json
from bot.core.news import ChannelRef, Platform, SourceState
from bot.core.wording import reason, say
from bot.services import explain
from bot.services.commanding.desk import Asked, Desk, allowed
from bot.services.commanding.watching import COUNTED, row_line
from bot.services.replies import Reply, Rights
from bot.services.surfaces import HomePage

log = structlog.get_logger(__name__)

PAGE_WATCHES = 20
MOST_CHANNELS = 30  # asked about for one page: each may cost a request to the platform
LAST_ALERTS = 5
_TROUBLE = (SourceState.FAILING, SourceState.DEAD)


@dataclass(frozen=True, slots=True)
class Viewing:
    """`Surfaces` over the store."""

    desk: Desk

    async def why(self, caller: Caller, external_id: str, rights: Rights) -> Reply:
        """왜 이 알림? on a message, by the id that `Poster.post` returned; whoever can see it may ask."""
        try:
            asked = await self._asked(caller, rights)
            found = await self.desk.store.views.posted_as(caller.channel, external_id)
            if found is None:
                return self._mistake(caller, UserMistake("why.not_ours"))
            delivery, channel, kind = found
            if kind == Kind.ROLLUP:
                return await explain.why_rollup(asked, delivery)
            return await explain.why_in(asked, channel, delivery)
        except SosikError as error:
            return self._mistake(caller, error)
        except Exception as error:
            log.exception("why_failed", error=type(error).__name__)
            return self._mistake(caller, UserMistake("command.broken"))

    async def home(self, caller: Caller, page: int, rights: Rights) -> HomePage:
        """The person's own page; one beyond the last is the last one."""
        try:
            return await self._home(await self._asked(caller, rights), page)
        except SosikError as error:
            return HomePage(self._mistake(caller, error).message)
        except Exception as error:
            log.exception("home_failed", error=type(error).__name__)
            return HomePage(self._mistake(caller, UserMistake("command.broken")).message)

    async def _home(self, asked: Asked, page: int) -> HomePage:
        now = await self.desk.store.housekeeping.ping()
        rows = await self.desk.store.watches.listed(asked.channel, since=now - COUNTED)
        pages = max(1, -(-len(rows) // PAGE_WATCHES))
        page = min(max(1, page), pages)
        shown = rows[(page - 1) * PAGE_WATCHES : page * PAGE_WATCHES]
        parts: list[Part] = [Heading(asked.text("home.mine", count=len(rows)))]
        parts.append(_list([row_line(asked, row, now) for row in shown], asked.text("home.none")))
        managed = await self._managed(asked)
        parts.append(Heading(asked.text("home.channels", count=len(managed))))
        parts.append(_list([_channel_line(asked, kept) for kept in managed], asked.text("home.no_channels")))
        last = await self.desk.store.views.last_alerts(
            [asked.settings.id, *(each.settings.id for each in managed)], LAST_ALERTS
        )
        if last:
            parts.append(Heading(asked.text("home.last")))
            parts.append(Bullets(tuple(compose.line_of(from_json(row.payload)) for row in last)))
        parts.append(Paragraph((Span(await self._health(asked), Tone.QUIET),)))
        text = asked.text("home.mine", count=len(rows))
        return HomePage(Message(text, tuple(parts), language=asked.voice.language), page, pages)

    async def _managed(self, asked: Asked) -> Sequence[Kept]:
        """The channels whose alerts the person may change."""
        kept = [
            each
            for each in await self.desk.store.views.channels(asked.channel)
            if each.settings.ref != asked.channel and not _is_direct(each.settings.ref)
        ]
        mine = []
        for each in kept[:MOST_CHANNELS]:
            try:
                standing = await asked.rights.standing(asked.caller, each.settings.ref)
            except SosikError:
                continue
            if allowed(standing, Standing.MANAGER, each.settings, asked.caller):
                mine.append(each)
        return mine

    async def _health(self, asked: Asked) -> str:
        sources = await self.desk.store.sources.seen_by(asked.workspace)
        quiet = sum(each.state is SourceState.QUIET for each in sources)
        trouble = sum(each.state in _TROUBLE for each in sources)
        return asked.text("home.sources", count=len(sources), quiet=quiet, trouble=trouble)

    async def _asked(self, caller: Caller, rights: Rights) -> Asked:
        return Asked(self.desk, caller, rights, await self.desk.store.channels.settings(caller.channel))

    def _mistake(self, caller: Caller, error: SosikError) -> Reply:
        language = caller.language or self.desk.voice.language
        text = say(error.key, language, **error.values)
        return Reply(Message(text, (Paragraph((Span(text),)),), language=language), failed=True)


def _channel_line(asked: Asked, kept: Kept) -> tuple[Span, ...]:
    settings = kept.settings
    said = [asked.text("home.watches", count=kept.watches)]
    if settings.digest:
        said.append(asked.text("home.digest", times=", ".join(settings.digest["times"])))
    if settings.state != "open":
        why = reason(settings.pause_reason, asked.voice.language, settings.pause_values)
        said.append(asked.text("home.paused", reason=why))
    elif kept.dead:
        said.append(asked.text("home.dead", count=kept.dead))
    else:
        said.append(asked.text("home.well"))
    return (Span(settings.ref.channel, Tone.STRONG), Span(" · " + " · ".join(said)))


def _list(items: Sequence[tuple[Span, ...]], empty: str) -> Part:
    return Bullets(tuple(items)) if items else Paragraph((Span(empty),))


def _is_direct(ref: ChannelRef) -> bool:
    """Direct channels of Slack carry their kind in the id; other people's are never shown."""
    return ref.platform is Platform.SLACK and ref.channel[:1] in {"D", "U", "W"}
