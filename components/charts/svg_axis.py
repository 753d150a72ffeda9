"""The time axis in SVG, under all lanes that stand over it, and the moment at which the telling ends."""

from __future__ import annotations

from components.charts.room import Box, Room
from components.charts.sheet import Frame, number, tag, text_box


def draw_moment(frame: Frame, bodies: list[Box]) -> None:
    """A line through the lanes at the moment up to which the story is told, beyond which nothing stands."""
    if frame.chart.until and bodies:
        x = frame.scale.x(frame.chart.told_to)
        line = f"M{number(x)} {number(bodies[0].top)}V{number(bodies[-1].bottom)}"
        frame.sheet.add("ground", tag("path", d=line, class_="axis"))


def draw_axis(frame: Frame, bodies: list[Box], y: float) -> float:
    """Hairlines through the lanes and tick labels under them, none of which touch."""
    scale, size = frame.scale, frame.sizes.label
    room = Room(Box(0, y, frame.width, y + 100))
    frame.sheet.add("ground", tag("path", d=f"M{number(scale.left)} {number(y)}H{number(scale.right)}", class_="axis"))
    below = y
    for tick in frame.clock.ticks(frame.chart.window, max(3, int((scale.right - scale.left) / 76))):
        x = scale.x(tick.moment)
        lines = "".join(f"M{number(x)} {number(body.top)}V{number(body.bottom)}" for body in bodies)
        frame.sheet.add("ground", tag("path", d=lines + f"M{number(x)} {number(y)}v5", class_="rule"))
        for row, text in enumerate((tick.label, tick.sub)):
            baseline = y + 6 + size + row * size * 1.3
            box = text_box(x, baseline, text, size, anchor="middle")
            inset = min(0.0, frame.width - 2 - box.right) or max(0.0, 2 - box.left)
            moved = Box(box.left + inset - 3, box.top, box.right + inset + 3, box.bottom)
            inside = Box(max(moved.left, 0), moved.top, min(moved.right, frame.width), moved.bottom)
            if text and room.first([inside]):
                frame.sheet.text(x + inset, baseline, text, size, classes="q" if row else "", anchor="middle")
                below = max(below, baseline)
    return below + size * 0.5
