"""Settings of a workspace and a channel: language, quiet hours, managers."""

import re

from bot.core import timing
from bot.core.commands import LANGUAGES, Invocation, Standing
from bot.core.errors import UserMistake
from bot.services.commanding.desk import Asked, allowed, refusal
from bot.services.replies import Reply

_PERSON = re.compile(r"<@!?([A-Z0-9]+)(?:\|[^>]*)?>|@?([\w.-]+)")


async def settings(asked: Asked, call: Invocation) -> Reply:
    """`설정`: shows them, or changes one."""
    if call.get("language"):
        await _require(asked, Standing.ADMIN)
        return await _language(asked, call.get("language"))
    if call.get("quiet"):
        await _require(asked, Standing.MANAGER)
        return await _quiet(asked, call.get("quiet"))
    if call.get("managers"):
        await _require(asked, Standing.MANAGER)
        return await _managers(asked, call.get("managers"))
    quiet = "–".join(asked.settings.quiet) if asked.settings.quiet else asked.text("settings.none")
    managers = ", ".join(f"<@{user}>" for user in asked.settings.managers) or asked.text("settings.everyone")
    language = asked.settings.language or asked.desk.voice.language
    named = asked.text(f"language.{language}")
    return asked.answer(asked.text("settings.shown", language=named, quiet=quiet, managers=managers))


async def _require(asked: Asked, needs: Standing) -> None:
    standing = await asked.rights.standing(asked.caller, asked.channel)
    if not allowed(standing, needs, asked.settings, asked.caller):
        raise refusal(standing, needs, asked.settings)


async def _language(asked: Asked, language: str) -> Reply:
    if language not in {choice.value for choice in LANGUAGES}:
        raise UserMistake("settings.language", word=language)
    await asked.desk.store.channels.set_language(asked.channel, language, who=asked.caller.user)
    return asked.answer(asked.text("settings.language_set", language=asked.text(f"language.{language}")))


async def _quiet(asked: Asked, text: str) -> Reply:
    if text in {"끄기", "off"}:
        await asked.desk.store.channels.change(asked.channel, who=asked.caller.user, what="settings.quiet", quiet=None)
        asked.desk.wake()
        return asked.answer(asked.text("settings.quiet_off"))
    start, dash, end = text.replace("~", "-").partition("-")
    try:
        span = [f"{timing.clock_time(each.strip()):%H:%M}" for each in (start, end)] if dash else []
    except ValueError:
        span = []
    if not span or span[0] == span[1]:
        raise UserMistake("settings.quiet")
    await asked.desk.store.channels.change(asked.channel, who=asked.caller.user, what="settings.quiet", quiet=span)
    return asked.answer(asked.text("settings.quiet_set", start=span[0], end=span[1], zone=asked.public_voice.zone))


async def _managers(asked: Asked, text: str) -> Reply:
    if text in {"없음", "none", "off"}:
        await asked.desk.store.channels.change(
            asked.channel, who=asked.caller.user, what="settings.managers", managers=None
        )
        return asked.answer(asked.text("settings.managers_off"))
    people = [found[1] or found[2] for found in _PERSON.finditer(text)]
    if not people:
        raise UserMistake("settings.managers")
    await asked.desk.store.channels.change(
        asked.channel, who=asked.caller.user, what="settings.managers", managers=people
    )
    return asked.answer(asked.text("settings.managers_set", managers=", ".join(f"<@{each}>" for each in people)))
