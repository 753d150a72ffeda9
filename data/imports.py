"""Keeping what a person imported, the bytes as they came with what the person added, and reading lists back."""

from __future__ import annotations

import logging
from datetime import datetime
from typing import NamedTuple

import pandas as pd

from data.errors import DataError
from data.model import Source
from data.records import snapshot_folders
from data.series import IMPORTED, import_source, starts_of
from data.settings import Settings
from data.snapshots import Sidecar, Snapshot, read_snapshots, snapshot_folder, write_snapshot
from data.sources.trends_csv import parse_export
from data.sources.trends_draws import LICENCE
from data.sources.trends_export import Export
from data.story import Story

_LOG = logging.getLogger(__name__)
_KINDS = {"over_time": "over-time", "regions": "regions", "related": "related-queries"}


def keep_import(
    story: Story,
    settings: Settings,
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
    return write_snapshot(snapshot_folder(story, settings), data, sidecar)


class ImportedList(NamedTuple):
    """A list of places or of related queries that was imported, its rows as the file has them."""

    title: str
    rows: pd.DataFrame
    source: Source


def load_lists(story: Story, settings: Settings) -> tuple[ImportedList, ...]:
    """The imported files that are no series, in the order of their import; never drawn on a clock."""
    found = []
    for folder in snapshot_folders(story, settings):
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
