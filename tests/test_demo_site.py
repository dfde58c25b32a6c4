import json
import re
import warnings
from datetime import UTC, datetime, timedelta

import feedparser
import httpx
import pytest
import trafilatura
from lxml import etree, html

from bot.demo_site import DemoSite, serve

NOW = datetime(2026, 3, 2, 0, 30, 15, 250_000, tzinfo=UTC)
LATER = NOW + timedelta(seconds=30)


def at_work(*, now=LATER):
    site = DemoSite.build(NOW)
    site.advance(now)
    return site


def asking(site):
    return httpx.AsyncClient(transport=httpx.ASGITransport(app=site), base_url="http://demo.test")


def the(site, outlet_id):
    return next(outlet for outlet in site.outlets if outlet.id == outlet_id)


async def body_of(site, path):
    async with asking(site) as client:
        answer = await client.get(path)
    assert answer.status_code == 200
    return answer.content


async def titles_of(site, outlet):
    body = (await body_of(site, outlet.path)).decode(outlet.charset)
    if outlet.kind == "json":
        return [item["title"] for item in json.loads(body)["items"]]
    # libxml2 reads EUC-KR strictly and stops at a CP949 syllable: the prolog goes, with the charset it names.
    return etree.fromstring(body[body.index("?>") + 2 :]).xpath(
        "//*[local-name()='item' or local-name()='entry']/*[local-name()='title']/text()"
    )


def squeezed(text):
    """Spaces and light punctuation do not part a name: what a careless matcher would search in."""
    return re.sub(r"[\s()\[\]\"'“”‘’-]", "", text)


def naive(watch, article):
    """Would a plain substring search fire? No operators beyond those that the demo's watches use."""
    text = squeezed(article.text)
    if watch.startswith("한화 +"):
        return "한화" in text and ("방산" in text or "수주" in text)
    term = watch.removeprefix("제목:").removeprefix("=")
    return any(squeezed(alternative) in text for alternative in term.split("|"))


def test_there_are_enough_articles_and_most_appear_after_the_first_reading():
    before = len(DemoSite.build(NOW).articles)
    after = len(at_work().articles)

    assert 4 <= before <= 8
    assert after >= 24


@pytest.mark.parametrize("outlet_id", ["garam", "dure", "mir", "yeoul"])
async def test_a_feed_holds_the_old_articles_first_and_then_the_live_ones_too(outlet_id):
    site = DemoSite.build(NOW)
    outlet = the(site, outlet_id)
    before = await titles_of(site, outlet)
    site.advance(LATER)
    after = await titles_of(site, outlet)

    assert before
    assert sorted(after) == sorted(article.title for article in site.articles if article.outlet == outlet)
    assert set(before) < set(after)


@pytest.mark.parametrize("outlet_id", ["garam", "dure", "mir"])
async def test_a_feed_is_well_formed_for_two_parsers(outlet_id):
    site = at_work()
    outlet = the(site, outlet_id)
    body = await body_of(site, outlet.path)

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # feedparser warns of its own internals
        read = feedparser.parse(body, response_headers={"content-type": f"text/xml; charset={outlet.charset}"})

    # The CP949 feed says EUC-KR, as Korean feeds do: that is all there is to complain of.
    assert not read.bozo or (
        outlet.charset == "cp949" and isinstance(read.bozo_exception, feedparser.CharacterEncodingOverride)
    )
    assert [entry.title for entry in read.entries] == await titles_of(site, outlet)
    for entry in read.entries:
        article = next(article for article in site.articles if article.guid == entry.id)
        assert entry.link == f"http://demo.test{article.path}"
        assert entry.summary == article.summary


async def test_the_json_feed_carries_the_whole_text():
    site = at_work()
    items = json.loads(await body_of(site, "/feeds/yeoul.json"))["items"]

    for item in items:
        article = next(article for article in site.articles if article.guid == item["id"])
        assert html.fromstring(item["content_html"]).text_content() == "".join(article.paragraphs)


async def test_live_articles_say_that_they_were_published_now():
    site = at_work()
    items = json.loads(await body_of(site, "/feeds/yeoul.json"))["items"]

    assert datetime.fromisoformat(items[0]["date_published"]) == LATER.replace(microsecond=0)
    assert datetime.fromisoformat(items[-1]["date_published"]) < NOW


async def test_the_cp949_feed_reads_as_cp949_only():
    body = await body_of(at_work(), "/feeds/mir.xml")

    assert "똠얌" in body.decode("cp949")
    for wrong in ("euc-kr", "utf-8"):
        with pytest.raises(UnicodeDecodeError):
            body.decode(wrong)


@pytest.mark.parametrize("outlet_id", ["garam", "dure", "mir", "yeoul"])
async def test_every_page_shows_its_article_among_furniture_that_names_other_companies(outlet_id):
    site = at_work()
    for article in site.articles:
        if article.outlet.id != outlet_id:
            continue
        page = html.fromstring((await body_of(site, article.path)).decode(article.outlet.charset))
        shown = " ".join(page.text_content().split())
        furniture = site.furniture_of(article)
        for text in (article.title, *article.paragraphs):
            assert " ".join(text.split()) in shown
        assert set(furniture) == {"ranking", "recommended", "comments"}
        for lines in furniture.values():
            assert lines
            assert all(line in shown for line in lines)
        spoken = " ".join(line for lines in furniture.values() for line in lines)
        for name in site.silent:
            assert name in spoken
            assert name not in article.text
        assert not any(squeezed(watch) in squeezed(spoken) for watch in ("LG전자", "기아") if watch in article.text)


async def test_an_article_reads_the_same_with_its_furniture_taken_away():
    site = at_work()
    for article in site.articles:
        page = (await body_of(site, article.path)).decode(article.outlet.charset)
        text = trafilatura.extract(page, favor_precision=True, include_comments=False) or ""

        assert [paragraph for paragraph in article.paragraphs if paragraph not in text] == [], article.id
        for name in site.silent:
            assert name not in text, article.id


def test_the_expected_alerts_agree_with_a_plain_search_except_for_the_named_traps():
    site = at_work()
    for article in site.articles:
        found = {watch for watch in site.watches if naive(watch, article)}
        if article.id.endswith("001") or not article.live:
            continue
        assert found == set(article.expect) | set(article.traps), article.id
        assert not set(article.expect) & set(article.traps), article.id
        assert [watch for watch in site.watches if watch in article.expect] == list(article.expect)


def test_every_watch_is_either_expected_somewhere_or_silent():
    site = DemoSite.build(NOW)
    expected = {watch for alert in site.expected for watch in alert.watches}

    assert expected.isdisjoint(site.silent)
    assert expected | set(site.silent) == set(site.watches)


def test_the_toronto_story_raises_two_watches_on_one_card_and_names_the_lab_in_its_body_only():
    site = at_work()
    alert = next(alert for alert in site.expected if "토론토대" in alert.title)
    story = next(article for article in site.articles if article.title == alert.title)

    assert alert.watches == ("LG전자", '"AI 연구소"')
    assert "연구소" not in story.title + story.summary
    assert any("AI 연구소" in paragraph for paragraph in story.paragraphs)


def test_a_syndicated_copy_is_one_expected_alert_with_two_outlets():
    site = DemoSite.build(NOW)

    assert [alert.outlets for alert in site.expected if len(alert.outlets) > 1] == [("가람경제", "미르일보")]
    assert len({alert.title for alert in site.expected}) == len(site.expected)


async def test_republishing_bumps_one_date_and_changes_one_guid_and_headline_and_no_address():
    site = at_work()
    before = {article.id: article for article in site.articles}
    site.republish(LATER + timedelta(seconds=9))
    after = {article.id: article for article in site.articles}
    changed = {id_: after[id_] for id_ in after if after[id_] != before[id_]}

    assert len(changed) == 2
    (bumped,) = [article for id_, article in changed.items() if article.published > before[id_].published]
    (edited,) = [article for id_, article in changed.items() if article.title != before[id_].title]
    assert bumped.guid == before[bumped.id].guid
    assert edited.guid != before[edited.id].guid
    assert edited.path == before[edited.id].path
    assert edited.title.encode() in await body_of(site, edited.path)
    for article in changed.values():
        assert article.expect
        assert {watch for watch in site.watches if naive(watch, article)} == set(article.expect) | set(article.traps)


async def test_a_reader_who_has_the_feed_is_told_304_until_it_changes():
    site = DemoSite.build(NOW)
    async with asking(site) as client:
        first = await client.get("/feeds/garam.xml")
        same = {"If-None-Match": first.headers["etag"], "If-Modified-Since": first.headers["last-modified"]}
        again = await client.get("/feeds/garam.xml", headers=same)
        by_date = await client.get("/feeds/garam.xml", headers={"If-Modified-Since": first.headers["last-modified"]})
        site.advance(NOW)  # within the same second
        changed = await client.get("/feeds/garam.xml", headers=same)
        changed_by_date = await client.get(
            "/feeds/garam.xml", headers={"If-Modified-Since": first.headers["last-modified"]}
        )

    assert (again.status_code, again.content) == (304, b"")
    assert by_date.status_code == 304
    assert changed.status_code == 200
    assert changed_by_date.status_code == 200


@pytest.mark.parametrize("since", ["soon", "Mon, 02 Mar 2026 00:30:15 -0000", ""])
async def test_a_date_that_says_nothing_gets_the_whole_feed(since):
    async with asking(DemoSite.build(NOW)) as client:
        assert (await client.get("/feeds/garam.xml", headers={"If-Modified-Since": since})).status_code == 200


async def test_a_page_that_is_not_published_yet_is_not_there():
    site = DemoSite.build(NOW)
    async with asking(site) as client:
        assert (await client.get("/articles/garam-1003")).status_code == 404
        site.advance(LATER)
        assert (await client.get("/articles/garam-1003")).status_code == 200
        assert (await client.get("/feeds/nowhere.xml")).status_code == 404


async def test_the_home_page_announces_the_feeds_and_robots_may_read_all():
    site = DemoSite.build(NOW)
    home = html.fromstring(await body_of(site, "/"))

    assert home.xpath("//link[@rel='alternate']/@href") == [f"http://demo.test{o.path}" for o in site.outlets]
    assert b"Allow: /" in await body_of(site, "/robots.txt")


async def test_it_serves_real_http_on_loopback_and_is_gone_afterwards():
    site = at_work()
    async with httpx.AsyncClient(trust_env=False, timeout=5) as client:
        async with serve(site) as base_url:
            feed = await client.get(f"{base_url}/feeds/dure.atom")
            link = etree.fromstring(feed.content).xpath(
                "string(//*[local-name()='entry']/*[local-name()='link']/@href)"
            )
            page = await client.get(link)
        with pytest.raises(httpx.ConnectError):
            await client.get(base_url)

    assert link.startswith(f"{base_url}/articles/dure-")
    assert page.status_code == 200
