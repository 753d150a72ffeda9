"""What broke, and who saw it: observations with their grade, untimed ones apart, traffic, and other nights."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from data.core.model import OPEN_END, Precision, Sourced, When, Window, day_span, only_used
from data.evidence.evidence_rows import FigureRow, Figures, ObservationRow, Observations, Untimed, UntimedRow
from data.evidence.records import read_records
from data.story.as_of import observations_at
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story, when_of
from data.story.tables import Control, Figure, Observation
from data.story.time_tokens import published_span

REGIONS = ("US", "Canada", "Asia", "elsewhere")
#: Units that count people or their requests at a site; figures of two units never share an axis.
TRAFFIC_UNITS = ("users", "sessions", "visits", "registrations")
_ASIA = ("Asia", "Malaysia", "Japan", "India", "China", "Singapore")


def regions_of(place: str) -> tuple[str, ...]:
    """The places of the filter that an observer's location names; a location may name several."""
    words = place.replace("(", " ").replace(",", " ").replace(")", " ").split()
    found: list[str] = [name for name in ("US", "Canada") if name in words or (name == "US" and "U.S." in words)]
    found += ["Asia"] if any(word in _ASIA for word in words) else []
    return tuple(found) or ("elsewhere",)


def main_service(story: Story) -> str:
    """The host that the story watches first."""
    services = sorted(story.about.services, key=lambda service: not service.main)
    return services[0].host if services else "the site"


def load_observations(
    story: Story, window: Window | None = None, *, region: str = "", stories: StoryStore = SHIPPED
) -> Observations:
    """Observations of a site's state whose interval touches the window, by time; `region` is one of REGIONS.

    `when` bounds the moment, `until` the end of a state that was seen to last. Untimed observations are in
    `load_untimed`. Machine records that were fetched for the story are among them, each with its own source.
    """
    found = read_records(story, stories)
    fetched = observations_at(found.rows, story, story.until, story.order) if story.until else found.rows
    rows = [
        ObservationRow.model_construct(**dict(_untimed(row, story)), when=when)
        for row, when in _observed(story, (*story.observations, *fetched), region)
        if when and (window is None or window.overlaps(when.earliest, row.until or when.latest))
    ]
    return only_used(sorted(rows, key=lambda row: (_said(row.when), row.id)), (*story.sources, *found.sources))


def _said(when: When) -> datetime:
    """What a row is ordered by. A day states no time; what is stated of it is its date, at midnight in UTC."""
    return when.stated if when.stated and when.precision is not Precision.DAY else when.latest


def load_untimed(story: Story, *, region: str = "") -> Untimed:
    """Observations of the night to which no source gives a clock time: listed under a strip, never drawn on it."""
    rows = _observed(story, story.observations, region)
    return only_used((_untimed(row, story) for row, when in rows if not when), story.sources)


def _observed(story: Story, rows: Iterable[Observation], region: str) -> Iterator[tuple[Observation, When | None]]:
    for row in rows:
        if row.kind == "outage" and (not region or region in regions_of(row.place)):
            yield row, when_of(row, story)


def _untimed(row: Observation, story: Story) -> UntimedRow:
    known = published_span(row.published)
    return UntimedRow.model_construct(
        **dict(row),
        host=next(service.host for service in story.about.services if service.id == row.service),
        region=" ".join(regions_of(row.place)),
        known_from=known[0] if known else None,
        known_by=known[1] if known else None,
    )


def load_traffic(story: Story) -> Figures:
    """Published counts at the watched sites on the night, each with its unit and counting window.

    Those that state no window have `start` and `end` empty.
    """
    rows = [figure_row(row) for row in story.figures if row.unit in TRAFFIC_UNITS and row.scope == "night"]
    rows.sort(key=lambda row: (row.unit, row.term, row.start is None, row.start or OPEN_END, row.id))
    return only_used(rows, story.sources)


def load_figures(story: Story, *, scope: str = "") -> Figures:
    """Every published figure of the story, as its source gives it; `scope` is "night" or "context"."""
    return only_used((figure_row(row) for row in story.figures if scope in ("", row.scope)), story.sources)


def load_other(story: Story) -> Figures:
    """What was published and is neither a search, nor traffic, nor a state that was seen, as `load_figures` has it.

    Observations that give a figure or a statement are among them, unless a figure of the same source repeats them.
    """
    figures = [row for row in story.figures if row.unit not in TRAFFIC_UNITS and not row.metric.startswith("google_")]
    told = {(row.value, name) for row in story.figures for name in row.source.split()}
    said = [
        row
        for row in story.observations
        if row.kind not in ("outage", "interest") and not any((row.value, name) in told for name in row.source.split())
    ]
    rows = [*(figure_row(row) for row in figures), *(as_figure(row, story) for row in said)]
    return only_used(rows, story.sources)


def as_figure(row: Observation, story: Story) -> FigureRow:
    """An observation as a figure, counted over its interval; a day from its midnight in UTC on."""
    when = when_of(row, story)
    start, end = (when.earliest, row.until or when.latest) if when else (None, None)
    if when and when.stated and when.precision is Precision.DAY:
        start, end = when.stated, when.stated + timedelta(days=1)
    return FigureRow.model_construct(
        id=row.id,
        metric=row.kind,
        label=row.what,
        value=row.value,
        text="" if row.value is not None else "no figure",
        unit=row.unit,
        window_start=start,
        window_end=end,
        geo=row.place,
        kind="exact",
        trust=row.confidence,
        scope="night",
        credit=row.credit,
        note=row.note,
        source=row.source,
    )


def figure_row(row: Figure) -> FigureRow:
    """A figure of the story's table."""
    return FigureRow.model_construct(**dict(row))


def load_controls(story: Story) -> Sourced[Control]:
    """Rows of the control cases, the case that began first before the others, each by time.

    A case begins with the first instant of its rows; one without any date comes last.
    """
    timed = [(row, control_when(row, story)) for row in story.controls]
    starts: dict[str, datetime] = {}
    for row, when in timed:
        if first := _first_instant(row, when):
            starts[row.case] = min(first, starts.get(row.case, first))

    def place(pair: tuple[Control, When | None]) -> tuple[object, ...]:
        row, when = pair
        return *_last(starts.get(row.case)), row.case, *_last(when.earliest if when else None), row.id

    return only_used((row for row, _ in sorted(timed, key=place)), story.sources)


def control_when(row: Control, story: Story) -> When | None:
    """The interval of a row of a control case; a day is a day of the row's own `zone`."""
    return when_of(row, story, zone=row.zone)


def _last(moment: datetime | None) -> tuple[bool, datetime]:
    """What puts rows without a time behind all others."""
    return moment is None, moment or OPEN_END


def _first_instant(row: Control, when: When | None) -> datetime | None:
    if when:
        return when.earliest
    return day_span(row.date, row.zone)[0] if row.date else None
