"""Marks on the value axis of a lane: totals as ranges, series, means and quantities, with their scale and names."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from components.charts.grammar import Bars, Item, Kind, Lane, Line, Mark, Points, Published, Steps, Stretches, has_value
from components.charts.phrases.numbers import between_text, number_text
from components.charts.running_totals import Path, is_untimed
from components.render.layout.boxes import Anchor, Box, Boxes, box_of
from components.render.layout.draft import Draft
from components.render.layout.geometry import (
    compact,
    is_measured,
    is_merged,
    levels,
    middle_of,
    round_values,
    runs,
    spot,
)
from components.render.layout.scene import Area, At, Bar, Paint, Sign, Stroke
from components.render.layout.theme import look
from components.text import BOLD, REGULAR, text_width, visible

#: A series with more samples than this has no dot for each.
FEW_SAMPLES = 150
_SIGN = {Kind.LOWER_BOUND: "over ", Kind.UPPER_BOUND: "up to ", Kind.APPROXIMATE: "about "}
#: The radius of a contest on a total, which its line all but hides.
DOT = 1.2
#: What begins the name of a total's label, before the height of nothing, pixels for each vote, and the side.
TOTAL = "total:"
_MOVED = 3
#: Where a label may stand: across, baseline, and which end of it is there.
Place = tuple[At, float, Anchor]


def value_text(item: Item) -> str:
    """An item's figure beside its mark: "over 740,000"."""
    return _SIGN.get(item.kind, "") + number_text(item.value or 0)


@dataclass(frozen=True, slots=True)
class Values:
    """A value axis from `top` to `bottom`, and what is already taken on it."""

    draft: Draft
    lane: Lane
    top: float
    bottom: float
    low: float
    high: float
    taken: Boxes

    def y(self, value: float) -> float:
        share = (min(max(value, self.low), self.high) - self.low) / (self.high - self.low)
        return self.bottom - (self.bottom - self.top) * share

    @property
    def end(self) -> datetime:
        """Where the telling ends."""
        return self.draft.chart.told_to

    def label(
        self, text: str, places: Iterable[Place], *, paint: Paint = "ink", bold: bool = False, of: str = ""
    ) -> None:
        """Write the text at the first place that is free, or not at all."""
        size = self.draft.sizes.label
        width = text_width(text, size, factor=BOLD if bold else REGULAR)
        for at, y, anchor in places:
            box = box_of(self.draft.x(at.moment) + at.dx, y, width, size, anchor)
            if text and self.taken.free(box):
                self.taken.take(box)
                self.draft.write(at, y, text, paint=paint, anchor=anchor, bold=bold, of=of)
                return

    def corners(self, path: Path, leaps: frozenset[datetime] = frozenset()) -> Iterator[list[tuple[At, float]]]:
        """The corners of a total's staircase in pieces: at a leap it goes on higher, with no rise between."""
        found = [(At(path[0][0]), self.y(path[0][1]))]
        for moment, value in path[1:]:
            found.append((At(moment), found[-1][1]))
            if moment in leaps:
                yield found
                found = []
            found.append((At(moment), self.y(value)))
        yield [*found, (At(self.end), found[-1][1])]


def draw_values(draft: Draft, lane: Lane, top: float, height: float) -> float:
    """The lane's value marks below `top`; returns where the area ends."""
    parts = draft.teller.lane(lane)
    low, high = parts.domain
    upper, bottom = top + (12.0 if draft.sizes.narrow else 4.0), top + height
    if draft.measured:
        return bottom
    values = Values(draft, lane, upper, bottom, low, high, Boxes(Box(0, top - 4, draft.width, bottom + 2)))
    marks = parts.valued
    for mark in marks:
        _take(values, mark)
    for value, name, _ in lane.references:
        if low <= value <= high:
            _reference(values, value, name)
    _scale(values)
    # Where a night is played, the last count published is none of its moments.
    played = draft.chart.played
    _end_labels(values, [m for m in marks if isinstance(m, Steps) and not (played and isinstance(m, Published))])
    for mark in marks:
        _draw(values, mark)
    return bottom


def _scale(values: Values) -> None:
    """Hairlines at round values, each with its value at the left."""
    draft = values.draft
    window = draft.chart.window
    size = draft.sizes.label
    for value in round_values(values.low, values.high, most=4 if values.bottom - values.top > 90 else 3):
        y = values.y(value)
        paint: Paint = "axis" if value == values.low else "rule"
        draft.add(Stroke(((At(window.start), y), (At(window.end), y)), paint, layer="ground"))
        beside: Place = (At(window.start, -8), y + size * 0.35, "end")
        inside: Place = (At(window.start, 2), y - 3, "start")
        if value != values.low:
            values.label(compact(value), [inside if draft.sizes.narrow else beside], paint="quiet")


def _reference(values: Values, value: float, name: str) -> None:
    """A value worth a line of its own, named at the first free end of it."""
    draft, y = values.draft, values.y(value)
    window, size = draft.chart.window, draft.sizes.label
    draft.add(Stroke(((At(window.start), y), (At(window.end), y)), "ink", 1.2, "6 4", layer="ground"))
    values.label(draft.say(name), [(At(window.start, 2), y - 4, "start"), (At(window.start, 2), y + size + 2, "start")])
    values.taken.take(Box(draft.scale.left, y - 1, draft.scale.right, y + 1))


def _end_labels(values: Values, marks: list[Steps]) -> None:
    """Each total at the right end of its line, the upper ones first; beside it, or where there is no room over it."""
    draft, size = values.draft, values.draft.sizes.label
    end = draft.chart.window.end
    found = [(draft.teller.paths(mark), mark) for mark in marks]
    found.sort(key=lambda entry: -entry[0].last[1])
    # Where a night is played they move with their lines, and the tally has all.
    for total, mark in found[:_MOVED] if draft.chart.played else found:
        y = values.y(total.last[1])
        beside: list[Place] = [(At(end, 6), y + size * 0.35 + dy, "start") for dy in (0, 6, 12, -8, 18)]
        shifts = (-6, size + 6, size + 14, -16, -26, *range(round(size) + 24, 120, 12))
        over: list[Place] = [(At(end, -2 - dx), y + dy, "end") for dx in range(0, 200, 25) for dy in shifts]
        scale = (values.bottom - values.top) / (values.high - values.low)
        of = draft.of(f"{TOTAL}{values.y(0):.1f}:{scale:.5f}:{mark.name}")
        values.label(f"{mark.name} {total.said}", beside + over, paint=mark.tone, bold=True, of=of)


def _take(values: Values, mark: Mark) -> None:
    """Take the room of a mark's lines and shapes, so that no label lies over them."""
    draft = values.draft
    if isinstance(mark, Steps):
        found = draft.teller.paths(mark)
        for path in (found.low, found.high):
            for piece in values.corners(path):
                for (one, y), (other, level) in pairwise(piece):
                    left, right = draft.x(one.moment), draft.x(other.moment)
                    values.taken.take(Box(left - 2, min(y, level) - 2, right + 2, max(y, level) + 2))
        return
    for item in mark.items:
        if item.kind is Kind.PROJECTED:
            x, levels = draft.x(spot(item.when, draft.chart.window)), (item.low, item.value, item.high)
            heights = [values.y(level) for level in levels if level is not None]
            values.taken.take(Box(x - 5, min(heights) - 5, x + 5, max(heights) + 5))
        elif has_value(values.lane, mark, item) and item.value is not None:
            y = values.y(item.value)
            if isinstance(mark, Bars):
                values.taken.take(Box(draft.x(item.when.earliest), y - 1, draft.x(item.last), y + 1))
            else:
                left, right = draft.x(item.when.earliest), draft.x(item.when.latest)
                values.taken.take(Box(left - 5, y - 5, right + 5, y + 5))


def _draw(values: Values, mark: Mark) -> None:
    match mark:
        case Steps():
            _steps(values, mark)
        case Line():
            _line(values, mark)
        case Stretches():
            _stretches(values, mark)
        case Bars() | Points():
            for item in mark.items:
                if item.kind is Kind.PROJECTED:
                    _projection(values, mark, item)
                elif has_value(values.lane, mark, item):
                    _quantity(values, mark, item)
        case _:
            pass


def _steps(values: Values, mark: Steps) -> None:
    """A band from surely to possibly, the sure total as a line, and a dot for every contest on it."""
    window = values.draft.chart.window
    found = values.draft.teller.paths(mark)
    if mark.least_until is None and found.low != found.high:
        upper, lower = (next(values.corners(path)) for path in (found.high, found.low))
        values.draft.add(Area((*upper, *reversed(lower)), mark.tone, 0.22, told=True))
    for piece in values.corners(found.low, found.leaps):
        values.draft.add(Stroke(tuple(piece), mark.tone, 2.4, told=True))
    # Where a night is played each has a tile of its own.
    for item, level in () if values.draft.chart.played else levels(mark.items, window):
        if not is_untimed(mark, item):
            at = At(max(min(item.sure_at, values.end), window.start))
            thing = values.draft.teller.item(values.lane, mark, item)
            values.draft.add(
                Sign(at, values.y(level), DOT, "circle", mark.tone, thing=thing, bare=item.sure_at > values.end)
            )


def _line(values: Values, mark: Line) -> None:
    """A series in unbroken runs, its band where it has one, and ticks where it is below resolution."""
    add = values.draft.add
    for run in runs(mark):
        places = [(At(middle_of(mark, item)), values.y(item.value or 0)) for item in run]
        if all(item.low is not None and item.high is not None for item in run):
            upper = [(at, values.y(item.high or 0)) for (at, _), item in zip(places, run, strict=True)]
            lower = [(at, values.y(item.low or 0)) for (at, _), item in zip(places, run, strict=True)]
            add(Area((*upper, *reversed(lower)), mark.tone, told=True))
        if len(places) > 1:
            add(Stroke(tuple(places), mark.tone, 1.8, told=True))
    few, alone = len(mark.items) <= FEW_SAMPLES, {id(run[0]) for run in runs(mark) if len(run) == 1}
    for item in mark.items:
        at, thing = At(middle_of(mark, item)), values.draft.teller.item(values.lane, mark, item)
        if is_merged(mark, item):
            add(Bar(At(item.when.earliest), At(item.last), values.bottom - 2, 3, mark.tone, 1, thing))
        elif is_measured(item):
            add(
                Sign(
                    at,
                    values.y(item.value or 0),
                    2,
                    "circle",
                    mark.tone,
                    thing=thing,
                    bare=not few and id(item) not in alone,
                )
            )
        else:
            add(Sign(at, values.bottom - 2, 3, "tick", mark.tone, thing=thing))
    _name(values, mark)


def _name(values: Values, mark: Line) -> None:
    """The series' name where its greatest value stands, if its lane holds several series."""
    if sum(isinstance(other, Line) for other in values.lane.marks) < 2 or not mark.items:
        return
    top = max(mark.items, key=lambda item: item.value or 0)
    moment, y = middle_of(mark, top), values.y(top.value or 0)
    places: list[Place] = [
        (At(moment, 8), y + 3, "start"),
        (At(moment, -8), y + 3, "end"),
        (At(moment), y - 8, "middle"),
    ]
    values.label(visible(mark.name), places, paint=mark.tone, bold=True)


def _stretches(values: Values, mark: Stretches) -> None:
    """A level for each stretch above its ground, joined to a staircase; a long one is a thick pale bar, no moment."""
    draft, base, window = values.draft, values.y(0), values.draft.chart.window
    top = max((item.value or 0 for item in mark.items), default=0)
    for run in _touching(mark.items):
        corners = [
            (At(max(min(end, window.end), window.start)), values.y(item.value or 0))
            for item in run
            for end in (item.when.earliest, item.last)
        ]
        draft.add(Area(((corners[0][0], base), *corners, (corners[-1][0], base)), mark.tone, 0.16))
        if not mark.loose:
            draft.add(Stroke(tuple(corners), mark.tone, 1.6))
    for item in mark.items:
        start, end = At(max(item.when.earliest, window.start)), At(min(item.last, window.end))
        y, thing = values.y(item.value or 0), draft.teller.item(values.lane, mark, item)
        draft.add(Bar(start, end, y, 5 if mark.loose else 1.6, mark.tone, 0.55 if mark.loose else 1, thing))
        if item.value == top and not mark.loose:
            places: list[Place] = [
                (start, y - 4, "middle"),
                (start._replace(dx=-6), y + 8, "end"),
                (end._replace(dx=6), y + 8, "start"),
            ]
            values.label(value_text(item), places, of=draft.of(item.row))


def _touching(items: Sequence[Item]) -> list[list[Item]]:
    """The stretches in runs, each beginning where the one before ends."""
    found: list[list[Item]] = []
    for item in items:
        if found and found[-1][-1].last == item.when.earliest:
            found[-1].append(item)
        else:
            found.append([item])
    return found


def _projection(values: Values, mark: Mark, item: Item) -> None:
    """An upright bar between the bounds, and a ring at the value, if there is one; whose number it is, and which."""
    draft = values.draft
    at, thing = At(spot(item.when, draft.chart.window)), draft.teller.item(values.lane, mark, item)
    level = item.value if item.value is not None else item.high or 0.0
    if item.low is not None and item.high is not None:
        draft.add(Stroke(((at, values.y(item.low)), (at, values.y(item.high))), mark.tone, 1.8, of=draft.of(item.row)))
    shape, tone = look(item.tone or mark.tone).shape, item.tone or mark.tone
    draft.add(
        Sign(at, values.y(level), draft.sizes.glyph * 0.8, shape, tone, "open", thing=thing, bare=item.value is None)
    )
    y = values.y(level) + 4
    places: list[Place] = [(at._replace(dx=9.0), y, "start"), (at._replace(dx=-9.0), y, "end")]
    values.label(projected_label(mark, item), places, paint=mark.tone, of=draft.of(item.row))


def projected_label(mark: Mark, item: Item) -> str:
    """Whose number was projected, and the number, never to be taken for a total: "Ann 35 (33 to 37) projected"."""
    return f"{mark.name.partition(',')[0]} {between_text(item.low, item.value, item.high)} projected"


def _quantity(values: Values, mark: Mark, item: Item) -> None:
    """A bar over its counting window or a point, and its figure above or beside it."""
    draft, y = values.draft, values.y(item.value or 0)
    window, size = draft.chart.window, draft.sizes.label
    thing = draft.teller.item(values.lane, mark, item)
    start, end = At(max(item.when.earliest, window.start)), At(min(item.last, window.end))
    if isinstance(mark, Bars):
        outline = ((start, values.bottom), (start, y), (end, y), (end, values.bottom))
        dash = {Kind.EXACT: "", Kind.APPROXIMATE: "4 3"}.get(item.kind, "1 3")
        draft.add(
            Area(outline, mark.tone, 0.22),
            Stroke(outline, mark.tone, 1.2, dash),
            Bar(start, end, y, 2, mark.tone, 1, thing),
        )
        places: list[Place] = [
            (At(start.moment + (end.moment - start.moment) / 2), y - 5, "middle"),
            (start._replace(dx=2), y - 5, "start"),
            (start._replace(dx=4), y + size + 4, "start"),
        ]
    else:
        at = At(spot(item.when, window))
        if not item.when.exact:
            draft.add(Bar(At(item.when.earliest), At(item.when.latest), y, 2, mark.tone, 0.6, None))
        fill = "full" if item.when.exact and item.kind is not Kind.APPROXIMATE else "open"
        draft.add(
            Sign(
                at, y, draft.sizes.glyph, look(item.tone or mark.tone).shape, item.tone or mark.tone, fill, thing=thing
            )
        )
        places = [(end._replace(dx=8), y + 4, "start"), (start._replace(dx=-8), y + 4, "end"), (at, y - 9, "middle")]
    values.label(value_text(item), places, of=draft.of(item.row))
