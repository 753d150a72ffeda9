"""Many marks as one path: where a drawing has thousands, each has its place in it and none an element of its own.

Places are on a grid, as fine as each thing asks for, and each is written as its way from the one before.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

Point = tuple[float, float]
#: Places of the grid to a pixel: of a mark, of a line, and as many as keep a row of squares even.
MARK, LINE, EVEN = 1, 2, 10


def polyline(points: Iterable[Point]) -> str:
    """The path data of a line through these points, of which there is one at least."""
    first, *found = _corners(points)
    written = [f"M{_number(first[0])}{_second(first[1])}"]
    for (x, y), (left, top) in zip(found, (first, *found), strict=False):
        dx, dy = x - left, y - top
        written.append(f"h{_number(dx)}" if not dy else f"v{_number(dy)}" if not dx else f"l{_number(dx)}{_second(dy)}")
    return "".join(written)


def _corners(points: Iterable[Point]) -> list[Point]:
    """The points on the grid, without those that lie on the way from the one before to the one after."""
    found: list[Point] = []
    for point in _gridded(points, LINE):
        if len(found) > 1 and (found[-2][0] == found[-1][0] == point[0] or found[-2][1] == found[-1][1] == point[1]):
            found.pop()
        found.append(point)
    return found


def _gridded(points: Iterable[Point], grid: int) -> Iterator[Point]:
    """The points on the grid, each once in a row."""
    last = None
    for x, y in points:
        point = round(x * grid) / grid, round(y * grid) / grid
        if point != last:
            yield point
        last = point


def copies(outline: str, points: Iterable[Point], *, grid: int = MARK) -> str:
    """The path data of one closed outline at each of these points; those on top of one another are one.

    The outline is relative, like "m-2 -2h4v4h-4z", and begins where it stands around a point at 0, 0.
    """
    found = list(dict.fromkeys(_gridded(points, grid)))
    begin, _, body = outline.removeprefix("m").partition(" ")
    up = next(place for place, sign in enumerate(body) if sign.isalpha())
    across, down = float(begin), float(body[:up])
    left, top, written = 0.0, 0.0, ["M0 0"]
    for x, y in ((x + across, y + down) for x, y in found):
        written.append(f"m{_number(x - left)}{_second(y - top)}{body[up:]}")
        left, top = x, y
    return "".join(written) if found else ""


def _number(value: float) -> str:
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text in ("-0", "") else text.replace("0.", ".", 1) if text.lstrip("-").startswith("0.") else text


def _second(value: float) -> str:
    """A number behind another one: a minus parts them."""
    written = _number(value)
    return written if written.startswith("-") else f" {written}"
