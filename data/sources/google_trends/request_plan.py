"""What it takes to draw a span of searches: which windows, how many requests, how long, and in what bins."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal, NamedTuple

from data.analysis.ladder import expected_step, plan_windows
from data.core.model import Window, as_utc
from data.sources.google_trends.trends_request import (
    DAY,
    HOME,
    HOUR,
    Sample,
    TrendsRequest,
    Unaskable,
    Wanted,
    grain_of,
    is_topic,
    sample_of,
    whole,
)
from data.story.faults import quoted

Resolution = Literal["minute", "8 minutes", "16 minutes", "hour", "day", "week", "month"]

#: More than a person can have meant; at the polite pace it is hours.
MOST_REQUESTS = 500
#: Each request is two questions: what to ask for, then the numbers. A run begins with one more, for a cookie.
QUESTIONS = 2


class _Cut(NamedTuple):
    """A bin, and the windows that get it: long enough to be few, short enough to be sure of the bin.

    Halves of overlaps and lengths are whole hours or days, so that the windows across seams are too.
    """

    step: timedelta
    length: timedelta
    overlap: timedelta


RESOLUTIONS: Mapping[Resolution, _Cut] = MappingProxyType(
    {
        "minute": _Cut(timedelta(minutes=1), 4 * HOUR, 2 * HOUR),
        "8 minutes": _Cut(timedelta(minutes=8), 30 * HOUR, 6 * HOUR),
        "16 minutes": _Cut(timedelta(minutes=16), 60 * HOUR, 12 * HOUR),
        "hour": _Cut(HOUR, 168 * HOUR, 24 * HOUR),
        "day": _Cut(DAY, 240 * DAY, 30 * DAY),
        "week": _Cut(7 * DAY, 208 * 7 * DAY, 52 * 7 * DAY),
        "month": _Cut(timedelta(days=30), 50 * 365 * DAY, DAY),
    }
)


@dataclass(frozen=True, slots=True)
class Plan:
    """What will be asked, in this order, before anything is.

    `requests` has one for each window and group of terms, `seconds` is the time they take at the polite pace, `step`
    the bins Google is likely to answer in (the answer decides), `sample` which of its two samples will answer.
    `notes` are sentences for whoever decides on it.
    """

    windows: tuple[Window, ...]
    requests: tuple[TrendsRequest, ...]
    seconds: float
    step: timedelta
    sample: Sample
    notes: tuple[str, ...]


def plan_requests(
    request: Wanted,
    resolution: Resolution,
    *,
    now: datetime,
    anchor: str = "",
    spikes: Sequence[Window] = (),
) -> Plan:
    """The plan for these terms over this span, in bins of `resolution` or finer.

    Up to five terms share each request; with an `anchor`, which more than five need, each has requests of its own
    beside it, through which their levels can be compared. `spikes` (from find_spike, after a first run) add the
    windows that measure a spike. What began in the last 7 days comes from another sample, so a span across that
    border is cut there. Raises Unaskable for a span that is not past, more than five terms without an anchor, an
    anchor that is not of the terms' kind, and more requests than anybody can mean.
    """
    if resolution not in RESOLUTIONS:
        raise Unaskable(f"{quoted(resolution)} is none of {', '.join(RESOLUTIONS)}.")
    cut, now, notes = RESOLUTIONS[resolution], as_utc(now), list[str]()
    groups = _groups(request.terms, anchor, notes)
    rounded = whole(request.window, grain_of(request.window.length)).length
    alone = not spikes and expected_step(rounded) <= cut.step
    grain = grain_of(rounded if alone else cut.length)
    span = _past(request.window, now, grain, notes)
    _check_size(span.length // (cut.length - cut.overlap) * len(groups) if not alone else 1)
    found = (span,) if alone else plan_windows(span, length=cut.length, overlap=cut.overlap, spikes=spikes)
    moved = dict.fromkeys(_whole(found, spikes, grain))
    alike = tuple(window for window in moved if len(moved) == 1 or expected_step(window.length) == cut.step)
    windows = _one_sample(alike, now, notes)
    _check_size(len(windows) * len(groups))
    requests = [TrendsRequest(group, request.geo, window, request.property) for window in windows for group in groups]
    step = max(expected_step(window.length) for window in windows)
    _note_steps(windows, step, cut.step, notes)
    seconds = (QUESTIONS * len(requests) + 1) * HOME.pace
    return Plan(windows, tuple(requests), seconds, step, sample_of(windows[0], now), tuple(notes))


def _check_size(requests: int) -> None:
    if requests > MOST_REQUESTS:
        raise Unaskable(
            f"That takes {requests:,} requests or more, and {MOST_REQUESTS} are the limit: ask for a shorter span or "
            "longer bins."
        )


def _groups(terms: tuple[str, ...], anchor: str, notes: list[str]) -> tuple[tuple[str, ...], ...]:
    """The terms of each request: all together, or each beside the anchor."""
    anchor = " ".join(anchor.split())
    if not anchor:
        if len(terms) > TrendsRequest.MOST:
            raise Unaskable(
                f"{len(terms)} terms do not fit into one request: name one as the anchor that each is compared with."
            )
        if len(terms) > 1:
            notes.append("The terms share one scale: the largest of them is 100, and rare ones may vanish beside it.")
        return (terms,)
    if is_topic(anchor) != is_topic(terms[0]):
        raise Unaskable("The anchor is a topic and the terms are not, or the other way round: they cannot be compared.")
    others = tuple(term for term in terms if term.casefold() != anchor.casefold())
    notes.append(f"Each term is asked for beside {quoted(anchor)}, so that their levels can be compared through it.")
    return tuple((anchor, term) for term in others) or ((anchor,),)


def _past(window: Window, now: datetime, grain: timedelta, notes: list[str]) -> Window:
    """The part that is over, on whole hours or days."""
    latest = whole(Window(now - grain, now), grain).start + grain
    if window.start >= latest:
        raise Unaskable(f"The span begins {'today' if grain == DAY else 'in this hour'} or later: nothing is over yet.")
    if window.end > latest:
        notes.append(f"The span is drawn up to the last full {'day' if grain == DAY else 'hour'}, not to its end.")
        window = Window(window.start, latest)
    return whole(window, grain)


def _whole(windows: Sequence[Window], spikes: Sequence[Window], grain: timedelta) -> Iterator[Window]:
    """The windows moved to whole hours or days, each once; those that leave out a spike move away from it."""
    for window in dict.fromkeys(windows):
        outer = whole(window, grain)
        starts_later = outer.start if outer.start == window.start else outer.start + grain
        ends_sooner = outer.end if outer.end == window.end else outer.end - grain
        across = any(window.start < spike.end and spike.start < window.end for spike in spikes)
        if across or not any(window.end <= spike.start for spike in spikes):
            start = outer.start if across else starts_later
            yield Window(start, max(start + grain, ends_sooner if across else outer.end))
        elif outer.start < ends_sooner:
            yield Window(outer.start, ends_sooner)


def _one_sample(windows: tuple[Window, ...], now: datetime, notes: list[str]) -> tuple[Window, ...]:
    """The windows of one of Google's two samples: never one line."""
    archive = tuple(window for window in windows if sample_of(window, now) == "archive")
    if not archive:
        notes.append("The last 7 days come from a real-time sample: draw them again when they are a week old.")
        return windows
    if len(archive) < len(windows):
        notes.append(
            "What begins in the last 7 days comes from another sample, which is never joined to this one: left out. "
            "Draw it on its own."
        )
    return archive


def _note_steps(windows: Sequence[Window], step: timedelta, wanted: timedelta, notes: list[str]) -> None:
    if step < wanted:
        notes.append("Google answers a span this short in finer bins than asked for.")
    if len(windows) > 1:
        notes.append("Each window has a scale of its own; where they overlap, they are brought to one.")
    if step < HOUR:
        notes.append("Short bins hold few searches: rare terms will mostly be below what Google shows.")
    notes.append("One run is one sample; run it again on other days to see how far samples differ.")
