"""Answers of one source as one frame, with the sources that its rows name."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import pandas as pd

from data.core.frames import SourcedFrame
from data.core.model import Source, Window
from data.net.snapshots import Snapshot


def latest(
    answers: Sequence[tuple[Snapshot, pd.DataFrame]], source_of: Callable[[Snapshot], Source], empty: pd.DataFrame,
    key: list[str], window: Window | None = None,
) -> SourcedFrame:  # fmt: skip
    """The rows of all answers whose [start, end) touches the window, by `key`, each with its source.

    Of rows of one key the last counts. `empty` has the columns of an answer.
    """
    sources = [source_of(snapshot) for snapshot, _ in answers]
    named = [rows.assign(source=source.id) for (_, rows), source in zip(answers, sources, strict=True)]
    frame = pd.concat([empty.assign(source=""), *named])
    if window:
        frame = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    frame = frame.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)
    used = set(frame["source"])
    return SourcedFrame(frame, tuple({source.id: source for source in sources if source.id in used}.values()))
