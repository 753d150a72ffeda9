"""What came of rows between two states of a draft, in an editor's words; and how files name a row."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Mapping, Sequence

from data.desk.drafts import Draft, DraftRow
from data.desk.reader_words import change_said, said_of
from data.desk.sheets import WORDS
from data.desk.values import RowDifference
from data.story.new_story import keys_of
from data.story.story_checks import Examined

#: Characters that the list of revisions tells of one.
_LONGEST = 500


def differences(before: Draft, after: Draft) -> tuple[RowDifference, ...]:
    """What the second draft has differently, row by row and in words."""
    found = []
    for key in sorted(before.rows.keys() | after.rows.keys()):
        was, now = before.standing(*key), after.standing(*key)
        said = (was.cells if was else None, now.cells if now else None)
        if was != now and said[0] != said[1]:
            found.append(RowDifference(key[0], str(key[1]), *said, row_words(key[0], *said, after.examined)))
    return tuple(found)


def row_name(cells: Mapping[str, str]) -> str:
    """What a row is called where a program reads it: its id or code, or else its first two cells."""
    return cells.get("id") or cells.get("code") or " ".join([cell for cell in cells.values() if cell][:2])


def row_words(file: str, was: Mapping[str, str] | None, now: Mapping[str, str] | None, found: Examined) -> str:
    """AP’s Florida call: was “for Ann Ash”, is “for Ben Birch”; AP’s Georgia call was added. Times are tokens."""
    if file == WORDS:
        before, after = _keys(was), _keys(now)
        return f"{said_of(file, {}, found)}: {'; '.join(_changed(before, after))}"
    if was is None or now is None:
        return f"{said_of(file, now or was or {}, found)} was {'removed' if now is None else 'added'}"
    said, says = change_said(file, was, now, found)
    return f"{said_of(file, was, found)}: was “{said}”, is “{says}”"


def _keys(cells: Mapping[str, str] | None) -> Mapping[str, str]:
    """What a story.toml says by key; as one text where it is no TOML."""
    text = (cells or {}).get(WORDS, "")
    try:
        return dict(keys_of(tomllib.loads(text)))
    except tomllib.TOMLDecodeError:
        return {"it": text}


def _changed(was: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    """title was “A”, is “B”; live was “true”, is nothing."""
    for name in {**was, **now}:
        before, after = (f"“{one[name]}”" if one.get(name) else "nothing" for one in (was, now))
        if before != after:
            yield f"{name} was {before}, is {after}"


def revision_words(before: Draft, after: Draft, rows: Sequence[DraftRow]) -> str:
    """What a revision did, in words: that of its only row, or how many of which tables."""
    shown = [row for row in rows if row.is_shown]
    if len(shown) == 1:
        was = before.standing(shown[0].file, shown[0].row)
        return row_words(shown[0].file, was.cells if was else None, shown[0].cells, after.examined)[:_LONGEST]
    files = {row.file: sum(other.file == row.file for other in shown) for row in shown}
    return ", ".join(f"{count:,} rows of {file}" for file, count in files.items())
