"""A story on one clock: searches, the site and the calls in three lanes, with the calls running through."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from components.charts.builders.calls_chart import results_lane
from components.charts.builders.drawn_series import drawn_lanes, thinned_notes
from components.charts.builders.measured_chart import failure_events, highest_stretch, measured_lanes, measured_notes
from components.charts.builders.outages_chart import (
    first_trouble,
    observation_events,
    or_bare,
    outages_lane,
)
from components.charts.builders.searches_chart import first_rise, mark_events, marks_lanes
from components.charts.events import (
    ONE_DAY,
    call_events,
    call_text,
    listed,
    rail_name,
    statement_events,
    took_back,
    within,
)
from components.charts.grammar import Chart, Lane
from components.charts.kinds import Question
from components.charts.phrases.moments import few_names
from components.charts.phrases.projected import projected_text, projection_events
from components.charts.rows import split_by, surely
from components.charts.said import NOTHING, Said
from components.clock import Style, token
from components.text import capital
from data.core.model import Precision, Source, When, Window
from data.evidence.calls import load_projections
from data.evidence.evidence_rows import CallRow, Calls, MarkRow, MilestoneRow, ObservationRow
from data.evidence.outages import main_service
from data.evidence.series import own_series
from data.story.story import Story, caller_name

FirstRow = ObservationRow | MarkRow


class Firsts(NamedTuple):
    """When something was first so in the window, and in the whole story; None where it never was. `org` says so."""

    here: When | None
    ever: When | None
    org: str = ""

    @classmethod
    def of(cls, here: FirstRow | None, ever: FirstRow | None, sources: Iterable[Source]) -> Firsts:
        """Of the first rows in the window and at all, with the organisation that published the one in the window."""
        when, first = (row.when if row else None for row in (here, ever))
        orgs = {source.id: source.org for source in sources}
        # Of a copy without what its name says of that.
        return cls(when, first, orgs[here.sources[0]].partition(",")[0] if here else "")

    def said(self, what: str) -> tuple[str, When | None]:
        """Who says that it was so, in the words before its time."""
        first = "" if self.here == self.ever else ", first in this range,"
        return f"{self.org} says {what}{first} {_since(self.here)}", self.here


_SEEN = "observation"
#: Subjects of a story, and what a record of each is called.
_RECORDS = {"calls": "call", "searches": "search report", "series": "reading", "site": _SEEN}
#: Moments of calls that a headline names one by one.
_MOST_LED = 2


def timeline_chart(asked: Question) -> Chart:
    """Three lanes on one clock, made once for whoever holds it: the replay takes it too."""
    return asked.load.timeline(asked.story, asked.view) if asked.load.timeline else timeline_of(asked)


def timeline_of(asked: Question) -> Chart:
    """The combined timeline. What lies outside the window is named at its edges.

    The view's lanes choose among the story's; none chosen means all. Of several drawn series that are no
    control term's the first one is shown.
    """
    story, window, load, caller, lanes = asked.story, asked.window, asked.load, asked.view.caller, asked.view.lanes
    calls, milestones = load.calls(story, caller=caller, possible=True), load.milestones(story)
    marks, observations, drawn = load.marks(story), load.observations(story), load.drawn(story)
    called = surely(calls)
    drawn = own_series(story, drawn)
    own, bins = drawn_lanes(drawn, window)[:1], len(drawn.frame) > 0
    chosen = story.lanes(lanes, drawn=bins)
    host = main_service(story)
    near_marks, far_marks = split_by(window, marks)
    seen, unseen = split_by(window, observations)
    measured = measured_lanes(load.measured(story), window) if "interest" in chosen else ()
    happened = call_events(story, called, milestones, window, caller=caller)
    others = (*statement_events(story), *(failure_events(story) if measured else ()))
    projected = projection_events(story, window, caller=caller)
    events, far = within((*happened, *projected, *others), window)
    found: dict[str, tuple[Lane, ...]] = {
        "interest": (*own, *marks_lanes(story, near_marks, curve=bool(own), held=bins), *measured),
        "outages": (or_bare(outages_lane(story, seen, graded=True), observations),),
        "results": (results_lane(story, calls, window, caller=caller),),
    }
    edges = [*far]
    edges += mark_events(story, far_marks) if "interest" in chosen else []
    edges += observation_events(story, unseen) if "outages" in chosen else []
    trouble = Firsts.of(first_trouble(seen, host=host), first_trouble(observations, host=host), observations.sources)
    rise = Firsts.of(first_rise(near_marks), first_rise(marks), marks.sources)
    return Chart(
        slug="timeline",
        story=story.slug,
        title=f"{what_of(window)} on one clock",
        said=timeline_takeaway(
            story,
            window,
            called,
            trouble=trouble,
            rise=rise,
            seen=len(seen.rows),
            highest=highest_stretch(measured),
            milestones=milestones.rows,
            caller=caller,
        ),
        window=window,
        lanes=tuple(lane for name in chosen for lane in found[name]),
        events=events,
        outside=tuple(sorted(edges, key=lambda event: event.when.latest)),
        sources=(*story.sources, *observations.sources, *drawn.sources),
        notes=(
            *_not_shown(story, rose=bool(rise.ever) or bins, failed=bool(trouble.ever), measured=measured),
            *(measured_notes(load.measured(story), window) if measured else ()),
            *thinned_notes(own if "interest" in chosen else ()),
        ),
        called=rail_name(story, caller),
    )


def what_of(window: Window) -> str:
    """What a chart of this range shows: the night, or the story where it is longer."""
    return f"The {'story' if window.length > ONE_DAY else 'night'}"


def _not_shown(story: Story, *, rose: bool, failed: bool, measured: tuple[Lane, ...]) -> Iterator[str]:
    """What no record explains, of what this story holds at all: a rise of searches, trouble of its main site."""
    if measured:
        yield "Timing alone does not show cause; each stated cause names who stated it."
        return
    if story.subjects == {"calls"} and not rose:
        return
    whys = [why for why, held in (("why searches rose", rose), ("why the site failed", failed)) if held]
    yield f"Timing alone does not show cause{': no record here shows ' if whys else ''}{' or '.join(whys)}."


def timeline_takeaway(
    story: Story,
    window: Window,
    calls: Calls,
    *,
    trouble: Firsts,
    rise: Firsts,
    seen: int = 0,
    highest: Said = NOTHING,
    milestones: Sequence[MilestoneRow] = (),
    caller: str = "",
) -> Said:
    """Where series stand highest, who says from when the site was in trouble and searches rose, and what call leads.

    Where the story holds an earlier one outside the window, the sentence says that it speaks of this range. `seen` is
    how many observations of any site and state are drawn. Of a night of calls alone the decisive moment leads.
    """
    moments = [
        trouble.said(f"{main_service(story)} was in trouble"),
        rise.said("searches rose"),
        *(_decisive(story, milestones, window) or _leading_calls(story, calls, window)),
        *_first_projected(story, window, caller),
    ]
    held = [(words, when) for words, when in moments if when is not None]
    if not held:
        found = [
            name for subject, name in _RECORDS.items() if subject in story.subjects and not (name == _SEEN and seen)
        ]
        said = f"{seen:,} observations of sites do" if seen > 1 else "1 observation of a site does"
        nothing = f"no {listed(found or ['record'], 'or')} falls in this window"
        return _behind(highest, nothing, *([said] if seen else []), lacks=not highest.clauses)
    # In a longer range every time has its date.
    long = window.length >= ONE_DAY
    styles: list[Style] = ["stamp" if long or when.latest - window.start > ONE_DAY else "time" for _, when in held]
    return _behind(highest, *(words + token(when, style) for (words, when), style in zip(held, styles, strict=True)))


def _behind(highest: Said, *clauses: str, lacks: bool = False) -> Said:
    """These clauses, behind those about where series stand highest."""
    first, *others = (*highest.clauses, *clauses)
    return replace(highest, clauses=(capital(first), *others), lacks=lacks)


def _decisive(story: Story, milestones: Sequence[MilestoneRow], window: Window) -> list[tuple[str, When]]:
    """The decisive moment of a night of calls alone, in the words before its time; none outside the window."""
    found = [row for row in milestones if row.kind == "decisive call" and row.when.exact and row.when.latest in window]
    return [(f"{found[0].label} at ", found[0].when)] if found and story.subjects == {"calls"} else []


def _first_projected(story: Story, window: Window, caller: str) -> Iterator[tuple[str, When]]:
    """What was first projected in the window, in the words before its time."""
    rows = load_projections(story, caller).rows
    rows = tuple(row for row in rows if window.overlaps(row.when.earliest, row.when.latest))
    first = [row for row in rows if (row.caller, row.when) == (rows[0].caller, rows[0].when)]
    if first:
        said = f"{caller_name(story, first[0].caller)} projected {projected_text(story, first)}"
        yield f"{said} {_led(first[0].when)}", first[0].when


def _leading_calls(story: Story, calls: Calls, window: Window) -> list[tuple[str, When]]:
    """The call that the story emphasises most among those inside the window, in the words before its time.

    Of a window without one the calls of all its moments, or of more than two moments those of the first. Of a contest
    whose call was taken back all that its caller did; else the first calls that were taken back are said beside.
    """
    rows = [row for row in calls.rows if window.overlaps(row.when.earliest, row.when.latest)]
    taken = [(row, row.withdrawn.when) for row in calls.rows if row.withdrawn and not row.withdrawn.when.open]
    taken = [(row, when) for row, when in taken if window.overlaps(when.earliest, when.latest)]
    for code in story.about.emphasised:
        of_code, back = (
            [row for row in rows if row.contest == code],
            [entry for entry in taken if entry[0].contest == code],
        )
        if back or len(of_code) > 1:
            life = [_call_said(story, [row], sided=True) for row in of_code] + [
                _taken_said(story, *one) for one in back
            ]
            return sorted(life, key=lambda said: said[1].latest)
        if of_code:
            return [_call_said(story, of_code)]
    moments = by_moment(rows)
    led = [_call_said(story, called) for called in moments[: len(moments) if len(moments) <= _MOST_LED else 1]]
    return led + [_taken_said(story, *one) for one in taken[:_MOST_LED]]


def by_moment(rows: Iterable[CallRow]) -> list[list[CallRow]]:
    """The calls of each time, those of the earliest first."""
    found: dict[tuple[datetime, datetime, str], list[CallRow]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row.when.latest, row.when.earliest)):
        found[(row.when.earliest, row.when.latest, row.when.precision)].append(row)
    return list(found.values())


def _call_said(story: Story, rows: list[CallRow], *, sided: bool = False) -> tuple[str, When]:
    """What was called by whom, with `sided` for whom, in the words before its time."""
    when, named = rows[0].when, call_text(story, rows[0]) if sided else few_names(rows)
    return f"{caller_name(story, rows[0].caller)} {story.about.verb} {named} {_led(when)}", when


def _taken_said(story: Story, row: CallRow, when: When) -> tuple[str, When]:
    """That a call was taken back, in the words before its time."""
    return f"{caller_name(story, row.caller)} {took_back(story, [row])} {_led(when)}", when


def _since(when: When | None) -> str:
    """What leads up to the time of something that lasts."""
    return "from " if when and when.precision in {Precision.HOUR, Precision.APPROXIMATE} else _led(when)


def _led(when: When | None) -> str:
    """What leads up to a time."""
    return "at " if when and when.exact else "on " if when and when.precision is Precision.DAY else ""
