"""Boxes on a drawing, and the room that is still free between them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


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
