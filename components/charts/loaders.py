"""The loaders that charts are drawn from."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from components.charts.grammar import Chart, Placebo
from components.view.view_state import ViewState
from data.core.frames import SourcedFrame
from data.core.model import Sourced
from data.evidence.calls import load_calls, load_milestones
from data.evidence.claims import Subject
from data.evidence.evidence_rows import Calls, Counts, Figures, Marks, Milestones, Observations, Onsets
from data.evidence.measured import load_measured
from data.evidence.outages import load_observations, load_traffic
from data.evidence.records import load_lenses
from data.evidence.rises import load_onsets
from data.evidence.searches import load_interest, load_interest_marks
from data.evidence.series import load_series
from data.story.story import Story
from data.story.tables import Reading


@dataclass(frozen=True, slots=True)
class Loaders:
    """The loaders a chart draws from; pages pass cached ones, everything else the plain ones.

    `subjects` keeps what `subjects_of` makes of the others, `placebo` what `night_placebo` makes, which is the same in
    every range, and `timeline` what `timeline_of` makes, which the replay takes too; without them that is made anew
    each time.
    """

    calls: Callable[..., Calls] = load_calls
    milestones: Callable[..., Milestones] = load_milestones
    marks: Callable[..., Marks] = load_interest_marks
    series: Callable[..., SourcedFrame] = load_interest
    observations: Callable[..., Observations] = load_observations
    traffic: Callable[..., Figures] = load_traffic
    drawn: Callable[[Story], SourcedFrame] = load_series
    lenses: Callable[[Story], Counts] = load_lenses
    measured: Callable[[Story], Sourced[Reading]] = load_measured
    subjects: Callable[[Story], tuple[Subject, ...]] | None = None
    placebo: Callable[[Story, str], Placebo] | None = None
    timeline: Callable[[Story, ViewState], Chart] | None = None
    onsets: Callable[..., Onsets] = load_onsets
