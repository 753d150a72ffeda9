"""The totals of tiles in a Plotly figure: a bar for each side, solid to surely and hatched to possibly."""

from __future__ import annotations

from components.charts.plotly_pen import UNDIMMED, Part, words
from components.charts.plotly_plan import BAR, TITLE, Plan, Slot
from components.charts.plotly_tiles import TilePen
from components.charts.text import plain
from components.charts.tiles import Look, Sum, sign_of, sums


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


def sum_words(tiles: TilePen, plan: Plan) -> list[Part]:
    """Each total over its bar with its side's sign, and the reference's name under the bars."""
    found, slot = sums(tiles.lane, tiles.pen.chart.window), tiles.plan.values
    if not found or slot is None:
        return []
    heights = _heights(slot, len(found))
    texts = [
        _total(tiles, side, plan.share(slot.top + slot.height - h)) for side, h in zip(found, heights, strict=True)
    ]
    if tiles.lane.reference:
        value, name = tiles.lane.reference
        place: Part = {"xref": tiles.bar_axes["xaxis"], "x": value, "xanchor": "center", "yanchor": "top"}
        y = plan.share(slot.top + slot.height)
        texts.append(words(plain(tiles.pen.clock.say(name), most=50), colour=tiles.pen.theme.ink, y=y, **place))
    return texts


def _total(tiles: TilePen, side: Sum, y: float) -> Part:
    said = f"<b>{sign_of(side.mark, Look.CALLED)} {plain(side.words, most=60)}</b>"
    place: Part = {"x": 0, "y": y, "xanchor": "left", "yanchor": "bottom", "yshift": BAR / 2 + 1}
    return words(said, colour=tiles.colour(side.mark), size=TITLE, **place)


def sum_shapes(tiles: TilePen) -> list[Part]:
    """The line of the reference through all bars."""
    if not (tiles.lane.reference and tiles.plan.values):
        return []
    value, axes = tiles.lane.reference[0], tiles.bar_axes
    line = {"color": tiles.pen.theme.ink, "width": 1.2}
    ends = {"x0": value, "x1": value, "y0": -0.2, "y1": tiles.plan.values.height}
    return [{"type": "line", "xref": axes["xaxis"], "yref": axes["yaxis"], **ends, "layer": "above", "line": line}]
