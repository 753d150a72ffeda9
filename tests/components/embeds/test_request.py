"""A request for a chart is read strictly: it means one thing, or is refused in one sentence."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given

from components.embeds.request import Asked, Refused, asked
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story
from tests.support import nearly


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


def refusal(name: str, query: str, story: Story) -> Refused:
    with pytest.raises(Refused) as told:
        asked(name, query, story=story)
    return told.value


def test_a_bare_path_asks_for_the_document_of_the_storys_own_night(story: Story) -> None:
    assert asked("timeline", "", story=story) == Asked("us-2016", "timeline", "html", default_view(story))


@pytest.mark.parametrize(
    ("name", "form"),
    [("timeline", "html"), ("timeline.html", "html"), ("timeline.svg", "svg"), ("timeline.json", "json")],
)
def test_the_ending_of_a_path_names_the_form(name: str, form: str, story: Story) -> None:
    assert asked(name, "", story=story).form == form


def test_a_query_says_range_clock_caller_and_theme(story: Story) -> None:
    query = "from=2016-11-08T23:00Z&to=2016-11-09T05:00Z&clock=UTC&caller=cnn&theme=dark"
    wanted = asked("timeline", query, story=story)
    assert (wanted.view.start, wanted.view.end) == (
        datetime(2016, 11, 8, 23, tzinfo=UTC),
        datetime(2016, 11, 9, 5, tzinfo=UTC),
    )
    assert (wanted.view.clock, wanted.view.caller, wanted.theme) == ("UTC", "CNN", "dark")


def test_a_picture_has_a_width_a_scale_and_a_shape(story: Story) -> None:
    wanted = asked("timeline.png", "width=800&scale=2.5", story=story)
    assert (wanted.width, wanted.scale, wanted.shape) == (800, 2.5, "natural")
    assert asked("timeline.png", "shape=social", story=story).shape == "social"


@pytest.mark.parametrize(
    ("name", "query", "same"),
    [
        pytest.param("timeline.csv", "theme=dark&width=800", "", id="a table has no theme and no width"),
        pytest.param("timeline", "width=800&scale=3", "", id="a document has every width"),
        pytest.param("timeline.png", "shape=square&width=800", "shape=square", id="a square has its own width"),
        pytest.param("timeline.svg", "scale=4", "", id="a drawing has no pixels"),
        pytest.param("timeline", "theme=", "theme=auto", id="an empty value is none"),
        pytest.param("timeline", "caller=AP&caller=AP", "caller=AP", id="one value, said twice"),
        pytest.param("timeline", "lanes=results,interest", "lanes=interest,results", id="lanes in any order"),
        pytest.param(
            "timeline",
            "utm_source=x&utm_campaign=%00&fbclid=1&gclid=2&initialWidth=640&childId=a&parentTitle=T&parentUrl=u&amp=1"
            "&secret=s&secret=t",
            "",
            id="what hosts append",
        ),
    ],
)
def test_requests_for_the_same_answer_are_equal(name: str, query: str, same: str, story: Story) -> None:
    assert asked(name, query, story=story) == asked(name, same, story=story)


@pytest.mark.parametrize(
    ("name", "parameter", "wants"),
    [
        pytest.param("weather", "chart", "timeline", id="no such chart"),
        pytest.param("Timeline", "chart", "timeline", id="another case"),
        pytest.param("timeline.exe", "form", "svg", id="no such form"),
        pytest.param("timeline.", "form", "svg", id="an empty form"),
        pytest.param("timeline.PNG", "form", "png", id="a form in capitals"),
        pytest.param("..", "chart", "timeline", id="the folder above"),
        pytest.param("../../etc/passwd", "chart", "timeline", id="a path"),
        pytest.param("timeline\x00.svg", "chart", "timeline", id="a control character"),
        pytest.param("timeline.svg.png", "chart", "timeline", id="two endings"),
    ],
)
def test_what_is_not_there_is_refused_with_404(name: str, parameter: str, wants: str, story: Story) -> None:
    refused = refusal(name, "", story)
    assert refused.status == 404
    assert refused.problem.parameter == parameter
    assert wants in refused.problem.wants


@pytest.mark.parametrize(
    ("query", "sentence"),
    [
        pytest.param(
            "from=yesterday",
            "In the address, from is “yesterday”, which is not a time; "
            "from must be a time with its zone, like 2016-11-08T23:00Z.",
            id="not a time",
        ),
        pytest.param(
            "from=2016-11-09T05:00Z&to=2016-11-08T23:00Z",
            "The range from 2016-11-09T05:00Z to 2016-11-08T23:00Z ends before it starts; "
            "to must be a time after the other end, by a minute to 50 years.",
            id="from after to",
        ),
        pytest.param(
            "from=2016-11-08T23:00Z&to=2016-11-08T23:00Z",
            "The range from 2016-11-08T23:00Z to 2016-11-08T23:00Z ends before it starts; "
            "to must be a time after the other end, by a minute to 50 years.",
            id="0 seconds",
        ),
        pytest.param(
            "from=1016-11-08T23:00Z",
            "In the address, from is “1016-11-08T23:00Z”, which is outside the years 1970 to 2100; "
            "from must be a time in the years 1970 to 2100.",
            id="1,000 years",
        ),
        pytest.param(
            "clock=Mars/Olympus",
            "In the address, clock is “Mars/Olympus”, which is not a time zone; "
            "clock must be an IANA name like America/New_York.",
            id="no zone",
        ),
        pytest.param(
            "caller=Nobody",
            "In the address, caller is “Nobody”, who is not a caller in this story; "
            "caller must be one of AP, CNN, Fox, ABC, Guardian, TV.",
            id="no caller",
        ),
        pytest.param(
            "lanes=weather",
            "There is no lane “weather”, only interest, outages, results; "
            "lanes must be some of interest, outages, results.",
            id="no lane",
        ),
        pytest.param(
            "at=2010-01-01T00:00Z",
            "The moment 2010-01-01T00:00Z is outside the range shown; at must be 2016-11-08T18:00Z to "
            "2016-11-09T12:00Z.",
            id="a moment elsewhere",
        ),
        pytest.param(
            "theme=sepia",
            "In the address, theme is “sepia”, which is not one of its values; theme must be one of auto, light, dark.",
            id="no theme",
        ),
        pytest.param(
            "shape=round",
            "In the address, shape is “round”, which is not one of its values; "
            "shape must be one of natural, paper, paper-across, paper-map, social, square.",
            id="no shape",
        ),
        pytest.param(
            "scale=100",
            "In the address, scale is “100”, which cannot be drawn; scale must be a number from 1 to 4.",
            id="scale 100",
        ),
        pytest.param(
            "caller=AP&caller=CNN",
            "The address gives caller 2 times; caller must be one value.",
            id="two values",
        ),
        pytest.param(
            "width=800&width=900",
            "The address gives width 2 times; width must be one value.",
            id="two widths",
        ),
        pytest.param(
            "story=us-2016",
            "The query has “story”, which means nothing here; “story” must be left out: "
            "known are at, caller, clock, event, from, lanes, series, t0, to, when, with, theme, width, scale, shape.",
            id="no such name",
        ),
    ],
)
def test_what_cannot_be_meant_is_refused_in_one_sentence(query: str, sentence: str, story: Story) -> None:
    refused = refusal("timeline.png", query, story)
    assert (refused.status, refused.problem.refusal) == (400, sentence)


@pytest.mark.parametrize(
    "width", ["0", "-1", "319", "2401", "1e9", "1000000000", "NaN", "inf", "800.5", "８００", " ٣٢٠"]
)
def test_a_width_that_cannot_be_drawn_is_refused_by_its_bounds(width: str, story: Story) -> None:
    problem = refusal("timeline.svg", f"width={width}", story).problem
    assert (problem.parameter, problem.wants) == ("width", "a whole number from 320 to 2,400")


def test_a_query_of_100_kilobytes_is_refused_unread(story: Story) -> None:
    refused = refusal("timeline", "utm_source=" + "x" * 100_000, story)
    assert refused.problem.refusal == "The query is 100,011 bytes long; query must be at most 4,096 bytes."


@given(one=nearly.REQUESTS)
def test_any_request_means_something_or_is_refused_in_one_short_sentence(one: nearly.Nearly, story: Story) -> None:
    told: Refused | None = None
    try:
        wanted = asked(one.name + one.more, one.query, story=story)
    except Refused as refused:
        told = refused
    if told:
        assert told.status in (400, 404)
        assert told.problem.refusal.endswith(".")
        assert told.problem.refusal.isprintable()
        assert len(told.problem.refusal) < 500
    else:
        assert wanted.view.start < wanted.view.end
        assert wanted.width is None or 320 <= wanted.width <= 2400
        assert 1 <= wanted.scale <= 4
