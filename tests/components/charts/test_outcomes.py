"""What a call may come to besides a win: a run-off, a winner who is not leading, a tie, a casting of lots."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Chart
from components.charts.running_totals import sums
from components.clock import Clock
from components.embeds.documents.document import draw_document
from components.embeds.documents.lines import EmbedMoments
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import embed_of
from components.embeds.passport import data_of
from components.render.facts_csv import csv_of
from components.render.layout.theme import LIGHT
from components.render.layout.tile_layout import look_of, placed
from components.render.plotly.figure import draw_figure
from components.view.view_state import default_view
from components.workbench.parts.contests import contests_table
from data.evidence.anchors import anchors_of
from data.evidence.facts import facts_of
from data.story.as_of import story_at
from data.story.store import files_of
from data.story.story import Story, sound_story
from data.story.story_checks import examine
from data.story.totals import totals_at
from tests.support.small_story import at, call, contest, faults_of, files, story_of
from tests.support.terminal import typed

CONTESTS = [contest("One", 10, 0), contest("Two", 20, 1), contest("Three", 30, 2), contest("Four", 5, 3)]
#: Two goes to a run-off at 1:30 and is Ben's at 4; Three is Ann's though she trails; Four is tied, then hers by lot.
CALLS = [
    call("one", "One", "A", "01:00"),
    call("two", "Two", "", "01:30", outcome="runoff"),
    call("three", "Three", "A", "02:00", outcome="not_leading"),
    call("four", "Four", "", "03:00", outcome="tie"),
    call("four-lots", "Four", "A", "03:30", outcome="lots"),
    call("two-again", "Two", "B", "04:00"),
]
#: At each moment: Ann's total, Ben's, and what the tiles of Two and Four say.
STOOD = {
    "01:29": (10, 0, "Two, not called", "Four, not called"),
    "01:30": (10, 0, "a run-off in Two, Agency", "Four, not called"),
    "02:30": (40, 0, "a run-off in Two, Agency", "Four, not called"),
    "03:15": (40, 0, "a run-off in Two, Agency", "a tie in Four, Agency"),
    "03:59": (45, 0, "a run-off in Two, Agency", "Four for Ann (by lot), Agency"),
    "04:00": (45, 20, "Two for Ben, Agency", "Four for Ann (by lot), Agency"),
}


def night(calls: list[dict[str, object]] | None = None, emphasised: str = '["TWO"]') -> Story:
    return story_of(files({"contests": CONTESTS, "calls": calls or CALLS}, emphasised=emphasised))


def utc(time: str) -> datetime:
    return datetime.fromisoformat(at(time)).astimezone(UTC)


def chart(slug: str, time: str, *, cut: bool = False) -> Chart:
    """A chart of the night up to a moment: of its range, or of its story with `cut`."""
    story = night()
    if cut:
        return chart_of(story_at(story, utc(time)), slug, default_view(story))
    return chart_of(story, slug, replace(default_view(story), end=utc(time)))


@pytest.mark.parametrize("time", STOOD)
def test_a_contest_without_a_winner_counts_for_nobody(time: str) -> None:
    ann, ben, *_ = STOOD[time]
    assert totals_at(night(), utc(time), caller="AP").totals == {"A": (ann, ann), "B": (ben, ben)}


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("time", STOOD)
def test_a_map_says_what_stood(time: str, cut: bool) -> None:
    drawn, (ann, ben, two, four) = chart("map", time, cut=cut), STOOD[time]
    lane, window = drawn.lanes[0], replace(drawn.window, end=drawn.told_to)
    assert [(side.low, side.high) for side in sums(lane, window)] == [(ann, ann), (ben, ben)]
    texts = {cell.column: item.text for _, item, cell in placed(lane) if cell}
    assert (texts[1], texts[3]) == (two, four)


def test_a_tile_without_a_winner_is_nobodys() -> None:
    drawn = chart("map", "03:15")
    window = replace(drawn.window, end=drawn.told_to)
    looks = {item.row: look_of(mark, item, window).value for mark, item, _ in placed(drawn.lanes[0])}
    assert looks == {"calls:one": "is-called", "calls:three": "is-called", "calls:two": "", "calls:four": ""}
    assert drawn.lanes[0].marks[-1].name == "not called, or without a winner"
    assert "Grey: not called, or without a winner." in drawn.notes[0]


def test_a_figure_has_one_tile_for_each_contest() -> None:
    figure = draw_figure(chart("map", "03:15"), Clock("UTC"), theme=LIGHT)
    squares = [shape for shape in figure.layout.shapes if shape.xref == "x2" and shape.fillcolor]
    assert sorted(round((shape.x0 + shape.x1) / 2) for shape in squares) == [0, 1, 2, 3]


def test_events_say_what_came_of_each_contest() -> None:
    found = chart_of(night(), "timeline", default_view(night())).events
    assert [event.label for event in found] == [
        "AP called One for Ann",
        "AP called a run-off in Two",
        "AP called Three for Ann (not leading in the count)",
        "AP called a tie in Four",
        "AP called Four for Ann (by lot)",
        "AP called Two for Ben",
    ]
    assert found[1].shorter == ("Two run-off",)


def test_a_replay_has_the_events_of_the_timeline() -> None:
    played, still = (chart_of(night(), slug, default_view(night())).events for slug in ("replay", "timeline"))
    assert {"AP called a run-off in Two", "AP called a tie in Four"} < {event.label for event in played}
    assert played == still


def test_headlines_say_what_counts_for_nobody() -> None:
    clock = Clock("UTC")
    assert clock.say(chart("results", "03:15").takeaway) == (
        "By 3:15 a.m. UTC AP had called 40 for Ann and 0 for Ben; 1 is needed to win; "
        "counted for nobody: a run-off in Two and a tie in Four"
    )
    assert clock.say(chart("results", "05:00").takeaway) == (
        "By 5 a.m. UTC AP had called 45 for Ann and 20 for Ben; 1 is needed to win"
    )
    assert clock.say(chart("timeline", "05:00").takeaway) == (
        "AP called a run-off in Two at 1:30 a.m.; AP called Two for Ben at 4 a.m. UTC"
    )


def test_a_night_of_run_offs_alone_has_no_winner_yet() -> None:
    story = night([CALLS[1], *(call(name.lower(), name, "A", "05:00") for name in ("One", "Three", "Four"))])
    found = chart_of(story, "results", replace(default_view(story), end=utc("02:00")))
    assert Clock("UTC").say(found.takeaway) == (
        "By 2 a.m. UTC no winner stood as called by AP; counted for nobody: a run-off in Two"
    )


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("01:30", "AP called a run-off in Two at 1:30 a.m. UTC: Ann 10, Ben 0 seats."),
        ("01:45", "AP called a run-off in Two at 1:30 a.m. UTC: Ann 10, Ben 0 seats."),
        ("03:30", "AP called Four at 3:30 a.m. UTC: Ann 45, Ben 0 seats."),
        ("04:00", "AP called Two at 4 a.m. UTC: Ann 45, Ben 20 seats."),
    ],
)
def test_a_sentence_of_a_minute_says_it(time: str, said: str) -> None:
    story = night()
    assert EmbedMoments(embed_of(story, "replay", default_view(story))).sentence(utc(time)).startswith(said)


@pytest.mark.parametrize("time", STOOD)
def test_what_the_player_adds_up_is_what_stood(time: str) -> None:
    story = night()
    found = night_of(embed_of(story, "replay", default_view(story)))
    sure, now = found["orders"]["happened"]["sure"], (utc(time) - utc("00:00")).total_seconds()
    added = [sum(value for row, value in party["rows"] if sure[row] <= now) for party in found["parties"]]
    assert added == [*STOOD[time][:2]]
    assert "lives" not in found, "a run-off has no tile that another would lie over"


def test_a_table_lists_the_run_off_as_an_event_and_its_winner_as_a_step() -> None:
    rows = list(csv.DictReader(io.StringIO(csv_of(chart("results", "05:00"), Clock("UTC"), facts_of(night())))))
    names = ("lane", "status", "what", "value", "total_of", "total_low")
    said = {row["row"]: tuple(row[name] for name in names) for row in rows}
    assert said["calls:two"] == ("", "runoff", "AP called a run-off in Two", "", "", "")
    assert said["calls:two-again"] == ("Seats", "called", "Two for Ben, Agency", "20", "Ben", "20")
    three = "Three for Ann (not leading in the count), Agency"
    assert said["calls:three"] == ("Seats", "not_leading", three, "30", "Ann", "40")


def test_plain_values_and_documents_say_it() -> None:
    shown = embed_of(night(), "results", replace(default_view(night()), end=utc("03:15")))
    assert [one["text"] for one in data_of(shown)["events"]][1] == "AP called a run-off in Two"
    assert "a run-off in Two and a tie in Four" in draw_document(shown)


def test_the_table_of_contests_has_the_whole_life() -> None:
    table = contests_table(night(), default_view(night()))
    places = [table.columns.index(name) for name in ("Contest", "Called by AP", "Called for")]
    cells = {row[places[0]].text: [row[place].text for place in places[1:]] for row in table.rows}
    assert cells["Two"] == ["1:30 a.m. UTC; 4 a.m. UTC", "a run-off; Ben"]
    assert cells["Three"] == ["2 a.m. UTC", "Ann (not leading in the count)"]


def test_claims_can_be_held_against_the_run_off_and_against_its_winner() -> None:
    found = {anchor.key: anchor.label for anchor in anchors_of(night(), "AP")}
    assert found["TWO"] == "AP’s call of a run-off in Two"
    assert found["call:two-again"] == "AP’s call of Two for Ben"


def test_the_command_line_says_that_nobody_has_won(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "small").mkdir()
    for name, content in files({"contests": CONTESTS, "calls": CALLS}).items():
        (tmp_path / "small" / name).write_bytes(content)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    assert typed("results", "small", "--at", at("01:30")) == 0
    last = json.loads(capsys.readouterr().out)["last_call"]
    assert (last["contest"], last["party"], last["outcome"]) == ("TWO", None, "runoff")


def test_the_winner_of_a_run_off_reaches_back_to_the_run_off() -> None:
    later = CALLS[5] | {"at": "", "latest": at("04:00"), "precision": "by", "basis": "bounds"}
    story = night([*CALLS[:5], later])
    assert totals_at(story, utc("01:29"), caller="AP").totals == {"A": (10, 10), "B": (0, 0)}
    assert totals_at(story, utc("01:30"), caller="AP").totals == {"A": (10, 10), "B": (0, 20)}


def test_a_rehearsal_writes_outcomes() -> None:
    again = sound_story("small", examine("small", files_of(night())))
    assert [row.outcome for row in again.calls] == ["won", "runoff", "not_leading", "tie", "lots", "won"]


def test_a_run_off_that_was_withdrawn_is_open_again() -> None:
    back = {"id": "back", "call": "two", "at": at("02:30"), "precision": "minute", "source": "s"}
    story = story_of(files({"contests": CONTESTS, "calls": CALLS, "withdrawals": [back]}))
    found = chart_of(story, "map", replace(default_view(story), end=utc("03:15")))
    texts = {cell.column: item.text for _, item, cell in placed(found.lanes[0]) if cell}
    assert texts[1] == "withdrawn: a run-off in Two, Agency"
    assert (
        Clock("UTC")
        .say(found.takeaway)
        .endswith("withdrawn by then: a run-off in Two; counted for nobody: a tie in Four")
    )


FAULTS = [
    pytest.param(
        [call("two", "Two", "A", "01:30", outcome="runoff")],
        "calls.csv, line 2, column party: found 'A', expected an empty cell, because nobody has won where "
        "outcome is runoff",
        id="a run-off with a winner",
    ),
    pytest.param(
        [call("two", "Two", "", "01:30", outcome="lots")],
        "calls.csv, line 2, column party: found an empty cell, expected a party, because outcome is lots; "
        "only a run-off or a tie has none",
        id="lots without a winner",
    ),
    pytest.param(
        [call("two", "Two", "", "01:30")],
        "calls.csv, line 2, column party: found an empty cell, expected a party, because outcome is won; "
        "only a run-off or a tie has none",
        id="a win of nobody",
    ),
    pytest.param(
        [call("two", "Two", "A", "01:30", outcome="recount")],
        "calls.csv, line 2, column outcome: found 'recount', expected one of 'won', 'runoff', 'not_leading', 'tie' or "
        "'lots'",
        id="no outcome",
    ),
]


@pytest.mark.parametrize(("calls", "said"), FAULTS)
def test_each_fault_has_a_sentence_of_its_own(calls: list[dict[str, Any]], said: str) -> None:
    assert faults_of(files({"contests": [CONTESTS[1]], "calls": calls})) == [said]


def test_a_winner_comes_after_the_run_off() -> None:
    vague = call("two", "Two", "", "", earliest=at("01:00"), latest=at("03:00"), precision="window", outcome="runoff")
    early = [vague | {"at": ""}, call("two-again", "Two", "B", "03:00")]
    assert faults_of(files({"contests": [CONTESTS[1]], "calls": early})) == []
    early[1] = call("two-again", "Two", "B", "04:00") | {
        "at": "",
        "earliest": at("02:00"),
        "latest": at("04:00"),
        "precision": "window",
    }
    assert faults_of(files({"contests": [CONTESTS[1]], "calls": early})) == [
        (
            "calls.csv, line 3, column contest: found a call that may lie before two, which has no winner, "
            "expected bounds that do not overlap: a run-off, then who won it"
        )
    ]


def test_a_second_log_of_a_run_off_names_nobody() -> None:
    log = call("log", "Two", "A", "01:31", role="corroboration")
    calls = [call("two", "Two", "", "01:30", outcome="runoff"), log]
    assert faults_of(files({"contests": [CONTESTS[1]], "calls": calls})) == [
        (
            "calls.csv, line 3, column party: found a corroboration of TWO for 'A' by AP, "
            "expected nobody, as in the call on line 2 that it is another log of"
        )
    ]
