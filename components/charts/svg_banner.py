"""That a drawing is a test: a band across its top and its foot, and marks all over it, so that a cut shows one too."""

from __future__ import annotations

from components.charts.sheet import Frame, number, tag
from components.charts.text import BOLD, wrap, xml
from components.charts.theme import TEST_GROUND, TEST_INK

#: What the foot and the marks say; the whole sentence is at the top.
FOOT, MARK = "TEST. Not a live election.", "TEST"
#: Pixels between marks, and their size; how much of their ink is laid over the drawing: text under it keeps 4.5:1.
_ACROSS, _DOWN, _SIZE, _STRENGTH = 190.0, 130.0, 44.0, 0.14
_SLANT = -24
_PAD = 6.0


def draw_banner(frame: Frame) -> float:
    """The chart's banner across the top; returns where it ends, 0 without one or where the page around says it."""
    if not frame.chart.banner or frame.brief:
        return 0.0
    content, height = band(frame.chart.banner, frame.width, size=frame.sizes.note + 1)
    frame.sheet.add("text", content)
    return height


def draw_end(frame: Frame, height: float) -> float:
    """The band at the foot and the marks over all; returns how high the drawing has become."""
    if not frame.chart.banner:
        return height
    content, more = band(FOOT, frame.width, y=height, size=frame.sizes.note)
    frame.sheet.add("text", content + marks(frame.width, height))
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


def marks(width: float, height: float) -> str:
    """TEST in faint letters, slanted, close enough that any part as large as a lane holds one."""
    found, row, y = [], 0, _DOWN * 0.75
    while y < height:
        x = _ACROSS * (0.15 if row % 2 else 0.55)
        while x < width - _SIZE:
            turned = f"rotate({_SLANT} {number(x)} {number(y)})"
            found.append(tag("text", MARK, x=x, y=y, font_size=_SIZE, class_="b", transform=turned))
            x += _ACROSS
        row, y = row + 1, y + _DOWN
    return tag("g", "".join(found), opacity=_STRENGTH, aria_hidden="true", pointer_events="none")
