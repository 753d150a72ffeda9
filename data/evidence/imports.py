"""Keeping what a person imported, the bytes as they came with what the person added, and reading it back."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import pandas as pd

from data.analysis.thinning import JOINED_STEPS
from data.core.errors import DataError
from data.core.frames import SourcedFrame
from data.core.model import Source
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.sources.google_trends.provider import LICENCE
from data.sources.trends_csv.export import ASK_ZONE, DATES_ONLY, UTC_ZONE, Export
from data.sources.trends_csv.reader import parse_export
from data.story.faults import quoted
from data.story.store import StoryStore
from data.story.story import Story

IMPORTED = "trends-csv"
#: Reads the bytes of a file of this name: `parse_export`, or one that keeps what it read.
Parse = Callable[[bytes, str], Export]
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
    missing, is no zone, or is one that the file's hours disprove; OSError where the disk refuses.
    """
    if export.kind == "over_time":
        starts_of(export, zone)
    sidecar = Sidecar(
        source=IMPORTED,
        kind=_KINDS[export.kind],
        query={"terms": _terms(export), "filename": filename[:200], "zone": zone},
        geo=geo[:100],
        drawn_at=now,
        suffix="csv",
        licence=LICENCE,
        note="Imported by hand; the moment is that of the import, not of the draw.",
    )
    return write_snapshot(stories.snapshots(story.slug)[-1], data, sidecar)


def _terms(export: Export) -> str:
    return ", ".join(export.terms)[:500]


def alike(kept: Iterable[Snapshot], export: Export, geo: str) -> Iterator[Snapshot]:
    """Of kept files those of the same kind, terms and place as this export."""
    asked = _KINDS[export.kind], _terms(export), geo[:100]
    for found in kept:
        if (found.sidecar.kind, found.sidecar.query.get("terms"), found.sidecar.geo) == asked:
            yield found


def parse_kept(data: bytes, filename: str) -> Export:
    """What an imported file says. Raises SourceChanged, with one sentence, where it is no export."""
    return parse_export(data, filename=filename)


def kept_files(folders: Iterable[Path]) -> tuple[Snapshot, ...]:
    """Every imported file of these folders; of the same bytes what was answered last counts."""
    found = (snapshot for folder in folders for snapshot in read_snapshots(folder, IMPORTED))
    return tuple({snapshot.sidecar.sha256: snapshot for snapshot in found}.values())


def kept_exports(folders: Iterable[Path], parse: Parse = parse_kept) -> Iterator[tuple[Snapshot, Export | str]]:
    """Every imported file of these folders with what it says, or why it cannot be shown."""
    for snapshot in kept_files(folders):
        try:
            export = parse(snapshot.data, snapshot.sidecar.query.get("filename", ""))
            if export.kind == "over_time":
                starts_of(export, snapshot.sidecar.query.get("zone", ""))
        except (DataError, ValueError) as fault:
            _LOG.warning("left out import %s: %s", snapshot.path.name, fault)
            yield snapshot, str(fault)
        else:
            yield snapshot, export


def imported_series(folders: Iterable[Path], parse: Parse = parse_kept) -> Iterator[tuple[pd.DataFrame, Source]]:
    """The bins of every imported series of these folders, as `load_series` gives them, with their source."""
    for snapshot, export in kept_exports(folders, parse):
        if isinstance(export, Export) and export.kind == "over_time":
            source = import_source(snapshot, export)
            query = snapshot.sidecar.query
            yield bins_of(export, source, zone=query.get("zone", ""), geo=snapshot.sidecar.geo), source


def import_source(snapshot: Snapshot, export: Export) -> Source:
    """Where an imported file says it comes from, with the day of its import."""
    sidecar = snapshot.sidecar
    imported = sidecar.drawn_at.date().isoformat()
    return _source(f"imported-{sidecar.sha256[:12]}", export, _name(snapshot), imported)


def _source(name: str, export: Export, filename: str, imported: str) -> Source:
    terms = ", ".join(_term(export, term) for term in export.terms or ("",))
    return Source(
        id=name,
        org="Google Trends",
        title=f"{terms}: {filename}, exported by hand and imported {imported}",
        url="https://trends.google.com/trends/explore",
        published=imported,
        licence=LICENCE,
    )


def _name(snapshot: Snapshot) -> str:
    return snapshot.sidecar.query.get("filename") or "a file"


def _term(export: Export, term: str) -> str:
    """What a series is called: its term, or what the file counts without one."""
    return term or (f"the category {export.category}" if export.category else "a term that the file does not name")


def starts_of(export: Export, zone: str) -> pd.Series[pd.Timestamp]:
    """The UTC start of each row's bin; `zone` is the IANA zone of the clock that the file's times are on.

    Dates stand for UTC days. ValueError for times of a clock in a file that leaves the zone open and no `zone`, for a
    zone that is none, and for one whose clock lacks an hour of the file or passes only once what the file has twice.
    """
    times = export.rows["time"]
    if export.zone in (UTC_ZONE, DATES_ONLY):
        return pd.to_datetime(times, utc=True)
    if not zone:
        raise ValueError("the file does not say on which clock its times are; name the zone")
    walls = pd.DatetimeIndex(times)
    again = export.rows["fold"].astype(bool).to_numpy()
    try:
        first, second = (
            walls.tz_localize(zone, ambiguous=np.full(len(walls), earlier), nonexistent="NaT")
            for earlier in (True, False)
        )
    except (LookupError, OSError, ValueError):
        raise ValueError(f"{quoted(zone)} is not a time zone") from None
    lacking = first.isna()
    if lacking.any():
        raise ValueError(f"the clock of {zone} has no {_hour(walls[lacking][0])}, and the file has: name another clock")
    once = again & (first == second)
    if once.any():
        hour = _hour(walls[once][0])
        raise ValueError(f"the file has {hour} twice, and the clock of {zone} passes it once: name another clock")
    return pd.Series(first.where(~again, second).tz_convert(UTC), index=times.index)


def _hour(wall: pd.Timestamp) -> str:
    return f"{wall.time().isoformat('minutes')} on {wall.date().isoformat()}"


def preview_series(export: Export, *, filename: str, zone: str, geo: str, now: datetime) -> SourcedFrame:
    """The bins that a file would give if it were kept as this; ValueError as of `starts_of`."""
    source = _source("preview", export, filename, now.date().isoformat())
    return SourcedFrame(bins_of(export, source, zone=zone, geo=geo), (source,))


def bins_of(export: Export, source: Source, *, zone: str, geo: str) -> pd.DataFrame:
    """The bins that have a value, or are below resolution, with the columns of `load_series`.

    How long the only bin of a file is, nobody can tell: it is left out.
    """
    starts = starts_of(export, zone)
    shared = " Terms of one file share one scale." if len(export.terms) > 1 else ""
    asked = f" Times read as {zone}." if zone else ""
    said = " ".join(warning for warning in export.warnings if warning != ASK_ZONE)
    note = f"One sample, no interval: an export is a single draw.{shared}{asked} {said}".strip()
    rows, ends = export.rows, _ends(starts, export)
    censored = rows["censored"] != ""
    terms = list(dict.fromkeys(rows["term"]))
    # Whole columns: row by row, 100,000 bins took two thirds of the time in which a story’s series are read.
    bins = pd.DataFrame(
        {
            "series": rows["term"].map({term: f"{source.id}-{n}" for n, term in enumerate(terms)}),
            "term": rows["term"].map({term: _term(export, term) for term in terms}),
            "geo": geo or export.geo,
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


@dataclass(frozen=True, slots=True)
class ImportedList:
    """A list of places or of related queries that was imported, its rows as the file has them."""

    title: str
    rows: pd.DataFrame
    source: Source


@dataclass(frozen=True, slots=True)
class Unshown:
    """An imported file that cannot be shown, and why in one sentence."""

    sentence: str


def load_lists(story: Story, stories: StoryStore, parse: Parse = parse_kept) -> tuple[ImportedList | Unshown, ...]:
    """The imported files that are no series, and what cannot be shown of any, in the order of their import.

    Never drawn on a clock.
    """
    found: list[ImportedList | Unshown] = []
    for snapshot, export in kept_exports(stories.snapshots(story.slug), parse):
        imported = snapshot.sidecar.drawn_at.date().isoformat()
        if isinstance(export, str):
            found.append(Unshown(f"{_name(snapshot)}, imported {imported}, is not shown: {export}"))
        elif export.kind != "over_time":
            found.append(ImportedList(_title(export), export.rows, import_source(snapshot, export)))
    return tuple(found)


def _title(export: Export) -> str:
    what = "Places" if export.kind == "regions" else "Related queries"
    terms = ", ".join(filter(None, export.terms)) or "no term named"
    return f"{what}: {terms}{f', {export.dates}' if export.dates else ''}"
