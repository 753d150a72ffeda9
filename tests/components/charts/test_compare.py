"""Two nights on one clock: what moves and by how much, what never changes, and whose each thing is."""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from components.charts.bare import is_bare
from components.charts.builders.compare_chart import beside, in_truth
from components.charts.catalogue import chart_of
from components.charts.elapsed_clock import clock_of
from components.charts.grammar import Chart, Event, Item
from components.charts.night_pairs import ComparedNight, caller_in, lacks, night_marks, night_names, starts_of
from components.charts.phrases.caution import caution_of
from components.clock import Clock
from components.embeds.embed import Embed
from components.embeds.passport import data_of
from components.render import table
from components.render.facts_csv import csv_of
from components.render.layout.composition import compose
from components.render.layout.scene import WIDE, Stroke
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.view_state import default_view
from data.core.errors import NotInStory
from data.core.model import Precision, Sourced, When, Window
from data.evidence.anchors import nightly
from data.evidence.calls import load_calls, load_milestones
from data.evidence.evidence_rows import Observations
from data.evidence.outages import load_observations
from data.evidence.searches import load_interest_marks
from data.evidence.series import load_series
from data.story.store import read_story
from data.story.story import Story
from tests.components.render.test_renderings import check_all_four
from tests.support.cases import examples
from tests.support.nights import US_2016, another_night
from tests.support.views import view_of

MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)
#: From November in Eastern standard time to June, when New York and London both keep summer time.
TO_SUMMER = timedelta(days=-140)
#: Wide enough for every row of both nights, whatever they are counted from.
REACH = 40 * DAY
EXAMPLES = settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
minutes = st.integers(-600, 600)


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(US_2016)


@pytest.fixture(scope="module")
def summer(tmp_path_factory: pytest.TempPathFactory) -> Story:
    """The same night in June, told on London's clock."""
    root = tmp_path_factory.mktemp("stories")
    return read_story(another_night(root, "uk-1999", by=TO_SUMMER, short="U.K. 1999", clock="Europe/London"))


@cache
def night(story: Story, key: str) -> ComparedNight:
    """The night counted from this anchor."""
    start = next(anchor for anchor in nightly(story, "AP") if anchor.key == key)
    calls, milestones = load_calls(story, caller="AP"), load_milestones(story)
    seen, drawn = load_observations(story), load_series(story)
    return ComparedNight(story, "AP", start, calls, milestones, load_interest_marks(story), seen, drawn)


def later(held: ComparedNight, minutes: int) -> ComparedNight:
    """The night counted from so many minutes later."""
    return replace(held, anchor=replace(held.anchor, when=When.at(held.anchor.when.latest + minutes * MINUTE)))


def whole(first: ComparedNight, second: ComparedNight) -> Chart:
    """Both nights, whole: a window that leaves nothing of either out."""
    origin = first.anchor.when.latest
    return beside(Window(origin - REACH, origin + REACH), (first, second))


def things(chart: Chart) -> dict[tuple[str, str], Item | Event]:
    found: dict[tuple[str, str], Item | Event] = {
        (lane.slug, item.row): item for lane in chart.lanes for _, item in lane.items
    }
    return found | {("event", " ".join(event.rows)): event for event in chart.events}


def elapsed(chart: Chart) -> dict[tuple[str, str], timedelta]:
    """How long after that each mark and emphasised call lies."""
    assert chart.origin
    return {key: thing.when.latest - chart.origin for key, thing in things(chart).items()}


@EXAMPLES
@given(first=minutes, second=minutes)
def test_moving_t0_moves_every_mark_of_both_nights_by_exactly_that_much(
    story: Story, summer: Story, first: int, second: int
) -> None:
    nights = night(story, "first-call"), night(summer, "first-call")
    before = elapsed(whole(*nights))
    after = elapsed(whole(later(nights[0], first), later(nights[1], second)))
    shared = before.keys() & after.keys()
    assert len(shared) > 150
    for key in shared:
        own = first if key[1].startswith("us-2016/") else second
        assert after[key] == before[key] - own * MINUTE


@pytest.mark.parametrize("key", ["polls-close", "first-call", "decisive-call"])
def test_from_another_event_every_mark_lies_as_much_later_as_the_events_lie_apart(
    key: str, story: Story, summer: Story
) -> None:
    one, other = night(story, "first-call"), night(story, key)
    moved = other.anchor.when.latest - one.anchor.when.latest
    before = elapsed(whole(one, night(summer, "first-call")))
    after = elapsed(whole(other, night(summer, key)))
    shared = before.keys() & after.keys()
    assert len(shared) > 150
    assert {before[name] - after[name] for name in shared} == {moved}


def test_true_elapsed_time_is_kept_from_standard_to_summer_time(story: Story, summer: Story) -> None:
    """Both nights are minute for minute the same, five months and a change of clocks apart."""
    chart = whole(night(story, "decisive-call"), night(summer, "decisive-call"))
    found = elapsed(chart)
    # A day belongs to the clock on which it was told, and begins at another instant on London's.
    dayless = [key for key, thing in things(chart).items() if thing.when.precision is not Precision.DAY]
    own, theirs = (
        {(lane.removeprefix(f"{slug}-"), row.replace(f"{slug}/", "")): found[lane, row]
         for lane, row in dayless if row.startswith(f"{slug}/")}
        for slug in ("us-2016", "uk-1999")
    )  # fmt: skip
    shared = own.keys() & theirs.keys()
    assert len(shared) > 80
    assert {name: own[name] for name in shared} == {name: theirs[name] for name in shared}
    clock = clock_of(chart, "America/New_York")
    told = {row["Row"]: row for row in table.frame(chart, clock).to_dict("records")}
    one, other = told["us-2016/calls:ap-fl"], told["uk-1999/calls:ap-fl"]
    assert one["When"] == other["When"] == "3 h 39 min before"
    assert "10:50 p.m. EST, Nov. 8, 2016" in one["What"]
    assert "11:50 p.m. EDT, June 21, 2016" in other["What"]


def test_a_doubt_is_as_wide_as_it_was_and_every_thing_knows_when_it_was_in_truth(story: Story, summer: Story) -> None:
    chart = whole(night(story, "decisive-call"), night(summer, "decisive-call"))
    tables = (("calls", load_calls(summer, caller="AP")), ("observations", load_observations(summer)))
    known = {f"{name}:{row.id}": (row.when.earliest, row.when.latest) for name, rows in tables for row in rows.rows}
    checked = 0
    for (_, row), thing in things(chart).items():
        if isinstance(thing, Item) and row.startswith("uk-1999/") and row[8:] in known:
            earliest, latest = known[row[8:]]
            assert thing.when.latest - thing.when.earliest == latest - earliest
            assert (in_truth(thing).earliest, in_truth(thing).latest) == (earliest, latest)
            checked += 1
    assert checked > 60
    assert any(not thing.when.exact for thing in things(chart).values())


ranges = st.tuples(st.integers(-30, 20), st.integers(1, 40)).map(
    lambda hours: (timedelta(hours=hours[0]), timedelta(hours=sum(hours)))
)


@examples(25)
@given(
    key=st.sampled_from(["polls-close", "first-call", "decisive-call", "concession"]),
    span=ranges,
    zone=st.sampled_from(["America/New_York", "Europe/London", "Asia/Kathmandu"]),
    width=st.sampled_from([320, 768, 1280]),
)
def test_every_mark_of_any_range_is_in_all_four_renderings(
    story: Story, summer: Story, key: str, span: tuple[timedelta, timedelta], zone: str, width: int
) -> None:
    first, second = night(story, key), night(summer, key)
    origin = first.anchor.when.latest
    chart = beside(Window(origin + span[0], origin + span[1]), (first, second))
    check_all_four(chart, clock_of(chart, zone), width=width)


@pytest.fixture(scope="module")
def chart(story: Story, summer: Story) -> Chart:
    return chart_of(story, "compare", view_of(story, caller="AP"), other=summer)


def test_a_box_drawn_on_it_is_a_range_of_the_first_night(chart: Chart) -> None:
    clock = clock_of(chart, "America/New_York")
    florida = datetime(2016, 11, 9, 3, 50, tzinfo=UTC)
    figure = json.loads(draw_figure(chart, clock).to_json())
    places = {
        row: x
        for trace in figure["data"]
        for x, row in zip(trace.get("x") or [], trace.get("customdata") or [], strict=False)
        if row in ("us-2016/calls:ap-fl", "uk-1999/calls:ap-fl")
    }
    assert set(places.values()) == {"2016-11-08T22:50:00"}
    assert clock.moment(places["us-2016/calls:ap-fl"], chart.window) == florida
    said = [note["text"] for note in figure["layout"]["annotations"]]
    assert "0" in said
    assert sum(text.startswith(("+", "−")) for text in said) > 3


def test_data_say_when_it_was_and_not_where_it_stands(story: Story, chart: Chart) -> None:
    embed = Embed(story, chart, default_view(story))
    rows = {row["row"]: row for row in csv.DictReader(io.StringIO(csv_of(chart, embed.clock, embed.facts)))}
    assert rows["us-2016/calls:ap-fl"]["latest_utc"] == "2016-11-09T03:50:00Z"
    assert rows["uk-1999/calls:ap-fl"]["latest_utc"] == "2016-06-22T03:50:00Z"
    items = {item["row"]: item for lane in data_of(embed)["lanes"] for mark in lane["marks"] for item in mark["items"]}
    assert items["uk-1999/calls:ap-fl"]["latest"] == "2016-06-22T03:50:00Z"


def test_lanes_stand_in_pairs_each_on_its_own_scale_and_say_whose_they_are(chart: Chart) -> None:
    titles = [lane.title for lane in chart.lanes]
    assert titles[:2] == ["U.S. 2016 · Search interest", "U.K. 1999 · Search interest"]
    assert [title.partition(" · ")[0] for title in titles] == ["U.S. 2016", "U.K. 1999"] * 3
    valued = [lane for lane in chart.lanes if lane.slug.endswith("results")]
    assert all("On a scale of its own." in lane.note for lane in valued)
    assert "scale of its own" in chart.notes[0]


def test_a_line_runs_through_the_lanes_of_its_own_night_only(chart: Chart) -> None:
    slugs = {lane.slug for lane in chart.lanes}
    for event in chart.events:
        own = event.rows[0].partition("/")[0]
        assert set(event.lanes) == {slug for slug in slugs if slug.startswith(f"{own}-")}
    found = compose(chart, clock_of(chart, "UTC"), width=960, sizes=WIDE)
    lines = [part.points for part in found.parts if isinstance(part, Stroke) and part.layer == "events"]
    assert lines and all(end[1] - start[1] < (found.foot - found.plot) * 0.6 for start, end in lines)
    drawing = svg.draw(chart, clock_of(chart, "UTC"), width=960)
    assert drawing.count('data-event="') == len(chart.events)


def test_short_labels_name_the_night_and_no_wall_time(chart: Chart) -> None:
    shorts = {event.short for event in chart.events}
    assert {"Florida, U.S. 2016", "Florida, U.K. 1999", "Wisconsin: Trump wins, U.S. 2016"} <= shorts
    assert all(short.endswith(("U.S. 2016", "U.K. 1999")) and "{" not in short for short in shorts)


def test_the_takeaway_says_what_t0_was_on_each_night(chart: Chart) -> None:
    said = clock_of(chart, "America/New_York").say(chart.takeaway)
    assert said.startswith(
        "Each night from its decisive call: U.S. 2016 (2:29 a.m. EST, Nov. 9, 2016) and U.K. 1999 "
        "(3:29 a.m. EDT, June 22, 2016). "
        "First trouble at its main site on record: about 12 h 29 min before (U.S. 2016)"
    )


def test_a_lane_without_records_says_so_in_one_line(story: Story, summer: Story) -> None:
    empty = night(summer, "decisive-call")
    seen: Observations = Sourced((), empty.observations.sources)
    chart = beside(story.window, (night(story, "decisive-call"), replace(empty, observations=seen)))
    lane = next(lane for lane in chart.lanes if lane.slug == "uk-1999-outages")
    assert is_bare(lane) and lane.note == "No records in this story"


def test_chosen_lanes_are_those_of_both_nights(story: Story, summer: Story) -> None:
    found = chart_of(story, "compare", view_of(story, caller="AP", lanes=("results",)), other=summer)
    assert [lane.slug for lane in found.lanes] == ["us-2016-results", "uk-1999-results"]
    assert "trouble" not in found.takeaway


def test_its_caution_draws_no_lag_between_two_nights(story: Story, chart: Chart) -> None:
    panel = caution_of(story, chart)
    assert panel
    assert panel.parts[0].text.startswith("What lines up on two nights did not happen together")


def test_its_caution_gives_what_rests_on_one_story_for_each_night(story: Story, summer: Story, chart: Chart) -> None:
    silent = replace(summer, controls=(), about=summer.about.model_copy(update={"claims": ()}))
    panel = caution_of(story, chart, other=silent)
    assert panel
    told = {part.heading: part.text for part in panel.parts}
    assert list(told) == [
        "Lag",
        "Base rate, U.S. 2016",
        "Base rate, U.K. 1999",
        "Other nights",
        "Rival causes, U.S. 2016",
        "Rival causes, U.K. 1999",
        "What would settle it, U.S. 2016",
        "What would settle it, U.K. 1999",
    ]
    assert told["Base rate, U.S. 2016"].startswith("This story holds 9 control cases")
    assert told["Base rate, U.K. 1999"].startswith("No control cases in this story")
    assert told["Rival causes, U.K. 1999"] == "No claim about a cause is on record in this story."
    sent = data_of(Embed(story, chart, default_view(story), other=silent))["caution"]
    assert [part["heading"] for part in sent["parts"]] == list(told)


@pytest.mark.parametrize(
    ("other", "t0", "parameter", "said"),
    [
        pytest.param(None, "", "with", "A comparison holds a second story", id="no other story"),
        pytest.param("same", "", "with", "us-2016 cannot be compared with itself", id="the same story"),
        pytest.param(
            "summer",
            "noon",
            "t0",
            "cannot be counted from “noon”; choose one of polls-close, first",
            id="no such start",
        ),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_sentence(
    other: str | None, t0: str, parameter: str, said: str, story: Story, summer: Story
) -> None:
    chosen = {"same": story, "summer": summer}.get(other or "")
    with pytest.raises(NotInStory, match=said) as refused:
        chart_of(story, "compare", view_of(story, caller="AP", t0=t0), other=chosen)
    assert refused.value.parameter == parameter


@pytest.fixture
def silent(tmp_path: Path) -> Callable[..., Story]:
    """A night without milestones of these kinds, told by a caller whose calls are not all held."""

    def read(*kinds: str) -> Story:
        folder = another_night(tmp_path, "us-1998", by=TO_SUMMER, short="U.S. 1998")
        file = folder / "milestones.csv"
        lines = file.read_text(encoding="utf-8").splitlines()
        kept = [line for line in lines if not any(f",{kind}," in line for kind in kinds)]
        file.write_text("\n".join(kept) + "\n", encoding="utf-8")
        return read_story(folder)

    return read


def test_only_what_both_nights_hold_can_be_t0_and_the_rest_is_named(story: Story, silent: Callable[..., Story]) -> None:
    other = silent("decisive call", "concession")
    anchors = tuple(nightly(other, "AP"))
    assert lacks("1998", anchors) == "No decisive call and no concession is on record for 1998."
    assert lacks("2016", nightly(story, "AP")) == ""
    assert starts_of((story, "AP"), (other, "AP"))[1].key == "polls-close"
    with pytest.raises(NotInStory, match="No decisive call and no concession is on record for us-1998"):
        starts_of((story, "AP"), (other, "AP"), "concession")


def drawn_texts(chart: Chart) -> dict[str, list[str]]:
    """Every text of the figure for a phone and of a drawing for a phone and a desk."""
    clock = Clock("America/New_York")
    figure = json.loads(draw_figure(chart, clock, narrow=True).to_json())
    texts = {f"svg {width}": svg.layout(chart, clock, width=width, brief=True).labels for width in (390, 1280)}
    found = {name: [label.text for label in labels] for name, labels in texts.items()}
    return found | {"figure": [part["text"] for part in figure["layout"]["annotations"]]}


@pytest.mark.parametrize(("one", "other"), [("us-2016", "uk-2016"), ("us-2024", "uk-2016"), ("uk-2016", "us-2020")])
@pytest.mark.parametrize("t0", ["decisive-call", "first-call"])
def test_no_title_or_label_of_two_nights_is_cut(one: str, other: str, t0: str) -> None:
    first, second = read_story(US_2016.parent / one), read_story(US_2016.parent / other)
    chart = chart_of(first, "compare", view_of(first, t0=t0), other=second)
    for rendering, texts in drawn_texts(chart).items():
        assert [text for text in texts if "…" in text] == [], rendering


def test_a_title_that_a_phone_cannot_hold_is_in_two_lines_and_a_long_name_goes_without_its_night() -> None:
    first, second = read_story(US_2016), read_story(US_2016.parent / "uk-2016")
    chart = chart_of(first, "compare", view_of(first, caller="AP", t0="decisive-call"), other=second)
    figure = drawn_texts(chart)["figure"]
    said = {re.sub("</?b>", "", text) for text in figure}
    assert "U.K. 2016 · State of petition.parliament.uk" in said
    assert any(text.startswith("Newcastle upon Tyne") for text in said)
    assert "Florida, U.S." in said
    assert "Newcastle upon Tyne, U.K." in drawn_texts(chart)["svg 1280"]


def test_nights_of_one_kind_are_told_apart_by_their_years(story: Story, summer: Story) -> None:
    def told(one: str, other: str) -> tuple[str, str]:
        pair = [
            replace(held, about=held.about.model_copy(update={"short": short}))
            for held, short in ((story, one), (summer, other))
        ]
        return night_names(pair[0], pair[1])

    assert told("U.S. 2016", "U.S. 2024") == ("2016", "2024")
    assert told("U.S. 2016", "U.K. 2016") == ("U.S. 2016", "U.K. 2016")
    assert told("", "U.K. 2016") == ("U.S. election night 2016", "U.K. 2016")
    assert night_marks(("U.S. 2016", "U.K. 2016")) == ("U.S.", "U.K.")
    assert night_marks(("2016", "2024")) == ("2016", "2024")
    assert night_marks(("U.S. 2020", "U.K. 2016")) == ("U.S. 2020", "U.K. 2016")
    assert told("U.S. 2016", "U.S. 2016") == ("us-2016", "uk-1999")


def test_the_other_night_has_the_same_caller_where_it_can_be_chosen_there(summer: Story) -> None:
    assert caller_in(summer, "CNN") == "CNN"
    assert caller_in(summer, "Nobody") == "AP"
