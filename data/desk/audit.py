"""Who did what, when and from where: written with the change itself, never changed, and given as CSV."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Mapping
from dataclasses import astuple, dataclass, fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from data.desk.database import Database
from data.desk.schema import AuditRecord
from data.desk.values import AuditRow, Person, plain

_LONGEST_ORIGIN = 200
#: Cells that begin so are formulas to a spreadsheet.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def note(
    session: Session, who: Person, action: str, at: datetime, origin: str, *, story: str = "", revision: int = 0,
    file: str = "", row: str = "", was: Mapping[str, str] | None = None, now: Mapping[str, str] | None = None,
) -> None:  # fmt: skip
    """Write down what somebody does, in the transaction that does it."""
    session.add(
        AuditRecord(
            at=at, by=who.email, role=who.role.value, action=action, story=story, revision=revision, file=file, row=row,
            was=_json(was), now=_json(now), origin=plain(origin, _LONGEST_ORIGIN),
        )
    )  # fmt: skip


def _json(cells: Mapping[str, str] | None) -> str:
    return "" if cells is None else json.dumps(dict(cells), ensure_ascii=False)


@dataclass(frozen=True, slots=True)
class Audit:
    """What was written down, the newest first."""

    database: Database

    def add(self, who: Person, action: str, at: datetime, origin: str, *, story: str, row: str) -> None:
        """Write down what somebody did outside of the desk's own tables, like accepting a recorder's call."""
        with self.database.writing() as session:
            note(session, who, action, at, origin, story=story, row=row)

    def rows(self, story: str = "", *, most: int = 500) -> tuple[AuditRow, ...]:
        """The latest rows of one story, of all where it is empty."""
        wanted = select(AuditRecord).order_by(AuditRecord.id.desc()).limit(most)
        if story:
            wanted = wanted.where(AuditRecord.story == story)
        with self.database.reading() as session:
            return tuple(_row(record) for record in session.scalars(wanted))

    def csv(self, story: str = "") -> bytes:
        """Every row as a table, the oldest first; UTF-8 with a header. A cell that is a formula begins with '."""
        wanted = select(AuditRecord).order_by(AuditRecord.id)
        out = io.StringIO()
        sheet = csv.writer(out, lineterminator="\n")
        sheet.writerow([column.name for column in fields(AuditRow)])
        with self.database.reading() as session:
            for record in session.scalars(wanted.where(AuditRecord.story == story) if story else wanted):
                sheet.writerow([_cell(value) for value in astuple(_row(record))])
        return out.getvalue().encode()


def _row(record: AuditRecord) -> AuditRow:
    return AuditRow(
        record.id, record.at, record.by, record.role, record.action, record.story, record.revision, record.file,
        record.row, record.was, record.now, record.origin,
    )  # fmt: skip


def _cell(value: object) -> str:
    said = value.isoformat() if isinstance(value, datetime) else str(value)
    return f"'{said}" if said.startswith(_FORMULA) else said
