"""Before or after? What the bounds of two things carry about their order, and nothing that they do not."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from enum import StrEnum

from data.core.model import Precision, When, Window


class Verdict(StrEnum):
    """What evidence carries about the order of two things."""

    BEFORE = "before"
    AFTER = "after"
    CANNOT_TELL = "cannot tell at this resolution"
    NOT_ENOUGH = "not enough evidence"

    @property
    def decided(self) -> bool:
        """Whether an order is named at all."""
        return self in (Verdict.BEFORE, Verdict.AFTER)


_SECOND, _MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def span_of(when: When) -> Window:
    """Every instant at which it may have happened, half-open: 10:50 p.m. is the minute that begins then.

    A bound is as wide as the unit in which it is given: one second for what is known to the second, the rest of its
    minute for everything else. A day's bounds are already its first and last instant.
    """
    unit = _SECOND if when.precision in (Precision.SECOND, Precision.DAY) else _MINUTE
    return Window(when.earliest, when.latest + unit)


def order(thing: Window, event: Window) -> Verdict:
    """Whether the thing came before or after the event: named only if every instant of one precedes every other's.

    Allen's interval algebra reduced to its two strict relations; all that overlap, or share an instant, cannot be told
    apart. Exchanging the two reverses the verdict, and a wider interval never turns "cannot tell" into an order.
    """
    if thing.end <= event.start:
        return Verdict.BEFORE
    if thing.start >= event.end:
        return Verdict.AFTER
    return Verdict.CANNOT_TELL


def agreed(verdicts: Iterable[Verdict], *, of_each: bool = False) -> Verdict:
    """What several accounts of one thing carry together: the order that some of them name, if none names the other.

    One that names none leaves both open and contradicts nobody. Accounts on both sides leave it open, however many are
    on one side; without any account there is not enough. Verdicts `of_each` of several things are an order only where
    every one of them is the same.
    """
    found = {verdict for verdict in verdicts if verdict is not Verdict.NOT_ENOUGH}
    if not found:
        return Verdict.NOT_ENOUGH
    named = found if of_each else {verdict for verdict in found if verdict.decided} or found
    return named.pop() if len(named) == 1 else Verdict.CANNOT_TELL
