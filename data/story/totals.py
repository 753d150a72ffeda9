"""Running totals as ranges: what one caller had surely called at a minute, and what it possibly had."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime

from data.core.errors import DataError
from data.core.model import Precision, When, as_utc
from data.core.running import Stairs, Tally
from data.story.story import Story, when_of
from data.story.story_toml import Caller
from data.story.tables import Call, Withdrawal

#: Precisions of a row that tells no time of its own within the night.
WITHOUT_TIME = (Precision.WINDOW, Precision.DAY, Precision.NONE)


def caller_named(story: Story, name: str) -> Caller:
    """The selectable caller of this id, in any case of letters; DataError names those there are, or that none is."""
    callers = [caller for caller in story.about.callers if caller.selectable]
    for caller in callers:
        if caller.id.casefold() == name.casefold():
            return caller
    if not callers:
        raise DataError(f"{story.slug} names nobody who calls contests, so there are no calls to count")
    known = ", ".join(caller.id for caller in callers)
    raise DataError(f"{name[:40]!r} is not a caller in {story.slug}; choose one of: {known}")


def call_when(call: Call, story: Story) -> When:
    """The interval of a call. A missing lower bound falls back to the contest's last poll closing.

    Where none is held for the contest it is the story's own closing of the polls, else the start of the story's
    window: an upper bound alone is never a minute. What a caller calls again it calls after it took its call back, and
    the winner of a run-off after the run-off.
    """
    before = _ended(*story.follows[call.id], story) if call.id in story.follows else None
    found = when_of(call, story, no_earlier=before.latest if before else _floor(call, story))
    if found is None:
        raise DataError(f"{call.id} in calls.csv has no time of any kind; give it at least a date")
    return _no_earlier(found, before.latest) if before else found


def _ended(call: Call, row: Withdrawal | None, story: Story) -> When:
    """When it was surely open again who wins: a call was taken back, or was one without a winner."""
    return withdrawal_when(call, row, story) if row else call_when(call, story)


def withdrawal_when(call: Call, row: Withdrawal, story: Story) -> When:
    """The interval in which a caller took a call back, which is never before the call was made."""
    made = call_when(call, story).latest
    found = when_of(row, story, no_earlier=made)
    if found is None:
        raise DataError(f"{row.id} in withdrawals.csv has no time; give it at least a date")
    return _no_earlier(found, made)


def _no_earlier(when: When, floor: datetime) -> When:
    return replace(when, earliest=min(floor, when.latest)) if when.earliest < floor else when


def withdrawn_when(call: Call, story: Story) -> When | None:
    """The interval in which this call was taken back; None for one that stands."""
    row = story.withdrawn.get(call.id)
    return withdrawal_when(call, row, story) if row else None


def _floor(call: Call, story: Story) -> datetime | None:
    floors = (_last_close(call.contest, story), story.polls_close, story.window.start)
    return next((floor for floor in floors if floor and (call.latest is None or floor < call.latest)), None)


def _last_close(contest: str, story: Story) -> datetime | None:
    """A district (US-ME-01) closes with its state (US-ME)."""
    state = "-".join(contest.split("-")[:2])
    found = {story.closings[code] for code in (contest, state) if code in story.closings}
    return min(found)[1] if found else None


def calls_of(story: Story, caller: str, *, possible: bool = False) -> tuple[Call, ...]:
    """Every call that one caller made: its own rows only, never another outlet's and never a second log.

    `possible` adds those that a story which is told up to a moment knows no upper bound of.
    """
    held = (*story.calls, *story.possible) if possible else story.calls
    return tuple(call for call in held if call.caller == caller and call.role != "corroboration")


def is_complete(story: Story, caller: str) -> bool:
    """Whether this caller's known calls make up the story's whole total, so that a running total means something.

    On a night in progress the story's own caller is followed call by call: its total is a total so far.
    """
    if story.until is not None:
        return caller in story.ledgers
    if story.about.live and caller == story.about.caller:
        return bool(story.about.total)
    weights = {call.contest: story.contest(call.contest).weight for call in calls_of(story, caller)}
    return bool(story.about.total) and sum(weights.values()) == story.about.total


def only_surely(story: Story, caller: str) -> bool:
    """Whether most of this caller's calls have no time of their own, so that a total tells only what is surely there.

    What may have been called by a moment is then nearly everything, all night long, which tells nobody anything.
    """
    if story.until is not None:
        return caller in story.untimed
    calls = calls_of(story, caller)
    return 2 * sum(call.precision in WITHOUT_TIME for call in calls) > len(calls)


def untimed_callers(story: Story) -> frozenset[str]:
    """The callers whose totals tell `only_surely`."""
    return frozenset(caller.id for caller in story.about.callers if only_surely(story, caller.id))


def no_total(story: Story, caller: str) -> str:
    """Why there is no running total for this caller: "no total: 9 of 56 calls known"; empty if there is one.

    On a night in progress: "no total: 9 of 56 calls known so far".
    """
    if is_complete(story, caller):
        return ""
    return no_total_of(story, len({call.contest for call in calls_of(story, caller)}))


def no_total_of(story: Story, called: int) -> str:
    """That there is no total of calls in so many contests."""
    return f"no total: {called} of {len(story.contests)} calls known{' so far' if story.about.live else ''}"


def contests_called(calls: Iterable[tuple[str, datetime]]) -> Stairs[int]:
    """In how many contests something had surely been called by any instant; each call is a contest and its bound."""
    first: dict[str, datetime] = {}
    for contest, latest in calls:
        first[contest] = min(latest, first.get(contest, latest))
    return Stairs.of((at, 1) for at in first.values())


@dataclass(frozen=True, slots=True)
class Totals:
    """What had been called at a minute: party -> (surely, possibly), and the call that was surely last.

    Only what stands counts: `withdrawn` are the calls that had surely been taken back, in the order of their ledger.
    """

    at: datetime
    caller: str
    totals: dict[str, tuple[int, int | None]] | None
    last_call: Call | None
    note: str = ""
    withdrawn: tuple[Call, ...] = ()


def totals_at(story: Story, at: datetime, *, caller: str) -> Totals:
    """The running totals of one caller at an instant, each a range [surely called, possibly called].

    Surely: the latest bound has passed. Possibly: the earliest has; None where that tells nothing (`only_surely`).
    `totals` is None for a caller whose calls are not all known. Raises ValueError for a naive time.
    """
    at = as_utc(at)
    timed = [
        (call_when(call, story), withdrawn_when(call, story), call) for call in calls_of(story, caller, possible=True)
    ]
    sure = [(when, call) for when, back, call in timed if when.latest <= at and not (back and back.earliest <= at)]
    last = max(sure, key=lambda entry: _lateness(entry[0], entry[1], story))[1] if sure else None
    withdrawn = tuple(call for _, back, call in timed if back and back.latest <= at)
    if note := no_total(story, caller):
        return Totals(at, caller, None, last, note, withdrawn)
    called = {call.contest for when, _, call in timed if when.latest <= at}
    least = only_surely(story, caller) and leaves_some(story, len(called))
    found = {}
    for party in story.about.parties:
        mine = [entry for entry in timed if entry[2].party == party.id]
        low, high = Tally.of(change for entry in mine for change in _changes(*entry, story)).at(at)
        found[party.id] = low, None if least else high
    return Totals(at, caller, found, last, withdrawn=withdrawn)


def _changes(when: When, back: When | None, call: Call, story: Story) -> Iterator[tuple[datetime, datetime, int]]:
    """What a call adds to a total and, where it was withdrawn, takes away again, each with its bounds."""
    weight = story.contest(call.contest).weight
    yield when.earliest, when.latest, weight
    if back:
        yield back.earliest, back.latest, -weight


def leaves_some(story: Story, called: int) -> bool:
    """Whether there are more contests: then a total that tells only what is surely there is a least one."""
    return called < len(story.contests)


def _lateness(when: When, call: Call, story: Story) -> tuple[datetime, bool, int]:
    """A call with its own minute is later for certain than one that merely came by that minute."""
    return when.latest, when.exact, story.contest(call.contest).weight
