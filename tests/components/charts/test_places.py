"""A map of any size: places from a table, square or hex, or a plain grid of regions; hundreds of tiles stay light."""

from __future__ import annotations

import gzip
import re
from itertools import combinations
from xml.etree import ElementTree

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.embed import embed_of
from components.render.layout.tile_layout import grid, spot
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.story.store import SHIPPED
from data.story.story import Story
from tests.support.small_story import Table, call, contest, faults_of, files, story_of

CLOCK = Clock("UTC")
_CONTESTS = [contest("C1", 1), contest("C2", 1), contest("C3", 1)]
_CALLS = [call("c1", "C1", "A", "01:00"), call("c2", "C2", "B", "02:00"), call("c3", "C3", "A", "03:00")]


def tile(code: str, column: int, row: int, shape: str = "square") -> dict[str, object]:
    return {"code": code, "column": column, "row": row, "shape": shape}


def content(tiles: Table) -> dict[str, bytes]:
    return files({"contests": _CONTESTS, "calls": _CALLS, "tiles": tiles})


def map_of(story: Story) -> Chart:
    return chart_of(story, "map", default_view(story))


def many(count: int, shape: str = "square") -> Story:
    """A night of so many contests in rows of thirty, of which every third is for Ben."""
    names = [f"C{place}" for place in range(count)]
    return story_of(
        files(
            {
                "contests": [contest(name, 1) for name in names],
                "calls": [call(name.lower(), name, "AAB"[place % 3], "01:00") for place, name in enumerate(names)],
                "tiles": [tile(name, place % 30, place // 30, shape) for place, name in enumerate(names)],
            }
        )
    )


def corners(drawing: str) -> list[tuple[float, float]]:
    """Where each tile of a drawing that shares a path begins."""
    found = []
    for path in re.findall(r' d="(M0 0m[^"]*)" class="unit"', drawing):
        x, y = 0.0, 0.0
        for across, down in re.findall(r"m(-?[\d.]+?) ?(-?\d*\.?\d+)(?=[a-z])", path):
            x, y = x + float(across), y + float(down)
            found.append((x, y))
    return found


def test_places_come_from_their_table() -> None:
    story = story_of(content([tile("C1", 40, 0), tile("C2", 0, 30), tile("C3", 5, 5)]))
    assert story.places.of == {"C1": (40, 0), "C2": (0, 30), "C3": (5, 5)}
    assert grid(map_of(story).lanes[0]) == (41, 31)


@pytest.mark.parametrize(
    ("tiles", "says"),
    [
        pytest.param(
            [tile("C1", 0, 0), tile("C2", 0, 0), tile("C3", 1, 0)],
            "tiles.csv, line 3, column column: found column 0, row 0 for C2, which is C1's on line 2, expected "
            "a place of "
            "its own",
            id="two in one place",
        ),
        pytest.param(
            [tile("C1", 0, 0), tile("C2", 1, 0)],
            "tiles.csv, column code: found no place for C3, expected one for every contest",
            id="a contest left out",
        ),
        pytest.param(
            [tile("C1", 0, 0), tile("C2", 1, 0, "hex"), tile("C3", 2, 0)],
            "tiles.csv, line 3, column shape: found hex, expected square, because all tiles of a map are alike",
            id="two shapes",
        ),
        pytest.param(
            [tile("C1", 0, 0), tile("C2", 1, 0), tile("C9", 2, 0)],
            "tiles.csv, line 4, column code: found 'C9', expected a code of contests.csv",
            id="no contest",
        ),
    ],
)
def test_what_no_map_can_draw_is_a_fault(tiles: Table, says: str) -> None:
    assert says in faults_of(content(tiles))


def test_contests_that_name_their_regions_stand_in_blocks_of_a_plain_grid() -> None:
    rows = [contest(f"C{n}", 1) | {"region": "North" if n < 5 else "South"} for n in range(8)]
    story = story_of(files({"contests": rows, "calls": [call(f"c{n}", f"C{n}", "A", "01:00") for n in range(8)]}))
    assert story.places.regions == ((0, "North"), (2, "South"))
    assert [story.places.of[f"C{n}"] for n in range(8)] == [
        (0, 0), (1, 0), (2, 0), (0, 1), (1, 1), (0, 2), (1, 2), (2, 2),
    ]  # fmt: skip
    chart = map_of(story)
    assert re.findall(r">(North|South)<", svg.draw(chart, CLOCK)) == ["North", "South"]
    assert "North" in str(draw_figure(chart, CLOCK).to_plotly_json())


def test_without_places_and_regions_contests_are_counted() -> None:
    story = story_of(files({"contests": _CONTESTS, "calls": _CALLS}))
    assert story.places.of == {}
    assert [mark for mark in map_of(story).lanes[0].marks if getattr(mark, "cells", ())] == []


@pytest.mark.parametrize("count", [60, 650])
def test_hexes_touch_and_never_overlap(count: int) -> None:
    lane = map_of(many(count, "hex")).lanes[0]
    cells = [cell for mark in lane.marks for cell in getattr(mark, "cells", ())]
    middles = [spot(lane, cell) for cell in cells]
    assert len(middles) == count
    nearest = min((ax - bx) ** 2 + (ay - by) ** 2 for (ax, ay), (bx, by) in combinations(middles, 2))
    assert nearest == pytest.approx(1.0)


@pytest.mark.parametrize("shape", ["square", "hex"])
@pytest.mark.parametrize("width", [320, 800])
def test_hundreds_of_tiles_share_a_path_for_each_side_and_stay_within_the_drawing(width: int, shape: str) -> None:
    story = many(650, shape)
    drawing = svg.draw(map_of(story), CLOCK, width=width, own=frozenset())
    places = corners(drawing)
    assert len(set(places)) == 650
    assert all(0 <= x < width for x, _ in places)
    assert "data-row" not in drawing


@pytest.mark.parametrize("shape", ["square", "hex"])
def test_a_figure_draws_hundreds_of_tiles_as_one_shape_for_each_side(shape: str) -> None:
    figure = draw_figure(map_of(many(650, shape)), CLOCK)
    paths = [one.path for one in figure.layout.shapes if one.type == "path"]
    assert [path.count("M") for path in paths] == [434, 216]


def test_every_tile_of_a_page_tells_its_contest() -> None:
    story = SHIPPED.read("uk-2019")
    root = ElementTree.fromstring(svg.draw(map_of(story), Clock("Europe/London"), width=800))
    assert len({one.attrib["data-row"] for one in root.iterfind(".//*[@data-row]")}) == 650
    (seat,) = (one for one in root.iter() if "Fermanagh and South Tyrone for" in (one.text or ""))
    assert "final votes: Sinn Féin by 57 votes" in (seat.text or "")


@pytest.mark.parametrize("chart", ["map", "results", "timeline"])
def test_a_document_of_650_seats_is_at_most_40_kb(chart: str) -> None:
    story = SHIPPED.read("uk-2019")
    found = embed_of(story, chart, default_view(story), site="https://charts.example.org")
    assert len(gzip.compress(draw_document(found).encode(), 9)) <= 40_000
