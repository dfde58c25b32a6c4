from importlib.resources import files

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.outlets import parse_outlets

TABLE = (
    "# domain\tname\tEnglish\n"
    "\n"
    "chosun.com\t조선일보\tThe Chosun Ilbo\n"
    "biz.chosun.com\t조선비즈\n"
    "yna.co.kr\t연합뉴스\tYonhap News Agency\n"
    "yna.kr\t연합뉴스\tYonhap News Agency\n"
)
SHIPPED = files("bot.data").joinpath("outlets.tsv").read_text("utf-8")


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://www.chosun.com/economy/2026/1", "조선일보"),
        ("https://biz.chosun.com/a", "조선비즈"),
        ("https://m.biz.chosun.com/a", "조선비즈"),
        ("HTTPS://NEWS.Chosun.COM:443/a?b=biz.chosun.com", "조선일보"),
        ("https://chosun.com./a", "조선일보"),
        ("https://notchosun.com/a", None),
        ("https://chosun.com.example/a", None),
        ("yna.co.kr", "연합뉴스"),
        ("https://[::1/a", None),
        ("", None),
    ],
)
def test_the_longest_listed_ending_of_the_host_names_the_outlet(url, name):
    assert parse_outlets(TABLE).name_for(url) == name


def test_the_english_name_is_told_in_english_where_it_is_known():
    outlets = parse_outlets(TABLE)

    assert outlets.name_for("https://chosun.com/a", "en") == "The Chosun Ilbo"
    assert outlets.name_for("https://biz.chosun.com/a", "en") == "조선비즈"


@pytest.mark.parametrize("name", ["연합뉴스", " 연합 뉴스", "yonhap NEWS agency"])
def test_an_outlet_is_found_by_its_name_however_it_is_written(name):
    assert parse_outlets(TABLE).domains_for(name) == ("yna.co.kr", "yna.kr")


@pytest.mark.parametrize("name", ["", " ", "조선"])
def test_a_name_that_is_no_outlet_has_no_domain(name):
    assert parse_outlets(TABLE).domains_for(name) == ()


@pytest.mark.parametrize("line", ["chosun.com", "chosun.com\t", "\t조선일보", "chosun.com\ta\tb\tc"])
def test_a_line_of_another_form_is_refused_with_its_number(line):
    with pytest.raises(ValueError, match="line 7"):
        parse_outlets(TABLE + line)


def test_a_domain_that_stands_there_twice_is_refused():
    with pytest.raises(ValueError, match=r"line 7: chosun\.com"):
        parse_outlets(TABLE + "chosun.com\t다른 이름")


@given(st.text())
def test_no_text_makes_the_look_up_fail(url):
    parse_outlets(TABLE).name_for(url)


def test_the_shipped_table_knows_enough_outlets_by_plain_lower_case_domains():
    outlets = parse_outlets(SHIPPED)
    korean = [domain for domain, (name, _) in outlets.names.items() if any("가" <= sign <= "힣" for sign in name)]

    assert len(korean) >= 300
    assert all(domain == domain.lower().strip(".") and "/" not in domain for domain in outlets.names)
    assert not any(domain.startswith(("www.", "m.")) for domain in outlets.names)


@pytest.mark.parametrize(
    ("url", "name"),
    [
        ("https://n.news.naver.com/article/001/1", None),  # a portal is no outlet
        ("https://imnews.imbc.com/news/1", "MBC"),
        ("https://news.sbs.co.kr/1", "SBS"),
        ("https://biz.sbs.co.kr/1", "SBS Biz"),
        ("https://www.theguru.co.kr/news/article.html?no=1", "더구루"),
        ("https://www.mk.co.kr/news/1", "매일경제"),
        ("https://news.einfomax.co.kr/1", "연합인포맥스"),
        ("https://asia.nikkei.com/1", "닛케이아시아"),
    ],
)
def test_the_shipped_table_names_well_known_outlets(url, name):
    assert parse_outlets(SHIPPED).name_for(url) == name


def test_one_name_stands_for_all_domains_of_an_outlet_in_the_shipped_table():
    assert parse_outlets(SHIPPED).domains_for("JTBC") == ("jtbc.co.kr", "jtbc.joins.com")
