"""The importer of Wikimedia's hourly pageviews files that lie on this disk: the hours of chosen articles."""

from __future__ import annotations

import gzip
import io
import stat
import zlib
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import IO, cast

import pandas as pd

from data.errors import SourceUnavailable
from data.model import Source, Window
from data.snapshots import Sidecar, Snapshot
from data.sources.answers import counted, joined
from data.sources.drawn import Question, Records, drawn, keep, newest, parsed
from data.sources.dump_lines import HOUR, HOUR_COLUMNS, Hours, empty_hours, hour_of, parse_dump
from data.sources.wikimedia_titles import article_title, project_name

SOURCE = "wikimedia"
KIND = "pageviews-hourly"
WHAT = (
    "Wikimedia’s hourly files count how often an article was viewed in each hour, all over the world, after leaving "
    "out the crawlers that Wikimedia recognised. Counts are absolute: views, not visitors."
)
CANNOT = (
    "They say nothing about who looked or from where, and nothing about searches. The time in a file’s name is the end "
    "of its hour. Desktop and mobile rows are summed. An article that is not in a file has no count there, which is "
    "not zero, and views that came through a redirect are counted under the redirect’s own title."
)
LICENCE = "CC0 1.0 (Wikimedia Analytics Datasets)"
#: One row is one article and UTC hour, `views` the desktop and mobile views together; `source` is the id of its file.
COLUMNS = [*HOUR_COLUMNS, "source"]
#: No title holds this sign.
_BETWEEN = "|"
_GZIP = b"\x1f\x8b"


def import_dumps(
    paths: Sequence[Path], articles: Sequence[str], *, project: str = "en.wikipedia", folder: Path, now: datetime,
    progress: Callable[[int, int, str], None] = lambda done, total, name: None,
) -> Records:  # fmt: skip
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
    return Records(kept.frame, kept.sources, joined(*said, kept.warnings), kept.drawn_at)


def read_hours(folder: Path, window: Window | None = None, *, project: str = "", article: str = "") -> Records:
    """The hours of articles that are kept on disk, those that touch the window.

    Frame with COLUMNS, by project, article and hour. Of an hour that was imported again, the last import counts.
    An hour without a row has no count, which is not zero.
    """
    query = {"project": project} if project else {}
    snapshots = drawn(folder, Question(SOURCE, KIND, query, LICENCE, window))
    read, unread = parsed(snapshots, _hours)
    frames = [hours.hours.assign(source=_source(snapshot).id) for snapshot, hours in read]
    frame = pd.concat([empty_hours().assign(source=""), *frames])
    frame = frame[frame["article"] == article] if article else frame
    frame = frame.drop_duplicates(["project", "article", "start"], keep="last")
    frame = frame.sort_values(["project", "article", "start"], ignore_index=True)[COLUMNS]
    used = set(frame["source"])
    sources = {_source(snapshot).id: _source(snapshot) for snapshot in snapshots}
    return Records(
        frame,
        tuple(source for name, source in sources.items() if name in used),
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
