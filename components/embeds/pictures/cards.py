"""Drawings that travel alone: as tall as their content, or composed on a canvas of a given size."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import NamedTuple

from components.charts.grammar import Chart
from components.embeds.documents.document import ON_PAPER, over_the_clock
from components.embeds.documents.lines import caution_line
from components.embeds.embed import Embed
from components.render.layout.scene import CARD, WIDE, Sizes
from components.render.layout.theme import Theme, theme_named
from components.render.layout.tile_layout import apart
from components.render.svg import svg
from components.render.svg.notes import band, foot_of, marks
from components.render.svg.sheet import number, tag
from components.text import SERIF_BOLD, fitted, mark_of, text_width, visible, wrap, xml

#: Letters smaller than this, in pixels, are not read on a card; a card gives up notes, height and minor events first.
_READABLE = 11.0
#: A small chart grows no more than this on a large canvas. Layouts are tried at these shares of the canvas's width.
_LARGEST = 1.7
_SHARES = (1 / _LARGEST, 0.66, 0.74, 0.83, 0.91, 1.0, 1.08, 1.16, 1.25)


@dataclass(frozen=True, slots=True)
class Manner:
    """How much of a chart a card shows: at what sizes, and whether with notes and legends."""

    sizes: Sizes
    brief: bool = True


#: The tightest sizes, with emphasised events only.
_TIGHT = replace(CARD, pitch=14, sparse=True)
#: From the fullest on; the first that can be read is taken.
_MANNERS = (
    Manner(WIDE, brief=False),
    Manner(CARD, brief=False),
    Manner(CARD),
    Manner(replace(CARD, body=110)),
    Manner(replace(CARD, body=80)),
    Manner(replace(CARD, body=110, pitch=14, sparse=True)),
    Manner(replace(_TIGHT, body=80)),
    Manner(replace(_TIGHT, body=52)),
    Manner(replace(_TIGHT, body=40)),
)


class Fit(NamedTuple):
    """A layout, by how much it is scaled to fill its room, and how it was made."""

    layout: svg.Layout
    scale: float
    manner: Manner


def fit(embed: Embed, width: float, height: float) -> Fit:
    """The fullest layout that can be read in a room of this size, at its widest and largest; else the least full."""
    for manner in _MANNERS:
        lowest = _layout(embed, manner, width * _SHARES[-1])
        if height / lowest.height * manner.sizes.label < _READABLE and manner is not _MANNERS[-1]:
            continue  # a narrower one would be taller still
        best = _fullest(embed, manner, width, height, lowest)
        if best.scale * manner.sizes.label >= _READABLE:
            break
    return best


def _fullest(embed: Embed, manner: Manner, width: float, height: float, lowest: svg.Layout) -> Fit:
    """The best layout in this manner, of equal ones the narrowest; `lowest` is that of the last share.

    A wider one is shown smaller, so none is made once the best so far is better than the next could be.
    """

    def made(wide: float) -> Fit:
        one = lowest if wide == lowest.width else _layout(embed, manner, wide)
        return Fit(one, min(width / one.width, height / one.height, _LARGEST), manner)

    narrowest, *wider = (min(int(width * share), lowest.width) for share in _SHARES)
    best = made(narrowest)
    for wide in wider:
        if _rank(best, width) >= _rank_of(wide, min(width / wide, _LARGEST), manner, width):
            break
        best = max(best, made(wide), key=lambda fit: _rank(fit, width))
    return best


def _rank(fit: Fit, width: float) -> tuple[float, float, float]:
    return _rank_of(fit.layout.width, fit.scale, fit.manner, width)


def _rank_of(wide: float, scale: float, manner: Manner, width: float) -> tuple[float, float, float]:
    return min(scale * manner.sizes.label, _READABLE), round(wide * scale / width, 1), scale


def _layout(embed: Embed, manner: Manner, width: float) -> svg.Layout:
    return svg.layout(embed.chart, embed.clock, width=int(width), brief=manner.brief, sizes=manner.sizes)


#: Pixels, at scale 1. A natural picture is as wide as asked, and as tall as what is on it; one for paper has about the
#: shape of a page of A4 or Letter, upright or across, with the list of its numbers.
SHAPES: Mapping[str, tuple[int, int] | None] = MappingProxyType(
    dict.fromkeys(("natural", "paper", "paper-across", "paper-map"), None)
    | {"social": (1200, 630), "square": (1200, 1200)}
)
_PAPER_WIDTHS: Mapping[str, int] = MappingProxyType({"paper": ON_PAPER, "paper-across": 1400, "paper-map": ON_PAPER})
#: A column and a half of a broadsheet page on screen.
NATURAL_WIDTH = 960
#: Sources named in the line under a picture; all are in its table.
_NAMED_SOURCES = 8
_MARGIN = 36
#: Who draws, at the end of the sources.
HOUSE = "Nightdesk."


class Drawing(NamedTuple):
    """SVG text and its size in pixels."""

    text: str
    width: float
    height: float


def _sources_line(chart: Chart, most: int) -> list[str]:
    named = list(dict.fromkeys(source.org for source in chart.sources))
    more = f" and {len(named) - most} more" if len(named) > most else ""
    return [f"Sources: {'; '.join(named[:most])}{more}."] if named else []


def credit_of(embed: Embed, *, most: int = _NAMED_SOURCES) -> str:
    """The credit line of a picture, with the day its content last changed and the name of a frozen copy."""
    return " ".join((*_sources_line(embed.chart, most), HOUSE, *_dated(embed)))


def _dated(embed: Embed) -> list[str]:
    parts = [f"As of {embed.clock.date(embed.as_of)}."] if embed.as_of else []
    parts += [f"Version {embed.version}."] if embed.version else []
    return parts


def drawing_of(embed: Embed, *, shape: str, width: int | None = None) -> Drawing:
    """The view as a picture that explains itself: takeaway, chart and credit. ValueError for an unknown shape.

    `width` is that of a natural picture, in pixels; the other shapes have their own.
    """
    if shape not in SHAPES:
        raise ValueError(f"{shape[:40]!r} is not a shape; use {', '.join(SHAPES)}")
    canvas = SHAPES[shape]
    if shape in _PAPER_WIDTHS:
        return _on_paper(embed, shape)
    return _on_canvas(embed, *canvas) if canvas else _natural(embed, width or NATURAL_WIDTH)


def _theme(embed: Embed) -> Theme:
    return theme_named("dark" if embed.theme == "dark" else "light")


def _natural(embed: Embed, width: int) -> Drawing:
    found = svg.layout(embed.chart, embed.clock, width=width, headline=True, credit=_credit(embed), paper=True)
    text = svg.drawn(found, embed.chart, embed.clock, theme=_theme(embed), adaptive=embed.theme == "auto")
    return Drawing(text, found.width, found.height)


def _on_paper(embed: Embed, shape: str) -> Drawing:
    """The chart with its caution, for a page that is printed and names its sources; the map of what is played apart."""
    chart = _map_of(embed.chart) if shape == "paper-map" else over_the_clock(embed.chart)
    found = svg.layout(
        chart, embed.clock, width=_PAPER_WIDTHS[shape], credit=caution_line(embed), brief=True, paper=True
    )
    return Drawing(svg.drawn(found, chart, embed.clock, theme=_theme(embed)), found.width, found.height)


def _map_of(chart: Chart) -> Chart:
    """The tiles alone of what is played, or its first lane where it has none."""
    return replace(chart, lanes=tuple(apart(chart.lanes)[0] or chart.lanes[:1]), events=())


def _credit(embed: Embed) -> str:
    return f"{caution_line(embed)} {credit_of(embed)}".strip()


def _on_canvas(embed: Embed, width: int, height: int) -> Drawing:
    if embed.chart.played and height < width:
        # A flat card holds the map so that it can be read, or everything so that nothing can.
        embed = replace(embed, chart=_map_of(embed.chart))
    inner = width - 2 * _MARGIN
    test, first, last = _test(embed, width, height)
    top, headline = _headline(embed, inner, size=46.0 if height == width else 38.0, y=first)
    height, canvas = height - round(last), height
    bottom = height - 62.0
    # The bands are the canvas's own.
    found, scale, manner = fit(replace(embed, chart=replace(embed.chart, banner="")), inner, bottom - top)
    left = (width - found.width * scale) / 2
    down = top + (bottom - top - found.height * scale) * 0.4
    chart = tag("g", found.body, transform=f"translate({number(left)} {number(down)}) scale({scale:.4f})")
    theme = _theme(embed)
    name = f"{found.prefix}-title"
    content = (
        tag("title", xml(embed.clock.say(embed.chart.title)), id=name),
        f"<style>{svg.style(theme, embed.chart)}</style>",
        tag("rect", width="100%", height="100%", class_="p"),
        headline,
        chart,
        _foot(embed, width, height, sparse=manner.sizes.sparse),
        test,
    )
    text = tag(
        "svg",
        "".join(content),
        xmlns="http://www.w3.org/2000/svg",
        class_=f"nd nd-{theme.name}",
        width=width,
        height=canvas,
        viewBox=f"0 0 {width} {canvas}",
        role="img",
        aria_labelledby=name,
    )
    return Drawing(text, width, canvas)


def _test(embed: Embed, width: int, height: int) -> tuple[str, float, float]:
    """What says that the picture is a test, and how much of its top and its foot that takes; nothing otherwise."""
    if not embed.chart.banner:
        return "", 0.0, 0.0
    top, first = band(embed.chart.banner, width, size=22)
    said = foot_of(embed.chart.banner)
    _, last = band(said, width, size=18)
    foot, _ = band(said, width, y=height - last, size=18)
    return marks(mark_of(embed.chart.banner), width, height) + top + foot, first, last


def _headline(embed: Embed, width: float, *, size: float, y: float) -> tuple[float, str]:
    """The takeaway below y in at most three lines, smaller where it is long; where it ends, and its elements."""
    said = visible(embed.clock.say(embed.chart.takeaway))
    while size > 26 and len(wrap(said, size, width, factor=SERIF_BOLD)) > 2:
        size -= 2
    lines = _balanced(wrap(said, size, width, factor=SERIF_BOLD, lines=3), size, width)
    places = [y + _MARGIN + size * (0.8 + 1.2 * n) for n in range(len(lines))]
    drawn = [
        tag("text", xml(line, most=400), x=_MARGIN, y=place, font_size=size, class_="serif b")
        for place, line in zip(places, lines, strict=True)
    ]
    return y + _MARGIN + size * 1.2 * len(lines) + 8, "".join(drawn)


def _balanced(lines: list[str], size: float, width: float) -> list[str]:
    """As many lines of more even length, so that no word stands alone in the last one."""
    for share in (0.62, 0.7, 0.78, 0.86, 0.93):
        narrower = wrap(" ".join(lines), size, width * share, factor=SERIF_BOLD)
        if len(narrower) == len(lines) > 1:
            return narrower
    return lines


def _foot(embed: Embed, width: int, height: int, *, sparse: bool) -> str:
    """The caution, how many events are left out, who published, as of when; the house's name at the right."""
    y, size, name, room = height - _MARGIN + 8.0, 14.0, "Nightdesk", width - 2 * _MARGIN - 110
    count = len(embed.chart.events)
    shown = sum(event.emphasised for event in embed.chart.events)
    left_out = f"{count - shown} of {count} events are not drawn here. " if sparse and count > shown else ""
    first = f"{caution_line(embed)} {left_out}".lstrip()
    # The name stands at the right; where it would end the line, it ends it all the same.
    end = _dated(embed) or [HOUSE]
    credits = (" ".join((*_sources_line(embed.chart, most), *end)) for most in range(_NAMED_SOURCES, 0, -1))
    forms = (first + visible(credit) for credit in credits)
    said = next((form for form in forms if text_width(form, size) <= room), "") or fitted(first, size, room)
    rule = tag("path", d=f"M{_MARGIN} {number(y - 24)}H{width - _MARGIN}", class_="rule")
    line = tag("text", xml(said, most=400), x=_MARGIN, y=y, font_size=size, class_="q")
    house = tag("text", name, x=width - _MARGIN, y=y, font_size=size + 2, class_="serif b", text_anchor="end")
    return rule + line + house
