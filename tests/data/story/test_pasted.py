"""What a spreadsheet makes of a table: it reads as it is, or one sentence says what to do."""

from __future__ import annotations

import pytest

from data.story.faults import Fault
from data.story.story import Story
from tests.support.small_story import at, call, contest, faults_of, files, story_of

CALLS = [
    call("one", "One", "A", "01:00", note='They said "soon", then; called'),
    call("two", "Two", "B", "02:00"),
]
PLAIN = files({"contests": [contest("One", 1), contest("Two", 1)], "calls": CALLS})
LINES = PLAIN["calls.csv"].decode().splitlines()


def saved(calls: str | bytes) -> dict[str, bytes]:
    return PLAIN | {"calls.csv": calls if isinstance(calls, bytes) else calls.encode()}


def parted(separator: str) -> str:
    """The calls as a spreadsheet writes them with this between two cells: quoted where a cell needs it."""
    heads = LINES[0].split(",")
    rows = [[str(row.get(name, "")) for name in heads] for row in CALLS]
    cells = [
        [f'"{cell.replace(chr(34), 2 * chr(34))}"' if '"' in cell or separator in cell else cell for cell in row]
        for row in rows
    ]
    return "\r\n".join(separator.join(row) for row in [heads, *cells]) + "\r\n"


def same(story: Story) -> bool:
    return story.calls == story_of(PLAIN).calls


@pytest.mark.parametrize(
    "calls",
    [
        pytest.param(parted("\t"), id="pasted, with tabs"),
        pytest.param(parted(";"), id="saved where a comma is in numbers"),
        pytest.param(f"sep=;\r\n{parted(';')}", id="with the line that says so"),
        pytest.param(b"\xef\xbb\xbf" + parted(",").encode(), id="with a byte order mark"),
        pytest.param(parted("\t").encode("utf-16"), id="Unicode text"),
        pytest.param("\r\n".join(f"{line},," for line in parted(",").splitlines()), id="empty columns at the end"),
        pytest.param(parted(",") + ",,,\r\n" * 3, id="empty rows at the end"),
        pytest.param(parted(",").replace("2030-11-06T", "2030-11-06 "), id="a space in times"),
    ],
)
def test_a_spreadsheets_table_reads_as_it_is(calls: str | bytes) -> None:
    assert faults_of(saved(calls)) == []
    assert same(story_of(saved(calls)))


def test_a_day_that_was_saved_with_its_midnight_is_that_day() -> None:
    row = call("one", "One", "A", "", at="", date="2030-11-06 00:00:00", precision="day", basis="date")
    story = story_of(files({"contests": [contest("One", 1)], "calls": [row]}))
    assert str(story.calls[0].date) == "2030-11-06"


@pytest.mark.parametrize("cell", ["11/6/2030 1:00", "06.11.2030 01:00:00", "6-Nov-30", "47793.0416666667"])
def test_a_time_that_a_spreadsheet_rewrote_is_told_so(cell: str) -> None:
    said = f"calls.csv, line 2, column at: found '{cell}', expected a time with its zone, like 2016-11-09T03:50:00Z; "
    assert faults_of(saved("\n".join(LINES).replace(at("01:00"), cell))) == [
        f"{said}format the column as text, because a spreadsheet has rewritten this"
    ]


def test_a_day_that_a_spreadsheet_rewrote_is_told_so() -> None:
    row = call("one", "One", "A", "", at="", date="11/6/2030", precision="day", basis="date")
    assert faults_of(files({"contests": [contest("One", 1)], "calls": [row]})) == [
        (
            "calls.csv, line 2, column date: found '11/6/2030', expected a date, like 2016-11-09; "
            "format the column as text, because a spreadsheet has rewritten this"
        )
    ]


def test_a_cell_under_no_name_is_named() -> None:
    lines = [f"{LINES[0]},", f"{LINES[1]},", f"{LINES[2]},my remark"]
    assert faults_of(saved("\n".join(lines))) == [
        str(Fault("calls.csv", 3, "", "'my remark' under no name", "a name over it in line 1, or an empty cell"))
    ]


def test_the_sentence_names_the_separator_of_the_file() -> None:
    broken = parted(";").replace(";s;", ';"s"x;', 1)
    assert faults_of(saved(broken))[0] == (
        "calls.csv, line 2: found text after a closing quote, expected a semicolon there; a quote inside a cell "
        "is doubled"
    )
