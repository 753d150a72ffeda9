"""A record that only grows: one row for each attempt, whole on disk before the next, so that a gap is a fact too."""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

from pydantic import BaseModel, ValidationError

R = TypeVar("R", bound=BaseModel)


def append(path: Path, row: BaseModel) -> None:
    """Add a row to a CSV file, which is made with its header if need be; OSError where the disk refuses.

    A line that a writer who was stopped left unfinished is cut off first: it never was a row.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    cells = row.model_dump(mode="json")
    with path.open("ab+") as file:
        _cut_torn_line(file.fileno(), path)
        new = file.seek(0, os.SEEK_END) == 0
        rows = [list(cells)] if new else []
        file.write(csv_lines([*rows, ["" if one is None else one for one in cells.values()]]).encode())
        file.flush()
        os.fsync(file.fileno())


def csv_lines(rows: Iterable[Sequence[object]]) -> str:
    """Rows as lines of CSV, each with its end."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(rows)
    return out.getvalue()


def _cut_torn_line(handle: int, path: Path) -> None:
    size = path.stat().st_size
    if not size:
        return
    with path.open("rb") as file:
        file.seek(max(0, size - 65_536))
        tail = file.read()
    if not tail.endswith(b"\n"):
        os.ftruncate(handle, size - len(tail) + tail.rfind(b"\n") + 1)


def read_rows(path: Path, kind: type[R]) -> Iterator[R]:
    """The rows of a file that `append` wrote, in their order; none where there is no file.

    The last line counts only with its end. A line that is no row is left out: it hides no other.
    """
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return
    whole = content[: content.rfind(b"\n") + 1].decode("utf-8", errors="replace")
    for cells in csv.DictReader(io.StringIO(whole)):
        if (row := _row(kind, cells)) is not None:
            yield row


def _row(kind: type[R], cells: Mapping[str, str | None]) -> R | None:
    try:
        return kind.model_validate({name: value for name, value in cells.items() if value})
    except ValidationError:
        return None
