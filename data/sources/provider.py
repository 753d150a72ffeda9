"""What every outside source is to this project: names, home, pace and rows, and what its snapshots are asked for."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

from data.core.errors import DataError
from data.core.model import Source, Window
from data.core.settings import Settings
from data.net.client import Desk
from data.net.plain_client import Fresh
from data.net.snapshots import Sidecar, Snapshot, read_snapshots
from data.sources.answers import keep
from data.story.story import Story
from data.story.story_toml import Service
from data.story.tables import Observation

T = TypeVar("T")
#: After this long a span of the past is taken to change no more.
SETTLED = timedelta(days=30)
#: How long the answer about a span that may still change is taken for fresh.
RECENT = timedelta(minutes=10)


@dataclass(frozen=True, slots=True)
class SnapshotAnswer:
    """A snapshot just drawn, or the last good one with the trouble that kept the source from answering."""

    snapshot: Snapshot
    trouble: str = ""


@dataclass(frozen=True, slots=True)
class SnapshotQuestion:
    """What a snapshot is the answer to: all of its sidecar that is known before asking."""

    source: str
    kind: str
    query: Mapping[str, str]
    licence: str
    window: Window | None = None
    step: timedelta | None = None


def fresh_for(window: Window | None, now: datetime) -> Fresh:
    """How long an answer about this span stays fresh: for ever once the span is a month past, else minutes."""
    return "never" if window and window.end < now - SETTLED else RECENT


def drawn(folder: Path, question: SnapshotQuestion) -> tuple[Snapshot, ...]:
    """The snapshots of this source and kind whose query says what the question's says and that touch its window."""
    return tuple(
        snapshot
        for snapshot in read_snapshots(folder, question.source)
        if snapshot.sidecar.kind == question.kind
        and question.query.items() <= snapshot.sidecar.query.items()
        and _touches(snapshot.sidecar, question.window)
    )


def parsed(snapshots: Iterable[Snapshot], parse: Callable[[Snapshot], T]) -> tuple[list[tuple[Snapshot, T]], list[str]]:
    """What `parse` reads from each snapshot, and a warning for each that it cannot read: none hides the rest."""
    read, warnings = [], []
    for snapshot in snapshots:
        try:
            read.append((snapshot, parse(snapshot)))
        except DataError as error:
            warnings.append(f"The answer kept as {snapshot.path.name} was left out: {error}")
    return read, warnings


def _touches(sidecar: Sidecar, window: Window | None) -> bool:
    start, end = sidecar.window_start, sidecar.window_end
    return window is None or start is None or end is None or (start < window.end and end > window.start)


def newest(snapshots: tuple[Snapshot, ...]) -> datetime | None:
    """When the newest of the snapshots was drawn."""
    return max((snapshot.sidecar.drawn_at for snapshot in snapshots), default=None)


def digits(moment: datetime) -> str:
    """The fourteen digits that archives write a UTC second with."""
    return moment.isoformat(timespec="seconds")[:19].translate(str.maketrans("", "", "-:T"))


#: From the first captures there are to the end of the calendar that addresses may name.
EVER = Window(datetime(1996, 1, 1, tzinfo=UTC), datetime(2101, 1, 1, tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class Count:
    """`value` of what `name` says, in `unit`, over [start, end) in UTC; `source` is the id of the answer it is from."""

    name: str
    start: datetime
    end: datetime
    value: float
    unit: str
    source: str


Row = TypeVar("Row", Observation, Count)


@dataclass(frozen=True, slots=True)
class Records(Generic[Row]):
    """Rows read from snapshots, the sources they name, what was left out or not found, and the newest drawing.

    `trouble` is why a source did not answer just now, where an earlier answer stands in for it. `came` is what a
    source gave in words, where that is not rows.
    """

    rows: tuple[Row, ...] = ()
    sources: tuple[Source, ...] = ()
    warnings: tuple[str, ...] = ()
    drawn_at: datetime | None = None
    trouble: str = ""
    came: str = ""


@dataclass(frozen=True, slots=True)
class Home:
    """Where a source answers, without a final slash; the variable that may name a mirror; and the polite pace there.

    `pace` is in seconds from one request to the next.
    """

    variable: str
    url: str
    pace: float

    def at(self, settings: Settings) -> str:
        """The mirror that the settings name, else the source's own address."""
        return settings.mirror_or(self.url, self.variable)


#: Called with how many requests are done, how many there are, and the one that is next, in words.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True, slots=True)
class Visit:
    """One asking: the session, by which settings, the folder whose snapshots grow, the moment, and who is told."""

    desk: Desk
    settings: Settings
    folder: Path
    now: datetime
    progress: Progress = lambda done, count, following: None


@dataclass(frozen=True, slots=True)
class Errand:
    """What a story wants of a source: a span and, for searches, bins no longer than `bins`."""

    story: Story
    window: Window
    now: datetime
    bins: str = "8 minutes"


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to ask for: what it is in words, and the asking, which raises DataError with one sentence.

    A task of many requests says how many, and has a `label` for its progress.
    """

    what: str
    ask: Callable[[Visit], Records[Observation] | Records[Count]]
    requests: int = 0
    label: str = ""


class Provider(ABC):
    """A source outside. To add one is a class like this in a module of its own, and a line in `registry.PROVIDERS`.

    `slug` names it in snapshots, `word` at a terminal, `title` on a page, and `called` in the sentence about a failure.
    `proves` and `cannot` say what a row of it shows and what no row can. What is asked for lies `around` the night.
    """

    slug: ClassVar[str]
    title: ClassVar[str]
    called: ClassVar[str]
    proves: ClassVar[str]
    cannot: ClassVar[str]
    licence: ClassVar[str]
    home: ClassVar[Home | None] = None
    around: ClassVar[timedelta] = timedelta(0)

    @property
    def word(self) -> str:
        """What it is called at a terminal."""
        return self.slug

    @property
    def ready(self) -> bool:
        """Whether it can be asked here at all: one that wants a key cannot without it."""
        return True

    @abstractmethod
    def plan(self, errand: Errand) -> Iterator[Task]:
        """What the story's committed lists name for this source; nothing for an empty list."""

    def hosts(self, story: Story) -> Iterable[str]:
        """The hosts beyond its home that the story's committed lists allow to be asked."""
        return ()

    def question(
        self, kind: str, query: Mapping[str, str], window: Window | None = None, step: timedelta | None = None
    ) -> SnapshotQuestion:
        """What a snapshot of this source is the answer to."""
        return SnapshotQuestion(self.slug, kind, query, self.licence, window, step)

    def ask(
        self,
        question: SnapshotQuestion,
        url: str,
        visit: Visit,
        *,
        check: Callable[[bytes], object],
        params: Mapping[str, str | int] | None = None,
    ) -> SnapshotAnswer:
        """The answer, kept as a snapshot once `check` has read it whole; what raises is never kept.

        Raises the DataErrors of the desk and of `check`, and DataError where the disk refuses.
        """
        fresh = fresh_for(question.window, visit.now)
        reply = visit.desk.ask(url, params=params or {}, source=self.called, fresh=fresh, check=check)
        window, step = question.window, question.step
        sidecar = Sidecar(
            source=question.source,
            kind=question.kind,
            query=dict(question.query),
            window_start=window.start if window else None,
            window_end=window.end if window else None,
            drawn_at=reply.fetched_at,
            url=reply.url,
            status=reply.status,
            licence=question.licence,
            step=step.total_seconds() if step else None,
        )
        snapshot = keep(visit.folder, reply.content, sidecar)
        return SnapshotAnswer(snapshot, str(reply.trouble or "") if reply.stale else "")


class ObservationProvider(Provider):
    """A source that saw states of a story's services; asked, and shown, where outages are."""

    @abstractmethod
    def rows(self, folder: Path, service: Service) -> Records[Observation]:
        """Everything of a service that the snapshots of a folder hold."""


class CountProvider(Provider):
    """A source that counts attention by spans of time; asked, and shown, where searches are."""

    @abstractmethod
    def rows(self, folder: Path) -> Records[Count]:
        """Everything that the snapshots of a folder hold, by name and time."""
