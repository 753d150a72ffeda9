"""Hourly pageviews from files on disk: the name tells the end of the hour, and both sites are summed."""

from __future__ import annotations

import gzip
import io
import os
import re
from collections import Counter
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.sources import wikimedia
from data.sources.wikimedia import VIEW_COLUMNS, hour_of, import_dumps, parse_dump, read_dump, read_hours
from tests.support.sources import kept_files, recording, utc

NAME = "pageviews-20161109-050000"
LINES = recording(f"wikimedia/{NAME}")
NOW = utc("2026-11-22T12:00:00")
#: The lines of the recording that are of either of two articles.
COUNTED = {
    b"en Immigration_to_Canada 41 0": ("Immigration_to_Canada", 41),
    b"en Immigration%20to_Canada 2 0": ("Immigration_to_Canada", 2),
    b"en.m Immigration_to_Canada 130 0": ("Immigration_to_Canada", 130),
    b"en.m immigration_to_Canada 1 0": ("Immigration_to_Canada", 1),
    b"en Caf%C3%A9 3 0": ("Café", 3),
}


def parsed(text: bytes, *articles: str, project: str = "en.wikipedia") -> wikimedia.Hours:
    return parse_dump(io.BytesIO(text), NAME, articles or ["A"], project=project)


def on_disk(folder: Path, name: str, data: bytes) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / name
    path.write_bytes(data)
    return path


def test_the_time_in_a_name_is_the_end_of_its_hour() -> None:
    assert hour_of("pageviews-20161109-050000.gz") == (utc("2016-11-09T04:00:00"), utc("2016-11-09T05:00:00"))
    assert hour_of("pageviews-20161109-000000") == (utc("2016-11-08T23:00:00"), utc("2016-11-09T00:00:00"))


def test_desktop_and_mobile_rows_and_all_spellings_of_a_title_are_summed() -> None:
    hours = parsed(LINES, "immigration to Canada", "AC/DC", "Café", "No such page")
    assert list(hours.hours.columns) == VIEW_COLUMNS
    assert hours.hours[["article", "start", "end", "views"]].values.tolist() == [
        [
            "Immigration_to_Canada",
            pd.Timestamp("2016-11-09T04:00Z"),
            pd.Timestamp("2016-11-09T05:00Z"),
            174,
        ],
        ["AC/DC", pd.Timestamp("2016-11-09T04:00Z"), pd.Timestamp("2016-11-09T05:00Z"), 31],
        ["Café", pd.Timestamp("2016-11-09T04:00Z"), pd.Timestamp("2016-11-09T05:00Z"), 3],
    ]


def test_an_absent_article_is_no_zero_and_broken_lines_are_counted() -> None:
    assert parsed(LINES, "No such page").warnings == (
        f"{NAME} has no row of No_such_page: no count, which is not zero.",
        f"{NAME} has 2 lines that could not be read.",
    )


def test_the_rows_are_kept_as_they_stand_in_the_file() -> None:
    assert parsed(LINES, "AC/DC").lines == b"en AC/DC 11 0\nen.m AC%2FDC 20 0\n"


@pytest.mark.parametrize("name", [NAME, f"{NAME}.gz"])
@pytest.mark.parametrize("packed", [True, False], ids=["gzip", "plain"])
def test_a_file_is_read_as_what_it_is_whatever_its_name_ends_in(name: str, packed: bool, tmp_path: Path) -> None:
    path = on_disk(tmp_path, name, gzip.compress(LINES) if packed else LINES)
    assert read_dump(path, ["AC/DC"]).hours["views"].tolist() == [31]
    assert kept_files(tmp_path) == [path]


def test_a_line_across_two_chunks_is_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikimedia, "_CHUNK_BYTES", 7)
    assert parsed(LINES, "AC/DC").hours["views"].tolist() == [31]


@pytest.mark.parametrize(
    "name",
    [
        "pageviews-20161109-05.gz",
        "projectviews-20161109-050000",
        "pageviews-20161109-053000",
        "pageviews-20161309-050000",
        "pageviews-20161109-250000",
        "pagecounts-20161109-050000.gz",
        "pageviews-20161109-050000.zip",
        "",
    ],
)
def test_a_file_with_another_name_is_refused(name: str) -> None:
    with pytest.raises(SourceChanged, match="is not an hourly pageviews file"):
        hour_of(name)


@pytest.mark.parametrize(
    ("data", "kind", "says"),
    [
        pytest.param(b"", SourceChanged, "does not hold lines like", id="empty"),
        pytest.param(b"<html>not found</html>\n" * 3, SourceChanged, "does not hold lines like", id="html"),
        pytest.param(b"PK\x03\x04" + bytes(200), SourceChanged, "does not hold lines like", id="zip"),
        pytest.param(b"x" * 3_000_000, SourceChanged, "does not hold lines like", id="one endless line"),
        pytest.param(gzip.compress(LINES)[:-20], SourceUnavailable, "cut short or damaged", id="truncated"),
        pytest.param(
            gzip.compress(LINES)[:-8] + bytes(8), SourceUnavailable, "cut short or damaged", id="bad checksum"
        ),
        pytest.param(b"\x1f\x8bnonsense", SourceUnavailable, "cut short or damaged", id="nonsense"),
    ],
)
def test_a_file_that_cannot_be_used_says_why_and_nothing_of_it_is_used(
    data: bytes, kind: type[DataError], says: str, tmp_path: Path
) -> None:
    path = on_disk(tmp_path / "dumps", f"{NAME}.gz", data)
    with pytest.raises(kind, match=says):
        import_dumps([path], ["AC/DC"], folder=tmp_path / "story", now=NOW)
    assert kept_files(tmp_path / "story") == []


def test_a_file_that_unpacks_to_more_than_an_hour_can_hold_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wikimedia, "MOST_BYTES", 5_000_000)
    path = on_disk(tmp_path, f"{NAME}.gz", gzip.compress(b"en A 1 0\n" * 1_000_000))
    with pytest.raises(SourceChanged, match="no hour of pageviews does"):
        read_dump(path, ["B"])


def test_rows_without_end_of_one_article_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wikimedia, "MOST_ROWS", 10)
    with pytest.raises(SourceChanged, match="More than 10 rows"):
        parsed(b"en A 1 0\n" * 11)


def test_what_is_no_ordinary_file_is_not_read(tmp_path: Path) -> None:
    (tmp_path / NAME).mkdir()
    os.mkfifo(tmp_path / f"{NAME}.gz")
    for path in (tmp_path / NAME, tmp_path / f"{NAME}.gz"):
        with pytest.raises(SourceUnavailable, match="is not an ordinary file"):
            read_dump(path, ["A"])
    with pytest.raises(SourceUnavailable, match="No such file"):
        read_dump(tmp_path / "none" / NAME, ["A"])


def test_only_editions_of_wikipedia_are_read() -> None:
    with pytest.raises(DataError, match=r"not for en\.wiktionary"):
        parsed(LINES, project="en.wiktionary")
    assert parsed(LINES, "Immigration to Canada", project="de.wikipedia").hours["views"].tolist() == [7]


def test_imported_hours_are_kept_and_read_again_without_the_files(tmp_path: Path) -> None:
    dumps, story = tmp_path / "dumps", tmp_path / "story"
    paths = [
        on_disk(dumps, "pageviews-20161109-060000.gz", gzip.compress(b"en A 3 0\nen.m A 4 0\n")),
        on_disk(dumps, "pageviews-20161109-050000", b"en A 1 0\n"),
        on_disk(dumps, "pageviews-20161109-050000.gz", gzip.compress(b"en A 1 0\n")),
    ]
    told: list[tuple[int, int, str]] = []
    records = import_dumps(
        paths, ["a"], folder=story, now=NOW, progress=lambda done, total, name: told.append((done, total, name))
    )
    for path in paths:
        path.unlink()
    again = read_hours(story)
    assert again.rows == records.rows
    assert [(row.start, row.value) for row in again.rows] == [
        (utc("2016-11-09T04:00:00"), 1), (utc("2016-11-09T05:00:00"), 7)
    ]  # fmt: skip
    assert records.warnings == ("1 file is of an hour that another one gives, and was left out.",)
    assert told == [(0, 2, "pageviews-20161109-050000"), (1, 2, "pageviews-20161109-060000.gz")]
    assert {source.id for source in again.sources} == {row.source for row in again.rows}
    late = Window(utc("2016-11-09T05:00:00"), utc("2016-11-09T06:00:00"))
    assert [row.value for row in read_hours(story, late).rows] == [7]


def test_an_article_added_later_stands_beside_the_first(tmp_path: Path) -> None:
    path, story = on_disk(tmp_path / "dumps", NAME, LINES), tmp_path / "story"
    import_dumps([path], ["AC/DC"], folder=story, now=NOW)
    import_dumps([path], ["Café", "Nobody"], folder=story, now=NOW.replace(hour=13))
    held = read_hours(story)
    assert [(row.name, row.value) for row in held.rows] == [
        ("Wikipedia: AC/DC, views an hour", 31), ("Wikipedia: Café, views an hour", 3)
    ]  # fmt: skip
    assert held.warnings == (f"{NAME} has no row of Nobody: no count, which is not zero.",)


def test_importing_no_file_gives_what_is_held(tmp_path: Path) -> None:
    assert import_dumps([], ["A"], folder=tmp_path, now=NOW).rows == ()


@given(data=st.binary(max_size=300) | st.lists(st.sampled_from(LINES.splitlines(keepends=True))).map(b"".join))
def test_of_any_lines_the_counts_are_the_sums_and_refused_are_those_that_mostly_cannot_be_read(data: bytes) -> None:
    lines = [line for line in data.split(b"\n") if line.strip()]
    readable = [line for line in lines if re.fullmatch(rb"[^ ]* [^ ]* \d{1,12} [^ ]*", line)]
    try:
        hours = parsed(data, "Immigration to Canada", "Café").hours
    except SourceChanged:
        assert len(readable) < len(lines) / 2 or not lines
        return
    assert len(readable) >= len(lines) / 2 > 0
    sums = Counter[str]()
    for article, views in (COUNTED[line] for line in readable if line in COUNTED):
        sums[article] += views
    assert dict(zip(hours["article"], hours["views"], strict=True)) == sums


@given(data=st.binary(max_size=60), cut=st.integers(0, 200))
def test_no_gzip_breaks_the_reader(data: bytes, cut: int, tmp_path_factory: pytest.TempPathFactory) -> None:
    path = on_disk(tmp_path_factory.mktemp("dumps"), f"{NAME}.gz", gzip.compress(LINES)[:cut] + data)
    try:
        hours = read_dump(path, ["AC/DC"])
    except DataError:
        return
    assert hours.hours["views"].tolist() in ([], [31])
