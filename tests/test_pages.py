"""The pages in a real browser, and the demo that stays up with them."""

import re
from datetime import UTC, datetime

import httpx
import pytest
from sqlalchemy import text

from bot.app import build
from bot.core import compose
from bot.core.compose import Voice
from bot.core.message import Message, Paragraph, Span, Tone
from bot.core.news import Platform
from bot.gateways import Gateways, serving
from bot.render.html_page import Section, demo_page
from bot.render.html_parts import Reader
from bot.web import application, page, serve
from tests.browser import browsing, chromium, free_port, held_demo
from tests.builders import an_article
from tests.scenarios.newsroom import settings_for

NOW = datetime(2026, 11, 25, 9, 30, tzinfo=UTC)
READER = Reader("ko", "Asia/Seoul", NOW)
HOSTILE = '<img src="http://192.0.2.1/x" onerror="alert(1)"><script src="http://192.0.2.1/y"></script>"\'>**굵게**'

in_browser = pytest.mark.skipif(chromium() is None, reason="no browser: chromium was not found")

# Every text with its colour and the first ground behind it that is not transparent.
CONTRASTS = """() => {
  const channels = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = (node) => {
    for (; node; node = node.parentElement) {
      const colour = channels(getComputedStyle(node).backgroundColor);
      if (colour.length === 3 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const texts = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const found = [];
  while (texts.nextNode()) {
    const node = texts.currentNode.parentElement;
    if (!texts.currentNode.data.trim()) continue;
    const [one, other] = [light(channels(getComputedStyle(node).color)), light(ground(node))].sort((a, b) => b - a);
    found.push([(one + 0.05) / (other + 0.05), node.className || node.tagName, texts.currentNode.data.slice(0, 30)]);
  }
  return found;
}"""


def a_page() -> str:
    """A card, a card of an attacker, a roll-up, and words to copy."""
    excerpt = (Span("토론토 "), Span("AI 연구소", Tone.STRONG), Span("를 거점으로"))
    card = compose.addressed(compose.alert(an_article(), ["LG전자"], excerpt, voice=Voice(), more=2), 17)
    hostile = compose.addressed(
        compose.alert(an_article(HOSTILE, name="x"), [HOSTILE], (Span(HOSTILE, Tone.STRONG),), voice=Voice()), 18
    )
    copied = Message("도움말", (Paragraph((Span("구독 LG전자", Tone.CODE), Span(" — 바로 알립니다", Tone.QUIET))),))
    messages = (card, hostile, compose.rollup([card, hostile], voice=Voice()), copied)
    return demo_page([Section("알림", tuple((each, NOW) for each in messages))], READER)


async def shown() -> str:
    return a_page()


async def nothing() -> str:
    return ""


async def no_metrics() -> bytes:
    return b""


@in_browser
async def test_a_browser_shows_the_cards_without_a_complaint_or_a_request_to_anywhere():
    web = application(ready=nothing, metrics=no_metrics, more=[page("/", shown)])
    async with serve(web, host="127.0.0.1", port=0) as address, browsing() as (tab, seen):
        tab.on("dialog", lambda _: seen.console.append("a dialog"))
        await tab.goto(address)
        weights = [
            await tab.locator(f".{look} strong", has_text="AI 연구소").first.evaluate(
                "e => getComputedStyle(e).fontWeight"
            )
            for look in ("slack", "discord")
        ]
        slack, discord = tab.locator(".slack").first, tab.locator(".discord").first
        await slack.locator("summary").click()

        assert await slack.locator("li", has_text="이 언론사 24시간").is_visible()
        for label in ("기사", "왜?", "👎"):
            assert await slack.get_by_text(label, exact=True).is_visible()
        for label in ("왜?", "음소거", "👎 도움 안 됨"):
            assert await discord.get_by_role("button", name=label).is_visible()
        assert all(int(weight) >= 600 for weight in weights)
        assert await tab.evaluate("document.documentElement.lang") == "ko"
        assert await tab.locator("script, img").count() == 0
        contrasts = await tab.evaluate(CONTRASTS)
        assert len(contrasts) > 40
        assert [each for each in contrasts if each[0] < 4.5] == []
        for width in (1280, 360):  # no scrolling sideways, on a phone neither
            await tab.set_viewport_size({"width": width, "height": 800})
            assert await tab.evaluate("document.documentElement.scrollWidth <= innerWidth")
    assert seen.console == []
    assert seen.requests == [f"{address}/"]


async def test_the_status_page_names_no_channel_keyword_or_source(tmp_path):
    settings = settings_for(tmp_path, sosik_http_port=free_port())
    gateways = Gateways(wanted={Platform.SLACK: None})
    async with build(settings) as app, serving(app, settings, gateways, on=True) as address:
        await app.store.sources.add("https://secret-outlet.example/rss", workspace="slack:T1", name="비밀 매체")
        async with httpx.AsyncClient(base_url=address) as client:
            answer = await client.get("/")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/html; charset=utf-8"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "Slack: 연결 안 됨" in answer.text
    for private in ("secret-outlet", "비밀 매체", str(tmp_path)):
        assert private not in answer.text


async def test_the_status_page_comes_also_when_the_database_does_not(tmp_path):
    settings = settings_for(tmp_path, sosik_http_port=free_port(), sosik_language="en")
    async with build(settings) as app, serving(app, settings, Gateways(), on=True) as address:
        async with app.store.db.writing() as connection:
            await connection.execute(text("ALTER TABLE delivery RENAME TO elsewhere"))
        async with httpx.AsyncClient(base_url=address) as client:
            answer = await client.get("/")

    assert answer.status_code == 200
    assert "The database cannot be reached" in answer.text


async def test_the_held_demo_shows_its_cards_on_both_platforms_and_ends_well_with_ctrl_c():
    async with held_demo(SOSIK_LANGUAGE="ko") as demo:
        async with httpx.AsyncClient() as client:
            body = (await client.get(demo.address)).text
        code = await demo.interrupt()

    assert code == 0
    slack, discord = (len(re.findall(rf'class="message {look}"', body)) for look in ("slack", "discord"))
    assert slack == discord > 5  # alerts, and one each of the other sections
    assert body.count("토론토대") > 4
    for heading in ("알림", "요약", "검색", "추이", "몰아 보내기"):
        assert f"<h2>{heading}</h2>" in body
