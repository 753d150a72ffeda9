"""The desk's tables. Migrations make them; a test holds the two against each other."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from sqlalchemy import (
    JSON,
    BigInteger,
    DateTime,
    Dialect,
    ForeignKeyConstraint,
    Index,
    LargeBinary,
    MetaData,
    String,
    Text,
)
from sqlalchemy import TypeDecorator as Decorator
from sqlalchemy import UniqueConstraint as Unique
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column
from sqlalchemy.types import TypeEngine

_NAMES = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class Moment(Decorator[datetime]):
    """An aware instant, kept in UTC: SQLite has no zones."""

    impl: TypeEngine[datetime] | type[TypeEngine[datetime]] = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The same instant in UTC."""
        return value and value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """The instant as it was kept, aware."""
        return value and (value if value.tzinfo else value.replace(tzinfo=UTC)).astimezone(UTC)


class Kept(DeclarativeBase):
    """What every table of the desk is."""

    metadata = MetaData(naming_convention=_NAMES)
    type_annotation_map: ClassVar = {str: String, datetime: Moment, dict[str, str]: JSON(none_as_null=True)}


class StoryRecord(Kept):
    """A story's latest revision, and what is planned with it."""

    __tablename__ = "stories"
    slug: Mapped[str] = mapped_column(primary_key=True)
    title: Mapped[str]
    revision: Mapped[int]
    #: The revision that readers have, the one that waits for a review, and the one that goes out when it is due.
    published: Mapped[int]
    review: Mapped[int]
    due_revision: Mapped[int]
    due: Mapped[datetime | None]
    due_by: Mapped[str]
    trouble: Mapped[str] = mapped_column(Text)


class RevisionRecord(Kept):
    """One state of a story; nothing of it ever changes."""

    __tablename__ = "revisions"
    story: Mapped[str] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    by: Mapped[str]
    at: Mapped[datetime]
    what: Mapped[str] = mapped_column(Text)
    __table_args__ = (ForeignKeyConstraint(["story"], ["stories.slug"]),)


class RowRecord(Kept):
    """A row as one revision made it: its bytes in the file and its cells; without cells it is the head of a table.

    `row` is its name in its file, 0 for the head, and for story.toml. `follows` is the revision of it before, so that
    no two can follow the same. `width` is of how many columns the bytes are. `outside` says that the row came from the
    folder as readers have it.
    """

    __tablename__ = "row_revisions"
    story: Mapped[str] = mapped_column(primary_key=True)
    file: Mapped[str] = mapped_column(primary_key=True)
    row: Mapped[int] = mapped_column(primary_key=True)
    revision: Mapped[int] = mapped_column(primary_key=True)
    follows: Mapped[int]
    position: Mapped[int] = mapped_column(BigInteger)
    outside: Mapped[bool]
    removed: Mapped[bool]
    width: Mapped[int]
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    cells: Mapped[dict[str, str] | None]
    why: Mapped[str] = mapped_column(Text)
    __table_args__ = (
        ForeignKeyConstraint(["story", "revision"], ["revisions.story", "revisions.number"]),
        Unique("story", "file", "row", "follows"),
        Index(None, "story", "revision"),
    )


class PublicationRecord(Kept):
    """What happened to a publication: begun, then done or failed; nothing of it ever changes."""

    __tablename__ = "publications"
    id: Mapped[int] = mapped_column(primary_key=True)
    story: Mapped[str]
    revision: Mapped[int]
    event: Mapped[str]
    by: Mapped[str]
    at: Mapped[datetime]
    said: Mapped[str] = mapped_column(Text)
    __table_args__ = (ForeignKeyConstraint(["story"], ["stories.slug"]), Index(None, "story", "id"))


class AuditRecord(Kept):
    """Who did what, when and from where; nothing of it ever changes."""

    __tablename__ = "audit"
    id: Mapped[int] = mapped_column(primary_key=True)
    at: Mapped[datetime]
    by: Mapped[str]
    role: Mapped[str]
    action: Mapped[str]
    story: Mapped[str]
    revision: Mapped[int]
    file: Mapped[str]
    row: Mapped[str]
    was: Mapped[str] = mapped_column(Text)
    now: Mapped[str] = mapped_column(Text)
    origin: Mapped[str]
    __table_args__ = (Index(None, "story", "id"), Index(None, "story", "action", "at"))


class PersonRecord(Kept):
    """Somebody who may sign in."""

    __tablename__ = "people"
    email: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str]
    role: Mapped[str]
    since: Mapped[datetime]
    signed_out: Mapped[datetime | None]


class TokenRecord(Kept):
    """A link that signs in once, or a session that came of it, by the hash of its secret."""

    __tablename__ = "tokens"
    digest: Mapped[str] = mapped_column(primary_key=True)
    kind: Mapped[str]
    email: Mapped[str]
    made: Mapped[datetime]
    until: Mapped[datetime]
    spent: Mapped[datetime | None]


class PresenceRecord(Kept):
    """Where somebody was last seen in a story."""

    __tablename__ = "presence"
    story: Mapped[str] = mapped_column(primary_key=True)
    email: Mapped[str] = mapped_column(primary_key=True)
    place: Mapped[str]
    at: Mapped[datetime]


class ViewRecord(Kept):
    """A version of a saved view; a change is the next one."""

    __tablename__ = "views"
    story: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    query: Mapped[str] = mapped_column(Text)
    by: Mapped[str]
    at: Mapped[datetime]


class ViewUseRecord(Kept):
    """Which version of a view an article uses."""

    __tablename__ = "view_uses"
    story: Mapped[str] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(primary_key=True)
    article: Mapped[str] = mapped_column(primary_key=True)
    version: Mapped[int]
    by: Mapped[str]
    at: Mapped[datetime]


class ProposalRecord(Kept):
    """A change that waits for a second person, and what that person said."""

    __tablename__ = "proposals"
    id: Mapped[int] = mapped_column(primary_key=True)
    story: Mapped[str]
    file: Mapped[str]
    cells: Mapped[dict[str, str]]
    by: Mapped[str]
    at: Mapped[datetime]
    decided_by: Mapped[str]
    decided: Mapped[datetime | None]
    accepted: Mapped[bool]
    __table_args__ = (Index(None, "story", "id"),)


class LimitRecord(Kept):
    """How often a day something may be done for a story; of no story: for each that has no limit of its own."""

    __tablename__ = "limits"
    story: Mapped[str] = mapped_column(primary_key=True)
    action: Mapped[str] = mapped_column(primary_key=True)
    most: Mapped[int]
