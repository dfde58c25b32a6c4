import json
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bench import sense as bench
from bot.core.matching.names import parse_ambiguous, parse_companies
from bot.core.matching.sense import MAX_SHIFT, Scorer, Verdict, Vote, adjusted, parse_weights
from bot.core.news import Field, Hit

DATA = Path(__file__).parents[3] / "bot" / "data"
STORED = (DATA / "sense.json").read_text(encoding="utf-8")
SCORER = Scorer(
    parse_weights(STORED),
    parse_companies((DATA / "companies.tsv").read_text(encoding="utf-8")),
    parse_ambiguous((DATA / "ambiguous.tsv").read_text(encoding="utf-8")),
)


def hit_of(term: str, text: str, field: Field = Field.TITLE) -> Hit:
    start = text.index(term)
    return Hit(field, start, start + len(term), term, term)


def judged(term: str, title: str, summary: str = "", *, scorer: Scorer = SCORER) -> Verdict:
    fields = {Field.TITLE: title, Field.SUMMARY: summary, Field.BODY: ""}
    field = Field.TITLE if term in title else Field.SUMMARY
    return scorer.score(term, fields, hit_of(term, fields[field], field))


def seen(term: str, title: str, summary: str = "") -> dict[str, str]:
    return SCORER.features(term, {Field.TITLE: title, Field.SUMMARY: summary}, hit_of(term, title))


# Sentences that stand neither in the training set nor in the cases.
@pytest.mark.parametrize(
    ("term", "title", "summary", "is_org"),
    [
        ("기아", "기아, 전기차 EV2 유럽 판매 개시", "기아는 슬로바키아 공장에서 생산한다고 밝혔다.", True),
        ("기아", "예멘 기아 위기…아동 절반이 영양실조", "유엔은 식량 지원이 끊겼다고 호소했다.", False),
        ("기아", "네일 7이닝 호투…기아 4연승 선두 추격", "프로야구 기아 타이거즈가 이겼다.", False),
        ("대상", "독거 노인 대상 도시락 배달", "", False),
        ("대상", "대상, 베트남 김치 공장 증설…매출 확대 기대", "식품기업 대상은 투자 계획을 공시했다.", True),
        ("하나", "방 하나에서 시작된 독립 서점", "", False),
        ("카카오", "카카오 대표 교체…주가 3% 상승", "", True),
        ("오리온", "겨울밤 오리온 별자리 보는 법", "", False),
        ("LG전자", "LG전자 노조 창립 기념식", "", True),
    ],
)
def test_the_shipped_weights_tell_the_company_from_the_rest(term: str, title: str, summary: str, is_org: bool) -> None:
    assert judged(term, title, summary).is_org is is_org


def test_a_verdict_is_the_sum_of_its_reasons_and_names_them_by_weight() -> None:
    verdict = judged("기아", "기아, 전기차 판매 1위", "기아 주가는 5% 올랐다.")
    total = sum(reason.weight for reason in verdict.reasons)
    assert verdict.probability == pytest.approx(1 / (1 + 2.718281828459045**-total))
    weights = [abs(reason.weight) for reason in verdict.reasons]
    assert weights == sorted(weights, reverse=True)
    assert all(weights)
    assert {"start", "far.stock"} <= {reason.feature for reason in verdict.reasons}


def test_the_reasons_show_the_words_of_the_article() -> None:
    found = seen("한화", "문동주 호투에 한화 이글스 연승", "프로야구 한화가 홈런 두 방으로 이겼다.")
    assert found["next_team"] == "이글스"
    assert found["near.sports"] == "연승"
    assert "홈런" in found["far.sports"]
    assert found["kind.team & near.sports"] == "연승"
    assert "이글스" in found["list.others"]
    assert found["repeated"] == "한화"


@pytest.mark.parametrize(
    ("term", "title", "feature"),
    [
        ("기아", "기아[000270] 강세", "after.code"),
        ("기아", "기아(000270) 강세", "after.code"),
        ("양자", "양자(兩者) 회담", "after.hanja"),
        ("CJ", "CJ ENM 주가", "after.latin"),
        ("CJ", "CJ ENM 주가", "longer"),
        ("NH", "NH-아문디 펀드", "after.hyphen"),
        ("매일", "매일 3회 운항", "after.number"),
        ("삼성", "탁구 김철수(삼성) 우승", "before.person"),
        ("삼성", "[삼성] 소식", "before.bracket"),
        ("삼성", "현대·삼성·LG", "before.dot"),
        ("삼성", "현대·삼성·LG", "after.dot"),
        ("삼성", "현대, 삼성 등", "before.comma"),
        ("하나", "이 가운데 하나", "before.among"),
        ("하나", "이 가운데 하나", "after.end"),
        ("진로", "정당의 진로", "before.of"),
        ("대우", "받는 대우", "before.modified"),
        ("대우", "직원에게 대우", "before.particle"),
        ("대우", "특급 대우", "before.word"),
        ("대우", "대우가 나쁘다", "before.start"),
        ("대우", "대우가 나쁘다", "after.subject"),
        ("기아", "기아가 신차를 출시했다", "after.acts"),
        ("기아", "기아, 신차 출시", "after.acts"),
        ("기아", "기아그룹 소식", "after.company"),
        ("기아", "“기아” 소식", "after.closed"),
        ("기아", "기아 소식", "after.word"),
        ("기아", "기아% 소식", "after.sign"),
        ("알리", "봄을 알리는 꽃", "kind.verb & after.subject"),
        ("LG전자", "LG전자", "directory"),
        ("LG전자", "LG전자", "latin"),
        ("기아", "기아", "short"),
    ],
)
def test_each_feature_is_seen_where_it_stands(term: str, title: str, feature: str) -> None:
    assert feature in seen(term, title)


def test_the_same_company_under_a_longer_name_is_no_other_company() -> None:
    assert "longer" not in seen("기아", "기아 자동차 판매")
    assert "longer" in seen("삼성", "삼성 전자 주가")


def test_decomposed_hangul_reads_like_composed() -> None:
    title = "기아, 전기차 판매 호조"
    decomposed = unicodedata.normalize("NFD", title)
    hit = Hit(Field.TITLE, 0, len(unicodedata.normalize("NFD", "기아")), unicodedata.normalize("NFD", "기아"), "기아")
    assert SCORER.score("기아", {Field.TITLE: decomposed}, hit).probability == pytest.approx(
        judged("기아", title).probability
    )


def test_a_hit_in_a_field_that_is_not_there_is_still_judged() -> None:
    verdict = SCORER.score("기아", {}, Hit(Field.BODY, 0, 2, "기아", "기아"))
    assert 0 < verdict.probability < 1


def test_means_org_is_the_answer_of_the_score() -> None:
    title = "예멘 기아 위기에 유엔 식량 지원"
    assert SCORER.means_org("기아", {Field.TITLE: title}, hit_of("기아", title)) is judged("기아", title).is_org


@given(st.text(max_size=80), st.text(max_size=80), st.integers(0, 90), st.integers(0, 90))
def test_any_text_and_any_offsets_get_a_probability(title: str, summary: str, start: int, end: int) -> None:
    hit = Hit(Field.SUMMARY, start, max(start, end), summary[start : max(start, end)], "기아")
    verdict = SCORER.score("기아", {Field.TITLE: title, Field.SUMMARY: summary}, hit)
    assert 0 <= verdict.probability <= 1
    assert verdict.is_org is (verdict.probability >= SCORER.weights.threshold)


def vote(term: str, title: str, *, good: bool) -> Vote:
    return Vote(term, frozenset(seen(term, title)), good)


def test_thumbs_down_lower_and_thumbs_up_raise_what_is_like_it() -> None:
    title = "카카오 원두 값이 올랐다"
    before = judged("카카오", title).probability
    worse = SCORER.with_votes([vote("카카오", title, good=False)] * 3)
    better = SCORER.with_votes([vote("카카오", title, good=True)] * 3)
    assert (
        judged("카카오", title, scorer=worse).probability < before < judged("카카오", title, scorer=better).probability
    )


def test_a_vote_moves_its_own_name_more_than_others() -> None:
    title = "카카오 새 소식"
    after = SCORER.with_votes([vote("카카오", title, good=False)] * 3)
    own = judged("카카오", title).probability - judged("카카오", title, scorer=after).probability
    other = judged("메타", "메타 새 소식").probability - judged("메타", "메타 새 소식", scorer=after).probability
    assert own > other > 0


def test_votes_show_among_the_reasons() -> None:
    title = "카카오 새 소식"
    after = SCORER.with_votes([vote("카카오", title, good=False)] * 3)
    shown = {reason.feature: reason.weight for reason in judged("카카오", title, scorer=after).reasons}
    assert shown["term:카카오"] < 0
    assert "term:카카오" not in {reason.feature for reason in judged("카카오", title).reasons}


@given(st.lists(st.tuples(st.sampled_from(["기아", "대상"]), st.booleans()), max_size=60))
def test_votes_never_move_a_weight_beyond_the_bound(votes: list[tuple[str, bool]]) -> None:
    moved = adjusted(SCORER.weights, [vote(term, f"{term} 소식", good=good) for term, good in votes])
    assert all(abs(shift) <= MAX_SHIFT for shift in moved.shifts.values())
    assert moved.weights == SCORER.weights.weights


def test_no_votes_change_nothing() -> None:
    assert adjusted(SCORER.weights, []) == SCORER.weights


@pytest.mark.parametrize(
    "broken",
    [
        {"start": None},
        {"weights": []},
        {"words": {"near": 3}},
        {"threshold": "nan"},
    ],
)
def test_weights_of_another_form_are_refused(broken: dict[str, object]) -> None:
    with pytest.raises(ValueError, match="sense weights"):
        parse_weights(json.dumps(json.loads(STORED) | broken))


def test_the_shipped_weights_are_those_of_the_shipped_sentences() -> None:
    blank = Scorer(replace(SCORER.weights, start=0.0, weights={}), SCORER.directory, SCORER.ambiguous)
    start, values = bench.fit(bench.rows_of(bench.own_cases(), blank))
    assert start == pytest.approx(SCORER.weights.start, abs=0.002)
    assert {name for name, value in values.items() if abs(value) > 2 * bench.SMALLEST} <= set(SCORER.weights.weights)
    assert all(value == pytest.approx(values[name], abs=0.005) for name, value in SCORER.weights.weights.items())


def test_names_of_a_fold_never_stand_on_both_sides() -> None:
    assert bench.fold_of("AI 반도체") == bench.fold_of("ai반도체")
    assert {bench.fold_of(case.name) for case in bench.own_cases()} == set(range(bench.FOLDS))


def test_the_measure_counts_what_the_word_rule_missed() -> None:
    pairs = [(0.9, True), (0.8, False), (0.1, True)]
    assert bench.measure(pairs, 0.5) == pytest.approx((1 / 2, 1 / 2, 1 / 2))
    assert bench.measure(pairs, 0.5, missed=2) == pytest.approx((1 / 2, 1 / 4, 1 / 3))
