"""Reading draws back from a story's folder: which there are, and those that one series is made of."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import cast

from data.analysis.draws import Draw
from data.errors import DataError, SourceChanged
from data.faults import quoted
from data.model import Window
from data.snapshots import Sidecar, read_snapshots
from data.sources.trends_answers import Timeline, parse_multiline
from data.sources.trends_request import Property, Sample, TrendsRequest, sample_of

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
class Held:
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


def read_held(folder: Path) -> tuple[Held, ...]:
    """What can be loaded from a folder, a line for each question, bin and sample, in the order first drawn."""
    groups: dict[tuple[object, ...], list[_Answer]] = {}
    for answer in _answers(folder):
        asked = answer.request
        groups.setdefault((asked.terms, asked.geo, asked.property, answer.step, answer.sample), []).append(answer)
    return tuple(_held(answers) for answers in groups.values())


def _held(answers: Sequence[_Answer]) -> Held:
    one = answers[0]
    return Held(
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
