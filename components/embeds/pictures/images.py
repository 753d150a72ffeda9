"""A view as PNG of any shape or as PDF with selectable text, converted in a process that knows only declared fonts."""

from __future__ import annotations

import io
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from PIL import Image
from PIL.PngImagePlugin import PngInfo
from pypdf import PageObject, PdfReader, PdfWriter
from pypdf.generic import DictionaryObject, NameObject, TextStringObject

from components.embeds.embed import Embed
from components.embeds.pictures.cards import Drawing, credit_of, drawing_of
from components.render.layout.theme import SANS, SERIF
from components.render.svg.sheet import number
from components.render.words import describe
from components.text import visible
from data.core.errors import DataError

#: What pictures are set in: Liberation Sans comes inside vl-convert, PT Serif with the package fontpkg-pt-serif. Both
#: are under the SIL Open Font License. A character that neither holds is an empty box, on every machine alike.
FAMILIES = {SANS: "'Liberation Sans'", SERIF: "'PT Serif'"}
_FONTS = "fontpkg_pt_serif"
_HERE = Path(__file__).parent
_LONGEST_SECONDS = 60.0


class ImageFailed(DataError):
    """No picture could be made of a drawing; the sentence says what to take instead."""


def converted(drawing: str, form: Literal["png", "pdf"], *, scale: float) -> bytes:
    """The SVG as a picture `scale` times its size, the same bytes on every machine. ImageFailed if that fails.

    The converter holds the interpreter's lock while it draws, and it prefers a machine's fonts to its own. In a
    process of its own it does neither, and what goes wrong there ends only there.
    """
    return _run(_in_declared_fonts(drawing), form, scale=scale)


def converted_all(drawings: Sequence[str]) -> list[bytes]:
    """Many SVGs as PNGs of their own size, in one process: starting one takes as long as drawing. ImageFailed."""
    told = _run(json.dumps([_in_declared_fonts(drawing) for drawing in drawings]), "pngs", scale=1)
    found = []
    while told:
        length = int.from_bytes(told[:8], "big")
        found.append(told[8 : 8 + length])
        told = told[8 + length :]
    return found


def _run(drawing: str, form: Literal["png", "pdf", "pngs"], *, scale: float) -> bytes:
    try:
        done = subprocess.run(  # noqa: S603 - our own script; what is drawn goes to its standard input
            [sys.executable, "-P", "-S", str(_HERE / "convert.py"), form, repr(float(scale))],
            input=drawing.encode(),
            env=os.environ | _fonts() | _only_the_converter(),
            capture_output=True,
            check=True,
            timeout=_LONGEST_SECONDS,
        )
    except (subprocess.SubprocessError, OSError) as error:
        raise ImageFailed(f"the {form.upper()} could not be drawn ({_reason(error)}); take the SVG instead") from error
    return done.stdout


def _in_declared_fonts(drawing: str) -> str:
    for family, declared in FAMILIES.items():
        drawing = drawing.replace(f"font-family:{family}", f"font-family:{declared}")
    return drawing


@cache
def _fonts() -> dict[str, str]:
    """The environment in which a process finds PT Serif, and none of the machine's own fonts."""
    found = find_spec(_FONTS)
    if found is None or found.origin is None:
        raise ImageFailed("pictures need the package fontpkg-pt-serif; install it, or take the SVG instead")
    return {"FONTCONFIG_FILE": str(_HERE / "fonts.conf"), "XDG_DATA_HOME": str(Path(found.origin).parent)}


@cache
def _only_the_converter() -> dict[str, str]:
    """Where a process without `site`, which takes two thirds of its start, finds the converter all the same."""
    found = find_spec("vl_convert")
    return {"PYTHONPATH": str(Path(found.origin).parents[1])} if found and found.origin else {}


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        told = error.stderr.decode(errors="replace").strip().splitlines()
        return told[-1][:200] if told else f"the converter ended with {error.returncode}"
    late = isinstance(error, subprocess.TimeoutExpired)
    return f"it took over {_LONGEST_SECONDS:.0f} seconds" if late else str(error)


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
            f"at most {MOST_PIXELS // 1_000_000} million, so a smaller scale or width"
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
