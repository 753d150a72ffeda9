"""How much room a wide drawing leaves beside its lanes, for names and values at the left and totals at the right."""

from __future__ import annotations

from components.charts.geometry import compact, domain, round_values, tracks_of, valued
from components.charts.model import Chart, Steps
from components.charts.sheet import Sizes
from components.charts.text import BOLD, text_width

#: Names of rows stand beside their lanes where the widest takes no more of the drawing than this, else above them.
_MOST_BESIDE = 0.36


def names_beside(chart: Chart, sizes: Sizes, width: float) -> bool:
    """Whether the names of rows stand whole at their left; on a phone, and where one is too long, they stand above."""
    return not sizes.narrow and _widest(_names(chart), sizes) <= width * _MOST_BESIDE


def gutter_width(chart: Chart, sizes: Sizes, *, names: bool) -> float:
    """Room at the left for the values of scales, and for the names of rows if they stand there."""
    values = [compact(v) for lane in chart.lanes if valued(lane) for v in round_values(*domain(lane))]
    return _widest([*(_names(chart) if names else []), *values], sizes)


def _names(chart: Chart) -> list[str]:
    return [name for lane in chart.lanes for name in tracks_of(lane) if name]


def _widest(texts: list[str], sizes: Sizes) -> float:
    return max((text_width(text, sizes.label) + 8 for text in texts), default=0.0)


def end_width(chart: Chart, sizes: Sizes) -> float:
    """Room at the right for the totals at the ends of their lines."""
    names = [mark.name for lane in chart.lanes for mark in lane.marks if isinstance(mark, Steps)]
    widest = max((text_width(f"{name} 000–000", sizes.label, factor=BOLD) for name in names), default=0.0)
    return min(widest, 140.0)
