"""Logs never show a secret; metrics name nobody."""

import asyncio
import io
import json
import logging
from collections import deque

import pytest
import structlog

from bot.observe import LoopLag, Metrics, configure_logs, masked

SLACK = "-".join(("xoxb", "123456789", "abcdefghijkl"))
APP = "-".join(("xapp", "1", "A0", "abcdef"))
DISCORD = ".".join(("M" * 26, "abcdef", "k" * 38))


pytestmark = pytest.mark.usefixtures("logs_as_they_were")


@pytest.mark.parametrize("form", ["json", "console"])
@pytest.mark.parametrize("secret", [SLACK, APP, DISCORD, "Bearer abcdefghijklmnopqrstuv"])
def test_no_log_line_shows_a_secret(form, secret):
    out = io.StringIO()
    configure_logs("debug", form, out)
    log = structlog.get_logger("test")

    log.info("event", token=secret, error=ValueError(f"bad {secret}"))
    try:
        int(secret)
    except ValueError:
        log.exception("broke")
    logging.getLogger("foreign").warning("said %s", secret)

    assert "event" in out.getvalue()
    assert "foreign" in out.getvalue() or "said" in out.getvalue()
    assert secret not in out.getvalue()


def test_names_and_passwords_in_addresses_are_masked():
    assert "s3cret" not in masked("https://me:s3cret@n.example/rss")
    assert masked("https://n.example/rss") == "https://n.example/rss"


def test_json_logs_are_one_object_a_line():
    out = io.StringIO()
    configure_logs("info", "json", out)

    structlog.get_logger("test").info("delivered", delivery=7)
    structlog.get_logger("test").debug("unseen")

    (line,) = out.getvalue().splitlines()
    assert json.loads(line)["event"] == "delivered"
    assert json.loads(line)["delivery"] == 7


def test_metrics_speak_prometheus_and_name_nobody():
    metrics = Metrics()
    metrics.deliveries.labels("slack", "sent", "").inc()
    metrics.alert_latency.labels("fetched").observe(1.5)

    text = metrics.text().decode()

    assert 'sosik_deliveries_total{outcome="sent",platform="slack",reason=""} 1.0' in text
    assert "sosik_alert_latency_seconds_bucket" in text
    assert "channel" not in text


class Beats(deque[float]):
    """Lags that one can wait for."""

    def __init__(self) -> None:
        super().__init__()
        self.heard = asyncio.Event()

    def append(self, lag: float) -> None:
        super().append(lag)
        self.heard.set()


async def test_the_loops_lag_is_measured():
    lag = LoopLag()
    assert (lag.longest(), lag.quantile(0.99)) == (0.0, 0.0)
    watching = asyncio.create_task(lag.watch())
    lag.lags = beats = Beats()
    await asyncio.wait_for(beats.heard.wait(), 10)
    watching.cancel()

    assert lag.longest() >= lag.quantile(0.5) >= 0.0
