"""Random questions to random nights: bundled ones, and small ones that are made on the way."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random

from data.story.store import BUNDLED
from tests.support.reference import Night
from tests.support.sentences import Case, Reading
from tests.support.small_nights import ANN, BEN, Served, SmallCall, write_night

#: Charts that say totals, calls or moments, and the forms in which they are read.
CHARTS = ("results", "timeline", "map", "replay")
FORMS = ("", ".csv", ".svg", "share")
#: The small hours of days with 24 and with 25 hours.
_DAYS = (("UTC", datetime(2030, 11, 6, tzinfo=UTC)), ("America/New_York", datetime(2030, 11, 3, 4, tzinfo=UTC)))
_HOURS = 6
_OBSERVED = (
    "id,service,kind,status,at,until,begins,earliest,latest,precision,place,what,value,unit,grade,confidence,credit,"
    "time_basis,published,source,note"
)
_GAPPED = '\n[[callers]]\nid = "CNN"\nname = "CNN"\nselectable = true\n'


def bundled_nights() -> dict[str, Night]:
    """Every night of calls that comes with the project, by slug. A petition is read back by tests of its own."""
    return {folder.name: Night(folder) for folder in sorted(BUNDLED.iterdir()) if (folder / "calls.csv").exists()}


def small_night(rng: Random, root: Path, slug: str) -> Night:
    """A night of up to a dozen calls with minutes or bounds, and a few observations, in a folder of its own."""
    zone, start = rng.choice(_DAYS)
    codes = [f"X{number}" for number in range(rng.randint(1, 12))]
    calls = [_call(rng, code, start) for code in codes]
    seen = [_observation(rng, number, start) for number in range(rng.choice((0, 0, 1, 3)))]
    folder = write_night(
        root,
        calls,
        slug=slug,
        emphasised=rng.sample(codes, rng.randint(0, min(2, len(codes)))),
        unit=rng.choice(("seats", "electoral votes", "areas declared")),
        zone=zone,
        start=_iso(start),
        end=_iso(start + timedelta(hours=_HOURS)),
        tables={"observations.csv": "\n".join([_OBSERVED, *seen]) + "\n"} if seen else {},
        about=_GAPPED if rng.random() < 0.3 else "",
    )
    return Night(folder)


def _minute(rng: Random, start: datetime, least: int = 0) -> int:
    return rng.choice((rng.randint(least, _HOURS * 60 - 1), max(least, rng.randrange(0, _HOURS * 60, 30))))


def _call(rng: Random, code: str, start: datetime) -> SmallCall:
    party, weight, first = rng.choice((ANN, BEN)), rng.choice((1, 1, 2, 5, 20)), _minute(rng, start)
    if rng.random() < 0.5:
        return SmallCall(code, party, weight, at=_iso(start + timedelta(minutes=first)))
    last = start + timedelta(minutes=_minute(rng, start, first))
    earliest = _iso(start + timedelta(minutes=first))
    precision = rng.choice(("window", "window", "by"))
    return SmallCall(code, party, weight, earliest=earliest, latest=_iso(last), precision=precision)


def _observation(rng: Random, number: int, start: datetime) -> str:
    status = rng.choice(("failing", "degraded", "answering"))
    at = _iso(start + timedelta(minutes=_minute(rng, start)))
    return f"o{number},site,outage,{status},{at},,,,,minute,A place,What was seen,,,B,high,A reader,stated,,s,"


def _iso(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def random_case(rng: Random, slug: str, night: Night) -> Case:
    """A chart of this night in the whole of it or a window near a call, by any caller, told whole or to a moment."""
    caller, (first, last) = rng.choice(night.callers), night.window
    moments = [at for call in night.of(caller) for at in (call.first, call.last) if first <= at < last] or [first]
    start, end = first, last
    if rng.random() < 0.7:
        start = max(first, rng.choice(moments) + timedelta(minutes=rng.choice((-30, -5, 0, 0, 1))))
        ends = [at for at in moments if at > start + timedelta(minutes=9)]
        after = start + timedelta(minutes=rng.choice((10, 25, 60, 240)))
        end = rng.choice(ends) if ends and rng.random() < 0.4 else after
    inside = [at for at in moments if start < at < end]
    at = rng.choice(inside) if inside and rng.random() < 0.35 else None
    return Case(night, slug, rng.choice(CHARTS), start, end, caller, at)


def ask(rng: Random, served: Served, reading: Reading, case: Case) -> None:
    """Read one form of this case."""
    form = rng.choice(FORMS)
    reading.read(case, form, served.text(case.address(form)))
