from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot.adapters.store.articles import WatchesChanged
from bot.adapters.store.tables import DELIVERY
from bot.core.delivery import Kind, State
from bot.core.message import from_json
from bot.core.news import Article
from bot.core.plan import plan_baseline, plan_page, plan_poll
from tests.builders import HERE, an_article, an_audience

LAB = "LG전자, 토론토에 새 연구소 연다"
BODY = (
    "LG전자가 캐나다 토론토에 인공지능 연구소를 하나 더 연다고 21일 밝혔다. 새 연구소에는 연구원 120명이 일하게 된다. "
    "회사는 앞으로 5년 동안 3000억원을 들여 로봇과 자율 주행 기술을 함께 개발할 계획이다. "
    "대학과 맺은 협약은 2028년까지 이어지며, 과제 서른한 개가 이미 정해졌다고 회사 쪽은 설명했다."
)


async def watching(store, *expressions):
    for text in expressions:
        await store.watches.add(HERE, text, text, who="U1")
    revision, watches = await store.watches.active()
    return revision, an_audience(*watches, revision=revision)


async def read(store, clock, articles, audience, revision, pages=frozenset(), source=None):
    async def decide(context, now):
        here = [with_time(article, now) for article in articles]
        return plan_poll(here, context, audience, now=now, pages_wanted=pages)

    def wanted(article):
        return bool(audience.find(article).found)

    finish = (lambda plan, now: {"baselined": True}) if source else None
    clock.move(seconds=1)
    return await store.articles.decide(articles, decide, revision=revision, source=source, finish=finish, wanted=wanted)


def with_time(article, now) -> Article:
    return replace(article, first_seen=now)


async def rows_of(store):
    async with store.db.reading() as connection:
        return list(await connection.execute(select(DELIVERY).order_by(DELIVERY.c.id)))


async def test_a_reading_is_written_whole_and_repeating_it_changes_nothing(store, clock):
    revision, audience = await watching(store, "LG전자")
    articles = [an_article("LG전자 하나"), an_article("한화 둘")]

    await read(store, clock, articles, audience, revision)
    await read(store, clock, articles, audience, revision)

    assert await store.articles.count() == 2
    assert [row.kind for row in await rows_of(store)] == [Kind.ALERT]


async def test_a_plan_made_with_older_watches_is_not_applied(store, clock):
    revision, audience = await watching(store, "LG전자")
    await store.watches.add(HERE, "한화", "한화", who="U1")

    with pytest.raises(WatchesChanged):
        await read(store, clock, [an_article()], audience, revision)

    assert await store.articles.count() == 0


async def test_a_reading_whose_lease_was_lost_writes_nothing(store, clock):
    revision, audience = await watching(store, "LG전자")
    made = await store.sources.add("https://n.example/rss", workspace=None)
    (slow,) = await store.sources.claim_due("slow", lease=timedelta(seconds=30), limit=9)
    clock.move(seconds=31)
    (quick,) = await store.sources.claim_due("quick", lease=timedelta(seconds=30), limit=9)

    assert await read(store, clock, [an_article()], audience, revision, source=slow) is None
    assert await store.articles.count() == 0

    assert await read(store, clock, [an_article()], audience, revision, source=quick) is not None
    assert await store.articles.count() == 1
    assert (await store.sources.get(made.number, workspace=None)).baselined


async def test_the_first_reading_is_kept_and_says_nothing(store, clock):
    revision, audience = await watching(store, "LG전자")
    article = an_article()

    async def decide(context, now):
        return plan_baseline([with_time(article, now)], context)

    await store.articles.decide([article], decide, revision=None)
    await read(store, clock, [article], audience, revision)

    assert await store.articles.count() == 1
    assert await rows_of(store) == []


async def test_a_copy_of_the_last_days_joins_the_card(store, clock):
    revision, audience = await watching(store, "LG전자")
    await read(store, clock, [an_article(LAB, name="one", body=BODY)], audience, revision)

    await read(store, clock, [an_article(LAB, name="two", outlet="여울통신", body=BODY)], audience, revision)

    (alert,) = await rows_of(store)
    assert "외 1개 매체" in alert.payload
    found = await store.articles.since(clock.now - timedelta(days=1), limit=9)
    assert len({told.story_id for told in found}) == 1


async def test_a_sent_card_gets_one_edit_that_the_next_change_replaces(store, clock):
    revision, audience = await watching(store, "LG전자")
    await read(store, clock, [an_article(LAB, name="one", body=BODY)], audience, revision)
    async with store.db.writing() as connection:
        await connection.execute(update(DELIVERY).values(state=State.SENT, external_id="ts-1", sent_at=clock.now))

    for outlet in ("여울통신", "미르일보"):
        await read(store, clock, [an_article(LAB, name=outlet, outlet=outlet, body=BODY)], audience, revision)

    alert, edit = await rows_of(store)
    assert (edit.kind, edit.target_id, edit.state) == (Kind.EDIT, alert.id, State.PENDING)
    assert "외 2개 매체" in edit.payload
    assert from_json(alert.payload) == from_json(edit.payload)


async def test_decisions_tell_why_an_alert_came(store, clock):
    revision, audience = await watching(store, "LG전자", "기아")
    await read(store, clock, [an_article("LG전자와 기아대책, 손잡는다")], audience, revision)
    (alert,) = await rows_of(store)

    told = await store.articles.told_by(alert.id, HERE)

    assert [(watch.expression, [hit.text for hit in hits]) for watch, hits in told.matches] == [("LG전자", ["LG전자"])]
    assert await store.articles.told_by(alert.id, HERE.__class__(HERE.platform, "T9", "C1")) is None
    near = await store.articles.decision(told.article.id, 2)
    assert (near.verdict, bool(near.reason)) == ("near", True)


async def test_an_article_waits_for_its_page_through_a_restart(store, clock):
    revision, audience = await watching(store, "연구소")
    article = an_article("LG전자, 거점 키운다")
    await read(store, clock, [article], audience, revision, pages=frozenset(article.keys))

    (waiting,) = await store.articles.wanted_pages(5)
    assert waiting.title == article.title

    async def decide(context, now):
        return plan_page(replace(waiting, body="새 연구소를 연다."), context.stored, context, audience, now=now)

    await store.articles.decide([waiting], decide, revision=revision, stored=waiting.id)

    assert await store.articles.wanted_pages(5) == ()
    assert [row.kind for row in await rows_of(store)] == [Kind.ALERT]


async def test_a_page_that_cannot_be_read_is_not_asked_for_again(store, clock):
    revision, audience = await watching(store)
    article = an_article()
    await read(store, clock, [article], audience, revision, pages=frozenset(article.keys))
    (waiting,) = await store.articles.wanted_pages(5)

    await store.articles.page_failed(waiting.id, "fetch.status")

    assert await store.articles.wanted_pages(5) == ()


async def test_matched_articles_of_a_time_are_found_for_the_digest(store, clock):
    revision, audience = await watching(store, "LG전자")
    before = clock.now
    await read(store, clock, [an_article("LG전자 하나")], audience, revision)
    between = clock.now
    await read(store, clock, [an_article("LG전자 둘")], audience, revision)

    all_of_it = await store.articles.matched([1], since=before)
    only_new = await store.articles.matched([1], since=between)
    only_old = await store.articles.matched([1], since=before, until=between)

    assert [told.article.title for told in all_of_it] == ["LG전자 둘", "LG전자 하나"]
    assert [told.article.title for told in only_new] == ["LG전자 둘"]
    assert [told.article.title for told in only_old] == ["LG전자 하나"]
    assert all_of_it[0].hits[0].text == "LG전자"
    assert await store.articles.outlets([told.story_id for told in all_of_it])


async def test_known_keys_are_found_in_any_number(store, clock):
    revision, audience = await watching(store)
    many = [an_article(str(number), keys=(b"%d" % number,)) for number in range(1200)]
    await read(store, clock, many, audience, revision)

    assert len(await store.articles.known([b"%d" % number for number in range(2000)])) == 1200


async def test_tidying_forgets_what_is_past_its_time_and_keeps_the_rest(store, clock):
    revision, audience = await watching(store, "LG전자")
    await read(store, clock, [an_article("LG전자 하나", body="본문")], audience, revision)

    clock.move(days=31)
    await store.housekeeping.tidy()
    (told,) = await store.articles.since(clock.now - timedelta(days=99), limit=9)
    assert (told.article.title, told.article.body) == ("LG전자 하나", "")
    assert await store.articles.known([told.article.title.encode()])

    clock.move(days=180)
    await store.housekeeping.tidy()
    assert await store.articles.count() == 0
