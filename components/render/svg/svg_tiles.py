"""Tiles in SVG: a map of contests with a bar for each side, or one unit for each contest where there is no map.

Every element of every look is in the group of each called tile, and its classes alone say how it looks, so that a
script can move it through the night: see `tile_rules`.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from components.charts.grammar import Cell, Item, Lane, Tiles, Tone
from components.charts.running_totals import Sum, is_side, sums
from components.render.layout.boxes import Anchor, Box
from components.render.layout.theme import Theme, look
from components.render.layout.tile_layout import (
    HEXAGON,
    TileLook,
    grid,
    headings,
    is_dense,
    look_keys,
    look_of,
    placed,
    spot,
    tile_marks,
    tiles_of,
)
from components.render.svg.sheet import Frame, Label, number, tag, text_box
from components.render.svg.svg_pen import named, outline
from components.render.svg.together import EVEN, Point, copies
from components.text import BOLD, fitted, text_width, visible, wrap, xml

#: From so many pixels on, bars and legend stand at the right of the map and are drawn larger.
BESIDE = 560.0


def draw_sums(frame: Frame, lane: Lane, room: Box) -> float:
    """A total in words over its bar for each side, and the line of each reference through the bars it is of."""
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
    y = tops[-1] + thick + 8 if lane.references else y
    for value, name, only in lane.references:
        own = [top for top, side in zip(tops, found, strict=True) if only in ("", side.mark.name)]
        y = _reference(frame, name, room.left + value * scale, own, thick, y)
    return y


def _bar(frame: Frame, side: Sum, index: int, box: Box, scale: float, size: float) -> None:
    """One side's group, which says from where and at what scale its bars are drawn."""
    tone, height = side.mark.tone, box.bottom - box.top
    # Where every minute is known nothing is ever possible alone: the bar of what is sure lies over the other.
    fill = _hatch(frame, tone) if not all(item.when.exact for item in side.mark.items) else ""
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


def _reference(frame: Frame, name: str, x: float, tops: list[float], thick: float, foot: float) -> float:
    """A line through these bars, named from `foot` on, under all of them."""
    size = frame.sizes.label
    line = "".join(f"M{number(x)} {number(top - 3)}V{number(top + thick + 3)}" for top in tops)
    frame.sheet.add("text", tag("path", d=line, class_="strong axis goal"))
    side: Anchor = "middle"
    frame.sheet.text(x, foot - 3 + size, visible(frame.clock.say(name)), size, anchor=side)
    return foot + size * 1.3


#: How far below its top the middle of a hexagon lies, of its width.
_DOWN = 0.5
#: Pixels: the largest tile with its gap, the gap, a unit on a phone and beside a map, and how far the core of a tile
#: lies within its edge.
_PITCH, _GAP, _UNIT, _EDGE = 58.0, 1.6, 8.0, 3.6
#: Where bars and legend stand at the right of the map, its share of the width, and the pixels between.
_SHARE, _GUTTER = 0.6, 32.0
_MEASURE = 680.0


def draw_tiles(frame: Frame, lane: Lane, y: float) -> float:
    """Draw the lane from y downwards, whole; returns where it ends."""
    y = _head(frame, lane, y)
    pad, right = frame.sizes.pad, frame.width - frame.sizes.pad
    if frame.width < BESIDE:
        y = draw_sums(frame, lane, Box(pad, y, right, y)) + (4 if frame.brief else 8)
        return _keys(frame, lane, pad, right, _map(frame, lane, Box(pad, y, right, y)))
    middle = pad + min((right - pad) * _SHARE, _PITCH * max(grid(lane)[0], 8))
    foot = _map(frame, lane, Box(pad, y, middle, y))
    beside = draw_sums(frame, lane, Box(middle + _GUTTER, y, right, y))
    return max(foot, _keys(frame, lane, middle + _GUTTER, right, beside + 8))


def draw_sums_and_keys(frame: Frame, lane: Lane, y: float) -> float:
    """The title, the totals, and what the looks mean; returns where they end."""
    right = frame.width - frame.sizes.pad
    y = draw_sums(frame, lane, Box(frame.sizes.pad, _head(frame, lane, y), right, 0))
    return _keys(frame, lane, frame.sizes.pad, right, y)


def draw_map(frame: Frame, lane: Lane, y: float) -> float:
    """The tiles alone, from y downwards; returns where they end."""
    return _map(frame, lane, Box(frame.sizes.pad, y, frame.width - frame.sizes.pad, y))


def has_letters(lane: Lane) -> bool:
    """Whether a map of the lane grows with its page: units in rows have their names at one size."""
    return bool(grid(lane)[0])


def _head(frame: Frame, lane: Lane, y: float) -> float:
    """The title, and a note, which is short; returns where the map or the bars begin."""
    sizes, left, width = frame.sizes, frame.sizes.pad, frame.width - 2 * frame.sizes.pad
    y += 2 if frame.brief else 6
    for line in wrap(visible(frame.clock.say(lane.title)), sizes.title, width, factor=BOLD, lines=2):
        y += sizes.title * 1.25
        frame.sheet.text(left, y, line, sizes.title, bold=True)
    for line in wrap(visible(frame.clock.say(lane.note)), sizes.note, min(width, _MEASURE)):
        y += sizes.note * 1.35
        frame.sheet.text(left, y, line, sizes.note, classes="q")
    return y + (4 if frame.brief else 10)


def _map(frame: Frame, lane: Lane, room: Box) -> float:
    """The tiles at their places, or units in rows."""
    columns, _ = grid(lane)
    width = room.right - room.left
    if not columns:
        return _units(frame, lane, room)
    pitch = min(_PITCH, width / columns)
    head = frame.sizes.label * 1.5 / pitch
    left = room.left if frame.width >= BESIDE else room.left + (width - pitch * columns) / 2
    for down, name in headings(lane, head=head):
        y = room.top + down * pitch + frame.sizes.label * 1.1
        frame.sheet.text(left, y, visible(name), frame.sizes.label, classes="q")
    place = _Places(lane, left, room.top, pitch, head)
    (_dense_map if is_dense(lane) else _lettered)(frame, lane, place)
    return room.top + grid(lane, head=head)[1] * pitch + 4


@dataclass(frozen=True, slots=True)
class _Places:
    """Where the tiles of a map stand: its top left corner and the size of a tile in pixels."""

    lane: Lane
    left: float
    top: float
    pitch: float
    head: float

    def of(self, cell: Cell) -> Point:
        """The top left corner of a tile."""
        x, y = spot(self.lane, cell, head=self.head)
        return self.left + x * self.pitch, self.top + y * self.pitch


def _lettered(frame: Frame, lane: Lane, places: _Places) -> None:
    """Tiles that hold letters, each an element of its own."""
    # By place and not by call: their order must not tell what is not called yet.
    found = sorted(placed(lane), key=lambda entry: entry[2] or (0, 0))
    shared = {place for place, count in Counter(cell[:2] for _, _, cell in found if cell).items() if count > 1}
    shared |= {cell[:2] for mark, item, cell in found if cell and _is_gone(frame, mark, item)}
    for mark, item, cell in found:
        if cell:
            place = *places.of(cell), places.pitch - _GAP, lane.tiles == "hex"
            shape, said = look(mark.tone).shape if is_side(mark) else "", (cell.code, f"{item.value or 0:,.0f}")
            drawn, labels = _tile(*place, shape, *said)
            frame.sheet.labels.extend(labels)
            if cell[:2] in shared:
                # What shows while no call of this place stands.
                blank, labels = _tile(*place, "", *said)
                frame.sheet.labels.extend(labels)
                frame.sheet.add("marks", tag("g", blank, class_=f"tile t-{Tone.NEUTRAL.value}"))
                shared.remove(cell[:2])
            _add(frame, lane, mark, item, drawn)


def _dense_map(frame: Frame, lane: Lane, places: _Places) -> None:
    """Tiles without letters: those that are no elements of their own as one path for each side and look."""
    size, hexed = places.pitch - max(_GAP, places.pitch * 0.1), lane.tiles == "hex"
    for mark in tile_marks(lane):
        alike: dict[TileLook, list[Point]] = {}
        for item, cell in zip(tiles_of(mark), mark.cells, strict=True):
            if frame.apart(item.row) or frame.of(lane.slug):
                _add(frame, lane, mark, item, _path(_outline(*places.of(cell), size, hexed)))
            else:
                alike.setdefault(look_of(mark, item, frame.chart.window), []).append(places.of(cell))
        for name, those in alike.items():
            drawn = _path(copies(_outline(0.0, 0.0, size, hexed).lower(), those, grid=EVEN))
            frame.sheet.add("marks", tag("g", drawn, class_=f"tile t-{mark.tone.value} {name.value}".strip()))


def _path(data: str) -> str:
    return tag("path", d=data, class_="unit")


def _outline(x: float, y: float, size: float, hexed: bool) -> str:
    """A square or a hexagon with its top left corner here, as a path that begins there or at its top."""
    if not hexed:
        side = number(size)
        return f"M{number(x)} {number(y)}h{side}v{side}h-{side}z"
    points = [(size * (0.5 + across), size * (_DOWN + down)) for across, down in HEXAGON]
    steps = ((bx - ax, by - ay) for (ax, ay), (bx, by) in pairwise(points))
    return (
        f"M{number(x + points[0][0])} {number(y + points[0][1])}"
        + "".join(f"l{number(across)} {number(down)}" for across, down in steps)
        + "z"
    )


def _is_gone(frame: Frame, mark: Tiles, item: Item) -> bool:
    return look_of(mark, item, frame.chart.window) is TileLook.GONE


def _add(frame: Frame, lane: Lane, mark: Tiles, item: Item, content: str) -> None:
    """A tile's group: its row, its side and its look. One that was taken back is there for a player alone."""
    classes = f"tile t-{mark.tone.value} {look_of(mark, item, frame.chart.window).value}".strip()
    title = frame.title(lambda: frame.hover(lane, mark, item))
    hidden = "none" if _is_gone(frame, mark, item) else ""
    frame.sheet.add("marks", tag("g", title + content, class_=classes, data_row=named(item.row), display=hidden))


# A map has the same tiles in the drawings of any range: they took a twentieth of one that nobody had drawn.
@lru_cache(maxsize=2_048)
def _tile(
    x: float, y: float, size: float, hexed: bool, shape: str, code: str, votes: str
) -> tuple[str, tuple[Label, Label]]:
    """Ground, sign (none without a shape), code and weight of a tile with its top left corner here; what it says."""
    small = 8.5 if size < 32 else size * 0.27
    large = min(size * 0.4, 10.0 if size < 32 else size * 0.3)
    if text_width(code, large, factor=BOLD) > size - 2 * _EDGE:
        large = small
    inset = max(_EDGE, size * 0.12)
    r = small * 0.32
    across, down = x + size - max(_EDGE, size * 0.1) - r * 1.25, y + size - inset - small * 0.36
    sign = outline(shape, across, down, r, class_="sign") if shape else ""
    name, code_label = _tile_text(code, x + inset, y + (inset + large * 0.74), large, bold=True)
    weight, votes_label = _tile_text(votes, x + inset, y + (size - inset), small)
    return _ground(x, y, size, hexed) + sign + name + weight, (code_label, votes_label)


def _tile_text(text: str, x: float, y: float, size: float, *, bold: bool = False) -> tuple[str, Label]:
    said = visible(text)
    drawn = tag("text", xml(said), x=x, y=y, font_size=size, class_="b" if bold else "")
    return drawn, Label(said, text_box(x, y, said, size, bold=bold))


def _ground(x: float, y: float, size: float, hexed: bool = False) -> str:
    """A square with round corners, or a hexagon."""
    if hexed:
        return tag("path", d=_outline(x, y, size, hexed), class_="lot")
    return tag("rect", x=x, y=y, width=size, height=size, rx=2, class_="lot")


def _units(frame: Frame, lane: Lane, room: Box) -> float:
    """One square for each contest, side by side in the order of time, each side from a row of its own."""
    width = room.right - room.left
    most = max((len(tiles_of(mark)) for mark in tile_marks(lane)), default=0)
    pitch = max(_UNIT, min(12.0, width / (36 if frame.brief else 32))) if most > 40 else 16.0
    across, y = int(width / pitch), room.top
    for mark in lane.marks:
        if not isinstance(mark, Tiles) or not mark.items:
            continue
        y += frame.sizes.label
        frame.sheet.text(room.left, y, visible(mark.name), frame.sizes.label, classes="q")
        y += 5
        items = tiles_of(mark)
        places = [(room.left + n % across * pitch, y + n // across * pitch) for n in range(len(items))]
        if frame.own is not None:
            _together(frame, lane, mark, places, across, pitch)
        for item, (x, top) in zip(items, places, strict=True):
            if frame.apart(item.row):
                _add(frame, lane, mark, item, _unit(x, top, pitch - _GAP))
        y += -(-len(items) // across) * pitch + 6
    return y


def _together(frame: Frame, lane: Lane, mark: Tiles, places: list[Point], across: int, pitch: float) -> None:
    """The units of a side that are no elements of their own, as one path for each look.

    Of a chart that is played they say where the side's units stand, in the order of its calls, so that a player can
    draw those of any moment in the same paths.
    """
    found: dict[TileLook, list[Point]] = {name: [] for name in TileLook}
    for item, place in zip(tiles_of(mark), places, strict=True):
        if not frame.apart(item.row):
            found[look_of(mark, item, frame.chart.window)].append(place)
    side = number(pitch - _GAP - 1)
    drawn = ""
    for name, those in found.items():
        path = copies(f"m0.5 0.5h{side}v{side}h-{side}z", those, grid=EVEN)
        drawn += tag("g", tag("path", d=path, class_="unit"), class_=f"tile t-{mark.tone.value} {name.value}".strip())
    (x, y), played = places[0], frame.of("units") and is_side(mark)
    index = [other for other in tile_marks(lane) if is_side(other)].index(mark) if played else 0
    where = f"{index} {x + 0.5:.1f} {y + 0.5:.1f} {pitch:.4f} {across} {side}"
    frame.sheet.add("marks", tag("g", drawn, data_units=where if played else ""))


def _unit(x: float, y: float, size: float) -> str:
    """A tile too small for letters, and with them for more than one element: a story may have hundreds."""
    side = number(size - 1)
    return tag("path", d=f"M{number(x + 0.5)} {number(y + 0.5)}h{side}v{side}h-{side}z", class_="unit")


def _keys(frame: Frame, lane: Lane, left: float, right: float, y: float) -> float:
    """What the looks in this drawing mean: small tiles of no side beside their words."""
    size, x = frame.sizes.label, left
    y += size * 1.2
    for key in look_keys(lane, frame.chart.window, played=bool(frame.of(lane.slug))):
        words = fitted(visible(key.words), size, right - left - size - 6)
        wide = size + 5 + text_width(words, size)
        if x > left and x + wide > right:
            x, y = left, y + size * 1.6
        top = y - size * 0.86
        inner = _ground(x, top, size) if grid(lane)[0] else _unit(x, top, size)
        frame.sheet.add("marks", tag("g", inner, class_=f"tile t-{Tone.NEUTRAL.value} {key.look.value}".strip()))
        frame.sheet.text(x + size + 5, y, words, size, classes="q")
        x += wide + 14
    return y + size * 0.6


#: Looks of tiles that no theme changes. A bare tile is blank; `is-called` fills it, `is-soft` beside it cuts into its
#: edge, `is-possible` leaves only its edge and its sign as outlines. A script changes nothing but these classes, and
#: the widths and words of bars. The converter of pictures passes over a rule with `:is()`.
TILE_SHAPES = (
    "SCOPE .tile .sign{display:none}SCOPE .tile.is-called .sign,SCOPE .tile.is-possible .sign{display:inline}"
    "SCOPE .tile.is-called .lot,SCOPE .tile.is-called .unit{fill:currentColor}"
    "SCOPE .tile.is-possible text{fill:currentColor}"
    "SCOPE .tile.is-possible .lot,SCOPE .tile.is-possible .unit{stroke:currentColor;stroke-width:1.2px}"
    "SCOPE .tile.is-possible .sign{fill:none;stroke:currentColor;stroke-width:1.2px}"
    "SCOPE .tile.is-soft .lot{stroke-width:2px;stroke-dasharray:2 2}"
    "SCOPE .tile.is-soft .unit{fill-opacity:.4;stroke:currentColor;stroke-dasharray:2 1.4}"
)


def tile_rules(theme: Theme) -> dict[str, str]:
    """The rules of tiles in the theme's colours by selector, before their scope."""
    return {
        ".tile .lot,.tile .unit": f"fill:{theme.band}",
        ".tile text": f"fill:{theme.quiet}",
        ".tile.is-called text,.tile.is-called .sign": f"fill:{theme.paper}",
        ".tile.is-possible .lot,.tile.is-possible .unit": f"fill:{theme.paper}",
        ".tile.is-soft .lot": f"stroke:{theme.paper}",
        ".goal": f"stroke:{theme.ink}",
    }
