"""What loaders give: one frozen row for each thing that is known, with its interval and the ids of its sources.

A row of one of a story's tables keeps what stands there and gains what the rest of the story says of it. Such rows are
made by `model_construct`, as their cells were judged when the story was read.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from data.core.model import SaysSource, Sourced, When, iso_text
from data.sources.provider import Count
from data.story.tables import Call, Figure, Milestone, Observation, PollClosing, Projection, VoteCount, Withdrawal


class EvidenceRow:
    """A row that says where it can be checked: `source` is one source id, or several separated by spaces."""

    __slots__ = ()

    @property
    def sources(self: SaysSource) -> tuple[str, ...]:
        """The ids of its sources."""
        return tuple(self.source.split())


class NamedRow(Protocol):
    """A row of one of a story's tables, or fetched for it."""

    @property
    def id(self) -> str: ...

    @property
    def sources(self) -> tuple[str, ...]: ...


def refs(table: str, rows: Iterable[NamedRow]) -> tuple[str, ...]:
    """Names of rows as marks keep them: table:id."""
    return tuple(f"{table}:{row.id}" for row in rows)


def sources_of(rows: Iterable[NamedRow]) -> tuple[str, ...]:
    """The ids of the sources of all these rows, each once."""
    return tuple(dict.fromkeys(name for row in rows for name in row.sources))


class WithdrawalRow(EvidenceRow, Withdrawal):
    """That an outlet took a call of its own back."""

    when: When


class CallRow(EvidenceRow, Call):
    """One outlet's call of a contest, with what the contest is called and weighs, and how it was taken back, if so."""

    name: str
    short: str
    weight: int
    when: When
    withdrawn: WithdrawalRow | None = None

    @property
    def changes(self) -> tuple[tuple[datetime, datetime, int], ...]:
        """What it adds to a total and, where it was taken back, takes away again, each with its two bounds."""
        made = (self.when.earliest, self.when.latest, self.weight)
        back = self.withdrawn
        return (made, (back.when.earliest, back.when.latest, -self.weight)) if back else (made,)


class ProjectionRow(EvidenceRow, Projection):
    """A number that somebody projected for a party; it stands until that caller's next one for it."""

    when: When


class CountRow(EvidenceRow, VoteCount):
    """Votes of a party in a contest as they were published, with what the contest is called."""

    name: str
    when: When

    @property
    def id(self) -> str:
        """What tells it from every other count: contest, party, round and time."""
        return f"{self.contest}.{self.party}.{self.round}.{iso_text(self.when.latest)}"


class MilestoneRow(EvidenceRow, Milestone):
    """A moment of the night that is not a call; `party` is empty where it is of none."""

    when: When


class ClosingRow(EvidenceRow, PollClosing):
    """The scheduled closing of the polls of a contest, in UTC."""

    name: str


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow(EvidenceRow):
    """What was published of searches on the night; `until` ends a span that says nothing of a moment in it.

    `table` is where the row is from, figures or observations; `value` is None where only a time is told.
    """

    id: str
    table: str
    what: str
    short: str
    place: str
    when: When
    until: datetime | None
    kind: str
    value: float | None
    unit: str
    grade: str
    credit: str
    published: str
    note: str
    source: str


class UntimedRow(EvidenceRow, Observation):
    """Somebody or something saw a state of a site; `region` holds names of REGIONS, `until` the end of what lasted.

    `known_from` and `known_by` bound its publication, where that is dated.
    """

    host: str
    region: str
    known_from: datetime | None
    known_by: datetime | None


class ObservationRow(UntimedRow):
    """A state that was seen at a time."""

    when: When


class FigureRow(EvidenceRow, Figure):
    """A published figure with its unit and the window it was counted over, in UTC; None where it states none.

    `when` is its moment where it is a mark of one. `value` is None where `text` has what the source prints.
    """

    when: When | None = None

    @property
    def start(self) -> datetime | None:
        """When its window begins."""
        return self.window_start

    @property
    def end(self) -> datetime | None:
        """When its window ends."""
        return self.window_end


@dataclass(frozen=True, slots=True, kw_only=True)
class BinRow(EvidenceRow):
    """A half-open bin of a series in UTC; `series` and `note` are empty where it is told apart by term and place."""

    term: str
    geo: str
    start: datetime
    end: datetime
    value: float
    censored: bool
    source: str
    series: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class OnsetRow(EvidenceRow):
    """A rise of a series that began somewhere in [`start`, `end`]; `first` begins the first bin that shows it.

    `step` is the length of a bin, `confirmed` says that a second method finds a change there too, `below` that the
    usual level is below resolution.
    """

    series: str
    term: str
    geo: str
    first: datetime
    start: datetime
    end: datetime
    step: timedelta
    confirmed: bool
    below: bool
    source: str


Calls = Sourced[CallRow]
Milestones = Sourced[MilestoneRow]
Projections = Sourced[ProjectionRow]
VoteCounts = Sourced[CountRow]
Closings = Sourced[ClosingRow]
Marks = Sourced[MarkRow]
Observations = Sourced[ObservationRow]
Untimed = Sourced[UntimedRow]
Figures = Sourced[FigureRow]
Counts = Sourced[Count]
Onsets = Sourced[OnsetRow]
