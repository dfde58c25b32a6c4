"""Learning from 👎: after three on one watch its managers are asked, once and in private; nothing changes by itself."""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

from bot.core import compose
from bot.core.commands import Invocation
from bot.core.errors import SosikError
from bot.core.learning import FEWEST_VOTES, Proposal, ProposalKind, propose, told
from bot.core.matching import expression as expressions
from bot.core.matching.expression import Expression, Form, Group, Term
from bot.core.matching.index import Index
from bot.core.matching.match import match
from bot.core.message import Button
from bot.core.news import Article, Watch
from bot.services.commanding.desk import Asked
from bot.services.lookup import text_of

DAYS = 14
_MOST_ARTICLES = 500  # of the last days that the effect is counted on
_MOST_MANAGERS = 10


async def learn(asked: Asked, watch: Watch) -> bool:
    """Propose a word for a watch that was found unhelpful often enough; True when somebody was asked.

    Once for each watch: who did not add the word then is not asked again.
    """
    store = asked.desk.store
    note = f"proposed:{watch.id}"
    if await store.channels.note(note):
        return False
    now = await store.housekeeping.ping()
    bad, good = await store.counts.voted(watch.id, now - timedelta(days=DAYS), limit=_MOST_ARTICLES)
    if len(bad) < FEWEST_VOTES:
        return False
    wanted = expressions.parse(watch.expression)
    proposals = await asyncio.to_thread(_proposals, wanted, bad, good)
    if not proposals:
        return False
    best = proposals[0]
    changed = with_word(wanted, best)
    edit = Invocation(
        "watch.edit",
        {"watch": str(watch.number), "expression": str(changed), "channel": str(watch.channel)},
    )
    add = Button(asked.text("button.add_word"), action=f"w1:kept:{await asked.desk.lookup.keep(edit)}")
    line = told(best, days=DAYS, language=asked.public_voice.language)
    text = asked.text("learning.about", number=watch.number, watch=wanted.name, question=line)
    message = compose.notice(text, voice=asked.public_voice, buttons=[add])
    asked_somebody = False
    for user in (asked.settings.managers or (watch.owner,))[:_MOST_MANAGERS]:
        try:
            direct = await asked.desk.direct(watch.channel, user)
        except SosikError:  # no direct messages here, or a closed door: the others are asked
            continue
        await store.outbox.say(direct, message, dedupe_key=f"{note}/{user}")
        asked_somebody = True
    if asked_somebody:
        await store.channels.set_note(note, best.word)
        asked.desk.wake()
    return asked_somebody


def with_word(wanted: Expression, proposal: Proposal) -> Expression:
    """The expression with the proposed word in each of its parts."""
    group = Group((Term(proposal.word),))
    if proposal.kind is ProposalKind.EXCLUDE:
        return Expression(tuple(replace(part, refuses=(*part.refuses, group)) for part in wanted.parts))
    return Expression(tuple(replace(part, needs=(*part.needs, group)) for part in wanted.parts))


def _proposals(wanted: Expression, bad: tuple[Article, ...], good: tuple[Article, ...]) -> tuple[Proposal, ...]:
    taken = {
        term.text
        for part in wanted.parts
        for group in (part.wanted, *part.needs, *part.refuses)
        for term in group.terms
        if term.form is not Form.PREFIX
    }
    return propose(bad, good, taken=taken, holds=_holds())


def _holds() -> Callable[[str, Article], bool]:
    """Whether a word stands in an article by the rules of a watch."""
    indexes: dict[str, Index] = {}

    def holds(word: str, article: Article) -> bool:
        if word not in indexes:
            indexes[word] = Index.build([(0, expressions.parse(str(Term(word, Form.PHRASE))), False)])
        return bool(match(indexes[word], text_of(article)).found)

    return holds
