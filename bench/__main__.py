"""`make bench`: what a reader waits for and what a crowd costs, in one run and one table.

`--only NAME ...` measures some of it; `--keep` writes the table into docs/performance.md.
"""

from __future__ import annotations

import argparse
import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

import psutil

from bench import large_series
from bench.comparison import HEADINGS, Line, markdown, say
from bench.crowds import burst_lines, embed_lines, memory_lines, paced_lines
from bench.first_view import first_view_lines
from bench.replay import replay_lines
from bench.replicas import nginx_lines
from bench.reruns import collection_lines, drawing_lines, rerun_lines
from bench.server import ROOT

#: By the name that --only takes. A further measurement is a line here.
MEASURES: Mapping[str, Callable[[], Iterable[Line]]] = {
    "first": first_view_lines,
    "paced": paced_lines,
    "burst": burst_lines,
    "memory": memory_lines,
    "embed": embed_lines,
    "replay": replay_lines,
    "nginx": nginx_lines,
    "large": large_series.rows,
    "reruns": rerun_lines,
    "collection": collection_lines,
    "drawing": drawing_lines,
}
_KEPT = ROOT / "docs" / "performance.md"
_TABLE = re.compile(r"(?<=<!-- bench -->\n).*?(?=<!-- /bench -->)", re.DOTALL)


def keep(rows: list[tuple[str, ...]], path: Path, *, today: datetime) -> None:
    """Put the table into its place in this file, with its day and the machine's shape."""
    cores, memory = os.cpu_count(), psutil.virtual_memory().total / 2**30
    shape = f"{today:%d %B %Y}, {cores} cores, {memory:.0f} GB, load {os.getloadavg()[0]:.1f} at the end."
    text = path.read_text(encoding="utf-8")
    path.write_text(_TABLE.sub(lambda _: f"{shape}\n\n{markdown(rows)}\n", text), encoding="utf-8")


def _measured(name: str) -> Iterator[tuple[str, ...]]:
    """The lines of one measurement, as they come; one that says why where it cannot be taken."""
    try:
        for line in MEASURES[name]():
            yield line.cells()
    except (RuntimeError, OSError) as error:
        yield (f"{name}: not measured: {str(error).splitlines()[0]}", *[""] * (len(HEADINGS) - 1))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", nargs="+", choices=MEASURES, default=list(MEASURES), help="measure only these")
    parser.add_argument("--keep", action="store_true", help="write the table into docs/performance.md")
    asked = parser.parse_args()
    say(HEADINGS)
    rows = []
    for cells in (cells for name in asked.only for cells in _measured(name)):
        say(cells)
        rows.append(cells)
    if asked.keep:
        keep(rows, _KEPT, today=datetime.now(UTC))


if __name__ == "__main__":
    main()
