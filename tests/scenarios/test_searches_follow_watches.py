"""A new watch is searched for by itself: the user adds no source."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from html import escape
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.fakes.site import Site, reply
from tests.scenarios.newsroom import CONSOLE, bot


@dataclass
class Search(Site):
    """A search service on loopback, as Naver and as Google News answer."""

    found: dict[str, list[tuple[str, str]]] = field(default_factory=dict)
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    async def __aenter__(self) -> "Search":
        self.pages = {"/robots.txt": reply(b"User-agent: *\nAllow: /\n")}
        await super().__aenter__()
        return self

    async def _answer(self, head: bytes, writer: object) -> None:
        path = head.decode("latin-1").split(" ")[1]
        parts = urlsplit(path)
        query = parse_qs(parts.query)
        if parts.path == "/v1/search/news.json":
            key = next(line for line in head.decode().split("\r\n") if line.lower().startswith("x-naver-client-id"))
            self.asked.append(("naver", query["query"][0], key.partition(": ")[2]))
            self.pages[path] = reply(self._naver(query["query"][0]), headers={"Content-Type": "application/json"})
        elif parts.path == "/rss/search":
            self.asked.append(("google", query["q"][0], ""))
            self.pages[path] = reply(self._google(query["q"][0]), headers={"Content-Type": "application/rss+xml"})
        await super()._answer(head, writer)

    def _naver(self, query: str) -> bytes:
        items = [
            {
                "title": escape(title).replace(query, f"<b>{query}</b>"),
                "originallink": self.url(f"/a/{name}"),
                "link": self.url(f"/copy/{name}"),
                "description": "",
                "pubDate": format_datetime(datetime.now(UTC)),
            }
            for name, title in self.found.get(query, [])
        ]
        return json.dumps({"items": items}).encode()

    def _google(self, query: str) -> bytes:
        items = "".join(
            f"<item><title>{escape(title)} - 가람경제</title><link>{self.url(f'/opaque/{name}')}</link>"
            f'<guid isPermaLink="false">{name}</guid><source url="https://n.example">가람경제</source></item>'
            for name, title in self.found.get(query, [])
        )
        return f'<?xml version="1.0"?><rss version="2.0"><channel><title>g</title>{items}</channel></rss>'.encode()

    async def until_asked(self, times: int) -> None:
        while len(self.asked) < times:
            await self.has_seen(len(self.seen) + 1)


@pytest.fixture
async def search() -> AsyncIterator[Search]:
    async with Search() as opened:
        opened.found = {"LG전자": [("old", "LG전자, 지난달 소식")]}
        yield opened


async def test_a_new_watch_is_searched_for_at_naver_and_its_old_articles_stay_silent(search, tmp_path):
    keys = {"naver_client_id": "n1", "naver_client_secret": "n2", "naver_api_url": search.url("/v1/search/news.json")}
    async with bot(tmp_path, **keys) as running:
        await running.say("구독 LG전자")
        await search.until_asked(1)
        search.found["LG전자"].insert(0, ("new", "LG전자, 새 연구소 연다"))
        told = await running.out.until(lambda told: "새 연구소" in told)
        listed = await running.say("출처 list")

    assert set(search.asked) == {("naver", "LG전자", "n1")}
    assert "지난달 소식" not in told
    assert "127.0.0.1" in told  # the outlet is the article's own, not the word that was searched for
    assert "네이버 뉴스 검색 1개" in listed
    assert f"오늘 {len(search.asked)}/25,000회" in listed


async def test_google_news_follows_when_its_address_is_set_and_its_opaque_links_are_not_read(search, tmp_path):
    async with bot(tmp_path, google_news_url=search.url("/rss/search")) as running:
        await running.say('구독 LG전자|"AI 연구소"')
        await search.until_asked(2)
        search.found['"AI 연구소"'] = [("new", "가람대, AI 연구소 문 연다")]
        told = await running.out.until(lambda told: "문 연다" in told)
        await running.say("해지 1", CONSOLE)
        await running.say("구독 기아")
        await search.until_asked(len(search.asked) + 1)

    assert {query for _, query, _ in search.asked[:2]} == {"LG전자", '"AI 연구소"'}
    assert "가람경제" in told
    assert not [path for path in search.paths() if path.startswith("/opaque")]


async def test_with_own_sources_and_no_keys_nobody_is_asked(search, tmp_path):
    async with bot(tmp_path) as running:
        await running.say("구독 LG전자")
        await running.app.polling.poll_due()

        assert await running.app.store.sources.searches(["naver", "google_news"]) == ()
    assert search.seen == []
