"""Who gets which pixels of the tiles of a Plotly figure, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from components.charts.bare import is_bare
from components.charts.grammar import Chart, Lane
from components.charts.running_totals import sums
from components.clock import Clock
from components.render.layout.tile_layout import look_keys, shape_of
from components.text import BOLD, HARD_SPACE, plain, wrap

#: Width in pixels of a map on a 320 px phone, and what words above it may take.
PHONE, COLUMN = 272.0, 290.0
TITLE, NOTE, LABEL = 14, 12, 12
#: Plotly's break of a line.
BREAK = "<br>"
_NOTE_LINES = 6
#: Pixels: a bar of a total, its words over it, a line for each reference's name; and how much higher a map is than a
#: phone needs, so that a desk sees larger tiles.
BAR, _WORDS, GOAL, _TALLER = 14.0, 29.0, 18.0, 1.7


@dataclass(frozen=True, slots=True)
class Slot:
    """A stretch of the figure with a y axis of its own, in pixels from the top of the plot."""

    axis: str
    top: float
    height: float


@dataclass(frozen=True, slots=True)
class TilePlan:
    """A lane of tiles: its words, where its map is (`rows`), and its bars (`values`) where it has totals."""

    lane: Lane
    words: tuple[str, ...]
    head: float
    rows: Slot
    values: Slot | None
    bottom: float


def title_height(words: tuple[str, ...]) -> float:
    """Pixels of the title that begins a lane's words, in as many lines as it has."""
    return TITLE * 1.4 * (words[0].count(BREAK) + 1)


def plan_tiles(lane: Lane, chart: Chart, clock: Clock, y: float, *, first_axis: int) -> TilePlan:
    """A lane of tiles from y downwards: its words, the bars of its totals, and its map."""
    keys = (f"{key.sign} {plain(key.words, most=60)}" for key in look_keys(lane, chart.window))
    said, head = _words(lane, clock, keys), y + 8
    y = head + title_height(said) + (len(said) - 1) * NOTE * 1.35 + 6
    count = len(sums(lane, chart.window))
    values = Slot(f"y{first_axis}", y, count * (BAR + _WORDS)) if count else None
    y += values.height + GOAL * len(lane.references) + 10 if values else 0
    columns, down = shape_of(lane)
    rows = Slot(f"y{first_axis + 1}", y, PHONE / columns * down * _TALLER)
    return TilePlan(lane, said, head, rows, values, y + rows.height)


def _words(lane: Lane, clock: Clock, keys: Iterable[str]) -> tuple[str, ...]:
    """The title, in one text with its breaks, then the note and the legend, in lines that a phone holds."""
    title = BREAK.join(wrap(plain(clock.say(lane.title)), TITLE, PHONE, factor=BOLD, lines=2))
    note = "" if is_bare(lane) else plain(clock.say(lane.note))
    legend = " ".join(key.replace(" ", HARD_SPACE) + HARD_SPACE for key in keys)
    return (title, *wrap(note, NOTE, COLUMN, lines=_NOTE_LINES), *wrap(legend, NOTE, COLUMN))
