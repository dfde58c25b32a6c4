"""Posts Messages to Slack with `chat.postMessage`, and says of every refusal what the outbox does next.

slack_sdk's default retry handler sends a post again after a dropped connection, which doubles messages (measured,
facts/slack.md §3): every client here is made with `retry_handlers=[]`. Error names: docs.slack.dev, chat.postMessage.
"""

import asyncio
import base64
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import NAMESPACE_URL, uuid5

import aiohttp
import structlog
from slack_sdk.errors import SlackApiError
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.adapters.post import MAY_SEND, Post
from bot.core.errors import GiveUp, InDoubt, Reach, SosikError, TryLater
from bot.core.message import Image, Message
from bot.core.news import ChannelRef, Platform
from bot.render.slack_blocks import plain, render
from bot.render.slack_limits import message_problems

log = structlog.get_logger()

EVENT_TYPE: Final = "news_alert"  # contract §7
CLOCK_SLACK: Final = timedelta(seconds=60)  # our clock and Slack's differ; the outbox recipe of facts/slack.md §3
HISTORY_PAGE: Final = 100  # conversations.history recommends at most 200
HISTORY_PAGES: Final = 10  # a doubt is minutes old; a channel with more than 1,000 messages since then is not ours

FILE_ALT_MAX: Final = 1_000  # files.getUploadURLExternal: alt_txt

_QUIET: Final = {"unfurl_links": False, "unfurl_media": False, "parse": "none", "link_names": False}

_LATER = frozenset({"ratelimited", "rate_limited", "message_limit_exceeded"})
_DOUBTFUL = frozenset({"internal_error", "fatal_error", "service_unavailable", "request_timeout"})
_PAYLOAD = frozenset(
    {
        "invalid_blocks",
        "invalid_blocks_format",
        "invalid_attachments",
        "too_many_attachments",
        "msg_blocks_too_long",
        "msg_too_long",
        "no_text",
        "metadata_too_large",
        "invalid_metadata_format",
        "invalid_metadata_schema",
    }
)
_CHANNEL: Mapping[str, str] = {
    "channel_not_found": "delivery.channel_gone",
    "user_not_found": "delivery.channel_gone",
    "is_archived": "delivery.archived",
    "not_in_channel": "delivery.not_in_channel",
    "no_permission": "delivery.no_permission",
    "ekm_access_denied": "delivery.no_permission",
    "as_user_not_supported": "delivery.no_permission",
    "cannot_dm_bot": "delivery.direct_closed",
    "messages_tab_disabled": "delivery.direct_closed",
}
_TOKEN = frozenset(
    {
        "invalid_auth",
        "not_authed",
        "token_revoked",
        "token_expired",
        "account_inactive",
        "missing_scope",
        "not_allowed_token_type",
        "org_login_required",
        "team_access_not_granted",
        "app_uninstalled",
    }
)
_MESSAGE_GONE = frozenset({"message_not_found", "cant_update_message", "edit_window_closed", "thread_not_found"})
_CANNOT_LOOK = frozenset({"missing_scope", "not_in_channel", "channel_not_found", "not_allowed_token_type"})


class _PayloadRefused(GiveUp):
    """Slack does not take the form; `image` when it could not fetch a picture."""

    image: bool = False


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a bot token is, as `auth.test` says.

    Attributes:
        workspace: the team id, `T…`.
        scopes: what the token may do, from the `x-oauth-scopes` header.
    """

    workspace: str
    bot_user: str
    scopes: frozenset[str]


async def identify(token: str, *, api_url: str, timeout_seconds: float = 10) -> Identity:
    """Ask Slack who a bot token is.

    Raises:
        GiveUp: `slack.token`: Slack does not take it.
        TryLater: `slack.unreachable`.
    """
    client = AsyncWebClient(token=token, base_url=api_url, retry_handlers=[])
    try:
        answer = await _call(client.auth_test, timeout_seconds)
    except GiveUp as error:
        raise GiveUp("slack.token", reach=Reach.WORKSPACE, error=_name(error)) from error
    except (InDoubt, TryLater) as error:
        raise TryLater("slack.unreachable", error=_name(error)) from error
    scopes = str(answer.headers.get("x-oauth-scopes", "")).split(",")
    return Identity(
        str(answer.get("team_id", "")),
        str(answer.get("user_id", "")),
        frozenset(scope.strip() for scope in scopes if scope.strip()),
    )


class SlackPoster:
    """A Poster for one or more Slack workspaces.

    Args:
        token_for: the bot token of a workspace (team id), or None when the app is not installed there.
        api_url: the base of every client, with a slash at its end (`SLACK_API_URL`).
        timeout_seconds: of one call; a post that has not answered by then is in doubt.
    """

    platform = Platform.SLACK
    resend_seconds = 0.0  # Slack documents no key that drops a second post; client_msg_id is sent, never relied on

    def __init__(self, token_for: Callable[[str], str | None], *, api_url: str, timeout_seconds: float = 10) -> None:
        self._token_for = token_for
        self._api_url = api_url
        self._timeout_seconds = timeout_seconds
        self._session: aiohttp.ClientSession | None = None
        self._clients: dict[str, AsyncWebClient] = {}

    async def post(self, post: Post) -> str:
        """Send a message; its external id is its `ts`, after `channel/` where Slack answered with another channel."""
        channel, thread = _place(post.channel, post.thread)
        arguments: dict[str, Any] = {
            **_QUIET,
            "channel": channel,
            "metadata": {"event_type": EVENT_TYPE, "event_payload": {"d": post.key}},
            "client_msg_id": str(uuid5(NAMESPACE_URL, f"{post.channel}#{post.key}")),
        }
        if thread:
            arguments["thread_ts"] = thread
        client = self._client(post.channel.workspace)
        ours = [part for part in post.message.parts if isinstance(part, Image) and part.data]
        files = [await self._upload(client, image) for image in ours]
        full = render(post.message, files=files if all(files) else ())
        answer = await self._in_some_form(client.chat_postMessage, arguments, post.message, full)
        answered, ts = str(answer.get("channel") or channel), str(answer.get("ts") or "")
        if not ts:
            raise InDoubt("delivery.unknown", error="no ts")
        return ts if answered == post.channel.channel else f"{answered}/{ts}"

    async def edit(self, channel: ChannelRef, external_id: str, message: Message) -> None:
        """Replace a message's text and blocks; `chat.update` with text alone would drop the blocks."""
        place, ts = _place(channel, external_id)
        client = self._client(channel.workspace)
        arguments = {"channel": place, "ts": ts, "parse": "none", "link_names": False}
        try:
            await self._in_some_form(client.chat_update, arguments, message, render(message))
        except InDoubt as error:  # the same edit twice is one edit
            raise TryLater("delivery.unreachable", error=_name(error)) from error

    async def find(self, channel: ChannelRef, key: str, since: datetime, thread: str = "") -> str | None:
        """Look for the post with this key in the channel's history, or among the replies to `thread`."""
        place, thread_ts = _place(channel, thread)
        client = self._client(channel.workspace)
        look = client.conversations_replies if thread_ts else client.conversations_history
        arguments: dict[str, Any] = {
            "channel": place,
            "oldest": f"{(since - CLOCK_SLACK).timestamp():.6f}",
            "include_all_metadata": True,
            "limit": HISTORY_PAGE,
        }
        if thread_ts:
            arguments["ts"] = thread_ts
        for _ in range(HISTORY_PAGES):
            answer = await self._look(look, arguments)
            for said in answer.get("messages") or ():
                metadata = said.get("metadata") or {}
                if metadata.get("event_type") == EVENT_TYPE and metadata.get("event_payload", {}).get("d") == key:
                    return str(said["ts"]) if place == channel.channel else f"{place}/{said['ts']}"
            cursor = (answer.get("response_metadata") or {}).get("next_cursor")
            if not cursor:
                break
            arguments["cursor"] = cursor
        return None

    async def direct(self, workspace: str, user: str) -> ChannelRef:
        """The DM with a person; without the scope `im:write` the person's id stands for it (docs: chat.postMessage)."""
        client = self._client(workspace)
        try:
            answer = await _call(lambda: client.conversations_open(users=user), self._timeout_seconds)
        except GiveUp as error:
            if _name(error) != "missing_scope":
                raise
            return ChannelRef(Platform.SLACK, workspace, user)
        except InDoubt as error:
            raise TryLater("delivery.unreachable", error=_name(error)) from error
        return ChannelRef(Platform.SLACK, workspace, str(answer["channel"]["id"]))

    async def close(self) -> None:
        """Close the shared session."""
        self._clients.clear()
        if self._session is not None:
            await self._session.close()
            self._session = None

    def _client(self, workspace: str) -> AsyncWebClient:
        token = self._token_for(workspace)
        if not token:
            raise GiveUp("delivery.token", reach=Reach.WORKSPACE, error="not_installed")
        client = self._clients.get(workspace)
        if client is None or client.token != token:
            session = self._open_session()
            client = AsyncWebClient(token=token, base_url=self._api_url, retry_handlers=[], session=session)
            self._clients[workspace] = client
        return client

    def _open_session(self) -> aiohttp.ClientSession:
        if self._session is None:
            self._session = aiohttp.ClientSession(trace_configs=[_last_look()])
        return self._session

    async def _upload(self, client: AsyncWebClient, image: Image) -> str:
        """Give a picture of ours to Slack (docs: files.getUploadURLExternal); its id, or nothing where that fails.

        Nothing is shared by this; without the scope `files:write` the picture is told in words.
        """
        try:
            data = base64.b64decode(image.data, validate=True)
            about: dict[str, Any] = {"filename": "chart.png", "length": len(data), "alt_txt": image.alt[:FILE_ALT_MAX]}
            place = await _call(lambda: client.files_getUploadURLExternal(**about), self._timeout_seconds)
            async with asyncio.timeout(self._timeout_seconds):
                await self._put(str(place.get("upload_url")), data)
            file_id = str(place.get("file_id"))
            await _call(lambda: client.files_completeUploadExternal(files=[{"id": file_id}]), self._timeout_seconds)
        except (SosikError, aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            log.warning("slack_upload_failed", error=str(error) or type(error).__name__)
            return ""
        return file_id

    async def _put(self, url: str, data: bytes) -> None:
        session = self._open_session()
        async with session.post(url, data=data, raise_for_status=True):
            pass

    async def _in_some_form(
        self,
        method: Callable[..., Awaitable[AsyncSlackResponse]],
        arguments: Mapping[str, Any],
        message: Message,
        full: Mapping[str, Any],
    ) -> AsyncSlackResponse:
        """Send in full; when Slack refuses the form, without images if one was the reason, at last as plain text."""
        forms: list[Mapping[str, Any]] = [full, plain(message)]
        if problems := message_problems(full):
            log.error("slack_payload_over_limits", problems=[each.reason for each in problems])
            forms = forms[1:]
        while True:
            form = forms.pop(0)
            try:
                return await _call(lambda form=form: method(**arguments, **form), self._timeout_seconds)  # type: ignore[misc]
            except _PayloadRefused as refused:
                log.warning("slack_payload_refused", **refused.values)
                if not forms:
                    raise
                if refused.image and form is full:
                    forms.insert(0, render(message, images=False))

    async def _look(
        self, look: Callable[..., Awaitable[AsyncSlackResponse]], arguments: Mapping[str, Any]
    ) -> AsyncSlackResponse:
        try:
            return await _call(lambda: look(**arguments), self._timeout_seconds)
        except InDoubt as error:
            raise TryLater("delivery.unreachable", error=_name(error)) from error
        except GiveUp as error:
            if _name(error) in _CANNOT_LOOK:
                raise GiveUp("delivery.cannot_look", reach=Reach.CHANNEL, error=_name(error)) from error
            raise


async def _call(request: Callable[[], Awaitable[AsyncSlackResponse]], timeout_seconds: float) -> AsyncSlackResponse:
    """One call under our own deadline, with Slack's and the network's errors in our words."""
    try:
        async with asyncio.timeout(timeout_seconds):
            return await request()
    except SlackApiError as error:
        raise _refusal(error) from error
    except aiohttp.ClientConnectorError as error:  # no connection was made, so nothing was sent
        raise TryLater("delivery.unreachable", reach=Reach.PLATFORM, error=type(error).__name__) from error
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise InDoubt("delivery.unknown", error=type(error).__name__) from error
    except (AttributeError, TypeError, ValueError) as error:
        # slack_sdk 3.47 reads a text/plain body, or JSON that is no object, as if it were a dict
        raise InDoubt("delivery.unknown", error=f"no answer: {type(error).__name__}") from error


def _last_look() -> aiohttp.TraceConfig:
    async def look(*_: object) -> None:
        MAY_SEND.get()()

    trace = aiohttp.TraceConfig()
    trace.on_connection_create_end.append(look)
    trace.on_connection_reuseconn.append(look)
    return trace


def _name(error: SosikError) -> str:
    return str(error.values.get("error", ""))


def _refusal(error: SlackApiError) -> SosikError:
    data, status, headers = _parts_of(error)
    name = str(data.get("error") or "")
    if status == 429 or name in _LATER:
        return TryLater(
            "delivery.rate_limited", after_seconds=_seconds(headers.get("Retry-After")), reach=Reach.CHANNEL
        )
    if not name or name in _DOUBTFUL or status >= 500:
        return InDoubt("delivery.unknown", error=name or f"HTTP {status}")
    if name in _PAYLOAD:
        pointers = [str(each) for each in data.get("errors") or ()]
        refused = _PayloadRefused("delivery.payload", error=name, pointers="; ".join(pointers)[:500])
        refused.image = any("image" in each or "slack_file" in each for each in pointers)
        return refused
    if name in _TOKEN:
        return GiveUp("delivery.token", reach=Reach.WORKSPACE, error=name)
    if name in _MESSAGE_GONE:
        return GiveUp("delivery.message_gone", error=name)
    if name in _CHANNEL or name.startswith("restricted_action"):
        return GiveUp(_CHANNEL.get(name, "delivery.no_permission"), reach=Reach.CHANNEL, error=name)
    return GiveUp("delivery.payload", error=name)


def _parts_of(error: SlackApiError) -> tuple[Mapping[str, Any], int, Mapping[str, str]]:
    """Body, status and headers; the body is empty when it was no JSON object."""
    response = error.response
    data = getattr(response, "data", None)
    status: int = getattr(response, "status_code", None) or getattr(response, "status", None) or 0
    headers: Mapping[str, str] = getattr(response, "headers", None) or {}
    return (data if isinstance(data, Mapping) else {}), status, headers


def _seconds(header: str | None) -> float | None:
    try:
        return float(header) if header else None
    except ValueError:
        return None


def _place(channel: ChannelRef, external_id: str) -> tuple[str, str]:
    """Slack's channel and ts of one of our external ids."""
    head, _, ts = external_id.rpartition("/")
    return head or channel.channel, ts
