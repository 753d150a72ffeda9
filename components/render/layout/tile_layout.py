"""Tiles in all renderings: how a contest looks, what the looks mean, what each side has, and how large the map is."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import StrEnum
from itertools import takewhile
from math import cos, pi, sin, sqrt
from typing import NamedTuple

from components.charts.grammar import Cell, Item, Lane, Mark, Tiles
from components.charts.running_totals import is_side
from components.render.layout.theme import look
from data.core.model import Precision, Window


class TileLook(StrEnum):
    """How a tile is drawn; the value is what its class is in a drawing."""

    CALLED = "is-called"
    SOFT = "is-called is-soft"
    POSSIBLE = "is-possible"
    BLANK = ""
    GONE = "is-gone"  # taken back: not drawn at all


class LookKey(NamedTuple):
    """An entry of the legend: a look, a character that resembles it, and its words."""

    look: TileLook
    sign: str
    words: str


#: A map of more tiles, or of more side by side, has no letters on them.
MOST_LETTERED, MOST_ACROSS = 200, 24
_SIGNS = {"circle": "●○", "diamond": "◆◇", "square": "■□", "triangle": "▲△"}


def tile_marks(lane: Lane) -> tuple[Tiles, ...]:
    return tuple(mark for mark in lane.marks if isinstance(mark, Tiles))


def is_tiled(lane: Lane) -> bool:
    """Whether the lane is tiles and bars, and so not over the clock."""
    return any(isinstance(mark, Tiles) for mark in lane.marks)


def apart(lanes: Sequence[Lane]) -> tuple[list[Lane], list[Lane]]:
    """The lanes of tiles, and those over the clock."""
    return [lane for lane in lanes if is_tiled(lane)], [lane for lane in lanes if not is_tiled(lane)]


def look_of(mark: Tiles, item: Item, window: Window) -> TileLook:
    """How a contest looks at the end of the window: its call surely made, possibly, or not."""
    if not is_side(mark) or item.when.precision is Precision.NONE:
        return TileLook.BLANK
    back = _undone_by(mark, item)
    if back and back.when.latest <= window.end:
        return TileLook.GONE
    if item.when.latest > window.end or (back and back.when.earliest <= window.end):
        return TileLook.POSSIBLE
    return TileLook.CALLED if item.when.exact else TileLook.SOFT


def _undone_by(mark: Tiles, item: Item) -> Item | None:
    """The item that takes this one back; those stand last."""
    backs = takewhile(lambda one: one.undoes, reversed(mark.items))
    return next((one for one in backs if one.undoes == item.row), None)


def sign_of(mark: Mark, found: TileLook) -> str:
    """A character for the side of a tile, hollow where its call is only possible; empty for a blank one."""
    return "" if found in (TileLook.BLANK, TileLook.GONE) else _SIGNS[look(mark.tone).shape][found is TileLook.POSSIBLE]


def placed(lane: Lane) -> Iterator[tuple[Tiles, Item, Cell | None]]:
    """Every contest with its place, None where the lane has no map; sides first, each by time.

    What takes a call back has no place. Where one was, the place may be there for several calls.
    """
    for mark in tile_marks(lane):
        for index, item in enumerate(tiles_of(mark)):
            yield mark, item, mark.cells[index] if mark.cells else None


def tiles_of(mark: Tiles) -> tuple[Item, ...]:
    """The items that are tiles: all but those of a side that take calls back."""
    return tuple(item for item in mark.items if not (is_side(mark) and item.undoes))


#: How far apart rows of hexes lie, of their width.
_HEX_ROW = sqrt(3) / 2
#: The corners of a hexagon of width 1 around its middle, the first at its top.
HEXAGON = tuple((sin(turn * pi / 3) / sqrt(3), -cos(turn * pi / 3) / sqrt(3)) for turn in range(6))


def grid(lane: Lane, *, head: float = 1.0) -> tuple[float, float]:
    """Width and height of the map in tiles, `head` of them for the name of each region; (0, 0) where there is none."""
    found = [spot(lane, cell, head=head) for mark in tile_marks(lane) for cell in mark.cells]
    return max((x + 1 for x, _ in found), default=0), max((y + 1 for _, y in found), default=0)


def spot(lane: Lane, cell: Cell, *, head: float = 1.0) -> tuple[float, float]:
    """The left and the top of a place in tiles, below the names of regions that are as high as `head`."""
    above = head * sum(row <= cell.row for row, _ in lane.regions)
    if lane.tiles == "square":
        return cell.column, cell.row + above
    return cell.column + 0.5 * (cell.row % 2), cell.row * _HEX_ROW + above


def headings(lane: Lane, *, head: float = 1.0) -> Iterator[tuple[float, str]]:
    """The names of regions, each with where the room for it begins, in tiles from the top."""
    for place, (row, name) in enumerate(lane.regions):
        yield spot(lane, Cell(0, row, ""), head=head)[1] - head if place else 0.0, name


def is_dense(lane: Lane) -> bool:
    """Whether the map has so many tiles that they hold no letters."""
    return sum(len(mark.cells) for mark in tile_marks(lane)) > MOST_LETTERED or grid(lane)[0] > MOST_ACROSS


def look_keys(lane: Lane, window: Window, *, played: bool = False) -> tuple[LookKey, ...]:
    """What the looks of this very lane mean; of one that is played, what they mean at any moment of it."""
    held = set(TileLook) if played else {look_of(mark, item, window) for mark, item, _ in placed(lane)}
    held -= {TileLook.POSSIBLE} if any(mark.least for mark in tile_marks(lane)) else set()
    blank = next((mark.name for mark in tile_marks(lane) if not is_side(mark)), "")
    keys = (
        LookKey(TileLook.CALLED, "■", "minute known"),
        LookKey(TileLook.SOFT, "▣", "only bounds known"),
        LookKey(TileLook.POSSIBLE, "□", "possibly by then"),
        LookKey(TileLook.BLANK, "▒", blank),
    )
    return tuple(key for key in keys if key.look in held)


def unit_columns(lane: Lane) -> int:
    """How many units stand side by side where there is no map: about three times as wide as high."""
    return max(1, round(sqrt(3 * sum(len(tiles_of(mark)) for mark in tile_marks(lane)))))


def shape_of(lane: Lane) -> tuple[float, float]:
    """Columns and rows of the map, or of the units that stand for one."""
    columns, rows = grid(lane)
    count = sum(len(tiles_of(mark)) for mark in tile_marks(lane))
    return (columns, rows) if columns else (unit_columns(lane), max(1, -(-count // unit_columns(lane))))
