import re
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching.names import (
    MAX_SUGGESTIONS,
    Directory,
    Doubt,
    Share,
    key,
    parse_ambiguous,
    parse_companies,
    warning_for,
)

DATA = Path(__file__).parents[3] / "bot" / "data"
DIRECTORY = parse_companies((DATA / "companies.tsv").read_text(encoding="utf-8"))
AMBIGUOUS = parse_ambiguous((DATA / "ambiguous.tsv").read_text(encoding="utf-8"))


def names(typed: str, limit: int = MAX_SUGGESTIONS) -> list[str]:
    return [company.name for company in DIRECTORY.complete(typed, limit=limit)]


def test_every_code_has_six_digits_and_belongs_to_one_company() -> None:
    codes = [company.code for company in DIRECTORY.companies if company.code]
    assert all(re.fullmatch(r"\d{6}", code) for code in codes)
    assert len(set(codes)) == len(codes)


def test_no_name_stands_for_two_companies() -> None:
    owned = [(key(name), company.name) for company in DIRECTORY.companies for name in company.aliases()]
    assert len({name for name, _ in owned}) == len(owned)


def test_at_least_two_hundred_listed_companies_were_confirmed_and_say_where_and_when() -> None:
    confirmed = [company for company in DIRECTORY.companies if company.confirmed]
    assert len([company for company in confirmed if company.code]) >= 200
    head = (DATA / "companies.tsv").read_text(encoding="utf-8").split("\n삼성전자")[0]
    for company in DIRECTORY.companies:
        if company.confirmed:
            assert re.fullmatch(r"\d{4}-\d{2}-\d{2}", company.confirmed)
            assert all(f"# {letter}: " in head for letter in company.sources)
        else:
            assert company.sources == "unconfirmed"


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("삼성전", "삼성전자"),
        ("삼전", "삼성전자"),
        ("ㅅㅅㅈㅈ", "삼성전자"),
        ("samsung el", "삼성전자"),
        ("005930", "삼성전자"),
        ("0003", ""),
        ("카뱅", "카카오뱅크"),
        ("ㅋㅂ", "카카오뱅크"),
        ("엔솔", "LG에너지솔루션"),
        ("현대자동차", "현대차"),
        ("  lg 전자 ", "LG전자"),
        ("없는회사", ""),
        ("", ""),
    ],
)
def test_autocomplete_finds_a_company_by_any_name_initials_english_or_code(typed: str, first: str) -> None:
    assert (names(typed) or [""])[0] == first


def test_autocomplete_puts_own_names_before_other_names_and_large_companies_first() -> None:
    found = names("한화")
    assert found[0] == "한화에어로스페이스"
    place = {company.name: number for number, company in enumerate(DIRECTORY.companies)}
    own = [name for name in found if name.startswith("한화")]
    assert found[: len(own)] == own
    assert all(place[left] < place[right] for left, right in pairwise(own))


@given(st.text(max_size=6), st.integers(-3, 60))
def test_autocomplete_never_answers_more_than_asked_or_allowed(typed: str, limit: int) -> None:
    found = names(typed, limit)
    assert len(found) <= max(0, min(limit, MAX_SUGGESTIONS))
    assert len(set(found)) == len(found)


def test_aliases_are_all_other_names_without_the_one_typed() -> None:
    assert DIRECTORY.aliases_for("삼전") == ("삼성전자", "三星電子", "Samsung Electronics", "005930")
    assert "삼전" in DIRECTORY.aliases_for("samsung electronics")
    assert DIRECTORY.aliases_for("없는회사") == ()


def test_the_name_of_a_listed_company_wins_over_another_ones_other_name() -> None:
    directory = parse_companies("가나\t다라\t\t000001\t\tA\t2026-01-01\n다라\t\t\t000002\t\tA\t2026-01-01\n")
    company = directory.company("다라")
    assert company is not None
    assert company.code == "000002"


@pytest.mark.parametrize(
    ("text", "length", "longer"),
    [
        ("CJ ENM 주가", 2, "cjenm"),
        ("SK 하이닉스가", 2, "sk하이닉스"),
        ("삼성 반도체", 2, ""),
        ("SK온 배터리", 2, ""),
        ("기아", 2, ""),
    ],
)
def test_a_longer_known_name_at_the_same_place_is_seen(text: str, length: int, longer: str) -> None:
    assert DIRECTORY.longer(text, 0, length) == longer


def test_an_empty_directory_knows_nothing() -> None:
    directory = Directory(())
    assert len(directory) == 0
    assert directory.complete("삼") == ()


def test_a_row_of_the_wrong_width_is_named_by_its_line() -> None:
    with pytest.raises(ValueError, match="line 2"):
        parse_companies("# head\n삼성전자\t005930\n")
    with pytest.raises(ValueError, match="often"):
        parse_ambiguous("기아\toften\tcommon\t굶주림\tfamine\t자동차\t난민\n")


def test_at_least_a_hundred_and_fifty_ambiguous_names_have_meanings_and_words_for_both_sides() -> None:
    assert len(AMBIGUOUS) >= 150
    for meanings in AMBIGUOUS.values():
        assert meanings.korean
        assert meanings.english
        assert meanings.kinds <= {"common", "team", "place", "person", "group", "verb"}
        assert meanings.kinds
        assert meanings.with_company
        assert meanings.with_others
        assert not set(meanings.with_company) & set(meanings.with_others)
        for word in (*meanings.with_company, *meanings.with_others):
            assert len(word) > 1
            assert word == word.strip()


def test_the_suggestions_ask_for_the_company_or_refuse_the_rest() -> None:
    warning = warning_for(" 기아 ", AMBIGUOUS)
    assert warning is not None
    assert warning.doubt is Doubt.MEANINGS
    assert warning.meanings is not None
    assert warning.meanings.share is Share.COMPANY
    assert warning.suggestions[0].startswith("기아 +(자동차|전기차|EV|판매|노조|주가")
    assert warning.suggestions[1] == '기아 -난민 -식량 -기근 -굶주림 -"기아 타이거즈"'


def test_every_suggestion_is_a_watch_expression_of_the_contract() -> None:
    term = r'(?:"[^"]+"|[\w&.·\'/-]+)'
    form = re.compile(rf"{term}(?: \+(?:{term}|\({term}(?:\|{term})+\))|(?: -{term})+)")
    for meanings in AMBIGUOUS.values():
        warning = warning_for(meanings.name, AMBIGUOUS)
        assert warning is not None
        for suggestion in warning.suggestions:
            assert form.fullmatch(suggestion), suggestion


def test_a_single_context_word_needs_no_brackets() -> None:
    one = parse_ambiguous("새\teven\tcommon\t날짐승\ta bird\t회사\t둥지|'하늘 길'\n")
    warning = warning_for("새", one)
    assert warning is not None
    assert warning.suggestions == ("새 +회사", "새 -둥지 -\"'하늘 길'\"")


@pytest.mark.parametrize(
    ("term", "doubt"),
    [
        ("강", Doubt.ONE_SYLLABLE),
        ("HP", Doubt.TWO_LETTERS),
        ("x", Doubt.TWO_LETTERS),
        ("LG전자", None),
        ("IBM", None),
        ("", None),
    ],
)
def test_very_short_words_are_warned_of(term: str, doubt: Doubt | None) -> None:
    warning = warning_for(term, AMBIGUOUS)
    assert (warning and warning.doubt) == doubt
    if warning:
        assert warning.suggestions == (f"={term}",)
