"""What ships as data, read once and handed on as values: outlets, companies, ambiguous names, word senses, feeds."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from importlib.resources import files

from bot.core.matching.names import Directory, Doubt, Meanings, parse_ambiguous, parse_companies, warning_for
from bot.core.matching.sense import Scorer, parse_weights
from bot.core.outlets import Outlets, parse_outlets
from bot.core.story import EventModel, read_model
from bot.core.wording import ENGLISH, say
from bot.sources.catalog import Catalog, parse_catalog


def _read(name: str) -> str:
    return (files("bot.data") / name).read_text(encoding="utf-8")


@dataclass(frozen=True)
class Knowledge:
    """The data files; each is read when it is first asked for."""

    @cached_property
    def outlets(self) -> Outlets:
        """Outlets by their domains."""
        return parse_outlets(_read("outlets.tsv"))

    @cached_property
    def companies(self) -> Directory:
        """Companies by all their names."""
        return parse_companies(_read("companies.tsv"))

    @cached_property
    def ambiguous(self) -> dict[str, Meanings]:
        """Names that mean other things as well."""
        return parse_ambiguous(_read("ambiguous.tsv"))

    @cached_property
    def scorer(self) -> Scorer:
        """Reads from the context whether a name means the organisation (`뜻:회사`)."""
        return Scorer(parse_weights(_read("sense.json")), self.companies, self.ambiguous)

    @cached_property
    def events(self) -> EventModel:
        """Judges whether two articles report the same event."""
        return read_model(json.loads(_read("events.json")))

    @cached_property
    def catalog(self) -> Catalog:
        """The built-in feeds."""
        return parse_catalog(_read("catalog.yaml"))

    def hint(self, term: str, language: str) -> str:
        """A word of advice for an ambiguous or very short name; empty for none."""
        warning = warning_for(term, self.ambiguous)
        if warning is None:
            return ""
        narrower = f" {'or' if language == ENGLISH else '또는'} ".join(warning.suggestions[:2])
        if warning.doubt is Doubt.MEANINGS and warning.meanings is not None:
            other = warning.meanings.english if language == ENGLISH else warning.meanings.korean
            return say("hint.meanings", language, name=warning.name, other=other, narrower=narrower)
        key = "hint.short_narrower" if narrower else "hint.short"
        return say(key, language, name=warning.name, narrower=narrower)

    def outlet_of(self) -> Callable[[str], str | None]:
        """The outlet's name by an address."""
        return self.outlets.name_for
