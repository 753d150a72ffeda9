"""The lines of one hourly pageviews file of Wikimedia, as a stream: the views of chosen articles in that hour."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import IO

import pandas as pd

from data.errors import DataError, SourceChanged
from data.faults import quoted
from data.sources.answers import counted
from data.sources.pageviews import UNIT
from data.sources.wikimedia_titles import article_title, listed_title, project_name
from data.timing import timed_frame

#: Of one article and hour: the UTC hour [start, end), all views, those of the desktop and of the mobile site, how many
#: rows of the file were summed, and the file's name.
HOUR_COLUMNS = ["project", "article", "start", "end", "views", "desktop", "mobile", "rows", "unit", "file"]
HOUR = timedelta(hours=1)
#: Bytes of one file once decompressed: an hour of 2016 has some 250 MB, an hour of these days less than twice that.
MOST_BYTES = 2 * 10**9
#: Rows of the chosen articles in one file: more than a story's tables hold.
MOST_ROWS = 200_000
_CHUNK_BYTES = 1 << 20
#: Bytes of one line: a title has at most 255, each perhaps percent-encoded.
_LONGEST_LINE = 4_096
_NAME = re.compile(r"pageviews-(\d{8}-\d{2})0000(?:\.gz)?", re.ASCII)


@dataclass(frozen=True, slots=True)
class Hours:
    """Hours of articles, by article and time. `lines` are the rows they were read from, as they stand in the files."""

    hours: pd.DataFrame
    lines: bytes = b""
    warnings: tuple[str, ...] = ()


@dataclass(slots=True)
class _Tally:
    desktop: Counter[str] = field(default_factory=Counter)
    mobile: Counter[str] = field(default_factory=Counter)
    rows: Counter[str] = field(default_factory=Counter)
    kept: list[bytes] = field(default_factory=list)
    malformed: int = 0
    seen: int = 0


def hour_of(name: str) -> tuple[datetime, datetime]:
    """The UTC hour [start, end) that a file counts: its name tells the end. Raises SourceChanged for other names."""
    found = _NAME.fullmatch(name)
    try:
        end = datetime.strptime(found[1], "%Y%m%d-%H").replace(tzinfo=UTC) if found else None
        return (end - HOUR, end) if end else _no_hour(name)
    except (ValueError, OverflowError):
        return _no_hour(name)


def _no_hour(name: str) -> tuple[datetime, datetime]:
    raise SourceChanged(
        f"{quoted(name)} is no hourly pageviews file: those are named like pageviews-20161109-050000.gz."
    )


def parse_dump(
    stream: IO[bytes], name: str, articles: Sequence[str], *, project: str = "en.wikipedia", whole: bool = True
) -> Hours:
    """The hour of a stream of lines `domain_code page_title views 0`, of the file that is called `name`.

    Rows of the desktop site (`en`) and of the mobile site (`en.m`) are summed, as are several spellings of a title.
    Without `whole` the stream holds chosen rows of that file, perhaps none.
    """
    start, end = hour_of(name)
    project = project_name(project)
    language, _, family = project.partition(".")
    if family != "wikipedia":
        raise DataError(f"Dump files are read for the language editions of Wikipedia, not for {project}.")
    wanted = list(dict.fromkeys(article_title(article, project) for article in articles))
    tally = _count(_lines(stream, name), language.encode(), frozenset(wanted), project)
    if tally.malformed > tally.seen or (whole and not tally.seen):
        raise SourceChanged(f"{name} does not hold lines like “en Main_Page 42 0”.")
    rows = [
        {
            "project": project, "article": title, "start": start, "end": end, "unit": UNIT, "file": name,
            "views": tally.desktop[title] + tally.mobile[title], "desktop": tally.desktop[title],
            "mobile": tally.mobile[title], "rows": tally.rows[title],
        }
        for title in wanted
        if tally.rows[title]
    ]  # fmt: skip
    absent = [title for title in wanted if not tally.rows[title]]
    warnings = [
        *(f"{name} has no row of {title}: no count, which is not zero." for title in absent),
        *counted(tally.malformed, f"{name} has 1 line that could not be read.",
                 f"{name} has {{count}} lines that could not be read."),
    ]  # fmt: skip
    return Hours(_frame(rows), b"".join(tally.kept), tuple(warnings))


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    counts = dict.fromkeys(("views", "desktop", "mobile", "rows"), "int64")
    return timed_frame(rows, HOUR_COLUMNS, times=["start", "end"]).astype(counts)


def _lines(stream: IO[bytes], name: str) -> Iterator[bytes]:
    """Lines without their ends. An overlong line is passed on cut, as a malformed one."""
    read, rest = 0, b""
    while chunk := stream.read(_CHUNK_BYTES):
        read += len(chunk)
        if read > MOST_BYTES:
            raise SourceChanged(f"{name} holds more than {MOST_BYTES // 10**9} GB, which no hour of pageviews does.")
        lines = (rest + chunk).split(b"\n")
        rest = lines.pop()[: _LONGEST_LINE + 1]
        yield from lines
    if rest:
        yield rest


def _count(lines: Iterator[bytes], language: bytes, wanted: frozenset[str], project: str) -> _Tally:
    tally, mobile = _Tally(), language + b".m"
    spelled = {spelling.encode() for title in wanted for spelling in (title, title[0].lower() + title[1:])}
    for line in lines:
        cells = line.split(b" ")
        if len(cells) != 4 or not cells[2].isdigit() or len(line) > _LONGEST_LINE or len(cells[2]) > 12:
            tally.malformed += bool(line.strip())
            continue
        tally.seen += 1
        if cells[0] != language and cells[0] != mobile:
            continue
        # Decoding every title of an hour would take three times as long.
        if b"%" not in cells[1] and cells[1] not in spelled:
            continue
        title = listed_title(cells[1], project)
        if title in wanted:
            side = tally.mobile if cells[0] == mobile else tally.desktop
            side[title] += int(cells[2])
            tally.rows[title] += 1
            tally.kept.append(line + b"\n")
            if len(tally.kept) > MOST_ROWS:
                raise SourceChanged(f"More than {MOST_ROWS:,} rows of one file are of the chosen articles.")
    return tally


def empty_hours() -> pd.DataFrame:
    """No hours, with the columns of HOUR_COLUMNS."""
    return _frame([])
