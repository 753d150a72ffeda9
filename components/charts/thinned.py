"""What a thinned line says of itself: how many of its bins are drawn, which, and where the others are."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from components.charts.model import Lane, Line
from data.analysis.thinning import MOST, Merged, Thinned

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def thinned_text(name: str, found: Thinned, held: int, step: timedelta) -> str:
    """The sentence that goes with a thinned line wherever it goes; `held` bins of it lie in the window."""
    below = sum(mark.count for mark in found.below)
    covered = f"; all {below:,} bins below Google’s resolution are marked, neighbours as one" if below else ""
    return (
        f"Thinned: {len(found.kept):,} of the {held:,} bins of {name} in this range are drawn, with the values they "
        f"have. A range of {length_text(MOST * step, whole=True)} or less shows every bin. Drawn are the highest and "
        f"the lowest of every {length_text(found.stretch)}, the ends of gaps, and those that shape the line most "
        f"(MinMaxLTTB){covered}."
    )


def merged_text(term: str, mark: Merged) -> str:
    """What one mark for several bins stands for: all bins of its span, or how many of them."""
    reach = mark.last - mark.first + 1
    return (
        f"“{term}”, {mark.count:,} bins in a row"
        if mark.count == reach
        else f"“{term}”, {mark.count:,} of {reach:,} bins"
    )


def thinned_lines(lanes: Iterable[Lane]) -> dict[str, Line]:
    """The thinned lines of these lanes, by the name that a table's row about each has."""
    lines = {f"thinned:{lane.slug}": mark for lane in lanes for mark in lane.marks if isinstance(mark, Line)}
    return {row: line for row, line in lines.items() if line.thinned}


def thinned_notes(lanes: Iterable[Lane]) -> tuple[str, ...]:
    """What the thinned lines of these lanes say of themselves."""
    return tuple(line.thinned for line in thinned_lines(lanes).values())


def length_text(length: timedelta, *, whole: bool = False) -> str:
    """ "200 minutes", "33 hours": in the largest unit of which there are two or more; `whole` rounds down."""
    unit, name = next((entry for entry in _UNITS if length >= 2 * entry[0]), _UNITS[-1])
    count = length // unit if whole else round(length / unit, 1)
    return f"{count:,g} {name}{'' if count == 1 else 's'}"
