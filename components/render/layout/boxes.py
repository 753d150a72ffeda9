"""Boxes on a drawing, and the room that is still free between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple

Anchor = Literal["start", "middle", "end"]
#: How far text reaches above and below its baseline, as a share of its size.
_ASCENT, _DESCENT = 0.78, 0.22


class Box(NamedTuple):
    """A rectangle in pixels, y downwards."""

    left: float
    top: float
    right: float
    bottom: float

    def overlaps(self, other: Box) -> bool:
        return (
            self.left < other.right and other.left < self.right and self.top < other.bottom and other.top < self.bottom
        )

    def inside(self, other: Box) -> bool:
        return (
            self.left >= other.left
            and self.right <= other.right
            and self.top >= other.top
            and self.bottom <= other.bottom
        )


def box_of(x: float, y: float, width: float, size: float, anchor: Anchor = "start") -> Box:
    """The box of a line of text whose baseline is at y."""
    left = {"start": x, "middle": x - width / 2, "end": x - width}[anchor]
    return Box(left, y - size * _ASCENT, left + width, y + size * _DESCENT)


class Boxes:
    """The boxes already taken on a drawing."""

    def __init__(self, bounds: Box) -> None:
        self.bounds = bounds
        self._taken: list[Box] = []

    def free(self, box: Box) -> bool:
        return box.inside(self.bounds) and not any(box.overlaps(other) for other in self._taken)

    def take(self, box: Box) -> None:
        self._taken.append(box)

    def first(self, boxes: Iterable[Box]) -> Box | None:
        """The first of these places that is free, now taken; None if none is."""
        for box in boxes:
            if self.free(box):
                self.take(box)
                return box
        return None
