"""The caution: when it is attached, what it says of order and base rates, and that it never says why."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from components.charts.catalogue import chart_of
from components.charts.grammar import Bars, Chart, Event, Gap, Item, Lane, Mark, Points, Spans, Tone
from components.charts.phrases.caution import Caution, caution_of, kinds_in
from components.charts.phrases.lag import First, order
from components.charts.said import Said
from components.clock import Clock
from data.core.model import Precision, Source, When, Window
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support.views import view_of
from tests.support.wording import banned, own_words

EASTERN = Clock("America/New_York")
START = datetime(2016, 11, 9, 0, tzinfo=UTC)
NIGHT = Window(START, START + timedelta(hours=6))
AP = Source("ap", "AP", "Calls", "https://ap.example")
#: A site of the story of which no trouble was seen.
QUIET = "border.gov.au"
HEADINGS = ["Lag", "Base rate", "Other nights", "Rival causes", "What would settle it"]


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


def at(hours: float, precision: Precision = Precision.MINUTE) -> When:
    return When.at(START + timedelta(hours=hours), precision)


def item(tone: Tone, hours: float = 1, *, lasts: float = 0) -> Item:
    until = at(hours + lasts) if lasts else None
    return Item("table:row", at(hours), "something", ("ap",), until=until, value=1.0, tone=tone)


def points(tone: Tone, hours: float = 1) -> Mark:
    return Points("marks", tone, (item(tone, hours),))


def call(hours: float = 2, row: str = "calls:ap-fl") -> Event:
    return Event(at(hours), "AP called Florida", "Florida", Tone.SECOND, (row,), ("ap",))


def chart(*marks: Mark, events: tuple[Event, ...] = (), outside: tuple[Event, ...] = ()) -> Chart:
    lanes = tuple(Lane(f"lane-{place}", "Lane", "", (mark,)) for place, mark in enumerate(marks))
    return Chart("made", "us-2016", "Made", Said.of("Made"), NIGHT, lanes, events, (AP,), outside=outside)


@pytest.mark.parametrize(
    ("drawn", "kinds"),
    [
        pytest.param(chart(points(Tone.SEARCH), points(Tone.FAILING)), {"searches", "the site"}, id="two lanes"),
        pytest.param(chart(points(Tone.SEARCH), events=(call(),)), {"searches", "calls"}, id="a lane and a call"),
        pytest.param(chart(points(Tone.SITE), events=(call(),)), {"the site", "calls"}, id="traffic and a call"),
        pytest.param(
            chart(points(Tone.SEARCH), events=(call(row="milestones:concession"),)),
            {"searches", "calls"},
            id="a milestone counts with the calls",
        ),
        pytest.param(
            chart(points(Tone.SEARCH), Spans("failing", Tone.FAILING, (item(Tone.FAILING, -2, lasts=3),))),
            {"searches", "the site"},
            id="a state that began before the window lasts into it",
        ),
        pytest.param(chart(points(Tone.FAILING), points(Tone.ANSWERING)), {"the site"}, id="two states of the site"),
        pytest.param(chart(events=(call(), call(3))), {"calls"}, id="calls alone"),
        pytest.param(chart(points(Tone.SEARCH), points(Tone.FAILING, 9)), {"searches"}, id="one lies after the window"),
        pytest.param(chart(points(Tone.SEARCH), outside=(call(9),)), {"searches"}, id="named outside is not beside"),
        pytest.param(
            chart(points(Tone.SEARCH), Gap("nothing held", Tone.SITE, (item(Tone.SITE),))),
            {"searches"},
            id="a gap is no mark",
        ),
        pytest.param(
            chart(points(Tone.SEARCH), Bars("usual", Tone.NEUTRAL, (item(Tone.NEUTRAL),))),
            {"searches"},
            id="a usual level is of no kind",
        ),
        pytest.param(chart(points(Tone.SEARCH), events=(call(row="seams:1"),)), {"searches"}, id="a seam is no call"),
        pytest.param(chart(), set(), id="nothing at all"),
    ],
)
def test_a_caution_goes_with_two_kinds_in_the_window_and_no_fewer(story: Story, drawn: Chart, kinds: set[str]) -> None:
    assert kinds_in(drawn) == kinds
    assert (caution_of(story, drawn) is not None) == (len(kinds) > 1)


@pytest.mark.parametrize(
    ("slug", "carries"),
    [("timeline", True), ("interest", True), ("outages", True), ("results", False), ("traffic", False)],
)
def test_the_charts_of_the_night_carry_it_where_kinds_meet(story: Story, slug: str, carries: bool) -> None:
    assert (caution_of(story, chart_of(story, slug, view_of(story, caller="AP"))) is not None) == carries


def test_a_lane_switched_off_takes_its_kind_along(story: Story) -> None:
    lone = chart_of(story, "timeline", view_of(story, caller="AP", lanes=("results",)))
    assert kinds_in(lone) == {"calls"}


def panel(story: Story) -> Caution:
    found = caution_of(story, chart_of(story, "timeline", view_of(story, caller="AP")))
    assert found is not None
    return found


def said(caution: Caution, heading: str) -> str:
    return EASTERN.say(next(part.text for part in caution.parts if part.heading == heading))


def test_it_asks_the_five_questions_and_every_figure_has_its_sources(story: Story) -> None:
    found = panel(story)
    assert [part.heading for part in found.parts] == HEADINGS
    assert all(part.sources for part in found.parts if part.heading != "Other nights")
    assert {source.id for part in found.parts for source in part.sources} <= {source.id for source in story.sources}


def test_its_motto_is_the_quotation_of_the_claim_the_story_chose(story: Story) -> None:
    assert panel(story).motto == "CNN, Nov. 8, 2016: “There’s no guarantee the two things are related.”"
    assert [source.id for source in panel(story).motto_sources] == ["kdvr-cnn", "knowledgefibre-cnn"]


def test_the_lag_of_the_night_is_said_as_wide_as_its_times_are_known(story: Story) -> None:
    lines = said(panel(story), "Lag").split("\n")
    assert (
        "The first dated trouble seen at cic.gc.ca in this window was on record by 2:30 p.m., "
        "at least 4 hours before the first call of AP on record here, at 6:59 p.m. EST." in lines
    )
    assert lines[-1] == "What comes first need not be why the next happens."


def test_a_later_range_speaks_of_its_own_trouble_and_says_that_there_was_an_earlier_one(story: Story) -> None:
    later = Window(story.window.end - timedelta(hours=9), story.window.end)
    found = caution_of(story, chart_of(story, "timeline", view_of(story, later, caller="AP")))
    assert found is not None
    lines = said(found, "Lag").split("\n")
    assert lines[0] == ("Earlier trouble at cic.gc.ca is on record before this window, about 2 p.m. EST, Nov. 8, 2016.")
    assert "rising searches, about 6 p.m., is on record before the first dated trouble seen" in lines[1]
    assert "by 10:30 p.m. EST, Nov. 8, 2016; that may have begun at any time before, so which began first" in lines[1]


def test_trouble_of_another_site_is_no_trouble_of_the_main_one(story: Story) -> None:
    """As if another site had been watched first: then nothing of its trouble falls into the night."""
    services = tuple(entry.model_copy(update={"main": entry.host == QUIET}) for entry in story.about.services)
    other = replace(story, about=story.about.model_copy(update={"services": services}))
    found = caution_of(other, chart_of(other, "timeline", view_of(other, story.window, caller="AP")))
    assert found is not None
    assert said(found, "Lag").startswith(f"No dated trouble at {QUIET} is on record in this window.")
    assert "trouble seen at" not in said(found, "Lag")


def test_base_rates_are_counts_of_the_control_cases_and_never_a_percentage(story: Story) -> None:
    text = said(panel(story), "Base rate")
    cases = {row.case: row for row in story.controls}
    quiet = [row.title for row in cases.values() if row.outage == "yes" and row.election == "no"]
    assert f"{len(quiet)} of {len(cases)} had an outage and no election: " in text
    assert all(title in text for title in quiet)
    assert "%" not in text and "percent" not in text


def test_without_control_cases_it_says_so(story: Story) -> None:
    bare = replace(story, controls=())
    assert said(panel(bare), "Base rate").startswith("No control cases in this story")


def test_a_story_that_says_nothing_of_causes_still_has_every_part(story: Story) -> None:
    silent = story.about.model_copy(update={"claims": (), "settle": ()})
    found = panel(replace(story, about=silent))
    assert found.motto == "" and found.motto_sources == ()
    assert [part.heading for part in found.parts] == HEADINGS
    assert said(found, "Rival causes") == "No claim about a cause is on record in this story."


def test_every_claim_stands_there_with_its_date_and_who_made_it(story: Story) -> None:
    text = said(panel(story), "Rival causes")
    for claim in story.about.claims:
        if claim.id != "motto":
            assert f"{claim.who}: {EASTERN.say(claim.says)}" in text
    assert text.startswith("Nov. 9, 2016, Immigration, Refugees and Citizenship Canada (Lisa Filipps): ")


def test_its_own_words_never_say_why(story: Story) -> None:
    """Rival causes quote others, who may say what they like."""
    words = " ".join(said(panel(story), heading) for heading in HEADINGS if heading != "Rival causes")
    assert banned(own_words(words)) == []


def first(when: When, name: str = "this") -> First:
    return First(name, when, when.earliest, ())


@pytest.mark.parametrize(
    ("a", "b", "says"),
    [
        pytest.param(at(1), at(1.85), "came 51 minutes before", id="two minutes"),
        pytest.param(at(2), at(1), "came 60 minutes after", id="the other way round"),
        pytest.param(at(0), at(5), "came 5 hours before", id="whole hours"),
        pytest.param(at(0), at(5.5), "came 5 to 6 hours before", id="no whole hours"),
        pytest.param(at(0, Precision.APPROXIMATE), at(1), "came 30 to 90 minutes before", id="about"),
        pytest.param(at(29 / 60, Precision.APPROXIMATE), at(1), "came up to 65 minutes before", id="about, and near"),
        pytest.param(at(0.5, Precision.APPROXIMATE), at(1), "are too close to tell", id="the intervals touch"),
        pytest.param(at(1), at(1), "are too close to tell", id="one minute"),
        pytest.param(at(1, Precision.AFTER), at(1.25), "are too close to tell", id="shortly after"),
    ],
)
def test_an_order_is_said_only_where_the_intervals_allow_it(a: When, b: When, says: str) -> None:
    assert says in order(first(a), first(b, "that"))


@pytest.mark.parametrize(
    ("seen", "says"),
    [
        pytest.param(at(1), "was on record by 8 p.m., at least 60 minutes before that, at 9 p.m. EST.", id="before"),
        pytest.param(at(1, Precision.APPROXIMATE), "by 8:30 p.m., at least 30 minutes before that", id="about"),
        pytest.param(
            at(1.98, Precision.AFTER), "so its order with that, at 9 p.m. EST, cannot be told.", id="touching"
        ),
        pytest.param(
            at(5), "That, at 9 p.m., is on record before the trouble, by midnight EST; that may", id="seen later"
        ),
    ],
)
@pytest.mark.parametrize("turned", [False, True])
def test_a_first_sighting_is_an_upper_bound_and_never_after(seen: When, says: str, turned: bool) -> None:
    sighting, other = replace(first(seen, "the trouble"), bound=True), first(at(2), "that")
    text = EASTERN.say(order(other, sighting) if turned else order(sighting, other))
    assert says in text and "after" not in text


def test_the_first_call_has_the_whole_time_in_which_it_may_have_been() -> None:
    """Of the U.K.’s first declarations one is known to the minute and others by an upper bound alone."""
    uk = find_story("uk-2016", Settings())
    found = caution_of(uk, chart_of(uk, "timeline", view_of(uk, caller="Official")))
    assert found is not None
    lag = Clock("Europe/London").say(found.parts[0].text)
    assert "on record by noon; it may have begun at any time before" in lag
    assert lag.count("between 10 p.m. and 11:35 p.m.") == 2 and "up to 14 hours" not in lag


def test_the_lag_of_a_checked_claim_is_each_account_beside_its_event(story: Story) -> None:
    found = caution_of(story, chart_of(story, "claim", view_of(story, caller="AP", series="marks", event="US-FL")))
    assert found is not None
    assert [part.heading for part in found.parts] == HEADINGS
    lines = said(found, "Lag").split("\n")
    assert (
        "The account “The Boston Globe”, at 11:48 p.m., came 58 minutes after AP’s Florida call, at 10:50 p.m. EST."
        in lines
    )
    assert lines[-1] == "What comes first need not be why the next happens."
    assert found.parts[0].sources


@pytest.mark.parametrize(("series", "event"), [("site:cic", "US-FL"), ("site:cic", "US-OH"), ("marks", "US-FL")])
def test_the_lag_of_a_claim_says_of_each_account_what_its_verdict_says(story: Story, series: str, event: str) -> None:
    claim = chart_of(story, "claim", view_of(story, caller="AP", series=series, event=event))
    found = caution_of(story, claim)
    assert found is not None
    (accounts,) = (lane for lane in claim.lanes if lane.slug == "accounts")
    for (_, item), line in zip(accounts.items, said(found, "Lag").split("\n"), strict=False):
        verdict, _, name = item.track.partition(" · ")
        assert f"“{name}”" in line
        order = re.search(rf"(before|after) {claim.events[0].label}", line)
        assert (order[1] if order else "cannot tell") == verdict


def test_a_first_moment_that_may_have_been_earlier_is_not_put_after() -> None:
    """The earliest stated call is at 3 a.m.; another, known by an upper bound only, may lie at 1 a.m."""
    loose = First("the first call", at(3), at(1).earliest, ())
    assert "are too close to tell" in order(first(at(2), "the trouble"), loose)
