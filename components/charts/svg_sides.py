"""How much room a wide drawing leaves beside its lanes, for names and values at the left and totals at the right."""

from __future__ import annotations

from components.charts.geometry import compact, domain, round_values, tracks_of, valued
from components.charts.model import Chart, Steps
from components.charts.sheet import Sizes
from components.charts.text import BOLD, text_width


def gutter_width(chart: Chart, sizes: Sizes) -> float:
    """Room at the left for the names of rows and the values of scales."""
    names = [name for lane in chart.lanes for name in tracks_of(lane)]
    values = [compact(v) for lane in chart.lanes if valued(lane) for v in round_values(*domain(lane))]
    widest = max((text_width(text, sizes.label) for text in [*names, *values]), default=0.0)
    return min(widest + 8, 170.0) if widest else 0.0


def end_width(chart: Chart, sizes: Sizes) -> float:
    """Room at the right for the totals at the ends of their lines."""
    names = [mark.name for lane in chart.lanes for mark in lane.marks if isinstance(mark, Steps)]
    widest = max((text_width(f"{name} 000–000", sizes.label, factor=BOLD) for name in names), default=0.0)
    return min(widest, 140.0)
