"""Every chart of a story by its name: loads what it needs and builds it, for pages and routes alike."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from components.charts.clock import token
from components.charts.events import call_events
from components.charts.interest import interest_chart
from components.charts.lenses import lenses_chart
from components.charts.model import Chart, Event
from components.charts.outages import outages_chart
from components.charts.results import results_chart
from components.charts.timeline import timeline_chart
from components.charts.traffic import traffic_chart
from data.errors import DataError
from data.interest import load_interest, load_interest_marks
from data.lenses import load_lenses
from data.model import Sourced, Window
from data.outages import load_observations, load_traffic
from data.results import load_calls, load_milestones
from data.series import load_series
from data.story import Story
from data.tables import Correction

CHARTS = ("timeline", "interest", "outages", "results", "traffic", "lenses")


@dataclass(frozen=True, slots=True)
class Loaders:
    """The loaders a chart draws from; pages pass cached ones, everything else the plain ones."""

    calls: Callable[..., Sourced] = load_calls
    milestones: Callable[..., Sourced] = load_milestones
    marks: Callable[..., Sourced] = load_interest_marks
    series: Callable[..., Sourced] = load_interest
    observations: Callable[..., Sourced] = load_observations
    traffic: Callable[..., Sourced] = load_traffic
    drawn: Callable[[Story], Sourced] = load_series
    lenses: Callable[[Story], Sourced] = load_lenses


def chart_of(
    story: Story,
    slug: str,
    window: Window,
    *,
    caller: str,
    lanes: Sequence[str] = (),
    region: str = "",
    load: Loaders | None = None,
) -> Chart:
    """The chart of this name over this window, with the story's corrections among its notes.

    DataError for a name that is none of CHARTS.
    """
    chart = _built(story, slug, window, caller=caller, lanes=lanes, region=region, load=load or Loaders())
    return replace(chart, notes=(*chart.notes, *(corrected(row) for row in story.corrections)))


def corrected(row: Correction) -> str:
    """A correction in one sentence, its time as a token."""
    return f"Corrected {token(row.corrected, 'stamp')}, {row.where}: was “{row.was}”, is “{row.now}”. {row.why}"


def _built(
    story: Story, slug: str, window: Window, *, caller: str, lanes: Sequence[str], region: str, load: Loaders
) -> Chart:
    match slug:
        case "timeline":
            return timeline_chart(
                story,
                window,
                calls=load.calls(story, caller=caller),
                milestones=load.milestones(story),
                marks=load.marks(story),
                observations=load.observations(story),
                drawn=load.drawn(story),
                caller=caller,
                lanes=lanes,
            )
        case "interest":
            events = _events(story, load, window, caller)
            return interest_chart(
                story,
                window,
                marks=load.marks(story),
                series=load.series(story),
                drawn=load.drawn(story),
                calls=events,
            )
        case "outages":
            seen = load.observations(story, region=region)
            return outages_chart(story, window, observations=seen, calls=_events(story, load, window, caller))
        case "results":
            calls, milestones = load.calls(story, caller=caller), load.milestones(story)
            return results_chart(story, window, calls=calls, milestones=milestones, caller=caller)
        case "traffic":
            return traffic_chart(story, window, figures=load.traffic(story))
        case "lenses":
            return lenses_chart(story, window, lenses=load.lenses(story))
    raise DataError(f"{slug[:40]!r} is no chart; choose one of: {', '.join(CHARTS)}")


def _events(story: Story, load: Loaders, window: Window, caller: str) -> tuple[Event, ...]:
    return call_events(story, load.calls(story, caller=caller), load.milestones(story), window, caller=caller)
