"""Wikimedia's daily pageviews of an article: asked for by its title, and read as absolute counts of views."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from http import HTTPStatus
from pathlib import Path
from typing import ClassVar

import pandas as pd

from data.core.errors import DataError, SourceChanged
from data.core.model import Source, Window
from data.net.http_errors import SourceRefused
from data.net.snapshots import Snapshot
from data.sources.answer_checks import counted, field, joined, json_of, records_of
from data.sources.provider import EVER, Count, CountProvider, Errand, Home, Records, Task, Visit
from data.sources.snapshot_rows import drawn, latest, newest, parsed, sources_of
from data.sources.wikimedia_articles import SOURCE, article_title, in_path, project_name, views_of
from data.sources.wikimedia_dumps import read_hours
from data.story.timing import timed_frame

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
    if once.duplicated(["project", "article", "start"]).any():
        raise SourceChanged(f"{NAME} contradicts itself: it gives one day two counts.")
    warnings = counted(len(frame) - len(once), "1 day is listed twice.", "{count} days are listed more than once.") + (
        ["The days were not in order of time and were sorted."] if unordered else []
    )
    return Views(once.sort_values(["project", "article", "start"], ignore_index=True), tuple(warnings))


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
        raise SourceChanged(f"{NAME} has changed its answer: its entries are no days.")
    try:
        start = datetime(int(stamp[:4]), int(stamp[4:6]), int(stamp[6:8]), tzinfo=UTC)
    except ValueError:
        raise SourceChanged(f"{NAME} has changed its answer: {stamp!r} is no day.") from None
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
            raise DataError("Wikimedia’s pageviews service begins on 1 July 2015.")
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
        frames = [views.days.assign(source=_source(snapshot).id) for snapshot, views in read]
        frame = latest([_frame([]).assign(source=""), *frames], ["project", "article", "start"], window)
        warnings = [warning for _, views in read for warning in views.warnings]
        return Records(
            views_of(frame, "views a day"),
            sources_of(frame, snapshots, _source),
            joined(unread, warnings, _gaps(frame, window)),
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
