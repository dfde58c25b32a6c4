"""What the bot says, as Messages: alerts, roll-ups, digests, notices. Wording is in `core/wording`."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.core.digest import DigestContent, DigestStory
from bot.core.matching.evidence import sentence
from bot.core.message import (
    Bullets,
    Button,
    Buttons,
    Byline,
    Chips,
    Excerpt,
    Heading,
    Headline,
    Message,
    Option,
    Paragraph,
    Part,
    Span,
    Tone,
)
from bot.core.news import Article, Field, Hit, Watch
from bot.core.wording import say

SELF = "@"  # stands for the delivery's own id in an action until it is sent: `w1:why:@`
ROLLUP_SHOWN = 30  # articles listed in a roll-up; the rest are one press away
MUTE_CHOICES = ("story", "outlet", "watch", "today")
_RELATED = "w1:related:"
_WEEKDAYS = "월화수목금토일"
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


@dataclass(frozen=True, slots=True)
class Voice:
    """How a channel is spoken to: `ko` or `en`, and the IANA zone that times are shown in."""

    language: str = "ko"
    zone: str = "Asia/Seoul"


def alert(
    article: Article,
    watches: Sequence[str],
    excerpt: Sequence[Span],
    *,
    voice: Voice,
    more: int = 0,
    related: int = 0,
    mention: str = "",
) -> Message:
    """The alert card of contract §7.

    Args:
        watches: names of the watches that matched, as cards show them.
        excerpt: the sentence with the hit.
        more: further outlets that carry the story.
        related: further articles on the event.
    """
    language = voice.language
    parts: list[Part] = [Chips(tuple(watches)), Headline(article.title, article.url), _byline(article, voice, more)]
    if excerpt:
        parts.append(Excerpt(tuple(excerpt)))
    parts.append(Buttons((*_alert_buttons(article.url, language), *_related_button(related, language))))
    return Message(alert_line(watches, article), tuple(parts), mention=mention, language=language)


def thread(article: Article, watches: Sequence[str], excerpt: Sequence[Span], *, voice: Voice) -> Message:
    """A further article on the event of a card, for the card's thread."""
    parts: list[Part] = [Headline(article.title, article.url), _byline(article, voice, 0)]
    if excerpt:
        parts.append(Excerpt(tuple(excerpt)))
    buttons = (each for each in _alert_buttons(article.url, voice.language) if not each.options)
    parts.append(Buttons(tuple(buttons)))
    return Message(alert_line(watches, article), tuple(parts), language=voice.language)


def excerpt(article: Article, hits: Sequence[Hit]) -> tuple[Span, ...]:
    """The sentence that tells most beyond the headline: of what the headline does not name, from the text first."""
    named = {hit.term for hit in hits if hit.field is Field.TITLE}
    for wanted in ([hit for hit in hits if hit.term not in named], hits):
        for place, text in ((Field.BODY, article.body), (Field.SUMMARY, article.summary), (Field.TITLE, article.title)):
            here = [hit for hit in wanted if hit.field is place]
            if here and text:
                return sentence(text, here)
    return ()


def alert_line(watches: Sequence[str], article: Article) -> str:
    """`[LG전자] 제목 (매체)`: what a phone shows."""
    marks = "".join(f"[{watch}]" for watch in watches)
    return f"{marks} {article.title} ({article.outlet})" if article.outlet else f"{marks} {article.title}"


def revise(
    card: Message, *, watches: Sequence[str], title: str, outlet: str, more: int, edited: bool, related: int = 0
) -> Message:
    """The same card after its article or its story changed.

    Args:
        related: further articles on the event, behind the button [관련 N].
        edited: the article's title was changed; the card says so.
    """
    parts: list[Part] = []
    for part in card.parts:
        match part:
            case Chips():
                parts.append(Chips(tuple(watches)))
            case Headline():
                note = say("alert.edited", card.language) if edited else part.note
                parts.append(replace(part, title=title, note=note))
            case Byline():
                parts.append(replace(part, more=_more(more, card.language)))
            case Buttons():
                kept = (each for each in part.buttons if not each.action.startswith(_RELATED))
                parts.append(Buttons((*kept, *_related_button(related, card.language))))
            case _:
                parts.append(part)
    marks = "".join(f"[{watch}]" for watch in watches)
    text = f"{marks} {title} ({outlet})" if outlet else f"{marks} {title}"
    return replace(card, text=text, parts=tuple(parts))


def rollup(cards: Sequence[Message], *, voice: Voice, held: bool = False) -> Message:
    """Many alerts in one message: a list of links, the first `ROLLUP_SHOWN` shown and the rest one press away."""
    language = voice.language
    heading = say("rollup.held" if held else "rollup.burst", language, count=len(cards))
    items = tuple(line_of(card) for card in cards[:ROLLUP_SHOWN])
    parts: list[Part] = [Heading(heading), Bullets(items)]
    if len(cards) > ROLLUP_SHOWN:
        label = say("rollup.more", language, count=len(cards) - ROLLUP_SHOWN)
        parts.append(Buttons((Button(label, action=f"w1:more:{SELF}"),)))
    return Message(heading, tuple(parts), language=language)


def line_of(card: Message) -> tuple[Span, ...]:
    """An alert as one line of a list: the linked title, its outlet, its watches."""
    headline = next((part for part in card.parts if isinstance(part, Headline)), None)
    byline = next((part for part in card.parts if isinstance(part, Byline)), None)
    chips = next((part for part in card.parts if isinstance(part, Chips)), None)
    if headline is None:
        return (Span(card.text),)
    spans = [Span(headline.title, url=headline.url)]
    aside = " · ".join(filter(None, (byline.outlet if byline else "", ", ".join(chips.labels) if chips else "")))
    if aside:
        spans.append(Span(f" — {aside}", Tone.QUIET))
    return tuple(spans)


def digest(content: DigestContent, *, at: datetime, voice: Voice, name_of: Callable[[Watch], str]) -> Message:
    """The digest of a channel: a group for each watch, quiet ones in one line."""
    language = voice.language
    heading = say("digest.heading", language, when=moment(at, voice))
    parts: list[Part] = [Heading(heading)]
    for group in content.groups:
        parts.append(Chips((name_of(group.watch),)))
        parts.append(Bullets(tuple(_digest_line(story, language) for story in group.stories)))
    if content.more:
        parts.append(Heading(say("digest.more", language, count=len(content.more))))
        parts.append(Bullets(tuple(_digest_line(story, language) for story in content.more)))
    if content.quiet:
        names = ", ".join(name_of(watch) for watch in content.quiet)
        parts.append(Paragraph((Span(say("digest.quiet", language, watches=names), Tone.QUIET),)))
    return Message(heading, tuple(parts), language=language)


def heartbeat(days: int, *, sources: int, well: int, voice: Voice) -> Message:
    """The line that says a digest lives although there is no news."""
    return notice(say("digest.heartbeat", voice.language, days=days, sources=sources, well=well), voice=voice)


def _digest_line(story: DigestStory, language: str) -> tuple[Span, ...]:
    others = story.outlet_count - 1
    more = say("alert.more", language, count=others) if others > 0 else ""
    aside = " · ".join(filter(None, (story.outlet, more)))
    return (Span(story.title, url=story.url), Span(f" — {aside}" if aside else "", Tone.QUIET))


def expired(count: int, *, voice: Voice) -> Message:
    """One line for the alerts that were due and could not be delivered in time."""
    return notice(say("alert.expired", voice.language, count=count), voice=voice)


def notice(text: str, *, voice: Voice, buttons: Sequence[Button] = ()) -> Message:
    """One plain line."""
    parts: list[Part] = [Paragraph((Span(text),))]
    if buttons:
        parts.append(Buttons(tuple(buttons)))
    return Message(text, tuple(parts), language=voice.language)


def addressed(message: Message, delivery_id: int) -> Message:
    """The message with its delivery's own id in its buttons' actions."""

    def button(each: Button) -> Button:
        return replace(each, action=each.action.replace(SELF, str(delivery_id)))

    parts = tuple(
        Buttons(tuple(button(each) for each in part.buttons)) if isinstance(part, Buttons) else part
        for part in message.parts
    )
    return replace(message, parts=parts)


def moment(at: datetime, voice: Voice) -> str:
    """`7/24(수) 07:30`, in the reader's zone."""
    here = at.astimezone(ZoneInfo(voice.zone))
    days = _DAYS if voice.language == "en" else tuple(_WEEKDAYS)
    return f"{here.month}/{here.day}({days[here.weekday()]}) {here:%H:%M}"


def _byline(article: Article, voice: Voice, more: int) -> Byline:
    when = article.published or article.first_seen
    seen = article.published is None
    return Byline(article.outlet, when, voice.zone, seen=seen, more=_more(more, voice.language))


def spike(line: str, causes: Sequence[tuple[Span, ...]], *, voice: Voice) -> Message:
    """A watch brings far more than usual, with the stories behind it."""
    return Message(line, (Paragraph((Span(line),)), Bullets(tuple(causes))), language=voice.language)


def more_outlets(count: int, language: str) -> str:
    """`외 3개 매체`; empty for none."""
    return _more(count, language)


def _more(count: int, language: str) -> str:
    return say("alert.more", language, count=count) if count else ""


def _related_button(count: int, language: str) -> tuple[Button, ...]:
    return (Button(say("button.related", language, count=count), action=f"{_RELATED}{SELF}"),) if count > 0 else ()


def _alert_buttons(url: str, language: str) -> tuple[Button, ...]:
    mute = tuple(Option(say(f"mute.{choice}", language), choice) for choice in MUTE_CHOICES)
    return (
        Button(say("button.article", language), url=url),
        Button(say("button.why", language), action=f"w1:why:{SELF}"),
        Button(say("button.mute", language), action=f"w1:mute:{SELF}", options=mute),
        Button("👎", action=f"w1:bad:{SELF}", hint=say("button.bad", language)),
    )
