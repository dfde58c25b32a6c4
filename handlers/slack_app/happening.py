"""What Slack tells of channels and workspaces, passed on as it is."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from slack_bolt.async_app import AsyncApp

from bot.services.platform_events import PlatformEvents
from handlers.slack_app.rights import SlackRights, slack_channel
from handlers.slack_app.workspaces import Workspaces

CLOSED: Final[Mapping[str, str]] = MappingProxyType(
    {
        "channel_archive": "delivery.archived",
        "group_archive": "delivery.archived",
        "channel_deleted": "delivery.channel_gone",
        "group_deleted": "delivery.channel_gone",
        "channel_left": "delivery.not_in_channel",
        "group_left": "delivery.not_in_channel",
    }
)
OPENED: Final = ("channel_unarchive", "group_unarchive")
GONE: Final = ("app_uninstalled", "tokens_revoked")  # their order is not guaranteed (docs)


class Happening:
    """Listens to events; an event whose handling fails is logged by bolt and not asked for again."""

    def __init__(self, events: PlatformEvents, rights: SlackRights, workspaces: Workspaces) -> None:
        self._events = events
        self._rights = rights
        self._workspaces = workspaces

    def register(self, app: AsyncApp) -> None:
        """Listen to all of them; bolt acknowledges events by itself."""
        for kind in CLOSED:
            app.event(kind)(self.on_closed)
        for kind in OPENED:
            app.event(kind)(self.on_opened)
        app.event("member_joined_channel")(self.on_joined)
        for kind in GONE:
            app.event(kind)(self.on_gone)

    async def on_closed(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        """Archived, deleted, or the bot was removed."""
        channel = slack_channel(str(body["team_id"]), str(event["channel"]))
        self._rights.forget(channel)
        await self._events.channel_closed(channel, CLOSED[str(event["type"])])

    async def on_opened(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        """Taken out of the archive."""
        channel = slack_channel(str(body["team_id"]), str(event["channel"]))
        self._rights.forget(channel)
        await self._events.channel_opened(channel)

    async def on_joined(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        """Somebody came into a channel; when it is the bot, the channel is open."""
        team = str(body["team_id"])
        channel = slack_channel(team, str(event["channel"]))
        self._rights.forget(channel)
        if event.get("user") == await self._workspaces.bot_user(team):
            await self._events.channel_opened(channel)

    async def on_gone(self, body: Mapping[str, Any], event: Mapping[str, Any]) -> None:
        """The app left the workspace; `tokens_revoked` counts when a bot's token is among them."""
        if event["type"] == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
            return
        await self._events.workspace_gone(str(body["team_id"]))
