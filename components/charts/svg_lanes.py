"""A lane in SVG: its title, note and legend, then its rows, its value area and its gaps."""

from __future__ import annotations

from components.charts.bare import is_bare, why_bare
from components.charts.geometry import in_row, valued
from components.charts.keys import EARLIER, GROUND, SOFT, Key, keys_of
from components.charts.model import Gap, Item, Lane, Mark
from components.charts.room import Box
from components.charts.sheet import Anchor, Frame, number, tag, text_box
from components.charts.svg_marks import earlier, gap, glyph, item_group
from components.charts.svg_rows import draw_rows
from components.charts.svg_values import draw_values
from components.charts.text import BOLD, fitted, text_width, visible, wrap
from components.charts.theme import look

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
