"""Each watched site looked at once a minute: every attempt is written down, and the story told what they come to."""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit
from urllib.robotparser import RobotFileParser

from data.core.errors import DataError, StoryInvalid
from data.core.model import iso_text
from data.core.program import VERSION, utc_now
from data.core.settings import Settings
from data.net.addresses import Resolve, addresses, is_loopback, public_addresses
from data.net.pinned_connections import Allowed
from data.net.site_request import Look, Outcome, look, text_at
from data.recorders.attempt import Attempt, attempt_of, record, recorded
from data.recorders.site_states import RULE, SiteState, StateSpan, state_spans, until_now
from data.recorders.status import RecorderStatus, write_status
from data.recorders.story_rows import Cells, change_story
from data.sources.globalping import Globalping
from data.story.store import StoryStore
from data.story.story import Story
from data.story.story_toml import Service

#: Seconds from one look at somebody else's site to the next.
POLITE_SECONDS = 60.0
#: How many days before say what is usual.
_DAYS_BEFORE = 7
#: How often a state that goes on is told to the story anew.
_TOLD_AGAIN = timedelta(minutes=10)
_STATUS: Mapping[SiteState, str] = {
    SiteState.USUAL: "answering", SiteState.SLOW: "degraded", SiteState.ERROR: "failing",
    SiteState.UNREACHED: "unreachable", SiteState.UNWATCHED: "unwatched",
}  # fmt: skip


@dataclass
class Prober:
    """The looks of one machine at the sites of one story; one writer for each place."""

    slug: str
    stories: StoryStore
    settings: Settings
    place: str
    every: float = POLITE_SECONDS
    clock: Callable[[], datetime] = utc_now
    resolve: Resolve = socket.getaddrinfo
    #: Somebody else's machine that looks; this one where none is given.
    eye: Globalping | None = None
    _attempts: dict[str, list[Attempt]] = field(default_factory=dict, init=False)
    _before: dict[str, list[Attempt]] = field(default_factory=dict, init=False)
    _told: dict[str, tuple[datetime, int]] = field(default_factory=dict, init=False)
    _answered: datetime | None = field(default=None, init=False)
    _story: Story | None = field(default=None, init=False)
    _robots: dict[str, RobotFileParser | None] = field(default_factory=dict, init=False)

    @property
    def folder(self) -> Path:
        """Where the records of the story lie."""
        return self.settings.records / self.slug

    def resume(self) -> tuple[Service, ...]:
        """Take what was recorded, and give the sites that are watched; DataError where the story names no address."""
        story = self._readable()
        watched = tuple(service for service in story.about.services if service.url)
        if not watched:
            raise DataError(f"{self.slug} has no site to watch: give an entry of [[services]] a url")
        begun = min(story.window.start, self.clock())
        for attempt in recorded(self.folder, place=self.place, since=(begun - timedelta(days=_DAYS_BEFORE)).date()):
            kept = self._attempts if attempt.started_at >= begun else self._before
            kept.setdefault(attempt.service, []).append(attempt)
        return watched

    def step(self) -> tuple[Attempt, ...]:
        """Look at every site once, at the same time, write the attempts down, and tell the story what changed."""
        story = self._readable()
        watched = [service for service in story.about.services if service.url]
        started = self.clock()
        with ThreadPoolExecutor(max_workers=max(1, len(watched))) as pool:
            looks = list(pool.map(self._look, watched))
        found = []
        for service, seen in zip(watched, looks, strict=True):
            if not isinstance(seen, Look):
                continue
            attempt = attempt_of(
                seen, started_at=started, place=self.place, service=service.id, address=service.url, every=self.every,
                origin="globalping" if self.eye else "probe",
            )  # fmt: skip
            record(self.folder, attempt)
            self._attempts.setdefault(service.id, []).append(attempt)
            found.append(attempt)
        unseen = [one for one in looks if isinstance(one, DataError)]
        try:
            self._tell(story, watched)
        finally:
            self._say(started, found, unseen)
        if unseen:
            raise unseen[0]
        return tuple(found)

    def _readable(self) -> Story:
        """The story, or as it last was while somebody mends a fault in it: looks go on."""
        try:
            self._story = self.stories.read(self.slug)
        except StoryInvalid:
            if self._story is None:
                raise
        return self._story

    def _say(self, started: datetime, found: Sequence[Attempt], unseen: Sequence[DataError]) -> None:
        """Leave word of what was done."""
        reached = [one for one in found if one.outcome is Outcome.ANSWERED]
        failed = [f"{one.service}: {one.outcome}" for one in found if one.outcome is not Outcome.ANSWERED]
        failed += dict.fromkeys(map(str, unseen))
        self._answered = started if reached else self._answered
        word = RecorderStatus(
            name=f"probe-{self.place}", kind="probe", what=f"Looks at {len(found)} sites from {self.place}",
            asked_at=started, next_at=started + timedelta(seconds=self.every), answered_at=self._answered,
            trouble="; ".join(failed), written=sum(map(len, self._attempts.values())),
            left=self.eye.left if self.eye else "",
        )  # fmt: skip
        write_status(self.settings, self.slug, word)

    def bring(self, attempts: Sequence[Attempt]) -> int:
        """Write down attempts that another monitor made and that are not here yet, and tell the story; how many."""
        story = self.stories.read(self.slug)
        here = {(one.service, one.started_at) for one in recorded(self.folder, place=self.place)}
        new = [one for one in attempts if (one.service, one.started_at) not in here]
        for attempt in new:
            record(self.folder, attempt)
        self._attempts, self._before = {}, {}
        self.resume()
        self._tell(story, [one for one in story.about.services if one.url and one.id in self._attempts])
        return len(new)

    def _look(self, service: Service) -> Look | DataError | None:
        """What was met; None or the reason where nobody looked."""
        if not self._may_ask(service.url):
            return Look(Outcome.NOT_ASKED)
        if self.eye:
            try:
                return self.eye.look(service.url)
            except DataError as trouble:
                return trouble
        return look(service.url, user_agent=self._agent, allowed=self._allowed)

    @property
    def _agent(self) -> str:
        contact = f"+{self.settings.contact}" if self.settings.contact else "no contact was set"
        return f"Nightdesk/{VERSION} ({contact}; one request every {self.every:g} s)"

    @property
    def _allowed(self) -> Allowed:
        mirrors = {urlsplit(url).netloc for _, url in self.settings.mirrors}

        def allowed(host: str, port: int) -> tuple[str, ...]:
            known = mirrors & {f"{host}:{port}", host}
            return (addresses if known else public_addresses)(host, port, self.resolve)

        return allowed

    def _may_ask(self, url: str) -> bool:
        """Whether the site's robots.txt lets us; a site that has none, or cannot give it, does not forbid it."""
        parts = urlsplit(url)
        home = f"{parts.scheme}://{parts.netloc}"
        if home not in self._robots:
            self._robots[home] = self._read_robots(f"{home}/robots.txt")
        rules = self._robots[home]
        return rules is None or rules.can_fetch("Nightdesk", url)

    def _read_robots(self, url: str) -> RobotFileParser | None:
        text = text_at(url, user_agent=self._agent, allowed=self._allowed)
        if text is None:
            return None
        rules = RobotFileParser(url)
        rules.parse(text.splitlines())
        return rules

    def _tell(self, story: Story, watched: Sequence[Service]) -> None:
        """Write the states into the story where they changed, or have gone on for a while."""
        due: list[tuple[Service, tuple[StateSpan, ...]]] = []
        now = self.clock()
        for service in watched:
            attempts = self._attempts.get(service.id, [])
            if not attempts:
                continue
            spans = until_now(state_spans(attempts, self._before.get(service.id, [])), attempts[-1], now)
            told, count = self._told.get(service.id, (None, 0))
            if spans and (told is None or len(spans) != count or now - told >= _TOLD_AGAIN):
                due.append((service, spans))
        if not due:
            return
        sources = [self._source(story, service) for service, _ in due]
        rows = [row for service, spans in due for row in self._rows(story, service, spans)]
        change_story(self.stories, self.slug, self.settings, {"sources.csv": sources, "observations.csv": rows})
        for service, spans in due:
            self._told[service.id] = (now, len(spans))

    def _name(self, service: Service) -> str:
        return f"probe.{self.place}.{service.id}"

    def _source(self, story: Story, service: Service) -> Cells:
        return {
            "id": self._name(service), "org": story.about.credit.newsroom, "url": service.url,
            "title": f"Attempts to reach {service.host} from {self.place}, recorded every {self.every:g} s",
            "licence": story.about.credit.licence,
        }  # fmt: skip

    def _rows(self, story: Story, service: Service, spans: Sequence[StateSpan]) -> Iterator[Cells]:
        for span in spans:
            began = iso_text(span.start).translate(str.maketrans("TZ", "t-", "-:")).rstrip("-")
            began += ".gap" if span.state is SiteState.UNWATCHED else ""
            yield {
                "id": f"{self._name(service)}.{began}", "service": service.id, "kind": "outage",
                "status": _STATUS[span.state], "at": iso_text(span.start), "precision": "second",
                "until": iso_text(span.end), "place": self.place,
                "what": _what(span), "short": _short(span), "grade": "A",
                "confidence": "high", "credit": story.about.credit.newsroom,
                "time_basis": f"this newsroom's recorder, one attempt every {self.every:g} s",
                "source": self._name(service), "note": f"Rule: {RULE}.",
            }  # fmt: skip


def _short(span: StateSpan) -> str:
    """The same in a few words, for a label."""
    first = span.first
    if first is None or first.outcome is Outcome.ANSWERED:
        return span.state.capitalize() + (f" (HTTP {first.status})" if first and first.status else "")
    return first.outcome.capitalize()


def _what(span: StateSpan) -> str:
    """What the attempts of a span met, in words, with how many there were."""
    count = f"{span.attempts} attempt{'' if span.attempts == 1 else 's'}"
    if span.state is SiteState.UNWATCHED or span.first is None:
        return "The recorder made no attempt"
    first = span.first
    met = f"HTTP {first.status}" if first.status else str(first.outcome)
    titled = f", page titled {first.title!r}" if first.title and span.state is SiteState.ERROR else ""
    return f"{span.state.capitalize()} ({met}{titled}); {count}"


def polite_interval(every: float, story: Story, *, own: bool) -> float:
    """Seconds between looks; DataError for less than a minute at a site that is neither the newsroom's nor here."""
    others = [one.host for one in story.about.services if one.url and not is_loopback(urlsplit(one.url).hostname or "")]
    if every < POLITE_SECONDS and others and not own:
        raise DataError(
            f"{others[0]} is somebody else's site: it is asked at most once in {POLITE_SECONDS:g} s; if it is "
            f"your own, "
            "say --own-site"
        )
    return every
