"""From bytes to lines of cells, and the lines above the columns: what is no export ends here, in one sentence."""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field

from data.core.errors import SourceChanged
from data.sources.trends_csv.cells import ALL_CATEGORIES, CATEGORY, folded, is_value, trimmed
from data.sources.trends_csv.encodings import decode_legacy
from data.story.faults import quoted

MAX_BYTES = 10_000_000  # bytes of a file
MAX_ROWS = 200_000  # lines of data
MAX_CELLS = 1_000_000  # cells of a file: five terms of MAX_ROWS lines
MAX_LINE = 20_000  # characters of a line; the longest header of five terms has some 600
LOOKED_AT = 1_000  # lines that decide the kind of an export
_PREAMBLE_LINES = 20  # lines before the data, at most
_SNIFFED = 60  # lines with text that decide the separator
_SEPARATORS = "\t;,|"  # at equal scores the first wins: a decimal comma splits at commas too
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_FORMATS = (
    (b"PK\x03\x04", "a zip archive or an Excel workbook (.xlsx): save the sheet as CSV, or unpack the CSV first"),
    (b"\xd0\xcf\x11\xe0", "an Excel workbook (.xls): save the sheet as CSV first"),
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a gzip archive: unpack the CSV first"),
    (b"BZh", "a bzip2 archive: unpack the CSV first"),
    (b"7z\xbc\xaf", "a 7z archive: unpack the CSV first"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"GIF8", "a picture"),
    (b"{\\rtf", "a text document (.rtf)"),
    (b")]}'", "an answer meant for a program (JSON), not the CSV that the download button gives"),
    (b"{", "an answer meant for a program (JSON), not the CSV that the download button gives"),
    (b"[", "an answer meant for a program (JSON), not the CSV that the download button gives"),
    (b"<", "a web page, perhaps the one that asks for consent or says to slow down"),
)
_CONTROLS = re.compile(r"[\x00-\x08\x0e-\x1f\x7f]")


@dataclass(slots=True)
class CsvTable:
    """The cells of a text, a list for each of its lines: rows[0] is line `first_line`; what was noticed on the way."""

    rows: list[list[str]]
    first_line: int = 1
    quoted_header: bool = False
    notes: list[str] = field(default_factory=list)

    def line(self, row: int) -> int:
        """The line of the file on which row number `row` stands."""
        return row + self.first_line


def read_table(data: bytes) -> CsvTable:
    """The cells of an export, in whatever alphabet and with whatever separator.

    Raises SourceChanged when the bytes are no table of text or exceed MAX_BYTES, MAX_ROWS, MAX_CELLS or MAX_LINE.
    """
    _refuse_other_formats(data)
    text, notes = _decoded(data)
    if found := _CONTROLS.search(text):
        raise SourceChanged(
            f"This is not CSV: it holds binary data (character {ord(found[0])} after {found.start():,} characters)."
        )
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    lines = text.split("\n")
    _refuse_too_much(lines)
    first_line, separator = 1, ""
    if said := re.fullmatch(r'\s*"?sep=(.)"?\s*', lines[0], re.IGNORECASE):
        lines, first_line, separator = lines[1:], 2, said[1]
    rows = _cells(lines, separator or _separator(lines))
    if sum(map(len, rows)) > MAX_CELLS:
        raise SourceChanged(f"The file has more than {MAX_CELLS:,} cells, which no Google Trends export has.")
    return CsvTable(rows, first_line, next((line for line in lines if line.strip()), "").startswith('"'), notes)


def _refuse_other_formats(data: bytes) -> None:
    if not data.strip():
        raise SourceChanged("The file is empty.")
    if len(data) > MAX_BYTES:
        raise SourceChanged(
            f"The file has more than {MAX_BYTES // 1_000_000} MB; a Google Trends export has some kilobytes."
        )
    start = data[:200].removeprefix(codecs.BOM_UTF8).lstrip()
    for magic, what in _FORMATS:
        if start.startswith(magic) or data.startswith(magic):
            raise SourceChanged(f"The file is {what}; a Google Trends export is a CSV.")


def _decoded(data: bytes) -> tuple[str, list[str]]:
    """The text, and a note where its alphabet had to be guessed."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data.decode(encoding), []
            except UnicodeDecodeError:
                raise SourceChanged(f"The file says that it is {encoding.upper()} text, and is not.") from None
    if b"\x00" in data:
        return _without_mark(data), []
    try:
        return data.decode("utf-8"), []
    except UnicodeDecodeError:
        return _guessed(data)


def _without_mark(data: bytes) -> str:
    """The text of UTF-16 that does not say so: half of the bytes of its digits and separators are zero."""
    for encoding, zeros in (("utf-16-le", data[1::2]), ("utf-16-be", data[::2])):
        if not len(data) % 2 and zeros.count(0) * 3 > len(zeros):
            with suppress(UnicodeDecodeError):
                return data.decode(encoding)
    raise SourceChanged("The file holds binary data, not text; a Google Trends export is a CSV.")


def _guessed(data: bytes) -> tuple[str, list[str]]:
    """The text in the likeliest alphabet, and how sure that is."""
    if found := decode_legacy(data):
        doubt = ": check its letters." if found.known else ", so letters beyond the English ones may be wrong."
        return found.text, [f"The file is not in Unicode and was read as {found.encoding}{doubt}"]
    raise SourceChanged("The file is in no known alphabet: save it as CSV UTF-8.")


def _refuse_too_much(lines: list[str]) -> None:
    if sum(1 for line in lines if line.strip()) > MAX_ROWS + _PREAMBLE_LINES:
        raise SourceChanged(f"The file has more than {MAX_ROWS:,} rows, which no Google Trends export has.")
    for number, line in enumerate(lines, 1):
        if len(line) > MAX_LINE:
            raise SourceChanged(
                f"Line {number} has {len(line):,} characters, and no line of a Google Trends export is that long."
            )


def _separator(lines: list[str]) -> str:
    """The separator that puts most values into cells of their own."""
    sample = [line for line in lines if line.strip()][:_SNIFFED]

    def score(separator: str) -> int:
        rows = csv.reader(sample, delimiter=separator, skipinitialspace=True)
        try:
            return sum(1 for row in rows if len(row) > 1 and any(is_value(cell) for cell in row[1:]))
        except csv.Error:
            return 0

    best = max(_SEPARATORS, key=score)
    return best if score(best) else max(",;\t", key=lambda separator: sum(line.count(separator) for line in sample))


def _cells(lines: list[str], separator: str) -> list[list[str]]:
    """The cells of every line; lines of one quoted cell, as some spreadsheets write, are opened first."""
    if sum(line.count(separator) for line in lines) > MAX_CELLS:
        raise SourceChanged(f"The file has more than {MAX_CELLS:,} cells, which no Google Trends export has.")
    rows = _split(lines, separator)
    packed = [row for row in rows if row]
    if packed and all(len([cell for cell in row if cell]) <= 1 for row in packed):
        inner = [row[0] if row else "" for row in rows]
        rows = _split(inner, _separator(inner))
    return rows


def _split(lines: list[str], separator: str) -> list[list[str]]:
    reader = csv.reader(io.StringIO("\n".join(lines), newline=""), delimiter=separator, skipinitialspace=True)
    rows = []
    try:
        for row in reader:
            if any("\n" in cell for cell in row):
                raise SourceChanged(f"A quotation mark is not closed before line {reader.line_num}: {quoted(row[0])}.")
            rows.append([trimmed(cell) for cell in row])
    except csv.Error:
        raise SourceChanged(f"A quotation mark is not closed before line {reader.line_num}.") from None
    return rows


_COLON = re.compile(r"\s*[:：]\s*")


@dataclass(slots=True)
class Preamble:
    """`found` says whether a line is one that only Google Trends prints; the texts are as printed."""

    found: bool = False
    category: str = ""
    geo: str = ""
    dates: str = ""
    notes: list[str] = field(default_factory=list)


def texts(rows: Sequence[Sequence[str]]) -> list[str]:
    """The lines that hold anything, each as one text: a comma in a line of prose is no separator."""
    return [text for row in rows if (text := ", ".join(cell for cell in row if cell))]


def read_preamble(rows: Sequence[Sequence[str]]) -> Preamble:
    """What the lines say; lines in an unknown language are kept as printed and prove nothing."""
    preamble, lines = Preamble(), texts(rows)
    for text in lines:
        head, *rest = _COLON.split(text, maxsplit=1)
        if rest and folded(head) in CATEGORY:
            preamble.found, preamble.category = True, rest[0]
        elif rest and text == lines[0] and "interest" in folded(head):
            preamble.found = True  # "Web Search interest: bread", until 2016
        elif preamble.found and re.search(r";.*\d{4}", text):
            preamble.geo, preamble.dates = (part.strip() for part in text.split(";", maxsplit=1))
    if preamble.category and folded(preamble.category) not in ALL_CATEGORIES:
        said = quoted(preamble.category)
        preamble.notes.append(
            f"The file is of the category {said}: unless that means all, it counts only part of them."
        )
    return preamble
