import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import bot.data
from bot.core.news import Article
from bot.core.story import (
    NO_EVENTS,
    Candidate,
    Gathered,
    Split,
    VerdictKind,
    is_update,
    judge,
    plain_title,
    read_model,
    stage,
    title_features,
)
from bot.core.story.events import PARTS, TOLD_AS, compare
from bot.core.wording import TEXTS

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
RAW = json.loads((Path(bot.data.__file__).parent / "events.json").read_text(encoding="utf-8"))
MODEL = read_model(RAW)
OWN_PAIRS = json.loads((Path(__file__).parents[1] / "data" / "event_pairs.json").read_text(encoding="utf-8"))


def an_article(title, summary="", hours=0.0, number=1, outlet="한길일보"):
    return Article(
        id=number, title=title, url="", summary=summary, outlet=outlet, first_seen=NOON + timedelta(hours=hours)
    )


def test_the_shipped_model_agrees_with_most_pairs_written_for_it_and_fitted_on_none_of_them():
    right = 0
    for pair in OWN_PAIRS:
        one, other = an_article(*pair["a"]), an_article(*pair["b"], number=2, outlet="새벽경제")
        right += (MODEL.weigh(one, other).probability >= MODEL.threshold) == pair["same"]
    assert right / len(OWN_PAIRS) >= 0.85


def test_the_evidence_of_a_pair_names_what_speaks_for_it():
    one = an_article("한빛전자, 강릉에 4200억 들여 배터리 공장", "한빛전자가 강릉에 배터리 공장을 짓는다고 2일 밝혔다.")
    other = an_article(
        "한빛전자 '강릉 배터리 공장' 짓는다…4,200억원 투자", "한빛전자는 4천200억원을 투자한다고 2일 밝혔다.", 1
    )
    evidence = MODEL.weigh(one, other)
    assert evidence.probability > MODEL.threshold
    assert 1 <= len(evidence.reasons) <= 3
    assert {key for key, _ in evidence.reasons} <= set(TOLD_AS.values()) & set(TEXTS)


def test_the_same_event_is_told_together_and_a_split_is_respected():
    known = Candidate(an_article("한빛전자, 강릉에 배터리 공장", "한빛전자가 강릉에 4200억원을 들여 공장을 짓는다."), 7)
    newcomer = an_article(
        "한빛전자 강릉에 공장 짓는다…4200억원", "강릉에 배터리 공장이 선다.", 1, number=2, outlet="새벽경제"
    )
    nothing = Gathered(frozenset(), ())
    verdict = judge(newcomer, [known], nothing, model=MODEL)
    assert (verdict.kind, verdict.story_id) == (VerdictKind.SAME_EVENT, 7)
    assert judge(newcomer, [known], nothing, model=MODEL, splits=[Split(2, "", 7)]).kind is VerdictKind.NEW
    assert judge(newcomer, [known], nothing, model=NO_EVENTS).kind is VerdictKind.NEW
    elsewhere = replace(newcomer, title="북부에 세울 생산 시설 확정")
    assert judge(elsewhere, [known], nothing, model=MODEL).kind is VerdictKind.NEW
    unlike = an_article("한빛전자 주주총회", "배당을 늘리기로 했다.", 90, number=3, outlet="새벽경제")
    assert judge(unlike, [known], nothing, model=MODEL).kind is VerdictKind.NEW


texts = st.text(max_size=60)


@settings(deadline=None)  # no timed tests
@given(texts, texts, texts, st.floats(min_value=0, max_value=400))
def test_any_two_articles_can_be_compared_in_either_order(title, lede, other_title, hours):
    one, other = an_article(title, lede), an_article(other_title, lede[::-1], hours, number=2, outlet="")
    assert MODEL.weigh(one, other) == MODEL.weigh(other, one)
    assert 0.0 <= MODEL.weigh(one, other).probability <= 1.0
    assert tuple(compare(one, other)) == PARTS


def test_a_model_of_another_version_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        read_model(RAW | {"version": 2})
    with pytest.raises(ValueError, match="does not fit"):
        read_model(RAW | {"weights": {}})


def test_an_article_without_a_summary_is_compared_by_the_beginning_of_its_text():
    body = "(서울=한길뉴스) 김나래 기자 = 한빛전자가 강릉에 배터리 공장을 짓는다고 밝혔다. " + "덧붙였다 " * 90
    whole, brief = (
        an_article("한빛전자 공장"),
        an_article("한빛전자 공장", "한빛전자가 강릉에 배터리 공장을 짓는다고 밝혔다."),
    )
    assert compare(replace(whole, body=body), brief)["words_shared"] > 0.9


def test_headline_features_survive_particles_and_are_the_same_on_every_machine():
    assert set(title_features(an_article("[속보] 한빛전자가 강릉에"))) == set(
        title_features(an_article("한빛전자는 강릉에"))
    )
    assert title_features(an_article("LG 4천200억")) == title_features(an_article("lg 4,200억"))
    assert title_features(an_article("LG")) == (1531429551,)


@pytest.mark.parametrize(
    ("title", "plain"),
    [
        ("[속보] 코스피 5000 돌파", "코스피 5000 돌파"),
        ("[단독][현장] 공장 화재(종합2보)", "공장 화재"),
        ("<그래픽> 물가", "물가"),
        ("[표]", "[표]"),
        ("삼성(三星), 새 공장", "삼성(三星), 새 공장"),
    ],
)
def test_marks_and_rubrics_at_the_edges_are_no_part_of_a_headline(title, plain):
    assert plain_title(title) == plain


def test_bulletins_grow_from_flash_to_summary():
    grown = [
        "공장 화재",
        "[속보] 공장 화재",
        "[1보] 공장 화재",
        "[2보] 공장 화재",
        "[3보] 공장 화재",
        "공장 화재(종합)",
        "공장 화재(종합2보)",
        "공장 화재(종합3보)",
    ]
    assert [stage(title) for title in grown] == sorted(stage(title) for title in grown)
    assert len({stage(title) for title in grown}) == len(grown)
    assert stage("[긴급] 화재") == stage("[Breaking] fire") == stage("[속보] 화재")


def test_a_later_bulletin_and_a_new_number_are_updates_and_a_repeat_is_none():
    story = [an_article("[속보] 강릉 공장 화재", "3명이 다쳤다.")]
    assert is_update(an_article("강릉 공장 화재(종합)"), story)
    assert is_update(an_article("강릉 공장 화재, 5명 다쳐"), story)
    assert not is_update(an_article("강릉 공장 화재, 3명 다쳐"), story)
    assert not is_update(an_article("[속보] 강릉 공장에 불"), story)
    assert not is_update(an_article("[속보] 강릉 공장 화재", "사망 2명"), story)
    assert not is_update(an_article("강릉 공장 화재(종합)"), [])
