"""One attempt to reach a site, as it is written down; a day of a place is a file with one writer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, Field

from data.net.site_request import Look, Outcome
from data.net.snapshots import Instant
from data.recorders.attempts import append, read_rows


class Attempt(BaseModel):
    """What one look at a site from a place found; `every` is in how many seconds the next was due."""

    started_at: Instant
    place: str
    service: str
    address: str
    every: Annotated[float, Field(gt=0)]
    outcome: Outcome
    ip: str = ""
    status: int | None = None
    first_byte: float | None = None
    size: int | None = None
    sha256: str = ""
    title: str = ""
    origin: str = "probe"

    @property
    def interval(self) -> timedelta:
        """How long after it the next attempt was due."""
        return timedelta(seconds=self.every)


def attempt_of(
    look: Look, *, started_at: datetime, place: str, service: str, address: str, every: float, origin: str = "probe"
) -> Attempt:
    """The row of a look."""
    return Attempt(
        started_at=started_at, place=place, service=service, address=address, every=every, outcome=look.outcome,
        ip=look.ip, status=look.status, first_byte=look.first_byte, size=look.size, sha256=look.sha256,
        title=look.title, origin=origin,
    )  # fmt: skip


def record(folder: Path, attempt: Attempt) -> None:
    """Add an attempt to the file of its place and day (UTC) below the records of a story; OSError."""
    append(folder / "attempts" / attempt.place / f"{attempt.started_at.date().isoformat()}.csv", attempt)


def recorded(folder: Path, *, place: str = "", since: date | None = None) -> Iterator[Attempt]:
    """The attempts that are recorded, from all places or one, by place and time."""
    for path in sorted((folder / "attempts").glob(f"{place or '*'}/*.csv")):
        if since is None or path.stem >= since.isoformat():
            yield from read_rows(path, Attempt)
