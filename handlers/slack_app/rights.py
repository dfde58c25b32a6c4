"""What Slack says of a person and of a channel, asked when needed and remembered for at most 5 minutes."""

import asyncio
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.core.commands import Caller, Standing
from bot.core.errors import TryLater
from bot.core.news import ChannelRef, Platform
from handlers.slack_app.workspaces import SlackRefusedError, Workspaces

REMEMBER_SECONDS: Final = 5 * 60  # design/commands.md §2
REMEMBER_MOST: Final = 10_000
CALLER_SECONDS: Final = 1.0  # a trigger_id lives for 3 s, and a modal needs the language first
MEMBERS_PAGE: Final = 1_000  # conversations.members: at most 1,000 a page
MEMBERS_PAGES: Final = 10


@dataclass(frozen=True, slots=True)
class Person:
    """What matters of `users.info`."""

    full: bool = True
    admin: bool = False
    language: str | None = None
    zone: str | None = None
    name: str = ""


class _Memory:
    """Answers of Slack, forgotten after 5 minutes."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._kept: OrderedDict[tuple[str, ...], tuple[float, Any]] = OrderedDict()

    def get(self, *key: str) -> Any:  # noqa: ANN401 - as it was kept
        kept = self._kept.get(key)
        return kept[1] if kept is not None and self._clock() - kept[0] < REMEMBER_SECONDS else None

    def keep(self, value: object, *key: str) -> None:
        self._kept[key] = (self._clock(), value)
        self._kept.move_to_end(key)
        while len(self._kept) > REMEMBER_MOST:
            self._kept.popitem(last=False)

    def forget(self, *key: str) -> None:
        self._kept.pop(key, None)


class SlackRights:
    """`Rights` (bot/services/replies.py) on Slack.

    A workspace's full members are MANAGER of the channels they are in: the command layer narrows that to the list of
    managers where there is one. Without the scope `users:read` everybody is a full member.
    """

    def __init__(self, workspaces: Workspaces, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._workspaces = workspaces
        self._memory = _Memory(clock)

    async def caller(self, channel: ChannelRef, user: str, interaction: str) -> Caller:
        """Who asks; language and zone stay unknown while Slack does not answer."""
        try:
            async with asyncio.timeout(CALLER_SECONDS):
                person = await self._person(channel.workspace, user)
        except (TryLater, TimeoutError):
            person = Person()
        return Caller(
            channel=channel,
            user=user,
            name=f"@{person.name or user}",
            language=person.language,
            zone=person.zone,
            interaction=interaction,
        )

    async def direct(self, team: str, user: str) -> str:
        """The DM with a person, or the person's id while Slack does not tell."""
        try:
            async with asyncio.timeout(CALLER_SECONDS):
                return await self._workspaces.direct(team, user)
        except TimeoutError:
            return user

    async def standing(self, caller: Caller, channel: ChannelRef) -> Standing:
        """What the caller is to that channel.

        Raises:
            TryLater: `slack.unreachable`.
        """
        person = await self._person(channel.workspace, caller.user)
        if channel.workspace != caller.channel.workspace or not person.full:
            return Standing.GUEST
        if not await self._inside(caller, channel):
            about = await self._about(channel)
            public = about is not None and not about.get("is_private") and not about.get("is_im")
            return Standing.READER if public else Standing.GUEST
        return Standing.ADMIN if person.admin else Standing.MANAGER

    async def missing(self, channel: ChannelRef) -> tuple[str, ...]:
        """`right.invite` or `right.archived`; only good news is remembered, so that an invitation counts at once.

        Raises:
            TryLater: `slack.unreachable`.
        """
        if channel.channel.startswith(("D", "U")):
            return ()
        try:
            about = await self._info(channel)
        except SlackRefusedError as refused:
            return ("right.invite",) if refused.error == "channel_not_found" else ()
        room = about.get("channel") or {}
        if room.get("is_archived"):
            return ("right.archived",)
        return () if room.get("is_member") or room.get("is_im") else ("right.invite",)

    def forget(self, channel: ChannelRef) -> None:
        """Something changed in this channel."""
        self._memory.forget("about", channel.workspace, channel.channel)
        self._memory.forget("members", channel.workspace, channel.channel)

    async def _person(self, team: str, user: str) -> Person:
        known: Person | None = self._memory.get("person", team, user)
        if known is not None:
            return known
        try:
            answer = await self._workspaces.call(team, lambda client: client.users_info(user=user, include_locale=True))
        except SlackRefusedError as refused:
            if refused.error != "missing_scope":
                return Person(full=False)
            person = Person()
        else:
            person = _read_person(answer.get("user") or {}, team)
        self._memory.keep(person, "person", team, user)
        return person

    async def _inside(self, caller: Caller, channel: ChannelRef) -> bool:
        """The channel a request comes from is one the caller is in; any other is looked up."""
        if channel == caller.channel:
            return True
        key = ("members", channel.workspace, channel.channel)
        members: frozenset[str] | None = self._memory.get(*key)
        if members is None:
            members = await self._members(channel)
            self._memory.keep(members, *key)
        return caller.user in members

    async def _members(self, channel: ChannelRef) -> frozenset[str]:
        found: set[str] = set()
        cursor = ""
        for _ in range(MEMBERS_PAGES):
            try:
                answer = await self._workspaces.call(
                    channel.workspace,
                    lambda client, cursor=cursor: client.conversations_members(  # type: ignore[misc]
                        channel=channel.channel, limit=MEMBERS_PAGE, cursor=cursor or None
                    ),
                )
            except SlackRefusedError:
                break
            found.update(answer.get("members") or ())
            cursor = (answer.get("response_metadata") or {}).get("next_cursor") or ""
            if not cursor:
                break
        return frozenset(found)

    async def _info(self, channel: ChannelRef) -> Mapping[str, Any]:
        return await self._workspaces.call(
            channel.workspace, lambda client: client.conversations_info(channel=channel.channel)
        )

    async def _about(self, channel: ChannelRef) -> Mapping[str, Any] | None:
        key = ("about", channel.workspace, channel.channel)
        known: Mapping[str, Any] | None = self._memory.get(*key)
        if known is None:
            try:
                answer = await self._info(channel)
            except SlackRefusedError:
                return None
            known = answer.get("channel") or {}
            self._memory.keep(known, *key)
        return known


def slack_channel(team: str, channel: str) -> ChannelRef:
    """The channel as the rest of the bot names it."""
    return ChannelRef(Platform.SLACK, team, channel)


def _read_person(user: Mapping[str, Any], team: str) -> Person:
    outside = user.get("team_id", team) != team or user.get("is_stranger")
    limited = user.get("is_restricted") or user.get("is_ultra_restricted") or user.get("is_bot") or user.get("deleted")
    locale = str(user.get("locale") or "").partition("-")[0]
    return Person(
        full=not (outside or limited),
        admin=bool(user.get("is_admin") or user.get("is_owner") or user.get("is_primary_owner")),
        language=locale if locale in {"ko", "en"} else None,
        zone=user.get("tz") or None,
        name=_name(user),
    )


def _name(user: Mapping[str, Any]) -> str:
    """How people call them; plain text, so that it never becomes a mention."""
    profile = user.get("profile") or {}
    return str(profile.get("display_name") or profile.get("real_name") or user.get("name") or "")
