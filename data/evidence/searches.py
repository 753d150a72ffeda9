"""What people searched for: series where one is held, published reports where only those are."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta

import pandas as pd

from data.core.frames import SourcedFrame, timed_frame
from data.core.model import OPEN_END, Precision, Source, When, Window, only_used
from data.evidence.evidence_rows import FigureRow, Figures, MarkRow, Marks
from data.evidence.outages import as_figure, figure_row
from data.story.story import Story, when_of
from data.story.tables import Figure, Observation

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


def load_interest(story: Story) -> SourcedFrame:
    """Search interest by bin: 0-100 of each (term, geo)'s own maximum, so two places are never comparable in level.

    `start` and `end` are the half-open UTC bin, `censored` says that 0 means below Google's resolution, not none.
    Bins by term, place (both in the order of the story's searches) and time.
    """
    rows: list[dict[str, object]] = [
        {
            **row.model_dump(include={"term", "geo", "value", "source"}),
            "start": datetime.combine(row.start, time(), UTC),
            "end": datetime.combine(row.end, time(), UTC) + timedelta(days=1),
            "censored": row.value == 0,
        }
        for row in story.interest
    ]
    frame = timed_frame(rows, SERIES_COLUMNS, times=["start", "end"])
    order = {search.geo: place for place, search in enumerate(story.about.searches)}
    first = list(dict.fromkeys(search.term for search in story.about.searches))
    frame = frame.assign(
        _term=frame["term"].map(lambda term: first.index(term) if term in first else len(first)),
        _place=frame["geo"].map(lambda geo: order.get(geo, len(order))),
    )
    ordered = frame.sort_values(["_term", "term", "_place", "geo", "start"], ignore_index=True)
    sources = story.cited(name for cell in ordered["source"].unique() for name in cell.split())
    return SourcedFrame(ordered.drop(columns=["_term", "_place"]), sources)


def place_name(geo: str) -> str:
    """A place as prose says it: the U.S. for US; a code without a name stays a code."""
    return _PLACES.get(geo, geo)


def step_of(frame: pd.DataFrame) -> timedelta:
    """The distance between bins, inferred from the data: the median of end - start; none for an empty frame."""
    lengths = pd.Timedelta(0) if frame.empty else pd.Timedelta((frame["end"] - frame["start"]).median())
    return lengths.to_pytimedelta()


def load_interest_marks(story: Story, window: Window | None = None) -> Marks:
    """Published moments and counting windows of searches on the night: what is known where no series is held.

    `until` ends a counting window that says nothing of a moment; a rise within some hours has come between its bounds.
    A figure and an observation that repeat one another are one mark; the figure wins.
    """
    rows = sorted(search_marks(story, window), key=lambda row: (row.when.earliest, row.id))
    return only_used(rows, story.sources)


def load_search_figures(story: Story) -> Figures:
    """Every figure of searches published on the night, and every mark that an observation tells of, by time.

    Rows as of `load_figures`, with the interval of a mark that has a moment; each mark is one row, as on the chart.
    """
    moments = {(mark.table, mark.id): mark.when for mark in search_marks(story) if mark.until is None}
    rows = [
        figure_row(row).model_copy(update={"when": moments.get(("figures", row.id))})
        for row in story.figures
        if row.scope == "night" and row.metric.startswith("google_")
    ]
    rows += [
        as_figure(row, story).model_copy(update={"when": moments.get(("observations", row.id))})
        for row in _unrepeated(story, [_figure_mark(row, story) for row in story.figures if _is_search_mark(row)])
    ]
    return only_used(sorted(rows, key=_first), story.sources)


def _first(row: FigureRow) -> tuple[bool, datetime]:
    """What figures are ordered by: their moment, else where their window starts, else its end; without any, last."""
    first = (row.when and row.when.stated) or row.start or row.end
    return first is None, first or OPEN_END


def search_marks(story: Story, window: Window | None = None) -> list[MarkRow]:
    """The rows of `load_interest_marks`, figures first."""
    figures = [_figure_mark(row, story) for row in story.figures if _is_search_mark(row)]
    seen = (_seen_mark(row, story) for row in _unrepeated(story, figures))
    marks = [*figures, *(mark for mark in seen if mark)]
    return [
        mark for mark in marks if window is None or window.overlaps(mark.when.earliest, mark.until or mark.when.latest)
    ]


def _unrepeated(story: Story, figures: Sequence[MarkRow]) -> list[Observation]:
    """Observations of searches that no figure of the same source and stated time repeats."""
    told = {(mark.when.stated, name) for mark in figures for name in mark.sources}
    seen = [(row, _seen_mark(row, story)) for row in story.observations if row.kind == "interest"]
    return [
        row for row, mark in seen if not any((mark and mark.when.stated, name) in told for name in row.source.split())
    ]


def _is_search_mark(row: Figure) -> bool:
    return row.scope == "night" and row.metric.startswith("google_") and bool(row.window_start or row.window_end)


def _figure_mark(row: Figure, story: Story) -> MarkRow:
    when, until = _figure_times(row, story)
    return MarkRow(
        id=row.id,
        table="figures",
        what=row.label,
        short=row.short,
        place=row.geo,
        when=when,
        until=until,
        kind=row.kind,
        value=row.value,
        unit=row.unit,
        grade="",
        credit=row.credit,
        published="",
        note=row.note,
        source=row.source,
    )


def _figure_times(row: Figure, story: Story) -> tuple[When, datetime | None]:
    """A figure of which only the end of its window is known is a bound: true by then, and of the story's window."""
    start, end = row.window_start, row.window_end
    if start is None:
        assert end is not None  # noqa: S101 - chosen by _is_search_mark
        return When(min(story.window.start, end), end, Precision.BY), None
    if end and row.unit == "percent increase" and end - start <= RISE_WITHIN:
        return When(start, end, Precision.WINDOW), None
    return When.at(start, Precision.APPROXIMATE if row.kind == "approximate" else Precision.MINUTE), end


def _seen_mark(row: Observation, story: Story) -> MarkRow | None:
    """The mark that an observation tells of; None where nobody published its time."""
    when, until = when_of(row, story), row.until
    if when is None:
        return None
    if when.precision is Precision.WINDOW:
        # A share or a rank is counted over its window: the bounds are a span, not doubt about a moment.
        when, until = When.at(when.earliest), when.latest
    return MarkRow(
        id=row.id,
        table="observations",
        what=row.what,
        short=row.short,
        place=row.place,
        when=when,
        until=until,
        kind="time only",
        value=row.value,
        unit=row.unit,
        grade=row.grade,
        credit=row.credit,
        published=row.published,
        note=row.note,
        source=row.source,
    )
