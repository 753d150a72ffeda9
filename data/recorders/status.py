"""What each recorder of a story did last and does next: written by the recorder, read by the page and by `/readyz`."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, ValidationError

from data.core.files import write_whole
from data.core.settings import Settings
from data.net.snapshots import Instant

#: A recorder that is this much later than it said is not running.
_LATE = timedelta(seconds=30)
#: One that has not run for this long was stopped on purpose.
_OVER = timedelta(days=1)


class CallOnHand(BaseModel):
    """A call that waits for an editor, or that was written: `key` names it in what editors decide."""

    model_config = ConfigDict(frozen=True)
    key: str
    contest: str
    caller: str
    party: str
    outcome: str
    after: Instant | None = None
    by: Instant


class RecorderStatus(BaseModel):
    """One recorder: when it last asked and last had an answer, when it asks next, and what is on hand.

    `trouble` is why the last asking came to nothing, one sentence; empty where it came to something. `left` is what may
    still be asked, as far as the source says. `delay` is how many seconds the newest call took from the feed to the
    story at most: since the last version without it.
    """

    model_config = ConfigDict(frozen=True)
    name: str
    #: The feed, the place or the list of searches that it is of.
    of: str = ""
    kind: Literal["feed", "probe", "searches", "alerts"]
    what: str
    asked_at: Instant
    next_at: Instant
    answered_at: Instant | None = None
    trouble: str = ""
    written: int = 0
    delay: float | None = None
    left: str = ""
    waiting: tuple[CallOnHand, ...] = ()
    accepted: tuple[CallOnHand, ...] = ()
    held: tuple[str, ...] = ()

    def runs(self, now: datetime) -> bool:
        """Whether it is running, as far as its own word tells."""
        return now <= self.next_at + _LATE


def write_status(settings: Settings, slug: str, status: RecorderStatus) -> None:
    """Put a recorder's word in the place of its last one; OSError where the disk refuses."""
    name = re.sub(r"[^a-z0-9-]", "-", status.name.lower())
    write_whole(_folder(settings, slug) / f"{name}.json", status.model_dump_json(indent=1).encode())


def read_statuses(settings: Settings, slug: str) -> tuple[RecorderStatus, ...]:
    """The word of every recorder that ever ran for the story, feeds first; one that cannot be read is left out."""
    found = []
    for path in sorted(_folder(settings, slug).glob("*.json")):
        try:
            found.append(RecorderStatus.model_validate_json(path.read_bytes()))
        except (OSError, ValidationError):
            continue
    kinds = ("feed", "probe", "searches", "alerts")
    return tuple(sorted(found, key=lambda status: (kinds.index(status.kind), status.name)))


def has_recorders(settings: Settings, slug: str) -> bool:
    """Whether a recorder ever ran for the story."""
    return _folder(settings, slug).is_dir()


def late_recorders(settings: Settings, now: datetime) -> tuple[str, ...]:
    """Of each recorder that should have asked by now and did not: which story's it is, and since when.

    One that was due more than a day ago is over.
    """
    folders = sorted(settings.records.glob("*/status")) if settings.records.is_dir() else []
    return tuple(
        f"{folder.parent.name}: {status.name} was due at {status.next_at.isoformat(timespec='seconds')}"
        for folder in folders
        for status in read_statuses(settings, folder.parent.name)
        if not status.runs(now) and now < status.next_at + _OVER
    )


def _folder(settings: Settings, slug: str) -> Path:
    return settings.records / slug / "status"
