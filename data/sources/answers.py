"""Bytes of any source outside, read with one sentence for whatever they are not, and kept."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from data.core.errors import DataError, SourceChanged, SourceUnavailable, first_fault
from data.net.snapshots import Sidecar, Snapshot, write_snapshot
from data.story.faults import quoted

M = TypeVar("M", bound=BaseModel)
#: Characters of a foreign text that a row may hold; the cells of a story hold 1,000.
LONGEST = 300
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script|meta)\b", re.IGNORECASE | re.DOTALL
)
_CLOSERS = {"{": "}", "[": "]"}
_BRACES = str.maketrans("{}", "()")


def text_of(data: bytes, source: str) -> str:
    """The answer as text. Raises SourceUnavailable if it is empty, SourceChanged for a web page or other bytes."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceChanged(f"{source} answered with bytes that are not UTF-8 text.") from None
    if not text.strip():
        raise SourceUnavailable(f"{source} answered with nothing at all.")
    if _HTML.match(text[:2_000]):
        raise SourceChanged(f"{source} answered with a web page where data was asked for.")
    return text


def json_of(data: bytes, source: str) -> object:
    """The JSON value of an answer. Raises SourceUnavailable if it is empty or cut short, SourceChanged otherwise."""
    text = text_of(data, source).strip()
    try:
        value: object = json.loads(text)
        return value
    except (ValueError, RecursionError):
        closer = _CLOSERS.get(text[0])
    if closer is None:
        raise SourceChanged(f"{source} answered with something other than JSON: {quoted(plain(text, 80))}.")
    if not text.endswith(closer):
        raise SourceUnavailable(f"The answer of {source} is cut short after {len(data):,} bytes.")
    raise SourceChanged(f"{source} answered with JSON that cannot be read.")


def read_json(shape: type[M], data: bytes, source: str) -> M:
    """An answer of this shape; SourceChanged, which names the first fault and never what stands there."""
    try:
        return shape.model_validate_json(data)
    except ValidationError as error:
        raise SourceChanged(f"{source} answered in a shape that is not its own: {first_fault(error)}") from None


def records_of(value: object, key: str, source: str) -> list[Mapping[str, object]]:
    """The list of objects under `key` of a JSON object. Raises SourceChanged if there is none of that name."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SourceChanged(f"{source} has changed its answer: it holds no list named {key!r}.")
    return found


def field(record: Mapping[str, object], name: str, source: str) -> str:
    """A text of a record. Raises SourceChanged where that is missing, empty or no text."""
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SourceChanged(f"{source} has changed its answer: an entry has no text in {name!r}.")
    return value


def plain(text: str, most: int = LONGEST) -> str:
    """Foreign text on one line of at most `most` characters, without control characters or braces of time tokens."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: most * 4]).split())
    line = line.translate(_BRACES)
    return line if len(line) <= most else line[: most - 1] + "…"


def counted(count: int, one: str, many: str) -> list[str]:
    """A warning about `count` rows, or none: the sentence for one, or the other with `{count}` filled in."""
    if not count:
        return []
    return [one if count == 1 else many.format(count=f"{count:,}")]


def joined(*warnings: Iterable[str]) -> tuple[str, ...]:
    """All warnings in order, each once."""
    return tuple(dict.fromkeys(warning for some in warnings for warning in some))


def keep(folder: Path, data: bytes, sidecar: Sidecar) -> Snapshot:
    """The snapshot on disk. Raises DataError where the disk refuses."""
    try:
        return write_snapshot(folder, data, sidecar)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"The answer could not be kept: {reason}.") from None
