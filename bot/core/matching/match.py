"""Does an article mention a watch? Candidates of all watches in one pass, then edges, then rules, with the evidence."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import NamedTuple, cast
from urllib.parse import urlsplit

from bot.core.matching.expression import Expression, Form, Group, Part, Term
from bot.core.matching.fold import Squashed, fold, keep_case
from bot.core.matching.index import MIXED, Index, Layer, all_terms, spellings
from bot.core.matching.korean import is_latin
from bot.core.matching.page import Page, Text
from bot.core.matching.scan import MAX_PLACES, Span, Spans, gaps_fit, judge, scan
from bot.core.news import Field, Hit

__all__ = ["Found", "Matched", "Near", "Sense", "Text", "match"]

# Does this hit of the watch with this name (its first alternative) mean the organisation?
Sense = Callable[[str, Mapping[Field, str], Hit], bool]

_ORDER = {Field.TITLE: 0, Field.SUMMARY: 1, Field.BODY: 2}
# Rules read once are kept, for so many expressions.
_MAX_MEMO = 20_000


class Found(NamedTuple):
    """A watch that wants the article; hits in reading order."""

    key: int
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True)
class Near:
    """A place that was looked at and refused; `reason_key` and `values` make the sentence (core/wording)."""

    key: int
    field: Field
    start: int
    end: int
    text: str
    reason_key: str
    values: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Matched:
    """The answer; `near` is empty unless asked for."""

    found: tuple[Found, ...]
    near: tuple[Near, ...] = ()


def match(index: Index, text: Text, *, explain: bool = False, sense: Sense | None = None) -> Matched:
    """Which watches of the index want the article, and why; with `explain` also what was refused and why.

    A watch's `뜻:회사` is decided by `sense`; without one it is passed over.
    """
    page = Page(text)
    found: list[Found] = []
    near: list[Near] = []
    for layer, dead in ((index.base, index.dead), (index.delta, _NONE_DEAD)):
        if not len(layer):
            continue
        spans = scan(layer, page)
        others = _lone(layer, page, spans, dead, found=found)
        plain, ruled = _by_slot(layer, page, others, dead)
        found.extend(Found(layer.keys[slot], _tidy(hits)) for slot, hits in plain.items())
        for slot in ruled:
            decision = _decide(layer, page, slot, spans, sense)
            if decision.hits:
                found.append(Found(layer.keys[slot], _tidy(decision.hits)))
            near.extend(decision.refused)
        if explain:
            near.extend(_refused_by_edges(layer, page, dead))
    if not explain:
        return Matched(tuple(found))
    return Matched(tuple(found), tuple(sorted(near, key=lambda each: (_ORDER[each.field], each.start, each.end))))


_NONE_DEAD: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class _Bound:
    """A term with its patterns in the layer: (number, gaps)."""

    term: Term
    patterns: tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True)
class _Rule:
    """An expression bound to a layer."""

    expression: Expression
    terms: Mapping[int, _Bound]  # by id() of the Term objects of `expression`
    wanted: tuple[_Bound, ...]


def _rule(layer: Layer, slot: int) -> _Rule:
    known = layer.memo.get(slot)
    if known is not None:
        return cast("_Rule", known)
    expression = layer.expression(slot)
    at = layer.term_at[slot]
    terms: dict[int, _Bound] = {}
    wanted: list[_Bound] = []
    for term, is_wanted in all_terms(expression):
        count = len(spellings(term))
        places = range(at, at + count)
        bound = _Bound(term, tuple((layer.term_patterns[place], layer.term_gaps[place]) for place in places))
        at += count
        terms[id(term)] = bound
        if is_wanted:
            wanted.append(bound)
    if len(layer.memo) >= _MAX_MEMO:
        layer.memo.clear()
    rule = _Rule(expression, terms, tuple(wanted))
    layer.memo[slot] = rule
    return rule


_new = object.__new__
_set_field, _set_start, _set_end, _set_text, _set_term = (vars(Hit)[name].__set__ for name in Hit.__slots__)


def _hit(place: tuple[Field, int, int, str], term: str) -> Hit:
    """`Hit(*place, term)` in a third of the time: `__init__` of a frozen dataclass was a fifth of the whole match."""
    hit = _new(Hit)
    _set_field(hit, place[0])
    _set_start(hit, place[1])
    _set_end(hit, place[2])
    _set_text(hit, place[3])
    _set_term(hit, term)
    return hit


def _lone(layer: Layer, page: Page, spans: Spans, dead: frozenset[int], *, found: list[Found]) -> Spans:
    """Add what satisfies expressions of one plain term, which most are; the spans of all other patterns remain."""
    others: Spans = {}
    lone, texts, text_at, keys, place = layer.lone, layer.texts, layer.text_at, layer.keys, page.place
    for number, places in spans.items():
        slot = lone[number]
        if slot < 0:
            others[number] = places
        elif slot not in dead:
            term = texts[text_at[slot] : text_at[slot + 1] - 1]
            hits = tuple([_hit(place(span[0], span[1]), term) for span in places if span[2]])
            if hits:
                found.append(Found(keys[slot], hits))
    return others


def _by_slot(
    layer: Layer, page: Page, spans: Spans, dead: frozenset[int]
) -> tuple[dict[int, list[Hit]], dict[int, None]]:
    """The hits of expressions that any hit satisfies, and the slots of the others."""
    plain: dict[int, list[Hit]] = {}
    ruled: dict[int, None] = {}
    posted, posted_at, marks, gaps = layer.posted, layer.posted_at, layer.marks, layer.gaps
    for number, places in spans.items():
        for at in range(posted_at[number], posted_at[number + 1]):
            slot = posted[at]
            if slot in dead:
                continue
            if marks[slot]:
                ruled[slot] = None
                continue
            term, own = _plain_term(layer, slot, number)
            hits = [
                _hit(page.place(span[0], span[1]), term)
                for span in places
                if span[2] and (gaps[number] != MIXED or gaps_fit(page, span[0], span[1], own))
            ]
            if slot in plain:
                plain[slot].extend(hits)
            elif hits:
                plain[slot] = hits
    return plain, ruled


def _plain_term(layer: Layer, slot: int, number: int) -> tuple[str, int]:
    """How the expression writes the term with this pattern, and the term's own gaps."""
    at = layer.term_at[slot]
    if layer.term_at[slot + 1] - at == 1:
        return layer.text(slot), layer.term_gaps[at]
    for bound in _rule(layer, slot).wanted:
        for pattern, gaps in bound.patterns:
            if pattern == number:
                return str(bound.term), gaps
    raise LookupError(number)


def _tidy(hits: list[Hit]) -> tuple[Hit, ...]:
    """Hits in reading order, none inside another."""
    if len(hits) == 1:
        return tuple(hits)
    hits.sort(key=lambda hit: (_ORDER[hit.field], hit.start, -hit.end))
    kept: list[Hit] = []
    for hit in hits:
        if not kept or kept[-1].field is not hit.field or hit.end > kept[-1].end:
            kept.append(hit)
    return tuple(kept[:MAX_PLACES])


@dataclass(frozen=True, slots=True)
class _Decision:
    """What the rules of one expression made of its candidates."""

    hits: list[Hit]
    refused: list[Near]


# Why something is refused: a key of core/wording and what its sentence names.
_Reason = tuple[str, Mapping[str, object]]


@dataclass(frozen=True, slots=True)
class _Reading:
    """One expression over one article."""

    layer: Layer
    page: Page
    spans: Spans
    rule: _Rule
    title_only: bool

    def occurrences(self, group: Group) -> Iterator[tuple[Span, Term]]:
        """Where a term of the group stands, in any field."""
        for term in group.terms:
            for number, gaps in self.rule.terms[id(term)].patterns:
                for span in self.spans.get(number, ()):
                    if _has_form(self.layer, self.page, span, term=term, number=number, gaps=gaps):
                        yield span, term

    def counts(self, span: Span, group: Group) -> bool:
        """Does the watch read the field in which this stands?"""
        return not (self.title_only or group.title_only) or self.page.in_title(span[0])

    def refusal(self, part: Part) -> _Reason | None:
        """Why no hit of the part counts: its outlets and what must stand beside."""
        text = self.page.text
        if part.outlets and not any(_is_outlet(name, text) for name in part.outlets):
            return "near.other_outlet", {"outlet": text.outlet or text.url}
        for name in part.not_outlets:
            if _is_outlet(name, text):
                return "near.refused_outlet", {"outlet": name}
        for group in part.needs:
            if not any(self.counts(span, group) for span, _ in self.occurrences(group)):
                return "near.missing", {"needed": str(group)}
        return None

    def refused_spans(self, part: Part, wanted: Iterable[Span]) -> tuple[_Reason | None, dict[Span, _Reason]]:
        """What the part's minus terms do: refuse everything, or single hits that a phrase covers."""
        covered: dict[Span, _Reason] = {}
        places = list(wanted)
        for group in part.refuses:
            for span, term in self.occurrences(group):
                if not self.counts(span, group):
                    continue
                inside = [hit for hit in places if span[0] <= hit[0] and hit[1] <= span[1]]
                if term.form is not Form.PHRASE or not inside:
                    return ("near.refused", {"term": str(term)}), covered
                covered.update((hit, ("near.covered", {"phrase": str(term)})) for hit in inside)
        return None, covered


def _decide(layer: Layer, page: Page, slot: int, spans: Spans, sense: Sense | None) -> _Decision:
    rule = _rule(layer, slot)
    means = sense or _any_sense
    reading = _Reading(layer, page, spans, rule, layer.title_only(slot))
    decision = _Decision([], [])
    for part in rule.expression.parts:
        wanted = list(reading.occurrences(part.wanted))
        if not wanted:
            continue
        whole = reading.refusal(part)
        covered: dict[Span, _Reason] = {}
        if whole is None:
            whole, covered = reading.refused_spans(part, (span for span, _ in wanted))
        for span, term in wanted:
            hit = Hit(*page.place(span[0], span[1]), str(term))
            reason = whole or covered.get(span)
            if reason is None and not reading.counts(span, part.wanted):
                reason = "near.not_in_title", {}
            if reason is None and part.organisation and not means(rule.expression.name, page.text.fields(), hit):
                reason = "near.sense", {}
            if reason is None:
                decision.hits.append(hit)
            else:
                decision.refused.append(_near(layer.keys[slot], hit, reason))
    return decision


def _any_sense(_keyword: str, _texts: Mapping[Field, str], _hit: Hit) -> bool:
    return True


def _near(key: int, hit: Hit, reason: _Reason) -> Near:
    return Near(key, hit.field, hit.start, hit.end, hit.text, *reason)


def _has_form(layer: Layer, page: Page, span: Span, *, term: Term, number: int, gaps: int) -> bool:
    if layer.gaps[number] == MIXED and not gaps_fit(page, span[0], span[1], gaps):
        return False
    match term.form:
        case Form.PREFIX:
            return _same_capitals(page, span[0], span[1], term.text)
        case Form.EXACT:
            return span[3] and keep_case(page.given_text(span[0], span[1])) == keep_case(term.text)
        case _:
            return span[2]


def _same_capitals(page: Page, start: int, end: int, written: str) -> bool:
    """`AI*` finds AI반도체 and AIoT, but not Air: where Latin letters go on, capitals stay capitals."""
    if not (is_latin(page.folded[end - 1]) and is_latin(page.folded[end : end + 1]) and written.isupper()):
        return True
    return page.given_text(start, end).isupper()


def _is_outlet(name: str, text: Text) -> bool:
    """Is this the article's outlet, by its name or by its domain?"""
    wanted = Squashed(fold(name)).text
    if wanted and wanted == Squashed(fold(text.outlet)).text:
        return True
    domain = fold(name).strip(". ")
    if "." not in domain:
        return False
    try:
        host = urlsplit(text.url).hostname or ""
    except ValueError:  # not an address
        return False
    return host == domain or host.endswith(f".{domain}")


def _refused_by_edges(layer: Layer, page: Page, dead: frozenset[int]) -> Iterator[Near]:
    """The candidates that their own surroundings refuse, one for each expression that wants the pattern."""
    counted: dict[int, int] = {}
    for at, until, number in layer.engine.find(page.squashed.text):
        start, end = page.squashed.place(at), page.squashed.place(until - 1) + 1
        for slot in layer.wanting(number):
            counted[slot] = counted.get(slot, 0) + 1
            if slot in dead or counted[slot] > MAX_PLACES:
                continue
            for bound in _rule(layer, slot).wanted:
                for pattern, gaps in bound.patterns:
                    reason = _refusal(page, start, end, bound.term, gaps) if pattern == number else None
                    if reason is not None:
                        yield _near(layer.keys[slot], Hit(*page.place(start, end), str(bound.term)), reason)


def _refusal(page: Page, start: int, end: int, term: Term, gaps: int) -> _Reason | None:
    verdict = judge(page, start, end, gaps)
    match term.form:
        case Form.PREFIX:
            if verdict.begins and not _same_capitals(page, start, end, term.text):
                return "near.other_letters", {"given": page.given_text(start, end)}
            refused = not verdict.begins
        case Form.EXACT:
            given = page.given_text(start, end)
            if verdict.word and not verdict.exact:
                return "near.not_exact", {}
            if verdict.exact and keep_case(given) != keep_case(term.text):
                return "near.other_letters", {"given": given}
            refused = not verdict.exact
        case _:
            refused = not verdict.word
    return (verdict.reason, verdict.values) if refused else None
