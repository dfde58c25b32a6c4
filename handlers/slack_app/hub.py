"""Watching and searching through modals: what `/news` alone opens, and the forms behind it."""

import asyncio
from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.commands import Caller, Invocation
from bot.core.message import Buttons, Message
from bot.core.wording import say
from bot.render import slack_views as views
from bot.render.clip import clip
from bot.services.replies import CommandLayer, Reply
from handlers.slack_app.answering import Answering, Return
from handlers.slack_app.requests import back_of, channel_of, team_of, user_of
from handlers.slack_app.rights import SlackRights, slack_channel

ADD_SHORTCUT: Final = "add_watch"  # callback_id of the global shortcut in deploy/slack-manifest.yaml
FORM_SECONDS: Final = 2.0  # a submission has to be acknowledged within 3 s, with its errors
ERROR_MAX: Final = 300


class Hub:
    """Opens modals and runs what they send."""

    def __init__(self, commands: CommandLayer, rights: SlackRights, answering: Answering) -> None:
        self._commands = commands
        self._rights = rights
        self._answering = answering

    def register(self, app: AsyncApp) -> None:
        """Listen to the modals, their buttons, and the global shortcut."""
        app.action(views.HUB_LIST)(self.on_list)
        app.action(views.HUB_DIGEST)(self.on_digest)
        app.action(views.HUB_ADD)(self.on_add)
        app.action(views.HUB_SEARCH)(self.on_search)
        app.view(views.WATCH_VIEW)(self.on_watch)
        app.view(views.SEARCH_VIEW)(self.on_find)
        app.options(views.OUTLET)(self.on_outlet)
        app.shortcut(ADD_SHORTCUT)(self.on_shortcut)

    async def open(self, back: Return) -> None:
        """The hub, for `/news` alone."""
        language = self._answering.language_of(back.caller)
        if not await self._answering.open(back.caller, views.hub_view(language, back.caller.channel.channel)):
            await self._answering.too_late(back)

    async def open_watch(self, back: Return) -> None:
        """The form of a new watch."""
        language = self._answering.language_of(back.caller)
        form = views.watch_view(language, back.caller.channel.channel)
        method = "views.push" if back.view.get("type") == "modal" else "views.open"
        if not await self._answering.open(back.caller, form, method=method):
            await self._answering.too_late(back)

    async def on_list(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """이 채널 감시."""
        await ack()
        await self._show(await back_of(body, self._rights), Invocation("watch.list"))

    async def on_digest(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """요약."""
        await ack()
        await self._show(await back_of(body, self._rights), Invocation("digest.show"))

    async def on_add(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """추가, in the hub and on the Home tab."""
        await ack()
        await self.open_watch(await back_of(body, self._rights))

    async def on_shortcut(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """뉴스 감시 추가, from anywhere."""
        await ack()
        await self.open_watch(await back_of(body, self._rights))

    async def on_search(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """검색."""
        await ack()
        back = await back_of(body, self._rights)
        form = views.search_view(self._answering.language_of(back.caller), back.caller.channel.channel)
        if not await self._answering.open(back.caller, form, method="views.push"):
            await self._answering.too_late(back)

    async def on_outlet(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """Somebody types into the outlet field; answered from memory."""
        caller = Caller(slack_channel(team_of(body), channel_of(body)), user_of(body))
        options = self._commands.suggest(caller, "outlet", str(body.get("value") or ""))
        await ack(options=views.suggestions(options))

    async def on_watch(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """The form of a new watch was sent; mistakes come back on the field."""
        back = await back_of(body, self._rights)
        typed = _read(view)
        if typed.get("channel") == back.caller.channel.channel:
            del typed["channel"]  # the command's own channel needs no look-up of membership
        if not await self._has_expression(ack, back, typed):
            return
        work = asyncio.ensure_future(self._run(back, Invocation("watch.add", typed)))
        done, _ = await asyncio.wait({work}, timeout=FORM_SECONDS)
        if done and _is_mistake(work.result()):
            await ack(response_action="errors", errors={"expression": clip(work.result().message.text, ERROR_MAX)})
            return
        await ack()
        reply = await work
        await self._answering.reply(Return(back.caller, back.response_url), reply)

    async def on_find(self, ack: AsyncAck, body: Mapping[str, Any], view: Mapping[str, Any]) -> None:
        """The form of a search was sent; the result takes its place."""
        back = await back_of(body, self._rights)
        typed = _read(view)
        if not await self._has_expression(ack, back, typed):
            return
        channel, language = back.caller.channel.channel, self._answering.language_of(back.caller)
        work = asyncio.ensure_future(self._run(back, Invocation("news.search", typed)))
        done, _ = await asyncio.wait({work}, timeout=FORM_SECONDS)
        if not done:
            waiting = Message(say("slack.working", language), language=language)
            await ack(response_action="update", view=views.answer_view(waiting, channel))
            await self._answering.replace(
                back.caller, str(view["id"]), views.answer_view((await work).message, channel)
            )
        elif _is_mistake(work.result()):
            await ack(response_action="errors", errors={"expression": clip(work.result().message.text, ERROR_MAX)})
        else:
            await ack(response_action="update", view=views.answer_view(work.result().message, channel))

    async def _has_expression(self, ack: AsyncAck, back: Return, typed: Mapping[str, str]) -> bool:
        if typed.get("expression"):
            return True
        language = self._answering.language_of(back.caller)
        await ack(response_action="errors", errors={"expression": say("slack.no_expression", language)})
        return False

    async def _show(self, back: Return, invocation: Invocation) -> None:
        await self._answering.reply(back, await self._run(back, invocation))

    async def _run(self, back: Return, invocation: Invocation) -> Reply:
        return await self._answering.guard(
            back.caller, lambda: self._commands.run(back.caller, invocation, self._rights)
        )


def _is_mistake(reply: Reply) -> bool:
    """A plain sentence about what was typed; an answer with buttons asks something and is shown as a whole."""
    return reply.failed and not any(isinstance(part, Buttons) for part in reply.message.parts)


def _read(view: Mapping[str, Any]) -> dict[str, str]:
    """The form's fields by their block ids; empty ones are absent."""
    typed: dict[str, str] = {}
    for name, fields in (view.get("state") or {}).get("values", {}).items():
        field: Mapping[str, Any] = next(iter(fields.values()), {})
        chosen = (field.get("selected_option") or {}).get("value")
        value = str(field.get("value") or field.get("selected_conversation") or chosen or "").strip()
        if value:
            typed[str(name)] = value
    return typed
