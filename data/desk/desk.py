"""The desk as its pages and commands ask it: stories and their drafts, changed by whoever may, with nothing lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.core.settings import Settings
from data.desk.audit import Audit, note
from data.desk.database import Database, open_database
from data.desk.drafts import Draft, DraftRow, blocks, changed, draft_of, kept, new_faults, read_draft
from data.desk.people import People, allowed
from data.desk.presence import Presence
from data.desk.schema import RevisionRecord, StoryRecord
from data.desk.sheets import WORDS
from data.desk.values import (
    Action,
    Change,
    Conflict,
    KeptRow,
    Person,
    Revision,
    RowDifference,
    RowRefused,
    State,
    StoryState,
)
from data.story.faults import Fault
from data.story.store import StoryStore, story_store
from data.story.story import Story, UnknownStory, sound_story
from data.story.story_checks import Examined
from data.story.tables import Correction


@dataclass(frozen=True, slots=True)
class Preview:
    """What a draft would be with a change: what holds and every fault, those that the change brings, and its story.

    `story` is None where a fault keeps it from being one.
    """

    examined: Examined
    faults: tuple[Fault, ...]
    story: Story | None


@dataclass(frozen=True, slots=True)
class Desk:
    """Drafts of stories in a database; `folders` is where what is published stands."""

    database: Database
    settings: Settings
    folders: StoryStore

    @property
    def people(self) -> People:
        """Who may do what."""
        return People(self.database)

    @property
    def audit(self) -> Audit:
        """Who did what."""
        return Audit(self.database)

    @property
    def presence(self) -> Presence:
        """Who is where."""
        return Presence(self.database)

    def stories(self) -> tuple[StoryState, ...]:
        """Every story of the desk, by slug."""
        newest = (RevisionRecord.story == StoryRecord.slug) & (RevisionRecord.number == StoryRecord.revision)
        wanted = select(StoryRecord, RevisionRecord).join(RevisionRecord, newest).order_by(StoryRecord.slug)
        with self.database.reading() as session:
            return tuple(_state(record, last) for record, last in session.execute(wanted))

    def state(self, slug: str) -> StoryState:
        """One story; UnknownStory."""
        with self.database.reading() as session:
            record = _story(session, slug)
            return _state(record, session.get_one(RevisionRecord, (slug, record.revision)))

    def rows(self, slug: str, table: str, *, revision: int | None = None) -> tuple[KeptRow, ...]:
        """The rows of a table such as calls.csv, in their order; of story.toml one, whose text is its only cell."""
        with self.database.reading() as session:
            record = _story(session, slug)
            draft = read_draft(session, slug, upto=revision, file=table)
            public = read_draft(session, slug, upto=record.published, outside=True, file=table)
            makers = _makers(session, slug)
        return tuple(_kept_row(row, makers, public) for row in draft.by_file.get(table, ()) if _is_shown(row))

    def files(self, slug: str, *, revision: int | None = None) -> Mapping[str, bytes]:
        """Name -> bytes of the draft as the files of a folder; rows nobody touched are as they were written."""
        return self._draft(slug, revision).files

    def examine(self, slug: str, *, revision: int | None = None) -> Examined:
        """Everything that holds in the draft, and every fault."""
        return self._draft(slug, revision).examined

    def story(self, slug: str, *, revision: int | None = None) -> Story:
        """The draft as a story; UnknownStory, or StoryInvalid with its first fault. Its stamp names the revision."""
        draft = self._draft(slug, revision)
        newest = max(row.revision for row in draft.rows.values())
        return sound_story(slug, draft.examined, stamp=f"desk-{newest}")

    def preview(self, slug: str, *changes: Change) -> Preview:
        """What the draft would be with these changes; nothing is kept. DataError where they name what is not there."""
        before = self._draft(slug, None)
        after = before.put(changed(before, changes, revision=0))
        found = after.examined
        faults = new_faults(before, after)
        return Preview(found, faults, None if found.faults.count else sound_story(slug, found, stamp="preview"))

    def bring(self, who: Person, slug: str, at: datetime, origin: str) -> StoryState:
        """Take a story of the folders to the desk, as its first revision, which readers have.

        UnknownStory, StoryInvalid with its first fault; DataError where the desk has it.
        """
        files = self.folders.files(slug)
        found = self.folders.examine(slug)
        story = sound_story(slug, found)
        with self.database.writing() as session:
            who = allowed(session, who, Action.BRING)
            if session.get(StoryRecord, slug):
                raise DataError(f"the desk has {slug} already; nothing was changed")
            session.add(
                StoryRecord(
                    slug=slug, title=story.about.title, revision=0, published=1, review=0, due_revision=0, due=None,
                    due_by="", trouble="",
                )
            )  # fmt: skip
            session.flush()
            record = session.get_one(StoryRecord, slug)
            rows = tuple(draft_of(slug, files, 1).rows.values())
            _keep(session, record, rows, who, at, "brought from its folder")
            note(session, who, "bring", at, origin, story=slug, revision=1)
        return self.state(slug)

    def write(self, who: Person, slug: str, change: Change, at: datetime, origin: str) -> KeptRow | Conflict:
        """Keep one change as the next revision of a draft: its row as it stands now, or who was quicker.

        RowRefused for a fault in it, NotAllowed, UnknownStory; nothing was changed by any of them.
        """
        found = self.write_all(who, slug, (change,), at, origin)
        return found if isinstance(found, Conflict) else found[0]

    def write_all(
        self, who: Person, slug: str, changes: Sequence[Change], at: datetime, origin: str
    ) -> tuple[KeptRow, ...] | Conflict:
        """Keep several changes as one revision, all or none."""
        with self.database.writing() as session:
            who = allowed(session, who, Action.WRITE)
            record = _story(session, slug, lock=True)
            before = read_draft(session, slug)
            public = read_draft(session, slug, upto=record.published, outside=True)
            for change in changes:
                if lost := _overtaken(before, change, who, at, _makers(session, slug)):
                    return lost
            number = record.revision + 1
            rows = tuple(row for row in changed(before, changes, number) if _differs(before, row))
            after = before.put(rows)
            _refuse_faults(before, after, rows, public)
            if rows:
                _keep(session, record, rows, who, at, _said(before, rows))
                _note_rows(session, who, "write", at, origin, slug, before, rows)
                record.title = after.examined.read.about.title if after.examined.read.about else record.title
            makers = _makers(session, slug)
        touched = _touched(before, after, changes)
        return tuple(_kept_row(row, makers, public) for row in touched)

    def write_words(
        self, who: Person, slug: str, story_toml: bytes, base: int, at: datetime, origin: str
    ) -> KeptRow | Conflict:
        """Keep a new story.toml, as `write` keeps a row; `base` is the revision of it that was looked at."""
        try:
            text = story_toml.decode()
        except UnicodeDecodeError:
            raise DataError("story.toml is no text in UTF-8") from None
        return self.write(who, slug, Change(WORDS, {WORDS: text}, id="0", base=base), at, origin)

    def history(self, slug: str, *, most: int = 200) -> tuple[Revision, ...]:
        """The revisions of a story, the newest first."""
        wanted = (
            select(RevisionRecord)
            .where(RevisionRecord.story == slug)
            .order_by(RevisionRecord.number.desc())
            .limit(most)
        )
        with self.database.reading() as session:
            public = _story(session, slug).published
            return tuple(
                Revision(one.number, one.by, one.at, one.what, one.number == public) for one in session.scalars(wanted)
            )

    def difference(self, slug: str, a: int, b: int) -> tuple[RowDifference, ...]:
        """What revision `b` has differently from `a`, row by row and in words; by file and place."""
        return differences(self._draft(slug, a), self._draft(slug, b))

    def restore(self, who: Person, slug: str, revision: int, at: datetime, origin: str, *, why: str = "") -> StoryState:
        """Make the rows of an earlier revision the next one; what came between stays in the history.

        `why` is told to readers of each published row that changes by it.
        """
        with self.database.writing() as session:
            who = allowed(session, who, Action.RESTORE)
            record = _story(session, slug, lock=True)
            before, then = read_draft(session, slug), read_draft(session, slug, upto=revision)
            public = read_draft(session, slug, upto=record.published, outside=True)
            if not 1 <= revision <= record.revision:
                raise DataError(f"{slug} has no revision {revision:,}; its latest is {record.revision:,}")
            rows = tuple(_restored(before, then, record.revision + 1, why))
            _refuse_faults(before, before.put(rows), rows, public)
            if rows:
                _keep(session, record, rows, who, at, f"restored revision {revision:,}")
                _note_rows(session, who, "restore", at, origin, slug, before, rows)
        return self.state(slug)

    def _draft(self, slug: str, revision: int | None) -> Draft:
        with self.database.reading() as session:
            _story(session, slug)
            return read_draft(session, slug, upto=revision)


@lru_cache(maxsize=8)
def desk_of(settings: Settings) -> Desk:
    """The desk of these settings, one for the process; DeskUnavailable, or DataError for another version's database."""
    return Desk(open_database(settings), settings, story_store(settings))


def differences(before: Draft, after: Draft) -> tuple[RowDifference, ...]:
    """What the second draft has differently, row by row and in words."""
    found = []
    for key in sorted(before.rows.keys() | after.rows.keys()):
        was, now = _standing(before, key), _standing(after, key)
        if was != now:
            file, number = key
            cells = (_cells_of(was), _cells_of(now))
            if cells[0] != cells[1]:
                found.append(RowDifference(file, str(number), *cells, _words(file, *cells)))
    return tuple(found)


def _standing(draft: Draft, key: tuple[str, int]) -> DraftRow | None:
    row = draft.rows.get(key)
    return None if row is None or row.removed or not _is_shown(row) else row


def _is_shown(row: DraftRow) -> bool:
    """Heads of tables are nobody's row; story.toml is one."""
    return row.row > 0 or row.file == WORDS


def _cells(row: DraftRow) -> Mapping[str, str]:
    return {WORDS: row.line.raw.decode("utf-8", "replace")} if row.file == WORDS else row.line.cells or {}


def _cells_of(row: DraftRow | None) -> Mapping[str, str] | None:
    return None if row is None or row.removed else _cells(row)


def _name(cells: Mapping[str, str]) -> str:
    """What a row is called in a sentence: its id or code, or else its first two cells."""
    return cells.get("id") or cells.get("code") or " ".join([cell for cell in cells.values() if cell][:2])


def _words(file: str, was: Mapping[str, str] | None, now: Mapping[str, str] | None) -> str:
    if file == WORDS:
        return "story.toml was changed"
    if was is None or now is None:
        return f"{file}: {_name(now or was or {})} was {'removed' if now is None else 'added'}"
    return f"{file}, {_name(was)}: {cells_words(was, now)}"


def cells_words(was: Mapping[str, str], now: Mapping[str, str]) -> str:
    """party was CLI, is TRU; note was empty, is “late”."""
    names = [name for name in {**was, **now} if was.get(name, "") != now.get(name, "")]
    return "; ".join(f"{name} was {was.get(name) or 'empty'}, is {now.get(name) or 'empty'}" for name in names)


def _story(session: Session, slug: str, *, lock: bool = False) -> StoryRecord:
    """The record of a story, held until the end of the transaction where `lock`; UnknownStory."""
    found = session.get(StoryRecord, slug, with_for_update=lock or None)
    if found is None:
        there = ", ".join(session.scalars(select(StoryRecord.slug).order_by(StoryRecord.slug))) or "none"
        raise UnknownStory(f"the desk has no story {slug[:60]!r}; it has: {there}")
    return found


def _state(record: StoryRecord, last: RevisionRecord) -> StoryState:
    state = State.PUBLISHED if record.published == record.revision else State.CHANGED
    if not record.published:
        state = State.DRAFT
    if record.review == record.revision and state is not State.PUBLISHED:
        state = State.IN_REVIEW
    if record.due:
        state = State.SCHEDULED
    return StoryState(
        record.slug, record.title, state, record.revision, record.published, last.by, last.at, record.due,
        record.trouble,
    )  # fmt: skip


def _makers(session: Session, slug: str) -> Mapping[int, tuple[str, datetime]]:
    """Who made each revision of a story, and when."""
    wanted = select(RevisionRecord.number, RevisionRecord.by, RevisionRecord.at).where(RevisionRecord.story == slug)
    return {number: (by, at) for number, by, at in session.execute(wanted)}


def _kept_row(row: DraftRow, makers: Mapping[int, tuple[str, datetime]], public: Draft) -> KeptRow:
    by, at = makers[row.revision]
    cells = _cells_of(row)
    return KeptRow(
        str(row.row), row.file, row.revision, cells, by, at, _standing(public, (row.file, row.row)) is not None
    )


def _keep(
    session: Session, record: StoryRecord, rows: Sequence[DraftRow], who: Person, at: datetime, what: str
) -> None:
    """Add a revision of these rows to a story."""
    record.revision += 1
    session.add(RevisionRecord(story=record.slug, number=record.revision, by=who.email, at=at, what=what))
    session.flush()
    kept(session, record.slug, rows)


def _overtaken(
    draft: Draft, change: Change, who: Person, at: datetime, makers: Mapping[int, tuple[str, datetime]]
) -> Conflict | None:
    """That the row is not any more as it was looked at."""
    if not change.id:
        return None
    stands = draft.row(change.table, change.id)
    if stands.revision == change.base and not stands.removed:
        return None
    cells = None if change.cells is None else {**_cells(stands), **change.cells}
    mine = KeptRow(change.id, change.table, change.base, cells, who.email, at)
    return Conflict(mine, _kept_row(stands, makers, draft))


def _differs(before: Draft, row: DraftRow) -> bool:
    was = before.rows.get((row.file, row.row))
    return was is None or was.removed != row.removed or was.line.raw != row.line.raw


def _touched(before: Draft, after: Draft, changes: Sequence[Change]) -> list[DraftRow]:
    """The rows that the changes speak of, in their order."""
    new = {
        file: iter(sorted(number for name, number in after.rows.keys() - before.rows.keys() if name == file and number))
        for file in {change.table for change in changes}
    }
    return [after.rows[one.table, int(one.id) if one.id else next(new[one.table])] for one in changes]


def _refuse_faults(before: Draft, after: Draft, rows: Sequence[DraftRow], public: Draft) -> None:
    """RowRefused where the change brings a fault, or changes what readers have and does not say why."""
    faults = [fault for fault in new_faults(before, after) if blocks(fault)]
    for row in rows:
        was = _standing(public, (row.file, row.row))
        silent = was and row.file not in (WORDS, Correction.file) and not row.why.strip()
        if was and silent and (row.removed or _cells(row) != _cells(was)):
            line = (before if row.removed else after).line_of(row.file, row.row)
            wants = "a reason in words, as readers have this row: it goes into corrections.csv"
            faults.append(Fault(row.file, line, "why", "an empty field", wants))
    if faults:
        raise RowRefused(tuple(faults))


def _said(before: Draft, rows: Sequence[DraftRow]) -> str:
    """What a revision did, in words: that of its only row, or how many of which tables."""
    shown = [row for row in rows if _is_shown(row)]
    if len(shown) == 1:
        was = _standing(before, (shown[0].file, shown[0].row))
        return _words(shown[0].file, _cells_of(was), _cells_of(shown[0]))[:500]
    files = {row.file: sum(other.file == row.file for other in shown) for row in shown}
    return ", ".join(f"{count:,} rows of {file}" for file, count in files.items())


def _note_rows(
    session: Session, who: Person, action: str, at: datetime, origin: str, slug: str, before: Draft,
    rows: Sequence[DraftRow],
) -> None:  # fmt: skip
    for row in filter(_is_shown, rows):
        was = _standing(before, (row.file, row.row))
        note(
            session, who, action, at, origin, story=slug, revision=row.revision, file=row.file, row=str(row.row),
            was=_cells_of(was), now=_cells_of(row),
        )  # fmt: skip


def _restored(before: Draft, then: Draft, number: int, why: str) -> list[DraftRow]:
    """The rows that have to change for a draft to be as it was then."""
    found = []
    for key, row in before.rows.items():
        was = then.rows.get(key)
        gone = was is None or was.removed
        if gone != row.removed or (was and not gone and was.line != row.line):
            line, place = (was.line, was.position) if was else (row.line, row.position)
            found.append(
                replace(
                    row, revision=number, follows=row.revision, line=line, position=place, removed=gone,
                    outside=False, why=why,
                )
            )  # fmt: skip
    return found
