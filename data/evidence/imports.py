"""Keeping what a person imported, the bytes as they came with what the person added, and reading it back."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd

from data.analysis.thinning import JOINED_STEPS
from data.core.errors import DataError
from data.core.model import Source
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.sources.google_trends.trends_draws import LICENCE
from data.sources.trends_csv.export import DATES_ONLY, UTC_ZONE, Export
from data.sources.trends_csv.reader import parse_export
from data.story.store import StoryStore
from data.story.story import Story

IMPORTED = "trends-csv"
_LOG = logging.getLogger(__name__)
_KINDS = {"over_time": "over-time", "regions": "regions", "related": "related-queries"}


def keep_import(
    story: Story,
    stories: StoryStore,
    export: Export,
    data: bytes,
    *,
    filename: str,
    zone: str = "",
    geo: str = "",
    now: datetime,
) -> Snapshot:
    """The export as a snapshot beside the story's draws; the same file twice in one moment is one.

    `zone` is the clock that a file's times are on, where the file leaves it open. ValueError where it is wanted and
    missing, or is no zone; OSError where the disk refuses.
    """
    if export.kind == "over_time":
        starts_of(export, zone)
    sidecar = Sidecar(
        source=IMPORTED,
        kind=_KINDS[export.kind],
        query={"terms": ", ".join(export.terms)[:500], "filename": filename[:200], "zone": zone},
        geo=geo[:100],
        drawn_at=now,
        suffix="csv",
        licence=LICENCE,
        note="Imported by hand; the moment is that of the import, not of the draw.",
    )
    return write_snapshot(stories.snapshots(story.slug)[-1], data, sidecar)


def imported_series(folder: Path) -> Iterator[tuple[pd.DataFrame, Source]]:
    """The bins of every imported series of a folder, as `load_series` gives them, with their source."""
    for snapshot in read_snapshots(folder, IMPORTED):
        if snapshot.sidecar.kind != "over-time":
            continue
        try:
            export = parse_export(snapshot.data, filename=snapshot.sidecar.query.get("filename", ""))
            source = import_source(snapshot, export)
            yield _export_bins(export, snapshot, source), source
        except (DataError, ValueError) as fault:
            _LOG.warning("left out import %s: %s", snapshot.path.name, fault)


def import_source(snapshot: Snapshot, export: Export) -> Source:
    """Where an imported file says it comes from, with the day of its import."""
    sidecar = snapshot.sidecar
    name = sidecar.query.get("filename") or "a file"
    return Source(
        id=f"imported-{sidecar.sha256[:12]}",
        org="Google Trends",
        title=f"{', '.join(export.terms)}: {name}, exported by hand and imported {sidecar.drawn_at.date().isoformat()}",
        url="https://trends.google.com/trends/explore",
        published=sidecar.drawn_at.date().isoformat(),
        licence=LICENCE,
    )


def starts_of(export: Export, zone: str) -> pd.Series[pd.Timestamp]:
    """The UTC start of each row's bin; `zone` is the IANA zone of the clock that the file's times are on.

    Dates stand for UTC days. ValueError for times of a clock in a file that leaves the zone open and no `zone`.
    """
    times = export.rows["time"]
    if export.zone in (UTC_ZONE, DATES_ONLY):
        return pd.to_datetime(times, utc=True)
    if not zone:
        raise ValueError("the file does not say on which clock its times are; name the zone")
    fold = export.rows["fold"].astype(bool).to_numpy() if "fold" in export.rows else np.zeros(len(times), dtype=bool)
    local = pd.DatetimeIndex(times).tz_localize(zone, ambiguous=~fold, nonexistent="shift_forward")
    return pd.Series(local.tz_convert(UTC), index=times.index)


def _export_bins(export: Export, snapshot: Snapshot, source: Source) -> pd.DataFrame:
    """The bins that have a value, or are below resolution; how long the only bin of a file is, nobody can tell."""
    zone = snapshot.sidecar.query.get("zone", "")
    starts = starts_of(export, zone)
    shared = " Terms of one file share one scale." if len(export.terms) > 1 else ""
    asked = f" Times read as {zone}." if zone else ""
    note = f"One sample, no interval: an export is a single draw.{shared}{asked} {' '.join(export.warnings)}".strip()
    rows, ends = export.rows, _ends(starts, export)
    censored = rows["censored"] != ""
    # Whole columns: row by row, 100,000 bins took two thirds of the time in which a story’s series are read.
    bins = pd.DataFrame(
        {
            "series": rows["term"].map({term: f"{source.id}-{n}" for n, term in enumerate(export.terms)}),
            "term": rows["term"],
            "geo": snapshot.sidecar.geo or export.geo,
            "start": starts,
            "end": ends,
            "value": rows["value"].astype(float).mask(censored, 0.0),
            "low": np.nan,
            "high": np.nan,
            "draws": 1,
            "censored": censored,
            "seam": False,
            "note": note,
            "source": source.id,
        }
    )
    return bins[~rows["missing"].astype(bool) & ends.notna()]


def _ends(starts: pd.Series[pd.Timestamp], export: Export) -> pd.Series[pd.Timestamp]:
    """Where each bin ends: at the next one of its term, but before a missing one; the last is as long as usual."""
    terms = export.rows["term"]
    lengths = starts.groupby(terms, sort=False).shift(-1) - starts
    usual = lengths.groupby(terms, sort=False).transform("median")
    # Months differ by a tenth; where a row is missing, the next one is at least twice as far.
    return starts + lengths.where(lengths <= usual * JOINED_STEPS, usual)


class ImportedList(NamedTuple):
    """A list of places or of related queries that was imported, its rows as the file has them."""

    title: str
    rows: pd.DataFrame
    source: Source


def load_lists(story: Story, stories: StoryStore) -> tuple[ImportedList, ...]:
    """The imported files that are no series, in the order of their import; never drawn on a clock."""
    found = []
    for folder in stories.snapshots(story.slug):
        for snapshot in read_snapshots(folder, IMPORTED):
            if snapshot.sidecar.kind == "over-time":
                continue
            try:
                export = parse_export(snapshot.data, filename=snapshot.sidecar.query.get("filename", ""))
            except DataError as fault:
                _LOG.warning("left out import %s: %s", snapshot.path.name, fault)
                continue
            what = "Places" if export.kind == "regions" else "Related queries"
            dates = f", {export.dates}" if export.dates else ""
            title = f"{what}: {', '.join(export.terms) or 'no term named'}{dates}"
            found.append(ImportedList(title, export.rows, import_source(snapshot, export)))
    return tuple(found)
