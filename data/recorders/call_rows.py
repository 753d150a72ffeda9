"""From transitions to rows of a story: calls.csv, withdrawals.csv and the source that they name."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

from pydantic import ValidationError

from data.core.errors import first_fault
from data.core.model import iso_text
from data.recorders.story_rows import Cells
from data.recorders.transitions import Change, Transition
from data.story.faults import quoted
from data.story.story import Story
from data.story.story_toml import Feed
from data.story.tables import Call


@dataclass(frozen=True, slots=True)
class CallRows:
    """What a feed adds to a story: rows by file, and what they were made of; what waits for an editor; what is held.

    `taken_out` are ids of rows that an editor decided against; `typed` are calls of which somebody else wrote a row.
    """

    rows: Mapping[str, tuple[Cells, ...]]
    accepted: tuple[Transition, ...] = ()
    waiting: tuple[Transition, ...] = ()
    held: tuple[Transition, ...] = ()
    taken_out: tuple[str, ...] = ()
    typed: tuple[Transition, ...] = ()


def call_rows(transitions: Iterable[Transition], story: Story, feed: Feed, decided: Mapping[str, bool]) -> CallRows:
    """The rows of a feed's transitions so far: always the same for the same transitions, so that none comes twice.

    `decided` is what an editor decided: a transition's key -> whether it stands. A call that the story's calls.csv
    has from another hand is left as it is there.
    """
    sources = {source.id for source in story.sources}
    if urlsplit(feed.url).scheme in ("http", "https"):
        sources.add(feed.source)  # its row is written with the first that names it
    by: dict[str, list[Transition]] = defaultdict(list)
    made: dict[tuple[str, str], str] = {}
    rows: dict[str, list[Cells]] = {"calls.csv": [], "withdrawals.csv": []}
    out: list[str] = []
    for one, number, verdict in _judged(transitions, story, feed, decided):
        name = (one.contest, one.caller)
        if verdict != "stands":
            by[verdict].append(one)
            out += [row_id(feed, one, number)] if verdict == "out" else []
        elif one.change is Change.CALL:
            cells = _call(one, story, feed, number)
            if why := _fault(cells, sources):
                by["held"].append(_held(one, why))
                continue
            made[name] = cells["id"]
            rows["calls.csv"].append(cells)
            by["accepted"].append(one)
        elif call := made.pop(name, ""):
            rows["withdrawals.csv"].append(_withdrawal(one, feed, call))
    told = {file: tuple(found) for file, found in rows.items()}
    accepted, waiting, held, typed = (tuple(by[one]) for one in ("accepted", "waits", "held", "typed"))
    return CallRows(told, accepted, waiting, held, tuple(out), typed)


Verdict = Literal["held", "waits", "out", "typed", "stands"]


def _judged(
    transitions: Iterable[Transition], story: Story, feed: Feed, decided: Mapping[str, bool]
) -> Iterator[tuple[Transition, int, Verdict]]:
    """Each transition, which call of its contest by its caller it is or follows, and what becomes of it.

    Every call is counted, so that a row keeps its id whatever is decided about another.
    """
    typed = _typed(story, feed)
    number: Counter[tuple[str, str]] = Counter()
    for one in transitions:
        name = (one.contest, one.caller)
        number[name] += one.change is Change.CALL
        stands = decided.get(one.key)
        if one.change is Change.HELD:
            yield one, number[name], "held"
        elif stands is None and (feed.accept == "editor" or one.contest in feed.wait):
            yield one, number[name], "waits"
        else:
            yield one, number[name], "out" if stands is False else "typed" if name in typed else "stands"


def _typed(story: Story, feed: Feed) -> frozenset[tuple[str, str]]:
    """The contests and callers whose calls somebody else wrote into the story."""
    ours = f"{feed.id}."
    return frozenset(
        (call.contest, call.caller)
        for call in story.calls
        if not call.id.startswith(ours) and call.role != "corroboration"
    )


def _held(one: Transition, why: str) -> Transition:
    return Transition(Change.HELD, one.contest, one.caller, one.by, party=one.party, why=why)


def _call(one: Transition, story: Story, feed: Feed, number: int) -> Cells:
    given = dict(one.cells)
    cells = {
        "id": row_id(feed, one, number),
        "contest": one.contest,
        "caller": one.caller,
        "party": one.party,
        "role": "primary" if one.caller == story.about.caller else "other",
        "source": feed.source,
    }
    if one.outcome != "won":
        cells["outcome"] = one.outcome
    if timed := written_times(one):
        cells |= {"basis": "another outlet's log", "precision": "minute" if "at" in timed else "window"} | timed
    elif one.stated:
        cells |= {"basis": "own wire", "at": iso_text(one.stated), "precision": _sharpness(one.stated)}
    else:
        cells |= _bounds(one)
    return cells | {name: given[name] for name in ("basis", "role", "source", "note") if name in given}


def written_times(one: Transition) -> Cells:
    """The cells of time that a feed's row has itself, by column; empty where it has none."""
    given = dict(one.cells)
    return {name: given[name] for name in ("at", "earliest", "latest", "date", "precision") if name in given}


def row_id(feed: Feed, one: Transition, number: int) -> str:
    """The id of a recorded row: the feed's, the caller's and the contest's, and which call of it by this caller."""
    name = ".".join((feed.id, one.caller, one.contest, *([str(number)] if number > 1 else [])))
    return re.sub(r"[^a-z0-9.-]", "-", name.lower())


def _sharpness(stated: datetime) -> str:
    return "second" if stated.second or stated.microsecond else "minute"


def whole_second(moment: datetime) -> datetime:
    """The first whole second that is not before a moment: an upper bound must not be cut down to one below it."""
    return moment + timedelta(microseconds=-moment.microsecond % 1_000_000)


def _bounds(one: Transition) -> Cells:
    latest = {"latest": iso_text(whole_second(one.by)), "basis": "bounds"}
    if one.after is None:
        return latest | {"precision": "by"}
    return latest | {"earliest": iso_text(one.after), "precision": "window"}


def _withdrawal(one: Transition, feed: Feed, call: str) -> Cells:
    cells = _bounds(one)
    if one.stated:
        cells = {"at": iso_text(one.stated), "precision": _sharpness(one.stated)}
    cells.pop("basis", None)
    return {"id": f"{call}.back", "call": call, "source": dict(one.cells).get("source", feed.source)} | cells


def _fault(cells: Cells, sources: Collection[str]) -> str:
    """Why these cells are no call, as a sentence; "" where they are one."""
    said = f"the feed's row of {cells['contest']} cannot be a call"
    try:
        Call.model_validate(cells)
    except ValidationError as error:
        return f"{said}: {first_fault(error)}"
    unknown = [name for name in cells["source"].split() if name not in sources]
    if unknown:
        return f"{said}: sources.csv has no {quoted(unknown[0])}; fill the column source, or name one with --source"
    return ""
