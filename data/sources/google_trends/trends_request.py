"""What Google Trends is asked for, the seam behind which a client asks it, and what it takes to draw a span."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import ClassVar, Literal, NamedTuple, Protocol

from data.analysis.draws import RECENT
from data.analysis.ladder import expected_step, plan_windows
from data.core.errors import DataError
from data.core.model import Window, as_utc
from data.sources.provider import Home
from data.story.faults import quoted

Sample = Literal["recent", "archive"]

#: There is no published limit; faster than this is what earns a 429.
HOME = Home("NIGHTDESK_TRENDS_URL", "https://trends.google.com", pace=10.0)
CALLED = "Google Trends"
HOUR, DAY = timedelta(hours=1), timedelta(days=1)
#: Google Trends has nothing from before.
BEGINS = datetime(2004, 1, 1, tzinfo=UTC)
LONGEST_TERM = 100  # characters; Google cuts longer ones
_GEO = re.compile(r"([A-Z]{2}(-[A-Z0-9]{1,3}(-[0-9]{3})?)?)?")
_TOPIC = re.compile(r"/[mg]/[0-9a-z_]+")


class Unaskable(DataError, ValueError):
    """A request that makes no sense to Google Trends; who made it can mend it."""


def is_topic(term: str) -> bool:
    """Whether this is the id of a topic (a concept in all languages) rather than a literal text."""
    return _TOPIC.fullmatch(term) is not None


@dataclass(frozen=True, slots=True)
class Wanted:
    """Terms, a place ("" is the whole world), and a span that somebody wants to know about.

    Spaces around and within terms are made one. Raises Unaskable for no terms or too many, blank, doubled or overlong
    ones, terms beside topics, a place that is no code such as US, US-FL or US-FL-528, and years before 2004.
    """

    MOST: ClassVar[int] = 25

    terms: tuple[str, ...]
    geo: str
    window: Window

    def __post_init__(self) -> None:
        if isinstance(self.terms, str):
            raise Unaskable(f"Terms must be a list, not the single text {quoted(self.terms)}.")
        object.__setattr__(self, "terms", tuple(" ".join(term.split()) for term in self.terms))
        _check_terms(self.terms, self.MOST)
        if not _GEO.fullmatch(self.geo):
            raise Unaskable(f"{quoted(self.geo)} is not a place: give a code such as US, GB or US-FL, or nothing.")
        if self.window.start < BEGINS:
            raise Unaskable(f"Google Trends begins in January 2004, and {self.window.start.date()} lies before.")


def _check_terms(terms: tuple[str, ...], most: int) -> None:
    if not terms:
        raise Unaskable("There is no term to ask about.")
    if len(terms) > most:
        raise Unaskable(f"{len(terms)} terms are more than the {most} that can be asked for at once.")
    seen = set[str]()
    for term in terms:
        if not term:
            raise Unaskable("A term is blank.")
        if len(term) > LONGEST_TERM:
            raise Unaskable(f"{quoted(term)} is longer than {LONGEST_TERM} characters.")
        if not term.isprintable():
            raise Unaskable(f"{quoted(term)} holds characters that cannot be typed.")
        if term.startswith(("/m/", "/g/")) and not is_topic(term):
            raise Unaskable(f"{quoted(term)} begins like a topic's id but is not one.")
        if term.casefold() in seen:
            raise Unaskable(f"{quoted(term)} is listed twice; Google does not tell capitals from lower case.")
        seen.add(term.casefold())
    if len({is_topic(term) for term in terms}) > 1:
        raise Unaskable(
            "A term is a literal text, a topic a concept in all languages: they measure different things, so ask for "
            "them one after the other."
        )


@dataclass(frozen=True, slots=True)
class TrendsRequest(Wanted):
    """One request to Google Trends: up to five terms, which share one scale."""

    MOST: ClassVar[int] = 5

    @property
    def asked(self) -> Window:
        """The window as Google can be asked for it: whole hours for bins of an hour or less, else whole days (UTC)."""
        return whole(self.window, grain_of(self.window.length))

    @property
    def time(self) -> str:
        """The span in Google's words: "2016-11-08T18 2016-11-09T15", or days, of which the last is included."""
        asked = self.asked
        if grain_of(self.window.length) == HOUR:
            return f"{asked.start.isoformat()[:13]} {asked.end.isoformat()[:13]}"
        return f"{asked.start.date()} {(asked.end - DAY).date()}"


@dataclass(frozen=True, slots=True)
class TrendsReply:
    """One answer as received: `data` with the guard before its JSON, drawn at a moment, from an address.

    `user_type` is what Google took the client for (kept as it came, never rewritten), `client` its name and version.
    """

    data: bytes
    kind: Literal["over-time"]
    drawn_at: datetime
    url: str
    status: int
    client: str
    user_type: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "drawn_at", as_utc(self.drawn_at))


class TrendsClient(Protocol):
    """Whoever can ask for interest over time: the only thing that drawing wants of a client.

    Raises SourceUnavailable, with `retry_after` where it is known, when it may work later, and SourceChanged when the
    answer is of an unknown shape. It paces itself, asks once and never retries after being told to wait.
    """

    def interest_over_time(self, request: TrendsRequest, /) -> TrendsReply: ...


def grain_of(length: timedelta) -> timedelta:
    """What a window of this length begins and ends on: Google takes whole hours up to about a week, else days."""
    return HOUR if expected_step(length) <= HOUR else DAY


def whole(window: Window, grain: timedelta) -> Window:
    """The least window on whole hours or days (UTC) that holds this one."""
    zero = datetime(1970, 1, 1, tzinfo=UTC)
    return Window(zero + (window.start - zero) // grain * grain, zero - (zero - window.end) // grain * grain)


def sample_of(window: Window, drawn_at: datetime) -> Sample:
    """Which sample answers: the real-time one for what began in the last 7 days, else the archive."""
    return "recent" if drawn_at - window.start <= RECENT else "archive"


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
        raise Unaskable(f"{quoted(resolution)} is not one of {', '.join(RESOLUTIONS)}.")
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
    requests = [TrendsRequest(group, request.geo, window) for window in windows for group in groups]
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
