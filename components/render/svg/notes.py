"""The words around a drawing: the headline, what lies outside, whose time it is, and that it is a test."""

from __future__ import annotations

from components.charts.elapsed_clock import times_note
from components.charts.grammar import Chart, Event
from components.clock import Clock
from components.render.layout.scene import Composition
from components.render.layout.theme import TEST_GROUND, TEST_INK
from components.render.svg.sheet import Frame, number, tag
from components.text import BOLD, SERIF_BOLD, mark_of, shortened, visible, wrap, xml
from data.core.model import Precision

#: Events named at one edge of a drawing; of more, the table has all.
_MOST_NAMED = 14
#: Of a note; the whole of it is under the chart on its page.
_NOTE_CHARACTERS = 300
#: Pixels: type of the list under a drawing on paper, the least column, between columns, and before an entry.
_LISTED, _COLUMN, _BETWEEN, _HANG = 9.0, 230.0, 12.0, 16.0
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


def draw_marks(frame: Frame, found: Composition, y: float) -> float:
    """What each number and letter on the marks stands for, by time, in columns; returns where they end."""
    size, pad = _LISTED, frame.sizes.pad
    count = max(1, int(frame.width // _COLUMN))
    wide = (frame.width - 2 * pad) / count - _BETWEEN
    lines: list[tuple[str, str]] = []
    for named, thing in found.marks.values():
        first, *rest = wrap(visible(thing.short or f"{thing.when}: {thing.what}"), size, wide - _HANG, lines=2)
        lines += [(named, first), *(("", line) for line in rest)]
    deep = -(-len(lines) // count)
    for place, (named, line) in enumerate(lines):
        x, baseline = pad + place // deep * (wide + _BETWEEN), y + (place % deep + 1) * size * 1.3
        if named:
            frame.sheet.text(x, baseline, named, size, bold=True)
        frame.sheet.text(x + _HANG, baseline, line, size)
    return y + deep * size * 1.3 + 4


def draw_notes(frame: Frame, y: float, *, credit: str = "") -> float:
    """Earlier and later events of the story, the notes, the zone of the clock, the credit; returns where they end."""
    size = frame.sizes.note
    width = frame.width - 2 * frame.sizes.pad - (_BUTTONS if frame.brief else 0)
    # What is played has no buttons beside its last line, and so wants less height there.
    above = 2 if frame.chart.played else 5
    edges = [] if frame.brief else edge_notes(frame.chart, frame.clock, most=_MOST_NAMED)
    notes = (
        []
        if frame.brief
        else [" ".join(_sentence(shortened(frame.clock.say(note), _NOTE_CHARACTERS)) for note in frame.chart.notes)]
    )
    for text in [*edges, *notes, times_note(frame.clock), credit]:
        lines = wrap(visible(text), size, width)
        y += above if lines else 0
        for line in lines:
            y += size * 1.35
            frame.sheet.text(frame.sizes.pad, y, line, size, classes="q")
    return y


def _sentence(text: str) -> str:
    text = shortened(text, _NOTE_CHARACTERS)
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


#: Pixels between marks, and their size; how much of their ink is laid over the drawing: text under it keeps 4.5:1.
_ACROSS, _DOWN, _SIZE, _STRENGTH = 190.0, 130.0, 44.0, 0.14
_SLANT = -24
_PAD = 6.0


def foot_of(banner: str) -> str:
    """What its foot says, that word and the last sentence: "TEST. Not a live election."."""
    return f"{mark_of(banner)}. {banner.rpartition('. ')[2]}"


def draw_banner(frame: Frame) -> float:
    """The chart's banner across the top; returns where it ends, 0 without one or where a page on a screen says it."""
    if not frame.chart.banner or (frame.brief and not frame.sizes.paper):
        return 0.0
    content, height = band(frame.chart.banner, frame.width, size=frame.sizes.note + 1)
    frame.sheet.add("text", content)
    return height


def draw_end(frame: Frame, height: float) -> float:
    """The band at the foot and the marks over all; returns how high the drawing has become."""
    if not frame.chart.banner:
        return height
    content, more = band(foot_of(frame.chart.banner), frame.width, y=height, size=frame.sizes.note)
    frame.sheet.add("text", content + marks(mark_of(frame.chart.banner), frame.width, height))
    return height + more


def band(said: str, width: float, *, y: float = 0.0, size: float) -> tuple[str, float]:
    """A band of this width at y that says this in bold, black on yellow on every ground; and its height."""
    lines = wrap(said, size, width - 2 * _PAD, factor=BOLD)
    height = len(lines) * size * 1.3 + 2 * _PAD
    ground = tag("rect", x=0, y=y, width=width, height=height, class_="f", color=TEST_GROUND)
    edges = "".join(
        tag("rect", x=0, y=edge, width=width, height=2, class_="f", color=TEST_INK) for edge in (y, y + height - 2)
    )
    words = "".join(
        tag(
            "text",
            xml(line, most=400),
            x=width / 2,
            y=y + _PAD + size * (1.02 + 1.3 * row),
            font_size=size,
            class_="f b",
            color=TEST_INK,
            text_anchor="middle",
        )
        for row, line in enumerate(lines)
    )
    return ground + edges + words, height


def marks(word: str, width: float, height: float) -> str:
    """A word in faint letters, slanted, close enough that any part as large as a lane holds one."""
    found, row, y = [], 0, _DOWN * 0.75
    while y < height:
        x = _ACROSS * (0.15 if row % 2 else 0.55)
        while x < width - _SIZE:
            turned = f"rotate({_SLANT} {number(x)} {number(y)})"
            found.append(tag("text", word, x=x, y=y, font_size=_SIZE, class_="b", transform=turned))
            x += _ACROSS
        row, y = row + 1, y + _DOWN
    return tag("g", "".join(found), opacity=_STRENGTH, aria_hidden="true", pointer_events="none")
