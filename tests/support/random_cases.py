"""Random questions to random nights: bundled ones, and small ones that are made on the way."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from random import Random
from typing import Protocol
from urllib.parse import quote

from data.story.store import BUNDLED
from tests.support.reference import Night
from tests.support.sentences import Case, Reading
from tests.support.small_nights import NAMES, SmallCall, SmallWithdrawal, write_night

#: Charts that say totals, calls or moments, and the forms in which they are read.
CHARTS = ("results", "timeline", "map", "replay")
FORMS = ("", "", "share", "share", ".csv", ".json", ".svg")
#: The small hours of days with 24 and with 25 hours.
_DAYS = (("UTC", datetime(2030, 11, 6, tzinfo=UTC)), ("America/New_York", datetime(2030, 11, 3, 4, tzinfo=UTC)))
_HOURS = 6
_OBSERVED = (
    "id,service,kind,status,at,until,begins,earliest,latest,precision,place,what,value,unit,grade,confidence,credit,"
    "time_basis,published,source,note"
)
_READ = "id,name,unit,kind,at,until,value,source"
_PROJECTED = "id,caller,party,low,value,high,at,earliest,latest,date,precision,source,note"
_COUNTED = "contest,party,round,votes,at,earliest,latest,date,precision,source,note"
#: More sides than are drawn one by one.
MANY = NAMES | {
    "C": "Cas Hill",
    "D": "Dot",
    "E": "Eve",
    "F": "Fay",
    "G": "Gus",
    "H": "Hal",
    "I": "Ida",
    "J": "Jon",
    "K": "Kim",
}
#: Somebody who projects and calls nothing.
_POLLSTER = '\n[[callers]]\nid = "P"\nname = "The pollster"\nsaid = "the pollster"\nselectable = false\n'
_GAPPED = '\n[[callers]]\nid = "CNN"\nname = "CNN"\nselectable = true\n'


@cache
def bundled_nights() -> dict[str, Night]:
    """Every night of calls that comes with the project, by slug. A petition is read back by tests of its own."""
    return nights_in(BUNDLED)


def nights_in(stories: Path) -> dict[str, Night]:
    """Every night of calls in this folder, by slug."""
    return {folder.name: Night(folder) for folder in sorted(stories.iterdir()) if (folder / "calls.csv").exists()}


def small_night(rng: Random, root: Path, slug: str) -> Night:
    """A night of up to a dozen calls with minutes or bounds, and a few observations, in a folder of its own."""
    zone, start = rng.choice(_DAYS)
    codes = [f"X{number}" for number in range(rng.choice((1, 2, rng.randint(1, 12), rng.randint(1, 12))))]
    parties = rng.choice((NAMES, NAMES, MANY))
    calls = [_call(rng, code, start, list(parties)) for code in codes]
    backs = list(filter(None, (_back(rng, call, start) for call in calls))) if rng.random() < 0.8 else []
    calls += [_again(rng, back, start, list(parties)) for back in backs if rng.random() < 0.5]
    calls += [_decided(rng, call, list(parties)) for call in calls if not call.party and rng.random() < 0.4]
    seen = [_observation(rng, number, start) for number in range(rng.choice((0, 1, 3, 5)))]
    folder = write_night(
        root,
        calls,
        slug=slug,
        emphasised=rng.sample(codes, rng.randint(0, min(2, len(codes)))),
        unit=rng.choice(("seats", "electoral votes", "areas declared")),
        zone=zone,
        start=_iso(start),
        end=_iso(start + timedelta(hours=_HOURS)),
        tables=_tables(rng, start, seen, codes, list(parties)) | _projected(rng, start, calls, list(parties)),
        parties=parties,
        withdrawals=backs,
        about=_POLLSTER + (_GAPPED if rng.random() < 0.3 else ""),
    )
    return Night(folder)


def _minute(rng: Random, start: datetime, least: int = 0) -> int:
    return rng.choice((rng.randint(least, _HOURS * 60 - 1), max(least, rng.randrange(0, _HOURS * 60, 30))))


def _tables(rng: Random, start: datetime, seen: list[str], codes: list[str], parties: list[str]) -> dict[str, str]:
    """What the night holds besides calls: observations, and at times the readings of a petition, and counts."""
    tables = {"observations.csv": "\n".join([_OBSERVED, *seen]) + "\n"} if seen else {}
    if rng.random() < 0.5:
        tables["series.csv"] = "\n".join([_READ, *_readings(rng, start)]) + "\n"
    if rng.random() < 0.4:
        rows = [row for code in rng.sample(codes, min(2, len(codes))) for row in _counts(rng, code, start, parties)]
        tables["counts.csv"] = "\n".join([_COUNTED, *rows]) + "\n"
    return tables


def _counts(rng: Random, code: str, start: datetime, parties: list[str]) -> Iterator[str]:
    """What was published of a count, in which votes are now and then taken away; at times of a second round."""
    at = start + timedelta(minutes=_minute(rng, start))
    for turn in range(1, rng.choice((2, 2, 3))):
        votes = dict.fromkeys(rng.sample(parties, min(len(parties), rng.randint(1, 5))), 0)
        for _ in range(rng.randint(1, 4)):
            for party in rng.sample(sorted(votes), rng.randint(1, len(votes))):
                votes[party] = max(0, votes[party] + rng.choice((-40, 0, 1, 900, 1_250)))
                yield f"{code},{party},{turn},{votes[party]},{_iso(at)},,,,minute,s,"
            at += timedelta(minutes=rng.choice((1, 7, 60)))


def _projected(rng: Random, start: datetime, calls: list[SmallCall], parties: list[str]) -> dict[str, str]:
    """An exit poll and its updates, numbers or bounds, by the night's caller or by a pollster; or none."""
    if rng.random() < 0.4:
        return {}
    total, rows = sum({call.contest: call.weight for call in calls}.values()), list[str]()
    for caller in rng.choice((["AP"], ["P"], ["AP", "P"])):
        at = start + timedelta(minutes=_minute(rng, start))
        for party in rng.sample(parties, min(len(parties), rng.randint(1, 5))):
            rows.append(_projection(rng, len(rows), caller, party, at, total))
        for _ in range(rng.randint(0, 3)):
            at += timedelta(minutes=rng.choice((1, 20, 90)))
            rows.append(_projection(rng, len(rows), caller, rng.choice(parties), at, total))
    return {"projections.csv": "\n".join([_PROJECTED, *rows]) + "\n"}


def _projection(rng: Random, number: int, caller: str, party: str, at: datetime, total: int) -> str:
    low, value, high = sorted(rng.randint(0, total) for _ in range(3))
    told = rng.choice((f",{value},", f"{low},{value},{high}", f"{low},,{high}"))
    return f"p{number:02},{caller},{party},{told},{_iso(at)},,,,minute,s,"


def _readings(rng: Random, start: datetime) -> Iterator[str]:
    at, total = start, 0
    while (at := at + timedelta(minutes=rng.choice((1, 4, 10, 45)))) < start + timedelta(hours=_HOURS):
        total += rng.choice((0, 3, 70, 400, 9_000))
        yield f"signed,Signatures,signatures,cumulative,{_iso(at)},,{total},s"


def _back(rng: Random, call: SmallCall, start: datetime) -> SmallWithdrawal | None:
    """That a call was taken back later in the night, in a minute or between bounds; None of most."""
    if not call.party:
        return None
    made = datetime.fromisoformat(call.at or call.latest)
    last = made + timedelta(minutes=rng.choice((1, 30, 90)))
    if rng.random() < 0.25 or last >= start + timedelta(hours=_HOURS - 1):
        return None
    if rng.random() < 0.6:
        return SmallWithdrawal(call, at=_iso(last))
    return SmallWithdrawal(call, earliest=_iso(made + timedelta(minutes=1)), latest=_iso(last + timedelta(minutes=5)))


def _again(rng: Random, back: SmallWithdrawal, start: datetime, parties: list[str]) -> SmallCall:
    """A call of the same contest after the first was taken back."""
    at = datetime.fromisoformat(back.at or back.latest) + timedelta(minutes=rng.choice((1, 20)))
    return SmallCall(back.call.contest, rng.choice(parties), back.call.weight, at=_iso(at), again=True)


def _decided(rng: Random, call: SmallCall, parties: list[str]) -> SmallCall:
    """Who won in the end a contest that nobody had won."""
    at = datetime.fromisoformat(call.at or call.latest) + timedelta(minutes=rng.choice((1, 45)))
    how = rng.choice(("lots", "tie")) if call.outcome == "tie" else rng.choice(("", "not_leading"))
    return SmallCall(call.contest, rng.choice(parties), call.weight, at=_iso(at), again=True, outcome=how)


def _call(rng: Random, code: str, start: datetime, parties: list[str]) -> SmallCall:
    made = _won(rng, code, start, parties)
    how = rng.choice(("", "", "", "runoff", "tie", "not_leading", "lots"))
    undecided = how == "runoff" or (how == "tie" and rng.random() < 0.8)
    return replace(made, outcome=how, party="" if undecided else made.party)


def _won(rng: Random, code: str, start: datetime, parties: list[str]) -> SmallCall:
    party, weight, first = rng.choice(parties), rng.choice((1, 1, 2, 5, 20)), _minute(rng, start)
    if rng.random() < 0.5:
        return SmallCall(code, party, weight, at=_iso(start + timedelta(minutes=first)))
    last = start + timedelta(minutes=_minute(rng, start, first))
    earliest = _iso(start + timedelta(minutes=first))
    precision = rng.choice(("window", "window", "by"))
    return SmallCall(code, party, weight, earliest=earliest, latest=_iso(last), precision=precision)


def _observation(rng: Random, number: int, start: datetime) -> str:
    status = rng.choice(("failing", "failing", "unreachable", "degraded", "answering"))
    at = _iso(start + timedelta(minutes=rng.choice((rng.randint(0, 30), rng.randint(0, 59), _minute(rng, start)))))
    # Of one grade the first counts alone; who says when it began may say so of later than what others saw.
    begins, grade = rng.choice(("", "yes")) if status != "answering" else "", rng.choice("BCD")
    seen = f"{status},{at},,{begins},,,minute,A place,What was seen,,,{grade}"
    return f"o{number},site,outage,{seen},high,A reader,stated,,s,"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def random_case(rng: Random, slug: str, night: Night) -> Case:
    """A chart of this night in the whole of it or a window near a call, by any caller, told whole or to a moment."""
    caller, (first, last) = rng.choice(night.callers), night.window
    facts = [fact for call in night.of(caller) for fact in (call, call.back) if fact]
    moments = [at for fact in facts for at in (fact.first, fact.last) if first <= at < last] or [first]
    start, end = first, last
    if rng.random() < 0.5:
        start = max(first, rng.choice(moments) + timedelta(minutes=rng.choice((-30, -5, 0, 0, 1))))
        ends = [at for at in moments if at > start + timedelta(minutes=9)]
        after = start + timedelta(minutes=rng.choice((10, 25, 60, 240)))
        end = rng.choice(ends) if ends and rng.random() < 0.4 else after
    inside = [at for at in (*moments, start + timedelta(minutes=1)) if start < at < end]
    # What few calls have is asked for as often as what all have.
    rare = [fact.last for call in night.of(caller) for fact in (call.back, None if call.row["party"] else call) if fact]
    rare += [fact.last for fact in night.counts]
    inside = rng.choice((inside, [at for at in rare if start < at < end] or inside))
    at = rng.choice(inside) if inside and rng.random() < 0.45 else None
    return Case(night, slug, rng.choice(CHARTS), start, end, caller, at)


class Asked(Protocol):
    """What answers under addresses."""

    def text(self, address: str, /) -> str:
        """The body of what stands there."""


def ask(rng: Random, served: Asked, reading: Reading, case: Case) -> None:
    """Read one form of this case."""
    form = rng.choice(FORMS)
    reading.read(case, form, served.text(case.address(form)))


def events_of(slug: str, night: Night) -> Iterator[Case]:
    """Every chart at the moment of every call and withdrawal of a night, by each caller whose calls can be chosen."""
    first, last = night.window
    for caller in night.callers:
        moments = {fact.last for call in night.of(caller) for fact in (call, call.back) if fact}
        for at in sorted(moment for moment in moments if first < moment < last):
            yield from (Case(night, slug, chart, first, last, caller, at) for chart in CHARTS)


def ask_claim(rng: Random, served: Asked, reading: Reading, night: Night) -> None:
    """Read what is said of the trouble at a night's main site beside one of its calls; nothing without a site."""
    main = next((one["id"] for one in night.about.get("services", []) if one.get("main")), None)
    if main is None:
        return
    caller = rng.choice(night.callers)
    called = [call.row["contest"] for call in night.of(caller)] if rng.random() < 0.7 else []
    contest = rng.choice(called or sorted(night.weights))
    address = f"/embed/{night.folder.name}/claim.json?series=site:{main}&event={contest}&caller={quote(caller)}"
    reading.claim(night, address, contest, caller, served.text(address))
