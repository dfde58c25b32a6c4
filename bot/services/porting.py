"""`sosik export` and `sosik import`: channels, watches, digests and sources as YAML (contract §4)."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import yaml

from bot.adapters.store import Store
from bot.adapters.store.porting import Changes, PortedChannel, PortedSource, PortedWatch
from bot.core import timing
from bot.core.addresses import MAX_URL_CHARACTERS
from bot.core.commands import DAYS, PACES, SCOPES, Choice
from bot.core.errors import UserMistake
from bot.core.matching import expression as expressions
from bot.core.news import ChannelRef, Pace, Scope
from bot.core.wording import say
from bot.services.digest import next_run

VERSION = 1
MAX_CHARACTERS = 100_000_000  # 20,000 watches are some 2 MB
MOST_TIMES = 6
_DOCUMENT = ("version", "channels", "sources")
_CHANNEL = ("channel", "digest", "watches")
_DIGEST = ("times", "days", "timezone")
_WATCH = ("expression", "scope", "delivery")
_SOURCE = ("url", "name", "state")
_STATES = ("active", "paused")
_NULL = {"", "~", "null"}

# libyaml where the wheel has it: ten times as fast, the same nodes and lines.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_Dumper: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)


@dataclass(frozen=True, slots=True)
class Document:
    """What a file says."""

    channels: tuple[PortedChannel, ...] = ()
    sources: tuple[PortedSource, ...] = ()


async def export_text(store: Store) -> str:
    """Everything that people set up, as a file that `read` takes."""
    channels, sources = await store.porting.everything()
    document = {
        "version": VERSION,
        "channels": [_channel_out(each) for each in channels],
        "sources": [{"url": each.url, "name": each.name, "state": each.state} for each in sources],
    }
    text: str = yaml.dump(
        document,
        Dumper=_Dumper,
        allow_unicode=True,
        sort_keys=False,
        width=10_000,
        default_flow_style=None,
    )
    return text


async def import_document(store: Store, document: Document, *, zone: str, who: str, dry_run: bool) -> Changes:
    """Bring the store to what the document says; what it does not name stays.

    Args:
        zone: of dates that a source gives without one.
        dry_run: change nothing, tell what would change.
    """
    return await store.porting.apply(
        document.channels, document.sources, zone=zone, who=who, dry_run=dry_run, next_run=next_run
    )


def told(changes: Changes, language: str, *, dry_run: bool) -> Iterator[str]:
    """What an import changed or would change, line by line; the last line sums it up."""
    if dry_run:
        for mark, names in (("+", changes.added), ("~", changes.changed)):
            yield from (f"{mark} {name}" for name in names)
    key = "port.would" if dry_run else "port.done"
    yield say(key, language, added=len(changes.added), changed=len(changes.changed), same=changes.same)


def read(text: str, language: str) -> Document:
    """Read a file.

    Args:
        language: of mistakes inside expressions, which are told in the sentence.

    Raises:
        UserMistake: it is not of contract §4; the sentence names the line.
    """
    reader = _Reader(language)
    cells = reader.mapping(_compose(text), _DOCUMENT)
    version = reader.text(cells.get("version"), str(VERSION))
    if version != str(VERSION):
        raise UserMistake("port.version", line=_line(cells.get("version")), version=version)
    channels = _merged(reader.channel(node) for node in reader.sequence(cells.get("channels")))
    sources = {each.url: each for each in map(reader.source, reader.sequence(cells.get("sources")))}
    return Document(tuple(channels), tuple(sources.values()))


@dataclass(slots=True)
class _Reader:
    """Takes nodes apart; they know their lines, and composing never multiplies aliases."""

    language: str
    _seen: set[int] = field(default_factory=set)

    def channel(self, node: yaml.Node) -> PortedChannel:
        cells = self.mapping(node, _CHANNEL)
        ref = self._at(cells.get("channel") or node, lambda: ChannelRef.parse(self.text(cells.get("channel"))))
        watches = {each.key: each for each in map(self.watch, self.sequence(cells.get("watches")))}
        named = cells.get("digest")
        return PortedChannel(ref, tuple(watches.values()), self.digest(named), sets_digest=named is not None)

    def digest(self, node: yaml.Node | None) -> dict[str, Any] | None:
        if node is None or _is_null(node):
            return None
        cells = self.mapping(node, _DIGEST)
        times = sorted({self._time(each) for each in self.sequence(cells.get("times"))})
        if not 0 < len(times) <= MOST_TIMES:
            raise UserMistake("port.value", line=_line(node), field="times", value=", ".join(times))
        days = self.choice(cells.get("days"), DAYS, "weekdays", "days")
        named = cells.get("timezone")
        zone = self.text(named, "Asia/Seoul")
        return {"times": times, "days": days, "timezone": self._at(named, lambda: timing.zone_of(zone).key)}

    def watch(self, node: yaml.Node) -> PortedWatch:
        cells = self.mapping(node, _WATCH)
        written = self.text(cells.get("expression"))
        wanted = self._at(cells.get("expression") or node, lambda: expressions.parse(written))
        scope = self.choice(cells.get("scope"), SCOPES, Scope.ALL, "scope")
        pace = self.choice(cells.get("delivery"), PACES, Pace.INSTANT, "delivery")
        return PortedWatch(written, str(wanted), Scope(scope), Pace(pace))

    def source(self, node: yaml.Node) -> PortedSource:
        cells = self.mapping(node, _SOURCE)
        url = self.text(cells.get("url"))
        if not url.lower().startswith(("http://", "https://")) or " " in url or len(url) > MAX_URL_CHARACTERS:
            raise UserMistake("port.value", line=_line(cells.get("url") or node), field="url", value=url[:100])
        state = self.text(cells.get("state"), "active")
        if state not in _STATES:
            raise UserMistake("port.value", line=_line(cells.get("state")), field="state", value=state)
        return PortedSource(url, self.text(cells.get("name")), state)

    def choice(self, node: yaml.Node | None, choices: Sequence[Choice], default: str, name: str) -> str:
        value = self.text(node, default)
        if value not in {each.value for each in choices}:
            raise UserMistake("port.value", line=_line(node), field=name, value=value)
        return value

    def mapping(self, node: yaml.Node | None, known: Sequence[str]) -> dict[str, yaml.Node]:
        if not isinstance(node, yaml.MappingNode):
            raise UserMistake("port.form", line=_line(node))
        self._once(node)
        cells: dict[str, yaml.Node] = {}
        for key_node, value in node.value:
            key = self.text(key_node)
            if key not in known:
                raise UserMistake("port.unknown", line=_line(key_node), field=key, known=", ".join(known))
            if key in cells:
                raise UserMistake("port.twice", line=_line(key_node), field=key)
            cells[key] = value
        return cells

    def sequence(self, node: yaml.Node | None) -> list[yaml.Node]:
        if node is None or _is_null(node):
            return []
        if not isinstance(node, yaml.SequenceNode):
            raise UserMistake("port.form", line=_line(node))
        self._once(node)
        return list(node.value)

    def text(self, node: yaml.Node | None, default: str = "") -> str:
        """The words as written: `07:30` without quotes is no number here."""
        if node is None:
            return default
        if not isinstance(node, yaml.ScalarNode):
            raise UserMistake("port.form", line=_line(node))
        return default if _is_null(node) else str(node.value).strip()

    def _time(self, node: yaml.Node) -> str:
        value = self.text(node)
        try:
            return f"{timing.clock_time(value):%H:%M}"
        except ValueError as error:
            raise UserMistake("port.value", line=_line(node), field="times", value=value) from error

    def _at(self, node: yaml.Node | None, act: Any) -> Any:  # noqa: ANN401 - what `act` gives
        try:
            return act()
        except UserMistake as mistake:
            sentence = say(mistake.key, self.language, **mistake.values)
            raise UserMistake("watch.line", line=_line(node), mistake=sentence) from mistake

    def _once(self, node: yaml.Node) -> None:
        """An alias shows a node again: ten lines of them can stand for a billion."""
        if id(node) in self._seen:
            raise UserMistake("port.alias", line=_line(node))
        self._seen.add(id(node))


def _compose(text: str) -> yaml.Node | None:
    if len(text) > MAX_CHARACTERS:
        raise UserMistake("port.too_big", characters=MAX_CHARACTERS)
    try:
        return yaml.compose(text, Loader=_Loader)
    except yaml.MarkedYAMLError as error:
        raise UserMistake("port.not_yaml", line=error.problem_mark.line + 1 if error.problem_mark else 1) from error
    except (yaml.YAMLError, RecursionError, UnicodeError) as error:  # a sign that YAML forbids; brackets without end
        raise UserMistake("port.not_yaml", line=1) from error


def _merged(channels: Iterable[PortedChannel]) -> Iterator[PortedChannel]:
    """A channel that is named twice is one channel with the watches of both."""
    kept: dict[ChannelRef, PortedChannel] = {}
    for each in channels:
        before = kept.get(each.ref)
        if before is not None:
            watches = {watch.key: watch for watch in (*before.watches, *each.watches)}
            digest = each.digest if each.sets_digest else before.digest
            sets = each.sets_digest or before.sets_digest
            each = PortedChannel(each.ref, tuple(watches.values()), digest, sets_digest=sets)  # noqa: PLW2901
        kept[each.ref] = each
    yield from kept.values()


def _channel_out(channel: PortedChannel) -> dict[str, Any]:
    out: dict[str, Any] = {"channel": str(channel.ref)}
    if channel.digest is not None:
        out["digest"] = {name: channel.digest[name] for name in _DIGEST if name in channel.digest}
    out["watches"] = [
        {"expression": watch.expression, "scope": str(watch.scope), "delivery": str(watch.pace)}
        for watch in channel.watches
    ]
    return out


def _is_null(node: yaml.Node) -> bool:
    plain = isinstance(node, yaml.ScalarNode) and not node.style
    return plain and str(node.value).strip().lower() in _NULL


def _line(node: yaml.Node | None) -> int:
    return 1 if node is None else node.start_mark.line + 1
