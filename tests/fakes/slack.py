"""A Slack of our own on loopback: Web API, response_url and Socket Mode, refusing what Slack refuses.

Behaviour follows facts/slack.md: error names, limits, one payload to ONE connection, tickets and triggers that serve
once, 5 uses of a response_url, faults before and after processing. `python -m tests.fakes.slack` runs it by itself:
it prints its base URL, and answers `GET /_/log`, `POST /_/fault`, `POST /_/slash`.
"""

import argparse
import asyncio
import contextlib
import itertools
import json
import signal
import sys
import time
from collections import deque
from collections.abc import AsyncIterator, Callable, Iterable
from dataclasses import asdict, dataclass, field
from typing import Any

from aiohttp import WSMsgType, web

from bot.render import slack_limits

PATIENCE_SECONDS = 10.0  # the longest that a helper waits before it fails the test
TRIGGER_SECONDS = 3.0
RESPONSE_USES = 5
ALL_SCOPES = frozenset(
    [
        "chat:write",
        "commands",
        "channels:read",
        "groups:read",
        "im:read",
        "users:read",
        "channels:history",
        "groups:history",
        "im:history",
        "im:write",
        "files:write",
    ]
)
FORM_ONLY = frozenset(
    {"users.info", "conversations.info", "conversations.members", "conversations.history", "conversations.replies"}
)
HISTORY_SCOPE = {"C": "channels:history", "G": "groups:history", "D": "im:history"}


def made_up_token(kind: str) -> str:
    """A token that looks like none to a secret scanner, and like one to the SDK."""
    return "-".join([kind, "made", "up", "for", "tests"])


@dataclass
class Said:
    """A message in a channel."""

    channel: str
    ts: str
    text: str
    blocks: list[dict[str, Any]]
    user: str
    metadata: dict[str, Any] = field(default_factory=dict)
    thread_ts: str = ""
    client_msg_id: str = ""
    edits: int = 0
    arguments: dict[str, Any] = field(default_factory=dict)
    ephemeral_to: str = ""


@dataclass
class Room:
    """A channel, group or DM."""

    id: str
    team: str
    name: str = ""
    private: bool = False
    archived: bool = False
    members: set[str] = field(default_factory=set)
    messages: list[Said] = field(default_factory=list)
    last_post: float = float("-inf")

    @property
    def direct(self) -> bool:
        return self.id.startswith("D")


@dataclass
class Person:
    """A user."""

    id: str
    team: str
    admin: bool = False
    guest: bool = False
    deleted: bool = False
    zone: str = "Asia/Seoul"
    locale: str = "ko-KR"
    name: str = "민지"


@dataclass
class Call:
    """One Web API call that reached us."""

    method: str
    arguments: dict[str, Any]
    team: str


@dataclass
class Fault:
    """What goes wrong with a method: `reset`, `500`, `html`, `text`, `empty`, `hang`, `429`, or a Slack error name."""

    kind: str
    after: bool = False
    times: int = 1


@dataclass
class Exchange:
    """One thing a person did, and what came of it."""

    fake: "FakeSlack"
    envelope: dict[str, Any]
    response_id: str = ""
    sent_at: float = 0.0
    acked_at: float | None = None
    ack: dict[str, Any] = field(default_factory=dict)
    deliveries: int = 0

    @property
    def payload(self) -> dict[str, Any]:
        payload: dict[str, Any] = self.envelope["payload"]
        return payload

    @property
    def answers(self) -> list[dict[str, Any]]:
        """What was posted to its response_url so far."""
        return self.fake.responses.get(self.response_id, [])

    async def answered(self, count: int = 1) -> dict[str, Any]:
        """The `count`-th answer, once it is there."""
        await self.fake.until(lambda: len(self.answers) >= count, f"answer {count} to {self.payload.get('text')}")
        return self.answers[count - 1]


class FakeSlack:
    """One app in one or more workspaces."""

    def __init__(self) -> None:
        self.app_token = made_up_token("xapp")
        self.app_id = "A0FAKE"
        self.team = "T0FAKE"
        self.bot_user = "U0BOT"
        self.tokens: dict[str, str] = {}  # bot token → team
        self.scopes = set(ALL_SCOPES)
        self.dead_tokens: dict[str, str] = {}  # token → error name
        self.rooms: dict[str, Room] = {}
        self.people: dict[str, Person] = {}
        self.calls: list[Call] = []
        self.responses: dict[str, list[dict[str, Any]]] = {}
        self.ephemerals: list[Said] = []
        self.views: dict[str, dict[str, Any]] = {}
        self.files: dict[str, bytes] = {}
        self.complete_files: set[str] = set()
        self.homes: dict[str, dict[str, Any]] = {}
        self.exchanges: dict[str, Exchange] = {}
        self.sockets: list[web.WebSocketResponse] = []
        self.pace_seconds = 0.0  # 1.0 is Slack's; 0 switches it off
        self.code_teams: dict[str, str] = {}  # OAuth codes → team
        self.refused_sockets = 0
        self._faults: dict[str, deque[Fault]] = {}
        self._tickets: set[str] = set()
        self._triggers: dict[str, float] = {}
        self._used_triggers: set[str] = set()
        self._originals: dict[str, Said] = {}  # response id → the message whose button was pressed
        self._numbers = itertools.count(1)
        self._changed = asyncio.Condition()
        self._hanging = asyncio.Event()
        self._runner: web.AppRunner | None = None
        self._last_ts = 0
        self._turn = 0
        self.port = 0
        self.bot_token = self.install(self.team)

    # -- set the stage

    def install(self, team: str) -> str:
        """Install the app in a workspace; its bot token."""
        token = f"{made_up_token('xoxb')}-{team}"
        self.tokens[token] = team
        return token

    def room(self, room_id: str, members: Iterable[str] = (), *, bot: bool = True, **fields: Any) -> Room:
        """Add a channel; the bot is a member unless told otherwise."""
        room = Room(room_id, fields.pop("team", self.team), fields.pop("name", room_id.lower()), **fields)
        room.members = {*members, *([self.bot_user] if bot else [])}
        self.rooms[room_id] = room
        return room

    def said(self, channel: str, text: str) -> Said:
        """A message of the bot, not yet in the channel."""
        return Said(channel, self._ts(), text, [], self.bot_user)

    def person(self, user: str, **fields: Any) -> Person:
        self.people[user] = Person(user, fields.pop("team", self.team), **fields)
        return self.people[user]

    def fail(self, method: str, kind: str, *, after: bool = False, times: int = 1) -> None:
        """The next calls of a method go wrong, before or after they are processed."""
        self._faults.setdefault(method, deque()).append(Fault(kind, after, times))

    def revoke(self, token: str, error: str = "token_revoked") -> None:
        self.dead_tokens[token] = error

    def expire_triggers(self) -> None:
        """Every trigger_id given out so far is too old."""
        self._triggers = dict.fromkeys(self._triggers, float("-inf"))

    # -- look

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/api/"

    def messages(self, channel: str) -> list[Said]:
        return self.rooms[channel].messages

    def called(self, method: str) -> list[dict[str, Any]]:
        return [call.arguments for call in self.calls if call.method == method]

    async def until(self, holds: Callable[[], bool], what: str = "") -> None:
        """Wait until something that the bot does makes `holds` true."""
        try:
            async with asyncio.timeout(PATIENCE_SECONDS), self._changed:
                await self._changed.wait_for(holds)
        except TimeoutError:
            raise AssertionError(f"not within {PATIENCE_SECONDS:.0f} s: {what or holds}") from None

    async def posted(self, channel: str, count: int = 1) -> Said:
        """The `count`-th message of a channel, once it is there."""
        await self.until(lambda: len(self.messages(channel)) >= count, f"message {count} in {channel}")
        return self.messages(channel)[count - 1]

    async def connected(self, count: int = 2) -> None:
        await self.until(lambda: len(self.sockets) >= count, f"{count} sockets")

    # -- act as a person

    async def slash(self, command: str, text: str, *, user: str, channel: str) -> Exchange:
        """Type a slash command; returns once the bot has acknowledged it."""
        response_id, url = self.response_url()
        room = self.rooms[channel]
        payload = {
            "token": "x",
            "command": command,
            "text": text,
            "team_id": room.team,
            "team_domain": "fake",
            "channel_id": channel,
            "channel_name": room.name,
            "user_id": user,
            "user_name": user.lower(),
            "api_app_id": self.app_id,
            "is_enterprise_install": "false",
            "response_url": url,
            "trigger_id": self._trigger(),
        }
        return await self._act("slash_commands", payload, response_id)

    async def press(
        self, message: Said | dict[str, Any], action_id: str, value: str = "", *, user: str, channel: str = ""
    ) -> Exchange:
        """Press a button or choose from a menu, in a posted message or in a private answer (a dict)."""
        said = message if isinstance(message, Said) else self._private(message, channel, user)
        element = next(
            each
            for block in said.blocks
            for each in [*block.get("elements", ()), block.get("accessory", {})]
            if isinstance(each, dict) and each.get("action_id") == action_id
        )
        action = {"type": element["type"], "action_id": action_id, "block_id": "b", "action_ts": self._ts()}
        if element["type"] == "button":
            action["value"] = element.get("value", "")
        else:
            chosen = [each for each in element["options"] if each["value"] == value]
            assert chosen, f"no such option: {value}"
            action["selected_option"] = chosen[0]
        response_id, url = self.response_url()
        self._originals[response_id] = said
        container = {"type": "message", "message_ts": said.ts, "channel_id": said.channel}
        container["is_ephemeral"] = bool(said.ephemeral_to)  # type: ignore[assignment]
        payload = self._interaction("block_actions", user, channel=said.channel)
        payload |= {"container": container, "response_url": url, "actions": [action], "state": {"values": {}}}
        if not said.ephemeral_to:
            payload["message"] = {"type": "message", "ts": said.ts, "text": said.text, "blocks": said.blocks}
            payload["message"]["metadata"] = said.metadata
        return await self._act("interactive", payload, response_id)

    async def press_in_view(self, view: dict[str, Any], action_id: str, *, user: str, value: str = "") -> Exchange:
        """Press a button in a modal or on the Home tab."""
        payload = self._interaction("block_actions", user)
        action = {"type": "button", "action_id": action_id, "block_id": "b", "value": value, "action_ts": self._ts()}
        payload |= {"container": {"type": "view", "view_id": view["id"]}, "view": view, "actions": [action]}
        return await self._act("interactive", payload)

    async def submit(
        self, view: dict[str, Any], values: dict[str, Any], *, user: str, response_url: str = ""
    ) -> Exchange:
        """Send a modal; `values` is Slack's `state.values`."""
        payload = self._interaction("view_submission", user)
        payload |= {
            "view": {**view, "state": {"values": values}},
            "response_urls": [{"response_url": response_url}] if response_url else [],
        }
        return await self._act("interactive", payload)

    async def shortcut(self, callback_id: str, *, user: str, message: Said | None = None) -> Exchange:
        """Use a global shortcut, or a message shortcut on a message."""
        if message is None:
            return await self._act("interactive", self._interaction("shortcut", user) | {"callback_id": callback_id})
        response_id, url = self.response_url()
        payload = self._interaction("message_action", user, channel=message.channel)
        payload |= {"callback_id": callback_id, "response_url": url, "message_ts": message.ts}
        payload["message"] = {"type": "message", "ts": message.ts, "text": message.text, "user": message.user}
        if message.metadata:
            payload["message"]["metadata"] = message.metadata
        return await self._act("interactive", payload, response_id)

    async def suggest(self, action_id: str, typed: str, *, user: str) -> list[dict[str, Any]]:
        """Type into an external_select; the options that the bot offers."""
        payload = self._interaction("block_suggestion", user)
        payload |= {"action_id": action_id, "block_id": "b", "value": typed}
        payload.pop("trigger_id")
        options: list[dict[str, Any]] = (await self._act("interactive", payload)).ack.get("options", [])
        return options

    async def event(self, kind: str, *, team: str = "", **fields: Any) -> Exchange:
        """Something happened in the workspace."""
        number = next(self._numbers)
        payload = {
            "token": "x",
            "team_id": team or self.team,
            "api_app_id": self.app_id,
            "event": {"type": kind, "event_ts": self._ts(), **fields},
            "type": "event_callback",
            "event_id": f"Ev{number:08}",
            "event_time": int(time.time()),
            "authorizations": [{"team_id": team or self.team, "user_id": self.bot_user, "is_bot": True}],
        }
        return await self._act("events_api", payload)

    async def again(self, exchange: Exchange) -> None:
        """Deliver the same payload once more, in a new envelope, as Slack does when it missed the acknowledgement."""
        before = exchange.deliveries
        envelope = {**exchange.envelope, "envelope_id": f"again-{next(self._numbers)}", "retry_attempt": 1}
        self.exchanges[envelope["envelope_id"]] = exchange
        exchange.acked_at = None
        await self._send(envelope)
        await self.until(lambda: exchange.deliveries > before, "acknowledgement of a redelivery")

    # -- sockets

    async def cut(self, socket: web.WebSocketResponse | None = None) -> None:
        """Break a connection without a word."""
        socket = socket or self.sockets[0]
        self.sockets.remove(socket)
        transport = socket._req.transport if socket._req is not None else None
        if transport is not None:
            transport.abort()
        await self._notify()

    async def refresh(self) -> None:
        """Ask every connection to come again, as Slack does every few hours."""
        for socket in list(self.sockets):
            await socket.send_json({"type": "disconnect", "reason": "refresh_requested", "debug_info": {}})

    # -- life

    async def start(self, port: int = 0) -> "FakeSlack":
        app = web.Application(client_max_size=2**24)
        app.router.add_route("*", "/api/{method}", self._api)
        app.router.add_post("/response/{id}", self._respond)
        app.router.add_post("/upload/{file}", self._take)
        app.router.add_get("/socket/{ticket}", self._socket)
        app.router.add_get("/_/log", self._log)
        app.router.add_post("/_/fault", self._plant)
        app.router.add_post("/_/slash", self._type)
        self._runner = web.AppRunner(app, shutdown_timeout=0.2)
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def stop(self) -> None:
        self._hanging.set()
        for socket in list(self.sockets):
            await socket.close()
        if self._runner is not None:
            await self._runner.cleanup()

    @contextlib.asynccontextmanager
    async def serving(self) -> AsyncIterator["FakeSlack"]:
        await self.start()
        try:
            yield self
        finally:
            await self.stop()

    # -- Web API

    async def _api(self, request: web.Request) -> web.StreamResponse:
        method = request.match_info["method"]
        arguments = await self._arguments(request)
        token = arguments.pop("token", "") or request.headers.get("Authorization", "").removeprefix("Bearer ")
        fault = self._next_fault(method)
        if fault is not None and not fault.after:
            return await self._break(request, fault)
        answer = await self._answer(method, arguments, token)
        self.calls.append(Call(method, arguments, self.tokens.get(token, "")))
        await self._notify()
        if fault is not None:
            return await self._break(request, fault)
        headers = {"x-oauth-scopes": ",".join(sorted(self.scopes))}
        if "retry_after" in answer:
            headers["Retry-After"] = str(answer.pop("retry_after"))
            return web.json_response(answer, status=429, headers=headers)
        return web.json_response(answer, headers=headers)

    async def _arguments(self, request: web.Request) -> dict[str, Any]:
        arguments: dict[str, Any] = dict(request.query)
        if request.content_type == "application/json":
            if request.match_info["method"] in FORM_ONLY:  # Slack does not read JSON there
                return arguments
            arguments |= await request.json()
        elif request.method == "POST":
            arguments |= dict(await request.post())
        for name in ("blocks", "view", "metadata", "files"):
            if isinstance(arguments.get(name), str):
                arguments[name] = json.loads(arguments[name])
        return arguments

    def _next_fault(self, method: str) -> Fault | None:
        waiting = self._faults.get(method)
        if not waiting:
            return None
        fault = waiting[0]
        fault.times -= 1
        if fault.times <= 0:
            waiting.popleft()
        return fault

    async def _break(self, request: web.Request, fault: Fault) -> web.StreamResponse:
        match fault.kind:
            case "reset":
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()
            case "hang":
                await self._hanging.wait()
                return web.Response()
            case "500":
                return web.Response(status=500, text="upstream connect error", content_type="text/plain")
            case "html":
                return web.Response(text="<html>maintenance</html>", content_type="text/html")
            case "text":
                return web.Response(text="ok, more or less", content_type="text/plain")
            case "500 json":
                return web.json_response(_no("something_new"), status=500)
            case "empty":
                return web.json_response({"ok": True})
            case "429 soon":
                return web.json_response(_no("ratelimited"), status=429, headers={"Retry-After": "soon"})
            case "429":
                return web.json_response(_no("ratelimited"), status=429, headers={"Retry-After": "7"})
            case "image":
                said = "downloading image failed [json-pointer:/blocks/0/image_url]"
                return web.json_response(_no("invalid_blocks", errors=[said]))
            case error:
                return web.json_response(_no(error))

    async def _answer(self, method: str, arguments: dict[str, Any], token: str) -> dict[str, Any]:
        if method == "oauth.v2.access":
            return self._oauth(arguments)
        if token in self.dead_tokens:
            return _no(self.dead_tokens[token])
        if method == "apps.connections.open":
            return self._open_connection(token)
        if token not in self.tokens:
            return _no("invalid_auth" if token else "not_authed")
        handler = getattr(self, "_" + method.replace(".", "_"), None)
        if handler is None:
            return _no("unknown_method")
        answer: dict[str, Any] = handler(arguments, self.tokens[token])
        return answer

    def _oauth(self, arguments: dict[str, Any]) -> dict[str, Any]:
        if not arguments.get("client_id") or not arguments.get("client_secret"):
            return _no("bad_client_secret")
        team = self.code_teams.pop(arguments.get("code", ""), "")
        if not team:
            return _no("invalid_code")
        return {
            "ok": True,
            "access_token": self.install(team),
            "token_type": "bot",
            "scope": ",".join(sorted(self.scopes)),
            "bot_user_id": self.bot_user,
            "app_id": self.app_id,
            "team": {"id": team, "name": team},
            "enterprise": None,
            "authed_user": {"id": "U0INSTALLER"},
        }

    def _open_connection(self, token: str) -> dict[str, Any]:
        if token != self.app_token:
            return _no("invalid_auth")
        ticket = f"ticket-{next(self._numbers)}"
        self._tickets.add(ticket)
        return {"ok": True, "url": f"ws://127.0.0.1:{self.port}/socket/{ticket}"}

    def _auth_test(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        who = {"user_id": self.bot_user, "bot_id": "B0BOT", "user": "newsbot"}
        return {"ok": True, "url": "https://fake.example/", "team": "Fake", "team_id": team, **who}

    def _chat_postMessage(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:  # noqa: N802 - Slack's name
        room, error = self._writable(arguments, team)
        if room is None:
            return _no(error)
        if problem := _refusal(arguments):
            return problem
        used = [each["slack_file"]["id"] for each in arguments.get("blocks") or () if "slack_file" in each]
        if not set(used) <= self.complete_files:
            return _no("invalid_blocks", errors=["invalid slack file [json-pointer:/blocks/0/slack_file]"])
        now = time.monotonic()
        if self.pace_seconds and now - room.last_post < self.pace_seconds:
            return _no("ratelimited", retry_after=1)
        room.last_post = now
        said = Said(
            room.id,
            self._ts(),
            arguments.get("text", ""),
            arguments.get("blocks") or [],
            self.bot_user,
            arguments.get("metadata") or {},
            arguments.get("thread_ts", ""),
            arguments.get("client_msg_id", ""),
            arguments=arguments,
        )
        room.messages.append(said)
        return {"ok": True, "channel": room.id, "ts": said.ts, "message": _shown(said)}

    def _chat_update(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        room, error = self._writable(arguments, team)
        if room is None:
            return _no(error)
        if problem := _refusal(arguments):
            return problem
        said = next((each for each in room.messages if each.ts == arguments.get("ts")), None)
        if said is None:
            return _no("message_not_found")
        said.text, said.blocks = arguments.get("text", ""), arguments.get("blocks") or []  # text alone drops the blocks
        said.edits += 1
        return {"ok": True, "channel": room.id, "ts": said.ts, "text": said.text}

    def _chat_postEphemeral(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:  # noqa: N802 - Slack's name
        room, error = self._writable(arguments, team)
        if room is None:
            return _no(error)
        if arguments.get("user") not in room.members:
            return _no("user_not_in_channel")
        if problem := _refusal(arguments):
            return problem
        said = Said(room.id, self._ts(), arguments.get("text", ""), arguments.get("blocks") or [], self.bot_user)
        said.ephemeral_to = arguments["user"]
        self.ephemerals.append(said)
        return {"ok": True, "message_ts": said.ts}

    def _conversations_history(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        return self._read(arguments, team, lambda said: not said.thread_ts)

    def _conversations_replies(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        thread = arguments.get("ts", "")
        return self._read(arguments, team, lambda said: thread in {said.thread_ts, said.ts})

    def _read(self, arguments: dict[str, Any], team: str, wanted: Callable[[Said], bool]) -> dict[str, Any]:
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None or room.team != team:
            return _no("channel_not_found")
        needed = "groups:history" if room.private else HISTORY_SCOPE[room.id[0]]
        if needed not in self.scopes:
            return _no("missing_scope", needed=needed, provided=",".join(sorted(self.scopes)))
        if self.bot_user not in room.members and not room.direct:
            return _no("not_in_channel")
        oldest, page = float(arguments.get("oldest") or 0), int(arguments.get("limit") or 100)
        found = [said for said in reversed(room.messages) if wanted(said) and float(said.ts) > oldest]
        start = int(arguments.get("cursor") or 0)
        with_metadata = str(arguments.get("include_all_metadata", "")).lower() in {"1", "true"}
        shown = [_shown(said, with_metadata=with_metadata) for said in found[start : start + page]]
        following = str(start + page) if len(found) > start + page else ""
        return {
            "ok": True,
            "messages": shown,
            "has_more": bool(following),
            "response_metadata": {"next_cursor": following},
        }

    def _conversations_info(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        if "channels:read" not in self.scopes:
            return _no("missing_scope", needed="channels:read")
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None or room.team != team or (room.private and self.bot_user not in room.members):
            return _no("channel_not_found")
        about = {"id": room.id, "name": room.name, "is_private": room.private, "is_archived": room.archived}
        about |= {"is_im": room.direct, "is_member": self.bot_user in room.members}
        return {"ok": True, "channel": about}

    def _conversations_members(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        if "channels:read" not in self.scopes:
            return _no("missing_scope", needed="channels:read")
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None or room.team != team or (room.private and self.bot_user not in room.members):
            return _no("channel_not_found")
        start, page = int(arguments.get("cursor") or 0), int(arguments.get("limit") or 100)
        members = sorted(room.members)
        following = str(start + page) if len(members) > start + page else ""
        return {
            "ok": True,
            "members": members[start : start + page],
            "response_metadata": {"next_cursor": following},
        }

    def _conversations_open(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        if "im:write" not in self.scopes:
            return _no("missing_scope", needed="im:write")
        user = arguments.get("users", "")
        if user not in self.people:
            return _no("user_not_found")
        channel = "D" + user[1:]
        if channel not in self.rooms:
            self.room(channel, [user], team=team)
        return {"ok": True, "channel": {"id": channel}}

    def _users_info(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        if "users:read" not in self.scopes:
            return _no("missing_scope", needed="users:read")
        person = self.people.get(arguments.get("user", ""))
        if person is None:
            return _no("user_not_found")
        about = {"id": person.id, "team_id": person.team, "deleted": person.deleted, "is_admin": person.admin}
        about |= {"is_owner": False, "is_restricted": person.guest, "is_ultra_restricted": False, "is_bot": False}
        about |= {"tz": person.zone, "profile": {"display_name": person.name}}
        if str(arguments.get("include_locale", "")).lower() in {"1", "true"}:
            about["locale"] = person.locale
        return {"ok": True, "user": about}

    def _views_open(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        if error := self._spend_trigger(arguments.get("trigger_id", "")):
            return _no(error)
        return self._keep_view(arguments, f"V{next(self._numbers):06}", team)

    def _views_push(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        return self._views_open(arguments, team)

    def _views_update(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        view_id = arguments.get("view_id", "")
        known = self.views.get(view_id)
        if known is None:
            return _no("not_found")
        if arguments.get("hash", known["hash"]) != known["hash"]:
            return _no("hash_conflict")
        return self._keep_view(arguments, view_id, team)

    def _views_publish(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        answer = self._keep_view(arguments, f"VH{arguments.get('user_id')}", team)
        if answer["ok"]:
            self.homes[arguments["user_id"]] = answer["view"]
        return answer

    def _keep_view(self, arguments: dict[str, Any], view_id: str, team: str) -> dict[str, Any]:
        problems = slack_limits.view_problems(arguments.get("view") or {})
        if problems:
            return _no(
                "invalid_arguments", response_metadata={"messages": [f"[ERROR] {each.reason}" for each in problems]}
            )
        view = {**arguments["view"], "id": view_id, "hash": f"{next(self._numbers)}.x", "team_id": team}
        view["root_view_id"] = view_id
        view.setdefault("callback_id", "")
        view.setdefault("private_metadata", "")
        self.views[view_id] = view
        return {"ok": True, "view": view}

    def _blocks_validate(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:
        return _refusal({"text": "x", **arguments}) or {"ok": True}

    def _files_getUploadURLExternal(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:  # noqa: N802 - Slack's name
        file_id = f"F{next(self._numbers):06}"
        if "files:write" not in self.scopes:
            return _no("missing_scope", needed="files:write")
        return {"ok": True, "file_id": file_id, "upload_url": f"http://127.0.0.1:{self.port}/upload/{file_id}"}

    def _files_completeUploadExternal(self, arguments: dict[str, Any], team: str) -> dict[str, Any]:  # noqa: N802 - Slack's name
        wanted = [each["id"] for each in arguments.get("files", [])]
        if not set(wanted) <= set(self.files):
            return _no("file_not_found")
        self.complete_files.update(wanted)
        return {"ok": True, "files": arguments["files"]}

    def _writable(self, arguments: dict[str, Any], team: str) -> tuple[Room | None, str]:
        room = self.rooms.get(arguments.get("channel", ""))
        if room is None or room.team != team or (room.private and self.bot_user not in room.members):
            return None, "channel_not_found"
        if room.archived:
            return None, "is_archived"
        if self.bot_user not in room.members:
            return None, "not_in_channel"
        return room, ""

    # -- response_url

    async def _respond(self, request: web.Request) -> web.StreamResponse:
        response_id = request.match_info["id"]
        body = await request.json()
        fault = self._next_fault("response_url")
        if fault is not None:
            return await self._break(request, fault)
        kept = self.responses.get(response_id)
        if kept is None or len(kept) >= RESPONSE_USES:
            return web.json_response(_no("used_url"), status=404)
        if problem := _refusal(body):
            return web.json_response(problem, status=400)
        original = self._originals.get(response_id)
        if body.get("replace_original") and original is not None:
            original.text, original.blocks = body.get("text", ""), body.get("blocks") or []
            original.edits += 1
        kept.append(body)
        await self._notify()
        return web.Response(text="ok")

    # -- Socket Mode

    async def _take(self, request: web.Request) -> web.StreamResponse:
        fault = self._next_fault("upload")
        if fault is not None:
            return await self._break(request, fault)
        self.files[request.match_info["file"]] = await request.read()
        return web.Response(text="OK")

    async def _socket(self, request: web.Request) -> web.StreamResponse:
        ticket = request.match_info["ticket"]
        if ticket not in self._tickets:
            return web.Response(status=404)
        self._tickets.discard(ticket)
        if self.refused_sockets:
            self.refused_sockets -= 1
            return web.Response(status=503)
        socket = web.WebSocketResponse()
        await socket.prepare(request)
        await socket.send_json({"type": "hello", "num_connections": len(self.sockets) + 1, "debug_info": {}})
        self.sockets.append(socket)
        await self._notify()
        try:
            async for message in socket:
                if message.type == WSMsgType.TEXT:
                    await self._acknowledge(message.json())
        finally:
            if socket in self.sockets:
                self.sockets.remove(socket)
            await self._notify()
        return socket

    async def _acknowledge(self, answer: dict[str, Any]) -> None:
        exchange = self.exchanges.get(answer.get("envelope_id", ""))
        if exchange is None:
            return
        exchange.acked_at = time.monotonic()
        exchange.ack = answer.get("payload") or {}
        exchange.deliveries += 1
        await self._notify()

    async def _act(self, kind: str, payload: dict[str, Any], response_id: str = "") -> Exchange:
        envelope = {"envelope_id": f"envelope-{next(self._numbers)}", "type": kind, "payload": payload}
        envelope["accepts_response_payload"] = kind != "events_api"
        exchange = Exchange(self, envelope, response_id)
        self.exchanges[envelope["envelope_id"]] = exchange
        exchange.sent_at = time.monotonic()
        await self._send(envelope)
        await self.until(lambda: exchange.acked_at is not None, f"acknowledgement of {kind}")
        return exchange

    async def _send(self, envelope: dict[str, Any]) -> None:
        await self.until(lambda: bool(self.sockets), "a socket to send to")
        self._turn += 1
        await self.sockets[self._turn % len(self.sockets)].send_json(envelope)

    # -- small parts

    def _interaction(self, kind: str, user: str, channel: str = "") -> dict[str, Any]:
        team = self.rooms[channel].team if channel else self.people[user].team if user in self.people else self.team
        payload: dict[str, Any] = {
            "type": kind,
            "team": {"id": team, "domain": "fake"},
            "user": {"id": user, "name": user.lower(), "team_id": team},
            "api_app_id": self.app_id,
            "token": "x",
            "trigger_id": self._trigger(),
            "is_enterprise_install": False,
            "enterprise": None,
        }
        if channel:
            payload["channel"] = {"id": channel, "name": self.rooms[channel].name}
        return payload

    def _private(self, answer: dict[str, Any], channel: str, user: str) -> Said:
        said = Said(channel, self._ts(), answer.get("text", ""), answer.get("blocks") or [], self.bot_user)
        said.ephemeral_to = user
        return said

    def response_url(self) -> tuple[str, str]:
        response_id = f"r{next(self._numbers)}"
        self.responses[response_id] = []
        return response_id, f"http://127.0.0.1:{self.port}/response/{response_id}"

    def _trigger(self) -> str:
        trigger = f"trigger.{next(self._numbers)}"
        self._triggers[trigger] = time.monotonic()
        return trigger

    def _spend_trigger(self, trigger: str) -> str:
        if trigger in self._used_triggers:
            return "exchanged_trigger_id"
        if trigger not in self._triggers:
            return "invalid_trigger_id"
        if time.monotonic() - self._triggers[trigger] > TRIGGER_SECONDS:
            return "expired_trigger_id"
        self._used_triggers.add(trigger)
        return ""

    def _ts(self) -> str:
        self._last_ts = max(self._last_ts + 1, int(time.time() * 1_000_000))
        return f"{self._last_ts // 1_000_000}.{self._last_ts % 1_000_000:06}"

    async def _notify(self) -> None:
        async with self._changed:
            self._changed.notify_all()

    # -- as a process of its own

    async def _log(self, request: web.Request) -> web.Response:
        said = {name: [asdict(each) for each in room.messages] for name, room in self.rooms.items()}
        calls = [call.method for call in self.calls]
        return web.json_response({"messages": said, "calls": calls, "sockets": len(self.sockets)})

    async def _plant(self, request: web.Request) -> web.Response:
        """`{"method": …, "kind": …, "after": bool, "times": n}`."""
        wish = await request.json()
        self.fail(wish["method"], wish["kind"], after=wish.get("after", False), times=wish.get("times", 1))
        return web.json_response({"ok": True})

    async def _type(self, request: web.Request) -> web.Response:
        """`{"command": …, "text": …, "user": …, "channel": …}`; answers once it is acknowledged and answered."""
        wish = await request.json()
        exchange = await self.slash(wish["command"], wish["text"], user=wish["user"], channel=wish["channel"])
        return web.json_response({"ok": True, "answer": await exchange.answered()})


def _no(error: str, **more: Any) -> dict[str, Any]:
    return {"ok": False, "error": error, **more}


def _refusal(arguments: dict[str, Any]) -> dict[str, Any]:
    """Slack's answer to a payload over its limits, or nothing."""
    problems = slack_limits.message_problems(arguments)
    if not problems:
        return {}
    reasons = [each.reason for each in problems]
    return _no(
        problems[0].error, errors=reasons, response_metadata={"messages": [f"[ERROR] {each}" for each in reasons]}
    )


def _shown(said: Said, *, with_metadata: bool = False) -> dict[str, Any]:
    shown: dict[str, Any] = {"type": "message", "ts": said.ts, "text": said.text, "user": said.user, "bot_id": "B0BOT"}
    if said.thread_ts:
        shown["thread_ts"] = said.thread_ts
    if said.metadata and with_metadata:
        shown["metadata"] = said.metadata
    return shown


async def _serve(port: int, channels: list[str], without: list[str]) -> None:
    fake = await FakeSlack().start(port)
    fake.scopes -= set(without)
    fake.person("U0TESTER", admin=True)
    for channel in channels:
        fake.room(channel, ["U0TESTER"])
    about = {"base_url": fake.base_url, "bot_token": fake.bot_token, "app_token": fake.app_token, "team": fake.team}
    sys.stdout.write(json.dumps(about) + "\n")
    sys.stdout.flush()
    done = asyncio.Event()
    for each in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(each, done.set)
    await done.wait()
    await fake.stop()


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--channel", action="append", default=[])
    options.add_argument("--without", action="append", default=[], help="a scope that the app does not have")
    chosen = options.parse_args()
    asyncio.run(_serve(chosen.port, chosen.channel or ["C0NEWS"], chosen.without))
