"""What a night's own tables say, computed slowly and plainly: an independent reference for what is served.

It reads the files of a story's folder alone and shares no code with the product, not even its clock: what both say
alike is then no common mistake. Every question is answered by going through all rows again.
"""

from __future__ import annotations

import csv
import tomllib
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_HALF_HOUR, _SECOND = timedelta(minutes=30), timedelta(seconds=1)
_MONTHS = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]
#: Precisions of a call that has no time of its own.
_UNTIMED = ("window", "day", "none")


@dataclass(frozen=True)
class Fact:
    """A row of calls.csv or observations.csv with the two instants between which it happened."""

    row: dict[str, str]
    first: datetime
    last: datetime

    @property
    def exact(self) -> bool:
        return self.first == self.last

    def touches(self, start: datetime, end: datetime) -> bool:
        return self.first < end and self.last >= start


def instant(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


def in_words(low: int, high: int | None) -> str:
    """197, 3 to 18, at least 3."""
    if high is None:
        return f"at least {low:,}"
    return f"{low:,}" if low == high else f"{low:,} to {high:,}"


class Night:
    """The tables of one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.about: dict[str, Any] = tomllib.loads((folder / "story.toml").read_text(encoding="utf-8"))
        self.weights = {row["code"]: int(row["weight"]) for row in self.rows("contests")}
        self.names = {row["code"]: row["name"] for row in self.rows("contests")}
        self.parties: dict[str, str] = {party["id"]: party["short"] for party in self.about["parties"]}
        self.calls = [self._call(row) for row in self.rows("calls") if row["role"] != "corroboration"]
        self.observations = [fact for fact in map(self._fact, self.rows("observations")) if fact]

    def rows(self, table: str) -> list[dict[str, str]]:
        """The rows of a table; none where it is not there."""
        path = self.folder / f"{table}.csv"
        if not path.exists():
            return []
        with path.open(encoding="utf-8", newline="") as lines:
            return list(csv.DictReader(lines))

    @property
    def zone(self) -> str:
        return str(self.about["clock"])

    @property
    def window(self) -> tuple[datetime, datetime]:
        start, end = (self.about["window"][name].astimezone(UTC) for name in ("start", "end"))
        return start, end

    @property
    def verb(self) -> str:
        return str(self.about.get("verb", "called"))

    @property
    def callers(self) -> list[str]:
        return [caller["id"] for caller in self.about["callers"] if caller.get("selectable")]

    def said(self, caller: str) -> str:
        """What sentences call a caller."""
        return next((one.get("said") or caller for one in self.about["callers"] if one["id"] == caller), caller)

    def _fact(self, row: dict[str, str], floor: datetime | None = None) -> Fact | None:
        precision, at = row["precision"], row["at"]
        if precision == "none":
            return None
        if precision == "day" and row.get("date"):
            day, zone = date.fromisoformat(row["date"]), ZoneInfo(self.zone)
            start = datetime(day.year, day.month, day.day, tzinfo=zone).astimezone(UTC)
            after = day + timedelta(days=1)
            return Fact(row, start, datetime(after.year, after.month, after.day, tzinfo=zone).astimezone(UTC) - _SECOND)
        if not at:
            last = row["latest"] or row["earliest"]
            if not last:
                return None
            first = instant(row["earliest"]) if row["earliest"] else floor or instant(last)
            return Fact(row, first, instant(last))
        before = _HALF_HOUR if precision in ("hour", "approximate") else timedelta(0)
        after_ = _HALF_HOUR if precision in ("hour", "approximate", "after") else timedelta(0)
        first = instant(row["earliest"]) if row["earliest"] else instant(at) - before
        return Fact(row, first, instant(row["latest"]) if row["latest"] else instant(at) + after_)

    def _call(self, row: dict[str, str]) -> Fact:
        last = instant(row["latest"]) if row["latest"] else None
        state = "-".join(row["contest"].split("-")[:2])
        closings = [
            instant(one["last_close"])
            for one in self.rows("poll_closings")
            if one["contest"] in (row["contest"], state)
        ]
        polls = [instant(one["at"]) for one in self.rows("milestones") if one["kind"] == "polls close" and one["at"]]
        start: datetime = self.about["window"]["start"].astimezone(UTC)
        floors = [*([min(closings)] if closings else []), *([min(polls)] if polls else []), start]
        floor = next((one for one in floors if last is None or one < last), None)
        found = self._fact(row, floor)
        assert found, f"{row['id']} has no time"
        return found

    # Totals

    def of(self, caller: str) -> list[Fact]:
        return [call for call in self.calls if call.row["caller"] == caller]

    def complete(self, caller: str) -> bool:
        """Whether the calls held make up the whole, so that there is a total."""
        contests = {call.row["contest"] for call in self.of(caller)}
        return sum(self.weights[code] for code in contests) == int(self.about["total"]) > 0

    def untimed(self, caller: str) -> bool:
        """Whether most calls have no time, so that a total tells what is at least there."""
        calls = self.of(caller)
        return 2 * sum(call.row["precision"] in _UNTIMED for call in calls) > len(calls)

    def total(
        self, caller: str, parties: list[str], at: datetime, *, before: datetime | None = None, sure: bool = False
    ) -> str:
        """A side's total at an instant, in words. `before` leaves out calls that began at or after it."""
        calls = [call for call in self.of(caller) if before is None or call.first < before]
        called = {call.row["contest"] for call in calls if call.last <= at}
        mine = [call for call in calls if call.row["party"] in parties]
        low = sum(self.weights[call.row["contest"]] for call in mine if call.last <= at)
        high = sum(self.weights[call.row["contest"]] for call in mine if call.first <= at)
        if self.untimed(caller):
            return in_words(low, None if len(called) < len(self.weights) else low)
        return in_words(low, low if sure else high)

    def totals(self, caller: str, at: datetime, *, told: datetime | None = None, **asked: Any) -> dict[str, str]:
        """Every side's total by the name that sentences use, of a night that is told up to an instant."""
        return {name: self.total(caller, own, at, **asked) for name, own in self._sides(caller, told).items()}

    def side_of(self, call: Fact, told: datetime | None) -> list[str]:
        """The parties that are one side with that of a call."""
        sides = self._sides(call.row["caller"], told).values()
        return next(own for own in sides if call.row["party"] in own)

    def _sides(self, caller: str, told: datetime | None) -> dict[str, list[str]]:
        """The parties by the names of their sides: beyond eight, those called least are others."""
        weights = dict.fromkeys(self.parties, 0)
        for call in self.of(caller):
            if told is None or call.last <= told:
                weights[call.row["party"]] += self.weights[call.row["contest"]]
        kept = sorted(self.parties, key=lambda party: -weights[party])[:8]
        rest = [party for party in self.parties if party not in kept]
        found = {short: [party] for party, short in self.parties.items() if party in kept}
        return found | ({"others": rest} if rest else {})

    # What else is counted

    def seen(self, start: datetime, end: datetime) -> dict[str, int]:
        """How many observations of each state touch the window."""
        found: dict[str, int] = {}
        for fact in self.observations:
            last = max(fact.last, instant(fact.row["until"])) if fact.row["until"] else fact.last
            if fact.row["kind"] == "outage" and fact.first < end and last >= start:
                found[fact.row["status"]] = found.get(fact.row["status"], 0) + 1
        return found

    # Wall time

    def time(self, moment: datetime) -> str:
        """10:50 p.m. EST"""
        local = moment.astimezone(ZoneInfo(self.zone))
        hour, half = local.hour % 12 or 12, "p.m." if local.hour >= 12 else "a.m."
        clock = f"{hour}:{local.minute:02}" if local.minute else str(hour)
        shown = {"12 p.m.": "noon", "12 a.m.": "midnight"}.get(f"{clock} {half}", f"{clock} {half}")
        return f"{shown} {local.tzname()}"

    def is_twice(self, moment: datetime) -> bool:
        """Whether clocks show this time twice in its night."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
