"""A lane's value area in SVG: its scale, its reference line, its totals by name, and its marks."""

from __future__ import annotations

from components.charts.geometry import compact, domain, has_value, round_values, totals
from components.charts.model import Lane, Steps
from components.charts.room import Box, Room
from components.charts.sheet import Frame, number, tag
from components.charts.svg_area import Area, Place
from components.charts.svg_series import draw_mark


def draw_values(frame: Frame, lane: Lane, top: float) -> float:
    """Draw the lane's value marks below `top`; returns where the area ends."""
    low, high = domain(lane)
    height = frame.sizes.body * (_share(frame) if any(isinstance(mark, Steps) for mark in lane.marks) else 0.75)
    upper = top + frame.sizes.label * 1.3
    bottom = upper + height
    area = Area(frame, lane, upper, bottom, low, high, Room(Box(0, top, frame.width, bottom + 2)))
    marks = [mark for mark in lane.marks if any(has_value(lane, mark, item) for item in mark.items)]
    for mark in marks:
        area.take_ink(mark)
    _reference(area)
    _scale(area)
    _end_labels(area, [mark for mark in marks if isinstance(mark, Steps)])
    for mark in marks:
        draw_mark(area, mark)
    return bottom


def _share(frame: Frame) -> float:
    """Of two nights on a phone each has less: their heights are not compared, and both are to be seen at once."""
    return 0.62 if frame.brief and frame.narrow and frame.chart.origin else 1


def _scale(area: Area) -> None:
    """Hairlines at round values, each with its value at the left unless the reference's name stands there."""
    frame, scale = area.frame, area.frame.scale
    for value in round_values(area.low, area.high):
        y = area.y(value)
        line = f"M{number(scale.left)} {number(y)}H{number(scale.right)}"
        frame.sheet.add("ground", tag("path", d=line, class_="axis" if value == area.low else "rule"))
        inside: Place = (scale.left + 2, y - 3, "start")
        beside: Place = (scale.left - 6, y + frame.sizes.label * 0.35, "end")
        if value != area.low:
            area.label(compact(value), [inside if frame.narrow else beside], classes="q")


def _reference(area: Area) -> None:
    """The value worth a line of its own, named at the first free end of it."""
    if area.lane.reference is None or not area.low <= area.lane.reference[0] <= area.high:
        return
    value, name = area.lane.reference
    scale, y = area.frame.scale, area.y(value)
    line = f"M{number(scale.left)} {number(y)}H{number(scale.right)}"
    area.frame.sheet.add("ground", tag("path", d=line, class_="reference"))
    middle = (scale.left + scale.right) / 2
    places: list[Place] = []
    for baseline in (y - 4, y + area.frame.sizes.label + 2):
        places += [
            (scale.left + 2, baseline, "start"),
            (middle, baseline, "middle"),
            (scale.right - 2, baseline, "end"),
        ]
    area.label(area.frame.clock.say(name), places)
    area.room.take(Box(scale.left, y - 1, scale.right, y + 1))


def _end_labels(area: Area, marks: list[Steps]) -> None:
    """Each total at the right end of its line, the upper ones first; under its line where steps crowd its end."""
    right, size = area.frame.scale.right, area.frame.sizes.label
    found = [(totals(mark.items, area.frame.chart.window), mark) for mark in marks]
    for total, mark in sorted(found, key=lambda entry: -entry[0].last[1]):
        y = area.y(total.last[1])
        beside: list[Place] = [(right + 6, y + size * 0.35 + dy, "start") for dy in (0, 6, 12, -8, 18)]
        near, far = (-6, size + 6, size + 14, -16, -26), range(round(size) + 24, 120, 12)
        over: list[Place] = [(right - 2 - dx, y + dy, "end") for dx in (0, 30, 60) for dy in near]
        under: list[Place] = [(right - 2, y + dy, "end") for dy in far]
        area.label(f"{mark.name} {total.said}", beside + over + under, classes=f"f t-{mark.tone.value}", bold=True)
