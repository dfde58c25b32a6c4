"""Dates as feeds and pages write them (facts/ingestion.md §4).

Feed libraries misread Korean dates by up to 5,400 hours, so the raw string is read here: ISO 8601 first, then two
rules (numbers in the order year-month-day, and English month names), `dateparser` for what is left.
"""

import re
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import lru_cache
from zoneinfo import ZoneInfo

DATE_CHARS = 80  # a longer string is no date
AHEAD = timedelta(minutes=10)  # how far clocks may differ
KOREA_AHEAD = timedelta(hours=9)
EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)

_MONTHS = {
    name: number
    for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), start=1)  # noqa: SIM905 -- reads better
}
# Hours ahead of UTC. RFC 822 names come from its §5.1; the others are those that feeds of our outlets write.
_ZONES: dict[str, float] = {
    "ut": 0, "utc": 0, "gmt": 0, "z": 0, "wet": 0, "bst": 1, "ist": 5.5, "cet": 1, "west": 1, "cest": 2, "eet": 2,
    "eest": 3, "msk": 3, "hkt": 8, "sgt": 8, "kst": 9, "jst": 9, "aest": 10, "aedt": 11,
    "est": -5, "edt": -4, "cst": -6, "cdt": -5, "mst": -7, "mdt": -6, "pst": -8, "pdt": -7, "et": -5, "pt": -8,
}  # fmt: skip
_CLOCK = (
    r"(?:T|,|\s|at)*(?P<half>오전|오후|am|pm)?\s*(?P<hour>\d{1,2})\s*(?::|시)\s*(?P<minute>\d{1,2})?\s*분?"
    r"(?:\s*:?\s*(?P<second>\d{1,2})(?:[.,]\d+)?\s*초?)?\s*(?P<late>am|pm|a\.m\.|p\.m\.)?"
)
_ZONE = r"\s*\(?(?P<zone>(?:UTC|GMT)?\s*[+-]\d{1,2}:?(?:\d{2})?|[A-Za-z]{1,5})?\)?\s*(?:\([A-Za-z가-힣 ]{1,30}\))?"
_WEEKDAY = r"(?:\(?\s*[월화수목금토일](?:요일)?\s*\)?)?"
_NUMBERS = re.compile(
    rf"(?P<year>\d{{4}})\s*[.\-/년]\s*(?P<month>\d{{1,2}})\s*[.\-/월]\s*(?P<day>\d{{1,2}})\s*[.일]?\s*{_WEEKDAY}"
    rf"(?:{_CLOCK})?{_ZONE}",
    re.IGNORECASE,
)
_NAMES = re.compile(
    r"(?:[^\W\d]{1,10}\.?\s*,?\s*)?"  # a weekday in any language
    r"(?:(?P<day>\d{1,2})(?:st|nd|rd|th)?[\s\-./]*(?P<name>[A-Za-z]{3,9})\.?[\s\-./,]*(?P<year>\d{2,4})\b"
    r"|(?P<name2>[A-Za-z]{3,9})\.?\s+(?P<day2>\d{1,2})(?:st|nd|rd|th)?\b(?:\s*,\s*(?P<year2>\d{4})\b)?)"
    rf"(?:{_CLOCK})?{_ZONE}\s*(?P<year3>\d{{4}})?",
    re.IGNORECASE,
)
_DIGITS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


def read_date(text: str, zone: str = "Asia/Seoul", *, guess: bool = True) -> datetime | None:
    """The instant that `text` names, aware; None when it names none.

    `zone` is the IANA zone of strings that name none. With `guess`, `dateparser` is asked for what our own rules do
    not read (about 1.4 ms a string).
    """
    if usual := _RFC822.fullmatch(text):
        return _from_rfc822(usual)
    text = " ".join(text[: DATE_CHARS + 1].split())
    if len(text) < 8 or len(text) > DATE_CHARS or not any(sign.isdigit() for sign in text):
        return None
    try:
        if text.isascii() and text.isdigit():
            return _from_digits(text, zone)
        found = _from_iso(text, zone) or _from_rules(text, zone)
        return found or (_guessed(text, zone) if guess else None)
    except (ValueError, OverflowError):
        return None


# What nine of ten feeds write. The rules below read it too; this is quicker.
_RFC822 = re.compile(
    r"\s*(?:[A-Z][a-z]{2}, )?(\d{1,2}) (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) (\d{4}) "
    r"(\d\d):(\d\d):(\d\d) (GMT|[+-]\d{4})\s*"
)


def _from_rfc822(found: re.Match[str]) -> datetime | None:
    day, name, year, hour, minute, second, zone = found.groups()
    try:
        return datetime(
            int(year), _MONTHS[name.lower()], int(day), int(hour), int(minute), int(second), tzinfo=_fixed(zone)
        )
    except ValueError:
        return None


@lru_cache(maxsize=256)
def _fixed(zone: str) -> tzinfo:
    return _offset(zone, "UTC")


_IN_TEXT = re.compile(
    r"\d{4}\s?[.\-/년]\s?\d{1,2}\s?[.\-/월]\s?\d{1,2}[.일]?(?:\s?\([월화수목금토일]\))?(?:[T\s]*(?:오[전후]\s?)?\d{1,2}:\d{2}(?::\d{2})?)?"
)


def date_in(text: str, zone: str = "Asia/Seoul") -> datetime | None:
    """The first date in running text, as list pages write it (year first)."""
    found = _IN_TEXT.search(text[:2000])
    return read_date(found[0], zone, guess=False) if found else None


def plausible(date: datetime | None, now: datetime) -> datetime | None:
    """`date` unless it is nonsense: then None, and the first-seen time stands in.

    A date in the future is Korean time that was called UTC, when taking 9 hours off helps.
    """
    if date is None:
        return None
    try:
        if date > now + AHEAD:
            date -= KOREA_AHEAD
        return date if EARLIEST <= date <= now + AHEAD else None
    except OverflowError:
        return None


def _from_digits(text: str, zone: str) -> datetime | None:
    if form := _DIGITS.get(len(text)):
        return datetime.strptime(text, form).replace(tzinfo=_zone(zone))
    if len(text) in {10, 13}:  # epoch: 10 digits are 2001 to 2286, 13 the same in milliseconds
        return datetime.fromtimestamp(int(text[:10]), UTC)
    return None


_ISO = re.compile(
    r"\d{4}-?\d{2}-?\d{2}(?:[T ]\d{2}:?\d{2}(?::?\d{2}(?:[.,]\d+)?)?\s?(?:Z|[+-]\d{2}:?\d{2}|[+-]\d{2})?)?"
)


def _from_iso(text: str, zone: str) -> datetime | None:
    if not _ISO.fullmatch(text):
        return None
    try:
        found = datetime.fromisoformat(text.replace(" +", "+").replace(" Z", "Z"))
    except ValueError:
        return None  # 24:00:00, 2024-02-30: the rules below decide
    return found if found.tzinfo else found.replace(tzinfo=_zone(zone))


def _from_rules(text: str, zone: str) -> datetime | None:
    found = _NUMBERS.fullmatch(text)
    if found:
        return _built(found, (int(found["year"]), int(found["month"]), int(found["day"])), zone)
    found = _NAMES.fullmatch(text)
    if found is None:
        return None
    year, name, day = found["year"], found["name"], found["day"]
    if day is None:
        year, name, day = found["year2"] or found["year3"], found["name2"], found["day2"]
    month = _MONTHS.get(name[:3].lower())
    if year is None or month is None:
        return None
    # RFC 2822 §4.3: two digits below 50 are 20xx, three digits count from 1900.
    full = int(year) + (0 if len(year) == 4 else 2000 if len(year) == 2 and int(year) < 50 else 1900)
    return _built(found, (full, month, int(day)), zone)


def _built(found: re.Match[str], date: tuple[int, int, int], zone: str) -> datetime | None:
    offset = _offset(found["zone"] or "", zone)
    hour, minute, second = (int(found[part] or 0) for part in ("hour", "minute", "second"))
    half = (found["half"] or found["late"] or "").lower().replace(".", "")
    if half in {"오후", "pm"} and hour < 12:
        hour += 12
    elif half in {"오전", "am"} and hour == 12:
        hour = 0
    days = timedelta(days=1) if (hour, minute, second) == (24, 0, 0) else timedelta()
    return datetime(*date, 0 if days else hour, minute, min(second, 59), tzinfo=offset) + days


def _offset(name: str, zone: str) -> tzinfo:
    name = name.replace(" ", "").lower()
    for prefix in ("utc", "gmt"):
        if name.startswith(prefix) and len(name) > 3:
            name = name[3:]
    if name[:1] in {"+", "-"} and name:
        digits = name[1:].replace(":", "")
        hours, minutes = (int(digits), 0) if len(digits) <= 2 else (int(digits[:-2]), int(digits[-2:]))
        ahead = timedelta(hours=hours, minutes=minutes)
        return timezone(-ahead if name[0] == "-" else ahead)
    return timezone(timedelta(hours=_ZONES[name])) if name in _ZONES else _zone(zone)


@lru_cache(maxsize=64)
def _zone(name: str) -> tzinfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


_YEAR_FIRST = re.compile(r"\s*\d{4}")


@lru_cache(maxsize=1024)
def _guessed(text: str, zone: str) -> datetime | None:
    import dateparser  # noqa: PLC0415 -- 0.3 s to import, and most sources never need it

    found = dateparser.parse(
        text,
        languages=["ko", "en"],  # without these it tries 200 languages: 65 ms instead of 1.4 ms a string
        settings={
            "TIMEZONE": str(_zone(zone)),
            "RETURN_AS_TIMEZONE_AWARE": True,
            "DATE_ORDER": "YMD" if _YEAR_FIRST.match(text) else "MDY",
            "REQUIRE_PARTS": ["year", "month", "day"],
            "PARSERS": ["absolute-time"],  # "3시간 전" depends on a clock: no date of a feed
        },
    )
    return found if isinstance(found, datetime) else None
