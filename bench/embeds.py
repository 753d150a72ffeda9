"""`make bench-embeds`: an embed against Plotly's own page, a stock Streamlit page and a bare route, as ratios."""

from __future__ import annotations

import gzip
import os
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from functools import partial

from playwright.sync_api import Browser, sync_playwright

from bench.comparison import Row
from bench.crowds import embed_lines
from bench.loading import FLAGS, STREAMLIT, chromium_here, loaded_bytes, slow_load
from bench.server import beside_us, stock_streamlit
from bench.subject import CHART, SLUG, plotly_figure, plotly_page, subject
from bench.table import Measures, measure
from components.embeds.bundles.bundle import bake, wanted_charts
from components.embeds.bundles.manifest import inputs_of
from components.embeds.bundles.publishing import publish, store_of
from components.embeds.documents.document import draw_document
from components.embeds.formats import render
from data.core.settings import Settings
from data.story.store import find_story, story_store
from data.story.story import Story

OURS, PLOTLY = "#nightdesk svg:visible", ".js-plotly-plot .main-svg"
BAKED_SECONDS = 5.0
_MISSING = "no Chromium is here: install it, or set CHROMIUM to its path"


@contextmanager
def _browser() -> Iterator[Browser]:
    """This machine's Chromium; RuntimeError where there is none."""
    chromium = chromium_here()
    if not chromium:
        raise RuntimeError(_MISSING)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(FLAGS))
        try:
            yield browser
        finally:
            browser.close()


def bytes_lines() -> Iterator[Row]:
    """The document packed, against Plotly's page packed, and against all that a bare Streamlit page loads."""
    ours = len(gzip.compress(draw_document(subject()).encode(), 6)) / 1000
    page = len(gzip.compress(plotly_page().encode(), 6)) / 1000
    yield Row("Bytes, gzip: document against Plotly's page", ours, page, "kB", 1 / 30)
    with stock_streamlit() as stock, _browser() as browser:
        loaded, requests = loaded_bytes(browser, stock.address, STREAMLIT)
    yield Row(f"Bytes: against a Streamlit page ({requests} requests)", ours, loaded / 1000, "kB", 1 / 100)


def paint_lines() -> Iterator[Row]:
    """Until something, and until the chart, is on screen."""
    with beside_us() as server, stock_streamlit() as stock, _browser() as browser:
        document = f"{server.address}/embed/{SLUG}/{CHART}"
        slow_load(browser, document, OURS)
        ours = [slow_load(browser, document, OURS) for _ in range(3)]
        theirs = {
            "Plotly's page": slow_load(browser, f"{server.address}/plotly.html", PLOTLY),
            "a Streamlit page": slow_load(browser, stock.address, STREAMLIT),
        }
    for name, their in theirs.items():
        painted, charted = (statistics.median(side) for side in zip(*ours, strict=True))
        yield Row(f"First paint, slow phone and line: against {name}", painted, their.first_paint, "s")
        yield Row(f"  the chart on screen: against {name}", charted, their.chart, "s")


def image_lines() -> Iterator[Row]:
    """Pictures of the same chart: ours, and Plotly's by kaleido."""
    if not (chromium := chromium_here()):
        raise RuntimeError(_MISSING)
    os.environ["BROWSER_PATH"] = chromium
    embed, figure = subject(), plotly_figure()
    for form in ("png", "pdf"):
        ours = 1 / _timed(partial(render, embed, form, width=960), 5)
        theirs = 1 / _timed(partial(figure.to_image, format=form, width=960), 3)
        yield Row(f"{form.upper()}: against kaleido", ours, theirs, "/s", more_is_better=True)


def bundle_lines() -> Iterator[Row]:
    """Every chart in every form, drawn and published to a folder by a process that has started."""
    settings = Settings()
    story = find_story(SLUG, settings)

    def publish_all() -> None:
        with tempfile.TemporaryDirectory() as folder:
            inputs = inputs_of(story, story_store(settings), views=[], site="")
            bake_version = partial(_files, story, settings)
            publish(story, store_of(folder), inputs=inputs, bake=bake_version, now=datetime.now(UTC))

    yield Row("Whole bundle, published: against the target", _timed(publish_all, 1), BAKED_SECONDS, "s", 1)


def _files(story: Story, settings: Settings, version: str) -> dict[str, bytes]:
    return dict(bake(story, wanted_charts(story), settings=settings, version=version))


def _timed(work: Callable[[], object], times: int) -> float:
    """The median of so many seconds, after one run that is not counted."""
    seconds = []
    for _ in range(times + 1):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds[1:])


#: By the name that --only takes.
MEASURES: Measures = {
    "bytes": bytes_lines,
    "paint": paint_lines,
    "requests": embed_lines,
    "images": image_lines,
    "bundle": bundle_lines,
}

if __name__ == "__main__":
    measure(MEASURES, program="python -m bench.embeds", about=__doc__, mark="bench-embeds")
