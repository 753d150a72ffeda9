"""Files as rows that keep their own bytes: whatever a spreadsheet saved, what is split joins to the same."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.desk.sheets import dialect_of, joined, lines_of, split, wider_head

SOURCES = "sources.csv"
HEADER = ["id", "org", "title", "url"]
ROWS = [["a", 'The "A" Post', "Two\nlines", "https://a.example/"], ["b", "B; C", "", "https://b.example/"]]


def saved(rows: list[list[str]], separator: str, line_end: str, encoding: str, told: bool) -> bytes:
    """A table as a spreadsheet may save it."""
    out = io.StringIO()
    csv.writer(out, delimiter=separator, lineterminator=line_end).writerows(rows)
    return (("sep=" + separator + "\r\n" if told else "") + out.getvalue()).encode(encoding)


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("line_end", ["\n", "\r\n"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_table_of_any_spreadsheet_comes_back_and_takes_a_row_as_it_has_them(
    separator: str, line_end: str, encoding: str, told: bool
) -> None:
    content = saved([HEADER, *ROWS], separator, line_end, encoding, told)
    head, rows = split(SOURCES, content)
    assert joined(SOURCES, head, rows) == content
    assert [row.cells for row in rows] == [dict(zip(HEADER, row, strict=True)) for row in ROWS]
    more = ["c", "Ü", "T", "https://c.example/"]
    new = dialect_of(SOURCES, head).line(dict(zip(HEADER, more, strict=True)))
    assert joined(SOURCES, head, [*rows, new]) == saved([HEADER, *ROWS, more], separator, line_end, encoding, told)


_CELL = st.text(st.characters(codec="utf-8", exclude_characters="\0\ufeff"), max_size=6)
_BLANK = st.sampled_from(["", "", "", "\n", ",,,\n", "\r\n"])


@given(st.lists(st.tuples(_CELL, _CELL, _CELL, _BLANK), max_size=6), st.booleans())
def test_whatever_cells_hold_the_bytes_come_back_and_each_row_has_its_line(
    cells: list[tuple[str, str, str, str]], open_end: bool
) -> None:
    text = ",".join(HEADER) + "\n"
    starts, said = [], []
    for number, (org, title, url, blank) in enumerate(cells):
        out = io.StringIO()
        csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerow([f"i{number}", org, title, url])
        starts.append(len(text.replace("\r\n", "\n").replace("\r", "\n").split("\n")))
        text += out.getvalue() + blank
        said.append({"id": f"i{number}", "org": org, "title": title, "url": url})
    content = (text.removesuffix("\n") if open_end else text).encode()
    head, rows = split(SOURCES, content)
    assert joined(SOURCES, head, rows) == content
    assert [row.cells for row in rows] == said
    assert lines_of(head, rows) == starts


def test_a_last_line_without_an_end_gets_one_before_a_new_row() -> None:
    head, rows = split(SOURCES, b"id,org,title,url\na,A,T,https://a.example/")
    new = dialect_of(SOURCES, head).line({"id": "b"})
    assert joined(SOURCES, head, [*rows, new]) == b"id,org,title,url\na,A,T,https://a.example/\nb,,,\n"


def test_a_table_that_gains_a_column_writes_empty_cells_for_it() -> None:
    head, rows = split(SOURCES, b'id,org,title,url\na,"A",T,https://a.example/\n')
    wider = wider_head(head, ["licence"])
    new = dialect_of(SOURCES, wider).line({"id": "b", "licence": "CC"})
    assert joined(SOURCES, wider, [*rows, new]) == (b"id,org,title,url,licence\na,A,T,https://a.example/,\nb,,,,CC\n")
