"""The desk as its pages and commands ask it: stories and their drafts, changed by whoever may, with nothing lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import lru_cache
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.core.settings import Settings
from data.desk.audit import Audit, note
from data.desk.database import Database, open_database
from data.desk.drafts import Draft, DraftRow, changed, draft_of, new_faults, read_draft
from data.desk.people import People, allowed
from data.desk.presence import Presence
from data.desk.proposals import Proposals, decide
from data.desk.publishing import Bundle, Publishing, Underway, reason
from data.desk.quotas import Quotas
from data.desk.revisions import keep, kept_row, makers_of, note_rows, refuse_faults, state_of, story_record
from data.desk.row_words import differences, revision_words
from data.desk.schema import ProposalRecord, RevisionRecord, StoryRecord
from data.desk.sheets import WORDS
from data.desk.toml_words import merged, with_value
from data.desk.values import (
    Action,
    Change,
    Conflict,
    KeptRow,
    Person,
    Published,
    Revision,
    RowDifference,
    StoryState,
    plain,
)
from data.desk.views import Views
from data.story.faults import Fault
from data.story.new_story import new_story
from data.story.store import StoryStore, story_store
from data.story.story import Story, sound_story
from data.story.story_checks import Examined


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
    #: Slug -> the stamp of its folder when that was last taken in.
    taken: dict[str, str] = field(default_factory=dict, compare=False, repr=False)

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

    @property
    def views(self) -> Views:
        """Charts saved for articles."""
        return Views(self.database)

    @property
    def quotas(self) -> Quotas:
        """How much of it is left for today."""
        return Quotas(self.database, self.settings)

    @property
    def proposals(self) -> Proposals:
        """What waits for a second person."""
        return Proposals(self.database)

    def stories(self) -> tuple[StoryState, ...]:
        """Every story of the desk, by slug."""
        newest = (RevisionRecord.story == StoryRecord.slug) & (RevisionRecord.number == StoryRecord.revision)
        wanted = select(StoryRecord, RevisionRecord).join(RevisionRecord, newest).order_by(StoryRecord.slug)
        with self.database.reading() as session:
            return tuple(state_of(record, last) for record, last in session.execute(wanted))

    def state(self, slug: str) -> StoryState:
        """One story; UnknownStory."""
        with self.database.reading() as session:
            record = story_record(session, slug)
            return state_of(record, session.get_one(RevisionRecord, (slug, record.revision)))

    def rows(self, slug: str, table: str, *, revision: int | None = None) -> tuple[KeptRow, ...]:
        """The rows of a table such as calls.csv, in their order; of story.toml one, whose text is its only cell."""
        with self.database.reading() as session:
            record = story_record(session, slug)
            draft = read_draft(session, slug, upto=revision, files=(table,))
            public = read_draft(session, slug, upto=record.published, outside=True, files=(table,))
            makers = makers_of(session, slug)
        return tuple(kept_row(row, makers, public) for row in draft.by_file.get(table, ()) if row.is_shown)

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
        found, stamp = after.examined, f"preview-{sha256(repr(after.files).encode()).hexdigest()}"
        story = None if found.faults.count else sound_story(slug, found, stamp=stamp)
        return Preview(found, new_faults(before, after), story)

    def bring(self, who: Person, slug: str, at: datetime, origin: str) -> StoryState:
        """Take a story of the folders to the desk, as its first revision, which readers have.

        UnknownStory, StoryInvalid with its first fault; DataError where the desk has it.
        """
        files = self.folders.files(slug)
        found = self.folders.examine(slug)
        sound_story(slug, found)
        rows = tuple(draft_of(slug, files, 1).rows.values())
        return self._begin(who, slug, rows, "brought from its folder", at, origin, published=1)

    def begin(self, who: Person, slug: str, headline: str, at: datetime, origin: str) -> StoryState:
        """Make a new story that nobody has but the desk, as `nightdesk new` makes one in a folder.

        DataError for no such name, or one that is taken.
        """
        files = new_story(slug, at)
        if slug in self.folders.slugs():
            raise DataError(f"there is already a story {slug}; choose another name")
        words = with_value(files[WORDS].decode(), ("title",), headline) if headline else files[WORDS].decode()
        rows = draft_of(slug, files | {WORDS: words.encode()}, 1).rows.values()
        return self._begin(who, slug, [replace(row, outside=False) for row in rows], "begun", at, origin, published=0)

    def _begin(
        self, who: Person, slug: str, rows: Sequence[DraftRow], what: str, at: datetime, origin: str, *, published: int
    ) -> StoryState:  # fmt: skip
        with self.database.writing() as session:
            who = allowed(session, who, Action.BRING)
            if session.get(StoryRecord, slug):
                raise DataError(f"{slug} is already at the desk; nothing was changed")
            record = StoryRecord(
                slug=slug, title="", revision=0, published=published, review=0, due_revision=0, due=None, due_by="",
                trouble="",
            )  # fmt: skip
            session.add(record)
            session.flush()
            keep(session, record, rows, who, at, what)
            note(session, who, "bring" if published else "begin", at, origin, story=slug, revision=1)
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
        """Keep several changes as one revision, all or none, beside what the folder holds by now."""
        self.catch_up(slug, at)
        with self.database.writing() as session:
            return _write(session, who, slug, changes, at, origin)

    def accept(self, who: Person, number: int, at: datetime, origin: str) -> KeptRow:
        """Accept what somebody else proposed and write its row, both or neither.

        RowRefused for a fault in it, NotAllowed for whoever proposed it, DataError where it is decided already.
        """
        with self.database.reading() as session:
            proposed = session.get(ProposalRecord, number)
        if proposed:
            self.catch_up(proposed.story, at)
        with self.database.writing() as session:
            found = decide(session, who, number, at, origin, accept=True)
            rows = _write(session, who, found.story, (Change(found.table, found.cells),), at, origin)
        if isinstance(rows, Conflict):  # a row that is new overtakes nobody's
            raise DataError("somebody else was faster; look at the list again")
        return rows[0]

    def write_words(
        self, who: Person, slug: str, story_toml: bytes, base: int, at: datetime, origin: str
    ) -> KeptRow | Conflict:
        """Keep a new story.toml, as `write` keeps a row; `base` is the revision of it that was looked at.

        On top of what somebody else has changed meanwhile, unless both changed the same key.
        """
        try:
            text = story_toml.decode()
        except UnicodeDecodeError:
            raise DataError("story.toml is not UTF-8 text") from None
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
            public = story_record(session, slug).published
            return tuple(
                Revision(one.number, one.by, one.at, one.what, one.number == public) for one in session.scalars(wanted)
            )

    def catch_up(self, slug: str, at: datetime) -> None:
        """Have the draft hold what recorders and others have written into the folder by now.

        A row that an editor has changed, too, waits for whoever publishes, as does a folder with a fault.
        """
        if self.taken.get(slug) != self.folders.stamp(slug):
            self.taken[slug] = self._publishing.catch_up(slug, at)

    def ahead(self, slug: str) -> tuple[RowDifference, ...]:
        """What readers do not have yet, row by row and in words; by file and place."""
        with self.database.reading() as session:
            record = story_record(session, slug)
            public = read_draft(session, slug, upto=record.published, outside=True)
            return differences(public, read_draft(session, slug))

    def difference(self, slug: str, a: int, b: int) -> tuple[RowDifference, ...]:
        """What revision `b` has differently from `a`, row by row and in words; by file and place."""
        return differences(self._draft(slug, a), self._draft(slug, b))

    def restore(self, who: Person, slug: str, revision: int, at: datetime, origin: str, *, why: str = "") -> StoryState:
        """Make the rows of an earlier revision the next one; what came between stays in the history.

        What others wrote into the folder stays: readers have it.

        `why` is told to readers of each published row that changes by it.
        """
        with self.database.writing() as session:
            who = allowed(session, who, Action.RESTORE)
            record = story_record(session, slug, lock=True)
            before, then = read_draft(session, slug), read_draft(session, slug, upto=revision, outside=True)
            public = read_draft(session, slug, upto=record.published, outside=True)
            if not 1 <= revision <= record.revision:
                raise DataError(f"{slug} has no revision {revision:,}; its latest is {record.revision:,}")
            rows = tuple(_restored(before, then, record.revision + 1, why))
            refuse_faults(before, before.put(rows), rows, public)
            if rows:
                keep(session, record, rows, who, at, f"restored revision {revision:,}")
                note_rows(session, who, "restore", at, origin, slug, before, rows)
        return self.state(slug)

    def ask_review(self, who: Person, slug: str, at: datetime, origin: str) -> StoryState:
        """Say that the draft as it is now is ready to be looked at by who may publish it."""
        with self.database.writing() as session:
            who = allowed(session, who, Action.ASK)
            record = story_record(session, slug, lock=True)
            record.review = record.revision
            note(session, who, "ask for a review", at, origin, story=slug, revision=record.revision)
        return self.state(slug)

    def publish(
        self, who: Person, slug: str, at: datetime, origin: str, *, seen: int = 0, bundle: Bundle | None = None
    ) -> Published:
        """Have readers get the draft: the folder is written whole, then the bundle is shown; a failure leaves the old.

        Published rows that were changed become rows of corrections.csv. `seen` is the revision that was looked at: with
        a later one there, nothing is published. DataError, StoryInvalid with the first fault, OSError.
        """
        return self._publishing.publish(who, slug, at, origin, seen=seen, bundle=bundle)

    def schedule(
        self, who: Person, slug: str, due: datetime | None, at: datetime, origin: str, *, seen: int = 0
    ) -> StoryState:
        """Have the draft as it is now go out at a time, whatever is written later; with None, not any more."""
        self._publishing.schedule(who, slug, due, at, origin, seen=seen)
        return self.state(slug)

    def run_due(self, now: datetime, bundle: Bundle | None = None) -> tuple[StoryState, ...]:
        """Publish what is due, and settle what was interrupted: the stories that were tried, as they are now.

        What cannot go out keeps its time and is tried again; its `trouble` says why.
        """
        self._publishing.settle(now)
        tried = self._publishing.due(now)
        for slug, revision, who in tried:
            try:
                self._publishing.publish(who, slug, now, "the schedule", seen=revision, bundle=bundle, due=True)
            except Underway:
                continue
            except (DataError, OSError) as error:
                self._publishing.late(slug, revision, now, reason(error))
        return tuple(self.state(slug) for slug, _, _ in tried)

    @property
    def _publishing(self) -> Publishing:
        return Publishing(self.database, self.settings, self.folders)

    def _draft(self, slug: str, revision: int | None) -> Draft:
        with self.database.reading() as session:
            newest = story_record(session, slug).revision
            if revision is not None and not 1 <= revision <= newest:
                there = f"revisions 1 to {newest:,}" if newest > 1 else "revision 1 alone"
                raise DataError(f"{slug} has {there}: there is no revision {revision:,}")
            return read_draft(session, slug, upto=revision)


@lru_cache(maxsize=8)
def desk_of(settings: Settings) -> Desk:
    """The desk of these settings, one for the process; DeskUnavailable, or DataError for another version's database."""
    return Desk(open_database(settings), settings, story_store(settings))


def _write(
    session: Session, who: Person, slug: str, changes: Sequence[Change], at: datetime, origin: str
) -> tuple[KeptRow, ...] | Conflict:
    who = allowed(session, who, Action.WRITE)
    record = story_record(session, slug, lock=True)
    before = read_draft(session, slug)
    touched = {change.table for change in changes}
    public = read_draft(session, slug, upto=record.published, outside=True, files=touched)
    makers = makers_of(session, slug)
    changes = [_on_top(session, slug, before, change) for change in changes]
    for change in changes:
        if lost := _overtaken(before, change, who, at, makers):
            return lost
    number = record.revision + 1
    rows = tuple(row for row in changed(before, changes, number) if _differs(before, row))
    after = before.put(rows)
    refuse_faults(before, after, rows, public)
    if rows:
        keep(session, record, rows, who, at, revision_words(before, after, rows))
        note_rows(session, who, "write", at, origin, slug, before, rows)
    makers = makers_of(session, slug)
    return tuple(kept_row(row, makers, public) for row in _touched(before, after, changes))


def _on_top(session: Session, slug: str, before: Draft, change: Change) -> Change:
    """A change of a story.toml that is another one by now, as a change of that one where no key was changed twice."""
    if change.table != WORDS or change.cells is None or change.base == before.row(WORDS, "0").revision:
        return change
    began = read_draft(session, slug, upto=change.base, files=(WORDS,)).row(WORDS, "0")
    stands = before.row(WORDS, "0")
    texts = (row.cells or {} for row in (began, change, stands))
    try:
        found = merged(*(cells.get(WORDS, "") for cells in texts))
    except ValueError:  # no TOML: what is wrong with it is said as of any other text
        return replace(change, base=stands.revision)
    return change if found.clashes else replace(change, cells={WORDS: found.text}, base=stands.revision)


def _overtaken(
    draft: Draft, change: Change, who: Person, at: datetime, makers: Mapping[int, tuple[str, datetime]]
) -> Conflict | None:
    """That the row is not any more as it was looked at."""
    if not change.id:
        return None
    stands = draft.row(change.table, change.id)
    if stands.revision == change.base and not stands.removed:
        return None
    cells = None if change.cells is None else {**(stands.cells or {}), **change.cells}
    mine = KeptRow(change.id, change.table, change.base, cells, who.email, at)
    return Conflict(mine, kept_row(stands, makers, draft))


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
                    outside=False, why=plain(why, 1_000),
                )
            )  # fmt: skip
    return found
