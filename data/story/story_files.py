"""A story as the files of its folder, and such a folder brought from one sound state to the next."""

from __future__ import annotations

import csv
import io
import shutil
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from typing import Any

import tomli_w

from data.core.files import sync_folder, write_whole
from data.story.story import Story
from data.story.tables import TABLES, Row

Files = Mapping[str, bytes]


def files_of(story: Story) -> dict[str, bytes]:
    """Name -> content: every table, with its header where it has no rows, and story.toml.

    Each file names only ids of those before it, so that a folder whose files only grow is sound after every single
    one. The votes of results.csv are not written.
    """
    found = {
        row_type.file: _table(row_type, _cells(story, row_type.file.removesuffix(".csv")))
        for row_type in TABLES
        if row_type.file != "results.csv"
    }
    return found | {"story.toml": tomli_w.dumps(story.about.model_dump(exclude_defaults=True)).encode()}


def _cells(story: Story, table: str) -> Iterable[dict[str, Any]]:
    if table == "sources":
        return map(asdict, story.sources)
    return (row.model_dump(mode="json") for row in getattr(story, table))


def _table(row_type: type[Row], rows: Iterable[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    sheet = csv.DictWriter(out, list(row_type.model_fields), lineterminator="\n")
    sheet.writeheader()
    sheet.writerows({name: _cell(value) for name, value in row.items()} for row in rows)
    return out.getvalue().encode()


def _cell(value: Any) -> Any:
    """A count without the fraction that a number column gave it; an absent fact as an empty cell."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def put_folder(folder: Path, files: Files) -> None:
    """A new folder of this name, there with all its files or not at all. OSError if it is there already."""
    folder.parent.mkdir(parents=True, exist_ok=True)
    part = _hidden(folder)
    try:
        for name, content in files.items():
            write_whole(part / name, content)
        part.rename(folder)
    except BaseException:
        shutil.rmtree(part, ignore_errors=True)
        raise
    sync_folder(folder.parent)


def change_folder(folder: Path, files: Files) -> None:
    """Bring a folder to its next state, file by file in the order of `files`; those that stay as they are are left."""
    for name, content in files.items():
        if not _holds(folder / name, content):
            write_whole(folder / name, content)


def _holds(path: Path, content: bytes) -> bool:
    try:
        return path.read_bytes() == content
    except OSError:
        return False


def remove_folder(folder: Path) -> None:
    """Take a folder away in one step: nobody sees a part of it."""
    part = _hidden(folder)
    with suppress(FileNotFoundError):
        folder.rename(part)
        shutil.rmtree(part)
    sync_folder(folder.parent)


def _hidden(folder: Path) -> Path:
    """A name beside the folder that is no story's."""
    return folder.parent / f".{uuid.uuid4().hex}.part"
