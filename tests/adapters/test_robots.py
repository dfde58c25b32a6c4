import asyncio

import pytest
from yarl import URL

from bot.adapters.robots import ROBOTS_BYTES, Robots
from bot.core.errors import GiveUp, TryLater

PAGE = URL("https://news.example/a/1")
DAY = 24 * 3600.0


class Sites:
    """What each site answers for its robots.txt, and how often it was asked."""

    def __init__(self, *answers: bytes | Exception | None):
        self.answers = list(answers)
        self.asked: list[str] = []
        self.now = 1000.0
        self.robots = Robots(self.ask, user_agent="sosik/1.0 (+https://sosik.example)", clock=lambda: self.now)

    async def ask(self, url: URL) -> bytes | None:
        self.asked.append(str(url))
        await asyncio.sleep(0)
        answer = self.answers[0]
        if len(self.answers) > 1:
            del self.answers[0]
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def verdict(self, url: URL = PAGE) -> str:
        try:
            await self.robots.check(url)
        except (GiveUp, TryLater) as error:
            return error.key
        return "allowed"


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        ("User-agent: *\nDisallow: /a/", "fetch.robots"),
        ("User-agent: *\nDisallow: /b/", "allowed"),
        ("User-agent: *\nDisallow: /\n\nUser-agent: Sosik\nAllow: /", "allowed"),
        ("User-agent: sosik\nDisallow: /a/*1$", "fetch.robots"),
        ("User-agent: *\nDisallow: /a/\nAllow: /a/1", "allowed"),
        ("\ufeffUser-agent: *\nDisallow: /", "fetch.robots"),
        ("<html>not found</html>", "allowed"),
        ("\x00\xff" * 100, "allowed"),
    ],
)
async def test_a_page_is_fetched_as_the_site_wishes(text, verdict):
    assert await Sites(text.encode()).verdict() == verdict


async def test_a_site_is_asked_once_a_day():
    sites = Sites(b"User-agent: *\nDisallow: /a/", None)
    assert await sites.verdict() == "fetch.robots"
    sites.now += DAY - 1
    assert await sites.verdict() == "fetch.robots"
    sites.now += 1
    assert await sites.verdict() == "allowed"
    assert sites.asked == ["https://news.example/robots.txt"] * 2


async def test_scheme_and_port_are_sites_of_their_own():
    sites = Sites(None)
    for url in (
        "https://news.example/",
        "http://news.example/",
        "https://news.example:8443/x",
        "https://news.example/y",
    ):
        await sites.verdict(URL(url))
    assert len(sites.asked) == 3


async def test_a_site_that_cannot_be_asked_is_left_alone_and_asked_again_later():
    sites = Sites(TryLater("fetch.timeout"), None)
    with pytest.raises(TryLater) as caught:
        await sites.robots.check(PAGE)
    assert (caught.value.key, caught.value.after_seconds) == ("fetch.robots_unknown", 600.0)
    assert await sites.verdict() == "fetch.robots_unknown"
    assert len(sites.asked) == 1
    sites.now += 600
    assert await sites.verdict() == "allowed"


@pytest.mark.parametrize(("days", "verdict"), [(2, "allowed"), (31, "fetch.robots_unknown")])
async def test_an_old_copy_stands_in_for_a_month(days, verdict):
    sites = Sites(b"User-agent: *\nDisallow: /b/", TryLater("fetch.status", status=503))
    assert await sites.verdict() == "allowed"
    sites.now += days * DAY
    assert await sites.verdict() == verdict


async def test_many_pages_at_once_ask_once():
    sites = Sites(b"User-agent: *\nDisallow: /b/")
    await asyncio.gather(*(sites.verdict() for _ in range(50)))
    assert len(sites.asked) == 1


async def test_when_the_one_who_asks_is_cancelled_the_next_asks():
    sites = Sites(b"User-agent: *\nDisallow: /b/")
    tasks = [asyncio.create_task(sites.verdict()) for _ in range(3)]
    await asyncio.sleep(0)
    tasks[0].cancel()
    assert (await asyncio.gather(*tasks, return_exceptions=True))[1:] == ["allowed", "allowed"]
    assert len(sites.asked) == 2


async def test_a_very_long_robots_txt_is_obeyed_to_its_end():
    many = "".join(f"Disallow: /x{number}\n" for number in range(20_000))
    assert await Sites(f"User-agent: *\n{many}Disallow: /a/".encode()).verdict() == "fetch.robots"


async def test_copies_are_dropped_before_they_take_much_memory():
    sites = Sites(b"#" * ROBOTS_BYTES)
    for number in range(6):
        await sites.verdict(URL(f"https://n{number}.example/"))
    await sites.verdict(URL("https://n5.example/"))
    assert len(sites.asked) == 6
    await sites.verdict(URL("https://n0.example/"))
    assert len(sites.asked) == 7
