"""The words around a drawing: the headline above it, and under its axis what lies outside and whose time it is."""

from __future__ import annotations

from components.charts.clock import Clock
from components.charts.elapsed import times_note
from components.charts.model import Chart, Event
from components.charts.sheet import PLAYED, Frame
from components.charts.text import SERIF_BOLD, visible, wrap
from components.charts.words import fitted
from data.model import Precision

#: Events named at one edge of a drawing; of more, the table has all.
_MOST_NAMED = 14
#: Of a note; the whole of it is under the chart on its page.
_NOTE_CHARACTERS = 300
#: Pixels at the right of a brief drawing's last line, where a document puts two buttons.
_BUTTONS = 72.0


def draw_headline(frame: Frame, y: float) -> float:
    """The takeaway as a serif headline, wrapped; returns where it ends."""
    size = 19.0 if frame.narrow else 24.0
    text, width = visible(frame.clock.say(frame.chart.takeaway)), frame.width - 2 * frame.sizes.pad
    for line in wrap(text, size, width, factor=SERIF_BOLD):
        y += size * 1.22
        frame.sheet.text(frame.sizes.pad, y - size * 0.2, line, size, classes="serif", bold=True)
    return y + 12


def draw_notes(frame: Frame, y: float, *, credit: str = "") -> float:
    """Earlier and later events of the story, the notes, the zone of the clock, the credit; returns where they end."""
    size = frame.sizes.note
    width = frame.width - 2 * frame.sizes.pad - (_BUTTONS if frame.brief else 0)
    # What is played has no buttons beside its last line, and so wants less height there.
    above = 2 if frame.chart.slug == PLAYED else 5
    numbers = " Events are numbered by the latest time each may have." if frame.chart.events and not frame.brief else ""
    edges = [] if frame.brief else edge_notes(frame.chart, frame.clock, most=_MOST_NAMED)
    notes = (
        []
        if frame.brief
        else [" ".join(_sentence(fitted(frame.clock.say(note), _NOTE_CHARACTERS)) for note in frame.chart.notes)]
    )
    for text in [*edges, *notes, f"{times_note(frame.clock)}{numbers}", credit]:
        lines = wrap(visible(text), size, width)
        y += above if lines else 0
        for line in lines:
            y += size * 1.35
            frame.sheet.text(frame.sizes.pad, y, line, size, classes="q")
    return y


def _sentence(text: str) -> str:
    text = fitted(text, _NOTE_CHARACTERS)
    return text if text.endswith((".", "?", "!", "…")) else f"{text}."


def edge_notes(chart: Chart, clock: Clock, *, most: int | None = None) -> list[str]:
    """What lies before the window and what lies after it, each as one sentence that names its events.

    With `most`, no sentence names more than so many, and it says how many more there are.
    """
    before = [event for event in chart.outside if event.when.latest < chart.window.start]
    after = [event for event in chart.outside if event.when.latest >= chart.window.start]
    found = []
    for word, events in (("Earlier", before), ("Later", after)):
        named = [edge_entry(event, clock) for event in events[:most]]
        named += [f"and {len(events) - len(named)} more in the table"] if len(events) > len(named) else []
        found += [f"{word}: {'; '.join(named)}."] if named else []
    return found


def edge_entry(event: Event, clock: Clock) -> str:
    """Minnesota 11:14 a.m. Nov. 9: the short label with its time, if it has none of its own, and its day."""
    said = clock.say(event.short)
    day = clock.day(event.when.latest)
    if said == event.short:
        said = f"{said} {clock.when(event.when)}"
    return said if event.when.precision is Precision.DAY or said.endswith(day) else f"{said} {day}"
