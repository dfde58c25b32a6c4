from dataclasses import replace
from datetime import timedelta

import pytest

from bot.core.compose import Voice
from bot.core.delivery import Kind
from bot.core.message import Byline, Chips, Excerpt, Headline
from bot.core.news import Pace
from bot.core.plan import (
    EDIT_WINDOW,
    Card,
    Context,
    KnownArticle,
    Member,
    plan_baseline,
    plan_page,
    plan_poll,
    unknown,
)
from bot.core.story import Joined, VerdictKind
from tests.builders import HERE, NOW, THERE, a_watch, an_article, an_audience

AI_LAB = '"AI 연구소"'


def part(message, kind):
    return next(each for each in message.parts if isinstance(each, kind))


def the_deliveries(plan):
    return [delivery for each in plan.articles for delivery in each.deliveries]


def a_known(article, **more):
    values = {"id": 7, "story_id": 7, "title": article.title, "summary": article.summary, "outlet": article.outlet}
    return KnownArticle(**{**values, "first_seen": article.first_seen, **more})


def a_card(plan, story=7, **more):
    (delivery,) = the_deliveries(plan)
    values = {"delivery_id": 3, "channel": delivery.channel, "story_id": story, "article_id": story}
    return Card(
        **{**values, "message": delivery.message, "created_at": NOW, "watch_ids": frozenset(delivery.watch_ids), **more}
    )


COPY_OF_7 = Joined(VerdictKind.COPY, story_id=7, event_id=7)


def a_copy_of(card, joined=COPY_OF_7):
    return Context(joined={0: joined}, members={7: (Member(7, 7, "가람경제"),)}, cards={7: (card,)})


def test_an_article_that_a_watch_wants_becomes_one_alert_with_all_watches_on_it():
    article = an_article("LG전자, 토론토 거점 키운다", body="2018년에 문을 연 AI 연구소가 거점이다.", published=NOW)
    audience = an_audience(a_watch("LG전자", 1), a_watch(AI_LAB, 2), a_watch("케이뱅크", 3))

    plan = plan_poll([article], Context(), audience, now=NOW)

    (alert,) = the_deliveries(plan)
    assert (alert.channel, alert.kind, alert.watch_ids) == (HERE, Kind.ALERT, (1, 2))
    assert part(alert.message, Chips).labels == ("LG전자", "AI 연구소")
    assert part(alert.message, Headline).url == article.url
    assert alert.message.text == "[LG전자][AI 연구소] LG전자, 토론토 거점 키운다 (가람경제)"
    assert [span.text for span in part(alert.message, Excerpt).spans if span.tone == "strong"] == ["AI 연구소"]
    assert part(alert.message, Byline).seen is False


def test_each_channel_gets_its_own_alert_in_its_own_language():
    audience = an_audience(
        a_watch("LG전자", 1), a_watch("LG전자", 2, channel=THERE), voices={THERE: Voice("en", "UTC")}
    )

    plan = plan_poll([an_article()], Context(), audience, now=NOW)

    spoken = {delivery.channel: delivery.message.language for delivery in the_deliveries(plan)}
    assert spoken == {HERE: "ko", THERE: "en"}


def test_the_card_names_the_part_of_the_watch_that_hit_and_the_first_of_its_aliases():
    audience = an_audience(a_watch(f"LG전자, {AI_LAB}", 1), a_watch("삼성전자|삼전|005930", 2))
    article = an_article("삼전, AI 연구소 세운다")

    plan = plan_poll([article], Context(), audience, now=NOW)

    assert part(the_deliveries(plan)[0].message, Chips).labels == ("AI 연구소", "삼성전자")


def test_a_first_reading_says_nothing_and_remembers_everything():
    articles = [an_article("LG전자 하나"), an_article("LG전자 둘")]

    plan = plan_baseline(articles, Context())

    assert the_deliveries(plan) == []
    assert len(plan.articles) == 2
    assert all(each.baseline for each in plan.articles)


def test_a_watch_acts_only_on_articles_first_seen_after_it():
    late = a_watch("LG전자", 1, since=NOW)

    assert the_deliveries(plan_poll([an_article()], Context(), an_audience(late), now=NOW)) == []


def test_a_known_article_is_not_told_again_whatever_its_date_says():
    article = an_article(published=NOW + timedelta(days=3), keys=(b"a", b"b"))
    context = Context(known={b"b": a_known(article)})

    assert plan_poll([article], context, an_audience(a_watch()), now=NOW).articles == ()


def test_of_two_entries_with_a_common_identity_the_first_counts():
    one, two = an_article("하나", keys=(b"1", b"x")), an_article("둘", keys=(b"x", b"2"))

    assert unknown([one, two], {}) == (one,)


def test_alerts_come_in_the_order_of_events():
    articles = [an_article("LG전자 새것"), an_article("LG전자 옛것")]

    plan = plan_poll(articles, Context(), an_audience(a_watch()), now=NOW)

    assert [part(delivery.message, Headline).title for delivery in the_deliveries(plan)] == [
        "LG전자 옛것",
        "LG전자 새것",
    ]


def test_an_edited_headline_edits_the_card_and_is_no_second_alert():
    audience = an_audience(a_watch())
    first = plan_poll([an_article("LG전자, 연구소 연다", keys=(b"k",))], Context(), audience, now=NOW)
    known = a_known(an_article("LG전자, 연구소 연다"), decided=frozenset({1}))
    context = Context(known={b"k": known}, cards={7: (a_card(first),)})

    edited = an_article("LG전자, 연구소 두 곳 연다", keys=(b"k",))
    (delivery,) = the_deliveries(plan_poll([edited], context, audience, now=NOW))

    assert (delivery.kind, delivery.card.delivery_id) == (Kind.EDIT, 3)
    assert part(delivery.message, Headline).title == "LG전자, 연구소 두 곳 연다"
    assert part(delivery.message, Headline).note == "(제목 수정)"


def test_an_edit_long_after_is_let_be():
    audience = an_audience(a_watch())
    known = a_known(an_article("옛 제목"), first_seen=NOW - EDIT_WINDOW)

    assert (
        plan_poll(
            [an_article("LG전자 새 제목", keys=(b"k",))], Context(known={b"k": known}), audience, now=NOW
        ).articles
        == ()
    )


def test_an_edit_of_a_baseline_article_says_nothing():
    known = a_known(an_article("옛 제목"), baseline=True)
    edited = an_article("LG전자 새 제목", keys=(b"k",))

    assert plan_poll([edited], Context(known={b"k": known}), an_audience(a_watch()), now=NOW).articles == ()


def test_an_edit_that_a_new_watch_wants_raises_that_alert():
    audience = an_audience(a_watch("LG전자", 1), a_watch("한화", 2))
    known = a_known(an_article("한화, 새 배 띄운다"), decided=frozenset({2}))
    edited = an_article("LG전자·한화, 새 배 띄운다", keys=(b"k",))

    (delivery,) = the_deliveries(plan_poll([edited], Context(known={b"k": known}), audience, now=NOW))

    assert (delivery.kind, delivery.watch_ids) == (Kind.ALERT, (1,))


def test_a_copy_from_another_outlet_raises_the_counter_of_the_card():
    audience = an_audience(a_watch())
    first = plan_poll([an_article()], Context(), audience, now=NOW)
    copy = an_article(outlet="여울통신", keys=(b"copy",))
    context = a_copy_of(a_card(first))

    (planned,) = plan_poll([copy], context, audience, now=NOW).articles

    (delivery,) = planned.deliveries
    assert planned.joined == COPY_OF_7
    assert delivery.kind is Kind.EDIT
    assert part(delivery.message, Byline).more == "외 1개 매체"


def test_a_copy_that_only_another_watch_wants_still_counts_on_the_card():
    first = plan_poll([an_article("LG전자와 한화")], Context(), an_audience(a_watch("LG전자", 1)), now=NOW)
    copy = an_article("LG전자와 한화", outlet="여울통신", keys=(b"copy",))
    context = a_copy_of(a_card(first))

    (delivery,) = the_deliveries(plan_poll([copy], context, an_audience(a_watch("한화", 2)), now=NOW))

    assert delivery.kind is Kind.EDIT
    assert part(delivery.message, Chips).labels == ("LG전자", "한화")


def test_a_card_that_was_rolled_up_is_neither_edited_nor_told_again():
    audience = an_audience(a_watch())
    first = plan_poll([an_article()], Context(), audience, now=NOW)
    context = a_copy_of(a_card(first, open=False))

    assert the_deliveries(plan_poll([an_article(outlet="여울통신", keys=(b"c",))], context, audience, now=NOW)) == []


def test_a_digest_watch_raises_no_alert_but_is_remembered():
    plan = plan_poll([an_article()], Context(), an_audience(a_watch(pace=Pace.DIGEST)), now=NOW)

    (planned,) = plan.articles
    assert planned.deliveries == ()
    assert [decision.watch_id for decision in planned.decisions] == [1]


@pytest.mark.parametrize(("mutes", "held"), [((3, 5), NOW + timedelta(hours=3)), ((3, None), None)])
def test_an_alert_is_held_only_when_every_watch_on_it_is_muted(mutes, held):
    watches = [
        a_watch(text, number, muted_until=NOW + timedelta(hours=hours) if hours else None)
        for (number, text), hours in zip(enumerate(("LG전자", "연구소"), 1), mutes, strict=True)
    ]

    (delivery,) = the_deliveries(plan_poll([an_article()], Context(), an_audience(*watches), now=NOW))

    assert delivery.held_until == held


def test_a_watch_that_came_near_is_remembered_with_the_reason():
    (planned,) = plan_poll(
        [an_article("기아대책, 새 이사장")], Context(), an_audience(a_watch("기아")), now=NOW
    ).articles

    (decision,) = planned.decisions
    assert decision.hits == ()
    assert decision.reason


def test_a_page_that_comes_late_raises_the_alert_that_only_it_can():
    audience = an_audience(a_watch(AI_LAB, 2))
    whole = an_article("토론토 거점 키운다", body="AI 연구소가 중심이다.", id=7)
    known = a_known(whole, decided=frozenset())

    plan = plan_page(whole, known, Context(stored=known), audience, now=NOW)

    (delivery,) = the_deliveries(plan)
    assert delivery.kind is Kind.ALERT
    assert plan.articles[0].article.body == whole.body


def test_a_page_that_comes_late_adds_its_watch_to_the_card_that_is_there():
    audience = an_audience(a_watch("LG전자", 1), a_watch(AI_LAB, 2))
    headline = an_article("LG전자, 거점 키운다")
    card = a_card(plan_poll([headline], Context(), audience, now=NOW))
    whole = replace(headline, body="AI 연구소가 중심이다.", id=7)
    known = a_known(whole, decided=frozenset({1}))

    (delivery,) = the_deliveries(plan_page(whole, known, Context(stored=known, cards={7: (card,)}), audience, now=NOW))

    assert delivery.kind is Kind.EDIT
    assert part(delivery.message, Chips).labels == ("LG전자", "AI 연구소")


def test_an_article_waits_for_its_page_only_when_asked_to():
    article = an_article()

    (waiting,) = plan_poll([article], Context(), an_audience(), now=NOW, pages_wanted=frozenset(article.keys)).articles
    (not_waiting,) = plan_poll([article], Context(), an_audience(), now=NOW).articles

    assert (waiting.page_wanted, not_waiting.page_wanted) == (True, False)


def test_no_date_shows_the_time_of_first_sight():
    (delivery,) = the_deliveries(plan_poll([an_article()], Context(), an_audience(a_watch()), now=NOW))

    assert part(delivery.message, Byline).seen is True
    assert part(delivery.message, Byline).when == NOW
