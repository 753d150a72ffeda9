"""From an answer to a snapshot on disk, and from snapshots to what a question was answered with, for every source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pandas as pd

from data.core.errors import DataError
from data.core.model import Source, Window
from data.net.client import Fresh
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot

T = TypeVar("T")
#: After this long a span of the past is taken to change no more.
SETTLED = timedelta(days=30)
#: How long the answer about a span that may still change is taken for fresh.
RECENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """A snapshot just drawn, or the last good one with the trouble that kept the source from answering."""

    snapshot: Snapshot
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotQuestion:
    """What a snapshot is the answer to: all of its sidecar that is known before asking."""

    source: str
    kind: str
    query: Mapping[str, str]
    licence: str
    window: Window | None = None
    step: timedelta | None = None


def fresh_for(window: Window | None, now: datetime) -> Fresh:
    """How long an answer about this span stays fresh: for ever once the span is a month past, else minutes."""
    return "never" if window and window.end < now - SETTLED else RECENT


def keep(folder: Path, data: bytes, sidecar: Sidecar) -> Snapshot:
    """The snapshot on disk. Raises DataError where the disk refuses."""
    try:
        return write_snapshot(folder, data, sidecar)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"The answer could not be kept: {reason}.") from None


def drawn(folder: Path, question: SnapshotQuestion) -> tuple[Snapshot, ...]:
    """The snapshots of this source and kind whose query says what the question's says and that touch its window."""
    return tuple(
        snapshot
        for snapshot in read_snapshots(folder, question.source)
        if snapshot.sidecar.kind == question.kind
        and question.query.items() <= snapshot.sidecar.query.items()
        and _touches(snapshot.sidecar, question.window)
    )


def parsed(snapshots: Iterable[Snapshot], parse: Callable[[Snapshot], T]) -> tuple[list[tuple[Snapshot, T]], list[str]]:
    """What `parse` reads from each snapshot, and a warning for each that it cannot read: none hides the rest."""
    read, warnings = [], []
    for snapshot in snapshots:
        try:
            read.append((snapshot, parse(snapshot)))
        except DataError as error:
            warnings.append(f"The answer kept as {snapshot.path.name} was left out: {error}")
    return read, warnings


def _touches(sidecar: Sidecar, window: Window | None) -> bool:
    start, end = sidecar.window_start, sidecar.window_end
    return window is None or start is None or end is None or (start < window.end and end > window.start)


def latest(frames: Iterable[pd.DataFrame], key: list[str], window: Window | None = None) -> pd.DataFrame:
    """The rows of all frames whose [start, end) touches the window, by `key`; of rows of one key the last counts."""
    frame = pd.concat(frames)
    if window:
        frame = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    return frame.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)


def sources_of(
    frame: pd.DataFrame, snapshots: Iterable[Snapshot], source_of: Callable[[Snapshot], Source]
) -> tuple[Source, ...]:
    """The sources of snapshots, each once, of which the frame has rows."""
    used = set(frame["source"])
    return tuple({source.id: source for source in map(source_of, snapshots) if source.id in used}.values())


def newest(snapshots: tuple[Snapshot, ...]) -> datetime | None:
    """When the newest of the snapshots was drawn."""
    return max((snapshot.sidecar.drawn_at for snapshot in snapshots), default=None)


def digits(moment: datetime) -> str:
    """The fourteen digits that archives write a UTC second with."""
    return moment.isoformat(timespec="seconds")[:19].translate(str.maketrans("", "", "-:T"))
