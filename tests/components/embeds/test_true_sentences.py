"""Headlines and summaries of small nights say what their charts draw: who was called, how much, and how surely."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple
from xml.etree import ElementTree

import pytest

from tests.support.small_nights import ANN, BEN, Served, SmallCall, between, called, clock, write_night

SVG = "{http://www.w3.org/2000/svg}"
OTHER_CALLER = """
[[callers]]
id = "CNN"
name = "CNN"
selectable = true
"""
HALF_PAST = f"from={clock('00:00')}&to={clock('02:00')}"


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    found = Served(tmp_path)
    yield found
    found.close()


def test_calls_that_nobody_emphasises_are_named(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, [called("ONE", ANN, "01:00"), called("TWO", BEN, "02:00", weight=2)])
    said = served.document("night/timeline").headline
    assert said == "AP called Contest ONE at 1 a.m.; AP called Contest TWO at 2 a.m. UTC"


def test_of_many_moments_the_first_call_is_named(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, [called(f"X{hour}", ANN, f"0{hour}:00") for hour in range(1, 5)])
    assert served.document("night/timeline").headline == "AP called Contest X1 at 1 a.m. UTC"


def test_a_window_without_anything_says_so(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, [called("ONE", ANN, "01:00")])
    empty = served.document(f"night/timeline?from={clock('03:00')}&to={clock('04:00')}")
    assert empty.headline == "No call or observation falls in this window"


def test_a_total_known_within_bounds_is_told_as_a_range(tmp_path: Path, served: Served) -> None:
    night = [called("ONE", ANN, "01:00", 10), between("TWO", ANN, "00:30", "04:00", 5), called("SIX", BEN, "05:00", 5)]
    write_night(tmp_path, night)
    assert "Ann 10 to 15 seats" in served.document(f"night/timeline?{HALF_PAST}").description
    assert "had called 10 to 15 for Ann and 0 for Ben" in served.document(f"night/results?{HALF_PAST}").headline


def test_a_call_of_the_very_end_is_in_neither_headline_nor_drawing(tmp_path: Path, served: Served) -> None:
    night = [called("ONE", ANN, "01:00", 3), called("TWO", ANN, "02:00", 4), called("SIX", BEN, "05:00", 5)]
    write_night(tmp_path, night)
    page = served.document(f"night/results?{HALF_PAST}")
    assert page.headline == "Before 2 a.m. UTC AP had called 3 for Ann and 0 for Ben; 7 are needed to win"
    assert "Ann 3<" in page.html
    later = served.document(f"night/results?from={clock('00:00')}&to={clock('02:01')}")
    assert later.headline == "By 2:01 a.m. UTC AP had called 7 for Ann and 0 for Ben; 7 are needed to win"


def test_one_seat_is_no_seats(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, [called("ONE", ANN, "01:00")])
    page = served.document(f"night/timeline?at={clock('01:00')}")
    assert "Ann 1 seat." in page.description and "1 seats" not in page.html
    assert "1 is needed to win" in served.document("night/results").headline


#: Ann has fourteen contests without a time of their own, Ben two of them and one that comes later.
UNTIMED = [
    called("X1", ANN, "01:00"),
    *(between(f"Y{number}", ANN, "00:30", "03:00") for number in range(13)),
    *(between(f"Z{number}", BEN, "00:30", "03:00") for number in range(2)),
    between("Z9", BEN, "00:30", "05:00"),
]


class Total(NamedTuple):
    """The line of a total in a drawing: its unbroken pieces as path data, and the value at which the last ends."""

    pieces: list[str]
    ends_at: float


def totals_drawn(svg: str) -> list[Total]:
    """The lines of totals, in the order of their sides; a value is read off as the scale beside them says."""
    root = ElementTree.fromstring(svg)
    heights = {}
    for text in root.iter(f"{SVG}text"):
        said = (text.text or "").replace(",", "")
        if said.isdigit() and text.get("text-anchor") == "end":
            # Words stand a third of their size below the line that they name.
            heights[float(said)] = float(text.get("y", "0")) - float(text.get("font-size", "0")) * 0.35
    pieces: dict[str, list[str]] = {}
    for path in root.iter(f"{SVG}path"):
        if "line" in path.get("class", "").split() and path.get("d"):
            pieces.setdefault(path.get("class", ""), []).append(path.get("d", ""))
    # Every total begins with none.
    nothing = max(float(path.split("h")[0].split()[1]) for drawn in pieces.values() for path in drawn[:1])
    value, at = max(heights.items())
    return [Total(drawn, (nothing - foot(drawn[-1])) / (nothing - at) * value) for drawn in pieces.values()]


def foot(path: str) -> float:
    """The height at which a staircase ends: where it begins, and every step down or up from there."""
    begins = re.match(r"M[-0-9.]+ ([-0-9.]+)", path)
    assert begins
    return float(begins[1]) + sum(float(step) for step in re.findall(r"v([-0-9.]+)", path))


def test_a_least_total_lies_inside_its_axis(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, UNTIMED)
    early = f"night/results.svg?from={clock('00:00')}&to={clock('04:00')}"
    svg = served.text(f"/embed/{early}")
    assert "Ann at least 14" in svg and "Ben at least 2" in svg
    assert [round(total.ends_at, 1) for total in totals_drawn(svg)] == [14, 2]


def test_a_total_of_which_nothing_is_left_is_no_least_one(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, UNTIMED)
    svg = served.text("/embed/night/results.svg")
    assert "Ann 14<" in svg and "Ben 3<" in svg and "at least 14" not in svg
    assert "had called 14 for Ann and 3 for Ben" in served.document("night/results").headline


def test_no_line_rises_where_nothing_is_known_to_have_been_called(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, UNTIMED)
    ann, ben = totals_drawn(served.text("/embed/night/results.svg"))
    # Ann's line rises at 1 a.m., for the one contest that has a minute, and Ben's never.
    assert ("".join(ann.pieces).count("v"), "".join(ben.pieces).count("v")) == (1, 0)
    assert (len(ann.pieces), len(ben.pieces)) == (2, 3)


def test_no_mark_on_a_line_of_hundreds_of_contests_erases_the_line(tmp_path: Path, served: Served) -> None:
    minutes = [f"{2 + number // 60:02}:{number % 60:02}" for number in range(180)]
    write_night(tmp_path, [called(f"X{number}", "AB"[number % 2], at) for number, at in enumerate(minutes)])
    svg = served.text("/embed/night/results.svg")
    top = min(foot(total.pieces[-1]) for total in totals_drawn(svg))
    rows = [one for one in ElementTree.fromstring(svg).iter(f"{SVG}g") if one.get("data-row", "").startswith("calls:")]
    dots = [dot for row in rows for dot in row.iter(f"{SVG}circle") if float(dot.get("cy", "0")) >= top - 1]
    assert len(dots) > 100
    # Of their side's own colour, without an edge of paper.
    assert {dot.get("class") for dot in dots} == {"f"}


def test_two_times_that_read_alike_carry_their_zones(tmp_path: Path, served: Served) -> None:
    first, second = "2030-11-03T05:10:00Z", "2030-11-03T06:10:00Z"
    calls = [SmallCall("ONE", ANN, 1, at=first), SmallCall("TWO", ANN, 1, at=second)]
    start, end = "2030-11-03T04:00:00Z", "2030-11-03T10:00:00Z"
    write_night(tmp_path, calls, zone="America/New_York", start=start, end=end)
    page = served.document("night/timeline")
    assert page.headline == "AP called Contest ONE at 1:10 a.m. EDT; AP called Contest TWO at 1:10 a.m. EST"
    assert "1:10 a.m.<" not in page.html


@pytest.mark.parametrize("chart", ["timeline", "results"])
def test_a_call_with_a_bound_beyond_the_window_is_told_without_a_total(
    chart: str, tmp_path: Path, served: Served
) -> None:
    night = [called("ONE", ANN, "01:00", 10), between("TWO", ANN, "00:30", "04:00", 5), called("SIX", ANN, "03:00", 5)]
    write_night(tmp_path, night)
    table = csv.DictReader(io.StringIO(served.text(f"/embed/night/{chart}.csv?{HALF_PAST}").removeprefix("\ufeff")))
    (row,) = [row for row in table if row["row"] == "calls:ap-two"]
    assert [row[name] for name in ("value", "unit", "total_of", "total_low", "total_high")] == [
        "5",
        "seats",
        "",
        "",
        "",
    ]


def test_nothing_is_said_of_a_log_with_gaps_but_that_none_is_held(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, [called("ONE", ANN, "01:00")], about=OTHER_CALLER)
    said = served.document(f"night/timeline?caller=CNN&at={clock('00:30')}").description
    assert "At 12:30 a.m. UTC no call of CNN by then is on record." in said


def test_what_may_have_been_called_is_not_told_as_nothing(tmp_path: Path, served: Served) -> None:
    write_night(tmp_path, [between("TWO", ANN, "00:30", "04:00", 5), called("SIX", BEN, "05:00", 5)])
    said = served.document(f"night/timeline?at={clock('01:00')}").description
    assert "At 1 a.m. UTC nothing is known to have been called." in said and "Ann 0 to 5 seats" in said


def test_the_replay_names_no_minute_that_is_over(tmp_path: Path, served: Served) -> None:
    write_night(
        tmp_path,
        [called("ONE", ANN, "05:00")],
        milestones=[f"polls,Polls close,polls close,,{clock('02:30')},,,,minute,s,"],
    )
    replay = served.document("night/replay").html
    assert "AP had called nothing yet." in replay and "2:30 a.m. UTC AP had called nothing" not in replay


OBSERVED = (
    "id,service,kind,status,at,until,begins,earliest,latest,precision,place,what,value,unit,grade,confidence,credit,"
    "time_basis,published,source,note\n"
)


def _observation(name: str, status: str, times: str, precision: str) -> str:
    """A row of observations.csv; `times` fills the columns at, until, begins, earliest and latest."""
    return f"{name},site,outage,{status},{times},{precision},A place,What was seen,,,B,high,A reader,stated,,s,\n"


def test_what_lies_between_two_bounds_is_drawn_as_a_bar(tmp_path: Path, served: Served) -> None:
    rows = _observation("wide", "degraded", f",,,{clock('01:00')},{clock('05:00')}", "window")
    write_night(tmp_path, [called("ONE", ANN, "05:00")], tables={"observations.csv": OBSERVED + rows})
    root = ElementTree.fromstring(served.text("/embed/night/outages.svg"))
    (drawn,) = [one for one in root.iter(f"{SVG}g") if one.get("data-row") == "observations:wide"]
    (bar,) = list(drawn.iter(f"{SVG}rect"))
    left, right = float(root.get("data-left", "")), float(root.get("data-right", ""))
    begins = (float(bar.get("x", "")) - left) / (right - left) * 6
    assert not list(drawn.iter(f"{SVG}path"))
    assert (round(begins, 1), round(float(bar.get("width", "")) / (right - left) * 6, 1)) == (1, 4)


def test_an_observation_that_is_no_trouble_is_not_denied(tmp_path: Path, served: Served) -> None:
    rows = _observation("up", "answering", f"{clock('01:00')},,,,", "minute")
    write_night(tmp_path, [called("ONE", ANN, "05:00")], tables={"observations.csv": OBSERVED + rows})
    said = served.document(f"night/timeline?{HALF_PAST}").headline
    assert said == "No call falls in this window; 1 observation of a site does"
