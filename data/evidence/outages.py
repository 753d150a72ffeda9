"""What broke, and who saw it: observations with their grade, untimed ones apart, traffic, and other nights."""

from __future__ import annotations

from datetime import datetime, timedelta

import pandas as pd

from data.core.model import Precision, Sourced, When, Window, day_span, only_used
from data.evidence.records import read_records
from data.story.as_of import observations_at
from data.story.publication import published_span
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story
from data.story.tables import Control, Figure, Observation
from data.story.timing import timed_frame, when_of

OBSERVATION_COLUMNS = [
    "id", "service", "host", "kind", "status", "precision", "stated", "earliest", "latest", "until", "place",
    "region", "what", "value", "unit", "grade", "confidence", "credit", "time_basis", "published", "known_from",
    "known_by", "note", "source",
]  # fmt: skip
FIGURE_COLUMNS = [
    "id", "metric", "label", "value", "text", "unit", "start", "end", "base", "geo", "term", "kind", "trust",
    "conflict_group", "scope", "credit", "note", "source",
]  # fmt: skip
CONTROL_COLUMNS = [
    "id", "case", "case_start", "title", "spike", "outage", "election", "host", "kind", "status", "precision", "stated",
    "earliest", "latest", "until", "date", "what", "value", "unit", "base", "confidence", "credit", "zone", "note",
    "source",
]  # fmt: skip
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
) -> Sourced:
    """Observations of a site's state whose interval touches the window, by time; `region` is one of REGIONS.

    `earliest` and `latest` bound the moment, `until` the end of a state that was seen to last; `known_from` and
    `known_by` bound the publication. Untimed observations are in `load_untimed`. Machine records that were fetched
    for the story are among them, each with its own source.
    """
    found = read_records(story, stories)
    fetched = observations_at(found.rows, story, story.until, story.order) if story.until else found.rows
    rows = [row for row in (*story.observations, *fetched) if row.kind == "outage"]
    frame = _observed(story, rows, region)
    frame = frame[frame["earliest"].notna()]
    if window is not None and len(frame):
        last = frame["until"].where(frame["until"].notna(), frame["latest"])
        frame = frame[(frame["earliest"] < window.end) & (last >= window.start)]
    # A day states no time; what is stated of it is its date, at midnight in UTC.
    said = frame["stated"].where(frame["stated"].notna() & (frame["precision"] != "day"), frame["latest"])
    ordered = frame.assign(_said=said).sort_values(["_said", "id"], ignore_index=True).drop(columns="_said")
    return only_used(ordered, (*story.sources, *found.sources))


def load_untimed(story: Story, *, region: str = "") -> Sourced:
    """Observations of the night to which no source gives a clock time: listed under a strip, never drawn on it."""
    frame = _observed(story, [row for row in story.observations if row.kind == "outage"], region)
    return only_used(frame[frame["earliest"].isna()].reset_index(drop=True), story.sources)


def _observed(story: Story, rows: list[Observation], region: str) -> pd.DataFrame:
    kept = [row for row in rows if not region or region in regions_of(row.place)]
    return timed_frame(
        [_observation(row, story) for row in kept],
        OBSERVATION_COLUMNS,
        times=["stated", "earliest", "latest", "until", "known_from", "known_by"],
    )


def _observation(row: Observation, story: Story) -> dict[str, object]:
    when, known = when_of(row, story), published_span(row.published)
    return {
        **row.model_dump(exclude={"at", "earliest", "latest", "date", "precision"}),
        "host": next(service.host for service in story.about.services if service.id == row.service),
        "precision": row.precision.value,
        "stated": when.stated if when else None,
        "earliest": when.earliest if when else None,
        "latest": when.latest if when else None,
        "region": " ".join(regions_of(row.place)),
        "known_from": known[0] if known else None,
        "known_by": known[1] if known else None,
    }


def load_traffic(story: Story, window: Window | None = None) -> Sourced:
    """Published counts at the watched sites on the night, each with its unit and counting window.

    Figures whose window touches `window`; those that state no window are kept, with `start` and `end` empty.
    """
    rows = [figure_row(row) for row in story.figures if row.unit in TRAFFIC_UNITS and row.scope == "night"]
    frame = timed_frame(rows, FIGURE_COLUMNS, times=["start", "end"])
    if window is not None and len(frame):
        last = frame["end"].where(frame["end"].notna(), frame["start"])
        frame = frame[frame["start"].isna() | ((frame["start"] < window.end) & (last >= window.start))]
    return only_used(frame.sort_values(["unit", "term", "start", "id"], ignore_index=True), story.sources)


def load_figures(story: Story, *, scope: str = "") -> Sourced:
    """Every published figure of the story, as its source gives it; `scope` is "night" or "context"."""
    rows = [figure_row(row) for row in story.figures if scope in ("", row.scope)]
    return only_used(timed_frame(rows, FIGURE_COLUMNS, times=["start", "end"]), story.sources)


def load_other(story: Story) -> Sourced:
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
    return only_used(timed_frame(rows, FIGURE_COLUMNS, times=["start", "end"]), story.sources)


def as_figure(row: Observation, story: Story) -> dict[str, object]:
    """An observation in the columns of a figure, counted over its interval; a day from its midnight in UTC on."""
    when = when_of(row, story)
    start, end = (when.earliest, row.until or when.latest) if when else (None, None)
    if when and when.stated and when.precision is Precision.DAY:
        start, end = when.stated, when.stated + timedelta(days=1)
    return {
        **row.model_dump(include={"id", "value", "unit", "credit", "note", "source"}),
        "metric": row.kind,
        "label": row.what,
        "text": "" if row.value is not None else "no figure",
        "start": start,
        "end": end,
        "base": "",
        "geo": row.place,
        "term": "",
        "kind": "exact",
        "scope": "night",
    }


def figure_row(row: Figure) -> dict[str, object]:
    """A figure in the columns of `load_figures`."""
    fields = row.model_dump(exclude={"window_start", "window_end"})
    return {**fields, "start": row.window_start, "end": row.window_end}


def load_controls(story: Story) -> Sourced:
    """Rows of the control cases, the case that began first before the others, each by time.

    Times as in `load_observations`; a day is a day of the row's own `zone`, and `date` keeps it as it was printed.
    `case_start` is the first instant of the case; a case without any date comes last.
    """
    timed = [(row, when_of(row, story, zone=row.zone)) for row in story.controls]
    starts: dict[str, datetime] = {}
    for row, when in timed:
        if first := _first_instant(row, when):
            starts[row.case] = min(first, starts.get(row.case, first))
    rows = [_control(row, when, starts.get(row.case)) for row, when in timed]
    frame = timed_frame(rows, CONTROL_COLUMNS, times=["case_start", "stated", "earliest", "latest", "until"])
    return only_used(frame.sort_values(["case_start", "case", "earliest", "id"], ignore_index=True), story.sources)


def _first_instant(row: Control, when: When | None) -> datetime | None:
    if when:
        return when.earliest
    return day_span(row.date, row.zone)[0] if row.date else None


def _control(row: Control, when: When | None, start: datetime | None) -> dict[str, object]:
    return {
        **row.model_dump(exclude={"at", "earliest", "latest", "precision"}),
        "precision": row.precision.value,
        "case_start": start,
        "stated": when.stated if when else None,
        "earliest": when.earliest if when else None,
        "latest": when.latest if when else None,
    }
