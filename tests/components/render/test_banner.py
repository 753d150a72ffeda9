"""A rehearsal's charts say TEST in every rendering, and say of the night only what there is so far."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from xml.etree import ElementTree

import plotly.graph_objects as go
import pytest

from components.charts.catalogue import KINDS, chart_of, publishable
from components.charts.grammar import Chart
from components.charts.so_far import news, told_rows
from components.clock import Clock
from components.render import table
from components.render.facts_csv import csv_of
from components.render.layout.theme import DARK, LIGHT, TEST_GROUND, TEST_INK
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.render.words import brief, describe
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.components.render.test_renderings import check_all_four
from tests.components.render.test_theme import contrast
from tests.support.rehearsing import BANNER, FLORIDA, rehearsal_at
from tests.support.views import view_of

CLOCK = Clock("America/New_York")
EACH_CHART = pytest.mark.parametrize("slug", KINDS)


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("stories")


@pytest.fixture(scope="module")
def story(root: Path) -> Story:
    return rehearsal_at(root)


def chart(story: Story, slug: str = "timeline") -> Chart:
    beside = find_story("us-2020", Settings())
    return chart_of(story, slug, view_of(story, caller="AP"), other=beside if slug == "compare" else None)


@EACH_CHART
def test_every_chart_has_the_banner_and_a_title_that_says_test(slug: str, story: Story) -> None:
    found = chart(story, slug)
    assert (found.banner, found.title[:6], found.takeaway[:6]) == (BANNER, "TEST: ", "TEST: ")


def test_every_chart_of_a_draft_says_so_whoever_draws_it(story: Story) -> None:
    draft = replace(story, draft="DRAFT: seen at the desk alone. Not published.")
    for slug in KINDS:
        found = chart(draft, slug)
        assert (found.banner, found.title[:7], found.takeaway[:7]) == (draft.draft, "DRAFT: ", "DRAFT: ")


def test_a_night_that_is_over_has_none() -> None:
    found = chart(find_story("us-2016", Settings()))
    assert found.banner == "" and not found.title.startswith("TEST")


def test_a_night_compared_with_a_rehearsal_is_a_test_too(story: Story) -> None:
    real = find_story("us-2020", Settings())
    assert chart_of(real, "compare", view_of(real, caller="AP"), other=story).banner == BANNER


@EACH_CHART
@pytest.mark.parametrize("width", [320, 720])
@pytest.mark.parametrize("brief_one", [False, True])
def test_a_drawing_says_it_at_its_top_at_its_foot_and_all_over(
    slug: str, width: int, brief_one: bool, story: Story
) -> None:
    root = ElementTree.fromstring(svg.draw(chart(story, slug), CLOCK, width=width, brief=brief_one))
    height = float(root.attrib["height"])
    said = [(element.text or "", element) for element in root.iter("{http://www.w3.org/2000/svg}text")]
    top = " ".join(text for text, element in said if float(element.attrib["y"]) < 60 and text in BANNER)
    # The page around a brief one says the sentence.
    assert (BANNER in top) is not brief_one
    assert [text for text, element in said if float(element.attrib["y"]) > height - 24] == [
        "TEST. Not a live election."
    ]
    marks = [(float(e.attrib["x"]), float(e.attrib["y"])) for text, e in said if text == "TEST"]
    # Whatever square of 300 px somebody cuts out of it holds a mark.
    for x in range(0, width - 300 + 1, 20):
        for y in range(0, int(height) - 300 + 1, 20):
            assert any(x <= left < x + 300 and y <= base < y + 300 for left, base in marks), (x, y)


def test_a_figure_says_it_above_its_plot_and_all_over_and_keeps_its_room(story: Story) -> None:
    found = chart(story)
    with_banner, without = (draw_figure(one, CLOCK) for one in (found, replace(found, banner="")))
    words = [part["text"] for part in json.loads(with_banner.to_json())["layout"]["annotations"]]
    assert any(BANNER in text.replace("<br>", " ") for text in words)
    assert words.count("<b>TEST</b>") >= 3
    more = with_banner.layout.margin.t - without.layout.margin.t
    assert more > 20 and with_banner.layout.height - without.layout.height == more
    go.Figure(with_banner.to_dict())  # raises for a word that is none of Plotly's


def test_the_alternative_text_and_headline_begin_with_it_however_short_they_are(story: Story) -> None:
    for slug in KINDS:
        found = chart(story, slug)
        assert describe(found, CLOCK).alt.startswith("TEST: ")
        for limit in (60, 110, 240):
            said = brief(found, CLOCK, limit)
            assert said.startswith("TEST: ") and len(said) <= limit


def test_every_row_of_a_table_says_it(story: Story) -> None:
    found = chart(story)
    told = table.frame(found, CLOCK)
    assert list(told.columns) == ["Test", *table.COLUMNS] and set(told["Test"]) == {"TEST"}
    rows = list(csv.DictReader(io.StringIO(csv_of(found, CLOCK, {}))))
    assert len(rows) > 20 and {row["test"] for row in rows} == {BANNER}


def test_a_table_without_a_row_says_it_too(root: Path) -> None:
    early = rehearsal_at(root, find_story("us-2016", Settings()).window.start)
    rows = list(csv.DictReader(io.StringIO(csv_of(chart(early), CLOCK, {}))))
    assert [(row["test"], row["what"]) for row in rows] == [(BANNER, "")]


def test_marks_and_events_are_in_all_four_renderings_as_ever(story: Story) -> None:
    for slug in publishable():
        check_all_four(chart(story, slug), CLOCK, width=720)


def test_the_band_is_read_on_either_ground_and_its_colour_is_no_partys() -> None:
    assert contrast(TEST_GROUND, TEST_INK) >= 7
    assert TEST_GROUND not in {*LIGHT.tones.values(), *DARK.tones.values()}


def latest_of(found: Chart) -> datetime:
    items = [item.when.latest for lane in found.lanes for _, item in lane.items]
    return max([*items, *(event.when.latest for event in (*found.events, *found.outside))])


@pytest.mark.parametrize("slug", ["timeline", "results", "outages", "interest"])
def test_a_night_in_progress_is_drawn_and_told_up_to_its_moment(slug: str, story: Story) -> None:
    found = chart(story, slug)
    assert (found.window.start, found.window.end) == (story.window.start, FLORIDA)
    assert latest_of(found) <= FLORIDA


def test_totals_are_said_as_of_the_moment(story: Story) -> None:
    said = CLOCK.say(chart(story, "results").takeaway)
    assert said == "TEST: By 10:51 p.m. EST AP had called 197 for Trump and 131 for Clinton; 270 are needed to win"


def test_what_is_lacking_is_lacking_so_far(root: Path) -> None:
    early = rehearsal_at(root, find_story("us-2016", Settings()).window.start + timedelta(hours=1))
    notes = [lane.note for lane in chart(early).lanes]
    assert notes[1] == "Nothing on record so far."
    assert chart(early).takeaway == "TEST: No call, search report or observation falls in this window so far"
    assert chart(early, "outages").takeaway.endswith("on record in this story so far")
    said = CLOCK.say(chart(early, "results").takeaway)
    assert said == "TEST: AP had called nothing by 2 p.m. EST, Nov. 8, 2016"


def test_what_is_new_is_one_sentence(root: Path) -> None:
    before = chart(rehearsal_at(root, FLORIDA - timedelta(minutes=20)))
    after = chart(rehearsal_at(root, FLORIDA))
    assert news(before, CLOCK, told_rows(before)) == ""
    said = news(after, CLOCK, told_rows(before))
    assert said.startswith("New: AP called Florida") and said.count("New") == 1 and said.endswith("more.")
    assert len(said) < 200
