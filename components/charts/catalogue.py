"""Every chart of a story by its name: loads what it needs and builds it, for pages and routes alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from components.charts.as_of_notes import corrected, told_up_to
from components.charts.builders.calls_chart import map_chart, results_chart, tally_lane
from components.charts.builders.claim_chart import claim_chart
from components.charts.builders.compare_chart import compare_chart
from components.charts.builders.lenses_chart import lenses_chart
from components.charts.builders.outages_chart import outages_chart
from components.charts.builders.replay_chart import replay_chart
from components.charts.builders.searches_chart import interest_chart
from components.charts.builders.timeline_chart import timeline_chart
from components.charts.builders.traffic_chart import traffic_chart
from components.charts.events import call_events
from components.charts.grammar import Chart, Event
from components.charts.loaders import Loaders
from components.charts.night_pairs import ComparedNight, caller_in, night_names, partner_of, starts_of
from components.charts.phrases.caution import coincides
from components.charts.phrases.placebo import placebo_of
from components.charts.so_far import marked, so_far
from data.core.errors import DataError
from data.core.model import Window
from data.evidence.accounts import subjects_of
from data.evidence.anchors import Anchor
from data.evidence.claims import Subject
from data.evidence.findings import Finding, check_claim, default_question
from data.story.live import window_so_far
from data.story.story import Story

#: Charts of a range, and those that answer a question, which choose the range that holds it.
CHARTS, ANSWERS = ("timeline", "interest", "outages", "results", "map", "traffic", "lenses", "replay"), ("claim",)
#: Charts that hold another story beside this one.
PAIRS = ("compare",)
EVERY = (*CHARTS, *ANSWERS, *PAIRS)


def chart_of(
    story: Story,
    slug: str,
    window: Window,
    *,
    caller: str,
    lanes: Sequence[str] = (),
    region: str = "",
    series: str = "",
    event: str = "",
    other: Story | None = None,
    t0: str = "",
    load: Loaders | None = None,
) -> Chart:
    """The chart of this name over this window, with the story's corrections among its notes.

    A story that is told up to a moment gives a chart that says so, and on which nothing later stands.

    `series` and `event` are the keys that a claim is about, the story's own question where they are left out.
    `other` is the story that a comparison holds beside this one, and `t0` the key of the event from which both
    count, the decisive call if it is left out and both have one.
    DataError for a name that is none of EVERY, NotInStory for a key of nothing in this story.
    """
    load = load or Loaders()
    if slug == "claim":
        chart = _claim(story, load, finding_of(story, series=series, event=event, caller=caller, load=load))
    elif slug == "compare":
        chart = _compare(story, window, caller=caller, lanes=lanes, other=other, t0=t0, load=load)
    else:
        window = window_so_far(story, window)
        chart = _built(story, slug, window, caller=caller, lanes=lanes, region=region, load=load)
    chart = replace(chart, notes=(*chart.notes, *(corrected(row) for row in story.corrections)))
    chart = told_up_to(story, so_far(chart) if story.about.live else chart)
    if coincides(chart):
        nights = (story, caller), *(((other, caller_in(other, caller)),) if other else ())
        chart = replace(chart, placebo=placebo_of(nights, load))
    return marked(chart, [story, *filter(None, [other])])


def finding_of(story: Story, *, series: str, event: str, caller: str, load: Loaders) -> Finding:
    """What the story's accounts say to these keys, its own question where they are empty; NotInStory."""
    subjects = load.subjects(story) if load.subjects else all_subjects(story, load)
    own = default_question(story, subjects)
    return check_claim(story, subjects, subject=series or own[0], event=event or own[1], caller=caller)


def all_subjects(story: Story, load: Loaders) -> tuple[Subject, ...]:
    """Everything of the story that can be held against an event, from what these loaders give."""
    return subjects_of(story, observations=load.observations(story), marks=load.marks(story), drawn=load.drawn(story))


def _claim(story: Story, load: Loaders, finding: Finding) -> Chart:
    fetched = (*load.observations(story).sources, *load.drawn(story).sources)
    return claim_chart(story, finding, fetched=fetched)


def _compare(
    story: Story, window: Window, *, caller: str, lanes: Sequence[str], other: Story | None, t0: str, load: Loaders
) -> Chart:
    """Both nights from the same event; what the other story had to correct is said of it by name."""
    other = partner_of(story, other)
    starts = starts_of((story, caller), (other, caller_in(other, caller)), t0)
    nights = _night(story, starts[0], caller, load), _night(other, starts[1], caller_in(other, caller), load)
    chart = compare_chart(window, nights, lanes=lanes)
    name = night_names(story, other)[1]
    return replace(chart, notes=(*chart.notes, *(f"{name}: {corrected(row)}" for row in other.corrections)))


def _night(story: Story, start: Anchor, caller: str, load: Loaders) -> ComparedNight:
    calls, milestones = load.calls(story, caller=caller), load.milestones(story)
    seen, drawn = load.observations(story), load.drawn(story)
    return ComparedNight(story, caller, start, calls, milestones, load.marks(story), seen, drawn)


def _built(
    story: Story,
    slug: str,
    window: Window,
    *,
    caller: str,
    lanes: Sequence[str],
    region: str,
    load: Loaders,
) -> Chart:
    match slug:
        case "timeline":
            return _timeline(story, window, caller, lanes, load)
        case "interest":
            return interest_chart(
                story,
                window,
                marks=load.marks(story),
                series=load.series(story),
                drawn=load.drawn(story),
                onsets=load.onsets(story),
                at=story.until,
                calls=_events(story, load, window, caller),
            )
        case "outages":
            emphasised, seen = _events(story, load, window, caller), load.observations(story, region=region)
            return outages_chart(story, window, observations=seen, calls=emphasised)
        case "results":
            calls, milestones = load.calls(story, caller=caller, possible=True), load.milestones(story)
            return results_chart(story, window, calls=calls, milestones=milestones, caller=caller)
        case "map":
            return map_chart(story, window, calls=load.calls(story, caller=caller, possible=True), caller=caller)
        case "replay":
            return _replay(story, window, caller, lanes, load)
        case "traffic":
            return traffic_chart(story, window, figures=load.traffic(story))
        case "lenses":
            return lenses_chart(story, window, lenses=load.lenses(story))
    raise DataError(f"{slug[:40]!r} is no chart; choose one of: {', '.join(EVERY)}")


def _timeline(story: Story, window: Window, caller: str, lanes: Sequence[str], load: Loaders) -> Chart:
    asked = story, window, caller, tuple(lanes)
    return load.timeline(*asked) if load.timeline else timeline_of(*asked, load)


def timeline_of(story: Story, window: Window, caller: str, lanes: Sequence[str], load: Loaders) -> Chart:
    """The combined timeline, as `chart_of` has it before it says of itself what every chart does."""
    calls, milestones = load.calls(story, caller=caller, possible=True), load.milestones(story)
    rows = {"marks": load.marks(story), "observations": load.observations(story), "drawn": load.drawn(story)}
    return timeline_chart(story, window, calls=calls, milestones=milestones, caller=caller, lanes=lanes, **rows)


def _replay(story: Story, window: Window, caller: str, lanes: Sequence[str], load: Loaders) -> Chart:
    by = min(story.until or window.end, window.end)
    tally = tally_lane(story, load.calls(story, caller=caller, possible=True), caller=caller, by=by)
    # The tally is there in any case, and a clock wants something on it.
    evidence = [lane for lane in lanes if lane != "results"]
    return replay_chart(story, _timeline(story, window, caller, evidence, load), tally)


def _events(story: Story, load: Loaders, window: Window, caller: str) -> tuple[Event, ...]:
    return call_events(story, load.calls(story, caller=caller), load.milestones(story), window, caller=caller)
