"""Rose after the calls: which minutes a study uses, what it finds, and what it is held beside."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from data.analysis.event_study import Study
from data.analysis.other_nights import Control, Nights
from data.analysis.stamps import read_both_ways, refused
from data.errors import DataError
from data.model import Source, Sourced
from data.story import Story
from data.study_controls import ControlTerm, compared, control_terms, other_nights
from data.study_series import Held, held_series
from data.tables import Call
from data.totals import call_when, calls_of

#: Placebo draws, and the seed from which they follow: the same rows always give the same answer.
DRAWS, SEED = 999, 2016


@dataclass(frozen=True, slots=True)
class CallMinute:
    """One minute with every call in it."""

    at: datetime
    calls: tuple[Call, ...]


@dataclass(frozen=True, slots=True, eq=False)
class RoseAfter:
    """A study with what went into it. `listed`: its minutes were fixed in the story file before any series was seen.

    `readings`: the study with Google's stamps as starts of bins, and in bins longer than a minute with stamps as ends.
    `nights`: the comparison with other nights for each reading; none where the study is refused or no other night of
    the same searches is held. `terms`: the control terms of the story, and `beside`: the comparison with those that
    are held, for each reading. `sources`: where other nights and control terms can be checked.
    """

    caller: str
    held: Held
    minutes: tuple[CallMinute, ...]
    listed: bool
    readings: tuple[Study, ...]
    nights: tuple[Nights, ...]
    terms: tuple[ControlTerm, ...]
    beside: tuple[Nights, ...]
    sources: tuple[Source, ...]

    @property
    def study(self) -> Study:
        """The reading with stamps as starts."""
        return self.readings[0]

    @property
    def refused(self) -> str:
        """Why there is no answer; empty where there is one."""
        return refused(self.readings)

    @property
    def calls(self) -> dict[datetime, tuple[Call, ...]]:
        """Minute -> its calls."""
        return {minute.at: minute.calls for minute in self.minutes}


def is_listed(story: Story, caller: str) -> bool:
    """Whether the story file fixes this caller's minutes; it can do so for its own caller only."""
    return bool(story.about.study) and caller == story.about.caller


def minutes_of(story: Story, caller: str) -> tuple[CallMinute, ...]:
    """The distinct minutes a study of this caller uses, by time: those that the story lists, else every exact one."""
    calls = calls_of(story, caller)
    if is_listed(story, caller):
        calls = tuple(call for call in calls if call.id in story.about.study)
    minutes: dict[datetime, list[Call]] = defaultdict(list)
    for call in calls:
        when = call_when(call, story)
        if when.exact:
            minutes[when.latest].append(call)
    return tuple(CallMinute(at, tuple(found)) for at, found in sorted(minutes.items()))


def rose_after(story: Story, drawn: Sourced, series: str, caller: str) -> RoseAfter:
    """The pooled study of one series over the caller's minutes, beside every other night of the same searches.

    `drawn` is what load_series gives. DataError for a series that it does not hold or that is none of bins.
    """
    everything = held_series(drawn)
    held = next((one for one in everything if one.name == series), None)
    if held is None:
        raise DataError(f"no series {series[:60]!r} is held; choose one of: {', '.join(h.name for h in everything)}")
    minutes = minutes_of(story, caller)
    moments = [minute.at for minute in minutes]
    try:
        readings = read_both_ways(held.values, moments, placebos=DRAWS, seed=SEED)
    except ValueError as problem:
        raise DataError(f"the series {held.said} cannot be studied: {problem}") from problem
    nights: tuple[tuple[Control, Source], ...] = ()
    terms: tuple[ControlTerm, ...] = ()
    if not refused(readings):
        nights = other_nights(story, held, everything, moments)
        terms = control_terms(story, held, everything, readings, placebos=DRAWS, seed=SEED)
    same_night = [Control(one.term, one.held.values, timedelta(0)) for one in terms if one.held]
    return RoseAfter(
        caller,
        held,
        minutes,
        is_listed(story, caller),
        readings,
        compared(held, moments, [control for control, _ in nights], readings=len(readings)),
        terms,
        compared(held, moments, same_night, readings=len(readings)),
        tuple(dict.fromkeys((*(source for _, source in nights), *(one.held.source for one in terms if one.held)))),
    )
