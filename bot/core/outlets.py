"""Which outlet a web address belongs to, and under which domains an outlet publishes."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from bot.core.wording import ENGLISH, KOREAN


@dataclass(frozen=True, slots=True)
class Outlets:
    """The outlets that are known by their domain.

    Attributes:
        names: domain → (Korean name, English name or empty).
    """

    names: Mapping[str, tuple[str, str]]

    def name_for(self, url: str, language: str = KOREAN) -> str | None:
        """The outlet of an address, by the longest listed ending of its host; None when nobody is listed.

        The Korean name also in English, where no English one is known.
        """
        labels = _host(url).split(".")
        for start in range(len(labels)):
            found = self.names.get(".".join(labels[start:]))
            if found is not None:
                return found[1] or found[0] if language == ENGLISH else found[0]
        return None

    def domains_for(self, name: str) -> tuple[str, ...]:
        """Every domain of the outlet with this name, Korean or English, however spaced and cased."""
        wanted = _folded(name)
        return tuple(domain for domain, names in self.names.items() if wanted and wanted in map(_folded, names))


def parse_outlets(text: str) -> Outlets:
    """Read lines of domain, name and perhaps English name, parted by tabs; `#` begins a comment line.

    Raises:
        ValueError: a line is not of that form, or a domain stands there twice. The table ships with the program,
            so this is a mistake of ours.
    """
    names: dict[str, tuple[str, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.strip() or line.startswith("#"):
            continue
        domain, *named = (cell.strip() for cell in line.split("\t"))
        if not domain or len(named) not in {1, 2} or not named[0]:
            raise ValueError(f"line {number} is no outlet: {line!r}")
        if domain in names:
            raise ValueError(f"line {number}: {domain} stands there already")
        names[domain] = (named[0], named[1] if len(named) > 1 else "")
    return Outlets(names)


def _host(url: str) -> str:
    try:
        return (urlsplit(url if "//" in url else f"//{url}").hostname or "").rstrip(".")
    except ValueError:  # such as a bracket that never closes
        return ""


def _folded(name: str) -> str:
    return "".join(name.casefold().split())
