"""The digest's command: when, show, now, off."""

import re
from difflib import get_close_matches
from typing import Any
from zoneinfo import available_timezones

from bot.core import compose, timing
from bot.core.commands import DAYS, Invocation
from bot.core.errors import UserMistake
from bot.services.commanding.desk import Asked
from bot.services.digest import next_run
from bot.services.replies import Reply

_MOST_TIMES = 6


async def set_(asked: Asked, call: Invocation) -> Reply:
    """`요약 07:30 평일`: from the next slot on."""
    times = sorted({_time(each) for each in re.split(r"[,\s]+", call.get("times").strip()) if each})
    if not times or len(times) > _MOST_TIMES:
        raise UserMistake("digest.times")
    days = call.get("days") or "weekdays"
    if days not in {choice.value for choice in DAYS}:
        raise UserMistake("digest.days", word=days)
    zone = call.get("timezone") or asked.caller.zone or asked.desk.voice.zone
    zone = _zone(zone)
    now = await asked.desk.store.housekeeping.ping()
    digest = {"times": times, "days": days, "timezone": zone, "since": now.isoformat()}
    due = next_run(digest, now)
    await asked.desk.store.channels.change(
        asked.channel, who=asked.caller.user, what="digest.set", digest=digest, digest_due_at=due
    )
    return asked.answer(_told(asked, digest, due))


async def show(asked: Asked, _call: Invocation) -> Reply:
    """`요약`: times, zone, next run."""
    digest = asked.settings.digest
    if digest is None:
        return asked.answer(asked.text("digest.unset"))
    now = await asked.desk.store.housekeeping.ping()
    return asked.answer(_told(asked, digest, next_run(digest, now)))


async def now(asked: Asked, _call: Invocation) -> Reply:
    """`요약 지금`: the digest as it would be, for the asker alone."""
    message = await asked.desk.digesting.preview(asked.channel, asked.voice)
    if message is None:
        return asked.answer(asked.text("digest.empty_now"))
    return Reply(message)


async def off(asked: Asked, _call: Invocation) -> Reply:
    """`요약 끄기`."""
    if asked.settings.digest is None:
        raise UserMistake("digest.unset")
    change = await asked.desk.store.channels.change(
        asked.channel, who=asked.caller.user, what="digest.off", digest=None, digest_due_at=None
    )
    return asked.answer(asked.text("digest.off"), buttons=(asked.undo(change),))


def _zone(name: str) -> str:
    """The zone's name, or a mistake that names the nearest one."""
    try:
        return timing.zone_of(name).key
    except UserMistake as error:
        names = {each.lower(): each for each in available_timezones()}
        near = get_close_matches(name.lower(), names, n=1, cutoff=0.8)
        if not near:
            raise
        raise UserMistake("zone.near", zone=name, near=names[near[0]]) from error


def _told(asked: Asked, digest: dict[str, Any], due: Any) -> str:  # noqa: ANN401 - a datetime or None
    voice = compose.Voice(asked.voice.language, digest["timezone"])
    days = asked.text(f"digest.{digest['days']}")
    times = ", ".join(digest["times"])
    upcoming = compose.moment(due, voice) if due is not None else "–"
    return asked.text("digest.set", days=days, times=times, zone=digest["timezone"], next=upcoming)


def _time(text: str) -> str:
    try:
        return f"{timing.clock_time(text):%H:%M}"
    except ValueError as error:
        raise UserMistake("digest.time", text=text) from error
