"""Frames, for what is computed on column by column: apart, because whoever records a night does without pandas."""

from __future__ import annotations

from typing import NamedTuple

import pandas as pd

from data.core.model import Source


class SourcedFrame(NamedTuple):
    """Bins of series, to be computed on column by column; every row of `frame` names a source in column `source`."""

    frame: pd.DataFrame
    sources: tuple[Source, ...]


def timed_frame(rows: list[dict[str, object]], columns: list[str], *, times: list[str]) -> pd.DataFrame:
    """Rows as a frame with exactly `columns`, those in `times` as UTC timestamps; empty rows keep the columns."""
    frame = pd.DataFrame(rows, columns=columns)
    for column in times:
        frame[column] = pd.to_datetime(frame[column], utc=True)
    return frame
