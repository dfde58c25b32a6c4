"""Values for tests: everything that a test does not care about has a default."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from bot.core.compose import Voice
from bot.core.matching import expression as expressions
from bot.core.matching.index import Index
from bot.core.matching.match import Matched, match
from bot.core.news import Article, ChannelRef, Pace, Platform, Scope, Source, Watch
from bot.core.plan import Audience
from bot.services.audience import names_of
from bot.services.lookup import text_of

NOW = datetime(2026, 11, 25, 3, 0, tzinfo=UTC)
HERE = ChannelRef(Platform.SLACK, "T1", "C1")
THERE = ChannelRef(Platform.DISCORD, "10", "20")


def an_article(title: str = "LG전자, 새 연구소 연다", **more: object) -> Article:
    name = str(more.pop("name", title))
    values: dict[str, object] = {
        "url": f"https://n.example/{name.encode().hex()[:40]}",
        "first_seen": NOW,
        "outlet": "가람경제",
        "keys": (name.encode(),),
        **more,
    }
    return Article(title=title, **values)  # type: ignore[arg-type]


def a_watch(expression: str = "LG전자", number: int = 1, **more: object) -> Watch:
    values: dict[str, object] = {
        "id": number,
        "channel": HERE,
        "since": NOW - timedelta(days=1),
        "number": number,
        "scope": Scope.ALL,
        "pace": Pace.INSTANT,
        **more,
    }
    return Watch(expression=expression, **values)  # type: ignore[arg-type]


def an_audience(*watches: Watch, voices: Mapping[ChannelRef, Voice] | None = None, revision: str = "") -> Audience:
    """The real matcher over these watches."""
    parsed = {watch.id: expressions.parse(watch.expression) for watch in watches}
    index = Index.build([(watch.id, parsed[watch.id], watch.scope is Scope.TITLE) for watch in watches])

    def find(article: Article) -> Matched:
        return match(index, text_of(article), explain=True)

    return Audience(
        find=find,
        watches=MappingProxyType({watch.id: watch for watch in watches}),
        names=MappingProxyType({watch_id: names_of(each) for watch_id, each in parsed.items()}),
        voices=voices or MappingProxyType({}),
        revision=revision,
    )


def a_source(url: str = "https://n.example/rss.xml", **more: object) -> Source:
    values: dict[str, object] = {"id": 1, "number": 1, "name": "가람경제", "baselined": True, **more}
    return Source(url=url, **values)  # type: ignore[arg-type]


def titles(articles: Iterable[Article]) -> list[str]:
    return [article.title for article in articles]
