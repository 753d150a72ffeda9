"""A feed followed through the night: bytes to snapshot, snapshot to transitions, transitions to rows of the story."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http import HTTPStatus
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urljoin, urlsplit

from pydantic import BaseModel, Field

from data.core.errors import DataError, SourceUnavailable, StoryInvalid
from data.core.model import iso_text
from data.core.program import utc_now
from data.core.settings import Settings
from data.net.http_errors import SourceRefused
from data.net.plain_client import PlainClient, Reply
from data.net.snapshots import Instant, Sidecar, read_snapshot
from data.recorders.attempts import append, read_rows
from data.recorders.call_rows import CallRows, call_rows, whole_second, written_times
from data.recorders.status import CallOnHand, RecorderStatus, write_status
from data.recorders.story_rows import Cells, put_rows, rows_lock
from data.recorders.transitions import Change, FeedState, Seen, Transition
from data.sources.answers import keep
from data.sources.feeds.feed import CallFeed, GivenKey, Secret, Version
from data.story.store import StoryStore
from data.story.story import Story
from data.story.story_toml import Feed

#: Of the calls that were written, so many of the newest are listed for whoever may take one out again.
_MOST_ACCEPTED = 30
_MINUTE = timedelta(minutes=1)
#: Of a feed in pages, so many are asked for at most at one time.
_MOST_PAGES = 20


class Asked(BaseModel):
    """One asking of a feed: when, what came, and the snapshot of it; `unchanged` names that of the version before."""

    asked_at: Instant
    fetched_at: Instant
    outcome: Literal["version", "unchanged", "failed"]
    snapshot: str = ""
    why: Annotated[str, Field(max_length=1_000)] = ""


class Decision(BaseModel):
    """What an editor decided about one transition."""

    at: Instant
    key: str
    stands: bool
    who: str = ""


@dataclass(frozen=True, slots=True)
class Taken:
    """What one asking came to: transitions that are new, ids of the rows written, and all that waits or is held.

    `refused` are sentences, one for each row that contradicts what the story says.
    """

    transitions: tuple[Transition, ...]
    written: tuple[str, ...]
    rows: CallRows
    refused: tuple[str, ...] = ()
    unfinished: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    """Bytes, when they were there, and the address without secrets, empty for a file of this machine."""

    content: bytes
    fetched: datetime
    url: str


@dataclass
class Follower:
    """One feed of one story. Its ledger is made of its snapshots alone: whoever is killed goes on where it was."""

    slug: str
    stories: StoryStore
    adapter: CallFeed
    feed: Feed
    settings: Settings
    client: PlainClient
    clock: Callable[[], datetime] = utc_now
    key: Secret = field(default_factory=GivenKey, repr=False)
    #: Seconds from one asking to the next, for what the recorder says of itself.
    every: float = 60.0
    _state: FeedState = field(default_factory=FeedState, init=False)
    _transitions: list[Transition] = field(default_factory=list, init=False)
    _latest: str = field(default="", init=False)
    _content: bytes = field(default=b"", init=False, repr=False)
    _version: Version = field(default=Version(()), init=False)
    _following: str = field(default="", init=False)
    #: The last answer, of the address that was asked.
    _known: tuple[str, Reply] | None = field(default=None, init=False, repr=False)
    _test: bool = field(default=False, init=False)
    _answered: datetime | None = field(default=None, init=False)
    _left: str = field(default="", init=False)
    _delay: float | None = field(default=None, init=False)
    #: When it was asked, as far as a quota of the minute counts it.
    _lately: list[datetime] = field(default_factory=list, init=False)
    _story: Story | None = field(default=None, init=False)
    #: By which names the ledger was made.
    _names: tuple[object, ...] = field(default=(), init=False, repr=False)
    #: Rows that the story does not take, and why: said once, tried again by the next process.
    _refused: dict[str, str] = field(default_factory=dict, init=False)

    @property
    def folder(self) -> Path:
        """Where the records of this feed lie."""
        return self.settings.records / self.slug / "feeds" / self.feed.id

    def resume(self) -> None:
        """Take what was recorded before, and write what a writer who was stopped did not.

        A recorded version that cannot be read any more is left out: the bounds of what it would have said are wider.
        """
        with rows_lock(self.settings, self.slug):
            story = self._story = self.stories.read(self.slug)
            self._replay(story)
            if self._transitions:
                self._write(story)

    def _replay(self, story: Story) -> None:
        """Make the ledger of what was recorded, as this story names contests and sides.

        A call that was held because nobody knew its name so gets the bounds of the version that first had it.
        """
        self.feed, self._names = _as_told(self.feed, story), _names_of(story)
        self._state, self._transitions, self._version = FeedState(), [], Version(())
        self._content, self._latest, self._refused = b"", "", {}
        for row in read_rows(self.folder / "asked.csv", Asked):
            if row.outcome == "version":
                self._read_again(row, story)
            elif row.outcome == "unchanged":
                self._state.passed(Seen(row.asked_at, row.fetched_at, self._version))

    def _read_again(self, row: Asked, story: Story) -> None:
        try:
            content = read_snapshot(self._snapshots / row.snapshot).data
            version = self.adapter.read(content, story, self.feed)
        except (OSError, ValueError, DataError):
            return
        self._take(Seen(row.asked_at, row.fetched_at, version), content, row.snapshot)

    @property
    def _snapshots(self) -> Path:
        return self.folder / "snapshots" / f"feed-{self.adapter.slug}"

    def ask(self) -> Taken:
        """Ask once: the answer is kept and recorded before anything is made of it.

        Raises SourceUnavailable where asking again may help, another DataError where it will not; both are recorded.
        """
        asked = self.clock()
        try:
            taken = self._ask(asked)
        except DataError as error:
            rows = self.rows(self._story) if self._story else CallRows({})
            pause = (isinstance(error, SourceUnavailable) and error.retry_after) or 0.0
            self._say(asked, rows, str(error), pause=pause)
            raise
        self._answered = asked
        self._say(asked, taken.rows, "")
        return taken

    def _say(self, asked: datetime, rows: CallRows, trouble: str, *, pause: float = 0.0) -> None:
        """Leave word of what was done and what is on hand."""
        word = RecorderStatus(
            name=f"feed-{self.feed.id}", of=self.feed.id, kind="feed", what=f"{self.adapter.called}, calls",
            asked_at=asked,
            next_at=asked + timedelta(seconds=max(self.every, pause)), answered_at=self._answered, trouble=trouble,
            left=self._left, delay=self._delay,
            written=sum(map(len, rows.rows.values())), waiting=tuple(map(_on_hand, rows.waiting)),
            accepted=tuple(map(_on_hand, rows.accepted[-_MOST_ACCEPTED:])),
            held=tuple(dict.fromkeys([*(one.why for one in rows.held), *self._refused.values()])),
        )  # fmt: skip
        write_status(self.settings, self.slug, word)

    def _ask(self, asked: datetime) -> Taken:
        with self._noted(asked):
            answers = self._fetch_all(asked)
        with rows_lock(self.settings, self.slug):
            with self._noted(asked):
                story, fault = self._readable()
                if (_as_told(self.feed, story), _names_of(story)) != (self.feed, self._names):
                    self._replay(story)
                versions = [self.adapter.read(answer.content, story, self.feed) for answer in answers]
            new = [
                one
                for answer, version in zip(answers, versions, strict=True)
                for one in self._record(asked, answer, version)
            ]
            if fault:
                raise fault
            before = set(self._refused)
            written, rows = self._write(story)
        if written and (after := [one.after for one in new if one.after]):
            self._delay = (self.clock() - min(after)).total_seconds()
        said = tuple(why for name, why in self._refused.items() if name not in before)
        return Taken(tuple(new), written, rows, said, versions[-1].unfinished)

    @contextmanager
    def _noted(self, asked: datetime) -> Iterator[None]:
        """What fails here is an asking that came to nothing, and stands so in the record."""
        try:
            yield
        except DataError as error:
            failed = Asked(asked_at=asked, fetched_at=self.clock(), outcome="failed", why=str(error)[:1_000])
            append(self.folder / "asked.csv", failed)
            raise

    def _record(self, asked: datetime, answer: _Answer, version: Version) -> tuple[Transition, ...]:
        """Keep an answer, before anything is made of it, and give what is new in it."""
        seen = Seen(asked, answer.fetched, version)
        if answer.content == self._content:
            row = Asked(asked_at=asked, fetched_at=answer.fetched, outcome="unchanged", snapshot=self._latest)
            append(self.folder / "asked.csv", row)
            self._state.passed(seen)
            return ()
        sidecar = Sidecar(
            source=f"feed-{self.adapter.slug}", kind="version", drawn_at=answer.fetched, url=answer.url, status=200,
            licence=self.adapter.licence, suffix=self.adapter.suffix,
        )  # fmt: skip
        name = keep(self.folder, answer.content, sidecar).path.name
        row = Asked(asked_at=asked, fetched_at=answer.fetched, outcome="version", snapshot=name)
        append(self.folder / "asked.csv", row)
        return self._take(seen, answer.content, name)

    def _take(self, seen: Seen, content: bytes, name: str) -> tuple[Transition, ...]:
        new = self._state.take(seen)
        self._transitions += new
        self._content, self._latest, self._version = content, name, seen.version
        self._following = seen.version.following
        self._test = self._test or seen.version.test
        return new

    def _readable(self) -> tuple[Story, StoryInvalid | None]:
        """The story, or as it last was with the fault that somebody mends in it: no version is lost for that."""
        try:
            self._story = self.stories.read(self.slug)
        except StoryInvalid as fault:
            if self._story is None:
                raise
            return self._story, fault
        return self._story, None

    def _fetch_all(self, asked: datetime) -> list[_Answer]:
        """The newest version; of a feed in pages those before it that hold what is not known yet, oldest first."""
        found = [self._fetch(asked, self._following or self.feed.url)]
        while found[-1].url and len(found) < _MOST_PAGES:
            if not (older := self.adapter.older(found[-1].content, self._state.events)):
                break
            found.append(self._fetch(asked, urljoin(found[-1].url, older)))
        return found[::-1]

    def _fetch(self, asked: datetime, url: str) -> _Answer:
        if urlsplit(url).scheme not in ("http", "https"):
            return _Answer(_bytes_of(Path(url)), self.clock(), "")
        try:
            reply = self._reply(url)
        except SourceRefused as refused:
            if refused.status != HTTPStatus.UNAUTHORIZED or not self.key.forget():
                raise
            reply = self._reply(url)
        return _Answer(reply.content, max(asked, reply.fetched_at), reply.url)

    def _reply(self, url: str) -> Reply:
        secret = self.key() if self.adapter.header else ""
        headers = {self.adapter.header: self.adapter.scheme + secret} if secret else None
        known = self._known[1] if self._known and self._known[0] == url else None
        reply = self.client.fetch(url, source=self.adapter.called, headers=headers, wait=self.adapter.wait, known=known)
        self._known = url, reply
        self._left = self.adapter.left(reply.headers)
        if most := self.adapter.a_minute:
            now = self.clock()
            self._lately = [*(one for one in self._lately if now - one < _MINUTE), now]
            self._left = self._left or f"{max(most - len(self._lately), 0)} of {most} requests left this minute"
        return reply

    def rows(self, story: Story) -> CallRows:
        """Every row that the feed adds to the story so far, with what waits and what is held."""
        decided = {row.key: row.stands for row in read_rows(self.folder / "decisions.csv", Decision)}
        return call_rows(self._transitions, story, self.feed, decided)

    def _write(self, story: Story) -> tuple[tuple[str, ...], CallRows]:
        """Add what the story lacks, and give the ids of it and all rows; DataError or OSError where it cannot be.

        For whoever holds the lock of the story's rows, and read it since.
        """
        known = {call.id for call in story.calls} | {row.id for row in story.withdrawals} | set(self._refused)
        found = self.rows(story)
        gone = {name for out in found.taken_out for name in (out, f"{out}.back")} & known
        rows = {file: [row for row in part if row["id"] not in known] for file, part in found.rows.items()}
        if not gone and not any(rows.values()):
            return (), found
        if self._test and story.about.rehearsal is None:
            raise DataError(
                f"The feed says that what it sends is a test, and {self.slug} is a real night: follow it into a "
                "story whose story.toml has a [rehearsal]"
            )
        rows = self._sourced(rows, story)
        try:
            return put_rows(self.stories, self.slug, rows, gone=gone), found
        except StoryInvalid:
            return tuple(self._one_by_one(rows)), found

    def _one_by_one(self, rows: Mapping[str, list[Cells]]) -> Iterator[str]:
        """Write each row that the story takes; what contradicts it is held."""
        for file, found in rows.items():
            for row in found:
                try:
                    yield from put_rows(self.stories, self.slug, {file: [row]})
                except StoryInvalid as error:
                    self._refused[row["id"]] = f"the story does not take the row {row['id']}: {error}"

    def _sourced(self, rows: Mapping[str, list[Cells]], story: Story) -> dict[str, list[Cells]]:
        address = urlsplit(self.feed.url)
        named = {name for part in rows.values() for row in part for name in row["source"].split()}
        known = {source.id for source in story.sources}
        if self.feed.source in known or self.feed.source not in named or not address.netloc:
            return dict(rows)
        source = {
            "id": self.feed.source, "org": story.about.credit.newsroom, "title": self.adapter.called,
            "url": f"{address.scheme}://{address.netloc}{address.path}", "licence": self.adapter.licence,
        }  # fmt: skip
        return {"sources.csv": [source], **rows}


def decide(
    settings: Settings, slug: str, word: RecorderStatus, key: str, *, stands: bool, now: datetime, who: str = ""
) -> None:
    """Write down that an editor accepts a call of a feed, or takes it out; the recorder follows at its next asking.

    `who` is their address where people sign in. OSError where the disk refuses.
    """
    append(_decisions(settings, slug, word), Decision(at=now, key=key, stands=stands, who=who))


def decided_by(settings: Settings, slug: str, word: RecorderStatus) -> dict[str, str]:
    """The key of each call of a feed that somebody accepted -> who last did, where people sign in."""
    decisions = read_rows(_decisions(settings, slug, word), Decision)
    return {one.key: one.who if one.stands else "" for one in decisions}


def _decisions(settings: Settings, slug: str, word: RecorderStatus) -> Path:
    return settings.records / slug / "feeds" / word.of / "decisions.csv"


def _as_told(feed: Feed, story: Story) -> Feed:
    """The feed with what the story now says of it, apart from what may be said at a terminal instead."""
    told = next((one for one in story.about.feeds if one.id == feed.id), None)
    said = told.model_dump(include={"contests", "parties", "columns", "office", "accept", "wait"}) if told else {}
    return feed.model_copy(update=said)


def _names_of(story: Story) -> tuple[object, ...]:
    return story.contests, story.about.parties, story.about.callers


def _on_hand(one: Transition) -> CallOnHand:
    return CallOnHand(
        key=one.key, contest=one.contest, caller=one.caller, party=one.party, outcome=one.outcome, after=one.after,
        by=one.by,
    )  # fmt: skip


def _bytes_of(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        raise SourceUnavailable(f"There is no file {path} yet") from None
    except OSError as error:
        raise SourceUnavailable(f"{path} cannot be read: {error.strerror}") from None


def feed_of(
    story: Story, adapter: CallFeed, *, name: str, url: str, source: str, caller: str, settings: Settings
) -> Feed:
    """The story's entry for this format, or for the feed of this id, with what was said at a terminal in its place.

    DataError where there is no address to ask, or where rows could name no source that a reader can look at.
    """
    named = [one for one in story.about.feeds if one.id == name or (not name and one.kind == adapter.slug)]
    entry = named[0] if named else Feed(id=name or adapter.slug, kind=adapter.slug)
    said = {"url": url or entry.url or adapter.home(settings), "caller": caller or entry.caller}
    feed = entry.model_copy(update=said | {"source": source or entry.source or f"feed-{entry.id}"})
    if not feed.url:
        raise DataError(f"the feed {feed.id} has no address; name one with --url, or in [[feeds]] of story.toml")
    web = urlsplit(feed.url).scheme in ("http", "https")
    if not web and source and source not in [one.id for one in story.sources]:
        raise DataError(f"--source {source} is not in sources.csv")
    return feed if web else feed.model_copy(update={"url": os.fspath(Path(feed.url).expanduser().absolute())})


def described(taken: Taken) -> Iterator[str]:
    """What an asking came to, a sentence for each thing that a person may want to know."""
    for one in taken.transitions:
        who, when = f"{one.caller} {one.contest}", _when(one)
        match one.change:
            case "held":
                yield f"Held: {one.why}."
            case "withdrawal":
                yield f"{who}: the call is taken back, {when}."
            case _:
                known = "; the story has a row of this call already, which stays" if one in taken.rows.typed else ""
                yield f"{who}: {one.party or one.outcome}, {when}{known}."
    for why in taken.refused:
        yield f"Held: {why}."


#: Columns of a row's time, and what stands before each in a sentence.
_TIME_WORDS = {"at": "at", "date": "on", "latest": "not later than", "earliest": "not before"}


def _when(one: Transition) -> str:
    """When it was, as its row says it."""
    row = written_times(one) if one.change is Change.CALL else {}
    between = f"between {row['earliest']} and {row['latest']}" if row.keys() >= {"earliest", "latest"} else ""
    said = between or next((f"{word} {row[name]}" for name, word in _TIME_WORDS.items() if name in row), "")
    if said:
        return f"{said}, as the feed says"
    if one.stated:
        return f"at {iso_text(one.stated)}, as the feed says"
    if one.after:
        return f"between {iso_text(one.after)} and {iso_text(whole_second(one.by))}"
    return f"not later than {iso_text(whole_second(one.by))}"
