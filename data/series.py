"""Search series that were drawn or imported: snapshots read back, each brought to one scale, with their sources."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterator
from datetime import UTC
from pathlib import Path
from urllib.parse import urlencode

import numpy as np
import pandas as pd

from data.analysis.draws import Draw
from data.analysis.stitching import Stitched, stitch
from data.errors import DataError
from data.interest import place_name
from data.model import Source, Sourced
from data.records import snapshot_folders
from data.settings import Settings
from data.snapshots import Snapshot, read_snapshots
from data.sources.trends_csv import parse_export
from data.sources.trends_draws import LICENCE, load_draws, read_held
from data.sources.trends_export import DATES_ONLY, UTC_ZONE, Export, counted
from data.sources.trends_held import Held
from data.story import Story, fingerprint
from data.timing import timed_frame

_LOG = logging.getLogger(__name__)

IMPORTED = "trends-csv"
COLUMNS = [
    "series", "term", "geo", "start", "end", "value", "low", "high", "draws", "censored", "seam", "note", "source",
]  # fmt: skip
#: The same draws always give the same band.
_SEED = 2016


def snapshots_stamp(story: Story, settings: Settings) -> str:
    """A text that changes when a snapshot is added, so that caches notice it."""
    places = [folder / "snapshots" for folder in snapshot_folders(story, settings)]
    held = (folder for place in places if place.is_dir() for folder in sorted(place.iterdir()))
    return " ".join(fingerprint(folder) for folder in held)


def load_series(story: Story, settings: Settings | None = None) -> Sourced:
    """Every series that was drawn or imported for this story, by bin.

    `value` is 0-100 of the series' own highest bin, `low` and `high` its band or NaN where one sample is all there
    is, `draws` the samples behind a bin, `censored` below Google's resolution, `seam` where another window takes
    over, `note` what a reader must know of the series. Times are UTC, bins half-open and uncertain by one bin.
    A snapshot that cannot be read is left out with a log line.
    """
    rows: list[dict[str, object]] = []
    sources: list[Source] = []
    for folder in snapshot_folders(story, settings or Settings()):
        for found, source in (*_drawn(folder), *_imported(folder)):
            rows += found
            sources.append(source)
    frame = timed_frame(rows, COLUMNS, times=["start", "end"])
    return Sourced(frame, tuple(dict.fromkeys(sources)))


def _drawn(folder: Path) -> Iterator[tuple[list[dict[str, object]], Source]]:
    for held in read_held(folder):
        draws = load_draws(folder, held.terms, held.geo, property=held.property, step=held.step, sample=held.sample)
        for term, own in draws.items():
            try:
                stitched = stitch(own, rng=np.random.default_rng(_SEED))
            except DataError as fault:
                _LOG.warning("left out the draws of %r: %s", term, fault)
                continue
            source = _drawn_source(held, term)
            yield list(_bins(stitched, held, term, source, own)), source


def _drawn_source(held: Held, term: str) -> Source:
    start, end = held.windows[0].start, max(window.end for window in held.windows)
    span = f"{start.isoformat()[:13]} {end.isoformat()[:13]}"
    query = urlencode({"date": span, "geo": held.geo, "q": term})
    days = [held.first_drawn.date().isoformat(), held.last_drawn.date().isoformat()]
    drawn = " to ".join(dict.fromkeys(days))
    said = f"{counted(held.draws, 'draw')} of {counted(len(held.windows), 'window')}, drawn {drawn}"
    return Source(
        id=_id_of(held, term),
        org="Google Trends",
        title=f"“{term}” in {place_name(held.geo) if held.geo else 'the world'}: {said}",
        url=f"https://trends.google.com/trends/explore?{query}",
        published=drawn[:10],
        licence=LICENCE,
    )


def _id_of(held: Held, term: str) -> str:
    said = f"{term.casefold()}|{held.terms}|{held.geo}|{held.property}|{held.step}|{held.sample}"
    return f"drawn-{hashlib.sha256(said.encode()).hexdigest()[:12]}"


def _bins(
    stitched: Stitched, held: Held, term: str, source: Source, draws: tuple[Draw, ...]
) -> Iterator[dict[str, object]]:
    seams = {seam.at for seam in stitched.seams}
    sample = "" if held.sample == "archive" else " From Google’s real-time sample: draw it again in a week."
    note = (
        f"{counted(len(draws), 'draw')} of {counted(len(held.windows), 'window')}. {' '.join(stitched.notes)}{sample}"
    )
    bins = stitched.series if stitched.band is None else stitched.series.join(stitched.band)
    for moment, row in bins.iterrows():
        start = pd.Timestamp(str(moment)).to_pydatetime()
        yield {
            "series": source.id,
            "term": term,
            "geo": held.geo,
            "start": start,
            "end": start + held.step,
            "value": float(row["value"]),
            "low": row.get("low"),
            "high": row.get("high"),
            "draws": int(row["draws"]),
            "censored": bool(row["censored"]),
            "seam": start in seams,
            "note": note.strip(),
            "source": source.id,
        }


def _imported(folder: Path) -> Iterator[tuple[list[dict[str, object]], Source]]:
    for snapshot in read_snapshots(folder, IMPORTED):
        if snapshot.sidecar.kind != "over-time":
            continue
        try:
            export = parse_export(snapshot.data, filename=snapshot.sidecar.query.get("filename", ""))
            source = import_source(snapshot, export)
            yield list(_export_bins(export, snapshot, source)), source
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


def _export_bins(export: Export, snapshot: Snapshot, source: Source) -> Iterator[dict[str, object]]:
    zone = snapshot.sidecar.query.get("zone", "")
    starts = starts_of(export, zone)
    shared = " Terms of one file share one scale." if len(export.terms) > 1 else ""
    asked = f" Times read as {zone}." if zone else ""
    note = f"One sample, no interval: an export is a single draw.{shared}{asked} {' '.join(export.warnings)}".strip()
    for start, end, (_, row) in zip(starts, _ends(starts, export), export.rows.iterrows(), strict=True):
        if row["missing"]:
            continue
        yield {
            "series": f"{source.id}-{export.terms.index(row['term'])}",
            "term": row["term"],
            "geo": snapshot.sidecar.geo or export.geo,
            "start": start.to_pydatetime(),
            "end": end.to_pydatetime(),
            "value": 0.0 if row["censored"] else float(row["value"]),
            "low": None,
            "high": None,
            "draws": 1,
            "censored": bool(row["censored"]),
            "seam": False,
            "note": note,
            "source": source.id,
        }


def _ends(starts: pd.Series[pd.Timestamp], export: Export) -> pd.Series[pd.Timestamp]:
    """Where each bin ends: at the next one of its term; the last one is as long as the one before it."""
    ends = starts.groupby(export.rows["term"], sort=False).shift(-1)
    lengths = (ends - starts).groupby(export.rows["term"], sort=False).ffill()
    return ends.fillna(starts + lengths)
