import asyncio
from contextlib import suppress

import pytest

from bot.adapters.manners import Line, Manners
from bot.core.errors import TryLater


async def settle() -> None:
    """Let every task run until it waits."""
    for _ in range(10):
        await asyncio.sleep(0)


class Host:
    """Visitors of one host, each staying until it is told to leave."""

    def __init__(self, manners: Manners, name: str = "news.example"):
        self.manners, self.name = manners, name
        self.inside: list[str] = []
        self.doors: dict[str, asyncio.Event] = {}
        self.tasks: dict[str, asyncio.Task[None]] = {}

    def send(self, who: str, line: Line) -> None:
        self.doors[who] = asyncio.Event()
        self.tasks[who] = asyncio.create_task(self._visit(who, line))

    async def _visit(self, who: str, line: Line) -> None:
        async with self.manners.turn(self.name, line=line):
            self.inside.append(who)
            await self.doors[who].wait()
        self.inside.remove(who)

    async def leave(self, who: str) -> None:
        self.doors[who].set()
        await self.tasks[who]
        await settle()


def patient(**settings) -> Manners:
    return Manners(**{"clock": lambda: 0.0, "gap_seconds": 0.0, **settings})


async def test_two_at_once_and_polls_before_pages():
    host = Host(patient())
    for who, line in {"p1": Line.PAGE, "p2": Line.PAGE, "p3": Line.PAGE, "feed": Line.POLL}.items():
        host.send(who, line)
    await settle()
    assert host.inside == ["p1", "p2"]
    await host.leave("p1")
    assert host.inside == ["p2", "feed"]
    await host.leave("feed")
    assert host.inside == ["p2", "p3"]
    await host.leave("p2")
    await host.leave("p3")


async def test_hosts_do_not_wait_for_each_other():
    manners = patient(at_once=1)
    one, other = Host(manners, "one.example"), Host(manners, "other.example")
    one.send("a", Line.POLL)
    other.send("b", Line.POLL)
    await settle()
    assert (one.inside, other.inside) == (["a"], ["b"])
    await one.leave("a")
    await other.leave("b")


async def test_who_gives_up_waiting_takes_no_turn():
    host = Host(patient(at_once=1))
    for who in ("first", "quitter", "last"):
        host.send(who, Line.PAGE)
    await settle()
    host.tasks["quitter"].cancel()
    await settle()
    await host.leave("first")
    assert host.inside == ["last"]
    await host.leave("last")


async def test_a_turn_that_comes_together_with_the_cancellation_is_handed_on():
    host = Host(patient(at_once=1))
    async with host.manners.turn(host.name, line=Line.PAGE):
        host.send("quitter", Line.PAGE)
        host.send("last", Line.PAGE)
        await settle()
    host.tasks["quitter"].cancel()  # the turn is the quitter's since a moment, but it has not run yet
    await settle()
    assert host.inside == ["last"]
    await host.leave("last")


async def test_requests_of_one_line_start_half_a_second_apart():
    clock = asyncio.get_running_loop().time
    manners = Manners(clock=clock, gap_seconds=0.05)
    began = clock()
    started = []

    async def visit(line):
        async with manners.turn("news.example", line=line):
            started.append((line, clock()))

    await asyncio.gather(*(visit(line) for line in [Line.PAGE] * 4 + [Line.POLL]))

    pages = [at for line, at in started if line is Line.PAGE]
    # Not from one to the next: a busy machine may wake one late and the next in time.
    assert all(at - began >= number * 0.05 - 0.001 for number, at in enumerate(pages))
    assert len(pages) == 4


async def test_a_page_beyond_the_hours_share_is_told_when_to_come_back():
    now = 0.0
    manners = patient(clock=lambda: now, pages_an_hour=3)

    async def visit(line=Line.PAGE):
        async with manners.turn("news.example", line=line):
            pass

    for now in (0.0, 100.0, 200.0):  # noqa: B007  # the clock reads it
        await visit()
    now = 300.0
    with pytest.raises(TryLater) as caught:
        await visit()
    assert (caught.value.key, caught.value.after_seconds) == ("fetch.page_quota", 3300.0)
    await visit(Line.POLL)
    now = 3600.0
    await visit()
    with suppress(TryLater):
        await visit()
        pytest.fail("the second page of that hour's share was not free yet")


async def test_idle_hosts_are_forgotten_and_busy_ones_are_not():
    now = 0.0
    manners = patient(clock=lambda: now, pages_an_hour=1)
    busy = Host(manners, "busy.example")
    busy.send("a", Line.POLL)
    async with manners.turn("read.example", line=Line.PAGE):
        pass
    for number in range(3000):
        async with manners.turn(f"n{number}.example", line=Line.POLL):
            pass
    assert len(manners) < 2500
    with pytest.raises(TryLater):
        async with manners.turn("read.example", line=Line.PAGE):
            pass
    await busy.leave("a")
