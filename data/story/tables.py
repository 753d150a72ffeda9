"""The columns of a story's tables: one frozen row type for each CSV file, which refuses what it cannot mean."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Literal, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from data.core.model import Precision, When, as_utc, day_span
from data.story.time_tokens import TOLD, Published, Zone

#: Every id: short, lower-case, usable in an address and as the anchor of a row.
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,78}[a-z0-9]$|^[a-z0-9]$")]
Text = Annotated[str, Field(min_length=1, max_length=1_000)]
Note = Annotated[str, Field(max_length=1_000)]
Short = Annotated[str, Field(max_length=48)]
#: The address of one, or nothing.
Picture = Annotated[str, Field(pattern=r"^(https?://\S+)?$", max_length=1_000)]
#: Words of our own that are shown on the reader's clock.
Told = Annotated[Text, TOLD]
ToldNote = Annotated[Note, TOLD]
#: Tiles side by side that still hold letters on a phone.
MOST_TILES = 24
#: Places side by side of any map.
MOST_PLACES = 500
SLUG = r"^[a-z0-9][a-z0-9-]{0,62}[a-z0-9]$"

#: Years 1900 to 2199, so that no offset and no "end of that day" can leave the calendar.
_DAY = re.compile(r"(19|20|21)[0-9]{2}-[0-9]{2}-[0-9]{2}")
_DATED = re.compile(_DAY.pattern + r"[T ][0-9]{2}:[0-9]{2}(:[0-9]{2})?(Z|[+-][0-9]{2}:[0-9]{2})")

_MIDNIGHT = re.compile(rf"({_DAY.pattern})[T ]00:00(?::00)?")
#: Days in a country's own order, 11/9/2016 or 09.11.2016, and the days that a spreadsheet counts from 1900.
_REWRITTEN = re.compile(r"\d{1,2}[./-]\d{1,2}[./-]\d{2,4}\b|\d{1,2}-[A-Z][a-z]{2}-\d{2}|\d{5}([.,]\d+)?$")


def _instant(value: object) -> object:
    """Refuse what pydantic would kindly accept: epoch numbers, naive times and dates without a clock time."""
    if isinstance(value, str) and not _DATED.fullmatch(value):
        raise ValueError(f"wants a time with its zone, like 2016-11-09T03:50:00Z{_as_saved(value)}")
    return value


def _day(value: object) -> object:
    """Refuse what pydantic would kindly accept: "86400", a count of seconds, as a day of 1970.

    A day that a spreadsheet saved with its midnight is that day.
    """
    if isinstance(value, str) and (saved := _MIDNIGHT.fullmatch(value)):
        return saved[1]
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError(f"wants a date, like 2016-11-09{_as_saved(value)}")
    return value


def _as_saved(value: str) -> str:
    """What to do about a cell that looks as if a spreadsheet had rewritten it."""
    return "; format the column as text, as a spreadsheet has rewritten this" if _REWRITTEN.match(value) else ""


Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(as_utc)]
#: Named, because a column called `date` hides the type of that name from its own annotation.
Day = Annotated[date, BeforeValidator(_day)]


def _z(moment: date) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def _wrong(column: str, found: str, wants: str) -> PydanticCustomError:
    """A fault of two cells together, put in the column where its author can mend it."""
    context = {"column": column, "found": found, "wants": wants}
    return PydanticCustomError("cells", "column {column}: found {found}, wants {wants}", context)


def _based(unit: str, base: str) -> None:
    if unit.startswith("percent") and not base:
        wants = 'what the percentage compares with (its base window), or "not stated by the source"'
        raise _wrong("base", "an empty cell", wants)


class Row(BaseModel):
    """A row of a story table. Empty cells are absent facts, never zero and never guessed."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, allow_inf_nan=False)
    file: ClassVar[str]
    #: Columns whose value names a row or entry elsewhere: column -> what it must be one of.
    refers: ClassVar[Mapping[str, str]] = {}
    #: Columns that together name a row: no two rows have the same values there.
    unique: ClassVar[tuple[str, ...]] = ("id",)
    #: Further columns that a story names itself, as a pattern and in words; none for most tables.
    own: ClassVar[tuple[str, str]] = ("", "")
    #: Pairs of columns of which the first, where both are given, is never after the second.
    ordered: ClassVar[tuple[tuple[str, str], ...]] = ()

    @model_validator(mode="before")
    @classmethod
    def _empty_is_absent(cls, data: Any) -> Any:
        return {key: value for key, value in data.items() if value != ""} if isinstance(data, dict) else data

    @model_validator(mode="after")
    def _times_in_order(self) -> Self:
        for first, last in self.ordered:
            start, end = getattr(self, first), getattr(self, last)
            if start and end and start > end:
                raise _wrong(first, f"{_z(start)}, which is after {last}", f"{_z(end)} or before")
        return self


class Sourcing(Row):
    """A row that says where it can be checked: one source id, or several separated by spaces."""

    id: Id
    source: Annotated[str, Field(min_length=1)]
    note: Note = ""


class Clocked(Row):
    """A row with a time as sharp as its evidence: `at` where one is stated, bounds where only those are known."""

    at: Instant | None = None
    earliest: Instant | None = None
    latest: Instant | None = None
    date: Day | None = None
    precision: Precision
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("earliest", "latest"),)

    @model_validator(mode="after")
    def _precision_has_its_time(self) -> Self:
        wants = {
            Precision.BY: ("latest", self.latest),
            Precision.WINDOW: ("latest" if self.earliest else "earliest", self.earliest and self.latest),
            Precision.DAY: ("date", self.date),
        }
        if self.precision is Precision.NONE:
            given = self.at or self.earliest or self.latest
            if given:
                raise _wrong("precision", f"none, beside the time {_z(given)}", "no time in at, earliest and latest")
            return self
        column, value = wants.get(self.precision, ("at", self.at))
        if not value:
            raise _wrong(column, "an empty cell", f"a time, as precision is {self.precision.value}")
        if self.precision in (Precision.SECOND, Precision.MINUTE) and {self.earliest, self.latest} - {None, self.at}:
            raise _wrong("precision", f"{self.precision.value}, beside bounds", "window, as the bounds lie apart")
        return self

    def interval(self, zone: str, no_earlier: datetime | None = None) -> When | None:
        """The interval its time stands for, or None where nobody published one; a calendar day is a day of this zone.

        A row with only an upper bound reaches back to `no_earlier` (for a call: the poll closing), else to its own
        bound.
        """
        if self.precision is Precision.NONE:
            return None
        if self.precision is Precision.DAY and self.date:
            first, last = day_span(self.date, zone)
            return When(first, last, Precision.DAY, datetime.combine(self.date, time(), UTC))
        if self.at is None:
            latest = self.latest or self.earliest
            return When(self.earliest or no_earlier or latest, latest, self.precision) if latest else None
        reach = When.at(self.at, self.precision)
        return When(self.earliest or reach.earliest, self.latest or reach.latest, self.precision, reach.stated)


class Timed(Clocked, Sourcing):
    """A row with a time that is named and says where it can be checked."""


class SourceRow(Row):
    """sources.csv: where each figure can be checked."""

    file: ClassVar[str] = "sources.csv"
    id: Id
    org: Text
    title: Text
    url: Annotated[str, Field(pattern=r"^https?://\S+$", max_length=1_000)]
    published: Published = ""
    licence: Note = ""


class Contest(Row):
    """contests.csv: what is being decided, and its weight in the story's total."""

    file: ClassVar[str] = "contests.csv"
    refers: ClassVar[Mapping[str, str]] = {"source": "sources"}
    unique: ClassVar[tuple[str, ...]] = ("code",)
    code: Annotated[str, Field(pattern=r"^[A-Z0-9][A-Z0-9-]{0,15}$")]
    name: Text
    short: Text
    weight: Annotated[int, Field(ge=0, le=100_000)]
    source: Annotated[str, Field(min_length=1)]
    #: The place of its tile on the map, counted from 0 at the top left.
    tile_column: Annotated[int, Field(ge=0, le=MOST_TILES - 1)] | None = None
    tile_row: Annotated[int, Field(ge=0, le=MOST_TILES - 1)] | None = None
    #: Where it lies, for a map of a story whose tiles have no places.
    region: Annotated[str, Field(max_length=100)] = ""

    @property
    def tile(self) -> tuple[int, int] | None:
        """Column and row of its tile; None for a contest without one."""
        return None if self.tile_column is None or self.tile_row is None else (self.tile_column, self.tile_row)

    @model_validator(mode="after")
    def _tile_is_whole(self) -> Self:
        for column, other in (("tile_column", "tile_row"), ("tile_row", "tile_column")):
            if getattr(self, column) is None and getattr(self, other) is not None:
                raise _wrong(column, "an empty cell", f"a whole number from 0, beside {other}")
        return self


class Tile(Row):
    """tiles.csv: the place of a contest on the map, counted from 0 at the top left; odd rows of hexes are shifted."""

    file: ClassVar[str] = "tiles.csv"
    refers: ClassVar[Mapping[str, str]] = {"code": "contests"}
    unique: ClassVar[tuple[str, ...]] = ("code",)
    code: str
    column: Annotated[int, Field(ge=0, le=MOST_PLACES - 1)]
    row: Annotated[int, Field(ge=0, le=MOST_PLACES - 1)]
    shape: Literal["square", "hex"] = "square"


class Call(Timed):
    """calls.csv: one outlet's call of one contest. Another outlet's call is another row."""

    file: ClassVar[str] = "calls.csv"
    refers: ClassVar[Mapping[str, str]] = {
        "contest": "contests",
        "caller": "callers",
        "party": "parties",
        "source": "sources",
    }
    contest: str
    caller: str
    #: Empty where nobody has won: of a run-off, and of a tie until it is decided.
    party: str = ""
    outcome: Literal["won", "runoff", "not_leading", "tie", "lots"] = "won"
    #: primary: this caller's call in the story's complete ledger; other: another outlet's call;
    #: corroboration: a second log of a call that already has a row, listed and never counted.
    role: Literal["primary", "other", "corroboration"]
    #: Where the minute comes from: the caller's own log or wire, another outlet naming it, or somebody's log.
    basis: Literal["own log", "own wire", "named by another outlet", "another outlet's log", "bounds", "date"]

    @model_validator(mode="after")
    def _has_the_party_of_its_outcome(self) -> Self:
        if self.outcome == "runoff" and self.party:
            raise _wrong("party", repr(self.party[:60]), "an empty cell, as nobody has won where outcome is runoff")
        if not self.party and self.outcome not in ("runoff", "tie"):
            wants = f"a party, as outcome is {self.outcome}; only a run-off or a tie has none"
            raise _wrong("party", "an empty cell", wants)
        return self


class Withdrawal(Timed):
    """withdrawals.csv: a caller takes a call of its own back. What it calls later is another row of calls.csv."""

    file: ClassVar[str] = "withdrawals.csv"
    refers: ClassVar[Mapping[str, str]] = {"call": "calls", "source": "sources"}
    call: str

    @model_validator(mode="after")
    def _has_a_time(self) -> Self:
        if self.precision is Precision.NONE:
            raise _wrong("precision", "none", "a time, as nobody could say until when the call stood")
        return self


class Projection(Timed):
    """projections.csv: a number of a party that somebody projected, like an exit poll and its updates; never a call.

    In the unit of the story. It stands until the same caller projects another number for that party.
    """

    file: ClassVar[str] = "projections.csv"
    refers: ClassVar[Mapping[str, str]] = {"caller": "callers", "party": "parties", "source": "sources"}
    caller: str
    party: Annotated[str, Field(min_length=1)]
    #: Either a value, or the two bounds between which it lies; or all three.
    low: Annotated[float, Field(ge=0)] | None = None
    value: Annotated[float, Field(ge=0)] | None = None
    high: Annotated[float, Field(ge=0)] | None = None

    @model_validator(mode="after")
    def _says_a_number_and_when(self) -> Self:
        if self.precision is Precision.NONE:
            raise _wrong("precision", "none", "a time, as nobody could say from when the projection stood")
        if (self.low is None) != (self.high is None):
            column = "low" if self.low is None else "high"
            raise _wrong(column, "an empty cell", "a bound, as the other one is given")
        if self.value is None and self.low is None:
            raise _wrong("value", "an empty cell", "a number, or its bounds in low and high")
        numbers = [number for number in (self.low, self.value, self.high) if number is not None]
        if numbers != sorted(numbers):
            said = ", ".join(f"{number:g}" for number in numbers)
            raise _wrong("low", said, "low, value and high in this order")
        return self


class VoteCount(Clocked):
    """counts.csv: votes of a party in a contest as somebody published them, in the first round or a later one.

    A count stands until the next one of that contest, party and round, which may be lower.
    """

    file: ClassVar[str] = "counts.csv"
    refers: ClassVar[Mapping[str, str]] = {"contest": "contests", "party": "parties", "source": "sources"}
    #: Two counts of one time are told apart from a second one by a check of their own.
    unique: ClassVar[tuple[str, ...]] = ()
    contest: str
    party: Annotated[str, Field(min_length=1)]
    round: Annotated[int, Field(ge=1, le=100)] = 1
    votes: Annotated[int, Field(ge=0)]
    source: Annotated[str, Field(min_length=1)]
    note: Note = ""

    @model_validator(mode="after")
    def _has_a_time(self) -> Self:
        if self.precision is Precision.NONE:
            raise _wrong("precision", "none", "a time, as nobody could say from when the count stood")
        return self


class PollClosing(Row):
    """poll_closings.csv: scheduled closings."""

    file: ClassVar[str] = "poll_closings.csv"
    refers: ClassVar[Mapping[str, str]] = {"contest": "contests", "source": "sources"}
    id: Id
    contest: str
    last_close: Instant
    first_close: Instant | None = None
    source: Annotated[str, Field(min_length=1)]
    note: Note = ""
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("first_close", "last_close"),)


class Milestone(Timed):
    """milestones.csv: moments of the night that are not a call of a contest."""

    file: ClassVar[str] = "milestones.csv"
    refers: ClassVar[Mapping[str, str]] = {"party": "parties", "source": "sources"}
    label: Text
    #: later total: a total that came to differ after the night, as when electors voted for others; never a call.
    #: What a label on a chart says of it, without its time; what has one is labelled first.
    short: Short = ""
    kind: Literal[
        "polls close",
        "calls",
        "decisive call",
        "chamber",
        "concession",
        "speech",
        "markets",
        "certification",
        "later total",
        "other",
    ]
    party: str = ""


class Observation(Timed):
    """observations.csv: someone or something saw a state at a time. A verdict is separate."""

    file: ClassVar[str] = "observations.csv"
    refers: ClassVar[Mapping[str, str]] = {"service": "services", "source": "sources"}
    service: str
    kind: Literal["outage", "metric", "interest", "statement", "context"]
    status: Literal["failing", "unreachable", "degraded", "answering", "unwatched", "none"]
    #: The state or count is reported to reach until here; empty when only a moment was seen.
    until: Instant | None = None
    #: "yes" where the source says that the trouble began then, rather than that it was there.
    begins: Literal["yes", ""] = ""
    place: Text
    what: Told
    #: What a label on a chart says of it, without its place and time.
    short: Short = ""
    value: float | None = None
    unit: Note = ""
    grade: Literal["A", "B", "C", "D"]
    confidence: Literal["high", "medium", "low"]
    credit: Text
    #: How the source states the time, so that a reader can judge the reading.
    time_basis: Text
    published: Published = ""
    #: Where a picture of what was seen is: a link for readers, which no page loads.
    picture: Picture = ""
    note: ToldNote = ""
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("earliest", "latest"), ("at", "until"))

    @model_validator(mode="after")
    def _a_gap_has_its_end(self) -> Self:
        if self.status == "unwatched" and not self.until:
            raise _wrong("until", "an empty cell", "a time, as status is unwatched")
        return self


class Figure(Row):
    """figures.csv: published figures, each with its unit and the window it was counted over."""

    file: ClassVar[str] = "figures.csv"
    refers: ClassVar[Mapping[str, str]] = {"source": "sources"}
    id: Id
    metric: Text
    label: Told
    #: What a label on a chart says of it, without its time.
    short: Short = ""
    value: float | None = None
    #: What the source prints where that is not a number ("listed", "none").
    text: ToldNote = ""
    unit: Text
    window_start: Instant | None = None
    window_end: Instant | None = None
    #: What a percentage or a multiple compares with, in words; "not stated by the source" where it is silent.
    base: ToldNote = ""
    geo: Text
    term: Note = ""
    kind: Literal[
        "exact", "lower bound", "upper bound", "approximate", "rounded", "derived", "rank", "time only", "claim"
    ]
    trust: Literal["high", "medium", "low"]
    conflict_group: Note = ""
    #: night: belongs to this story's night; context: another night, for comparison, never drawn on the night.
    scope: Literal["night", "context"]
    credit: Text
    source: Annotated[str, Field(min_length=1)]
    note: ToldNote = ""
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("window_start", "window_end"),)

    @model_validator(mode="after")
    def _percentage_has_its_base(self) -> Self:
        _based(self.unit, self.base)
        if self.value is None and not self.text:
            raise _wrong("value", "an empty cell", "a number, or what the source prints in column text")
        return self


class Control(Timed):
    """controls.csv: other nights that test the story, such as a failure without an election. Rows make up cases."""

    file: ClassVar[str] = "controls.csv"
    refers: ClassVar[Mapping[str, str]] = {"source": "sources"}
    case: Id
    #: Of the case, and so the same in all its rows, as are the three plain facts.
    title: Text
    spike: Literal["yes", "no", "not stated"]
    outage: Literal["yes", "no", "not stated"]
    election: Literal["yes", "no", "not stated"]
    host: Text
    #: not found: a search for reports that found none; the one kind that has no source, and is no proof of absence.
    kind: Literal["outage", "metric", "interest", "statement", "context", "not found"]
    status: Literal["failing", "degraded", "answering", "none"]
    until: Instant | None = None
    what: Told
    value: float | None = None
    unit: Note = ""
    base: ToldNote = ""
    confidence: Literal["high", "medium", "low"] | None = None
    credit: Text
    #: In which the source tells the time; a day is a day there.
    zone: Zone
    source: str = ""
    note: ToldNote = ""
    #: The name of a story that tells the case whole, in any of its rows.
    story: Annotated[str, Field(pattern=f"^$|{SLUG}")] = ""
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("earliest", "latest"), ("at", "until"))

    @model_validator(mode="after")
    def _can_be_checked(self) -> Self:
        _based(self.unit, self.base)
        for column in () if self.kind == "not found" else ("source", "confidence"):
            if not getattr(self, column):
                raise _wrong(column, "an empty cell", "a value, unless kind is not found")
        return self


class Interest(Row):
    """interest.csv: search interest by bin, each (term, geo) on the scale of its own maximum."""

    file: ClassVar[str] = "interest.csv"
    refers: ClassVar[Mapping[str, str]] = {"source": "sources"}
    unique: ClassVar[tuple[str, ...]] = ("term", "geo", "start")
    term: Text
    geo: Text
    start: Day
    end: Day
    value: Annotated[float, Field(ge=0, le=100)]
    source: Annotated[str, Field(min_length=1)]
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("start", "end"),)


class Reading(Row):
    """series.csv: one reading of a measured series of the story itself; rows of one `id` are one series.

    `cumulative` is a total as it stood at `at`; `count` is what was counted from `at` to `until`; `index` a level.
    """

    file: ClassVar[str] = "series.csv"
    refers: ClassVar[Mapping[str, str]] = {"source": "sources"}
    #: A clock that stood still gives two readings one stamp, so that no columns name a row.
    unique: ClassVar[tuple[str, ...]] = ()
    id: Id
    name: Text
    unit: Text
    kind: Literal["count", "cumulative", "index"]
    at: Instant
    until: Instant | None = None
    value: float
    source: Annotated[str, Field(min_length=1)]
    ordered: ClassVar[tuple[tuple[str, str], ...]] = (("at", "until"),)

    @model_validator(mode="after")
    def _is_of_its_kind(self) -> Self:
        if self.kind == "count" and (self.until is None or self.until == self.at):
            raise _wrong("until", "no span", "when the counting that began at `at` ended, as kind is count")
        if self.kind == "cumulative" and self.until is not None:
            raise _wrong("until", _z(self.until), "an empty cell, as a cumulative total stands at one instant")
        if self.kind != "index" and self.value < 0:
            raise _wrong("value", f"{self.value:g}", f"0 or more, as kind is {self.kind}")
        return self


class Result(Row):
    """results.csv: final votes of one side of a contest; districts repeat votes of their state and carry no weight.

    The margins are those of the side that was ahead, where a source gives them and not the votes that they follow from.
    """

    file: ClassVar[str] = "results.csv"
    refers: ClassVar[Mapping[str, str]] = {"contest": "contests", "party": "sides", "source": "sources"}
    unique: ClassVar[tuple[str, ...]] = ("contest", "party")
    contest: str
    party: str
    votes: Annotated[int, Field(ge=0)] | None = None
    share: Annotated[float, Field(ge=0, le=100)] | None = None
    margin_votes: Annotated[int, Field(ge=0)] | None = None
    margin_points: Annotated[float, Field(ge=0, le=100)] | None = None
    status: Literal["final", "unofficial"] = "final"
    source: Annotated[str, Field(min_length=1)]
    note: Note = ""


class WideResult(Row):
    """results.csv as it was written before: a row for each contest, with a column of votes for each party."""

    model_config = ConfigDict(extra="allow")
    __pydantic_extra__: dict[str, Annotated[int, Field(ge=0)]]
    file: ClassVar[str] = "results.csv"
    refers: ClassVar[Mapping[str, str]] = {"contest": "contests", "party": "parties", "source": "sources"}
    unique: ClassVar[tuple[str, ...]] = ("contest",)
    own: ClassVar[tuple[str, str]] = (r"votes_[a-z0-9-]+", "votes_ with a party's id in lower case")
    contest: str
    party: str
    votes_other: Annotated[int, Field(ge=0)] | None = None
    votes_total: Annotated[int, Field(ge=0)] | None = None
    winner_pct: Annotated[float, Field(ge=0, le=100)] | None = None
    margin_points: float | None = None
    margin_votes: int | None = None
    status: Literal["final", "unofficial"]
    source: Annotated[str, Field(min_length=1)]
    note: Note = ""

    @property
    def votes(self) -> dict[str, int]:
        """A party's id in lower case -> its votes, of the parties whose votes are given."""
        return {name.removeprefix("votes_"): count for name, count in (self.model_extra or {}).items()}


class Correction(Row):
    """corrections.csv: what this story had wrong, and what it says now."""

    file: ClassVar[str] = "corrections.csv"
    refers: ClassVar[Mapping[str, str]] = {"source": "sources"}
    id: Id
    corrected: Instant
    where: Text
    was: Text
    now: Text
    why: Text
    source: str = ""


TABLES: tuple[type[Row], ...] = (
    SourceRow, Contest, Tile, Call, Withdrawal, Projection, VoteCount, PollClosing, Milestone, Observation, Figure,
    Control, Interest, Reading, Result, Correction,
)  # fmt: skip
