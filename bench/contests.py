"""`python -m bench.contests`: what a document of many contests costs, against one of fewer, in one run.

The stories are synthetic, in a folder of their own that is gone afterwards. Each is asked in a process of its own,
which has imported everything and read the story, and never drawn it: the first document, then the same again.
"""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bench.comparison import HEADINGS, Figure, Line, Row, say
from bench.many_contests import write_story
from bench.server import ROOT
from components.embeds.documents.document import draw_document
from components.embeds.embed import embed_of
from components.view.view_state import default_view
from data.story.store import read_story

COUNTS = (50, 650, 3_200, 10_000)
#: The chart whose document is asked for.
CHART = "results"
_SITE = "https://charts.example.org"
#: Seconds and kB that a document of so many contests may take; kB that any may; and how cost may grow between two.
_SECONDS, _KB, _MOST_KB = {650: 0.7, 3_200: 3.0}, {650: 40.0}, 150.0
_GROWTH = {(3_200, 650): 6.0, (10_000, 3_200): 4.0}
#: The median of so many processes, taken in turn: one alone tells how busy the machine was.
_TIMES = 3


class Cost(NamedTuple):
    """Seconds until a document is there when it is asked for first, and again, and its size packed by gzip."""

    first: float
    again: float
    kilobytes: float


def contest_lines() -> Iterator[Line]:
    """Seconds and kB of each count of contests, and what a larger one takes of a smaller."""
    with tempfile.TemporaryDirectory() as folder:
        stories = {count: write_story(Path(folder), count) for count in COUNTS}
        taken = [{count: _asked(stories[count]) for count in COUNTS} for _ in range(_TIMES)]
    found = {count: Cost(*map(_middle, zip(*(run[count] for run in taken), strict=True))) for count in COUNTS}
    for count, cost in found.items():
        yield Figure(f"Results of {count:,} contests, asked first", cost.first, "s", _SECONDS.get(count))
        yield Figure("  and again", cost.again, "s")
        yield Figure("  its size, gzip", cost.kilobytes, "kB", _KB.get(count, _MOST_KB))
    for (many, few), most in _GROWTH.items():
        yield Row(f"{many:,} contests against {few:,}, asked first", found[many].first, found[few].first, "s", most)


def _middle(values: tuple[float, ...]) -> float:
    return sorted(values)[len(values) // 2]


def _asked(folder: Path) -> Cost:
    """What the document costs a process that starts for it."""
    command = [sys.executable, "-m", "bench.contests", "--ask", str(folder)]
    answer = subprocess.run(command, cwd=ROOT, check=True, capture_output=True, text=True, timeout=600)
    return Cost(*json.loads(answer.stdout))


def _ask(folder: Path) -> Cost:
    story = read_story(folder)
    seconds, document = [], ""
    for _ in range(2):
        start = time.perf_counter()
        document = draw_document(embed_of(story, CHART, default_view(story), site=_SITE))
        seconds.append(time.perf_counter() - start)
    return Cost(seconds[0], seconds[1], len(gzip.compress(document.encode(), 6)) / 1_000)


def main(arguments: list[str]) -> None:
    """Print the table; with `--ask FOLDER`, what one story costs this process, as JSON."""
    if arguments[:1] == ["--ask"]:
        print(json.dumps(_ask(Path(arguments[1]))))
        return
    say(HEADINGS)
    for line in contest_lines():
        say(line.cells())


if __name__ == "__main__":
    main(sys.argv[1:])
