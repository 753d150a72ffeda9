"""Publishing: a revision becomes the folder that readers' pages are made of, whole, or what they have stays."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from filelock import FileLock, Timeout
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.core.settings import Settings
from data.desk.audit import note
from data.desk.database import Database
from data.desk.drafts import APART, Draft, DraftRow, heads_for, read_draft
from data.desk.folder_rows import StrangeColumns, taken_in
from data.desk.people import allowed
from data.desk.reader_words import change_said, said_of
from data.desk.revisions import UNCORRECTED, keep, note_rows, story_record
from data.desk.row_words import row_name
from data.desk.schema import PublicationRecord, RevisionRecord, StoryRecord
from data.desk.sheets import WORDS, dialect_of
from data.desk.values import BY_CLOCK, BY_OTHERS, Action, Change, Person, Published, Role
from data.recorders.story_rows import rows_lock
from data.story.new_story import unwritten
from data.story.store import StoryStore
from data.story.story import Story, UnknownStory, sound_story
from data.story.story_checks import examine
from data.story.tables import Correction

#: How often a folder that others change meanwhile is read again before a publication gives up.
_ATTEMPTS = 3
#: Seconds that a page waits for a recorder that writes.
_SOON = 1.0
#: What a cell of corrections.csv holds.
_LONGEST = 1_000
#: How the id of a correction begins that was made of a change.
_BY_DESK = "desk-"
_SCHEDULE = "the schedule"


class Underway(DataError):
    """Another process publishes the story just now, or has done so."""

    retryable = True


class Bundle(Protocol):
    """What else is published of a story, such as its charts in a bucket."""

    def __call__(self, story: Story, files: Mapping[str, bytes], at: datetime) -> Callable[[], str]:
        """Write everything where nobody sees it yet; what is given shows it, and says which version that is.

        DataError or OSError where it cannot be written, or shown.
        """
        ...


@dataclass(frozen=True, slots=True)
class _Ready:
    """A revision that may go out: its files and story, and the stamp of the folder that it was held against."""

    revision: int
    files: Mapping[str, bytes]
    story: Story
    stamp: str
    corrections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Publishing:
    """Publications of a desk."""

    database: Database
    settings: Settings
    folders: StoryStore

    def publish(
        self, who: Person, slug: str, at: datetime, origin: str, *, seen: int, bundle: Bundle | None, due: bool = False
    ) -> Published:
        """Write a revision into the folder; `seen` is the one that was looked at, 0 for the latest, or what was `due`.

        DataError where the draft or the folder was changed meanwhile, StoryInvalid for a fault, OSError.
        """
        with self._turn(slug):
            for _ in range(_ATTEMPTS):
                ready = self._prepare(who, slug, at, origin, seen=seen, due=due)
                try:
                    if published := self._try(who, slug, at, origin, ready, bundle):
                        return published
                except (DataError, OSError) as error:
                    if not due:
                        self._end(who, slug, ready.revision, "failed", at, origin, reason(error))
                    raise
            why = f"the folder of {slug} keeps changing; try again in a minute"
            self._end(who, slug, ready.revision, "failed", at, origin, why)
            raise DataError(why)

    def _try(
        self, who: Person, slug: str, at: datetime, origin: str, ready: _Ready, bundle: Bundle | None
    ) -> Published | None:
        """Put out what is ready; None where others have changed the folder since it was held against it."""
        show = bundle(ready.story, ready.files, at) if bundle else str  # nothing more, as no version
        with rows_lock(self.settings, slug):
            if self.folders.stamp(slug) != ready.stamp:
                return None
            version = self._put(slug, ready.files, show)
        self._end(who, slug, ready.revision, "published", at, origin, version)
        return Published(ready.revision, version, ready.corrections)

    def schedule(self, who: Person, slug: str, due: datetime | None, at: datetime, origin: str, *, seen: int) -> None:
        """Have the draft as it is now go out at a time, or with None not any more; a fault in it is said now."""
        if due is not None and due <= at:
            raise DataError("the time to publish at has passed; publish now, or choose a later one")
        ready = None
        if due:
            with self._turn(slug):
                ready = self._prepare(who, slug, at, origin, seen=seen)
        with self.database.writing() as session:
            who = allowed(session, who, Action.PUBLISH)
            record = story_record(session, slug, lock=True)
            record.due, record.due_revision, record.trouble = due, ready.revision if ready else 0, ""
            record.due_by = who.email if due else ""
            said = {"due": due.isoformat()} if due else None
            note(session, who, "schedule", at, origin, story=slug, revision=record.due_revision, now=said)
            if ready:
                session.add(_event(slug, ready.revision, "scheduled", who, at, ""))

    def due(self, now: datetime) -> tuple[tuple[str, int, Person], ...]:
        """The stories whose time has come, each with its revision and who wanted it."""
        wanted = select(StoryRecord).where(StoryRecord.due <= now).order_by(StoryRecord.due)
        with self.database.reading() as session:
            return tuple(
                (one.slug, one.due_revision, Person(one.due_by, one.due_by, Role.PUBLISHER))
                for one in session.scalars(wanted)
            )

    def late(self, slug: str, revision: int, at: datetime, why: str) -> None:
        """Write down why what was due could not go out; once, however often it is tried."""
        with self.database.reading() as session:
            known = story_record(session, slug).trouble == why
        if not known:
            self._end(BY_CLOCK, slug, revision, "failed", at, _SCHEDULE, why)

    def settle(self, at: datetime) -> None:
        """Find out what became of publications in the midst of which a process ended: done, or not done at all."""
        for slug, revision in self._open():
            with suppress(Timeout), self._lock(slug), rows_lock(self.settings, slug):
                files = self._public_files(slug, revision)
                if done := dict(self._folder_files(slug)) == dict(files):
                    self.folders.write(slug, files)  # what is on its way comes to its place
                said = "" if done else "the publication was interrupted; publish again"
                self._end(BY_CLOCK, slug, revision, "published" if done else "failed", at, _SCHEDULE, said)

    def catch_up(self, slug: str, at: datetime) -> str:
        """Take what others wrote into the folder into the draft, but for rows that an editor has changed, too.

        The stamp of the folder that was looked at; empty where that has to wait for a publication, or for a recorder.
        """
        with self.database.reading() as session:
            story_record(session, slug)
        with suppress(Timeout), rows_lock(self.settings, slug).acquire(timeout=_SOON):
            stamp, files = self.folders.stamp(slug), self._folder_files(slug)
            if not files or examine(slug, files).faults.count:
                return stamp
            # A publication that has begun may have written the folder; what it wrote is nobody else's.
            if slug in dict(self._open()):
                return ""
            with self.database.writing() as session, suppress(StrangeColumns):
                self._take_in(session, story_record(session, slug, lock=True), files, at, clear=True)
            return stamp
        return ""

    def _open(self) -> list[tuple[str, int]]:
        """The publications that have begun and have no end."""
        last = select(func.max(PublicationRecord.id)).group_by(PublicationRecord.story)
        wanted = select(PublicationRecord.story, PublicationRecord.revision).where(
            PublicationRecord.id.in_(last), PublicationRecord.event == "begun"
        )
        with self.database.reading() as session:
            return [(slug, revision) for slug, revision in session.execute(wanted)]

    def _public_files(self, slug: str, revision: int) -> Mapping[str, bytes]:
        with self.database.reading() as session:
            return read_draft(session, slug, upto=revision, outside=True).files

    def _folder_files(self, slug: str) -> Mapping[str, bytes]:
        """The files of the folder; none where it was removed."""
        try:
            return self.folders.files(slug)
        except UnknownStory:
            return {}

    def _lock(self, slug: str) -> FileLock:
        """What one publication of a story holds beside no other."""
        return FileLock(self.settings.records / slug / ".publication.lock", timeout=0)

    @contextmanager
    def _turn(self, slug: str) -> Iterator[None]:
        """No other publication of the story beside this one."""
        try:
            (self.settings.records / slug).mkdir(parents=True, exist_ok=True)
            with self._lock(slug):
                yield
        except Timeout:
            raise Underway(f"{slug} is being published or recorded; try again in a minute") from None

    def _prepare(self, who: Person, slug: str, at: datetime, origin: str, *, seen: int, due: bool = False) -> _Ready:
        """Bring the draft up to what the folder holds and what readers must be told, and begin a publication of it."""
        with rows_lock(self.settings, slug):
            stamp, files = self.folders.stamp(slug), self._folder_files(slug)
        with self.database.writing() as session:
            who = allowed(session, who, Action.PUBLISH)
            record = story_record(session, slug, lock=True)
            if seen and not due and _changed_since(session, slug, seen):
                raise DataError(
                    f"{slug} was changed while you looked at revision {seen:,}; "
                    f"look at revision {record.revision:,}, then publish"
                )
            if due and (not record.due or record.due_revision != seen):
                raise Underway(f"revision {seen:,} of {slug} is no longer due")
            clash = self._take_in(session, record, files, at) if files else ""
            if not clash:
                upto = seen if due else record.revision
                return replace(self._begin(session, record, who, at, origin, upto=upto, due=due), stamp=stamp)
        raise DataError(clash)

    def _begin(
        self, session: Session, record: StoryRecord, who: Person, at: datetime, origin: str, *, upto: int, due: bool
    ) -> _Ready:
        """Write down that a publication begins, of a revision with the corrections that it needs; StoryInvalid."""
        slug = record.slug
        public = read_draft(session, slug, upto=record.published, outside=True)
        draft = read_draft(session, slug, upto=upto, outside=True)
        # Those of what is due were made when it was scheduled.
        made = () if due else tuple(corrections(public, draft, at, record.revision + 1))
        if made:
            keep(session, record, made, who, at, "what readers are told of corrected rows")
            note_rows(session, who, "correct", at, origin, slug, draft, made)
            draft, upto = draft.put(made), record.revision
        story = sound_story(slug, draft.examined, stamp=f"desk-{upto}")
        if left := unwritten(draft.files[WORDS]):
            raise DataError(str(left[0]))
        session.add(_event(slug, upto, "begun", who, at, ""))
        told = tuple(row.cells["where"] for row in made if row.cells and row.row)
        return _Ready(upto, draft.files, story, "", told)

    def _take_in(
        self, session: Session, record: StoryRecord, files: Mapping[str, bytes], at: datetime, *, clear: bool = False
    ) -> str:
        """Keep what others wrote into the folder; a sentence where an editor has changed the same row, else empty.

        With `clear` such rows are left for later. A draft that readers had whole is what they have still.
        """
        slug, draft, before = record.slug, read_draft(session, record.slug), record.revision
        base = read_draft(session, slug, upto=record.published, outside=True)
        if dict(base.files) == dict(files):
            return ""
        found = taken_in(draft, base, files, record.revision + 1)
        beside = (*found.on_top, *found.merged)
        both = {(row.file, row.row) for row in beside} if clear else set()
        theirs = tuple(row for row in found.rows if (row.file, row.row) not in both)
        for rows, what in ((theirs, "written into the folder by others"), (() if clear else beside, "kept beside it")):
            if rows:
                keep(session, record, rows, BY_OTHERS, at, what)
                note_rows(session, BY_OTHERS, "take in", at, "the folder", slug, draft, rows)
                draft = draft.put(rows)
        record.published = record.revision if record.published == before else record.published
        record.review = record.revision if record.review == before else record.review
        if clear or not found.on_top:
            return ""
        names = ", ".join(said_of(row.file, row.cells or {}, draft.examined) for row in found.on_top)
        return (
            f"others changed in the folder what you changed here: {names}. "
            f"Both are kept; compare revisions {record.revision - 1:,} and {record.revision:,}, then publish"
        )

    def _put(self, slug: str, files: Mapping[str, bytes], show: Callable[[], str]) -> str:
        """Write the folder and show the bundle; where that cannot be, the folder is as it was."""
        before, place = self._folder_files(slug), self.folders.place(slug)
        self.folders.write(slug, files)
        try:
            return show()
        except (DataError, OSError):
            if before and self.folders.place(slug) == place:
                self.folders.write(slug, before)
            else:
                self.folders.remove(slug)
            raise

    def _end(self, who: Person, slug: str, revision: int, event: str, at: datetime, origin: str, said: str) -> None:
        """Write down how a publication ended."""
        with self.database.writing() as session:
            record = story_record(session, slug, lock=True)
            session.add(_event(slug, revision, event, who, at, said))
            if event == "published":
                record.published, record.trouble = revision, ""
                if record.due_revision <= revision:
                    record.due, record.due_revision, record.due_by = None, 0, ""
            if event == "failed":
                record.trouble = said
            note(session, who, event, at, origin, story=slug, revision=revision, now={"said": said} if said else None)


def _changed_since(session: Session, slug: str, revision: int) -> bool:
    """Whether somebody of the desk has changed a draft since this revision."""
    later = select(func.count()).where(
        RevisionRecord.story == slug, RevisionRecord.number > revision, RevisionRecord.by != BY_OTHERS.email
    )
    return bool(session.scalar(later))


def reason(error: DataError | OSError) -> str:
    """Why something failed, in one sentence."""
    return str(error) if isinstance(error, DataError) else str(error.strerror or error)


def _event(slug: str, revision: int, event: str, who: Person, at: datetime, said: str) -> PublicationRecord:
    return PublicationRecord(story=slug, revision=revision, event=event, by=who.email, at=at, said=said)


def corrections(public: Draft, draft: Draft, at: datetime, revision: int) -> Iterator[DraftRow]:
    """Rows of corrections.csv for every published row that a draft changes, and the removal of such as no longer hold.

    One is named after the row and its revision, so that a second attempt to publish adds none.
    """
    wanted = {one["id"]: one for one in _changed(public, draft, at)}
    mine = {row.cells["id"]: row for row in draft.by_file.get(Correction.file, ()) if row.row and row.cells}
    for name, row in mine.items():
        if name.startswith(_BY_DESK) and name not in wanted and not public.standing(row.file, row.row):
            yield replace(row, revision=revision, follows=row.revision, removed=True)
    new = [cells for name, cells in wanted.items() if name not in mine]
    if not new:
        return
    said = {name: cell for cells in new for name, cell in cells.items() if cell}
    heads = heads_for(draft, Change(Correction.file, said), revision)
    yield from heads
    head = heads[0] if heads else draft.rows[Correction.file, 0]
    dialect, number = dialect_of(Correction.file, head.line), draft.next_row(Correction.file)
    last = max((row.position for row in draft.by_file.get(Correction.file, ())), default=0)
    for place, cells in enumerate(new):
        yield DraftRow(Correction.file, number + place, revision, last + APART * (place + 1), dialect.line(cells))


def _changed(public: Draft, draft: Draft, at: datetime) -> Iterator[dict[str, str]]:
    for key, row in public.rows.items():
        was, now = public.standing(*key), draft.rows.get(key)
        if was is None or now is None or now.outside or row.file in UNCORRECTED or not was.cells:
            continue
        if now.cells == was.cells:
            continue
        said, says = change_said(row.file, was.cells, now.cells, draft.examined)
        yield {
            "id": f"{_BY_DESK}{row.file.removesuffix('.csv').replace('_', '-')}-{row.row}-{now.revision}",
            "corrected": at.isoformat(timespec="seconds").replace("+00:00", "Z"),
            "where": said_of(row.file, was.cells, draft.examined)[:_LONGEST],
            "was": said[:_LONGEST],
            "now": says[:_LONGEST],
            "why": now.why[:_LONGEST],
            "source": "" if now.cells is None else now.cells.get("source", ""),
            "row": f"{row.file.removesuffix('.csv')}:{row_name(was.cells)}"[:_LONGEST],
        }
