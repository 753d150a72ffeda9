"""What whoever wants to know was told of a night, so that nobody is told twice."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pydantic import BaseModel

from data.core.settings import Settings
from data.net.snapshots import Instant
from data.recorders.attempts import append, read_rows


class Alerted(BaseModel):
    """One entry that was told, or that was there before anybody wanted to be told."""

    at: Instant
    key: str
    sent: bool


def alerted_keys(settings: Settings, slug: str) -> frozenset[str] | None:
    """The keys that were told, or None where nobody was ever told anything of this story."""
    path = _path(settings, slug)
    return frozenset(row.key for row in read_rows(path, Alerted)) if path.is_file() else None


def note_alerted(settings: Settings, slug: str, rows: Iterable[Alerted]) -> None:
    """Write down what was told; OSError where the disk refuses."""
    for row in rows:
        append(_path(settings, slug), row)


def _path(settings: Settings, slug: str) -> Path:
    return settings.records / slug / "alerts.csv"
