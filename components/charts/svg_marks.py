"""One mark at a time in SVG: what each kind of evidence looks like."""

from __future__ import annotations

from components.charts.model import Item, Kind, Lane, Mark
from components.charts.room import Box
from components.charts.sheet import Frame, number, tag
from components.charts.text import PLAIN_CHARACTERS, visible, xml
from components.charts.theme import is_soft, look

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


def point(frame: Frame, mark: Mark, item: Item, x: float, y: float) -> str:
    """A single observation: its tone's shape, hollow where it is soft, with its interval and its bound."""
    shape, r = look(item.tone or mark.tone), frame.sizes.glyph
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
