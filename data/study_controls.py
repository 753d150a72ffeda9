"""What a study is held beside: the same minutes on other nights, and of terms that calls do not concern."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from data.analysis.event_study import Study, pooled, refusal
from data.analysis.other_nights import Control, Nights, against_controls
from data.analysis.stamps import as_ends_if_coarse, refused
from data.model import Source, day_span
from data.series import is_control
from data.story import Story
from data.study_series import Held

#: Nights that are looked at on either side of the story's own.
_MOST_NIGHTS = 30


@dataclass(frozen=True, slots=True, eq=False)
class ControlTerm:
    """A term that calls do not concern, in the minutes that the searches' own study used.

    `readings`: its study for each of theirs. `held` is None where no series of the same place and bins covers them.
    """

    term: str
    held: Held | None = None
    readings: tuple[Study, ...] = ()


def compared(
    held: Held, moments: Sequence[datetime], controls: Sequence[Control], *, readings: int
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
    story: Story, held: Held, everything: Sequence[Held], moments: Sequence[datetime]
) -> tuple[tuple[Control, Source], ...]:
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
                found.append((Control(name, one.values, later), one.source))
                break
    return tuple(found)


def _clock_distance(night: date, days: int, zone: str) -> timedelta:
    return day_span(night + timedelta(days=days), zone)[0] - day_span(night, zone)[0]


def control_terms(
    story: Story, held: Held, everything: Sequence[Held], readings: Sequence[Study], *, placebos: int, seed: int
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


def _read(control: Held, readings: Sequence[Study], placebos: int, seed: int) -> tuple[Study, ...]:
    """The control's study for each reading of the searches': stamps as starts of bins, then as their ends."""
    values = (control.values, as_ends_if_coarse(control.values))
    return tuple(
        pooled(own, [minute.at for minute in study.used], placebos=placebos, seed=seed)
        for own, study in zip(values, readings, strict=False)
    )
