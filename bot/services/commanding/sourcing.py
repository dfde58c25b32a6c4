"""Sources: add, list, pause, resume, remove, check."""

from dataclasses import replace
from datetime import timedelta

from bot.core import compose
from bot.core.addresses import masked_url
from bot.core.commands import Invocation, Standing, number
from bot.core.errors import UserMistake
from bot.core.message import Button, Span, Tone
from bot.core.news import Source, SourceState
from bot.services.commanding.desk import PAGE_ROWS, Asked
from bot.services.following import Searching
from bot.services.replies import Reply
from bot.services.sourcing import place_of

_NAMED = 5  # sources that an answer names
_OFFERED = 25  # buttons that fit into one message: Discord takes five rows of five (facts/discord.md)
_LABEL_CHARS = 75  # of a button on Slack (facts/slack.md); Discord takes 80


async def add(asked: Asked, call: Invocation) -> Reply:
    """`출처 add`: read it now; what stands in it already is never posted. A name is looked up in the catalogue."""
    url, name = call.get("url"), call.get("name")
    whole = f"{url} {name}".strip()
    if not whole:
        raise UserMistake("source.add_what")
    place = place_of(url, kind=call.get("kind"))
    if place is not None and (place.kind not in {"feed", "page"} or "#item=" in place.url):
        place, name = place_of(whole), ""  # words and selectors may have blanks
    if place is None:
        return await _switch_on(asked, whole)
    try:
        found = await asked.desk.sourcing.add(place, name=name, workspace=asked.workspace, who=asked.caller.user)
    except UserMistake as error:
        if error.key in {"feed.is_page", "feed.is_page_with_links"}:
            return await _offered(asked, call, error)
        raise
    await _log(asked, "source.add", found.source)
    values = {"number": found.source.number, "name": _name(found.source), "count": found.entries}
    if found.gap_seconds:
        return asked.answer(asked.text("source.added", **values, gap=_gap(asked, found.gap_seconds)))
    return asked.answer(asked.text("source.added_no_gap", **values))


async def _switch_on(asked: Asked, name: str) -> Reply:
    """Feeds of the catalogue, by outlet, section or both."""
    sourcing = asked.desk.sourcing
    try:
        feeds = await sourcing.catalogued(name)
    except UserMistake as error:
        near = str(error.values.get("near", ""))
        if not near:
            raise
        kept = await asked.desk.lookup.keep(Invocation("source.add", {"url": near}))
        buttons = (Button(near, action=f"w1:kept:{kept}"),)
        return replace(asked.answer(asked.text(error.key, **error.values), buttons=buttons), failed=True)
    made = await sourcing.switch_on(feeds, who=f"{asked.workspace}/{asked.caller.user}")
    if not made:
        raise UserMistake("source.switched_on_already", name=name)
    shown = ", ".join(f"#{each.number} {each.name}" for each in made[:_NAMED])
    key = "source.switched_on" if len(made) <= _NAMED else "source.switched_on_more"
    return asked.answer(asked.text(key, count=len(made), names=shown, more=len(made) - _NAMED))


async def _offered(asked: Asked, call: Invocation, error: UserMistake) -> Reply:
    """The page is no feed: the feeds that it names, or the page itself as a list of headlines."""
    keep = asked.desk.lookup.keep
    buttons = []
    for link in error.values.get("found", ())[:_OFFERED]:  # type: ignore[index]  # addresses (sources/feed.py)
        kept = await keep(Invocation("source.add", {"url": link, "name": call.get("name")}))
        buttons.append(Button(_clipped(masked_url(link)), action=f"w1:kept:{kept}"))
    if not buttons:
        kept = await keep(Invocation("source.add", {**call.arguments, "kind": "page"}))
        buttons.append(Button(asked.text("button.as_page"), action=f"w1:kept:{kept}"))
    return replace(asked.answer(asked.text(error.key, **error.values), buttons=buttons), failed=True)


async def show(asked: Asked, call: Invocation) -> Reply:
    """`출처 list`: how each source is doing, those people added first; searches as one line each kind."""
    sources = await asked.desk.store.sources.seen_by(asked.workspace)
    searching = await asked.desk.sourcing.searching()
    if not sources and not searching:
        return asked.answer(asked.text("source.none"))
    last = max(0, (len(sources) - 1) // PAGE_ROWS)
    page = min(max(0, int(call.get("page") or 0)), last)
    shown = sources[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    items = [_line(asked, source) for source in shown]
    if page == last:
        items += [(Span(_searching(asked, each)),) for each in searching]
    buttons = []
    if page:
        buttons.append(Button(asked.text("button.back"), action=f"w1:sources:{page - 1}"))
    if page < last:
        buttons.append(Button(asked.text("button.next"), action=f"w1:sources:{page + 1}"))
    return asked.listing(asked.text("source.list", count=len(sources)), items, buttons=buttons)


def _searching(asked: Asked, each: Searching) -> str:
    name = asked.text(f"search.{each.kind}")
    fast, slow = (_gap(asked, seconds) for seconds in each.waits)
    said = [asked.text("searches.line", kind=name, count=each.count, fast=fast, slow=slow)]
    if each.spent is not None:
        said.append(asked.text("searches.spent", spent=each.spent, most=each.most))
    if each.trouble:
        said.append(asked.text("searches.trouble", count=each.trouble))
    return " · ".join(said)


async def pause(asked: Asked, call: Invocation) -> Reply:
    """`출처 pause`: not read until it is resumed."""
    source = await _changeable(asked, call)
    if source.state is SourceState.PAUSED:
        raise UserMistake("source.paused_already", number=source.number)
    await asked.desk.store.sources.change(source, state=SourceState.PAUSED)
    await _log(asked, "source.pause", source)
    return asked.answer(asked.text("source.paused", number=source.number, name=_name(source)))


async def resume(asked: Asked, call: Invocation) -> Reply:
    """`출처 resume`: read again, at once."""
    source = await _changeable(asked, call)
    if source.state is not SourceState.PAUSED:
        raise UserMistake("source.not_paused", number=source.number)
    now = await asked.desk.store.housekeeping.ping()
    await asked.desk.store.sources.change(source, state=SourceState.ACTIVE, next_poll_at=now, fail_count=0)
    await _log(asked, "source.resume", source)
    asked.desk.sourcing.wake()
    return asked.answer(asked.text("source.resumed", number=source.number, name=_name(source)))


async def remove(asked: Asked, call: Invocation) -> Reply:
    """`출처 remove`: not read any more; its articles stay in look-ups. Asks first when watches look at it alone."""
    source = await _changeable(asked, call)
    count = await asked.desk.sourcing.only_here(source) if not call.get("anyway") else 0
    if count:
        kept = await asked.desk.lookup.keep(Invocation(call.name, {"source": str(source.number), "anyway": "yes"}))
        button = Button(asked.text("button.remove"), action=f"w1:kept:{kept}")
        return asked.answer(asked.text("source.only_here", count=count), buttons=(button,))
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


async def _changeable(asked: Asked, call: Invocation) -> Source:
    """The source, when the caller may change it.

    Raises:
        UserMistake: `source.shared`: it serves other workspaces as well, and the caller is no operator.
    """
    source = await _source(asked, call)
    if source.workspace is None and await asked.desk.store.sources.several_workspaces():
        operator = f"{asked.channel.platform}:{asked.caller.user}" in asked.desk.operators
        if not operator and await asked.rights.standing(asked.caller, asked.channel) < Standing.OPERATOR:
            raise UserMistake("source.shared", number=source.number)
    return source


async def _log(asked: Asked, what: str, source: Source) -> None:
    """Who changed which source."""
    about = {"number": source.number, "url": source.url, "name": source.name, "state": str(source.state)}
    await asked.desk.store.channels.log(asked.channel, who=asked.caller.user, what=what, before=about)


def _name(source: Source) -> str:
    return source.name or masked_url(source.url)


def _clipped(text: str) -> str:
    return text if len(text) <= _LABEL_CHARS else text[: _LABEL_CHARS - 1] + "…"


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
    if seconds < 60:
        return asked.text("gap.seconds", count=max(1, round(seconds)))
    minutes = max(1, round(timedelta(seconds=seconds) / timedelta(minutes=1)))
    return (
        asked.text("gap.hours", count=round(minutes / 60))
        if minutes >= 120
        else asked.text("gap.minutes", count=minutes)
    )
