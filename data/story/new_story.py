"""A story to begin with: files without a fault and without a fact, and a comment beside every setting and table."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from data.core.errors import DataError
from data.core.model import iso_text
from data.story.faults import Fault
from data.story.store import empty_tables
from data.story.table_rows import SLUG
from data.story.tables import TABLES

_TEMPLATE = Path(__file__).with_name("new_story.toml")
#: Tables that a new story begins with, and what goes into each.
FIRST_TABLES = {
    "sources.csv": "a row for everything that the story rests on; every other row names one",
    "contests.csv": "what is called, with weights that sum to total in story.toml",
    "calls.csv": "who called what and when, no sharper than it is known",
    "poll_closings.csv": "when polls closed in each contest",
    "milestones.csv": "what else happened that night, like a concession",
    "observations.csv": "who saw a site fail or answer",
    "figures.csv": "numbers that were published of searches and traffic",
}
#: Tables that it may gain, and what each says.
_MORE = {
    "tiles.csv": "where each contest stands on the map; none: a plain grid",
    "withdrawals.csv": "a caller took a call of its own back; what it called later is another row of calls.csv",
    "projections.csv": "an exit poll and its updates, in the unit of the total: never a call, and in no total",
    "counts.csv": "votes as they were published over time and rounds; a later count may be lower",
    "controls.csv": "other nights that test the story",
    "interest.csv": "search interest in days or weeks, 0 to 100 of each series’ own maximum",
    "series.csv": "a measured series of the story itself, like signatures or visits",
    "results.csv": "final votes, a row for each side of a contest",
    "corrections.csv": "what the story had wrong, and what it says now",
}
#: How a text of the template begins that somebody has to write.
_UNWRITTEN = "FILL IN"


def new_story(name: str, now: datetime) -> dict[str, bytes]:
    """Name -> content of the files of a new story, whose window is on the day of `now`; DataError for no such name."""
    if not re.fullmatch(SLUG, name):
        raise DataError(f"a story's name has lower-case letters, digits and hyphens, 2 to 64, unlike {name[:80]!r}")
    words = _TEMPLATE.read_text(encoding="utf-8").replace("2000-01-01", now.date().isoformat())
    return empty_tables(FIRST_TABLES) | {"story.toml": "\n".join([words, *_tables_told(), ""]).encode()}


def _tables_told() -> Iterator[str]:
    """Every table as comments: what it says, and its columns."""
    yield "# The tables beside this file; leave out those you have nothing for. * needs a value in every row."
    yield "# Rows may be pasted from a spreadsheet: commas, tabs or semicolons. A time is like 2000-01-01T23:59:00Z."
    columns = {row_type.file: row_type.model_fields for row_type in TABLES}
    for file, says in (FIRST_TABLES | _MORE).items():
        names = (f"{name}*" if field.is_required() else name for name, field in columns[file].items())
        yield f"#\n# {file}: {says}\n#     {', '.join(names)}"


def unwritten(story_toml: bytes) -> tuple[Fault, ...]:
    """The texts of a story.toml without a fault that are still as a new story has them."""
    found = keys_of(tomllib.loads(story_toml.decode()))
    wants = "words of your own"
    return tuple(Fault("story.toml", None, key, said, wants) for key, said in found if said.startswith(_UNWRITTEN))


def keys_of(value: Any, key: str = "") -> Iterator[tuple[str, str]]:
    """Every key of a TOML with what it says: ("title", "A night"), ("known 2 text", "It failed."); instants in UTC."""
    if isinstance(value, Mapping | list):
        for name, part in value.items() if isinstance(value, Mapping) else enumerate(value, 1):
            yield from keys_of(part, f"{key} {name}".strip())
    else:
        yield key, toml_text(value)


def toml_text(value: Any) -> str:
    """A value of a TOML as a file holds it, a text without its quotes, an instant in UTC."""
    if isinstance(value, datetime) and value.tzinfo:
        return iso_text(value)
    return str(value).lower() if isinstance(value, bool) else str(value)
