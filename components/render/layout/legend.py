"""What the signs of this very drawing mean: one line under it, drawn with the signs themselves."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from components.charts.grammar import Event, Item, Lane, Line, Mark, Spans, Steps, Stretches, Tone
from components.render.layout.draft import Draft, tone_of
from components.render.layout.lane_rows import STRENGTHS, fill_of, hatch
from components.render.layout.scene import Area, At, Bar, Part, Sign, Stroke
from components.render.layout.theme import look
from components.text import fitted, text_width, visible

#: What a fill of each strength stands for, best evidence first.
_GRADES = ("machine record", "first-hand", "picture", "second-hand")
_CALL = 3.6
Key = tuple[Sequence[Sign | Bar | Area | Stroke], str]


def draw_legend(draft: Draft, lanes: Sequence[Lane], calls: Sequence[Event], y: float) -> float:
    """One line of signs and what they mean, in as many lines as a phone needs; returns where it ends."""
    size, left = draft.sizes.label, draft.sizes.pad
    x, y = left, y + size * 1.5
    entries = [*_sides(draft, lanes, calls), *_untimed(draft), *_rows(draft, lanes), *_values(draft, lanes)]
    for signs, words in entries:
        ink = 14 * len(signs) + 4
        words = fitted(words, size, draft.width - left - ink - 4)
        wide = ink + text_width(words, size)
        if x > left and x + wide > draft.width - 2:
            x, y = left, y + size * 1.45
        for n, sign in enumerate(signs):
            draft.keys.append(_key_part(draft, sign, x + 14 * n, y - size * 0.34))
        draft.write(draft.at(x + ink), y, words, paint="quiet")
        x += wide + 12
    return y + size * 0.5 if entries else y - size


def _key_part(draft: Draft, sign: Sign | Bar | Area | Stroke, x: float, y: float) -> Part:
    """A sign of the legend at its place: 13 pixels wide, in the middle of its line."""
    match sign:
        case Bar():
            return replace(sign, start=draft.at(x), end=draft.at(x + 13), y=y)
        case Area():
            corners = ((x, y - 5), (x + 13, y - 5), (x + 13, y + 5), (x, y + 5))
            return replace(sign, points=tuple((draft.at(across), down) for across, down in corners))
        case Stroke():
            return replace(sign, points=((draft.at(x), y), (draft.at(x + 13), y)))
    return replace(sign, at=draft.at(x + 6), y=y)


def _sign(draft: Draft, tone: Tone, *, r: float, fill: str = "") -> Sign:
    shape = look(tone)
    return Sign(At(draft.start), 0, r, shape.shape, tone, fill or ("open" if shape.fill == "open" else "full"))


def _sides(draft: Draft, lanes: Sequence[Lane], calls: Sequence[Event]) -> Iterator[Key]:
    """Whose call a sign is, and that a hollow one had come by then."""
    if not calls:
        return
    for tone, name in dict.fromkeys((mark.tone, mark.name) for mark in _marks(lanes, Steps)):
        yield [_sign(draft, tone, r=_CALL)], visible(name)
    if any(not event.when.exact for event in calls):
        yield [Sign(At(draft.start), 0, _CALL, "circle", Tone.NEUTRAL, "open")], "by then"


def untimed_tone(draft: Draft) -> Tone | None:
    """The colour of events that may have been at any time of a stretch; what is hatched of a lane says so itself."""
    hatched = (part for part in draft.parts if isinstance(part, Area) and part.hatched)
    return next((area.tone for area in hatched if area.thing and area.thing.number), None)


def _untimed(draft: Draft) -> Iterator[Key]:
    if tone := untimed_tone(draft):
        yield [Area((), tone, hatched=True)], "time not known"


def _marks(lanes: Sequence[Lane], kind: type[Mark]) -> list[Mark]:
    return [mark for lane in lanes for mark in lane.marks if isinstance(mark, kind)]


def _rows(draft: Draft, lanes: Sequence[Lane]) -> Iterator[Key]:
    """States where rows are not named by them, bars, grades, and what has no first instant."""
    rows = [(lane, mark, item) for lane in lanes for mark, item in draft.teller.lane(lane).entries]
    named = ((tone_of(mark, item), mark.name) for lane, mark, item in rows if any(lane.tracks) and not lane.graded)
    here = At(draft.start)
    for tone, name in dict.fromkeys(named):
        sign = hatch(here, here, 0) if tone is Tone.UNWATCHED else _sign(draft, tone, r=draft.sizes.glyph)
        yield [sign], visible(name)
    if loose := [tone_of(mark, item) for _, mark, item in rows if not isinstance(mark, Spans) and not item.when.exact]:
        yield [Bar(here, here, 0, 6, loose[0], 0.5)], "time range"
    held = [(lane, mark, item) for lane, mark, item in rows if lane.graded and item.track in lane.tracks]
    graded = [(lane, mark, item) for lane, mark, item in held if not _is_open(mark, item)]
    if graded:
        grades = sorted({_grade(lane, item) for lane, _, item in graded})
        tone = tone_of(*graded[0][1:])
        signs = [Sign(here, 0, draft.sizes.glyph, "square", tone, "full", STRENGTHS[grade]) for grade in grades]
        yield signs, ", ".join(_GRADES[grade] for grade in grades)
    if begun := [tone_of(mark, item) for _, mark, item in rows if item.by]:
        yield [Stroke((), begun[0], 1.4, "3 2")], "may have begun at any time before"


def _is_open(mark: Mark, item: Item) -> bool:
    """Whether an item is a sign without a fill, in which no grade can show."""
    is_bar = not item.when.exact and item.when.earliest < item.when.latest
    lasts = isinstance(mark, Spans) or item.until is not None
    return not (is_bar or lasts) and fill_of(tone_of(mark, item), item) == "open"


def _grade(lane: Lane, item: Item) -> int:
    return min(lane.tracks.index(item.track), len(STRENGTHS) - 1)


def _values(draft: Draft, lanes: Sequence[Lane]) -> Iterator[Key]:
    """Ranges of totals, long stretches, bands of series."""
    here = At(draft.start)
    for mark in _marks(lanes, Steps):
        paths = draft.teller.paths(mark) if isinstance(mark, Steps) else None
        if paths and not paths.least and paths.low != paths.high:
            yield [Area((), mark.tone, 0.22)], "possible"
            break
    if loose := [mark for mark in _marks(lanes, Stretches) if isinstance(mark, Stretches) and mark.loose]:
        yield [Bar(here, here, 0, 5, loose[0].tone, 0.55)], "mean over a long stretch"
    if banded := [mark for mark in _marks(lanes, Line) if any(item.low is not None for item in mark.items)]:
        yield [Area((), banded[0].tone, 0.2)], "band of doubt"
