"""What wins may differ by side: a "No" with three of six states wins where a "Yes" needs four."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart
from components.clock import Clock
from components.embeds.embed import embed_of
from components.embeds.passport import data_of
from components.render.layout.theme import LIGHT
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.story.story import Story
from tests.support.small_story import at, call, contest, faults_of, files, story_of

STATES = ("Nsw", "Vic", "Qld", "Sa", "Wa", "Tas")
#: Yes has one state at 1 a.m., No has one at 2 a.m. and two more at 3 a.m.
CALLS = [
    call("tas", "Tas", "Y", "01:00"),
    call("nsw", "Nsw", "N", "02:00"),
    call("sa", "Sa", "N", "03:00"),
    call("qld", "Qld", "N", "03:00"),
    call("vic", "Vic", "Y", "05:00"),
    call("wa", "Wa", "N", "05:30"),
]


def sides(yes: str = "to_win = 4", no: str = "to_win = 3") -> str:
    return "".join(
        f'[[parties]]\nid = "{name[0]}"\nname = "{name}"\ncandidate = "{name}"\nshort = "{name}"\n{own}\n'
        for name, own in (("Yes", yes), ("No", no))
    )


def night(parties: str = "", to_win: int = 0) -> Story:
    contests = [contest(code, 1, column) for column, code in enumerate(STATES)]
    tables = {"contests": contests, "calls": CALLS}
    return story_of(files(tables, parties=parties or sides(), to_win=to_win))


def chart(slug: str, story: Story | None = None) -> Chart:
    story = story or night()
    end = datetime.fromisoformat(at("04:00")).astimezone(UTC)
    return chart_of(story, slug, replace(default_view(story), end=end))


@pytest.mark.parametrize("slug", ["results", "map"])
def test_each_side_has_a_line_of_its_own(slug: str) -> None:
    assert chart(slug).lanes[0].references == (
        (4.0, "4 to win for Yes", "Yes"),
        (3.0, "3 to win for No", "No"),
    )


def test_the_axis_reaches_the_higher_line() -> None:
    domain = chart("results").lanes[0].domain
    assert domain and domain[1] > 4


def test_the_sentence_says_what_each_needs() -> None:
    assert Clock("UTC").say(chart("results").takeaway) == (
        "By 4 a.m. UTC AP had called 1 for Yes and 3 for No; to win Yes needs 4 and No needs 3"
    )


def test_a_figure_has_both_lines_at_their_heights() -> None:
    figure = draw_figure(chart("results"), Clock("UTC"), theme=LIGHT)
    (dashed,) = [shape for shape in figure.layout.shapes if shape.line.dash == "6px,4px"]
    four, _, three, _ = heights = [float(y) for y in re.findall(r",([\d.]+)", dashed.path)]
    assert heights == [four, four, three, three]
    assert four < three, "pixels count from the top"
    assert {"4 to win for Yes", "3 to win for No"} <= {note.text for note in figure.layout.annotations}


def test_a_figure_of_tiles_has_each_line_through_the_bar_of_its_side() -> None:
    figure = draw_figure(chart("map"), Clock("UTC"), theme=LIGHT)
    lines = {line.x0: line for line in figure.layout.shapes if line.type == "line" and line.x0 in (3, 4)}
    assert lines[4].y0 > lines[3].y1, "the first side's bar is above the second's"


@pytest.mark.parametrize("slug", ["results", "map"])
def test_a_drawing_names_both_lines(slug: str) -> None:
    drawn = svg.draw(chart(slug), Clock("UTC"), width=640)
    assert "4 to win for Yes" in drawn
    assert "3 to win for No" in drawn


def test_plain_values_have_both_lines() -> None:
    story = night()
    [lane] = data_of(embed_of(story, "results", default_view(story)))["lanes"]
    assert json.loads(json.dumps(lane["references"])) == [
        {"value": 4, "name": "4 to win for Yes", "side": "Yes"},
        {"value": 3, "name": "3 to win for No", "side": "No"},
    ]


def test_a_party_without_a_line_of_its_own_has_that_of_the_story() -> None:
    story = night(sides(yes="", no="to_win = 3"), to_win=4)
    assert [line.value for line in chart("results", story).lanes[0].references] == [4, 3]


def test_the_same_for_every_party_is_one_line() -> None:
    story = night(sides(yes="to_win = 4", no="to_win = 4"))
    assert chart("results", story).lanes[0].references == ((4.0, "4 to win", ""),)


def test_a_party_cannot_need_more_than_there_is() -> None:
    content: dict[str, Any] = files({"contests": [contest("Nsw", 1)]}, parties=sides(yes="to_win = 2"), to_win=0)
    assert faults_of(content) == ["story.toml, line 15, key parties: parties: to_win of Y, 2, is more than total 1"]
