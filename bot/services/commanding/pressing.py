"""Buttons: `w1:verb:id`. All their state is in the id, so they work after a restart and on old messages."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from types import MappingProxyType

from bot.core import compose, timing
from bot.core.commands import Invocation, Standing, number
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.message import Bullets, Button, Heading, Message, Paragraph, Span, Tone, from_json
from bot.core.news import Pace
from bot.services import explain, learning
from bot.services.commanding import watching
from bot.services.commanding.desk import Asked
from bot.services.replies import Reply

VERSION = "w1"
_MORE_SHOWN = 20
_RELATED_SHOWN = 3  # a button for each, and two to turn the page, stand in one row

Run = Callable[[Invocation], Awaitable[Reply]]


@dataclass(frozen=True, slots=True)
class Pressed:
    """One press.

    Attributes:
        argument: what stands behind the verb, mostly an id.
        value: the choice from a menu; empty for a plain button.
    """

    verb: str
    argument: str
    value: str
    needs: Standing
    act: Callable[[Asked, "Pressed", Run], Awaitable[Reply]]

    @property
    def id(self) -> int:
        """The argument as an id.

        Raises:
            UserMistake: it is none.
        """
        if not self.argument.isdecimal() or len(self.argument) > 18:
            raise UserMistake("press.unknown")
        return int(self.argument)


def read(action: str, value: str) -> Pressed:
    """Take an action apart.

    Raises:
        UserMistake: `press.unknown`: it is none of ours, or of a version that we no longer know.
    """
    version, _, rest = action.partition(":")
    verb, _, argument = rest.partition(":")
    if version != VERSION or verb not in _VERBS:
        raise UserMistake("press.unknown")
    needs, act = _VERBS[verb]
    return Pressed(verb, argument, value, needs, act)


async def _why(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    return await explain.why(asked, pressed.id)


async def _undo(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    return await watching.undo(asked, pressed.id)


async def _anyway(asked: Asked, pressed: Pressed, run: Run) -> Reply:
    call = await asked.desk.lookup.kept(pressed.argument)
    return await run(replace(call, arguments=MappingProxyType({**call.arguments, "anyway": "yes"})))


async def _kept(asked: Asked, pressed: Pressed, run: Run) -> Reply:
    return await run(await asked.desk.lookup.kept(pressed.argument))


def _page_of(command: str, **more: str) -> Callable[[Asked, Pressed, Run], Awaitable[Reply]]:
    async def turn(_asked: Asked, pressed: Pressed, run: Run) -> Reply:
        page = MappingProxyType({"page": str(pressed.id), **more})
        return replace(await run(Invocation(command, page)), replaces=True)

    return turn


async def _search(asked: Asked, pressed: Pressed, run: Run) -> Reply:
    kept, _, page = pressed.argument.partition(".")
    call = await asked.desk.lookup.kept(kept)
    arguments = {**call.arguments, "page": page if page.isdecimal() else "0"}
    return replace(await run(replace(call, arguments=MappingProxyType(arguments))), replaces=True)


async def _more(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    """The rest of a roll-up."""
    roll = await asked.desk.store.outbox.get(pressed.id)
    if roll is None or roll.ref_channel != asked.channel.channel:
        raise UserMistake("press.gone")
    rows = (await asked.desk.store.outbox.carried(pressed.id))[compose.ROLLUP_SHOWN :]
    items = tuple(compose.line_of(from_json(row.payload)) for row in rows[: _MORE_SHOWN * 4])
    heading = asked.text("rollup.rest", count=len(rows))
    return Reply(Message(heading, (Heading(heading), Bullets(items)), language=asked.voice.language))


async def _mute(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    """The card's menu: this story, this outlet, this watch."""
    now = await asked.desk.store.housekeeping.ping()
    told = await asked.desk.store.articles.told_by(pressed.id, asked.channel)
    if told is None:
        raise UserMistake("press.gone")
    until = now + timedelta(hours=24)
    who, mutes = asked.caller.user, asked.desk.store.mutes
    match pressed.value:
        case "story":
            await mutes.story(asked.channel, told.story_id, who=who)
            return asked.answer(asked.text("mute.story_done", title=told.article.title))
        case "outlet":
            outlet = told.article.outlet
            if not outlet:
                raise UserMistake("mute.no_outlet")
            await mutes.outlet(asked.channel, outlet, until, who=who)
            return asked.answer(asked.text("mute.outlet_done", outlet=outlet, until=asked.when(until, now)))
        case "today":
            here = now.astimezone(timing.zone_of(asked.voice.zone))
            until = datetime.combine(here.date() + timedelta(days=1), time(0), here.tzinfo).astimezone(now.tzinfo)
        case "watch":
            pass
        case _:
            raise UserMistake("mute.choice")
    names, change = [], 0
    for watch, _ in told.matches:
        changed, change = await asked.desk.store.watches.change(watch, who=who, what="watch.mute", muted_until=until)
        names.append(f"#{changed.number}")
    text = asked.text("mute.several", numbers=", ".join(names), until=asked.when(until, now))
    return asked.answer(text, buttons=(asked.undo(change),) if len(names) == 1 else ())


async def _related(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    """The other articles on a card's event, with a button to take each out."""
    return await _related_list(asked, pressed.id, 0)


async def _related_page(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    return replace(await _related_list(asked, *_pair(pressed)), replaces=True)


async def _related_list(asked: Asked, card: int, page: int) -> Reply:
    found = await asked.desk.store.articles.related(card, asked.channel)
    if found is None:
        raise UserMistake("press.gone")
    if not found:
        return asked.answer(asked.text("related.none"))
    page = min(page, (len(found) - 1) // _RELATED_SHOWN)
    shown = found[page * _RELATED_SHOWN : (page + 1) * _RELATED_SHOWN]
    items = [
        (Span(f"{place}. ", Tone.QUIET), *asked.desk.lookup.line(told.article, asked.voice))
        for place, told in enumerate(shown, 1)
    ]
    buttons = [
        Button(asked.text("button.split", place=place), action=f"w1:split:{card}.{told.article.id}")
        for place, told in enumerate(shown, 1)
    ]
    if page:
        buttons.append(Button(asked.text("button.back"), action=f"w1:related_page:{card}.{page - 1}"))
    if (page + 1) * _RELATED_SHOWN < len(found):
        buttons.append(Button(asked.text("button.next"), action=f"w1:related_page:{card}.{page + 1}"))
    return asked.listing(asked.text("related.heading", count=len(found)), items, buttons=buttons)


async def _split(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    """`나누기`: the article leaves the card's event for good, and is told by itself where a watch here wants it."""
    card, article_id = _pair(pressed)
    out = await asked.desk.store.articles.split(card, article_id, asked.channel, who=asked.caller.user)
    if out is None:
        raise UserMistake("related.split_gone")
    told = [(watch, hits) for watch, hits in out.matches if watch.pace is not Pace.DIGEST]
    if told:
        hits = [hit for _, each in told for hit in each]
        names = [expressions.parse(watch.expression).name for watch, _ in told]
        message = compose.alert(out.article, names, compose.excerpt(out.article, hits), voice=asked.public_voice)
        watch_ids = [watch.id for watch, _ in told]
        await asked.desk.store.articles.tell(out.article.id, message, asked.channel, watch_ids)
    asked.desk.wake()
    return asked.answer(asked.text("related.split", title=out.article.title))


def _pair(pressed: Pressed) -> tuple[int, int]:
    """`17.4`: a card and a number."""
    one, _, other = pressed.argument.partition(".")
    return replace(pressed, argument=one).id, replace(pressed, argument=other).id


async def _bad(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    watches = await explain.watches_of(asked, pressed.id)
    await asked.desk.store.channels.vote(pressed.id, asked.caller.user, good=False)
    for watch in watches:
        await learning.learn(asked, watch)
    return asked.answer(asked.text("vote.thanks"))


async def _retry(asked: Asked, _pressed: Pressed, _run: Run) -> Reply:
    count = await asked.desk.store.outbox.retry_dead(asked.channel)
    asked.desk.wake()
    return asked.answer(asked.text("status.retried", count=count))


async def _mine(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    return await watching.undo_mine(asked, pressed.id)


async def _mend(asked: Asked, pressed: Pressed, _run: Run) -> Reply:
    """[고치기]: the line to change, ready to be copied; dialogs of a platform come before this."""
    if pressed.argument.startswith("#"):
        watch = await asked.desk.store.watches.get(asked.channel, number(pressed.argument))
        line = " ".join((asked.text("word.edit"), str(watch.number), watch.expression))
    else:
        call = await asked.desk.lookup.kept(pressed.argument)
        line = " ".join((asked.text("word.watch"), call.get("expression").strip()))
    text = asked.text("mend.how")
    spans = (Span(f"{text} "), Span(asked.typed(line), Tone.CODE))
    return Reply(Message(f"{text} {asked.typed(line)}", (Paragraph(spans),), language=asked.voice.language))


async def _cancel(asked: Asked, _pressed: Pressed, _run: Run) -> Reply:
    return replace(asked.answer(asked.text("cancel.done")), replaces=True)


_VERBS: MappingProxyType[str, tuple[Standing, Callable[[Asked, Pressed, Run], Awaitable[Reply]]]] = MappingProxyType(
    {
        "why": (Standing.GUEST, _why),
        "undo": (Standing.MANAGER, _undo),
        "anyway": (Standing.MANAGER, _anyway),
        "kept": (Standing.GUEST, _kept),
        "list": (Standing.READER, _page_of("watch.list")),
        "lists": (Standing.READER, _page_of("watch.list", all="yes")),
        "sources": (Standing.READER, _page_of("source.list")),
        "search": (Standing.GUEST, _search),
        "more": (Standing.READER, _more),
        "mute": (Standing.MANAGER, _mute),
        "bad": (Standing.READER, _bad),
        "related": (Standing.READER, _related),
        "related_page": (Standing.READER, _related_page),
        "split": (Standing.MANAGER, _split),
        "retry": (Standing.MANAGER, _retry),
        "mine": (Standing.READER, _mine),
        "mend": (Standing.READER, _mend),
        "cancel": (Standing.GUEST, _cancel),
    }
)
