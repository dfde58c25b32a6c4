"""`python -m bench store [MESSAGES] [ROUNDS]`: the outbox's path against the same statements by bare drivers.

Claim a channel, then for each message: confirm the last one and mark the next, in one transaction; all of it on the
real schema, in rounds that take turns. The bare drivers run the very statements that the outbox sends (recorded by
SQLAlchemy as it ran), with their values, and nothing else: no decisions, no rows made into objects.
Figures: messages a second, and the ratio of the outbox to the bare driver. The platforms take 50 posts a second.
"""

import asyncio
import sqlite3
import statistics
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
from sqlalchemy import event, insert, select, update

from bot.adapters.store import Store
from bot.adapters.store.migrate import upgrade
from bot.adapters.store.outbox import Outcome
from bot.adapters.store.tables import CHANNEL, DELIVERY, sosik_now
from bot.core.compose import Voice, notice
from bot.core.delivery import Kind, Pacing, State, decide
from bot.core.message import to_json
from bot.core.news import ChannelRef, Platform
from tests import postgres

GOALS = {"postgresql": 0.4, "sqlite": 0.25}
HERE = ChannelRef(Platform.SLACK, "T1", "C1")
SPAN = {"lease": timedelta(seconds=30), "settle": timedelta(seconds=20)}


async def fill(store: Store, count: int) -> None:
    channel = (await store.channels.settings(HERE)).id
    payload = to_json(notice("가람전자, 새 공장 문을 연다 (가람경제)", voice=Voice()))
    async with store.db.writing() as connection:
        now = (await connection.execute(select(sosik_now()))).scalar_one()
        row = {"channel_id": channel, "kind": Kind.NOTICE, "state": State.PENDING, "payload": payload}
        row |= {"created_at": now, "due_at": now, "expires_at": now + timedelta(days=1)}
        first = (await connection.execute(select(CHANNEL.c.next_seq))).scalar_one()
        numbers = range(first, first + count)
        await connection.execute(insert(DELIVERY), [{**row, "seq": each, "dedupe_key": str(each)} for each in numbers])
        await connection.execute(update(CHANNEL).values(next_seq=first + count, next_due_at=now))


async def ours(store: Store) -> int:
    """Everything that is queued, through the outbox."""
    done = 0
    for claim in await store.outbox.claim("bench", lease=SPAN["lease"], limit=8, platforms=["slack"]):
        outcome = None
        while True:
            step = await store.outbox.step(claim, outcome, decide, **SPAN, pacing=lambda _: Pacing())
            if step is None:
                break
            outcome = Outcome(step.row, State.SENT, str(step.row.id))
            done += 1
    return done


Recorded = list[tuple[str, Any]]


def record(store: Store, into: Recorded) -> Callable[[], None]:
    engine = store.db._writer.sync_engine

    def statement(*given: Any) -> None:  # connection, cursor, statement, values, context, executemany
        into.append((given[2], given[3]))

    def commit(_connection: Any) -> None:
        into.append(("COMMIT", ()))

    event.listen(engine, "before_cursor_execute", statement)
    event.listen(engine, "commit", commit)

    def stop() -> None:
        event.remove(engine, "before_cursor_execute", statement)
        event.remove(engine, "commit", commit)

    return stop


async def bare_sqlite(path: str, statements: Recorded) -> None:
    await asyncio.to_thread(_bare_sqlite, path, statements)


def _bare_sqlite(path: str, statements: Recorded) -> None:
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA synchronous=FULL")
    connection.create_function("sosik_now", 0, lambda: int(time.time() * 1_000_000))
    for sql, values in statements:
        if sql == "COMMIT":
            connection.commit()
            continue
        connection.execute(sql, values).fetchall()
    connection.close()


async def bare_postgres(address: str, statements: Recorded) -> None:
    """psycopg's own asyncio connection: what one would write in an asyncio program without SQLAlchemy."""
    async with await psycopg.AsyncConnection.connect(address) as connection:
        for sql, values in statements:
            if sql == "COMMIT":
                await connection.commit()
                continue
            cursor = await connection.execute(sql, values)
            if cursor.description is not None:
                await cursor.fetchall()


async def measure(
    kind: str, address: str, count: int, rounds: int, bare: Callable[[Recorded], Awaitable[None]]
) -> float:
    rates: dict[str, list[float]] = {"outbox": [], "bare": []}
    async with Store(address, voice=Voice()) as store:
        await upgrade(store.db)
        for each in range(rounds + 1):
            await fill(store, count)
            statements: Recorded = []
            stop = record(store, statements)
            begin = time.perf_counter()
            done = await ours(store)
            outbox = done / (time.perf_counter() - begin)
            stop()
            assert done == count
            async with store.db.writing() as connection:  # the same rows, as they were before
                rewound = {"state": State.PENDING, "sent_at": None, "external_id": None, "attempt": 0}
                highest = (await connection.execute(select(DELIVERY.c.seq).order_by(DELIVERY.c.seq.desc()))).scalars()
                last = highest.first() or 0
                await connection.execute(update(DELIVERY).where(DELIVERY.c.seq > last - count).values(**rewound))
            begin = time.perf_counter()
            await bare(statements)
            raw = count / (time.perf_counter() - begin)
            if each:  # the first round warms up
                rates["outbox"].append(outbox)
                rates["bare"].append(raw)
    ratio = statistics.median(a / b for a, b in zip(rates["outbox"], rates["bare"], strict=True))
    outbox, raw = (statistics.median(rates[name]) for name in ("outbox", "bare"))
    verdict = "reached" if ratio >= GOALS[kind] else "MISSED"
    print(
        f"{kind}: outbox {outbox:.0f} messages/s, bare driver {raw:.0f}, ratio {ratio:.2f} "
        f"(goal {GOALS[kind]}: {verdict}); {outbox / 50:.1f} times the 50 posts/s that a platform takes",
        flush=True,
    )
    return ratio


def main(arguments: list[str]) -> int:
    count = int(arguments[0]) if arguments else 100
    rounds = int(arguments[1]) if len(arguments) > 1 else 9
    reached = True
    with ExitStack() as stack:
        path = Path(stack.enter_context(tempfile.TemporaryDirectory())) / "bench.db"
        ratio = asyncio.run(
            measure("sqlite", f"sqlite:///{path}", count, rounds, lambda each: bare_sqlite(str(path), each))
        )
        reached = reached and ratio >= GOALS["sqlite"]
        if postgres.tools() is None:
            print("postgresql: not installed", file=sys.stderr)
        else:
            address = stack.enter_context(postgres.server())
            ratio = asyncio.run(
                measure("postgresql", address, count, rounds, lambda each: bare_postgres(address, each))
            )
            reached = reached and ratio >= GOALS["postgresql"]
    return 0 if reached else 1
