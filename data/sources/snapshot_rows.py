"""From a question to a snapshot on disk, and from snapshots to rows with their sources: the same for every source."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pandas as pd

from data.core.errors import DataError
from data.core.model import Source, Sourced, Window
from data.net.adapter import Fresh
from data.net.client import Desk
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.story.tables import Observation

T = TypeVar("T")
#: After this long a span of the past is taken to change no more.
SETTLED = timedelta(days=30)
#: How long the answer about a span that may still change is taken for fresh.
RECENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class Records:
    """Rows read from snapshots, the sources they name, what was left out or not found, and the newest drawing.

    `trouble` is why a source did not answer just now, where an earlier answer stands in for it.
    """

    frame: pd.DataFrame
    sources: tuple[Source, ...]
    warnings: tuple[str, ...] = ()
    drawn_at: datetime | None = None
    trouble: str = ""

    @property
    def sourced(self) -> Sourced:
        """The rows with their sources, as charts take them."""
        return Sourced(self.frame, self.sources)


def as_observations(frame: pd.DataFrame) -> tuple[Observation, ...]:
    """Rows of `wayback` or `statuspage` as a story has them; what is empty in the frame is absent in the row."""
    rows = frame.to_dict("records")
    return tuple(
        Observation.model_validate({str(name): value for name, value in row.items() if not pd.isna(value)})
        for row in rows
    )


@dataclass(frozen=True, slots=True)
class Answer:
    """A snapshot just drawn, or the last good one with the trouble that kept the source from answering."""

    snapshot: Snapshot
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Question:
    """What a snapshot is the answer to: all of its sidecar that is known before asking."""

    source: str
    kind: str
    query: Mapping[str, str]
    licence: str
    window: Window | None = None
    step: timedelta | None = None
    geo: str = ""


def fresh_for(window: Window, now: datetime) -> Fresh:
    """How long an answer about this span stays fresh: for ever once the span is a month past, else minutes."""
    return "never" if window.end < now - SETTLED else RECENT


def ask(
    question: Question,
    url: str,
    *,
    params: Mapping[str, str | int],
    desk: Desk,
    folder: Path,
    fresh: Fresh,
    check: Callable[[bytes], object],
) -> Answer:
    """The answer, kept as a snapshot once `check` has read it whole; what raises is never kept.

    Raises the DataErrors of the desk and of `check`, and DataError where the disk refuses.
    """
    reply = desk.get(url, params=params, source=question.source, fresh=fresh, check=check)
    window, step = question.window, question.step
    sidecar = Sidecar(
        source=question.source,
        kind=question.kind,
        query=dict(question.query),
        geo=question.geo,
        window_start=window.start if window else None,
        window_end=window.end if window else None,
        drawn_at=reply.fetched_at,
        url=reply.url,
        status=reply.status,
        licence=question.licence,
        step=step.total_seconds() if step else None,
    )
    return Answer(keep(folder, reply.content, sidecar), str(reply.trouble or "") if reply.stale else "")


def keep(folder: Path, data: bytes, sidecar: Sidecar) -> Snapshot:
    """The snapshot on disk. Raises DataError where the disk refuses."""
    try:
        return write_snapshot(folder, data, sidecar)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"The answer could not be kept: {reason}.") from None


def drawn(folder: Path, question: Question) -> tuple[Snapshot, ...]:
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


def newest(snapshots: tuple[Snapshot, ...]) -> datetime | None:
    """When the newest of the snapshots was drawn."""
    return max((snapshot.sidecar.drawn_at for snapshot in snapshots), default=None)
