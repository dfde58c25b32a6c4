import itertools
import json

import pytest

from bot.core.errors import UserMistake
from bot.core.wording import say
from bot.services.match_lines import match_lines

WATCHES = ["# 우리 회사", "LG전자|엘지전자", "", '"AI 연구소" -채용 ', "기아"]


def _answers(articles, *, watches=WATCHES, explain=False, language="ko", cache_dir=None):
    lines = [article if isinstance(article, str) else json.dumps(article, ensure_ascii=False) for article in articles]
    return [
        json.loads(line)
        for line in match_lines(watches, lines, explain=explain, language=language, cache_dir=cache_dir)
    ]


def test_each_article_is_answered_on_one_line_in_order():
    articles = [{"id": 7, "title": "LG전자의 AI연구소"}, {"id": ["a", None], "title": "무관", "body": None}]
    assert _answers(articles) == [
        {
            "id": 7,
            "watches": [
                {
                    "watch": "LG전자|엘지전자",
                    "hits": [{"field": "title", "start": 0, "end": 4, "text": "LG전자", "term": "LG전자"}],
                },
                {
                    "watch": '"AI 연구소" -채용 ',
                    "hits": [{"field": "title", "start": 6, "end": 11, "text": "AI연구소", "term": '"AI 연구소"'}],
                },
            ],
        },
        {"id": ["a", None], "watches": []},
    ]


def test_explaining_tells_what_was_refused_and_why():
    (answer,) = _answers([{"id": 1, "title": "기아대책", "summary": "AI 연구소 채용"}], explain=True)
    assert answer["watches"] == []
    assert answer["near"] == [
        {
            "watch": "기아",
            "field": "title",
            "start": 0,
            "end": 2,
            "text": "기아",
            "reason": "뒤에 '대책'이 붙어 있어 다른 낱말이에요",
        },
        {
            "watch": '"AI 연구소" -채용 ',
            "field": "summary",
            "start": 0,
            "end": 6,
            "text": "AI 연구소",
            "reason": "빼기로 한 채용이 기사에 있어요",
        },
    ]


@pytest.mark.parametrize(
    ("line", "key"),
    [
        ("", None),
        ("{", None),
        ("[1]", None),
        ("[" * 100_000, None),
        ('{"id": NaN, "title": "기아"}', None),
        ('{"id": 1e999, "title": "기아"}', None),
        ('{"title": "기아"}', None),
        ('{"id": 3}', 3),
        ('{"id": 3, "title": 4}', 3),
        ('{"id": 3, "title": "기아", "body": ["기아"]}', 3),
        ('{"id": ' + "9" * 5_000 + ', "title": "기아"}', None),
    ],
)
def test_a_line_that_is_no_article_is_answered_with_the_reason(line, key):
    for language in ("ko", "en"):
        (answer,) = _answers([line], language=language)
        assert answer["id"] == key
        assert answer["watches"] == []
        assert answer["error"]


def test_lone_surrogates_pass_through_as_escapes():
    lines = ['{"id": "\\ud800", "title": "\\ud800기아 \\udfff"}']
    (line,) = match_lines(["기아"], lines, explain=False, language="ko", cache_dir=None)
    assert line.isascii()
    assert json.loads(line)["watches"][0]["hits"][0]["start"] == 1


def test_a_line_break_in_an_answer_is_escaped():
    (line,) = match_lines(
        ['"AI 연구소"'], ['{"id": 1, "title": "AI\\n연구소"}'], explain=False, language="ko", cache_dir=None
    )
    assert "\n" not in line
    assert json.loads(line)["watches"][0]["hits"][0]["text"] == "AI\n연구소"


@pytest.mark.parametrize(("language", "sentence"), [("ko", "3번째 줄: 따옴표"), ("en", "Line 3: A quote")])
def test_one_bad_expression_refuses_the_whole_file(language, sentence):
    with pytest.raises(UserMistake) as caught:
        match_lines(["LG", "", 'LG "AI'], [], explain=False, language=language, cache_dir=None)
    told = say(caught.value.key, language, **caught.value.values)
    assert told.startswith(sentence)
    assert "4" in told


def test_articles_are_read_only_as_answers_are_taken():
    endless = (json.dumps({"id": number, "title": "기아"}) for number in itertools.count())
    answers = match_lines(["기아"], endless, explain=False, language="ko", cache_dir=None)
    assert [json.loads(line)["id"] for line in itertools.islice(answers, 3)] == [0, 1, 2]


def test_ten_megabytes_are_one_article():
    (answer,) = _answers([{"id": 1, "title": "기아", "body": "은는이가" * 850_000}])
    assert [watch["watch"] for watch in answer["watches"]] == ["기아"]


def test_the_compiled_form_is_kept_and_used_again(tmp_path):
    article = {"id": 1, "title": "기아"}
    first = _answers([article], cache_dir=tmp_path / "new")
    (kept,) = (tmp_path / "new").iterdir()
    written = kept.stat().st_mtime_ns

    assert _answers([article], cache_dir=tmp_path / "new") == first
    assert kept.stat().st_mtime_ns == written
    kept.write_bytes(b"damaged")
    assert _answers([article], cache_dir=tmp_path / "new") == first
    assert kept.read_bytes() != b"damaged"


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path):
    (tmp_path / "file").write_text("in the way")
    assert _answers([{"id": 1, "title": "기아"}], cache_dir=tmp_path / "file")[0]["watches"]


def test_old_compiled_forms_are_tidied_away(tmp_path):
    for number in range(7):
        _answers([], watches=[f"이름{number}"], cache_dir=tmp_path)
    assert len(list(tmp_path.iterdir())) == 4
