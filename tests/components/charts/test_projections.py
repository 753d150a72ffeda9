"""A projection, like an exit poll and its updates: told as what it is at every moment, and never in a total."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from components.charts.catalogue import chart_of
from components.charts.frames import frames_of
from components.charts.grammar import Chart, Kind
from components.charts.phrases.moments import Moments
from components.charts.running_totals import sums
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.documents.lines import EmbedMoments
from components.embeds.documents.mark_counts import findings
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import embed_of
from components.embeds.passport import data_of
from components.embeds.pictures.animation import keep
from components.render.facts_csv import csv_of
from components.render.layout.theme import LIGHT
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.core.model import Order
from data.evidence.calls import load_calls
from data.evidence.outages import load_observations
from data.evidence.searches import load_interest_marks
from data.story.as_of import moments_of, story_at
from data.story.store import files_of, read_story
from data.story.story import Story, sound_story
from data.story.story_checks import examine
from data.story.totals import totals_at
from tests.support.random_cases import MANY
from tests.support.small_nights import called, write_night
from tests.support.small_story import at, call, contest, faults_of, files, story_of
from tests.support.terminal import typed

CONTESTS = [contest("One", 10, 0), contest("Two", 20, 1), contest("Three", 30, 2)]
CALLS = [call("one", "One", "A", "02:00"), call("two", "Two", "B", "03:00"), call("three", "Three", "B", "05:00")]


def projection(name: str, party: str, time: str, **more: object) -> dict[str, object]:
    row = {"id": name, "caller": "AP", "party": party, "at": at(time), "precision": "minute", "source": "s"}
    return row | more


#: An exit poll at 1 a.m., for Ann with its margin and for Ben between two numbers, and updates at 2:30 and 4.
PROJECTED = [
    projection("ann-1", "A", "01:00", low=33, value=35, high=37),
    projection("ben-1", "B", "01:00", low=25, high=26),
    projection("ann-2", "A", "02:30", value=36),
    projection("ann-3", "A", "04:00", value=37),
]
#: What a sentence says of each moment, and which rows stand last.
STOOD = {
    "00:59": "",
    "01:00": "AP projected 35 (33 to 37) seats for Ann and 25 to 26 for Ben at 1 a.m. UTC.",
    "01:59": "AP projected 35 (33 to 37) seats for Ann and 25 to 26 for Ben at 1 a.m. UTC.",
    "02:29": "",
    "02:30": "AP projected 36 seats for Ann at 2:30 a.m. UTC.",
    "04:00": "AP projected 37 seats for Ann at 4 a.m. UTC.",
}


def tables(projections: list[dict[str, object]] | None = None) -> dict[str, bytes]:
    return files({"contests": CONTESTS, "calls": CALLS, "projections": projections or PROJECTED})


def night() -> Story:
    return story_of(tables())


def utc(time: str) -> datetime:
    return datetime.fromisoformat(at(time)).astimezone(UTC)


def chart(slug: str, time: str = "06:00") -> Chart:
    return chart_of(night(), slug, replace(default_view(night()), end=utc(time)))


@pytest.mark.parametrize("slug", ["results", "timeline"])
def test_it_stands_in_the_lane_of_votes_as_what_it_is(slug: str) -> None:
    lane = next(lane for lane in chart(slug).lanes if lane.slug == "results")
    found = [
        (mark.name, item.row, item.low, item.value, item.high)
        for mark, item in lane.items
        if item.kind is Kind.PROJECTED
    ]
    assert found == [
        ("Ann, projected", "projections:ann-1", 33, 35, 37),
        ("Ann, projected", "projections:ann-2", None, 36, None),
        ("Ann, projected", "projections:ann-3", None, 37, None),
        ("Ben, projected", "projections:ben-1", 25, None, 26),
    ]
    assert lane.note.endswith("Upright bars: exit poll, projected, and its updates; in no total.")


def test_no_total_has_it() -> None:
    assert totals_at(night(), utc("04:30"), caller="AP").totals == {"A": (10, 10), "B": (20, 20)}
    drawn = chart("results", "04:30")
    assert [(side.low, side.high) for side in sums(drawn.lanes[0], drawn.window)] == [(10, 10), (20, 20)]


def test_a_number_for_a_party_among_the_others_is_not_told_as_that_of_all_others(tmp_path: Path) -> None:
    """Eleven parties: the last three are one side, and a number for two of them is none for it."""
    rows = [
        f"p{party.lower()},AP,{party},,{value},,{at('01:00')},,,,minute,s,"
        for party, value in (("A", 1), ("J", 1), ("K", 0))
    ]
    head = "id,caller,party,low,value,high,at,earliest,latest,date,precision,source,note"
    projected = {"projections.csv": "\n".join([head, *rows]) + "\n"}
    story = read_story(write_night(tmp_path, [called("X", "A", "02:00")], parties=MANY, tables=projected))
    drawn = chart_of(story, "results", default_view(story))
    assert [mark.name for mark in drawn.lanes[0].marks if mark.name.endswith("projected")] == [
        "Ann, projected",
        "Jon, projected",
        "Kim, projected",
    ]
    assert "last projected Ann 1, Jon 1, Kim 0 seats" in findings(drawn, Clock("UTC"))


@pytest.mark.parametrize(("low", "high", "said"), [("1", "1", "Ann 1 seat"), ("0", "1", "Ann 0 to 1 seats")])
def test_a_unit_is_in_the_number_of_the_whole_figure(tmp_path: Path, low: str, high: str, said: str) -> None:
    head = "id,caller,party,low,value,high,at,earliest,latest,date,precision,source,note"
    row = f"p,AP,A,{low},,{high},{at('01:00')},,,,minute,s,"
    folder = write_night(tmp_path, [called("X", "A", "02:00")], tables={"projections.csv": f"{head}\n{row}\n"})
    story = read_story(folder)
    assert f"last projected {said}" in findings(chart_of(story, "results", default_view(story)), Clock("UTC"))


def test_a_figure_draws_bounds_as_bars_and_values_as_rings() -> None:
    figure = draw_figure(chart("results"), Clock("UTC"), theme=LIGHT)
    shapes = next(one for one in figure.data if "calls:one" in (one.customdata or ()))
    places = dict(zip(shapes.customdata, zip(shapes.x, shapes.y, strict=True), strict=True))
    ten, twenty = places["calls:one"][1], places["calls:two"][1]  # seats of a side, at its first call
    seat = (ten - twenty) / 10
    bottom = ten + 10 * seat

    def seats(y: float) -> int:
        seats: float = (bottom - y) / seat
        return round(seats)

    rings = {row: (x, seats(y)) for row, (x, y) in places.items() if row.startswith("projections:")}
    one, half_past_two, four = (f"2030-11-06T{time}:00" for time in ("01:00", "02:30", "04:00"))
    assert rings["projections:ann-1"] == (one, 35)
    assert rings["projections:ann-2"] == (half_past_two, 36)
    assert rings["projections:ann-3"] == (four, 37)
    uprights = [
        line for line in figure.data if line.mode == "lines" and len(line.x) == 2 and line.x[0] == line.x[1] == one
    ]
    assert [tuple(map(seats, line.y)) for line in uprights] == [(33, 37), (25, 26)]
    told = dict(zip(shapes.customdata, shapes.hovertext, strict=True))
    assert "projected for Ben" in told["projections:ben-1"] and "25 to 26 seats" in told["projections:ben-1"]


def test_a_drawing_has_each_with_its_figures() -> None:
    body = fromstring(f"<g>{svg.layout(chart('results'), Clock('UTC'), width=1040).body}</g>")
    rows = {one.get("data-row"): one for one in body.iter() if "projections:" in one.get("data-row", "")}
    assert set(rows) == {f"projections:{row['id']}" for row in PROJECTED}
    texts = {one.text for one in body.iter() if one.text}
    assert {"Ann 35 (33 to 37) projected", "Ben 25 to 26 projected", "Ann 36 projected", "Ann 37 projected"} <= texts


def test_words_and_tables_say_its_number_and_that_it_is_projected() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(chart("results"), Clock("UTC"), {}))))
    row = {row["row"]: row for row in rows}["projections:ann-1"]
    assert (row["kind"], row["what"], row["qualifier"]) == ("projection", "projected for Ann, Agency", "projected")
    assert [row[name] for name in ("value", "value_low", "value_high", "total_low")] == ["35", "33", "37", ""]


def test_plain_values_have_its_bounds() -> None:
    lane = data_of(embed_of(night(), "results", default_view(night())))["lanes"][0]
    [ben] = [item for mark in lane["marks"] if mark["name"] == "Ben, projected" for item in mark["items"]]
    assert [ben[name] for name in ("row", "low", "value", "high", "kind")] == [
        "projections:ben-1", 25, None, 26, "projected"
    ]  # fmt: skip


def test_all_of_one_time_is_one_event() -> None:
    found = [event for event in chart("results").events if "projections:" in event.rows[0]]
    assert [event.label for event in found] == [
        "AP projected 35 (33 to 37) seats for Ann and 25 to 26 for Ben",
        "AP projected 36 seats for Ann",
        "AP projected 37 seats for Ann",
    ]


def test_headlines_say_what_stood_beside_what_was_called() -> None:
    clock = Clock("UTC")
    assert clock.say(chart("results", "03:30").takeaway) == (
        "By 3:30 a.m. UTC AP had called 10 for Ann and 20 for Ben; 1 is needed to win; "
        "last projected by AP: 36 seats for Ann and 25 to 26 for Ben"
    )
    assert clock.say(chart("timeline", "01:30").takeaway) == (
        "AP projected 35 (33 to 37) seats for Ann and 25 to 26 for Ben at 1 a.m. UTC"
    )
    assert "last projected Ann 36, Ben 25 to 26 seats" in findings(chart("results", "03:30"), clock)


def test_of_a_projection_at_the_end_a_chart_says_nothing_and_what_is_played_says_it() -> None:
    clock = Clock("UTC")
    assert clock.say(chart("results", "04:00").takeaway).endswith("36 seats for Ann and 25 to 26 for Ben")
    assert "last projected Ann 36, Ben 25 to 26 seats" in findings(chart("results", "04:00"), clock)
    assert "last projected Ann 37, Ben 25 to 26 seats" in findings(chart("replay", "04:00"), clock)


@pytest.mark.parametrize("time", STOOD)
def test_a_replay_says_and_shows_what_stood_at_each_moment(time: str) -> None:
    shown = embed_of(night(), "replay", default_view(night()))
    words = EmbedMoments(shown)
    said = words.sentence(utc(time))
    assert STOOD[time] in said
    assert ("projected" in said) == bool(STOOD[time])
    frames = frames_of(shown.story, shown.chart, shown.clock, order=Order.HAPPENED, words=words.rows)
    still = fromstring(f"<g>{svg.layout(shown.chart, shown.clock, width=720, brief=True).body}</g>")
    keep(still, frames, utc(time))
    drawn = {one.get("data-row") for one in still.iter() if "projections:" in one.get("data-row", "")}
    assert drawn == {f"projections:{row['id']}" for row in PROJECTED if str(row["at"]) <= at(time)}
    sure = night_of(shown)["orders"]["happened"]["sure"]
    assert {row: sure[row] for row in sure if row.startswith("projections:")} == {
        f"projections:{row['id']}": (utc(str(row["at"])[11:16]) - utc("00:00")).total_seconds() for row in PROJECTED
    }


def test_one_time_is_that_of_all_that_stands_only_where_it_is() -> None:
    told = [
        Moments.of(
            night(),
            caller="AP",
            calls=load_calls(night(), caller="AP"),
            marks=load_interest_marks(night()),
            observations=load_observations(night()),
        ).sentence(utc(time))
        for time in ("01:30", "03:30")
    ]
    assert "Last projected by AP at 1 a.m. UTC: 35 (33 to 37) seats for Ann and 25" in Clock("UTC").say(told[0])
    assert "Last projected by AP, the newest at 2:30 a.m. UTC: 36 seats for Ann and 25" in Clock("UTC").say(told[1])


def test_a_story_up_to_a_moment_has_only_what_was_projected() -> None:
    assert {utc("01:00"), utc("02:30"), utc("04:00")} <= set(moments_of(night()))
    for order in Order:
        assert [row.id for row in story_at(night(), utc("02:00"), order).projections] == ["ann-1", "ben-1"]


def test_a_document_says_it() -> None:
    assert "exit poll, projected" in draw_document(embed_of(night(), "results", default_view(night())))


def test_a_caller_without_any_shows_what_others_projected() -> None:
    about = (
        b'callers = [{ id = "AP", name = "Agency", selectable = true }, { id = "P", name = "Poll", selectable = true }]'
    )
    content = tables([row | {"caller": "P"} for row in PROJECTED])
    content["story.toml"] = content["story.toml"].replace(
        b'callers = [{ id = "AP", name = "Agency", selectable = true }]', about
    )
    story = story_of(content)
    assert "last projected by P: 37 seats for Ann" in chart_of(story, "results", default_view(story)).takeaway
    pollster = chart_of(story, "results", replace(default_view(story), caller="P"))
    assert pollster.takeaway == (
        "P: no total: 0 of 3 calls known, so no running total is drawn; "
        "last projected by P: 37 seats for Ann and 25 to 26 for Ben"
    )
    assert len([item for _, item in pollster.lanes[0].items]) == len(PROJECTED)


def test_the_command_line_answers_it_apart_from_totals(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small").mkdir()
    for name, content in tables().items():
        (tmp_path / "small" / name).write_bytes(content)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    assert typed("results", "small", "--at", at("03:30")) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["totals"] == {"A": [10, 10], "B": [20, 20]}
    assert [(one["party"], one["low"], one["value"], one["high"]) for one in answer["projected"]] == [
        ("A", None, 36, None),
        ("B", 25, None, 26),
    ]
    assert answer["projected"][0]["latest"] == "2030-11-06T02:30:00+00:00"


def test_a_story_of_projections_alone_says_them_alone() -> None:
    story = story_of(files({"projections": PROJECTED}, to_win=0))
    found = chart_of(story, "results", default_view(story))
    assert found.takeaway == "Last projected by AP: 37 seats for Ann and 25 to 26 for Ben"
    assert found.lanes[0].note == "Upright bars: exit poll, projected, and its updates; in no total."


def test_a_rehearsal_writes_projections() -> None:
    assert sound_story("small", examine("small", files_of(night()))).projections == night().projections


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({}, "column value: found an empty cell, expected a number, or its bounds in low and high"),
    ({"low": 3}, "column high: found an empty cell, expected a bound, because the other one is given"),
    ({"low": 3, "value": 9, "high": 5}, "column low: found 3, 9, 5, expected low, value and high in this order"),
    (
        {"value": 61},
        "column value: found 61, expected at most 60, the total in story.toml: projections are in its unit",
    ),
    (
        {"value": 5, "at": "", "precision": "none"},
        (
            "column precision: found none, expected a time, because otherwise nobody could say since when the "
            "projection stood"
        ),
    ),
    ({"value": 5, "party": "C"}, "column party: found 'C', expected an id of [[parties]] in story.toml: A, B"),
]


@pytest.mark.parametrize(("cells", "said"), FAULTS)
def test_each_fault_has_a_sentence_of_its_own(cells: dict[str, Any], said: str) -> None:
    assert faults_of(tables([projection("x", "A", "01:00") | cells])) == [f"projections.csv, line 2, {said}"]


def test_two_at_one_time_are_refused() -> None:
    twice = [projection("x", "A", "01:00", value=5), projection("y", "A", "01:00", value=6)]
    found = "a second projection for A by AP at 2030-11-06T01:00:00Z, first on line 2"
    assert faults_of(tables(twice)) == [
        (
            f"projections.csv, line 3, column party: found {found}, "
            "expected one at a time: the later one stands from its own time"
        )
    ]
