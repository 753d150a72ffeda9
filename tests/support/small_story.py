"""Small stories of a test's own: a night of 6 November 2030 in UTC, with Ann against Ben as AP called it."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence

from data.story.story import Story, sound_story
from data.story.story_checks import examine

Table = Sequence[Mapping[str, object]]

_ABOUT = """
title = "A night"
kicker = "A night of a test"
dek = "What was called."
total = {total}
to_win = {to_win}
unit = "seats"
clock = "UTC"
caller = "AP"
emphasised = {emphasised}
window = {{ start = 2030-11-06T00:00:00Z, end = 2030-11-06T06:00:00Z }}
clocks = [{{ zone = "UTC", label = "UTC" }}]
callers = [{{ id = "AP", name = "Agency", selectable = true }}]
credit = {{ newsroom = "Tests", licence = "None" }}
"""
_TWO = """
[[parties]]
id = "A"
name = "Side A"
candidate = "Ann Ash"
short = "Ann"
tone = "first"

[[parties]]
id = "B"
name = "Side B"
candidate = "Ben Birch"
short = "Ben"
tone = "second"
"""
_SOURCE = [{"id": "s", "org": "Source", "title": "A page", "url": "https://example.org/"}]


def at(time: str) -> str:
    """02:30 as an instant of the night."""
    return f"2030-11-06T{time}:00Z"


def contest(code: str, weight: int, column: int | None = None) -> dict[str, object]:
    """A contest that is called like its code, with a tile where a column is given."""
    tile = {} if column is None else {"tile_column": column, "tile_row": 0}
    return {"code": code.upper(), "name": code, "short": code, "weight": weight, "source": "s"} | tile


def call(name: str, contest: str, party: str, time: str, **more: object) -> dict[str, object]:
    """A call by AP at a minute."""
    return {
        "id": name, "contest": contest.upper(), "caller": "AP", "party": party, "role": "primary", "basis": "own log",
        "at": at(time), "precision": "minute", "source": "s",
    } | more  # fmt: skip


def files(
    tables: Mapping[str, Table], *, emphasised: str = "[]", parties: str = _TWO, to_win: int = 1
) -> dict[str, bytes]:
    """The files of a folder with these tables by name; contests weigh the total."""
    total = sum(int(str(row["weight"])) for row in tables.get("contests", ()))
    about = _ABOUT.format(total=total, to_win=to_win, emphasised=emphasised) + parties
    sheets = {f"{name}.csv": _sheet(rows) for name, rows in ({"sources": _SOURCE} | dict(tables)).items()}
    return {"story.toml": about.encode()} | sheets


def _sheet(rows: Table) -> bytes:
    out = io.StringIO()
    sheet = csv.DictWriter(out, list(dict.fromkeys(name for row in rows for name in row)), lineterminator="\n")
    sheet.writeheader()
    sheet.writerows(rows)
    return out.getvalue().encode()


def faults_of(content: Mapping[str, bytes]) -> list[str]:
    """What the checker says of these files, a sentence for each fault."""
    return [str(fault) for fault in examine("small", content).faults.listed()]


def story_of(content: Mapping[str, bytes]) -> Story:
    """The checked story of these files."""
    return sound_story("small", examine("small", content))
