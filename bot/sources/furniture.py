"""What a host repeats on page after page is furniture: a memory of paragraphs and link texts, and its use. Pure."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from bot.core.text import title_key
from bot.sources.extract import Page

PAGES = 3  # on so many other pages of a host a text must have stood (facts/ingestion.md §6.1)
REMEMBERED = 4_000  # texts of one host, about 200 KB; the oldest go first


@dataclass(frozen=True, slots=True)
class Memory:
    """Of one host: the hash of each text, with the hashes of the first pages it stood on.

    A page is known by its title, so an article that appears under several addresses counts once.
    """

    stood_on: Mapping[int, tuple[int, ...]] = field(default_factory=dict)


def remember(memory: Memory, page: Page) -> Memory:
    """The memory with this page in it."""
    name = _hashed(title_key(page.title or "") or page.url)
    stood_on = dict(memory.stood_on)
    for key in {_hashed(text) for text in (*_paragraphs(page), *page.link_texts)}:
        pages = stood_on.pop(key, ())
        stood_on[key] = pages if name in pages or len(pages) > PAGES else (*pages, name)
    while len(stood_on) > REMEMBERED:
        stood_on.pop(next(iter(stood_on)))
    return Memory(stood_on)


def without_furniture(page: Page, memory: Memory) -> Page:
    """The page without paragraphs that stood on at least three other pages of its host."""
    if page.text is None:
        return page
    name = _hashed(title_key(page.title or "") or page.url)
    kept = [text for text in _paragraphs(page) if len(set(memory.stood_on.get(_hashed(text), ())) - {name}) < PAGES]
    return replace(page, text="\n".join(kept) or None)


def _paragraphs(page: Page) -> list[str]:
    return page.text.split("\n") if page.text else []


def _hashed(text: str) -> int:
    return int.from_bytes(hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).digest(), "big")
