"""The one composition of a chart over its clock: calls on a rail, what else happened, lanes, axis and legend."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import timedelta
from functools import cache
from itertools import islice
from typing import NamedTuple, TypeGuard

from components.charts.bare import is_bare, why_bare
from components.charts.grammar import (
    Chart,
    Event,
    Gap,
    Item,
    Lane,
    Line,
    Mark,
    Steps,
    Stretches,
    Tone,
    anchor,
)  # fmt: skip
from components.clock import Clock
from components.render.layout.boxes import Box, Boxes, box_of
from components.render.layout.draft import Draft
from components.render.layout.geometry import TimeScale
from components.render.layout.labels import Flag, place, row_count, stacked
from components.render.layout.lane_rows import draw_rows, fitting, write_beside
from components.render.layout.lane_values import TOTAL, draw_values
from components.render.layout.legend import draw_legend, untimed_tone
from components.render.layout.scene import Area, At, Bar, Composition, LaneBox, Sign, Sizes, Stroke, Teller, Words
from components.render.layout.theme import look
from components.render.layout.tile_layout import apart
from components.text import BOLD, first_fitting, text_width, wrap
from data.story.totals import WITHOUT_TIME

#: Labelled calls; all others are small signs on the rail.
MOST_CALLS = 7
#: What has no time of its own and may be anywhere in this share of the window is hatched, and no sign.
_LONGEST_SHARE = 0.2
#: Pixels: signs of calls with and without words, rows of the rail, of labels above it, and between lanes.
_NAMED, _SMALL, _RAIL, _GAP = 3.6, 2.7, 6.8, 6.0
_GUTTER, _MOST_GUTTER = 152.0, 0.3
_TITLE_ROOM, _NO_LIMIT = 62.0, 10_000.0
#: How many of what is no call, of search marks, and of each state of a site carry words: from all to as few as keep
#: the drawing low enough.
_MOST = (
    *((6, 10, 10), (6, 8, 5), (5, 8, 4), (4, 8, 3), (3, 8, 3), (3, 6, 2), (2, 6, 2), (2, 6, 1), (1, 6, 1)),
    *((0, 6, 1), (0, 5, 1), (0, 4, 1), (0, 3, 1), (0, 2, 0), (0, 0, 0)),
)
_MEASURE = 680.0

Numbered = tuple[int, Event]


def compose(
    chart: Chart, clock: Clock, *, width: float, sizes: Sizes, top: float = 0.0, teller: Teller | None = None
) -> Composition:
    """The lanes over the clock from `top` on, `width` pixels wide; as many labels as `sizes.limit` has room for."""
    lanes = apart(chart.lanes)[1]
    teller = teller or Teller(chart, clock)
    left, right = _edges(teller, lanes, sizes, width)
    scale = TimeScale(chart.window, left, right)
    begun = _begun(Draft(chart, clock, teller, sizes, scale, width), top)
    tall, room = _Heights(begun), sizes.limit - (begun.y - top)
    if tall(_MOST[0]) <= room:
        return _composed(begun, _MOST[0])
    # Fewer words are never higher.
    best = bisect_left(_MOST[:-1], -room, key=lambda most: -tall(most))
    return _composed(begun, _MOST[best])


def is_call(event: Event) -> bool:
    """Whether an event is a call, or that one was taken back, rather than something else of the night."""
    return any(row.rpartition("/")[2].startswith(("calls:", "withdrawals:")) for row in event.rows)


class _Begun(NamedTuple):
    """A drawing with its calls alone, down to `y`, and what else happened."""

    draft: Draft
    calls: list[Numbered]
    others: list[Numbered]
    y: float


def _begun(draft: Draft, top: float) -> _Begun:
    numbered = [pair for pair in draft.chart.numbered if pair[1].emphasised or not draft.sizes.sparse]
    calls = [pair for pair in numbered if is_call(pair[1])]
    others = [pair for pair in numbered if not is_call(pair[1])]
    if not calls:
        draft.lines = [draft.x(anchor(event.when)) for _, event in others if event.emphasised]
    return _Begun(draft, calls, others, _calls(draft, calls, top) if calls else top)


class _Heights:
    """How high what stands under the calls is with at most so many labels: each part is tried once for each number."""

    def __init__(self, begun: _Begun) -> None:
        self._begun, self._lanes = begun, apart(begun.draft.chart.lanes)[1]
        self._feet: dict[Tone | None, float] = {}
        self._others, self._lane = cache(self._try_others), cache(self._try_lane)

    def __call__(self, most: tuple[int, int, int]) -> float:
        """Pixels from the calls to the end of the legend."""
        under, foot = self._others(most[0])
        lanes = (self._lane(number, _labels(lane, most)) + _GAP for number, lane in enumerate(self._lanes))
        return under + sum(lanes) + foot

    def _try_others(self, most: int) -> tuple[float, float]:
        """How high what else happened is, and the axis and the legend, which tells of what stands there."""
        first, calls, others, _ = self._begun
        draft = _copy(first, measured=True)
        under = _others(draft, others, 0.0, most=most, alone=not calls) if others else 0.0
        if (untimed := untimed_tone(draft)) not in self._feet:
            self._feet[untimed] = _foot(draft, self._lanes, calls, 0.0, 0.0)
        return under, self._feet[untimed]

    def _try_lane(self, number: int, most: int) -> float:
        return _lane(_copy(self._begun.draft, measured=True), self._lanes[number], 0.0, most=most)[0]


def _copy(draft: Draft, *, measured: bool = False) -> Draft:
    """The same as far as it is drawn, to be drawn on."""
    return replace(draft, measured=measured, parts=[*draft.parts], keys=[], falls=[*draft.falls])


def _labels(lane: Lane, most: tuple[int, int, int]) -> int:
    return most[2] if lane.graded else max(most[1], any(lane.tracks))


def _composed(begun: _Begun, most: tuple[int, int, int]) -> Composition:
    """With at most so many labels."""
    first, calls, others, y = begun
    draft, lanes = _copy(first), apart(first.chart.lanes)[1]
    y = _others(draft, others, y, most=most[0], alone=not calls) if others else y
    plot, boxes = y, list[LaneBox]()
    for lane in lanes:
        y, box = _lane(draft, lane, y + _GAP, most=_labels(lane, most))
        boxes.append(box)
    foot = y
    _event_lines(draft, lanes, boxes, foot)
    _interrupt(draft)
    _moment(draft, plot, foot)
    bottom = _foot(draft, lanes, calls, plot, foot)
    return Composition(
        *(draft.chart, draft.clock, draft.scale, draft.sizes, draft.width, plot, foot, bottom),
        tuple(boxes), tuple(draft.parts), tuple(draft.keys),
    )  # fmt: skip


def _foot(draft: Draft, lanes: Sequence[Lane], calls: Sequence[Numbered], plot: float, y: float) -> float:
    """The axis and the legend; returns where they end."""
    signs = [event for _, event in calls if not _is_long(draft, event)]
    return draw_legend(draft, lanes, signs, _axis(draft, plot, y))


def _edges(teller: Teller, lanes: Sequence[Lane], sizes: Sizes, width: float) -> tuple[float, float]:
    """Where the plot begins and ends: between names at its left and totals at its right, where it is wide."""
    if sizes.narrow:
        return sizes.pad, width - sizes.pad
    parts, played = [teller.lane(lane) for lane in lanes], teller.chart.played
    widths = [text_width(text, sizes.label) + 16 for one in parts for text in (*one.names, *one.values)]
    wanted = max((wide for wide in widths if wide <= width * _MOST_GUTTER), default=0.0)
    totals = [(mark.name, teller.paths(mark).said) for lane in lanes for mark in lane.marks if _sums(mark)]
    # Before the end of a night that is played a total may be a range.
    ends = [f"{name} {said}–{said}" if played and "–" not in said else f"{name} {said}" for name, said in totals]
    beside = max((text_width(text, sizes.label, factor=BOLD) + 10 for text in ends), default=14.0)
    return sizes.pad + max(min(_GUTTER, width * 0.2), wanted), width - min(beside, 150.0)


def _sums(mark: Mark) -> TypeGuard[Steps]:
    return isinstance(mark, Steps)


def _heading(draft: Draft, title: str, y: float, *, room: float) -> tuple[float, float]:
    """A lane's title: in the gutter where it has room there, else above the lane.

    Returns where the lane begins, and where it may end at the earliest.
    """
    sizes, title = draft.sizes, draft.say(title)
    lines = wrap(title, sizes.title, max(room, _TITLE_ROOM), factor=BOLD, lines=3)
    in_gutter = room >= _TITLE_ROOM and not any(line.endswith("…") for line in lines)
    if not in_gutter:
        lines = wrap(title, sizes.title, draft.width - 2 * sizes.pad, factor=BOLD, lines=2)
    for n, line in enumerate(lines):
        at = draft.at(sizes.pad)
        draft.write(at, y + sizes.title * (1 + 1.2 * n), line, bold=True, size=sizes.title)
    foot = y + sizes.title * 1.2 * len(lines)
    return (y, foot) if in_gutter else (foot + 4, foot + 4)


def _gutter_room(draft: Draft, names: Iterable[str]) -> float:
    """Pixels that a title has at the left of the names of its lane's rows."""
    widest = max((text_width(name, draft.sizes.label) + 16 for name in names), default=0.0)
    return draft.gutter - widest - 8


def _calls(draft: Draft, calls: Sequence[Numbered], y: float) -> float:
    """Labels over the rail, the emphasised ones, and on it a sign for every call; returns where it ends."""
    sizes = draft.sizes
    ranked = sorted((event for _, event in calls if event.emphasised), key=lambda event: event.priority)
    named = {id(event) for event in ranked[:MOST_CALLS]}
    chosen = [pair for pair in calls if id(pair[1]) in named]
    draft.lines = sorted(draft.x(anchor(event.when)) for _, event in chosen)
    title, first = draft.chart.called or "Calls", min(draft.x(event.when.earliest) for _, event in calls)
    inline = draft.title_fits(title, first)
    y = y if inline or not sizes.narrow else _heading(draft, title, y, room=0)[0]
    flags = [_named_flag(draft, event) for _, event in chosen]
    bounds = (sizes.pad if sizes.narrow else draft.scale.left - 60, draft.width - 2)
    placed = place(flags, bounds, size=sizes.label)
    rail = y + row_count(placed) * (sizes.label + 2.5) + 4
    for (number, event), entry in zip(chosen, placed, strict=True):
        middle = rail - 4 - (entry.row + 0.5) * (sizes.label + 2.5)
        draft.falls.append((number, event, middle - sizes.label * 0.5))
        moment = anchor(event.when)
        bold = event.priority == 0
        if entry.side:
            write_beside(draft, entry, middle, of=f"e{number}", ends=(moment, moment), paint=event.tone, bold=bold)
    if not sizes.narrow:
        _heading(draft, title, rail - 4, room=draft.gutter - 8)
    bottom = _rail(draft, calls, named, rail)
    if inline:
        _heading(draft, title, bottom - 4 - sizes.title, room=_NO_LIMIT)
    return bottom


def _named_flag(draft: Draft, event: Event) -> Flag:
    x = draft.x(anchor(event.when))
    forms = [draft.say(form) for form in (event.short, *event.shorter)]
    room = max(x - draft.sizes.pad, draft.width - 2 - x) - 6
    said = first_fitting(forms, draft.sizes.label * (1.07 if event.priority == 0 else 1), room)
    return Flag(x, x - 1, x + 1, said, event.priority, claims=True)


def _tones(chart: Chart) -> dict[str, Tone]:
    """The side of each call that a total counts, by its row."""
    steps = (mark for lane in chart.lanes for mark in lane.marks if isinstance(mark, Steps))
    return {item.row: mark.tone for mark in steps for item in mark.items}


def _rail(draft: Draft, calls: Sequence[Numbered], named: set[int], y: float) -> float:
    """A small sign for each side of each call, one above the other where they meet; what has no minute is a bar."""
    sides, window = _tones(draft.chart), draft.chart.window
    marks: list[tuple[int, Event, Tone, Flag]] = []
    for number, event in calls:
        tones = dict.fromkeys(sides.get(row, event.tone) for row in event.rows if "calls:" in row)
        r = _NAMED if id(event) in named else draft.small
        x = draft.x(anchor(event.when))
        left, right = (draft.x(event.when.earliest), draft.x(event.when.latest)) if _is_long(draft, event) else (x, x)
        flag = Flag(x, left - r - 0.5, right + r + 0.5)
        marks += [(number, event, tone, flag) for tone in tones or (event.tone,)]
    # What has words stands on the rail itself, all others over it.
    marks.sort(key=lambda mark: (id(mark[1]) not in named, _is_long(draft, mark[1]), mark[3].x))
    placed = stacked([flag for *_, flag in marks])
    lines, pitch = max(1, row_count(placed)), max(_RAIL, 2 * draft.small + 1)
    bottom = y + lines * pitch + 4
    draft.add(Stroke(((At(window.start), bottom - 2), (At(window.end), bottom - 2)), "rule", layer="ground"))
    for (number, event, tone, _), entry in zip(marks, placed, strict=True):
        middle, said = bottom - 4 - (entry.row + 0.5) * pitch, id(event) in named
        _mark_event(draft, number, event, tone, middle, r=_NAMED if said else draft.small, marked=not said)
    return bottom


def _is_long(draft: Draft, event: Event) -> bool:
    """Whether something has no place on the clock: no time of its own, or one that may be beyond the window."""
    when, window = event.when, draft.chart.window
    if when.precision in WITHOUT_TIME:
        return when.latest - when.earliest > window.length * _LONGEST_SHARE
    return when.latest > window.end


def _mark_event(
    draft: Draft, number: int, event: Event, tone: Tone, y: float, *, r: float, marked: bool = False
) -> None:
    """An event's sign, hollow where its minute is not known; a thin bar where it is known only within hours."""
    thing, window = draft.teller.event(number, event), draft.chart.window
    if _is_long(draft, event):
        ends = At(max(event.when.earliest, window.start)), At(min(event.when.latest, window.end))
        outline = tuple((at, y + down) for down in (-2.5, 2.5) for at in (ends if down < 0 else reversed(ends)))
        draft.add(Area(outline, tone, hatched=True, thing=thing, marked=marked))
        return
    at = At(min(max(anchor(event.when), window.start), window.end))
    draft.add(
        Sign(at, y, r, look(tone).shape, tone, "full" if event.when.exact else "open", thing=thing, marked=marked)
    )


def _others(draft: Draft, others: Sequence[Numbered], y: float, *, most: int, alone: bool) -> float:
    """What else happened: a sign at its minute, a bar over its interval, and the words of what matters most."""
    sizes, title = draft.sizes, "What happened" if alone else "Also that night"
    inline = draft.title_fits(title, min(draft.x(event.when.earliest) for _, event in others))
    y, title_foot = _heading(draft, title, y + 6, room=_NO_LIMIT if inline else draft.gutter - 8)
    inset = draft.title_width(title) if inline else 0.0
    ranked = sorted((event for _, event in others), key=lambda event: (not event.emphasised, event.priority))
    flags = ((id(event), _other_flag(draft, event, claims=True)) for event in ranked)
    chosen = dict(islice((pair for pair in flags if pair[1].text), min(most, 4 if sizes.narrow else 6)))
    named = [pair for pair in others if id(pair[1]) in chosen]
    placed = place(
        [chosen[id(event)] for _, event in named],
        (draft.bounds[0] + inset, draft.bounds[1]),
        size=sizes.label,
        lines=False,
    )
    lines = row_count(placed)
    left = [pair for pair in others if id(pair[1]) not in chosen]
    rest = stacked([_other_flag(draft, event, claims=False) for _, event in left], placed)
    foot, close = y + lines * sizes.pitch, draft.close
    bottom = foot + max(0, row_count(rest) - lines) * close
    for (number, event), entry in (*zip(named, placed, strict=True), *zip(left, rest, strict=True)):
        when, over = event.when, entry.row - lines
        hatched = _is_long(draft, event) and id(event) not in chosen
        if draft.measured and not hatched:
            continue
        middle = foot + (over + 0.5) * close if over >= 0 else foot - (entry.row + 0.5) * sizes.pitch
        if when.exact or hatched:
            said = bool(entry.side)
            _mark_event(draft, number, event, event.tone, middle, r=_SMALL if said else draft.small, marked=not said)
        else:
            thing = draft.teller.event(number, event)
            ends = At(when.earliest), At(when.latest)
            draft.add(Bar(*ends, middle, 5, event.tone, 0.5, thing, marked=not entry.side))
        if event.emphasised and alone:
            draft.falls.append((number, event, middle))
        if entry.side:
            write_beside(draft, entry, middle, of=f"e{number}", ends=(when.earliest, when.latest))
    return max(bottom, title_foot)


def _other_flag(draft: Draft, event: Event, *, claims: bool) -> Flag:
    x = draft.x(anchor(event.when))
    if event.when.exact:
        left, right = x - 6, x + 6
    else:
        left, right = draft.x(event.when.earliest) - 1, draft.x(event.when.latest) + 1 + draft.beside
    flag = Flag(x, left, max(right, left + 5), priority=event.priority, claims=claims)
    if not claims:
        return flag
    return fitting(draft, event, flag, lambda: map(draft.say, (event.short, *event.shorter)))


def _event_lines(draft: Draft, lanes: Sequence[Lane], boxes: Sequence[LaneBox], foot: float) -> None:
    """A line for each labelled event from its words through its lanes, behind their marks; dashed for a bound."""
    first = boxes[0].top - _GAP if boxes else foot
    for number, event, top in draft.falls:
        own = [(box.top, box.bottom) for lane, box in zip(lanes, boxes, strict=True) if lane.slug in event.lanes]
        at, dash, of = At(anchor(event.when)), "" if event.when.exact else "3 3", draft.of(f"e{number}")
        for start, end in ((top, first), *own) if event.lanes else ((top, foot),):
            draft.add(Stroke(((at, start), (at, end)), event.tone, 1.2, dash, layer="events", of=of))


def _interrupt(draft: Draft) -> None:
    """Words through which a line of an event runs at any width of the page have a ground, at which it is interrupted.

    A total that is played moves, and no ground would move with it.
    """
    strokes = (part for part in draft.parts if isinstance(part, Stroke) and part.layer == "events")
    spread = draft.sizes.spread
    lines = [(draft.x(at.moment), top, foot) for (at, top), (to, foot) in (one.points for one in strokes) if at == to]
    for index, part in enumerate(draft.parts if lines else ()):
        if isinstance(part, Words) and not part.ground and not part.of.startswith(TOTAL):
            start, box = draft.x(part.at.moment), part.box(part.at.dx)
            level = (x - start for x, top, foot in lines if top < box.bottom and box.top < foot)
            if any(min(x, x * spread) < box.right and box.left < max(x, x * spread) for x in level):
                draft.parts[index] = replace(part, ground=True)


def _lane(draft: Draft, lane: Lane, y: float, *, most: int) -> tuple[float, LaneBox]:
    sizes = draft.sizes
    parts = draft.teller.lane(lane)
    y, title_foot = _heading(draft, lane.title, y, room=_gutter_room(draft, [*parts.names, *parts.values]))
    if sizes.narrow and parts.valued and any(isinstance(mark, Steps) for mark in lane.marks):
        y -= 6  # totals begin at nothing: there is room above the first of them
    top = bottom = y
    if is_bare(lane):
        bottom = _bare(draft, lane, y)
    if parts.names or parts.entries:
        bottom = draw_rows(draft, lane, bottom, most=most)
    if parts.valued:
        kinds = {type(mark) for mark in lane.marks}
        share = 1.9 if Stretches in kinds or Line in kinds else 1.0 if Steps in kinds else 0.75
        bottom = draw_values(draft, lane, bottom, sizes.body * share)
    for mark in lane.marks:
        for item in mark.items if isinstance(mark, Gap) else ():
            bottom = _gap(draft, lane, mark, item, top, max(bottom, top + 34))
    return max(bottom, title_foot), LaneBox(lane.slug, draft.say(lane.title), top, bottom, tuple(parts.names))


def _bare(draft: Draft, lane: Lane, y: float) -> float:
    """Why nothing is drawn, as a sentence: an empty stripe would look like a calm night."""
    size, left, right = draft.sizes.label, *draft.bounds
    lines = wrap(why_bare(lane, draft.clock), size, min(right - left, _MEASURE))
    for n, line in enumerate(lines):
        draft.write(At(draft.start), y + size * (1 + 1.35 * n), line, paint="quiet")
    return y + size * 1.35 * len(lines) + 2


def _gap(draft: Draft, lane: Lane, mark: Mark, item: Item, top: float, bottom: float) -> float:
    """Hatch a stretch for which nothing is held, and say why under it."""
    window, size = draft.chart.window, draft.sizes.label
    first, last = At(max(item.when.earliest, window.start)), At(min(item.last, window.end))
    outline = ((first, top), (last, top), (last, bottom), (first, bottom))
    draft.add(Area(outline, Tone.NEUTRAL, hatched=True, thing=draft.teller.item(lane, mark, item)))
    lines = wrap(draft.say(item.text), size, draft.scale.right - draft.scale.left)
    for n, line in enumerate(lines):
        draft.write(At(draft.start), bottom + size * (1.2 + 1.35 * n), line, paint="quiet")
    return bottom + size * 1.35 * len(lines) + 4


def _moment(draft: Draft, top: float, foot: float) -> None:
    """A line at the moment up to which the story is told, beyond which nothing stands."""
    if draft.chart.until:
        at = At(draft.chart.told_to)
        draft.add(Stroke(((at, top), (at, foot)), "axis", layer="ground"))


def _axis(draft: Draft, top: float, y: float) -> float:
    """Hairlines through the lanes, small ticks at each hour and labels under them, none of which touch."""
    scale, size, window = draft.scale, draft.sizes.label, draft.chart.window
    draft.add(Stroke(((At(window.start), y), (At(window.end), y)), "axis", layer="ground"))
    for tick in draft.clock.ticks(window, 24 if window.length <= timedelta(days=1) else 12):
        draft.add(Stroke(((At(tick.moment), y), (At(tick.moment), y + 3)), "axis", layer="ground"))
    taken, below = Boxes(Box(0, y, draft.width, y + 100)), y
    for tick in draft.clock.ticks(window, max(3, int((scale.right - scale.left) / 64))):
        x = scale.x(tick.moment)
        draft.add(Stroke(((At(tick.moment), top), (At(tick.moment), y)), "rule", layer="ground"))
        draft.add(Stroke(((At(tick.moment), y), (At(tick.moment), y + 5)), "axis", layer="ground"))
        for row, text in enumerate((tick.label, tick.sub)):
            baseline = y + 7 + size + row * size * 1.25
            box = box_of(x, baseline, text_width(text, size), size, "middle")
            inset = min(0.0, draft.width - 2 - box.right) or max(0.0, 2 - box.left)
            moved = Box(max(box.left + inset - 3, 0), box.top, min(box.right + inset + 3, draft.width), box.bottom)
            if text and taken.first([moved]):
                draft.write(At(tick.moment, inset), baseline, text, paint="quiet" if row else "ink", anchor="middle")
                below = max(below, baseline)
    return below + size * 0.5
