"""A row in a reader's words: what it is called, and what of it changed from what to what."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping

from data.desk.sheets import WORDS, row_type_of
from data.story.story import NOUNS, of_caller
from data.story.story_checks import Examined
from data.story.tables import Call, Contest, SourceRow

Cells = Mapping[str, str]
_INSTANT = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d)?Z$")
_WHEN = ("at", "earliest", "latest", "date", "precision")
_NAMED = {
    "corrections.csv": "the correction of {where}",
    "withdrawals.csv": "the withdrawal of {call}",
    "milestones.csv": "the milestone “{label}”",
    "observations.csv": "the report “{what}”",
    "figures.csv": "the figure “{label}”",
    "controls.csv": "the case “{title}”",
    "sources.csv": "the source “{title}”",
    "contests.csv": "the contest {name}",
    "poll_closings.csv": "the closing of polls in {contest}",
    "counts.csv": "the votes counted for {party} in {contest}",
    "results.csv": "the votes for {party} in {contest}",
    "projections.csv": "the projection for {party} by {caller}",
    "tiles.csv": "the place of {code} on the map",
    "interest.csv": "searches for “{term}”",
    "series.csv": "a reading of “{name}”",
}
_AS = {"hour": "around", "approximate": "about", "after": "shortly after", "by": "by"}
_NOTHING = "nothing"


def said_of(file: str, cells: Cells, found: Examined) -> str:
    """What readers call a row: AP’s Florida call, the projection for Ann Ash by the pollster."""
    if file == WORDS:
        return "the story’s words"
    told = defaultdict(str, {name: _value(file, name, cell, found) for name, cell in cells.items()})
    if file == Call.file:
        noun = NOUNS[found.read.about.verb] if found.read.about else "call"
        return of_caller(told["caller"], cells.get("caller", ""), f"{told['contest']} {noun}")
    told["party"] = told["party"] or "all sides"  # of a row that has a column for each
    return _NAMED[file].format_map(told)


def change_said(file: str, was: Cells, now: Cells | None, found: Examined) -> tuple[str, str]:
    """What a row said and says, of what differs: for Ann Ash; by 10:39 p.m. Nov. 8. Times follow the reader's clock."""
    columns = {**row_type_of(file).model_fields, **was, **(now or {})}
    names = [name for name in columns if now is None or was.get(name, "") != now.get(name, "")]
    if now is None:
        return _said(file, [name for name in names if was.get(name) and name != "id"], was, found), "removed"
    return _said(file, names, was, found), _said(file, names, now, found)


def _said(file: str, names: list[str], cells: Cells, found: Examined) -> str:
    return "; ".join(dict.fromkeys(_parts(file, names, cells, found)))


def _parts(file: str, names: list[str], cells: Cells, found: Examined) -> Iterator[str]:
    for name in sorted(names, key=lambda one: (one != "party", one not in _WHEN)):
        if name in _WHEN and "precision" in row_type_of(file).model_fields:
            yield _when(cells)
        elif name == "party":
            yield f"for {_value(file, name, cells.get(name, ''), found) or 'nobody'}"
        else:
            yield f"{name.replace('_', ' ')}: {_value(file, name, cells.get(name, ''), found) or _NOTHING}"


def _when(cells: Cells) -> str:
    """The time of a row: by 10:39 p.m. Nov. 8; between two; or that there is none."""
    at, earliest, latest = (_INSTANT.sub(r"{stamp:\g<0>}", cells.get(name, "")) for name in _WHEN[:3])
    if day := cells.get("date", ""):
        return f"on {day}"
    if not at and earliest and latest:
        return f"between {earliest} and {latest}"
    return f"{_AS.get(cells.get('precision', ''), '')} {at or latest}".strip() or "without a time"


def _value(file: str, name: str, cell: str, found: Examined) -> str:
    """A cell with the names of what it refers to, and a time as a token."""
    asked = cell.split()
    known = _names(row_type_of(file).refers.get(name, ""), asked, found)
    told = [known.get(one, one) for one in asked] if known else [cell]
    return _INSTANT.sub(r"{stamp:\g<0>}", ", ".join(told))


def _names(table: str, asked: Collection[str], found: Examined) -> Cells:
    """By what readers know what a column refers to; of calls those that are asked for, each name being a sentence."""
    about = found.read.about
    match table:
        case "contests":
            return {row.code: row.name for row in found.rows(Contest)}
        case "sources":
            return {row.id: row.org for row in found.rows(SourceRow)}
        case "calls":
            rows = (row for row in found.rows(Call) if row.id in asked)
            return {row.id: said_of(Call.file, {"contest": row.contest, "caller": row.caller}, found) for row in rows}
    if about is None:
        return {}
    match table:
        case "callers":
            return {one.id: one.said or (one.id if one.selectable else one.name) for one in about.callers}
        case "parties" | "sides":
            return {one.id: one.candidate for one in about.parties}
        case "services":
            return {one.id: one.name for one in about.services}
    return {}
