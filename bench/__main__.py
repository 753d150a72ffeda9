"""`make bench`: what a reader waits for and what a crowd costs, in one run and one table.

`--only NAME ...` measures some of it; `--keep` writes the table into docs/performance.md.
"""

from __future__ import annotations

from bench import large_series
from bench.contests import contest_lines
from bench.crowds import burst_lines, embed_lines, memory_lines, paced_lines
from bench.first_view import first_view_lines
from bench.replay import replay_lines
from bench.replicas import nginx_lines
from bench.reruns import collection_lines, drawing_lines, rerun_lines
from bench.table import Measures, measure

#: By the name that --only takes. A further measurement is a line here.
MEASURES: Measures = {
    "first": first_view_lines,
    "paced": paced_lines,
    "burst": burst_lines,
    "memory": memory_lines,
    "embed": embed_lines,
    "replay": replay_lines,
    "nginx": nginx_lines,
    "large": large_series.rows,
    "contests": contest_lines,
    "reruns": rerun_lines,
    "collection": collection_lines,
    "drawing": drawing_lines,
}

if __name__ == "__main__":
    measure(MEASURES, program="python -m bench", about=__doc__, mark="bench")
