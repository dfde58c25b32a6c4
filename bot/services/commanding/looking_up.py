"""Look-ups: search, status, help. They change nothing."""

from base64 import b64encode
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType

from bot.core import compose
from bot.core.addresses import masked_url
from bot.core.commands import COMMANDS, TOPICS, Invocation, number
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.matching.expression import Expression
from bot.core.message import Bullets, Button, Buttons, Heading, Image, Message, Paragraph, Part, Span, Table, Tone
from bot.core.news import Platform, Scope, SourceState
from bot.core.trend import MOST_SERIES, Trend, shares, sparkline
from bot.core.wording import reason
from bot.render.chart import Chart, alt_text
from bot.services import explain
from bot.services.commanding.desk import Asked
from bot.services.lookup import FoundTrend, about
from bot.services.replies import Reply

SEARCH_DAYS = (1, 30)
TREND_DAYS = (7, 30, 90)
_DEFAULT_DAYS = 7
_PAGE = 5
_MOST_PAGES = 40  # who has not found it by then wants other words
_CAUSES = 6  # stories shown behind a trend
_LINE_SIGNS = 30


async def search(asked: Asked, call: Invocation) -> Reply:
    """`검색`: stories of the last days, newest first, with how many each day."""
    written = call.get("expression").strip()
    wanted = expressions.parse(written)
    days = _days(call)
    page = int(call.get("page") or 0) if (call.get("page") or "0").isdecimal() else 0
    page = min(page, _MOST_PAGES - 1)
    found = await asked.desk.lookup.search(
        wanted, workspace=asked.workspace, days=days, outlet=call.get("outlet"), stories=(page + 1) * _PAGE + 1
    )
    if not found.stories:
        return asked.answer(asked.text("search.none", days=days))
    page = min(page, (len(found.stories) - 1) // _PAGE)
    shown = found.stories[page * _PAGE : (page + 1) * _PAGE]
    count = about(found.count.value, asked.voice.language, is_rough=found.count.is_rough)
    heading = asked.text("search.found", expression=written, days=days, count=count)
    per_day = found.per_day_line()
    if found.count.is_rough:
        per_day = asked.text("search.rough", counts=per_day)
    parts: list[Part] = [Heading(heading), Paragraph((Span(per_day, Tone.QUIET),))]
    parts.append(Bullets(tuple(asked.desk.lookup.story_line(story, asked.voice) for story in shown)))
    is_public = bool(call.get("share"))
    if not is_public:
        more = (page + 1) * _PAGE < len(found.stories) and page + 1 < _MOST_PAGES
        parts.append(Buttons(await _search_buttons(asked, call, page if more else None)))
    return Reply(Message(heading, tuple(parts), language=asked.voice.language), public=is_public)


async def _search_buttons(asked: Asked, call: Invocation, page: int | None) -> tuple[Button, ...]:
    """The next page, the share button, and the watch that tells the same from now on."""
    lookup = asked.desk.lookup
    kept = await lookup.keep(call)
    buttons = [] if page is None else [Button(asked.text("button.next"), action=f"w1:search:{kept}.{page + 1}")]
    share = await lookup.keep(replace(call, arguments=MappingProxyType({**call.arguments, "share": "yes"})))
    watch = await lookup.keep(Invocation("watch.add", MappingProxyType({"expression": call.get("expression")})))
    return (
        *buttons,
        Button(asked.text("button.share"), action=f"w1:kept:{share}"),
        Button(asked.text("button.watch_search"), action=f"w1:kept:{watch}"),
    )


async def test(asked: Asked, call: Invocation) -> Reply:
    """`테스트`: the newest hit as its card, for the asker alone; with an address: why it did or did not come."""
    watch = await asked.desk.store.watches.get(asked.channel, number(call.get("watch")))
    if call.get("url"):
        return await explain.why_not(asked, watch, call.get("url"))
    wanted = expressions.parse(watch.expression)
    found = await asked.desk.lookup.newest(
        wanted, workspace=asked.workspace, title_only=watch.scope is Scope.TITLE, days=SEARCH_DAYS[1]
    )
    if found is None:
        return asked.answer(asked.text("watch.no_hits", number=watch.number))
    article, hits = found
    excerpt = compose.excerpt(article, hits)
    card = compose.alert(article, [wanted.name], excerpt, voice=asked.voice)
    parts = tuple(part for part in card.parts if not isinstance(part, Buttons))
    return Reply(Message(card.text, parts, language=asked.voice.language))


async def trend(asked: Asked, call: Invocation) -> Reply:
    """`추이`: articles a day for up to five expressions, with the stories behind them."""
    wanted = [Expression((part,)) for part in expressions.parse(call.get("expression")).parts]
    if len(wanted) > MOST_SERIES:
        raise UserMistake("trend.too_many", most=MOST_SERIES)
    days = _trend_days(call)
    names = Counter(each.name for each in wanted)
    labelled = {each.name if names[each.name] == 1 else str(each): each for each in wanted}
    found = await asked.desk.lookup.trend(labelled, workspace=asked.workspace, days=days, zone=asked.voice.zone)
    heading = asked.text("trend.heading", days=days)
    parts: list[Part] = [Heading(heading), *await _picture(asked, heading, found.trend), _table(asked, found)]
    parts.extend(Paragraph((Span(note, Tone.QUIET),)) for note in _notes(asked, found))
    items = [
        (Span(f"{label} {day.month}/{day.day} ", Tone.QUIET), *asked.desk.lookup.story_line(story, asked.voice))
        for label, day, story in found.causes[:_CAUSES]
    ]
    if items:
        parts.append(Bullets(tuple(items)))
    return Reply(Message(heading, tuple(parts), language=asked.voice.language))


async def _picture(asked: Asked, title: str, shown: Trend) -> list[Part]:
    """The chart where a private answer carries a file: Slack's does not, and the console is text (commands.md §3)."""
    if asked.caller.channel.platform is not Platform.DISCORD:
        return []
    chart = Chart(title, shown, asked.voice.language)
    data = await asked.desk.lookup.picture(chart)
    return [Image(alt_text(chart), data=b64encode(data).decode())] if data else []


def _table(asked: Asked, found: FoundTrend) -> Table:
    language = asked.voice.language
    total = sum(one.total for one in found.trend.series)
    rows = []
    for one, share in zip(found.trend.series, shares(found.trend), strict=True):
        count = about(one.total, language, is_rough=found.is_rough)
        rows.append((one.label, count, f"{share:.0%}" if total else "–", sparkline(_in_steps(one.counts))))
    return Table(tuple(asked.text(f"trend.{column}") for column in ("watch", "count", "share", "line")), tuple(rows))


def _in_steps(counts: Sequence[int]) -> list[int]:
    """At most 30 steps, each the sum of as many days."""
    step = -(-len(counts) // _LINE_SIGNS)
    return [sum(counts[at : at + step]) for at in range(0, len(counts), step)]


def _notes(asked: Asked, found: FoundTrend) -> list[str]:
    """What the numbers are not."""
    shown, notes = found.trend, []
    if shown.known_days < len(shown.days):
        notes.append(asked.text("trend.known", days=shown.known_days))
    if shown.counters_until is not None:
        until = f"{shown.counters_until.month}/{shown.counters_until.day}"
        notes.append(asked.text("trend.counters", until=until))
    if found.is_rough:
        notes.append(asked.text("trend.rough"))
    return notes


async def status(asked: Asked, _call: Invocation) -> Reply:
    """`상태`: the queue, the last send, sources in trouble, dead letters with their reasons."""
    store = asked.desk.store
    waiting = await store.outbox.waiting(asked.channel)
    sources = await store.sources.seen_by(asked.workspace)
    trouble = [each for each in sources if each.state in {SourceState.FAILING, SourceState.DEAD, SourceState.QUIET}]
    lines = [asked.text("status.queue", pending=waiting.pending, held=waiting.held, dead=waiting.dead)]
    if waiting.oldest is not None:
        lines.append(asked.text("status.oldest", when=compose.moment(waiting.oldest, asked.voice)))
    if waiting.last_sent is not None:
        lines.append(asked.text("status.last_sent", when=compose.moment(waiting.last_sent, asked.voice)))
    lines.append(asked.text("status.sources", count=len(sources), trouble=len(trouble)))
    lines.extend(
        f"{each.name or masked_url(each.url)}: {asked.text(f'source.state.{each.state}')}" for each in trouble[:5]
    )
    if asked.settings.state == "paused":
        why = reason(asked.settings.pause_reason, asked.voice.language, asked.settings.pause_values)
        lines.append(asked.text("status.paused", reason=why))
    buttons = []
    for row in await store.outbox.dead(asked.channel):
        why = reason(row.reason, asked.voice.language, row.reason_values)
        lines.append(asked.text("status.dead", id=row.id, reason=why))
    if waiting.dead:
        buttons.append(Button(asked.text("button.retry"), action="w1:retry:all"))
    lines.append(asked.text("status.version", version=asked.desk.version))
    return asked.listing(asked.text("status.heading"), [(Span(line),) for line in lines], buttons=buttons)


async def help_(asked: Asked, call: Invocation) -> Reply:
    """`도움말`: at most 12 lines with three examples that can be copied."""
    topic = call.get("topic")
    if topic:
        if topic not in {each.value for each in TOPICS}:
            raise UserMistake("help.unknown", topic=topic)
        return asked.listing(
            asked.text(f"help.{topic}.heading"),
            [(Span(line),) for line in asked.text(f"help.{topic}").splitlines()],
        )
    korean = asked.voice.language == "ko"
    words = " · ".join(dict.fromkeys(each.words[0 if korean else -1] for each in COMMANDS))
    items = [(Span(line, Tone.CODE),) for line in asked.text("help.examples").splitlines()]
    items.append((Span(words),))
    items.append((Span(asked.text("help.topics")),))
    return asked.listing(asked.text("help.heading"), items)


def _days(call: Invocation) -> int:
    text = call.get("days") or str(_DEFAULT_DAYS)
    low, high = SEARCH_DAYS
    if not text.isdecimal() or not low <= int(text) <= high:
        raise UserMistake("search.days", low=low, high=high)
    return int(text)


def _trend_days(call: Invocation) -> int:
    text = call.get("days") or "30"
    if not text.isdecimal() or int(text) not in TREND_DAYS:
        raise UserMistake("trend.days", days=", ".join(map(str, TREND_DAYS)))
    return int(text)
