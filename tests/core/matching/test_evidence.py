from hypothesis import given
from hypothesis import strategies as st

from bot.core.matching.evidence import sentence
from bot.core.message import Span, Tone
from bot.core.news import Field, Hit


def _hit(text, word, at=0):
    start = text.index(word, at)
    return Hit(Field.BODY, start, start + len(word), word, word)


def _shown(spans):
    return "".join(f"*{span.text}*" if span.tone is Tone.STRONG else span.text for span in spans)


def test_the_sentence_around_the_first_hit_is_shown_with_all_hits_in_it():
    text = "앞 문장이다. 기아는 1.5% 오르고,\n  기아 노조는 웃었다.” 다음 기아 문장."
    hits = [_hit(text, "기아"), _hit(text, "기아", 15), _hit(text, "기아", 35)]
    assert (
        _shown(sentence("앞 문장이다! 기아는 1.5% 올랐다.” 끝", [_hit("앞 문장이다! 기아는", "기아")]))
        == "*기아*는 1.5% 올랐다.”"
    )
    assert _shown(sentence(text, hits)) == "*기아*는 1.5% 오르고,"


def test_white_space_is_collapsed_and_overlapping_hits_are_one():
    text = "어제   AI\t연구소가 \u2028 열렸다"
    hits = [_hit(text, "AI\t연구소"), _hit(text, "연구소")]
    assert sentence(text, hits) == (Span("어제 "), Span("AI 연구소", Tone.STRONG), Span("가 열렸다"))


def test_a_long_sentence_is_cut_around_the_hit():
    text = "가나다라 " * 100 + "기아 " + "마바사아 " * 100
    shown = _shown(sentence(text, [_hit(text, "기아")], limit=60))
    assert shown.startswith("…")
    assert shown.endswith("…")
    assert "*기아*" in shown
    assert len(shown) <= 62


def test_no_sign_is_cut_from_what_it_combines_with():
    family = "👩\u200d👩\u200d👧"
    for filling in (family, "🇰🇷", "👍🏽", "e\u0301", "가"):
        text = filling * 60 + "기아" + filling * 60
        for limit in range(20, 40):
            spans = sentence(text, [_hit(text, "기아")], limit=limit)
            rest = "".join(span.text for span in spans if span.text not in {"…", "기아"})
            assert len(rest) % len(filling) == 0


def test_without_a_hit_there_is_no_sentence():
    assert sentence("기아", []) == ()
    assert sentence("기아", [Hit(Field.BODY, 5, 9, "없음", "없음")]) == ()


def test_a_hit_longer_than_the_limit_is_cut_too():
    text = "기" * 500
    spans = sentence(text, [Hit(Field.BODY, 0, 500, text, text)], limit=50)
    assert sum(len(span.text) for span in spans) <= 50


@given(
    st.text(st.one_of(st.characters(), st.sampled_from("가 .\n\"'”👍🏽\u200d🇰🇷e\u0301")), min_size=1, max_size=300),
    st.data(),
)
def test_an_excerpt_is_never_too_long_and_its_hits_are_those_of_the_text(text, data):
    start = data.draw(st.integers(0, len(text) - 1))
    end = data.draw(st.integers(start + 1, len(text)))
    limit = data.draw(st.integers(20, 250))

    spans = sentence(text, [Hit(Field.BODY, start, end, text[start:end], "x")], limit=limit)

    assert sum(len(span.text) for span in spans) <= limit
    assert all(span.text for span in spans)
    assert not any("\n" in span.text or "\r" in span.text for span in spans)
