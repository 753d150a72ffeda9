"""The columns of a story's tables: one frozen row type for each CSV file, which refuses what it cannot mean."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, ClassVar, Literal, Self

from pydantic import ConfigDict, Field, model_validator

from data.core.model import Precision
from data.story.table_rows import (
    SLUG,
    Clocked,
    Day,
    Id,
    Instant,
    Note,
    Row,
    Short,
    Text,
    Timed,
    Told,
    ToldNote,
    needs_base,
    utc_cell,
    wrong_cell,
)
from data.story.time_tokens import Published, Zone

#: The address of a picture, or nothing.
Picture = Annotated[str, Field(pattern=r"^(https?://\S+)?$", max_length=1_000)]
#: Tiles side by side that still hold letters on a phone.
MOST_TILES = 24
#: Places side by side of any map.
MOST_PLACES = 500


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
                raise wrong_cell(column, "an empty cell", f"a whole number from 0, beside {other}")
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
            raise wrong_cell(
                "party", repr(self.party[:60]), "an empty cell, because nobody has won where outcome is runoff"
            )
        if not self.party and self.outcome not in ("runoff", "tie"):
            wants = f"a party, because outcome is {self.outcome}; only a run-off or a tie has none"
            raise wrong_cell("party", "an empty cell", wants)
        return self


class Withdrawal(Timed):
    """withdrawals.csv: a caller takes a call of its own back. What it calls later is another row of calls.csv."""

    file: ClassVar[str] = "withdrawals.csv"
    refers: ClassVar[Mapping[str, str]] = {"call": "calls", "source": "sources"}
    call: str

    @model_validator(mode="after")
    def _has_a_time(self) -> Self:
        if self.precision is Precision.NONE:
            raise wrong_cell("precision", "none", "a time, because otherwise nobody could say how long the call stood")
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
            raise wrong_cell(
                "precision", "none", "a time, because otherwise nobody could say since when the projection stood"
            )
        if (self.low is None) != (self.high is None):
            column = "low" if self.low is None else "high"
            raise wrong_cell(column, "an empty cell", "a bound, because the other one is given")
        if self.value is None and self.low is None:
            raise wrong_cell("value", "an empty cell", "a number, or its bounds in low and high")
        numbers = [number for number in (self.low, self.value, self.high) if number is not None]
        if numbers != sorted(numbers):
            said = ", ".join(f"{number:g}" for number in numbers)
            raise wrong_cell("low", said, "low, value and high in this order")
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
            raise wrong_cell(
                "precision", "none", "a time, because otherwise nobody could say since when the count stood"
            )
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
            raise wrong_cell("until", "an empty cell", "a time, because status is unwatched")
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
        needs_base(self.unit, self.base)
        if self.value is None and not self.text:
            raise wrong_cell("value", "an empty cell", "a number, or what the source prints in column text")
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
        needs_base(self.unit, self.base)
        for column in () if self.kind == "not found" else ("source", "confidence"):
            if not getattr(self, column):
                raise wrong_cell(column, "an empty cell", "a value, unless kind is not found")
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
            raise wrong_cell("until", "no span", "the end of the counting that began at `at`, because kind is count")
        if self.kind == "cumulative" and self.until is not None:
            raise wrong_cell(
                "until", utc_cell(self.until), "an empty cell, because a cumulative total stands at one instant"
            )
        if self.kind != "index" and self.value < 0:
            raise wrong_cell("value", f"{self.value:g}", f"0 or more, because kind is {self.kind}")
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
    #: The row that it is about, as "calls:us-fl-ap"; empty of what no row says.
    row: str = ""


TABLES: tuple[type[Row], ...] = (
    SourceRow, Contest, Tile, Call, Withdrawal, Projection, VoteCount, PollClosing, Milestone, Observation, Figure,
    Control, Interest, Reading, Result, Correction,
)  # fmt: skip
