"""Stories through the store: copies join the card, reports of the same event are told with it, nothing is hidden."""

import json
import shutil
from dataclasses import replace
from datetime import timedelta
from importlib.resources import files

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, update

from bot.adapters.store import Store
from bot.adapters.store.tables import ARTICLE, DELIVERY, STORY_PIECE, STORY_PRINT, STORY_WORD
from bot.core.compose import Voice
from bot.core.delivery import Kind, Pacing, State, Wait
from bot.core.message import Buttons, Byline, Headline, from_json
from bot.core.plan import plan_page, plan_poll
from bot.core.story import read_model
from tests.builders import HERE, THERE, an_article, an_audience
from tests.conftest import Clock

EVENTS = read_model(json.loads((files("bot.data") / "events.json").read_text(encoding="utf-8")))

LAB = "LG전자, 토론토에 새 인공지능 연구소 연다"
BODY = (
    "LG전자가 캐나다 토론토에 인공지능 연구소를 하나 더 연다고 21일 밝혔다. 새 연구소에는 연구원 120명이 일하게 된다. "
    "회사는 앞으로 5년 동안 3000억원을 들여 로봇과 자율 주행 기술을 함께 개발할 계획이다. "
    "대학과 맺은 협약은 2028년까지 이어지며, 과제 서른한 개가 이미 정해졌다고 회사 쪽은 설명했다. "
    "현지 정부는 부지와 세금을 지원하기로 했고, 첫 건물은 내년 봄에 문을 연다."
)
SAME_EVENT = "LG전자, 토론토 인공지능 연구소 세운다…연구원 120명"
SAME_EVENT_BODY = (
    "LG전자가 토론토에 인공지능 연구소를 세운다. 21일 업계에 따르면 이 회사는 연구원 120명 규모의 거점을 마련하고 "
    "5년간 3000억원을 투자하기로 했다. 캐나다 대학들과의 협력도 넓힐 예정이다."
)
OTHER = "LG전자, 창원 공장에서 냉장고 다시 만든다"
OTHER_BODY = "LG전자 창원 공장이 멈췄던 냉장고 줄을 다시 돌린다. 노사는 주말 근무에 뜻을 모았다."


async def watching(store, *expressions, channels=(HERE,)):
    for channel in channels:
        for text in expressions:
            await store.watches.add(channel, text, text, who="U1")
    revision, watches = await store.watches.active()
    return an_audience(*watches, revision=revision)


async def read(store, clock, audience, *articles):
    clock.move(seconds=1)

    async def decide(context, now):
        return plan_poll([replace(each, first_seen=now) for each in articles], context, audience, now=now)

    def wanted(article):
        return bool(audience.find(article).found)

    return await store.articles.decide(articles, decide, revision=audience.revision, wanted=wanted)


async def sent(store, clock):
    """Everything that waits was posted."""
    async with store.db.writing() as connection:
        await connection.execute(
            update(DELIVERY)
            .where(DELIVERY.c.state == State.PENDING)
            .values(state=State.SENT, sent_at=clock.now, external_id=func.coalesce(DELIVERY.c.external_id, "ts"))
        )


async def rows(store, *kinds):
    statement = select(DELIVERY).order_by(DELIVERY.c.id)
    if kinds:
        statement = statement.where(DELIVERY.c.kind.in_(kinds))
    async with store.db.reading() as connection:
        return list(await connection.execute(statement))


def headline(row):
    return next(part.title for part in from_json(row.payload).parts if isinstance(part, Headline))


def labels(row):
    parts = from_json(row.payload).parts
    return [button.label for part in parts if isinstance(part, Buttons) for button in part.buttons]


def more(row):
    return next(part.more for part in from_json(row.payload).parts if isinstance(part, Byline))


def the_copy(outlet, title=LAB, **values):
    return an_article(title, name=f"{outlet}{title}", outlet=outlet, **{"body": BODY, **values})


async def test_a_retitled_copy_raises_the_counter_and_stands_in_the_list(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)

    await read(store, clock, audience, the_copy("여울통신", "LG전자 새 거점은 토론토"))

    alert, edit = await rows(store)
    assert (edit.kind, more(edit)) == (Kind.EDIT, "외 1개 매체")
    assert labels(edit)[-1] == "관련 1"
    (told,) = await store.articles.related(alert.id, HERE)
    assert told.article.title == "LG전자 새 거점은 토론토"
    assert await store.articles.related(alert.id, THERE) is None


async def test_reports_of_a_silenced_storys_event_are_not_told(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)
    (first,) = await rows(store)
    told = await store.articles.told_by(first.id, HERE)
    await store.mutes.story(HERE, told.story_id, who="U1")

    await read(store, clock, audience, the_copy("여울통신", SAME_EVENT, body=SAME_EVENT_BODY))
    await read(store, clock, audience, an_article(OTHER, name="other", outlet="여울통신", body=OTHER_BODY))

    assert [headline(row) for row in await rows(store, Kind.ALERT, Kind.THREAD)] == [LAB, OTHER]


async def test_what_a_silenced_outlet_says_is_kept_until_then(store, clock):
    audience = await watching(store, "LG전자")
    await store.mutes.outlet(HERE, "여울통신", clock.now + timedelta(hours=24), who="U1")

    await read(store, clock, audience, an_article(OTHER, name="other", outlet="여울통신", body=OTHER_BODY))
    await read(store, clock, audience, the_copy("가람경제"))

    kept, told = await rows(store, Kind.ALERT)
    assert (kept.state, kept.held_until is None) == (State.HELD, False)
    assert (told.state, headline(told)) == (State.PENDING, LAB)


async def test_two_copies_in_one_reading_are_one_card(store, clock):
    audience = await watching(store, "LG전자", "토론토")

    await read(store, clock, audience, the_copy("여울통신", "LG전자 새 거점은 토론토"), the_copy("가람경제"))

    (alert,) = await rows(store)
    assert headline(alert) == LAB
    assert more(alert) == "외 1개 매체"
    (told,) = await store.articles.related(alert.id, HERE)
    assert told.article.outlet == "여울통신"
    assert (await store.articles.told_by(alert.id, HERE)).article.title == LAB


async def test_a_report_of_the_same_event_speaks_in_the_thread_on_slack(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)

    await read(store, clock, audience, the_copy("여울통신", SAME_EVENT, body=SAME_EVENT_BODY))

    alert, edit, thread = await rows(store)
    assert (edit.kind, thread.kind, thread.target_id) == (Kind.EDIT, Kind.THREAD, alert.id)
    assert headline(thread) == SAME_EVENT
    assert more(edit) == ""
    assert labels(edit)[-1] == "관련 1"
    assert (await store.articles.told_by(thread.id, HERE)).article.title == SAME_EVENT
    (queued, *_), _ = await _queue(store)
    assert queued == alert.external_id


async def _queue(store):
    """The targets of what waits, as the outbox reads them, and the channel."""
    claims = await store.outbox.claim("me", lease=timedelta(seconds=30), limit=9, platforms=["slack", "discord"])
    targets = []

    def decide(queue, _pacing, now):
        targets.extend(row.target for row in queue)
        return Wait(now)

    for claim in claims:
        await store.outbox.step(
            claim, None, decide, lease=timedelta(seconds=30), settle=timedelta(seconds=9), pacing=lambda _: Pacing()
        )
    return targets, claims


async def test_on_discord_it_only_counts_in_the_list(store, clock):
    audience = await watching(store, "LG전자", channels=(THERE,))
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)

    await read(store, clock, audience, the_copy("여울통신", SAME_EVENT, body=SAME_EVENT_BODY))

    alert, edit = await rows(store)
    assert labels(edit)[-1] == "관련 1"
    assert [told.article.title for told in await store.articles.related(alert.id, THERE)] == [SAME_EVENT]


@pytest.mark.parametrize("case", ["waiting", "old", "other watch"])
async def test_what_cannot_be_told_under_a_card_gets_its_own(store, clock, case):
    audience = await watching(store, "토론토" if case == "other watch" else "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    if case != "waiting":
        await sent(store, clock)
    if case == "old":
        clock.move(hours=49)
    if case == "other watch":
        audience = await watching(store, "업계")

    await read(store, clock, audience, the_copy("여울통신", SAME_EVENT, body=SAME_EVENT_BODY))

    assert [headline(row) for row in await rows(store, Kind.ALERT)] == [LAB, SAME_EVENT]


async def test_a_card_that_nobody_saw_hides_no_copy(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    async with store.db.writing() as connection:
        await connection.execute(update(DELIVERY).values(state=State.EXPIRED))

    await read(store, clock, audience, the_copy("여울통신"))

    assert [row.state for row in await rows(store, Kind.ALERT)] == [State.EXPIRED, State.PENDING]


async def test_counters_change_once_in_two_minutes_and_hold_nobody_up(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)
    await read(store, clock, audience, the_copy("여울통신"))
    (first,) = await rows(store, Kind.EDIT)
    assert first.due_at == clock.now
    await sent(store, clock)

    clock.move(seconds=30)
    await read(store, clock, audience, the_copy("미르일보"))
    await read(store, clock, audience, the_copy("단비신문"))

    _, second = await rows(store, Kind.EDIT)
    assert second.due_at == first.due_at + timedelta(minutes=2)
    assert more(second) == "외 3개 매체"


async def test_a_developing_story_speaks_again_in_the_thread(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제", f"[속보] {LAB}"))
    await sent(store, clock)

    await read(store, clock, audience, the_copy("가람경제", f"{LAB}(종합)"))

    (thread,) = await rows(store, Kind.THREAD)
    assert headline(thread) == f"{LAB}(종합)"


async def test_what_was_taken_out_stays_out_and_gets_its_card(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)
    retitled = "LG전자 새 거점은 캐나다 토론토"
    await read(store, clock, audience, the_copy("여울통신", retitled))
    (alert,) = await rows(store, Kind.ALERT)
    (told,) = await store.articles.related(alert.id, HERE)

    out = await store.articles.split(alert.id, told.article.id, HERE, who="U1")

    assert [watch.expression for watch, _ in out.matches] == ["LG전자"]
    assert await store.articles.related(alert.id, HERE) == ()
    (edit,) = await rows(store, Kind.EDIT)
    assert (more(edit), "관련 1" in labels(edit)) == ("", False)
    assert await store.articles.split(alert.id, told.article.id, HERE, who="U1") is None

    await read(store, clock, audience, the_copy("미르일보", retitled))
    assert await store.articles.related(alert.id, HERE) == ()


async def test_taking_out_the_article_that_names_the_event_takes_the_cards_own_out(store, clock):
    audience = await watching(store, "LG전자", "토론토", channels=(HERE, THERE))
    await read(store, clock, audience, the_copy("가람경제"))
    async with store.db.writing() as connection:
        await connection.execute(update(DELIVERY).where(DELIVERY.c.channel_id == 1).values(state=State.EXPIRED))
    await read(store, clock, audience, the_copy("여울통신"))
    own = next(row for row in await rows(store, Kind.ALERT) if row.state == State.PENDING and row.channel_id == 1)
    (first,) = await store.articles.related(own.id, HERE)

    await store.articles.split(own.id, first.article.id, HERE, who="U1")

    assert await store.articles.related(own.id, HERE) == ()


async def test_an_article_of_another_workspaces_source_is_never_told_of(store, clock):
    audience = await watching(store, "LG전자", channels=(HERE, THERE))
    await read(store, clock, audience, the_copy("가람경제"))
    await sent(store, clock)

    await read(store, clock, audience, the_copy("사내소식", workspace=HERE.home))
    await read(store, clock, audience, the_copy("여울통신"))

    alerts = {row.channel_id: row for row in await rows(store, Kind.ALERT)}
    assert sorted(more(alerts[number]) for number in alerts) == ["외 1개 매체", "외 2개 매체"]
    here, there = (
        next(row for row in alerts.values() if row.payload and more(row) == said)
        for said in ("외 2개 매체", "외 1개 매체")
    )
    assert {told.article.outlet for told in await store.articles.related(here.id, HERE)} == {"사내소식", "여울통신"}
    assert {told.article.outlet for told in await store.articles.related(there.id, THERE)} == {"여울통신"}


async def test_a_page_that_comes_late_makes_its_article_known_by_its_text(store, clock):
    audience = await watching(store, "LG전자")
    bare = an_article("LG전자의 새 소식이 나왔다", name="bare")
    await read(store, clock, audience, bare)
    async with store.db.reading() as connection:
        stored = (await connection.execute(select(ARTICLE.c.id))).scalar_one()
    whole = replace(bare, id=stored, body=BODY, first_seen=clock.now)

    async def decide(context, now):
        assert context.stored.judged
        return plan_page(whole, context.stored, context, audience, now=now)

    await store.articles.decide([whole], decide, revision=audience.revision, stored=stored, wanted=lambda _: True)
    await read(store, clock, audience, the_copy("여울통신"))

    (alert,) = await rows(store, Kind.ALERT)
    assert more(alert) == "외 1개 매체"


async def test_a_page_that_first_makes_an_article_wanted_lets_it_join(store, clock):
    audience = await watching(store, "토론토대|연구원")
    await read(store, clock, audience, the_copy("가람경제"))
    bare = an_article("새 거점 어디에", name="bare", outlet="여울통신")
    await read(store, clock, audience, bare)
    async with store.db.reading() as connection:
        stored = (await connection.execute(select(ARTICLE.c.id).where(ARTICLE.c.title == bare.title))).scalar_one()
    whole = replace(bare, id=stored, body=BODY, first_seen=clock.now)

    async def decide(context, now):
        return plan_page(whole, context.stored, context, audience, now=now)

    await store.articles.decide([whole], decide, revision=audience.revision, stored=stored, wanted=lambda _: True)

    (alert,) = await rows(store, Kind.ALERT)
    assert more(alert) == "외 1개 매체"


async def test_what_is_everywhere_is_furniture_and_joins_nobody(store, clock):
    audience = await watching(store, "LG전자")
    boilerplate = BODY * 2
    for number, town in enumerate(("창원", "구미", "평택", "청주", "인천", "부산")):
        title = f"LG전자 {town} {number + 3}공장 소식 {town * 3}"
        body = (
            f"{town} 이야기 {number}. {boilerplate}" if number < 5 else f"{town}만의 이야기가 따로 있다. {boilerplate}"
        )
        await read(store, clock, audience, the_copy(f"매체{number}", title, body=body))

    async with store.db.reading() as connection:
        pieces = (await connection.execute(select(func.count()).select_from(STORY_PIECE))).scalar_one()
    assert pieces < 200


async def test_after_seven_days_nothing_is_compared_with_any_more(store, clock):
    audience = await watching(store, "LG전자")
    await read(store, clock, audience, the_copy("가람경제"))
    clock.move(days=9)

    await store.housekeeping.tidy()

    async with store.db.reading() as connection:
        for table in (STORY_PRINT, STORY_PIECE, STORY_WORD):
            assert (await connection.execute(select(func.count()).select_from(table))).scalar_one() == 0
    await read(store, clock, audience, the_copy("여울통신"))
    assert len(await rows(store, Kind.ALERT)) == 2


TEXTS = [
    (LAB, BODY),
    (SAME_EVENT, SAME_EVENT_BODY),
    (f"{LAB}(종합)", BODY),
    ("LG전자 새 거점은 토론토", BODY),
    (OTHER, OTHER_BODY),
]
STEPS = st.lists(
    st.tuples(
        st.lists(st.tuples(st.integers(0, len(TEXTS) - 1), st.integers(0, 3)), min_size=1, max_size=3, unique=True),
        st.sampled_from(["send", "keep", "roll", "lose", "wait"]),
    ),
    min_size=1,
    max_size=6,
)


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
async def test_every_article_that_a_watch_wants_can_be_reached(tmp_path_factory, empty_sqlite, steps):
    path = shutil.copy(empty_sqlite, tmp_path_factory.mktemp("reach") / "test.db")
    clock = Clock()
    async with Store(f"sqlite:///{path}", voice=Voice(), clock=clock, events=EVENTS) as store:
        await _reachable(store, clock, steps)


async def _reachable(store, clock, steps):
    audience = await watching(store, "LG전자", channels=(HERE, THERE))
    for turn, (chosen, then) in enumerate(steps):
        articles = [
            an_article(TEXTS[text][0], name=f"{turn}-{text}-{outlet}", outlet=f"매체{outlet}", body=TEXTS[text][1])
            for text, outlet in chosen
        ]
        await read(store, clock, audience, *articles)
        await _then(store, clock, then)
    async with store.db.reading() as connection:
        rows_of = list(await connection.execute(select(ARTICLE.c.id, ARTICLE.c.story_id)))
    story_of = {row.id: row.story_id or row.id for row in rows_of}
    for channel, number in ((HERE, 1), (THERE, 2)):
        reached = set()
        for row in await rows(store, Kind.ALERT, Kind.THREAD):
            if row.channel_id != number:
                continue
            reached.add(row.article_id)
            if row.kind == Kind.THREAD:
                continue
            told = await store.articles.related(row.id, channel)
            # A roll-up and a summary of what came too late have no list; a copy of what they name is the same text.
            own, listed = story_of[row.article_id], row.state not in {State.ROLLED, State.EXPIRED}
            reached |= {each.article.id for each in told if listed or each.story_id == own}
        assert reached == set(story_of)


async def _then(store, clock, then):
    async with store.db.writing() as connection:
        waiting = update(DELIVERY).where(DELIVERY.c.state == State.PENDING)
        match then:
            case "send":
                await connection.execute(waiting.values(state=State.SENT, sent_at=clock.now, external_id="ts"))
            case "roll":
                await connection.execute(waiting.where(DELIVERY.c.kind == Kind.ALERT).values(state=State.ROLLED))
            case "lose":
                await connection.execute(waiting.values(state=State.EXPIRED))
            case "wait":
                clock.move(hours=30)
