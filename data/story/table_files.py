"""One file of a story folder as text, cells or keys: read within bounds, and every fault on the way noted."""

from __future__ import annotations

import csv
import io
import re
import tomllib
from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from data.story.faults import Fault, Faults, quoted
from data.story.tables import Row

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
#: What the csv module says -> what was found, and what is wanted.
_SPLITTING: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "unexpected end of data": ("a quote that is never closed", "a closing quote"),
        "',' expected after '\"'": ("text after a closing quote", "a comma there; a quote inside a cell is doubled"),
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
    """The text without its byte order mark, or the reason why it is none."""
    try:
        text = content.decode("utf-8").removeprefix("\ufeff")
    except UnicodeDecodeError as error:
        found = f"byte 0x{content[error.start]:02X} at offset {error.start:,}, which is not UTF-8"
        return None, Fault(name, _line_at(content, error.start), "", found, "text in UTF-8")
    if not text.strip():
        return None, Fault(name, None, "", "an empty file", least)
    if (at := content.find(b"\0")) >= 0:
        return None, Fault(name, _line_at(content, at), "", f"a NUL byte at offset {at:,}", "text in UTF-8")
    return text, None


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
        self._reader = csv.reader(io.StringIO(text, newline=""), strict=True)

    def __iter__(self) -> Iterator[tuple[int, dict[str, str]]]:
        records = self._records()
        top, header = next(records, (1, []))
        names = [name.strip() for name in header]
        self._check_header(top, names)
        unknown = {name for name in names if not self._known(name)}
        for number, (line, cells) in enumerate(records):
            if number == MOST_ROWS:
                self._lose(line, f"more than {MOST_ROWS:,} rows", f"at most {MOST_ROWS:,}")
                return
            if len(cells) != len(names):
                self._lose(
                    line,
                    f"{len(cells):,} cell{'' if len(cells) == 1 else 's'}",
                    f"{len(names)}, one for each column of line {top}",
                )
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
                self._lose(line, *_SPLITTING.get(str(error), (f"a row that cannot be split ({error})", "CSV")))
                continue
            if any(cells):  # spreadsheets like to end a table with rows of nothing but commas
                yield line, cells

    def _known(self, name: str) -> bool:
        return name in self.columns or bool(self._own and re.fullmatch(self._own, name))

    def _check_header(self, line: int, names: list[str]) -> None:
        for name in dict.fromkeys(names):
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
