"""Answers to interactions: within 3 seconds, once, and always something.

Discord takes the first answer for 3 seconds and then shows "The application did not respond"; a deferral keeps the
door open for 15 minutes but settles who sees the answer (facts/discord.md §3.5). So what is slow is deferred, for the
asker alone, and what is quick answers directly and chooses then.
"""

import asyncio
import io
from collections.abc import Awaitable
from typing import Any, Final

import aiohttp
import discord
import structlog

from bot.core.message import Message, Paragraph, Span
from bot.core.wording import say
from bot.render import discord_embeds
from bot.render.discord_embeds import Payload
from bot.services.replies import Reply
from handlers.discord_app.rights import Interaction, language_of

PATIENCE_SECONDS: Final = 0.8  # of the 3 that Discord gives; people should see a sign within one
_TOO_LATE: Final = frozenset({10062, 40060, 10015, 50027})  # expired, already answered: nothing is left to be done
_INVALID_FORM: Final = 50035

log = structlog.get_logger(__name__)


class Rows(discord.ui.View):
    """Rows as the renderer made them; presses reach `pressing.Pressed`, so the view itself listens to nothing."""

    def __init__(self, rows: list[dict[str, Any]]) -> None:
        super().__init__(timeout=None)
        self._rows_rendered = rows
        self.stop()

    def to_components(self) -> list[dict[str, Any]]:
        """What is sent."""
        return self._rows_rendered


async def answer_with(interaction: Interaction, work: Awaitable[Reply], *, defer: bool) -> None:
    """Run the command and answer; `defer` at once when it will surely take long."""
    task = asyncio.ensure_future(work)
    if not defer:
        await asyncio.wait({task}, timeout=PATIENCE_SECONDS)
    if not task.done():
        await _defer(interaction)
    await answer(interaction, await task)


async def answer(interaction: Interaction, reply: Reply) -> None:
    """Show the reply, what is long in several messages; once more as a plain line when Discord refuses its form."""
    payloads, problem = discord_embeds.checked(reply.message, private=not reply.public)
    if problem:
        log.warning("discord_payload", error=problem)
    try:
        await show(interaction, payloads[0], public=reply.public, replaces=reply.replaces)
    except discord.HTTPException as error:
        if error.code != _INVALID_FORM:
            raise
        log.warning("discord_refused_form", error=error.text)
        plain = discord_embeds.plain(reply.message)
        await show(interaction, plain, public=reply.public, replaces=reply.replaces)
        return
    for payload in payloads[1:]:
        await _follow(interaction, payload, public=reply.public)


async def show(interaction: Interaction, payload: Payload, *, public: bool = False, replaces: bool = False) -> None:
    """Show what is rendered; too late is too late, and worth a line in the log."""
    try:
        await _send(interaction, payload, public=public, replaces=replaces)
    except discord.HTTPException as error:
        if error.code not in _TOO_LATE:
            raise
        log.warning("discord_too_late", code=error.code)


async def sorry(interaction: Interaction, error: BaseException, language: str) -> None:
    """Whatever broke, the person gets one sentence and the log the rest."""
    log.error("discord_interaction_failed", error=type(error).__name__, exc_info=error)
    text = say("discord.broken", language_of(interaction.locale) or language)
    try:
        await answer(interaction, Reply(Message(text, (Paragraph((Span(text),)),)), failed=True))
    except (discord.HTTPException, aiohttp.ClientError, OSError) as again:
        log.warning("discord_answer_lost", error=type(again).__name__)


async def _defer(interaction: Interaction) -> None:
    """A press is deferred without a loading message, so that the answer may still replace the one pressed."""
    is_press = interaction.type is discord.InteractionType.component
    try:
        await interaction.response.defer(ephemeral=True, thinking=not is_press)
    except discord.HTTPException as error:
        if error.code not in _TOO_LATE:
            raise
        log.warning("discord_too_late", code=error.code)


async def _send(interaction: Interaction, payload: Payload, *, public: bool, replaces: bool) -> None:
    takes_place = replaces and interaction.message is not None
    if not interaction.response.is_done():
        shown = _shown(payload)
        if takes_place:
            await interaction.response.edit_message(**shown, attachments=_files(payload))
        else:
            await interaction.response.send_message(**shown, files=_files(payload), ephemeral=not public)
    elif takes_place or interaction.type is not discord.InteractionType.component:
        await interaction.edit_original_response(**_shown(payload), attachments=_files(payload))
    else:
        await _follow(interaction, payload, public=False)


async def _follow(interaction: Interaction, payload: Payload, *, public: bool) -> None:
    shown = _shown(payload)
    await interaction.followup.send(
        **{**shown, "content": shown["content"] or ""}, files=_files(payload), ephemeral=not public
    )


def _shown(payload: Payload) -> dict[str, Any]:
    body = payload.body
    roles = [discord.Object(int(role)) for role in body["allowed_mentions"].get("roles", [])]
    return {
        "content": body["content"] or None,
        "embeds": [discord.Embed.from_dict(embed) for embed in body["embeds"]],
        "view": Rows(body["components"]),
        "allowed_mentions": discord.AllowedMentions(everyone=False, users=False, roles=roles),
    }


def _files(payload: Payload) -> list[discord.File]:
    return [discord.File(io.BytesIO(data), filename=name) for name, data in payload.files]
