"""Is this article part of a story that we know?

Two strengths. A *copy* (syndicated, cut, re-titled) joins its story for certain. A report of *the same event* in other
words is only suggested together: nothing is hidden because of it. What a person took apart (`나누기`) stays apart.

Everything here takes values and gives values. The store keeps the postings (`grams`, `title_features`) on disk, looks
candidates up by them, and hands them to `judge`; stable hashes make the answer the same on every machine.
"""

from bot.core.story.copies import Gathered, Near, Posting, TextSize, gather, grams, new_postings, text_size, title_key
from bot.core.story.events import NO_EVENTS, EventModel, Evidence, read_model, title_features
from bot.core.story.group import NEW, Grouping, Joined, Newcomer, Print, Shelf, group, print_of
from bot.core.story.judge import Candidate, Split, Verdict, VerdictKind, judge, judge_by_title
from bot.core.story.updates import Stage, is_update, plain_title, stage

__all__ = [
    "NEW",
    "NO_EVENTS",
    "Candidate",
    "EventModel",
    "Evidence",
    "Gathered",
    "Grouping",
    "Joined",
    "Near",
    "Newcomer",
    "Posting",
    "Print",
    "Shelf",
    "Split",
    "Stage",
    "TextSize",
    "Verdict",
    "VerdictKind",
    "gather",
    "grams",
    "group",
    "is_update",
    "judge",
    "judge_by_title",
    "new_postings",
    "plain_title",
    "print_of",
    "read_model",
    "stage",
    "text_size",
    "title_features",
    "title_key",
]
