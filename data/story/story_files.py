"""A story as the files of its folder, and such a folder brought from one sound state to the next."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterable, Mapping
from dataclasses import asdict
from typing import Any

import tomli_w

from data.story.story import Story
from data.story.tables import TABLES, Row

Files = Mapping[str, bytes]


def files_of(story: Story) -> dict[str, bytes]:
    """Name -> content: every table, with its header where it has no rows, and story.toml.

    Each file names only ids of those before it, so that a folder whose files only grow is sound after every single
    one.
    """
    found = {row_type.file: _table(row_type, _cells(story, row_type.file.removesuffix(".csv"))) for row_type in TABLES}
    return found | {"story.toml": tomli_w.dumps(story.about.model_dump(exclude_defaults=True)).encode()}


def empty_tables(files: Collection[str]) -> dict[str, bytes]:
    """Name -> content of these tables with their header and no row."""
    return {row_type.file: _table(row_type, []) for row_type in TABLES if row_type.file in files}


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
