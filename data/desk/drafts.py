"""Every state of a story as rows of the database: read at a revision, changed, held against the checker, written."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from sqlalchemy import ColumnElement, and_, false, func, insert, or_, select
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.desk.schema import RowRecord
from data.desk.sheets import (
    WORDS,
    Line,
    columns_of,
    dialect_of,
    empty_head,
    joined,
    lines_of,
    may_have,
    split,
    wider_head,
)
from data.desk.values import Change, RowRefused, plain
from data.story.faults import Fault
from data.story.story_checks import FILES, Examined, examine

#: Between the places of two rows, so that others fit between them.
APART = 1 << 32
#: As long as a cell of corrections.csv may be.
_LONGEST_WHY = 1_000
_LINE = re.compile(r"\bline [\d,]+")


@dataclass(frozen=True, slots=True)
class DraftRow:
    """A row as one revision made it; of row 0 the line is the head of its file."""

    file: str
    row: int
    revision: int
    position: int
    line: Line
    follows: int = 0
    removed: bool = False
    outside: bool = False
    why: str = ""

    @property
    def is_shown(self) -> bool:
        """Heads of tables are nobody's row; story.toml is one."""
        return self.row > 0 or self.file == WORDS

    @property
    def cells(self) -> Mapping[str, str] | None:
        """What it says by column, of story.toml its text; None where it was removed."""
        if self.removed:
            return None
        return {WORDS: self.line.raw.decode("utf-8", "replace")} if self.file == WORDS else self.line.cells or {}


@dataclass(frozen=True)
class Draft:
    """A story at one revision: of each file its head and its rows, in their order."""

    slug: str
    rows: Mapping[tuple[str, int], DraftRow]

    @cached_property
    def by_file(self) -> Mapping[str, tuple[DraftRow, ...]]:
        """The rows that stand, by file, its head first."""
        found: dict[str, list[DraftRow]] = {}
        for row in self.rows.values():
            if not row.removed:
                found.setdefault(row.file, []).append(row)
        order = {
            name: sorted(rows, key=lambda one: (one.row > 0, one.position, one.row)) for name, rows in found.items()
        }
        return {name: tuple(order[name]) for name in FILES if name in order}

    @cached_property
    def files(self) -> Mapping[str, bytes]:
        """Name -> content."""
        return {name: joined(name, rows[0].line, [row.line for row in rows[1:]]) for name, rows in self.by_file.items()}

    @cached_property
    def examined(self) -> Examined:
        """What holds in it, and every fault."""
        return examine(self.slug, self.files)

    def row(self, file: str, name: str) -> DraftRow:
        """The row of this name; DataError where there never was one."""
        found = self.rows.get((file, int(name))) if name.isdecimal() else None
        if found is None:
            raise DataError(f"{file} has no row {name[:20]!r}; look at the story again")
        return found

    def standing(self, file: str, number: int) -> DraftRow | None:
        """The row of this number where it stands; None for the head of a table."""
        found = self.rows.get((file, number))
        return None if found is None or found.removed or not found.is_shown else found

    def line_of(self, file: str, number: int) -> int | None:
        """On which line of its file a row stands."""
        rows = self.by_file.get(file, ())
        starts = lines_of(rows[0].line, [row.line for row in rows[1:]]) if rows else []
        return next((line for line, row in zip(starts, rows[1:], strict=True) if row.row == number), None)

    def next_row(self, file: str) -> int:
        """A name that no row of the file has or had."""
        return max((number for name, number in self.rows if name == file), default=0) + 1

    def put(self, rows: Iterable[DraftRow]) -> Draft:
        """The draft with these in place of what they follow."""
        return Draft(self.slug, {**self.rows, **{(row.file, row.row): row for row in rows}})


def read_draft(
    session: Session, slug: str, *, upto: int | None = None, outside: bool = False, files: Collection[str] = ()
) -> Draft:
    """A story as it stood at a revision, the latest if None; with what came from the folder later, where `outside`."""
    wanted: list[ColumnElement[bool]] = [RowRecord.story == slug]
    if upto is not None:
        wanted.append(or_(RowRecord.revision <= upto, RowRecord.outside if outside else false()))
    if files:
        wanted.append(RowRecord.file.in_(files))
    newest = (
        select(RowRecord.file, RowRecord.row, func.max(RowRecord.revision).label("revision"))
        .where(*wanted)
        .group_by(RowRecord.file, RowRecord.row)
        .subquery()
    )
    same = and_(RowRecord.file == newest.c.file, RowRecord.row == newest.c.row, RowRecord.revision == newest.c.revision)
    columns = (
        RowRecord.file, RowRecord.row, RowRecord.revision, RowRecord.position, RowRecord.raw, RowRecord.cells,
        RowRecord.width, RowRecord.follows, RowRecord.removed, RowRecord.outside, RowRecord.why,
    )  # fmt: skip
    found = session.execute(select(*columns).join(newest, same).where(RowRecord.story == slug))
    rows = {
        (one.file, one.row): DraftRow(
            one.file, one.row, one.revision, one.position, Line(one.raw, one.cells, one.width),
            one.follows, one.removed, one.outside, one.why,
        )
        for one in found
    }  # fmt: skip
    return Draft(slug, rows)


def changed(draft: Draft, changes: Sequence[Change], revision: int) -> tuple[DraftRow, ...]:
    """What these changes make of a draft: the rows that a revision of this number has to keep, heads of tables too."""
    made: list[DraftRow] = []
    for change in changes:
        step = _change_words(draft, change, revision) if change.table == WORDS else _change_row(draft, change, revision)
        draft = draft.put(step)
        made += step
    return tuple({(row.file, row.row): row for row in made}.values())


def _change_words(draft: Draft, change: Change, revision: int) -> list[DraftRow]:
    before = draft.row(WORDS, "0")
    raw = (change.cells or {}).get(WORDS, "").encode("utf-8", "replace")
    return [replace(before, revision=revision, follows=before.revision, line=Line(raw, None, 0), outside=False)]


def _change_row(draft: Draft, change: Change, revision: int) -> list[DraftRow]:
    file = change.table
    if file not in FILES:
        raise DataError(f"a story has no table {file[:40]!r}; it may have: {', '.join(FILES[1:])}")
    heads = heads_for(draft, change, revision)
    head = heads[0] if heads else draft.rows[file, 0]
    dialect = dialect_of(file, head.line)
    if not change.id:
        place = max((row.position for row in draft.by_file.get(file, ())), default=0) + APART
        new = DraftRow(
            file,
            draft.next_row(file),
            revision,
            place,
            dialect.line(change.cells or {}),
            why=plain(change.why, _LONGEST_WHY),
        )
        return [*heads, new]
    before = draft.row(file, change.id)
    line = before.line if change.cells is None else dialect.line({**(before.line.cells or {}), **change.cells})
    return [
        *heads,
        replace(
            before, revision=revision, follows=before.revision, line=line, removed=change.cells is None, outside=False,
            why=plain(change.why, _LONGEST_WHY),
        ),
    ]  # fmt: skip


def heads_for(draft: Draft, change: Change, revision: int) -> list[DraftRow]:
    """The head of the table where it is new, or has to gain a column; RowRefused for a column that none has."""
    file, cells = change.table, change.cells or {}
    head = draft.rows.get((file, 0))
    if head is None or head.removed:
        return [DraftRow(file, 0, revision, 0, empty_head(file), follows=head.revision if head else 0)]
    columns = dialect_of(file, head.line).columns
    more = [name for name, cell in cells.items() if name not in columns and cell]
    if strange := [name for name in more if not may_have(file, name)]:
        wants = f"only these: {', '.join(columns_of(file))}"
        raise RowRefused((Fault(file, None, strange[0][:40], "a column that this table does not have", wants),))
    if not more:
        return []
    return [replace(head, revision=revision, follows=head.revision, line=wider_head(head.line, more), outside=False)]


def new_faults(before: Draft, after: Draft) -> tuple[Fault, ...]:
    """The faults that a change would bring, those of single rows and of story.toml first."""
    if not after.examined.faults.count:
        return ()
    known = Counter(_fault_key(fault) for fault in before.examined.faults.listed())
    new = []
    for fault in after.examined.faults.listed():
        if known[_fault_key(fault)] > 0:
            known[_fault_key(fault)] -= 1
        else:
            new.append(fault)
    return tuple(sorted(new, key=lambda fault: not blocks(fault)))


def blocks(fault: Fault) -> bool:
    """Whether a draft may not have it: what only a whole table lacks, like a contest’s call, may come."""
    return fault.row is not None or fault.file == WORDS


def _fault_key(fault: Fault) -> tuple[str, str, str, str]:
    return fault.file, fault.column, _LINE.sub("", fault.found), _LINE.sub("", fault.wants)


def kept(session: Session, slug: str, rows: Iterable[DraftRow]) -> None:
    """Add rows to what a story has kept."""
    values = [
        {
            "story": slug, "file": row.file, "row": row.row, "revision": row.revision, "follows": row.follows,
            "position": row.position, "outside": row.outside, "removed": row.removed, "width": row.line.width,
            "raw": row.line.raw, "cells": None if row.line.cells is None else dict(row.line.cells), "why": row.why,
        }
        for row in rows
    ]  # fmt: skip
    if values:
        session.execute(insert(RowRecord), values)


def draft_of(slug: str, files: Mapping[str, bytes], revision: int) -> Draft:
    """Files as the first state of a story; of files without a fault."""
    rows = []
    for file in (name for name in FILES if name in files):
        head, lines = split(file, files[file])
        for number, line in enumerate((head, *lines)):
            rows.append(DraftRow(file, number, revision, number * APART, line, outside=True))
    return Draft(slug, {(row.file, row.row): row for row in rows})
