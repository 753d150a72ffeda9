"""Article views and TV airtime that were fetched or imported for a story, as rows of one shape."""

from __future__ import annotations

from dataclasses import asdict

from data.core.model import Sourced
from data.evidence.records import read_counts
from data.story.as_of import cut_frame
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story
from data.story.timing import timed_frame

COLUMNS = ["name", "start", "end", "value", "unit", "source"]


def load_lenses(story: Story, stories: StoryStore = SHIPPED) -> Sourced:
    """What is held, by name and time: `value` in `unit` ("views a day", "views an hour", "percent of airtime").

    Times are UTC, spans half-open. A day or hour without a row has no count, which is not zero.
    """
    held = read_counts(story, stories)
    rows = [asdict(row) for records in held for row in records.rows]
    sources = dict.fromkeys(source for records in held for source in records.sources)
    return cut_frame(Sourced(timed_frame(rows, COLUMNS, times=["start", "end"]), tuple(sources)), story)
