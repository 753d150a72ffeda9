"""How much of a chart a room of a given size can hold, so that its letters can still be read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

from components.charts import svg
from components.charts.sheet import CARD, WIDE, Sizes
from components.embeds.embed import Embed

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


#: The tightest sizes, with numbers for emphasised events only.
_TIGHT = replace(CARD, digit=9, circle=7.6, pitch=13, sparse=True)
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
        found = [*(_layout(embed, manner, width * share) for share in _SHARES[:-1]), lowest]
        fits = [Fit(one, min(width / one.width, height / one.height, _LARGEST), manner) for one in found]
        best = max(fits, key=lambda fit: _rank(fit, width))
        if best.scale * manner.sizes.label >= _READABLE:
            break
    return best


def _rank(fit: Fit, width: float) -> tuple[float, float, float]:
    letters = fit.scale * fit.manner.sizes.label
    return min(letters, _READABLE), round(fit.layout.width * fit.scale / width, 1), fit.scale


def _layout(embed: Embed, manner: Manner, width: float) -> svg.Layout:
    return svg.layout(embed.chart, embed.clock, width=int(width), brief=manner.brief, sizes=manner.sizes)
