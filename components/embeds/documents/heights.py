"""How tall a closed document is, foretold without a browser for pages that cannot listen to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from components.embeds.documents.document import over_the_clock
from components.embeds.documents.lines import Lines, lines_of
from components.embeds.documents.player_frames import order_note
from components.embeds.embed import Embed
from components.render.svg import svg
from components.text import BOLD, REGULAR, SERIF_BOLD, text_width, wrap

#: A document is no wider than this, in pixels.
WIDEST = 1040


@dataclass(frozen=True, slots=True)
class Setting:
    """One class of width as document.css sets it, in pixels: from where on, which drawing, margins, type, leading."""

    start: int
    drawn: int
    margin: float
    top: float
    headline: float
    long_headline: float
    leading: float
    summary: float
    small: float
    foot: float
    #: Of a chart that is played, as player.css sets it: the replay bar with what is left free above it, the line that
    #: it may have beside its orders, and the lines kept for its sentence.
    bar: float
    note: float
    told: int


_SETTINGS = (
    Setting(0, 320, 0.0375, 10, 16, 15, 1.2, 13, 13, 12, 92, 21, 4),
    Setting(480, 480, 0.025, 10, 21, 18, 1.2, 14, 13, 13, 116, 0, 2),
    Setting(760, 800, 0.02, 16, 28, 28, 1.18, 15, 13, 13, 116, 0, 2),
    Setting(900, 800, 0.02, 16, 28, 28, 1.18, 15, 13, 13, 80, 0, 2),
)
_ROW, _FOOT_LEADING, _FOOT_MARGIN, _SIGN, _SUMMARY_LEADING = 28.0, 16.0, 8.0, 0.75, 1.3
#: Between the names of what opens: on a phone, and from 480 px on.
_GAPS = (10.0, 14.0)


#: Of a tally, in pixels: a map with letters at most, one of units or totals over it, and totals beside it.
_MAP, _UNITS, _SUMS = 600.0, 384.0, 320.0

#: The band above a test: type, and its margin left and right, which is that above and below together.
_TEST, _TEST_MARGIN = 13.0, 12.0


def document_height(embed: Embed, width: int) -> int:
    """Pixels of the closed document in a frame of this width: no less than it is, at most some 60 more.

    Text is measured a little wide, so a line may be foretold that a browser does not need. ValueError below 1 px.
    """
    return document_heights(embed, (width,))[width]


def document_heights(embed: Embed, widths: Iterable[int]) -> dict[int, int]:
    """The same for several widths, by width: the chart is laid out once for each of its drawings."""
    wanted = tuple(widths)
    if narrow := [width for width in wanted if width < 1]:
        raise ValueError(f"a document cannot be {narrow[0]} pixels wide; give 320 to 1200")
    lines = lines_of(embed)
    chart = over_the_clock(embed.chart)
    drawn = {
        width: svg.layout(chart, embed.clock, width=width, brief=True).height
        for width in {_setting(width).drawn for width in wanted}
    }
    tally = svg.draw_tally(embed.chart, embed.clock) if embed.chart.played else None
    noted = embed.chart.played and bool(order_note(embed))

    def height(width: int) -> int:
        found = _setting(width)
        bar = found.bar + (found.note if noted else 0) if embed.chart.played else 0.0
        drawing = drawn[found.drawn] * min(width, WIDEST) / found.drawn
        words = _words(lines, found, width, told=found.told if embed.chart.played else 0)
        below = _tally(tally, min(width, WIDEST) * (1 - 2 * found.margin), beside=found.start >= 760) if tally else 0.0
        return -int(-(_test(embed.chart.banner, width) + bar + drawing + below + words) // 1)

    return {width: height(width) for width in wanted}


def _tally(tally: svg.Tally, inner: float, *, beside: bool) -> float:
    """Totals and map, under one another or side by side, as player.css sets them."""
    most = _MAP if tally.lettered else _UNITS
    sums, drawn = tally.heights
    if beside:
        return 16 + max(sums * _SUMS, drawn * min(most, inner - _SUMS - 32)) / svg.TALLY
    return 16 + (sums * min(_UNITS, inner) + drawn * min(most, inner)) / svg.TALLY


def _test(said: str, width: int) -> float:
    """The band above a test."""
    lines = wrap(said, _TEST, min(width, WIDEST) - 2 * _TEST_MARGIN, factor=BOLD)
    return len(lines) * _TEST * _SUMMARY_LEADING + _TEST_MARGIN if said else 0.0


def _words(lines: Lines, found: Setting, width: int, *, told: int) -> float:
    """All lines around the drawing."""
    inner = min(width, WIDEST) * (1 - 2 * found.margin)
    return _header(lines, found, inner, told=told) + _folded(lines, found, inner) + _foot(lines, found, inner)


def _setting(width: int) -> Setting:
    return [found for found in _SETTINGS if found.start <= width][-1]


def _header(lines: Lines, found: Setting, width: float, *, told: int) -> float:
    size = found.long_headline if lines.long else found.headline
    headline = len(wrap(lines.headline, size, width, factor=SERIF_BOLD)) * size * found.leading
    said = max(told, len(wrap(lines.summary, found.summary, width, factor=REGULAR)))
    return found.top + headline + 4 + said * found.summary * _SUMMARY_LEADING


def _folded(lines: Lines, found: Setting, width: float) -> float:
    """The names of what opens, in as many rows as they need."""
    rows, used = 1, 0.0
    for _, name in lines.folded:
        wide = text_width(name, found.small, factor=BOLD) + _SIGN * found.small
        rows, used = (rows + 1, 0.0) if used and used + wide > width else (rows, used)
        used += wide + _GAPS[found.start > 0]
    return rows * _ROW


def _foot(lines: Lines, found: Setting, width: float) -> float:
    said = "".join(piece.text for piece in lines.foot)
    return len(wrap(said, found.foot, width)) * _FOOT_LEADING + _FOOT_MARGIN
