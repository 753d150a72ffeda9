from __future__ import annotations

import io
import os
import pickle
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.core.errors import StoryInvalid
from data.core.files import fingerprint
from data.core.model import Source, Window
from data.core.settings import Settings
from data.story import row_checks
from data.story.faults import Fault
from data.story.store import BUNDLED, FolderStore, find_story, read_story, story_store
from data.story.story import UnknownStory
from data.story.story_checks import FILES
from tests.support.cases import cases
from tests.support.checked import check_story
from tests.support.terminal import typed

ABOUT = """\
title = "The first calls"
kicker = "8 November 2016"
dek = "AP called Indiana and Vermont at {time:2016-11-08T23:59:00Z}."
total = 14
to_win = 8
clock = "UTC"
caller = "AP"
emphasised = ["US-IN"]
window = { start = 2016-11-08T18:00:00-05:00, end = 2016-11-09T02:00:00-05:00 }
clocks = [{ zone = "UTC", label = "UTC" }]
credit = { newsroom = "Nightdesk", licence = "MIT" }

[[parties]]
id = "R"
name = "Republican"
candidate = "Donald Trump"
short = "Trump"
tone = "second"

[[parties]]
id = "D"
name = "Democratic"
candidate = "Hillary Clinton"
short = "Clinton"
tone = "first"

[[callers]]
id = "AP"
name = "The Associated Press"
selectable = true

[[callers]]
id = "CNN"
name = "CNN"
selectable = true

[[services]]
id = "cic"
host = "cic.gc.ca"
name = "Canada’s immigration website"
main = true

[[claims]]
id = "ircc"
on = 2016-11-09
who = "IRCC"
says = "The website became temporarily inaccessible."
source = "itwc"

[[known]]
text = "The site was seen back."
source = "itwc"
"""

FIRST_CALLS: dict[str, str] = {
    "story.toml": ABOUT,
    "sources.csv": (
        "id,org,title,url,published\n"
        "ap,AP,Chronology of race calls,https://blog.ap.org/calls,2016-11\n"
        'itwc,IT World Canada,"Did high demand\nfrom U.S. crash the website?",https://itworldcanada.com/388282,2016-11-09\n'
    ),
    "contests.csv": "code,name,short,weight,source\nUS-IN,Indiana,Ind.,11,ap\nUS-VT,Vermont,Vt.,3,ap\n",
    "calls.csv": (
        "id,contest,caller,party,role,basis,at,earliest,latest,precision,source\n"
        "ap-in,US-IN,AP,R,primary,own log,2016-11-08T23:59:00Z,,,minute,ap\n"
        "ap-vt,US-VT,AP,D,primary,own log,2016-11-08T23:59:00Z,,,minute,ap itwc\n"
        "cnn-in,US-IN,CNN,R,other,another outlet's log,,2016-11-08T23:59:00Z,2016-11-09T00:05:00Z,window,ap\n"
    ),
    "observations.csv": (
        "id,service,kind,status,at,precision,place,what,grade,confidence,credit,time_basis,source\n"
        "back,cic,outage,answering,2016-11-09T06:18:00Z,minute,Canada,Back online,B,high,ITWC,as of 1:18 AM ET,itwc\n"
    ),
    "figures.csv": (
        "id,metric,label,value,text,unit,base,geo,kind,trust,scope,credit,source\n"
        "us-share,users,Users in the U.S.,50,,percent,not stated by the source,US,approximate,high,night,IRCC,itwc\n"
    ),
    "results.csv": "contest,party,votes_r,status,source\nUS-IN,R,1557286,final,ap\n",
    "interest.csv": "term,geo,start,end,value,source\nmove to canada,US,2016-07-03,2016-07-09,5,ap\n",
}


#: All of contests.csv from the last of its columns on.
TILES = FIRST_CALLS["contests.csv"][FIRST_CALLS["contests.csv"].index("source") : -1]


def written(root: Path, files: dict[str, str] = FIRST_CALLS, *, name: str = "first-calls") -> Path:
    folder = root / name
    folder.mkdir(parents=True, exist_ok=True)
    for file, text in files.items():
        (folder / file).write_bytes(text.encode())
    return folder


def changed(root: Path, file: str, old: str, new: str) -> Path:
    """The story with one piece of one file replaced, once."""
    assert old in FIRST_CALLS[file]
    return written(root, FIRST_CALLS | {file: FIRST_CALLS[file].replace(old, new, 1)})


def sentences(folder: Path) -> list[str]:
    return [str(fault) for fault in check_story(folder)]


def test_a_sound_story_is_read_whole(tmp_path: Path) -> None:
    story = read_story(written(tmp_path))
    assert (story.slug, story.about.title) == ("first-calls", "The first calls")
    assert story.window == Window(datetime(2016, 11, 8, 23, tzinfo=UTC), datetime(2016, 11, 9, 7, tzinfo=UTC))
    assert [(call.id, call.role) for call in story.calls] == [
        ("ap-in", "primary"),
        ("ap-vt", "primary"),
        ("cnn-in", "other"),
    ]
    assert story.source("ap") == Source("ap", "AP", "Chronology of race calls", "https://blog.ap.org/calls", "2016-11")
    assert story.contest("US-VT").weight == 3
    assert (story.milestones, story.controls, story.corrections) == ((), (), ())


def test_a_story_survives_pickling_so_that_a_cache_can_hold_it(tmp_path: Path) -> None:
    story = read_story(written(tmp_path))
    assert pickle.loads(pickle.dumps(story)) == story


def test_an_unknown_id_is_a_key_error(tmp_path: Path) -> None:
    story = read_story(written(tmp_path))
    with pytest.raises(KeyError):
        story.source("nobody")
    with pytest.raises(KeyError):
        story.contest("US-XX")


CELL_FAULTS = [
    pytest.param(
        "figures.csv", "value,text", "value,words", 1, "words",
        "figures.csv, line 1, column words: found a column that this table does not have, expected only these: id, "
        "metric, label, short, value, text, unit, window_start, window_end, base, geo, term, kind, trust, "
        "conflict_group, scope, credit, source, note",
        id="unknown column",
    ),
    pytest.param(
        "results.csv", "status,source\nUS-IN,R,1557286,final", "source\nUS-IN,R,1557286", 1, "status",
        "results.csv, line 1, column status: found no such column, expected at least these: contest, "
        "party, status, source",
        id="missing column",
    ),
    pytest.param(
        "interest.csv", "source\nmove to canada,US,2016-07-03,2016-07-09,5,",
        "source,source\nmove to canada,US,2016-07-03,2016-07-09,5,ap,",
        1, "source", "interest.csv, line 1, column source: found 2 columns of this name, expected one", id="twice",
    ),
    pytest.param(
        "calls.csv", "minute,ap\n", "minute,\n", 2, "source",
        "calls.csv, line 2, column source: found an empty cell, expected a value", id="missing source",
    ),
    pytest.param(
        "calls.csv", "ap itwc", "ap reuters", 3, "source",
        "calls.csv, line 3, column source: found 'reuters', expected an id of sources.csv", id="unknown source id",
    ),
    pytest.param(
        "calls.csv", "2016-11-08T23:59:00Z,,,minute,ap itwc", "2016-11-08T23:59:00,,,minute,ap", 3, "at",
        "calls.csv, line 3, column at: found '2016-11-08T23:59:00', expected a time with its zone, like "
        "2016-11-09T03:50:00Z",
        id="naive time",
    ),
    pytest.param(
        "calls.csv", "2016-11-08T23:59:00Z", "7 p.m.", 2, "at",
        "calls.csv, line 2, column at: found '7 p.m.', expected a time with its zone, like 2016-11-09T03:50:00Z",
        id="unparsable time",
    ),
    pytest.param(
        "calls.csv", "2016-11-08T23:59:00Z", "2016-11-31T23:59:00Z", 2, "at",
        "calls.csv, line 2, column at: found '2016-11-31T23:59:00Z', expected a time that exists, like "
        "2016-11-09T03:50:00Z",
        id="day that is no day",
    ),
    pytest.param(
        "calls.csv", ",2016-11-09T00:05:00Z", ",2016-11-08T23:05:00Z", 4, "earliest",
        "calls.csv, line 4, column earliest: found 2016-11-08T23:59:00Z, which is after latest, "
        "expected 2016-11-08T23:05:00Z or before", id="earliest after latest",
    ),
    pytest.param(
        "calls.csv", "2016-11-08T23:59:00Z,,,minute", ",,,minute", 2, "at",
        "calls.csv, line 2, column at: found an empty cell, expected a time, because precision is minute",
        id="minute without a time",
    ),
    pytest.param(
        "contests.csv", "Ind.,11", "Ind.,10", None, "weight",
        "contests.csv, column weight: found weights that sum to 13, expected 14, the total in story.toml",
        id="weights do not sum to the total",
    ),
    pytest.param(
        "contests.csv", TILES, "source,tile_column,tile_row\nUS-IN,Indiana,Ind.,11,ap,,3\nUS-VT,Vermont,Vt.,3,ap,9,1",
        2, "tile_column",
        "contests.csv, line 2, column tile_column: found an empty cell, expected a whole number from 0, beside "
        "tile_row",
        id="half a tile",
    ),
    pytest.param(
        "contests.csv", TILES, "source,tile_column,tile_row\nUS-IN,Indiana,Ind.,11,ap,9,1\nUS-VT,Vermont,Vt.,3,ap,9,1",
        3, "tile_column",
        "contests.csv, line 3, column tile_column: found column 9, row 1 for US-VT, which is US-IN's on line 2, "
        "expected a place of its own", id="two contests on one tile",
    ),
    pytest.param(
        "contests.csv", TILES, "source,tile_column,tile_row\nUS-IN,Indiana,Ind.,11,ap,5,3\nUS-VT,Vermont,Vt.,3,ap,,",
        3, "tile_column",
        "contests.csv, line 3, column tile_column: found no place for US-VT, expected one for every contest, or "
        "for none",
        id="a contest that the map would leave out",
    ),
    pytest.param(
        "contests.csv", TILES, "source,tile_column,tile_row\nUS-IN,Indiana,Ind.,11,ap,99,3\nUS-VT,Vermont,Vt.,3,ap,9,1",
        2, "tile_column",
        "contests.csv, line 2, column tile_column: found '99', expected 23 or less", id="a tile far outside",
    ),
    pytest.param(
        "contests.csv", "Ind.,11", "Ind.,eleven", 2, "weight",
        "contests.csv, line 2, column weight: found 'eleven', expected a whole number", id="weight in words",
    ),
    pytest.param(
        "calls.csv", "cnn-in,US-IN,CNN,R,other", "cnn-in,US-IN,AP,R,primary", 4, "contest",
        "calls.csv, line 4, column contest: found a second primary call of US-IN by AP, the first is on line 2, "
        "expected one, and role corroboration for another log of it", id="duplicate primary call",
    ),
    pytest.param(
        "calls.csv", "cnn-in,US-IN,CNN,R,other", "cnn-in,US-IN,AP,D,corroboration", 4, "party",
        "calls.csv, line 4, column party: found a corroboration of US-IN for 'D' by AP, "
        "expected 'R', as in the call on line 2 that it is another log of", id="corroboration for another party",
    ),
    pytest.param(
        "calls.csv", "cnn-in,US-IN,CNN,R,other", "cnn-in,US-IN,CNN,R,primary", 4, "caller",
        "calls.csv, line 4, column caller: found 'CNN' in a primary call, "
        "expected AP, the caller in story.toml, whose ledger the primary calls are", id="call of another caller",
    ),
    pytest.param(
        "calls.csv", "ap-vt,US-VT,AP,D,primary", "ap-vt,US-VT,AP,D,other", None, "contest",
        "calls.csv, column contest: found no primary call of US-VT (3 of 14), expected one primary call of each "
        "contest",
        id="primary calls do not sum to the total",
    ),
    pytest.param(
        "calls.csv", "cnn-in,US-IN", "cnn-in,US-OH", 4, "contest",
        "calls.csv, line 4, column contest: found 'US-OH', expected a code of contests.csv", id="unknown contest code",
    ),
    pytest.param(
        "calls.csv", "CNN", "cnn", 4, "caller",
        "calls.csv, line 4, column caller: found 'cnn', expected an id of [[callers]] in story.toml: AP, CNN",
        id="unknown caller",
    ),
    pytest.param(
        "results.csv", "US-IN,R", "US-IN,G", 2, "party",
        "results.csv, line 2, column party: found 'G', expected an id of [[parties]] in story.toml: D, R",
        id="unknown party",
    ),
    pytest.param(
        "observations.csv", "back,cic", "back,ircc", 2, "service",
        "observations.csv, line 2, column service: found 'ircc', expected an id of [[services]] in story.toml: cic",
        id="unknown service",
    ),
    pytest.param(
        "observations.csv", "answering", "up", 2, "status",
        "observations.csv, line 2, column status: found 'up', expected one of 'failing', "
        "'unreachable', 'degraded', 'answering', 'unwatched' or 'none'",
        id="unknown status",
    ),
    pytest.param(
        "observations.csv", ",B,high", ",E,high", 2, "grade",
        "observations.csv, line 2, column grade: found 'E', expected one of 'A', 'B', 'C' or 'D'", id="unknown grade",
    ),
    pytest.param(
        "observations.csv", "minute", "minutes", 2, "precision",
        "observations.csv, line 2, column precision: found 'minutes', expected one of 'second', 'minute', 'hour', "
        "'approximate', 'after', 'by', 'window', 'day' or 'none'", id="unknown precision",
    ),
    pytest.param(
        "figures.csv", "not stated by the source", "", 2, "base",
        "figures.csv, line 2, column base: found an empty cell, expected what the percentage compares with "
        '(its base window), or "not stated by the source"', id="percentage without a base window",
    ),
    pytest.param(
        "figures.csv", ",50,,", ",,,", 2, "value",
        "figures.csv, line 2, column value: found an empty cell, expected a number, or what the source "
        "prints in column text",
        id="figure without a figure",
    ),
    pytest.param(
        "interest.csv", "09,5,ap", "09,101,ap", 2, "value",
        "interest.csv, line 2, column value: found '101', expected 100 or less", id="interest above its own maximum",
    ),
    pytest.param(
        "interest.csv", "2016-07-03", "3 July", 2, "start",
        "interest.csv, line 2, column start: found '3 July', expected a date, like 2016-11-09", id="day in words",
    ),
    pytest.param(
        "results.csv", "1557286", "-1", 2, "votes_r",
        "results.csv, line 2, column votes_r: found '-1', expected 0 or more", id="votes below zero",
    ),
    pytest.param(
        "results.csv", "votes_r", "votes_whig", None, "votes_whig",
        "results.csv, column votes_whig: found a column of votes of no party, "
        "expected one for a party of story.toml: votes_r, votes_d", id="votes of a party that is none",
    ),
    pytest.param(
        "sources.csv", "https://blog.ap.org/calls", "javascript:alert(1)", 2, "url",
        "sources.csv, line 2, column url: found 'javascript:alert(1)', "
        "expected an address without spaces that starts with https:// or http://", id="address that is no page",
    ),
    pytest.param(
        "sources.csv", ",2016-11\n", ",November\n", 2, "published",
        "sources.csv, line 2, column published: found 'November', "
        "expected 2016, 2016-11, 2016-11-09, 2016-11-08/2016-11-09 or 2016-11-09T03:50Z", id="publication in words",
    ),
    pytest.param(
        "calls.csv", "cnn-in", "ap-in", 4, "id",
        "calls.csv, line 4, column id: found 'ap-in' again, first on line 2, expected each once", id="id twice",
    ),
    pytest.param(
        "calls.csv", "cnn-in", "CNN IN", 4, "id",
        "calls.csv, line 4, column id: found 'CNN IN', "
        "expected an id of lower-case letters, digits, dots and hyphens, at most 80, like us-fl-ap", id="capitals",
    ),
    pytest.param(
        "calls.csv", "minute,ap\n", "minute,ap,more\n", 2, "",
        "calls.csv, line 2: found 12 cells, expected 11, one for each column of line 1", id="too many cells",
    ),
    pytest.param(
        "calls.csv", ",,,minute,ap\n", ",minute,ap\n", 2, "",
        "calls.csv, line 2: found 9 cells, expected 11, one for each column of line 1", id="too few cells",
    ),
    pytest.param(
        "sources.csv", "website?\"", "website?", 3, "",
        "sources.csv, line 3: found a quote that is never closed, expected a closing quote", id="unclosed quote",
    ),
    pytest.param(
        "contests.csv", "Indiana", '"India" na', 2, "",
        "contests.csv, line 2: found text after a closing quote, expected a comma there; a quote inside a cell "
        "is doubled",
        id="text after a quote",
    ),
    pytest.param(
        "observations.csv", "answering", "up\t\x1b[2J\u202e" + "!" * 80, 2, "status",
        f"observations.csv, line 2, column status: found 'up\\t\\x1b[2J\\u202e{'!' * 51}…', "
        "expected one of 'failing', 'unreachable', 'degraded', 'answering', 'unwatched' or 'none'",
        id="long cell with control characters",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "line", "column", "sentence"), CELL_FAULTS)
def test_a_fault_names_its_file_line_and_column_and_what_is_wanted(
    tmp_path: Path, file: str, old: str, new: str, line: int | None, column: str, sentence: str
) -> None:
    (fault,) = check_story(changed(tmp_path, file, old, new))
    assert (fault.file, fault.row, fault.column) == (file, line, column)
    assert str(fault) == sentence


@pytest.mark.parametrize(
    ("old", "new", "sentence"),
    [
        pytest.param(
            "total = 14", "total = ", "story.toml, line 4: found text that is not TOML (Invalid value), expected TOML",
            id="syntax",
        ),
        pytest.param(
            "total = 14", 'total = "14"', "story.toml, line 4, key total: found '14', expected a whole number",
            id="number in quotes",
        ),
        pytest.param(
            'kicker = "8 November 2016"\n', "", "story.toml, key kicker: found nothing, expected a value",
            id="no kicker",
        ),
        pytest.param(
            "total = 14", "total = 14\nsum = 14",
            "story.toml, line 5, key sum: found 14, expected only keys that this part of story.toml has", id="key",
        ),
        pytest.param(
            "start = 2016-11-08T18:00:00-05:00", "start = 2016-11-08T18:00:00",
            "story.toml, line 9, key window.start: found 2016-11-08T18:00:00, "
            "expected a time with its zone, like 2016-11-08T13:00:00-05:00", id="naive window",
        ),
        pytest.param(
            "start = 2016-11-08T18:00:00-05:00", "start = 0001-01-01T00:00:00+05:00",
            "story.toml, line 9, key window: found a time at the end of the calendar, expected a time of the "
            "story's night",
            id="window outside the calendar",
        ),
        pytest.param(
            'emphasised = ["US-IN"]', 'emphasised = ["US-IN", "US-OH"]',
            "story.toml, line 8, key emphasised: found 'US-OH', expected a code of contests.csv",
            id="unknown emphasised contest",
        ),
        pytest.param(
            'says = "The website became temporarily inaccessible."\nsource = "itwc"',
            'says = "The website became temporarily inaccessible."\nsource = "itwc cbc"',
            "story.toml, line 48, key claims.source: found 'cbc', expected an id of sources.csv",
            id="unknown source of a claim",
        ),
        pytest.param(
            'id = "CNN"\nname = "CNN"\nselectable = true', 'id = "CNN"\nname = "CNN"\nselectable = "yes"',
            "story.toml, line 35, key callers.selectable: found 'yes', expected true or false",
            id="wrong type in the second caller",
        ),
        pytest.param(
            "[[known]]", "[known]",
            "story.toml, line 50, key known: found a table, expected a list, or entries each under its own "
            "[[double brackets]]", id="single brackets for a list",
        ),
        pytest.param(
            "to_win = 8", "to_win = 80", "story.toml, line 5, key to_win: to_win 80 is more than total 14",
            id="to_win above total"
        ),
        pytest.param(
            "2016-11-08T23:59:00Z", "7 p.m.",
            "story.toml, line 3, key dek: {time:7 p.m.} is not a time token; write it like {time:2016-11-09T03:50:00Z}",
            id="time token",
        ),
        pytest.param(
            "total = 14", "a." * 50_000 + "a = 1",
            "story.toml, line 4: found a key of very many parts, expected at most 15",
            id="key that would take a minute to read",
        ),
        pytest.param(
            "total = 14", "total = " + "[" * 50_000,
            "story.toml: found brackets within brackets, too deep to read, expected TOML", id="nested brackets",
        ),
        pytest.param(
            "total = 14", "total = " + "1" * 5_000,
            "story.toml: found a number of very many digits, expected TOML", id="endless number",
        ),
    ],
)  # fmt: skip
def test_a_fault_of_story_toml_names_its_line_and_key(tmp_path: Path, old: str, new: str, sentence: str) -> None:
    assert sentences(changed(tmp_path, "story.toml", old, new)) == [sentence]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        pytest.param(b"", "calls.csv: found an empty file, expected at least a header line", id="no byte"),
        pytest.param(
            b"\n \r\n\n", "calls.csv: found an empty file, expected at least a header line",
            id="only white space",
        ),
        pytest.param(
            "id,contest\nÎle-é".encode("latin-1"),
            "calls.csv, line 2: found byte 0xCE at offset 11, which is not UTF-8, expected text in UTF-8", id="latin-1",
        ),
        pytest.param(
            "id,contest\n".encode("utf-16")[:-1],
            "calls.csv, line 1: found byte 0x0A at offset 22, which is not UTF-16, expected text in UTF-8",
            id="utf-16 that is cut",
        ),
        pytest.param(
            b"id,contest\r\nap-\0in,US-IN\n",
            "calls.csv, line 2: found a NUL byte at offset 15, expected text in UTF-8", id="nul byte",
        ),
        pytest.param(
            b"\n" * 50_000_000, "calls.csv: found a file of 50,000,000 bytes, expected at most 10,000,000", id="50 MB"
        ),
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused_in_one_sentence(tmp_path: Path, content: bytes, sentence: str) -> None:
    folder = written(tmp_path)
    (folder / "calls.csv").write_bytes(content)
    assert sentences(folder) == [sentence]


def test_a_huge_file_is_refused_by_its_size_without_being_read(tmp_path: Path) -> None:
    folder = written(tmp_path)
    os.truncate(folder / "calls.csv", 50_000_000_000)  # sparse: it holds no disk, and would not fit in memory
    assert sentences(folder) == ["calls.csv: found a file of 50,000,000,000 bytes, expected at most 10,000,000"]


def test_lines_are_counted_as_an_editor_counts_them(tmp_path: Path) -> None:
    sources = (
        "\n"
        "id,org,title,url\r\n"
        'ap,AP,"Two\nlines, ""quoted""",https://blog.ap.org/calls\n'
        "\n"
        ",,,\n"
        "itwc,ITWC,Back,no address\n"
    )
    (fault,) = check_story(written(tmp_path, FIRST_CALLS | {"sources.csv": sources}))
    assert (fault.row, fault.column, fault.found) == (7, "url", "'no address'")


def test_a_byte_order_mark_is_no_fault(tmp_path: Path) -> None:
    marked = {file: "\ufeff" + text for file, text in FIRST_CALLS.items()}
    assert sentences(written(tmp_path, marked)) == []


def test_old_line_ends_are_no_fault(tmp_path: Path) -> None:
    dos = {file: text.replace("\n", "\r\n") for file, text in FIRST_CALLS.items()}
    assert sentences(written(tmp_path, dos)) == []


def test_a_table_may_be_missing_or_hold_only_its_header(tmp_path: Path) -> None:
    files = {file: FIRST_CALLS[file] for file in ("story.toml", "sources.csv", "contests.csv")}
    files["calls.csv"] = FIRST_CALLS["calls.csv"].splitlines()[0]
    story = read_story(written(tmp_path, files))
    assert (story.calls, story.observations) == ((), ())


@pytest.mark.parametrize("file", ["story.toml", "sources.csv"])
def test_a_story_without_its_words_or_its_sources_is_none(tmp_path: Path, file: str) -> None:
    folder = written(tmp_path, {name: text for name, text in FIRST_CALLS.items() if name != file})
    assert sentences(folder) == [f"{file}: found no such file, expected one, because every story has it"]


def test_a_misspelled_table_is_not_silently_an_empty_lane(tmp_path: Path) -> None:
    (fault,) = check_story(written(tmp_path, FIRST_CALLS | {"observation.csv": "id\n"}))
    assert (fault.file, fault.found) == ("observation.csv", "a file that is not one of a story's tables")


def test_a_folder_in_the_place_of_a_table_is_a_fault(tmp_path: Path) -> None:
    folder = written(tmp_path)
    (folder / "results.csv").unlink()
    (folder / "results.csv").mkdir()
    assert sentences(folder) == ["results.csv: found something that is not a file, expected a file"]


def test_a_folder_name_that_could_not_stand_in_an_address_is_a_fault(tmp_path: Path) -> None:
    (fault,) = check_story(written(tmp_path, name="First Calls"))
    assert fault.found == "the name 'First Calls'"


def test_no_folder_is_a_fault_and_not_an_exception(tmp_path: Path) -> None:
    assert sentences(tmp_path / "nowhere") == [
        "nowhere: found no folder to read (No such file or directory), expected a story folder"
    ]


def test_every_fault_is_found_at_once_and_none_echoes_in_another_table(tmp_path: Path) -> None:
    files = dict(FIRST_CALLS)
    files["contests.csv"] = files["contests.csv"].replace("Ind.,11", "Ind.,eleven")  # US-IN stays a known code
    files["calls.csv"] = files["calls.csv"].replace("minute,ap\n", "minuet,wires\n")
    files["observations.csv"] = files["observations.csv"].replace(",B,", ",E,").replace("answering", "up")
    assert [(fault.file, fault.row, fault.column) for fault in check_story(written(tmp_path, files))] == [
        ("contests.csv", 2, "weight"),
        ("calls.csv", 2, "source"),
        ("calls.csv", 2, "precision"),
        ("observations.csv", 2, "status"),
        ("observations.csv", 2, "grade"),
    ]


def test_an_unreadable_file_makes_no_echo_in_the_tables_that_name_it(tmp_path: Path) -> None:
    assert len(check_story(written(tmp_path, FIRST_CALLS | {"sources.csv": ""}))) == 1
    assert len(check_story(written(tmp_path, FIRST_CALLS | {"story.toml": "= 1"}))) == 1


def test_of_very_many_faults_the_first_200_are_listed_and_the_others_counted(tmp_path: Path) -> None:
    rows = "".join(f"canada,US,2016-07-03,{number},5,ap\n" for number in range(1_000))
    found = check_story(written(tmp_path, FIRST_CALLS | {"interest.csv": "term,geo,start,end,value,source\n" + rows}))
    assert len(found) == 201
    assert str(found[-1]) == "interest.csv: and 1,799 more faults"  # 1,000 days and 999 repeated weeks


@pytest.mark.parametrize("most", cases(2_000, long=[200_000]))
def test_a_table_of_too_many_rows_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, most: int) -> None:
    assert row_checks.MOST_ROWS == 200_000
    monkeypatch.setattr(row_checks, "MOST_ROWS", most)
    rows = "".join(f"t{number},US,2016-07-03,2016-07-09,5,ap\n" for number in range(most + 1))
    folder = written(tmp_path, FIRST_CALLS | {"interest.csv": "term,geo,start,end,value,source\n" + rows})
    assert sentences(folder) == [
        f"interest.csv, line {most + 2}: found more than {most:,} rows, expected at most {most:,}"
    ]


def test_reading_a_faulty_story_raises_its_first_fault(tmp_path: Path) -> None:
    with pytest.raises(StoryInvalid, match="found 'E', expected one of 'A', 'B', 'C' or 'D'") as raised:
        read_story(changed(tmp_path, "observations.csv", ",B,high", ",E,high"))
    assert (raised.value.file, raised.value.row, raised.value.column) == ("observations.csv", 2, "grade")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(file=st.sampled_from(FILES), content=st.binary(max_size=400))
def test_no_bytes_in_any_file_raise(tmp_path: Path, file: str, content: bytes) -> None:
    folder = written(tmp_path)
    (folder / file).write_bytes(content)
    assert all(isinstance(fault, Fault) and str(fault).isprintable() for fault in check_story(folder))


#: Pieces of which broken tables are made.
PIECES = st.sampled_from(
    [",", '"', "\n", "\r", " ", "ap", "US-IN", "-1", "nan", "2016-11-09T03:50:00Z", "é", "\u2028", "\x1b"]
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(file=st.sampled_from(sorted(FIRST_CALLS)), piece=PIECES, data=st.data())
def test_no_piece_put_anywhere_in_a_sound_file_raises(
    tmp_path: Path, file: str, piece: str, data: st.DataObject
) -> None:
    text = FIRST_CALLS[file]
    at, skip = data.draw(st.integers(0, len(text))), data.draw(st.integers(0, 20))
    folder = written(tmp_path, FIRST_CALLS | {file: text[:at] + piece + text[at + skip :]})
    assert all(str(fault).isprintable() for fault in check_story(folder))


def test_the_bundled_stories_have_no_faults_and_are_read() -> None:
    assert (BUNDLED / "us-2016").is_dir()
    for folder in (BUNDLED / slug for slug in FolderStore().slugs()):
        assert sentences(folder) == []
        assert read_story(folder).slug == folder.name


def test_stories_are_found_in_every_root_and_a_newsrooms_own_wins(tmp_path: Path) -> None:
    desk, other = tmp_path / "desk", tmp_path / "other"
    own = written(desk, name="us-2016")
    first, _ = written(desk, name="spain-2023"), written(other, name="spain-2023")
    third = written(other, name="peru-2021")
    written(desk, name="Draft story")
    (desk / "empty").mkdir()
    stories = story_store(Settings(stories=(desk, other, tmp_path / "nowhere")))
    assert stories.slugs() == (
        "peru-2021",
        "revoke-2019",
        "spain-2023",
        "uk-2016",
        "uk-2019",
        "us-2016",
        "us-2020",
        "us-2024",
    )
    places = [stories.place(slug) for slug in ("us-2016", "spain-2023", "peru-2021")]
    assert places == [str(own), str(first), str(third)]


def test_a_story_is_found_by_its_slug(tmp_path: Path) -> None:
    written(tmp_path)
    assert find_story("first-calls", Settings(stories=(tmp_path,))).about.total == 14


@pytest.mark.parametrize(
    "slug",
    [
        "",
        "nowhere",
        "../desk/first-calls",
        "first-calls/",
        "first-calls\n",
        "/etc",
        "FIRST-CALLS",
        "x" * 10_000,
        "a\0b",
    ],
)
def test_an_unknown_slug_is_answered_with_the_known_ones_and_never_made_a_path(tmp_path: Path, slug: str) -> None:
    written(tmp_path / "desk")
    with pytest.raises(UnknownStory, match=r"there is no story '.*'; there is: .*first-calls") as raised:
        find_story(slug, Settings(stories=(tmp_path / "desk",)))
    assert len(str(raised.value)) < 300


def test_the_fingerprint_changes_when_a_file_is_edited_added_or_removed(tmp_path: Path) -> None:
    folder = written(tmp_path)
    seen = [fingerprint(folder), fingerprint(folder)]
    os.utime(folder / "calls.csv", ns=(0, 0))
    seen.append(fingerprint(folder))
    (folder / "milestones.csv").write_text("id\n", encoding="utf-8")
    seen.append(fingerprint(folder))
    (folder / "milestones.csv").unlink()
    (folder / "results.csv").unlink()
    seen.append(fingerprint(folder))
    assert seen[0] == seen[1]
    assert len(set(seen)) == 4
    assert fingerprint(tmp_path / "nowhere") == ""


def test_the_check_of_one_story_sums_up_in_a_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("check", str(written(tmp_path))) == 0
    assert capsys.readouterr().out == "first-calls: no faults in 8 files, 11 rows\n"


def test_the_check_of_a_folder_prints_each_fault_and_ends_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    written(tmp_path)
    written(tmp_path, {"sources.csv": "id,org,title,url\nap,AP,Calls,https://ap.org\n"}, name="no-words")
    assert typed("check", str(tmp_path)) == 1
    assert capsys.readouterr().out.splitlines() == [
        "first-calls: no faults in 8 files, 11 rows",
        "story.toml: found no such file, expected one, because every story has it",
        "no-words: 1 fault in 1 file, 1 rows",
    ]


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        pytest.param(
            lambda path: None, "is not a folder that can be read (No such file or directory)", id="nothing there"
        ),
        pytest.param(
            lambda path: path.mkdir(), "is not a story: a story is a folder with a story.toml", id="empty folder"
        ),
        pytest.param(
            lambda path: path.write_text("x"), "is not a folder that can be read (Not a directory)", id="file"
        ),
    ],
)
def test_the_check_of_no_story_says_so_on_standard_error(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], make: Callable[[Path], object], sentence: str
) -> None:
    make(tmp_path / "stories")
    assert typed("check", str(tmp_path / "stories")) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert sentence in printed.err


def test_the_check_says_which_setting_cannot_be_meant(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("NIGHTDESK_WAYBACK_URL", "web.archive.org")
    assert typed("check") == 1
    assert capsys.readouterr().err.startswith("NIGHTDESK_WAYBACK_URL must be an address")


def test_without_a_path_every_story_is_checked(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    assert typed("check") == 0
    printed = capsys.readouterr().out
    assert "us-2016: no faults" in printed
    assert "first-calls: no faults" in printed


def test_a_fault_is_printed_even_where_the_terminal_cannot_show_its_letters(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    terminal = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    monkeypatch.setattr(sys, "stdout", terminal)
    assert typed("check", str(changed(tmp_path, "observations.csv", ",B,high", ",é,high"))) == 1
    terminal.seek(0)
    assert "found '\\xe9', expected one of" in terminal.read()


def test_a_control_case_of_an_unknown_source_is_a_fault_of_its_line(tmp_path: Path) -> None:
    controls = (
        "id,case,title,spike,outage,election,host,kind,status,at,precision,what,confidence,credit,zone,source\n"
        "back,census,Census,not stated,yes,no,abs.gov.au,outage,failing,2016-08-09T09:45:00Z,minute,Form shut,high,ABS,"
    )
    sound = {"controls.csv": controls + "Australia/Sydney,itwc\n"}
    assert [row.case for row in read_story(written(tmp_path, FIRST_CALLS | sound)).controls] == ["census"]
    assert sentences(written(tmp_path, FIRST_CALLS | {"controls.csv": controls + "Sydney,abs\n"})) == [
        "controls.csv, line 2, column source: found 'abs', expected an id of sources.csv",
        (
            "controls.csv, line 2, column zone: 'Sydney' is not a time zone; "
            "write an IANA name like America/New_York, or UTC"
        ),
    ]
