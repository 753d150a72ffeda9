"""What a browser goes through to show an address: bytes over the wire, and seconds on a slow phone and line."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, NamedTuple

from playwright.sync_api import Browser, CDPSession, Page

FLAGS = ("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking")
_NAMES = ("chromium", "chromium-browser", "google-chrome")
#: A chart of Streamlit that stands. Of a page's two, drawn for two widths, one is shown.
STREAMLIT = "[data-testid=stPlotlyChart] .main-svg:visible"
#: A mid-range phone on a slow mobile line.
SLOWER_CPU, BITS_A_SECOND, LATENCY_MS = 4, 1_600_000, 150
_PATIENCE = 240_000  # milliseconds
#: As a reader sees it: looked for at every frame, where Playwright's own waiting looks twice a second.
_STANDS = """() => [...document.querySelectorAll('[data-testid=stPlotlyChart] .main-svg')].some(one =>
  one.getClientRects().length && getComputedStyle(one).visibility === 'visible')"""
_FIRST_PAINT = """() => new Promise(resolve => new PerformanceObserver(list => {
  for (const entry of list.getEntries()) if (entry.name === 'first-contentful-paint') resolve(entry.startTime);
}).observe({type: 'paint', buffered: true}))"""


class Shown(NamedTuple):
    """Seconds from the request until something, and until the chart itself, is on screen."""

    first_paint: float
    chart: float


def chromium_here() -> str:
    """The path of this machine's Chromium; empty where there is none."""
    return os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, _NAMES)), "")


@contextmanager
def _page(browser: Browser) -> Iterator[tuple[Page, CDPSession]]:
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(_PATIENCE)
    page = context.new_page()
    try:
        yield page, context.new_cdp_session(page)
    finally:
        context.close()


def loaded_bytes(browser: Browser, address: str, chart: str) -> tuple[int, int]:
    """Bytes over the wire, websockets included, and requests, until the chart stands and the network is quiet."""
    total = requests = 0

    def finished(event: dict[str, Any]) -> None:
        nonlocal total, requests
        total += int(event["encodedDataLength"])
        requests += 1

    def framed(event: dict[str, Any]) -> None:
        nonlocal total
        data, binary = event["response"]["payloadData"], event["response"]["opcode"] == 2
        total += len(data) * 3 // 4 if binary else len(data)

    with _page(browser) as (page, wire):
        wire.send("Network.enable")
        wire.on("Network.loadingFinished", finished)
        wire.on("Network.webSocketFrameReceived", framed)
        page.goto(address)
        page.locator(chart).first.wait_for()
        page.wait_for_load_state("networkidle")
        page.wait_for_timeout(1000)
    return total, requests


def first_chart(browser: Browser, address: str) -> float:
    """Seconds until a chart stands in a browser that has never been here."""
    with _page(browser) as (page, _):
        start = time.perf_counter()
        page.goto(address, wait_until="commit")
        page.wait_for_function(_STANDS, polling="raf")
        return time.perf_counter() - start


def slow_load(browser: Browser, address: str, chart: str) -> Shown:
    """One visit with an empty cache, on a slow phone and line."""
    with _page(browser) as (page, wire):
        wire.send("Network.enable")
        a_second = BITS_A_SECOND / 8
        line = {"offline": False, "latency": LATENCY_MS, "downloadThroughput": a_second, "uploadThroughput": a_second}
        wire.send("Network.emulateNetworkConditions", line)
        wire.send("Emulation.setCPUThrottlingRate", {"rate": SLOWER_CPU})
        start = time.perf_counter()
        page.goto(address, timeout=_PATIENCE, wait_until="commit")
        page.locator(chart).first.wait_for()
        seconds = time.perf_counter() - start
        return Shown(float(page.evaluate(_FIRST_PAINT)) / 1000, seconds)
