"""A crowd on one process: paced reruns, a burst on a cold server, memory, and requests for embeds."""

from __future__ import annotations

import statistics
import tempfile
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from urllib.request import urlopen

from bench import wrk
from bench.comparison import Figure, Line, Row
from bench.crowd import crowd, places
from bench.server import ROOT, Server, beside_us, serving, stock_streamlit
from bench.subject import CHART, SLUG
from bench.visitor import Visitor

CROWD, SITTING = 100, 50
#: The most that may be: milliseconds, seconds, times a bare page's memory; and the least, of a bare route's requests.
RERUN_MS, BURST_S, MEMORY, EMBED = 200, 30, 2.0, 0.5
_WARM_SECONDS, _PACED_SECONDS = 40.0, 60.0


def paced_lines() -> Iterator[Line]:
    """Readers who look at a page for five to seven seconds each, after a time in which nothing is counted."""
    with serving(ROOT / "app.py") as server:
        start, before = time.monotonic(), server.process.cpu_times()
        seen = crowd(server.address, places(), visitors=CROWD, seconds=_WARM_SECONDS + _PACED_SECONDS, stay=1000)
        after = server.process.cpu_times()
    counted = [run for run in seen if run.at >= start + _WARM_SECONDS]
    milliseconds = [run.seconds * 1000 for run in counted]
    yield Figure(f"{CROWD} paced sessions: p95 of {len(counted):,} reruns", _p95(milliseconds), "ms", RERUN_MS)
    yield Figure("  p50", statistics.median(milliseconds), "ms")
    used = (after.user + after.system - before.user - before.system) / len(seen)
    yield Figure("  processor time that one takes, first ones included", used * 1000, "ms")
    yield Figure("  reruns that failed", sum(run.failed for run in seen), "", 0)


def burst_lines() -> Iterator[Line]:
    """First sessions, all at one moment, on a server that has just begun to answer and has nothing packed."""
    with tempfile.TemporaryDirectory() as empty, ExitStack() as stack:
        server = stack.enter_context(serving(ROOT / "app.py", environment={"NIGHTDESK_CACHE": empty}))
        together = threading.Barrier(CROWD)

        def come(_: int) -> float | None:
            together.wait()
            start = time.perf_counter()
            try:
                with Visitor(server.address) as visitor:
                    run = visitor.open("")
            except (OSError, TimeoutError):
                return None
            return time.perf_counter() - start if run.figure_bytes and not run.failures else None

        with ThreadPoolExecutor(CROWD) as threads:
            took = list(threads.map(come, range(CROWD)))
    yield Figure(f"{CROWD} first sessions at once on a cold server: errors", took.count(None), "", 0)
    yield Figure("  the slowest first chart", max(filter(None, took), default=0), "s", BURST_S)


def memory_lines() -> Iterator[Line]:
    """What the processes hold with so many sessions open, each with its first page drawn."""
    with serving(ROOT / "app.py") as ours, stock_streamlit() as stock:
        ours_held, bare_held = _sitting(ours), _sitting(stock)
    yield Row(f"Memory with {SITTING} sessions: against a bare Streamlit page's", ours_held, bare_held, "MB", MEMORY)


def _sitting(server: Server) -> float:
    with ExitStack() as stack:
        for _ in range(SITTING):
            stack.enter_context(Visitor(server.address)).open("")
        return server.megabytes


def embed_lines() -> Iterator[Line]:
    """A document kept in memory beside a route that does nothing, in the same server."""
    if not wrk.installed():
        raise RuntimeError(f"Requests per second {wrk.MISSING}")
    with beside_us() as server:
        document, bare = f"{server.address}/embed/{SLUG}/{CHART}", f"{server.address}/bare"
        urlopen(document).close()
        pairs = [(wrk.requests_a_second(document), wrk.requests_a_second(bare)) for _ in range(3)]
    ours, theirs = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield Row("/embed, kept in memory: requests against a bare route beside it", ours, theirs, "/s", EMBED, True)


def _p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]
