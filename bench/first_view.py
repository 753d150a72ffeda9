"""What a browser that has never been here waits for, and what it is sent, beside a bare Streamlit page."""

from __future__ import annotations

import statistics
import subprocess
import sys
from collections.abc import Iterator

from playwright.sync_api import sync_playwright

from bench.comparison import Figure, Line, Row
from bench.loading import FLAGS, STREAMLIT, chromium_here, first_chart, loaded_bytes
from bench.server import ROOT, serving, stock_streamlit

#: Times that a first chart may take of a bare page's; MB of the Story page.
FIRST_CHART, MEGABYTES = 1.2, 2.3
_PAIRS = 7


def first_view_lines() -> Iterator[Line]:
    """The first chart, and all bytes until it stands, in pairs that share whatever else the machine does."""
    subprocess.run([sys.executable, "-m", "components.server.static_files"], cwd=ROOT, check=True)
    with serving(ROOT / "app.py") as ours, stock_streamlit() as stock, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_here(), args=list(FLAGS))
        for warm in (stock, ours):
            first_chart(browser, warm.address)
        pairs = [(first_chart(browser, ours.address), first_chart(browser, stock.address)) for _ in range(_PAIRS)]
        (sent, requests), (plain, _) = (loaded_bytes(browser, it.address, STREAMLIT) for it in (ours, stock))
        browser.close()
    story, bare = (statistics.median(side) for side in zip(*pairs, strict=True))
    yield Row("First chart: Story against a bare Streamlit page", story, bare, "s", FIRST_CHART)
    yield Figure(f"Bytes of the Story page ({requests} requests)", sent / 1_000_000, "MB", MEGABYTES)
    yield Row("  against a bare Streamlit page", sent / 1_000_000, plain / 1_000_000, "MB")
