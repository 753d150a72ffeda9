"""Run as a script in a process of its own: SVG text on standard input, a PNG, a PDF or many PNGs on standard output."""

from __future__ import annotations

import json
import os
import sys

import vl_convert

#: Whoever waits for a page, or for what is kept, comes first.
_LATER = 10


def main() -> None:
    """`convert.py png 2`: the drawing at twice its size. A PDF's page is as large as the drawing says, in points.

    `convert.py pngs 1` reads a JSON list of drawings and writes each picture behind its length in eight bytes.
    """
    if hasattr(os, "nice"):
        os.nice(_LATER)
    form, scale = sys.argv[1], float(sys.argv[2])
    drawing = sys.stdin.buffer.read().decode()
    # Under PYTHONUNBUFFERED the one of `sys` loses what a pipe had no room for when the process was paused meanwhile.
    with os.fdopen(sys.stdout.fileno(), "wb", closefd=False) as out:
        if form == "pngs":
            asker = os.getppid()
            for each in json.loads(drawing):
                if os.getppid() != asker:  # a server that has ended waits for no picture
                    return
                picture = vl_convert.svg_to_png(each, scale)
                out.write(len(picture).to_bytes(8, "big") + picture)
        else:
            out.write(vl_convert.svg_to_pdf(drawing) if form == "pdf" else vl_convert.svg_to_png(drawing, scale))


if __name__ == "__main__":
    main()
