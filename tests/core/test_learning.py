from datetime import UTC, datetime

from bot.core.learning import MOST_PROPOSALS, ProposalKind, propose, told
from bot.core.news import Article

NOON = datetime(2026, 3, 2, 3, tzinfo=UTC)


def an_article(title, summary=""):
    return Article(title=title, url="https://n.example", summary=summary, first_seen=NOON)


BAD = [
    an_article("기아, 신입사원 채용 시작", "기아가 채용을 시작했다"),
    an_article("기아 인턴 채용에 지원자 몰려"),
    an_article("기아 생산직 채용의 모든 것"),
    an_article("기아 타이거즈 꺾은 한화"),
]
GOOD = [an_article(f"기아, 전기차 {n}만 대 판매…실적 최고", "기아가 실적을 냈다") for n in range(2, 40)]


def test_a_word_of_the_false_alarms_is_proposed_with_its_effect_on_past_articles():
    best = propose(BAD, GOOD)[0]
    assert (best.kind, best.word) == (ProposalKind.EXCLUDE, "채용")
    assert (best.bad_removed, best.bad_total, best.good_lost, best.good_total) == (3, 4, 0, 38)


def test_a_word_that_stands_in_all_wanted_articles_may_be_required():
    mixed = [an_article("기아 선수단 소식"), an_article("기아 응원가 화제"), an_article("기아 홈런 열 개")]
    best = propose(mixed, GOOD)[0]
    assert (best.kind, best.bad_removed, best.good_lost) == (ProposalKind.REQUIRE, 3, 0)
    assert best.word in {"전기차", "실적", "판매", "최고"}


def test_a_word_that_would_cost_wanted_articles_is_not_proposed():
    hiring = [an_article(f"기아 채용 소식 {n}") for n in range(5)]
    assert all(proposal.word != "채용" for proposal in propose(BAD[:3], [*hiring, *GOOD]))
    assert propose(BAD[:3], [an_article("기아 채용"), an_article("기아 신입사원")]) == ()


def test_below_three_votes_nothing_is_proposed():
    assert propose(BAD[:2], GOOD) == ()


def test_refused_words_and_those_of_the_watch_are_not_offered_again():
    words = {proposal.word for proposal in propose(BAD, GOOD, taken=["채용", "기아"])}
    assert "채용" not in words


def test_the_effect_is_counted_by_the_rules_that_the_caller_gives():
    def holds(word, article):
        return word in article.title and "생산직" not in article.title

    best = propose(BAD, GOOD, holds=holds)[0]
    assert (best.word, best.bad_removed) == ("채용", 2)


def test_few_proposals_are_made_and_none_is_a_form_of_another():
    bad = [an_article("기아 알파벳 알파 베타베 감마가 델타델", "가나다 라마바 사아자") for _ in range(4)]
    made = propose(bad, GOOD)
    assert len(made) == MOST_PROPOSALS
    assert not {"알파벳", "알파"} <= {proposal.word for proposal in made}


def test_the_question_to_a_manager_names_the_effect():
    exclude = propose(BAD, GOOD)[0]
    assert told(exclude, days=14) == "제외어 '채용'을 더할까요? 지난 14일: 오탐 4건 중 3건 제거, 정탐 38건 중 0건 손실"
    mixed = [an_article("기아 선수단 소식"), an_article("기아 응원가 화제"), an_article("기아 홈런 열 개")]
    assert told(propose(mixed, GOOD)[0], days=7, language="en").startswith("Only articles that also contain")
