"""The totals of tiles in SVG: a bar for each side, solid to what it has surely and striped to what it has possibly.

A bar's group says where it begins and how many pixels wide one unit is, so that a script can move it through the night.
"""

from __future__ import annotations

from components.charts.model import Lane, Tone
from components.charts.room import Box
from components.charts.sheet import Anchor, Frame, Label, number, tag, text_box
from components.charts.svg_marks import outline
from components.charts.text import BOLD, fitted, visible, xml
from components.charts.theme import look
from components.charts.tiles import Sum, sums

#: From so many pixels on, bars and legend stand at the right of the map and are drawn larger.
BESIDE = 560.0


def draw_sums(frame: Frame, lane: Lane, room: Box) -> float:
    """A total in words over its bar for each side, and the line of the reference through all bars."""
    found = sums(lane, frame.chart.window)
    if not found or lane.domain is None:
        return room.top
    narrow = frame.width < BESIDE
    size, thick = (14.0, 9.0 if frame.brief else 11.0) if narrow else (min(22.0, (room.right - room.left) / 14), 16.0)
    scale, y = (room.right - room.left) / (lane.domain[1] or 1.0), room.top
    tops = []
    for index, side in enumerate(found):
        _bar(frame, side, index, Box(room.left, y + size * 1.3, room.right, y + size * 1.3 + thick), scale, size)
        tops.append(y + size * 1.3)
        y += size * 1.3 + thick + (6 if narrow else 12)
    if lane.reference is None:
        return y
    return _reference(frame, lane.reference, room.left + lane.reference[0] * scale, tops, thick)


def _bar(frame: Frame, side: Sum, index: int, box: Box, scale: float, size: float) -> None:
    """One side's group, which says from where and at what scale its bars are drawn."""
    tone, height = side.mark.tone, box.bottom - box.top
    fill = _hatch(frame, tone)
    sign = outline(look(tone).shape, box.left + size * 0.34, box.top - size * 0.62, size * 0.32, class_="f")
    words = fitted(visible(side.words), size, box.right - box.left - size, factor=BOLD)
    x, y = box.left + size * 0.95, box.top - size * 0.3
    frame.sheet.labels.append(Label(words, text_box(x, y, words, size, bold=True)))
    content = (
        sign
        + tag("text", xml(words), x=x, y=y, font_size=size, class_="total f b")
        + tag("rect", x=box.left, y=box.top, width=box.right - box.left, height=height, class_="band")
        + tag(
            "rect", x=box.left, y=box.top + 0.5, width=side.high * scale, height=height - 1, class_="maybe", fill=fill
        )
        + tag("rect", x=box.left, y=box.top, width=side.low * scale, height=height, class_="sure f")
    )
    group = tag(
        "g",
        content,
        class_=f"t-{tone.value}",
        data_tally=str(index),
        data_name=visible(side.mark.name),
        data_left=box.left,
        data_scale=f"{scale:.4f}",
    )
    frame.sheet.add("marks", group)


def _hatch(frame: Frame, tone: Tone) -> str:
    """Stripes of a side, for what it has possibly."""
    lines = tag("path", d="M-1 4L4 -1M2 7L7 2", class_="s", stroke_width=1.6)
    pattern = tag("pattern", lines, width=6.0, height=6.0, patternUnits="userSpaceOnUse", class_=f"t-{tone.value}")
    return frame.sheet.paint(f"stripes-{tone.value}", pattern)


def _reference(frame: Frame, reference: tuple[float, str], x: float, tops: list[float], thick: float) -> float:
    """A line through every bar, named under the last one."""
    size, foot = frame.sizes.label, tops[-1] + thick
    line = "".join(f"M{number(x)} {number(top - 3)}V{number(top + thick + 3)}" for top in tops)
    frame.sheet.add("text", tag("path", d=line, class_="strong axis goal"))
    side: Anchor = "middle"
    frame.sheet.text(x, foot + 5 + size, visible(frame.clock.say(reference[1])), size, anchor=side)
    return foot + 8 + size
