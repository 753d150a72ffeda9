"""Stories of many contests, one call each: synthetic, for measurements, and never among the stories of the app."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

#: The night of every synthetic story: ten hours, with a call in each of their minutes where there are enough of them.
START = datetime(2031, 3, 4, 20, tzinfo=UTC)
_MINUTES = 600
#: Of so many calls one is known only as made between two bulletins, which come at the half hours.
_BOUNDED, _BULLETINS = 3, 30
_SOURCE = "synthetic"
_STORY = """\
title = "A synthetic night of {count} contests"
kicker = "Synthetic: made to be measured, nothing in it happened"
dek = "Nobody called any of this."
total = {total}
to_win = {to_win}
unit = "seats"
clock = "UTC"
caller = "Desk"
emphasised = ["C00001", "C00002", "C00003", "C00004", "C00005"]

[window]
start = {start}
end = {end}

[[clocks]]
zone = "UTC"
label = "UTC"

[[parties]]
id = "A"
name = "Party A"
candidate = "Party A"
short = "A"
tone = "first"

[[parties]]
id = "B"
name = "Party B"
candidate = "Party B"
short = "B"
tone = "second"

[[callers]]
id = "Desk"
name = "A synthetic desk"
selectable = true

[[services]]
id = "site"
host = "site.example"
name = "A synthetic site"
main = true

[credit]
newsroom = "Nightdesk"
licence = "MIT"
"""


def write_story(folder: Path, count: int) -> Path:
    """A story of so many contests in a folder below this one: `synthetic-650`. The same files for the same count.

    Its calls fall evenly over the night, two of three on a minute, the third between two bulletins.
    """
    chance, own = random.Random(count), folder / f"synthetic-{count}"
    own.mkdir(parents=True)
    codes = [f"C{place:05}" for place in range(1, count + 1)]
    weights = [chance.randint(1, 20) for _ in codes]
    span = {"start": f"{START:%Y-%m-%dT%H:%M:%SZ}", "end": f"{START + timedelta(minutes=_MINUTES):%Y-%m-%dT%H:%M:%SZ}"}
    text = _STORY.format(count=f"{count:,}", total=sum(weights), to_win=sum(weights) // 2 + 1, **span)
    (own / "story.toml").write_text(text, encoding="utf-8")
    source = (_SOURCE, "Nightdesk", "A synthetic night, made to be measured", "https://example.org/synthetic", "", "")
    _table(own / "sources.csv", ("id", "org", "title", "url", "published", "licence"), [source])
    rows = ((code, f"Contest {code[1:]}", code, weight, _SOURCE) for code, weight in zip(codes, weights, strict=True))
    _table(own / "contests.csv", ("code", "name", "short", "weight", "source"), rows)
    calls = (_call(code, place, count, chance) for place, code in enumerate(codes))
    _table(own / "calls.csv", _CALL, calls)
    return own


_CALL = ("id", "contest", "caller", "party", "role", "basis", "at", "earliest", "latest", "precision", "source")


def _call(code: str, place: int, count: int, chance: random.Random) -> tuple[str, ...]:
    minute = place * _MINUTES // count
    at = START + timedelta(minutes=minute)
    first = START + timedelta(minutes=minute // _BULLETINS * _BULLETINS)
    bounded = place % _BOUNDED == _BOUNDED - 1
    bounds = _utc(first), _utc(first + timedelta(minutes=_BULLETINS))
    times = ("", *bounds, "window") if bounded else (_utc(at), "", "", "minute")
    party = chance.choice("AB")
    return (f"desk-{code.lower()}", code, "Desk", party, "primary", "own log", *times, _SOURCE)


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"


def _table(path: Path, heads: tuple[str, ...], rows: Iterable[tuple[object, ...]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(heads)
        writer.writerows(rows)
