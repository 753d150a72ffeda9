"""Drawing a plan into a story's folder: a snapshot for each answer, whatever stops it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Literal

from filelock import FileLock, Timeout

from data.errors import DataError, SourceUnavailable
from data.snapshots import Sidecar, Snapshot, read_snapshots, write_snapshot
from data.sources.trends_answers import parse_multiline
from data.sources.trends_export import counted
from data.sources.trends_held import SOURCE, draws_of, load_draws, query_of, read_held
from data.sources.trends_plan import Plan
from data.sources.trends_request import TrendsClient, TrendsReply, TrendsRequest

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

State = Literal["done", "later", "failed", "cancelled"]
#: Called with how many requests are done, how many there are, and the one that is next.
Progress = Callable[[int, int, TrendsRequest], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a plan.

    `drawn` requests were answered and are kept, `held` needed no asking because their draws are younger than
    AGAIN_AFTER, `remaining` are still to do. `state`: done, later (`retry_at` says when, if that is known), failed
    (the same plan will fail again) or cancelled. `sentence` says it to a person, without a time.
    """

    state: State
    drawn: int
    held: int
    remaining: tuple[TrendsRequest, ...]
    retry_at: datetime | None
    sentence: str


def draw(
    plan: Plan,
    client: TrendsClient,
    folder: Path,
    *,
    now: Callable[[], datetime],
    progress: Progress = lambda done, count, request: None,
    cancelled: Callable[[], bool] = lambda: False,
) -> Outcome:
    """Ask for everything in the plan that has not been drawn of late, keeping each answer before the next is asked for.

    Whenever it stops (a refusal, `cancelled`, a kill), what is drawn stays, and the same plan goes on from there.
    Several processes may draw into one folder: they take turns, and none asks for what another has just drawn.
    Raises nothing that a source or a disk can do: the outcome tells.
    """
    tally = _Tally(plan.requests)
    for request in plan.requests:
        if cancelled():
            return tally.outcome("cancelled", "Stopped.")
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
class _Tally:
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
        return Outcome(state, self.drawn, self.held, tuple(self.requests[self.done :]), retry_at, " ".join(sentences))


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
