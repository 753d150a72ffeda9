"""What a night's own tables say, computed slowly and plainly: an independent reference for what is served.

It reads the files of a story's folder alone and shares no code with the product, not even its clock: what both say
alike is then no common mistake. Every question is answered by going through all rows again.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

_HALF_HOUR, _SECOND = timedelta(minutes=30), timedelta(seconds=1)
_MONTHS = ["Jan.", "Feb.", "March", "April", "May", "June", "July", "Aug.", "Sept.", "Oct.", "Nov.", "Dec."]
#: Precisions of a call that has no time of its own.
_UNTIMED = ("window", "day", "none")
#: Sides that are drawn one by one.
_DRAWN = 8
#: The shortest stretch of a series that is drawn, by how many of them a window holds.
_STRETCHES = [timedelta(minutes=minutes) for minutes in (5, 15, 60, 180, 360, 1_440, 10_080)]
_MOST_STRETCHES = 400


@dataclass(frozen=True)
class Fact:
    """A row of calls.csv or observations.csv with the two instants between which it happened."""

    row: dict[str, str]
    first: datetime
    last: datetime
    #: When a call was taken back.
    back: Fact | None = None

    @property
    def exact(self) -> bool:
        return self.first == self.last

    @property
    def outcome(self) -> str:
        """What a call came to, as calls.csv has it."""
        return self.row.get("outcome") or "won"

    def touches(self, start: datetime, end: datetime) -> bool:
        return self.first < end and self.last >= start


def unit_of(fact: Fact) -> timedelta:
    """How long the unit is in which a time is given: what is known to the minute may be any instant of it."""
    return _SECOND if fact.row["precision"] in ("second", "day") else timedelta(minutes=1)


def round_of(count: Fact) -> int:
    """The round of a count: the first where none is written."""
    return int(count.row["round"] or 1)


def bounded(row: dict[str, str]) -> str:
    """35, 25 to 26, 35 (33 to 37): a projection as far as its number and its bounds are given."""
    value, low, high = row["value"], row["low"], row["high"]
    if not low or low == high == value:
        return value
    bounds = low if low == high else f"{low} to {high}"
    return f"{value} ({bounds})" if value else bounds


def _told(mean: float) -> float:
    """A mean as it is told: whole from ten on."""
    return float(round(mean)) if abs(mean) >= 10 else round(mean, 1)


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
        self.ids = {short: party for party, short in self.parties.items()}
        self.backs = {row["call"]: self._fact(row) for row in self.rows("withdrawals")}
        self.calls = [self._call(row) for row in self.rows("calls") if row["role"] != "corroboration"]
        self.readings = [(instant(row["at"]), row) for row in self.rows("series") if row["kind"] == "cumulative"]
        self.labels = [row["label"] for row in self.rows("milestones")]
        self._of: dict[str, list[Fact]] = {}
        self._asked: dict[tuple[Any, ...], Any] = {}
        self.observations = [fact for fact in map(self._fact, self.rows("observations")) if fact]
        projections = [fact for fact in map(self._fact, self.rows("projections")) if fact]
        self.projections = sorted(projections, key=lambda fact: (fact.last, fact.row["id"]))
        counts = [fact for fact in map(self._fact, self.rows("counts")) if fact]
        self.counts = sorted(counts, key=lambda fact: (fact.last, fact.row["contest"], round_of(fact)))

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
        return replace(found, back=self.backs.get(row["id"]))

    # Totals

    def of(self, caller: str) -> list[Fact]:
        if caller not in self._of:
            self._of[caller] = [call for call in self.calls if call.row["caller"] == caller]
        return self._of[caller]

    def complete(self, caller: str) -> bool:
        """Whether the calls held make up the whole, so that there is a total."""
        return bool(self._once(self._complete, caller))

    def _once(self, find: Callable[..., Any], *asked: Any) -> Any:
        """What was found for this question: tables do not change."""
        key = (find.__name__, *asked)
        if key not in self._asked:
            self._asked[key] = find(*asked)
        return self._asked[key]

    def _complete(self, caller: str) -> bool:
        contests = {call.row["contest"] for call in self.of(caller)}
        return sum(self.weights[code] for code in contests) == int(self.about["total"]) > 0

    def untimed(self, caller: str) -> bool:
        """Whether most calls have no time, so that a total tells what is at least there."""
        return bool(self._once(self._untimed, caller))

    def _untimed(self, caller: str) -> bool:
        calls = self.of(caller)
        return 2 * sum(call.row["precision"] in _UNTIMED for call in calls) > len(calls)

    def sides(self, caller: str, until: datetime | None = None) -> dict[str, list[str]]:
        """Name -> parties, in the order of the story: beyond eight those called least are one, at the end.

        Told up to a moment, a call that was not surely made by then does not count.
        """
        return dict(self._once(self._sides, caller, until))

    def _sides(self, caller: str, until: datetime | None) -> dict[str, list[str]]:
        weights = dict.fromkeys(self.parties, 0)
        for call in self.of(caller):
            if call.row["party"] and (until is None or call.last <= until):
                weights[call.row["party"]] += self.weights[call.row["contest"]]
        heaviest = sorted(self.parties, key=lambda party: -weights[party])[:_DRAWN]
        found = {short: [party] for party, short in self.parties.items() if party in heaviest}
        others = [party for party in self.parties if party not in heaviest]
        return found | ({"others": others} if others else {})

    def side_of(self, caller: str, party: str, until: datetime | None = None) -> list[str]:
        """All parties that are drawn as one with this one."""
        return next(parties for parties in self.sides(caller, until).values() if party in parties)

    def total(
        self, caller: str, parties: Sequence[str], at: datetime, *, before: datetime | None = None, sure: bool = False
    ) -> str:
        """A side's total at an instant, in words. `before` leaves out what began at or after it.

        Surely there is what was surely made and not even possibly taken back, possibly there what was possibly made
        and not surely taken back. In the order of publication (`sure`) nothing is so before it surely is.
        """
        return str(self._once(self._total, caller, tuple(parties), at, before, sure))

    def _total(self, caller: str, parties: Sequence[str], at: datetime, before: datetime | None, sure: bool) -> str:
        calls = [call for call in self.of(caller) if before is None or call.first < before]
        called = {call.row["contest"] for call in calls if call.last <= at}
        low = high = 0
        for call in calls:
            if call.row["party"] not in parties:
                continue
            weight = self.weights[call.row["contest"]]
            back = call.back if call.back and (before is None or call.back.first < before) else None
            low += weight if call.last <= at and not (back and (back.last if sure else back.first) <= at) else 0
            high += weight if call.first <= at and not (back and back.last <= at) else 0
        if self.untimed(caller):
            # Once every contest was called, what may have been taken back alone is open.
            return in_words(low, None if len(called) < len(self.weights) else low if sure else high)
        return in_words(low, low if sure else high)

    def totals(self, caller: str, at: datetime, *, until: datetime | None = None, **asked: Any) -> dict[str, str]:
        """Every side's total by the name that sentences use; `until` is the moment up to which the story is told."""
        sides = self.sides(caller, until)
        return {name: self.total(caller, parties, at, **asked) for name, parties in sides.items()}

    def undecided(self, caller: str, by: Callable[[Fact], bool]) -> list[Fact]:
        """Of each contest the last call that was made `by` then, if nobody has won it and it was not taken back."""
        last: dict[str, Fact] = {}
        for call in sorted(self.of(caller), key=lambda one: (one.last, one.first, one.row["id"])):
            if by(call):
                last[call.row["contest"]] = call
        return [call for call in last.values() if not call.row["party"] and not (call.back and by(call.back))]

    # What was projected and counted

    def projected_by(self, caller: str, until: datetime | None = None) -> list[Fact]:
        """What a caller projected, or where it projected nothing what others did; told up to a moment, by then."""
        told = [fact for fact in self.projections if until is None or fact.last <= until]
        return [fact for fact in told if fact.row["caller"] == caller] or told

    @staticmethod
    def standing(projected: Sequence[Fact]) -> dict[str, dict[str, Fact]]:
        """By caller and party what was projected last."""
        found: dict[str, dict[str, Fact]] = {}
        for fact in projected:
            found.setdefault(fact.row["caller"], {})[fact.row["party"]] = fact
        return found

    def counted(self, at: datetime, *, contest: str = "", turn: int = 0, before: bool = False) -> dict[str, Fact]:
        """Party -> the count that stood at an instant, of the contest and round counted last, or of these.

        `before` leaves out what was published at that very instant.
        """
        made = [fact for fact in self.counts if (fact.last < at if before else fact.last <= at)]
        if made and not contest:
            contest, turn = made[-1].row["contest"], round_of(made[-1])
        return {fact.row["party"]: fact for fact in made if (fact.row["contest"], round_of(fact)) == (contest, turn)}

    # A measured series

    def read_at(self, at: datetime) -> list[tuple[datetime, dict[str, str]]]:
        """The last reading of each total by then."""
        last: dict[str, tuple[datetime, dict[str, str]]] = {}
        for moment, row in self.readings:
            if moment <= at:
                last[row["id"]] = (moment, row)
        return list(last.values())

    def highest(self, start: datetime, end: datetime) -> dict[str, tuple[float, datetime, datetime]]:
        """Name of a total -> its highest mean a minute in a window, and the stretch that is the mean's."""
        least = next((one for one in _STRETCHES if (end - start) / one <= _MOST_STRETCHES), _STRETCHES[-1])
        found = {}
        for name in dict.fromkeys(row["name"] for _, row in self.readings):
            read = {moment: float(row["value"]) for moment, row in self.readings if row["name"] == name}
            ends: list[datetime] = []
            for moment in read:
                if not ends or moment - ends[-1] >= least:
                    ends.append(moment)
            last = max(read)
            if ends[-1] != last:
                # What is left over at the end belongs to the last stretch.
                ends = [*(ends[:-1] if len(ends) > 1 else ends), last]
            near = [
                ((read[b] - read[a]) / ((b - a) / timedelta(minutes=1)), a, b)
                for a, b in pairwise(ends)
                if a < end and b > start
            ]
            if near:
                found[name] = max(near, key=lambda one: _told(one[0]))
        return found

    # What was on record first

    def reported(self, service: str) -> tuple[datetime, datetime] | None:
        """Between which instants the first trouble of a site is on record, half-open; None where none is."""
        seen = [
            fact
            for fact in self.observations
            if fact.row["service"] == service and fact.row["status"] in ("failing", "unreachable", "degraded")
        ]
        if not seen:
            return None
        return min(fact.first for fact in seen), min(fact.last + unit_of(fact) for fact in seen)

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
        # Only the very hour is written without minutes.
        clock = f"{hour}:{local.minute:02}" if local.minute or local.second else str(hour)
        shown = {"12 p.m.": "noon", "12 a.m.": "midnight"}.get(f"{clock} {half}", f"{clock} {half}")
        return f"{shown} {local.tzname()}"

    def is_twice(self, moment: datetime) -> bool:
        """Whether clocks show this time twice in its night."""
        local = moment.astimezone(ZoneInfo(self.zone))
        return local.replace(fold=0).utcoffset() != local.replace(fold=1).utcoffset()
