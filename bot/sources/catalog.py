"""The catalogue of feeds that can be switched on by outlet or section."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from urllib.parse import urlsplit

import yaml

from bot.core.errors import UserMistake

_MAX_CHARACTERS = 1_000_000  # ten times the catalogue that ships with the program
_FEED_KEYS = frozenset({"outlet", "section", "language", "url", "confirmed", "default"})
_LANGUAGE = re.compile(r"[a-z]{2}(-[A-Za-z]{2,4})?")
_ON = {"on": True, "true": True, "yes": True, "off": False, "false": False, "no": False}
_NULL = {"", "~", "null"}


@dataclass(frozen=True, slots=True)
class CatalogFeed:
    """One feed of the catalogue.

    Attributes:
        section: what of the outlet it carries, a Korean word such as 경제; 전체 for everything.
        language: of its articles, such as `ko`.
        confirmed: where its address was looked up (`owner/repo path`); None when nobody could confirm it.
        default: it belongs to the set that a new installation starts with.
    """

    outlet: str
    section: str
    language: str
    url: str
    confirmed: str | None
    default: bool


@dataclass(frozen=True, slots=True)
class Catalog:
    """All feeds, in the order of the file."""

    feeds: tuple[CatalogFeed, ...]

    @property
    def defaults(self) -> tuple[CatalogFeed, ...]:
        """What a new installation starts with."""
        return tuple(feed for feed in self.feeds if feed.default)

    @property
    def outlets(self) -> tuple[str, ...]:
        """Every outlet once, in the order of the file."""
        return tuple(dict.fromkeys(feed.outlet for feed in self.feeds))

    @property
    def sections(self) -> tuple[str, ...]:
        """Every section once, in the order of the file."""
        return tuple(dict.fromkeys(feed.section for feed in self.feeds))

    def select(self, names: Iterable[str]) -> tuple[CatalogFeed, ...]:
        """The feeds of every outlet, section, or outlet with section (`매일경제/전체`) that is named, each once.

        Raises:
            UserMistake: a name is none of these; the sentence tells the nearest one.
        """
        wanted = [self._named(name) for name in names]
        return tuple(feed for feed in self.feeds if any(feed in feeds for feeds in wanted))

    def _named(self, name: str) -> frozenset[CatalogFeed]:
        key = _folded(name)
        found = frozenset(feed for feed in self.feeds if key in _keys(feed))
        if found:
            return found
        near = get_close_matches(name.strip(), (*self.outlets, *self.sections), n=1, cutoff=0.5)
        if near:
            raise UserMistake("catalog.no_such.near", name=name, near=near[0])
        raise UserMistake("catalog.no_such", name=name)


def parse_catalog(text: str) -> Catalog:
    """Read the catalogue's YAML.

    Raises:
        UserMistake: it is not of that form; the sentence names the line.
    """
    document = _mapping(_compose(text), {"version", "evidence", "feeds"})
    evidence = dict(_evidence(document.get("evidence")))
    feeds: dict[str, CatalogFeed] = {}
    for node in _sequence(document.get("feeds")):
        feed = _feed(node, evidence)
        if feed.url in feeds:
            raise UserMistake("catalog.twice", line=_line(node), url=feed.url)
        feeds[feed.url] = feed
    return Catalog(tuple(feeds.values()))


def _compose(text: str) -> yaml.Node | None:
    """Nodes keep their lines, and unlike loading them, composing never multiplies aliases."""
    if len(text) > _MAX_CHARACTERS:
        raise UserMistake("catalog.too_big", characters=_MAX_CHARACTERS)
    try:
        return yaml.compose(text, Loader=yaml.SafeLoader)
    except yaml.MarkedYAMLError as error:
        raise UserMistake("catalog.not_yaml", line=error.problem_mark.line + 1 if error.problem_mark else 1) from error
    except (yaml.YAMLError, RecursionError) as error:  # a character that YAML forbids; brackets without end
        raise UserMistake("catalog.not_yaml", line=1) from error


def _evidence(node: yaml.Node | None) -> Iterator[tuple[str, str]]:
    if node is None:
        return
    for name, entry in _mapping(node).items():
        where = _mapping(entry).get("where")
        if where is None:
            raise UserMistake("catalog.missing", line=_line(entry), field="where")
        yield name, _scalar(where)


def _feed(node: yaml.Node, evidence: Mapping[str, str]) -> CatalogFeed:
    line = _line(node)
    cells = {key: _scalar(value) for key, value in _mapping(node, _FEED_KEYS).items()}
    for key in ("outlet", "section", "language", "url"):
        if not cells.get(key):
            raise UserMistake("catalog.missing", line=line, field=key)
    if not _LANGUAGE.fullmatch(cells["language"]):
        raise UserMistake("catalog.bad_value", line=line, field="language", value=cells["language"])
    if not _is_web_address(cells["url"]):
        raise UserMistake("catalog.bad_value", line=line, field="url", value=cells["url"])
    default = _ON.get(cells.get("default", "off").lower())
    if default is None:
        raise UserMistake("catalog.bad_value", line=line, field="default", value=cells["default"])
    name = cells.get("confirmed", "")
    confirmed = None if name.lower() in _NULL else evidence.get(name)
    if confirmed is None and name.lower() not in _NULL:
        raise UserMistake("catalog.bad_value", line=line, field="confirmed", value=name)
    if default and confirmed is None:
        raise UserMistake("catalog.unconfirmed", line=line, url=cells["url"])
    return CatalogFeed(cells["outlet"], cells["section"], cells["language"], cells["url"], confirmed, default)


def _mapping(node: yaml.Node | None, known: Iterable[str] = ()) -> dict[str, yaml.Node]:
    if not isinstance(node, yaml.MappingNode):
        raise UserMistake("catalog.form", line=_line(node))
    cells: dict[str, yaml.Node] = {}
    for key_node, value in node.value:
        key = _scalar(key_node)
        if known and key not in known:
            raise UserMistake("catalog.unknown", line=_line(key_node), field=key)
        cells[key] = value
    return cells


def _sequence(node: yaml.Node | None) -> list[yaml.Node]:
    if not isinstance(node, yaml.SequenceNode):
        raise UserMistake("catalog.form", line=_line(node))
    return list(node.value)


def _scalar(node: yaml.Node) -> str:
    if not isinstance(node, yaml.ScalarNode):
        raise UserMistake("catalog.form", line=_line(node))
    return str(node.value).strip()


def _line(node: yaml.Node | None) -> int:
    return 1 if node is None else node.start_mark.line + 1


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc and " " not in url


def _keys(feed: CatalogFeed) -> tuple[str, str, str]:
    outlet, section = _folded(feed.outlet), _folded(feed.section)
    return outlet, section, f"{outlet}/{section}"


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
