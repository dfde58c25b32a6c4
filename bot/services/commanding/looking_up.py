"""Look-ups: search, status, help. They change nothing."""

from bot.core import compose
from bot.core.commands import COMMANDS, TOPICS, Invocation
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.message import Bullets, Button, Buttons, Heading, Message, Paragraph, Part, Span, Tone
from bot.core.news import SourceState
from bot.core.wording import say
from bot.services.commanding.desk import Asked
from bot.services.replies import Reply

SEARCH_DAYS = (1, 30)
_DEFAULT_DAYS = 7
_PAGE = 5


async def search(asked: Asked, call: Invocation) -> Reply:
    """`검색`: stories of the last days, newest first, with how many each day."""
    wanted = expressions.parse(call.get("expression"))
    days = _days(call)
    found = await asked.desk.lookup.search(wanted, days=days, outlet=call.get("outlet"))
    if not found.stories:
        return asked.answer(asked.text("search.none", days=days))
    page = min(max(0, int(call.get("page") or 0)), (len(found.stories) - 1) // _PAGE)
    shown = found.stories[page * _PAGE : (page + 1) * _PAGE]
    heading = asked.text("search.found", expression=call.get("expression").strip(), days=days, count=len(found.stories))
    parts: list[Part] = [Heading(heading), Paragraph((Span(found.per_day_line(asked.voice), Tone.QUIET),))]
    parts.append(Bullets(tuple(asked.desk.lookup.story_line(story, asked.voice) for story in shown)))
    buttons = []
    if (page + 1) * _PAGE < len(found.stories):
        kept = await asked.desk.lookup.keep(call)
        buttons.append(Button(asked.text("button.next"), action=f"w1:search:{kept}.{page + 1}"))
    if buttons:
        parts.append(Buttons(tuple(buttons)))
    return Reply(Message(heading, tuple(parts), language=asked.voice.language), public=bool(call.get("share")))


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
        reason = say(asked.settings.pause_reason, asked.voice.language, **(asked.settings.pause_values or {}))
        lines.append(asked.text("status.paused", reason=reason))
    buttons = []
    for row in await store.outbox.dead(asked.channel):
        reason = say(row.reason, asked.voice.language, **(row.reason_values or {}))
        lines.append(asked.text("status.dead", id=row.id, reason=reason))
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
