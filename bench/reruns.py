"""What one rerun costs, and what it would cost otherwise."""

from __future__ import annotations

import os
import statistics
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from bench.comparison import Figure, Line, Row
from bench.loading import chromium_here
from bench.server import ROOT, serving
from bench.visitor import Visitor
from components.charts import catalogue
from components.clock import Clock
from components.render.plotly.figure import draw_figure
from components.render.svg import svg
from components.view.address import utc_text
from components.view.view_state import default_view
from components.workbench.appearance import FIGURES_COOKIE
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story

_PAGES = ("", "timeline", "search-trends", "outage-reports", "sources-and-methods")
NEW_RANGE_MS = 150


def _story() -> Story:
    return find_story("us-2016", Settings())


def _ranges(count: int) -> list[str]:
    """Addresses of `count` ranges that nobody has asked for before, a minute apart."""
    window = _story().window
    starts = (window.start + timedelta(minutes=minute) for minute in range(1, count + 1))
    return [f"from={utc_text(start)}&to={utc_text(window.end)}" for start in starts]


def rerun_lines() -> Iterator[Line]:
    """One visitor alone on the Timeline, and the figures that pages send to a window of a desk's width."""
    fresh, known = [], []
    said = f"{FIGURES_COOKIE}=wide"  # as every browser says it, by the page's own script
    with serving(ROOT / "app.py") as server, Visitor(server.address, Cookie=said) as visitor:
        visitor.open("timeline")
        for query in _ranges(40):
            fresh.append(visitor.open("timeline", query).seconds * 1000)
            known.append(visitor.open("timeline", query).seconds * 1000)
        sizes = {page: visitor.open(page).figure_bytes for page in _PAGES}
    p95 = statistics.quantiles(fresh, n=20)[-1]
    yield Figure("Timeline, a range nobody has drawn: p95 of 40 reruns", p95, "ms", NEW_RANGE_MS)
    yield Row("  p50, against a range drawn before", statistics.median(fresh), statistics.median(known), "ms")
    for page, size in sizes.items():
        yield Figure(f"Figure JSON of /{page}", size / 1000, "kB")


def collection_lines() -> Iterator[Line]:
    """What a full collection after every run, Streamlit's default, would cost a rerun here."""
    medians = []
    for option in ("true", "false"):
        server = serving(ROOT / "app.py", f"--runner.postScriptGC={option}")
        with server as running, Visitor(running.address) as visitor:
            visitor.open("timeline")
            medians.append(statistics.median(visitor.open("timeline").seconds * 1000 for _ in range(60)))
    collected, left = medians
    yield Row("Rerun with a collection after it, against one without", collected, left, "ms")


def drawing_lines() -> Iterator[Line]:
    """A picture of the whole timeline, drawn by us and through a browser."""
    story = _story()
    clock = Clock(story.about.clock)
    chart = catalogue.chart_of(story, "timeline", default_view(story))
    os.environ["BROWSER_PATH"] = chromium_here()
    figure = draw_figure(chart, clock)
    ours = _timed(lambda: svg.draw(chart, clock, width=960), 9)
    theirs = _timed(lambda: figure.to_image(format="svg", width=960), 3)
    yield Row("SVG of the timeline: against kaleido", ours * 1000, theirs * 1000, "ms")


def _timed(work: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)
