import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import (
    Named,
    canonical_url,
    clean,
    clean_paragraphs,
    host_of,
    identities,
    identity_keys,
    plain,
    plain_title,
    title_key,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("  LG전자\t\n 토론토 ", "LG전자 토론토"),
        ("a  b ", "a b"),
        ("\u1112\u1161\u11ab", "한"),
        ("가\u200b나\u202e다\u0000라\ud800마\ufeff", "가나다라마"),
        ("👩\u200d💻", "👩\u200d💻"),
        ("\u3000전각\u00a0빈칸", "전각 빈칸"),
    ],
)
def test_text_is_one_clean_line(text, shown):
    assert clean(text) == shown


@given(st.text())
def test_clean_text_stays_as_it_is_when_cleaned_again(text):
    assert clean(clean(text)) == clean(text)
    assert clean_paragraphs(clean_paragraphs(text)) == clean_paragraphs(text)


def test_paragraphs_stay_lines_of_their_own():
    assert clean_paragraphs(" 하나  둘 \r\n\r\n\t셋\u2028넷\u200b\n") == "하나 둘\n셋\n넷"


@pytest.mark.parametrize(
    ("fragment", "text"),
    [
        ("", ""),
        ("말 그대로", "말 그대로"),
        ("R&amp;D &middot; AT&T", "R&D · AT&T"),
        ("주<b>식</b>형", "주식형"),
        ("<p>하나</p><p>둘<br>셋</p>", "하나 둘 셋"),
        ("<script>alert(1)</script><style>p{}</style>본문<iframe src=x>틀</iframe>", "본문"),
        ("S&P 500 <급등> 3 < 4", "S&P 500 <급등> 3 < 4"),
        ('<a title="a>b" href="x">글</a><!-- > 숨김 -->', "글"),
        ("<ul><li>가</li><li>나</li></ul>", "가 나"),
        ("<frameset></frameset>", ""),
    ],
)
def test_html_becomes_the_text_that_a_reader_sees(fragment, text):
    assert plain(fragment) == text


@pytest.mark.parametrize(
    "bait", ["<" * 300_000, "<!" * 100_000, "&lt;b&gt;" * 100_000, "<a " * 100_000, "<!--" * 100_000, '<a "' * 100_000]
)
def test_hostile_fragments_are_read_in_linear_time(bait):
    assert len(plain(bait)) <= 400_000
    assert len(plain_title(bait)) <= 1000


@given(st.text())
def test_no_markup_of_a_fragment_survives(text):
    assert "<script" not in plain(f"<div>{text.replace('<', '')}</div><script>x</script>")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("[단독] <b>LG</b>전자 &quot;AI&quot;", '[단독] LG전자 "AI"'),
        ("a<b이고 <급등> x", "a<b이고 <급등> x"),
        ("3 &lt; 4", "3 < 4"),
        ("줄\n바꿈", "줄 바꿈"),
    ],
)
def test_a_title_is_plain_text(text, title):
    assert plain_title(text) == title


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("HTTP://WWW.N.example:80/a/?utm_source=x&idxno=123&fbclid=y#top", "https://www.n.example/a?idxno=123"),
        ("https://n.example:443/a", "https://n.example/a"),
        ("https://n.example:8443/a", "https://n.example:8443/a"),
        ("https://n.example/?", "https://n.example"),
        ("https://n.example/view?b=2&a=1&a=0", "https://n.example/view?b=2&a=1&a=0"),
        ("https://n.example/app#!/news/1", "https://n.example/app#!/news/1"),
        ("https://[2001:db8::1]/a", "https://[2001:db8::1]/a"),
        ("mailto:a@b", ""),
        ("javascript:alert(1)", ""),
        ("https://[broken", ""),
        ("https://n.example:99999/", ""),
        ("https://n.example/" + "a" * 5000, ""),
        ("", ""),
    ],
)
def test_an_address_is_recognised_in_all_its_spellings(url, same):
    assert canonical_url(url) == same


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://n.example/view?idxno=1", "https://n.example/view?idxno=2"),
        ("https://n.example/v?aid=1&oid=2", "https://n.example/v?aid=2&oid=1"),
        ("https://n.example/A", "https://n.example/a"),
        ("https://n.example/v?no=1&page=2", "https://n.example/v?no=1"),
    ],
)
def test_two_articles_are_never_taken_for_one_address(one, other):
    assert canonical_url(one) != canonical_url(other)


@given(st.text(max_size=60))
def test_a_canonical_address_is_its_own_canonical_address(tail):
    once = canonical_url("https://n.example/a?" + tail)

    assert canonical_url(once) == once


def test_the_host_is_told_without_what_does_not_matter():
    assert host_of("https://USER@N.Example:443/x") == "n.example"
    assert host_of("not an address") == ""


@pytest.mark.parametrize(
    ("title", "outlet"),
    [
        ("LG전자, 토론토에 AI 연구소", ""),
        ("[단독] LG전자, 토론토에 AI 연구소", ""),
        ("[속보][단독]LG전자 토론토에 'AI 연구소'", ""),
        ("LG전자, 토론토에 AI 연구소(종합)", ""),
        ("LG전자, 토론토에 AI 연구소(종합2보)", ""),
        ("LG전자, 토론토에 AI 연구소 2보", ""),
        ("ＬＧ전자, 토론토에 ＡＩ 연구소…", ""),
        ("LG전자, 토론토에 AI 연구소 - 예시일보", "예시일보"),
        ("LG전자, 토론토에 AI 연구소 | 예시일보", "예시일보"),
    ],
)
def test_one_headline_has_one_key(title, outlet):
    assert title_key(title, outlet) == "lg전자토론토에ai연구소"


@pytest.mark.parametrize(
    ("title", "key"),
    [
        ("[단독]", "단독"),
        ("삼성 - 현대", "삼성현대"),
        ("[인사] 과학부", "과학부"),
        ("", ""),
    ],
)
def test_a_title_key_keeps_what_tells_headlines_apart(title, key):
    assert title_key(title) == key


ENTRY = Named(
    scope="n.example", title="제목", guid="1", url="https://n.example/a?no=1", outlet="예시", summary="요약 글"
)


def test_an_article_is_known_by_guid_address_and_text():
    assert len(identity_keys(ENTRY)) == 3
    assert set(identity_keys(ENTRY)) & set(identity_keys(Named("n.example", "고친 제목", guid="1")))
    assert set(identity_keys(ENTRY)) & set(
        identity_keys(Named("m.example", "x", url="http://n.example/a/?no=1&utm_medium=rss"))
    )
    assert set(identity_keys(ENTRY)) & set(
        identity_keys(Named("m.example", "[속보] 제목", outlet="예시", summary="요약  글!"))
    )


def test_what_only_looks_the_same_is_not_the_same_article():
    assert not set(identity_keys(ENTRY)) & set(identity_keys(Named("other.example", "제목", guid="1")))
    assert not set(identity_keys(ENTRY)) & set(
        identity_keys(Named("n.example", "제목", outlet="예시", summary="다른 글"))
    )
    assert identity_keys(Named("n.example", "제목", url="https://n.example/")) == ()
    assert identity_keys(Named("n.example", "제목", summary="제목")) == ()


def test_an_address_or_guid_that_several_entries_share_is_no_identity():
    shared = [
        Named("n.example", "하나", guid="0", url="https://n.example/list"),
        Named("n.example", "둘", guid="0", url="https://n.example/list"),
        Named("n.example", "셋", guid="3", url="https://n.example/3"),
    ]

    assert [len(keys) for keys in identities(shared)] == [0, 0, 2]


def test_an_entry_listed_twice_keeps_its_identities():
    twice = [Named("n.example", "하나", guid="1", url="https://n.example/1")] * 2

    one, other = identities(twice)

    assert one == other
    assert len(one) == 2
