"""What Google Trends is asked for, and the seam behind which a client asks it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar, Literal, Protocol, get_args

from data.analysis.draws import RECENT
from data.analysis.ladder import expected_step
from data.core.errors import DataError
from data.core.model import Window, as_utc
from data.sources.provider import Home
from data.story.faults import quoted

Property = Literal["web", "images", "news", "youtube", "shopping"]
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
    """Terms, a place ("" is the whole world), a span and a kind of search that somebody wants to know about.

    Spaces around and within terms are made one. Raises Unaskable for no terms or too many, blank, doubled or overlong
    ones, terms beside topics, a place that is no code such as US, US-FL or US-FL-528, and years before 2004.
    """

    MOST: ClassVar[int] = 25

    terms: tuple[str, ...]
    geo: str
    window: Window
    property: Property = "web"

    def __post_init__(self) -> None:
        if isinstance(self.terms, str):
            raise Unaskable(f"A list of terms is wanted, not the one text {quoted(self.terms)}.")
        object.__setattr__(self, "terms", tuple(" ".join(term.split()) for term in self.terms))
        _check_terms(self.terms, self.MOST)
        if not _GEO.fullmatch(self.geo):
            raise Unaskable(f"{quoted(self.geo)} is no place: wanted is a code such as US, GB or US-FL, or nothing.")
        if self.property not in get_args(Property):
            raise Unaskable(f"{quoted(self.property)} is none of {', '.join(get_args(Property))}.")
        if self.window.start < BEGINS:
            raise Unaskable(f"Google Trends begins in January 2004, and {self.window.start.date()} lies before.")


def _check_terms(terms: tuple[str, ...], most: int) -> None:
    if not terms:
        raise Unaskable("There is no term to ask for.")
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
            raise Unaskable(f"{quoted(term)} begins like a topic's id and is none.")
        if term.casefold() in seen:
            raise Unaskable(f"{quoted(term)} stands there twice; Google does not tell capitals from small letters.")
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
