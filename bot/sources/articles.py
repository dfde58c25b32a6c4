"""What a reading's entries are as articles: plain text, absolute addresses, identities, tags."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot.core.news import Article, Source
from bot.core.text import Named, clean, clean_paragraphs, host_of, identities, plain
from bot.sources.asking import is_search
from bot.sources.dates import plausible
from bot.sources.marks import tags_of
from bot.sources.reading import Entry

FULL_TEXT_CHARS = 300  # an entry's own content of this length is the article; shorter ones are teasers


def articles_of(
    source: Source, entries: Sequence[Entry], *, outlet_of: Callable[[str], str | None], feed_title: str, now: datetime
) -> tuple[Article, ...]:
    """The articles of one reading, in its order; entries without a title or an address are left out.

    Args:
        outlet_of: the outlet's name by an address.
        feed_title: names the outlet where nothing else does.
    """
    usable = [entry for entry in entries if entry.link and (entry.title or entry.summary)]
    texts = [(plain(entry.summary or ""), _body(entry)) for entry in usable]
    titles = [entry.title or summary[:80] for entry, (summary, _) in zip(usable, texts, strict=True)]
    outlets = [_outlet(entry, source, outlet_of, feed_title) for entry in usable]
    scope = host_of(source.url)
    named = [
        Named(scope=scope, title=title, guid=entry.id or "", url=entry.link or "", outlet=outlet, summary=summary)
        for entry, title, outlet, (summary, _) in zip(usable, titles, outlets, texts, strict=True)
    ]
    return tuple(
        Article(
            title=title,
            url=entry.link or "",
            first_seen=now,
            source_id=source.id,
            workspace=source.workspace,
            summary=summary or (body[:FULL_TEXT_CHARS] if body else ""),
            body=body,
            outlet=outlet,
            author=entry.author or "",
            published=plausible(entry.published, now),
            keys=keys,
            tags=tags_of(title),
        )
        for entry, title, outlet, (summary, body), keys in zip(
            usable, titles, outlets, texts, identities(named), strict=True
        )
    )


def _body(entry: Entry) -> str:
    """The entry's own full text; empty when it carries a teaser only."""
    text = clean_paragraphs(plain(entry.content or ""))
    return text if len(text) >= FULL_TEXT_CHARS else ""


def _outlet(entry: Entry, source: Source, outlet_of: Callable[[str], str | None], feed_title: str) -> str:
    if is_search(source):  # its name and title are the words that it searches for
        home = entry.outlet_url or entry.link or ""
        return clean(entry.outlet or outlet_of(home) or host_of(home))
    said = entry.outlet or outlet_of(entry.link or "") or outlet_of(source.url)
    return clean(said or source.name or feed_title or host_of(entry.link or ""))
