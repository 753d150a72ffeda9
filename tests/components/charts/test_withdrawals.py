"""A call that its caller takes back: what stood at each moment is what is counted, drawn, said and kept."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from xml.etree.ElementTree import fromstring

import pytest

from components.charts.catalogue import chart_of
from components.charts.frames import frames_of
from components.charts.grammar import Chart
from components.charts.running_totals import sums
from components.clock import Clock
from components.embeds.documents.lines import EmbedMoments
from components.embeds.documents.player_frames import night_of
from components.embeds.embed import Embed, embed_of
from components.embeds.pictures.animation import keep
from components.render.facts_csv import csv_of
from components.render.layout.theme import LIGHT
from components.render.layout.tile_layout import TileLook, look_of, placed
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.core.model import Order
from data.evidence.anchors import anchor_of, anchors_of
from data.evidence.facts import facts_of
from data.story.as_of import moments_of, story_at
from data.story.store import files_of
from data.story.story import Story, sound_story
from data.story.story_checks import examine
from data.story.totals import totals_at
from tests.support.small_story import at, call, contest, faults_of, files, story_of

CONTESTS = [contest("One", 10, 0), contest("Two", 20, 1), contest("Three", 30, 2)]
#: Two is called for Ann at 1:30, withdrawn between 2:30 and 3, and called for Ben at 4.
CALLS = [
    call("one", "One", "A", "01:00"),
    call("two", "Two", "A", "01:30"),
    call("three", "Three", "B", "02:00"),
    call("two-again", "Two", "B", "04:00"),
]
BACK = {
    "id": "back",
    "call": "two",
    "earliest": at("02:30"),
    "latest": at("03:00"),
    "precision": "window",
    "source": "s",
}
#: At each moment: Ann's total, Ben's, and who is drawn on the tile of Two, how.
STOOD = {
    "01:15": ((10, 10), (0, 0), None),
    "01:30": ((30, 30), (0, 0), ("Ann", TileLook.CALLED)),
    "02:15": ((30, 30), (30, 30), ("Ann", TileLook.CALLED)),
    "02:45": ((10, 30), (30, 30), ("Ann", TileLook.POSSIBLE)),
    "03:00": ((10, 10), (30, 30), None),
    "03:59": ((10, 10), (30, 30), None),
    "04:00": ((10, 10), (50, 50), ("Ben", TileLook.CALLED)),
}


WITHDREW = "AP withdrew its call of Two for Ann between 2:30 a.m. and 3 a.m. UTC: Ann 10, Ben 30 seats."


def night(**more: Any) -> Story:
    return story_of(files({"contests": CONTESTS, "calls": CALLS, "withdrawals": [BACK | more]}, emphasised='["TWO"]'))


def utc(time: str) -> datetime:
    return datetime.fromisoformat(at(time)).astimezone(UTC)


def chart(slug: str, time: str, *, cut: bool = False) -> Chart:
    """A chart of the night up to a moment: of its range, or of its story with `cut`."""
    story = night()
    if cut:
        return chart_of(story_at(story, utc(time)), slug, default_view(story))
    return chart_of(story, slug, replace(default_view(story), end=utc(time)))


def embed(slug: str = "replay", order: Order = Order.HAPPENED) -> Embed:
    story = night()
    return embed_of(story, slug, replace(default_view(story), order=order))


@pytest.mark.parametrize("time", STOOD)
def test_a_total_is_what_stands(time: str) -> None:
    ann, ben, _ = STOOD[time]
    assert totals_at(night(), utc(time), caller="AP").totals == {"A": ann, "B": ben}


@pytest.mark.parametrize("cut", [False, True])
@pytest.mark.parametrize("time", STOOD)
def test_a_map_has_the_totals_and_the_tiles_of_its_moment(time: str, cut: bool) -> None:
    drawn, (ann, ben, two) = chart("map", time, cut=cut), STOOD[time]
    lane, window = drawn.lanes[0], replace(drawn.window, end=drawn.told_to)
    assert [(side.low, side.high) for side in sums(lane, window)] == [ann, ben]
    tiles = [(mark.name, look_of(mark, item, window)) for mark, item, cell in placed(lane) if cell and cell.column == 1]
    assert tiles == [two or ("not called", TileLook.BLANK)]


@pytest.mark.parametrize("time", [time for time in STOOD if time not in ("01:30", "03:00", "04:00")])
def test_a_running_total_falls_within_the_bounds_of_the_withdrawal(time: str) -> None:
    drawn, (ann, ben, _) = chart("results", time), STOOD[time]
    assert [(side.low, side.high) for side in sums(drawn.lanes[0], drawn.window)] == [ann, ben]


@pytest.mark.parametrize("time", STOOD)
def test_a_replay_shows_what_stood_at_each_moment(time: str) -> None:
    """What the player adds up from the rows of the page, and what a still of the animation has on its tiles."""
    found, order = night_of(embed()), Order.HAPPENED.value
    sure, maybe = found["orders"][order]["sure"], found["orders"][order]["maybe"]
    now = (utc(time) - utc("00:00")).total_seconds()
    stands = {row for row, second in sure.items() if second <= now}
    begun = stands | {row for row, second in maybe.items() if second <= now}
    added = [
        tuple(sum(value for row, value in party["rows"] if row in rows) for rows in (stands, begun))
        for party in found["parties"]
    ]
    ann, ben, two = STOOD[time]
    assert added == [ann, ben]
    shown = embed()
    frames = frames_of(shown.story, shown.chart, shown.clock, order=Order.HAPPENED, words=EmbedMoments(shown).rows)
    still = fromstring(f"<g>{svg.layout(shown.chart, shown.clock, width=720, brief=True).body}</g>")
    keep(still, frames, utc(time))
    tiles = [one for one in still.iter() if one.get("data-row", "").startswith("calls:two")]
    seen = [(one.get("data-row"), one.get("class", "").split()[2]) for one in tiles if one.get("display") != "none"]
    row = {"Ann": "calls:two", "Ben": "calls:two-again"}
    assert seen == ([(row[two[0]], two[1].value)] if two else [])


def test_an_order_of_publication_takes_nothing_back_before_it_surely_was() -> None:
    shown = embed(order=Order.KNOWN)
    rows = EmbedMoments(shown).rows
    said = frames_of(shown.story, shown.chart, shown.clock, order=Order.KNOWN, words=rows).moments
    assert [words.partition(" No ")[0] for moment, words in said if utc("02:00") <= moment <= utc("04:00")] == [
        "AP called Three at 2 a.m. UTC: Ann 30, Ben 30 seats.",
        WITHDREW,
        "AP called Two at 4 a.m. UTC: Ann 10, Ben 50 seats.",
    ]


@pytest.mark.parametrize(
    ("time", "said"),
    [
        ("02:45", "AP called Three at 2 a.m. UTC: Ann 10 to 30, Ben 30 seats."),
        ("03:00", WITHDREW),
        ("03:30", WITHDREW),
        ("04:00", "AP called Two at 4 a.m. UTC: Ann 10, Ben 50 seats."),
    ],
)
def test_a_sentence_of_a_minute_says_what_was_last_done(time: str, said: str) -> None:
    assert EmbedMoments(embed()).sentence(utc(time)).startswith(said)


def test_events_tell_the_call_its_withdrawal_and_the_next_call_apart() -> None:
    found = chart_of(night(), "timeline", default_view(night())).events
    assert [event.label for event in found] == [
        "AP called One for Ann",
        "AP called Two for Ann",
        "AP called Three for Ben",
        "AP withdrew its call of Two for Ann",
        "AP called Two for Ben",
    ]
    assert found[3].rows == ("withdrawals:back",)
    assert found[3].emphasised


def test_headlines_say_that_a_call_was_withdrawn() -> None:
    clock = Clock("UTC")
    assert clock.say(chart("results", "05:00").takeaway) == (
        "By 5 a.m. UTC 10 for Ann and 50 for Ben stood as called by AP; 1 is needed to win; "
        "withdrawn by then: Two for Ann"
    )
    assert clock.say(chart("timeline", "05:00").takeaway) == (
        "AP called Two for Ann at 1:30 a.m.; AP withdrew its call of Two for Ann between 2:30 a.m. and 3 a.m.; "
        "AP called Two for Ben at 4 a.m. UTC"
    )


def test_a_table_takes_away_what_was_withdrawn() -> None:
    drawn = chart("results", "05:00")
    told = csv_of(drawn, Clock("UTC"), facts_of(night()))
    rows = list(csv.DictReader(io.StringIO(told)))
    [row] = [row for row in rows if row["row"] == "withdrawals:back"]
    assert row["what"] == "withdrawn: Two for Ann, Agency"
    assert (row["kind"], row["status"], row["total_of"]) == ("withdrawal", "withdrawn", "Ann")
    assert (row["value"], row["total_low"], row["total_high"]) == ("-20", "10", "10")
    assert (row["earliest_utc"], row["latest_utc"]) == ("2030-11-06T02:30:00Z", "2030-11-06T03:00:00Z")


def test_what_is_at_least_there_has_an_upper_end_once_all_is_called_and_one_call_perhaps_withdrawn() -> None:
    bounds = {"at": "", "earliest": at("01:00"), "latest": at("02:15"), "precision": "window"}
    calls = [call("one", "One", "A", "", **bounds), CALLS[1], call("three", "Three", "B", "", **bounds)]
    story = story_of(files({"contests": CONTESTS, "calls": calls, "withdrawals": [BACK]}))
    found = {time: totals_at(story, utc(time), caller="AP").totals for time in ("02:00", "02:15", "02:45", "03:00")}
    assert found == {
        "02:00": {"A": (20, None), "B": (0, None)},
        "02:15": {"A": (30, 30), "B": (30, 30)},
        "02:45": {"A": (10, 30), "B": (30, 30)},
        "03:00": {"A": (10, 10), "B": (30, 30)},
    }
    drawn = chart_of(story, "results", replace(default_view(story), end=utc("02:45")))
    assert [side.said for side in sums(drawn.lanes[0], drawn.window)] == ["10 to 30", "30"]


def test_a_table_told_up_to_a_moment_has_the_total_of_that_moment_for_what_may_be_withdrawn() -> None:
    told = csv_of(chart("results", "02:45", cut=True), Clock("UTC"), facts_of(night()))
    [row] = [row for row in csv.DictReader(io.StringIO(told)) if row["row"] == "withdrawals:back"]
    assert (row["value"], row["total_of"], row["total_low"], row["total_high"]) == ("-20", "Ann", "10", "30")
    assert (row["earliest_utc"], row["latest_utc"]) == ("2030-11-06T02:30:00Z", "")


@pytest.mark.parametrize("slug", ["map", "replay"])
def test_a_figure_has_one_tile_for_each_contest(slug: str) -> None:
    figure = draw_figure(chart(slug, "05:00"), Clock("UTC"), theme=LIGHT)
    squares = [shape for shape in figure.layout.shapes if shape.xref == "x2" and shape.fillcolor]
    assert sorted({round((shape.x0 + shape.x1) / 2) for shape in squares}) == [0, 1, 2]
    assert len(squares) == len(CONTESTS)


def test_claims_can_be_held_against_each_of_them() -> None:
    found = {anchor.key: anchor.label for anchor in anchors_of(night(), "AP")}
    assert found["TWO"] == "AP’s call of Two for Ann"
    assert found["withdrawal:back"] == "the withdrawal of AP’s call of Two for Ann"
    assert found["call:two-again"] == "AP’s call of Two for Ben"
    withdrawn = anchor_of(night(), "AP", "withdrawal:back")
    assert withdrawn is not None
    assert (withdrawn.when.earliest, withdrawn.when.latest) == (utc("02:30"), utc("03:00"))


def test_a_story_that_is_told_up_to_a_moment_changes_as_it_is_withdrawn() -> None:
    moments = moments_of(night())
    assert {utc("02:30"), utc("03:00")} <= set(moments)
    assert [row.id for row in story_at(night(), utc("02:45")).withdrawals] == []
    assert [row.id for row in story_at(night(), utc("03:00")).withdrawals] == ["back"]
    assert story_at(night(), utc("02:45"), Order.KNOWN).possible_withdrawals == ()


def test_a_rehearsal_writes_withdrawals() -> None:
    again = sound_story("small", examine("small", files_of(night())))
    assert totals_at(again, utc("03:30"), caller="AP").totals == {"A": (10, 10), "B": (30, 30)}


def test_a_contest_may_stay_uncalled_at_the_end() -> None:
    story = story_of(files({"contests": CONTESTS, "calls": CALLS[:3], "withdrawals": [BACK]}))
    found = totals_at(story, utc("05:00"), caller="AP")
    assert found.totals == {"A": (10, 10), "B": (30, 30)}
    assert found.last_call is not None
    assert (found.last_call.id, [call.id for call in found.withdrawn]) == ("three", ["two"])


def test_what_is_called_again_without_a_lower_bound_reaches_back_to_the_withdrawal() -> None:
    later = CALLS[3] | {"at": "", "latest": at("04:00"), "precision": "by", "basis": "bounds"}
    story = story_of(files({"contests": CONTESTS, "calls": [*CALLS[:3], later], "withdrawals": [BACK]}))
    assert totals_at(story, utc("02:59"), caller="AP").totals == {"A": (10, 30), "B": (30, 30)}
    assert totals_at(story, utc("03:00"), caller="AP").totals == {"A": (10, 10), "B": (30, 50)}


SECOND = (
    "calls.csv, line 5, column contest: found a second primary call of TWO by AP, the first is on line 3, "
    "expected one, or a row of withdrawals.csv that says when AP took two back"
)
TWICE = "withdrawals.csv, line 3, column call: found 'two' again, first on line 2, expected each once"
ORDER = "bounds that do not overlap: a call, then its withdrawal, then the next call"
EARLY = f"withdrawals.csv, line 2, column call: found a withdrawal that may lie before two was made, expected {ORDER}"
LATE = f"calls.csv, line 5, column contest: found a call that may lie before the withdrawal back, expected {ORDER}"
TIMELESS = (
    "withdrawals.csv, line 2, column precision: found none, expected a time, "
    "because otherwise nobody could say how long the call stood"
)


@pytest.mark.parametrize(
    ("withdrawals", "said"),
    [
        ([], SECOND),
        ([BACK | {"call": "four"}], "withdrawals.csv, line 2, column call: found 'four', expected an id of calls.csv"),
        ([BACK, BACK | {"id": "b"}], TWICE),
        ([BACK | {"earliest": at("01:00"), "latest": at("01:15")}], EARLY),
        ([BACK | {"latest": at("04:30")}], LATE),
        ([{"id": "back", "call": "two", "precision": "none", "source": "s"}], TIMELESS),
    ],
)
def test_the_checker_says_what_contradicts(withdrawals: list[dict[str, object]], said: str) -> None:
    tables = {"contests": CONTESTS, "calls": CALLS} | ({"withdrawals": withdrawals} if withdrawals else {})
    assert said in faults_of(files(tables))
