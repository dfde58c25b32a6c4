"""왜?: why an alert came, from the decisions that were stored when they were made."""

from bot.adapters.store.articles import hits_of
from bot.core import compose
from bot.core.errors import UserMistake
from bot.core.message import Bullets, Excerpt, Heading, Message, Part, Span, Tone
from bot.core.news import Watch
from bot.core.text import Named, canonical_url, identity_keys
from bot.core.wording import reason
from bot.services.commanding.desk import Asked
from bot.services.replies import Reply


async def why(asked: Asked, delivery_id: int) -> Reply:
    """Why this alert: the watch, who made it, the term, where it stands, when it was seen and sent."""
    told = await asked.desk.store.articles.told_by(delivery_id, asked.channel)
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


async def why_not(asked: Asked, watch: Watch, url: str) -> Reply:
    """왜 안 왔나: what is known of the article at an address, stage by stage; the first ✖ decides."""
    row = await asked.desk.store.articles.of_address((url, canonical_url(url)), identity_keys(Named("", "", url=url)))
    stages: list[str] = []
    if row is None:
        stages.append(asked.text("stage.unknown"))
        stages.append(asked.text("stage.result_no"))
        return _stages(asked, url, stages)
    seen = compose.moment(row.first_seen, asked.voice)
    stages.append(asked.text("stage.seen", source=row.source_name or row.source_url or "–", when=seen))
    stages.append(asked.text("stage.text", count=len(row.body)) if row.body else asked.text("stage.no_text"))
    decision = await asked.desk.store.articles.decision(row.id, watch.id)
    if row.baseline:
        stages.append(asked.text("stage.baseline"))
    elif row.first_seen <= watch.since:
        stages.append(asked.text("stage.before", when=compose.moment(watch.since, asked.voice)))
    elif decision is None:
        stages.append(asked.text("stage.no_hit"))
    elif decision.verdict == "near":
        stages.append(
            asked.text("stage.near", reason=reason(decision.reason, asked.voice.language, decision.reason_values))
        )
    else:
        stages.append(asked.text("stage.hit", term=hits_of(decision.hits)[0].term))
        stages.append(await _delivered(asked, decision.delivery_id))
    return _stages(asked, row.title, stages)


async def _delivered(asked: Asked, delivery_id: int | None) -> str:
    row = await asked.desk.store.outbox.get(delivery_id) if delivery_id is not None else None
    if row is None:
        return asked.text("stage.unsent")
    if row.sent_at is not None:
        return asked.text("stage.sent", when=compose.moment(row.sent_at, asked.voice))
    why = reason(row.reason, asked.voice.language, row.reason_values) if row.reason else ""
    return asked.text(f"stage.{row.state}", reason=why)


def _stages(asked: Asked, title: str, stages: list[str]) -> Reply:
    heading = asked.text("stage.heading", title=title)
    items = tuple((Span(stage),) for stage in stages)
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
