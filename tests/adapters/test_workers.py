import asyncio
import os
import signal

import pytest

from bot.adapters.workers import Workers
from bot.core.errors import GiveUp, Reach, TryLater, UserMistake
from bot.sources.extract import extract
from bot.sources.feed import parse_feed
from tests.sources.pages import LAYOUTS, TITLE


def refuse_for_a_minute():
    raise TryLater("naver.refused", after_seconds=60, reach=Reach.PLATFORM, reason="x")


def wait_for_ever():
    signal.pause()


def fill_memory(count):
    return len(bytearray(count))


@pytest.fixture(scope="module")
def pages():
    return LAYOUTS["portal"]().encode()


async def test_a_page_is_read_in_a_worker_and_comes_back_whole(pages):
    async with Workers() as workers:
        await workers.warm()
        page = await workers.run(extract, pages, url="https://n.example/1")
        process = await workers.run(os.getpid)

    assert page.title == TITLE
    assert process != os.getpid()


async def test_nothing_is_started_before_the_first_call():
    async with Workers() as workers:
        assert workers.processes == 0


async def test_our_errors_come_back_as_they_were_raised():
    async with Workers() as workers:
        with pytest.raises(UserMistake) as mistake:
            await workers.run(parse_feed, b"<html><a href='/rss'>RSS</a></html>", base_url="https://n.example/")
        with pytest.raises(TryLater) as later:
            await workers.run(refuse_for_a_minute)

    assert mistake.value.key == "feed.is_page_with_links"
    assert mistake.value.values == {"links": "https://n.example/rss", "found": ("https://n.example/rss",)}
    assert (later.value.after_seconds, later.value.reach, later.value.values) == (60, Reach.PLATFORM, {"reason": "x"})


async def test_a_call_that_takes_too_long_is_ended_and_the_next_one_works():
    async with Workers() as workers:
        with pytest.raises(GiveUp) as caught:
            await workers.run(wait_for_ever, timeout_seconds=0.2)

        assert caught.value.key == "reading.too_slow"
        assert await workers.run(abs, -1) == 1


async def test_a_crash_and_too_much_memory_cost_one_document():
    async with Workers() as workers:
        with pytest.raises(GiveUp, match=r"reading\.failed"):
            await workers.run(os._exit, 3)
        with pytest.raises(GiveUp, match=r"reading\.failed"):
            await workers.run(fill_memory, 400 * 1024 * 1024)
        with pytest.raises(GiveUp, match=r"reading\.failed"):
            await workers.run(int, "no number")

        assert await workers.run(abs, -1) == 1


async def test_closing_ends_what_is_running_and_tells_the_caller_to_try_later():
    async with Workers() as workers:
        await workers.run(abs, 1)
        running = asyncio.create_task(workers.run(wait_for_ever))
        waiting = asyncio.create_task(workers.run(wait_for_ever))
        await asyncio.wait({running, waiting}, timeout=0.1)
        await workers.close()

        for task in (running, waiting):
            with pytest.raises(TryLater, match=r"reading\.closing"):
                await task
        with pytest.raises(TryLater, match=r"reading\.closing"):
            await workers.run(abs, 1)


async def test_a_cancelled_caller_is_cancelled_and_its_work_ended():
    async with Workers() as workers:
        await workers.run(abs, 1)
        task = asyncio.create_task(workers.run(wait_for_ever))
        await asyncio.wait({task}, timeout=0.1)
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        assert await workers.run(abs, -1) == 1
