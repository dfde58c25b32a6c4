"""Wakes between processes: procrastinate on a real PostgreSQL."""

import asyncio

import pytest

from bot.adapters.dispatch import Local, Procrastinate

PATIENCE_SECONDS = 30.0


class Woken(list):
    def __init__(self):
        super().__init__()
        self.changed = asyncio.Event()

    def __call__(self, kind):
        self.append(kind)
        self.changed.set()

    async def once(self):
        async with asyncio.timeout(PATIENCE_SECONDS):
            while not self:
                self.changed.clear()
                await self.changed.wait()


async def until(holds):
    async with asyncio.timeout(PATIENCE_SECONDS):
        while not holds():
            await asyncio.get_running_loop().run_in_executor(None, lambda: None)


async def test_in_one_process_a_wake_is_a_call():
    woken = Woken()
    async with Local(woken) as local:
        local.wake("deliver")
    assert woken == ["deliver"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_wake_reaches_the_process_that_does_the_job_and_only_that_one(store):
    polls, delivers = Woken(), Woken()
    async with (
        Procrastinate(store.db.address, ("poll",), polls) as one,
        Procrastinate(store.db.address, ("deliver",), delivers) as two,
    ):
        await until(lambda: one._app is not None and two._app is not None)
        for _ in range(5):
            one.wake("deliver")
        await delivers.once()
        one.wake("poll")
        await polls.once()
    assert set(delivers) == {"deliver"}
    assert polls == ["poll"]


@pytest.mark.parametrize("store", ["postgresql"], indirect=True)
async def test_a_database_that_is_not_there_wakes_nobody_and_breaks_nothing(store):
    woken = Woken()
    async with Procrastinate("postgresql://sosik@127.0.0.1:1/none", ("deliver",), woken) as alone:
        alone.wake("poll")
        alone.wake("deliver")
    assert woken == ["deliver"]
