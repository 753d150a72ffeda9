"""Article views and TV airtime that were fetched or imported for a story, as rows of one shape."""

from __future__ import annotations

from data.core.model import Sourced
from data.evidence.evidence_rows import Counts
from data.evidence.records import read_counts
from data.story.as_of import cut_rows
from data.story.store import SHIPPED, StoryStore
from data.story.story import Story


def load_lenses(story: Story, stories: StoryStore = SHIPPED) -> Counts:
    """What is held, by name and time: `value` in `unit` ("views a day", "views an hour", "percent of airtime").

    Times are UTC, spans half-open. A day or hour without a row has no count, which is not zero.
    """
    held = read_counts(story, stories)
    rows = tuple(row for records in held for row in records.rows)
    sources = dict.fromkeys(source for records in held for source in records.sources)
    return cut_rows(Sourced(rows, tuple(sources)), story)
