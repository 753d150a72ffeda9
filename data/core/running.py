"""Running totals: the one place where amounts that come in the course of time are added up."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

Amount = TypeVar("Amount", int, float)


def steps(rises: Iterable[tuple[datetime, Amount]]) -> Iterator[tuple[datetime, Amount]]:
    """For each instant at which anything comes, by time, what has come by then. Amounts may be in any order."""
    found: tuple[datetime, Amount] | None = None
    for at, amount in sorted(rises):
        if found and found[0] != at:
            yield found
        found = at, found[1] + amount if found else amount
    if found:
        yield found


@dataclass(frozen=True, slots=True)
class Stairs(Generic[Amount]):
    """The steps of a total, added up once and asked for any instant."""

    moments: tuple[datetime, ...]
    totals: tuple[Amount, ...]

    @classmethod
    def of(cls, rises: Iterable[tuple[datetime, Amount]]) -> Stairs[Amount]:
        """The stairs that these amounts make, each at its instant."""
        found = tuple(steps(rises))
        return cls(tuple(at for at, _ in found), tuple(total for _, total in found))

    def at(self, moment: datetime) -> Amount:
        """What has come by this instant, itself included; zero before the first step."""
        place = bisect_right(self.moments, moment)
        return self.totals[place - 1] if place else 0


@dataclass(frozen=True, slots=True)
class Tally(Generic[Amount]):
    """A running total as a range: each amount surely comes by its later instant, possibly by its earlier one.

    What is taken away again, a negative amount, surely stands until the earlier one, and possibly until the later.
    """

    sure: Stairs[Amount]
    possible: Stairs[Amount]

    @classmethod
    def of(cls, rises: Iterable[tuple[datetime, datetime, Amount]]) -> Tally[Amount]:
        """The tally of amounts, each with its earliest and its latest instant."""
        held = tuple(rises)
        return cls(
            Stairs.of((earliest if amount < 0 else latest, amount) for earliest, latest, amount in held),
            Stairs.of((latest if amount < 0 else earliest, amount) for earliest, latest, amount in held),
        )

    def at(self, moment: datetime) -> tuple[Amount, Amount]:
        """What has surely come by this instant, and what has possibly."""
        return self.sure.at(moment), self.possible.at(moment)
