"""What people can ask for: the table of commands and the text grammar of contract §6.

One table serves every surface: Slack and the console parse text (`parse`), Discord builds its slash commands from it,
the service runs what comes out, help and the parity test read it.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from types import MappingProxyType

from rapidfuzz import process
from rapidfuzz.distance import DamerauLevenshtein

from bot.core.errors import UserMistake
from bot.core.news import ChannelRef


class Standing(IntEnum):
    """What somebody is to a channel; each may do what the ones before may (design/commands.md §2)."""

    GUEST = 0  # looks up only
    READER = 1  # a member who can read the channel
    MANAGER = 2  # changes this channel's watches, mutes, digest
    ADMIN = 3  # changes the workspace's sources and settings
    OPERATOR = 4  # runs the bot


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and from where.

    Attributes:
        user: the platform's id of the person; `operator` for the command line.
        name: how the platform writes a person in a message, such as `<@U1>`; plain on the console.
        language: of the person where the platform tells it; None: the workspace's.
        zone: IANA zone of the person where the platform tells it.
        interaction: the platform's id of this very request, so that a request delivered twice acts once; may be empty.
    """

    channel: ChannelRef
    user: str
    name: str = ""
    language: str | None = None
    zone: str | None = None
    interaction: str = ""


@dataclass(frozen=True, slots=True)
class Invocation:
    """A command and its arguments, by the names in the command's `options`; absent ones are absent."""

    name: str
    arguments: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))

    def get(self, option: str) -> str:
        """The argument, or an empty text."""
        return self.arguments.get(option, "")


@dataclass(frozen=True, slots=True)
class Choice:
    """A fixed value of an option: what is passed on, and its words in Korean and English."""

    value: str
    korean: str
    english: str


@dataclass(frozen=True, slots=True)
class CommandOption:
    """One argument of a command.

    Attributes:
        kind: `text`, `watch` (an id), `source` (an id), `channel` (a channel of the same workspace), `role`, `days`,
            `flag`. Discord shows each in its own way; in text all are words.
        suggests: autocomplete: `expression`, `watch`, `source`, `zone`, `outlet`; empty for none.
    """

    name: str
    kind: str = "text"
    required: bool = False
    choices: tuple[Choice, ...] = ()
    suggests: str = ""


@dataclass(frozen=True, slots=True)
class Command:
    """One thing a person can ask for.

    Attributes:
        name: `group.verb`; on Discord `/group verb`.
        words: how text says it: Korean and English; both always work. Several words mean a sub-command (`요약 지금`).
        needs: the least standing that may run it; re-checked in code on every call.
        asks_network: its answer waits for other servers, so Discord defers it.
        changes: it writes.
    """

    name: str
    words: tuple[str, ...]
    needs: Standing = Standing.GUEST
    options: tuple[CommandOption, ...] = ()
    asks_network: bool = False
    changes: bool = False

    @property
    def group(self) -> str:
        """The part of the name before the dot."""
        return self.name.partition(".")[0]

    @property
    def verb(self) -> str:
        """The part of the name after the dot."""
        return self.name.partition(".")[2]


SCOPES = (Choice("all", "전체", "all"), Choice("title", "제목", "title"))
PACES = (Choice("instant", "즉시", "instant"), Choice("digest", "요약", "digest"), Choice("both", "둘다", "both"))
SPANS = (Choice("1h", "1시간", "1h"), Choice("today", "오늘", "today"), Choice("1w", "1주", "1w"))
DAYS = (Choice("daily", "매일", "daily"), Choice("weekdays", "평일", "weekdays"))
LANGUAGES = (Choice("ko", "한국어", "Korean"), Choice("en", "영어", "English"))
TOPICS = (
    Choice("watch", "구독", "watch"),
    Choice("grammar", "문법", "grammar"),
    Choice("digest", "요약", "digest"),
    Choice("source", "출처", "source"),
    Choice("mute", "음소거", "mute"),
)
ALL_WATCHES = ("전체", "all")

_EXPRESSION = CommandOption("expression", required=True, suggests="expression")
_WATCH = CommandOption("watch", "watch", required=True, suggests="watch")
_SOURCE = CommandOption("source", "source", required=True, suggests="source")
_HERE = CommandOption("channel", "channel")

COMMANDS: tuple[Command, ...] = (
    Command(
        "watch.add",
        ("구독", "watch"),
        Standing.MANAGER,
        (
            _EXPRESSION,
            _HERE,
            CommandOption("scope", choices=SCOPES),
            CommandOption("delivery", choices=PACES),
            CommandOption("mention", "role"),
        ),
        changes=True,
    ),
    Command("watch.list", ("목록", "list"), Standing.READER, (CommandOption("all", "flag"), _HERE)),
    Command(
        "watch.edit",
        ("수정", "edit"),
        Standing.MANAGER,
        (
            _WATCH,
            CommandOption("expression", suggests="expression"),
            CommandOption("scope", choices=SCOPES),
            CommandOption("delivery", choices=PACES),
            CommandOption("mention", "role"),
        ),
        changes=True,
    ),
    Command("watch.remove", ("해지", "unwatch"), Standing.MANAGER, (_WATCH,), changes=True),
    Command(
        "watch.mute",
        ("음소거", "mute"),
        Standing.MANAGER,
        (_WATCH, CommandOption("for", choices=SPANS)),
        changes=True,
    ),
    Command("watch.unmute", ("음소거해제", "unmute"), Standing.MANAGER, (_WATCH,), changes=True),
    Command("watch.test", ("테스트", "test"), Standing.READER, (_WATCH, CommandOption("url")), asks_network=True),
    Command("news.latest", ("최근", "latest"), Standing.READER, (_WATCH,)),
    Command("news.me", ("나만", "me"), Standing.READER, (_EXPRESSION,), changes=True),
    Command(
        "news.search",
        ("검색", "search"),
        Standing.GUEST,
        (
            _EXPRESSION,
            CommandOption("days", "days"),
            CommandOption("outlet", suggests="outlet"),
            CommandOption("share", "flag"),
        ),
    ),
    Command("news.trend", ("추이", "trend"), Standing.GUEST, (_EXPRESSION, CommandOption("days", "days"))),
    Command("digest.now", ("요약 지금", "digest now"), Standing.GUEST, (_HERE,)),
    Command("digest.off", ("요약 끄기", "digest off"), Standing.MANAGER, (_HERE,), changes=True),
    Command("digest.show", ("요약 보기", "digest show"), Standing.GUEST, (_HERE,)),
    Command(
        "digest.set",
        ("요약", "digest"),
        Standing.MANAGER,
        (
            CommandOption("times", required=True),
            CommandOption("days", choices=DAYS),
            CommandOption("timezone", suggests="zone"),
            _HERE,
        ),
        changes=True,
    ),
    Command(
        "source.add",
        ("출처 추가", "출처 add", "source add"),
        Standing.ADMIN,
        (CommandOption("url", required=True), CommandOption("name")),
        asks_network=True,
        changes=True,
    ),
    Command("source.list", ("출처 목록", "출처 list", "source list"), Standing.READER, ()),
    Command("source.pause", ("출처 쉼", "출처 pause", "source pause"), Standing.ADMIN, (_SOURCE,), changes=True),
    Command("source.resume", ("출처 재개", "출처 resume", "source resume"), Standing.ADMIN, (_SOURCE,), changes=True),
    Command("source.remove", ("출처 삭제", "출처 remove", "source remove"), Standing.ADMIN, (_SOURCE,), changes=True),
    Command(
        "source.check",
        ("출처 확인", "출처 check", "source check"),
        Standing.READER,
        (_SOURCE,),
        asks_network=True,
    ),
    Command(
        "news.settings",
        ("설정", "settings"),
        Standing.GUEST,
        (
            CommandOption("language", choices=LANGUAGES),
            CommandOption("quiet"),
            CommandOption("managers"),
        ),
        changes=True,
    ),
    Command("news.status", ("상태", "status"), Standing.READER, ()),
    Command("news.help", ("도움말", "help"), Standing.GUEST, (CommandOption("topic", choices=TOPICS),)),
)

BY_NAME: Mapping[str, Command] = MappingProxyType({command.name: command for command in COMMANDS})

_BY_WORDS = {words: command.name for command in COMMANDS for words in command.words}
_SUGGESTION_DISTANCE = 2  # edits: 구둑 → 구독, sarch → search; more is a guess
_FULL_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20}
_WORD = re.compile(r"\S+")
_PERIOD = re.compile(r"(\d{1,3})\s*(?:일|d|days?)", re.IGNORECASE)


def parse(text: str) -> Invocation:
    """Read a line of chat, such as `구독 LG전자` or `digest 07:30 평일`.

    An empty line is `news.help`. Extra blanks and full-width letters in the command words are fine; the rest of the
    line is left as written.

    Raises:
        UserMistake: `command.unknown` with the nearest command as `suggestion` (empty when none is near), or a word
            that the command needs is missing.
    """
    line = text.strip().lstrip("/").strip()
    if not line:
        return Invocation("news.help")
    for count in (2, 1):
        words, rest = _take(line, count)
        name = _BY_WORDS.get(words)
        if name is not None:
            return _read(name, rest)
    word, rest = _take(line, 1)
    if word in {"출처", "source"}:
        raise UserMistake("command.source_verb")
    raise UserMistake("command.unknown", word=word, suggestion=nearest(word))


def nearest(word: str) -> str:
    """The command word that `word` may have meant, or an empty text."""
    firsts = sorted({words.split()[0] for words in _BY_WORDS})
    found = process.extractOne(
        word, firsts, scorer=DamerauLevenshtein.distance, score_cutoff=min(_SUGGESTION_DISTANCE, max(1, len(word) - 1))
    )
    return str(found[0]) if found else ""


def number(text: str) -> int:
    """A watch or source number: `12` or `#12`.

    Raises:
        UserMistake: it is no number.
    """
    digits = text.strip().translate(_FULL_WIDTH).lstrip("#")
    if not digits.isdecimal() or len(digits) > 9:
        raise UserMistake("command.number", text=text.strip())
    return int(digits)


def _take(line: str, count: int) -> tuple[str, str]:
    """The first `count` words, folded, and the rest as written."""
    found = list(_WORD.finditer(line))[:count]
    if len(found) < count:
        return "", line
    words = " ".join(each[0].translate(_FULL_WIDTH).lower() for each in found)
    return words, line[found[-1].end() :].strip()


def _read(name: str, rest: str) -> Invocation:
    if name == "digest.set" and not rest:
        return Invocation("digest.show")
    match name:
        case "watch.list":
            arguments = {"all": "yes"} if rest.lower() in ALL_WATCHES else {}
        case "watch.edit":
            arguments = _edit(rest)
        case "watch.mute":
            watch, _, span = rest.partition(" ")
            arguments = {"watch": watch, "for": _value(span.strip(), SPANS)}
        case "watch.test":
            watch, _, url = rest.partition(" ")
            arguments = {"watch": watch, "url": url.strip().strip("<>")}
        case "news.search" | "news.trend":
            arguments = _period(rest)
        case "digest.set":
            arguments = _schedule(rest)
        case "source.add":
            url, _, title = rest.partition(" ")
            arguments = {"url": _bare_url(url), "name": title.strip()}
        case "news.settings":
            arguments = _settings(rest)
        case "news.help":
            arguments = {"topic": _value(rest, TOPICS)}
        case _:
            first = next((option.name for option in BY_NAME[name].options), "")
            arguments = {first: rest} if first else {}
    return Invocation(name, MappingProxyType({key: value for key, value in arguments.items() if value}))


def _edit(rest: str) -> dict[str, str]:
    watch, _, change = rest.partition(" ")
    word, _, value = change.strip().partition(" ")
    match word:
        case "범위" | "scope":
            return {"watch": watch, "scope": _value(value.strip(), SCOPES)}
        case "전달" | "delivery":
            return {"watch": watch, "delivery": _value(value.strip(), PACES)}
        case "멘션" | "mention":
            return {"watch": watch, "mention": value.strip()}
        case _:
            return {"watch": watch, "expression": change.strip()}


def _period(rest: str) -> dict[str, str]:
    """`LG전자 7일` → the expression and the days; a last word that is no period belongs to the expression."""
    head, _, last = rest.rpartition(" ")
    found = _PERIOD.fullmatch(last.translate(_FULL_WIDTH)) if head else None
    return {"expression": head.strip(), "days": found[1]} if found else {"expression": rest}


def _schedule(rest: str) -> dict[str, str]:
    arguments = {"times": "", "days": "", "timezone": ""}
    for word in rest.replace(", ", ",").split():
        days = _value(word, DAYS)
        if days in {choice.value for choice in DAYS}:
            arguments["days"] = days
        elif word[0].isdigit() or "：" in word:
            arguments["times"] = ",".join(filter(None, (arguments["times"], word.translate(_FULL_WIDTH))))
        else:
            arguments["timezone"] = word
    if not arguments["times"]:
        arguments["times"] = rest  # the command says how a time is written
    return arguments


def _settings(rest: str) -> dict[str, str]:
    word, _, value = rest.partition(" ")
    value = value.strip()
    match word:
        case "":
            return {}
        case "언어" | "language":
            return {"language": _value(value, LANGUAGES)}
        case "조용한시간" | "quiet":
            return {"quiet": value}
        case "관리자" | "managers":
            return {"managers": value}
        case _:
            raise UserMistake("command.setting", word=word)


def _value(word: str, choices: tuple[Choice, ...]) -> str:
    """The choice's value for its Korean or English word; any other word as it is, for the command to refuse."""
    folded = word.strip().lower()
    return next((each.value for each in choices if folded in {each.value, each.korean, each.english.lower()}), word)


def _bare_url(text: str) -> str:
    """Slack writes addresses as `<https://a.example|a.example>`."""
    return text.strip("<>").partition("|")[0]
