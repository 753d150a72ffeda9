"""The loaders that charts are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from components.charts.grammar import Chart, Placebo
from components.view.view_state import ViewState
from data.core.model import Sourced
from data.evidence.calls import load_calls, load_milestones
from data.evidence.claims import Subject
from data.evidence.lenses import load_lenses
from data.evidence.outages import load_observations, load_traffic
from data.evidence.searches import load_interest, load_interest_marks
from data.evidence.series import load_series
from data.evidence.series_onsets import load_onsets
from data.story.story import Story


@dataclass(frozen=True, slots=True)
class Loaders:
    """The loaders a chart draws from; pages pass cached ones, everything else the plain ones.

    `subjects` keeps what `subjects_of` makes of the others, `placebo` what `night_placebo` makes, which is the same in
    every range, and `timeline` what `timeline_of` makes, which the replay takes too; without them that is made anew
    each time.
    """

    calls: Callable[..., Sourced] = load_calls
    milestones: Callable[..., Sourced] = load_milestones
    marks: Callable[..., Sourced] = load_interest_marks
    series: Callable[..., Sourced] = load_interest
    observations: Callable[..., Sourced] = load_observations
    traffic: Callable[..., Sourced] = load_traffic
    drawn: Callable[[Story], Sourced] = load_series
    lenses: Callable[[Story], Sourced] = load_lenses
    subjects: Callable[[Story], tuple[Subject, ...]] | None = None
    placebo: Callable[[Story, str], Placebo] | None = None
    timeline: Callable[[Story, ViewState], Chart] | None = None
    onsets: Callable[..., Sourced] = load_onsets
