"""One line of a table of comparisons: ours, theirs, their ratio, and whether it is what it should be."""

from __future__ import annotations

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


def _ratio(value: float) -> str:
    return f"1/{1 / value:.1f}" if 0 < value < 0.4 else f"{value:.2f}"


def say(row: tuple[str, ...]) -> None:
    name, *cells = row
    print(f"{name:<62}" + "".join(f"{cell:>14}" for cell in cells), flush=True)
