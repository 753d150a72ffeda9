"""Wikimedia's views of an article: daily counts asked for by its title, and hours from its files on this disk."""

from __future__ import annotations

import gzip
import io
import re
import stat
import unicodedata
import zlib
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import IO, ClassVar, cast
from urllib.parse import quote, unquote

import pandas as pd

from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.frames import timed_frame
from data.core.model import Source, Window
from data.net.http_errors import SourceRefused
from data.net.snapshots import Sidecar, Snapshot
from data.sources.answer_frames import latest
from data.sources.answers import counted, field, joined, json_of, keep, records_of
from data.sources.provider import (
    EVER,
    Count,
    CountProvider,
    Errand,
    Home,
    Records,
    SnapshotQuestion,
    Task,
    Visit,
    drawn,
    newest,
    parsed,
)
from data.story.faults import quoted

SOURCE = "wikimedia"
#: A language edition ("en.wikipedia"), or a project without languages ("commons.wikimedia").
_PROJECT = re.compile(r"[a-z][a-z0-9-]{1,15}\.[a-z]{4,20}")
#: MediaWiki allows none of these in a title, and titles of at most 255 bytes.
_FORBIDDEN = re.compile(r"[\x00-\x1f\x7f#<>\[\]|{}]")
_LONGEST_TITLE = 255


def project_name(project: str) -> str:
    """The project as the pageviews service names it. Raises DataError for what is none."""
    name = project.strip().lower().removesuffix(".org")
    if not _PROJECT.fullmatch(name):
        raise DataError(f"{quoted(project)} is not a Wikimedia project: write it like en.wikipedia.")
    return name


def article_title(title: str, project: str = "en.wikipedia") -> str:
    """A title as Wikimedia counts it: underscores for spaces, and on a Wikipedia a capital first letter.

    Raises DataError for what cannot be a title.
    """
    words = re.sub(r"[ _]+", "_", unicodedata.normalize("NFC", title)).strip("_")
    try:
        size = len(words.encode())
    except UnicodeEncodeError:
        size = 0
    if not size or size > _LONGEST_TITLE or _FORBIDDEN.search(words):
        raise DataError(f"{quoted(title)} cannot be the title of an article.")
    first = words[0].upper()
    # Eszett has no single capital; MediaWiki leaves such letters alone.
    return first + words[1:] if project.endswith(".wikipedia") and len(first) == 1 else words


def in_path(title: str) -> str:
    """A title as one segment of an address: a slash is part of a title, so it is encoded too."""
    return quote(title, safe="")


def listed_title(cell: bytes, project: str) -> str | None:
    """The title that a cell of a dump file names, however it is encoded there; None where it names none."""
    try:
        return article_title(unquote(cell.decode("utf-8")) if b"%" in cell else cell.decode("utf-8"), project)
    except (UnicodeDecodeError, DataError):
        return None


def views_of(frame: pd.DataFrame, unit: str) -> tuple[Count, ...]:
    """Rows of one article and span each, with columns article, start, end, views and source, as counts in `unit`."""
    columns = (frame[name].tolist() for name in ("article", "start", "end", "views", "source"))
    return tuple(
        Count(f"Wikipedia: {article.replace('_', ' ')}, {unit}", start, end, float(views), unit, source)
        for article, start, end, views, source in zip(*columns, strict=True)
    )


HOUR = timedelta(hours=1)
#: What names a count.
_KEY = ["project", "article", "start"]
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
    views: Counter[str]
    kept: list[bytes]
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
        f"{quoted(name)} is not an hourly pageviews file: they are named like pageviews-20161109-050000.gz."
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
    tally, mobile = _LineCounts(Counter(), []), language + b".m"
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


HOURLY = "pageviews-hourly"
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
            source=SOURCE, kind=HOURLY, query=query, window_start=start, window_end=end, drawn_at=now, suffix="txt",
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
    snapshots = drawn(folder, SnapshotQuestion(SOURCE, HOURLY, {}, LICENCE, window))
    read, unread = parsed(snapshots, _hours)
    frame, sources = latest([(one, hours.hours) for one, hours in read], _file_source, _frame([]), _KEY)
    return Records(
        views_of(frame, "views an hour"),
        sources,
        joined(unread, *(hours.warnings for _, hours in read)),
        newest(snapshots),
    )


def _hours(snapshot: Snapshot) -> Hours:
    query = snapshot.sidecar.query
    articles = query.get("articles", "").split(_BETWEEN)
    stream = io.BytesIO(snapshot.data)
    return parse_dump(stream, query.get("file", ""), articles, project=query.get("project", ""), whole=False)


def _file_source(snapshot: Snapshot) -> Source:
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
            raise SourceUnavailable(f"{path.name} is not an ordinary file.")
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


NAME = "Wikimedia’s pageviews service"
#: Of one article and day: the project and title as counted, the UTC day [start, end), and its views, an absolute count.
VIEW_COLUMNS = ["project", "article", "start", "end", "views"]
NO_COUNT = (
    "Wikimedia holds no count of this article for these days, which is not zero: the title may be spelled otherwise, "
    "or the days be too recent."
)
DAY = timedelta(days=1)
_STAMP = re.compile(r"(?:19|20)[0-9]{6}00")
_LARGEST = 10**12  # views of one article in one day: far beyond any real count


@dataclass(frozen=True, slots=True)
class Views:
    """Days of one answer, by time; a day that is not there has no count, which is not zero."""

    days: pd.DataFrame
    warnings: tuple[str, ...] = ()


def parse_pageviews(data: bytes) -> Views:
    """The days of a per-article answer, with the columns of VIEW_COLUMNS; the service's "not found" gives no rows.

    Raises SourceUnavailable for an answer that is empty or cut short, SourceChanged for another shape or one that
    gives two counts for a day.
    """
    answer = json_of(data, NAME)
    if _not_found(answer):
        return Views(_frame([]), (NO_COUNT,))
    rows = [_row(item) for item in records_of(answer, "items", NAME)]
    frame = _frame(rows)
    unordered = not frame["start"].is_monotonic_increasing
    once = frame.drop_duplicates()
    if once.duplicated(_KEY).any():
        raise SourceChanged(f"{NAME} contradicts itself: it gives one day two counts.")
    warnings = counted(len(frame) - len(once), "1 day is listed twice.", "{count} days are listed more than once.") + (
        ["The days were not in order of time and were sorted."] if unordered else []
    )
    return Views(once.sort_values(_KEY, ignore_index=True), tuple(warnings))


def missing_days(days: pd.DataFrame, window: Window) -> tuple[datetime, ...]:
    """The UTC days that touch the window and have no row, each as its first instant."""
    held, wanted = set(days["start"]), pd.date_range(first_day(window.start), window.end, freq=DAY, inclusive="left")
    return tuple(day.to_pydatetime() for day in wanted if day not in held)


def first_day(moment: datetime) -> datetime:
    """The first instant of the UTC day of a moment."""
    return moment.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0)


def _not_found(answer: object) -> bool:
    return isinstance(answer, dict) and "items" not in answer and "not_found" in f"{answer.get('type')}".lower()


def _row(item: Mapping[str, object]) -> dict[str, object]:
    stamp, views = field(item, "timestamp", NAME), item.get("views")
    if isinstance(views, bool) or not isinstance(views, int) or not 0 <= views < _LARGEST:
        raise SourceChanged(f"{NAME} has changed its answer: an entry has no count in 'views'.")
    if item.get("granularity") != "daily" or not _STAMP.fullmatch(stamp):
        raise SourceChanged(f"{NAME} has changed its answer: its entries are not days.")
    try:
        start = datetime(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]), tzinfo=UTC)
    except ValueError:
        raise SourceChanged(f"{NAME} has changed its answer: {stamp!r} is not a day.") from None
    project, article = field(item, "project", NAME), field(item, "article", NAME)
    return {"project": project, "article": article, "start": start, "end": start + DAY, "views": views}


def _frame(rows: list[dict[str, object]]) -> pd.DataFrame:
    return timed_frame(rows, VIEW_COLUMNS, times=["start", "end"]).astype({"views": "int64"})


KIND = "pageviews-daily"
LICENCE = "CC0 1.0 (Wikimedia Analytics Datasets)"
#: The first day that the service counts.
BEGINS = datetime(2015, 7, 1, tzinfo=UTC)


class Wikimedia(CountProvider):
    """The daily views of the articles that a story lists, and the hours that were imported from dump files."""

    slug, title, called, licence = SOURCE, "Wikimedia daily pageviews", "Wikimedia", LICENCE
    home: ClassVar[Home] = Home("NIGHTDESK_WIKIMEDIA_URL", "https://wikimedia.org/api/rest_v1", pace=0.5)
    around = timedelta(days=14)
    proves = (
        "Each bar is how often an article was viewed on one UTC day, on the desktop site, the mobile site and in the "
        "apps, by what Wikimedia takes for people. Counts are absolute: views, not visitors."
    )
    cannot = (
        "They say nothing about who looked or from where, and nothing about searches; a day cannot say which hour. A "
        "day without a count is a gap, not zero. Views through a redirect are counted under the redirect’s own title."
    )

    def plan(self, errand: Errand) -> Iterator[Task]:
        for article in errand.story.about.articles:
            ask = partial(self.fetch, article.title, errand.window, project=article.project)
            yield Task(f"views of “{article.title}”", ask)

    def fetch(self, article: str, window: Window, visit: Visit, *, project: str = "en.wikipedia") -> Records[Count]:
        """Ask for the days that touch the window, keep the answer as a snapshot, and give `read` of it.

        An article or days that the service does not know give no rows and a warning: no count is not zero.
        Raises DataError with one sentence: SourceUnavailable where asking again later may work, SourceChanged where it
        will not, plain DataError for what is no title or lies before the service's first day.
        """
        project = project_name(project)
        title = article_title(article, project)
        if window.end <= BEGINS:
            raise DataError("Wikimedia’s pageviews service begins on July 1, 2015.")
        first, last = first_day(max(window.start, BEGINS)), first_day(window.end - pd.Timedelta(microseconds=1))
        question = self.question(KIND, {"project": project, "article": title}, window, DAY)
        path = f"{project}/all-access/user/{in_path(title)}/daily/{_digits(first)}/{_digits(last)}"
        url = f"{self.home.at(visit.settings)}/metrics/pageviews/per-article/{path}"
        trouble, nothing = "", tuple[str, ...]()
        try:
            trouble = self.ask(question, url, visit, check=parse_pageviews).trouble
        except SourceRefused as error:
            if error.status != HTTPStatus.NOT_FOUND:
                raise
            nothing = (NO_COUNT,)
        held = self.read(visit.folder, window, project=project, article=title)
        return replace(held, warnings=joined(nothing, held.warnings), trouble=trouble)

    def rows(self, folder: Path) -> Records[Count]:
        days, hours = self.read(folder, EVER), read_hours(folder)
        return replace(days, rows=days.rows + hours.rows, sources=days.sources + hours.sources)

    def read(self, folder: Path, window: Window, *, project: str = "", article: str = "") -> Records[Count]:
        """The days of articles that snapshots on disk hold, whole UTC days that touch the window, "views a day".

        By project, article and day. Of a day that several snapshots hold, the one drawn last counts. Missing days have
        no row and are counted in the warnings.
        """
        query = {name: value for name, value in (("project", project), ("article", article)) if value}
        snapshots = drawn(folder, self.question(KIND, query, window))
        read, unread = parsed(snapshots, lambda snapshot: parse_pageviews(snapshot.data))
        frame, sources = latest([(one, views.days) for one, views in read], _source, _frame([]), _KEY, window)
        return Records(
            views_of(frame, "views a day"),
            sources,
            joined(unread, *(views.warnings for _, views in read), _gaps(frame, window)),
            newest(snapshots),
        )


def _gaps(frame: pd.DataFrame, window: Window) -> list[str]:
    """A sentence for each article that has days without a count."""
    return [
        warning
        for (_, article), days in frame.groupby(["project", "article"])
        for warning in counted(
            len(missing_days(days, window)),
            f"1 day of {article} has no count: a gap, not zero.",
            f"{{count}} days of {article} have no count: gaps, not zeros.",
        )
    ]


def _source(snapshot: Snapshot) -> Source:
    """Where one answer can be checked: the very question at Wikimedia."""
    said = snapshot.sidecar
    title = said.query.get("article", "").replace("_", " ")
    name = f"wikimedia-{said.sha256[:12]}"
    return Source(name, "Wikimedia Foundation", f"Daily pageviews of “{title}”", said.url, "", said.licence)


def _digits(moment: datetime) -> str:
    """A UTC day as the service writes it, YYYYMMDD."""
    return moment.date().isoformat().replace("-", "")
