import unicodedata

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.matching.fold import Squashed, fold, fold_with_offsets, keep_case

# Letters that real articles bring: hanja look-alikes, decomposed Hangul, widths, marks, signs without width.
_AWKWARD = st.text(
    st.one_of(
        st.characters(),
        st.sampled_from("李기아①²ㆍᆞ·…İıßſςΣ\u212aＬＧ㈜\u200b\u00ad\ufe0f\u0301\u0323각가\n\t ()-\ud800'“"),
    ),
    max_size=40,
)


@pytest.mark.parametrize(
    ("text", "folded"),
    [
        ("ＬＧ전자", "lg전자"),
        ("李재용", "李재용"),
        (unicodedata.normalize("NFD", "기아"), "기아"),
        ("①기아²", "①기아²"),
        ("삼성ㆍ현대・한화•LG", "삼성·현대·한화·lg"),
        ("삼성\u200b전\u00ad자", "삼성전자"),
        ("한국\u00a0타이어\u3000노조\n파업", "한국 타이어 노조 파업"),
        ("İstanbul Straße", "istanbul straße"),
        ("끝…", "끝·"),
        ("\ud800기아", "\ufffd기아"),
        ("ΟΔΟΣ", "οδοσ"),
        ("㈜한화", "㈜한화"),
    ],
)
def test_letters_that_people_read_as_the_same_are_the_same(text, folded):
    assert fold(text) == folded


@given(_AWKWARD)
@example("H\u0331")
@example("e\u200b\u0301")
@example("가\u0301ᆨ")
def test_folding_twice_equals_folding_once(text):
    assert fold(fold(text)) == fold(text)


@given(_AWKWARD)
def test_the_way_back_stays_in_the_text_and_in_order(text):
    folded, offsets = fold_with_offsets(text)
    if offsets is None:
        assert len(folded) == len(text)
        return
    places = [(offsets.start(at), offsets.end(at + 1)) for at in range(len(folded))]
    assert all(0 <= start < end <= len(text) for start, end in places)
    assert places == sorted(places)


@given(_AWKWARD, _AWKWARD)
def test_a_word_is_found_at_its_place_whatever_stands_around_it(before, after):
    text = f"{before} 기아 {after}"
    folded, offsets = fold_with_offsets(text)
    at = folded.index(" 기아 ") + 1
    start, end = (at, at + 2) if offsets is None else (offsets.start(at), offsets.end(at + 2))
    assert fold(text[start:end]) == "기아"


def test_a_run_of_marks_is_cut_and_takes_no_time():
    hostile = "a" + "\u0301\u0316" * 200_000
    folded, offsets = fold_with_offsets(hostile)
    assert len(folded) <= 32
    assert offsets.end(len(folded)) == len(hostile)


def test_case_is_kept_where_letters_count():
    assert keep_case("ＫＴ\u200b") == "KT"
    assert keep_case("Kt") == "Kt"


@given(st.text(st.sampled_from("가나다ab ()-'"), max_size=300))
def test_squashed_text_leads_back_to_its_letters(text):
    squashed = Squashed(text)
    assert "".join(text[squashed.place(at)] for at in range(len(squashed.text))) == squashed.text
    assert not set(squashed.text) & set(" ()-'")
