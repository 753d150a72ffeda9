"""A document of more than anybody reads: what it lists, how it says so, and that its drawings and files stay whole."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
from xml.etree import ElementTree

import pytest

from bench.many_contests import write_story
from components.charts.catalogue import KINDS, publishable
from components.charts.grammar import Item
from components.embeds.documents.document import draw_document
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import Embed, embed_of
from components.embeds.formats import render
from components.embeds.web.share import draw_share
from components.render import table
from components.render.listed import MOST, told
from components.render.svg import svg
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story, read_story
from data.story.story import Story
from data.story.totals import totals_at
from tests.support.cases import cases

#: Those of which a document lists everything: 650 seats are more.
NIGHTS = ("us-2016", "us-2020", "us-2024", "uk-2016", "revoke-2019")
#: The contests that every synthetic story emphasises, by the names that charts give to their calls.
EMPHASISED = {f"calls:desk-c0000{number}" for number in range(1, 6)}
SITE = "https://charts.example.org"


@pytest.fixture(scope="module")
def long_night(tmp_path_factory: pytest.TempPathFactory) -> Story:
    return read_story(write_story(tmp_path_factory.mktemp("synthetic"), 650))


def embed(story: Story, chart: str = "results") -> Embed:
    return embed_of(story, chart, default_view(story), site=SITE)


def items(found: Embed) -> dict[str, Item]:
    return {item.row: item for lane in found.chart.lanes for _, item in lane.items}


def listed_rows(text: str) -> list[str]:
    body = re.search(r"<tbody>(.*)</tbody>", text, re.DOTALL)
    assert body
    return re.findall(r"Contest (\d{5}) for", body[1])


@pytest.mark.slow
def test_a_document_of_a_bundled_night_lists_all() -> None:
    for slug in NIGHTS:
        night = find_story(slug, Settings())
        # A petition has no event of an election from which to count, and so stands beside no other night.
        for chart in KINDS if night.calls else KINDS.keys() - {"compare"}:
            other = (
                find_story("uk-2016" if slug == "us-2016" else "us-2016", Settings()) if chart == "compare" else None
            )
            found = embed_of(night, chart, default_view(night), other=other).listed
            assert (found.rows, found.own) == (None, None), f"{slug}/{chart}"
            assert found.count <= MOST
    assert told(405, 405, "marks and events") == ""


def test_a_table_of_650_calls_lists_500_with_the_emphasised_and_the_weightiest_among_them(long_night: Story) -> None:
    found = embed(long_night)
    rows = [f"calls:desk-c{number}" for number in listed_rows(draw_document(found))]
    assert len(rows) == len(set(rows)) == MOST == 500
    assert set(rows) >= EMPHASISED
    values = {row: item.value or 0 for row, item in items(found).items()}
    least = min(values[row] for row in rows if row not in EMPHASISED)
    assert max(values[row] for row in values.keys() - set(rows)) <= least
    moments = [items(found)[row].when.latest for row in rows]
    assert moments == sorted(moments), "in the order of time, whatever they were chosen by"


def test_the_table_says_to_everybody_how_many_it_lists_and_where_all_are(long_night: Story) -> None:
    text = draw_document(embed(long_night))
    caption = text.partition("<caption>")[2].partition("</caption>")[0]
    assert "500 of 650 marks and events, emphasised ones first, all in the CSV, in the order of time." in caption
    assert f'<a href="{SITE}/embed/synthetic-650/results.csv?' in text
    assert "650 rows of the whole table" in text
    alone = draw_document(embed_of(long_night, "results", default_view(long_night)))
    assert "all in the CSV" in alone and "results.csv" not in alone


@pytest.mark.parametrize("chart", ["results", "map", "replay", "timeline"])
def test_csv_json_and_the_pages_table_stay_whole(chart: str, long_night: Story) -> None:
    found = embed(long_night, chart)
    every = {f"calls:{call.id}" for call in long_night.calls}
    assert set(table.frame(found.chart, found.clock)["Row"]) >= every
    sheet = csv.DictReader(io.StringIO(render(found, "csv").body.decode("utf-8-sig")))
    assert {line["row"] for line in sheet} >= every
    data = json.loads(render(found, "json").body)
    assert {item["row"] for lane in data["lanes"] for mark in lane["marks"] for item in mark["items"]} >= every


def outline_starts(path: str) -> list[tuple[float, float]]:
    """Where each closed outline of a path begins, the way to it taken from where the one before began."""
    x, y, found = 0.0, 0.0, []
    for across, down in re.findall(r"m(-?[\d.]+) ?(-?[\d.]+)", path):
        x, y = x + float(across), y + float(down)
        found.append((x, y))
    return found


def marks_of(drawing: str) -> dict[str, tuple[float, float]]:
    """Row -> where the outline of its mark begins; a circle's at its left."""
    found = {}
    for group in ElementTree.fromstring(drawing).iterfind(".//*[@data-row]"):
        shape = next(one for one in group if one.tag.endswith(("circle", "path")))
        place = re.match(r"M(-?[\d.]+) (-?[\d.]+)", shape.get("d", ""))
        found[group.attrib["data-row"]] = (
            (float(place[1]), float(place[2]))
            if place
            else (float(shape.attrib["cx"]) - float(shape.attrib["r"]), float(shape.attrib["cy"]))
        )
    return found


@pytest.mark.parametrize("width", [320, 800])
def test_every_mark_is_drawn_in_its_place_whether_or_not_it_is_an_element_of_its_own(
    width: int, long_night: Story
) -> None:
    found = embed(long_night)
    every = marks_of(svg.draw(found.chart, found.clock, width=width, brief=True))
    drawing = svg.draw(found.chart, found.clock, width=width, brief=True, own=found.listed.own)
    own = marks_of(drawing)
    assert len(every) == 650
    assert own.keys() == EMPHASISED
    starts = {start for path in re.findall(r' d="(M0 0m[^"]*)"', drawing) for start in outline_starts(path)}
    for row in every.keys() - own.keys():
        x, y = every[row]
        assert any(abs(left - x) <= 0.6 and abs(top - y) <= 0.6 for left, top in starts), row


def test_units_that_share_a_path_are_as_many_as_the_contests(long_night: Story) -> None:
    found = embed(long_night, "map")
    drawing = svg.draw(found.chart, found.clock, width=480, brief=True, own=found.listed.own)
    paths = re.findall(r'<path d="(M0 0m[^"]*)" class="unit"', drawing)
    assert sum(len(outline_starts(path)) for path in paths) == 650 - len(EMPHASISED)
    assert marks_of(drawing).keys() == EMPHASISED


def test_a_replay_tells_the_moments_of_what_is_listed_and_knows_when_each_unit_stands(long_night: Story) -> None:
    found = embed(long_night, "replay")
    night, text = night_of(found), draw_document(found)
    told_moments = len(night["orders"]["happened"]["moments"])
    assert told_moments < night["changes"]
    assert f"{told_moments} of {night['changes']} moments, emphasised ones first, all in the CSV." in text
    assert text.count("<li data-after=") == told_moments
    at = long_night.window.start + long_night.window.length / 2
    seconds = (at - long_night.window.start).total_seconds()
    ranges = {
        party.id: tuple(
            sum(value for value, stands in zip(side["values"], first, strict=True) if stands <= seconds)
            for first in (side["sure"], [low or high for low, high in zip(side["maybe"], side["sure"], strict=True)])
        )
        for party, side in zip(long_night.about.parties, night["units"], strict=True)
    }
    assert ranges == totals_at(long_night, at, caller="Desk").totals
    assert {row for side in night["units"] for row in side["own"].values()} == EMPHASISED


def packed(text: str) -> int:
    return len(gzip.compress(text.encode(), 6))


def test_a_document_of_650_contests_is_at_most_40_kb(long_night: Story) -> None:
    assert packed(draw_document(embed(long_night))) <= 40_000


@pytest.mark.slow
@pytest.mark.parametrize("chart", cases("results", "replay", long=publishable()))
def test_no_document_of_3_200_contests_is_above_150_kb(chart: str, tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("more")
    found = embed(read_story(write_story(folder, 3_200)), chart)
    assert packed(draw_document(found)) <= 150_000
    assert packed(draw_share(found)) <= 150_000
