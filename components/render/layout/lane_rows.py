"""Marks in the rows of a lane: observations as signs and bars, lasting states, and the words beside them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from components.charts.grammar import Event, Item, Lane, Mark, Spans, Tone
from components.render.layout.boxes import Anchor
from components.render.layout.draft import Draft, tone_of
from components.render.layout.geometry import Entry, spot
from components.render.layout.labels import GAP, MOST_CLAIMS, Flag, Placed, place, row_count, stacked
from components.render.layout.scene import Area, At, Bar, Paint, Sign, Stroke, Thing
from components.render.layout.theme import look
from components.text import fitted, text_width

#: How much of a sign's colour fills it, by the grade of its evidence, best first.
STRENGTHS = (1.0, 0.85, 0.5, 0.18)
#: Pixels: of a bar, of a state that lasted, and the longest label.
_BAR, _SPAN = 4.0, 7.0
_LONGEST = (340.0, 240.0)
#: Lines of a state that lasted, as pixels below the middle and thickness: no two states have the same.
_WHOLE = ((0.0, _SPAN),)
_SPANS = {
    Tone.UNREACHABLE: ((-2.7, 1.6), (2.7, 1.6)),
    Tone.DEGRADED: ((0.0, 3.5),),
    Tone.ANSWERING: ((0.0, 1.4),),
}
_HATCH = 10.0
_ANCHORS: dict[str, Anchor] = {"right": "start", "left": "end"}


def strength_of(lane: Lane, item: Item) -> float:
    """How strongly a mark is filled: by its grade where a lane is graded, else wholly."""
    if not lane.graded or item.track not in lane.tracks:
        return 1.0
    return STRENGTHS[min(lane.tracks.index(item.track), len(STRENGTHS) - 1)]


def fill_of(tone: Tone, item: Item) -> str:
    """How the sign of an item is filled: one that only had happened by its time is open, whatever its tone."""
    return "open" if look(tone).fill == "open" or not item.when.exact else "full"


def draw_rows(draft: Draft, lane: Lane, y: float, *, most: int) -> float:
    """All rows from y downwards, with at most so many labels in each that ask for room; returns where they end."""
    rows = draft.teller.lane(lane).rows
    troubles = [item for _, entries in rows for mark, item in entries if tone_of(mark, item) is not Tone.ANSWERING]
    first = min(troubles, key=lambda item: item.when.latest) if lane.graded and troubles else None
    for name, entries in rows:
        y = _row(draft, lane, name, entries, y, most=most, first=first)
    return y


def _row(
    draft: Draft, lane: Lane, name: str, entries: list[Entry], y: float, *, most: int, first: Item | None
) -> float:
    """One row: marks with words, then the others, where there is room between these, else close together."""
    records = _records(lane, entries, most=most)
    recorded = {id(item) for record in records for _, item in record}
    single = [entry for entry in entries if id(entry[1]) not in recorded]
    single.sort(key=lambda entry: (entry[1] is not first, -strength_of(lane, entry[1]), not entry[1].when.exact))
    said = _said(draft, lane, single, most=most, inset=_inset(draft, lane, name))
    chosen = [*records, *([entry] for entry in single if id(entry[1]) in said)]
    # A minute has a better claim to a free line than an interval, which can lie close to others.
    others = sorted((entry for entry in single if id(entry[1]) not in said), key=lambda entry: not entry[1].when.exact)
    bounds = draft.bounds[0] + _inset(draft, lane, name), draft.bounds[1]
    flags = [said.get(id(group[0][1])) or _whole(draft, group) for group in chosen]
    placed = place(flags, bounds, size=draft.sizes.label, lines=False)
    lines = row_count(placed)
    rest = stacked([_bare(draft, item) for _, item in others], placed)
    free, close = [entry.row < lines for entry in rest], max(0, row_count(rest) - lines)
    pitch = draft.sizes.pitch
    marks = [(entry, flag) for group, flag in zip(chosen, placed, strict=True) for entry in group]
    top = _name_row(draft, name, [*marks, *zip(others, rest, strict=True)], y, lines, close)
    bottom = top + max(lines * pitch + close * draft.close, pitch if name else draft.close)
    end = bottom + (3 if name else 0)
    if draft.measured:
        return end
    if name and not entries:
        wide = 0.0 if names_fit(draft, name) else text_width(name, draft.sizes.label) + 2 * GAP
        x = draft.at(draft.scale.left + 2 + wide)
        draft.write(x, top + pitch / 2 + draft.sizes.label * 0.35, "nothing on record", paint="quiet")
    for (mark, item), entry in marks:
        middle = top + (lines - entry.row - 0.5) * pitch
        draw_item(draft, lane, mark, item, middle, marked=not entry.side and id(item) not in recorded)
        if entry.side:
            ends = item.when.earliest, item.last
            write_beside(draft, entry, middle, of=item.row, ends=ends, dashed=item.by)
    for (mark, item), entry, inside in zip(others, rest, free, strict=True):
        row = entry.row - lines
        middle = top + (lines - entry.row - 0.5) * pitch if inside else top + lines * pitch + (row + 0.5) * draft.close
        if not lines and close == 1:
            middle = (top + bottom) / 2
        draw_item(draft, lane, mark, item, middle, marked=True)
    return end


def _records(lane: Lane, entries: list[Entry], *, most: int) -> list[list[Entry]]:
    """The states that one recorder saw, one after the other: they share a line, and their signs tell them apart.

    In a row that one state names, each has words of its own as long as there is room for all.
    """
    if lane.graded and len(entries) <= most:
        return []
    found = defaultdict[tuple[str, tuple[str, ...]], list[Entry]](list)
    for mark, item in entries:
        if isinstance(mark, Spans) and item.when.exact:
            found[item.subject, item.sources].append((mark, item))
    # The worst states, which come first, are drawn over those that are close to them.
    return [record[::-1] for record in found.values() if len(record) > 1]


def _said(draft: Draft, lane: Lane, entries: list[Entry], *, most: int, inset: float) -> dict[int, Flag]:
    """The marks that carry words, by their items: the first of these that have room for some."""
    if lane.tracks and not lane.graded and any(lane.tracks) and len(entries) > most:
        return {}
    found: dict[int, Flag] = {}
    for _, item in entries:
        if len(found) >= min(most, MOST_CLAIMS):
            break
        if (flag := _fitting(draft, item, inset)).text:
            found[id(item)] = replace(flag, priority=len(found), claims=True)
    return found


def _fitting(draft: Draft, item: Item, inset: float) -> Flag:
    """A mark with its words, or none that fit."""
    return fitting(draft, item, _bare(draft, item), lambda: draft.forms(item.labels, item.text), inset=inset)


def _name_row(draft: Draft, name: str, marks: list[tuple[Entry, Placed]], y: float, lines: int, close: int) -> float:
    """A row's name at its left, or where there is no gutter in a free line of the row, else above it."""
    sizes = draft.sizes
    if not name:
        return y
    if not sizes.narrow and names_fit(draft, name):
        draft.write(At(draft.start, -8), y + sizes.pitch / 2 + sizes.label * 0.35, name, paint="quiet", anchor="end")
        return y
    said = fitted(name, sizes.label, draft.scale.right - draft.scale.left)
    wide = text_width(said, sizes.label) + 2 * GAP
    # What was only seen first is drawn back to the left edge.
    first = [(item, entry) for (_, item), entry in marks if entry.row == max(lines - 1, 0)]
    if not any(item.by or entry.span[0] < draft.scale.left + wide for item, entry in first):
        draft.write(At(draft.start, 1), y + sizes.pitch / 2 + sizes.label * 0.35, said, paint="quiet")
        return y
    draft.write(At(draft.start, 1), y + sizes.label, said, paint="quiet")
    return y + sizes.label * 1.3


def names_fit(draft: Draft, name: str) -> bool:
    """Whether the name of a row has room at its left."""
    return text_width(name, draft.sizes.label) + 8 <= draft.gutter


def write_beside(
    draft: Draft,
    entry: Placed,
    y: float,
    *,
    of: str,
    ends: tuple[datetime, datetime],
    paint: Paint = "ink",
    bold: bool = False,
    dashed: bool = False,
) -> None:
    """A placed label, fixed to the end of its mark, from which dashes lead to the left if it is `dashed`."""
    right, window = entry.side == "right", draft.chart.window
    x = entry.text_span[0] if right else entry.text_span[1]
    moment = min(max(ends[1] if right else ends[0], window.start), window.end)
    at, anchor = At(moment, x - draft.x(moment)), _ANCHORS[entry.side]
    baseline = y + draft.sizes.label * 0.35
    draft.write(
        at,
        baseline,
        entry.flag.text,
        paint=paint,
        anchor=anchor,
        bold=bold,
        of=draft.of(of),
        ground=dashed and not right,
    )


def _inset(draft: Draft, lane: Lane, name: str) -> float:
    """Pixels at the left of the plot that labels leave to the name of their row, where there is no gutter for it."""
    short = lane.graded and draft.sizes.narrow
    return text_width(name, draft.sizes.label) + 2 * GAP if name and short else 0.0


def _bare(draft: Draft, item: Item) -> Flag:
    """A mark without words: where it stands, and from where to where its ink reaches."""
    if id(item) not in draft.bare:
        left, right = _ink(draft, item)
        reach = 0 if item.when.exact and item.until is None else draft.beside
        draft.bare[id(item)] = Flag(draft.x(spot(item.when, draft.chart.window)), left, right + reach)
    return draft.bare[id(item)]


def _whole(draft: Draft, group: Sequence[Entry]) -> Flag:
    """The marks of one recorder without words, as one."""
    inks = [_ink(draft, item) for _, item in group]
    left, right = min(left for left, _ in inks), max(right for _, right in inks)
    return Flag(left, left, right)


def fitting(
    draft: Draft, mark: Item | Event, flag: Flag, forms: Callable[[], Iterable[str]], *, inset: float = 0.0
) -> Flag:
    """The flag of a mark with the first of these words that fits beside it, moved aside where lines would run through.

    Of a mark this is found once, for all tries of the drawing.
    """
    if (name := (id(mark), inset)) not in draft.fits:
        draft.fits[name] = _fitted(draft, flag, forms(), inset)
    return draft.fits[name]


def _fitted(draft: Draft, flag: Flag, forms: Iterable[str], inset: float) -> Flag:
    longest, (first, last) = _LONGEST[draft.sizes.narrow], draft.bounds
    for said in forms:
        width = text_width(said, draft.sizes.label)
        left, right = draft.aside(flag.left, width, -1), draft.aside(flag.right, width, 1)
        room = max(left - first - inset, last - right) - GAP
        if width <= min(room, longest):
            return replace(flag, left=left, right=right, text=said)
    return flag


def _ink(draft: Draft, item: Item) -> tuple[float, float]:
    """From where to where an item's ink reaches."""
    if item.when.exact and item.until is None:
        x, reach = draft.x(spot(item.when, draft.chart.window)), draft.sizes.glyph * 1.25 + 1
        return x - reach, x + reach
    left, right = draft.x(item.when.earliest), draft.x(item.last)
    return min(left, right - _BAR), max(right, left + _BAR)


def draw_item(draft: Draft, lane: Lane, mark: Mark, item: Item, y: float, *, marked: bool) -> None:
    """An observation: a sign at its minute, a bar over its interval, dashes back from what has no first instant."""
    tone, strength, thing = tone_of(mark, item), strength_of(lane, item), draft.teller.item(lane, mark, item)
    if item.by:
        points = ((draft.at(draft.scale.left), y), (At(item.when.earliest), y))
        head = Sign(At(draft.start), y, 4, "arrow", tone)
        draft.add(Stroke(points, tone, 1.4, "3 2", layer="events", of=draft.of(item.row)), head)
    if isinstance(mark, Spans) or item.until is not None:
        end = item.until or item.when
        if item.when.earliest != item.when.latest or end.earliest != end.latest:
            draft.add(Bar(At(item.when.earliest), At(end.latest), y, 2, tone, 0.6, thing))
        first, last = At(item.when.latest), At(max(end.earliest, item.when.latest))
        if tone is Tone.UNWATCHED:
            draft.add(hatch(first, last, y, thing=thing, marked=marked))
            return
        for level, thick in _SPANS.get(tone, _WHOLE):
            draft.add(Bar(first, last, y + level, thick, tone, strength, thing, marked))
        if isinstance(mark, Spans):
            draft.add(_sign(draft, tone, item, y, strength, thing))
    elif not item.when.exact and item.when.earliest < item.when.latest:
        ends = At(item.when.earliest), At(item.when.latest)
        draft.add(Bar(*ends, y, _BAR, tone, 0.5 * max(strength, 0.5), thing, marked))
    else:
        draft.add(_sign(draft, tone, item, y, strength, thing, marked=marked))


def _sign(
    draft: Draft, tone: Tone, item: Item, y: float, strength: float, thing: Thing, *, marked: bool = False
) -> Sign:
    at, shape = At(spot(item.when, draft.chart.window)), look(tone).shape
    return Sign(at, y, draft.sizes.glyph, shape, tone, fill_of(tone, item), strength, thing, marked=marked)


def hatch(start: At, end: At, y: float, *, thing: Thing | None = None, marked: bool = False) -> Area:
    """A stretch of a row of which nothing is known."""
    top, foot = y - _HATCH / 2, y + _HATCH / 2
    corners = ((start, top), (end, top), (end, foot), (start, foot))
    return Area(corners, Tone.UNWATCHED, hatched=True, thing=thing, marked=marked)
