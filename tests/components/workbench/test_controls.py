"""The control bar writes one address, takes a dragged box at its word, and answers what it cannot take in words."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.clock import Clock
from components.text import HARD_SPACE
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
    return " ".join(notice.value.replace("\\", "").replace(HARD_SPACE, " ") for notice in app.warning)


def type_times(app: AppTest, **times: str) -> None:
    """Open the box of exact times, type into its fields and apply them."""
    app.session_state["choose-exact"] = True
    app.run()
    for edge, text in times.items():
        next(field for field in app.text_input if str(field.key).startswith(f"choose-{edge}-")).set_value(text)
    control_named(app, "apply-exact").click().run()
    assert not app.exception


def control_named(app: AppTest, key: str) -> Any:
    return app.get_by_key(key)


def test_a_bare_address_shows_every_control_at_its_default() -> None:
    app = bar()
    assert control(app, "range").value == "The night"
    assert control(app, "clock").value == "America/New_York"
    assert control(app, "caller").value == "AP"
    assert control(app, "lanes").value == ["interest", "outages", "results"]
    assert control_named(app, "undo").disabled and control_named(app, "reset").disabled
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


def test_each_caller_says_how_many_contests_it_is_known_to_have_called() -> None:
    assert "CNN: 7 of 56" in control(bar(), "caller").options


def test_going_back_to_the_default_leaves_a_bare_address() -> None:
    app = bar(from_="2016-11-08T05:00Z", to="2016-11-10T05:00Z")
    assert control(app, "range").value == "48 hours"
    control(app, "range").set_value("The night").run()
    assert address(app) == {}


def test_a_chip_pressed_twice_changes_nothing() -> None:
    app = bar()
    control(app, "range").set_value(None).run()
    assert address(app) == {}
    assert control(app, "range").value == "The night"


def test_undo_goes_back_range_by_range_and_reset_to_the_night() -> None:
    app = bar()
    control(app, "range").set_value("48 hours").run()
    control(app, "range").set_value("All").run()
    control_named(app, "undo").click().run()
    assert control(app, "range").value == "48 hours"
    control_named(app, "reset").click().run()
    assert address(app) == {}
    control_named(app, "undo").click().run()
    assert control(app, "range").value == "48 hours"


def test_chips_still_work_after_the_box_of_exact_times_was_open() -> None:
    app = bar()
    app.session_state["choose-exact"] = True
    app.run()
    app.session_state["choose-exact"] = False
    app.run()
    for name in ("48 hours", "All", "The night"):
        control(app, "range").set_value(name).run()
        assert control(app, "range").value == name


@pytest.mark.parametrize(
    ("typed", "span"),
    [
        pytest.param({"from": "8 pm", "to": "midnight"}, ("2016-11-09T01:00Z", "2016-11-09T05:00Z"), id="two times"),
        pytest.param({"from": "8:15 p.m."}, ("2016-11-09T01:15Z", None), id="one of them"),
        pytest.param({"from": "1 am"}, ("2016-11-09T06:00Z", None), id="a time of the night's second day"),
        pytest.param({"to": "Nov. 9, 1:30 am"}, (None, "2016-11-09T06:30Z"), id="with its day"),
        pytest.param({"from": "2016-11-09 01:30"}, ("2016-11-09T06:30Z", None), id="as a table has it"),
        pytest.param({"from": "20:00 EST"}, ("2016-11-09T01:00Z", None), id="with the zone of the label"),
        pytest.param({"from": "noon", "to": "8 pm"}, ("2016-11-09T17:00Z", "2016-11-10T01:00Z"), id="the next noon"),
    ],
)
def test_a_time_is_taken_as_a_person_writes_it(typed: dict[str, str], span: tuple[str | None, str | None]) -> None:
    app = bar(to="2016-11-10T05:00Z")
    type_times(app, **typed)
    assert said(app) == ""
    assert (address(app).get("from"), address(app)["to"]) == (span[0], span[1] or "2016-11-10T05:00Z")


def test_a_typed_time_is_of_the_clock_in_force() -> None:
    app = bar(clock="Europe/London")
    type_times(app, **{"from": "3:50 am"})
    assert address(app) == {"from": "2016-11-09T03:50Z", "clock": "Europe/London"}


@pytest.mark.parametrize(
    ("query", "edge", "text", "says"),
    [
        pytest.param(
            {"from_": "2017-03-12T05:00Z", "to": "2017-03-12T12:00Z"},
            "from",
            "2:30 am",
            "did not exist",
            id="a time that clocks skipped",
        ),
        pytest.param({}, "from", "Nov. 10, 2016", "would end before it starts", id="backwards"),
        pytest.param({}, "to", "1 pm Nov. 8", "would end before it starts", id="empty"),
        pytest.param({}, "to", "Jan. 1, 2099", "longer than 50 years", id="too long"),
        pytest.param({}, "to", "Jan. 1, 9999", "outside the years", id="too late"),
        pytest.param({}, "from", "soon", "“soon” is not a time; write it like 8 pm", id="no time"),
        pytest.param({}, "from", "8", "“8” is not a time", id="a bare number"),
        pytest.param({}, "from", "", "is not a time", id="nothing"),
        pytest.param({}, "from", "9" * 40, "is not a time", id="a long number"),
    ],
)
def test_a_time_that_cannot_be_meant_keeps_the_range_and_says_why(
    query: dict[str, str], edge: str, text: str, says: str
) -> None:
    app = bar(**query)
    before = address(app)
    type_times(app, **{edge: text})
    assert says in said(app)
    assert address(app) == before
    app.run()
    assert said(app) == ""


def test_of_a_time_that_came_twice_the_first_is_meant() -> None:
    app = bar(from_="2016-11-06T00:00Z", to="2016-11-07T00:00Z")
    type_times(app, **{"from": "Nov. 6, 1:30 am"})
    assert address(app)["from"] == "2016-11-06T05:30Z"


def test_the_clock_menu_ends_with_the_visitors_own() -> None:
    app = AppTest.from_function(bar_alone, default_timeout=30)
    app.context = {"timezone": "Asia/Tokyo"}
    app.run()
    assert control(app, "clock").options[-1] == "Your clock: Tokyo (Asia/Tokyo)"


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
    ranges = named_ranges(find_story("us-2016", Settings()), "AP")
    assert list(ranges) == ["The night", "First to decisive call", "48 hours", "All"]
    assert ranges["The night"] == NIGHT
    assert ranges["48 hours"] == Window(datetime(2016, 11, 8, 5, tzinfo=UTC), datetime(2016, 11, 10, 5, tzinfo=UTC))
    assert ranges["All"].start <= ranges["48 hours"].start and ranges["48 hours"].end <= ranges["All"].end


def test_from_the_first_to_the_decisive_call_holds_both_with_room_and_their_times_in_its_label() -> None:
    # AP: Kentucky and Indiana from 6:59 p.m., Wisconsin and the presidency at 2:29 a.m.; 450 minutes, 20 of room.
    called = named_ranges(find_story("us-2016", Settings()), "AP")["First to decisive call"]
    assert called == Window(datetime(2016, 11, 8, 23, 39, tzinfo=UTC), datetime(2016, 11, 9, 7, 49, tzinfo=UTC))
    assert "First to decisive call 6:59 p.m.–2:29 a.m." in control(bar(), "range").options


@pytest.mark.parametrize(
    ("query", "why"),
    [
        pytest.param({"story": "revoke-2019"}, "a petition", id="no calls at all"),
        pytest.param({"caller": "Guardian"}, "no decisive call is held of it", id="a caller without the decisive one"),
    ],
)
def test_where_no_decisive_call_is_held_no_range_ends_at_it(query: dict[str, str], why: str) -> None:
    assert not any("decisive" in option for option in control(bar(**query), "range").options), why
