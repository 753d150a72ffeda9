"""Every form of a view that can be taken away: document, drawing, picture, table and data, each with its file name."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from components.charts.grammar import Chart
from components.charts.kinds import ChartKind
from components.embeds import passport
from components.embeds.documents.document import draw_document
from components.embeds.embed import Embed
from components.embeds.pictures import animation, cards, images
from components.render.facts_csv import csv_of
from components.text import mark_of
from components.view.address import utc_text
from data.core.model import Order

FORMS = ("html", "svg", "png", "pdf", "csv", "json")
#: A further form of a chart that is played.
ANIMATED = "webp"
SHAPES = tuple(cards.SHAPES)
MEDIA_TYPES = {
    "html": "text/html; charset=utf-8",
    "svg": "image/svg+xml",
    "png": "image/png",
    "pdf": "application/pdf",
    "csv": "text/csv; charset=utf-8",
    "json": "application/json",
    ANIMATED: "image/webp",
}
#: Forms that take a process and a fraction of a second.
SLOW = ("png", "pdf", ANIMATED)
_PICTURES = ("svg", "png", "pdf", ANIMATED)
#: Excel reads a CSV as UTF-8 only behind this mark; without it, quotation marks and accents turn into other letters.
_BOM = "\ufeff"


def forms_of(chart: Chart | ChartKind) -> tuple[str, ...]:
    """The forms in which a chart can be taken."""
    return (*FORMS, ANIMATED) if chart.played else FORMS


@dataclass(frozen=True, slots=True)
class Rendered:
    """A file: its bytes, what they are, and a name that says story, chart, range and look. Its length is its bytes'."""

    body: bytes
    media_type: str
    file_name: str

    def __len__(self) -> int:
        return len(self.body)


def render(embed: Embed, form: str, *, width: int | None = None, scale: float = 1, shape: str = "natural") -> Rendered:
    """The view in one of its forms. Pictures take a shape and a scale, natural ones a width in pixels.

    The same view always gives the same bytes, from any thread. ValueError for an unknown form or shape, TooLarge (a
    ValueError) for a picture of too many pixels, ImageFailed (a DataError) if one cannot be drawn.
    """
    if form not in forms_of(embed.chart):
        raise ValueError(f"{form[:40]!r} is not a form of this chart; use {', '.join(forms_of(embed.chart))}")
    body = _body(embed, form, width=width, scale=scale, shape=shape)
    return Rendered(body, MEDIA_TYPES[form], file_name(embed, form, scale=scale, shape=shape))


def body_of(embed: Embed, form: str, **options: Any) -> bytes:
    """What `render` gives, without its name."""
    return render(embed, form, **options).body


def _body(embed: Embed, form: str, *, width: int | None, scale: float, shape: str) -> bytes:
    match form:
        case "html":
            return draw_document(embed).encode("utf-8", "replace")
        case "svg":
            return cards.drawing_of(embed, shape=shape, width=width).text.encode()
        case "png":
            return images.png(embed, shape=shape, width=width, scale=scale)
        case "pdf":
            return images.pdf(embed, shape=shape, width=width, scale=scale)
        case "webp":
            return animation.webp(embed)
        case "csv":
            return (_BOM + csv_of(embed.chart, embed.clock, embed.facts)).encode("utf-8", "replace")
    return passport.json_of(embed)


def file_name(embed: Embed, form: str, *, scale: float = 1, shape: str = "natural") -> str:
    """nightdesk-us-2016-timeline-20161108T1800Z-20161109T1200Z-social-dark@2x.png, without what is as usual."""
    start, end = (utc_text(moment).replace("-", "").replace(":", "") for moment in (embed.view.start, embed.view.end))
    mark = [mark_of(embed.chart.banner)] if embed.chart.banner else []
    parts = ["nightdesk", *mark, embed.story.slug, embed.chart.slug, start, end]
    if embed.story.until:
        parts += ["at", utc_text(embed.story.until).replace("-", "").replace(":", "")]
        parts += ["known"] if embed.story.order is Order.KNOWN else []
    if form in _PICTURES:
        parts += [shape] if shape != "natural" else []
        parts += ["dark"] if embed.theme == "dark" else []
    density = f"@{scale:g}x" if form == "png" and scale != 1 else ""
    return f"{'-'.join(parts)}{density}.{form}"
