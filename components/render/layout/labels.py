"""Where labels go: boxes that never overlap, the important ones first, and a number where a label has no room."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import count, product

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
    placed = dict(zip(bare, stacked([flags[i] for i in bare]), strict=True))
    placed |= _claimed({i: (flags[i], widths[i], sides[i]) for i in claims}, placed, lines=lines)
    for i in ranked:
        if i not in claims:
            placed[i] = _with_text(placed, i, widths[i], sides[i], lines=lines)
    return tuple(placed[i] for i in range(len(flags)))


def stacked(flags: Sequence[Flag], under: Sequence[Placed] = ()) -> tuple[Placed, ...]:
    """Marks without words, in the order given, each in the lowest row in which nothing is; `under` stand already."""
    taken = [(*entry.span, entry.row) for entry in under]
    found: list[Placed] = []
    for flag in flags:
        row = _free_row(_blocked(flag.left, flag.right, taken))
        taken.append((flag.left, flag.right, row))
        found.append(Placed(flag, row))
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


def _meet(one: tuple[float, float], other: tuple[float, float]) -> bool:
    """Whether two spans of one row are closer to each other than things in one row may be."""
    (left, right), (start, end) = one, other
    return left < end + GAP / 2 and start < right + GAP / 2


def _blocked(left: float, right: float, taken: Iterable[tuple[float, float, int]]) -> int:
    """The rows, each a bit, in which something taken, from where to where and in which row, meets this span."""
    rows = 0
    for start, end, row in taken:
        if _meet((left, right), (start, end)):
            rows |= 1 << row
    return rows


def _free_row(blocked: int, lowest: int = 0) -> int:
    """The first row from `lowest` on that is no bit of those blocked."""
    row = lowest
    while blocked >> row & 1:
        row += 1
    return row


Claim = tuple[Flag, float, list[str]]


@dataclass(frozen=True, slots=True)
class _Way:
    """A label on one of its sides, and what that means whatever the sides of the others are.

    `blocked` are the rows of bare marks that it meets, a bit each; `lines` the rows of those whose lines would cross
    its text, and `crossed` the labels whose lines would, a bit each. `met` are the ways of others that it meets, each
    the bit of its number.
    """

    entry: Placed
    number: int
    blocked: int
    lines: tuple[int, ...]
    crossed: int
    met: int


def _ways(claims: dict[int, Claim], bare: dict[int, Placed], *, lines: bool) -> list[list[_Way]]:
    """For each label its ways to stand; of many it has one."""
    many = len(claims) > _TOGETHER
    entries = [
        [Placed(flag, 0, side, width) for side in (sides[:1] if many else sides)]
        for flag, width, sides in claims.values()
    ]
    taken, numbers = [(*other.span, other.row) for other in bare.values()], count()
    numbered = [[(next(numbers), entry) for entry in own] for own in entries]
    found: list[list[_Way]] = []
    for place, own in enumerate(numbered):
        ways = []
        for number, entry in own:
            through = [other.row for other in bare.values() if lines and _crossed(entry, other)]
            crossed = sum(
                1 << i for i, other in enumerate(entries) if lines and i != place and _crossed(entry, other[0])
            )
            met = sum(
                1 << name
                for i, others in enumerate(numbered)
                if i != place
                for name, other in others
                if _meet(entry.span, other.span)
            )
            ways.append(_Way(entry, number, _blocked(*entry.span, taken), tuple(through), crossed, met))
        found.append(ways)
    return found


def _claimed(claims: dict[int, Claim], bare: dict[int, Placed], *, lines: bool) -> dict[int, Placed]:
    """The best of all choices of sides: fewest crossings, then fewest rows, then most labels on the right."""
    ways, standing = _ways(claims, bare, lines=lines), row_count(bare.values())
    fewest = sum(own[0].entry.side == "left" for own in ways)
    best: tuple[Sequence[_Way], list[int]] = (), []
    least: tuple[float, int, int] = math.inf, 0, 0
    for picked in product(*ways):
        rows = _rows(picked, lines=lines)
        left = sum(way.entry.side == "left" for way in picked)
        cost = (_crossings(picked, rows) if lines else 0, max(standing, max(rows, default=-1) + 1), left)
        if cost < least:
            best, least = (picked, rows), cost
        if least == (0, max(standing, 1), fewest):
            break
    chosen = ((way.entry, row) for way, row in zip(*best, strict=True))
    placed = (Placed(entry.flag, row, entry.side, entry.width) for entry, row in chosen)
    return dict(zip(claims, placed, strict=True))


def _rows(ways: Sequence[_Way], *, lines: bool) -> list[int]:
    """Rows for labels whose sides are given: one goes down once all that must stand below it are down."""
    rows = [0] * len(ways)
    down: list[int] = []
    for chosen in _from_below(ways) if lines else range(len(ways)):
        way = ways[chosen]
        blocked, lowest = way.blocked, max(way.lines) + 1 if way.lines else 0
        for i in down:
            if way.met >> ways[i].number & 1:
                blocked |= 1 << rows[i]
            if way.crossed >> i & 1:
                lowest = max(lowest, rows[i] + 1)
        rows[chosen] = _free_row(blocked, lowest)
        down.append(chosen)
    return rows


def _from_below(ways: Sequence[_Way]) -> Iterator[int]:
    """The order in which labels go down: of those through whose text no line of one that waits runs, the last."""
    waiting = [*range(len(ways))]
    while waiting:
        left = sum(1 << i for i in waiting)
        chosen = next((i for i in reversed(waiting) if not ways[i].crossed & left), waiting[-1])
        yield chosen
        waiting.remove(chosen)


def _crossings(ways: Sequence[_Way], rows: Sequence[int]) -> int:
    """How many lines run through texts below them."""
    found = 0
    for way, row in zip(ways, rows, strict=True):
        found += sum(other > row for other in way.lines)
        found += sum(other > row for i, other in enumerate(rows) if way.crossed >> i & 1)
    return found


def _with_text(placed: dict[int, Placed], i: int, width: float, sides: list[str], *, lines: bool) -> Placed:
    """The placed mark with its text, if a side is free in its row and no line comes down through it."""
    mark = placed[i]
    for side in sides:
        entry = Placed(mark.flag, mark.row, side, width)
        others = [other for j, other in placed.items() if j != i]
        free = not any(other.row == mark.row and _meet(entry.span, other.span) for other in others)
        if free and not (lines and any(other.row > mark.row and _crossed(entry, other) for other in others)):
            return entry
    return mark
