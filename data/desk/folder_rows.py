"""What others wrote into a story's folder since readers' files were last the desk's, as rows of its draft."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from data.core.errors import DataError
from data.desk.drafts import Draft, DraftRow
from data.desk.sheets import WORDS, Line, dialect_of, row_type_of, split, wider_head
from data.desk.toml_words import merged
from data.story.story_checks import FILES

Key = tuple[str, ...]


class StrangeColumns(DataError):
    """A table in the folder has lost columns, or has them in another order."""


@dataclass(frozen=True, slots=True)
class TakenIn:
    """Rows as the folder has them, and those of the draft that stay on top of them, since both were changed.

    `merged` is a story.toml of which both changed other keys: it says what either says.
    """

    rows: tuple[DraftRow, ...]
    on_top: tuple[DraftRow, ...]
    merged: tuple[DraftRow, ...] = ()


def taken_in(draft: Draft, base: Draft, files: Mapping[str, bytes], revision: int) -> TakenIn:
    """What a folder has otherwise than `base`, which it had: as rows of this revision and, on top, of the next.

    StrangeColumns where a table has its columns in another order, or others than before.
    """
    rows: list[DraftRow] = []
    for file in FILES:
        if files.get(file) == base.files.get(file):
            continue
        if file == WORDS:
            rows.append(_words(draft, files[file], revision))
        else:
            rows += _table(draft, base, file, files.get(file), revision)
    on_top, both_say = [], []
    for row in rows:
        was, mine = base.rows.get((row.file, row.row)), draft.rows.get((row.file, row.row))
        both = was and mine and mine.revision != was.revision and not _same(mine, was)
        if mine and both and not _same(mine, row) and (row.row or row.file == WORDS):
            kept = replace(mine, revision=revision + 1, follows=revision, outside=False)
            found = merged(*_texts(was, mine, row)) if was and row.file == WORDS else None
            if found and not found.clashes:
                both_say.append(replace(kept, line=Line(found.text.encode(), None, 0)))
            else:
                on_top.append(kept)
    return TakenIn(tuple(rows), tuple(on_top), tuple(both_say))


def _texts(*rows: DraftRow) -> Iterator[str]:
    return ((row.cells or {}).get(WORDS, "") for row in rows)


def _same(one: DraftRow, other: DraftRow) -> bool:
    """Whether two states of a row say the same."""
    if one.removed or other.removed or one.line.cells is None or other.line.cells is None:
        return one.removed == other.removed and one.line.raw == other.line.raw
    return _filled(one.line) == _filled(other.line)


def _filled(line: Line) -> dict[str, str]:
    return {name: cell for name, cell in (line.cells or {}).items() if cell}


def _words(draft: Draft, content: bytes, revision: int) -> DraftRow:
    return _put(draft, WORDS, 0, Line(content, None, 0), revision)


def _put(draft: Draft, file: str, row: int, line: Line, revision: int, *, position: int = 0) -> DraftRow:
    """A row with what the folder has of it."""
    before = draft.rows.get((file, row))
    if before is None:
        return DraftRow(file, row, revision, position, line, outside=True)
    return replace(
        before, revision=revision, follows=before.revision, line=line, removed=False, outside=True, why=""
    )  # fmt: skip


def _table(draft: Draft, base: Draft, file: str, content: bytes | None, revision: int) -> list[DraftRow]:
    """The rows of a table that the folder has otherwise; of a table that is gone, all, as removed."""
    known = base.by_file.get(file, ())
    if content is None:
        gone = [draft.rows[file, row.row] for row in known]
        return [replace(row, revision=revision, follows=row.revision, removed=True, outside=True) for row in gone]
    head, lines = split(file, content)
    found = _head(draft, file, head, revision)
    places = _keyed(file, [row.line for row in known[1:]])
    here = {key: known[1 + place] for key, place in places.items()}
    mine = [row for row in draft.by_file.get(file, ())[1:] if row.row not in {one.row for one in known}]
    own = {key: mine[place] for key, place in _keyed(file, [row.line for row in mine]).items()}
    theirs = _keyed(file, lines)
    new, last = draft.next_row(file), 0
    for key, place in theirs.items():
        line, was = lines[place], here.get(key) or own.get(key)
        if was is None:
            found.append(DraftRow(file, new, revision, last + 1, line, outside=True))
            new, last = new + 1, last + 1
            continue
        last = was.position
        if key not in here or _filled(was.line) != _filled(line):
            found.append(_put(draft, file, was.row, line, revision))
    for key, row in here.items():
        if key not in theirs:
            now = draft.rows[file, row.row]
            found.append(replace(now, revision=revision, follows=now.revision, removed=True, outside=True))
    return found


def _head(draft: Draft, file: str, head: Line, revision: int) -> list[DraftRow]:
    """The head of a table where the folder gave it further columns; those that only the draft has stay behind them."""
    mine = draft.rows.get((file, 0))
    if mine is None or mine.removed:
        return [_put(draft, file, 0, head, revision)]
    before, theirs = dialect_of(file, mine.line).columns, dialect_of(file, head).columns
    if theirs == before[: len(theirs)]:
        return []
    own = [name for name in before if name not in theirs]
    kept = before[: len(before) - len(own)]
    if theirs[: len(kept)] != kept:
        raise StrangeColumns(
            f"{file} in the folder has other columns than before: put {', '.join(kept)} back at its beginning"
        )
    return [_put(draft, file, 0, wider_head(head, own) if own else head, revision)]


def _keyed(file: str, lines: Sequence[Line]) -> dict[Key, int]:
    """What names each row -> its place: its unique columns, or where a table has none, all it says and how often."""
    unique = row_type_of(file).unique
    seen: Counter[Key] = Counter()
    found = {}
    for place, line in enumerate(lines):
        cells = line.cells or {}
        names = unique if all(name in cells for name in unique) and unique else tuple(sorted(_filled(line)))
        key = tuple(cells[name].strip() for name in names)
        seen[key] += 1
        found[(*key, str(seen[key]))] = place
    return found
