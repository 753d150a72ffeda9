"""Where labels go: nothing overlaps, every mark is placed, the important ones speak first."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.charts.grammar import Event, anchor
from components.render.layout.boxes import Box, Boxes
from components.render.layout.geometry import TimeScale
from components.render.layout.labels import Flag, Placed, place, row_count
from tests.support import samples

WIDTHS = (320, 480, 768, 1280)
RADIUS = 8.0
NIGHT_EVENTS = samples.call_events()
SOME_EVENTS = st.lists(st.sampled_from(NIGHT_EVENTS), unique=True)


def flags_of(events: list[Event], width: int) -> list[Flag]:
    scale, found = TimeScale(samples.NIGHT, 12, width - 12), []
    for event in events:
        x = scale.x(anchor(event.when))
        text = samples.EASTERN.say(event.short)
        found.append(Flag(x, x - RADIUS, x + RADIUS, text, event.priority, event.emphasised))
    return found


def placed_at(events: list[Event], width: int) -> tuple[Placed, ...]:
    return place(flags_of(events, width), (0, width), size=11)


def at(x: float, text: str = "", *, priority: int = 9, claims: bool = False) -> Flag:
    return Flag(x, x - RADIUS, x + RADIUS, text, priority, claims)


@given(SOME_EVENTS, st.sampled_from(WIDTHS))
def test_no_two_things_of_a_row_overlap_for_any_part_of_the_night(events: list[Event], width: int) -> None:
    for one, other in combinations(placed_at(events, width), 2):
        if one.row == other.row:
            assert one.span[1] <= other.span[0] or other.span[1] <= one.span[0]


@given(SOME_EVENTS, st.sampled_from(WIDTHS))
def test_every_event_of_any_part_of_the_night_is_placed_and_no_text_leaves_the_drawing(
    events: list[Event], width: int
) -> None:
    placed = placed_at(events, width)
    assert [entry.flag.text for entry in placed] == [samples.EASTERN.say(event.short) for event in events]
    for entry in placed:
        if entry.side:
            assert entry.text_span[0] >= 0
            assert entry.text_span[1] <= width


@pytest.mark.parametrize("width", WIDTHS)
def test_on_the_night_all_five_emphasised_calls_are_labelled_and_no_line_runs_through_a_label(width: int) -> None:
    placed = placed_at(list(NIGHT_EVENTS), width)
    assert [e.flag.text.split()[0] for e in placed if e.flag.claims and e.side] == [
        "Ohio",
        "Florida",
        "North",
        "Pennsylvania",
        "Wisconsin",
    ]
    for label, other in combinations(placed, 2):
        for one, two in ((label, other), (other, label)):
            left, right = one.text_span
            assert not (one.side and two.row > one.row and left < two.flag.x < right)


@pytest.mark.parametrize("width", [700, 1280])
def test_a_placement_made_for_a_phone_holds_on_every_wider_plot(width: int) -> None:
    narrow, wide = 300, flags_of(list(NIGHT_EVENTS), width)
    moved = [
        Placed(flag, entry.row, entry.side, entry.width)
        for flag, entry in zip(wide, placed_at(list(NIGHT_EVENTS), narrow), strict=True)
    ]
    for one, other in combinations(moved, 2):
        if one.row == other.row:
            assert one.span[1] <= other.span[0] or other.span[1] <= one.span[0]


def test_a_lone_label_stands_to_the_right_of_its_mark() -> None:
    assert [(e.row, e.side) for e in place([at(50, "Fla.", claims=True)], (0, 300), size=11)] == [(0, "right")]


def test_a_label_at_the_right_edge_stands_to_the_left_of_its_mark() -> None:
    assert [e.side for e in place([at(290, "Fla.", claims=True)], (0, 300), size=11)] == ["left"]


def test_a_label_with_no_room_on_either_side_leaves_its_number_alone() -> None:
    assert [e.side for e in place([at(150, "W" * 60, claims=True)], (0, 300), size=11)] == [""]


def test_marks_of_one_minute_stand_one_above_the_other() -> None:
    assert [e.row for e in place([at(100), at(100), at(100)], (0, 300), size=11)] == [0, 1, 2]


@pytest.mark.parametrize(("iowa", "utah", "sides"), [(1, 8, ["right", ""]), (8, 1, ["", "left"])])
def test_the_more_important_of_two_labels_gets_the_only_room(iowa: int, utah: int, sides: list[str]) -> None:
    flags = [at(100, "Iowa", priority=iowa), at(150, "Utah", priority=utah)]
    assert [entry.side for entry in place(flags, (92, 158), size=11)] == sides


def test_a_label_without_a_claim_never_adds_a_row() -> None:
    crowd = [at(100 + 20 * n, "Pennsylvania") for n in range(6)]
    assert row_count(place(crowd, (0, 240), size=11)) == 1


def test_without_lines_a_label_may_stand_under_another_mark() -> None:
    flags = [at(100, "a long label", claims=True), at(140)]
    rows = [e.row for e in place(flags, (92, 300), size=11, lines=False)]
    assert rows == [1, 0]


def test_nothing_to_place_is_no_rows() -> None:
    assert row_count(place([], (0, 300), size=11)) == 0


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        pytest.param(Box(0, 0, 10, 10), Box(5, 5, 15, 15), True, id="corners"),
        pytest.param(Box(0, 0, 10, 10), Box(10, 0, 20, 10), False, id="side by side"),
        pytest.param(Box(0, 0, 10, 10), Box(0, 10, 10, 20), False, id="stacked"),
        pytest.param(Box(0, 0, 10, 10), Box(2, 2, 4, 4), True, id="inside"),
    ],
)
def test_boxes_overlap_where_they_share_ground(one: Box, other: Box, meet: bool) -> None:
    assert one.overlaps(other) is meet
    assert other.overlaps(one) is meet


def test_room_gives_the_first_free_place_and_remembers_it() -> None:
    room = Boxes(Box(0, 0, 100, 20))
    assert room.first([Box(90, 0, 110, 10), Box(0, 0, 10, 10)]) == Box(0, 0, 10, 10)
    assert room.first([Box(5, 0, 15, 10)]) is None
