"""Who has which place of a story open: said again and again, and forgotten when it is said no more."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from data.desk.database import Database
from data.desk.schema import PersonRecord, PresenceRecord
from data.desk.values import Here, Person, plain

#: Who has not been seen for so long has gone.
EXPIRES = timedelta(seconds=20)
_LONGEST_PLACE = 200


@dataclass(frozen=True, slots=True)
class Presence:
    """Who is where."""

    database: Database

    def here(self, who: Person, story: str, place: str, at: datetime) -> None:
        """Say that this person has a place open, such as "calls.csv 12"; an empty place says that they left."""
        with self.database.writing() as session:
            gone = PresenceRecord.at <= at - EXPIRES
            mine = (PresenceRecord.story == story) & (PresenceRecord.email == who.email)
            session.execute(delete(PresenceRecord).where(gone | mine))
            if place:
                session.add(PresenceRecord(story=story, email=who.email, place=plain(place, _LONGEST_PLACE), at=at))

    def others(self, story: str, at: datetime, *, but: str = "") -> tuple[Here, ...]:
        """Who was seen in the story within 20 seconds, but for one address."""
        wanted = (
            select(PresenceRecord, PersonRecord.name)
            .outerjoin(PersonRecord, PersonRecord.email == PresenceRecord.email)
            .where(PresenceRecord.story == story, PresenceRecord.at > at - EXPIRES, PresenceRecord.email != but)
            .order_by(PresenceRecord.email)
        )
        with self.database.reading() as session:
            return tuple(Here(one.email, name or one.email, one.place, one.at) for one, name in session.execute(wanted))
