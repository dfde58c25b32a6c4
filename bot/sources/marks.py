"""Headline marks of Korean newsrooms as tags: [단독] [속보] [포토] [인사] [부고] [광고] (종합2보)."""

from bot.core.text import MARKS, split_marks

TAGS = tuple(dict.fromkeys(MARKS.values()))


def tags_of(title: str) -> tuple[str, ...]:
    """The tags of a headline, in their order; each is one of `TAGS`."""
    return split_marks(title)[1]
