"""Logs and metrics. Events, not sentences; never a token: one processor masks what looks like a secret.

No metric carries a workspace, channel, keyword or address (facts/security.md §6).
"""

import asyncio
import logging
import re
import sys
from collections import deque
from collections.abc import MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TextIO

import structlog
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

_LATENCIES = (0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
_LAG_EVERY_SECONDS = 0.05
_LAGS_KEPT = 20_000

_SECRETS = re.compile(
    r"xox[a-z]-[\w-]+|xapp-[\w-]+"  # Slack tokens
    r"|[\w-]{23,28}\.[\w-]{6,7}\.[\w-]{27,}"  # Discord bot tokens
    r"|(?i:bearer|bot|basic)\s+[\w.+/=-]{16,}"  # Authorization headers
    r"|(?<=://)[^\s/@]+:[^\s/@]+(?=@)"  # name and password in an address
)
_MASK = "•••"


def configure_logs(level: str, form: str, stream: TextIO | None = None) -> None:
    """Send all logs to stderr, one line an event.

    Args:
        level: `debug` … `error`.
        form: `console` for people, `json` for machines.
    """
    out = stream or sys.stderr
    number = logging.getLevelNamesMapping()[level.upper()]
    renderer: Any = (
        structlog.processors.JSONRenderer(ensure_ascii=False)
        if form == "json"
        else structlog.dev.ConsoleRenderer(colors=out.isatty())
    )
    shared: list[Any] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso"),
        structlog.processors.format_exc_info,
        mask_secrets,
    ]
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=False,
    )
    handler = logging.StreamHandler(out)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[structlog.stdlib.ProcessorFormatter.remove_processors_meta, mask_secrets, renderer],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(number)
    for chatty in ("apscheduler", "httpx", "asyncio", "discord", "slack_bolt", "slack_sdk", "aiosqlite", "trafilatura"):
        logging.getLogger(chatty).setLevel(max(number, logging.WARNING))


def mask_secrets(_logger: object, _method: str, event: MutableMapping[str, Any]) -> MutableMapping[str, Any]:
    """A structlog processor: secrets in any value become dots."""
    for name, value in event.items():
        if isinstance(value, str):
            event[name] = masked(value)
        elif isinstance(value, (BaseException, bytes)):
            event[name] = masked(str(value))
    return event


def masked(text: str) -> str:
    """The text with everything that looks like a secret masked."""
    return _SECRETS.sub(_MASK, text)


@dataclass(slots=True)
class Metrics:
    """What `GET /metrics` tells (facts/security.md §6)."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    alert_latency: Histogram = field(init=False)
    outbox_depth: Gauge = field(init=False)
    outbox_oldest: Gauge = field(init=False)
    deliveries: Counter = field(init=False)
    in_doubt: Counter = field(init=False)
    polls: Counter = field(init=False)
    poll_lag: Gauge = field(init=False)
    sources: Gauge = field(init=False)
    articles: Counter = field(init=False)
    matches: Counter = field(init=False)
    loop_lag: Gauge = field(init=False)
    interactions: Counter = field(init=False)

    def __post_init__(self) -> None:
        own = self.registry
        self.alert_latency = Histogram(
            "sosik_alert_latency_seconds",
            "Time from publication or first fetch to the posted alert",
            ["from"],
            buckets=_LATENCIES,
            registry=own,
        )
        self.outbox_depth = Gauge("sosik_outbox_depth", "Deliveries waiting", ["state"], registry=own)
        self.outbox_oldest = Gauge("sosik_outbox_oldest_seconds", "Age of the oldest waiting delivery", registry=own)
        self.deliveries = Counter(
            "sosik_deliveries", "Ends of deliveries", ["platform", "outcome", "reason"], registry=own
        )
        self.in_doubt = Counter("sosik_in_doubt", "Posts of unknown outcome, settled", ["resolution"], registry=own)
        self.polls = Counter("sosik_polls", "Readings of sources", ["outcome"], registry=own)
        self.poll_lag = Gauge("sosik_poll_lag_seconds", "How late the latest due source is", registry=own)
        self.sources = Gauge("sosik_sources", "Sources", ["state"], registry=own)
        self.articles = Counter("sosik_articles", "Articles read", ["kind"], registry=own)
        self.matches = Counter("sosik_matches", "Watches that wanted an article", registry=own)
        self.loop_lag = Gauge("sosik_loop_lag_seconds", "Longest stall of the event loop lately", registry=own)
        self.interactions = Counter(
            "sosik_interactions", "Commands and presses", ["platform", "command", "outcome"], registry=own
        )

    def text(self) -> bytes:
        """The Prometheus text form."""
        return generate_latest(self.registry)


class LoopLag:
    """How long the event loop is kept from its work: a heartbeat that notes how late it wakes."""

    def __init__(self) -> None:
        self.lags: deque[float] = deque(maxlen=_LAGS_KEPT)

    async def watch(self) -> None:
        """Run until cancelled."""
        loop = asyncio.get_running_loop()
        while True:
            before = loop.time()
            await asyncio.sleep(_LAG_EVERY_SECONDS)
            self.lags.append(max(0.0, loop.time() - before - _LAG_EVERY_SECONDS))

    def longest(self) -> float:
        """Seconds of the longest stall kept."""
        return max(self.lags, default=0.0)

    def quantile(self, share: float) -> float:
        """Seconds below which this share of the stalls lies."""
        ordered: Sequence[float] = sorted(self.lags)
        return ordered[min(len(ordered) - 1, int(share * len(ordered)))] if ordered else 0.0
