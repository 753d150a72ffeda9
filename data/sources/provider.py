"""What every outside source is to this project: names, home, pace and rows; from an answer to a snapshot and back."""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import ClassVar, Generic, TypeVar

import pandas as pd
from pydantic import BaseModel, ValidationError

from data.core.errors import DataError, SourceChanged, SourceUnavailable, first_fault
from data.core.model import Source, Window
from data.core.settings import Settings
from data.net.client import Desk, Fresh
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.story.faults import quoted
from data.story.story import Story
from data.story.story_toml import Service
from data.story.tables import Observation

#: Characters of a foreign text that a row may hold; the cells of a story hold 1,000.
LONGEST = 300
_HTML = re.compile(
    r"\s*(?:<!--.*?-->\s*)*<(?:!doctype\s+html|html|head|body|title|script|meta)\b", re.IGNORECASE | re.DOTALL
)
_CLOSERS = {"{": "}", "[": "]"}
_BRACES = str.maketrans("{}", "()")


def text_of(data: bytes, source: str) -> str:
    """The answer as text. Raises SourceUnavailable if it is empty, SourceChanged for a web page or other bytes."""
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise SourceChanged(f"{source} answered with bytes that are no UTF-8 text.") from None
    if not text.strip():
        raise SourceUnavailable(f"{source} answered with nothing at all.")
    if _HTML.match(text[:2_000]):
        raise SourceChanged(f"{source} answered with a web page where data was asked for.")
    return text


def json_of(data: bytes, source: str) -> object:
    """The JSON value of an answer. Raises SourceUnavailable if it is empty or cut short, SourceChanged otherwise."""
    text = text_of(data, source).strip()
    try:
        value: object = json.loads(text)
        return value
    except (ValueError, RecursionError):
        closer = _CLOSERS.get(text[0])
    if closer is None:
        raise SourceChanged(f"{source} answered with something other than JSON: {quoted(plain(text, 80))}.")
    if not text.endswith(closer):
        raise SourceUnavailable(f"The answer of {source} is cut short after {len(data):,} bytes.")
    raise SourceChanged(f"{source} answered with JSON that cannot be read.")


def read_json(shape: type[M], data: bytes, source: str) -> M:
    """An answer of this shape; SourceChanged, which names the first fault and never what stands there."""
    try:
        return shape.model_validate_json(data)
    except ValidationError as error:
        raise SourceChanged(f"{source} answered in a shape that is not its own: {first_fault(error)}") from None


def records_of(value: object, key: str, source: str) -> list[Mapping[str, object]]:
    """The list of objects under `key` of a JSON object. Raises SourceChanged if there is none of that name."""
    found = value.get(key) if isinstance(value, dict) else None
    if not isinstance(found, list) or not all(isinstance(entry, dict) for entry in found):
        raise SourceChanged(f"{source} has changed its answer: it holds no list named {key!r}.")
    return found


def field(record: Mapping[str, object], name: str, source: str) -> str:
    """A text of a record. Raises SourceChanged where that is missing, empty or no text."""
    value = record.get(name)
    if not isinstance(value, str) or not value.strip():
        raise SourceChanged(f"{source} has changed its answer: an entry has no text in {name!r}.")
    return value


def plain(text: str, most: int = LONGEST) -> str:
    """Foreign text on one line of at most `most` characters, without control characters or braces of time tokens."""
    line = " ".join("".join(char if char.isprintable() else " " for char in text[: most * 4]).split())
    line = line.translate(_BRACES)
    return line if len(line) <= most else line[: most - 1] + "…"


def counted(count: int, one: str, many: str) -> list[str]:
    """A warning about `count` rows, or none: the sentence for one, or the other with `{count}` filled in."""
    if not count:
        return []
    return [one if count == 1 else many.format(count=f"{count:,}")]


def joined(*warnings: Iterable[str]) -> tuple[str, ...]:
    """All warnings in order, each once."""
    return tuple(dict.fromkeys(warning for some in warnings for warning in some))


M = TypeVar("M", bound=BaseModel)
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


def keep(folder: Path, data: bytes, sidecar: Sidecar) -> Snapshot:
    """The snapshot on disk. Raises DataError where the disk refuses."""
    try:
        return write_snapshot(folder, data, sidecar)
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise DataError(f"The answer could not be kept: {reason}.") from None


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


def latest(frames: Iterable[pd.DataFrame], key: list[str], window: Window | None = None) -> pd.DataFrame:
    """The rows of all frames whose [start, end) touches the window, by `key`; of rows of one key the last counts."""
    frame = pd.concat(frames)
    if window:
        frame = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    return frame.drop_duplicates(key, keep="last").sort_values(key, ignore_index=True)


def sources_of(
    frame: pd.DataFrame, snapshots: Iterable[Snapshot], source_of: Callable[[Snapshot], Source]
) -> tuple[Source, ...]:
    """The sources of snapshots, each once, of which the frame has rows."""
    used = set(frame["source"])
    return tuple({source.id: source for source in map(source_of, snapshots) if source.id in used}.values())


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
        return dict(settings.mirrors).get(self.variable, self.url)


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
