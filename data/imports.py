"""Keeping what a person imported: the bytes as they came, with what the person added to them."""

from __future__ import annotations

from datetime import datetime

from data.series import IMPORTED, starts_of
from data.settings import Settings
from data.snapshots import Sidecar, Snapshot, snapshot_folder, write_snapshot
from data.sources.trends_draws import LICENCE
from data.sources.trends_export import Export
from data.story import Story

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
