"""Readers who all come at once to a server that has just started: each gets a whole page, and nobody an error."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from bench.visitor import Run, Visitor
from tests.conftest import started

READERS = 16
#: Every page with a chart of the default view, some of them twice: many first sessions want the same thing.
PAGES = ("", "timeline", "search-trends", "outage-reports", "compare-nights", "check-a-claim", "", "timeline")


@pytest.mark.slow
def test_a_cold_burst_never_fails(tmp_path: Path) -> None:
    def come(number: int) -> Run:
        with Visitor(address) as visitor:
            return visitor.open(PAGES[number % len(PAGES)])

    with started(None, True, NIGHTDESK_CACHE=str(tmp_path)) as (address, _), ThreadPoolExecutor(READERS) as readers:
        runs = list(readers.map(come, range(READERS)))
    assert [run.failures for run in runs] == [0] * READERS
    assert all(run.figure_bytes > 1000 for run in runs)
