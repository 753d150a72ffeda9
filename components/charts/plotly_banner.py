"""That a Plotly figure is a test: a band above the plot, and faint marks over it."""

from __future__ import annotations

from typing import Any

from components.charts.plotly_pen import Part, Pen, words
from components.charts.plotly_plan import LABEL, PHONE, Plan
from components.charts.svg_banner import MARK
from components.charts.text import BOLD, plain, wrap
from components.charts.theme import TEST_GROUND, TEST_INK

_PAD, _LEADING = 5, 1.35
#: Pixels between marks, and where they stand across the plot, as shares of its width.
_DOWN, _PLACES = 150.0, (0.2, 0.75)


def banner_height(pen: Pen) -> int:
    """Pixels that the band needs above the plot; 0 without one."""
    return round(len(_lines(pen)) * LABEL * _LEADING + 2 * _PAD + 4) if pen.chart.banner else 0


def banner_words(pen: Pen, plan: Plan) -> list[Part]:
    """The band and the marks, as annotations; none for a chart without a banner."""
    if not pen.chart.banner:
        return []
    band = words(
        f"<b>{'<br>'.join(_lines(pen))}</b>",
        colour=TEST_INK,
        size=LABEL,
        y=1,
        x=0.5,
        xanchor="center",
        yanchor="bottom",
        yshift=2,
        bgcolor=TEST_GROUND,
        bordercolor=TEST_INK,
        borderpad=_PAD - 1,
    )
    return [*_marks(pen, plan), band]


def _lines(pen: Pen) -> list[str]:
    return wrap(plain(pen.chart.banner), LABEL, PHONE - 2 * _PAD, factor=BOLD)


def _marks(pen: Pen, plan: Plan) -> list[Part]:
    look: dict[str, Any] = {"textangle": -24, "opacity": 0.14, "xanchor": "center", "yanchor": "middle"}
    rows = max(1, round(plan.height / _DOWN))
    return [
        words(
            f"<b>{MARK}</b>",
            colour=pen.theme.ink,
            size=40,
            x=_PLACES[row % 2],
            y=plan.share((row + 0.5) * plan.height / rows),
            **look,
        )
        for row in range(rows)
    ]
