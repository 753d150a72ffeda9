"""The rows of a lane in SVG: observations on named ground, loose marks under one another, labels where they fit."""

from __future__ import annotations

from dataclasses import replace

from components.charts.geometry import in_row, spot, tracks_of
from components.charts.labels import GAP, Flag, Placed, place, row_count
from components.charts.model import Item, Lane, Mark, Spans
from components.charts.sheet import Frame, tag
from components.charts.svg_marks import extent, item_group, named, point, span
from components.charts.text import fitted, short_forms, text_width, visible

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
