"""The values every room shares: spans of time, and numbers that keep their sources."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Generic, NamedTuple, Protocol, TypeVar
from zoneinfo import ZoneInfo


def as_utc(moment: datetime) -> datetime:
    """The same instant in UTC; a naive time is refused, because it could be any of 24."""
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no zone; write it with Z or an offset")
    return moment.astimezone(UTC)


def iso_text(moment: datetime) -> str:
    """An aware moment as files hold it: UTC to the second, with Z."""
    return as_utc(moment).isoformat(timespec="seconds").replace("+00:00", "Z")


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A half-open UTC span [start, end)."""

    start: datetime
    end: datetime

    def __post_init__(self) -> None:
        object.__setattr__(self, "start", as_utc(self.start))
        object.__setattr__(self, "end", as_utc(self.end))
        if self.start >= self.end:
            raise ValueError(f"a window must end after it starts: {self.start.isoformat()} to {self.end.isoformat()}")

    @property
    def length(self) -> timedelta:
        return self.end - self.start

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    def overlaps(self, earliest: datetime, latest: datetime) -> bool:
        """Whether [earliest, latest] has an instant in common with this window."""
        return earliest < self.end and latest >= self.start


def day_span(day: date, zone: str) -> tuple[datetime, datetime]:
    """The first and last UTC second of a calendar day in an IANA zone."""
    start = datetime.combine(day, time(), ZoneInfo(zone))
    end = datetime.combine(day + timedelta(days=1), time(), ZoneInfo(zone)) - timedelta(seconds=1)
    return start.astimezone(UTC), end.astimezone(UTC)


class Precision(StrEnum):
    """How sharply a source states a time; nothing is ever drawn sharper than this."""

    SECOND = "second"
    MINUTE = "minute"
    HOUR = "hour"  # "around 11 p.m."
    APPROXIMATE = "approximate"  # "about 10:30 p.m."
    AFTER = "after"  # "shortly after 9 p.m."
    BY = "by"  # an upper bound; the lower one, if any, is another fact
    WINDOW = "window"  # somewhere between two published bounds
    DAY = "day"
    NONE = "none"  # nobody published a time


class Order(StrEnum):
    """In which order a story is told: as it happened, or as it was published."""

    HAPPENED = "happened"
    KNOWN = "known"


#: Stands for the upper bound of what a story that is told up to a moment knows none of; never shown.
OPEN_END = datetime(2199, 12, 31, tzinfo=UTC)


#: How far a stated time is read to reach, before and after it. The half hour for "about" and "around" is this
#: project's reading convention, printed on the Sources & methods page; the source gives no width.
REACH: dict[Precision, tuple[timedelta, timedelta]] = {
    Precision.HOUR: (timedelta(minutes=30), timedelta(minutes=30)),
    Precision.APPROXIMATE: (timedelta(minutes=30), timedelta(minutes=30)),
    Precision.AFTER: (timedelta(0), timedelta(minutes=30)),
}


@dataclass(frozen=True, slots=True)
class When:
    """The interval in which something happened, as sharp as its evidence: earliest <= it <= latest (UTC).

    `stated` is the clock time the source prints, where it prints one; for "about 10:30 p.m." it is 10:30 and the
    interval is the reach of "about". Of a day it is the calendar day, as its midnight in UTC: a day belongs to the
    place where it was told and is the same day for every reader.
    """

    earliest: datetime
    latest: datetime
    precision: Precision
    stated: datetime | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "earliest", as_utc(self.earliest))
        object.__setattr__(self, "latest", as_utc(self.latest))
        if self.earliest > self.latest:
            raise ValueError(
                f"earliest {self.earliest.isoformat()} is after latest {self.latest.isoformat()}",
            )

    @classmethod
    def at(cls, stated: datetime, precision: Precision = Precision.MINUTE) -> When:
        """The interval that a stated clock time of this precision stands for."""
        stated = as_utc(stated)
        before, after = REACH.get(precision, (timedelta(0), timedelta(0)))
        return cls(stated - before, stated + after, precision, stated)

    @property
    def exact(self) -> bool:
        """Whether a single minute or second is known; an upper bound alone is none."""
        return self.earliest == self.latest and self.precision is not Precision.BY

    @property
    def open(self) -> bool:
        """Whether no upper bound is known at the moment up to which the story is told."""
        return self.latest >= OPEN_END

    @property
    def middle(self) -> datetime:
        """Where a label may point: the stated time, else the middle of the interval (never shown as a time)."""
        half = self.earliest + (self.latest - self.earliest) / 2
        return half if self.precision is Precision.DAY else self.stated or half


@dataclass(frozen=True, slots=True)
class Source:
    """Where a figure can be checked: who published it, under what title, at which address."""

    id: str
    org: str
    title: str
    url: str
    published: str = ""
    licence: str = ""


class SaysSource(Protocol):
    """A row that names its sources by their ids, separated by spaces."""

    @property
    def source(self) -> str: ...


R = TypeVar("R", bound=SaysSource, covariant=True)


class Sourced(NamedTuple, Generic[R]):
    """Frozen rows that cannot be passed on without their sources."""

    rows: tuple[R, ...]
    sources: tuple[Source, ...]


T = TypeVar("T", bound=SaysSource)


def only_used(rows: Iterable[T], sources: Iterable[Source]) -> Sourced[T]:
    """The rows with just the sources that they name, in the order of `sources`."""
    kept = tuple(rows)
    used = {name for row in kept for name in row.source.split()}
    return Sourced(kept, tuple(source for source in sources if source.id in used))
