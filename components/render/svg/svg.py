"""A chart as one self-contained SVG with its time axis: complete without a script, the same on every machine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import NamedTuple

from components.charts.bare import NOTHING
from components.charts.grammar import SIDES, Chart, Tone
from components.clock import Clock
from components.render.layout.boxes import Box
from components.render.layout.composition import compose
from components.render.layout.scene import BRIEF, NARROW, WIDE, Sizes, Teller
from components.render.layout.theme import DARK, LIGHT, SANS, SERIF, Theme, worn
from components.render.layout.tile_layout import apart
from components.render.svg.notes import draw_banner, draw_end, draw_headline, draw_marks, draw_notes
from components.render.svg.sheet import Frame, Label, Sheet, number, tag
from components.render.svg.svg_pen import GROUND, draw_composition
from components.render.svg.svg_tiles import (
    TILE_SHAPES,
    draw_map,
    draw_sums_and_keys,
    draw_tiles,
    has_letters,
    tile_rules,
)
from components.text import xml

#: Pixels. Outside of this range a drawing is made at its nearest end and scales by its viewBox.
NARROWEST, WIDEST = 320, 1400
_WIDE_FROM = 560
#: A document on a phone shares this height among its lanes.
_PHONE, _LANES = 400, 450.0
#: How much higher lanes may be whose marks hold numbers.
_NUMBERED = 110.0
#: How wide the two drawings of a tally are, in pixels: no wider than the narrowest page holds.
TALLY = 296.0


@dataclass(frozen=True, slots=True)
class Layout:
    """A finished drawing: its size in pixels, its elements, the box of its lanes and of every line of text on it."""

    width: float
    height: float
    prefix: str
    body: str
    plot: Box
    labels: tuple[Label, ...]


def draw(
    chart: Chart,
    clock: Clock,
    *,
    width: int = 720,
    theme: Theme = LIGHT,
    headline: bool = False,
    credit: str = "",
    adaptive: bool = False,
    brief: bool = False,
    own: frozenset[str] | None = None,
    paper: bool = False,
    teller: Teller | None = None,
    within: bool = False,
) -> str:
    """The chart as SVG text, `width` pixels wide, as tall as its content.

    `headline` writes the takeaway above it and `credit` below, for pictures that travel alone. `adaptive` lets a
    light drawing turn dark with the reader's system. `brief` leaves out notes, legends and edge notes, for a page
    that prints them beside it. On `paper`, where nothing answers a pointer, marks without words carry numbers that a
    list below explains. With `own`, the marks of these rows alone are elements of their own, others many in one. Who
    draws a chart at several widths has one `teller` for all. `within` a page that has the rules of its
    drawings and says what each mark is, it has neither. Ids begin with the chart's slug and width, so that drawings of
    several widths can stand in one page. The root says which span of time its lanes stand for and where they are, for
    scripts.
    """
    found = layout(
        *(chart, clock), width=width, headline=headline, credit=credit, brief=brief, own=own, paper=paper,
        teller=teller, titled=not within,
    )  # fmt: skip
    return drawn(found, chart, clock, theme=theme, adaptive=adaptive, within=within)


def drawn(
    found: Layout, chart: Chart, clock: Clock, *, theme: Theme, adaptive: bool = False, within: bool = False
) -> str:
    """As `draw`, of what `layout` has found already."""
    title, about = f"{found.prefix}-title", f"{found.prefix}-desc"
    content = [
        tag("title", xml(clock.say(chart.title)), id=title),
        tag("desc", xml(clock.say(chart.takeaway), most=400), id=about),
        "" if within else f"<style>{style(theme, chart, adaptive=adaptive)}</style>",
        tag("rect", width="100%", height="100%", class_="p"),
        found.body,
    ]
    return tag(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        class_=_scope(theme, adaptive=adaptive),
        width=found.width,
        height=found.height,
        viewBox=f"0 0 {number(found.width)} {number(found.height)}",
        role="img",
        aria_labelledby=f"{title} {about}",
        data_from=chart.window.start.isoformat(),
        data_to=chart.window.end.isoformat(),
        data_left=found.plot.left,
        data_right=found.plot.right,
        data_top=found.plot.top,
        data_bottom=found.plot.bottom,
    )


def layout(
    chart: Chart,
    clock: Clock,
    *,
    width: int,
    headline: bool = False,
    credit: str = "",
    brief: bool = False,
    sizes: Sizes | None = None,
    own: frozenset[str] | None = None,
    paper: bool = False,
    teller: Teller | None = None,
    titled: bool = True,
) -> Layout:
    """Every element and every text box of the drawing, before colours; `sizes` are the width's own if None."""
    frame = _frame(
        chart, clock, min(max(width, NARROWEST), WIDEST), brief=brief, sizes=sizes, own=own, paper=paper, titled=titled
    )
    top = draw_banner(frame)
    y = draw_headline(frame, top + frame.sizes.pad) if headline else top + frame.sizes.pad * 0.5
    tiled, timed = apart(chart.lanes)
    plot = Box(frame.sizes.pad, y, frame.width - frame.sizes.pad, y)
    if timed or chart.events:
        sizes = _lane_sizes(frame, len(timed))
        found = compose(chart, clock, width=frame.width, sizes=sizes, top=y + 4, teller=teller)
        draw_composition(frame, found)
        plot, y = Box(found.scale.left, found.plot, found.scale.right, found.foot), found.bottom
        y = draw_marks(frame, found, y) if frame.sizes.paper else y
    elif not tiled:
        y = _nothing(frame, y)
    for lane in tiled:
        y = draw_tiles(frame, lane, y)
    y = draw_notes(frame, y, credit=credit)
    sheet, height = frame.sheet, round(draw_end(frame, y + frame.sizes.pad))
    return Layout(frame.width, height, sheet.prefix, sheet.body, plot, tuple(sheet.labels))


def _lane_sizes(frame: Frame, lanes: int) -> Sizes:
    """The sizes of so many lanes: in a document on a phone many are lower."""
    sizes = frame.sizes
    if not frame.brief or frame.width >= _PHONE:
        return sizes
    return replace(sizes, body=min(sizes.body, _LANES / max(lanes, 1)))


class Tally(NamedTuple):
    """Tiles as a page of any width holds them once: their totals and legend, and the map; both with their heights."""

    sums: str
    map: str
    heights: tuple[float, float]
    lettered: bool


def draw_tally(
    chart: Chart, clock: Clock, *, theme: Theme = LIGHT, adaptive: bool = False, own: frozenset[str] | None = None
) -> Tally | None:
    """The tiles of a chart in two drawings, each TALLY pixels wide, for a page that sets them side by side; or None."""
    tiled = apart(chart.lanes)[0]
    if not tiled:
        return None
    drawn, heights = [], []
    for name, draw_part in (("sums", draw_sums_and_keys), ("map", draw_map)):
        sheet = Sheet.blank(f"nd-{name}")
        frame = Frame(chart, clock, sheet, replace(BRIEF, pad=1), TALLY, brief=True, own=own, titled=False)
        y = 0.0
        for lane in tiled:
            y = draw_part(frame, lane, y)
        size = {"viewBox": f"0 0 {number(TALLY)} {number(y)}", "class_": _scope(theme, adaptive=adaptive)}
        drawn.append(tag("svg", sheet.body, xmlns="http://www.w3.org/2000/svg", **size))
        heights.append(y)
    return Tally(drawn[0], drawn[1], (heights[0], heights[1]), any(map(has_letters, tiled)))


def _frame(
    chart: Chart,
    clock: Clock,
    width: int,
    *,
    brief: bool,
    sizes: Sizes | None,
    own: frozenset[str] | None,
    paper: bool,
    titled: bool,
) -> Frame:
    sizes = sizes or (WIDE if width >= _WIDE_FROM else BRIEF if brief else NARROW)
    sizes = replace(sizes, paper=True, limit=sizes.limit + _NUMBERED) if paper else sizes
    prefix = f"nd-{re.sub(r'[^a-z0-9-]', '-', chart.slug.lower())}-{width}"
    sheet = Sheet.blank(prefix)
    return Frame(chart, clock, sheet, sizes, width, brief=brief, own=own, titled=titled)


def _nothing(frame: Frame, y: float) -> float:
    """The words that stand where there is no lane: a bare axis would look like a calm night."""
    size = frame.sizes.label
    frame.sheet.text(frame.sizes.pad, y + size * 1.5, f"{NOTHING}.", size, classes="q")
    return y + size * 2


def _scope(theme: Theme, *, adaptive: bool) -> str:
    return f"nd nd-{'auto' if adaptive else theme.name}"


#: Looks that few nights want: their rules stand only where a chart has one of them.
_RARE = SIDES[4:]


def many_sides(chart: Chart) -> bool:
    """Whether a chart has more sides than most, or others."""
    marks = {mark.tone for lane in chart.lanes for mark in lane.marks}
    return not marks.union(event.tone for event in (*chart.events, *chart.outside)).isdisjoint(_RARE)


def style(theme: Theme, chart: Chart | None = None, *, adaptive: bool = False) -> str:
    """The drawing's rules: one text for charts of at most four sides in the theme's colours, and one for more.

    So a page may allow each by one hash; a chart whose sides have colours of their own has its own. Print is light.
    """
    scope = "." + _scope(theme, adaptive=adaptive).rsplit(" ", 1)[1]
    tones = [tone for tone in Tone if (chart and many_sides(chart)) or tone not in _RARE]
    own, dark, light = (worn(one, chart) if chart else one for one in (theme, DARK, LIGHT))
    rules = _colours(own, scope, tones)
    if adaptive:
        rules += f"@media screen and (prefers-color-scheme:dark){{{_colours(dark, scope, tones)}}}"
    if theme is not LIGHT:
        rules += f"@media print{{{_colours(light, scope, tones)}}}"
    # Theme before shape: a bare tile has the ground's colour until its looks say otherwise.
    return rules + (_SHAPES + TILE_SHAPES).replace("SCOPE", scope)


_SHAPES = (
    f"SCOPE text{{font-family:{SANS};font-variant-numeric:tabular-nums}}"
    f"SCOPE .serif{{font-family:{SERIF}}}SCOPE .b{{font-weight:700}}"
    "SCOPE .s{stroke:currentColor;fill:none}SCOPE .f{fill:currentColor}"
    "SCOPE .rule,SCOPE .axis,SCOPE .reference{fill:none}"
    "SCOPE .line{stroke-linejoin:round}SCOPE .halo{paint-order:stroke;stroke-width:2.5px;stroke-linejoin:round}"
    f"SCOPE .under{{stroke-width:{GROUND}px}}SCOPE .strong{{stroke-width:1.2px}}"
    "SCOPE .reference{stroke-width:1.2px;stroke-dasharray:5 3}"
)


def _colours(theme: Theme, scope: str, tones: Iterable[Tone]) -> str:
    coloured = defaultdict[str, list[Tone]](list)
    for tone in tones:
        coloured[theme.colour(tone)].append(tone)
    rules = {
        "text": f"fill:{theme.ink}",
        "text.q": f"fill:{theme.quiet}",
        "text.on": f"fill:{theme.paper}",
        ".p,.p.s": f"fill:{theme.paper}",
        ".halo,.under": f"stroke:{theme.paper}",
        ".band": f"fill:{theme.band}",
        ".rule": f"stroke:{theme.rule}",
        ".axis": f"stroke:{theme.quiet}",
        ".reference": f"stroke:{theme.ink}",
        **{",".join(f".t-{tone.value}" for tone in alike): f"color:{colour}" for colour, alike in coloured.items()},
        **tile_rules(theme),
    }
    return "".join(
        f"{','.join(f'{scope} {part}' for part in name.split(','))}{{{rule}}}" for name, rule in rules.items()
    )
