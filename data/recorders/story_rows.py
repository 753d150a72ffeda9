"""Rows that recorders add to a story's tables, or bring up to date: by id, and nothing that somebody else wrote."""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping, Sequence

from filelock import FileLock

from data.core.settings import Settings
from data.recorders.attempts import csv_lines
from data.story.store import StoryStore
from data.story.tables import TABLES

Cells = dict[str, str]
#: In the order in which one file names ids of another.
_ORDER = ("sources.csv", "calls.csv", "withdrawals.csv", "observations.csv")
_LOCK_SECONDS = 30.0


def rows_lock(settings: Settings, slug: str) -> FileLock:
    """What a recorder holds while it reads a story, adds to it and writes it; filelock's Timeout after a while."""
    folder = settings.records / slug
    folder.mkdir(parents=True, exist_ok=True)
    return FileLock(folder / ".rows.lock", timeout=_LOCK_SECONDS)


def change_story(
    stories: StoryStore, slug: str, settings: Settings, rows: Mapping[str, Sequence[Cells]]
) -> tuple[str, ...]:
    """Put rows into tables of a story in one step, while no other recorder does; the ids of those that are new.

    StoryInvalid, with nothing written, where they contradict what is there.
    """
    with rows_lock(settings, slug):
        return put_rows(stories, slug, rows)


def put_rows(
    stories: StoryStore, slug: str, rows: Mapping[str, Sequence[Cells]], *, gone: Collection[str] = ()
) -> tuple[str, ...]:
    """The same, for whoever holds the lock; rows of the ids in `gone` are taken out."""
    files = dict(stories.files(slug))
    new: list[str] = []
    for file in _ORDER:
        if rows.get(file) or (gone and file in files):
            files[file], added = merged(file, files.get(file, b""), rows.get(file, ()), gone=gone)
            new += added if file != "sources.csv" else []
    stories.write(slug, files)
    return tuple(new)


def merged(file: str, content: bytes, rows: Sequence[Cells], *, gone: Collection[str] = ()) -> tuple[bytes, list[str]]:
    """A table with these rows and without those whose ids are `gone`; and the ids of those that it did not have.

    Rows of an id that it has take that one's place; all others stay as they are, byte for byte unless a column is
    wanted that the table lacks.
    """
    text = content.decode("utf-8-sig") if content else csv_lines([_columns(file)])
    header = next(csv.reader([text.split("\n", 1)[0]]))
    wider = [name for name in dict.fromkeys(name for row in rows for name in row if row[name]) if name not in header]
    if wider:
        lines = [cells for cells, _ in _records(text)]
        text = "".join(csv_lines([[*cells, *([""] * len(wider) if at else wider)]]) for at, cells in enumerate(lines))
        header = [*header, *wider]
    wanted, place = {row["id"]: row for row in rows}, header.index("id")
    known: set[str] = set()
    kept = []
    for cells, raw in _records(text if text.endswith("\n") else f"{text}\n"):
        if len(cells) == len(header) and cells[place] in gone:
            continue
        row = wanted.get(cells[place]) if len(cells) == len(header) else None
        known |= {row["id"]} if row else set()
        kept.append(raw if row is None else csv_lines([[row.get(name, "") for name in header]]))
    new = [row for name, row in wanted.items() if name not in known]
    kept += [csv_lines([[row.get(name, "") for name in header]]) for row in new]
    return "".join(kept).encode(), [row["id"] for row in new]


def _records(text: str) -> Iterator[tuple[list[str], str]]:
    """The cells of each record with its own text: a cell may hold the end of a line."""
    taken: list[str] = []

    def lines() -> Iterator[str]:
        for line in io.StringIO(text, newline=""):
            taken.append(line)
            yield line

    for cells in csv.reader(lines()):
        yield cells, "".join(taken)
        taken.clear()


def _columns(file: str) -> Sequence[str]:
    return next((list(kind.model_fields) for kind in TABLES if kind.file == file), [])
