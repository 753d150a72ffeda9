"""The files of a story folder: read within bounds and held against their types, each fault with its line."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache
from itertools import zip_longest
from types import MappingProxyType
from typing import Any

from pydantic import TypeAdapter, ValidationError

from data.story.faults import Fault, Faults, quoted, told
from data.story.story_toml import About
from data.story.table_rows import Row

#: Name of a file -> its bytes, or why they could not be read.
Content = Mapping[str, bytes | Fault]
#: Bytes of a table; the largest of a real night has some 200,000.
LARGEST_TABLE = 10_000_000
#: Bytes of story.toml; a long one has some 20,000.
LARGEST_ABOUT = 200_000
#: Rows of a table.
MOST_ROWS = 200_000

#: A dotted key of n parts costs tomllib n squared: 100 kB of "a.a.a" would take a minute and gigabytes.
_LONG_KEY = re.compile(r"""(?<![\w-])(?:(?:[\w-]++|"[^"\n]*+"|'[^'\n]*+')[ \t]*+\.[ \t]*+){16}""")
_TOML_PLACE = re.compile(r" \(at (?:line (\d+), column \d+|end of document)\)$")
#: What stands between two cells, the most usual first: spreadsheets save with each of them, and paste with tabs.
_SEPARATORS = {",": "comma", "\t": "tab", ";": "semicolon"}
#: The line by which a spreadsheet says so itself.
_SEP_LINE = re.compile(r"sep=([,;\t])\r?\n")
_UTF_16 = (b"\xff\xfe", b"\xfe\xff")
#: How what the csv module says ends -> what was found, and what is wanted.
_SPLITTING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unexpected end of data": ("a quote that is never closed", "a closing quote"),
        "expected after '\"'": ("text after a closing quote", "a {} there; a quote inside a cell is doubled"),
        "field larger than field limit (131072)": ("a cell of more than 131,072 characters", "at most 1,000"),
    }
)


def largest(name: str) -> int:
    """Bytes that a file of this name may have."""
    return LARGEST_TABLE if name.endswith(".csv") else LARGEST_ABOUT


def too_long(name: str, size: int) -> Fault:
    """That a file of this size is none that is read."""
    return Fault(name, None, "", f"a file of {size:,} bytes", f"at most {largest(name):,}")


def read_text(content: bytes | Fault, name: str, *, faults: Faults, least: str) -> str | None:
    """The text of a UTF-8 file, or None and the reason among the faults: why it could not be read, where it is one.

    `least` says what even the shortest file of this kind holds.
    """
    text, fault = None, content if isinstance(content, Fault) else None
    if isinstance(content, bytes):
        text, fault = (
            (None, too_long(name, len(content))) if len(content) > largest(name) else _decoded(content, name, least)
        )
    if fault:
        faults.add(fault)
    return text


def _decoded(content: bytes, name: str, least: str) -> tuple[str | None, Fault | None]:
    """The text without its byte order mark, or the reason why it is none; UTF-16 with its mark is read too."""
    code = "UTF-16" if content.startswith(_UTF_16) else "UTF-8"
    try:
        text = content.decode(code).removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        found = f"byte 0x{content[error.start]:02X} at offset {error.start:,}, which is not {code}"
        return None, Fault(name, _line_at(content, error.start), "", found, "text in UTF-8")
    if not text.strip():
        return None, Fault(name, None, "", "an empty file", least)
    if code == "UTF-8" and (at := content.find(b"\0")) >= 0:
        return None, Fault(name, _line_at(content, at), "", f"a NUL byte at offset {at:,}", "text in UTF-8")
    return text, None


def header_names(content: bytes) -> frozenset[str]:
    """The columns that the first line of a table names, whatever parts its cells; none where it cannot be read."""
    text = content[:10_000].decode("UTF-16" if content.startswith(_UTF_16) else "UTF-8", "replace")
    first = _SEP_LINE.sub("", text.removeprefix("\ufeff"), count=1).partition("\n")[0]
    return frozenset(filter(None, (name.strip().strip('"') for name in re.split(r"[,;\t]", first))))


def _line_at(content: bytes, offset: int) -> int:
    """The line of a byte, as an editor counts: from 1, by any of the three line ends."""
    return len(re.findall(rb"\r\n|\r|\n", content[:offset])) + 1


def parse_toml(text: str, name: str, *, faults: Faults) -> dict[str, Any] | None:
    """The keys of a TOML text, or None and the reason among the faults."""
    row, wants = None, "TOML"
    if long := _LONG_KEY.search(text):
        row, found, wants = text.count("\n", 0, long.start()) + 1, "a key of very many parts", "at most 15"
    else:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            said = str(error)
            place = _TOML_PLACE.search(said)
            row = int(place[1]) if place and place[1] else text.rstrip("\n").count("\n") + 1
            found = f"text that is not TOML ({_TOML_PLACE.sub('', said)})"
        except RecursionError:
            found = "brackets within brackets, too deep to read"
        except ValueError:
            found = "a number of very many digits"
    faults.add(Fault(name, row, "", found, wants))
    return None


class Cells:
    """The rows of a CSV text, each with the line it starts on and its cells by column."""

    def __init__(self, text: str, row_type: type[Row], faults: Faults) -> None:
        self.file, self.columns, self.faults = row_type.file, row_type.model_fields, faults
        self._own, self._own_words = row_type.own
        #: Required columns that the header lacks.
        self.absent: frozenset[str] = frozenset()
        #: Whether every row so far could be split into the cells of the header.
        self.whole = True
        told = _SEP_LINE.match(text)
        #: Whether a line before the header says what parts cells.
        self.told = bool(told)
        #: What stands between two cells.
        self.separator = told[1] if told else max(_SEPARATORS, key=lambda one: self._names(text, one))
        self._reader = csv.reader(io.StringIO(text, newline=""), strict=True, delimiter=self.separator)

    def _names(self, text: str, separator: str) -> int:
        """How many columns of the table the header names, if cells are parted so."""
        header = text.lstrip().partition("\n")[0].split(separator)
        return sum(self._known(name.strip().strip('"')) for name in header)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        records = self._records()
        if self.told:
            next(records)
        top, header = next(records, (1, []))
        names = [name.strip() for name in header]
        self._check_header(top, names)
        unknown = {name for name in names if not self._known(name)}
        for number, (line, cells) in enumerate(records):
            if number == MOST_ROWS:
                self._lose(line, f"more than {MOST_ROWS:,} rows", f"at most {MOST_ROWS:,}")
                return
            if len(cells) > len(names) and not any(cells[len(names) :]):
                cells = cells[: len(names)]
            if len(cells) != len(names):
                self._lose(
                    line,
                    f"{len(cells):,} cell{'' if len(cells) == 1 else 's'}",
                    f"{len(names)}, one for each column of line {top}",
                )
                continue
            if stray := next((cell for cell, name in zip(cells, names, strict=True) if cell.strip() and not name), ""):
                self._lose(line, f"{quoted(stray)} under no name", f"a name over it in line {top}, or an empty cell")
                continue
            yield line, {name: cell for name, cell in zip(names, cells, strict=True) if name not in unknown}

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        while True:
            line = self._reader.line_num + 1
            try:
                cells = next(self._reader)
            except StopIteration:
                return
            except csv.Error as error:
                unknown = (f"a row that cannot be split ({error})", "CSV")
                found, wants = next((said for end, said in _SPLITTING.items() if str(error).endswith(end)), unknown)
                self._lose(line, found, wants.format(_SEPARATORS[self.separator]))
                continue
            if any(cells):  # spreadsheets like to end a table with rows of nothing but commas
                yield line, cells

    def _known(self, name: str) -> bool:
        return name in self.columns or bool(self._own and re.fullmatch(self._own, name))

    def _check_header(self, line: int, names: list[str]) -> None:
        for name in filter(None, dict.fromkeys(names)):
            if not self._known(name):
                wants = f"only these: {', '.join([*self.columns, *filter(None, [self._own_words])])}"
                self._note(line, name, "a column that this table does not have", wants)
            elif names.count(name) > 1:
                self._note(line, name, f"{names.count(name)} columns of this name", "one")
        needed = [name for name, column in self.columns.items() if column.is_required()]
        self.absent = frozenset(needed).difference(names)
        for name in needed:
            if name in self.absent:
                self._note(line, name, "no such column", f"at least these: {', '.join(needed)}")

    def _lose(self, line: int, found: str, wants: str) -> None:
        self.whole = False
        self._note(line, "", found, wants)

    def _note(self, line: int, column: str, found: str, wants: str) -> None:
        self.faults.add(Fault(self.file, line, quoted(column)[1:-1], found, wants))


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
