"""Wikimedia's daily pageviews of an article: absolute counts of views, never an index of searches."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from pathlib import Path

import pandas as pd

from data.errors import DataError
from data.http import Desk, SourceRefused
from data.model import Source, Window
from data.settings import Settings
from data.snapshots import Snapshot
from data.sources.answers import counted, joined
from data.sources.drawn import Question, Records, ask, drawn, fresh_for, newest, parsed
from data.sources.pageviews import DAY, NO_COUNT, VIEW_COLUMNS, first_day, missing_days, parse_pageviews
from data.sources.wikimedia_titles import article_title, in_path, project_name

SOURCE = "wikimedia"
KIND = "pageviews-daily"
WHAT = (
    "Each bar is how often an article was viewed on one UTC day, on the desktop site, the mobile site and in the apps, "
    "by what Wikimedia takes for people. Counts are absolute: views, not visitors."
)
CANNOT = (
    "They say nothing about who looked or from where, and nothing about searches; a day cannot say which hour. "
    "A day without a count is a gap, not zero. Views through a redirect are counted under the redirect’s own title."
)
LICENCE = "CC0 1.0 (Wikimedia Analytics Datasets)"
#: The first day that the service counts.
BEGINS = datetime(2015, 7, 1, tzinfo=UTC)
#: One row is one article and UTC day; `views` is in views, `source` the id of the answer it stands in.
COLUMNS = [*VIEW_COLUMNS, "source"]


def fetch_pageviews(
    article: str, window: Window, *, project: str = "en.wikipedia", desk: Desk, settings: Settings, folder: Path,
    now: datetime,
) -> Records:  # fmt: skip
    """Ask for the days that touch the window, keep the answer as a snapshot, and give `read_pageviews` of it.

    An article or days that the service does not know give no rows and a warning: no count is not zero.
    Raises DataError with one sentence: SourceUnavailable where asking again later may work, SourceChanged where it
    will not, plain DataError for what is no title or lies before the service's first day.
    """
    project = project_name(project)
    title = article_title(article, project)
    if window.end <= BEGINS:
        raise DataError("Wikimedia’s pageviews service begins on 1 July 2015.")
    first, last = first_day(max(window.start, BEGINS)), first_day(window.end - pd.Timedelta(microseconds=1))
    question = Question(SOURCE, KIND, {"project": project, "article": title}, LICENCE, window, DAY)
    path = f"{project}/all-access/user/{in_path(title)}/daily/{_digits(first)}/{_digits(last)}"
    trouble, nothing = "", tuple[str, ...]()
    try:
        trouble = ask(
            question,
            f"{settings.wikimedia_url}/metrics/pageviews/per-article/{path}",
            params={},
            desk=desk,
            folder=folder,
            fresh=fresh_for(window, now),
            check=parse_pageviews,
        ).trouble
    except SourceRefused as error:
        if error.status != HTTPStatus.NOT_FOUND:
            raise
        nothing = (NO_COUNT,)
    held = read_pageviews(folder, window, project=project, article=title)
    return replace(held, warnings=joined(nothing, held.warnings), trouble=trouble)


def read_pageviews(folder: Path, window: Window, *, project: str = "", article: str = "") -> Records:
    """The days of articles that snapshots on disk hold, whole UTC days that touch the window.

    Frame with COLUMNS, by project, article and day. Of a day that several snapshots hold, the one drawn last counts.
    Missing days have no row and are counted in the warnings.
    """
    query = {name: value for name, value in (("project", project), ("article", article)) if value}
    snapshots = drawn(folder, Question(SOURCE, KIND, query, LICENCE, window))
    read, unread = parsed(snapshots, lambda snapshot: parse_pageviews(snapshot.data))
    frames = [views.days.assign(source=_source(snapshot).id) for snapshot, views in read]
    frame = pd.concat([pd.DataFrame(parse_pageviews(b'{"items": []}').days).assign(source=""), *frames])
    frame = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    frame = frame.drop_duplicates(["project", "article", "start"], keep="last")
    frame = frame.sort_values(["project", "article", "start"], ignore_index=True)[COLUMNS]
    used = set(frame["source"])
    sources = {_source(snapshot).id: _source(snapshot) for snapshot in snapshots}
    warnings = [warning for _, views in read for warning in views.warnings]
    return Records(
        frame,
        tuple(source for name, source in sources.items() if name in used),
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
