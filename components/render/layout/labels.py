"""Where labels go: boxes that never overlap, the important ones first, and a number where a label has no room."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache
from itertools import product

from components.text import text_width

#: Pixels between a mark and its label, and between two things in one row.
GAP = 4.0
#: Beyond so many, sides are chosen one by one and no longer all together (2**n ways).
_TOGETHER = 7
#: Labels that may claim rows of their own; more would push the chart off the screen.
MOST_CLAIMS = 10


@dataclass(frozen=True, slots=True)
class Flag:
    """A mark that wants a label: its anchor `x`, its ink from `left` to `right`, and what it would say.

    `claims` says that its label may add a row; a label without a claim appears only where a row has room for it.
    """

    x: float
    left: float
    right: float
    text: str = ""
    priority: int = 9
    claims: bool = False


@dataclass(frozen=True, slots=True)
class Placed:
    """Where a flag ended: its row (0 is lowest), and the side its text stands on ("" where it has only its mark).

    `span` is from the left end to the right end of mark and text, `text_span` that of its text, in pixels: while sides
    are chosen, each is asked for a thousand times.
    """

    flag: Flag
    row: int
    side: str = ""
    width: float = 0.0
    span: tuple[float, float] = field(init=False)
    text_span: tuple[float, float] = field(init=False)

    def __post_init__(self) -> None:
        flag, text = self.flag, (self.flag.left, self.flag.right)
        if self.side:
            start = flag.right + GAP if self.side == "right" else flag.left - GAP - self.width
            text = start, start + self.width
        object.__setattr__(self, "text_span", text)
        object.__setattr__(self, "span", (min(flag.left, text[0]), max(flag.right, text[1])))


def place(flags: Iterable[Flag], bounds: tuple[float, float], *, size: float, lines: bool = True) -> tuple[Placed, ...]:
    """Each flag with a row and a side, in the order given; no two boxes of a row overlap.

    Every mark is placed, in as many rows as that takes. Labels that claim a row come next, by priority; then the
    others where a row has room. With `lines`, each mark drops a line through the rows below it, and no such line
    runs through a label unless two labels leave no other way.
    """
    return _placed(tuple(flags), bounds, size, lines)


# A drawing that is tried with fewer and fewer labels asks the same of most of its rows again.
@lru_cache(maxsize=256)
def _placed(flags: tuple[Flag, ...], bounds: tuple[float, float], size: float, lines: bool) -> tuple[Placed, ...]:
    widths = [text_width(flag.text, size) if flag.text else 0.0 for flag in flags]
    ranked = sorted(range(len(flags)), key=lambda i: (flags[i].priority, flags[i].x, i))
    sides = {i: _sides(flags[i], widths[i], bounds) for i in ranked}
    claims = [i for i in ranked if flags[i].claims and sides[i]][:MOST_CLAIMS]
    bare = sorted((i for i in ranked if i not in claims), key=lambda i: (flags[i].x, i))
    placed: dict[int, Placed] = {}
    for i in bare:
        placed[i] = _lowest(Placed(flags[i], 0), list(placed.values()), lines=False)
    placed |= _claimed({i: (flags[i], widths[i], sides[i]) for i in claims}, placed, lines=lines)
    for i in ranked:
        if i not in claims:
            placed[i] = _with_text(placed, i, widths[i], sides[i], lines=lines)
    return tuple(placed[i] for i in range(len(flags)))


def stacked(flags: Sequence[Flag], under: Sequence[Placed] = ()) -> tuple[Placed, ...]:
    """Marks without words, in the order given, each in the lowest row in which nothing is; `under` stand already."""
    found: list[Placed] = []
    for flag in flags:
        found.append(_lowest(Placed(flag, 0), [*under, *found], lines=False))
    return tuple(found)


def row_count(placed: Iterable[Placed]) -> int:
    return max((entry.row + 1 for entry in placed), default=0)


def _sides(flag: Flag, width: float, bounds: tuple[float, float]) -> list[str]:
    if not flag.text:
        return []
    right = flag.right + GAP + width <= bounds[1]
    left = flag.left - GAP - width >= bounds[0]
    return ["right"] * right + ["left"] * left


def _crossed(label: Placed, other: Placed) -> bool:
    """Whether the line that falls from `other` would run through the text of `label`."""
    left, right = label.text_span
    return bool(label.side) and left - 1 < other.flag.x < right + 1


def _meet(one: Placed, other: Placed) -> bool:
    (left, right), (start, end) = one.span, other.span
    return left < end + GAP / 2 and start < right + GAP / 2


def _lowest(entry: Placed, others: Sequence[Placed], *, lines: bool) -> Placed:
    """The entry in its lowest row: free there, and above every mark whose line would cross its text."""
    row = max((other.row + 1 for other in others if lines and _crossed(entry, other)), default=0)
    blocked = {other.row for other in others if _meet(entry, other)}
    while row in blocked:
        row += 1
    return entry if entry.row == row else replace(entry, row=row)


Claim = tuple[Flag, float, list[str]]


def _claimed(claims: dict[int, Claim], bare: dict[int, Placed], *, lines: bool) -> dict[int, Placed]:
    """The best of all choices of sides: fewest crossings, then fewest rows, then most labels on the right."""
    choices = [sides for _, _, sides in claims.values()]
    if len(claims) > _TOGETHER:
        choices = [sides[:1] for sides in choices]
    best: dict[int, Placed] = {}
    least: tuple[int, int, int] | None = None
    for picked in product(*choices):
        entries = [Placed(flag, 0, side, width) for (flag, width, _), side in zip(claims.values(), picked, strict=True)]
        stacked = _stacked(entries, list(bare.values()), lines=lines)
        everything = [*stacked, *bare.values()]
        cost = (_crossings(everything) if lines else 0, row_count(everything), picked.count("left"))
        if least is None or cost < least:
            best, least = dict(zip(claims, stacked, strict=True)), cost
    return best


def _stacked(entries: list[Placed], bare: list[Placed], *, lines: bool) -> list[Placed]:
    """Rows for entries whose sides are given: one goes down once all that must stand below it are down."""
    done: dict[int, Placed] = {}
    waiting = list(range(len(entries)))
    while waiting:
        free = [i for i in waiting if not lines or not any(_crossed(entries[i], entries[j]) for j in waiting if j != i)]
        chosen = (free or waiting)[-1 if lines else 0]
        done[chosen] = _lowest(entries[chosen], [*bare, *done.values()], lines=lines)
        waiting.remove(chosen)
    return [done[i] for i in range(len(entries))]


def _crossings(placed: Sequence[Placed]) -> int:
    labels = [entry for entry in placed if entry.side]
    return sum(other.row > label.row and _crossed(label, other) for label in labels for other in placed)


def _with_text(placed: dict[int, Placed], i: int, width: float, sides: list[str], *, lines: bool) -> Placed:
    """The placed mark with its text, if a side is free in its row and no line comes down through it."""
    for side in sides:
        entry = replace(placed[i], side=side, width=width)
        others = [other for j, other in placed.items() if j != i]
        free = not any(other.row == entry.row and _meet(entry, other) for other in others)
        if free and not (lines and any(other.row > entry.row and _crossed(entry, other) for other in others)):
            return entry
    return placed[i]
