"""From attempts to states of a site: a verdict that names its rule and can be made again from the attempts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from statistics import median

from data.net.site_request import Outcome
from data.recorders.attempt import Attempt

#: An answer that takes this many times the usual for the hour is slow, if it takes a second more at least.
SLOW_FACTOR, SLOW_LEAST_SECONDS = 5.0, 1.0
#: Answers of days before that make a usual; with fewer, nothing is called slow or another page.
LEAST_ANSWERS = 30
#: A recorder that was silent for this many of its own intervals was not looking.
MISSED_LOOKS = 2.5
RULE = (
    f"slow: {SLOW_FACTOR:g} times the median time to the first byte of the same hour in the days before, and a second "
    "more; error: status 500 or above, 403, 404, 408, 410 or 429, or a page whose title no day before had; nobody "
    f"looked: no attempt for {MISSED_LOOKS:g} intervals"
)
_ERRORS = frozenset({403, 404, 408, 410, 429})


class SiteState(StrEnum):
    """What attempts say of a site; each is drawn with a sign of its own."""

    USUAL = "answered as usual"
    SLOW = "answered slowly"
    ERROR = "answered with an error"
    UNREACHED = "could not be reached"
    UNWATCHED = "nobody looked"


@dataclass(frozen=True, slots=True)
class StateSpan:
    """A state from the first attempt that saw it to the last, with how many there were and what the first one met."""

    state: SiteState
    start: datetime
    end: datetime
    attempts: int
    first: Attempt | None = None


def state_spans(attempts: Sequence[Attempt], before: Iterable[Attempt] = ()) -> tuple[StateSpan, ...]:
    """The states that attempts of one place at one site saw, in order; `before` are those of the days before.

    Attempts that never came to a question (robots.txt) say nothing of the site and are left out.
    """
    usual = _Usual.of(before)
    spans: list[StateSpan] = []
    last: Attempt | None = None
    for attempt in sorted(attempts, key=lambda one: one.started_at):
        if attempt.outcome is Outcome.NOT_ASKED:
            continue
        if last and attempt.started_at - last.started_at > last.interval * MISSED_LOOKS:
            spans.append(StateSpan(SiteState.UNWATCHED, last.started_at, attempt.started_at, 0))
        state = usual.state(attempt)
        if spans and spans[-1].state is state:
            spans[-1] = replace(spans[-1], end=attempt.started_at, attempts=spans[-1].attempts + 1)
        else:
            spans.append(StateSpan(state, attempt.started_at, attempt.started_at, 1, attempt))
        last = attempt
    return tuple(spans)


def until_now(spans: Sequence[StateSpan], last: Attempt, now: datetime) -> tuple[StateSpan, ...]:
    """The spans, and that nobody has looked since the last attempt where that is longer ago than it may be."""
    if now - last.started_at <= last.interval * MISSED_LOOKS:
        return tuple(spans)
    return (*spans, StateSpan(SiteState.UNWATCHED, last.started_at, now, 0))


@dataclass(frozen=True, slots=True)
class _Usual:
    """What the days before were like: seconds to the first byte by hour of the day in UTC, and titles."""

    seconds: dict[int, float]
    titles: frozenset[str]

    @classmethod
    def of(cls, before: Iterable[Attempt]) -> _Usual:
        good = [one for one in before if one.outcome is Outcome.ANSWERED and not _failed(one)]
        hours: dict[int, list[float]] = {}
        for one in good:
            if one.first_byte is not None:
                hours.setdefault(one.started_at.hour, []).append(one.first_byte)
        seconds = {hour: median(found) for hour, found in hours.items() if len(found) >= LEAST_ANSWERS}
        return cls(seconds, frozenset(one.title for one in good) if len(good) >= LEAST_ANSWERS else frozenset())

    def state(self, attempt: Attempt) -> SiteState:
        if attempt.outcome is not Outcome.ANSWERED:
            return SiteState.UNREACHED
        if _failed(attempt) or (self.titles and attempt.title not in self.titles):
            return SiteState.ERROR
        usual, took = self.seconds.get(attempt.started_at.hour), attempt.first_byte
        slow = usual is not None and took is not None and took > max(usual * SLOW_FACTOR, usual + SLOW_LEAST_SECONDS)
        return SiteState.SLOW if slow else SiteState.USUAL


def _failed(attempt: Attempt) -> bool:
    return attempt.status is not None and (attempt.status >= 500 or attempt.status in _ERRORS)
