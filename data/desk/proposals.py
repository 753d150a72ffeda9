"""A change that wants a second person, such as a call typed by hand on a live night: one proposes, another decides."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.core.errors import DataError
from data.desk.audit import note
from data.desk.database import Database
from data.desk.people import allowed
from data.desk.revisions import story_record
from data.desk.schema import ProposalRecord
from data.desk.values import Action, NotAllowed, Person


@dataclass(frozen=True, slots=True)
class Proposal:
    """A new row of a table as somebody proposed it; `decided_by` is empty while it waits."""

    id: int
    story: str
    table: str
    cells: Mapping[str, str]
    by: str
    at: datetime
    decided_by: str
    decided: datetime | None
    accepted: bool


@dataclass(frozen=True, slots=True)
class Proposals:
    """What waits for a second person."""

    database: Database

    def propose(
        self, who: Person, story: str, table: str, cells: Mapping[str, str], at: datetime, origin: str
    ) -> Proposal:
        """Keep a row until somebody else decides on it; what it holds is checked by whoever writes it then."""
        with self.database.writing() as session:
            who = allowed(session, who, Action.WRITE)
            story_record(session, story)
            record = ProposalRecord(
                story=story, file=table, cells=dict(cells), by=who.email, at=at, decided_by="", decided=None,
                accepted=False,
            )  # fmt: skip
            session.add(record)
            session.flush()
            note(session, who, "propose", at, origin, story=story, file=table, row=str(record.id), now=cells)
            return _proposal(record)

    def waiting(self, story: str) -> tuple[Proposal, ...]:
        """What nobody has decided on, the oldest first."""
        wanted = select(ProposalRecord).where(ProposalRecord.story == story, ProposalRecord.decided.is_(None))
        with self.database.reading() as session:
            return tuple(_proposal(record) for record in session.scalars(wanted.order_by(ProposalRecord.id)))

    def refuse(self, who: Person, number: int, at: datetime, origin: str) -> Proposal:
        """Refuse it, once. NotAllowed for whoever proposed it; DataError where it is decided already."""
        with self.database.writing() as session:
            return decide(session, who, number, at, origin, accept=False)


def decide(session: Session, who: Person, number: int, at: datetime, origin: str, *, accept: bool) -> Proposal:
    """Decide within a transaction, so that what is accepted is written with it or not at all; as `refuse` raises."""
    who = allowed(session, who, Action.ACCEPT)
    record = session.get(ProposalRecord, number, with_for_update=True)
    if record is None or record.decided is not None:
        raise DataError("somebody else has decided on this already; look at the list again")
    if record.by == who.email:
        raise NotAllowed("this takes a second person: you proposed it yourself")
    record.decided, record.decided_by, record.accepted = at, who.email, accept
    said = "accept" if accept else "refuse"
    note(session, who, said, at, origin, story=record.story, file=record.file, row=str(number), now=record.cells)
    return _proposal(record)


def _proposal(record: ProposalRecord) -> Proposal:
    return Proposal(
        record.id, record.story, record.file, dict(record.cells), record.by, record.at, record.decided_by,
        record.decided, record.accepted,
    )  # fmt: skip
