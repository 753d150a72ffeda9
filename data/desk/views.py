"""Charts as they were saved for articles, version after version, and which article uses which."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.desk.audit import note
from data.desk.database import Database
from data.desk.people import allowed
from data.desk.revisions import story_record
from data.desk.schema import ViewRecord, ViewUseRecord
from data.desk.values import Action, Person, View, ViewUse

_NAME = re.compile(r"\S(.{0,78}\S)?")
_ARTICLE = re.compile(r"https?://\S{1,1000}")
_LONGEST_QUERY = 2_000


@dataclass(frozen=True, slots=True)
class Views:
    """The saved views of stories."""

    database: Database

    def save(self, who: Person, story: str, name: str, query: str, at: datetime, origin: str) -> View:
        """Keep the query of an address under a name, as the next version of it unless it is the same."""
        name = name.strip()
        if not _NAME.fullmatch(name) or not query or len(query) > _LONGEST_QUERY:
            raise DataError("a view needs a name of at most 80 characters, and what it shows")
        with self.database.writing() as session:
            who = allowed(session, who, Action.VIEW)
            story_record(session, story, lock=True)
            last = _last(session, story, name)
            if last and last.query == query:
                return _view(last)
            record = ViewRecord(
                story=story, name=name, version=last.version + 1 if last else 1, query=query, by=who.email, at=at
            )
            session.add(record)
            was = {"query": last.query} if last else None
            note(session, who, "save a view", at, origin, story=story, row=name, was=was, now={"query": query})
            return _view(record)

    def versions(self, story: str) -> tuple[View, ...]:
        """Every version of each view of a story, by name and number."""
        wanted = select(ViewRecord).where(ViewRecord.story == story).order_by(ViewRecord.name, ViewRecord.version)
        with self.database.reading() as session:
            return tuple(_view(record) for record in session.scalars(wanted))

    def kept(self, story: str) -> tuple[View, ...]:
        """The latest version of each view, and every other one that an article uses, by name and number."""
        versions = self.versions(story)
        latest = {view.name: view.version for view in versions}
        used = {(use.name, use.version) for use in self.uses(story)}
        return tuple(
            view for view in versions if view.version == latest[view.name] or (view.name, view.version) in used
        )

    def use(
        self, who: Person, story: str, name: str, article: str, at: datetime, origin: str, *, version: int = 0
    ) -> ViewUse:
        """Say that an article uses a view in this version, the latest if 0, instead of what it used under that name."""
        if not _ARTICLE.fullmatch(article):
            raise DataError("an article is named by its address, like https://news.example.org/night")
        with self.database.writing() as session:
            who = allowed(session, who, Action.VIEW)
            view = session.get(ViewRecord, (story, name, version)) if version else _last(session, story, name)
            if view is None:
                raise DataError(f"{story} has no view {name[:80]!r} of that version; save it first")
            old = session.get(ViewUseRecord, (story, name, article))
            was = {"version": str(old.version)} if old else None
            record = ViewUseRecord(story=story, name=name, article=article, version=view.version, by=who.email, at=at)
            session.merge(record)
            now = {"version": str(view.version), "article": article}
            note(session, who, "use a view", at, origin, story=story, row=name, was=was, now=now)
            return _use(record)

    def uses(self, story: str) -> tuple[ViewUse, ...]:
        """Which articles use views of a story, by view and address."""
        wanted = select(ViewUseRecord).where(ViewUseRecord.story == story)
        with self.database.reading() as session:
            records = session.scalars(wanted.order_by(ViewUseRecord.name, ViewUseRecord.article))
            return tuple(_use(record) for record in records)


def _last(session: Session, story: str, name: str) -> ViewRecord | None:
    wanted = select(ViewRecord).where(ViewRecord.story == story, ViewRecord.name == name)
    return session.scalars(wanted.order_by(ViewRecord.version.desc()).limit(1)).first()


def _view(record: ViewRecord) -> View:
    return View(record.story, record.name, record.version, record.query, record.by, record.at)


def _use(record: ViewUseRecord) -> ViewUse:
    return ViewUse(record.article, record.story, record.name, record.version, record.by, record.at)
