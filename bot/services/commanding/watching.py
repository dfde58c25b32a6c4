"""Watches: make, list, change, mute, end, test."""

import re
from datetime import datetime, time, timedelta

from bot.adapters.store.watches import WatchRow
from bot.core import compose, timing
from bot.core.commands import ALL_WATCHES, PACES, SCOPES, SPANS, Invocation, Standing, number
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.matching.expression import Expression
from bot.core.message import Button, Excerpt, Paragraph, Part, Span, Tone
from bot.core.news import ChannelRef, Pace, Scope, Watch
from bot.services.commanding.desk import PAGE_ROWS, UNDO_WITHIN, Asked
from bot.services.lookup import Preview, about
from bot.services.replies import Reply

ASK_FIRST_PER_DAY = 20  # a watch that would fire more often than this asks first (contract §6)
PREVIEW_DAYS = 7
COUNTED = timedelta(days=7)  # what a list counts of each watch
_MOST_CHANNELS = 30  # of `목록 전체`: each may cost a request to the platform
_LONGEST_MUTE = timedelta(days=30)
_SAMPLES = 3


async def add(asked: Asked, call: Invocation) -> Reply:
    """`구독`: active at once; the channel hears one line, the asker alone sees what to expect."""
    wanted = expressions.parse(call.get("expression"))
    preview = await asked.desk.lookup.preview(
        wanted, workspace=asked.workspace, title_only=call.get("scope") == "title", days=PREVIEW_DAYS
    )
    if preview.per_day > ASK_FIRST_PER_DAY and not call.get("anyway"):
        text = asked.text("watch.flood", per_day=round(preview.per_day))
        pending = await asked.desk.lookup.keep(call)
        choices = (
            Button(asked.text("button.anyway"), action=f"w1:anyway:{pending}"),
            Button(asked.text("button.mend"), action=f"w1:mend:{pending}"),
            Button(asked.text("button.cancel"), action="w1:cancel:add"),
        )
        return asked.answer(text, buttons=choices, parts=_samples(preview))
    await _spend_quota(asked)
    watch, change = await asked.desk.store.watches.add(
        asked.channel,
        call.get("expression").strip(),
        str(wanted),
        who=asked.caller.user,
        scope=_scope(call),
        pace=_pace(call),
        mention=_mention(call) if call.get("mention") else "",
    )
    await asked.announce("watch.started", watch=wanted.name, who=asked.caller.name or asked.caller.user)
    hint = asked.desk.lookup.hint(wanted, asked.voice.language)
    parts: list[Part] = [Paragraph((Span(hint),))] if hint else []
    buttons = [asked.undo(change), Button(asked.text("button.mend"), action=f"w1:mend:#{watch.number}")]
    if longer := _with_aliases(asked, wanted):
        parts.append(Paragraph((Span(asked.text("watch.aliases", expression=longer)),)))
        kept = await asked.desk.lookup.keep(
            Invocation("watch.edit", {"watch": str(watch.number), "expression": longer})
        )
        buttons.append(Button(asked.text("button.aliases"), action=f"w1:kept:{kept}"))
    return asked.answer(_expect(asked, preview, watch), buttons=buttons, parts=[*parts, *_samples(preview)])


async def show(asked: Asked, call: Invocation) -> Reply:
    """`목록`: the channel's watches, with what they did lately; `전체`: of every channel that the caller sees."""
    now = await asked.desk.store.housekeeping.ping()
    rows = list(await asked.desk.store.watches.listed(asked.channel, since=now - COUNTED))
    if call.get("all"):
        rows.extend(await _elsewhere(asked, now))
    if not rows:
        return asked.answer(asked.text("watch.none", example=asked.typed(asked.text("watch.example"))))
    page = min(max(0, int(call.get("page") or 0)), (len(rows) - 1) // PAGE_ROWS)
    shown = rows[page * PAGE_ROWS : (page + 1) * PAGE_ROWS]
    items = [row_line(asked, row, now) for row in shown]
    heading = asked.text("watch.list", count=len(rows))
    return asked.listing(heading, items, buttons=_pages(asked, page, len(rows), everywhere=bool(call.get("all"))))


async def _elsewhere(asked: Asked, now: datetime) -> list[WatchRow]:
    """Watches of the workspace's other channels that the caller may see; asked of the platform, channel by channel."""
    found: list[WatchRow] = []
    others = [each.settings.ref for each in await asked.desk.store.views.channels(asked.channel)]
    for ref in [each for each in others if each != asked.channel][:_MOST_CHANNELS]:
        if await asked.rights.standing(asked.caller, ref) >= Standing.READER:
            found.extend(await asked.desk.store.watches.listed(ref, since=now - COUNTED))
    return found


def row_line(asked: Asked, row: WatchRow, now: datetime) -> tuple[Span, ...]:
    """One watch as a line of a list."""
    last = (
        asked.text("watch.last", when=asked.when(row.last_match_at, now))
        if row.last_match_at
        else asked.text("watch.never")
    )
    state = [asked.text(f"pace.{row.watch.pace}"), asked.text("watch.count", count=row.matches), last]
    if row.watch.scope is Scope.TITLE:
        state.insert(0, asked.text("scope.title"))
    if row.watch.muted_until is not None and row.watch.muted_until > now:
        state.append(asked.text("watch.muted", until=asked.when(row.watch.muted_until, now)))
    if row.watch.channel != asked.channel:
        state.append(row.watch.channel.channel)
    return (
        Span(f"#{row.watch.number} ", Tone.QUIET),
        Span(row.watch.expression, Tone.STRONG),
        Span(" · " + " · ".join(state)),
    )


async def edit(asked: Asked, call: Invocation) -> Reply:
    """`수정`: another expression, scope, pace or mention; active at once."""
    watch = await _watch(asked, call)
    if call.get("version") and call.get("version") != str(watch.version):
        raise UserMistake("watch.changed_meanwhile")
    columns: dict[str, object] = {}
    extra = ""
    if call.get("expression"):
        wanted = expressions.parse(call.get("expression"))
        columns |= {"expression": call.get("expression").strip(), "expression_key": str(wanted)}
        preview = await asked.desk.lookup.preview(
            wanted, workspace=asked.workspace, title_only=watch.scope is Scope.TITLE, days=PREVIEW_DAYS
        )
        extra = " " + _expect(asked, preview, watch)
    if call.get("scope"):
        columns["scope"] = _scope(call)
    if call.get("delivery"):
        columns["pace"] = _pace(call)
    if call.get("mention"):
        columns["mention"] = _mention(call)
    if not columns:
        raise UserMistake("watch.edit_what", number=watch.number)
    changed, change = await asked.desk.store.watches.change(watch, who=asked.caller.user, what="watch.edit", **columns)
    text = asked.text("watch.edited", number=watch.number, before=_told(asked, watch), after=_told(asked, changed))
    return asked.answer(text + extra, buttons=(asked.undo(change),))


async def remove(asked: Asked, call: Invocation) -> Reply:
    """`해지`: the channel hears one line; what waits for this watch alone is not sent."""
    watch = await _watch(asked, call)
    change = await asked.desk.store.watches.remove(watch, who=asked.caller.user)
    name = _name(watch)
    await asked.announce("watch.ended", watch=name, who=asked.caller.name or asked.caller.user)
    return asked.answer(asked.text("watch.removed", number=watch.number, watch=name), buttons=(asked.undo(change),))


async def mute(asked: Asked, call: Invocation) -> Reply:
    """`음소거`: alerts are held, and come as one roll-up when it ends."""
    now = await asked.desk.store.housekeeping.ping()
    until = _until(call.get("for") or "1h", now, asked)
    when = asked.when(until, now)
    if call.get("watch") in ALL_WATCHES:
        change = await asked.desk.store.channels.change(
            asked.channel, who=asked.caller.user, what="mute.all", muted_until=until
        )
        return asked.answer(asked.text("mute.all", until=when), buttons=(asked.undo(change),))
    watch = await _watch(asked, call)
    _, change = await asked.desk.store.watches.change(
        watch, who=asked.caller.user, what="watch.mute", muted_until=until
    )
    return asked.answer(asked.text("mute.one", number=watch.number, until=when), buttons=(asked.undo(change),))


async def unmute(asked: Asked, call: Invocation) -> Reply:
    """`음소거해제`: what was held comes at once."""
    now = await asked.desk.store.housekeeping.ping()
    held = (await asked.desk.store.outbox.waiting(asked.channel)).held
    if call.get("watch") in ALL_WATCHES:
        if asked.settings.muted_until is None or asked.settings.muted_until <= now:
            raise UserMistake("mute.not_all")
        await asked.desk.store.channels.change(
            asked.channel, who=asked.caller.user, what="unmute.all", muted_until=None
        )
    else:
        watch = await _watch(asked, call)
        held = await asked.desk.store.views.held(watch.id)
        if watch.muted_until is None or watch.muted_until <= now:
            raise UserMistake("mute.not", number=watch.number)
        await asked.desk.store.watches.change(watch, who=asked.caller.user, what="watch.unmute", muted_until=None)
    asked.desk.wake()
    return asked.answer(asked.text("mute.over_held", count=held) if held else asked.text("mute.over"))


async def latest(asked: Asked, call: Invocation) -> Reply:
    """`최근`: the last five hits of a watch."""
    watch = await _watch(asked, call)
    now = await asked.desk.store.housekeeping.ping()
    told = await asked.desk.store.articles.matched((watch.id,), since=now - timedelta(days=180), limit=5)
    if not told:
        return asked.answer(asked.text("watch.no_hits", number=watch.number))
    return asked.listing(
        asked.text("watch.latest", number=watch.number, watch=_name(watch)),
        [asked.desk.lookup.line(each.article, asked.voice) for each in told],
    )


async def me(asked: Asked, call: Invocation) -> Reply:
    """`나만`: a watch for the asker alone, by direct message; `off` ends them all."""
    direct = await asked.desk.direct(asked.channel, asked.caller.user)
    if call.get("expression").strip().lower() in {"off", "끄기"}:
        now = await asked.desk.store.housekeeping.ping()
        rows = await asked.desk.store.watches.listed(direct, since=now)
        for row in rows:
            await asked.desk.store.watches.remove(row.watch, who=asked.caller.user)
        return asked.answer(asked.text("me.off", count=len(rows)))
    wanted = expressions.parse(call.get("expression"))
    hello = compose.notice(asked.text("me.hello", watch=wanted.name), voice=asked.voice)
    if asked.desk.greet is not None:
        await asked.desk.greet(direct, hello)  # a closed direct channel is found out before anything is promised
    watch, change = await asked.desk.store.watches.add(
        direct, call.get("expression").strip(), str(wanted), who=asked.caller.user
    )
    if asked.desk.greet is None:
        await asked.desk.store.outbox.say(direct, hello)
        asked.desk.wake()
    undo = Button(asked.text("button.undo"), action=f"w1:mine:{change}")
    return asked.answer(asked.text("me.started", watch=wanted.name, number=watch.number), buttons=(undo,))


async def undo_mine(asked: Asked, change: int) -> Reply:
    """`[되돌리기]` of a personal watch, wherever it was asked for."""
    return await undo(asked, change, await asked.desk.direct(asked.channel, asked.caller.user))


async def undo(asked: Asked, change: int, channel: ChannelRef | None = None) -> Reply:
    """`[되돌리기]`: as it was before, with the same number."""
    where = channel or asked.channel
    what = await asked.desk.store.watches.undo(change, who=asked.caller.user, channel=where, within=UNDO_WITHIN)
    asked.desk.wake()
    return asked.answer(asked.text("undo.done", what=what))


def _with_aliases(asked: Asked, wanted: Expression) -> str:
    """The expression with a company's other names, when it is one plain name of a company that we know."""
    if not wanted.is_plain or len(wanted.terms) != 1:
        return ""
    name = str(wanted.terms[0])
    others = [f'"{each}"' if " " in each else each for each in asked.desk.aliases_for(name) if each != name]
    return "|".join((name, *others)) if others else ""


def _expect(asked: Asked, preview: Preview, watch: Watch) -> str:
    if not preview.articles:
        return asked.text("watch.expect_unknown", number=watch.number)
    if not preview.hits:
        return asked.text("watch.expect_none", number=watch.number, days=preview.days)
    per_day = max(1, round(preview.per_day))
    count = about(preview.hits, asked.voice.language, is_rough=preview.is_rough)
    return asked.text("watch.expect", number=watch.number, days=preview.days, count=count, per_day=per_day)


def _samples(preview: Preview) -> list[Part]:
    return [Excerpt(sample) for sample in preview.samples[:_SAMPLES]]


async def _spend_quota(asked: Asked) -> None:
    most = asked.desk.quota_watches
    if most is not None and await asked.desk.store.views.watch_count(asked.channel) >= most:
        raise UserMistake("quota.watches", most=most)


def _pages(asked: Asked, page: int, count: int, *, everywhere: bool) -> list[Button]:
    verb = "lists" if everywhere else "list"
    buttons = []
    if page:
        buttons.append(Button(asked.text("button.back"), action=f"w1:{verb}:{page - 1}"))
    if (page + 1) * PAGE_ROWS < count:
        buttons.append(Button(asked.text("button.next"), action=f"w1:{verb}:{page + 1}"))
    return buttons


async def _watch(asked: Asked, call: Invocation) -> Watch:
    return await asked.desk.store.watches.get(asked.channel, number(call.get("watch")))


def _name(watch: Watch) -> str:
    return _parsed(watch).name


def _parsed(watch: Watch) -> Expression:
    return expressions.parse(watch.expression)


def _told(asked: Asked, watch: Watch) -> str:
    parts = [watch.expression, asked.text(f"scope.{watch.scope}"), asked.text(f"pace.{watch.pace}")]
    return " · ".join([*parts, watch.mention] if watch.mention else parts)


def _scope(call: Invocation) -> Scope:
    value = call.get("scope") or Scope.ALL
    if value not in {choice.value for choice in SCOPES}:
        raise UserMistake("watch.scope", word=value)
    return Scope(value)


def _pace(call: Invocation) -> Pace:
    value = call.get("delivery") or Pace.INSTANT
    if value not in {choice.value for choice in PACES}:
        raise UserMistake("watch.delivery", word=value)
    return Pace(value)


def _mention(call: Invocation) -> str:
    """The one role or user group to mention, in the platform's own form; names alone cannot be mentioned."""
    written = call.get("mention").strip()
    if written.lower() in _NOBODY:
        return ""
    found = _GROUP.fullmatch(written)
    if found is None:
        raise UserMistake("watch.mention", word=written)
    return str(next(filter(None, found.groups())))


_NOBODY = frozenset({"없음", "none", "off"})
# Slack: <!subteam^S1|@홍보> or S1; Discord: <@&123> or 123. Never a person, @channel or @everyone.
_GROUP = re.compile(r"<!subteam\^(S[A-Z0-9]+)(?:\|[^>]*)?>|(S[A-Z0-9]{2,})|<@&([0-9]{5,20})>|([0-9]{5,20})")


def _until(span: str, now: datetime, asked: Asked) -> datetime:
    """When a mute of this span ends: `1h`, `today`, `1w`, `3시간`, `2일`, `14:00까지`."""
    here = now.astimezone(timing.zone_of(asked.voice.zone))
    value = next((each.value for each in SPANS if span in {each.value, each.korean}), span)
    match value:
        case "today":
            return datetime.combine(here.date() + timedelta(days=1), time(0), here.tzinfo).astimezone(now.tzinfo)
        case "1w":
            return now + timedelta(weeks=1)
    until = _clock_until(value, here) or _counted(value, now)
    if until is None:
        raise UserMistake("mute.span", span=span)
    if until - now > _LONGEST_MUTE:
        raise UserMistake("mute.too_long")
    return until.astimezone(now.tzinfo)


def _clock_until(span: str, here: datetime) -> datetime | None:
    try:
        at = timing.clock_time(span.removesuffix("까지").removeprefix("until ").strip())
    except ValueError:
        return None
    until = datetime.combine(here.date(), at, here.tzinfo)
    return until if until > here else until + timedelta(days=1)


_UNITS = {"시간": 3600, "h": 3600, "일": 86_400, "d": 86_400, "주": 604_800, "w": 604_800, "분": 60, "m": 60}


def _counted(span: str, now: datetime) -> datetime | None:
    digits = span.strip().rstrip("시간일주분hdwm")
    seconds = _UNITS.get(span.strip()[len(digits) :])
    if seconds is None or not digits.isdecimal() or len(digits) > 4:
        return None
    return now + timedelta(seconds=int(digits) * seconds)
