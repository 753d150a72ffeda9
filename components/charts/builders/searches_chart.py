"""Searches as a chart: published reports, series on the scale of their own maximum, rises, and what was thinned."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from datetime import datetime, timedelta

import pandas as pd

from components.ap_style import calendar_day
from components.charts.builders.drawn_series import drawn_lanes, highest_bin, seam_events, thinned_notes
from components.charts.builders.measured_chart import failure_events, highest_stretch, measured_lanes, measured_notes
from components.charts.events import listed, within
from components.charts.grammar import Chart, Event, Gap, Item, Kind, Lane, Line, Mark, Points, Tone, first_known
from components.charts.kinds import Question
from components.charts.phrases.numbers import counted
from components.charts.rows import bin_rows, bins_in, split_by
from components.charts.said import MARKS, Said
from components.clock import token
from components.text import short_forms
from data.core.frames import SourcedFrame
from data.core.model import Precision, When, Window
from data.evidence.evidence_rows import BinRow, MarkRow, Marks, OnsetRow, Onsets, refs
from data.evidence.searches import COLLECTION_CHANGES, COLLECTION_SOURCE, place_name, step_of
from data.story.story import Story


def series_lanes(series: SourcedFrame, window: Window, *, until: datetime | None = None) -> tuple[Lane, ...]:
    """One lane for each place: every series is on the scale of its own maximum, so lanes never share an axis.

    Where a series ends before the window does, a gap says so, up to the moment `until` that the story is told.
    """
    over = min(until or window.end, window.end)
    frame = series.frame
    groups = frame.groupby(["term", "geo"], sort=False) if len(frame) else ()
    terms, places = (list(dict.fromkeys(frame[column])) for column in ("term", "geo"))
    several = "places" if len(places) > 1 else "series" if len(terms) > 1 else ""
    caution = f"; levels of two {several} cannot be compared" if several else ""
    found = []
    for key, group in groups:
        term, geo = map(str, key)
        slug = f"interest-{geo.casefold()}" + (f"-{terms.index(term) + 1}" if len(terms) > 1 else "")
        title = f"“{term}”" + (f" in {place_name(geo)}" if len(terms) == 1 or len(places) > 1 else "")
        note = f"100 is the highest week of “{term}” in {place_name(geo)}{caution}."
        found.append(_series_lane(Lane(slug, title, "of 100", (), (0.0, 105.0), note), group, series, window, over))
    return tuple(found)


def _series_lane(lane: Lane, group: pd.DataFrame, series: SourcedFrame, window: Window, over: datetime) -> Lane:
    """The lane with the bins of this group, and what its bins below resolution mean."""
    term, geo = str(group["term"].iloc[0]), str(group["geo"].iloc[0])
    near = bins_in(window, SourcedFrame(group, series.sources))
    items = tuple(_bin_item(row) for row in bin_rows(near))
    marks: list[Mark] = (
        [Line(f"“{term}” in {geo}", Tone.SEARCH, items, step_of(group) or timedelta(0))] if items else []
    )
    end, step = group["end"].max().to_pydatetime(), step_of(group) or timedelta(0)
    # A bin that is not over at the moment is no gap.
    missing = end < window.end if over == window.end else over - end >= step
    marks += [_gap(term, geo, max(end, window.start), over, group)] if missing and window.start < over else []
    note = lane.note
    if censored := sum(item.kind is Kind.CENSORED for item in items):
        note += f" {counted(censored, 'bin')} at 0: below Google’s resolution, not “no searches”."
    return replace(lane, marks=tuple(marks), note=note)


def _gap(term: str, geo: str, start: datetime, end: datetime, group: pd.DataFrame) -> Gap:
    last = (group["end"].max() - pd.Timedelta(days=1)).date()
    item = Item(
        row=f"interest:{term}|{geo}|end",
        when=When.at(start),
        until=When.at(end),
        text=f"The series ends {calendar_day(last)}",
        sources=tuple(dict.fromkeys(group["source"])),
    )
    return Gap("no series held", Tone.NEUTRAL, (item,))


def _bin_item(row: BinRow) -> Item:
    start, end = row.start, row.end
    return Item(
        row=f"interest:{row.term}|{row.geo}|{start.date().isoformat()}",
        when=When(start, start, Precision.DAY, start),
        until=When(end, end, Precision.DAY, end - timedelta(days=1)),
        text=f"“{row.term}” in {row.geo}",
        sources=row.sources,
        value=row.value,
        kind=Kind.CENSORED if row.censored else Kind.EXACT,
    )


def collection_changes() -> tuple[Event, ...]:
    """The days on which Google says it changed its collection, as events."""
    return tuple(
        Event(
            when=When.at(day),
            label="Google changed how it collects this data, so levels before and after may differ",
            short="collection changed",
            tone=Tone.NEUTRAL,
            rows=(f"collection:{day.year}",),
            sources=(COLLECTION_SOURCE.id,),
        )
        for day in COLLECTION_CHANGES
    )


_HOUR = timedelta(hours=1)
#: Of the events of a chart, what searches did stands behind the story's own calls only.
_PRIORITY = 6
#: With more rises in a window than this, none is singled out.
_MOST_EMPHASISED = 3
_UNCONFIRMED = "unconfirmed: a second method finds no change within one bin of it"
_BELOW = "their usual level is below Google’s resolution, so how far they rose is not known"


def onset_events(onsets: Onsets, window: Window) -> tuple[Event, ...]:
    """Every onset in the window (rows of load_onsets), in the lane of its series."""
    rows = _inside(onsets, window)
    few = sum(row.confirmed for row in rows) <= _MOST_EMPHASISED
    return tuple(_event(row, emphasised=few and row.confirmed) for row in rows)


def _inside(onsets: Onsets, window: Window) -> list[OnsetRow]:
    return [row for row in onsets.rows if window.overlaps(row.start, row.end)]


def _event(row: OnsetRow, *, emphasised: bool) -> Event:
    place = place_name(row.geo) if row.geo else "the world"
    provisos = [said for said, holds in ((_UNCONFIRMED, not row.confirmed), (_BELOW, row.below)) if holds]
    tail = f" ({'; '.join(provisos)})" if provisos else ""
    key = f"{row.series}|{row.first.isoformat()}"
    return Event(
        when=_when(row),
        label=f"Searches for “{row.term}” in {place} begin to rise{tail}",
        short="searches rise" if row.confirmed else "searches rise, unconfirmed",
        tone=Tone.SEARCH,
        rows=(f"rise:{key}", f"series:{key}"),
        sources=row.sources,
        priority=_PRIORITY,
        emphasised=emphasised,
        lanes=(f"series-{row.series}",),
    )


def _when(row: OnsetRow) -> When:
    return When(row.start, row.end, Precision.WINDOW)


def first_onset(onsets: Onsets, window: Window, series: str) -> str:
    """When one series first begins to rise in the window, as a clause behind one about it; empty if it never does."""
    rows = [row for row in _inside(onsets, window) if row.series == series]
    if not rows:
        return ""
    said = "" if rows[0].confirmed else ", unconfirmed"
    more = "first " if len(rows) > 1 else ""
    return f"they {more}begin to rise {token(_when(rows[0]), 'stamp')}{said}"


def onset_notes(drawn: SourcedFrame, window: Window, at: datetime | None) -> tuple[str, ...]:
    """How onsets are found, and how sharp the coarsest bins in the window leave them; nothing without a series."""
    frame = drawn.frame
    near = frame[(frame["start"] < window.end) & (frame["end"] > window.start)]
    if near.empty:
        return ()
    step: timedelta = (near["end"] - near["start"]).max().to_pytimedelta()
    found = (
        "A rise begins where a series stands by half and by six times its usual scatter above its usual level: above "
        "what it had just before, and at the same hour of earlier days. It is marked from a bin before the first high "
        "one, or where a slow rise might have begun unseen, to that one’s end, or to the next one’s where the first "
        "may be chance."
    )
    coarse = " Bins of an hour or more say nothing about a minute." if step >= _HOUR else ""
    moment = f" Only bins that were over by {token(at, 'stamp')} are used for it." if at else ""
    return (found + coarse + moment,)


_KINDS = {
    "exact": Kind.EXACT,
    "lower bound": Kind.LOWER_BOUND,
    "upper bound": Kind.UPPER_BOUND,
    "approximate": Kind.APPROXIMATE,
    "rank": Kind.RANK,
}
#: How a figure of each kind is led up to where it stands in words.
_SAID = {"approximate": "about ", "lower bound": "at least ", "upper bound": "up to "}
_PERCENT = "percent increase"
#: A window longer than this is about the long series; the night's marks would be one smear in it.
_NIGHT = timedelta(days=10)


def marks_lanes(
    story: Story, marks: Marks, *, curve: bool = False, held: bool = False, listed: str = "listed on Search trends"
) -> tuple[Lane, ...]:
    """Published moments as points in one row: marks, never joined to a curve. No lane where nobody searched.

    No scale could hold their figures, which count different things against different bases: words carry them.
    Ranks, shares and rises counted over many hours say nothing about a moment; the note counts them, and says where
    they are `listed`. `curve` says that one is drawn beside it, `held` that a series is held, of whatever time.
    """
    if "searches" not in story.subjects:
        return ()
    rows = marks.rows
    points = tuple(_mark_item(story, row) for row in rows if row.until is None)
    found: tuple[Mark, ...] = (Points("published report", Tone.SEARCH, points),) if points else ()
    tracks = ("",) if points else ()
    why = "the series has no bin in this range" if held else "no minute or hourly series of this night is on record"
    note = (
        "Published reports, as outlets gave them." if curve else f"Published reports only: {why}, so no curve is drawn."
    )
    if wide := len(rows) - len(points):
        figures = counted(wide, "figure counted over a longer window", "figures counted over longer windows")
        note += f" Not drawn: {figures}, {listed}."
    title = "Published reports of searches" if curve else "Search interest"
    return (Lane("interest", title, "", found, note=note, tracks=tracks),)


def _mark_text(story: Story, row: MarkRow) -> str:
    """What was published, with its figure, unit and base where it has one, and who published it."""
    return f"{row.what}{_figure(story, row)}, {row.credit}"


def _figure(story: Story, row: MarkRow) -> str:
    """A figure in parentheses with its base, without comma or colon, at which labels are cut; nothing where none is."""
    if row.value is None or row.unit == "rank":
        return ""
    number = f"{row.value:,.10g}"
    said = f"+{number} percent" if row.unit == _PERCENT else f"{number} {row.unit}".strip()
    base = next((figure.base for figure in story.figures if figure.id == row.id), "")
    led = "" if base.startswith("“") else "against a base " if base.startswith("not stated") else "against "
    against = f" {led}{base}" if base else ""
    return f" ({_SAID.get(row.kind, '')}{said}{against})"


def _mark_item(story: Story, row: MarkRow) -> Item:
    return Item(
        row=f"{row.table}:{row.id}",
        when=row.when,
        text=_mark_text(story, row),
        sources=row.sources,
        value=row.value,
        kind=_KINDS.get(row.kind, Kind.TIME_ONLY),
        labels=_labels(row),
    )


def _labels(row: MarkRow) -> tuple[str, ...]:
    """What stands beside a mark: its few words with their time, without it, and their first clauses alone."""
    timed = f"{row.short}, {token(row.when, 'short')}"
    return tuple(dict.fromkeys((timed, *short_forms(row.short)))) if row.short else ()


def mark_events(story: Story, marks: Marks) -> tuple[Event, ...]:
    """Published reports as entries for the edge of a chart."""
    return tuple(
        Event(
            when=row.when,
            label=_mark_text(story, row),
            short=row.what,
            tone=Tone.SEARCH,
            rows=refs(row.table, [row]),
            sources=row.sources,
        )
        for row in marks.rows
        if row.until is None
    )


def first_rise(marks: Marks) -> MarkRow | None:
    """The first published report that was surely there; None if there is none."""
    rows = (row for row in marks.rows if row.until is None)
    return min(rows, key=lambda row: first_known(row.when), default=None)


def _peaks(series: SourcedFrame, first: str) -> Said:
    """When each series stood highest: by place for one term; of several how many in one week, and the first of them."""
    frame = series.frame
    highest = frame.groupby(["term", "geo"], sort=False)["value"].idxmax()
    top = bin_rows(SourcedFrame(frame.loc[highest], series.sources))
    lead = next((row for row in top if row.term == first), top[0])
    if all(row.term == lead.term for row in top):
        said = " and ".join(f"in {place_name(row.geo)} {_week(row.start)}" for row in top)
        return Said.of(f"Searches for “{lead.term}” stood highest {said}, each on its own scale")
    ((start, count),) = Counter(row.start for row in top).most_common(1)
    joined = "among them" if lead.start == start else _week(lead.start)
    said = f"Of {len(top)} series of searches {count} stood highest {_week(start)}, “{lead.term}” {joined}"
    return Said.of(said, "each is on its own scale")


def _week(start: datetime) -> str:
    return f"in the week of {calendar_day(start.date())}"


def interest_takeaway(
    marks: Marks, series: SourcedFrame, *, long: bool, drawn: tuple[Lane, ...] = (), lead: str = "", bins: bool = False
) -> Said:
    """What is known of searches in this window: the peak of a series, or how many marks were published.

    Of several terms `lead` is the one that is named; `bins` says that a series is held, if of another time.
    """
    if drawn:
        return highest_bin(drawn[0])
    if long and len(series.frame):
        return _peaks(series, lead)
    count = sum(row.until is None for row in marks.rows)
    first = first_rise(marks)
    if first is None:
        return Said.of("No published report of searches falls in this window", lacks=True)
    return Said.of(
        f"{counted(count, 'published report')} of rising searches, the earliest {token(first.when)}",
        "the series has no bin here" if bins else "no series of the night is on record",
        tells=MARKS,
    )


def preview_chart(story: Story, drawn: SourcedFrame) -> Chart | None:
    """Series (rows of load_series) that nobody keeps yet, over their own range; None where they have no bin."""
    if drawn.frame.empty:
        return None
    window = Window(*(moment.to_pydatetime() for moment in (drawn.frame["start"].min(), drawn.frame["end"].max())))
    lanes = drawn_lanes(drawn, window)
    return Chart(
        slug="interest",
        story=story.slug,
        title="What the file holds",
        said=highest_bin(lanes[0]),
        window=window,
        lanes=lanes,
        sources=drawn.sources,
        notes=thinned_notes(lanes),
        take_range=False,
    )


_ON_GOOGLES_SCALE = "Google’s figures are shares of the highest one in the same request; 0 means too few to show."


def _measured_title(story: Story) -> str:
    """The names of the series that the story itself holds."""
    return listed(list(dict.fromkeys(row.name for row in story.series)) or ["Searches"])


def interest_chart(asked: Question) -> Chart:
    """Searches in a window: what was drawn or imported, then the night's marks for a short one, the bundled series
    for a long one."""
    story, window, load = asked.story, asked.window, asked.load
    marks, series, drawn, onsets = load.marks(story), load.series(story), load.drawn(story), load.onsets(story)
    long = window.length > _NIGHT
    near, _ = split_by(window, marks)
    held = bins_in(window, series)
    own, bins = drawn_lanes(drawn, window), len(drawn.frame) > 0
    lead = next((search.term for search in story.about.searches), "")
    measured = measured_lanes(load.measured(story), window)
    bundled = (
        series_lanes(series, window, until=story.until)
        if long and len(series.frame)
        else marks_lanes(story, near, curve=bool(own), held=bins, listed="in the table of published figures")
    )
    emphasised = (event for event in asked.events if event.emphasised)
    shown = (*(collection_changes() if long else emphasised), *seam_events(drawn, window))
    events, _ = within((*shown, *onset_events(onsets, window), *(failure_events(story) if measured else ())), window)
    said = highest_stretch(measured)
    if not said.clauses and ("searches" in story.subjects or own):
        said = interest_takeaway(near, held, long=long, drawn=own, lead=lead, bins=bins)
    elif not said.clauses:
        said = Said.of("No reading falls in this window", lacks=True)
    rise = first_onset(onsets, window, str(drawn.frame["series"].iloc[0])) if own else ""
    outside = [
        event for event in mark_events(story, marks) if not window.overlaps(event.when.earliest, event.when.latest)
    ]
    return Chart(
        slug="interest",
        story=story.slug,
        title="Search interest" if "searches" in story.subjects or own else _measured_title(story),
        said=said.then(rise),
        window=window,
        lanes=(*measured, *own, *bundled),
        events=events,
        outside=tuple(outside),
        sources=(*story.sources, *drawn.sources, COLLECTION_SOURCE),
        notes=(
            *([_ON_GOOGLES_SCALE] if own or bundled else []),
            *(measured_notes(load.measured(story), window) if measured else ()),
            *thinned_notes(own),
            *onset_notes(drawn, window, story.until),
        ),
    )
