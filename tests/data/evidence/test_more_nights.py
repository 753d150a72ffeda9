"""The three other nights: what their tables hold, what they lack, and sums that must come out."""

from __future__ import annotations

import re
from collections import Counter
from datetime import UTC, date, datetime
from functools import cache

import pytest

from data.core.model import Precision
from data.evidence.calls import load_calls, load_milestones
from data.evidence.outages import load_observations
from data.evidence.searches import load_interest, load_interest_marks
from data.story.store import BUNDLED, read_story
from data.story.story import Story, when_of
from data.story.tables import Call
from data.story.totals import call_when, is_complete, only_surely, totals_at
from tests.support.tables import table

LONG_AFTER = datetime(2026, 1, 1, tzinfo=UTC)


@cache
def night(slug: str) -> Story:
    return read_story(BUNDLED / slug)


def primary(story: Story) -> dict[str, Call]:
    return {call.contest: call for call in story.calls if call.role == "primary"}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("slug", "totals"),
    [
        pytest.param("us-2020", {"R": (232, 232), "D": (306, 306)}, id="2020: Biden 306, Trump 232"),
        pytest.param("us-2024", {"R": (312, 312), "D": (226, 226)}, id="2024: Trump 312, Harris 226"),
        pytest.param("uk-2016", {"Leave": (263, 263), "Remain": (119, 119)}, id="2016: Leave in 263 areas of 382"),
    ],
)
def test_in_the_end_the_ledger_says_what_the_night_ended_with(slug: str, totals: dict[str, tuple[int, int]]) -> None:
    story = night(slug)
    assert totals_at(story, LONG_AFTER, caller=story.about.caller).totals == totals
    assert [caller.id for caller in story.about.callers if is_complete(story, caller.id)] == [story.about.caller]


@pytest.mark.parametrize(
    ("at", "trump", "biden"),
    [
        pytest.param("2020-11-04T17:56:00-05:00", (211, 214), (264, 264), id="264 with Michigan on 4 November"),
        pytest.param("2020-11-05T12:00:00-05:00", (214, 214), (264, 264), id="264 to 214, the next day"),
        pytest.param("2020-11-07T11:26:00-05:00", (214, 214), (284, 284), id="284 with Pennsylvania on 7 November"),
        pytest.param("2020-11-13T15:48:00-05:00", (232, 232), (290, 290), id="232 with North Carolina"),
    ],
)
def test_the_totals_of_2020_reproduce_what_ap_printed(at: str, trump: tuple[int, int], biden: tuple[int, int]) -> None:
    totals = totals_at(night("us-2020"), utc(at), caller="AP").totals
    assert totals == {"R": trump, "D": biden}


def test_of_the_areas_of_2016_a_total_tells_those_that_had_surely_declared() -> None:
    """Of 382 areas 316 have no time of their own: nearly all of them may have declared at any time of the night."""
    story = night("uk-2016")
    assert [only_surely(story, "Official"), only_surely(night("us-2024"), "AP")] == [True, False]
    totals = totals_at(story, utc("2016-06-24T00:15:00+01:00"), caller="Official").totals
    assert totals == {"Leave": (1, None), "Remain": (2, None)}
    assert totals_at(story, utc("2016-06-24T12:00:00+01:00"), caller="Official").totals == {
        "Leave": (263, 263), "Remain": (119, 119)
    }  # fmt: skip


def test_ap_called_the_presidency_of_2024_at_277_of_which_one_vote_is_only_a_bound() -> None:
    totals = totals_at(night("us-2024"), utc("2024-11-06T05:34:00-05:00"), caller="AP").totals
    assert totals is not None
    low, high = totals["R"]
    assert low == 276 and high is not None and low <= 277 <= high


@pytest.mark.parametrize(
    ("slug", "own", "others"),
    [
        pytest.param("us-2020", 46, {"US-WI", "US-NE-02"}, id="2020: 46 of AP, two more of other outlets"),
        pytest.param("us-2024", 24, set(), id="2024: 24"),
    ],
)
def test_a_minute_of_ap_is_held_only_where_one_was_published(slug: str, own: int, others: set[str]) -> None:
    story = night(slug)
    calls = primary(story)
    assert len(calls) == 56
    assert sum(call.at is not None for call in calls.values()) == own
    assert {code for code, call in calls.items() if not call.at} >= others
    told = {call.contest for call in story.calls if call.role != "primary" and call.at and not calls[call.contest].at}
    assert told == others


def test_another_outlets_minute_for_wisconsin_in_2020_only_bounds_aps() -> None:
    story = night("us-2020")
    wisconsin = primary(story)["US-WI"]
    assert (wisconsin.at, wisconsin.precision) == (None, Precision.BY)
    assert call_when(wisconsin, story).latest == utc("2020-11-04T14:19:00-05:00")


def test_foxs_arizona_of_2020_is_foxs_and_three_and_a_half_hours_before_aps() -> None:
    calls = table(load_calls(night("us-2020")))
    arizona = calls[calls["contest"] == "US-AZ"].set_index("caller")["latest"]
    assert arizona["Fox"] == utc("2020-11-03T23:20:00-05:00")
    assert arizona["AP"] == utc("2020-11-04T02:51:00-05:00")


@pytest.mark.parametrize("code", ["US-NE-01", "US-NE-03"])
def test_a_winner_of_2020_known_without_a_call_rests_on_the_tally_that_needs_it(code: str) -> None:
    call = primary(night("us-2020"))[code]
    assert call.at is None and call.basis == "bounds"
    assert "wish-ap-latest-2020" in call.source.split()


@pytest.mark.parametrize("code", ["US-AK", "US-ME"])
def test_a_winner_of_2024_known_without_a_call_rests_on_the_tally_that_needs_it(code: str) -> None:
    call = primary(night("us-2024"))[code]
    assert call.at is None and call.basis == "bounds"
    assert "abc-ap-arizona-final" in call.source.split()


def test_a_block_of_a_news_page_is_a_lower_bound_and_never_a_minute() -> None:
    story = night("us-2024")
    blocks = [call for call in primary(story).values() if "npr-update-copy" in call.source]
    assert len(blocks) == 16
    assert all(call.at is None and call.earliest for call in blocks)
    california = next(call for call in blocks if call.contest == "US-CA")
    assert california.earliest == utc("2024-11-05T23:00:00-05:00")
    assert not call_when(california, story).exact


def test_florida_of_2024_lies_between_its_last_closing_and_half_past_eight() -> None:
    story = night("us-2024")
    when = call_when(primary(story)["US-FL"], story)
    assert (when.earliest, when.latest) == (utc("2024-11-05T20:00:00-05:00"), utc("2024-11-05T20:30:00-05:00"))


def test_nobody_possibly_had_a_vote_of_2024_before_seven_in_the_evening() -> None:
    totals = totals_at(night("us-2024"), utc("2024-11-05T18:59:00-05:00"), caller="AP").totals
    assert totals == {"R": (0, 0), "D": (0, 0)}


@pytest.mark.parametrize("slug", ["us-2020", "us-2024", "uk-2016"])
def test_no_call_without_a_minute_is_drawn_as_one(slug: str) -> None:
    story = night(slug)
    assert [call.id for call in story.calls if not call.at and call_when(call, story).exact] == []


def test_the_uk_story_has_a_time_for_66_of_382_areas() -> None:
    story = night("uk-2016")
    counted = Counter(call.precision for call in story.calls)
    assert counted == {
        Precision.MINUTE: 4,
        Precision.APPROXIMATE: 1,  # Orkney, "about 00:05"
        Precision.BY: 61,  # the minute of a post
        Precision.WINDOW: 316,
    }


def test_an_area_without_a_time_lies_between_the_close_of_polls_and_the_official_result() -> None:
    story = night("uk-2016")
    moments = {row.id: when_of(row, story) for row in story.milestones}
    close, official = moments["polls-close"], moments["official-result"]
    assert close and official
    for call in story.calls:
        if call.precision is Precision.WINDOW:
            assert (call.earliest, call.latest) == (close.latest, official.latest)


def test_the_votes_of_382_areas_sum_to_the_official_totals() -> None:
    story = night("uk-2016")
    votes = sum((Counter(final.votes) for final in story.finals.values()), Counter[str]())
    assert len(story.finals) == 382
    assert votes == {"Leave": 17_410_742, "Remain": 16_141_241}
    label = next(row.label for row in story.milestones if row.id == "official-result")
    assert re.findall(r"\d[\d,]+\d", label) == ["17,410,742", "16,141,241"]


def test_who_won_an_area_is_who_had_more_votes_there() -> None:
    story = night("uk-2016")
    declared = {call.contest: call.party for call in story.calls}
    assert {code: final.winner for code, final in story.finals.items()} == declared


def test_sunderland_votes_82394_to_51930_at_quarter_past_midnight_in_london() -> None:
    story = night("uk-2016")
    sunderland = story.about.emphasised[0]
    assert story.contest(sunderland).name == "Sunderland"
    assert primary(story)[sunderland].at == utc("2016-06-24T00:15:00+01:00")
    assert story.finals[sunderland].votes == {"Leave": 82_394, "Remain": 51_930}
    assert (story.finals[sunderland].ahead, story.finals[sunderland].points) == (30_464, 22.68)


def test_no_number_of_areas_wins_a_referendum() -> None:
    about = night("uk-2016").about
    assert (about.total, about.to_win, about.unit) == (382, 0, "areas declared")
    assert {party.tone for party in about.parties} != {"first", "second"}


def test_forecasts_that_nobody_timed_are_held_and_never_drawn() -> None:
    story = night("uk-2016")
    assert {row.id for row in story.milestones if row.precision is Precision.NONE} == {"itv-leave", "sky-leave"}
    assert not {"itv-leave", "sky-leave"} & set(table(load_milestones(story))["id"])


def test_the_weekly_questions_about_the_eu_each_peak_at_100_and_end_on_2_july() -> None:
    story = night("uk-2016")
    frame = load_interest(story).frame
    assert frame["term"].nunique() == 10 and len(frame) == 1_820
    assert set(frame.groupby("term")["value"].max()) == {100.0}
    assert {row.term for row in story.interest} == {search.term for search in story.about.searches}
    assert max(row.end for row in story.interest) == date(2016, 7, 2)


@pytest.mark.parametrize(
    ("slug", "marks"),
    [
        pytest.param(
            "uk-2016",
            {"leave-eu-250", "gibraltar-680", "irish-passport-100"},
            id="two rises counted over some hours, and one from about 4 a.m.",
        ),
        pytest.param("us-2020", {"rise-9pm", "rise-700-10pm", "peak-1am"}, id="three marks of 2020"),
        pytest.param("us-2024", {"rise-400-8pm", "peak-6am"}, id="two marks of 2024, one with its end alone"),
    ],
)
def test_a_search_figure_that_has_a_moment_is_a_mark_of_its_night(slug: str, marks: set[str]) -> None:
    story = night(slug)
    frame = table(load_interest_marks(story, story.window))
    assert set(frame[frame["until"].isna()]["id"]) == marks


def test_figures_of_the_first_debate_of_2020_are_never_drawn_on_election_night() -> None:
    scopes = {figure.id: figure.scope for figure in night("us-2020").figures}
    assert {scope for name, scope in scopes.items() if name.startswith("debate-")} == {"context"}


@pytest.mark.parametrize("slug", ["us-2020", "us-2024"])
def test_no_observation_of_a_site_is_held_for_these_nights_and_the_story_says_so(slug: str) -> None:
    story = night(slug)
    assert len(table(load_observations(story))) == 0
    assert any("No observation of" in point.text for point in story.about.unknown)


def test_the_registration_site_fails_on_another_night_than_the_petitions_site() -> None:
    frame = table(load_observations(night("uk-2016"))).set_index("id")
    assert frame.loc["registration-crash", "latest"] == utc("2016-06-07T22:15:00+01:00")
    assert frame.loc["petition-crashing", "earliest"] == utc("2016-06-24T00:00:00+01:00")
    assert set(frame["status"]) == {"failing", "degraded"}


@pytest.mark.parametrize("slug", ["us-2020", "us-2024", "uk-2016"])
def test_a_control_case_is_never_the_storys_own_night(slug: str) -> None:
    story = night(slug)
    assert story.controls
    for row in story.controls:
        when = when_of(row, story, zone=row.zone)
        assert when is None or not story.window.overlaps(when.earliest, when.latest)
    assert slug.replace("us-", "us-election-") not in {row.case for row in story.controls}


@pytest.mark.parametrize("slug", ["us-2020", "us-2024", "uk-2016"])
def test_no_headline_says_what_came_of_what(slug: str) -> None:
    about = night(slug).about
    said = " ".join([about.title, about.dek, *(point.text for point in about.known)])
    assert not re.search(r"caus|trigger|impact|led to|because|due to", said, re.IGNORECASE)
