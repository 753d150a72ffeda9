"""Votes as they were published: over time and rounds, a line that may fall, never smoothed and in no total."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart, Lane, Published
from components.charts.running_totals import paths_of
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.documents.lines import EmbedMoments
from components.embeds.documents.mark_counts import findings
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import embed_of
from components.embeds.passport import data_of
from components.render.facts_csv import csv_of
from components.render.layout.theme import LIGHT
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from components.workbench.parts.contests import counts_table
from data.core.model import Order
from data.story.as_of import moments_of, story_at
from data.story.store import files_of, read_story
from data.story.story import Story, sound_story
from data.story.story_checks import examine
from data.story.totals import totals_at
from tests.support.random_cases import MANY
from tests.support.small_nights import called, write_night
from tests.support.small_story import at, call, contest, faults_of, files, story_of

CONTESTS = [contest("One", 10), contest("Two", 20), contest("Three", 30)]
CALLS = [call("one", "One", "A", "05:30"), call("two", "Two", "B", "05:30"), call("three", "Three", "B", "05:45")]


def count(contest: str, party: str, votes: int, time: str, **more: object) -> dict[str, object]:
    row = {"contest": contest, "party": party, "votes": votes, "at": at(time), "precision": "minute", "source": "s"}
    return {"round": ""} | row | more


#: Two is counted at 1 and at 2; at 3 a recount takes 40 votes from Ann; a second round follows at 4.
COUNTS = [
    count("TWO", "A", 1_000, "01:00"),
    count("TWO", "B", 900, "01:00"),
    count("TWO", "A", 1_200, "02:00"),
    count("TWO", "A", 1_160, "03:00", note="recount"),
    count("TWO", "A", 1_300, "04:00", round=2),
    count("TWO", "B", 1_350, "04:00", round=2),
]
#: What a sentence says of each moment.
STOOD = {
    "00:59": "",
    "01:00": "Last count published, of Two, round 1, at 1 a.m. UTC: 1,000 for Ann and 900 for Ben.",
    "02:30": "Last counts published, of Two, round 1, the newest at 2 a.m. UTC: 1,200 for Ann and 900 for Ben.",
    "03:00": "Last counts published, of Two, round 1, the newest at 3 a.m. UTC: 1,160 for Ann and 900 for Ben.",
    "04:00": "Last count published, of Two, round 2, at 4 a.m. UTC: 1,350 for Ben and 1,300 for Ann.",
}


def tables(counts: list[dict[str, object]]) -> dict[str, bytes]:
    return files({"contests": CONTESTS, "calls": CALLS, "counts": counts})


def night() -> Story:
    return story_of(tables(COUNTS))


def utc(time: str) -> datetime:
    return datetime.fromisoformat(at(time)).astimezone(UTC)


def chart(slug: str = "results", time: str = "06:00", start: str = "00:00") -> Chart:
    return chart_of(night(), slug, replace(default_view(night()), start=utc(start), end=utc(time)))


def lane(drawn: Chart, number: int = 1) -> Lane:
    return next(lane for lane in drawn.lanes if lane.slug == f"counts-two-{number}")


def path(drawn: Chart, name: str, number: int = 1) -> list[tuple[str, float]]:
    """The corners of a side's line: clock time and votes from then on."""
    [mark] = [mark for mark in lane(drawn, number).marks if isinstance(mark, Published) and mark.name == name]
    return [(f"{moment:%H:%M}", votes) for moment, votes in paths_of(mark, drawn.window).low]


def test_a_line_begins_at_the_first_count_and_falls_where_the_count_fell() -> None:
    assert path(chart(), "Ann") == [("01:00", 1_000), ("02:00", 1_200), ("03:00", 1_160)]
    assert path(chart(), "Ben") == [("01:00", 900)]


def test_a_round_has_a_lane_of_its_own() -> None:
    assert [one.title for one in chart().lanes[1:]] == ["Two: votes counted, round 1", "Two: votes counted, round 2"]
    assert path(chart(), "Ben", 2) == [("04:00", 1_350)]


def test_a_later_range_begins_at_what_stood_then() -> None:
    assert path(chart(start="02:30"), "Ann") == [("02:30", 1_200), ("03:00", 1_160)]


def test_a_range_before_the_first_count_has_no_lane() -> None:
    assert [one.slug for one in chart(time="00:45").lanes] == ["results"]


def test_a_count_within_bounds_is_a_band_that_falls() -> None:
    vague = count("TWO", "A", 1_100, "", at="", earliest=at("04:00"), latest=at("05:00"), precision="window")
    story = story_of(tables([*COUNTS[:3], vague]))
    [mark, _] = chart_of(story, "results", default_view(story)).lanes[1].marks
    assert isinstance(mark, Published)
    found = paths_of(mark, default_view(story).window)
    assert [(f"{moment:%H:%M}", votes) for moment, votes in found.low][-1] == ("04:00", 1_100)
    assert [(f"{moment:%H:%M}", votes) for moment, votes in found.high][-1] == ("05:00", 1_100)


def test_a_figure_draws_corners_and_no_slope() -> None:
    figure = draw_figure(chart(time="03:30"), Clock("UTC"), theme=LIGHT)
    [line] = [one for one in figure.data if one.mode == "lines" and len(one.x) == 6 and None not in one.x]
    vote = (line.y[0] - line.y[2]) / 200  # from the first count, of 1,000 votes, to the second
    bottom = line.y[0] + 1_000 * vote
    times = [str(moment)[11:16] for moment in line.x]
    assert list(zip(times, [round((bottom - y) / vote, -1) for y in line.y], strict=True)) == [
        ("01:00", 1_000), ("02:00", 1_000), ("02:00", 1_200), ("03:00", 1_200), ("03:00", 1_160), ("03:30", 1_160),
    ]  # fmt: skip


def test_a_drawing_marks_every_count() -> None:
    body = fromstring(f"<g>{svg.layout(chart(), Clock('UTC'), width=720).body}</g>")
    rows = {one.get("data-row") for one in body.iter() if one.get("data-row", "").startswith("counts:")}
    assert len(rows) == len(COUNTS)
    texts = {one.text for one in body.iter() if one.text}
    assert {"Ann 1,160", "Ben 1,350"} <= texts


def test_a_table_says_by_how_much_a_count_fell() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(chart(), Clock("UTC"), {}))))
    said = {row["row"]: row for row in rows}["counts:TWO.A.1.2030-11-06T03:00:00Z"]
    assert said["what"] == "votes counted for Ann in Two, round 1 (recount)"
    assert (said["kind"], said["unit"]) == ("count", "votes")
    assert (said["value"], said["total_low"], said["total_high"]) == ("-40", "1160", "1160")


def test_what_several_parties_of_a_side_had_at_one_moment_is_one_total(tmp_path: Path) -> None:
    """Eleven parties, of which the last three are one side: it begins with all that its first minute counted."""
    rows = [f"X,{party},1,{votes},{at(time)},,,,minute,s," for party, votes, time in (
        ("I", 0, "01:00"), ("J", 900, "01:00"), ("I", 50, "02:00"),
    )]  # fmt: skip
    head = "contest,party,round,votes,at,earliest,latest,date,precision,source,note"
    calls = [called(name, party, "03:00") for name, party in zip("XSTUVWYZ", "ABCDEFGH", strict=True)]
    counted = {"counts.csv": "\n".join([head, *rows]) + "\n"}
    story = read_story(write_night(tmp_path, calls, parties=MANY, tables=counted))
    drawn = chart_of(story, "results", default_view(story))
    [others] = drawn.lanes[1].marks
    assert isinstance(others, Published)
    assert [item.low for item in others.items] == [900, 900, 950]
    assert [votes for _, votes in paths_of(others, drawn.window).low] == [900, 950]
    assert "Contest X: votes counted: others 950 votes" in findings(drawn, Clock("UTC"))


def test_plain_values_have_the_counts() -> None:
    lanes = data_of(embed_of(night(), "results", default_view(night())))["lanes"]
    ann = lanes[1]["marks"][0]
    assert ann["drawn_as"] == "published"
    assert [(item["value"], item["low"]) for item in ann["items"]] == [(1_000, 1_000), (200, 1_200), (-40, 1_160)]


def test_no_total_has_them_and_a_summary_names_the_contest() -> None:
    assert totals_at(night(), utc("05:00"), caller="AP").totals == {"A": (0, 0), "B": (0, 0)}
    assert "Two: votes counted: Ann 1,200, Ben 900 votes" in findings(chart(time="02:30"), Clock("UTC")).replace(
        ", round 1", ""
    )


@pytest.mark.parametrize("time", STOOD)
def test_a_sentence_of_a_minute_says_what_stood(time: str) -> None:
    said = EmbedMoments(embed_of(night(), "replay", default_view(night()))).sentence(utc(time))
    assert STOOD[time] in said
    assert ("published" in said) == bool(STOOD[time])


def test_a_replay_hides_what_is_not_counted_yet() -> None:
    shown = embed_of(night(), "replay", default_view(night()))
    found = night_of(shown)["orders"][Order.HAPPENED.value]
    sure = {row: second / 3_600 for row, second in found["sure"].items() if row.startswith("counts:")}
    assert sorted(sure.values()) == [1, 1, 2, 3, 4, 4]
    assert {3_600, 7_200, 10_800, 14_400} <= {second for second, _ in found["moments"]}
    body = fromstring(f"<g>{svg.layout(shown.chart, shown.clock, width=720).body}</g>")
    lines = [one for one in body.iter() if "line" in one.get("class", "").split()]
    assert lines
    assert all(one.get("clip-path") for one in lines)
    assert not {one.text for one in body.iter() if one.text} & {"Ann 1,160", "Ben 900", "Ben 1,350"}


def test_a_story_up_to_a_moment_has_only_the_counts_by_then() -> None:
    assert {utc("01:00"), utc("03:00"), utc("04:00")} <= set(moments_of(night()))
    for order in Order:
        assert [row.votes for row in story_at(night(), utc("02:30"), order).counts] == [1_000, 900, 1_200]


def test_the_page_lists_every_count() -> None:
    found = counts_table(night(), default_view(night()))
    votes, rounds = (found.columns.index(name) for name in ("Votes", "Round"))
    assert [row[votes].text for row in found.rows] == ["1,000", "900", "1,200", "1,160", "1,300", "1,350"]
    assert [row[rounds].text for row in found.rows] == ["1", "1", "1", "1", "2", "2"]


def test_a_document_draws_them() -> None:
    assert "Two: votes counted, round 2" in draw_document(embed_of(night(), "results", default_view(night())))


def test_of_many_contests_those_of_most_weight_are_drawn_and_the_rest_are_counted() -> None:
    contests = [contest(f"C{number}", number + 1) for number in range(6)]
    calls = [call(f"c{number}", f"C{number}", "A", "05:30") for number in range(6)]
    counts = [count(f"C{number}", "A", 100, "01:00") for number in range(6)]
    story = story_of(files({"contests": contests, "calls": calls, "counts": counts}, emphasised='["C0"]'))
    lanes = chart_of(story, "results", default_view(story)).lanes[1:]
    assert [one.title.partition(":")[0] for one in lanes] == ["C0", "C5", "C4", "C3"]
    assert lanes[-1].note.endswith("2 more counts of contests and rounds: in the table of counts.")


def test_a_rehearsal_writes_counts() -> None:
    assert sound_story("small", examine("small", files_of(night()))).counts == night().counts


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"votes": "-3"}, "column votes: found '-3', expected 0 or more"),
    ({"votes": "1,203"}, "column votes: found '1,203', expected a whole number"),
    ({"round": "0"}, "column round: found '0', expected 1 or more"),
    ({"contest": "FOUR"}, "column contest: found 'FOUR', expected a code of contests.csv"),
    (
        {"at": "", "precision": "none"},
        "column precision: found none, expected a time, because otherwise nobody could say since when the count stood",
    ),
]


@pytest.mark.parametrize(("cells", "said"), FAULTS)
def test_each_fault_has_a_sentence_of_its_own(cells: dict[str, Any], said: str) -> None:
    assert faults_of(tables([count("TWO", "A", 5, "01:00") | cells])) == [f"counts.csv, line 2, {said}"]


def test_two_counts_of_one_time_are_refused() -> None:
    said = (
        "counts.csv, line 3, column votes: found a second count of TWO for A in round 1 at 2030-11-06T01:00:00Z, "
        "first on line 2, expected one at a time, or another round"
    )
    assert faults_of(tables([count("TWO", "A", 5, "01:00"), count("TWO", "A", 6, "01:00")])) == [said]
