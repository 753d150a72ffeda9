"""What rows of a story's tables share: the words, times and days that a cell may hold, and where a row is from."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Annotated, Any, ClassVar, Self

from pydantic import AfterValidator, AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, model_validator
from pydantic_core import PydanticCustomError

from data.core.model import Precision, When, as_utc, day_span
from data.story.time_tokens import TOLD

#: Every id: short, lower-case, usable in an address and as the anchor of a row.
Id = Annotated[str, Field(pattern=r"^[a-z0-9][a-z0-9.-]{0,78}[a-z0-9]$|^[a-z0-9]$")]
Text = Annotated[str, Field(min_length=1, max_length=1_000)]
Note = Annotated[str, Field(max_length=1_000)]
Short = Annotated[str, Field(max_length=48)]
#: Words of our own that are shown on the reader's clock.
Told = Annotated[Text, TOLD]
ToldNote = Annotated[Note, TOLD]
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
        raise ValueError(f"expected a time with its zone, like 2016-11-09T03:50:00Z{_as_saved(value)}")
    return value


def _day(value: object) -> object:
    """Refuse what pydantic would kindly accept: "86400", a count of seconds, as a day of 1970.

    A day that a spreadsheet saved with its midnight is that day.
    """
    if isinstance(value, str) and (saved := _MIDNIGHT.fullmatch(value)):
        return saved[1]
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise ValueError(f"expected a date, like 2016-11-09{_as_saved(value)}")
    return value


def _as_saved(value: str) -> str:
    """What to do about a cell that looks as if a spreadsheet had rewritten it."""
    return "; format the column as text, because a spreadsheet has rewritten this" if _REWRITTEN.match(value) else ""


Instant = Annotated[AwareDatetime, BeforeValidator(_instant), AfterValidator(as_utc)]
#: Named, because a column called `date` hides the type of that name from its own annotation.
Day = Annotated[date, BeforeValidator(_day)]


def utc_cell(moment: date) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def wrong_cell(column: str, found: str, wants: str) -> PydanticCustomError:
    """A fault of two cells together, put in the column where its author can mend it."""
    context = {"column": column, "found": found, "wants": wants}
    return PydanticCustomError("cells", "column {column}: found {found}, expected {wants}", context)


def needs_base(unit: str, base: str) -> None:
    if unit.startswith("percent") and not base:
        wants = 'what the percentage compares with (its base window), or "not stated by the source"'
        raise wrong_cell("base", "an empty cell", wants)


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
                raise wrong_cell(first, f"{utc_cell(start)}, which is after {last}", f"{utc_cell(end)} or before")
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
                raise wrong_cell(
                    "precision", f"none, beside the time {utc_cell(given)}", "no time in at, earliest and latest"
                )
            return self
        column, value = wants.get(self.precision, ("at", self.at))
        if not value:
            raise wrong_cell(column, "an empty cell", f"a time, because precision is {self.precision.value}")
        if self.precision in (Precision.SECOND, Precision.MINUTE) and {self.earliest, self.latest} - {None, self.at}:
            raise wrong_cell("precision", f"{self.precision.value}, beside bounds", "window, because the bounds differ")
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
