"""Look-ups over a real store: the index finds what a scan finds, and estimates are called so."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.matching import expression as expressions
from bot.core.matching.index import Index
from bot.core.matching.match import match
from bot.core.plan import PlannedArticle, PollPlan
from bot.services.lookup import Lookup, about, text_of
from tests.builders import an_article

HERE, THERE = "slack:T1", "slack:T2"
WORDS = ("기아", "기아대책", "LG전자", "㈜라온", '"AI 연구소"', "인사", '"삼성 전자"', '"LG Energy"', "Solution")


async def put(store, clock, *articles):
    """Stored now, without any watch."""
    clock.move(seconds=1)

    async def decide(_context, now):
        here = (replace(each, first_seen=now) for each in articles)
        return PollPlan(tuple(PlannedArticle(each, place=place) for place, each in enumerate(here)))

    await store.articles.decide(articles, decide, revision=None)


def some_articles():
    return [
        an_article("기아, 새 차 내놓는다"),
        an_article("구호 단체 기아대책", summary="기아대책은 LG 전자와 손잡았다."),
        an_article("전자 업계 소식", body="엘지가 아니라 LG전자다. 삼성전자도 있다."),
        an_article("(주)라온, 상장한다"),
        an_article("연구소 소식", body="토론토의 AI연구소는 크다."),
        an_article("인사·부고", summary="LG에너지, LG Energy Solution"),
        an_article("사내 소식 기아", workspace=THERE),
    ]


@pytest.mark.parametrize("written", [*WORDS, "기아 -기아대책", "기아|LG전자", "LG전자 +삼성전자", "제목:기아"])
async def test_a_search_finds_what_a_scan_of_everything_finds(store, clock, written):
    articles = some_articles()
    await put(store, clock, *articles)
    wanted = expressions.parse(written)
    index = Index.build([(0, wanted, False)])
    scanned = {each.title for each in articles[:-1] if match(index, text_of(each)).found}

    found = await Lookup(store, zone="Asia/Seoul").search(wanted, workspace=HERE, days=7, stories=50)

    assert {story.article.title for story in found.stories} == scanned


async def test_an_article_of_one_workspaces_source_is_found_there_alone(store, clock):
    await put(store, clock, *some_articles())
    lookup = Lookup(store, zone="Asia/Seoul")
    wanted = expressions.parse("기아")

    here = await lookup.search(wanted, workspace=HERE, days=7)
    there = await lookup.search(wanted, workspace=THERE, days=7)

    assert len(there.stories) == len(here.stories) + 1


async def test_what_is_in_many_articles_is_estimated_and_says_so(store, clock):
    many = [an_article(f"LG전자 소식 {number}번째로 나온다", outlet="가람경제") for number in range(650)]
    await put(store, clock, *many)
    clock.move(days=1)
    await put(store, clock, *(an_article(f"LG전자 새 소식 {number}번째") for number in range(50)))
    lookup = Lookup(store, zone="Asia/Seoul")
    wanted = expressions.parse("LG전자")

    found = await lookup.search(wanted, workspace=HERE, days=7)
    preview = await lookup.preview(wanted, workspace=HERE, title_only=True, days=7)
    narrowed = await lookup.search(wanted, workspace=HERE, days=7, outlet="없는신문")

    assert found.count.is_rough
    assert preview.is_rough
    assert found.count.value == preview.hits == 700
    assert [count for _, count in sorted(found.days.items())] == [650, 50]
    assert len(preview.samples) == 3
    assert narrowed.stories == ()


async def test_a_text_that_came_later_is_found_and_the_one_before_no_more(store, clock):
    article = an_article("LG전자, 거점 키운다", summary="옛 요약")
    await put(store, clock, article)
    lookup = Lookup(store, zone="Asia/Seoul")
    (stored,) = await store.articles.since(clock.now - timedelta(days=1), limit=9)
    whole = replace(stored.article, title="한화, 거점 키운다", summary="새 요약", body="연구소를 연다.")

    async def decide(context, _now):
        return PollPlan((PlannedArticle(whole, known=context.stored),))

    await store.articles.decide([whole], decide, revision=None, stored=whole.id)

    found = {
        word: bool((await lookup.search(expressions.parse(word), workspace=HERE, days=7)).stories)
        for word in ("LG전자", "한화", "연구소", "옛", "새")
    }
    assert found == {"LG전자": False, "한화": True, "연구소": True, "옛": False, "새": True}


async def test_after_thirty_days_look_ups_know_an_article_no_more(store, clock):
    await put(store, clock, *some_articles())
    lookup = Lookup(store, zone="Asia/Seoul")
    assert await store.lookups.first_seen(HERE) is not None

    clock.move(days=31)
    await store.housekeeping.tidy()

    assert await store.lookups.first_seen(HERE) is None
    assert (await lookup.search(expressions.parse("기아"), workspace=HERE, days=90)).stories == ()
    await put(store, clock, an_article("기아, 다시 나온다", name="again"))
    assert len((await lookup.search(expressions.parse("기아"), workspace=HERE, days=90)).stories) == 1


def test_an_estimate_has_two_digits_that_mean_something():
    assert about(1234, "ko", is_rough=False) == "1,234"
    assert about(1234, "ko", is_rough=True) == "약 1,200"
    assert about(12, "en", is_rough=True) == "about 12"
