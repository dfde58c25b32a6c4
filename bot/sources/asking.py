"""What the kinds of sources share when they ask: addresses of search services, keys, query sources."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import quote, urlencode, urlsplit

from bot.core.errors import GiveUp
from bot.core.news import Source
from bot.core.text import clean

QUERY_CHARS = 100  # of one search; longer ones find nothing

# The services' own addresses; settings replace them (contract §3).
NAVER_URL = "https://openapi.naver.com"  # developers.naver.com/docs/serviceapi/search/news/news.md
GOOGLE_NEWS_URL = "https://news.google.com"
HACKERNEWS_URL = "https://hn.algolia.com"  # hn.algolia.com/api
GDELT_URL = "https://api.gdeltproject.org"  # blog.gdeltproject.org/gdelt-doc-2-0-api-debuts


@dataclass(frozen=True, slots=True)
class Access:
    """What the operator gave: keys, and other bases for the search services."""

    naver_id: str = ""
    naver_secret: str = field(default="", repr=False)
    naver_url: str = NAVER_URL
    google_news_url: str = GOOGLE_NEWS_URL
    hackernews_url: str = HACKERNEWS_URL
    gdelt_url: str = GDELT_URL


def endpoint(base: str, path: str, **parameters: str) -> str:
    """The address of a service. A base may stop anywhere in the service's own path, or name another one whole."""
    given = urlsplit(base).path.rstrip("/")
    whole = base.rstrip("/") + (path.removeprefix(given) if path.startswith(given) else "")
    return f"{whole}?{urlencode(parameters, quote_via=quote)}"


def query_source(kind: str, query: str) -> str:
    """The `Source.url` of a query source."""
    return f"{kind}:{clean(query)[:QUERY_CHARS]}"


def is_search(source: Source) -> bool:
    """Whether it is a query source."""
    return source.url.startswith(f"{source.kind}:")


def query_of(source: Source) -> str:
    """What a query source searches for.

    Raises:
        GiveUp: it searches for nothing.
    """
    query = clean(source.url.removeprefix(source.kind + ":"))
    if not query:
        raise GiveUp("source.no_query")
    return query


def query_for(terms: Iterable[str]) -> tuple[str, ...]:
    """The searches that find what a watch's terms (as written: `LG전자`, `"AI 연구소"`, `삼성*`, `=KT`) name.

    One search each, phrases in quotes. What search engines do not know (`*`, `=`) is left off: the matcher decides in
    the end, a search only has to find enough.
    """
    searches = []
    for term in terms:
        text = clean(term).lstrip("=").rstrip("*").replace('"', "").strip()[:QUERY_CHARS]
        if text:
            searches.append(f'"{text}"' if " " in text else text)
    return tuple({search.casefold(): search for search in reversed(searches)}.values())[::-1]
