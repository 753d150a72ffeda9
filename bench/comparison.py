"""One line of a table of comparisons: ours, theirs, their ratio, and whether it is what it should be."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

HEADINGS = ("", "ours", "theirs", "ratio", "target", "met?")


@dataclass(frozen=True, slots=True)
class Row:
    """One comparison. `target` is the most the ratio may be, or the least where more is better; None for no target."""

    name: str
    ours: float
    theirs: float
    unit: str
    target: float | None = None
    more_is_better: bool = False

    @property
    def ratio(self) -> float:
        """Ours against theirs."""
        return self.ours / self.theirs

    def cells(self) -> tuple[str, ...]:
        """name, ours, theirs, ratio, target, met?"""
        figures = (f"{value:,.{self._digits}f} {self.unit}" for value in (self.ours, self.theirs))
        if self.target is None:
            return (self.name, *figures, _ratio(self.ratio), "", "")
        sign, met = (">=", self.ratio >= self.target) if self.more_is_better else ("<=", self.ratio <= self.target)
        return (self.name, *figures, _ratio(self.ratio), f"{sign} {_ratio(self.target)}", "yes" if met else "NO")

    @property
    def _digits(self) -> int:
        return 0 if self.unit in ("kB", "/s") and self.ours >= 10 else 2 if self.unit == "s" else 1


@dataclass(frozen=True, slots=True)
class Figure:
    """One count or time that is held against a target and nothing else; `target` is the most it may be."""

    name: str
    value: float
    unit: str
    target: float | None = None

    def cells(self) -> tuple[str, ...]:
        """The cells of HEADINGS, with nothing under theirs and ratio."""
        figure = f"{self.value:,.{_digits(self.value)}f} {self.unit}".strip()
        if self.target is None:
            return (self.name, figure, "", "", "", "")
        met = "yes" if self.value <= self.target else "NO"
        return (self.name, figure, "", "", f"<= {self.target:g} {self.unit}".strip(), met)


#: What can be a line of the table.
Line = Row | Figure


def _digits(value: float) -> int:
    return 0 if value == int(value) or value >= 100 else 2


def _ratio(value: float) -> str:
    return f"1/{1 / value:.1f}" if 0 < value < 0.4 else f"{value:.2f}"


def markdown(rows: Iterable[tuple[str, ...]]) -> str:
    """The table as Markdown, its headings first."""
    lines = (HEADINGS, ("---",) * len(HEADINGS), *rows)
    return "\n".join(f"| {' | '.join(cell.strip() for cell in line)} |" for line in lines)


def say(row: tuple[str, ...]) -> None:
    name, *cells = row
    print(f"{name:<62}" + "".join(f"{cell:>14}" for cell in cells), flush=True)
