"""The samples of a series in drawing terms: where each stands, and which of them a line may join."""

from __future__ import annotations

from datetime import datetime, timedelta

from components.charts.model import Item, Kind, Line
from data.analysis.thinning import JOINED_STEPS


def middle_of(mark: Line, item: Item) -> datetime:
    """Where a sample of a series stands: the middle of its bin."""
    return item.when.earliest + ((item.until.latest - item.when.earliest) if item.until else mark.step) / 2


def is_measured(item: Item) -> bool:
    """Whether a sample has a value to draw: it is not below resolution, and there is one."""
    return item.kind is not Kind.CENSORED and item.value is not None


def is_merged(mark: Line, item: Item) -> bool:
    """Whether one item stands for several bins, as those below resolution in a thinned line may."""
    if is_measured(item) or not mark.parts or item.until is None:
        return False
    return item.until.latest - item.when.earliest > mark.step


def runs(mark: Line) -> list[list[Item]]:
    """The items of a series in unbroken runs: a missing bin, or one below resolution, ends a run."""
    if not mark.parts:
        return _runs_by_step(mark)
    found: dict[int, list[Item]] = {}
    for part, item in zip(mark.parts, mark.items, strict=True):
        if is_measured(item):
            found.setdefault(part, []).append(item)
    return list(found.values())


def _runs_by_step(mark: Line) -> list[list[Item]]:
    found: list[list[Item]] = [[]]
    previous: datetime | None = None
    for item in sorted(mark.items, key=lambda item: item.when.earliest):
        start = item.when.earliest
        far = previous is not None and mark.step > timedelta(0) and start - previous > mark.step * JOINED_STEPS
        if (far or not is_measured(item)) and found[-1]:
            found.append([])
        if is_measured(item):
            found[-1].append(item)
        previous = start
    return [run for run in found if run]
