"""How often a day sources may be asked and files imported for a story, and how much of the disk may be filled."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time
from pathlib import Path
from typing import Literal

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.core.settings import Settings
from data.desk.audit import note
from data.desk.database import Database
from data.desk.people import allowed
from data.desk.schema import AuditRecord, LimitRecord
from data.desk.values import Action, Person

Spent = Literal["fetch", "import"]
#: A story's day, where nobody has set another limit.
DEFAULTS: dict[Spent, int] = {"fetch": 60, "import": 30}
_MOST = 100_000
#: Of the bound, from where on it is said.
_NEAR = 0.8
#: Bytes that a disk keeps free in any case: a night's records and a publication fit into them.
_FREE = 200_000_000


class QuotaReached(DataError):
    """A limit of the day or of the disk is reached; nothing was done."""


@dataclass(frozen=True, slots=True)
class Room:
    """Bytes in use of those that the desk may use; `sentence` is empty until the bound is near."""

    used: int
    bound: int
    sentence: str
    is_full: bool


@dataclass(frozen=True, slots=True)
class Quotas:
    """Limits; a day is one of UTC."""

    database: Database
    settings: Settings

    def most(self, story: str, what: Spent) -> int:
        """How often a day it may be done for a story."""
        with self.database.reading() as session:
            return _most(session, story, what)

    def left(self, story: str, what: Spent, at: datetime) -> int:
        """How often it may still be done today."""
        with self.database.reading() as session:
            return max(_most(session, story, what) - _spent(session, story, what, at), 0)

    def spend(self, who: Person, story: str, what: Spent, at: datetime, origin: str) -> int:
        """Take one of today's, before it is done; how many are left. QuotaReached where none is, or no disk."""
        room = self.room()
        if room.is_full:
            raise QuotaReached(room.sentence)
        with self.database.writing() as session:
            who = allowed(session, who, Action.FETCH)
            # One counts after another: a limit is a row that they wait for.
            _lock(session, story, what)
            most = _most(session, story, what)
            left = most - _spent(session, story, what, at)
            if left <= 0:
                times = "once" if most == 1 else f"{most:,} times"
                said = "a source may be asked" if what == "fetch" else "a file may be imported"
                raise QuotaReached(
                    f"{said} {times} a day for {story}, and that limit is reached; it resets at 0:00 UTC"
                )
            note(session, who, what, at, origin, story=story)
            return left - 1

    def set(self, who: Person, story: str, what: Spent, most: int, at: datetime, origin: str) -> None:
        """Set the limit of a story, or with an empty one that of every story without its own."""
        if not 0 <= most <= _MOST:
            raise DataError(f"a limit is a whole number from 0 to {_MOST:,}")
        with self.database.writing() as session:
            who = allowed(session, who, Action.GOVERN)
            was = {"most": str(_most(session, story, what))}
            session.merge(LimitRecord(story=story, action=what, most=most))
            note(session, who, f"limit {what}", at, origin, story=story, was=was, now={"most": str(most)})

    def room(self) -> Room:
        """What the desk's stories, records and database take of the disk, and whether there is room for more."""
        own = (*self.settings.stories, self.settings.records, *filter(None, [self.settings.snapshots]))
        used = sum(sum(_sizes(folder)) for folder in dict.fromkeys(own)) + self._database_bytes()
        bound = self.settings.disk_mb * 1_000_000
        free = shutil.disk_usage(_there(self.settings.records)).free
        share = used / bound
        full = used >= bound or free < _FREE
        said = f"{used / 1e6:,.0f} MB of {bound / 1e6:,.0f} MB are in use"
        if free < _FREE:
            return Room(used, bound, f"The disk has only {free / 1e6:,.0f} MB left; make room before going on.", True)
        if full:
            return Room(
                used, bound, f"The desk’s disk is full: {said}. Remove snapshots, or raise NIGHTDESK_DISK_MB.", True
            )
        return Room(used, bound, f"The desk’s disk is nearly full: {said}." if share >= _NEAR else "", False)

    def _database_bytes(self) -> int:
        if self.database.is_file:
            name = Path(self.database.engine.url.database or "")
            return sum(path.stat().st_size for path in (name, Path(f"{name}-wal")) if path.exists())
        with self.database.reading() as session:
            return int(session.scalar(text("SELECT pg_database_size(current_database())")) or 0)


def _there(path: Path) -> Path:
    """The nearest folder around a path that exists."""
    return next(folder for folder in (path, *path.parents) if folder.exists())


def _sizes(folder: Path) -> Iterator[int]:
    for root, _, names in os.walk(folder):
        for name in names:
            try:
                yield (Path(root) / name).lstat().st_size
            except FileNotFoundError:
                continue


def _most(session: Session, story: str, what: Spent) -> int:
    own = session.get(LimitRecord, (story, what)) or session.get(LimitRecord, ("", what))
    return own.most if own else DEFAULTS[what]


def _spent(session: Session, story: str, what: Spent, at: datetime) -> int:
    day = datetime.combine(at.astimezone(UTC).date(), time(), UTC)
    wanted = (
        select(func.count())
        .select_from(AuditRecord)
        .where(AuditRecord.story == story, AuditRecord.action == what, AuditRecord.at >= day, AuditRecord.at <= at)
    )
    return session.scalar(wanted) or 0


def _lock(session: Session, story: str, what: Spent) -> None:
    if session.get_bind().dialect.name == "postgresql":
        key = {"key": f"{story} {what}"}
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:key))"), key)
