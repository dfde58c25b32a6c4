"""Sources: add, list, pause, resume, remove, check."""

from datetime import timedelta

from bot.core import compose
from bot.core.commands import Invocation, number
from bot.core.errors import UserMistake
from bot.core.message import Button, Span, Tone
from bot.core.news import Source, SourceState
from bot.services.commanding.desk import PAGE_ROWS, Asked
from bot.services.replies import Reply


async def add(asked: Asked, call: Invocation) -> Reply:
    """`출처 add`: read it now; what stands in it already is never posted."""
    found = await asked.desk.sourcing.add(
        call.get("url"), name=call.get("name"), workspace=asked.workspace, who=asked.caller.user
    )
    await _log(asked, "source.add", found.source)
    values = {"number": found.source.number, "name": found.source.name or found.source.url, "count": found.entries}
    if found.gap_seconds:
        return asked.answer(asked.text("source.added", **values, gap=_gap(asked, found.gap_seconds)))
    return asked.answer(asked.text("source.added_no_gap", **values))


async def show(asked: Asked, call: Invocation) -> Reply:
    """`출처 list`: how each source is doing, those people added first."""
    sources = await asked.desk.store.sources.seen_by(asked.workspace)
    if not sources:
        return asked.answer(asked.text("source.none"))
    page = min(max(0, int(call.get("page") or 0)), (len(sources) - 1) // PAGE_ROWS)
    shown = sources[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    items = [_line(asked, source) for source in shown]
    buttons = []
    if page:
        buttons.append(Button(asked.text("button.back"), action=f"w1:sources:{page - 1}"))
    if (page + 1) * PAGE_ROWS < len(sources):
        buttons.append(Button(asked.text("button.next"), action=f"w1:sources:{page + 1}"))
    return asked.listing(asked.text("source.list", count=len(sources)), items, buttons=buttons)


async def pause(asked: Asked, call: Invocation) -> Reply:
    """`출처 pause`: not read until it is resumed."""
    source = await _source(asked, call)
    if source.state is SourceState.PAUSED:
        raise UserMistake("source.paused_already", number=source.number)
    await asked.desk.store.sources.change(source, state=SourceState.PAUSED)
    await _log(asked, "source.pause", source)
    return asked.answer(asked.text("source.paused", number=source.number, name=_name(source)))


async def resume(asked: Asked, call: Invocation) -> Reply:
    """`출처 resume`: read again, at once."""
    source = await _source(asked, call)
    if source.state is not SourceState.PAUSED:
        raise UserMistake("source.not_paused", number=source.number)
    now = await asked.desk.store.housekeeping.ping()
    await asked.desk.store.sources.change(source, state=SourceState.ACTIVE, next_poll_at=now, fail_count=0)
    await _log(asked, "source.resume", source)
    asked.desk.sourcing.wake()
    return asked.answer(asked.text("source.resumed", number=source.number, name=_name(source)))


async def remove(asked: Asked, call: Invocation) -> Reply:
    """`출처 remove`: not read any more; its articles stay in look-ups."""
    source = await _source(asked, call)
    await asked.desk.store.sources.remove(source)
    await _log(asked, "source.remove", source)
    return asked.answer(asked.text("source.removed", number=source.number, name=_name(source)))


async def check(asked: Asked, call: Invocation) -> Reply:
    """`출처 check`: read now, even while it is backed off from."""
    source = await _source(asked, call)
    new = await asked.desk.sourcing.check(source)
    return asked.answer(asked.text("source.checked", number=source.number, name=_name(source), count=new))


async def _source(asked: Asked, call: Invocation) -> Source:
    return await asked.desk.store.sources.get(number(call.get("source")), workspace=asked.workspace)


async def _log(asked: Asked, what: str, source: Source) -> None:
    """Who changed which source."""
    about = {"number": source.number, "url": source.url, "name": source.name, "state": str(source.state)}
    await asked.desk.store.channels.log(asked.channel, who=asked.caller.user, what=what, before=about)


def _name(source: Source) -> str:
    return source.name or source.url


def _line(asked: Asked, source: Source) -> tuple[Span, ...]:
    said = [asked.text(f"source.state.{source.state}")]
    if source.last_ok_at is not None:
        said.append(asked.text("source.last_ok", when=compose.moment(source.last_ok_at, asked.voice)))
    if source.last_new_at is not None:
        said.append(asked.text("source.last_new", when=compose.moment(source.last_new_at, asked.voice)))
    if source.fail_count:
        said.append(asked.text("source.errors", count=source.fail_count))
    if source.next_poll_at is not None and source.state is not SourceState.PAUSED:
        said.append(asked.text("source.next", when=compose.moment(source.next_poll_at, asked.voice)))
    return (
        Span(f"#{source.number} ", Tone.QUIET),
        Span(_name(source), Tone.STRONG),
        Span(" · " + " · ".join(said)),
    )


def _gap(asked: Asked, seconds: float) -> str:
    minutes = max(1, round(timedelta(seconds=seconds) / timedelta(minutes=1)))
    return (
        asked.text("gap.hours", count=round(minutes / 60))
        if minutes >= 120
        else asked.text("gap.minutes", count=minutes)
    )
