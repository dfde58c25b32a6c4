"""What is watched is searched for by itself, within what the services allow."""

from datetime import timedelta

import pytest

from bot.core.compose import Voice
from bot.core.errors import TryLater
from bot.core.matching.index import Index
from bot.knowledge import Knowledge
from bot.services.audience import LiveAudience
from bot.services.following import SEARCH_KINDS, Following, named, queries_of
from bot.services.live_index import LiveIndex
from bot.sources import naver
from bot.sources.catalog import CatalogFeed
from tests.builders import HERE, THERE, a_source

FEEDS = tuple(
    CatalogFeed("가람경제", section, "ko", f"https://n.example/{section}", "list", default=True)
    for section in ("전체", "경제")
)


def following(store, *, kinds=("naver", "google_news"), defaults=None, minimum_seconds=60.0):
    audience = LiveAudience(store, LiveIndex(Index.build(())), voice=Voice())
    return Following(store, audience, kinds, defaults, "Asia/Seoul", minimum_seconds)


async def watch(store, text, channel=HERE):
    made, _ = await store.watches.add(channel, text, text, who="U1")
    return made


async def urls(store):
    return [each.url for each in await store.sources.searches(SEARCH_KINDS)]


@pytest.mark.parametrize(
    ("line", "queries"),
    [
        ("LG전자", ("LG전자",)),
        ('삼성전자|삼전|005930 -채용, "AI 연구소"', ("삼성전자", "삼전", "005930", '"AI 연구소"')),
        ("한화 +방산 매체:연합뉴스", ("한화",)),
        ('"따옴표', ()),
    ],
)
def test_a_watch_is_searched_for_by_what_it_wants(line, queries):
    assert queries_of(line) == queries


def test_feeds_of_the_catalogue_are_called_by_outlet_and_section():
    assert [named(feed) for feed in FEEDS] == ["가람경제", "가람경제 경제"]


async def test_watches_of_all_channels_share_one_search_a_word_and_the_last_one_ends_it(store):
    mine, _ = await watch(store, "LG전자|엘지전자"), await watch(store, "lg전자", THERE)
    follows = following(store, kinds=("naver",))
    await follows.prepare()
    first = await urls(store)
    await store.watches.remove(mine, who="U1")
    await follows.prepare()

    assert first == ["naver:LG전자", "naver:엘지전자"]
    assert await urls(store) == ["naver:lg전자"]


async def test_nothing_is_asked_of_the_database_twice_when_nothing_changed(store, monkeypatch):
    await watch(store, "LG전자")
    follows = following(store)
    await follows.prepare()
    before = await urls(store)

    async def never(*_: object, **__: object) -> None:
        raise AssertionError

    monkeypatch.setattr(store.sources, "follow", never)
    monkeypatch.setattr(store.sources, "searches", never)
    await follows.prepare()

    assert before == ["google_news:LG전자", "naver:LG전자"]


async def test_a_service_that_is_switched_off_is_searched_no_longer(store):
    await watch(store, "LG전자")
    await following(store).prepare()

    await following(store, kinds=()).prepare()

    assert await urls(store) == []


async def test_many_new_searches_are_first_read_no_faster_than_the_service_allows(store, clock):
    await watch(store, "|".join(f"회사{number}" for number in range(100)))

    await following(store, kinds=("naver",)).prepare()

    at = [each.next_poll_at - clock.now for each in await store.sources.searches(SEARCH_KINDS)]
    assert (min(at), max(at)) == (timedelta(0), timedelta(seconds=99 * 3.456))


async def test_an_empty_database_begins_with_the_catalogue_and_only_an_empty_one(store):
    await following(store, defaults=lambda: FEEDS).prepare()
    first = await store.sources.seen_by(None)
    await store.sources.remove(first[0])
    await following(store, defaults=lambda: FEEDS).prepare()

    assert [each.name for each in first] == ["가람경제", "가람경제 경제"]
    assert len(await store.sources.seen_by(None)) == 1


def test_the_catalogue_that_ships_has_a_default_set_with_no_name_twice():
    names = [named(feed) for feed in Knowledge().catalog.defaults]

    assert len(names) >= 20
    assert len(set(names)) == len(names)


async def test_the_busiest_search_and_the_newest_watch_are_asked_most_often(store, clock):
    await watch(store, "|".join(f"회사{number}" for number in range(98)))
    await watch(store, "느린회사|바쁜회사")
    follows = following(store, kinds=("naver",))
    await follows.prepare()
    clock.move(days=2)
    for each in await store.sources.searches(SEARCH_KINDS):
        seconds = 60.0 if each.url == "naver:바쁜회사" else 1800.0 if each.url == "naver:느린회사" else 300.0
        await store.sources.change(each, interval_seconds=seconds)
    await watch(store, "새회사")

    await follows.prepare()

    found = {each.url: follows.shortest_wait(each) for each in await store.sources.searches(SEARCH_KINDS)}
    assert found["naver:새회사"] < found["naver:바쁜회사"] < found["naver:회사1"] < found["naver:느린회사"]
    assert sum(1 / wait for wait in found.values()) <= naver.CALLS_A_DAY / 86_400 * 1.01
    assert follows.shortest_wait(a_source(id=999)) == 0.0


async def test_searches_at_google_news_keep_their_distance_which_shrinks_with_the_shortest_interval(store):
    await watch(store, "|".join(f"회사{number}" for number in range(50)))
    waits = []
    for seconds in (60.0, 1.0):
        follows = following(store, kinds=("google_news",), minimum_seconds=seconds)
        await follows.prepare()
        waits.append(follows.shortest_wait((await store.sources.searches(SEARCH_KINDS))[0]))

    assert waits == [pytest.approx(250.0), pytest.approx(250.0 / 60)]


async def test_a_spent_day_at_naver_waits_for_midnight_in_korea(store, clock, monkeypatch):
    monkeypatch.setattr(naver, "CALLS_A_DAY", 2)
    follows = following(store)
    search = a_source("naver:LG전자", kind="naver")
    await follows.allowed(search)
    await follows.allowed(search)

    with pytest.raises(TryLater) as caught:
        await follows.allowed(search)

    assert (caught.value.key, caught.value.after_seconds) == ("naver.spent", 12 * 3600.0)
    await follows.allowed(a_source("google_news:LG전자", kind="google_news"))
    clock.move(hours=12)
    await follows.allowed(search)


async def test_how_the_searches_are_doing_is_told_by_kind(store):
    await watch(store, "LG전자|엘지전자")
    follows = following(store)
    await follows.prepare()
    await follows.allowed(a_source("naver:LG전자", kind="naver"))
    failing = (await store.sources.searches(["google_news"]))[0]
    await store.sources.change(failing, state="dead")

    by_naver, by_google = await follows.searching()

    assert (by_naver.kind, by_naver.count, by_naver.trouble, by_naver.spent, by_naver.most) == (
        "naver",
        2,
        0,
        1,
        25_000,
    )
    assert (by_google.kind, by_google.count, by_google.trouble, by_google.spent) == ("google_news", 2, 1, None)
    assert by_naver.waits == (60.0, 60.0)
