"""Nights of five and of eleven sides: each side has a look of its own, and beyond eight those called least are one."""

from __future__ import annotations

import csv
import io
import math
import re
from datetime import datetime
from itertools import combinations

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import SIDES, Chart, Tone
from components.charts.running_totals import sums
from components.clock import Clock
from components.embeds.documents.lines import EmbedMoments
from components.embeds.embed import embed_of
from components.render.facts_csv import csv_of
from components.render.layout.theme import DARK, LIGHT, Theme
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.story.story import Story
from tests.support.small_story import at, call, contest, faults_of, files, story_of

#: Eleven sides, of which the later have called for them more; three say a tone, one of them another's.
NAMES = ("Ann", "Ben", "Cas", "Dot", "Eve", "Flo", "Gus", "Hal", "Ida", "Joe", "Kim")
TONES = {"Ann": "first", "Eve": "first", "Kim": "third"}
CHARTS = ("results", "map", "timeline", "replay")


def parties(count: int) -> str:
    entries = (
        f'[[parties]]\nid = "{name}"\nname = "{name}"\ncandidate = "{name}"\nshort = "{name}"\n'
        + (f'tone = "{TONES[name]}"\n' if name in TONES else "")
        for name in NAMES[:count]
    )
    return "\n".join(entries)


def tables(count: int) -> dict[str, list[dict[str, object]]]:
    """A contest for each side, called a minute after the one before; it weighs as much as its place."""
    named = list(enumerate(NAMES[:count], start=1))
    contests = [contest(f"C{place}", place, place - 1) for place, _ in named]
    return {"contests": contests, "calls": [call(f"c{n}", f"C{n}", name, f"01:{n:02}") for n, name in named]}


def night(count: int) -> Story:
    return story_of(files(tables(count), parties=parties(count)))


def drawn(count: int, slug: str) -> Chart:
    return chart_of(night(count), slug, default_view(night(count)))


@pytest.mark.parametrize("count", [5, 11])
def test_a_night_of_many_sides_is_sound(count: int) -> None:
    assert faults_of(files(tables(count), parties=parties(count))) == []


@pytest.mark.parametrize("slug", ["results", "map"])
def test_five_sides_have_five_looks_and_keep_the_tones_that_they_say_first(slug: str) -> None:
    [lane] = drawn(5, slug).lanes
    sides = [(mark.name, mark.tone.value) for mark in lane.marks if mark.tone is not Tone.NEUTRAL]
    assert sides == [("Ann", "first"), ("Ben", "second"), ("Cas", "third"), ("Dot", "fourth"), ("Eve", "fifth")]
    assert "Others" not in lane.note


@pytest.mark.parametrize("slug", ["results", "map"])
def test_of_eleven_sides_the_three_called_least_are_one_that_says_who_they_are(slug: str) -> None:
    chart = drawn(11, slug)
    [lane] = chart.lanes
    found = {side.mark.name: side.low for side in sums(lane, chart.window)}
    assert found == {
        "Dot": 4, "Eve": 5, "Flo": 6, "Gus": 7, "Hal": 8, "Ida": 9, "Joe": 10, "Kim": 11, "others": 1 + 2 + 3
    }  # fmt: skip
    assert lane.note.endswith("Others: Ann, Ben and Cas.")
    assert lane.marks[8].tone is Tone.OTHERS


def test_a_table_names_the_side_of_a_call_that_is_drawn_with_others() -> None:
    rows = csv.DictReader(io.StringIO(csv_of(drawn(11, "results"), Clock("UTC"), {})))
    found = {row["row"]: [row[name] for name in ("what", "value", "unit", "total_of", "total_low")] for row in rows}
    assert found["calls:c2"] == ["C2 for Ben, Agency", "2", "seats", "others", "3"]
    assert found["calls:c11"] == ["C11 for Kim, Agency", "11", "seats", "Kim", "11"]


def test_a_sentence_of_a_minute_tells_the_sides_that_are_drawn() -> None:
    shown = embed_of(night(11), "replay", default_view(night(11)))
    said = EmbedMoments(shown).sentence(datetime.fromisoformat(at("02:00")))
    assert "Dot 4, Eve 5, Flo 6, Gus 7, Hal 8, Ida 9, Joe 10, Kim 11, others 6 seats." in said


@pytest.mark.parametrize("slug", CHARTS)
@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_side_has_a_colour_of_its_own_in_both_drawings(theme: Theme, slug: str) -> None:
    chart = drawn(11, slug)
    tones = {mark.tone for lane in chart.lanes for mark in lane.marks if mark.name in (*NAMES, "others")}
    figure = draw_figure(chart, Clock("UTC"), theme=theme).to_json()
    picture = svg.draw(chart, Clock("UTC"), width=640, theme=theme)
    rules = dict(re.findall(r"\.t-([a-z]+)\{color:(#[0-9A-F]{6})\}", picture))
    assert len(tones) == 9
    for tone in tones:
        assert theme.colour(tone) in figure
        assert f"t-{tone.value}" in re.sub(r"<style>.*?</style>", "", picture)
    assert {tone.value for tone in tones} <= set(rules)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_no_two_sides_look_alike(theme: Theme) -> None:
    nearest = min(distance(theme.colour(one), theme.colour(other)) for one, other in combinations(SIDES, 2))
    assert nearest > 0.08


def distance(one: str, other: str) -> float:
    """How far two colours lie apart in OKLab, in which 0.02 can just be seen."""
    return math.dist(oklab(one), oklab(other))


def oklab(colour: str) -> tuple[float, float, float]:
    shares = [int(colour[place : place + 2], 16) / 255 for place in (1, 3, 5)]
    red, green, blue = (share / 12.92 if share <= 0.04045 else ((share + 0.055) / 1.055) ** 2.4 for share in shares)
    long = (0.4122214708 * red + 0.5363325363 * green + 0.0514459929 * blue) ** (1 / 3)
    mid = (0.2119034982 * red + 0.6806995451 * green + 0.1073969566 * blue) ** (1 / 3)
    short = (0.0883024619 * red + 0.2817188376 * green + 0.6299787005 * blue) ** (1 / 3)
    return (
        0.2104542553 * long + 0.793617785 * mid - 0.0040720468 * short,
        1.9779984951 * long - 2.428592205 * mid + 0.4505937099 * short,
        0.0259040371 * long + 0.7827717662 * mid - 0.808675766 * short,
    )
