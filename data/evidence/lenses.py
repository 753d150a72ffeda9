"""Article views and TV airtime that were fetched or imported for a story, as rows of one shape."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd

from data.core.model import Source, Sourced
from data.evidence.records import EVER
from data.sources.gdelt_tv import read_airtime
from data.sources.snapshot_rows import Records
from data.sources.wikimedia import read_pageviews
from data.sources.wikimedia_dumps import read_hours
from data.story.as_of import cut_frame
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story
from data.story.timing import timed_frame

COLUMNS = ["name", "start", "end", "value", "unit", "source"]


def load_lenses(story: Story, stories: StoryStore = SHIPPED) -> Sourced:
    """What is held, by name and time: `value` in `unit` ("views a day", "views an hour", "percent of airtime").

    Times are UTC, spans half-open. A day or hour without a row has no count, which is not zero.
    """
    rows: list[dict[str, object]] = []
    sources: list[Source] = []
    for folder in stories.snapshots(story.slug):
        if (folder / "snapshots").is_dir():
            days, hours, airtime = read_pageviews(folder, EVER), read_hours(folder), read_airtime(folder, EVER)
            rows += _views(days, "views a day") + _views(hours, "views an hour") + _airtime(airtime)
            sources += [*days.sources, *hours.sources, *airtime.sources]
    frame = timed_frame(rows, COLUMNS, times=["start", "end"])
    return cut_frame(Sourced(frame, tuple(dict.fromkeys(sources))), story)


def _views(records: Records, unit: str) -> list[dict[str, object]]:
    return [
        _row(f"Wikipedia: {row['article'].replace('_', ' ')}, {unit}", row, float(row["views"]), unit)
        for row in records.frame.to_dict("records")
    ]


def _airtime(records: Records) -> list[dict[str, object]]:
    return [
        _row(f"“{row['phrase']}” on {row['station']}", row, float(row["value"]), "percent of airtime")
        for row in records.frame.to_dict("records")
        if not pd.isna(row["value"])
    ]


def _row(name: str, row: Mapping[Any, Any], value: float, unit: str) -> dict[str, object]:
    return {"name": name, "value": value, "unit": unit, **{key: row[key] for key in ("start", "end", "source")}}
