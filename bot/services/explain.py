"""왜?: why an alert came, from the decisions that were stored when they were made."""

from bot.core import compose
from bot.core.errors import UserMistake
from bot.core.matching.evidence import sentence
from bot.core.message import Bullets, Excerpt, Heading, Message, Part, Span, Tone
from bot.core.news import Field, Hit, Watch
from bot.services.commanding.desk import Asked
from bot.services.replies import Reply


async def why(asked: Asked, delivery_id: int) -> Reply:
    """Why this alert: the watch, who made it, the term, where it stands, when it was seen and sent."""
    told = await asked.desk.store.articles.told_by(delivery_id, asked.channel)
    if told is None:
        raise UserMistake("press.gone")
    article = told.article
    texts = {Field.TITLE: article.title, Field.SUMMARY: article.summary, Field.BODY: article.body}
    items: list[tuple[Span, ...]] = []
    parts: list[Part] = []
    for watch, hits in told.matches:
        first = hits[0]
        who = watch.owner
        line = asked.text(
            "why.watch", number=watch.number, who=who, term=first.term, place=asked.text(f"field.{first.field}")
        )
        items.append((Span(watch.expression, Tone.STRONG), Span(f" — {line}")))
        excerpt = _sentence(texts, hits)
        if excerpt:
            parts.append(Excerpt(excerpt))
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


async def watches_of(asked: Asked, delivery_id: int) -> tuple[Watch, ...]:
    """The watches on a card of this channel.

    Raises:
        UserMistake: `press.gone`: the card is not this channel's, or too old.
    """
    told = await asked.desk.store.articles.told_by(delivery_id, asked.channel)
    if told is None:
        raise UserMistake("press.gone")
    return tuple(watch for watch, _ in told.matches)


def _sentence(texts: dict[Field, str], hits: tuple[Hit, ...]) -> tuple[Span, ...]:
    for place in (Field.BODY, Field.SUMMARY, Field.TITLE):
        here = [hit for hit in hits if hit.field is place]
        if here and texts[place]:
            return sentence(texts[place], here)
    return ()
