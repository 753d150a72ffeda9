"""Answers of one source as one frame, and the sources that its rows name."""

from __future__ import annotations

from collections.abc import Callable, Iterable

import pandas as pd

from data.core.model import Source, Window
from data.net.snapshots import Snapshot


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
