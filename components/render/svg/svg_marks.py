"""Marks in SVG: what each kind of evidence looks like, totals and series, and room for labels between them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime

from components.charts.grammar import Bars, Item, Kind, Lane, Line, Mark, Points, Steps, Stretches, has_value
from components.charts.phrases.numbers import between_text, number_text
from components.charts.running_totals import Path, TotalPaths, is_untimed, paths_of
from components.render.layout.boxes import Box, Boxes
from components.render.layout.geometry import (
    crowded,
    is_measured,
    is_merged,
    is_stretch,
    levels,
    middle_of,
    runs,
    spot,
)
from components.render.layout.theme import is_soft, look
from components.render.svg.sheet import Anchor, Frame, number, tag, text_box
from components.render.svg.together import copies, polyline
from components.text import PLAIN_CHARACTERS, visible, xml

HOVER_CHARACTERS = 400


def item_group(frame: Frame, lane: Lane, mark: Mark, item: Item, content: str) -> str:
    """An item's drawing with the row it came from and what a pointer over it is told."""
    title = tag("title", xml(frame.hover(lane, mark, item), most=HOVER_CHARACTERS))
    return tag("g", title + content, class_=f"t-{(item.tone or mark.tone).value}", data_row=named(item.row))


def named(row: str) -> str:
    """A row's name as an attribute: nothing invisible in it."""
    return visible(row)[:PLAIN_CHARACTERS]


def outline(shape: str, x: float, y: float, r: float, **attributes: str | float) -> str:
    """A circle, diamond, square or triangle around a point; all four cover about the same area."""
    if shape == "circle":
        return tag("circle", cx=x, cy=y, r=r, **attributes)
    return tag("path", d=_outline_path(shape, x, y, r), **attributes)


def _outline_path(shape: str, x: float, y: float, r: float) -> str:
    if shape == "square":
        side = r * 0.9
        return f"M{number(x - side)} {number(y - side)}h{number(2 * side)}v{number(2 * side)}h{number(-2 * side)}z"
    if shape == "diamond":
        reach = r * 1.25
        return (
            f"M{number(x)} {number(y - reach)}l{number(reach)} {number(reach)}l{number(-reach)} {number(reach)}"
            f"l{number(-reach)} {number(-reach)}z"
        )
    reach = r * 1.15
    return f"M{number(x)} {number(y - reach)}l{number(reach)} {number(1.9 * reach)}h{number(-2 * reach)}z"


def relative_outline(shape: str, r: float) -> str:
    """The shape around a point as path data that begins with the way from it, for many in one path."""
    if shape == "circle":
        arc = f"a{number(r)} {number(r)} 0 1 0 "
        return f"m{number(-r)} 0{arc}{number(2 * r)} 0{arc}{number(-2 * r)} 0z"
    return _outline_path(shape, 0, 0, r).replace("M", "m", 1)


def _half(r: float) -> str:
    """The left half of a shape as path data that begins with the way from its point."""
    reach = r * 1.25
    return f"m0 {number(-reach)}l{number(-reach)} {number(reach)}l{number(reach)} {number(reach)}z"


def glyph(shape: str, fill: str, x: float, y: float, r: float) -> str:
    """A mark's shape: "full" is filled, "half" filled on its left, "open" a ring on the paper's colour."""
    if fill == "full":
        return outline(shape, x, y, r, class_="f halo-ring")
    ring = outline(shape, x, y, r, class_="p s", stroke_width=1.8)
    if fill == "open":
        return ring
    reach = r * 1.25
    half = f"M{number(x)} {number(y - reach)}l{number(-reach)} {number(reach)}l{number(reach)} {number(reach)}z"
    return ring + tag("path", d=half, class_="f")


def glyphs(shape: str, fill: str, places: Iterable[tuple[float, float]], r: float) -> str:
    """The same shapes at all these places, as few elements; without the ring that parts one from the next."""
    found = tuple(places)
    path = copies(relative_outline(shape, r), found)
    if fill == "full":
        return tag("path", d=path, class_="f")
    ring = tag("path", d=path, class_="p s", stroke_width=1.8)
    return ring + (tag("path", d=copies(_half(r), found), class_="f") if fill == "half" else "")


def point(frame: Frame, mark: Mark, item: Item, x: float, y: float) -> str:
    """A single observation: its tone's shape, hollow where it is soft, with its interval and its bound."""
    shape, r = look(item.tone or mark.tone), frame.sizes.glyph
    if is_stretch(item):
        return _stretch(frame, item, y)
    parts = [_whisker(frame, item, y)] if not item.when.exact else []
    if item.by:
        parts.append(earlier(frame.scale.left, frame.scale.x(item.when.earliest), y))
    if item.kind is Kind.CENSORED:
        parts.append(tag("path", d=f"M{number(x)} {number(y)}v{number(-r * 1.6)}", class_="s", stroke_width=1.2))
    else:
        parts.append(glyph(shape.shape, _fill(item, shape.fill), x, y, r))
    if item.kind in (Kind.LOWER_BOUND, Kind.UPPER_BOUND):
        parts.append(_arrow(x, y, r, up=item.kind is Kind.LOWER_BOUND))
    if item.kind is Kind.RANK:
        parts.append(tag("circle", cx=x, cy=y, r=1.6, class_="p"))
    return "".join(parts)


def _fill(item: Item, fill: str) -> str:
    return "open" if is_soft(item) else fill


def _whisker(frame: Frame, item: Item, y: float) -> str:
    """The interval in which it happened, with its ends."""
    left, right = frame.scale.x(item.when.earliest), frame.scale.x(item.when.latest)
    path = f"M{number(left)} {number(y - 3)}v6m0 -3H{number(right)}m0 -3v6"
    return tag("path", d=path, class_="s", stroke_width=1.2, opacity=0.75)


def _stretch(frame: Frame, item: Item, y: float) -> str:
    """Every minute between two bounds, none of which is likelier than another; an arrow where its value is one."""
    left, right, half = frame.scale.x(item.when.earliest), frame.scale.x(item.when.latest), frame.sizes.glyph * 0.6
    wide = max(right - left, 2 * half)
    bar = tag("rect", x=left, y=y - half, width=wide, height=2 * half, class_="p s", stroke_width=1.6)
    if item.kind in (Kind.LOWER_BOUND, Kind.UPPER_BOUND):
        bar += _arrow(left + wide / 2, y, frame.sizes.glyph, up=item.kind is Kind.LOWER_BOUND)
    return bar


def earlier(left: float, right: float, y: float) -> str:
    """Every minute before, back to the edge: dashes that end in an arrow."""
    dashes = tag("path", d=f"M{number(right)} {number(y)}H{number(left)}", class_="s", stroke_dasharray="3 2")
    head = tag("path", d=f"M{number(left + 4)} {number(y - 3)}l-4 3l4 3", class_="s", stroke_width=1.4)
    return dashes + head


def _arrow(x: float, y: float, r: float, *, up: bool) -> str:
    sign = -1 if up else 1
    tip, foot = y + sign * (r + 7), y + sign * (r + 2)
    path = (
        f"M{number(x)} {number(foot)}V{number(tip)}m-3 {number(-sign * 3)}l3 {number(sign * 3)}l3 {number(-sign * 3)}"
    )
    return tag("path", d=path, class_="s", stroke_width=1.3)


def span(frame: Frame, item: Item, y: float, *, thick: float = 6.0) -> str:
    """A state that lasted: a bar, solid where it surely held, thin dashes where it possibly began or ended."""
    end = item.until or item.when
    outer = frame.scale.x(item.when.earliest), frame.scale.x(end.latest)
    inner = frame.scale.x(item.when.latest), frame.scale.x(max(end.earliest, item.when.latest))
    parts = []
    if outer != inner:
        reach = f"M{number(outer[0])} {number(y)}H{number(outer[1])}"
        parts.append(tag("path", d=reach, class_="s", stroke_width=1.6, stroke_dasharray="2 2"))
    wide = max(inner[1] - inner[0], 1.5)
    parts.append(tag("rect", x=inner[0], y=y - thick / 2, width=wide, height=thick, class_="f", opacity=0.5))
    edges = inner[0], inner[0] + wide
    ends = "".join(f"M{number(x)} {number(y - thick * 0.8)}v{number(thick * 1.6)}" for x in edges)
    parts.append(tag("path", d=ends, class_="s", stroke_width=1.4))
    return "".join(parts)


def bar(frame: Frame, item: Item, top: float, base: float) -> str:
    """A quantity over its counting window: a closed top is exact, an open one with an arrow is a bound."""
    end = item.until or item.when
    left, right = frame.scale.x(item.when.earliest), frame.scale.x(end.latest)
    right = max(right, left + 2)
    body = tag("rect", x=left, y=top, width=right - left, height=base - top, class_="f", opacity=0.22)
    sides = f"M{number(left)} {number(base)}V{number(top)}M{number(right)} {number(base)}V{number(top)}"
    parts = [body, tag("path", d=sides, class_="s", stroke_width=1, opacity=0.7)]
    dash = {Kind.EXACT: "", Kind.APPROXIMATE: "4 3"}.get(item.kind, "1 3")
    cover = f"M{number(left)} {number(top)}H{number(right)}"
    parts.append(tag("path", d=cover, class_="s", stroke_width=2, stroke_dasharray=dash))
    if item.kind in (Kind.LOWER_BOUND, Kind.UPPER_BOUND):
        parts.append(_arrow((left + right) / 2, top, -1, up=item.kind is Kind.LOWER_BOUND))
    return "".join(parts)


def gap(frame: Frame, box: Box) -> str:
    """A stretch for which nothing is held, hatched."""
    hatch = tag(
        "pattern",
        tag("path", d="M0 7L7 0", class_="hatch"),
        width=7.0,
        height=7.0,
        patternUnits="userSpaceOnUse",
    )
    fill = frame.sheet.paint("hatch", hatch)
    return tag("rect", x=box.left, y=box.top, width=box.right - box.left, height=box.bottom - box.top, fill=fill)


def extent(frame: Frame, item: Item, x: float) -> tuple[float, float]:
    """From where to where an item's ink reaches in its row, whisker or bar included.

    A label may stand on the dashes of what began at any time before: it would have no room besides.
    """
    reach = frame.sizes.glyph * 1.25 + 1
    left = min(x - reach, frame.scale.x(item.when.earliest))
    return left, max(x + reach, frame.scale.x(item.last))


#: Where a label may stand: x, baseline, and which end of it is at x.
Place = tuple[float, float, Anchor]


@dataclass(frozen=True, slots=True)
class Area:
    """Where a value area lies, what it spans, and what is already taken in it."""

    frame: Frame
    lane: Lane
    top: float
    bottom: float
    low: float
    high: float
    taken: Boxes

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share

    def x(self, moment: datetime) -> float:
        return self.frame.scale.x(moment)

    @property
    def end(self) -> float:
        """The right end of what is told."""
        return self.x(self.frame.chart.told_to)

    def place_of(self, mark: Mark, item: Item) -> tuple[float, float]:
        """Where an item stands: the middle of a sample's bin, the start of a bar, the spot of an observation."""
        if isinstance(mark, Bars):
            return self.x(item.when.earliest), self.y(item.value or 0)
        moment = middle_of(mark, item) if isinstance(mark, Line) else spot(item.when, self.frame.chart.window)
        return self.x(moment), self.y(item.value or 0)

    def label(self, text: str, places: Iterable[Place], *, classes: str = "", bold: bool = False, of: str = "") -> None:
        """Write the text at the first place that is free, or not at all."""
        size = self.frame.sizes.label
        for x, y, side in places:
            box = text_box(x, y, text, size, anchor=side, bold=bold)
            if text and self.taken.free(box):
                self.taken.take(box)
                style = f"{classes} halo".strip()
                self.frame.sheet.text(x, y, text, size, classes=style, anchor=side, bold=bold, of=of)
                return

    def staircase(self, path: Path, leaps: frozenset[datetime] = frozenset()) -> str:
        """A total's path data, as far as it is told; at a leap it goes on higher, with no rise between."""
        if self.frame.own is not None:
            return "".join(map(polyline, self._pieces(path, leaps)))
        parts = [f"M{number(self.x(path[0][0]))} {number(self.y(path[0][1]))}"]
        for moment, value in path[1:]:
            x, y = number(self.x(moment)), number(self.y(value))
            parts.append(f"H{x}M{x} {y}" if moment in leaps else f"H{x}V{y}")
        return "".join(parts) + f"H{number(self.end)}"

    def _pieces(self, path: Path, leaps: frozenset[datetime]) -> Iterator[list[tuple[float, float]]]:
        """The corners of a total's path, apart where it leaps."""
        starts = [0, *(place for place, (moment, _) in enumerate(path) if place and moment in leaps)]
        for first, after in zip(starts, [*starts[1:], len(path)], strict=True):
            corners = self.corners(path[first:after])
            yield corners if after == len(path) else [*corners[:-1], (self.x(path[after][0]), corners[-1][1])]

    def band(self, low: Path, high: Path) -> str:
        """The path data of what lies between two totals: along the upper one, and back along the lower."""
        back = reversed(self.corners(low))
        if self.frame.own is not None:
            return polyline([*self.corners(high), *back]) + "z"
        return self.staircase(high) + "".join(f"L{number(x)} {number(y)}" for x, y in back) + "z"

    def corners(self, path: Path) -> list[tuple[float, float]]:
        """The corners of a total's path from its start to its right end."""
        found: list[tuple[float, float]] = []
        for moment, value in path:
            x = self.x(moment)
            found += [(x, found[-1][1])] if found else []
            found.append((x, self.y(value)))
        return [*found, (self.end, found[-1][1])]

    def take_ink(self, mark: Mark) -> None:
        """Take the room of a mark's lines and shapes, so that no label lies over them."""
        if isinstance(mark, Steps):
            found = paths_of(mark, self.frame.chart.window)
            for path in (found.low, found.high):
                for box in self._along(path):
                    self.taken.take(box)
            return
        for item in mark.items:
            if item.kind is Kind.PROJECTED or (has_value(self.lane, mark, item) and item.value is not None):
                self.taken.take(self._ink(mark, item))

    def _ink(self, mark: Mark, item: Item) -> Box:
        x, y = self.place_of(mark, item)
        if isinstance(mark, Bars):
            return Box(x, y - 1, self.x(item.last), y + 1)
        left, right = self.x(item.when.earliest), self.x(item.when.latest)
        if item.kind is Kind.PROJECTED:
            levels = [self.y(level) for level in (item.low, item.value, item.high) if level is not None]
            return Box(x - 5, min(levels) - 5, x + 5, max(levels) + 5)
        return Box(min(x - 5, left), y - 5, max(x + 5, right), y + 5)

    def _along(self, path: Path) -> Iterator[Box]:
        """Thin boxes along a staircase."""
        ends = [*(self.x(moment) for moment, _ in path[1:]), self.end]
        before = self.y(path[0][1])
        for (moment, value), end in zip(path, ends, strict=True):
            x, y = self.x(moment), self.y(value)
            yield Box(x - 2, y - 2, end + 2, y + 2)
            yield Box(x - 2, min(y, before), x + 2, max(y, before))
            before = y


#: A series with more samples than this carries no hover title for each, only its row.
TITLED_SAMPLES = 150
_SIGN = {Kind.LOWER_BOUND: "over ", Kind.UPPER_BOUND: "up to ", Kind.APPROXIMATE: "about "}


#: How much of its colour the ground under a stretch has.
_GROUND = 0.18


def draw_mark(area: Area, mark: Mark) -> None:
    """Draw one mark with values, and the labels for which there is room."""
    match mark:
        case Steps():
            _steps(area, mark)
        case Line():
            _line(area, mark)
        case Stretches():
            _stretches(area, mark)
        case Bars() | Points():
            for item in mark.items:
                if item.kind is Kind.PROJECTED:
                    _projection(area, mark, item)
                elif has_value(area.lane, mark, item):
                    _quantity(area, mark, item)
        case _:
            pass


def _stretches(area: Area, mark: Stretches) -> None:
    """A level for each stretch above its ground, dashed where it is loose; figures at the highest and the loose."""
    base, top = area.y(0), max((item.value or 0 for item in mark.items), default=0)
    for item in mark.items:
        left, right, y = area.x(item.when.earliest), area.x(item.last), area.y(item.value or 0)
        ground = tag(
            "rect", x=left, y=min(y, base), width=right - left, height=abs(base - y), class_="f", opacity=_GROUND
        )
        dash = "4 3" if mark.loose else ""
        level = tag(
            "path", d=f"M{number(left)} {number(y)}H{number(right)}", class_="s", stroke_width=2, stroke_dasharray=dash
        )
        _put_item(area, mark, item, ground + level)
    for item in mark.items:
        if mark.loose or item.value == top:
            left, right, y = area.x(item.when.earliest), area.x(item.last), area.y(item.value or 0)
            places: list[Place] = [
                ((left + right) / 2, y - 5, "middle"),
                (left + 2, y - 5, "start"),
                (right - 2, y - 5, "end"),
            ]
            area.label(value_text(item), places, of=area.frame.of(named(item.row)))


def _put(area: Area, mark: Mark, drawing: str) -> None:
    area.frame.sheet.add("marks", tag("g", drawing, class_=f"t-{mark.tone.value}"))


def _put_item(area: Area, mark: Mark, item: Item, drawing: str) -> None:
    area.frame.sheet.add("marks", item_group(area.frame, area.lane, mark, item, drawing))


def _steps(area: Area, mark: Steps) -> None:
    """A band from surely to possibly, the sure total as a line, and a shape for every contest on it.

    Of a crowd the lines come later, over all shapes.
    """
    found, style = paths_of(mark, area.frame.chart.window), look(mark.tone)
    past = area.frame.past
    shaded = tag("path", d=area.band(found.low, found.high), class_="f", opacity=0.2, clip_path=past)
    shaded = "" if mark.least_until else shaded
    if drawn := shaded + ("" if crowded(area.lane) else _total_line(area, found)):
        _put(area, mark, drawn)
    together = defaultdict[str, list[tuple[float, float]]](list)
    apart = []
    for item, level in levels(mark.items, area.frame.chart.window):
        if is_untimed(mark, item):
            continue
        fill = style.fill if item.when.exact else "open"
        x, y = area.x(min(item.sure_at, area.frame.chart.told_to)), area.y(level)
        if area.frame.apart(item.row):
            apart.append((item, glyph(style.shape, fill, x, y, area.frame.sizes.glyph * 0.62)))
        else:
            together[fill].append((x, y))
    for fill, places in together.items():
        _put(area, mark, glyphs(style.shape, fill, places, area.frame.sizes.glyph * 0.62))
    for item, drawing in apart:
        _put_item(area, mark, item, drawing)


def draw_crowded_lines(area: Area) -> None:
    """The lines of totals whose shapes stand so close that they would hide them."""
    for mark in area.lane.marks:
        if isinstance(mark, Steps) and mark.items and crowded(area.lane):
            _put(area, mark, _total_line(area, paths_of(mark, area.frame.chart.window)))


def _total_line(area: Area, found: TotalPaths) -> str:
    return tag(
        "path", d=area.staircase(found.low, found.leaps), class_="s line", stroke_width=2.2, clip_path=area.frame.past
    )


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


def _projection(area: Area, mark: Mark, item: Item) -> None:
    """An upright bar between the bounds, with their ends, and a ring at the value; its figures beside it."""
    frame = area.frame
    x, r = area.x(spot(item.when, frame.chart.window)), frame.sizes.glyph * 0.8
    drawing = ""
    if item.low is not None and item.high is not None:
        low, high = number(area.y(item.low)), number(area.y(item.high))
        path = f"M{number(x - 4)} {low}h8m-4 0V{high}m-4 0h8"
        drawing += tag("path", d=path, class_="s", stroke_width=1.8)
    if item.value is not None:
        drawing += glyph(look(item.tone or mark.tone).shape, "open", x, area.y(item.value), r)
    _put_item(area, mark, item, drawing)
    y = area.y(item.value if item.value is not None else item.high or 0)
    places: list[Place] = [(x + r + 5, y + 4, "start"), (x - r - 5, y + 4, "end")]
    area.label(projected_label(mark, item), places, classes=f"f t-{mark.tone.value}", of=frame.of(named(item.row)))


def projected_label(mark: Mark, item: Item) -> str:
    """Whose number was projected, and the number: "Ann 35 (33 to 37)"."""
    return f"{mark.name.partition(',')[0]} {between_text(item.low, item.value, item.high)}"


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
