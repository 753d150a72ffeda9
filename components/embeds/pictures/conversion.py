"""A drawing as PNG or PDF, converted in a process of its own that knows only the fonts declared here."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Literal

from components.charts.theme import SANS, SERIF
from data.errors import DataError

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
            [sys.executable, "-P", str(_HERE / "convert.py"), form, repr(float(scale))],
            input=drawing.encode(),
            env=os.environ | _fonts(),
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


def _reason(error: Exception) -> str:
    if isinstance(error, subprocess.CalledProcessError):
        told = error.stderr.decode(errors="replace").strip().splitlines()
        return told[-1][:200] if told else f"the converter ended with {error.returncode}"
    late = isinstance(error, subprocess.TimeoutExpired)
    return f"it took over {_LONGEST_SECONDS:.0f} seconds" if late else str(error)
