from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.news import Article
from bot.core.story import (
    NO_EVENTS,
    Candidate,
    Gathered,
    Posting,
    Split,
    Verdict,
    VerdictKind,
    gather,
    grams,
    judge,
    judge_by_title,
    new_postings,
    text_size,
    title_key,
)
from bot.core.story.copies import containment, numbers, numbers_agree, own_text, titles_contradict

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)
BODY = (
    "한빛전자는 강릉에 전고체 배터리 생산 공장을 새로 짓기로 하고 모두 4,200억원을 들인다고 2일 밝혔다.\n"
    "새 공장의 터는 31만㎡이며 2028년 3분기부터 제품을 내놓는 것이 목표다.\n"
    "현지 정부는 법인세를 5년 동안 깎아 주고 전력망을 잇는 비용의 12.5%를 대기로 했다.\n"
    "업계에서는 보호 무역이 거세지는 만큼 원가를 낮추는 일이 급하다고 본다."
)

ONE_TEXT = """
주주총회가 서울에서 열려 안건이 모두 통과됐다. 이사 보수 한도를 올리는 안건에는 기관 투자자가 반대했으나 찬성이 많았다.
새 사외이사로는 회계를 전공한 교수가 뽑혔고 배당은 지난해와 같게 정해졌다. 회사는 자사주를 사들여 태우겠다고 약속했다.
"""
OTHER_TEXT = """
소액 주주가 회사를 상대로 소송을 내겠다고 나섰다. 이들은 합병 비율이 불리하게 정해졌다며 법원에 증거를 내기로 했다.
행사장 앞에서는 아침부터 손팻말을 든 사람들이 줄을 섰으며 경찰이 길을 터 주었다. 대리인은 다음 달에 소장을 낸다고 했다.
"""
LOTTERY_TEXT = """
동행복권은 당첨 번호를 뽑았다고 밝혔다. 당첨금은 은행 본점에서 받을 수 있으며 기한은 한 해이다. 자동 선택이 수동보다
많았고 서울과 강릉의 판매점이 나란히 이름을 올렸다. 기한이 지난 당첨금은 복권 기금으로 들어가 공익 사업에 쓰인다.
"""


def an_article(
    number=1, title="한빛전자, 강릉에 배터리 공장 짓는다…4,200억원 투자", body=BODY, outlet="한길일보", at=NOON
):
    return Article(id=number, title=title, url=f"https://n.example/{number}", body=body, outlet=outlet, first_seen=at)


def verdict_on(newcomer, *known, splits=()):
    postings = [Posting(gram, each.id, each.id) for each in known for gram in grams(each)]
    own = set(grams(newcomer))
    found = gather(own, [posting for posting in postings if posting.gram in own])
    candidates = [Candidate(each, each.id, text_size(grams(each)), title_key(each.title)) for each in known]
    return judge(newcomer, candidates, found, model=NO_EVENTS, splits=splits)


def test_a_retitled_and_cut_copy_joins_the_story():
    copy = an_article(2, "4,200억 들여 강릉 간다", "\n".join(BODY.split("\n")[:2]), "새벽경제")
    verdict = verdict_on(copy, an_article())
    assert (verdict.kind, verdict.story_id, verdict.article_id) == (VerdictKind.COPY, 1, 1)
    assert verdict.reasons[0][0] == "story.shared_text"


def test_another_event_of_the_same_company_is_new():
    other = an_article(
        2,
        "한빛전자 새 대표에 김나래 부사장",
        "한빛전자는 이사회를 열어 김나래 부사장을 새 대표이사로 내정했다고 알렸다. 임기는 주주총회까지이며 기존 대표는 "
        "고문으로 물러난다.\n업계에서는 보호 무역이 거세지는 만큼 원가를 낮추는 일이 급하다고 본다.",
    )
    assert verdict_on(other, an_article()) == Verdict(VerdictKind.NEW)


def test_two_texts_with_some_background_in_common_are_copies_only_when_their_headlines_agree():
    background = "\n".join(BODY.split("\n")[2:])
    known = an_article(1, "한빛전자 주주총회 열려", ONE_TEXT + background)
    other = an_article(2, "소액 주주, 법원에 소송 낸다", OTHER_TEXT + background, "새벽경제")
    assert verdict_on(other, known).kind is VerdictKind.NEW
    alike = replace(other, title="한빛전자 주주총회, 서울서 열려")
    assert 0.3 <= verdict_on(alike, known).score < 0.5


def market(number, day, points, close, title="코스피, 상승 마감"):
    body = (
        f"코스피 지수가 {day}일 전 거래일보다 {points}포인트 상승한 {close}에 거래를 마쳤다. 유가증권시장에서 외국인은 "
        f"{int(points) * 31}억원어치를 사들였고 기관은 {int(points) * 17}억원어치를 팔았다."
    )
    return an_article(number, title, body, "한길일보", NOON + timedelta(days=int(day)))


def test_the_next_day_of_a_bulletin_is_another_story_although_its_words_are_the_same():
    assert verdict_on(market(2, "3", "41", "4,102.33"), market(1, "2", "18", "4,061.12")).kind is VerdictKind.NEW


def test_headlines_that_name_other_numbers_are_other_bulletins():
    assert titles_contradict("로또 1,101회 1등 7명", "로또 1,102회 1등 9명")
    assert titles_contradict("코스피 2.1% 상승 마감", "코스피 3.4% 상승 마감")
    assert titles_contradict("서울서 차량 9대 추돌…2명 부상", "서울서 차량 3대 추돌…2명 부상")
    assert not titles_contradict("서울서 차량 9대 추돌…2명 부상", "차량 9대 잇따라 추돌")
    assert not titles_contradict("한빛전자 공장 화재", "한빛전자 공장 화재, 3명 다쳐")


def test_a_headline_with_other_numbers_decides_where_the_texts_have_few():
    text = LOTTERY_TEXT
    known = an_article(1, "로또 1,101회 1등 7명", text)
    assert verdict_on(an_article(2, "로또 1,102회 1등 9명", text, "새벽경제"), known).kind is VerdictKind.NEW
    assert verdict_on(an_article(2, "로또 1,101회 1등 7명 나와", text, "새벽경제"), known).kind is VerdictKind.COPY


def test_two_articles_of_one_outlet_are_not_copies_because_of_its_page_furniture():
    furniture = "실시간 인기 기사 목록 " + " ".join(
        f"어느 회사가 어느 도시에서 무엇을 했다는 제목 가{n}" for n in range(12)
    )
    one = an_article(1, "바른식품 새 대표에 오민수 부사장", f"오민수 부사장이 대표가 됐다.\n{furniture}")
    other = an_article(2, "강릉 해변에 관광객 몰려", f"강릉에 사람이 많이 왔다.\n{furniture}")
    assert verdict_on(other, one).kind is VerdictKind.NEW


def test_the_tail_in_which_a_page_speaks_of_itself_is_not_compared():
    article = an_article(body=f"{BODY}\n<저작권자 한길일보, 무단 전재 금지> 많이 본 기사")
    assert own_text(article).rstrip(" <\n") == BODY
    assert own_text(an_article(body=f"{BODY}\n김나래 기자 narae@news.example")).endswith("narae")
    assert "첫머리" in own_text(an_article(body=f"저작권자 첫머리 {BODY}"))


def test_an_equal_headline_joins_texts_that_are_too_short_to_compare():
    brief = an_article(2, body="", outlet="새벽경제")
    assert verdict_on(brief, an_article()).kind is VerdictKind.COPY
    assert verdict_on(replace(brief, first_seen=NOON + timedelta(hours=37)), an_article()).kind is VerdictKind.NEW


def test_an_equal_headline_over_another_text_without_numbers_joins_nothing():
    one = an_article(1, "한빛전자 주주총회 열려", ONE_TEXT)
    other = an_article(2, "한빛전자 주주총회 열려", OTHER_TEXT, "새벽경제")
    assert verdict_on(other, one).kind is VerdictKind.NEW


def test_a_week_later_nothing_is_joined():
    assert verdict_on(an_article(2, at=NOON + timedelta(days=8)), an_article()).kind is VerdictKind.NEW


def test_the_closest_of_several_candidates_wins_in_whatever_order_they_come():
    close = an_article(1)
    far = an_article(
        3, "강릉에 배터리 공장", "\n".join([*BODY.split("\n")[:2], "강릉시는 길을 넓힌다고 했다. " * 6]), "나라뉴스"
    )
    copy = an_article(5, "강릉 배터리 공장에 4,200억원", BODY, "새벽경제")
    assert verdict_on(copy, close, far) == verdict_on(copy, far, close)
    assert verdict_on(copy, close, far).story_id == 1


def test_what_was_split_never_joins_that_story_again_nor_do_its_copies():
    known = an_article()
    copy = an_article(2, outlet="새벽경제")
    split = Split(article_id=2, title_key=title_key(copy.title), story_id=1)
    assert verdict_on(copy, known).kind is VerdictKind.COPY
    assert verdict_on(copy, known, splits=[split]).kind is VerdictKind.NEW
    assert verdict_on(replace(copy, id=9), known, splits=[split]).kind is VerdictKind.NEW
    assert verdict_on(replace(copy, id=9), known, splits=[Split(2, "", 1)]).kind is VerdictKind.COPY
    assert verdict_on(copy, replace(known, id=7), splits=[split]).kind is VerdictKind.COPY


def test_an_equal_headline_with_equal_numbers_needs_no_look_up_of_pieces():
    known = Candidate(an_article(), 1, key=title_key(an_article().title))
    copy = an_article(2, outlet="새벽경제")
    found = judge_by_title(copy, known)
    assert found is not None
    assert (found.kind, found.story_id) == (VerdictKind.COPY, 1)
    assert judge_by_title(replace(copy, body="다른 글"), known) is None
    assert judge_by_title(replace(copy, title="다른 제목의 기사입니다"), known) is None
    assert judge_by_title(replace(copy, first_seen=NOON + timedelta(days=3)), known) is None
    assert judge_by_title(copy, known, splits=[Split(2, "", 1)]) is None


def test_a_title_key_ignores_marks_spaces_and_signs_and_is_empty_when_it_says_too_little():
    assert title_key("[단독] '한빛전자', 강릉에 공장 짓는다(종합)") == title_key("한빛전자 강릉에 공장 짓는다")
    assert title_key("[인사] 한빛전자") == ""
    assert title_key("[오늘의 날씨]") == ""


def test_pieces_are_the_same_on_every_machine():
    assert grams(an_article(body="가나다라 마바사아 자차카타 파하가나 다라마바")) == (1300830802, 4192402624)


def test_a_text_without_spaces_and_one_with_emoji_have_pieces():
    assert len(grams(an_article(body="한글만이어지는아주긴글" * 12))) > 3
    assert grams(an_article(body="😀 " + BODY)) != ()
    assert grams(an_article(body="짧다")) == ()


@settings(deadline=None)  # no timed tests
@given(st.text(max_size=300))
def test_any_text_has_pieces_and_shares_all_with_itself(text):
    article = an_article(body=text)
    own = grams(article)
    assert own == tuple(sorted(set(own)))
    found = gather(own, [Posting(gram, 1, 1) for gram in own])
    if len(own) >= 6:
        assert containment(found.size, found.near[0].shared, text_size(own)) == 1.0


def test_a_thin_and_a_dense_sample_compare_only_what_both_keep():
    long = an_article(1, body=BODY * 4)
    short = an_article(2, "아주 다른 제목입니다", BODY, "새벽경제")
    assert len(grams(short)) > len(grams(long)) / 2
    assert verdict_on(short, long).score > 0.8


def test_a_piece_in_more_than_three_stories_is_furniture_and_stops_counting():
    own = [11, 22]
    postings = [Posting(11, number, number) for number in (1, 2, 3, 4)] + [Posting(22, 1, 1)]
    found = gather(own, postings)
    assert found.furniture == {11}
    assert found.own == {22}
    assert [near.article_id for near in found.near] == [1]
    marked = gather(own, [Posting(11, 0, 0), Posting(22, 1, 1)])
    assert (marked.own, marked.furniture, marked.near) == ({22}, frozenset(), found.near)


def test_many_copies_in_one_story_are_not_furniture():
    postings = [Posting(11, number, 1) for number in range(1, 30)]
    assert gather([11], postings).own == {11}


def test_an_article_known_almost_whole_adds_no_postings():
    own = tuple(range(8, 88, 8))
    whole = gather(own, [Posting(gram, 1, 1) for gram in own])
    half = gather(own, [Posting(gram, 1, 1) for gram in own[:5]])
    assert new_postings(whole, article_id=2, story_id=1) == []
    assert new_postings(half, article_id=2, story_id=1) == [Posting(gram, 2, 1) for gram in own]
    assert new_postings(Gathered(frozenset(), ()), article_id=2, story_id=1) == []


def test_numbers_are_compared_where_they_stand_in_the_same_surroundings():
    one, other = numbers(market(1, "2", "18", "4,061.12")), numbers(market(2, "3", "41", "4,102.33"))
    assert numbers_agree(one, other) == 0.0
    assert numbers_agree(one, one) == 1.0
    assert numbers_agree(one, {}) is None
