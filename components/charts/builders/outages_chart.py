"""What was seen of the site as a chart: an evidence strip by grade, and published traffic by unit."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from components.ap_style import place_said
from components.charts.bare import NOTHING, NOTHING_AT_ALL
from components.charts.events import within
from components.charts.grammar import SEEN, Chart, Event, Item, Lane, Mark, Points, Spans, Tone, first_known
from components.charts.kinds import Question
from components.charts.phrases.numbers import counted
from components.charts.rows import split_by, until_in
from components.charts.said import STATES as COUNTED
from components.charts.said import Said
from components.clock import token
from data.evidence.accounts import TROUBLE
from data.evidence.evidence_rows import Marks, ObservationRow, Observations, refs
from data.evidence.outages import main_service
from data.story.story import Story

#: Evidence grades of the originator as published, best first, as the rows of the strip are named.
GRADES = {
    "A": "A machine record",
    "B": "B first-hand or official",
    "C": "C dated picture",
    "D": "D second-hand",
}
#: What was seen of a site, worst first, and that a recorder did not look.
STATES = {tone.value: tone for tone in (*SEEN, Tone.UNWATCHED)}
#: What a reader is told of the last.
UNWATCHED = "nobody looked"


def outages_lane(story: Story, observations: Observations, *, graded: bool = False) -> Lane:
    """One point for each observation, on the row of its grade; states that were seen to last are spans.

    Of a `graded` lane the rows are the states, and the grade is how strongly each is filled.

    Observations that disagree stand side by side. An empty stretch means that nothing is on record, not that all
    was well.
    """
    marks: list[Mark] = []
    rows = observations.rows
    for state, tone in STATES.items():
        items = [_item(row) for row in rows if row.status == state]
        points = tuple(item for item in items if item.until is None)
        spans = tuple(item for item in items if item.until is not None)
        marks += [Points(_called(state), tone, points)] if points else []
        marks += [Spans(_called(state), tone, spans)] if spans else []
    host = main_service(story)
    note = "Each mark is one observation. Empty track: nothing on record, which does not mean that the site was up."
    return Lane(
        "outages", f"State of {host}", "", tuple(marks), note=note, tracks=tuple(GRADES.values()), graded=graded
    )


def _called(status: str) -> str:
    return UNWATCHED if status == Tone.UNWATCHED else status


def or_bare(lane: Lane, rows: Marks | Observations) -> Lane:
    """The lane; where nothing is drawn in it, only the words for that. `rows` are all of the story, of any time."""
    if any(mark.items for mark in lane.marks):
        return lane
    return replace(lane, marks=(), tracks=(), note=NOTHING if rows.rows else NOTHING_AT_ALL)


def _item(row: ObservationRow) -> Item:
    return Item(
        row=f"observations:{row.id}",
        when=row.when,
        until=until_in(row),
        text=f"{_called(row.status).capitalize()} ({row.host}): {row.what}, {row.credit}",
        sources=row.sources,
        tone=STATES.get(row.status),
        track=GRADES[row.grade],
        subject=row.host,
        labels=_labels(row),
    )


def _labels(row: ObservationRow) -> tuple[str, ...]:
    """What was seen, where and when, as far as there is room; the place goes last."""
    time, said = token(row.when, "short"), row.short or row.what.partition(";")[0].partition(", ")[0]
    place = place_said(row.place.partition(" (")[0].partition(", relayed")[0])
    where = f" ({place})" if place and place != "not stated" else ""
    return (f"{said}{where}, {time}", f"{said}{where}", said)


def observation_events(story: Story, observations: Observations) -> tuple[Event, ...]:
    """What was seen as entries for the edge of a chart; of another than the main site with its name."""
    main = main_service(story)
    return tuple(
        Event(
            when=row.when,
            label=f"{row.host} seen {row.status}, {row.credit}",
            short=row.status if row.host == main else f"{row.host} {row.status}",
            tone=STATES.get(row.status, Tone.SITE),
            rows=refs("observations", [row]),
            sources=row.sources,
            subject=row.host,
        )
        for row in observations.rows
        if row.status != "unwatched"
    )


def outages_takeaway(observations: Observations, *, host: str, elsewhere: int) -> Said:
    """How many dated observations there are, and what they say: a count, never a verdict.

    `elsewhere` is how many more there are at another time: an empty window of a story that holds some is not an
    empty story, and neither says how the site was. `host` is the main site, which needs no name.
    """
    rows = [row for row in observations.rows if row.status in SEEN]
    counts, hosts = Counter[str](row.status for row in rows), {row.host for row in rows}
    unwatched = gaps(sum(row.status == "unwatched" for row in observations.rows))
    if not rows:
        where = "for this window" if elsewhere else "in this story"
        return Said.of(f"No dated observation of the site is on record {where}", unwatched, lacks=True)
    said = ", ".join(f"{counts[state]} {state}" for state in SEEN if counts[state])
    grades = {row.grade for row in rows}
    sites = "the site" if hosts <= {host} else hosts.pop() if len(hosts) == 1 else f"{len(hosts)} sites"
    machine = "" if "A" in grades else "none is a machine record"
    return Said.of(f"{counted(len(rows), 'dated observation')} of {sites}: {said}", unwatched, machine, tells=COUNTED)


def gaps(count: int) -> str:
    """How often nobody looked, as a clause; empty for never."""
    return f"{counted(count, 'gap')} in which {UNWATCHED}" if count else ""


def outages_chart(asked: Question) -> Chart:
    """The evidence strip, with the emphasised calls drawn through it."""
    story, window = asked.story, asked.window
    observations = asked.load.observations(story, region=asked.view.region)
    inside, outside = split_by(window, observations)
    events, _ = within(asked.events, window)
    return Chart(
        slug="outages",
        story=story.slug,
        title=f"What was seen of {main_service(story)}",
        said=outages_takeaway(inside, host=main_service(story), elsewhere=len(outside.rows)),
        window=window,
        lanes=(or_bare(outages_lane(story, inside), observations),),
        events=tuple(event for event in events if event.emphasised),
        outside=observation_events(story, outside),
        sources=(*story.sources, *observations.sources),
        notes=("Each report stands for itself; none is averaged with another.",),
    )


def first_trouble(observations: Observations, *, host: str = "") -> ObservationRow | None:
    """The first observation of trouble of this host, or of any; None if there is none."""
    mine = (row for row in observations.rows if row.host == (host or row.host) and row.status in TROUBLE)
    return min(mine, key=lambda row: first_known(row.when), default=None)
