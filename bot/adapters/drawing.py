"""Charts, drawn in a worker process: matplotlib is heavy and holds the interpreter's lock."""

import os
from pathlib import Path

from bot.render.chart import Chart, draw

DRAW_SECONDS = 60.0  # the first time, matplotlib looks at every font of the machine and remembers them


def draw_chart(chart: Chart, home: Path) -> bytes:
    """The chart as a PNG; call it in a worker. What matplotlib keeps between runs lies under `home`."""
    os.environ.setdefault("MPLCONFIGDIR", str(home / "matplotlib"))
    return draw(chart)
