"""The data of a view: everything that is drawn, in UTC, with where it can be checked."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

import pytest

from components.charts.catalogue import publishable
from components.charts.grammar import Chart, Item, Kind, Lane, Points, Tone
from components.charts.said import Said
from components.embeds.embed import Embed, embed_of
from components.embeds.passport import data_of, json_of
from components.view.view_state import ViewState, default_view
from data.core.model import Precision, When
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support import samples


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


def data(story: Story, slug: str = "timeline", **given: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(json_of(embed_of(story, slug, default_view(story), **given)))  # type: ignore[arg-type]
    return found


def items(found: dict[str, Any]) -> list[dict[str, Any]]:
    return [item for lane in found["lanes"] for mark in lane["marks"] for item in mark["items"]]


def one_item(story: Story, **given: Any) -> dict[str, Any]:
    when = given.pop("when", When.at(datetime(2016, 11, 9, 3, 50, tzinfo=UTC)))
    item = Item("figures:one", when, "one", ("ap",), **given)
    lane = Lane("lane", "Lane", "visits", (Points("mark", Tone.SITE, (item,)),))
    chart = Chart("one", "us-2016", "One", Said.of("One"), samples.NIGHT, (lane,), sources=(samples.AP,))
    return items(data_of(Embed(story, chart, default_view(story))))[0]


@pytest.mark.parametrize("slug", publishable())
def test_every_mark_and_event_is_there_with_sources_that_are_there(story: Story, slug: str) -> None:
    chart, found = embed_of(story, slug, default_view(story)).chart, data(story, slug)
    assert [item["row"] for item in items(found)] == [item.row for lane in chart.lanes for _, item in lane.items]
    assert [event["number"] for event in found["events"]] == [number for number, _ in chart.numbered]
    assert len(found["outside"]) == len(chart.outside)
    known = {source["id"] for source in found["sources"]}
    named = {name for thing in [*items(found), *found["events"], *found["outside"]] for name in thing["sources"]}
    assert named == known
    assert all(source["url"].startswith("http") for source in found["sources"])


def test_florida_is_a_minute_in_utc_a_weight_and_a_total(story: Story) -> None:
    florida = next(item for item in items(data(story)) if item["row"] == "calls:ap-fl")
    assert (florida["earliest"], florida["latest"], florida["precision"]) == (
        "2016-11-09T03:50:00Z",
        "2016-11-09T03:50:00Z",
        "minute",
    )
    assert (florida["value"], florida["low"], florida["high"]) == (29, 197, 197)
    assert isinstance(florida["value"], int)


def test_the_passport_says_how_the_view_came_to_be(story: Story) -> None:
    found = data(story, site="https://nightdesk.example", version="20261122T200000Z-0a1b")["passport"]
    assert {name: found[name] for name in ("story", "chart", "from", "to", "clock", "caller", "as_of", "version")} == {
        "story": "us-2016",
        "chart": "timeline",
        "from": "2016-11-08T18:00:00Z",
        "to": "2016-11-09T12:00:00Z",
        "clock": "America/New_York",
        "caller": "AP",
        "as_of": "2026-11-22T20:00:00Z",
        "version": "20261122T200000Z-0a1b",
    }
    assert found["address"].startswith("https://nightdesk.example/embed/us-2016/timeline?")
    assert found["app_address"].startswith("https://nightdesk.example/")
    assert found["licence"] and found["newsroom"] and found["methods"]


def test_what_is_not_known_is_null(story: Story) -> None:
    found = data(story)["passport"]
    assert (found["address"], found["app_address"], found["version"]) == (None, None, None)


def test_sentences_follow_the_view_s_clock_and_times_do_not(story: Story) -> None:
    view = default_view(story)
    london = ViewState(view.story, view.start, view.end, clock="Europe/London", caller=view.caller)
    there, here = data_of(embed_of(story, "timeline", london)), data_of(embed_of(story, "timeline", view))
    assert "3:50 a.m. GMT" in there["passport"]["takeaway"]
    assert "10:50 p.m. EST" in here["passport"]["takeaway"]
    assert [item["earliest"] for item in items(there)] == [item["earliest"] for item in items(here)]
    assert "{time:" not in json.dumps([there, here]) and "{when-" not in json.dumps([there, here])


@pytest.mark.parametrize(
    ("given", "written"),
    [
        pytest.param(29.0, 29, id="integral"),
        pytest.param(8.8, 8.8, id="fraction"),
        pytest.param(-3.0, -3, id="negative"),
        pytest.param(math.nan, None, id="not a number"),
        pytest.param(math.inf, None, id="infinite"),
        pytest.param(None, None, id="unknown"),
    ],
)
def test_numbers_are_numbers_and_never_nan(story: Story, given: float | None, written: float | None) -> None:
    found = one_item(story, value=given, kind=Kind.LOWER_BOUND)
    assert found["value"] == written and isinstance(found["value"], type(written))
    assert found["kind"] == "lower bound"


def test_a_day_is_stated_as_that_day_and_no_time_as_none(story: Story) -> None:
    first, last = datetime(2016, 11, 9, 5, tzinfo=UTC), datetime(2016, 11, 10, 4, 59, 59, tzinfo=UTC)
    day = one_item(story, when=When(first, last, Precision.DAY, datetime(2016, 11, 9, tzinfo=UTC)))
    assert (day["earliest"], day["stated"], day["precision"]) == ("2016-11-09T05:00:00Z", "2016-11-09", "day")
    none = one_item(story, when=When(first, last, Precision.NONE))
    assert (none["earliest"], none["latest"], none["stated"]) == (None, None, None)


def test_the_caution_comes_with_the_data_where_two_kinds_coincide(story: Story) -> None:
    caution = data(story, "timeline")["caution"]
    assert [part["heading"] for part in caution["parts"]][:2] == ["Lag", "Base rate"]
    assert data(story, "results")["caution"] is None


@pytest.mark.parametrize("text", samples.HOSTILE, ids=lambda text: ascii(text)[:20])
def test_hostile_text_is_kept_as_data(story: Story, text: str) -> None:
    body = json_of(Embed(story, samples.saying(text), default_view(story)))
    kept = json.loads(body)["lanes"][0]["marks"][0]["items"][0]["row"]
    assert kept == text.replace("\ud800", "?")
    assert b"\x00" not in body


def test_the_same_view_gives_the_same_bytes(story: Story) -> None:
    embeds = (embed_of(story, "timeline", default_view(story)) for _ in range(2))
    first, second = map(json_of, embeds)
    assert first == second


def test_a_tile_says_its_place(story: Story) -> None:
    marks = data(story, "map")["lanes"][0]["marks"]
    places = {
        item["row"]: cell for mark in marks for item, cell in zip(mark["items"], mark["cells"], strict=True)
    }  # fmt: skip
    assert places["calls:ap-fl"] == {"column": 8, "row": 7, "code": "FL"}
    assert {mark["drawn_as"] for mark in marks} == {"tiles"}
    assert data(story, "results")["lanes"][0]["marks"][0]["cells"] is None
