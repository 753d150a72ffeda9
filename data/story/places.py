"""Where a story's contests stand on its map: as its tables say, else on a plain grid of its regions."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from math import ceil, sqrt
from typing import Literal

from data.story.tables import Contest, Tile

#: A plain grid is a little wider than high.
_WIDE = 1.1


@dataclass(frozen=True, slots=True)
class Places:
    """A contest's code -> column and row of its tile; none of a story without a map.

    `regions` are the names of its blocks, each with the row that it begins with.
    """

    of: dict[str, tuple[int, int]] = field(default_factory=dict)
    shape: Literal["square", "hex"] = "square"
    regions: tuple[tuple[int, str], ...] = ()


def places_of(contests: Sequence[Contest], tiles: Sequence[Tile]) -> Places:
    """The places of tiles.csv; else those in contests.csv; else of contests that name their regions a plain grid."""
    if tiles:
        return Places({tile.code: (tile.column, tile.row) for tile in tiles}, tiles[0].shape)
    if contests and all(contest.tile for contest in contests):
        return Places({contest.code: contest.tile for contest in contests if contest.tile})
    return _plain(contests) if any(contest.region for contest in contests) else Places()


def _plain(contests: Sequence[Contest]) -> Places:
    """Rows of one width, in the order of the table; a region begins with a row of its own."""
    columns, row = ceil(sqrt(len(contests) * _WIDE)), 0
    blocks: dict[str, list[str]] = {}
    for contest in contests:
        blocks.setdefault(contest.region, []).append(contest.code)
    found: dict[str, tuple[int, int]] = {}
    regions: list[tuple[int, str]] = []
    for name, codes in blocks.items():
        regions.append((row, name))
        found |= {code: (place % columns, row + place // columns) for place, code in enumerate(codes)}
        row += -(-len(codes) // columns)
    return Places(found, regions=tuple(regions))
