from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.errors import DataError
from data.evidence.calls import load_calls, load_milestones, load_poll_closings
from data.story.store import read_story
from data.story.story import Story
from data.story.tables import Call
from data.story.totals import call_when, caller_named, is_complete, no_total, totals_at
from tests.support.tables import table
from tests.support.terminal import typed

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(US_2016)


def eastern(text: str) -> datetime:
    """A clock time of the night as AP printed it: November 2016, UTC-5."""
    day, time = text.split(" ")
    return datetime.fromisoformat(f"2016-11-{day}T{time}:00-05:00")


@pytest.mark.parametrize(
    ("at", "trump", "clinton"),
    [
        pytest.param("08 22:43", 168, 131, id="168-131 at 10:43 p.m."),
        pytest.param("08 22:50", 197, None, id="197 with Florida at 10:50 p.m."),
        pytest.param("08 23:00", 201, 190, id="201-190 at 11 p.m."),
        pytest.param("08 23:53", 238, 209, id="238-209 at 11:53 p.m."),
        pytest.param("09 00:02", 244, None, id="244 with Iowa at 12:02 a.m."),
        pytest.param("09 00:22", None, 215, id="215 with Nevada at 12:22 a.m."),
        pytest.param("09 01:35", 264, None, id="264 with Pennsylvania at 1:35 a.m."),
        pytest.param("09 02:29", 276, 218, id="276-218 with Wisconsin at 2:29 a.m."),
    ],
)
def test_the_sure_totals_reproduce_what_ap_printed(
    story: Story, at: str, trump: int | None, clinton: int | None
) -> None:
    totals = totals_at(story, eastern(at), caller="AP").totals
    assert totals is not None
    assert trump is None or totals["R"][0] == trump
    assert clinton is None or totals["D"][0] == clinton


def test_alaska_is_possible_but_not_sure_when_ap_called_the_presidency(story: Story) -> None:
    totals = totals_at(story, eastern("09 02:29"), caller="AP").totals
    assert totals == {"R": (276, 279), "D": (218, 218)}


def test_ohio_is_possible_from_its_poll_closing_until_another_outlets_minute(story: Story) -> None:
    ohio = next(call for call in story.calls if call.contest == "US-OH" and call.role == "primary")
    when = call_when(ohio, story)
    assert (when.earliest, when.latest) == (eastern("08 19:30"), eastern("08 22:39"))
    assert ohio.at is None


def test_totals_end_at_306_and_232(story: Story) -> None:
    totals = totals_at(story, datetime(2016, 12, 1, tzinfo=UTC), caller="AP").totals
    assert totals == {"R": (306, 306), "D": (232, 232)}


minutes = st.integers(0, 60 * 24 * 25).map(lambda n: datetime(2016, 11, 8, 12, tzinfo=UTC) + timedelta(minutes=n))


@given(minutes, st.integers(0, 600))
def test_totals_never_fall_and_never_pass_538(story: Story, at: datetime, later: int) -> None:
    before = totals_at(story, at, caller="AP").totals
    after = totals_at(story, at + timedelta(minutes=later), caller="AP").totals
    assert before and after
    for party in ("R", "D"):
        (low, high), (later_low, later_high) = before[party], after[party]
        assert high is not None and later_high is not None
        assert low <= high <= later_high and low <= later_low
    assert sum(high or 0 for _, high in after.values()) <= 538


@pytest.mark.parametrize("caller", ["CNN", "Fox", "ABC", "Guardian", "TV"])
def test_another_caller_has_its_own_calls_only_and_no_total(story: Story, caller: str) -> None:
    rows = table(load_calls(story, caller=caller))
    assert set(rows["caller"]) == {caller}
    assert not is_complete(story, caller)
    assert no_total(story, caller) == f"no total: {rows['contest'].nunique()} of 56 calls known"
    assert totals_at(story, eastern("09 06:00"), caller=caller).totals is None


def test_only_ap_is_complete(story: Story) -> None:
    assert [caller.id for caller in story.about.callers if is_complete(story, caller.id)] == ["AP"]


def test_florida_belongs_to_ap_at_1050_and_to_the_networks_of_one_log_at_1135(story: Story) -> None:
    found = {
        caller: table(load_calls(story, caller=caller)).set_index("contest").loc["US-FL", "latest"]
        for caller in ("AP", "Guardian", "TV")
    }
    assert found == {"AP": eastern("08 22:50"), "Guardian": eastern("08 22:53"), "TV": eastern("08 23:35")}


def test_a_second_log_of_a_call_is_listed_and_never_counted(story: Story) -> None:
    everything = table(load_calls(story))
    logs = everything[everything["role"] == "corroboration"]
    assert {"US-NV", "US-PA", "US-WI"} <= set(logs["contest"])
    assert not set(logs["id"]) & set(table(load_calls(story, caller="AP"))["id"])


def test_every_row_names_a_source_that_comes_with_it(story: Story) -> None:
    for sourced in (load_calls(story), load_milestones(story), load_poll_closings(story)):
        known = {source.id for source in sourced.sources}
        assert all(set(row.sources) <= known for row in sourced.rows)
        assert sourced.rows


def test_a_naive_time_is_refused(story: Story) -> None:
    with pytest.raises(ValueError, match="has no zone"):
        totals_at(story, datetime(2016, 11, 8, 22, 50), caller="AP")  # noqa: DTZ001


@pytest.mark.parametrize("name", ["ap", "Ap", "AP"])
def test_a_caller_is_found_in_any_case_of_letters(story: Story, name: str) -> None:
    assert caller_named(story, name).id == "AP"


@pytest.mark.parametrize("name", ["matzav", "Reuters", "", "x" * 10_000])
def test_what_cannot_be_chosen_as_caller_is_refused_with_the_choices(story: Story, name: str) -> None:
    with pytest.raises(DataError, match="choose one of: AP, CNN"):
        caller_named(story, name)


def test_the_terminal_answers_a_reporter_in_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("results", "us-2016", "--at", "2016-11-08T22:43:00-05:00") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["at"] == "2016-11-08T22:43:00-05:00"
    assert answer["totals"] == {"R": [168, 168], "D": [131, 131]}
    assert answer["last_call"]["name"] == "Colorado"


def test_the_terminal_says_why_there_is_no_total(capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("results", "us-2016", "--at", "2016-11-08T23:43:00-05:00", "--caller", "cnn") == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["totals"] is None
    assert answer["note"].startswith("no total: ")


@pytest.mark.parametrize(
    ("argv", "says"),
    [
        pytest.param(["us-2016", "--at", "2016-11-08T22:43:00"], "has no zone", id="naive"),
        pytest.param(["us-2016", "--at", "soon"], "soon", id="no time"),
        pytest.param(["atlantis", "--at", "2016-11-08T22:43:00Z"], "atlantis", id="unknown story"),
        pytest.param(["../us-2016", "--at", "2016-11-08T22:43:00Z"], "us-2016", id="a path is no story"),
        pytest.param(["us-2016", "--at", "2016-11-08T22:43:00Z", "--caller", "me"], "choose one of", id="caller"),
    ],
)
def test_what_cannot_be_answered_is_one_sentence_and_exit_1(
    argv: list[str], says: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert typed("results", *argv) == 1
    error = capsys.readouterr().err
    assert says in error and error.count("\n") == 1 and "Traceback" not in error


def only_by(story: Story, **changes: object) -> Call:
    """AP's Ohio call, of which only an upper bound is known, in a story told otherwise."""
    ohio = next(call for call in story.calls if call.contest == "US-OH" and call.role == "primary")
    return ohio.model_copy(update=changes)


def test_a_call_without_a_poll_closing_reaches_back_to_the_close_of_all_polls(story: Story) -> None:
    closed = next(iter(story.milestones)).model_copy(update={"kind": "polls close", "at": eastern("08 20:00")})
    bare = replace(story, poll_closings=(), milestones=(closed,))
    when = call_when(only_by(story), bare)
    assert (when.earliest, when.exact) == (eastern("08 20:00"), False)


def test_a_call_without_any_closing_reaches_back_to_the_start_of_the_window(story: Story) -> None:
    bare = replace(story, poll_closings=(), milestones=())
    assert call_when(only_by(story), bare).earliest == story.window.start


def test_an_upper_bound_before_the_window_is_still_no_minute(story: Story) -> None:
    early = only_by(story, latest=eastern("01 12:00"))
    assert not call_when(early, replace(story, poll_closings=(), milestones=())).exact
