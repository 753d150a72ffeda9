"""A view as a picture: PNG of any shape and density, and PDF whose text can be selected."""

from __future__ import annotations

import io

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from components.charts.sheet import number
from components.charts.text import visible
from components.charts.words import describe
from components.embeds.embed import Embed
from components.embeds.pictures.cards import Drawing, credit_of, drawing_of
from components.embeds.pictures.conversion import converted

#: Above this, a picture would take hundreds of megabytes to draw; 4,800 x 4,800 is still below.
MOST_PIXELS = 36_000_000
#: CSS pixels an inch, so that a picture of twice the density prints at the same size; points of a PDF for a pixel.
_PER_INCH, _POINTS = 96, 0.75


class TooLarge(ValueError):
    """A picture of more pixels than MOST_PIXELS was asked for."""


def png(embed: Embed, *, shape: str = "natural", width: int | None = None, scale: float = 1) -> bytes:
    """The view as PNG: its pixels are those of its shape times `scale`. Title, description and credit are inside.

    TooLarge for more than MOST_PIXELS, ImageFailed if it cannot be drawn.
    """
    drawing = drawing_of(embed, shape=shape, width=width)
    density = scale * _stretch(drawing, shape, width)
    if (asked := drawing.width * drawing.height * density**2) > MOST_PIXELS:
        raise TooLarge(
            f"scale: {scale:g} at this width makes {asked / 1e6:.0f} million pixels; "
            f"want at most {MOST_PIXELS // 1_000_000} million, so a smaller scale or width"
        )
    picture = Image.open(io.BytesIO(converted(drawing.text, "png", scale=density))).convert("RGB")
    about, words = PngInfo(), describe(embed.chart, embed.clock)
    for key, text in (
        ("Title", words.takeaway),
        ("Description", words.alt),
        ("Copyright", credit_of(embed)),
        ("Source", embed.address),
    ):
        if text:
            about.add_itxt(key, visible(text), lang="en")
    out = io.BytesIO()
    picture.save(out, "PNG", pnginfo=about, dpi=(_PER_INCH * scale,) * 2, compress_level=6)
    return out.getvalue()


def pdf(embed: Embed, *, shape: str = "natural", width: int | None = None, scale: float = 1) -> bytes:
    """The view as a PDF of one page, three quarters of a point for each pixel: vector, selectable, with its title."""
    drawing = drawing_of(embed, shape=shape, width=width)
    density = scale * _stretch(drawing, shape, width) * _POINTS
    page = PdfReader(io.BytesIO(converted(_sized(drawing, density), "pdf", scale=1))).pages[0]
    writer = PdfWriter()
    _in_order(page)
    writer.add_page(page)
    title = visible(describe(embed.chart, embed.clock).takeaway)
    writer.add_metadata({"/Title": title, "/Subject": visible(credit_of(embed))})
    writer.root_object[NameObject("/Lang")] = TextStringObject("en")
    out = io.BytesIO()
    writer.write(out)
    return out.getvalue()


def _sized(drawing: Drawing, scale: float) -> str:
    """The drawing with another size of its page: the converter's own scale leaves that as it is."""
    width, height = drawing.width, drawing.height
    said = f'width="{number(width)}" height="{number(height)}" viewBox='
    return drawing.text.replace(said, f'width="{width * scale:g}" height="{height * scale:g}" viewBox=', 1)


def _in_order(page: PageObject) -> None:
    """Sort the names a page draws with: the converter writes them in another order each time."""
    resources = page["/Resources"].get_object()
    for part in resources.values() if isinstance(resources, DictionaryObject) else ():
        if isinstance(named := part.get_object(), DictionaryObject):
            found = sorted(named.items())
            named.clear()
            named.update(found)


def _stretch(drawing: Drawing, shape: str, width: int | None) -> float:
    """How much wider a natural picture was asked for than any drawing is made."""
    return width / drawing.width if width and shape == "natural" else 1.0
