"""A developing story: the marks that Korean newsrooms set around a headline, and what counts as news in it."""

import re
from collections.abc import Collection
from enum import IntEnum

from bot.core.news import Article


class Stage(IntEnum):
    """How far a report has grown; agencies count 속보, 1보, 2보, 종합, 종합2보 and so on."""

    NONE = 0
    FLASH = 10  # [속보] [긴급]
    FIRST = 20  # [1보]
    SECOND = 30  # [2보], [3보] and on
    SUMMARY = 40  # (종합)
    SUMMARY_SECOND = 50  # (종합2보) and on


_BRACKETED = r"[\[(<【〈]\s*(?P<mark>{})\s*[\])>】〉]"
_FLASH = re.compile(_BRACKETED.format(r"\d?\s*(?:속보|긴급)|breaking"), re.IGNORECASE)
_SUMMARY = re.compile(_BRACKETED.format(r"(?:상보\s*)?종합\s*(?P<number>\d)?\s*보?"))
_NUMBERED = re.compile(_BRACKETED.format(r"(?P<number>\d)\s*보"))
# What stands in brackets at the edges is a mark or a rubric, never the news: [단독] [표] (종합) <그래픽> 【포토】.
_EDGE_BRACKETS = re.compile(
    r"^(?:\s*[\[【〈<(][^\]】〉>)]{1,20}[\]】〉>)])+|(?:\s*[\[【〈<(](?:종합|상보|속보|\d보)[^\]】〉>)]{0,6}[\]】〉>)])+\s*$"
)
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*\s?(?:%p|[%가-힣])?")


def stage(title: str) -> int:
    """How far a headline says that its report has grown: a `Stage`, plus the bulletin's number within it."""
    if found := _SUMMARY.search(title):
        number = int(found["number"] or 1)
        return Stage.SUMMARY if number < 2 else Stage.SUMMARY_SECOND + number
    if found := _NUMBERED.search(title):
        number = int(found["number"])
        return Stage.FIRST if number < 2 else Stage.SECOND + number
    return Stage.FLASH if _FLASH.search(title) else Stage.NONE


def plain_title(title: str) -> str:
    """The headline without marks and rubrics at its edges; as it was when nothing else is in it."""
    return _EDGE_BRACKETS.sub("", title).strip() or title.strip()


def is_update(article: Article, story: Collection[Article]) -> bool:
    """Whether an article of a story says something that the story's articles do not: it may speak in the thread.

    It does when it is a later bulletin than all of them, or when its headline names a number that none of them names.
    An article that is known already says nothing new.
    """
    if not story or any(article.title == told.title for told in story):
        return False
    grown = stage(article.title)
    if grown and grown > max(stage(told.title) for told in story):
        return True
    known = {number for told in story for number in _numbers(f"{told.title}\n{told.summary}\n{told.body}")}
    return bool(_numbers(plain_title(article.title)) - known)


def _numbers(text: str) -> set[str]:
    return {found.replace(",", "").replace(" ", "") for found in _NUMBER.findall(text)}
