"""Wikimedia's hourly pageviews files that lie on this disk: the views of chosen articles, read as a stream."""

from __future__ import annotations

import gzip
import io
import re
import stat
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, cast

import pandas as pd

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Source, Window
from data.net.snapshots import Sidecar, Snapshot
from data.sources.answer_checks import counted, joined
from data.sources.provider import Count, Records
from data.sources.snapshot_rows import SnapshotQuestion, drawn, keep, latest, newest, parsed, sources_of
from data.sources.wikimedia_articles import SOURCE, article_title, listed_title, project_name, views_of
from data.story.faults import quoted
from data.story.timing import timed_frame

#: Of one article and hour: the UTC hour [start, end) and its views.
HOUR_COLUMNS = ["project", "article", "start", "end", "views"]
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
class _LineCounts:
    views: Counter[str] = field(default_factory=Counter)
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
        {"project": project, "article": title, "start": start, "end": end, "views": tally.views[title]}
        for title in wanted
        if title in tally.views
    ]
    absent = [title for title in wanted if title not in tally.views]
    warnings = [
        *(f"{name} has no row of {title}: no count, which is not zero." for title in absent),
        *counted(tally.malformed, f"{name} has 1 line that could not be read.",
                 f"{name} has {{count}} lines that could not be read."),
    ]  # fmt: skip
    return Hours(_frame(rows), b"".join(tally.kept), tuple(warnings))


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return timed_frame(rows, HOUR_COLUMNS, times=["start", "end"]).astype({"views": "int64"})


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


def _count(lines: Iterator[bytes], language: bytes, wanted: frozenset[str], project: str) -> _LineCounts:
    tally, mobile = _LineCounts(), language + b".m"
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
            tally.views[title] += int(cells[2])
            tally.kept.append(line + b"\n")
            if len(tally.kept) > MOST_ROWS:
                raise SourceChanged(f"More than {MOST_ROWS:,} rows of one file are of the chosen articles.")
    return tally


KIND = "pageviews-hourly"
LICENCE = "CC0 1.0 (Wikimedia Analytics Datasets)"
#: No title holds this sign.
_BETWEEN = "|"
_GZIP = b"\x1f\x8b"


def import_dumps(
    paths: Sequence[Path], articles: Sequence[str], *, project: str = "en.wikipedia", folder: Path, now: datetime,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Records[Count]:  # fmt: skip
    """Read the hours of articles from files on disk, keep the rows they were read from, and give all that is kept.

    `progress` is told how many of how many files are done, and the name of the next. Each file is kept as it is done.
    Raises DataError with one sentence for a file that cannot be used; what was kept before it stays.
    """
    project = project_name(project)
    titles = [article_title(article, project) for article in articles]
    chosen, repeated = by_hour(paths)
    said: list[tuple[str, ...]] = [repeated]
    for done, ((start, end), path) in enumerate(chosen.items()):
        progress(done, len(chosen), path.name)
        hours = read_dump(path, titles, project=project)
        said.append(hours.warnings)
        query = {"project": project, "articles": _BETWEEN.join(titles), "file": path.name}
        sidecar = Sidecar(
            source=SOURCE, kind=KIND, query=query, window_start=start, window_end=end, drawn_at=now, suffix="txt",
            licence=LICENCE, step=HOUR.total_seconds(), client="file on disk",
            url=f"https://dumps.wikimedia.org/other/pageviews/{end.year}/{end.year}-{end.month:02}/{path.name}",
            note="The rows of the chosen articles, as they stand in the file.",
        )  # fmt: skip
        keep(folder, hours.lines, sidecar)
    if not chosen:
        return read_hours(folder)
    kept = read_hours(folder, Window(min(start for start, _ in chosen), max(end for _, end in chosen)))
    return replace(kept, warnings=joined(*said, kept.warnings))


def read_hours(folder: Path, window: Window | None = None) -> Records[Count]:
    """The hours of articles that are kept on disk, those that touch the window, in "views an hour".

    By project, article and hour, the desktop and mobile views together. Of an hour that was imported again, the last
    import counts. An hour without a row has no count, which is not zero.
    """
    snapshots = drawn(folder, SnapshotQuestion(SOURCE, KIND, {}, LICENCE, window))
    read, unread = parsed(snapshots, _hours)
    frames = [hours.hours.assign(source=_source(snapshot).id) for snapshot, hours in read]
    frame = latest([_frame([]).assign(source=""), *frames], ["project", "article", "start"])
    return Records(
        views_of(frame, "views an hour"),
        sources_of(frame, snapshots, _source),
        joined(unread, *(hours.warnings for _, hours in read)),
        newest(snapshots),
    )


def _hours(snapshot: Snapshot) -> Hours:
    query = snapshot.sidecar.query
    articles = query.get("articles", "").split(_BETWEEN)
    stream = io.BytesIO(snapshot.data)
    return parse_dump(stream, query.get("file", ""), articles, project=query.get("project", ""), whole=False)


def _source(snapshot: Snapshot) -> Source:
    said = snapshot.sidecar
    file = said.query.get("file", "")
    name = f"wikimedia-{file.removesuffix('.gz')}-{said.sha256[:8]}"
    return Source(name, "Wikimedia Foundation", f"Hourly pageviews, file {file}", said.url, "", said.licence)


def by_hour(paths: Sequence[Path]) -> tuple[dict[tuple[datetime, datetime], Path], tuple[str, ...]]:
    """One file for each hour [start, end), and a warning where several give the same."""
    chosen: dict[tuple[datetime, datetime], Path] = {}
    for path in sorted(paths, key=lambda path: (path.name, str(path))):
        chosen.setdefault(hour_of(path.name), path)
    repeated = counted(
        len(paths) - len(chosen), "1 file is of an hour that another one gives, and was left out.",
        "{count} files are of hours that others give, and were left out.",
    )  # fmt: skip
    return chosen, tuple(repeated)


def read_dump(path: Path, articles: Sequence[str], *, project: str = "en.wikipedia") -> Hours:
    """The hour of one file; as `read_dumps`."""
    hour_of(path.name)
    try:
        if not stat.S_ISREG(path.stat().st_mode):
            raise SourceUnavailable(f"{path.name} is no ordinary file.")
        with path.open("rb") as file:
            packed = file.read(len(_GZIP)) == _GZIP
            file.seek(0)
            stream = cast(IO[bytes], gzip.GzipFile(fileobj=file)) if packed else file
            return parse_dump(stream, path.name, articles, project=project)
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise SourceUnavailable(f"{path.name} is cut short or damaged; nothing of it was used.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise SourceUnavailable(f"{path.name} cannot be read: {reason}.") from None
