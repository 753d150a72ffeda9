"""A measured series of the story itself as a lane: means over the stretches between its readings, on its own scale."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta

from components.charts.grammar import Bars, Event, Item, Lane, Mark, Points, Stretches, Tone
from components.charts.phrases.numbers import counted, length_text, number_text, weighed
from components.charts.said import Said
from components.clock import token
from data.analysis.stretches import Stretch, least_length
from data.core.model import Precision, Sourced, When, Window
from data.evidence.anchors import failures
from data.evidence.measured import Measured, reading_name, readings_by_series, stretches_in
from data.story.story import Story
from data.story.tables import Reading

#: A stretch so many times as long as the shortest that is drawn is told apart from the others.
_LOOSE = 6
_HALF_A_DAY = timedelta(hours=12)


def measured_lanes(measured: Sourced[Reading], window: Window) -> tuple[Lane, ...]:
    """One lane for each series with a stretch or a reading in the window; no two share a scale.

    A total, and what was counted over spans, is drawn as its mean a minute over each stretch; an index as it was read.
    """
    lanes = (
        _index_lane(series, window) if series.kind == "index" else _rate_lane(series, window)
        for series in readings_by_series(measured)
    )
    return tuple(lane for lane in lanes if lane)


def failure_events(story: Story) -> tuple[Event, ...]:
    """The first failure of a site that a source dates, to run through a series; none of a story without a series."""
    first = next(failures(story), None)
    if first is None:
        return ()
    return (
        Event(
            when=first.when,
            label=first.label,
            short=f"{first.short} {token(first.when, 'short')}",
            tone=Tone.FAILING,
            rows=first.rows,
            sources=first.sources,
            priority=0,
            emphasised=True,
            shorter=(first.short,),
        ),
    )


def _rate_lane(series: Measured, window: Window) -> Lane | None:
    least = least_length(window)
    near = [one for one in stretches_in(series, least) if one.start < window.end and one.end > window.start]
    if not near:
        return None
    unit = f"{series.unit} a minute"
    loose = _LOOSE * least
    items = [(one, _stretch_item(series, one)) for one in near]
    long = tuple(item for one, item in items if one.length >= loose)
    short = tuple(item for one, item in items if one.length < loose)
    marks: list[Mark] = [Stretches("mean over a stretch", Tone.SEARCH, short)] if short else []
    name = f"mean over {length_text(loose)} or more"
    marks += [Stretches(name, Tone.SEARCH, long, loose=True)] if long else []
    values = [item.value or 0 for _, item in items]
    domain = (min(0.0, min(values) * 1.15), max(0.0, max(values) * 1.15) or 1.0)
    note = _note(series, least, loose=loose if long else None)
    title = unit.capitalize() if _is_named_so(series) else f"{series.name}: {unit}"
    return Lane(f"measured-{series.id}", title, unit, tuple(marks), domain, note)


def _is_named_so(series: Measured) -> bool:
    """Whether its name says what is counted, so that the unit need not be said besides."""
    return series.name.casefold() == series.unit.casefold()


def _note(series: Measured, least: timedelta, *, loose: timedelta | None) -> str:
    """How the lane is read."""
    counted = "spans that were counted" if series.kind == "count" else "stretches between two readings"
    said = f"Means over {counted}; those closer than {length_text(least)} are joined."
    said += f" Dashed: {length_text(loose)} or longer." if loose else ""
    said += " A missing reading is not a record of a failure."
    return said


def measured_notes(measured: Sourced[Reading], window: Window) -> tuple[str, ...]:
    """What is odd in the totals of a window: readings that share a stamp."""
    found = (series for series in readings_by_series(measured) if series.kind == "cumulative")
    return tuple(said for series in found if (said := _repeated(series, window)))


def _repeated(series: Measured, window: Window) -> str:
    near = [row for row in series.rows if row.at in window]
    again = len(near) - len({row.at for row in near})
    if not again:
        return ""
    what = counted(again, "reading has", "readings have")
    return f"{series.name}: {what} the same time as another; the last of them is used."


def _stretch_item(series: Measured, one: Stretch) -> Item:
    fell = f"; the total fell by {number_text(one.fell)} in it" if one.fell else ""
    sources = tuple(dict.fromkeys(name for row in series.between(one.start, one.end) for name in row.source.split()))
    return Item(
        row=f"series:{reading_name(series.id, one.start)}",
        when=When(one.start, one.start, Precision.SECOND, one.start),
        until=When(one.end, one.end, Precision.SECOND, one.end),
        text=f"{_counted(series, one)} in {_length(one)}{fell}",
        sources=sources,
        value=one.told,
    )


def _counted(series: Measured, one: Stretch) -> str:
    if series.kind == "count":
        return weighed(one.counted, series.unit)
    return f"{number_text(abs(one.counted))} {'fewer' if one.counted < 0 else 'more'} {series.unit}"


def _length(one: Stretch) -> str:
    """The length of a stretch: 45 minutes; 9 minutes 38 seconds, as its ends are known to the second."""
    seconds = round(one.length.total_seconds())
    if seconds >= 2 * 3_600 or seconds % 60 == 0:
        return length_text(one.length)
    minutes, left = divmod(seconds, 60)
    said = f"{counted(minutes, 'minute')} " if minutes else ""
    return f"{said}{counted(left, 'second')}"


def _index_lane(series: Measured, window: Window) -> Lane | None:
    near = [row for row in series.rows if row.at < window.end and (row.until or row.at) >= window.start]
    if not near:
        return None
    spans = tuple(_reading_item(row) for row in near if row.until)
    points = tuple(_reading_item(row) for row in near if not row.until)
    marks: list[Mark] = [Bars(series.unit, Tone.SEARCH, spans)] if spans else []
    marks += [Points(series.unit, Tone.SEARCH, points)] if points else []
    values = [row.value for row in near]
    domain = (min(0.0, min(values) * 1.15), max(0.0, max(values) * 1.15) or 1.0)
    note = "Each mark is one reading; nothing is drawn between two of them."
    return Lane(f"measured-{series.id}", series.name, series.unit, tuple(marks), domain, note)


def _reading_item(row: Reading) -> Item:
    return Item(
        row=f"series:{reading_name(row.id, row.at)}",
        when=When(row.at, row.at, Precision.SECOND, row.at),
        until=When.at(row.until) if row.until else None,
        text=row.name,
        sources=tuple(row.source.split()),
        value=row.value,
    )


def highest_stretch(lanes: Sequence[Lane]) -> Said:
    """Of each lane of means the highest in the window, with its stretch, in a clause; nothing where there is none."""
    found = [lane for lane in lanes if any(isinstance(mark, Stretches) for mark in lane.marks)]
    return Said.of(*map(_highest, found), tells=_top(found[0]).row if found else "")


def _top(lane: Lane) -> Item:
    return max((item for _, item in lane.items), key=lambda item: item.value or 0)


def _highest(lane: Lane) -> str:
    top = _top(lane)
    end = top.until or top.when
    near = end.latest - top.when.earliest < _HALF_A_DAY
    span = f"{token(top.when, 'short' if near else 'stamp')} to {token(end, 'stamp')}"
    name, _, unit = lane.title.partition(": ")
    name, level = name.removesuffix(" a minute"), weighed(top.value or 0, unit or "a minute")
    return f"{name} were highest at {level}, the mean from {span}"
