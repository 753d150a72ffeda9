"""Tiles in a Plotly figure: the map on axes of its own, and each side's total as a bar, solid to surely."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from components.charts.grammar import Item, Lane, Mark, Tiles, Tone
from components.charts.running_totals import Sum, sums
from components.render.layout.theme import SANS
from components.render.layout.tile_layout import (
    HEXAGON,
    TileLook,
    grid,
    headings,
    is_dense,
    look_of,
    placed,
    shape_of,
    sign_of,
    spot,
    tile_marks,
    unit_columns,
)
from components.render.plotly.plan import BAR, GOAL, LABEL, TITLE, Slot, TilePlan
from components.render.plotly.plotly_pen import UNDIMMED, Part, Pen, scatter, words
from components.text import plain

#: Letters of a tile in pixels, on a phone too, where it is 21 px wide.
_CODE, _VOTES = 10, 9
#: Half the side of a tile, in shares of its pitch.
_HALF = 0.47
_SQUARE = ((-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5))


class Spot(NamedTuple):
    """A contest, how it looks, where it stands on the map in tiles, and its letters."""

    mark: Tiles
    item: Item
    look: TileLook
    x: float
    y: float
    code: str


@dataclass(frozen=True, slots=True)
class TilePen:
    """What a lane of tiles is drawn with, and on which axes: `n` counts the lanes of tiles."""

    pen: Pen
    plan: TilePlan
    n: int

    @property
    def lane(self) -> Lane:
        return self.plan.lane

    @property
    def map_axes(self) -> Part:
        """References of traces and shapes of the map."""
        return {"xaxis": f"x{2 * self.n}", "yaxis": self.plan.rows.axis}

    @property
    def bar_axes(self) -> Part:
        slot = self.plan.values
        return {"xaxis": f"x{2 * self.n + 1}", "yaxis": slot.axis if slot else "y"}

    @property
    def spots(self) -> list[Spot]:
        """Every contest in its place, as its last call stands; without a map, in rows of the order of time."""
        window, columns = self.pen.chart.window, unit_columns(self.lane)
        found: dict[tuple[float, float], Spot] = {}
        for index, (mark, item, cell) in enumerate(placed(self.lane)):
            x, y = spot(self.lane, cell) if cell else (index % columns, index // columns)
            one = Spot(mark, item, look_of(mark, item, window), x, y, cell.code if cell else "")
            if one.look is not TileLook.GONE or (x, y) not in found:
                found[x, y] = one
        return list(found.values())

    def colour(self, mark: Mark) -> str:
        return self.pen.theme.colour(mark.tone)


def tile_traces(tiles: TilePen) -> list[Part]:
    """The contests: what a pointer meets, and the letters on them."""
    return [*(_contests(tiles, mark) for mark in tile_marks(tiles.lane)), *_letters(tiles), *_regions(tiles)]


def _regions(tiles: TilePen) -> list[Part]:
    """The names of regions above their parts of the map."""
    if not tiles.lane.regions:
        return []
    y, names = zip(*headings(tiles.lane), strict=True)
    font = {"family": SANS, "size": LABEL, "color": tiles.pen.theme.quiet}
    axes, texts = tiles.map_axes, [plain(name, most=40) for name in names]
    return [
        scatter(
            axes["yaxis"], [-_HALF] * len(y), list(y), xaxis=axes["xaxis"], mode="text", text=texts,
            textposition="middle right", textfont=font,
        )
    ]  # fmt: skip


def _contests(tiles: TilePen, mark: Tiles) -> Part:
    """The contests of a mark, findable by their rows; their squares are shapes, which grow with the page."""
    spots = [spot for spot in tiles.spots if spot.mark is mark]
    marker = {"size": 14, "symbol": "square", "opacity": 0, "color": tiles.colour(mark)}
    named = tiles.pen.named(tiles.lane, mark, [spot.item for spot in spots])
    return _scatter(tiles, spots, mode="markers", name=plain(mark.name), marker=marker) | named


def _scatter(tiles: TilePen, spots: Sequence[Spot], *, dy: float = 0.0, **more: object) -> Part:
    axes, x, y = tiles.map_axes, [one.x for one in spots], [one.y + dy for one in spots]
    return scatter(axes["yaxis"], x, y, xaxis=axes["xaxis"], **more)


def _letters(tiles: TilePen) -> list[Part]:
    """Codes, and under them the sign of the side with the weight."""
    spots = tiles.spots
    if not grid(tiles.lane)[0] or is_dense(tiles.lane):
        return []
    colours = [_ink(tiles, spot) for spot in spots]
    codes = [f"<b>{plain(spot.code, most=6)}</b>" for spot in spots]
    votes = [f"{sign_of(spot.mark, spot.look)}{spot.item.value or 0:,.0f}" for spot in spots]
    rows: tuple[tuple[list[str], int, float], ...] = ((codes, _CODE, -0.2), (votes, _VOTES, 0.22))
    return [
        _scatter(
            tiles,
            spots,
            dy=dy,
            mode="text",
            text=texts,
            textposition="middle center",
            textfont={"family": SANS, "size": size, "color": colours},
        )
        for texts, size, dy in rows
    ]


def _ink(tiles: TilePen, spot: Spot) -> str:
    """The colour of letters on a tile."""
    theme = tiles.pen.theme
    if spot.look in (TileLook.BLANK, TileLook.GONE):
        return theme.quiet
    return tiles.colour(spot.mark) if spot.look is TileLook.POSSIBLE else theme.paper


def tile_shapes(tiles: TilePen) -> list[Part]:
    """A tile for every contest: filled, with a dashed edge, outlined, or grey; of very many one shape for each look."""
    if not is_dense(tiles.lane):
        return [_drawn(tiles, [spot]) for spot in tiles.spots]
    alike: dict[tuple[Tone, TileLook], list[Spot]] = {}
    for one in tiles.spots:
        alike.setdefault((one.mark.tone, one.look), []).append(one)
    return [_drawn(tiles, spots) for spots in alike.values()]


def _drawn(tiles: TilePen, spots: Sequence[Spot]) -> Part:
    """Contests of one side and look."""
    theme, colour = tiles.pen.theme, tiles.colour(spots[0].mark)
    match spots[0].look:
        case TileLook.CALLED:
            return _outlines(tiles, spots, _HALF, colour, {"width": 0})
        case TileLook.SOFT:
            # On a phone a tile has no room for a core within its edge: the edge is cut into the fill.
            return _outlines(tiles, spots, _HALF, colour, {"color": theme.paper, "width": 2, "dash": "2px,2px"})
        case TileLook.POSSIBLE:
            return _outlines(tiles, spots, _HALF - 0.03, theme.paper, {"color": colour, "width": 1.6})
    return _outlines(tiles, spots, _HALF, theme.band, {"width": 0})


def _outlines(tiles: TilePen, spots: Sequence[Spot], half: float, fill: str, line: Part) -> Part:
    """A square as Plotly knows it; hexes, and many squares, as a path."""
    refs = {"xref": tiles.map_axes["xaxis"], "yref": tiles.map_axes["yaxis"]}
    more = {"layer": "below", "fillcolor": fill, "line": line}
    if len(spots) == 1 and tiles.lane.tiles == "square":
        x, y = spots[0].x, spots[0].y
        return {"type": "rect", **refs, "x0": x - half, "x1": x + half, "y0": y - half, "y1": y + half, **more}
    corners = HEXAGON if tiles.lane.tiles == "hex" else _SQUARE
    paths = (
        "L".join(f"{one.x + 2 * half * across:.3f},{one.y + 2 * half * down:.3f}" for across, down in corners)
        for one in spots
    )
    return {"type": "path", **refs, "path": "".join(f"M{path}Z" for path in paths), **more}


def tile_axes(tiles: TilePen, height: float) -> Part:
    """Two axes for the map, which keep its tiles square, and two for the bars."""
    columns, rows = shape_of(tiles.lane)
    bare: Part = {"visible": False, "fixedrange": True}
    found: Part = {}
    axes = tiles.map_axes
    found[_named(axes["xaxis"])] = bare | {
        "range": [-0.5, columns - 0.5], "anchor": axes["yaxis"], "constrain": "domain", "constraintoward": "left"
    }  # fmt: skip
    found[_named(axes["yaxis"])] = bare | {
        "range": [rows - 0.5, -0.5], "anchor": axes["xaxis"], "domain": _domain(height, tiles.plan.rows),
        "constrain": "domain", "constraintoward": "top", "scaleanchor": axes["xaxis"],
    }  # fmt: skip
    if slot := tiles.plan.values:
        axes, top = tiles.bar_axes, (tiles.lane.domain or (0.0, 1.0))[1]
        found[_named(axes["xaxis"])] = bare | {"range": [0, top], "anchor": axes["yaxis"]}
        found[_named(axes["yaxis"])] = bare | {
            "range": [0, slot.height], "anchor": axes["xaxis"], "domain": _domain(height, slot)
        }  # fmt: skip
    return found


def _named(axis: str) -> str:
    return f"{axis[0]}axis{axis[1:]}"


def share(height: float, top: float) -> float:
    """A distance in pixels from the top of the plot as Plotly's share from its bottom."""
    return min(1.0, max(0.0, 1 - top / height))


def _domain(height: float, slot: Slot) -> list[float]:
    return [share(height, slot.top + slot.height), share(height, slot.top)]


def sum_traces(tiles: TilePen) -> list[Part]:
    """The ground of each bar, what a side has possibly, hatched, and over it what it has surely."""
    found = sums(tiles.lane, tiles.pen.chart.window)
    slot, domain = tiles.plan.values, tiles.lane.domain
    if not (found and slot and domain):
        return []
    heights = _heights(slot, len(found))
    colours = [tiles.colour(side.mark) for side in found]
    paper = tiles.pen.theme.paper
    hatch = {"shape": "/", "fgcolor": colours, "bgcolor": [paper] * len(found), "size": 5, "solidity": 0.4}
    hatch["fillmode"] = "replace"
    ground = {"opacity": 1, "color": tiles.pen.theme.band, "line": {"width": 0}}
    return [
        _bar(tiles, heights, [domain[1]] * len(found), marker=ground),
        _bar(tiles, heights, [side.high for side in found], marker={"opacity": 1, "color": colours, "pattern": hatch}),
        _bar(tiles, heights, [side.low for side in found], marker={"opacity": 1, "color": colours}),
    ]


def _heights(slot: Slot, count: int) -> list[float]:
    """The middle of each bar over the slot's foot in pixels, the first one on top; its words stand over it."""
    pitch = slot.height / count
    return [slot.height - (n + 1) * pitch + BAR / 2 + 2 for n in range(count)]


def _bar(tiles: TilePen, heights: list[float], lengths: list[float], **more: object) -> Part:
    return {
        "type": "bar",
        "orientation": "h",
        **tiles.bar_axes,
        "x": lengths,
        "y": heights,
        "width": BAR,
        "showlegend": False,
        "hoverinfo": "skip",
        "unselected": UNDIMMED,
        **more,
    }


def sum_words(tiles: TilePen, height: float) -> list[Part]:
    """Each total over its bar with its side's sign, and the names of references under the bars."""
    found, slot = sums(tiles.lane, tiles.pen.chart.window), tiles.plan.values
    if not found or slot is None:
        return []
    heights = _heights(slot, len(found))
    texts = [
        _total(tiles, side, share(height, slot.top + slot.height - h)) for side, h in zip(found, heights, strict=True)
    ]
    for row, (value, name, _) in enumerate(tiles.lane.references):
        place: Part = {"xref": tiles.bar_axes["xaxis"], "x": value, "xanchor": "center", "yanchor": "top"}
        y = share(height, slot.top + slot.height + row * GOAL)
        texts.append(words(plain(tiles.pen.clock.say(name), most=50), colour=tiles.pen.theme.ink, y=y, **place))
    return texts


def _total(tiles: TilePen, side: Sum, y: float) -> Part:
    said = f"<b>{sign_of(side.mark, TileLook.CALLED)} {plain(side.words, most=60)}</b>"
    place: Part = {"x": 0, "y": y, "xanchor": "left", "yanchor": "bottom", "yshift": BAR / 2 + 1}
    return words(said, colour=tiles.colour(side.mark), size=TITLE, **place)


def sum_shapes(tiles: TilePen) -> list[Part]:
    """The line of each reference through all bars, or through that of its side."""
    slot, axes = tiles.plan.values, tiles.bar_axes
    if slot is None:
        return []
    line = {"color": tiles.pen.theme.ink, "width": 1.2}
    found = sums(tiles.lane, tiles.pen.chart.window)
    heights = {side.mark.name: height for side, height in zip(found, _heights(slot, len(found)), strict=True)}
    drawn = []
    for value, _, side in tiles.lane.references:
        own = heights.get(side)
        low, high = (-0.2, slot.height) if own is None else (own - BAR / 2 - 3, own + BAR / 2 + 3)
        ends = {"x0": value, "x1": value, "y0": low, "y1": high}
        drawn.append(
            {"type": "line", "xref": axes["xaxis"], "yref": axes["yaxis"], **ends, "layer": "above", "line": line}
        )
    return drawn
