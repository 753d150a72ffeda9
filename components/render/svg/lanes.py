"""A lane in SVG: its title, note and legend, then its rows, its value area with scale and totals, and its gaps."""

from __future__ import annotations

from dataclasses import replace

from components.charts.bare import is_bare, why_bare
from components.charts.grammar import Gap, Item, Lane, Mark, Spans, Steps, Stretches, has_value, valued
from components.charts.running_totals import paths_of
from components.render.layout.boxes import Box, Boxes
from components.render.layout.geometry import (
    compact,
    domain,
    in_row,
    round_values,
    spot,
    tracks_of,
)
from components.render.layout.labels import GAP, Flag, Placed, place, row_count
from components.render.layout.legend import EARLIER, GROUND, SOFT, Key, keys_of
from components.render.layout.theme import look
from components.render.svg.sheet import Anchor, Frame, number, tag, text_box
from components.render.svg.svg_marks import (
    Area,
    Place,
    draw_crowded_lines,
    draw_mark,
    earlier,
    extent,
    gap,
    glyph,
    item_group,
    named,
    point,
    span,
)
from components.text import BOLD, fitted, short_forms, text_width, visible, wrap


def draw_values(frame: Frame, lane: Lane, top: float) -> float:
    """Draw the lane's value marks below `top`; returns where the area ends."""
    low, high = domain(lane)
    high_lane = any(isinstance(mark, Steps | Stretches) for mark in lane.marks)
    height = frame.sizes.body * (_share(frame) if high_lane else 0.75)
    upper = top + frame.sizes.label * 1.3
    bottom = upper + height
    area = Area(frame, lane, upper, bottom, low, high, Boxes(Box(0, top, frame.width, bottom + 2)))
    marks = [mark for mark in lane.marks if any(has_value(lane, mark, item) for item in mark.items)]
    for mark in marks:
        area.take_ink(mark)
    for value, name, _ in lane.references:
        if low <= value <= high:
            _reference(area, value, name)
    _scale(area)
    # Where a night is played, the end of a line is none of its moments.
    _end_labels(area, [mark for mark in marks if isinstance(mark, Steps) and not frame.chart.played])
    for mark in marks:
        draw_mark(area, mark)
    draw_crowded_lines(area)
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


def _reference(area: Area, value: float, name: str) -> None:
    """A value worth a line of its own, named at the first free end of it."""
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
    area.taken.take(Box(scale.left, y - 1, scale.right, y + 1))


def _end_labels(area: Area, marks: list[Steps]) -> None:
    """Each total at the right end of its line, the upper ones first; under its line where steps crowd its end."""
    right, size = area.frame.scale.right, area.frame.sizes.label
    found = [(paths_of(mark, area.frame.chart.window), mark) for mark in marks]
    for total, mark in sorted(found, key=lambda entry: -entry[0].last[1]):
        y = area.y(total.last[1])
        beside: list[Place] = [(right + 6, y + size * 0.35 + dy, "start") for dy in (0, 6, 12, -8, 18)]
        near, far = (-6, size + 6, size + 14, -16, -26), range(round(size) + 24, 120, 12)
        over: list[Place] = [(right - 2 - dx, y + dy, "end") for dx in (0, 30, 60) for dy in near]
        under: list[Place] = [(right - 2, y + dy, "end") for dy in far]
        area.label(f"{mark.name} {total.said}", beside + over + under, classes=f"f t-{mark.tone.value}", bold=True)


#: More loose spans than this lie closer together, without labels.
_SPANS_WITH_LABELS = 3
_CLOSE_PITCH = 8.0
#: On a phone more marks of a row than this, one above the other, lie closer where no label stands between them.
_MARKS_APART = 3
#: More loose marks than this carry labels only where a row has room for one.
_MARKS_THAT_CLAIM = 10
_LONGEST_LABEL = 400.0
#: How far inside its row a name begins, in pixels.
_INSIDE = 4.0

Entry = tuple[Mark, Item]


def draw_rows(frame: Frame, lane: Lane, y: float) -> float:
    """Draw every row from y downwards; returns where the last one ends."""
    for track in tracks_of(lane):
        entries = [entry for entry in lane.items if in_row(lane, *entry) and entry[1].track == track]
        y = _track(frame, lane, track, entries, y) if track else _loose(frame, lane, entries, y)
    return y


def _track(frame: Frame, lane: Lane, name: str, entries: list[Entry], y: float) -> float:
    """One named row on its ground: items that coincide stand one above the other in it."""
    scale, pitch = frame.scale, frame.sizes.pitch
    placed = _placed(frame, entries, claims=False, left=scale.left)
    # What is played comes one after the other: one row holds it, and its sentence says what it is.
    placed = tuple(replace(entry, row=0, side="") for entry in placed) if frame.of(name) else placed
    if frame.narrow and row_count(placed) > _MARKS_APART and not any(entry.side for entry in placed):
        pitch = min(pitch, frame.sizes.glyph * 2 + 2.5)
    height = max(1, row_count(placed)) * pitch
    if not frame.gutter_for_tracks:
        y = _caption(frame, name, entries, placed, y, pitch=pitch)
    # What is not told yet is no stretch of which nothing is on record.
    told = scale.x(frame.chart.told_to) - scale.left
    ground = tag("rect", x=scale.left, y=y, width=told, height=height, class_="band", clip_path=frame.past)
    frame.sheet.add("ground", ground)
    if frame.gutter_for_tracks:
        _beside(frame, name, y + pitch / 2)
    _draw(frame, lane, entries, placed, y + height, pitch=pitch)
    return y + height + (4 if frame.gutter_for_tracks else 2)


def _caption(
    frame: Frame, name: str, entries: list[Entry], placed: tuple[Placed, ...], y: float, *, pitch: float
) -> float:
    """A row's name: at the left of its ground where nothing stands there, else above it; where the row begins."""
    scale, sizes = frame.scale, frame.sizes
    said = fitted(visible(name), sizes.label, scale.right - scale.left)
    end = scale.left + _INSIDE + text_width(said, sizes.label) + GAP
    lines = max(1, row_count(placed))
    taken = {entry.row for (_, item), entry in zip(entries, placed, strict=True) if item.by or entry.span[0] < end}
    if free := [line for line in range(lines) if line not in taken]:
        middle = y + (lines - free[-1] - 0.5) * pitch
        frame.sheet.text(scale.left + _INSIDE, middle + sizes.label * 0.35, said, sizes.label, classes="q halo")
        return y
    y += sizes.label * 1.25
    frame.sheet.text(scale.left, y, said, sizes.label, classes="q halo")
    return y + 4


def _beside(frame: Frame, name: str, y: float) -> None:
    """A row's name in the gutter at its left, centred on y."""
    sizes = frame.sizes
    text = fitted(visible(name), sizes.label, frame.scale.left - sizes.pad - 6)
    frame.sheet.text(sizes.pad, y + sizes.label * 0.35, text, sizes.label, classes="q")


def _loose(frame: Frame, lane: Lane, entries: list[Entry], y: float) -> float:
    """Marks on no named row: points claim rows for their labels; many spans lie close together."""
    points = [entry for entry in entries if not isinstance(entry[0], Spans)]
    spans = [entry for entry in entries if isinstance(entry[0], Spans)]
    gutter = frame.gutter_for_tracks and bool(points and spans)
    left = frame.scale.left if gutter else frame.sizes.pad / 2
    for group in (points, spans):
        close = group is spans and len(group) > _SPANS_WITH_LABELS
        claims = len(group) <= _MARKS_THAT_CLAIM and not close
        placed = _placed(frame, group, claims=claims, left=left, labels=not close)
        pitch = _CLOSE_PITCH if close else frame.sizes.pitch
        height = row_count(placed) * pitch
        _draw(frame, lane, group, placed, y + 2 + height, pitch=pitch)
        if gutter and group:
            _beside(frame, group[0][0].name, y + 2 + height / 2)
        y += height + 4 if group else 0
    return y


def _placed(
    frame: Frame, entries: list[Entry], *, claims: bool, left: float, labels: bool = True
) -> tuple[Placed, ...]:
    bounds = left, frame.width - frame.sizes.pad / 2
    flags = []
    for rank, (_, item) in enumerate(entries):
        x = frame.scale.x(spot(item.when, frame.chart.window))
        flag = Flag(x, *extent(frame, item, x), priority=rank, claims=claims)
        line = frame.lone_line if len(entries) == 1 else None
        flags.append(_labelled(frame, item, flag, bounds, line) if labels else flag)
    return place(flags, bounds, size=frame.sizes.label, lines=False)


def _labelled(frame: Frame, item: Item, flag: Flag, bounds: tuple[float, float], line: float | None) -> Flag:
    """The mark with as much of the item's text as fits in whole clauses, else with none."""
    for said in short_forms(visible(frame.clock.say(item.text))):
        width = text_width(said, frame.sizes.label)
        found = flag if line is None else _clear_of(line, flag, width, bounds)
        room = max(found.left - bounds[0], bounds[1] - found.right) - GAP
        if width <= min(room, _LONGEST_LABEL):
            return replace(found, text=said)
    return flag


def _clear_of(line: float, flag: Flag, width: float, bounds: tuple[float, float]) -> Flag:
    """The mark with its ink as far as keeps a label of this width off the line: on its other side, else beyond it."""
    reach = GAP + width
    if flag.left - reach <= line < flag.left:
        return replace(flag, left=line)
    if flag.right < line <= flag.right + reach:
        return replace(flag, right=line if flag.left - reach < bounds[0] else bounds[1])
    return flag


def _draw(
    frame: Frame, lane: Lane, entries: list[Entry], placed: tuple[Placed, ...], bottom: float, *, pitch: float
) -> None:
    """Marks and labels in rows above `bottom`."""
    size = frame.sizes.label
    for (mark, item), entry in zip(entries, placed, strict=True):
        y = bottom - (entry.row + 0.5) * pitch
        if isinstance(mark, Spans):
            drawing = span(frame, item, y, thick=2.0 if pitch == _CLOSE_PITCH else 6.0)
        else:
            drawing = point(frame, mark, item, entry.flag.x, y)
        frame.sheet.add("marks", item_group(frame, lane, mark, item, drawing))
        if entry.side:
            of = frame.of(named(item.row))
            frame.sheet.text(entry.text_span[0], y + size * 0.35, entry.flag.text, size, classes="halo", of=of)


#: Lines of a note are no longer than this, in pixels, however wide the drawing.
_MEASURE = 680.0
#: A gap at least so wide carries its reason inside.
_ROOMY_GAP = 140.0


def draw_lane(frame: Frame, lane: Lane, y: float) -> tuple[float, Box]:
    """Draw a lane from y downwards; returns where it ends, and the box that events run through."""
    top = bottom = _head(frame, lane, y)
    if lane.tracks or any(in_row(lane, mark, item) for mark, item in lane.items):
        bottom = draw_rows(frame, lane, bottom)
    if valued(lane):
        bottom = draw_values(frame, lane, bottom)
    gaps = [(mark, item) for mark, item in lane.items if isinstance(mark, Gap)]
    for mark, item in gaps:
        bottom = _gap(frame, lane, mark, item, top, bottom)
    if bottom == top:
        bottom = _nothing(frame, lane, top)
    return bottom, Box(frame.scale.left, top, frame.scale.right, bottom)


def _head(frame: Frame, lane: Lane, y: float) -> float:
    """Title, note and legend; a brief drawing has the title only. Returns where the lane's body begins."""
    sizes, left = frame.sizes, frame.sizes.pad
    width = frame.width - 2 * sizes.pad
    y += 3 if frame.brief else 6
    for line in wrap(visible(frame.clock.say(lane.title)), sizes.title, width, factor=BOLD, lines=2):
        y += sizes.title * 1.25
        frame.sheet.text(left, y, line, sizes.title, classes="halo", bold=True)
    if frame.brief or is_bare(lane):
        return y + 5
    for line in wrap(visible(frame.clock.say(lane.note)), sizes.note, min(width, _MEASURE)):
        y += sizes.note * 1.35
        frame.sheet.text(left, y, line, sizes.note, classes="q halo")
    return _keys(frame, lane, y) + 8


def _keys(frame: Frame, lane: Lane, y: float) -> float:
    """The lane's legend, as running entries."""
    keys, size = keys_of(lane), frame.sizes.label
    x, right = frame.sizes.pad, frame.width - frame.sizes.pad
    y += size * 1.6 if keys else 0
    for key in keys:
        words = fitted(visible(key.words), size, right - frame.sizes.pad - 14)
        width = 14 + text_width(words, size)
        if x > frame.sizes.pad and x + width > right:
            x, y = frame.sizes.pad, y + size * 1.5
        drawing = _key_drawing(key, x + 5, y - size * 0.34)
        frame.sheet.add("text", tag("g", drawing, class_=f"t-{key.tone.value}"))
        frame.sheet.text(x + 14, y, words, size, classes="q halo")
        x += width + 12
    return y + (2 if keys else 0)


def _key_drawing(key: Key, x: float, y: float) -> str:
    if key.about == GROUND:
        return tag("rect", x=x - 5, y=y - 5, width=10, height=10, class_="band")
    if key.about == EARLIER:
        return earlier(x - 5, x + 6, y)
    style = look(key.tone)
    if key.about == SOFT:
        whisker = tag("path", d=f"M{number(x - 6)} {number(y)}h12", class_="s", stroke_width=1.2)
        return whisker + glyph(style.shape, "open", x, y, 3.4)
    return glyph(style.shape, style.fill, x, y, 4)


def _gap(frame: Frame, lane: Lane, mark: Mark, item: Item, top: float, bottom: float) -> float:
    """Hatch a gap over the lane's height, its reason inside where it is wide enough and clear, else under it."""
    scale, size = frame.scale, frame.sizes.label
    left, right = scale.x(item.when.earliest), scale.x(item.last)
    said = visible(frame.clock.say(item.text))
    inner = wrap(said, size, max(right - left, _ROOMY_GAP) - 16)
    tall = max(bottom, top + len(inner) * size * 1.35 + 16)
    middle = (left + right) / 2, (top + tall - len(inner) * size * 1.35) / 2 + size
    inside = right - left >= _ROOMY_GAP and _clear(frame, inner, *middle)
    bottom = tall if inside else max(bottom, top + 30)
    frame.sheet.add("ground", item_group(frame, lane, mark, item, gap(frame, Box(left, top, right, bottom))))
    if inside:
        _lines(frame, inner, *middle, anchor="middle")
        return bottom
    outer = wrap(said, size, scale.right - scale.left)
    _lines(frame, outer, scale.left, bottom + size * 1.2, anchor="start")
    return bottom + len(outer) * size * 1.35 + 4


def _clear(frame: Frame, lines: list[str], x: float, y: float) -> bool:
    """Whether lines centred on x from baseline y would touch no text that is already there."""
    size = frame.sizes.label
    boxes = [text_box(x, y + n * size * 1.35, line, size, anchor="middle") for n, line in enumerate(lines)]
    return not any(box.overlaps(label.box) for box in boxes for label in frame.sheet.labels)


def _lines(frame: Frame, lines: list[str], x: float, y: float, *, anchor: Anchor) -> None:
    size = frame.sizes.label
    for n, line in enumerate(lines):
        frame.sheet.text(x, y + n * size * 1.35, line, size, classes="q halo", anchor=anchor)


def _nothing(frame: Frame, lane: Lane, y: float) -> float:
    """Say why a lane is empty, on the ground of a row."""
    scale, sizes = frame.scale, frame.sizes
    width = min(scale.right - scale.left - 16, _MEASURE)
    lines = wrap(why_bare(lane, frame.clock), sizes.label, width)
    height = sizes.pitch * (1.4 if frame.brief else 1.8) + (len(lines) - 1) * sizes.label * 1.35
    ground = tag("rect", x=scale.left, y=y, width=scale.right - scale.left, height=height, class_="band")
    frame.sheet.add("ground", ground)
    middle = (scale.left + scale.right) / 2
    _lines(frame, lines, middle, y + sizes.pitch * (0.7 if frame.brief else 0.9) + 4, anchor="middle")
    return y + height
