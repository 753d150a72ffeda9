"""The files of a story as rows that each keep their own bytes, so that a row nobody touched stays as it was written."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from data.core.errors import DataError
from data.story.faults import Faults
from data.story.results import form_of
from data.story.row_checks import Cells
from data.story.table_rows import Row
from data.story.tables import TABLES, Result

#: The file that has no rows: it is one of itself.
WORDS = "story.toml"
_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be", b"\xef\xbb\xbf": "utf-8"}
_TYPES: Mapping[str, type[Row]] = {row_type.file: row_type for row_type in TABLES}
_LINE_END = re.compile(r"\r\n|\r|\n")


@dataclass(frozen=True, slots=True)
class Line:
    """A row with its bytes and cells; the head of a table, and story.toml, have no cells.

    `width` is the number of columns that the bytes have.
    """

    raw: bytes
    cells: Mapping[str, str] | None
    width: int


@dataclass(frozen=True, slots=True)
class Dialect:
    """How a table is written: its columns, what parts cells and ends lines, and its encoding."""

    columns: tuple[str, ...]
    separator: str
    line_end: str
    codec: str

    def line(self, cells: Mapping[str, str]) -> Line:
        """A row of these cells as this table writes one; DataError for what is no text."""
        return Line(self.written([cells.get(name, "") for name in self.columns]), dict(cells), len(self.columns))

    def written(self, cells: Sequence[str]) -> bytes:
        """The bytes of a record."""
        out = io.StringIO()
        csv.writer(out, delimiter=self.separator, lineterminator=self.line_end).writerow(cells)
        try:
            return out.getvalue().encode(self.codec)
        except UnicodeEncodeError:
            raise DataError("a cell holds half of a letter, which no file can keep; type it again") from None


def row_type_of(file: str) -> type[Row]:
    """The type of a table's rows; of a results.csv the one of its present form."""
    return _TYPES[file]


def columns_of(file: str) -> tuple[str, ...]:
    """The columns that a table of this name may have; a results.csv of the older form has others."""
    return tuple(_TYPES[file].model_fields)


def may_have(file: str, column: str) -> bool:
    """Whether a table of this name may have such a column."""
    return column in _TYPES[file].model_fields


def empty_head(file: str) -> Line:
    """The head of a table that nobody has begun: all its columns."""
    columns = columns_of(file)
    return Line(Dialect(columns, ",", "\n", "utf-8").written(columns), None, len(columns))


def wider_head(head: Line, more: Sequence[str]) -> Line:
    """The head with further columns behind those it has."""
    dialect = dialect_of("", head)
    text = _text(head.raw)
    start = len(text) - len(text.lstrip("\ufeff"))
    told = re.match(r"sep=.\r?\n", text[start:])
    before = text[: start + (told.end() if told else 0)]
    columns = (*dialect.columns, *more)
    return Line(before.encode(dialect.codec) + dialect.written(columns), None, len(columns))


def split(file: str, content: bytes) -> tuple[Line, list[Line]]:
    """The head of a table and its rows, whose bytes one after another are the content; of a file without faults.

    Empty records belong to the row before them.
    """
    if file == WORDS:
        return Line(content, None, 0), []
    text, codec = _text(content), _codec(content)
    found = _reader(file, content, text)
    head, columns = "", tuple[str, ...]()
    rows: list[Line] = []
    taken: list[tuple[str, list[str]]] = []
    for cells, raw in _records(text, found):
        blank = not any(cells) or (found.told and not columns and not head)
        if blank and taken:
            taken[-1] = (taken[-1][0] + raw, taken[-1][1])
        elif blank:
            head += raw
        elif not columns:
            columns = tuple(name.strip() for name in cells)
            taken.append((head + raw, cells))
        else:
            taken.append((raw, cells))
    width = len(columns)
    for raw, cells in taken[1:]:
        rows.append(Line(raw.encode(codec), dict(zip(columns, cells, strict=False)), width))
    return Line(taken[0][0].encode(codec), None, width), rows


def dialect_of(file: str, head: Line) -> Dialect:
    """How a table of this head is written."""
    text = _text(head.raw)
    found = _reader(file or Result.file, head.raw, text)
    records = [cells for cells, _ in _records(text, found) if any(cells)]
    ends = _LINE_END.findall(text)
    columns = tuple(name.strip() for name in records[1 if found.told else 0])
    return Dialect(columns, found.separator, ends[-1] if ends else "\n", _codec(head.raw))


def joined(file: str, head: Line, rows: Sequence[Line]) -> bytes:
    """The content of a table; a row that was written before the table got further columns gains empty cells."""
    dialect = dialect_of(file, head) if rows else None
    parts = [head.raw]
    for row in rows:
        parts.append(_ended(parts.pop(), dialect))
        parts.append(row.raw if dialect is None or row.width == head.width else dialect.line(row.cells or {}).raw)
    return b"".join(parts)


def lines_of(head: Line, rows: Sequence[Line]) -> list[int]:
    """The line of the file on which each row starts, as an editor counts."""
    found, line = [], 1
    for before in (head, *rows[:-1]) if rows else ():
        text = _text(before.raw)
        line += len(_LINE_END.findall(text)) or 1
        found.append(line)
    return found


def _ended(raw: bytes, dialect: Dialect | None) -> bytes:
    if dialect is None:
        return raw
    ends = tuple(end.encode(dialect.codec) for end in ("\r", "\n"))
    return raw if raw.endswith(ends) else raw + dialect.line_end.encode(dialect.codec)


def _codec(content: bytes) -> str:
    return next((codec for mark, codec in _MARKS.items() if content.startswith(mark)), "utf-8")


def _text(content: bytes, codec: str = "") -> str:
    return content.decode(codec or _codec(content))


def _reader(file: str, content: bytes, text: str) -> Cells:
    row_type = form_of(content) if file == Result.file else _TYPES[file]
    return Cells(text.removeprefix("\ufeff"), row_type, Faults())


def _records(text: str, found: Cells) -> Iterator[tuple[list[str], str]]:
    """The cells of each record with its own text, a byte order mark in that of the first one."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line.removeprefix("\ufeff") if len(taken) == 1 else line

    for cells in csv.reader(lines(), strict=True, delimiter=found.separator):
        yield cells, "".join(taken)
        taken.clear()
