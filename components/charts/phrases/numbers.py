"""Figures in words: grouped, in the number of their unit, as ranges, and with what is known of them."""

from __future__ import annotations

from datetime import timedelta

_UNITS = ((timedelta(days=1), "day"), (timedelta(hours=1), "hour"), (timedelta(minutes=1), "minute"))


def number_text(value: float) -> str:
    """1,234 or 8.8: grouped, and with a decimal only where the figure has one."""
    return f"{value:,.0f}" if float(value).is_integer() else f"{value:,.10g}"


def counted(number: int, one: str, many: str = "") -> str:
    """1 event, 39 events; what has another plural than an s says it."""
    return f"{number:,} {one if number == 1 else many or f'{one}s'}"


def weighed(value: float, unit: str) -> str:
    """So many of a unit, which stories name in the plural: "29 electoral votes", "1 area declared"."""
    return f"{number_text(value)} {_one(unit) if value == 1 else unit}".strip()


def in_number(unit: str, figure: str) -> str:
    """The unit behind a figure that is in words: "seat" behind "1" and "at least 1", else as the story has it."""
    return _one(unit) if figure in ("1", "at least 1") else unit


def _one(unit: str) -> str:
    """A unit in the singular: what is counted ends it, or begins it as in "areas declared"."""
    if unit.endswith("s"):
        return unit.removesuffix("s")
    counted, space, rest = unit.partition(" ")
    return f"{counted.removesuffix('s')}{space}{rest}"


_SAID = {
    "lower bound": "more than {}",
    "upper bound": "less than {}",
    "approximate": "about {}",
    "rounded": "about {}",
    "derived": "{} (derived)",
}


def as_known(kind: str, figure: str) -> str:
    """A figure in words that keep what is known of it: "more than 200,000"; `kind` as a story's table has it."""
    return _SAID.get(kind, "{}").format(figure)


def span_text(low: float, high: float | None) -> str:
    """A range of totals: "197", or "276 to 279" where its ends differ; "at least 197" without an upper one."""
    if high is None:
        return f"at least {number_text(low)}"
    return number_text(low) if low == high else f"{number_text(low)} to {number_text(high)}"


def between_text(low: float | None, value: float | None, high: float | None) -> str:
    """A number with its bounds, as far as they are given: "35", "25 to 26", "35 (33 to 37)"."""
    if low is None or high is None or low == high == value:
        return number_text(value or 0)
    return span_text(low, high) if value is None else f"{number_text(value)} ({span_text(low, high)})"


def length_text(length: timedelta, *, whole: bool = False) -> str:
    """ "200 minutes", "33 hours": in the largest unit of which there are two or more; `whole` rounds down."""
    unit, name = next((entry for entry in _UNITS if length >= 2 * entry[0]), _UNITS[-1])
    count = length // unit if whole else round(length / unit, 1)
    return f"{count:,g} {name if count == 1 else f'{name}s'}"
