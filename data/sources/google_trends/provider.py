"""Google Trends among the sources: a story's searches drawn, a snapshot for each answer, and the draws read back."""

from __future__ import annotations

import json
import logging
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import ClassVar, Literal, cast

from filelock import FileLock, Timeout

from data.analysis.draws import Draw
from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.core.program import utc_now
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.sources.google_trends.trends_answers import Timeline, parse_multiline
from data.sources.google_trends.trends_client import open_client
from data.sources.google_trends.trends_request import (
    CALLED,
    HOME,
    Plan,
    Resolution,
    Sample,
    TrendsClient,
    TrendsReply,
    TrendsRequest,
    Wanted,
    plan_requests,
    sample_of,
)
from data.sources.provider import Count, Errand, Home, Provider, Records, Task, Visit
from data.sources.trends_csv.export import counted
from data.story.faults import quoted
from data.story.story import Story

_LOG = logging.getLogger(__name__)

SOURCE = "google-trends"
#: The one kind of search that is asked for.
_WEB = "web"


def query_of(request: TrendsRequest) -> dict[str, str]:
    """The request as a sidecar keeps it; the same for the same question."""
    terms = json.dumps(request.terms, ensure_ascii=False)
    return {"terms": terms, "geo": request.geo, "time": request.time, "property": _WEB}


def draws_of(timeline: Timeline, request: TrendsRequest, drawn_at: datetime) -> dict[str, Draw]:
    """One draw for each term; none of an answer without bins. Raises SourceChanged for another request's answer."""
    if timeline.columns not in (0, len(request.terms)):
        raise SourceChanged(
            f"Google Trends answered for {timeline.columns} terms where {len(request.terms)} were asked for."
        )
    if timeline.step is None:
        return {}
    try:
        return {term: Draw(request.asked, drawn_at, timeline.values(at)) for at, term in enumerate(request.terms)}
    except ValueError as fault:
        raise SourceChanged(f"Google Trends answered a different question than was asked: {fault}.") from fault


@dataclass(frozen=True, slots=True, eq=False)
class HeldDraws:
    """What a folder holds of one question in one kind of bin: windows, and each term’s draws of them by time."""

    terms: tuple[str, ...]
    geo: str
    step: timedelta
    sample: Sample
    windows: tuple[Window, ...]
    draws: Mapping[str, tuple[Draw, ...]]

    @property
    def drawn_at(self) -> tuple[datetime, ...]:
        """When each answer was drawn, by time."""
        return tuple(one.drawn_at for one in self.draws[self.terms[0]])


def read_held(folder: Path) -> tuple[HeldDraws, ...]:
    """What can be loaded from a folder, a line for each question, bin and sample, in the order first drawn."""
    groups: dict[tuple[object, ...], list[tuple[TrendsRequest, dict[str, Draw]]]] = defaultdict(list)
    for request, draws in _answers(folder):
        one = next(iter(draws.values()))
        key = frozenset(draws), request.geo, one.step, sample_of(one.window, one.drawn_at)
        groups[key].append((request, draws))
    return tuple(_held(answers) for answers in groups.values())


def _held(answers: Sequence[tuple[TrendsRequest, dict[str, Draw]]]) -> HeldDraws:
    asked, draws = answers[0]
    one = draws[asked.terms[0].casefold()]
    windows = tuple(sorted({request.asked for request, _ in answers}))
    by_term = {term: tuple(found[term.casefold()] for _, found in answers) for term in asked.terms}
    sample = sample_of(one.window, one.drawn_at)
    return HeldDraws(asked.terms, asked.geo, one.step, sample, windows, by_term)


def load_draws(folder: Path, terms: Sequence[str], geo: str) -> dict[str, tuple[Draw, ...]]:
    """The draws of each term, where these terms were asked for together; a term without any has an empty tuple.

    Bins and samples never mix: they are the archive's if it holds any, in the finest bins.
    Answers of other terms beside the same one are on other scales, and are other series.
    """
    fitting = [
        {term.casefold(): draws for term, draws in held.draws.items()}
        for held in sorted(read_held(folder), key=lambda held: (held.sample != "archive", held.step))
        if {term.casefold() for term in held.terms} == {term.casefold() for term in terms} and held.geo == geo
    ]
    return {term: fitting[0][term.casefold()] if fitting else () for term in terms}


def _answers(folder: Path) -> Iterator[tuple[TrendsRequest, dict[str, Draw]]]:
    """What was answered with at least two bins, the first drawn first, and each term's draw by its folded name.

    What cannot be read gets a log line.
    """
    for snapshot in read_snapshots(folder, SOURCE):
        if snapshot.sidecar.kind != "over-time":
            continue
        try:
            request = request_of(snapshot.sidecar)
            draws = draws_of(parse_multiline(snapshot.data), request, snapshot.sidecar.drawn_at)
        except (DataError, ValueError, KeyError, TypeError) as fault:
            _LOG.warning("left out snapshot %s: %s", snapshot.path.name, fault)
            continue
        if draws:
            yield request, {term.casefold(): draw for term, draw in draws.items()}


def request_of(sidecar: Sidecar) -> TrendsRequest:
    if sidecar.window_start is None or sidecar.window_end is None:
        raise ValueError(f"its sidecar names no window ({quoted(sidecar.query.get('time', ''))})")
    window = Window(sidecar.window_start, sidecar.window_end)
    if sidecar.query["property"] != _WEB:
        raise ValueError("it is of no searches of the web")
    terms = tuple(json.loads(sidecar.query["terms"]))
    return TrendsRequest(terms, sidecar.geo, window)


#: Google's condition for using its numbers.
LICENCE = "Data source: Google Trends (https://www.google.com/trends)"
#: Google repeats an answer for about a day: asked sooner, it gives the same sample. Short of a day, so that a daily
#: run at the same hour is never too soon.
AGAIN_AFTER = timedelta(hours=20)
#: How long one run waits for another's request to end: longer than the session lets any take.
_PATIENCE = timedelta(minutes=5)
#: Characters of an address that a sidecar takes.
_LONGEST_URL = 8_000

State = Literal["done", "later", "failed"]
#: Called with how many requests are done, how many there are, and the one that is next.
Progress = Callable[[int, int, TrendsRequest], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan.

    `drawn` requests were answered and are kept, `held` needed no asking because their draws are younger than
    AGAIN_AFTER. `state`: done, later (`retry_at` says when, if that is known) or failed (the same plan will fail
    again). `sentence` says it to a person, without a time.
    """

    state: State
    drawn: int
    held: int
    retry_at: datetime | None
    sentence: str


def draw(
    plan: Plan,
    client: TrendsClient,
    folder: Path,
    *,
    now: Callable[[], datetime],
    progress: Progress = lambda done, count, request: None,
) -> Outcome:
    """Ask for everything in the plan that has not been drawn of late, keeping each answer before the next is asked for.

    Whenever it stops (a refusal, a kill), what is drawn stays, and the same plan goes on from there.
    Several processes may draw into one folder: they take turns, and none asks for what another has just drawn.
    Raises nothing that a source or a disk can do: the outcome tells.
    """
    tally = _DrawCounts(plan.requests)
    for request in plan.requests:
        progress(tally.done, len(plan.requests), request)
        try:
            with _turn(folder):
                if _is_held(folder, request, now()):
                    tally.held += 1
                else:
                    keep(folder, request, _asked(client, request))
                    tally.drawn += 1
        except Timeout:
            return tally.outcome("later", "Another run is drawing into the same folder, so this one stopped.")
        except SourceUnavailable as trouble:
            wait = trouble.retry_after
            return tally.outcome("later", str(trouble), None if wait is None else now() + timedelta(seconds=wait))
        except DataError as trouble:
            return tally.outcome("failed", str(trouble))
        except OSError as trouble:
            return tally.outcome("failed", f"The answer cannot be kept on this disk: {trouble.strerror or trouble}.")
        progress(tally.done, len(plan.requests), request)
    return tally.outcome("done", "")


def _asked(client: TrendsClient, request: TrendsRequest) -> TrendsReply:
    """The answer; a connection that fails under a client of somebody's own is no failure of this disk."""
    try:
        return client.interest_over_time(request)
    except OSError as trouble:
        raise SourceUnavailable(f"Google Trends could not be asked: {trouble}") from trouble


@dataclass(slots=True)
class _DrawCounts:
    requests: Sequence[TrendsRequest]
    drawn: int = 0
    held: int = 0

    @property
    def done(self) -> int:
        return self.drawn + self.held

    def outcome(self, state: State, said: str, retry_at: datetime | None = None) -> Outcome:
        # A sentence may begin with the name of a host, which is written as it is.
        first = said[:1] if "." in said.partition(" ")[0].rstrip(".") else said[:1].upper()
        sentences = [first + said[1:].rstrip(".") + "."] if said else []
        sentences.append(f"{self.done} of {counted(len(self.requests), 'request')} drawn and kept.")
        if self.held:
            hours = AGAIN_AFTER // timedelta(hours=1)
            sentences.append(f"{self.held} of them within the last {hours} hours, so Google was not asked again.")
        return Outcome(state, self.drawn, self.held, retry_at, " ".join(sentences))


@contextmanager
def _turn(folder: Path) -> Iterator[None]:
    """The right of one process to ask: the next one then sees what this one has drawn. Timeout after _PATIENCE."""
    place = folder / "snapshots" / SOURCE
    place.mkdir(parents=True, exist_ok=True)
    with FileLock(place / ".drawing.lock", timeout=_PATIENCE.total_seconds()):
        yield


def _is_held(folder: Path, request: TrendsRequest, now: datetime) -> bool:
    query = query_of(request)
    return any(
        snapshot.sidecar.query == query and abs(now - snapshot.sidecar.drawn_at) < AGAIN_AFTER
        for snapshot in read_snapshots(folder, SOURCE)
    )


def keep(folder: Path, request: TrendsRequest, reply: TrendsReply) -> Snapshot:
    """The answer as a snapshot, its bytes as received. Raises DataError, keeping nothing, if it does not fit."""
    timeline = parse_multiline(reply.data)
    draws_of(timeline, request, reply.drawn_at)
    sidecar = Sidecar(
        source=SOURCE,
        kind=reply.kind,
        query=query_of(request),
        geo=request.geo,
        window_start=request.asked.start,
        window_end=request.asked.end,
        drawn_at=reply.drawn_at,
        url=reply.url[:_LONGEST_URL],
        status=reply.status,
        suffix="txt",
        licence=LICENCE,
        step=timeline.step.total_seconds() if timeline.step else None,
        client=reply.client,
        user_type=reply.user_type,
        note=" ".join(timeline.notes),
    )
    return write_snapshot(folder, reply.data, sidecar)


class GoogleTrends(Provider):
    """The searches that a story lists, drawn window by window; `data/evidence/series.py` makes series of the draws."""

    slug, title, called, licence = SOURCE, "Google Trends", CALLED, LICENCE
    home: ClassVar[Home] = HOME
    proves = (
        "Each series is a term’s share of all searches in a place, on the scale of its own request: how it rose and "
        "fell, from one random sample or several."
    )
    cannot = (
        "It counts nobody. Zero is below Google’s resolution, not “no searches”, and two places, or two requests, are "
        "on two scales."
    )

    @property
    def word(self) -> str:
        return "trends"

    def plan(self, errand: Errand) -> Iterator[Task]:
        for wanted in searches_wanted(errand.story, errand.window):
            plan = plan_requests(wanted, cast("Resolution", errand.bins), now=errand.now)
            label = f"trends {', '.join(wanted.terms)} {wanted.geo}"
            yield Task("", partial(_draw, plan), len(plan.requests), label)


def searches_wanted(story: Story, window: Window) -> Iterator[Wanted]:
    """Every term of the story in its place, and its control terms in each of these places."""
    searches = story.about.searches
    for search in searches:
        yield Wanted((search.term,), search.geo, window)
    for geo in dict.fromkeys(search.geo for search in searches):
        for term in story.about.control_terms:
            yield Wanted((term,), geo, window)


def _draw(plan: Plan, visit: Visit) -> Records[Count]:
    def progress(done: int, count: int, request: TrendsRequest) -> None:
        visit.progress(done, count, request.time)

    client = open_client(visit.settings, visit.desk)
    outcome = draw(plan, client, visit.folder, now=utc_now, progress=progress)
    if outcome.state == "later":
        wait = outcome.retry_at - utc_now() if outcome.retry_at else None
        raise SourceUnavailable(outcome.sentence, retry_after=wait.total_seconds() if wait else None)
    if outcome.state != "done":
        raise DataError(outcome.sentence)
    return Records(came=outcome.sentence)
