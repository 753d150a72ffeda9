"""Rose after the calls: the minutes a study uses, its series, what it finds, and what it is held beside."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

import pandas as pd

from data.analysis.event_study import Study, as_ends_if_coarse, pooled, read_both_ways, refusal, refused
from data.analysis.other_nights import ControlSeries, Nights, against_controls
from data.core.errors import DataError
from data.core.frames import SourcedFrame
from data.core.model import Source, day_span
from data.evidence.rises import bins_by_series, bins_said
from data.evidence.searches import place_name, step_of
from data.evidence.series import is_control
from data.story.story import Story
from data.story.tables import Call
from data.story.totals import call_when, calls_of


@dataclass(frozen=True, slots=True, eq=False)
class HeldSeries:
    """One series that is held: what it is of, its bins (aware starts) and where they can be checked."""

    name: str
    term: str
    geo: str
    step: timedelta
    values: pd.Series[float]
    source: Source

    @property
    def said(self) -> str:
        """“move to canada” in the U.S., 8-minute bins"""
        return f"“{self.term}” in {place_name(self.geo) if self.geo else 'the world'}, {bins_said(self.step)}"

    @property
    def times(self) -> pd.DatetimeIndex:
        return pd.DatetimeIndex(self.values.index)


def held_series(drawn: SourcedFrame) -> tuple[HeldSeries, ...]:
    """Every series that was drawn or imported (rows of load_series), shortest bins first."""
    sources = {source.id: source for source in drawn.sources}
    found = [_held(name, bins, sources) for name, bins in bins_by_series(drawn.frame)]
    return tuple(sorted(found, key=lambda held: held.step))


def _held(name: str, bins: pd.DataFrame, sources: dict[str, Source]) -> HeldSeries:
    first = bins.iloc[0]
    values = pd.Series(bins["value"].to_numpy(dtype=float), pd.DatetimeIndex(bins["start"]))
    return HeldSeries(name, str(first["term"]), str(first["geo"]), step_of(bins), values, sources[str(first["source"])])


def held_of_the_night(story: Story, drawn: SourcedFrame) -> tuple[HeldSeries, ...]:
    """The series with a bin in the story's own window, shortest bins first; those of control terms last."""
    night = (held for held in held_series(drawn) if is_of_the_night(story, held))
    return tuple(sorted(night, key=lambda held: is_control(story, held.term)))


def is_of_the_night(story: Story, held: HeldSeries) -> bool:
    """Whether the series has a bin in the story's own window."""
    return bool(held.times.min() < story.window.end and held.times.max() + held.step > story.window.start)


#: Nights that are looked at on either side of the story's own.
_MOST_NIGHTS = 30


@dataclass(frozen=True, slots=True, eq=False)
class ControlTerm:
    """A term that calls do not concern, in the minutes that the searches' own study used.

    `readings`: its study for each of theirs. `held` is None where no series of the same place and bins covers them.
    """

    term: str
    held: HeldSeries | None = None
    readings: tuple[Study, ...] = ()


def compared(
    held: HeldSeries, moments: Sequence[datetime], controls: Sequence[ControlSeries], *, readings: int
) -> tuple[Nights, ...]:
    """The searches beside every control, for each reading of the stamps; nothing where there is no control."""
    if not controls:
        return ()
    starts = against_controls(held.values, moments, controls)
    if readings == 1:
        return (starts,)
    ends = [replace(control, values=as_ends_if_coarse(control.values)) for control in controls]
    return starts, against_controls(as_ends_if_coarse(held.values), moments, ends)


def other_nights(
    story: Story, held: HeldSeries, everything: Sequence[HeldSeries], moments: Sequence[datetime]
) -> tuple[tuple[ControlSeries, Source], ...]:
    """The same searches at the same clock times of other days, wherever a series holds bins between those times.

    9 p.m. is compared with 9 p.m. on the story's clock, across a change of clocks too.
    """
    if not moments:
        return ()
    night = (min(moments) - timedelta(hours=12)).date()
    same = [one for one in everything if (one.term, one.geo) == (held.term, held.geo) and not refusal(one.step)]
    found = []
    for day in (day for day in range(-_MOST_NIGHTS, _MOST_NIGHTS + 1) if day):
        later = _clock_distance(night, day, story.about.clock)
        first, last = min(moments) + later, max(moments) + later
        for one in same:
            if one.times.min() < last and one.times.max() > first:
                name = (night + timedelta(days=day)).isoformat()
                found.append((ControlSeries(name, one.values, later), one.source))
                break
    return tuple(found)


def _clock_distance(night: date, days: int, zone: str) -> timedelta:
    return day_span(night + timedelta(days=days), zone)[0] - day_span(night, zone)[0]


def control_terms(
    story: Story,
    held: HeldSeries,
    everything: Sequence[HeldSeries],
    readings: Sequence[Study],
    *,
    placebos: int,
    seed: int,
) -> tuple[ControlTerm, ...]:
    """Every control term of the story, each studied as the searches were, in the minutes that these used.

    Its series has the same place and bins. A control term is held beside no other.
    """
    if is_control(story, held.term):
        return ()
    same = [one for one in everything if (one.geo, one.step) == (held.geo, held.step)]
    found = []
    for term in story.about.control_terms:
        own = [one for one in same if one.term.casefold() == term.casefold()]
        studied = [ControlTerm(one.term, one, _read(one, readings, placebos, seed)) for one in own]
        answers = [one for one in studied if not refused(one.readings)]
        found.append(max(answers, key=lambda one: one.readings[0].n, default=ControlTerm(term)))
    return tuple(found)


def _read(control: HeldSeries, readings: Sequence[Study], placebos: int, seed: int) -> tuple[Study, ...]:
    """The control's study for each reading of the searches': stamps as starts of bins, then as their ends."""
    values = (control.values, as_ends_if_coarse(control.values))
    return tuple(
        pooled(own, [minute.at for minute in study.used], placebos=placebos, seed=seed)
        for own, study in zip(values, readings, strict=False)
    )


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
    held: HeldSeries
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


def rose_after(story: Story, drawn: SourcedFrame, series: str, caller: str) -> RoseAfter:
    """The pooled study of one series over the caller's minutes, beside every other night of the same searches.

    `drawn` is what load_series gives. DataError for a series that it does not hold or that is none of bins.
    """
    everything = held_series(drawn)
    held = next((one for one in everything if one.name == series), None)
    if held is None:
        raise DataError(f"there is no series {series[:60]!r}; choose one of: {', '.join(h.name for h in everything)}")
    minutes = minutes_of(story, caller)
    moments = [minute.at for minute in minutes]
    try:
        readings = read_both_ways(held.values, moments, placebos=DRAWS, seed=SEED)
    except ValueError as problem:
        raise DataError(f"the series {held.said} cannot be studied: {problem}") from problem
    nights: tuple[tuple[ControlSeries, Source], ...] = ()
    terms: tuple[ControlTerm, ...] = ()
    if not refused(readings):
        nights = other_nights(story, held, everything, moments)
        terms = control_terms(story, held, everything, readings, placebos=DRAWS, seed=SEED)
    same_night = [ControlSeries(one.term, one.held.values, timedelta(0)) for one in terms if one.held]
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
