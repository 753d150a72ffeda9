"""A chart in words: its takeaway, its alt text, and every mark as one sentence of an ordered list."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from components.charts.grammar import Chart, Event, Item, Kind, Lane, Line, Mark, Published, Steps, Tiles, anchor
from components.charts.phrases.numbers import as_known, between_text, number_text, span_text, weighed
from components.clock import Clock, Style, token
from data.core.model import Precision

#: Screen readers cut long alternatives; the long description carries the rest.
ALT_CHARACTERS = 250


@dataclass(frozen=True, slots=True)
class Words:
    """`takeaway` is one sentence or two, `alt` at most 250 characters, with times in the clock's zone."""

    takeaway: str
    alt: str
    chart: Chart
    clock: Clock

    @property
    def long(self) -> tuple[str, ...]:
        """One entry for each mark and event, in the order of time."""
        # Made when it is asked for: of a thinned series it takes 34 ms, a third of its figure, and no page shows it.
        entries = sorted(_entries(self.chart, self.clock), key=lambda entry: entry[0])
        return tuple(text for _, text in entries)


def describe(chart: Chart, clock: Clock) -> Words:
    """The chart in words."""
    return Words(clock.say(chart.takeaway), _alt(chart, clock), chart, clock)


def _alt(chart: Chart, clock: Clock) -> str:
    """The takeaway, behind the chart's title and range where there is room and it does not begin as the title does."""
    title, said = clock.say(chart.title), clock.say(replace(chart.said, label="").text)
    starts = () if chart.said.subject else (f"{title}, {clock.span(chart.window)}. ", f"{title}. ")
    longer = (f"{start}{said}" for start in starts)
    return next((text for text in longer if len(text) <= ALT_CHARACTERS), "") or brief(chart, clock, ALT_CHARACTERS)


def brief(chart: Chart, clock: Clock, limit: int) -> str:
    """The takeaway in at most `limit` characters: the title stands for a question before the answer is cut."""
    return chart.said.within(limit, chart.title, clock.say)


def _entries(chart: Chart, clock: Clock) -> list[tuple[datetime, str]]:
    numbers = event_numbers(chart)
    found = [
        (anchor(item.when), _sentence(chart, lane, mark, item, clock, numbers.get(item.row)))
        for lane, mark, item in chart.listed
    ]
    found += [
        (anchor(event.when), f"{_when(chart, event, clock)}: {clock.say(event.label)} (number {number}).")
        for number, event in unmarked_events(chart)
    ]
    found += [
        (anchor(event.when), f"Outside this window, {clock.when(event.when, dated=True)}: {clock.say(event.label)}.")
        for event in chart.outside
    ]
    return found


def event_numbers(chart: Chart) -> dict[str, int]:
    """Row id -> the number of the event that stands for it."""
    return {row: number for number, event in chart.numbered for row in event.rows}


def unmarked_events(chart: Chart) -> list[tuple[int, Event]]:
    """The events, with their numbers, that stand for a row which no mark of the chart draws."""
    drawn = {item.row for lane in chart.lanes for _, item in lane.items}
    return [(number, event) for number, event in chart.numbered if not set(event.rows) <= drawn]


def _when(chart: Chart, thing: Item | Event, clock: Clock) -> str:
    return clock.when(thing.when, dated=clock.day(chart.window.start) != clock.day(thing.when.latest))


def period(item: Item, clock: Clock, *, dated: bool) -> str:
    """When an item happened, and until when where it lasted."""
    if item.when.precision is Precision.NONE:
        return Kind.PENDING.value if item.kind is Kind.PENDING else "no time stated"
    if item.by:
        return f"{clock.when(item.when, dated=dated)}; may have begun at any time before"
    ends = (item.when, item.until or item.when)
    style: Style = "stamp" if dated else "time"
    first, last = (clock.when(when, dated=dated) for when in ends)
    return first if last == first else clock.say(" to ".join(token(when, style) for when in ends))


def _sentence(chart: Chart, lane: Lane, mark: Mark, item: Item, clock: Clock, number: int | None) -> str:
    dated = clock.day(chart.window.start) != clock.day(item.last) or chart.window.length.days >= 1
    value = amount(lane, mark, item)
    detail = [value] if value else []
    detail += [item.track] if item.track else []
    detail += [f"number {number}"] if number else []
    tail = f" ({'; '.join(detail)})" if detail else ""
    return f"{period(item, clock, dated=dated)}, {clock.say(lane.title)}: {clock.say(item.text)}{tail}."


def amount(lane: Lane, mark: Mark, item: Item) -> str:
    """What an item measures, in words that keep its kind: "more than 200,000 users", "29, total 197"."""
    if item.kind is Kind.PROJECTED:
        return f"{between_text(item.low, item.value, item.high)} {lane.unit}"
    if item.kind is Kind.TIME_ONLY or item.value is None:
        return ""
    if isinstance(mark, Published):
        change = f", {number_text(abs(item.value))} {'fewer' if item.value < 0 else 'more'} than the count before"
        return f"{weighed(item.low or 0, lane.unit)}{change if item.value != item.low else ''}"
    if isinstance(mark, Steps | Tiles):
        weight = f"{'less ' if item.value < 0 else ''}{weighed(abs(item.value), lane.unit)}"
        if item.low is None:
            return weight
        return f"{weight}, {mark.name} total {span_text(item.low, item.high)}"
    if item.kind is Kind.RANK:
        return f"rank {number_text(item.value)}"
    censored = item.kind is Kind.CENSORED
    text = "below Google’s resolution" if censored else as_known(item.kind, number_text(item.value))
    if isinstance(mark, Line) and item.low is not None and item.high is not None:
        text += f", band {span_text(item.low or 0, item.high or 0)}"
    return text if censored else f"{text} {lane.unit}".strip()
