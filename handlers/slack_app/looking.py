"""Looking at alerts: the Home tab, and 왜 이 알림? on a message."""

import re
from collections.abc import Mapping
from typing import Any, Final

from slack_bolt.async_app import AsyncAck, AsyncApp

from bot.core.errors import TryLater
from bot.render.slack_views import HOME_PAGE, home_view
from bot.services.surfaces import Surfaces
from handlers.slack_app.answering import Answering, log
from handlers.slack_app.requests import back_of, team_of, user_of
from handlers.slack_app.rights import SlackRights, slack_channel
from handlers.slack_app.workspaces import SlackRefusedError, Workspaces

WHY_SHORTCUT: Final = "why"  # callback_id of the message shortcut in deploy/slack-manifest.yaml


class Looking:
    """Shows what a person has."""

    def __init__(
        self, surfaces: Surfaces, rights: SlackRights, answering: Answering, *, workspaces: Workspaces
    ) -> None:
        self._surfaces = surfaces
        self._rights = rights
        self._answering = answering
        self._workspaces = workspaces

    def register(self, app: AsyncApp) -> None:
        """Listen to the Home tab and the message shortcut."""
        app.event("app_home_opened")(self.on_home)
        app.action(re.compile(rf"^{re.escape(HOME_PAGE)}\d{{1,6}}$"))(self.on_page)
        app.shortcut(WHY_SHORTCUT)(self.on_why)

    async def on_home(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        """Somebody looks at the app; only the Home tab is ours to fill."""
        if event.get("tab", "home") == "home":
            await self._show(team_of(body), str(event.get("user") or ""), 1)

    async def on_page(self, ack: AsyncAck, body: Mapping[str, Any], action: Mapping[str, Any]) -> None:
        """Another page of the Home tab."""
        await ack()
        page = int(str(action.get("action_id", "")).removeprefix(HOME_PAGE))
        await self._show(team_of(body), user_of(body), page)

    async def refresh(self, body: Mapping[str, Any]) -> None:
        """Show the first page anew after something changed."""
        await self._show(team_of(body), user_of(body), 1)

    async def on_why(self, ack: AsyncAck, body: Mapping[str, Any]) -> None:
        """왜 이 알림?"""
        await ack()
        back = await back_of(body, self._rights)
        external_id = str(body.get("message_ts") or (body.get("message") or {}).get("ts") or "")
        reply = await self._answering.guard(
            back.caller, lambda: self._surfaces.why(back.caller, external_id, self._rights)
        )
        await self._answering.reply(back, reply)

    async def _show(self, team: str, user: str, page: int) -> None:
        direct = slack_channel(team, await self._rights.direct(team, user))
        caller = await self._rights.caller(direct, user, "")
        home = await self._surfaces.home(caller, page, self._rights)
        view = home_view(home.message, home.page, home.pages)
        try:
            await self._workspaces.call(team, lambda client: client.views_publish(user_id=user, view=view))
        except (SlackRefusedError, TryLater) as error:
            log.warning("slack_view_refused", method="views.publish", error=str(error))
