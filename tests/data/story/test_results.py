"""Final votes: a row for each side, the older form still read and rewritten whole, and margins where they are told."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from components.charts.catalogue import chart_of
from components.charts.phrases.votes import margin_text
from components.cli import stories as commands
from components.clock import Clock
from components.render.facts_csv import csv_of
from components.view.view_state import default_view
from data.story.as_of import story_at
from data.story.store import SHIPPED, files_of, read_story
from data.story.story import Story
from tests.support.small_story import call, contest, faults_of, files, story_of

_TABLES = {
    "contests": [contest("C1", 1, 0), contest("C2", 1, 1)],
    "calls": [call("c1", "C1", "A", "01:00"), call("c2", "C2", "B", "02:00")],
}
WIDE = """contest,party,votes_a,votes_b,votes_other,votes_total,winner_pct,margin_points,margin_votes,status,source,note
C1,A,600,300,100,1000,60,30,300,final,s,A recount was asked for.
C2,B,,,,,52.5,5,,unofficial,s,
"""
LONG = """contest,party,votes,share,margin_points,status,source,note
C1,A,600,60,,final,s,A recount was asked for.
C1,B,300,,,final,s,
C1,others,100,,,final,s,
C2,B,,52.5,5,unofficial,s,
"""


def content(results: str) -> dict[str, bytes]:
    return files(_TABLES) | {"results.csv": results.encode()}


def night(results: str) -> Story:
    return story_of(content(results))


def folder(tmp_path: Path, results: str) -> Path:
    place = tmp_path / "small"
    place.mkdir()
    for name, text in content(results).items():
        (place / name).write_bytes(text)
    return place


@pytest.mark.parametrize("results", [pytest.param(WIDE, id="wide"), pytest.param(LONG, id="long")])
def test_both_forms_say_the_same(results: str) -> None:
    finals = night(results).finals
    assert (finals["C1"].winner, finals["C1"].points, finals["C1"].ahead) == ("A", 30.0, 300)
    assert finals["C1"].votes == {"A": 600, "B": 300, "others": 100}
    assert (finals["C2"].winner, finals["C2"].points, finals["C2"].ahead) == ("B", 5.0, None)
    assert [finals[code].unofficial for code in ("C1", "C2")] == [False, True]


def test_convert_rewrites_the_older_form(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = folder(tmp_path, WIDE)
    before = read_story(place).finals
    assert commands.check(place, convert=True) == 0
    assert "small: results.csv has 4 rows now, one for each side of a contest" in capsys.readouterr().out
    assert (place / "results.csv").read_text() == LONG
    assert read_story(place).finals == before


def test_convert_leaves_a_story_with_a_fault_as_it_is(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = folder(tmp_path, WIDE.replace("C2,B", "C2,Z"))
    assert commands.check(place, convert=True) == 1
    assert "small: results.csv was left as it is; fix the faults first" in capsys.readouterr().out
    assert (place / "results.csv").read_text() == WIDE.replace("C2,B", "C2,Z")


def test_convert_has_nothing_to_do_twice(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = folder(tmp_path, LONG)
    assert commands.check(place, convert=True) == 0
    assert capsys.readouterr().out == "small: no faults in 5 files, 9 rows\n"
    assert (place / "results.csv").read_text() == LONG


@pytest.mark.parametrize(
    ("was", "now", "says"),
    [
        pytest.param("C1,B,300", "C1,A,300", "results.csv, line 3, column contest: ", id="a side twice"),
        pytest.param("C1,B,300", "C1,Z,300", "expected an id of [[parties]] in story.toml: A, B, others", id="no side"),
        pytest.param("C1,B,300", "C1,B,-1", "results.csv, line 3, column votes: found '-1'", id="votes below zero"),
        pytest.param(",52.5,", ",152.5,", "results.csv, line 5, column share: found '152.5'", id="more than all"),
    ],
)
def test_what_no_table_of_votes_can_mean_is_a_fault(was: str, now: str, says: str) -> None:
    (fault,) = faults_of(content(LONG.replace(was, now)))
    assert says in fault


def test_a_margin_is_that_to_the_next_party_and_not_to_all_others_together() -> None:
    final = SHIPPED.read("us-2016").finals["US-DC"]
    assert final.votes == {"D": 282_830, "R": 12_723, "others": 15_715}
    assert (final.ahead, final.points) == (270_107, 86.78)


@pytest.mark.parametrize(
    ("slug", "code", "says"),
    [
        pytest.param("us-2016", "US-FL", "Trump by 1.2 points, 112,911 votes", id="Florida"),
        pytest.param("us-2016", "US-NE-01", "Trump, unofficial", id="a district of which only a share is known"),
        pytest.param("uk-2016", "E08000024", "Leave by 22.68 points, 30,464 votes", id="Sunderland"),
        pytest.param("uk-2019", "N06000007", "Sinn Féin by 57 votes", id="a seat of which the majority is known"),
    ],
)
def test_a_margin_in_words(slug: str, code: str, says: str) -> None:
    story = SHIPPED.read(slug)
    assert margin_text(story, story.finals[code]) == says


def test_the_map_of_a_night_that_is_over_tells_margins_and_so_does_its_table() -> None:
    story = night(LONG)
    chart = chart_of(story, "map", default_view(story))
    said = {item.row: item.text for _, item in chart.lanes[0].items}
    assert said["calls:c1"] == "C1 for Ann, Agency; final votes: Ann by 30 points, 300 votes"
    assert said["calls:c2"] == "C2 for Ben, Agency; final votes: Ben by 5 points, unofficial"
    assert "final votes: Ann by 30 points" in csv_of(chart, Clock("UTC"), {})


def test_a_map_within_the_night_and_a_replay_tell_no_final_votes() -> None:
    story, view = night(LONG), default_view(night(LONG))
    early = replace(view, end=datetime(2030, 11, 6, 5, tzinfo=UTC))
    told = story_at(story, datetime(2030, 11, 6, 5, tzinfo=UTC))
    for chart in (chart_of(story, "map", early), chart_of(told, "map", view), chart_of(story, "replay", view)):
        assert not [item for lane in chart.lanes for _, item in lane.items if "final votes" in item.text]


def test_a_story_that_is_written_out_keeps_its_votes() -> None:
    story = night(WIDE)
    assert story_of(files_of(story)).finals == story.finals
