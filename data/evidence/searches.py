"""What people searched for: series where one is held, published marks where only those are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pandas as pd

from data.core.model import Precision, Source, Sourced, When, Window, only_used
from data.evidence.outages import FIGURE_COLUMNS, as_figure, figure_row
from data.story.story import Story
from data.story.tables import Figure, Observation
from data.story.timing import timed_frame, when_of

#: When Google says that it changed its collection; long series are marked there.
COLLECTION_CHANGES = (datetime(2016, 1, 1, tzinfo=UTC), datetime(2022, 1, 1, tzinfo=UTC))
COLLECTION_SOURCE = Source(
    id="google-trends-notes",
    org="Google Trends",
    title="The notes “improvement to our data collection system” on Google Trends’ own charts",
    url="https://trends.google.com/trends/explore",
)
#: A rise that was counted over no more than this had surely come by the end of it, and is a mark between two bounds.
RISE_WITHIN = timedelta(hours=6)
_PLACES = {"US": "the U.S.", "GB": "the U.K.", "CA": "Canada", "IE": "Ireland"}

SERIES_COLUMNS = ["term", "geo", "start", "end", "value", "censored", "source"]
MARK_COLUMNS = [
    "id", "table", "what", "place", "precision", "stated", "earliest", "latest", "until", "kind", "value", "unit",
    "grade", "credit", "published", "note", "source",
]  # fmt: skip
_TIMES = ["stated", "earliest", "latest", "until"]
_MOMENT = ["precision", "stated", "earliest", "latest"]


def load_interest(story: Story, window: Window | None = None, *, geos: Sequence[str] = ()) -> Sourced:
    """Search interest by bin: 0-100 of each (term, geo)'s own maximum, so two places are never comparable in level.

    `start` and `end` are the half-open UTC bin, `censored` says that 0 means below Google's resolution, not none.
    Bins that touch the window, by term, place (both in the order of the story's searches) and time.
    """
    rows: list[dict[str, object]] = [
        {
            **row.model_dump(include={"term", "geo", "value", "source"}),
            "start": datetime.combine(row.start, time(), UTC),
            "end": datetime.combine(row.end, time(), UTC) + timedelta(days=1),
            "censored": row.value == 0,
        }
        for row in story.interest
        if not geos or row.geo in geos
    ]
    frame = timed_frame(rows, SERIES_COLUMNS, times=["start", "end"])
    if window is not None:
        frame = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    order = {search.geo: place for place, search in enumerate(story.about.searches)}
    first = list(dict.fromkeys(search.term for search in story.about.searches))
    frame = frame.assign(
        _term=frame["term"].map(lambda term: first.index(term) if term in first else len(first)),
        _place=frame["geo"].map(lambda geo: order.get(geo, len(order))),
    )
    ordered = frame.sort_values(["_term", "term", "_place", "geo", "start"], ignore_index=True)
    frame = ordered.drop(columns=["_term", "_place"])
    return only_used(frame, story.sources)


def place_name(geo: str) -> str:
    """A place as prose says it: the U.S. for US; a code without a name stays a code."""
    return _PLACES.get(geo, geo)


def step_of(frame: pd.DataFrame) -> timedelta | None:
    """The distance between bins, inferred from the data: the median of end - start; None for an empty frame."""
    return None if frame.empty else pd.Timedelta((frame["end"] - frame["start"]).median()).to_pytimedelta()


def load_interest_marks(story: Story, window: Window | None = None) -> Sourced:
    """Published moments and counting windows of searches on the night: what is known where no series is held.

    `until` ends a counting window that says nothing of a moment; a rise within some hours has come between its bounds.
    A figure and an observation that repeat one another are one mark; the figure wins.
    """
    frame = timed_frame(search_marks(story, window), MARK_COLUMNS, times=_TIMES)
    return only_used(frame.sort_values(["earliest", "id"], ignore_index=True), story.sources)


def load_search_figures(story: Story) -> Sourced:
    """Every figure of searches published on the night, and every mark that an observation tells of, by time.

    Columns as in `load_figures`, with the interval of a mark that has a moment; each mark is one row, as on the chart.
    """
    marks = {(mark["table"], mark["id"]): mark for mark in search_marks(story)}
    rows = [
        *(figure_row(row) for row in story.figures if row.scope == "night" and row.metric.startswith("google_")),
        *(as_figure(row, story) for row in story.observations if ("observations", row.id) in marks),
    ]
    for row in rows:
        mark = marks.get(("observations" if row["metric"] == "interest" else "figures", row["id"]), {})
        moment = bool(mark) and mark["until"] is None
        row |= {name: mark[name] if moment else None for name in _MOMENT}
    frame = timed_frame(rows, [*FIGURE_COLUMNS, *_MOMENT], times=["start", "end", *_MOMENT[1:]])
    first = frame["stated"].fillna(frame["start"]).fillna(frame["end"])
    return only_used(frame.iloc[first.argsort(kind="stable")].reset_index(drop=True), story.sources)


def search_marks(story: Story, window: Window | None = None) -> list[dict[str, object]]:
    """The rows of `load_interest_marks` as plain values, figures first."""
    figures = [_figure_mark(row, story) for row in story.figures if _is_search_mark(row)]
    told = {(mark["stated"], name) for mark in figures for name in str(mark["source"]).split()}
    seen = [_seen_mark(row, story) for row in story.observations if row.kind == "interest"]
    fresh = [mark for mark in seen if not any((mark["stated"], name) in told for name in str(mark["source"]).split())]
    return [mark for mark in figures + fresh if _touches(mark, window)]


def _is_search_mark(row: Figure) -> bool:
    return row.scope == "night" and row.metric.startswith("google_") and bool(row.window_start or row.window_end)


def _touches(mark: dict[str, object], window: Window | None) -> bool:
    first, last = mark["earliest"], mark["until"] or mark["latest"]
    return window is None or (
        isinstance(first, datetime) and isinstance(last, datetime) and window.overlaps(first, last)
    )


def _figure_mark(row: Figure, story: Story) -> dict[str, object]:
    return {
        **row.model_dump(include={"id", "value", "unit", "kind", "credit", "note", "source"}),
        **_figure_times(row, story),
        "table": "figures",
        "what": row.label,
        "place": row.geo,
        "grade": "",
        "published": "",
    }


def _figure_times(row: Figure, story: Story) -> dict[str, object]:
    """A figure of which only the end of its window is known is a bound: true by then, and of the story's window."""
    start, end = row.window_start, row.window_end
    if start is None:
        assert end is not None  # noqa: S101 - chosen by _is_search_mark
        return _times(When(min(story.window.start, end), end, Precision.BY), None)
    if end and row.unit == "percent increase" and end - start <= RISE_WITHIN:
        return _times(When(start, end, Precision.WINDOW), None)
    return _times(When.at(start, Precision.APPROXIMATE if row.kind == "approximate" else Precision.MINUTE), end)


def _seen_mark(row: Observation, story: Story) -> dict[str, object]:
    when = when_of(row, story)
    fields = row.model_dump(include={"id", "what", "place", "value", "unit", "grade", "credit", "published", "source"})
    if when and when.precision is Precision.WINDOW:
        # A share or a rank is counted over its window: the bounds are a span, not doubt about a moment.
        times = _times(When.at(when.earliest), when.latest)
    else:
        times = _times(when, row.until) if when else dict.fromkeys([*_TIMES, "precision"])
    return {**fields, **times, "table": "observations", "kind": "time only", "note": row.note}


def _times(when: When, until: datetime | None) -> dict[str, object]:
    return {
        "stated": when.stated,
        "earliest": when.earliest,
        "latest": when.latest,
        "until": until,
        "precision": when.precision.value,
    }
