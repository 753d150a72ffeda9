"""Marks with values in SVG: totals as staircases, series in unbroken runs, bars over their windows, points."""

from __future__ import annotations

from components.charts.geometry import has_value, levels, totals
from components.charts.model import Bars, Item, Kind, Line, Mark, Points, Steps
from components.charts.runs import is_measured, is_merged, runs
from components.charts.sheet import number, tag
from components.charts.svg_area import Area, Place
from components.charts.svg_marks import bar, glyph, item_group, named, point
from components.charts.theme import look
from components.charts.words import number_text

#: A series with more samples than this carries no hover title for each, only its row.
TITLED_SAMPLES = 150
_SIGN = {Kind.LOWER_BOUND: "over ", Kind.UPPER_BOUND: "up to ", Kind.APPROXIMATE: "about "}


def draw_mark(area: Area, mark: Mark) -> None:
    """Draw one mark with values, and the labels for which there is room."""
    match mark:
        case Steps():
            _steps(area, mark)
        case Line():
            _line(area, mark)
        case Bars() | Points():
            for item in mark.items:
                if has_value(area.lane, mark, item):
                    _quantity(area, mark, item)
        case _:
            pass


def _put(area: Area, mark: Mark, drawing: str) -> None:
    area.frame.sheet.add("marks", tag("g", drawing, class_=f"t-{mark.tone.value}"))


def _put_item(area: Area, mark: Mark, item: Item, drawing: str) -> None:
    area.frame.sheet.add("marks", item_group(area.frame, area.lane, mark, item, drawing))


def _steps(area: Area, mark: Steps) -> None:
    """A band from surely to possibly, the sure total as a line, and a shape for every contest on it."""
    found, style = totals(mark.items, area.frame.chart.window), look(mark.tone)
    line = area.staircase(found.low)
    band = tag("path", d=area.staircase(found.high) + area.back_along(found.low) + "z", class_="f", opacity=0.2)
    _put(area, mark, band + tag("path", d=line, class_="s line", stroke_width=2.2))
    for item, level in levels(mark.items, area.frame.chart.window):
        fill = style.fill if item.when.exact else "open"
        x, y = area.x(min(item.when.latest, area.frame.chart.told_to)), area.y(level)
        _put_item(area, mark, item, glyph(style.shape, fill, x, y, area.frame.sizes.glyph * 0.62))


def _line(area: Area, mark: Line) -> None:
    past = area.frame.past
    for run in runs(mark):
        places = [area.place_of(mark, item) for item in run]
        if all(item.low is not None and item.high is not None for item in run):
            upper = [(x, area.y(item.high or 0)) for (x, _), item in zip(places, run, strict=True)]
            lower = [(x, area.y(item.low or 0)) for (x, _), item in zip(places, run, strict=True)]
            _put(
                area,
                mark,
                tag("path", d=_joined([*upper, *reversed(lower)]) + "z", class_="f", opacity=0.2, clip_path=past),
            )
        path = _joined(places) + ("h0.1" if len(run) == 1 else "")
        _put(area, mark, tag("path", d=path, class_="s line", stroke_width=1.6, clip_path=past))
    for item in mark.items:
        _sample(area, mark, item)
    _name(area, mark)


def _joined(places: list[tuple[float, float]]) -> str:
    return "M" + "L".join(f"{number(x)} {number(y)}" for x, y in places)


def _sample(area: Area, mark: Line, item: Item) -> None:
    """A sample's own element: a dot, an open tick where it is below resolution, only a place in a long series.

    Bins below resolution that share a mark stand under a bracket as wide as they reach.
    """
    x, y = area.place_of(mark, item)
    few = len(mark.items) <= TITLED_SAMPLES
    if is_merged(mark, item):
        left, right = area.x(item.when.earliest), area.x(item.last)
        bracket = f"M{number(left)} {number(area.bottom)}v-5H{number(max(right, left + 1))}v5"
        drawing = tag("path", d=bracket, class_="s", stroke_width=1)
    elif not is_measured(item):
        drawing = tag("path", d=f"M{number(x)} {number(area.bottom)}v-5", class_="s", stroke_width=1)
    elif few:
        drawing = tag("circle", cx=x, cy=y, r=1.6, class_="f")
    else:
        drawing = tag("path", d=f"M{number(x)} {number(y)}h0")
    if few:
        _put_item(area, mark, item, drawing)
    else:
        area.frame.sheet.add("marks", tag("g", drawing, class_=f"t-{mark.tone.value}", data_row=named(item.row)))


def _name(area: Area, mark: Line) -> None:
    """The series' name where its greatest value stands, if its lane holds several series."""
    if sum(isinstance(other, Line) for other in area.lane.marks) < 2 or not mark.items:
        return
    x, y = area.place_of(mark, max(mark.items, key=lambda item: item.value or 0))
    places: list[Place] = [(x + 8, y + 3, "start"), (x - 8, y + 3, "end"), (x, y - 8, "middle")]
    area.label(mark.name, places, classes=f"f t-{mark.tone.value}", bold=True)


def value_text(item: Item) -> str:
    """An item's figure beside its mark: "over 740,000"."""
    return _SIGN.get(item.kind, "") + number_text(item.value or 0)


def _quantity(area: Area, mark: Mark, item: Item) -> None:
    """A bar or a point, and its figure above or beside it."""
    frame = area.frame
    x, y = area.place_of(mark, item)
    bounded = item.kind in (Kind.LOWER_BOUND, Kind.UPPER_BOUND)
    left, right = area.x(item.when.earliest), area.x(item.last)
    if isinstance(mark, Bars):
        _put_item(area, mark, item, bar(frame, item, y, area.bottom))
        lift = 13 if bounded else 5
        places: list[Place] = [
            ((left + right) / 2, y - lift, "middle"),
            (left + 2, y - lift, "start"),
            (left + 4, y + frame.sizes.label + 4, "start"),
        ]
    else:
        _put_item(area, mark, item, point(frame, mark, item, x, y))
        left, right = min(x - 5, left), max(x + 5, right)
        places = [(right + 5, y + 4, "start"), (left - 5, y + 4, "end"), (x, y - (18 if bounded else 9), "middle")]
    area.label(value_text(item), places, of=frame.of(named(item.row)))
