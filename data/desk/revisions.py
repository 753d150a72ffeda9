"""The next revision of a story: who may make it of what, its rows, and the audit of it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.desk.audit import note
from data.desk.drafts import Draft, DraftRow, blocks, kept, new_faults
from data.desk.schema import RevisionRecord, StoryRecord
from data.desk.sheets import WORDS
from data.desk.values import KeptRow, Person, RowRefused, State, StoryState
from data.story.faults import Fault, Faults
from data.story.row_checks import read_about
from data.story.story import UnknownStory
from data.story.tables import Correction

#: Files of which a change needs no correction: the words, and the corrections themselves.
UNCORRECTED = (WORDS, Correction.file)


def story_record(session: Session, slug: str, *, lock: bool = False) -> StoryRecord:
    """The record of a story, held until the end of the transaction where `lock`; UnknownStory."""
    found = session.get(StoryRecord, slug, with_for_update=lock or None)
    if found is None:
        there = ", ".join(session.scalars(select(StoryRecord.slug).order_by(StoryRecord.slug))) or "none"
        raise UnknownStory(f"the desk has no story {slug[:60]!r}; it has: {there}")
    return found


def state_of(record: StoryRecord, last: RevisionRecord) -> StoryState:
    """Where a story stands; `last` is its latest revision."""
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


def makers_of(session: Session, slug: str) -> Mapping[int, tuple[str, datetime]]:
    """Who made each revision of a story, and when."""
    wanted = select(RevisionRecord.number, RevisionRecord.by, RevisionRecord.at).where(RevisionRecord.story == slug)
    return {number: (by, at) for number, by, at in session.execute(wanted)}


def kept_row(row: DraftRow, makers: Mapping[int, tuple[str, datetime]], public: Draft) -> KeptRow:
    """A row as pages have it; `public` is what readers have."""
    by, at = makers[row.revision]
    is_public = public.standing(row.file, row.row) is not None
    return KeptRow(str(row.row), row.file, row.revision, row.cells, by, at, is_public)


def keep(session: Session, record: StoryRecord, rows: Sequence[DraftRow], who: Person, at: datetime, what: str) -> None:
    """Add a revision of these rows to a story."""
    record.revision += 1
    session.add(RevisionRecord(story=record.slug, number=record.revision, by=who.email, at=at, what=what))
    session.flush()
    kept(session, record.slug, rows)
    for row in rows:
        about = read_about(row.line.raw, faults=Faults()).about if row.file == WORDS else None
        record.title = about.title if about else record.title


def note_rows(
    session: Session, who: Person, action: str, at: datetime, origin: str, slug: str, before: Draft,
    rows: Sequence[DraftRow],
) -> None:  # fmt: skip
    """Write into the audit what became of each row."""
    for row in (one for one in rows if one.is_shown):
        was = before.standing(row.file, row.row)
        note(
            session, who, action, at, origin, story=slug, revision=row.revision, file=row.file, row=str(row.row),
            was=was.cells if was else None, now=row.cells,
        )  # fmt: skip


def refuse_faults(before: Draft, after: Draft, rows: Sequence[DraftRow], public: Draft) -> None:
    """RowRefused where the change brings a fault, or changes what readers have and does not say why."""
    faults = [fault for fault in new_faults(before, after) if blocks(fault)]
    for row in rows:
        was = public.standing(row.file, row.row)
        silent = was and row.file not in UNCORRECTED and not row.why.strip()
        if was and silent and row.cells != was.cells:
            line = (before if row.removed else after).line_of(row.file, row.row)
            wants = "a reason in words, as readers have this row: it goes into corrections.csv"
            faults.append(Fault(row.file, line, "why", "an empty field", wants))
    if faults:
        raise RowRefused(tuple(faults))
