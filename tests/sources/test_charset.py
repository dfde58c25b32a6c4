import pytest

from bot.sources.charset import codec_of, decode
from bot.sources.feed import parse_feed

# 쀼, 똠 and 샾 exist in CP949 only, not in EUC-KR.
WIDE = "LG전자·쀼 토론토 AI 연구소 똠방각하 샾"
NARROW = "LG전자 토론토 AI 연구소"


def rss(named, really, title=WIDE):
    prolog = f'<?xml version="1.0" encoding="{named}"?>' if named else '<?xml version="1.0"?>' if named == "" else ""
    text = (
        f'{prolog}<rss version="2.0"><channel><title>{title}</title><link>https://n.example/</link><item>'
        f"<title>{title}</title><link>https://n.example/1</link><guid>1</guid>"
        f"<pubDate>Thu, 21 Mar 2024 09:12:00 +0900</pubDate><description>{title}</description></item></channel></rss>"
    )
    return text.encode(really)


@pytest.mark.parametrize(
    ("body", "charset", "title"),
    [
        (rss("euc-kr", "euc-kr", NARROW), None, NARROW),
        (rss("euc-kr", "cp949"), None, WIDE),
        (rss("EUC-KR", "cp949"), None, WIDE),
        (rss("ks_c_5601-1987", "cp949"), None, WIDE),
        (rss("cp949", "cp949"), None, WIDE),
        (rss("ms949", "cp949"), None, WIDE),
        (rss("", "cp949"), "euc-kr", WIDE),
        (rss("utf-8", "cp949"), "euc-kr", WIDE),
        (rss("utf-8", "cp949"), None, WIDE),
        (rss("euc-kr", "utf-8"), None, WIDE),
        (rss("euc-kr", "utf-8"), "utf-8", WIDE),
        (rss("utf-8", "utf-8"), "euc-kr", WIDE),
        (rss(None, "cp949"), None, WIDE),
        (rss("utf-16", "utf-16"), None, WIDE),
        (rss("utf-16", "utf-16-be"), None, WIDE),
        (rss("utf-8", "utf-8-sig"), "iso-8859-1", WIDE),
    ],
)
def test_a_korean_feed_is_read_whatever_its_charset_and_whatever_is_said_of_it(body, charset, title):
    feed = parse_feed(body, charset=charset)

    assert (feed.title, feed.entries[0].title, feed.entries[0].summary) == (title, title, title)


def test_a_page_may_name_its_charset_in_a_meta_tag():
    page = '<html><head><meta http-equiv="Content-Type" content="text/html; charset=euc-kr"></head>쀼'.encode("cp949")

    assert decode(page) == (page.decode("cp949"), "cp949")


def test_one_unreadable_byte_does_not_turn_a_document_into_noise():
    body = ("가나다라 " * 50).encode() + b"\xff" + "마바사".encode()

    text, codec = decode(body)

    assert codec == "utf-8"
    assert text.startswith("가나다라")
    assert text.endswith("\ufffd마바사")


@pytest.mark.parametrize("name", [None, "", "no-such-charset", "rot13", "utf-7", "utf-16", "base64", "a\x00b"])
def test_a_name_that_is_no_text_charset_is_not_believed(name):
    assert codec_of(name) is None


@pytest.mark.parametrize(
    ("name", "codec"),
    [("ISO-8859-1", "cp1252"), ("x-windows-949", "cp949"), ("MS_Kanji", "cp932"), ("mac", "mac_roman")],
)
def test_names_mean_what_servers_mean_by_them(name, codec):
    assert codec_of(name) in {codec, "shift_jis"}


def test_a_single_byte_charset_is_not_believed_when_the_bytes_are_utf_8():
    assert decode("토론토".encode(), "iso-8859-1") == ("토론토", "utf-8")
    assert decode(b"caf\xe9", "iso-8859-1") == ("café", "cp1252")
