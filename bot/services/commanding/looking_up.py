"""Look-ups: search, status, help. They change nothing."""

from collections.abc import Sequence
from datetime import timedelta

from bot.core import compose, timing
from bot.core.commands import COMMANDS, TOPICS, Invocation, number
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.matching.expression import Expression
from bot.core.message import Bullets, Button, Buttons, Heading, Message, Paragraph, Part, Span, Table, Tone
from bot.core.news import Scope, SourceState
from bot.core.wording import reason
from bot.services import explain
from bot.services.commanding.desk import Asked
from bot.services.replies import Reply

SEARCH_DAYS = (1, 30)
TREND_DAYS = (7, 30, 90)
MOST_TRENDS = 5
_DEFAULT_DAYS = 7
_PAGE = 5


async def search(asked: Asked, call: Invocation) -> Reply:
    """`검색`: stories of the last days, newest first, with how many each day."""
    wanted = expressions.parse(call.get("expression"))
    days = _days(call)
    found = await asked.desk.lookup.search(wanted, workspace=asked.workspace, days=days, outlet=call.get("outlet"))
    if not found.stories:
        return asked.answer(asked.text("search.none", days=days))
    page = min(max(0, int(call.get("page") or 0)), (len(found.stories) - 1) // _PAGE)
    shown = found.stories[page * _PAGE : (page + 1) * _PAGE]
    heading = asked.text("search.found", expression=call.get("expression").strip(), days=days, count=len(found.stories))
    parts: list[Part] = [Heading(heading), Paragraph((Span(found.per_day_line(), Tone.QUIET),))]
    parts.append(Bullets(tuple(asked.desk.lookup.story_line(story, asked.voice) for story in shown)))
    buttons = []
    if (page + 1) * _PAGE < len(found.stories):
        kept = await asked.desk.lookup.keep(call)
        buttons.append(Button(asked.text("button.next"), action=f"w1:search:{kept}.{page + 1}"))
    if buttons:
        parts.append(Buttons(tuple(buttons)))
    return Reply(Message(heading, tuple(parts), language=asked.voice.language), public=bool(call.get("share")))


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
    if len(wanted) > MOST_TRENDS:
        raise UserMistake("trend.too_many", most=MOST_TRENDS)
    days = _trend_days(call)
    found = [await asked.desk.lookup.search(each, workspace=asked.workspace, days=days) for each in wanted]
    today = (await asked.desk.store.housekeeping.ping()).astimezone(timing.zone_of(asked.voice.zone)).date()
    span = [today - timedelta(days=back) for back in range(days - 1, -1, -1)]
    rows = []
    total = sum(sum(each.days.values()) for each in found)
    for each, story in zip(wanted, found, strict=True):
        counts = [story.days.get(day, 0) for day in span]
        share = f"{round(100 * sum(counts) / total)}%" if total else "–"
        rows.append((each.name, str(sum(counts)), share, sparkline(counts)))
    header = tuple(asked.text(f"trend.{column}") for column in ("watch", "count", "share", "line"))
    heading = asked.text("trend.heading", days=days)
    parts: list[Part] = [Heading(heading), Table(header, tuple(rows))]
    items = [asked.desk.lookup.story_line(story, asked.voice) for each in found for story in each.stories[:3]]
    if items:
        parts.append(Bullets(tuple(items[:6])))
    return Reply(Message(heading, tuple(parts), language=asked.voice.language))


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
    lines.extend(f"{each.name or each.url}: {asked.text(f'source.state.{each.state}')}" for each in trouble[:5])
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


def sparkline(counts: Sequence[int]) -> str:
    """`▁▂▅█`: one block a day, as high as its share of the highest."""
    top = max(counts, default=0)
    return "".join(_BLOCKS[round(count / top * (len(_BLOCKS) - 1))] if top else _BLOCKS[0] for count in counts)


_BLOCKS = "▁▂▃▄▅▆▇█"
