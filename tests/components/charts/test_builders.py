from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from components.charts.bare import is_bare
from components.charts.builders.timeline_chart import Firsts, timeline_takeaway
from components.charts.catalogue import chart_of, publishable
from components.charts.grammar import Chart, Kind, Points, Steps, valued
from components.charts.phrases.numbers import weighed
from components.clock import Clock
from components.render.svg.svg import draw
from components.render.words import describe
from components.text import short_forms
from data.core.errors import DataError
from data.core.model import Precision, Sourced, When, Window
from data.evidence.evidence_rows import Calls
from data.story.store import read_story
from data.story.story import Story
from tests.support.views import view_of

US_2016 = Path(__file__).parents[3] / "data" / "stories" / "us-2016"
EASTERN = Clock("America/New_York")


@pytest.fixture(scope="module")
def story() -> Story:
    return read_story(US_2016)


def night(story: Story, slug: str, *, caller: str = "AP") -> Chart:
    return chart_of(story, slug, view_of(story, caller=caller))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(f"2016-11-{text}").replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "unit", "said"),
    [
        (1, "counting areas", "1 counting area"),
        (2, "counting areas", "2 counting areas"),
        (0, "counting areas", "0 counting areas"),
        (1, "areas declared", "1 area declared"),
        (2, "areas declared", "2 areas declared"),
        (1, "applications per hour", "1 application per hour"),
    ],
)
def test_one_of_a_unit_is_told_in_the_singular(value: float, unit: str, said: str) -> None:
    assert weighed(value, unit) == said


def test_the_timeline_has_three_lanes_in_order(story: Story) -> None:
    assert [lane.slug for lane in night(story, "timeline").lanes] == ["interest", "outages", "results"]


def test_chosen_lanes_are_the_only_ones_and_keep_their_order(story: Story) -> None:
    chart = chart_of(story, "timeline", view_of(story, caller="AP", lanes=("results", "interest")))
    assert [lane.slug for lane in chart.lanes] == ["interest", "results"]


def test_florida_is_an_event_of_its_own_at_its_ap_minute(story: Story) -> None:
    event = next(event for event in night(story, "timeline").events if "Florida" in event.label)
    assert event.label == "AP called Florida for Trump"
    assert event.when.exact and event.when.latest == utc("09T03:50")
    assert event.emphasised and event.priority == 0


def test_ohio_under_ap_is_known_only_by_a_bound(story: Story) -> None:
    event = next(event for event in night(story, "timeline").events if "Ohio" in event.label)
    assert not event.when.exact
    assert EASTERN.say(event.short) == "Ohio by 10:39 p.m."


def test_the_nine_oclock_batch_is_one_event(story: Story) -> None:
    batch = [event for event in night(story, "timeline").events if event.when.latest == utc("09T02:00")]
    assert len([event for event in batch if event.when.exact]) == 1
    assert "Texas" in batch[0].label and "New York for Clinton" in batch[0].label


def test_a_milestone_in_the_minute_of_a_call_joins_its_sentence(story: Story) -> None:
    wisconsin = next(event for event in night(story, "timeline").events if "Wisconsin" in event.label)
    assert "AP calls the presidency" in wisconsin.label
    assert {row.split(":")[0] for row in wisconsin.rows} == {"calls", "milestones"}


def test_events_are_numbered_by_time(story: Story) -> None:
    numbered = night(story, "timeline").numbered
    assert [number for number, _ in numbered] == list(range(1, len(numbered) + 1))
    latest = [event.when.latest for _, event in numbered]
    assert latest == sorted(latest)


@pytest.mark.parametrize(
    ("contest", "day"),
    [("Minnesota", "09"), ("Arizona", "10"), ("New Hampshire", "14"), ("Michigan", "28")],
)
def test_late_calls_stand_at_the_edge_with_their_date(story: Story, contest: str, day: str) -> None:
    edge = next(event for event in night(story, "timeline").outside if contest in event.label)
    assert edge.when.earliest.astimezone(UTC).day == int(day)


def test_nothing_of_the_story_is_dropped_whatever_the_range(story: Story) -> None:
    whole = night(story, "timeline")
    narrow = chart_of(story, "timeline", view_of(story, Window(utc("09T03:30"), utc("09T04:30")), caller="AP"))
    rows = [
        {row for event in (*chart.events, *chart.outside) for row in event.rows}
        | {item.row for lane in chart.lanes for _, item in lane.items}
        for chart in (whole, narrow)
    ]
    assert rows[0] == rows[1]


def test_ap_has_two_running_totals_and_cnn_has_none_and_says_why(story: Story) -> None:
    totals = [mark for mark in night(story, "results").lanes[0].marks if isinstance(mark, Steps)]
    assert [mark.name for mark in totals] == ["Trump", "Clinton"]
    lane = night(story, "results", caller="CNN").lanes[0]
    assert lane.marks == ()
    assert lane.note.startswith("CNN: no total: ") and lane.note.endswith("of 56 calls known.")


def test_a_total_after_the_last_call_of_the_night_is_a_range_without_the_open_contests(story: Story) -> None:
    trump = night(story, "results").lanes[0].marks[0]
    assert (trump.items[-1].low, trump.items[-1].high) == (279.0, 279.0)


def test_the_site_lane_keeps_conflicting_observations_on_the_rows_of_their_grades(story: Story) -> None:
    lane = night(story, "outages").lanes[0]
    tracks = {item.track for _, item in lane.items}
    assert tracks <= set(lane.tracks) and len(lane.tracks) == 4
    assert {mark.name for mark in lane.marks} == {"failing", "degraded", "answering"}
    assert "nothing on record, which does not mean that the site was up" in lane.note


def test_searches_of_the_night_are_points_and_never_a_line(story: Story) -> None:
    lane = night(story, "interest").lanes[0]
    assert all(isinstance(mark, Points) for mark in lane.marks)
    assert all(item.value is None or item.kind is not Kind.EXACT for _, item in lane.items)
    assert "no curve is drawn" in lane.note


def bundled(slug: str) -> Story:
    return read_story(US_2016.parent / slug)


def test_figures_of_marks_stand_in_words_with_unit_and_base_and_on_no_axis() -> None:
    told: dict[str, str] = {}
    for slug in ("us-2020", "us-2024", "uk-2016"):
        held = bundled(slug)
        (lane, *_) = chart_of(held, "timeline", view_of(held)).lanes
        assert not valued(lane)
        told |= {item.row: EASTERN.say(item.text) for _, item in lane.items if item.value is not None}
    assert all(" percent " in short for text in told.values() for short in short_forms(text))
    assert told == {
        "figures:leave-eu-250": "Rise in searches for “what happens if we leave the EU” in the hour to about midnight "
        "in London (+250 percent “in the past hour”, against what is not stated by the source), "
        "@GoogleTrends, via Techsite and EUnews",
        "figures:gibraltar-680": "Rise in searches in London for moving to Gibraltar in the early hours "
        "(+680 percent against a base not stated by the source), Google Trends, via Techsite",
        "figures:rise-700-10pm": "Rise in searches as of 10 p.m. EST (+700 percent against the day before), "
        "Yahoo Canada, via The List",
        "figures:rise-400-8pm": "Rise in searches by 8 p.m. EST (+400 percent against the day before), "
        "Google Trends, via a copy of Newsweek",
        "figures:irish-passport-100": "Rise in searches for getting an Irish passport after the vote "
        "(about +100 percent against a base not stated by the source), "
        "@GoogleTrends, via EUnews; start by the Irish Daily Mail",
    }


@pytest.mark.parametrize(
    ("slug", "title", "note"),
    [
        ("us-2016", "The night on one clock", ": no record here shows why searches rose or why the site failed."),
        ("us-2020", "The night on one clock", ": no record here shows why searches rose."),
        ("us-2024", "The night on one clock", ": no record here shows why searches rose."),
    ],
)
def test_the_timeline_denies_only_what_its_story_holds(slug: str, title: str, note: str) -> None:
    held = bundled(slug)
    chart = chart_of(held, "timeline", view_of(held, caller="AP"))
    assert chart.title == title
    assert chart.notes[0] == f"Timing alone does not show cause{note}"


def test_a_story_without_rises_or_trouble_denies_nothing(story: Story) -> None:
    bare = replace(story, figures=(), observations=())
    assert night(bare, "timeline").notes[0] == "Timing alone does not show cause."


@pytest.mark.parametrize("chart", ["timeline", "outages"])
def test_a_site_lane_without_records_says_so_and_draws_no_rows_of_grades(story: Story, chart: str) -> None:
    held = bundled("us-2020")
    drawn = chart_of(held, chart, view_of(held, caller="AP"))
    (site,) = (lane for lane in drawn.lanes if lane.slug == "outages")
    assert is_bare(site) and site.note == "No records in this story"
    assert "trouble" not in drawn.takeaway.lower()
    early = Window(story.window.start - timedelta(days=300), story.window.start - timedelta(days=299))
    (site,) = (
        lane for lane in chart_of(story, chart, view_of(story, early, caller="AP")).lanes if lane.slug == "outages"
    )
    assert is_bare(site) and site.note == "No records in this story for this range"


def test_an_empty_window_is_told_from_an_empty_story(story: Story) -> None:
    early = Window(story.window.start - timedelta(days=300), story.window.start - timedelta(days=299))
    said = chart_of(story, "outages", view_of(story, early, caller="AP")).takeaway
    assert said == "No dated observation of the site is on record for this window"
    assert (
        night(bundled("us-2020"), "outages").takeaway == "No dated observation of the site is on record in this story"
    )


def test_the_long_series_says_where_it_ends(story: Story) -> None:
    long = Window(datetime(2004, 1, 1, tzinfo=UTC), datetime(2016, 12, 1, tzinfo=UTC))
    chart = chart_of(story, "interest", view_of(story, long, caller="AP"))
    assert [lane.title for lane in chart.lanes] == [
        "“move to canada” in the U.S.",
        "“move to canada” in the U.K.",
    ]
    gaps = [item for lane in chart.lanes for mark, item in lane.items if mark.name == "no series held"]
    assert [gap.text for gap in gaps] == ["The series ends July 9, 2016"] * 2
    assert all(gap.when.earliest == datetime(2016, 7, 10, tzinfo=UTC) for gap in gaps)


def test_the_change_of_collection_is_marked_on_the_long_series_with_its_source(story: Story) -> None:
    long = Window(datetime(2015, 1, 1, tzinfo=UTC), datetime(2016, 12, 1, tzinfo=UTC))
    chart = chart_of(story, "interest", view_of(story, long, caller="AP"))
    assert [event.when.latest for event in chart.events] == [datetime(2016, 1, 1, tzinfo=UTC)]
    assert {name for event in chart.events for name in event.sources} <= {source.id for source in chart.sources}


def test_every_traffic_lane_has_one_unit(story: Story) -> None:
    chart = night(story, "traffic")
    units = {row.id: row.unit for row in story.figures}
    for lane in chart.lanes:
        assert {units[item.row.removeprefix("figures:")] for _, item in lane.items} == {lane.unit}


def test_a_days_bar_is_never_cut(story: Story) -> None:
    window = night(story, "traffic").window
    assert window.start == utc("08T05:00") and window.end == utc("10T05:00")


@pytest.mark.parametrize("slug", publishable())
def test_a_window_with_nothing_in_it_is_said_not_drawn(story: Story, slug: str) -> None:
    start = datetime(1999, 1, 1, tzinfo=UTC)
    chart = chart_of(story, slug, view_of(story, Window(start, start + timedelta(hours=6)), caller="AP"))
    drawn = [item for lane in chart.lanes for _, item in lane.items if item.kind is not Kind.PENDING]
    assert drawn == []
    assert describe(chart, EASTERN).takeaway


def test_an_unknown_chart_is_refused_with_the_choices(story: Story) -> None:
    with pytest.raises(DataError, match="choose one of: timeline, interest, outages, results, map, traffic"):
        chart_of(story, "weather", view_of(story, caller="AP"))


@pytest.mark.parametrize("slug", publishable())
@pytest.mark.parametrize("caller", ["AP", "CNN", "TV"])
def test_every_mark_and_event_names_a_source_that_comes_with_the_chart(story: Story, slug: str, caller: str) -> None:
    chart = night(story, slug, caller=caller)
    known = {source.id for source in chart.sources}
    for lane in chart.lanes:
        for _, item in lane.items:
            assert item.sources and set(item.sources) <= known, item.row
    for event in (*chart.events, *chart.outside):
        assert event.sources and set(event.sources) <= known, event.rows


def told_as(story: Story, **about: object) -> Story:
    return replace(story, about=story.about.model_copy(update=about))


@pytest.mark.parametrize(
    ("when", "says"),
    [
        pytest.param(
            When(utc("09T05:00"), utc("09T06:00"), Precision.WINDOW), "in trouble between midnight and", id="two"
        ),
        pytest.param(When(utc("09T05:00"), utc("09T06:00"), Precision.BY), "in trouble by 1 a.m.", id="an upper bound"),
        pytest.param(
            When(utc("09T05:00"), utc("10T04:59"), Precision.DAY, utc("09T00:00")),
            "in trouble on Nov. 9, 2016",
            id="a day",
        ),
        pytest.param(
            When.at(utc("09T05:00"), Precision.APPROXIMATE), "in trouble from about midnight", id="about a time"
        ),
        pytest.param(
            When.at(utc("09T05:00")), "Ottawa Citizen says cic.gc.ca was in trouble at midnight", id="a minute"
        ),
    ],
)
def test_the_takeaway_leads_up_to_a_time_as_it_is_known(story: Story, when: When, says: str) -> None:
    calls: Calls = Sourced((), ())
    firsts = Firsts(when, when, "Ottawa Citizen")
    said = timeline_takeaway(story, story.window, calls, trouble=firsts, rise=Firsts(None, None))
    assert says in EASTERN.say(said.text)


def test_earlier_trouble_of_another_site_is_not_the_main_sites(story: Story) -> None:
    services = tuple(
        entry.model_copy(update={"main": entry.host == "immigration.govt.nz"}) for entry in story.about.services
    )
    assert "trouble" not in night(told_as(story, services=services), "timeline").takeaway.casefold()


def test_braces_in_a_name_are_a_part_of_the_name(story: Story) -> None:
    services = tuple(entry.model_copy(update={"host": "{cic} and {}"}) for entry in story.about.services)
    assert (
        "CBC News says {cic} and {} was in trouble from"
        in night(told_as(story, services=services), "timeline").takeaway
    )


def test_a_story_of_declarations_says_so_in_title_note_and_takeaway(story: Story) -> None:
    chart = night(told_as(story, verb="declared"), "results")
    assert chart.title == "Electoral votes as declared"
    assert EASTERN.say(chart.takeaway).startswith("By 7 a.m. EST AP had declared 279 for Trump")
    assert chart.lanes[0].note.startswith("As declared by The Associated Press.")
    assert night(told_as(story, verb="declared", unit="areas declared"), "results").title == "Areas declared"


def test_a_takeaway_names_a_caller_as_sentences_do(story: Story) -> None:
    assert night(story, "results", caller="Guardian").takeaway.startswith("The Guardian’s timeline: no total")


def several_terms(story: Story, *terms: str) -> Story:
    """The story as if its U.S. series had been drawn for several terms, the last of which peaks a week earlier."""
    rows = [row for row in story.interest if row.geo == "US"]

    def earlier(term: str) -> timedelta:
        return timedelta(days=7 if term == terms[-1] else 0)

    moved = [
        row.model_copy(update={"term": term, "start": row.start - earlier(term), "end": row.end - earlier(term)})
        for term in terms
        for row in rows
    ]
    searches = tuple(story.about.searches[0].model_copy(update={"term": term, "geo": "US"}) for term in terms)
    return replace(told_as(story, searches=searches), interest=tuple(moved))


def test_of_several_terms_the_takeaway_counts_and_names_the_first_that_the_story_lists(story: Story) -> None:
    long = Window(datetime(2004, 1, 1, tzinfo=UTC), datetime(2016, 12, 1, tzinfo=UTC))
    several = several_terms(story, "zebra", "apple", "mango")
    chart = chart_of(several, "interest", view_of(several, long, caller="AP"))
    assert chart.takeaway == (
        "Of 3 series of searches 2 stood highest in the week of Feb. 28, 2016, “zebra” among them; "
        "each is on its own scale"
    )
    assert [lane.title for lane in chart.lanes] == ["“zebra”", "“apple”", "“mango”"]
    assert len({lane.slug for lane in chart.lanes}) == 3
    assert all("two places" not in lane.note for lane in chart.lanes)


def test_a_chart_without_any_lane_says_so_and_draws_no_axis(story: Story) -> None:
    bare = replace(story, figures=())
    text = draw(night(bare, "traffic"), EASTERN, width=600)
    assert "No records in this story for this range." in text
    assert 'class="axis"' not in text
    assert 'class="axis"' in draw(night(story, "traffic"), EASTERN, width=600)


def test_an_edge_note_names_another_site_than_the_main_one(story: Story) -> None:
    services = tuple(
        entry.model_copy(update={"main": entry.host == "immigration.govt.nz"}) for entry in story.about.services
    )
    outside = night(told_as(story, services=services), "outages").outside
    assert all(event.short.startswith("cic.gc.ca ") for event in outside if event.label.startswith("cic.gc.ca"))
    assert any(event.short.startswith("cic.gc.ca ") for event in outside)


@pytest.mark.parametrize(
    ("chart", "told"),
    [
        pytest.param(
            "timeline",
            "Techsite says searches rose between 11 p.m. June 23 and midnight June 24",
            id="timeline",
        ),
        pytest.param(
            "interest",
            "3 published reports of rising searches, the earliest between 11 p.m. June 23 and",
            id="interest",
        ),
    ],
)
def test_the_first_rise_of_the_referendum_is_the_one_counted_to_midnight(chart: str, told: str) -> None:
    held = bundled("uk-2016")
    drawn = chart_of(held, chart, view_of(held))
    assert told in Clock("Europe/London").say(drawn.takeaway)


def test_figures_that_are_not_drawn_are_counted_with_the_place_that_lists_them(story: Story) -> None:
    notes = [night(story, slug).lanes[0].note for slug in ("timeline", "interest")]
    counted = "Not drawn: 13 figures counted over longer windows, "
    assert f"{counted}listed on Search trends." in notes[0]
    assert f"{counted}in the table of published figures." in notes[1]


def test_a_call_known_within_ten_minutes_is_nowhere_told_as_a_minute(story: Story) -> None:
    """AP's state story has Nebraska's 2nd district at 12:50 a.m. Central, in minutes that look rounded."""
    (event,) = [event for event in night(story, "timeline").events if event.rows == ("calls:ap-ne-02",)]
    assert EASTERN.when(event.when) == "between 1:40 a.m. and 1:50 a.m. EST"
    assert any("Nebraska’s 2nd District" in point.text for point in story.about.unknown)
