"""What the desk knows, as frozen values: people and what they may do, rows, and what became of both."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from data.core.errors import DataError
from data.story.faults import Fault


def plain(text: str, longest: int) -> str:
    """A text of somebody's on one line, without what no letter stands for, and at most so long."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:longest]


class Action(StrEnum):
    """What somebody may do at the desk; its value is how a sentence says it."""

    SEE = "see the desk"
    WRITE = "change a draft"
    ASK = "ask for a review"
    RESTORE = "restore an earlier state"
    BRING = "bring a folder to the desk"
    FETCH = "ask a source or import a file"
    ACCEPT = "accept, hold or withdraw a call"
    VIEW = "save a view"
    PUBLISH = "publish or schedule"
    GOVERN = "change people, roles and limits"


class Role(StrEnum):
    """Who may do what: an editor all that a reporter may, a publisher all that an editor may."""

    REPORTER = "reporter"
    EDITOR = "editor"
    PUBLISHER = "publisher"

    def may(self, action: Action) -> bool:
        """Whether a person of this role may do it."""
        roles = list(Role)
        return roles.index(self) >= roles.index(_LEAST[action])


_LEAST = {
    Action.SEE: Role.REPORTER,
    Action.WRITE: Role.REPORTER,
    Action.ASK: Role.REPORTER,
    Action.RESTORE: Role.EDITOR,
    Action.BRING: Role.EDITOR,
    Action.FETCH: Role.EDITOR,
    Action.ACCEPT: Role.EDITOR,
    Action.VIEW: Role.EDITOR,
    Action.PUBLISH: Role.PUBLISHER,
    Action.GOVERN: Role.PUBLISHER,
}


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody of the desk, known by an email address in lower case."""

    email: str
    name: str
    role: Role


#: Whoever types `nightdesk desk` on the server itself. Nobody can have this name: it is no address.
AT_TERMINAL = Person("terminal", "the server’s terminal", Role.PUBLISHER)
#: The desk itself, which publishes what is due.
BY_CLOCK = Person("schedule", "the schedule", Role.PUBLISHER)
#: Recorders, and whoever else writes into a story's folder.
BY_OTHERS = Person("folder", "others in the folder", Role.PUBLISHER)


class NotAllowed(DataError):
    """A person may not do what was asked; nothing was changed."""


class RowRefused(DataError):
    """A change would put a fault into the story; `faults` say where, and nothing was changed."""

    def __init__(self, faults: tuple[Fault, ...]) -> None:
        super().__init__("; ".join(map(str, faults)))
        self.faults = faults


@dataclass(frozen=True, slots=True)
class Change:
    """One row as somebody wants it: a new one without `id`, none any more without `cells`.

    `base` is the revision of the row that was looked at, 0 for a new one. `why` is wanted where the row is published
    and says so to readers, as a correction.
    """

    table: str
    cells: Mapping[str, str] | None
    id: str = ""
    base: int = 0
    why: str = ""


@dataclass(frozen=True, slots=True)
class KeptRow:
    """A row of a draft: its cells by column as they stand in the file, or None where it was removed.

    `id` is the desk's own name of it, which stays when its cells change. `published` says that readers have it, as it
    is or in an earlier state.
    """

    id: str
    table: str
    revision: int
    cells: Mapping[str, str] | None
    by: str
    at: datetime
    published: bool = False


@dataclass(frozen=True, slots=True)
class Conflict:
    """Somebody else changed the row meanwhile: what was wanted, and what stands; nothing was changed."""

    mine: KeptRow
    theirs: KeptRow


class State(StrEnum):
    """Where a story is on its way to readers."""

    DRAFT = "draft"
    IN_REVIEW = "in review"
    SCHEDULED = "scheduled"
    PUBLISHED = "published"
    CHANGED = "changed since it was published"


@dataclass(frozen=True, slots=True)
class StoryState:
    """A story of the desk; `published` is the revision that readers have, 0 for none, `due` when the next one goes out.

    `trouble` says why it could not be published when it was due.
    """

    slug: str
    title: str
    state: State
    revision: int
    published: int
    by: str
    at: datetime
    due: datetime | None = None
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of a story after another; `what` is what was done, in words."""

    number: int
    by: str
    at: datetime
    what: str
    published: bool = False


@dataclass(frozen=True, slots=True)
class RowDifference:
    """A row that two revisions have differently; None where one of them does not have it. `words` say it."""

    table: str
    id: str
    was: Mapping[str, str] | None
    now: Mapping[str, str] | None
    words: str


@dataclass(frozen=True, slots=True)
class AuditRow:
    """Who did what, when and from where; `was` and `now` are the state before and after as JSON, or empty."""

    id: int
    at: datetime
    by: str
    role: str
    action: str
    story: str
    revision: int
    table: str
    row: str
    was: str
    now: str
    origin: str


@dataclass(frozen=True, slots=True)
class Here:
    """Somebody who has a place of a story open, as last seen."""

    email: str
    name: str
    place: str
    at: datetime


@dataclass(frozen=True, slots=True)
class View:
    """A chart as it was saved for articles: the query of its address. `version` counts from 1 under one name."""

    story: str
    name: str
    version: int
    query: str
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class ViewUse:
    """That an article uses a view in this version."""

    article: str
    story: str
    name: str
    version: int
    by: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Member:
    """A person of the desk with when their sign-ins were last ended, and when they came."""

    person: Person
    since: datetime
    signed_out: datetime | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """What became of a publication: `revision` stands with readers, `bundle` is its version in the bucket, if any."""

    revision: int
    bundle: str = ""
    corrections: tuple[str, ...] = field(default=())
