"""Rows in a reader's words: every table's rows have a name without an id, and a change says from what to what."""

from __future__ import annotations

import csv
import io

import pytest

from data.desk.reader_words import change_said, said_of
from data.story.store import SHIPPED
from data.story.story_checks import Examined


@pytest.fixture(scope="module")
def found() -> Examined:
    return SHIPPED.examine("us-2016")


def rows(file: str, slug: str = "us-2016") -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(SHIPPED.files(slug)[file].decode("utf-8-sig"))))


@pytest.mark.parametrize("slug", ["us-2016", "uk-2019", "revoke-2019", "us-2024"])
def test_no_row_is_called_by_its_file_or_an_id(slug: str) -> None:
    found = SHIPPED.examine(slug)
    for file in SHIPPED.files(slug):
        for cells in rows(file, slug)[:30] if file.endswith(".csv") and file != "corrections.csv" else ():
            said = said_of(file, cells, found)
            assert said and ".csv" not in said
            assert not (ident := cells.get("id", "")) or "-" not in ident or ident not in said


def test_a_change_says_from_what_to_what(found: Examined) -> None:
    was = rows("calls.csv")[0] | {"at": "2016-11-09T03:50:00Z", "earliest": "", "latest": "", "precision": "minute"}
    was |= {"party": "R", "note": ""}
    now = was | {"at": "", "latest": "2016-11-09T04:39:00Z", "precision": "by", "party": "D", "note": "late"}
    assert change_said("calls.csv", was, now, found) == (
        "for Donald Trump; {stamp:2016-11-09T03:50:00Z}; note: nothing",
        "for Hillary Clinton; by {stamp:2016-11-09T04:39:00Z}; note: late",
    )
    assert change_said("calls.csv", was, None, found)[1] == "removed"
