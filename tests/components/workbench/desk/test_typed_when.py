"""How sharply a time is known, as a person types it: the cells it stands for, and the words that stand for cells."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime

import pytest

from components.clock import Clock
from components.workbench.desk.typed_when import COLUMNS, on_clock, read_instant, read_when, say_when
from data.story.store import SHIPPED

EASTERN = Clock("America/New_York")
#: The night begins at 1 p.m.; now it is 10:52 p.m. and some seconds.
AFTER, NOW = datetime(2016, 11, 8, 18, tzinfo=UTC), datetime(2016, 11, 9, 3, 52, 41, tzinfo=UTC)


@pytest.mark.parametrize(
    ("text", "cells"),
    [
        pytest.param("", {"precision": "none"}, id="nothing"),
        pytest.param("now", {"at": "2016-11-09T03:52:00Z", "precision": "minute"}, id="now"),
        pytest.param("9:50 p.m.", {"at": "2016-11-09T02:50:00Z", "precision": "minute"}, id="ap-style"),
        pytest.param("21:50", {"at": "2016-11-09T02:50:00Z", "precision": "minute"}, id="24-hours"),
        pytest.param("2:30 am", {"at": "2016-11-09T07:30:00Z", "precision": "minute"}, id="after-midnight"),
        pytest.param("10:38:54 p.m.", {"at": "2016-11-09T03:38:54Z", "precision": "second"}, id="seconds"),
        pytest.param("about 9 pm", {"at": "2016-11-09T02:00:00Z", "precision": "approximate"}, id="about"),
        pytest.param("Around 9 pm", {"at": "2016-11-09T02:00:00Z", "precision": "hour"}, id="around"),
        pytest.param("shortly after 9 pm", {"at": "2016-11-09T02:00:00Z", "precision": "after"}, id="shortly-after"),
        pytest.param("by 10 pm", {"latest": "2016-11-09T03:00:00Z", "precision": "by"}, id="upper-bound"),
        pytest.param(
            "by 10 pm, not before 9 pm",
            {"earliest": "2016-11-09T02:00:00Z", "latest": "2016-11-09T03:00:00Z", "precision": "by"},
            id="both-bounds",
        ),
        pytest.param(
            "between 11:58 pm and 12:10 am",
            {"earliest": "2016-11-09T04:58:00Z", "latest": "2016-11-09T05:10:00Z", "precision": "window"},
            id="over-midnight",
        ),
        pytest.param(
            "between 9 and 9:10 pm",
            {"earliest": "2016-11-09T02:00:00Z", "latest": "2016-11-09T02:10:00Z", "precision": "window"},
            id="half-said-once",
        ),
        pytest.param("on Nov. 9", {"date": "2016-11-09", "precision": "day"}, id="day"),
    ],
)
def test_words_stand_for_cells(text: str, cells: dict[str, str]) -> None:
    assert read_when(text, EASTERN, after=AFTER, now=NOW) == cells


@pytest.mark.parametrize("text", ["soon", "9", "between now", "by ten", "2:30 am Nov. 6, 2216"])
def test_what_is_no_time_is_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(ValueError, match=r"is not a time; write it like|outside the years"):
        read_when(text, EASTERN, after=AFTER, now=NOW)


def test_a_minute_that_clocks_skipped_is_refused() -> None:
    spring = datetime(2026, 3, 8, 0, tzinfo=UTC)
    with pytest.raises(ValueError, match="clocks went forward"):
        read_when("2:30 am March 8, 2026", EASTERN, after=spring, now=spring)


def test_an_instant_is_typed_as_a_time_or_pasted_from_a_file() -> None:
    typed, pasted = "9:50 p.m.", "2016-11-09T02:50:00Z"
    assert read_instant(typed, EASTERN, after=AFTER, now=NOW) == pasted
    assert read_instant(pasted, EASTERN, after=AFTER, now=NOW) == pasted


#: Rows of the bundled stories of which no words say all: their five columns stand apart in a form.
APART = {
    ("us-2016", "calls.csv"): 1, ("us-2016", "controls.csv"): 1, ("us-2020", "calls.csv"): 2,
    ("us-2024", "calls.csv"): 1, ("us-2024", "controls.csv"): 1,
}  # fmt: skip


@pytest.mark.slow
def test_the_words_of_a_row_say_all_of_its_time_or_none() -> None:
    apart: dict[tuple[str, str], int] = {}
    for slug in SHIPPED.slugs():
        clock, files = Clock(SHIPPED.read(slug).about.clock), SHIPPED.files(slug)
        for name, content in files.items():
            for row in csv.DictReader(io.StringIO(content.decode("utf-8-sig"))) if name.endswith(".csv") else ():
                if "precision" not in row:
                    continue
                words = say_when(row, clock)
                if words is None:
                    apart[slug, name] = apart.get((slug, name), 0) + 1
                else:
                    cells = {column: row[column] for column in COLUMNS if row.get(column)}
                    start = next((datetime.fromisoformat(cells[one]) for one in COLUMNS[:3] if one in cells), AFTER)
                    assert read_when(words, clock, after=start, now=NOW) == cells
    assert apart == APART


def test_what_differs_is_told_on_the_nights_clock() -> None:
    words = "window start was “2016-11-09T03:50:00Z”, is “{stamp:2016-11-09T03:52:00Z}”"
    said = "window start was “10:50 p.m. Nov. 8, 2016”, is “10:52 p.m. EST, Nov. 8, 2016”"
    assert on_clock(words, EASTERN) == said
