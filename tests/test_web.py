"""Health, readiness, metrics, over real HTTP on loopback."""

import httpx
import pytest

from bot.core.errors import GiveUp
from bot.web import application, serve


class Told:
    """What the bot says of itself."""

    reason = ""

    async def ready(self) -> str:
        return self.reason

    async def metrics(self) -> bytes:
        return b"sosik_up 1.0\n"


@pytest.fixture
def told() -> Told:
    return Told()


@pytest.fixture
async def client(told):
    app = application(ready=told.ready, metrics=told.metrics)
    async with serve(app, host="127.0.0.1", port=0) as address, httpx.AsyncClient(base_url=address) as asking:
        yield asking


async def test_health_is_ok_while_the_loop_lives(client):
    answer = await client.get("/healthz")

    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_readiness_says_why_not(client, told):
    assert (await client.get("/readyz")).status_code == 200
    told.reason = "database.away"

    answer = await client.get("/readyz")

    assert (answer.status_code, answer.text) == (503, "database.away\n")


async def test_metrics_are_prometheus_text(client):
    answer = await client.get("/metrics")

    assert answer.text == "sosik_up 1.0\n"
    assert answer.headers["content-type"].startswith("text/plain; version=0.0.4")


async def test_anything_else_is_not_found(client):
    assert (await client.get("/admin")).status_code == 404


async def test_a_port_that_is_taken_is_a_sentence_and_not_a_traceback(told):
    app = application(ready=told.ready, metrics=told.metrics)
    async with serve(app, host="127.0.0.1", port=0) as address:
        port = int(address.rpartition(":")[2])
        with pytest.raises(GiveUp, match=r"web\.port"):
            async with serve(app, host="127.0.0.1", port=port):
                pass
