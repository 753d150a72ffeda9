"""The files of a story folder held against their types: tables and story.toml, each fault with its line."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import zip_longest
from typing import Any

from pydantic import TypeAdapter, ValidationError

from data.story.faults import Fault, Faults, quoted, told
from data.story.story_toml import About
from data.story.table_files import Cells, parse_toml, read_text
from data.story.tables import Row

#: Every id that a table or a list of story.toml gives, faulty rows included, so that one fault makes no echo
#: elsewhere; None where the ids cannot be known, because a file cannot be read.
Known = Mapping[str, frozenset[str] | None]
#: Rows validated at a time, so that a large table never stands in memory twice.
BATCH = 2_000
_ENTRIES = ("parties", "callers", "services", "sides")


@dataclass(slots=True)
class Table:
    """A table as read: the rows that hold, each with its line, and the ids of all its rows."""

    rows: list[tuple[int, Row]] = field(default_factory=list)
    ids: frozenset[str] | None = frozenset()
    count: int = 0
    #: Whether no fault was found in it, so that a sum over its rows means something.
    sound: bool = True


@dataclass(slots=True)
class AboutFile:
    """story.toml as read: its values where they hold, and its text, to say on which line a key stands."""

    about: About | None = None
    text: str = ""
    raw: Mapping[str, Any] | None = None

    def ids(self, entries: str) -> frozenset[str] | None:
        """The ids of [[parties]], [[callers]] or [[services]]."""
        if self.raw is None:
            return None
        listed = self.raw.get(entries, [])
        given = [entry.get("id") for entry in listed if isinstance(entry, dict)] if isinstance(listed, list) else []
        return frozenset(name for name in given if isinstance(name, str))

    def fault(self, loc: tuple[str | int, ...], found: str, wants: str, *, absent: bool = False) -> Fault:
        """A fault of the key at loc: ("claims", 1, "on") is key `on` of the second [[claims]].

        Of an absent key, the line is that of the part it is missing from.
        """
        key = ".".join(part for part in loc if isinstance(part, str))
        return Fault("story.toml", _line_of(self.text, loc[:-1] if absent else loc), quoted(key)[1:-1], found, wants)


def _line_of(text: str, loc: tuple[str | int, ...]) -> int | None:
    """The line on which a key stands, or the nearest part around it that is there."""
    lines, line = text.split("\n"), 0
    for part, after in zip_longest(loc, loc[1:]):
        if isinstance(part, str):
            stands = re.compile(rf"\s*(?:\[+\s*{re.escape(part)}\s*\]|{re.escape(part)}\s*=)")
            hits = [number for number, said in enumerate(lines[line:], line) if stands.match(said)]
            if not hits:
                break
            line = hits[min(after, len(hits) - 1) if isinstance(after, int) else 0] + 1
    return line or None


def read_about(content: bytes | Fault, *, faults: Faults) -> AboutFile:
    """story.toml, with whatever of it holds."""
    text = read_text(content, "story.toml", faults=faults, least="at least a title")
    raw = parse_toml(text, "story.toml", faults=faults) if text is not None else None
    read = AboutFile(None, text or "", raw)
    if raw is None:
        return read
    try:
        read.about = About.model_validate(raw)
    except ValidationError as error:
        for detail in error.errors(include_url=False):
            if faults.full("story.toml"):
                faults.add_unlisted("story.toml", 1)
            elif fault := _about_fault(read, detail):
                faults.add(fault)
    except OverflowError:
        faults.add(read.fault(("window",), "a time at the end of the calendar", "a time of the story's night"))
    return read


def _about_fault(read: AboutFile, detail: Mapping[str, Any]) -> Fault | None:
    """The fault of one error, or None for one that only says the same of another branch of a type."""
    loc = detail["loc"]
    if any(isinstance(part, str) and part.startswith("literal[") for part in loc):
        return None
    loc = tuple(part for part in loc if isinstance(part, int) or not re.search(r"[\[(]|^constrained-str$", part))
    column, found, wants = told({**detail, "loc": loc}, empty="nothing")
    if not column:  # a fault of several keys together: its sentence names the first of them first
        named = (word for word in re.findall(r"\w+", found) if word in About.model_fields)
        loc = (next(named, ""),)
    return read.fault(loc, found, wants, absent=detail["type"] == "missing")


def read_table(content: bytes | Fault, row_type: type[Row], *, known: Known, faults: Faults) -> Table:
    """The rows of one CSV file that is there."""
    before, table = faults.count, Table()
    text = read_text(content, row_type.file, faults=faults, least="at least a header line")
    if text is None:
        return Table(ids=None, sound=False)
    cells = Cells(text, row_type, faults)
    batch: list[tuple[int, dict[str, str]]] = []
    seen: dict[tuple[str, ...], int] = {}
    for line, row in cells:
        batch.append((line, row))
        for fault in (*_unknown_references(line, row, row_type, known), *_repeated(line, row, row_type, seen)):
            faults.add(fault)
        if len(batch) == BATCH:
            table.rows += _validated(batch, row_type, cells.absent, faults)
            table.count += len(batch)
            batch.clear()
    table.rows += _validated(batch, row_type, cells.absent, faults)
    table.count += len(batch)
    table.ids = (
        frozenset(names[0] for names in seen if names)
        if cells.whole and not cells.absent.intersection(row_type.unique)
        else None
    )
    table.sound = faults.count == before
    return table


@cache
def _adapter(row_type: type[Row]) -> TypeAdapter[list[Row]]:
    return TypeAdapter(list[row_type])  # type: ignore[valid-type]


def _validated(
    batch: list[tuple[int, dict[str, str]]], row_type: type[Row], absent: frozenset[str], faults: Faults
) -> list[tuple[int, Row]]:
    """The rows of a batch that hold; of the others, every fault but the absence of a whole column."""
    try:
        rows = _adapter(row_type).validate_python([row for _, row in batch])
        return [(line, row) for (line, _), row in zip(batch, rows, strict=True)]
    except ValidationError as error:
        if faults.full(row_type.file):  # each row of the batch has one error for each absent column
            faults.add_unlisted(row_type.file, error.error_count() - len(absent) * len(batch))
            return []
        details = error.errors(include_url=False)
    for detail in details:
        index, *loc = detail["loc"]
        column, found, wants = told({**detail, "loc": loc}, empty="an empty cell")
        if column not in absent or detail["type"] != "missing":
            faults.add(Fault(row_type.file, batch[int(index)][0], column, found, wants))
    bad = {detail["loc"][0] for detail in details}
    return _validated([pair for index, pair in enumerate(batch) if index not in bad], row_type, absent, faults)


def _unknown_references(line: int, row: Mapping[str, str], row_type: type[Row], known: Known) -> list[Fault]:
    found = []
    for column, table in row_type.refers.items():
        ids, cell = known.get(table), row.get(column, "")
        if ids is not None:
            named = dict.fromkeys(cell.split()) if column == "source" else [cell.strip()]
            strange = [name for name in named if name and name not in ids]
            found += [Fault(row_type.file, line, column, quoted(name), _one_of(table, ids)) for name in strange]
    return found


@lru_cache(maxsize=16)
def _one_of(table: str, ids: frozenset[str]) -> str:
    """What a reference wants: its table, and the ids there when a sentence can hold them."""
    if table not in _ENTRIES:
        return f"{'a code' if table == 'contests' else 'an id'} of {table}.csv"
    table = "parties" if table == "sides" else table
    return f"an id of [[{table}]] in story.toml: {', '.join(sorted(ids)[:20]) or 'none is there'}"


def _repeated(line: int, row: Mapping[str, str], row_type: type[Row], seen: dict[tuple[str, ...], int]) -> list[Fault]:
    if not row_type.unique:
        return []
    names = tuple(row.get(column, "").strip() for column in row_type.unique)
    first = seen.setdefault(names, line)
    if first == line or not all(names):
        return []
    found = f"{' '.join(quoted(name) for name in names)} again, first on line {first}"
    return [Fault(row_type.file, line, row_type.unique[0], found, "each once")]
