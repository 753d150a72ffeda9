"""`make bench-soak`: memory and reruns over many minutes, by what is done about garbage collection, side by side."""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from typing import NamedTuple

from bench.crowd import Seen, crowd, places
from bench.server import Server, running

_GC_AFTER_RUNS = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"}
#: What is done -> the ASGI app, and what it is told.
VARIANTS: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "option off, frozen": ("app:app", {}),
    "option on, frozen": ("app:app", _GC_AFTER_RUNS),
    "option off, not frozen": ("bench.thawed:app", {}),
    "option on, not frozen (Streamlit's default)": ("bench.thawed:app", _GC_AFTER_RUNS),
}
_HEADINGS = ("", "MB at start", "1/4", "1/2", "3/4", "end", "MB an hour, 2nd half", "p50 ms, 1st / last quarter",
             "p95 ms, 1st / last quarter", "reruns", "failed")  # fmt: skip


class Soaked(NamedTuple):
    """What one variant did: (monotonic seconds, MB) for every few seconds, and all reruns."""

    memory: list[tuple[float, float]]
    seen: list[Seen]


def soak(server: Server, visitors: int, seconds: float) -> Soaked:
    """Visitors at a pace for this long, memory noted every five seconds. A visitor stays for 20 pages."""
    memory, until = list[tuple[float, float]](), time.monotonic() + seconds
    with ThreadPoolExecutor(1) as thread:
        coming = thread.submit(crowd, server.address, places(), visitors=visitors, seconds=seconds)
        while time.monotonic() < until:
            memory.append((time.monotonic(), server.megabytes))
            time.sleep(5)
    return Soaked(memory, coming.result())


def cells(name: str, soaked: Soaked) -> tuple[str, ...]:
    """One line of the table."""
    megabytes = [size for _, size in soaked.memory]
    marks = [megabytes[round((len(megabytes) - 1) * part / 4)] for part in range(5)]
    half = soaked.memory[len(megabytes) // 2 :]
    slope = statistics.linear_regression([at for at, _ in half], [size for _, size in half]).slope * 3600
    quarter = len(soaked.seen) // 4
    first, last = soaked.seen[:quarter], soaked.seen[-quarter:]
    medians = (f"{statistics.median(run.seconds for run in part) * 1000:.0f}" for part in (first, last))
    worst = (f"{_p95(part) * 1000:.0f}" for part in (first, last))
    failed = sum(run.failed for run in soaked.seen)
    figures = (*(f"{mark:.0f}" for mark in marks), f"{slope:+.0f}", " / ".join(medians), " / ".join(worst))
    return (name, *figures, f"{len(soaked.seen):,}", str(failed))


def _p95(runs: Sequence[Seen]) -> float:
    return statistics.quantiles((run.seconds for run in runs), n=20)[-1]


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=20, help="how long (20)")
    parser.add_argument("--visitors", type=int, default=8, help="how many on each variant (8)")
    asked = parser.parse_args()
    with ExitStack() as stack, ThreadPoolExecutor(len(VARIANTS)) as threads:
        servers = [stack.enter_context(_started(app, environment)) for app, environment in VARIANTS.values()]
        found = list(threads.map(lambda server: soak(server, asked.visitors, asked.minutes * 60), servers))
    print("| " + " | ".join(_HEADINGS) + " |\n" + "|---" * len(_HEADINGS) + "|")
    for name, soaked in zip(VARIANTS, found, strict=True):
        print("| " + " | ".join(cells(name, soaked)) + " |")


def _started(app: str, environment: Mapping[str, str]) -> AbstractContextManager[Server]:
    command = ["-m", "uvicorn", app, "--log-level", "error", "--no-access-log", "--port", "{port}"]
    return running(command, health="/healthz", environment=environment)


if __name__ == "__main__":
    main()
