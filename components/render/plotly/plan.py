"""Who gets which pixels of a Plotly figure, from top to bottom, and what stands on each stretch."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from components.charts.bare import is_bare, why_bare
from components.charts.grammar import Chart, Gap, Item, Lane, Mark, Points, Spans, Steps, Stretches, anchor, valued
from components.charts.running_totals import sums
from components.clock import Clock
from components.render.layout.geometry import (
    TimeScale,
    domain,
    in_row,
    spot,
    tracks_of,
)
from components.render.layout.labels import GAP, Flag, Placed, place, row_count
from components.render.layout.legend import keys_of
from components.render.layout.tile_layout import apart, look_keys, shape_of
from components.text import BOLD, HARD_SPACE, first_fitting, plain, short_forms, text_width, wrap

#: Width in pixels of the plot on a 320 px phone, margins and page padding off; wider plots only spread it.
PHONE = 232.0
#: Width in pixels that notes may take there: they begin with the plot and may run into its right margin.
COLUMN = PHONE + 18
TITLE, NOTE, LABEL, DIGIT = 14, 12, 11, 10
ROW, CIRCLE, CAPTION = 17.0, 8.0, 16.0
#: Plotly's break of a line.
BREAK = "<br>"
#: The pitch of rows of marks without words.
CLOSE = 8.0

Entry = tuple[Mark, Item]


def title_height(words: tuple[str, ...]) -> float:
    """Pixels of the title that begins a lane's words, in as many lines as it has."""
    return TITLE * 1.4 * (words[0].count(BREAK) + 1)


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of the figure with a y axis of its own, in pixels from the top of the plot."""

    axis: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class TrackPlan:
    """A row of a lane: its name, its items with their places, and its stretch in pixels from the lane's row slot."""

    name: str
    entries: tuple[Entry, ...]
    placed: tuple[Placed, ...]
    top: float
    height: float
    pitch: float

    @property
    def close(self) -> bool:
        return self.pitch == CLOSE

    @property
    def pairs(self) -> Iterator[tuple[Entry, Placed]]:
        return zip(self.entries, self.placed, strict=True)


@dataclass(frozen=True, slots=True)
class LanePlan:
    """A lane's words, and the slots of its rows and of its values where it has them."""

    lane: Lane
    words: tuple[str, ...]
    head: float
    rows: Slot | None
    tracks: tuple[TrackPlan, ...]
    values: Slot | None
    bottom: float

    @property
    def body(self) -> float:
        """Where its marks begin, in pixels from the top of the plot."""
        return min((slot.top for slot in (self.rows, self.values) if slot), default=self.bottom)

    @property
    def rows_axis(self) -> str:
        return self.rows.axis if self.rows else "y"

    def top_of(self, track: TrackPlan) -> float:
        """Where a row begins, in pixels from the top of the plot."""
        return track.top + (self.rows.top if self.rows else 0)

    def height_of(self, track: TrackPlan, entry: Placed) -> float:
        """How high a mark stands on the axis of the rows, in pixels."""
        foot = (self.rows.height if self.rows else 0) - track.top - track.height
        return foot + 2 + (entry.row + 0.5) * track.pitch

    def range_of(self, slot: Slot) -> tuple[float, float]:
        """What a slot's axis spans: pixels for rows, the lane's domain for values."""
        return (0.0, slot.height) if slot is self.rows else domain(self.lane)


@dataclass(frozen=True, slots=True)
class FigurePlan:
    """The whole figure: lanes of tiles, strip of events, lanes over the clock, and the plot's height in pixels.

    Of a lane of tiles `values` is where its bars are, and `rows` where its map is.
    """

    scale: TimeScale
    strip: Slot
    placed: tuple[Placed, ...]
    lanes: tuple[LanePlan, ...]
    height: float
    tiles: tuple[LanePlan, ...] = ()

    def share(self, top: float) -> float:
        """A distance in pixels from the top of the plot as Plotly's share from its bottom."""
        return min(1.0, max(0.0, 1 - top / self.height))


_LABELLED = 23.0
_STEPS_HEIGHT, _VALUES_HEIGHT = 190.0, 120.0
_NOTE_LINES, _SPANS_IN_FULL_ROWS = 6, 3
#: Pixels: a bar of a total, its words over it, the name of the reference under all bars; and how much higher a map is
#: than a phone needs, so that a desk sees larger tiles.
BAR, _WORDS, GOAL, _TALLER = 14.0, 29.0, 18.0, 1.7


def plan(chart: Chart, clock: Clock) -> FigurePlan:
    """Pixels for every part of the chart."""
    scale = TimeScale(chart.window, 0, PHONE)
    placed = _strip(chart, clock, scale)
    tiled, timed = apart(chart.lanes)
    y, tiles = 0.0, list[LanePlan]()
    for index, lane in enumerate(tiled):
        tiles.append(_tiles(lane, chart, clock, y, first_axis=2 + 2 * (len(timed) + index)))
        y = tiles[-1].bottom + 10
    strip = Slot("y", y, row_count(placed) * ROW + 6 if placed else 0)
    y, lanes = y + strip.height, list[LanePlan]()
    for index, lane in enumerate(timed):
        lanes.append(_lane(lane, clock, scale, y, first_axis=2 + 2 * index))
        y = lanes[-1].bottom + 10
    return FigurePlan(scale, strip, placed, tuple(lanes), max(y - 10, 40), tuple(tiles))


def _strip(chart: Chart, clock: Clock, scale: TimeScale) -> tuple[Placed, ...]:
    flags = []
    for event in chart.events:
        x = scale.x(anchor(event.when))
        text = plain(clock.say(event.short))
        if event.emphasised:
            forms = [text, *(plain(clock.say(form)) for form in event.shorter)]
            text = first_fitting(forms, LABEL, max(x, PHONE - x) - CIRCLE + 8 - GAP)
        flags.append(Flag(x, x - CIRCLE, x + CIRCLE, text, event.priority, claims=event.emphasised))
    return place(flags, (-8, PHONE + 8), size=LABEL)


def _tiles(lane: Lane, chart: Chart, clock: Clock, y: float, *, first_axis: int) -> LanePlan:
    """A lane of tiles: its words, the bars of its totals, and its map."""
    keys = (f"{key.sign} {plain(key.words, most=60)}" for key in look_keys(lane, chart.window))
    said, head = _words(lane, clock, keys), y + 8
    y = _under(said, head)
    count = len(sums(lane, chart.window))
    values = Slot(f"y{first_axis}", y, count * (BAR + _WORDS)) if count else None
    y += values.height + GOAL * len(lane.references) + 10 if values else 0
    columns, down = shape_of(lane)
    rows = Slot(f"y{first_axis + 1}", y, PHONE / columns * down * _TALLER)
    return LanePlan(lane, said, head, rows, (), values, y + rows.height)


def _under(said: tuple[str, ...], head: float) -> float:
    return head + title_height(said) + (len(said) - 1) * NOTE * 1.35 + 6


def _lane(lane: Lane, clock: Clock, scale: TimeScale, y: float, *, first_axis: int) -> LanePlan:
    keys = (f"{key.sign} {plain(key.words, most=60)}" for key in keys_of(lane))
    words, head = _words(lane, clock, keys), y + 8
    y = _under(words, head)
    tracks = _tracks(lane, clock, scale)
    rows = Slot(f"y{first_axis}", y, sum(track.height for track in tracks)) if tracks else None
    y += rows.height if rows else 0
    values = None
    if valued(lane) or not tracks:
        height = _STEPS_HEIGHT if any(isinstance(mark, Steps | Stretches) for mark in lane.marks) else _VALUES_HEIGHT
        values = Slot(
            f"y{first_axis + 1}", y + 4, height if valued(lane) else 40 + NOTE * 1.35 * len(bare_lines(lane, clock))
        )
        y += 4 + values.height
    return LanePlan(lane, words, head, rows, tracks, values, y)


def bare_lines(lane: Lane, clock: Clock) -> list[str]:
    """Why nothing is drawn in a lane, in lines that a phone holds."""
    return wrap(plain(why_bare(lane, clock)), NOTE, PHONE - 8)


def _words(lane: Lane, clock: Clock, keys: Iterable[str]) -> tuple[str, ...]:
    """The title, in one text with its breaks, then the note and the legend, in lines that a phone holds."""
    title = BREAK.join(wrap(plain(clock.say(lane.title)), TITLE, PHONE, factor=BOLD, lines=2))
    gaps = " ".join(item.text for mark, item in lane.items if isinstance(mark, Gap))
    note = "" if is_bare(lane) else plain(clock.say(f"{lane.note} {gaps}".strip()))
    legend = " ".join(key.replace(" ", HARD_SPACE) + HARD_SPACE for key in keys)
    return (title, *wrap(note, NOTE, COLUMN, lines=_NOTE_LINES), *wrap(legend, NOTE, COLUMN))


def _tracks(lane: Lane, clock: Clock, scale: TimeScale) -> tuple[TrackPlan, ...]:
    found, y = list[TrackPlan](), 0.0
    for name in tracks_of(lane):
        entries = [entry for entry in lane.items if in_row(lane, *entry) and entry[1].track == name]
        for group in _groups(name, entries):
            track = _track(name, group, clock, scale, y)
            found.append(track)
            y += track.height
    return tuple(found)


def _groups(name: str, entries: list[Entry]) -> list[list[Entry]]:
    """A named row holds all its items; loose points and loose spans keep apart."""
    if name:
        return [entries]
    apart = [[e for e in entries if not isinstance(e[0], Spans)], [e for e in entries if isinstance(e[0], Spans)]]
    return [group for group in apart if group]


def _track(name: str, entries: list[Entry], clock: Clock, scale: TimeScale, y: float) -> TrackPlan:
    close = not name and len(entries) > _SPANS_IN_FULL_ROWS and all(isinstance(mark, Spans) for mark, _ in entries)
    labelled = not name and all(isinstance(mark, Points) for mark, _ in entries) and len(entries) <= 10
    flags = []
    for rank, (_, item) in enumerate(entries):
        x = scale.x(spot(item.when, scale.window))
        left, right = min(x - 7, scale.x(item.when.earliest)), max(x + 7, scale.x(item.last))
        room = max(left, PHONE - right) + 8 - GAP
        text = _said(item, clock, room) if labelled else ""
        flags.append(Flag(x, left, right, text, rank, claims=True))
    placed = place(flags, (-8, PHONE + 8), size=LABEL, lines=False)
    # A whisker may part a mark from its label: the rows above and below must then be further off than its end.
    pitch = CLOSE if close else _LABELLED if any(entry.side for entry in placed) else ROW
    height = max(1, row_count(placed)) * pitch + (CAPTION if name else 0) + 4
    return TrackPlan(name, tuple(entries), placed, y, height, pitch)


def _said(item: Item, clock: Clock, room: float) -> str:
    """As much of the item's text as a phone has room for, in whole clauses, else nothing."""
    return next((said for said in short_forms(plain(clock.say(item.text))) if text_width(said, LABEL) <= room), "")
