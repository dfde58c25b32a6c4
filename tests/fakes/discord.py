"""A Discord of our own on loopback: REST v10 and Gateway, refusing what Discord refuses.

Behaviour follows facts/discord.md: nonce with `enforce_nonce` in a window, bucket headers, 429 with `Via`, bare
`application/json`, faults before and after processing, error codes, interaction tokens that serve once, sessions that
resume and replay. `python -m tests.fakes.discord` runs it by itself: it prints its base URL and its token, and answers
`GET /_/log`, `POST /_/fault`, `POST /_/slash`.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import re
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any, ClassVar

from aiohttp import WSMsgType, web

from bot.render import discord_limits

PATIENCE_SECONDS = 10.0  # the longest that a helper waits before it fails the test
EPOCH_MS = 1_420_070_400_000
GUILD, TEXT, FORUM, OTHER_TEXT = "900000000000000001", "800000000000000001", "800000000000000002", "800000000000000003"
BOT, APP, USER = "700000000000000001", "700000000000000002", "600000000000000001"
VIEW, SEND, EMBED, HISTORY, MANAGE_CHANNELS, MANAGE_GUILD = 1 << 10, 1 << 11, 1 << 14, 1 << 16, 1 << 4, 1 << 5
THREADS, ADMINISTRATOR = 1 << 38, 1 << 3
MEMBER = VIEW | SEND | HISTORY
MANAGER = MEMBER | MANAGE_CHANNELS
ADMIN = MANAGER | MANAGE_GUILD
INVITED = VIEW | SEND | EMBED | THREADS | HISTORY
FORUM_TYPES, THREAD_TYPES, DM_TYPE = {15, 16}, {10, 11, 12}, 1
PRIVILEGED_INTENTS = 1 << 1 | 1 << 8 | 1 << 15
TYPES = {"text": 3, "days": 4, "flag": 5, "channel": 7, "role": 8}
NAME = re.compile(r"^[-_'\w]{1,32}$")


def made_up_token() -> str:
    """A token that looks like none to a secret scanner."""
    return ".".join(["made", "up", "token"])


class Refused(Exception):
    """An error answer of the API."""

    def __init__(self, status: int, code: int, message: str, **extra: Any) -> None:
        super().__init__(message)
        self.status, self.body = status, {"code": code, "message": message, **extra}


@dataclass
class Room:
    """A channel, thread or DM. `may` is what the bot may do in it."""

    id: str
    type: int = 0
    guild: str = GUILD
    name: str = "뉴스"
    parent: str = ""
    may: int = INVITED
    archived: bool = False
    locked: bool = False
    overwrites: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    gone: bool = False
    require_tag: bool = False
    tags: list[dict[str, Any]] = field(default_factory=list)

    def told(self) -> dict[str, Any]:
        """As the API tells it."""
        raw: dict[str, Any] = {"id": self.id, "type": self.type, "flags": 0, "last_message_id": None}
        if self.type == DM_TYPE:
            return {**raw, "recipients": [a_user(USER)]}
        raw |= {"guild_id": self.guild, "name": self.name, "position": 0, "parent_id": self.parent or None}
        raw |= {"permission_overwrites": self.overwrites, "nsfw": False, "topic": None, "rate_limit_per_user": 0}
        if self.type in THREAD_TYPES:
            stamp = "2026-01-01T00:00:00+00:00"
            meta = {"archived": self.archived, "locked": self.locked, "auto_archive_duration": 1440}
            raw |= {"owner_id": BOT, "message_count": len(self.messages), "member_count": 1}
            raw |= {"thread_metadata": {**meta, "archive_timestamp": stamp}}
        if self.type in FORUM_TYPES:
            raw |= {"available_tags": self.tags, "default_reaction_emoji": None, "default_sort_order": None}
            raw |= {"default_forum_layout": 0, "default_thread_rate_limit_per_user": 0, "applied_tags": []}
        return raw


@dataclass
class Fault:
    """What goes wrong next: `kind` is a status, `reset`, `hang`, `429` …; `after` the request was processed."""

    kind: str
    path: str = ""
    method: str = "POST"
    after: bool = False
    times: int = 1
    skips: int = 0
    body: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)


@dataclass
class Answer:
    """What a person sees after a command, a press or a modal."""

    type: int = 0
    data: dict[str, Any] = field(default_factory=dict)
    message_id: str = ""
    late: list[dict[str, Any]] = field(default_factory=list)
    token: str = ""

    @property
    def final(self) -> dict[str, Any]:
        """The message in its last state."""
        return self.late[-1] if self.late else self.data

    @property
    def text(self) -> str:
        """Everything there is to read."""
        embeds = self.final.get("embeds") or []
        lines = [self.final.get("content") or ""]
        lines += [text for embed in embeds for text in (embed.get("title", ""), embed.get("description", "")) if text]
        return "\n".join(filter(None, lines))

    @property
    def private(self) -> bool:
        """Whether only the asker sees it; settled by the first answer."""
        return bool((self.data.get("flags") or 0) & 64)

    @property
    def controls(self) -> list[dict[str, Any]]:
        """Buttons and selects, flat."""
        return [each for row in self.final.get("components") or [] for each in row.get("components", [])]

    def control(self, label: str) -> dict[str, Any]:
        """The control with this word on it."""
        return next(each for each in self.controls if label in (each.get("label") or each.get("placeholder") or ""))


@dataclass
class Session:
    """One Gateway session; events stay for a resume."""

    id: str
    shard: int
    shards: int
    socket: web.WebSocketResponse | None
    seq: int = 0
    sent: list[dict[str, Any]] = field(default_factory=list)


def a_user(user: str, name: str = "민지", *, bot: bool = False) -> dict[str, Any]:
    """A user as the API tells it."""
    return {"id": user, "username": name, "discriminator": "0", "avatar": None, "bot": bot, "global_name": name}


class FakeDiscord:
    """The server. `async with FakeDiscord() as fake:` — then `fake.url` is `DISCORD_API_URL`."""

    def __init__(self, *, shards: int = 1) -> None:
        self.token = made_up_token()
        self.shards = shards
        self.rooms = {
            each.id: each for each in (Room(TEXT), Room(FORUM, 15, name="포럼"), Room(OTHER_TEXT, name="다른"))
        }
        self.dm_closed = False
        self.commands: list[dict[str, Any]] = []
        self.syncs = 0
        self.requests: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, str, Any]] = []
        self.faults: list[Fault] = []
        self.nonce_window_seconds = 180.0
        self.tells_nonce = False
        self.bucket: tuple[int, float] = (1_000_000, 1.0)  # posts a channel, window in seconds
        self.sessions: list[Session] = []
        self.identified: list[dict[str, Any]] = []
        self.everyone = INVITED  # what the bot may do by its only role
        self.closes_with = 0  # the Gateway's answer to an identify, when it refuses it
        self.application: dict[str, Any] = {}
        self.gateway_bot: dict[str, Any] = {}  # what GET /gateway/bot says otherwise
        self._answers: dict[str, Answer] = {}
        self._tokens: dict[str, str] = {}
        self._nonces: dict[str, tuple[str, str, float]] = {}
        self._used: dict[str, list[float]] = {}
        self._counter = itertools.count(1)
        self._changed = asyncio.Condition()
        self._runner: web.AppRunner | None = None
        self._port = 0
        self._hanging: set[asyncio.Event] = set()

    # life

    async def start(self, port: int = 0) -> None:
        """Listen on loopback."""
        app = web.Application(client_max_size=30 * 1024 * 1024)
        app.router.add_get("/gateway", self._gateway)
        app.router.add_route("*", "/api/v10/{path:.*}", self._rest)
        app.router.add_get("/_/log", self._log)
        app.router.add_post("/_/fault", self._add_fault)
        app.router.add_post("/_/slash", self._add_slash)
        self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.5)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self._port = site._server.sockets[0].getsockname()[1]  # type: ignore[union-attr]

    async def stop(self) -> None:
        """Close everything."""
        for event in self._hanging:
            event.set()
        for session in self.sessions:
            if session.socket is not None:
                await session.socket.close(code=1001)
        if self._runner is not None:
            await self._runner.cleanup()

    async def __aenter__(self) -> "FakeDiscord":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @property
    def url(self) -> str:
        """The value for `DISCORD_API_URL`."""
        return f"http://127.0.0.1:{self._port}/api/v10"

    @property
    def gateway_url(self) -> str:
        """Where the Gateway is."""
        return f"ws://127.0.0.1:{self._port}/gateway"

    def snowflake(self, at_seconds: float | None = None) -> str:
        """An id of now."""
        at = time.time() if at_seconds is None else at_seconds
        return str((int(at * 1000) - EPOCH_MS) << 22 | next(self._counter) & 0x3FFFFF)

    # what tests look at and wait for

    def messages(self, channel: str = TEXT) -> list[dict[str, Any]]:
        """The messages of a channel, oldest first."""
        return self.rooms[channel].messages

    def fail(self, kind: str, path: str = "/messages", **how: Any) -> None:
        """The next matching request goes wrong."""
        self.faults.append(Fault(kind, path, **how))

    async def until(self, true: Callable[[], Any], what: str = "") -> Any:
        """Wait for something that a request or event brings about."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
                await self._changed.wait_for(true)
        except TimeoutError:
            raise AssertionError(f"waited in vain for {what or true}") from None
        return true()

    async def _stir(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # what people do

    async def slash(self, name: str, options: dict[str, Any] | None = None, /, **who: Any) -> Answer:
        """Run `group verb`; what Discord's own client would not let through fails the test."""
        command, leaf = self._command(name, who.get("permissions", MANAGER))
        given = self._options(leaf, options or {})
        data = self._data(command, name, given, who.pop("resolved", {}))
        return await self._interact(2, data, **who)

    async def suggest(self, name: str, option: str, typed: str, /, **who: Any) -> list[dict[str, Any]]:
        """Type into an option."""
        command, leaf = self._command(name, who.get("permissions", MANAGER))
        found = next(each for each in leaf["options"] if each["name"] == option)
        assert found.get("autocomplete"), f"{option} suggests nothing"
        given = [{"name": option, "type": found["type"], "value": typed, "focused": True}]
        answer = await self._interact(4, self._data(command, name, given, {}), **who)
        choices = answer.data["choices"]
        assert len(choices) <= 25
        assert all(1 <= len(each["name"]) <= 100 and len(str(each["value"])) <= 100 for each in choices)
        return choices

    async def press(self, message: dict[str, Any], control: dict[str, Any], value: str = "", **who: Any) -> Answer:
        """Press a button of a message, or choose from its select."""
        assert any(control in row["components"] for row in message["components"]), "no such control in the message"
        data = {"custom_id": control["custom_id"], "component_type": control["type"]}
        if control["type"] == discord_limits.SELECT:
            assert value in {each["value"] for each in control["options"]}
            data["values"] = [value]
        return await self._interact(3, data, message=message, **who)

    async def press_answer(self, answer: Answer, label: str, value: str = "", **who: Any) -> Answer:
        """Press a control of an earlier answer."""
        message = self._message_of(answer)
        return await self.press(message, answer.control(label), value, **who)

    async def menu(self, name: str, message: dict[str, Any], /, **who: Any) -> Answer:
        """Use a message command."""
        command = next(each for each in self.commands if each.get("type") == 3 and each["name"] == name)
        data = {"id": command["id"], "name": name, "type": 3, "target_id": message["id"]}
        return await self._interact(2, {**data, "resolved": {"messages": {message["id"]: message}}}, **who)

    async def submit(self, modal: Answer, values: dict[str, str], **who: Any) -> Answer:
        """Send a modal off, its fields by their custom ids."""
        assert modal.type == 9, "no modal was opened"
        filled = []
        for label in modal.data["components"]:
            inner = label["component"]
            marked = [each["value"] for each in inner.get("options", []) if each.get("default")]
            value = values.get(inner["custom_id"], inner.get("value") or "".join(marked))
            assert value or not inner.get("required", True), f"{inner['custom_id']} is required"
            given = {"type": inner["type"], "custom_id": inner["custom_id"], "value": value or None}
            filled.append({"type": 18, "component": given})
        return await self._interact(5, {"custom_id": modal.data["custom_id"], "components": filled}, **who)

    def _command(self, name: str, permissions: int) -> tuple[dict[str, Any], dict[str, Any]]:
        head, _, verb = name.partition(" ")
        command = next((each for each in self.commands if each["name"] == head and each.get("type", 1) == 1), None)
        assert command is not None, f"/{head} is not registered"
        needed = int(command.get("default_member_permissions") or 0)
        assert permissions & needed == needed or permissions & ADMINISTRATOR, f"/{head} is hidden from this member"
        leaf = next((each for each in command["options"] if each["name"] == verb), None)
        assert leaf is not None, f"/{name} is not registered"
        return command, leaf

    def _options(self, leaf: dict[str, Any], options: dict[str, Any]) -> list[dict[str, Any]]:
        known = {each["name"]: each for each in leaf.get("options", [])}
        assert set(options) <= set(known), f"unknown options {set(options) - set(known)}"
        missing = {name for name, each in known.items() if each.get("required")} - set(options)
        assert not missing, f"options missing: {missing}"
        given = []
        for name, value in options.items():
            option = known[name]
            if option.get("choices"):
                assert value in {each["value"] for each in option["choices"]}, f"{value} is no choice of {name}"
            if option["type"] == 3:
                assert len(value) <= option.get("max_length", 6000)
            if option["type"] == 4:
                assert option.get("min_value", value) <= value <= option.get("max_value", value)
            given.append({"name": name, "type": option["type"], "value": value})
        return given

    def _data(self, command: dict[str, Any], name: str, given: list[Any], resolved: dict[str, Any]) -> dict[str, Any]:
        for option in given:
            if option["type"] == 7:
                room = self.rooms[option["value"]]
                told = {
                    **room.told(),
                    "permissions": str(resolved.get(room.id, MANAGER)),
                    "app_permissions": str(room.may),
                }
                resolved = {**resolved, "channels": {room.id: told}}
            if option["type"] == 8:
                resolved = {**resolved, "roles": {option["value"]: a_role(option["value"], "팀", 0)}}
        kept = {key: value for key, value in resolved.items() if key in {"channels", "roles", "messages"}}
        leaf = {"name": name.partition(" ")[2], "type": 1, "options": given}
        return {"id": command["id"], "name": command["name"], "type": 1, "options": [leaf], "resolved": kept}

    async def _interact(self, kind: int, data: dict[str, Any], **who: Any) -> Answer:
        channel = self.rooms[who.get("channel", TEXT)]
        id_ = who.get("id") or self.snowflake()
        token = f"interaction-{id_}-{next(self._counter)}"
        answer = Answer(token=token)
        self._answers[token] = answer
        self._tokens[id_] = token
        event = {
            "id": id_,
            "application_id": APP,
            "type": kind,
            "data": data,
            "token": token,
            "version": 1,
            "channel_id": channel.id,
            "channel": channel.told(),
            "locale": who.get("locale", "ko"),
            "app_permissions": str(channel.may),
            "entitlements": [],
            "authorizing_integration_owners": {},
            "context": 1 if channel.type == DM_TYPE else 0,
            "attachment_size_limit": 10485760,
        }
        person = a_user(who.get("user", USER), who.get("name", "민지"))
        if channel.type == DM_TYPE:
            event["user"] = person
        else:
            event |= {"guild_id": channel.guild, "guild_locale": who.get("guild_locale", "ko")}
            event["guild"] = {"id": channel.guild, "locale": "ko", "features": []}
            event["member"] = {
                "user": person,
                "roles": who.get("roles", []),
                "permissions": str(who.get("permissions", MANAGER)),
                "joined_at": "2026-01-01T00:00:00+00:00",
                "deaf": False,
                "mute": False,
                "flags": 0,
            }
        if who.get("message"):
            event["message"] = who["message"]
        for _ in range(who.get("times", 1)):
            await self.dispatch("INTERACTION_CREATE", event, guild=channel.guild)
        if who.get("waits", True):
            await self.until(lambda: self._is_complete(answer), f"an answer to {data}")
        return answer

    @staticmethod
    def _is_complete(answer: Answer) -> bool:
        return answer.type in {4, 7, 8, 9} or (answer.type in {5, 6} and bool(answer.late))

    def _message_of(self, answer: Answer) -> dict[str, Any]:
        base = {
            "id": answer.message_id or self.snowflake(),
            "channel_id": TEXT,
            "author": a_user(BOT, "소식", bot=True),
        }
        return {**a_message(), **base, **answer.final}

    # Gateway

    async def dispatch(self, event: str, data: Any, *, guild: str = GUILD) -> None:
        """Send an event to the shard of a guild; kept for a resume when nobody is connected."""
        await self.until(lambda: self._sessions_of(guild), f"a session for {event}")
        for session in self._sessions_of(guild):
            await self._send(session, event, data)

    def _sessions_of(self, guild: str) -> list[Session]:
        return [each for each in self.sessions if (int(guild) >> 22) % each.shards == each.shard][-1:]

    async def _send(self, session: Session, event: str, data: Any) -> None:
        session.seq += 1
        frame = {"op": 0, "t": event, "s": session.seq, "d": data}
        session.sent.append(frame)
        if session.socket is not None and not session.socket.closed:
            with contextlib.suppress(ConnectionError):
                await session.socket.send_str(json.dumps(frame))

    async def drop_gateway(self, code: int = 4000) -> None:
        """Close every connection; sessions stay resumable."""
        for session in self.sessions:
            socket, session.socket = session.socket, None
            if socket is not None:
                await socket.close(code=code)

    async def channel_gone(self, channel: str) -> None:
        """Delete a channel."""
        self.rooms[channel].gone = True
        await self.dispatch("CHANNEL_DELETE", self.rooms[channel].told())

    async def channel_changed(self, channel: str, overwrites: list[dict[str, Any]]) -> None:
        """Change who may do what in a channel."""
        self.rooms[channel].overwrites = overwrites
        await self.dispatch("CHANNEL_UPDATE", self.rooms[channel].told())

    async def guild_gone(self, *, outage: bool = False) -> None:
        """The bot is removed, or the guild is out of reach for a while."""
        await self.dispatch("GUILD_DELETE", {"id": GUILD, **({"unavailable": True} if outage else {})})

    def guild(self) -> dict[str, Any]:
        """GUILD_CREATE."""
        channels = [
            each.told() for each in self.rooms.values() if each.guild == GUILD and each.type not in {1, 10, 11, 12}
        ]
        me = {"user": a_user(BOT, "소식", bot=True), "roles": [], "joined_at": "2026-01-01T00:00:00+00:00", "flags": 0}
        me |= {"deaf": False, "mute": False}
        roles = [a_role(GUILD, "@everyone", self.everyone)]
        return {
            "id": GUILD,
            "name": "회사",
            "owner_id": "1",
            "roles": roles,
            "channels": channels,
            "threads": [
                each.told() for each in self.rooms.values() if each.guild == GUILD and each.type in THREAD_TYPES
            ],
            "members": [me],
            "member_count": 2,
            "preferred_locale": "ko",
            "joined_at": "2026-01-01T00:00:00+00:00",
            "features": [],
            "emojis": [],
            "stickers": [],
        }

    async def _gateway(self, request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_str(json.dumps({"op": 10, "d": {"heartbeat_interval": 41250}}))
        session: Session | None = None
        async for message in socket:
            if message.type != WSMsgType.TEXT:
                continue
            frame = json.loads(message.data)
            match frame["op"]:
                case 1:
                    await socket.send_str(json.dumps({"op": 11}))
                case 2:
                    session = await self._identify(socket, frame["d"])
                case 6:
                    session = await self._resume(socket, frame["d"])
        if session is not None and session.socket is socket:
            session.socket = None
        await self._stir()
        return socket

    async def _identify(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> Session | None:
        if data["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        if self.closes_with or data["intents"] & PRIVILEGED_INTENTS:
            await socket.close(code=self.closes_with or 4014, message=b"Disallowed intent(s).")
            return None
        self.identified.append(data)
        shard, shards = data.get("shard", [0, 1])
        session = Session(f"session-{next(self._counter)}", shard, shards, socket)
        guilds = [{"id": GUILD, "unavailable": True}] if (int(GUILD) >> 22) % shards == shard else []
        ready = {"v": 10, "user": a_user(BOT, "소식", bot=True), "guilds": guilds, "session_id": session.id}
        ready |= {"resume_gateway_url": self.gateway_url, "application": {"id": APP, "flags": 0}}
        await self._send(session, "READY", {**ready, "shard": [shard, shards]})
        if guilds:
            await self._send(session, "GUILD_CREATE", self.guild())
        self.sessions.append(session)
        await self._stir()
        return session

    async def _resume(self, socket: web.WebSocketResponse, data: dict[str, Any]) -> Session | None:
        if data["token"] != self.token:
            await socket.close(code=4004, message=b"Authentication failed.")
            return None
        session = next((each for each in self.sessions if each.id == data["session_id"]), None)
        if session is None:
            await socket.send_str(json.dumps({"op": 9, "d": False}))
            return None
        session.socket = socket
        for frame in [each for each in session.sent if each["s"] > data["seq"]]:
            await socket.send_str(json.dumps(frame))
        await self._send(session, "RESUMED", {})
        await self._stir()
        return session

    # REST

    async def _rest(self, request: web.Request) -> web.StreamResponse:
        path = "/" + request.match_info["path"]
        self.requests.append((request.method, path))
        fault = self._fault(request.method, path)
        if fault is not None and not fault.after:
            return await self._fail(request, fault)
        try:
            status, body = await self._serve(request, path)
        except Refused as error:
            status, body = error.status, error.body
        await self._stir()
        if fault is not None:
            return await self._fail(request, fault)
        return self._json(body, status, self._bucket_headers(request.method, path) if status < 400 else {})

    @staticmethod
    def _json(body: Any, status: int, headers: dict[str, str] | None = None) -> web.Response:
        raw = b"" if body is None else json.dumps(body).encode()
        # discord.py compares the content type with exactly this, so no charset behind it.
        return web.Response(body=raw, status=status, headers={"Content-Type": "application/json", **(headers or {})})

    def _fault(self, method: str, path: str) -> Fault | None:
        for fault in self.faults:
            if fault.times > 0 and fault.method == method and fault.path in path:
                if fault.skips > 0:
                    fault.skips -= 1
                    continue
                fault.times -= 1
                return fault
        return None

    async def _fail(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        await self._stir()
        match fault.kind:
            case "reset":
                assert request.transport is not None
                request.transport.abort()
                return web.Response()
            case "hang":
                event = asyncio.Event()
                self._hanging.add(event)
                await event.wait()
                return web.Response()
            case "429":
                wait = fault.body.get("retry_after", 0.2)
                body = {"message": "You are being rate limited.", "retry_after": wait, "global": False, **fault.body}
                headers = {"Via": "1.1 google", "Retry-After": "1", **fault.headers}
                return self._json(body, 429, headers)
            case "cloudflare":
                return web.Response(text="<html>banned</html>", content_type="text/html", status=429)
            case "html":
                return web.Response(text="<html>fine</html>", content_type="text/html", status=200)
            case _:
                return self._json(fault.body or {"message": f"{fault.kind}: fault", "code": 0}, int(fault.kind))

    def _bucket_headers(self, method: str, path: str) -> dict[str, str]:
        if method != "POST" or not path.endswith("/messages"):
            return {}
        limit, window = self.bucket
        used = self._used.setdefault(path, [])
        first = used[0] if used else time.monotonic()
        left = max(0.0, window - (time.monotonic() - first))
        return {
            "X-RateLimit-Limit": str(limit),
            "X-RateLimit-Remaining": str(max(0, limit - len(used))),
            "X-RateLimit-Reset": f"{time.time() + left:.3f}",
            "X-RateLimit-Reset-After": f"{left:.3f}",
            "X-RateLimit-Bucket": "messages",
        }

    def _spend(self, path: str) -> None:
        limit, window = self.bucket
        now = time.monotonic()
        used = self._used.setdefault(path, [])
        if used and now - used[0] >= window:
            used.clear()
        if len(used) >= limit:
            raise Refused(429, 0, "You are being rate limited.", retry_after=window, **{"global": False})
        used.append(now)

    async def _serve(self, request: web.Request, path: str) -> tuple[int, Any]:
        is_interaction = path.startswith(("/interactions/", "/webhooks/"))
        if not is_interaction and request.headers.get("Authorization") != f"Bot {self.token}":
            raise Refused(401, 0, "401: Unauthorized")
        body = await self._body(request)
        self.bodies.append((request.method, path, body))
        for method, pattern, serve in self._routes:
            found = re.fullmatch(pattern, path)
            if found is not None and method == request.method:
                return serve(self, body, request, *found.groups())
        raise Refused(404, 0, f"404: Not Found {request.method} {path}")

    @staticmethod
    async def _body(request: web.Request) -> Any:
        if request.content_type.startswith("multipart/"):
            form = await request.post()
            body = json.loads(str(form["payload_json"]))
            files = [name for name in form if name.startswith("files[")]
            where = body.get("data") or body.get("message") or body
            assert len(files) == len(where["attachments"]), "attachments and files differ"
            return body
        raw = await request.read()
        return json.loads(raw) if raw else None

    def _room(self, channel: str, needs: int = VIEW) -> Room:
        room = self.rooms.get(channel)
        if room is None or room.gone:
            raise Refused(404, 10003, "Unknown Channel")
        if not room.may & VIEW:
            raise Refused(403, 50001, "Missing Access")
        if room.may & needs != needs:
            raise Refused(403, 50013, "Missing Permissions")
        return room

    def _store(self, room: Room, body: dict[str, Any], **more: Any) -> dict[str, Any]:
        problems = discord_limits.violations(body)
        if problems:
            raise Refused(400, 50035, "Invalid Form Body", errors={"_errors": list(problems)})
        if not room.may & EMBED and body.get("embeds"):
            body = {**body, "embeds": []}
            if not body.get("content"):
                raise Refused(400, 50006, "Cannot send an empty message")
        told = {key: body[key] for key in ("content", "embeds", "components", "flags") if key in body}
        message = {**a_message(), "id": self.snowflake(), "channel_id": room.id, **told, **more}
        message["allowed_mentions_given"] = body.get("allowed_mentions")
        room.messages.append(message)
        return message

    def _post(self, body: Any, request: web.Request, channel: str) -> tuple[int, Any]:
        room = self._room(channel, SEND)
        if room.type in FORUM_TYPES:
            raise Refused(400, 50008, "Cannot send messages in a non-text channel")
        if room.type == DM_TYPE and self.dm_closed:
            raise Refused(403, 50007, "Cannot send messages to this user")
        if room.locked:
            raise Refused(400, 160005, "Thread is locked")
        if room.archived:
            raise Refused(400, 50083, "Thread is archived")
        nonce = str(body.get("nonce") or "")
        known = self._nonces.get(nonce) if body.get("enforce_nonce") else None
        if known is not None and time.monotonic() - known[2] < self.nonce_window_seconds:
            earlier = next((each for each in self.rooms[known[0]].messages if each["id"] == known[1]), None)
            if earlier is None:
                raise Refused(404, 10008, "Unknown Message")
            return 200, {**earlier, "nonce": nonce}
        self._spend(f"/channels/{channel}/messages")
        if "AUTOMOD" in (body.get("content") or ""):
            raise Refused(400, 200000, "Message was blocked by automatic moderation")
        message = self._store(
            room, body, **({"message_reference": body["message_reference"]} if "message_reference" in body else {})
        )
        if nonce:
            self._nonces[nonce] = (room.id, message["id"], time.monotonic())
            if self.tells_nonce:
                message["nonce"] = nonce
        return 200, {**message, "nonce": nonce}

    def _history(self, _body: Any, request: web.Request, channel: str) -> tuple[int, Any]:
        room = self._room(channel)
        if room.type in FORUM_TYPES:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        if not room.may & HISTORY:
            return 200, []
        after = int(request.query.get("after", 0))
        limit = int(request.query.get("limit", 50))
        newer = [each for each in room.messages if int(each["id"]) > after]
        # With `after`, Discord gives the oldest of those, newest first within the page; without it, the newest.
        page = newer[:limit] if after else newer[-limit:]
        return 200, page[::-1]

    def _message(self, channel: str, message: str) -> dict[str, Any]:
        found = next((each for each in self._room(channel).messages if each["id"] == message), None)
        if found is None:
            raise Refused(404, 10008, "Unknown Message")
        return found

    def _get_message(self, _body: Any, _request: web.Request, channel: str, message: str) -> tuple[int, Any]:
        if not self._room(channel).may & HISTORY:
            raise Refused(403, 50001, "Missing Access")
        return 200, self._message(channel, message)

    def _edit(self, body: Any, _request: web.Request, channel: str, message: str) -> tuple[int, Any]:
        found = self._message(channel, message)
        problems = discord_limits.violations({**found, **body})
        if problems:
            raise Refused(400, 50035, "Invalid Form Body", errors={"_errors": list(problems)})
        found |= {key: body[key] for key in ("content", "embeds", "components") if key in body}
        found["edited_timestamp"] = "2026-01-01T00:01:00+00:00"
        return 200, found

    def _thread(self, body: Any, _request: web.Request, channel: str) -> tuple[int, Any]:
        room = self._room(channel, SEND)
        if room.type not in FORUM_TYPES:
            raise Refused(400, 50024, "Cannot execute action on this channel type")
        if room.require_tag and not body.get("applied_tags"):
            raise Refused(400, 40067, "A tag is required to create a forum post in this channel")
        if not 1 <= len(body["name"]) <= 100:
            raise Refused(400, 50035, "Invalid Form Body")
        thread = Room(self.snowflake(), 11, guild=room.guild, name=body["name"], parent=room.id, may=room.may)
        self.rooms[thread.id] = thread
        try:
            message = self._store(thread, body["message"])
        except Refused:
            del self.rooms[thread.id]
            raise
        message["id"] = thread.id
        return 201, {**thread.told(), "message": message}

    def _active(self, _body: Any, _request: web.Request, guild: str) -> tuple[int, Any]:
        open_ = [each for each in self.rooms.values() if each.type in THREAD_TYPES and each.guild == guild]
        return 200, {"threads": [each.told() for each in open_ if not each.archived], "members": []}

    def _dm(self, body: Any, _request: web.Request) -> tuple[int, Any]:
        id_ = f"5{str(body['recipient_id'])[1:]}"
        self.rooms.setdefault(id_, Room(id_, DM_TYPE, guild="0"))
        return 200, self.rooms[id_].told()

    def _sync(self, body: Any, _request: web.Request, _app: str) -> tuple[int, Any]:
        for command in body:
            problems = list(command_problems(command))
            if problems:
                raise Refused(400, 50035, "Invalid Form Body", errors={"_errors": problems})
        self.syncs += 1
        self.commands = [
            {"id": self.snowflake(), "application_id": APP, "version": "1", "description": "", **each} for each in body
        ]
        return 200, self.commands

    def _callback(self, body: Any, _request: web.Request, id_: str, token: str) -> tuple[int, Any]:
        answer = self._answers.get(token)
        if answer is None or self._tokens.get(id_) != token:
            raise Refused(404, 10062, "Unknown interaction")
        if answer.type:
            raise Refused(400, 40060, "Interaction has already been acknowledged.")
        data = body.get("data") or {}
        if body["type"] in {4, 7}:
            problems = discord_limits.violations(data)
            if problems:
                raise Refused(400, 50035, "Invalid Form Body", errors={"_errors": list(problems)})
        if body["type"] == 9:
            problems = list(modal_problems(data))
            if problems:
                raise Refused(400, 50035, "Invalid Form Body", errors={"_errors": problems})
        answer.type, answer.data, answer.message_id = body["type"], data, self.snowflake()
        told: dict[str, Any] = {"interaction": {"id": id_, "type": 2, "response_message_id": answer.message_id}}
        if body["type"] == 4:
            told["resource"] = {"type": 4, "message": self._message_of(answer)}
        return 200, told

    def _answer(self, token: str) -> Answer:
        answer = self._answers.get(token)
        if answer is None or not answer.type:
            raise Refused(404, 10015, "Unknown Webhook")
        return answer

    def _edit_original(self, body: Any, _request: web.Request, _app: str, token: str) -> tuple[int, Any]:
        answer = self._answer(token)
        problems = discord_limits.violations({**answer.final, **body})
        if problems:
            raise Refused(400, 50035, "Invalid Form Body", errors={"_errors": list(problems)})
        answer.late.append({**answer.final, **body})
        return 200, self._message_of(answer)

    def _follow_up(self, body: Any, _request: web.Request, _app: str, token: str) -> tuple[int, Any]:
        answer = self._answer(token)
        answer.late.append(body)
        return 200, {**a_message(), "id": self.snowflake(), "channel_id": TEXT, **body}

    _routes: ClassVar[list[tuple[str, str, Callable[..., tuple[int, Any]]]]] = [
        ("GET", "/users/@me", lambda self, *_: (200, a_user(BOT, "소식", bot=True))),
        ("GET", "/oauth2/applications/@me", lambda self, *_: (200, {**an_application(), **self.application})),
        ("GET", "/gateway/bot", lambda self, *_: (200, self._gateway_bot())),
        ("GET", r"/channels/(\d+)", lambda self, _b, _r, channel: (200, self._room(channel).told())),
        ("GET", r"/channels/(\d+)/messages", _history),
        ("POST", r"/channels/(\d+)/messages", _post),
        ("GET", r"/channels/(\d+)/messages/(\d+)", _get_message),
        ("PATCH", r"/channels/(\d+)/messages/(\d+)", _edit),
        ("POST", r"/channels/(\d+)/threads", _thread),
        ("GET", r"/guilds/(\d+)", lambda self, _b, _r, guild: (200, self._guild(guild))),
        (
            "GET",
            r"/guilds/(\d+)/members/(\d+)",
            lambda self, _b, _r, guild, _user: (200, self._guild(guild)["members"][0]),
        ),
        ("GET", r"/guilds/(\d+)/threads/active", _active),
        ("POST", "/users/@me/channels", _dm),
        ("GET", r"/applications/(\d+)/commands", lambda self, *_: (200, self.commands)),
        ("PUT", r"/applications/(\d+)/commands", _sync),
        ("POST", r"/interactions/(\d+)/([^/]+)/callback", _callback),
        ("PATCH", r"/webhooks/(\d+)/([^/]+)/messages/@original", _edit_original),
        ("POST", r"/webhooks/(\d+)/([^/]+)", _follow_up),
    ]

    def _guild(self, guild: str) -> dict[str, Any]:
        if guild != GUILD:
            raise Refused(404, 10004, "Unknown Guild")
        return self.guild()

    def _gateway_bot(self) -> dict[str, Any]:
        limit = {"total": 1000, "remaining": 999, "reset_after": 1000, "max_concurrency": 1}
        return {"url": self.gateway_url, "shards": self.shards, "session_start_limit": limit, **self.gateway_bot}

    # as a process of its own

    async def _log(self, _request: web.Request) -> web.Response:
        messages = {room.id: room.messages for room in self.rooms.values() if room.messages}
        return web.json_response({"messages": messages, "requests": self.requests, "commands": len(self.commands)})

    async def _add_fault(self, request: web.Request) -> web.Response:
        self.faults.append(Fault(**await request.json()))
        return web.json_response({})

    async def _add_slash(self, request: web.Request) -> web.Response:
        asked = await request.json()
        answer = await self.slash(asked["name"], asked.get("options"), **asked.get("who", {}))
        return web.json_response({"text": answer.text, "private": answer.private, "components": answer.controls})


def a_message() -> dict[str, Any]:
    """A message of the bot, empty."""
    return {
        "type": 0,
        "content": "",
        "author": a_user(BOT, "소식", bot=True),
        "embeds": [],
        "components": [],
        "attachments": [],
        "mentions": [],
        "mention_roles": [],
        "mention_everyone": False,
        "pinned": False,
        "tts": False,
        "flags": 0,
        "timestamp": "2026-01-01T00:00:00+00:00",
        "edited_timestamp": None,
    }


def a_role(role: str, name: str, permissions: int) -> dict[str, Any]:
    """A role as the API tells it."""
    raw = {"id": role, "name": name, "permissions": str(permissions), "position": 0, "color": 0, "hoist": False}
    colors = {"primary_color": 0, "secondary_color": None, "tertiary_color": None}
    return {
        **raw,
        "managed": False,
        "mentionable": True,
        "flags": 0,
        "icon": None,
        "unicode_emoji": None,
        "colors": colors,
    }


def an_application() -> dict[str, Any]:
    """The bot's application."""
    raw = {
        "id": APP,
        "name": "소식",
        "description": "",
        "icon": None,
        "bot_public": True,
        "bot_require_code_grant": False,
    }
    return {**raw, "owner": a_user("1", "주인"), "verify_key": "", "flags": 0, "rpc_origins": []}


def command_problems(command: dict[str, Any], depth: int = 0) -> Iterator[str]:
    """What Discord refuses in a command."""
    names = [command["name"], *(command.get("name_localizations") or {}).values()]
    is_menu = command.get("type", 1) == 3
    for name in names:
        if not 1 <= len(name) <= 32 or (not is_menu and (NAME.match(name) is None or name != name.lower())):
            yield f"name {name!r}"
    told = [command.get("description", ""), *(command.get("description_localizations") or {}).values()]
    if not is_menu and not all(1 <= len(text) <= 100 for text in told):
        yield f"description of {command['name']}"
    options = command.get("options", [])
    if len(options) > 25:
        yield f"{len(options)} options"
    required = [bool(each.get("required")) for each in options]
    if required != sorted(required, reverse=True):
        yield "a required option behind an optional one"
    for option in options:
        yield from command_problems(option, depth + 1)
    for choice in command.get("choices", []):
        if not all(
            1 <= len(text) <= 100 for text in (choice["name"], *(choice.get("name_localizations") or {}).values())
        ):
            yield f"choice {choice['name']!r}"
    if command.get("choices") and command.get("autocomplete"):
        yield "choices beside autocomplete"
    if len(command.get("choices", [])) > 25:
        yield "too many choices"
    if depth == 0 and len(json.dumps(command, ensure_ascii=False)) > 8000 * 4:
        yield "too much text"


def modal_problems(modal: dict[str, Any]) -> Iterator[str]:
    """What Discord refuses in a modal."""
    if not 1 <= len(modal["title"]) <= discord_limits.MODAL_TITLE_MAX:
        yield "title"
    if not 1 <= len(modal["components"]) <= discord_limits.MODAL_LABELS_MAX:
        yield f"{len(modal['components'])} fields"
    for label in modal["components"]:
        if label["type"] != 18 or not 1 <= len(label["label"]) <= discord_limits.MODAL_LABEL_MAX:
            yield "label"
        if len(label.get("description") or "") > 100:
            yield "description"
        inner = label["component"]
        if len(inner.get("value") or "") > inner.get("max_length", discord_limits.TEXT_INPUT_MAX):
            yield "value longer than the field"
        if len(inner.get("placeholder") or "") > 100:
            yield "placeholder"


async def _main(port: int, shards: int) -> None:
    fake = FakeDiscord(shards=shards)
    await fake.start(port)
    sys.stdout.write(f"{fake.url} {fake.token}\n")
    sys.stdout.flush()
    await asyncio.Event().wait()


if __name__ == "__main__":
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--port", type=int, default=0)
    arguments.add_argument("--shards", type=int, default=1)
    given = arguments.parse_args()
    with contextlib.suppress(KeyboardInterrupt):
        asyncio.run(_main(given.port, given.shards))
