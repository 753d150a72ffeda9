"""series.csv: what the checker says of each fault."""

from __future__ import annotations

from pathlib import Path

import pytest

from data.story.store import read_story
from tests.data.story.test_story import sentences, written

HEAD = "id,name,unit,kind,at,until,value,source\n"
FILES = {
    "story.toml": """\
title = "A petition"
kicker = "21 March 2019"
dek = "A petition and its site."
clock = "Europe/London"
window = { start = 2019-03-21T00:00:00Z, end = 2019-03-22T00:00:00Z }
clocks = [{ zone = "Europe/London", label = "London" }]
credit = { newsroom = "Nightdesk", licence = "MIT" }
""",
    "sources.csv": "id,org,title,url\nlog,A logger,Counts,https://example.org/counts\n",
}
SIGNED = "signed,Signatures,signatures,cumulative,2019-03-21T08:50:00Z,,100,log\n"


def folder(root: Path, *rows: str) -> Path:
    return written(root, {**FILES, "series.csv": HEAD + "".join(rows)})


def test_a_story_without_calls_parties_and_contests_is_sound(tmp_path: Path) -> None:
    again = SIGNED.replace("08:50", "08:55").replace(",100,", ",90,")
    story = read_story(folder(tmp_path, SIGNED, SIGNED, again))
    assert [row.value for row in story.series] == [100, 100, 90]
    assert (story.about.callers, story.about.parties, story.about.caller, story.about.total) == ((), (), "", 0)


@pytest.mark.parametrize(
    ("row", "sentence"),
    [
        pytest.param(
            SIGNED.replace("signatures,cum", "people,cum"),
            "series.csv, line 3, column unit: found 'people', expected 'signatures', as on line 2: "
            "rows of one id are one series",
            id="another unit",
        ),
        pytest.param(
            SIGNED.replace("Signatures", "Signed"),
            "series.csv, line 3, column name: found 'Signed', expected 'Signatures', as on line 2: "
            "rows of one id are one series",
            id="another name",
        ),
        pytest.param(
            SIGNED.replace("08:50", "08:45"),
            "series.csv, line 3, column at: found 2019-03-21T08:45:00Z, expected 2019-03-21T08:50:00Z or later: "
            "readings of a series stand in the order of time",
            id="before an earlier row",
        ),
        pytest.param(
            SIGNED.replace(",100,", ",-1,"),
            "series.csv, line 3, column value: found -1, expected 0 or more, because kind is cumulative",
            id="a total below zero",
        ),
        pytest.param(
            SIGNED.replace("Z,,", "Z,2019-03-21T09:00:00Z,"),
            "series.csv, line 3, column until: found 2019-03-21T09:00:00Z, expected an empty cell, because a "
            "cumulative total "
            "stands at one instant",
            id="a total that lasts",
        ),
        pytest.param(
            "visits,Visits,visits,count,2019-03-21T08:50:00Z,,5,log\n",
            "series.csv, line 3, column until: found no span, expected the end of the counting that began at "
            "`at`, because kind is count",
            id="a count without its end",
        ),
        pytest.param(
            SIGNED.replace("cumulative", "rate"),
            "series.csv, line 3, column kind: found 'rate', expected one of 'count', 'cumulative' or 'index'",
            id="no kind",
        ),
        pytest.param(
            SIGNED.replace("2019-03-21T08:50:00Z", "2019-03-21 08:50"),
            "series.csv, line 3, column at: found '2019-03-21 08:50', expected a time with its zone, like "
            "2016-11-09T03:50:00Z",
            id="no zone",
        ),
        pytest.param(
            SIGNED.replace(",log", ",blog"),
            "series.csv, line 3, column source: found 'blog', expected an id of sources.csv",
            id="no source",
        ),
    ],
)
def test_each_fault_is_told_with_its_line_and_what_is_wanted(tmp_path: Path, row: str, sentence: str) -> None:
    assert sentence in sentences(folder(tmp_path, SIGNED, row))
