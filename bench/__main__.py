"""`make bench`: reruns, figure bytes, the first chart, and drawing without a browser, as ratios in one run."""

from __future__ import annotations

import os
import shutil
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from bench import comparison, large_series
from bench.server import ROOT, serving
from bench.visitor import Visitor
from components.charts import catalogue, plotly, svg
from components.charts.clock import Clock
from components.view import utc_text
from data.settings import Settings
from data.story import Story, find_story

PAGES = ("", "timeline", "search-trends", "outage-reports", "sources-and-methods")
RERUN_TARGET_MS, FIRST_CHART_TARGET = 150, 1.5
_FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")


def say(what: str, found: str) -> None:
    print(f"{what:<58} {found}")


def p95(seconds: list[float]) -> float:
    return statistics.quantiles(seconds, n=20)[-1]


def ranges(story: Story, count: int) -> list[str]:
    """Addresses of `count` ranges that nobody has asked for before, a minute apart."""
    starts = (story.window.start + timedelta(minutes=minute) for minute in range(1, count + 1))
    return [f"from={utc_text(start)}&to={utc_text(story.window.end)}" for start in starts]


def bench_reruns(address: str, story: Story) -> None:
    fresh, known = [], []
    with Visitor(address) as visitor:
        visitor.open("timeline")
        for query in ranges(story, 40):
            fresh.append(visitor.open("timeline", query).seconds)
            known.append(visitor.open("timeline", query).seconds)
    verdict = "met" if p95(fresh) * 1000 <= RERUN_TARGET_MS else "MISSED"
    say("Timeline, a new range, p50 / p95", f"{statistics.median(fresh) * 1000:.0f} / {p95(fresh) * 1000:.0f} ms")
    say(f"  p95 against the target of {RERUN_TARGET_MS} ms", f"{p95(fresh) * 1000 / RERUN_TARGET_MS:.2f}  {verdict}")
    say("  a new range against one drawn before, p50", f"{statistics.median(fresh) / statistics.median(known):.1f}")


def bench_collection(story: Story) -> None:
    """What a full collection after every run, Streamlit's default, would cost a rerun here."""
    medians = []
    for option in ("false", "true"):
        with serving(ROOT / "app.py", f"--runner.postScriptGC={option}") as address, Visitor(address) as visitor:
            visitor.open("timeline")
            query = ranges(story, 1)[0]
            medians.append(statistics.median(visitor.open("timeline", query).seconds for _ in range(30)))
    say("Rerun with a collection after it against one without, p50", f"{medians[1] / medians[0]:.2f}")


def bench_bytes(address: str) -> None:
    with Visitor(address) as visitor:
        for page in PAGES:
            run = visitor.open(page)
            say(f"Figure JSON of /{page}", f"{run.figure_bytes:,} bytes" + (" FAILED" if run.failures else ""))


def first_chart(browser: Browser, address: str) -> float:
    """Seconds until a chart stands in a browser that has never been here."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    start = time.perf_counter()
    page.goto(address)
    page.locator(".js-plotly-plot .main-svg").first.wait_for()
    seconds = time.perf_counter() - start
    context.close()
    return seconds


def bench_first_chart(address: str, chromium: str) -> None:
    with serving(ROOT / "bench" / "bare.py") as bare, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=list(_FLAGS))
        for warm in (bare, address):
            first_chart(browser, warm)
        pairs = [(first_chart(browser, bare), first_chart(browser, address)) for _ in range(7)]
        browser.close()
    bare_s, story_s = (statistics.median(side) for side in zip(*pairs, strict=True))
    verdict = "met" if story_s / bare_s <= FIRST_CHART_TARGET else "MISSED"
    say("First chart, bare page / Story page, p50", f"{bare_s * 1000:.0f} / {story_s * 1000:.0f} ms")
    say(f"  Story against bare, target {FIRST_CHART_TARGET}", f"{story_s / bare_s:.2f}  {verdict}")


def timed(work: Callable[[], object], times: int) -> float:
    seconds = []
    for _ in range(times):
        start = time.perf_counter()
        work()
        seconds.append(time.perf_counter() - start)
    return statistics.median(seconds)


def bench_drawing(story: Story, chromium: str) -> None:
    clock = Clock(story.about.clock)
    chart = catalogue.chart_of(story, "timeline", story.window, caller=story.about.caller)
    drawn = timed(lambda: svg.draw(chart, clock, width=960), 9)
    say("SVG of the full timeline", f"{drawn * 1000:.0f} ms")
    os.environ["BROWSER_PATH"] = chromium
    figure = plotly.figure(chart, clock)
    image = timed(lambda: figure.to_image(format="svg", width=960), 3)
    say("  fig.to_image by kaleido against our SVG", f"{image / drawn:.0f}")


def main() -> None:
    story = find_story("us-2016", Settings())
    names = ("chromium", "chromium-browser", "google-chrome")
    chromium = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, names)), "")
    with serving(Path("app.py")) as address:
        bench_reruns(address, story)
        bench_bytes(address)
        if chromium:
            bench_first_chart(address, chromium)
    bench_collection(story)
    for row in large_series.rows():
        comparison.say(row.cells())
    if chromium:
        bench_drawing(story, chromium)
    else:
        say("First chart, and kaleido against our SVG", "not measured: no Chromium here")


if __name__ == "__main__":
    main()
