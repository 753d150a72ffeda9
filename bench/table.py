"""A table of measurements: each taken in its turn, said as it comes, and kept in docs/performance.md."""

from __future__ import annotations

import argparse
import os
import re
import signal
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench.comparison import HEADINGS, Line, markdown, say
from bench.server import ROOT

_KEPT = ROOT / "docs" / "performance.md"
Measures = Mapping[str, Callable[[], Iterable[Line]]]


def keep(rows: list[tuple[str, ...]], path: Path, *, mark: str, today: datetime) -> None:
    """Put the table between the two comments of this mark in a file, with its day and the machine's shape."""
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / 2**30
    shape = f"{today:%d %B %Y}, {cores} cores, {memory:.0f} GB, load {os.getloadavg()[0]:.1f} at the end."
    place = re.compile(rf"(?<=<!-- {mark} -->\n).*?(?=<!-- /{mark} -->)", re.DOTALL)
    text = path.read_text(encoding="utf-8")
    path.write_text(place.sub(lambda _: f"{shape}\n\n{markdown(rows)}\n", text), encoding="utf-8")


def _measured(measures: Measures, name: str) -> Iterator[tuple[str, ...]]:
    """The lines of one measurement, as they come; one that says why where it cannot be taken."""
    try:
        for line in measures[name]():
            yield line.cells()
    except (RuntimeError, OSError) as error:
        yield (f"{name}: not measured: {str(error).splitlines()[0]}", *[""] * (len(HEADINGS) - 1))


def measure(measures: Measures, *, program: str, about: str | None, mark: str, short: Measures | None = None) -> None:
    """The command line of a table: `--only NAME ...` takes some of it, `--keep` writes it into its place.

    `--short` takes its `short` form, where there is one.
    """
    parser = argparse.ArgumentParser(prog=program, description=about)
    parser.add_argument("--only", nargs="+", choices=measures, default=list(measures), help="measure only these")
    parser.add_argument("--keep", action="store_true", help="write the table into docs/performance.md")
    if short:
        parser.add_argument("--short", action="store_true", help="all of it in little time, to try it")
    asked = parser.parse_args()
    measures = short if short and asked.short else measures
    for end in (signal.SIGTERM, signal.SIGHUP):  # servers in sessions of their own end with us, too
        signal.signal(end, lambda *_: sys.exit(1))
    say(HEADINGS)
    rows = []
    for cells in (cells for name in asked.only for cells in _measured(measures, name)):
        say(cells)
        rows.append(cells)
    if asked.keep:
        keep(rows, _KEPT, mark=mark, today=datetime.now(UTC))
