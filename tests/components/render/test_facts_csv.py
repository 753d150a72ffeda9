"""A chart as CSV: one row for each fact, numbers stay numbers, times are UTC, and no text is a formula."""

from __future__ import annotations

import csv
import io
import re

import pandas as pd
import pytest

from components.charts.grammar import Chart, Item, Kind, Lane, Points, Tone
from components.charts.said import Said
from components.render import facts_csv
from components.render.facts_csv import csv_of
from data.core.model import Source
from tests.support import samples
from tests.support.samples import EASTERN, at

CHARTS = pytest.mark.parametrize("chart", samples.ALL.values(), ids=samples.ALL)


def rows(chart: Chart) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(csv_of(chart, EASTERN, {}))))


def one(**given: object) -> Chart:
    item = Item(**{"row": "figures:one", "when": at("9 03:50"), "text": "one", "sources": ("ap",)} | given)  # type: ignore[arg-type]
    lane = Lane("lane", "Lane", "visits", (Points("mark", Tone.SITE, (item,)),))
    return Chart("one", "us-2016", "One", Said.of("One"), samples.NIGHT, (lane,), sources=(samples.AP,))


@CHARTS
def test_every_row_that_a_chart_shows_is_a_row_of_the_file(chart: Chart) -> None:
    drawn = {item.row for lane in chart.lanes for _, item in lane.items}
    told = {name for event in (*chart.events, *chart.outside) for name in event.rows}
    assert {row["row"].lstrip("'") for row in rows(chart) if row["kind"] != "note"} == drawn | told


def test_florida_has_its_minute_its_weight_its_total_and_its_source() -> None:
    florida = next(row for row in rows(samples.night()) if row["row"] == "calls:Florida")
    assert florida["when"] == "10:50 p.m. EST, Nov. 8, 2016"
    assert (florida["earliest_utc"], florida["latest_utc"], florida["until_utc"]) == (
        "2016-11-09T03:50:00Z",
        "2016-11-09T03:50:00Z",
        "",
    )
    assert (florida["value"], florida["unit"], florida["source_urls"]) == ("29", "votes", samples.AP.url)


def test_a_program_reads_numbers_as_numbers_and_times_as_times() -> None:
    told = pd.read_csv(io.StringIO(csv_of(samples.weekly(), EASTERN, {})), parse_dates=["earliest_utc", "latest_utc"])
    assert told["value"].dtype.kind == told["value_low"].dtype.kind == "f"
    assert str(told["earliest_utc"].dt.tz) == "UTC"
    assert told["value"].max() == 93  # week 40: 8 + 280 % 11 + 80


@pytest.mark.parametrize(
    ("value", "written"),
    [
        pytest.param(29.0, ",29,", id="integral"),
        pytest.param(-3.5, ",-3.5,", id="negative"),
        pytest.param(None, ',"",', id="unknown"),
        pytest.param(float("nan"), ',"",', id="not a number"),
    ],
)
def test_a_number_is_bare_and_not_guarded(value: float | None, written: str) -> None:
    line = csv_of(one(value=value, kind=Kind.EXACT), EASTERN, {}).splitlines()[1]
    assert f'"2016-11-09T03:50:00Z",""{written}' in line


@pytest.mark.parametrize(
    "text",
    [
        pytest.param('=HYPERLINK("https://evil.example")', id="formula"),
        pytest.param("+1+cmd|' /C calc'!A0", id="plus"),
        pytest.param("-2+3", id="minus"),
        pytest.param("@SUM(A1)", id="at"),
        pytest.param("\t=1+1", id="tab"),
        pytest.param("\r=1+1", id="carriage return"),
        pytest.param("   =1+1", id="spaces"),
        pytest.param("\u00a0=1+1", id="hard space"),
        pytest.param('"=1+1', id="quotation mark"),
        pytest.param("“=1+1”", id="curly quotation mark"),
        pytest.param("＝1+1", id="full width"),
        pytest.param("\x00=1+1", id="behind a NUL"),
        pytest.param("\u202e=1+1", id="behind a reversing mark"),
        pytest.param("\ufeff=1+1", id="behind a byte order mark"),
    ],
)
def test_text_that_a_spreadsheet_would_run_has_an_apostrophe_first(text: str) -> None:
    found = rows(one(text=text))[0]["what"]
    assert found.startswith("'")
    assert not set(found) & set("\x00\t\r\u202e\ufeff")


@pytest.mark.parametrize("text", ["29 votes", "Trump + 3", "“peaks”", "a=b", "Ümlaut; and, commas\nand lines"])
def test_other_text_keeps_its_letters(text: str) -> None:
    assert rows(one(text=text))[0]["what"] == text.replace("\n", " ")


def test_every_text_is_in_quotation_marks_so_that_no_separator_opens_a_cell() -> None:
    line = csv_of(one(text="first;=1+1"), EASTERN, {}).splitlines()[1]
    assert '"first;=1+1"' in line


def test_a_step_s_bounds_are_those_of_the_total_and_a_band_s_those_of_the_value() -> None:
    florida = next(row for row in rows(samples.night()) if row["row"] == "calls:Florida")
    assert florida["value_low"] == florida["value_high"] == ""
    assert int(florida["total_low"]) <= int(florida["total_high"])
    known = rows(one(value=5.0, low=4.0, high=6.0))[0]
    assert [known[name] for name in ("value", "value_low", "value_high", "total_low")] == ["5", "4", "6", ""]


def test_columns_are_named_as_programs_name_them() -> None:
    assert all(re.fullmatch("[a-z]+(_[a-z]+)*", name) for name in facts_csv.COLUMNS)
    assert len({*facts_csv.COLUMNS}) == len(facts_csv.COLUMNS)


def test_a_rank_is_no_count_of_the_lane_s_unit() -> None:
    assert rows(one(value=3.0, kind=Kind.RANK))[0]["unit"] == "rank"


def test_two_sources_of_one_row_are_two_addresses() -> None:
    other = Source("cbc", "CBC", "Night", "https://cbc.example/night")
    item = Item("figures:one", at("9 03:50"), "one", ("ap", "cbc"))
    lane = Lane("lane", "Lane", "", (Points("mark", Tone.SITE, (item,)),))
    chart = Chart("one", "us-2016", "One", Said.of("One"), samples.NIGHT, (lane,), sources=(samples.AP, other))
    assert rows(chart)[0]["source_urls"] == f"{samples.AP.url} https://cbc.example/night"
