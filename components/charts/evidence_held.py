"""What kinds of evidence a story holds, counted from its rows for the chips under its headline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from components.charts.builders.outages_chart import STATES
from components.charts.events import ONE_DAY
from components.charts.rows import bins_in, split_by
from data.core.model import SourcedFrame
from data.evidence.evidence_rows import Marks, Observations
from data.story.story import Story


@dataclass(frozen=True, slots=True)
class EvidenceHeld:
    """`series`: is a curve of the night held; `seen` observations of the night, `grade` the best of these."""

    marks: bool
    series: bool
    seen: int
    grade: str

    @classmethod
    def of(cls, story: Story, *, marks: Marks, observations: Observations, series: Iterable[SourcedFrame]) -> Self:
        """Counted from all that was loaded of this story; `grade` is empty without an observation.

        Observations are those that the strip of the whole night draws and its sentence counts.
        """
        near, _ = split_by(story.window, observations)
        grades = [row.grade for row in near.rows if row.status in STATES]
        night = any(_reaches_into(story, held) for held in series)
        return cls(bool(marks.rows), night, len(grades), min(grades, default=""))


def _reaches_into(story: Story, series: SourcedFrame) -> bool:
    """Whether it has bins shorter than a day in the story's window; a weekly one is none of a night."""
    bins = bins_in(story.window, series).frame
    return bool((bins["end"] - bins["start"] < ONE_DAY).any())
