import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.addresses import AddressRules, literal, masked_url
from bot.core.errors import UserMistake
from bot.core.wording import languages, say


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        (" https://News.Example/rss.xml ", "https://news.example/rss.xml"),
        ("http://뉴스.한국/경제?구분=속보#top", "http://xn--vg1b002a.xn--3e0b707e/%EA%B2%BD%EC%A0%9C?%EA%B5%AC%EB%B6%84=%EC%86%8D%EB%B3%B4"),
        ("http://news.example/list?q=%B4%BA%BD%BA", "http://news.example/list?q=%B4%BA%BD%BA"),
        ("https://news.example:443/a b", "https://news.example/a%20b"),
        ("https://m_news.example./", "https://m_news.example./"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2001:4860:4860::8888]/", "https://[2001:4860:4860::8888]/"),
    ],
)  # fmt: skip
def test_an_address_is_asked_in_one_form(text, asked):
    url = AddressRules().read(text)
    assert str(url) == asked
    assert AddressRules().read(str(url)) == url


@settings(deadline=None)  # no timed tests
@given(st.text(max_size=80), st.sampled_from(["", "http://", "https://", "http://a.example/", "https://[", "//"]))
def test_any_text_is_an_address_or_a_mistake_that_can_be_told(text, start):
    try:
        url = AddressRules().read(start + text)
    except UserMistake as mistake:
        told = [say(mistake.key, language, **mistake.values) for language in languages()]
    else:
        told = []
        assert url.scheme in {"http", "https"}
        assert url.port in {80, 443}
        assert url.user is None
        assert url.host
    assert all(told)


@pytest.mark.parametrize("host", ["1:2", ":", "::1::", "127.1", "0x7f.0.0.1", "0", "1.2.3.4.", "1.2.3.04", "a.0x"])
def test_a_number_in_another_form_is_no_host(host):
    with pytest.raises(UserMistake):
        literal(host)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://news.example/rss?key=s3cret&x=1#y", "https://news.example/rss?…"),
        ("https://user:s3cret@news.example/rss", "https://news.example/rss"),
        ("https://a@b:s3cret@news.example", "https://news.example"),
        ("https://news.example/rss#s3cret", "https://news.example/rss"),
        ("user:s3cret@news.example/rss", "news.example/rss"),
        ("https://news.example/?", "https://news.example/"),
        ("https://news.example/\u202e\n<!channel>", "https://news.example/<!channel>"),
        ("", ""),
    ],
)
def test_an_address_is_shown_without_what_may_be_secret(url, shown):
    assert masked_url(url) == shown


def test_a_long_address_is_cut():
    assert len(masked_url("https://news.example/" + "a" * 500)) == 200
    assert masked_url("https://news.example/" + "a" * 500).endswith("…")


@settings(deadline=None)  # no timed tests
@given(st.text(max_size=20), st.text(alphabet="qwertz", min_size=12, max_size=20))
def test_no_query_and_no_password_is_ever_shown(path, secret):
    assert secret not in masked_url(f"https://user:{secret}@news.example/rss?{path}&k={secret}")
