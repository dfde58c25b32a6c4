"""Posts Messages to Discord over discord.py's own REST client, without a Gateway.

discord.py waits and resends by itself on 429 and 5xx; here every try is the outbox's, so those answers are taken out
of its hands (`_answered`). What it keeps is its waiting ahead by the rate-limit headers; as it does that waiting before
it hands over an answer that used a bucket up, answers are read as they arrive and it waits behind our back (`_call`).
A request whose headers never went out has surely not happened; one that went out and got no answer is in doubt
(docs/decisions/discord-delivery.md).
"""

import asyncio
import base64
import hashlib
import io
import json
from collections.abc import Callable, Coroutine, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final, TypeVar, cast

import aiohttp
import discord
import structlog
from discord.http import HTTPClient, MultipartParameters, Route
from yarl import URL

from bot.adapters.post import Post
from bot.core.errors import GiveUp, InDoubt, Reach, SosikError, TryLater, UserMistake
from bot.core.message import Message
from bot.core.news import ChannelRef, Platform
from bot.render import discord_embeds, discord_ids
from bot.render.discord_embeds import Payload

DEADLINE_SECONDS: Final = 15.0
RESEND_SECONDS: Final = 120.0  # well inside "the past few minutes" of discord-api-docs resources/message, `nonce`
LOOK_BACK: Final = timedelta(seconds=5)  # between our clock and Discord's
NONCE_CHARS: Final = 22  # of at most 25
HISTORY_PAGE: Final = 100  # resources/channel, Get Channel Messages
HISTORY_PAGES: Final = 10
CLOUDFLARE_SECONDS: Final = 600.0
BUSY_SECONDS: Final = 60.0  # where Discord names no wait
LOOPBACK_HOSTS: Final = frozenset({"localhost", "127.0.0.1", "::1"})

CLOUDFLARE: Final = 40333

T = TypeVar("T")

log = structlog.get_logger(__name__)


class DiscordPoster:
    """Posts to Discord. Holds one connection pool; safe for many tasks at once."""

    platform = Platform.DISCORD
    resend_seconds = RESEND_SECONDS

    def __init__(self, token: str, *, api_url: str, deadline_seconds: float = DEADLINE_SECONDS) -> None:
        use_api(api_url)
        self._token = token
        self._deadline = deadline_seconds
        self._client: discord.Client | None = None
        self._opening = asyncio.Lock()
        self._forums: set[str] = set()
        self._left: set[asyncio.Task[Any]] = set()

    async def post(self, post: Post) -> str:
        """Send, in several messages when one cannot hold it: the first one's id.

        A message whose form Discord refuses is sent once more as its plain line.
        """
        payloads = _rendered(post.message, most=discord_embeds.PAYLOADS_MAX)
        try:
            external = await self._post(post, payloads[0])
        except _InvalidForm as error:
            body = json.dumps(payloads[0].body, ensure_ascii=False)[:4000]
            log.warning("discord_refused_form", error=str(error), body=body)
        else:
            await self._continue(post, external, payloads[1:])
            return external
        try:
            return await self._post(post, discord_embeds.plain(post.message))
        except _InvalidForm as error:
            raise GiveUp("delivery.payload", error=str(error)) from error

    async def _continue(self, post: Post, external: str, payloads: Sequence[Payload]) -> None:
        """The rest of a long message, each part with a nonce of its own, so that the whole may be sent again."""
        thread = post.thread or (external if ":" in external else "")
        for number, payload in enumerate(payloads, start=2):
            part = replace(post, key=f"{post.key}/{number}", thread=thread)
            try:
                await self._post(part, payload)
            except (_InvalidForm, GiveUp) as error:
                log.warning("discord_part_lost", part=number, error=str(error))  # the first part is out and stays
                return

    async def edit(self, channel: ChannelRef, external_id: str, message: Message) -> None:
        """Replace content, embeds and controls. Doing it twice does no harm, so nothing here is in doubt."""
        where, number = _place(channel, external_id)
        (payload,) = _rendered(message, most=1)
        try:
            await self._call(lambda http: http.edit_message(where, number, params=_form(payload.body, payload)))
        except _InvalidForm as error:
            log.warning("discord_refused_form", error=str(error))
            plain = discord_embeds.plain(message)
            try:
                await self._call(lambda http: http.edit_message(where, number, params=_form(plain.body, plain)))
            except _InvalidForm as again:
                raise GiveUp("delivery.payload", error=str(again)) from again

    async def find(self, channel: ChannelRef, key: str, since: datetime, thread: str = "") -> str | None:
        """Look for the mark of this delivery in the history, or in the posts of a forum."""
        mark = mark_of(key, channel)
        where = _place(channel, thread)[0] if thread else _id(channel.channel)
        if channel.channel in self._forums and not thread:
            return await self._find_post(channel, mark, since)
        try:
            return await self._find_message(channel, where, mark, since)
        except _WrongKind:
            self._forums.add(channel.channel)
            return await self._find_post(channel, mark, since)

    async def direct(self, workspace: str, user: str) -> ChannelRef:
        """The DM channel; it belongs to the workspace that asked."""
        person = _id(user)
        answer = await self._call(lambda http: http.start_private_message(person))
        return ChannelRef(Platform.DISCORD, workspace, str(answer["id"]))

    async def close(self) -> None:
        """Release connections."""
        client, self._client = self._client, None
        for task in list(self._left):
            task.cancel()
        await asyncio.gather(*self._left, return_exceptions=True)
        if client is not None:
            await client.close()

    async def _post(self, post: Post, payload: Payload) -> str:
        mark = mark_of(post.key, post.channel)
        signed = replace(payload, body=discord_ids.sign(payload.body, mark))
        if post.channel.channel in self._forums and not post.thread:
            return await self._open_post(post, signed, mark)
        try:
            return await self._send(post, signed, mark)
        except _WrongKind as error:
            if post.thread:
                raise GiveUp("delivery.channel_gone", reach=Reach.CHANNEL, error=str(error)) from error
            self._forums.add(post.channel.channel)
            return await self._open_post(post, signed, mark)

    async def _send(self, post: Post, payload: Payload, mark: str) -> str:
        body = {**payload.body, "nonce": mark, "enforce_nonce": True}
        where = _id(post.channel.channel)
        if ":" in post.thread:
            where = _place(post.channel, post.thread)[0]
        elif post.thread:
            body["message_reference"] = {"message_id": post.thread, "fail_if_not_exists": False}
        answer = await self._call(lambda http: http.send_message(where, params=_form(body, payload)), doubt=True)
        return _external(post.channel, str(where), str(answer["id"]))

    async def _open_post(self, post: Post, payload: Payload, mark: str) -> str:
        """A forum takes posts, not messages, and knows no nonce: so look first, every time."""
        earlier = await self._find_post(post.channel, mark, discord.utils.utcnow() - timedelta(minutes=10))
        if earlier is not None:
            return earlier
        forum = _id(post.channel.channel)
        body: dict[str, Any] = {"name": discord_embeds.thread_name(post.message), "message": payload.body}
        try:
            answer = await self._start_post(forum, body, payload)
        except _TagRequired:
            tags = await self._tags(forum)
            if not tags:
                raise GiveUp("discord.tag_required", reach=Reach.CHANNEL) from None
            answer = await self._start_post(forum, {**body, "applied_tags": tags[:1]}, payload)
        return _external(post.channel, str(answer["id"]), str(answer["id"]))

    async def _tags(self, forum: int) -> list[str]:
        channel: Mapping[str, Any] = await self._call(lambda http: http.get_channel(forum))
        return [str(tag["id"]) for tag in channel.get("available_tags") or []]

    async def _start_post(self, forum: int, body: Mapping[str, Any], payload: Payload) -> Mapping[str, Any]:
        return await self._call(lambda http: http.start_thread_in_forum(forum, params=_form(body, payload)), doubt=True)

    async def _find_message(self, channel: ChannelRef, where: int, mark: str, since: datetime) -> str | None:
        after = discord.utils.time_snowflake(since - LOOK_BACK)
        for page in range(HISTORY_PAGES):
            found = await self._page(where, after)
            for message in found:
                if self._is_mine(message) and discord_ids.carries(message, mark):
                    return _external(channel, str(where), str(message["id"]))
            if not found and page == 0:
                await self._check_history(where, after)
            if len(found) < HISTORY_PAGE:
                return None
            after = max(int(message["id"]) for message in found)
        return None

    async def _page(self, where: int, after: int) -> Sequence[Mapping[str, Any]]:
        return await self._call(lambda http: http.logs_from(where, HISTORY_PAGE, after=after))

    async def _starter(self, thread: int) -> Mapping[str, Any]:
        """The first message of a forum post has the post's own id."""
        return await self._call(lambda http: http.get_message(thread, thread))

    async def _check_history(self, where: int, message: int) -> None:
        """Without Read Message History the list is simply empty; asking for one message tells."""
        try:
            await self._call(lambda http: http.get_message(where, message))
        except GiveUp as error:
            if error.key == "delivery.no_permission":
                raise GiveUp("delivery.cannot_look", reach=Reach.CHANNEL, **error.values) from error
            if error.key != "delivery.message_gone":
                raise

    async def _find_post(self, channel: ChannelRef, mark: str, since: datetime) -> str | None:
        """Among the forum's open posts that we began since then."""
        guild = _id(channel.workspace)
        oldest = discord.utils.time_snowflake(since - LOOK_BACK)
        answer = await self._call(lambda http: http.get_active_threads(guild))
        for thread in answer["threads"]:
            number = int(thread["id"])
            if (
                str(thread.get("parent_id")) != channel.channel
                or number < oldest
                or not self._is_me(thread["owner_id"])
            ):
                continue
            if discord_ids.carries(await self._starter(number), mark):
                return _external(channel, str(number), str(number))
        return None

    def _is_mine(self, message: Mapping[str, Any]) -> bool:
        return self._is_me(message.get("author", {}).get("id", ""))

    def _is_me(self, user: object) -> bool:
        return self._client is not None and self._client.user is not None and str(user) == str(self._client.user.id)

    async def _call(self, request: Callable[[HTTPClient], Coroutine[Any, Any, T]], *, doubt: bool = False) -> T:
        """One request within the deadline; `doubt`: having happened unnoticed would matter."""
        attempt = _Attempt(asyncio.get_running_loop().create_future())
        token = _ATTEMPT.set(attempt)
        task: asyncio.Task[T] | None = None
        try:
            async with asyncio.timeout(self._deadline):
                client = await self._ready()
                attempt.begun = True
                task = asyncio.create_task(request(client.http))
                either: set[asyncio.Future[Any]] = {task, attempt.answer}
                await asyncio.wait(either, return_when=asyncio.FIRST_COMPLETED)
            if attempt.answer.done():
                return cast("T", attempt.answer.result().read(doubt=doubt))
            return task.result()
        except TimeoutError as error:
            raise _unknown(attempt, doubt, "timeout") from error
        except _Answered as error:  # while logging in
            raise error.meaning(doubt=False) from None
        except discord.RateLimited as error:
            raise TryLater("delivery.rate_limited", after_seconds=error.retry_after, reach=Reach.CHANNEL) from error
        except discord.HTTPException as error:
            raise _meaning(error.status, error.code, error.text) from error
        except (aiohttp.ClientError, OSError) as error:
            raise _unknown(attempt, doubt, type(error).__name__) from error
        finally:
            _ATTEMPT.reset(token)
            if task is not None:
                self._leave(task, answered=attempt.answer.done())

    def _leave(self, task: asyncio.Task[Any], *, answered: bool) -> None:
        """Let discord.py keep its books; what it thinks of an answer that we have read is of no interest."""
        if not answered:
            task.cancel()
        self._left.add(task)
        task.add_done_callback(self._left.discard)
        task.add_done_callback(lambda done: done.cancelled() or done.exception())

    async def _ready(self) -> discord.Client:
        async with self._opening:
            if self._client is not None:
                return self._client
            client = discord.Client(
                intents=discord.Intents(guilds=True),
                allowed_mentions=discord.AllowedMentions.none(),
                http_trace=_trace(),
                max_ratelimit_timeout=self._deadline,
            )
            try:
                await client.login(self._token)
            except BaseException as error:
                await client.close()
                if isinstance(error, discord.LoginFailure):
                    raise GiveUp("delivery.token", reach=Reach.WORKSPACE, error="401") from error
                raise
            self._client = client
            return client


def use_api(api_url: str) -> None:
    """Point discord.py's REST at `api_url`; it is one for the whole process.

    Raises:
        UserMistake: it is no address, or plain `http` to another machine.
    """
    url = URL(api_url.rstrip("/"))
    if url.scheme not in {"http", "https"} or not url.host:
        raise UserMistake("discord.api_url", url=api_url)
    if url.scheme == "http" and url.host not in LOOPBACK_HOSTS:
        raise UserMistake("discord.api_plain", url=api_url)
    Route.BASE = str(url)


def mark_of(key: str, channel: ChannelRef) -> str:
    """The nonce of a delivery: Discord may know nonces by author only, so the channel is in it."""
    digest = hashlib.sha256(f"v1{key}{channel}".encode()).digest()
    return base64.urlsafe_b64encode(digest).decode()[:NONCE_CHARS]


def _rendered(message: Message, *, most: int) -> tuple[Payload, ...]:
    payloads, problem = discord_embeds.checked(message, most=most)
    if problem:
        log.warning("discord_payload", error=problem)
    return payloads


def _form(body: Mapping[str, Any], payload: Payload) -> MultipartParameters:
    if not payload.files:
        return MultipartParameters(payload=dict(body), multipart=None, files=None)
    files = [discord.File(io.BytesIO(data), filename=name) for name, data in payload.files]
    form: list[dict[str, Any]] = [{"name": "payload_json", "value": json.dumps(body, ensure_ascii=False)}]
    form += [
        {"name": f"files[{n}]", "value": file.fp, "filename": file.filename, "content_type": "application/octet-stream"}
        for n, file in enumerate(files)
    ]
    return MultipartParameters(payload=None, multipart=form, files=files)


def _place(channel: ChannelRef, external_id: str) -> tuple[int, int]:
    """`message`, or `channel:message` where the message is in a thread."""
    where, colon, message = external_id.partition(":")
    return (_id(where), _id(message)) if colon else (_id(channel.channel), _id(external_id))


def _external(channel: ChannelRef, where: str, message: str) -> str:
    return message if where == channel.channel else f"{where}:{message}"


def _id(text: str) -> int:
    """A snowflake, or nothing that Discord has."""
    if text.isascii() and text.isdecimal() and len(text) <= 20:
        return int(text)
    raise GiveUp("delivery.channel_gone", reach=Reach.CHANNEL, error=text[:40])


# What came back, and what it means.


@dataclass(slots=True)
class _Attempt:
    """How far a request came: whether its headers went out, and what came back. Logging in before it does not count."""

    answer: "asyncio.Future[_Answered]"
    begun: bool = False
    sent: bool = False


_ATTEMPT: ContextVar[_Attempt] = ContextVar("discord_attempt")


class _InvalidForm(Exception):
    """50035: the payload breaks a rule of Discord's."""


class _WrongKind(Exception):
    """50008, 50024: this channel takes no messages; a forum does not."""


class _TagRequired(Exception):
    """40067: this forum wants a tag on every post."""


class _Answered(Exception):
    """An answer."""

    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        super().__init__(status)
        self.status = status
        self.headers = headers
        try:
            self.body = json.loads(body)
        except ValueError:
            self.body = None

    def read(self, *, doubt: bool) -> object:
        """What was asked for.

        Raises:
            Exception: what the answer means.
        """
        if self.status >= 300 or not isinstance(self.body, dict | list):
            raise self.meaning(doubt=doubt)
        return self.body

    def meaning(self, *, doubt: bool) -> Exception:
        """A refusal, or an answer that is none: 5xx may come from a gateway that had passed the request on."""
        if self.status == 429:
            return self._busy()
        if self.status >= 500 or self.status < 400:
            error: type[SosikError] = InDoubt if doubt else TryLater
            return error("delivery.unknown" if doubt else "delivery.unreachable", error=self.status)
        body = self.body if isinstance(self.body, dict) else {}
        told = f"{body.get('message', '')} {json.dumps(body['errors']) if 'errors' in body else ''}"
        code = body.get("code", 0)
        return _meaning(self.status, code if isinstance(code, int) else 0, told)

    def _busy(self) -> TryLater:
        body = self.body if isinstance(self.body, dict) else {}
        wait = _seconds(body.get("retry_after", self.headers.get("Retry-After")))
        if not self.headers.get("Via") or not body or body.get("code") == CLOUDFLARE:
            # discord.py takes a 429 without `Via` for a ban by Cloudflare (http.py); trying on would prolong it.
            return TryLater("delivery.rate_limited", after_seconds=wait or CLOUDFLARE_SECONDS, reach=Reach.PLATFORM)
        reach = Reach.PLATFORM if body.get("global") else Reach.CHANNEL
        return TryLater("delivery.rate_limited", after_seconds=wait or BUSY_SECONDS, reach=reach)


def _seconds(wait: object) -> float:
    try:
        return max(0.0, float(str(wait)))
    except ValueError:
        return 0.0


def _unknown(attempt: _Attempt, doubt: bool, error: str) -> SosikError:  # noqa: FBT001 - one caller's own flag
    if attempt.sent and doubt:
        return InDoubt("delivery.unknown", error=error)
    return TryLater("delivery.unreachable", error=error)


def _meaning(status: int, code: int, text: str) -> Exception:
    """What an error answer asks of us (facts/discord.md §3.4)."""
    told = f"{code or status} {text}".strip()[:200]
    if code in _OURS:
        return _OURS[code](told)
    if code in _WAITS:
        wait, reach = _WAITS[code]
        return TryLater("delivery.rate_limited", after_seconds=wait, reach=reach)
    key, reach = _REASONS.get(code) or _REASONS_BY_STATUS.get(status) or ("delivery.payload", Reach.ITEM)
    return GiveUp(key, reach=reach, error=told)


_OURS: Final = {50035: _InvalidForm, 50008: _WrongKind, 50024: _WrongKind, 40067: _TagRequired}
# discord-api-docs topics/opcodes-and-status-codes, JSON error codes.
_WAITS: Final = {
    20028: (BUSY_SECONDS, Reach.CHANNEL),  # too many writes to the channel
    30046: (BUSY_SECONDS, Reach.ITEM),  # too many edits of messages older than an hour
    CLOUDFLARE: (CLOUDFLARE_SECONDS, Reach.PLATFORM),
}
_REASONS: Final = {
    10003: ("delivery.channel_gone", Reach.CHANNEL),
    10004: ("delivery.channel_gone", Reach.WORKSPACE),
    10008: ("delivery.message_gone", Reach.ITEM),
    50001: ("delivery.no_permission", Reach.CHANNEL),
    50005: ("delivery.message_gone", Reach.ITEM),  # not a message of ours
    50007: ("delivery.direct_closed", Reach.CHANNEL),
    50013: ("delivery.no_permission", Reach.CHANNEL),
    50083: ("delivery.archived", Reach.CHANNEL),
    160005: ("delivery.archived", Reach.CHANNEL),
    200000: ("discord.blocked", Reach.ITEM),
    200001: ("discord.blocked", Reach.ITEM),
    240000: ("discord.blocked", Reach.ITEM),
}
_REASONS_BY_STATUS: Final = {
    401: ("delivery.token", Reach.WORKSPACE),
    403: ("delivery.no_permission", Reach.CHANNEL),
    404: ("delivery.channel_gone", Reach.CHANNEL),
}


def _trace() -> aiohttp.TraceConfig:
    trace = aiohttp.TraceConfig()
    trace.on_request_headers_sent.append(_sent)
    trace.on_request_end.append(_answered)
    return trace


async def _sent(_session: object, _context: object, _params: object) -> None:
    attempt = _ATTEMPT.get(None)
    if attempt is not None:
        attempt.sent = attempt.begun


async def _answered(_session: object, _context: object, params: aiohttp.TraceRequestEndParams) -> None:
    response = params.response
    attempt = _ATTEMPT.get(None)
    answer = _Answered(response.status, response.headers, await response.read())
    if attempt is not None and attempt.begun and not attempt.answer.done():
        attempt.answer.set_result(answer)
    if response.status == 429 or response.status >= 500:
        raise answer  # or discord.py would wait and send it again
