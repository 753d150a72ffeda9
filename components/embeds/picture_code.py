"""The picture that an article takes in place of a chart, as HTML."""

from __future__ import annotations

from html import escape

from components.charts.sheet import PLAYED
from components.embeds.embed import Embed
from components.embeds.formats import ANIMATED
from components.embeds.pictures.animation import WIDTH
from components.embeds.web.addresses import form_address

#: Pixels; the picture that the code asks for.
PICTURE = (1200, 630)


def picture_code(embed: Embed, published: str, alt: str) -> str:
    """The card; of a night that is played its animation, and a still for whoever wants no motion."""
    if embed.chart.slug == PLAYED and not published:
        still = escape(form_address(embed, "png", width=WIDTH))
        moving = _img(form_address(embed, ANIMATED), alt, f'width="{WIDTH}"')
        return f'<picture><source srcset="{still}" media="(prefers-reduced-motion: reduce)">{moving}</picture>'
    # A bundle has the picture beside its document, under the same name.
    card = f"{published.removesuffix('.html')}@2x.png" if published else ""
    width, height = PICTURE
    card = card or form_address(embed, "png", shape="social", scale=2)
    return _img(card, alt, f'width="{width}" height="{height}"')


def _img(address: str, alt: str, size: str) -> str:
    where, said = escape(address), escape(alt)
    return f'<img src="{where}" alt="{said}" {size} style="max-width: 100%; height: auto" loading="lazy">'
