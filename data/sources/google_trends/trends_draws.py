"""Drawing a plan into a story's folder, a snapshot for each answer, and reading back the draws of one series."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal, cast

from filelock import FileLock, Timeout

from data.analysis.draws import Draw
from data.core.errors import DataError, SourceChanged, SourceUnavailable
from data.core.model import Window
from data.net.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.sources.google_trends.request_plan import Plan
from data.sources.google_trends.trends_answers import Timeline, parse_multiline
from data.sources.google_trends.trends_request import (
    Property,
    Sample,
    TrendsClient,
    TrendsReply,
    TrendsRequest,
    sample_of,
)
from data.sources.trends_csv.export import counted
from data.story.faults import quoted

_LOG = logging.getLogger(__name__)

SOURCE = "google-trends"


def query_of(request: TrendsRequest) -> dict[str, str]:
    """The request as a sidecar keeps it; the same for the same question."""
    terms = json.dumps(request.terms, ensure_ascii=False)
    return {"terms": terms, "geo": request.geo, "time": request.time, "property": request.property}


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
        raise SourceChanged(f"Google Trends answered another question than was asked: {fault}.") from fault


@dataclass(frozen=True, slots=True)
class HeldDraws:
    """What a folder holds of one question in one kind of bin: windows, draws of them all, and when they were drawn."""

    terms: tuple[str, ...]
    geo: str
    property: Property
    step: timedelta
    sample: Sample
    windows: tuple[Window, ...]
    draws: int
    first_drawn: datetime
    last_drawn: datetime


@dataclass(frozen=True, slots=True, eq=False)
class _Answer:
    request: TrendsRequest
    sample: Sample
    step: timedelta
    drawn_at: datetime
    draws: Mapping[str, Draw]


def read_held(folder: Path) -> tuple[HeldDraws, ...]:
    """What can be loaded from a folder, a line for each question, bin and sample, in the order first drawn."""
    groups: dict[tuple[object, ...], list[_Answer]] = {}
    for answer in _answers(folder):
        asked = answer.request
        groups.setdefault((asked.terms, asked.geo, asked.property, answer.step, answer.sample), []).append(answer)
    return tuple(_held(answers) for answers in groups.values())


def _held(answers: Sequence[_Answer]) -> HeldDraws:
    one = answers[0]
    return HeldDraws(
        one.request.terms,
        one.request.geo,
        one.request.property,
        one.step,
        one.sample,
        tuple(sorted({answer.request.asked for answer in answers})),
        len(answers),
        one.drawn_at,
        answers[-1].drawn_at,
    )


def load_draws(
    folder: Path,
    terms: Sequence[str],
    geo: str,
    *,
    property: Property = "web",
    step: timedelta | None = None,
    sample: Sample | None = None,
) -> dict[str, tuple[Draw, ...]]:
    """The draws of each term, where these terms were asked for together; a term without any has an empty tuple.

    Bins and samples never mix: without a `sample`, the archive's if it holds any; without a `step`, the finest.
    Answers of other terms beside the same one are on other scales, and are other series.
    """
    asked = {term.casefold() for term in terms}
    found = [
        answer
        for answer in _answers(folder)
        if {term.casefold() for term in answer.request.terms} == asked
        and (answer.request.geo, answer.request.property) == (geo, property)
    ]
    sample = sample or ("archive" if any(answer.sample == "archive" for answer in found) else "recent")
    found = [answer for answer in found if answer.sample == sample]
    step = step or min((answer.step for answer in found), default=None)
    found = [answer for answer in found if answer.step == step]
    return {term: tuple(_of(answer, term) for answer in found) for term in terms}


def _of(answer: _Answer, term: str) -> Draw:
    return next(draw for own, draw in answer.draws.items() if own.casefold() == term.casefold())


def _answers(folder: Path) -> Iterator[_Answer]:
    """What was answered with at least two bins, the first drawn first; what cannot be read gets a log line."""
    for snapshot in read_snapshots(folder, SOURCE):
        if snapshot.sidecar.kind != "over-time":
            continue
        try:
            request, timeline = request_of(snapshot.sidecar), parse_multiline(snapshot.data)
            draws = draws_of(timeline, request, snapshot.sidecar.drawn_at)
        except (DataError, ValueError, KeyError, TypeError) as fault:
            _LOG.warning("left out snapshot %s: %s", snapshot.path.name, fault)
            continue
        if draws and timeline.step:
            drawn_at = snapshot.sidecar.drawn_at
            yield _Answer(request, sample_of(request.asked, drawn_at), timeline.step, drawn_at, draws)


def request_of(sidecar: Sidecar) -> TrendsRequest:
    if sidecar.window_start is None or sidecar.window_end is None:
        raise ValueError(f"its sidecar names no window ({quoted(sidecar.query.get('time', ''))})")
    window = Window(sidecar.window_start, sidecar.window_end)
    terms, kind = tuple(json.loads(sidecar.query["terms"])), sidecar.query["property"]
    return TrendsRequest(terms, sidecar.geo, window, cast("Property", kind))


__all__ = ["AGAIN_AFTER", "Outcome", "draw", "keep", "load_draws", "read_held"]

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
            return tally.outcome("later", "Another run is drawing into the same folder, so this one gives way.")
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
        sentences = [said[:1].upper() + said[1:].rstrip(".") + "."] if said else []
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
