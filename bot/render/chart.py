"""A trend as a PNG: counts per day of up to five expressions, and the same in words for those who do not see it.

Drawing takes a fraction of a second and a warm matplotlib: it runs in a worker process, which is why the library is
imported inside `draw` and the whole function takes and gives plain values.
"""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from importlib.metadata import distribution
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bot.core.trend import MOST_SERIES, Series, Trend, peaks, shares
from bot.core.wording import KOREAN, say

if TYPE_CHECKING:
    from matplotlib.axes import Axes
    from matplotlib.figure import Figure

# Okabe & Ito, "Color Universal Design" (2008): told apart with the common kinds of colour blindness. The yellow is
# left out, being too pale on white; marker and dash tell the series apart without any colour.
COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#000000")
MARKERS = ("o", "s", "^", "D", "v")
DASHES = ("-", "--", "-.", ":", (0, (5, 1, 1, 1, 1, 1)))

WIDTH_PIXELS, HEIGHT_PIXELS, DOTS_PER_INCH = 1200, 630, 150
BAR_DAYS = 31  # one series over at most so many days is drawn as bars
LABEL_CHARACTERS = 24
ALT_CHARACTERS = 1000  # Discord takes 1,024 (docs.discord.com, Attachment description), Slack 2,000 (alt_text of image)
FONT_DISTRIBUTION, FONT_FILE = "koreanize-matplotlib", "koreanize_matplotlib/fonts/NanumGothic.ttf"


@dataclass(frozen=True, slots=True)
class Chart:
    """What to draw. `title` and the names of the series may hold anything; they are drawn as text."""

    title: str
    trend: Trend
    language: str = KOREAN


def draw(chart: Chart) -> bytes:
    """The chart as a PNG of 1200 x 630 pixels."""
    from matplotlib import rc_context  # noqa: PLC0415 - heavy; only the drawing process pays for it
    from matplotlib.figure import Figure  # noqa: PLC0415

    # `text.usetex` and mathtext stay off: a series may be called $x$.
    with rc_context({"font.family": _font_family(), "axes.unicode_minus": False, "text.parse_math": False}):
        figure = Figure(
            figsize=(WIDTH_PIXELS / DOTS_PER_INCH, HEIGHT_PIXELS / DOTS_PER_INCH),
            dpi=DOTS_PER_INCH,
            layout="constrained",
        )
        _fill(figure, chart)
        out = BytesIO()
        figure.savefig(out, format="png", metadata={"Software": None})
    return out.getvalue()


def alt_text(chart: Chart) -> str:
    """What the picture shows, in words: span, sums, shares and the highest day of each series."""
    trend, language = chart.trend, chart.language
    first, last = _day(trend.days[0]), _day(trend.days[-1])
    parts = [say("trend.alt_span", language, title=_label(chart.title), first=first, last=last)]
    for one, share in zip(trend.series, shares(trend), strict=True):
        values = {"label": _label(one.label), "total": one.total, "share": f"{share:.0%}"}
        if one.total:
            top = max(one.counts)
            day = next(iter(peaks(one, trend.days, 1)), trend.days[one.counts.index(top)])
            parts.append(say("trend.alt_series", language, **values, day=_day(day), top=top))
        else:
            parts.append(say("trend.alt_nothing", language, **values))
    text = " ".join(parts)
    return text if len(text) <= ALT_CHARACTERS else text[: ALT_CHARACTERS - 1] + "…"


@lru_cache(maxsize=1)
def _font_family() -> str:
    """Make the Korean font known to matplotlib, and say its family.

    The package is never imported: its code needs distutils, which Python 3.12 has no longer. Only its font is used.
    """
    from matplotlib import font_manager  # noqa: PLC0415

    path = str(distribution(FONT_DISTRIBUTION).locate_file(FONT_FILE))
    font_manager.fontManager.addfont(path)
    return font_manager.FontProperties(fname=path).get_name()


def _fill(figure: "Figure", chart: Chart) -> None:
    from matplotlib.ticker import MaxNLocator  # noqa: PLC0415

    trend = chart.trend
    axes = figure.add_subplot()
    places = range(len(trend.days))
    if len(trend.series) == 1 and len(trend.days) <= BAR_DAYS:
        _bars(axes, trend.series[0], places)
    else:
        for at, one in enumerate(trend.series[:MOST_SERIES]):
            _line(axes, one, trend, at)
    axes.set_title(_label(chart.title), loc="left", fontsize=13, fontweight="normal")
    axes.set_ylabel(say("trend.articles_a_day", chart.language), fontsize=9)
    axes.set_ylim(bottom=0, top=1.15 * max([4, *(count for one in trend.series for count in one.counts)]))
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))
    _dates(axes, trend.days)
    _unknown(axes, chart)
    axes.grid(axis="y", color="#D0D0D0", linewidth=0.6)
    axes.set_axisbelow(True)
    axes.spines[["top", "right"]].set_visible(False)
    axes.legend(loc="upper center", bbox_to_anchor=(0.5, -0.12), ncols=3, frameon=False, fontsize=9)


def _bars(axes: "Axes", one: Series, places: range) -> None:
    axes.bar(places, one.counts, color=COLOURS[0], width=0.7, label=_legend(one))
    for at in places:
        if one.counts[at] and len(places) <= BAR_DAYS:
            axes.annotate(str(one.counts[at]), (at, one.counts[at]), ha="center", va="bottom", fontsize=7)


def _line(axes: "Axes", one: Series, trend: Trend, at: int) -> None:
    first, places = len(trend.days) - trend.known_days, range(len(trend.days))
    style: Any = DASHES[at]
    axes.plot(
        places[first:],
        one.counts[first:],
        color=COLOURS[at],
        linestyle=style,
        marker=MARKERS[at],
        markersize=4.5,
        markevery=max(1, len(places) // 30),
        linewidth=1.8,
        label=_legend(one),
    )


def _dates(axes: "Axes", days: tuple[date, ...]) -> None:
    step = max(1, -(-len(days) // 10))
    marks = list(range(len(days) - 1, -1, -step))[::-1]
    axes.set_xticks(marks, [_day(days[at]) for at in marks], fontsize=9)
    axes.set_xlim(-0.7, len(days) - 0.3)


def _unknown(axes: "Axes", chart: Chart) -> None:
    """Hatch the days of which we know nothing, so that they are not read as silence."""
    unknown = len(chart.trend.days) - chart.trend.known_days
    if unknown > 0:
        axes.axvspan(
            -0.7,
            unknown - 0.5,
            facecolor="#F2F2F2",
            edgecolor="#BDBDBD",
            hatch="//",
            linewidth=0,
            label=say("trend.no_data", chart.language),
        )


def _legend(one: Series) -> str:
    shown = f"{_label(one.label)} ({one.total:,})"
    return f"\u200b{shown}" if shown.startswith("_") else shown  # matplotlib hides entries that begin with "_"


def _label(text: str) -> str:
    line = " ".join("".join(sign for sign in text if sign.isprintable()).split())
    return line if len(line) <= LABEL_CHARACTERS else line[: LABEL_CHARACTERS - 1] + "…"


def _day(day: date) -> str:
    return f"{day.month}/{day.day}"
