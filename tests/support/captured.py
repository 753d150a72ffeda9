"""Captures of the Internet Archive, as fetching them would have kept them; made up for tests."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime

from data.core.settings import Settings
from data.net.snapshots import Sidecar, snapshot_folder, write_snapshot
from data.story.story import Story

_COLUMNS = ("urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length")
_PAGE = "http://www.cic.gc.ca/english/"


def keep_captures(story: Story, settings: Settings, captures: Sequence[tuple[datetime, int]]) -> None:
    """Keep captures of the immigration site, each a moment and the HTTP status that was met, for this story."""
    rows = [
        ["ca,gc,cic)/english", f"{moment:%Y%m%d%H%M%S}", _PAGE, "text/html", str(status), str(n) * 4, "500"]
        for n, (moment, status) in enumerate(captures)
    ]
    about = Sidecar(
        source="wayback",
        kind="captures",
        query={"url": _PAGE, "service": "cic", "resume": ""},
        drawn_at=datetime(2026, 1, 1, tzinfo=UTC),
        window_start=datetime(2016, 11, 8, tzinfo=UTC),
        window_end=datetime(2016, 11, 10, tzinfo=UTC),
        licence="made up",
    )
    write_snapshot(snapshot_folder(story, settings), json.dumps([_COLUMNS, *rows]).encode(), about)
