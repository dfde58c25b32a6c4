"""왜?, 왜 안 왔나?: why an alert came or did not, from the decisions that were stored when they were made."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import MappingProxyType
from typing import Any

from bot.adapters.store import Store
from bot.adapters.store.articles import hits_of
from bot.adapters.store.housekeeping import KEEP_DECISIONS
from bot.adapters.store.mutes import STORY_MUTED
from bot.core import compose
from bot.core.addresses import masked_url
from bot.core.compose import Voice
from bot.core.delivery import State
from bot.core.errors import UserMistake
from bot.core.message import Bullets, Excerpt, Heading, Message, Part, Span, Tone, from_json
from bot.core.news import ChannelRef, Pace, Watch
from bot.core.text import Named, canonical_url, identity_keys
from bot.core.wording import reason, say
from bot.services.commanding.desk import Asked
from bot.services.replies import Reply

_MOST_WATCHES = 20  # of one article, shown by the command line
_MOST_CARRIED = 10

YES, NO, OPEN = "✔", "✖", "–"
STAGES = ("source", "text", "new", "keyword", "also", "without", "outlet", "story", "mute", "limit", "send", "result")

# Which stage a refused candidate failed at; every other reason is the keyword's own.
_STAGE_OF = MappingProxyType(
    {
        "near.missing": "also",
        "near.refused": "without",
        "near.covered": "without",
        "near.other_outlet": "outlet",
        "near.refused_outlet": "outlet",
    }
)


async def why(asked: Asked, delivery_id: int) -> Reply:
    """Why this alert: the watch, who made it, the term, where it stands, when it was seen and sent."""
    return await why_in(asked, asked.channel, delivery_id)


async def why_in(asked: Asked, channel: ChannelRef, delivery_id: int) -> Reply:
    """As `why`, for the channel that the delivery was made for."""
    told = await asked.desk.store.articles.told_by(delivery_id, channel)
    if told is None:
        raise UserMistake("press.gone")
    article = told.article
    items: list[tuple[Span, ...]] = []
    parts: list[Part] = []
    for watch, hits in told.matches:
        first = hits[0]
        who = watch.owner
        line = asked.text(
            "why.watch", number=watch.number, who=who, term=first.term, place=asked.text(f"field.{first.field}")
        )
        items.append((Span(watch.expression, Tone.STRONG), Span(f" — {line}")))
        parts.append(Excerpt(compose.excerpt(article, hits)))
    seen = compose.moment(article.first_seen, asked.voice)
    sent = compose.moment(told.sent_at, asked.voice) if told.sent_at else asked.text("why.unsent")
    items.append((Span(asked.text("why.times", source=told.source, seen=seen, sent=sent)),))
    outlets = (await asked.desk.store.articles.outlets([told.story_id])).get(told.story_id, ())
    if len(outlets) > 1:
        items.append((Span(asked.text("why.story", outlets=", ".join(filter(None, outlets)))),))
    if not article.body and told.page_error:
        items.append((Span(asked.text("why.no_page")),))
    heading = asked.text("why.heading", title=article.title)
    return Reply(Message(heading, (Heading(heading), *parts, Bullets(tuple(items))), language=asked.voice.language))


async def why_rollup(asked: Asked, delivery_id: int) -> Reply:
    """Why a roll-up: the alerts that it carries, each with its watches."""
    rows = await asked.desk.store.outbox.carried(delivery_id)
    heading = asked.text("why.rollup", count=len(rows))
    items = tuple(compose.line_of(from_json(row.payload)) for row in rows[:_MOST_CARRIED])
    return Reply(Message(heading, (Heading(heading), Bullets(items)), language=asked.voice.language))


async def watches_of(asked: Asked, delivery_id: int) -> tuple[Watch, ...]:
    """The watches on a card of this channel.

    Raises:
        UserMistake: `press.gone`: the card is not this channel's, or too old.
    """
    told = await asked.desk.store.articles.told_by(delivery_id, asked.channel)
    if told is None:
        raise UserMistake("press.gone")
    return tuple(watch for watch, _ in told.matches)


async def why_not(asked: Asked, watch: Watch, url: str) -> Reply:
    """`테스트 ID URL`: what is known of the article at an address for one watch, stage by stage."""
    teller = Teller(asked.desk.store, asked.voice)
    row = await teller.article(url, asked.channel.home)
    decision = await asked.desk.store.articles.decision(row.id, watch.id) if row is not None else None
    stages = await teller.stages(row, url, watch, decision)
    heading = asked.text("stage.heading", title=row.title if row is not None else url)
    items = tuple((Span(line),) for line in teller.lines(stages))
    return Reply(Message(heading, (Heading(heading), Bullets(items)), language=asked.voice.language))


async def lines_for(store: Store, voice: Voice, url: str, channel: ChannelRef | None) -> Iterator[str]:
    """`sosik explain URL`: the stages for every watch that came near, or once without one."""
    teller = Teller(store, voice)
    row = await teller.article(url, channel.home if channel is not None else None)
    lines = [say("stage.heading", voice.language, title=row.title if row is not None else url)]
    decided = await store.views.decided(row.id, channel=channel, limit=_MOST_WATCHES) if row is not None else ()
    for watch, decision in decided:
        lines.append(f"#{watch.number} {watch.expression} ({watch.channel})")
        lines.extend(f"  {line}" for line in teller.lines(await teller.stages(row, url, watch, decision)))
    if not decided:
        lines.extend(f"  {line}" for line in teller.lines(await teller.stages(row, url, None, None)))
    return iter(lines)


@dataclass(frozen=True, slots=True)
class Stage:
    """One step on the way from a source to a channel, with its verdict."""

    name: str
    mark: str = OPEN
    text: str = ""


@dataclass(slots=True)
class Teller:
    """Tells the stages of one article in one voice."""

    store: Store
    voice: Voice
    _found: dict[str, Stage] = field(default_factory=dict)

    async def article(self, url: str, workspace: str | None) -> Any:  # noqa: ANN401 - a Row or None
        """The stored article at an address, as this workspace may see it; None for the operator sees all.

        Raises:
            UserMistake: `stage.no_url`.
        """
        if not url.lower().startswith(("http://", "https://")):
            raise UserMistake("stage.no_url", text=url)
        keys = identity_keys(Named("", "", url=url))
        return await self.store.views.article_at((url, canonical_url(url)), keys, workspace)

    def lines(self, stages: Sequence[Stage]) -> Iterator[str]:
        """`키워드: ✖ …`."""
        for stage in stages:
            name = self._say(f"stage.name.{stage.name}")
            yield f"{name}: {stage.mark} {stage.text}".rstrip()

    async def stages(self, row: Any, url: str, watch: Watch | None, decision: Any) -> tuple[Stage, ...]:  # noqa: ANN401
        """Every stage in order; those after the one that decided stay open."""
        self._found = {}
        if row is None:
            self._set("source", NO, "stage.unknown")
            self._result("stage.result_no", reason=self._say("stage.unknown"))
        elif self._arrived(row, url, watch) and self._matched(row, decision, await self.store.housekeeping.ping()):
            await self._delivered(row, watch, decision)
        return tuple(self._found.get(name, Stage(name)) for name in STAGES)

    def _arrived(self, row: Any, url: str, watch: Watch | None) -> bool:  # noqa: ANN401
        seen = compose.moment(row.first_seen, self.voice)
        self._set(
            "source", YES, "stage.seen", source=row.source_name or masked_url(row.source_url or "") or "–", when=seen
        )
        if row.body:
            self._set("text", YES, "stage.text", count=len(row.body))
        elif row.page_state == "wanted":
            self._set("text", OPEN, "stage.page_wanted")
        elif row.page_state == "failed":
            self._set("text", NO, "stage.no_text")
        else:
            self._set("text", OPEN, "stage.summary_only")
        if row.baseline:
            return self._stop("new", "stage.baseline")
        if watch is not None and row.first_seen <= watch.since:
            return self._stop("new", "stage.before", when=compose.moment(watch.since, self.voice))
        known = canonical_url(row.url) != canonical_url(url)
        self._set("new", OPEN if known else YES, "stage.same_as" if known else "stage.new", id=row.id, when=seen)
        return True

    def _matched(self, row: Any, decision: Any, now: datetime) -> bool:  # noqa: ANN401
        if decision is None:
            if now - row.first_seen > KEEP_DECISIONS:
                self._set("keyword", OPEN, "stage.forgotten")
                self._result("stage.result_unknown", reason=self._say("stage.forgotten"))
                return False
            if row.page_state == "wanted":
                self._set("keyword", OPEN, "stage.page_wanted")
                self._result("stage.result_later", reason=self._say("stage.page_wanted"))
                return False
            return self._stop("keyword", "stage.no_hit")
        if decision.verdict == "near":
            why = reason(decision.reason, self.voice.language, decision.reason_values)
            stage = _STAGE_OF.get(decision.reason, "keyword")
            for passed in ("keyword", "also", "without", "outlet"):
                if passed == stage:
                    break
                self._found[passed] = Stage(passed, YES)
            self._found[stage] = Stage(stage, NO, why)
            self._result("stage.result_no", reason=why)
            return False
        hit = hits_of(decision.hits)[0]
        self._set("keyword", YES, "stage.hit", place=self._say(f"field.{hit.field}"), term=hit.term)
        for passed in ("also", "without", "outlet"):
            self._found[passed] = Stage(passed, YES)
        return True

    async def _delivered(self, row: Any, watch: Watch | None, decision: Any) -> None:  # noqa: ANN401
        if row.story_id is not None and row.story_id != row.id:
            self._set("story", OPEN, "stage.grouped", id=row.story_id)
        else:
            self._set("story", YES, "stage.own_story")
        delivery = await self.store.outbox.get(decision.delivery_id) if decision.delivery_id is not None else None
        if delivery is None:
            digest = watch is not None and watch.pace is Pace.DIGEST
            self._set("send", OPEN, "stage.digest_only" if digest else "stage.no_delivery")
            key = "stage.result_digest" if digest else "stage.result_no"
            self._result(key, reason=self._say("stage.no_delivery"))
            return
        carrier = await self.store.outbox.get(delivery.target_id) if delivery.state == State.ROLLED else delivery
        self._mute(delivery)
        if delivery.state == State.ROLLED:
            self._set("limit", OPEN, "stage.rolled")
        elif delivery.state not in {State.HELD, State.CANCELLED}:
            self._set("limit", YES, "stage.within")
        self._send(carrier if carrier is not None else delivery, delivery)

    def _mute(self, delivery: Any) -> None:  # noqa: ANN401
        if delivery.state == State.HELD:
            until = compose.moment(delivery.held_until, self.voice) if delivery.held_until else "–"
            self._stop("mute", "stage.held", until=until)
        elif delivery.state == State.CANCELLED and delivery.reason == STORY_MUTED:
            self._stop("mute", "mute.story_over")
        else:
            self._set("mute", YES, "stage.not_muted")

    def _send(self, carrier: Any, delivery: Any) -> None:  # noqa: ANN401
        if delivery.state == State.HELD or "result" in self._found:
            return
        why = reason(carrier.reason, self.voice.language, carrier.reason_values) if carrier.reason else ""
        if carrier.sent_at is not None:
            when = compose.moment(carrier.sent_at, self.voice)
            self._set("send", YES, "stage.sent", when=when)
            self._result("stage.result_yes", when=when)
        elif carrier.state in {State.PENDING, State.SENDING}:
            self._set("send", OPEN, f"stage.{carrier.state}", reason=why)
            self._result("stage.result_later", reason=self._say(f"stage.{carrier.state}", reason=why))
        elif carrier.state == State.DEAD:
            self._found["send"] = Stage("send", NO, why)
            self._result("stage.result_no", reason=why)
        else:
            self._stop("send", f"stage.{carrier.state}")

    def _stop(self, name: str, key: str, **values: object) -> bool:
        """This stage decided."""
        self._set(name, NO, key, **values)
        self._result("stage.result_no", reason=self._say(key, **values))
        return False

    def _set(self, name: str, mark: str, key: str, **values: object) -> None:
        self._found[name] = Stage(name, mark, self._say(key, **values))

    def _result(self, key: str, **values: object) -> None:
        mark = {"stage.result_yes": YES, "stage.result_no": NO}.get(key, OPEN)
        self._found["result"] = Stage("result", mark, self._say(key, **values))

    def _say(self, key: str, **values: object) -> str:
        return say(key, self.voice.language, **values)
