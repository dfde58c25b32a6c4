"""`sosik doctor`: is everything as it must be, and what to do where it is not. Secrets are never shown."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.adapters.store import Store
from bot.core.errors import SosikError
from bot.core.news import SourceState
from bot.core.wording import reason, say

INVITE_PERMISSIONS = 274_877_926_400  # View Channel, Send Messages, Embed Links, … in Threads (facts/discord.md §4)
INVITE_URL = "https://discord.com/oauth2/authorize"
CLOCK_SLACK = timedelta(seconds=60)  # Slack refuses signatures that are five minutes old
_MOST_NAMED = 5  # sources or channels in trouble that are named; the rest is counted
_TROUBLE = (SourceState.FAILING, SourceState.DEAD, SourceState.QUIET)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        well: None: nothing to check, or nothing wrong that must be mended.
        remedy: the key of what to do, told where it is not well.
    """

    key: str
    well: bool | None = True
    remedy: str = ""
    values: dict[str, object] = field(default_factory=dict)


@dataclass(slots=True)
class Findings:
    """All of them, in the order they were looked at."""

    found: list[Finding] = field(default_factory=list)

    @property
    def well(self) -> bool:
        """Nothing must be mended."""
        return all(each.well is not False for each in self.found)

    def add(self, key: str, *, well: bool | None = True, remedy: str = "", **values: object) -> None:
        """One more."""
        self.found.append(Finding(key, well, remedy, values))

    def failed(self, error: SosikError, remedy: str = "") -> None:
        """What an error says is not well."""
        self.found.append(Finding(error.key, well=False, remedy=remedy, values=error.values))

    def lines(self, language: str) -> Iterator[str]:
        """`✔ …`, `✖ … → what to do`, `– …`."""
        marks = {True: "✔", False: "✖", None: "–"}
        for each in self.found:
            whys = each.values.get("whys", ())
            named = [reason(key, language, values) for key, values in whys] if isinstance(whys, list) else []
            told = reason(each.key, language, {**each.values, "why": ", ".join(named)})
            remedy = f" → {say(each.remedy, language, **each.values)}" if each.remedy else ""
            yield f"{marks[each.well]} {told}{remedy}"
        yield say("doctor.well" if self.well else "doctor.ill", language)


async def examine_store(store: Store, findings: Findings, *, now: datetime) -> None:
    """Database, clock, sources, queue: everything that needs no other server.

    Args:
        now: by this machine's clock.
    """
    told = await store.housekeeping.ping()
    off = abs(told - now)
    findings.add(
        "doctor.clock_database" if off <= CLOCK_SLACK else "doctor.clock_off",
        well=off <= CLOCK_SLACK,
        remedy="" if off <= CLOCK_SLACK else "doctor.set_clock",
        seconds=round(off.total_seconds()),
        whose="DB",
    )
    await _sources(store, findings)
    waiting = await store.outbox.waiting()
    if waiting.dead:
        findings.add("doctor.dead", well=False, remedy="doctor.see_status", count=waiting.dead)
    else:
        findings.add("doctor.no_dead", pending=waiting.pending, held=waiting.held)


async def _sources(store: Store, findings: Findings) -> None:
    sources = await store.sources.seen_by(None)
    trouble = [each for each in sources if each.state in _TROUBLE]
    if not sources:
        findings.add("doctor.no_sources", well=None)
        return
    findings.add("doctor.sources", count=len(sources), trouble=len(trouble))
    for each in trouble[:_MOST_NAMED]:
        quiet = each.state is SourceState.QUIET
        findings.add(
            "doctor.source_quiet" if quiet else "doctor.source_failing",
            well=None if quiet else False,
            remedy="doctor.check_source",
            number=each.number,
            name=each.name or each.url.partition("?")[0],
        )
