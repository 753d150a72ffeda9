"""Imported files, read once for all who bring or keep the same bytes."""

from __future__ import annotations

import hashlib

from components.cache.memo import Memo
from data.core.errors import SourceChanged
from data.evidence import imports
from data.sources.trends_csv.export import Export

#: Bytes of rows that are kept: three files of the largest size, or thousands of what the website exports.
_MOST = 128 * 1024 * 1024
#: Of a file besides its rows.
_BESIDE = 4_096


def _read(data: bytes, filename: str) -> Export | str:
    """The export, or the sentence that refuses the file."""
    try:
        return imports.parse_kept(data, filename)
    except SourceChanged as refused:
        return str(refused)


def _size(found: Export | str) -> float:
    return _BESIDE + (float(found.rows.memory_usage().sum()) if isinstance(found, Export) else 0.0)


_READ = Memo(_read, most=_MOST, size=_size, marks={bytes: lambda data: hashlib.sha256(data).digest()})


def parse_file(data: bytes, filename: str) -> Export:
    """What an imported file says. Raises SourceChanged, with one sentence, where it is no export."""
    found = _READ(data, filename)
    if isinstance(found, str):
        raise SourceChanged(found)
    return found
