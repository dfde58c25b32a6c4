"""How soon Slack gets its acknowledgement while alerts go out: interleaved rounds, idle against 40 posts a second.

    python -m bench.slack_acks [--rounds 10] [--commands 30]

Everything runs in one process on loopback (the bot and the local Slack), so the absolute figures are upper bounds.
"""

import argparse
import asyncio
import statistics
import sys

from bot.adapters.post import Post
from bot.adapters.post_slack import SlackPoster
from bot.core.commands import Caller
from bot.core.message import Button, Buttons, Excerpt, Headline, Message, Span, Tone
from bot.core.news import ChannelRef, Platform
from bot.services.replies import Reply, Rights
from handlers.slack_app import build
from tests.fakes.slack import FakeSlack

POSTS_A_SECOND = 40
CARD = Message(
    "[LG전자] 제목 (매체)",
    (
        Headline("LG전자·토론토대, AI 공동 연구", "https://news.example/1"),
        Excerpt((Span("…토론토 "), Span("AI 연구소", Tone.STRONG), Span("를 거점으로…"))),
        Buttons((Button("왜?", "w1:why:1"),)),
    ),
)


class Layer:
    """Answers at once."""

    async def run_text(self, caller: Caller, text: str, rights: Rights) -> Reply:
        await rights.standing(caller, caller.channel)
        return Reply(Message(text))


async def post_on(poster: SlackPoster, stop: asyncio.Event) -> int:
    """Post 40 alerts a second until told to stop; how many were posted."""
    count, tasks = 0, set()
    while not stop.is_set():
        channel = ChannelRef(Platform.SLACK, "T0FAKE", f"C{count % 10}")
        tasks.add(asyncio.create_task(poster.post(Post(channel, CARD, f"key-{count}"))))
        count += 1
        await asyncio.sleep(1 / POSTS_A_SECOND)
    await asyncio.gather(*tasks)
    return count


async def acks(slack: FakeSlack, count: int) -> list[float]:
    """Milliseconds from each command to its acknowledgement."""
    found = []
    for number in range(count):
        exchange = await slack.slash("/news", f"검색 {number}", user="U1", channel="C0")
        await exchange.answered()
        found.append(((exchange.acked_at or 0) - exchange.sent_at) * 1000)
    return found


async def measure(rounds: int, commands: int) -> None:
    async with FakeSlack().serving() as slack:
        for number in range(10):
            slack.room(f"C{number}", ["U1"])
        slack.person("U1")
        app = build(Layer(), api_url=slack.base_url, bot_token=slack.bot_token, app_token=slack.app_token)  # type: ignore[arg-type]
        poster = SlackPoster({"T0FAKE": slack.bot_token}.get, api_url=slack.base_url)
        await app.start()
        await acks(slack, 5)
        idle: list[float] = []
        busy: list[float] = []
        posted = 0
        for _ in range(rounds):
            idle += await acks(slack, commands)
            stop = asyncio.Event()
            posting = asyncio.create_task(post_on(poster, stop))
            busy += await acks(slack, commands)
            stop.set()
            posted += await posting
        await app.stop()
        await poster.close()
    for name, each in (("idle", idle), ("busy", busy)):
        cut = statistics.quantiles(each, n=100)
        sys.stdout.write(f"{name}: n={len(each)} p50={cut[49]:.1f} ms p99={cut[98]:.1f} ms max={max(each):.1f} ms\n")
    ratio = statistics.median(busy) / statistics.median(idle)
    sys.stdout.write(f"busy / idle median: {ratio:.2f} ({posted} alerts posted beside)\n")


if __name__ == "__main__":
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--rounds", type=int, default=10)
    options.add_argument("--commands", type=int, default=30)
    chosen = options.parse_args()
    asyncio.run(measure(chosen.rounds, chosen.commands))
