"""How an answer reaches the one who asked: by response_url, else by an ephemeral message."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any, Final

import aiohttp
import structlog
from slack_sdk.webhook.async_client import AsyncWebhookClient

from bot.core.commands import Caller
from bot.core.errors import SosikError, TryLater
from bot.core.message import Message
from bot.core.wording import say
from bot.render.slack_blocks import overflows, plain, render
from bot.render.slack_views import answer_view
from bot.services.replies import Reply
from handlers.slack_app.workspaces import SlackRefusedError, Workspaces

log = structlog.get_logger()

ANSWER_SECONDS: Final = 5.0
_UNFURL: Final[Mapping[str, Any]] = MappingProxyType({"unfurl_links": False, "unfurl_media": False})


@dataclass(frozen=True, slots=True)
class Return:
    """The way back for one request.

    Attributes:
        response_url: works 5 times in 30 minutes, without membership (docs: handling user interaction).
        view: the modal or Home tab the request came from; empty elsewhere.
        extra: blocks of ours that stand below the answer.
    """

    caller: Caller
    response_url: str = ""
    view: Mapping[str, Any] = field(default_factory=lambda: MappingProxyType({}))
    extra: tuple[Mapping[str, Any], ...] = ()


class Answering:
    """Runs work for a request and answers it, whatever happens.

    Args:
        language: of answers to people whose own is not known.
    """

    def __init__(self, workspaces: Workspaces, *, language: str) -> None:
        self._workspaces = workspaces
        self._language = language
        self._running: set[asyncio.Task[Any]] = set()

    async def finish(self, seconds: float) -> None:
        """Wait for the work under way, at most so long."""
        running = self._running - {asyncio.current_task()}
        if running:
            await asyncio.wait(running, timeout=seconds)

    def track(self) -> None:
        """Let `finish` wait for the task that runs now."""
        task = asyncio.current_task()
        if task is not None:  # pragma: no branch - a handler always runs in a task
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    def language_of(self, caller: Caller) -> str:
        """The language of a private answer."""
        return caller.language or self._language

    async def guard(self, caller: Caller, work: Callable[[], Awaitable[Reply]]) -> Reply:
        """What `work` answers; a sentence when it cannot."""
        self.track()
        language = self.language_of(caller)
        try:
            return await work()
        except SosikError as error:
            return Reply(Message(_sentence(error, language), language=language), failed=True)
        except Exception:  # the boundary: a mistake of ours must not leave the person without an answer
            log.exception("slack_handler_failed", channel=str(caller.channel))
            return Reply(Message(say("slack.failed", language), language=language), failed=True)

    async def reply(self, back: Return, reply: Reply) -> None:
        """Send the answer; in plain text when its form is refused, as an ephemeral message when the URL is used up."""
        if back.view and not back.response_url and await self._in_view(back, reply):
            return
        if not reply.public and overflows(reply.message) and await self._in_view(back, reply):
            return  # a modal holds twice the blocks of a message
        full = render(reply.message)
        full["blocks"] = [*full["blocks"], *back.extra]
        for form in (full, plain(reply.message)):
            outcome = await self._by_url(back.response_url, form, reply) if back.response_url else "no_url"
            if outcome == "ok":
                return
            if not outcome.startswith("invalid_"):
                break
            log.warning("slack_answer_refused", error=outcome)
        await self._ephemeral(back.caller, full)

    async def _by_url(self, url: str, form: Mapping[str, Any], reply: Reply) -> str:
        """`ok`, or what went wrong."""
        client = AsyncWebhookClient(url, session=self._workspaces.session, retry_handlers=[])
        kind = "in_channel" if reply.public else "ephemeral"
        body = {**form, **_UNFURL, "response_type": kind, "replace_original": reply.replaces}
        try:
            async with asyncio.timeout(ANSWER_SECONDS):
                answer = await client.send_dict(body)
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            return type(error).__name__
        body_text = answer.body or ""
        if "invalid_blocks" in body_text:  # as a status of 400 or, like the Web API, inside a 200
            return "invalid_blocks"
        return "ok" if answer.status_code == 200 and '"ok":false' not in body_text.replace(" ", "") else body_text[:100]

    async def open(self, caller: Caller, view: Mapping[str, Any], *, method: str = "views.open") -> bool:
        """Open a modal with the trigger of the caller's request, or push one on it; False when that is too late."""
        try:
            await self._workspaces.call(
                caller.channel.workspace,
                lambda client: client.api_call(method, json={"trigger_id": caller.interaction, "view": view}),
            )
        except (SlackRefusedError, TryLater) as error:
            log.warning("slack_view_refused", method=method, error=str(error))
            return False
        return True

    async def too_late(self, back: Return) -> None:
        """Say that a modal could not be opened in time."""
        language = self.language_of(back.caller)
        await self.reply(back, Reply(Message(say("slack.try_again", language), language=language), failed=True))

    async def replace(self, caller: Caller, view_id: str, view: Mapping[str, Any]) -> bool:
        """Show another modal in the place of one that is open."""
        try:
            await self._workspaces.call(
                caller.channel.workspace, lambda client: client.views_update(view_id=view_id, view=dict(view))
            )
        except (SlackRefusedError, TryLater) as error:
            log.warning("slack_view_refused", method="views.update", error=str(error))
            return False
        return True

    async def _in_view(self, back: Return, reply: Reply) -> bool:
        view = answer_view(reply.message, back.caller.channel.channel)
        if back.view.get("type") == "modal" and reply.replaces:
            return await self.replace(back.caller, str(back.view["id"]), view)
        method = "views.push" if back.view.get("type") == "modal" else "views.open"
        return await self.open(back.caller, view, method=method)

    async def _ephemeral(self, caller: Caller, form: Mapping[str, Any]) -> None:
        channel = caller.channel
        try:
            if channel.channel.startswith(("D", "U", "W")):  # nobody else reads there, and no ephemeral message can
                await self._workspaces.call(
                    channel.workspace,
                    lambda client: client.chat_postMessage(channel=channel.channel, **_UNFURL, **form),
                )
                return
            await self._workspaces.call(
                channel.workspace,
                lambda client: client.chat_postEphemeral(channel=channel.channel, user=caller.user, **form),
            )
        except (SlackRefusedError, TryLater) as error:
            log.warning("slack_answer_lost", channel=str(channel), error=str(error))


def _sentence(error: SosikError, language: str) -> str:
    try:
        return say(error.key, language, **error.values)
    except KeyError:  # an error without its sentence must still be answered
        log.warning("sentence_missing", key=error.key)
        return say("slack.failed", language)
