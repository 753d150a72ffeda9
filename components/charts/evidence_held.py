"""What kinds of evidence a story holds, counted from its rows for the chips under its headline."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Self

from components.charts.events import ONE_DAY
from components.charts.rows import bins_in
from data.core.model import Sourced
from data.evidence.outages import main_service
from data.story.story import Story


@dataclass(frozen=True, slots=True)
class EvidenceHeld:
    """`series`: is a curve of the night held; `reports` of trouble at the main site, `grade` the best of these."""

    marks: bool
    series: bool
    reports: int
    grade: str

    @classmethod
    def of(cls, story: Story, *, marks: Sourced, observations: Sourced, series: Iterable[Sourced]) -> Self:
        """Counted from all that was loaded of this story; `grade` is empty without a report."""
        seen = observations.frame
        trouble = seen[seen["status"].isin(["failing", "degraded"]) & (seen["host"] == main_service(story))]
        night = any(_reaches_into(story, held) for held in series)
        return cls(len(marks.frame) > 0, night, len(trouble), str(trouble["grade"].min()) if len(trouble) else "")


def _reaches_into(story: Story, series: Sourced) -> bool:
    """Whether it has bins shorter than a day in the story's window; a weekly one is none of a night."""
    bins = bins_in(story.window, series).frame
    return bool((bins["end"] - bins["start"] < ONE_DAY).any())
