"""Series of searches that are held, each with its bins: what a study of the minutes after calls is made on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import pandas as pd

from data.interest import place_name
from data.model import Source, Sourced
from data.rises import bins_said
from data.series import is_control
from data.story import Story


@dataclass(frozen=True, slots=True, eq=False)
class Held:
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


def held_series(drawn: Sourced) -> tuple[Held, ...]:
    """Every series that was drawn or imported (rows of load_series), shortest bins first."""
    sources = {source.id: source for source in drawn.sources}
    found = [
        _held(str(name), bins, sources)
        for name, bins in (drawn.frame.groupby("series", sort=False) if len(drawn.frame) else ())
    ]
    return tuple(sorted(found, key=lambda held: held.step))


def _held(name: str, bins: pd.DataFrame, sources: dict[str, Source]) -> Held:
    first = bins.iloc[0]
    values = pd.Series(bins["value"].to_numpy(dtype=float), pd.DatetimeIndex(bins["start"]))
    step = pd.Timedelta((bins["end"] - bins["start"]).median()).to_pytimedelta()
    return Held(name, str(first["term"]), str(first["geo"]), step, values, sources[str(first["source"])])


def held_of_the_night(story: Story, drawn: Sourced) -> tuple[Held, ...]:
    """The series with a bin in the story's own window, shortest bins first; those of control terms last."""
    night = (held for held in held_series(drawn) if is_of_the_night(story, held))
    return tuple(sorted(night, key=lambda held: is_control(story, held.term)))


def is_of_the_night(story: Story, held: Held) -> bool:
    """Whether the series has a bin in the story's own window."""
    return bool(held.times.min() < story.window.end and held.times.max() + held.step > story.window.start)
