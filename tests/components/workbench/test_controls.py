"""The control bar writes one address, takes a dragged box at its word, and answers what it cannot take in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.clock import Clock
from components.workbench.controls import adopt_selection, named_ranges
from data.core.model import Window
from data.core.settings import Settings
from data.story.store import find_story

NIGHT = Window(datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 9, 12, tzinfo=UTC))


def bar_alone() -> None:
    from components.workbench.controls import choose_story, control_bar

    control_bar(choose_story(), lanes=True)


def bar(**query: str) -> AppTest:
    app = AppTest.from_function(bar_alone, default_timeout=30)
    for name, value in query.items():
        app.query_params[name.rstrip("_")] = value
    app.run()
    assert not app.exception
    return app


def control(app: AppTest, name: str) -> Any:
    return app.get_by_key(f"choose-{name}")


def address(app: AppTest) -> dict[str, Any]:
    return dict(app.query_params)


def said(app: AppTest) -> str:
    return " ".join(notice.value.replace("\\", "") for notice in app.warning)


def type_time(app: AppTest, edge: str, naive: datetime) -> None:
    control(app, edge).set_value(naive).run()
    assert not app.exception


def test_a_bare_address_shows_every_control_at_its_default() -> None:
    app = bar()
    assert control(app, "range").value == "Story range"
    assert control(app, "from").value == datetime(2016, 11, 8, 13, 0)  # noqa: DTZ001 - as the widget holds it
    assert control(app, "clock").value == "America/New_York"
    assert control(app, "caller").value == "AP"
    assert control(app, "lanes").value == ["interest", "outages", "results"]
    assert said(app) == ""


def test_one_control_never_loses_what_another_set() -> None:
    app = bar(clock="Europe/London", at="2016-11-09T03:50Z")
    control(app, "range").set_value("48 hours").run()
    control(app, "caller").set_value("CNN").run()
    control(app, "lanes").set_value(["results", "outages"]).run()
    assert address(app) == {
        "from": "2016-11-08T05:00Z",
        "to": "2016-11-10T05:00Z",
        "clock": "Europe/London",
        "caller": "CNN",
        "lanes": "outages,results",
        "at": "2016-11-09T03:50Z",
    }


def test_going_back_to_the_default_leaves_a_bare_address() -> None:
    app = bar(from_="2016-11-05T04:00Z", to="2016-11-12T05:00Z")
    assert control(app, "range").value == "Week"
    control(app, "range").set_value("Story range").run()
    assert address(app) == {}


def test_a_chip_pressed_twice_changes_nothing() -> None:
    app = bar()
    control(app, "range").set_value(None).run()
    assert address(app) == {}
    assert control(app, "range").value == "Story range"


def test_a_typed_time_is_of_the_clock_in_force() -> None:
    app = bar(clock="Europe/London")
    type_time(app, "from", datetime(2016, 11, 9, 3, 50))  # noqa: DTZ001
    assert address(app) == {"from": "2016-11-09T03:50Z", "clock": "Europe/London"}


@pytest.mark.parametrize(
    ("query", "edge", "naive", "says"),
    [
        pytest.param(
            {"from_": "2017-03-12T05:00Z", "to": "2017-03-12T12:00Z"},
            "from",
            datetime(2017, 3, 12, 2, 30),  # noqa: DTZ001
            "did not exist",
            id="a time that clocks skipped",
        ),
        pytest.param({}, "from", datetime(2016, 11, 10), "would end before it starts", id="backwards"),  # noqa: DTZ001
        pytest.param({}, "to", datetime(2016, 11, 8, 13), "would end before it starts", id="empty"),  # noqa: DTZ001
        pytest.param({}, "to", datetime(2099, 1, 1), "longer than 50 years", id="too long"),  # noqa: DTZ001
    ],
)
def test_a_time_that_cannot_be_meant_keeps_the_range_and_says_why(
    query: dict[str, str], edge: str, naive: datetime, says: str
) -> None:
    app = bar(**query)
    before = address(app)
    type_time(app, edge, naive)
    assert says in said(app)
    assert address(app) == before
    app.run()
    assert said(app) == ""


def test_of_a_time_that_came_twice_the_first_is_meant() -> None:
    app = bar(from_="2016-11-06T00:00Z", to="2016-11-07T00:00Z")
    type_time(app, "from", datetime(2016, 11, 6, 1, 30))  # noqa: DTZ001
    assert address(app)["from"] == "2016-11-06T05:30Z"


def test_the_clock_menu_ends_with_the_visitors_own() -> None:
    app = AppTest.from_function(bar_alone, default_timeout=30)
    app.context = {"timezone": "Asia/Tokyo"}
    app.run()
    assert control(app, "clock").options[-1] == "Your clock: Tokyo (Asia/Tokyo)"


def test_the_link_to_copy_says_everything_absolutely() -> None:
    app = AppTest.from_function(bar_alone, default_timeout=30)
    app.context = {"url": "https://news.example/timeline", "timezone": "Asia/Tokyo"}
    app.run()
    assert app.code[0].value == (
        "https://news.example/timeline?story=us-2016&from=2016-11-08T18:00Z&to=2016-11-09T12:00Z"
        "&clock=America/New_York&caller=AP"
    )


def box(*places: object) -> dict[str, Any]:
    return {"selection": {"points": [], "box": [{"xref": "x", "yref": "y", "x": list(places), "y": [0, 1]}]}}


def test_a_box_is_read_on_the_clock_that_drew_the_axis() -> None:
    drawn = box("2016-11-08 22:15:40.25", "2016-11-08 20:00:10")
    new_york = adopt_selection(drawn, Clock("America/New_York"), NIGHT)
    assert new_york == Window(datetime(2016, 11, 9, 1, tzinfo=UTC), datetime(2016, 11, 9, 3, 15, tzinfo=UTC))


@pytest.mark.parametrize(
    "event",
    [
        pytest.param({}, id="no selection"),
        pytest.param({"selection": {"points": [], "box": []}}, id="box taken away"),
        pytest.param(box("2016-11-08 22:15:01", "2016-11-08 22:15:50"), id="a click"),
        pytest.param(box("2016-11-08 22:15"), id="one edge"),
        pytest.param(box(1478646000, 1478656000), id="numbers"),
        pytest.param(box("a", "b"), id="garbage"),
        pytest.param(box("1600-01-01", "1601-01-01"), id="before 1970"),
    ],
)
def test_what_is_no_range_is_left_alone(event: dict[str, Any]) -> None:
    assert adopt_selection(event, Clock("America/New_York"), NIGHT) is None


def test_named_ranges_hold_the_night_and_start_at_midnight_on_the_storys_clock() -> None:
    ranges = named_ranges(find_story("us-2016", Settings()))
    assert list(ranges) == ["Story range", "48 hours", "Week", "Month", "All"]
    assert ranges["Story range"] == NIGHT
    assert ranges["48 hours"] == Window(datetime(2016, 11, 8, 5, tzinfo=UTC), datetime(2016, 11, 10, 5, tzinfo=UTC))
    for wider, narrower in (("Week", "48 hours"), ("Month", "Week"), ("All", "Month")):
        assert ranges[wider].start <= ranges[narrower].start
        assert ranges[wider].end >= ranges[narrower].end
