"""What loaders give: one frozen row for each thing that is known, with its interval and the ids of its sources."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime, timedelta

from data.core.model import Sourced, When
from data.sources.provider import Count


@dataclass(frozen=True, slots=True, kw_only=True)
class EvidenceRow:
    """A row that says where it can be checked: `source` is one source id, or several separated by spaces."""

    source: str

    @property
    def sources(self) -> tuple[str, ...]:
        """The ids of its sources."""
        return tuple(self.source.split())


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedRow(EvidenceRow):
    """A row of one of a story's tables, or fetched for it."""

    id: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CallRow(NamedRow):
    """One outlet's call of a contest, with what the contest is called and weighs."""

    contest: str
    name: str
    short: str
    weight: int
    party: str
    caller: str
    role: str
    basis: str
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class MilestoneRow(NamedRow):
    """A moment of the night that is not a call; `party` is empty where it is of none."""

    label: str
    kind: str
    party: str
    when: When


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingRow(NamedRow):
    """The scheduled closing of the polls of a contest, in UTC."""

    contest: str
    name: str
    last_close: datetime
    first_close: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class MarkRow(NamedRow):
    """What was published of searches on the night; `until` ends a span that says nothing of a moment in it.

    `table` is where the row is from, figures or observations; `value` is None where only a time is told.
    """

    table: str
    what: str
    place: str
    when: When
    until: datetime | None
    kind: str
    value: float | None
    unit: str
    grade: str
    credit: str
    published: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UntimedRow(NamedRow):
    """Somebody or something saw a state of a site; `region` holds names of REGIONS, `until` the end of what lasted.

    `known_from` and `known_by` bound its publication, where that is dated.
    """

    service: str
    host: str
    kind: str
    status: str
    until: datetime | None
    place: str
    region: str
    what: str
    value: float | None
    unit: str
    grade: str
    confidence: str
    credit: str
    time_basis: str
    published: str
    known_from: datetime | None
    known_by: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ObservationRow(UntimedRow):
    """A state that was seen at a time."""

    when: When

    @classmethod
    def of(cls, row: UntimedRow, when: When) -> ObservationRow:
        """The row with its time."""
        return cls(when=when, **{field.name: getattr(row, field.name) for field in fields(row)})


@dataclass(frozen=True, slots=True, kw_only=True)
class FigureRow(NamedRow):
    """A published figure with its unit and the window it was counted over, in UTC; None where it states none.

    `when` is its moment where it is a mark of one. `value` is None where `text` has what the source prints.
    """

    metric: str
    label: str
    value: float | None
    text: str
    unit: str
    start: datetime | None
    end: datetime | None
    base: str
    geo: str
    term: str
    kind: str
    credit: str
    when: When | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class BinRow(EvidenceRow):
    """A half-open bin of a series in UTC; `series` and `note` are empty where it is told apart by term and place."""

    term: str
    geo: str
    start: datetime
    end: datetime
    value: float
    censored: bool
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


Calls = Sourced[CallRow]
Milestones = Sourced[MilestoneRow]
Closings = Sourced[ClosingRow]
Marks = Sourced[MarkRow]
Observations = Sourced[ObservationRow]
Untimed = Sourced[UntimedRow]
Figures = Sourced[FigureRow]
Counts = Sourced[Count]
Onsets = Sourced[OnsetRow]
