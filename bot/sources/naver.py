"""Naver news search: the newest 100 articles for a keyword."""

from datetime import datetime

from bot.core.errors import TryLater, UserMistake
from bot.core.news import Source
from bot.core.text import host_of, plain_title
from bot.sources.asking import Access, endpoint, query_of
from bot.sources.charset import decode
from bot.sources.dates import read_date
from bot.sources.exchange import Answer, Request
from bot.sources.jsonfeed import listed, load_json, text_of
from bot.sources.reading import Entry, Feed
from bot.sources.xmlfeed import absolute

DISPLAY = "100"  # at most (developers.naver.com/docs/serviceapi/search/news/news.md)
CALLS_A_DAY = 25_000  # of one client id (the same page)
DAY_ZONE = "Asia/Seoul"  # where that day begins at midnight


def request(source: Source, access: Access, now: datetime) -> Request:  # noqa: ARG001 -- every kind asks like this
    """Ask for the newest articles on the source's keyword."""
    url = endpoint(
        access.naver_url, "/v1/search/news.json", query=query_of(source), display=DISPLAY, start="1", sort="date"
    )
    return Request(url, headers={"X-Naver-Client-Id": access.naver_id, "X-Naver-Client-Secret": access.naver_secret})


def parse(source: Source, answer: Answer) -> Feed:
    """The articles; the outlet's own address is the link, Naver's copy is kept beside it.

    Raises:
        TryLater: Naver answered with an error.
        UserMistake: the answer is none of Naver's.
    """
    value = load_json(decode(answer.body, answer.charset)[0])
    if text_of(value, "errorCode"):
        raise TryLater("naver.refused", reason=text_of(value, "errorMessage")[:200])
    if not isinstance(value, dict) or not isinstance(value.get("items"), list):
        raise UserMistake("feed.not_a_feed")
    entries = []
    for item in listed(value, "items"):
        original, copy = (absolute(text_of(item, name), answer.url) for name in ("originallink", "link"))
        link = original or copy
        entries.append(
            Entry(
                # `<b>` marks the keyword and has no width: 주<b>식</b>형 is one word.
                title=plain_title(text_of(item, "title")) or None,
                link=link,
                id=link,
                published=read_date(text_of(item, "pubDate"), source.zone, guess=False),
                summary=text_of(item, "description") or None,
                outlet_url=f"https://{host_of(original)}" if original else None,
                copy=copy if copy != link else None,
            )
        )
    return Feed(kind="naver", title=query_of(source), language="ko", entries=tuple(entries))
