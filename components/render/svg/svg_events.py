"""Events in SVG: the strip of numbered circles over the lanes, and their lines and soft bands through them."""

from __future__ import annotations

from collections.abc import Sequence

from components.charts.events import is_dated
from components.charts.grammar import Event, Lane, anchor
from components.render.layout.boxes import Box
from components.render.layout.geometry import has_band
from components.render.layout.labels import GAP, Flag, Placed, place, row_count
from components.render.layout.theme import look
from components.render.svg.sheet import Frame, number, tag
from components.render.svg.svg_marks import HOVER_CHARACTERS, named, outline
from components.text import PLAIN_CHARACTERS, first_fitting, visible, xml

Strip = tuple[tuple[int, Event, Placed], ...]


def flags(frame: Frame, events: Sequence[Event], bounds: tuple[float, float]) -> list[Flag]:
    """What each event asks of the strip: its circle, and its short label if there is room."""
    found = []
    for event in events:
        x, r = frame.scale.x(anchor(event.when)), frame.sizes.circle
        text = visible(frame.clock.say(event.short))[:PLAIN_CHARACTERS]
        if event.emphasised:
            forms = [text, *(visible(frame.clock.say(form)) for form in event.shorter)]
            text = first_fitting(forms, frame.sizes.label, max(x - bounds[0], bounds[1] - x) - r - GAP)
        found.append(Flag(x, x - r, x + r, text, event.priority, claims=event.emphasised))
    return found


def _pitch(frame: Frame) -> float:
    """From one row of circles to the next."""
    return frame.sizes.circle * 2 + (1 if frame.brief and frame.narrow else 2)


def draw_strip(frame: Frame, y: float) -> tuple[float, Strip]:
    """Circles and labels in rows from y downwards; returns where the strip ends, and where each event stands."""
    numbered = [pair for pair in frame.chart.numbered if pair[1].emphasised or not frame.sizes.sparse]
    if not numbered:
        return y, ()
    bounds = frame.sizes.pad / 2, frame.width - frame.sizes.pad / 2
    placed = place(flags(frame, [event for _, event in numbered], bounds), bounds, size=frame.sizes.label)
    pitch = _pitch(frame)
    bottom = y + row_count(placed) * pitch + 6
    strip = tuple((n, event, entry) for (n, event), entry in zip(numbered, placed, strict=True))
    for n, event, entry in strip:
        _number(frame, n, event, entry, bottom - 6 - (entry.row + 0.5) * pitch)
    return bottom, strip


def _number(frame: Frame, n: int, event: Event, entry: Placed, y: float) -> None:
    sizes, x = frame.sizes, entry.flag.x
    solid = event.emphasised and event.when.exact
    circle = tag(
        "circle",
        cx=x,
        cy=y,
        r=sizes.circle - 0.7,
        class_="f s" if solid else "p s",
        stroke_width=1.5 if event.emphasised else 1.1,
        stroke_dasharray="" if event.when.exact else "2 1.6",
    )
    dated = is_dated(event.when, frame.chart.window)
    said = f"{n}. {frame.clock.when(event.when, dated=dated)}: {frame.clock.say(event.label)}"
    title = tag("title", xml(said, most=HOVER_CHARACTERS))
    tone = f"t-{event.tone.value}"
    rows = " ".join(map(named, filter(frame.apart, event.rows)))
    frame.sheet.add("text", tag("g", title + circle, class_=tone, data_event=str(n), data_rows=rows))
    of = frame.of(f"e{n}")
    digits = f"{tone} {'on' if solid else 'f'} d"
    frame.sheet.text(x, y + sizes.digit * 0.36, str(n), sizes.digit, classes=digits, anchor="middle", bold=True, of=of)
    if entry.side:
        classes = f"{tone} f halo" if event.emphasised else "q halo"
        frame.sheet.text(
            entry.text_span[0], y + sizes.label * 0.35, entry.flag.text, sizes.label, classes=classes, of=of
        )


def draw_lines(frame: Frame, strip: Strip, strip_bottom: float, lanes: Sequence[tuple[Lane, Box]]) -> None:
    """A thin line for every event from its circle through its lanes; a soft band where only bounds are known."""
    if not lanes:
        return
    end = lanes[-1][1].bottom
    pitch = _pitch(frame)
    for n, event, entry in strip:
        tone = f"t-{event.tone.value}"
        x = entry.flag.x
        top = strip_bottom - 6 - (entry.row + 0.5) * pitch
        style = look(event.tone)
        own = [body for lane, body in lanes if not event.lanes or lane.slug in event.lanes]
        if has_band(event.when):
            _band(frame, event, own, of=frame.of(f"e{n}"))
        strong = event.emphasised
        whole = strong and len(own) == len(lanes)
        parts = [f"M{number(x)} {number(top)}V{number(end if whole else strip_bottom)}"]
        if not whole:
            parts += [f"M{number(x)} {number(body.top)}V{number(body.bottom)}" for body in own]
        dash = "1 3" if not event.when.exact else style.dash
        line = tag("path", d="".join(parts), class_=f"{tone} s {'strong' if strong else 'weak'}", stroke_dasharray=dash)
        foot = outline(style.shape, x, strip_bottom, 2.4, class_="f" if event.when.exact else "p s")
        foot = tag("g", foot, class_=tone)
        of = frame.of(f"e{n}")
        frame.sheet.add("events", tag("g", line + foot, data_of=of) if of else line + foot)


def _band(frame: Frame, event: Event, bodies: Sequence[Box], *, of: str) -> None:
    """From the earliest to the latest it may have been: fading in, since it is surest at its latest bound."""
    left, right = frame.scale.x(event.when.earliest), frame.scale.x(event.when.latest)
    if right - left < 1:
        return
    tone = event.tone.value
    stops = tag("stop", offset="0", class_=f"t-{tone} stop", stop_opacity=0.01) + tag(
        "stop", offset="1", class_=f"t-{tone} stop", stop_opacity=0.09 if event.emphasised else 0.05
    )
    fill = frame.sheet.paint(
        f"fade-{tone}-{'strong' if event.emphasised else 'weak'}", tag("linearGradient", stops, x1="0", x2="1")
    )
    frame.sheet.add(
        "ground",
        "".join(
            tag("rect", x=left, y=body.top, width=right - left, height=body.bottom - body.top, fill=fill, data_of=of)
            for body in bodies
        ),
    )
