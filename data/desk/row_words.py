"""Rows of a draft in words: what a row says, what it is called, and what came of it between two states."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence

from data.desk.drafts import Draft, DraftRow
from data.desk.sheets import WORDS
from data.desk.values import RowDifference
from data.story.new_story import keys_of

#: Characters that the list of revisions tells of one.
_LONGEST = 500


def differences(before: Draft, after: Draft) -> tuple[RowDifference, ...]:
    """What the second draft has differently, row by row and in words."""
    found = []
    for key in sorted(before.rows.keys() | after.rows.keys()):
        was, now = before.standing(*key), after.standing(*key)
        said = (was.cells if was else None, now.cells if now else None)
        if was != now and said[0] != said[1]:
            found.append(RowDifference(key[0], str(key[1]), *said, row_words(key[0], *said)))
    return tuple(found)


def row_name(cells: Mapping[str, str]) -> str:
    """What a row is called in a sentence: its id or code, or else its first two cells."""
    return cells.get("id") or cells.get("code") or " ".join([cell for cell in cells.values() if cell][:2])


def row_words(file: str, was: Mapping[str, str] | None, now: Mapping[str, str] | None) -> str:
    """calls.csv, ap-fl: party was CLI, is TRU; calls.csv: ap-ga was added."""
    if file == WORDS:
        return f"story.toml: {cells_words(_keys(was), _keys(now))}"
    if was is None or now is None:
        return f"{file}: {row_name(now or was or {})} was {'removed' if now is None else 'added'}"
    return f"{file}, {row_name(was)}: {cells_words(was, now)}"


def _keys(cells: Mapping[str, str] | None) -> Mapping[str, str]:
    """What a story.toml says by key; as one text where it is no TOML."""
    text = (cells or {}).get(WORDS, "")
    try:
        return dict(keys_of(tomllib.loads(text)))
    except tomllib.TOMLDecodeError:
        return {"it": text}


def cells_words(was: Mapping[str, str], now: Mapping[str, str]) -> str:
    """party was CLI, is TRU; note was empty, is “late”."""
    names = [name for name in {**was, **now} if was.get(name, "") != now.get(name, "")]
    return "; ".join(f"{name} was {was.get(name) or 'empty'}, is {now.get(name) or 'empty'}" for name in names)


def revision_words(before: Draft, rows: Sequence[DraftRow]) -> str:
    """What a revision did, in words: that of its only row, or how many of which tables."""
    shown = [row for row in rows if row.is_shown]
    if len(shown) == 1:
        was = before.standing(shown[0].file, shown[0].row)
        return row_words(shown[0].file, was.cells if was else None, shown[0].cells)[:_LONGEST]
    files = {row.file: sum(other.file == row.file for other in shown) for row in shown}
    return ", ".join(f"{count:,} rows of {file}" for file, count in files.items())
