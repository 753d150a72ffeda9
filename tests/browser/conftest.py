"""A visitor: this machine's Chromium, as wide, as dark and in such a time zone as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.engines import CHROMIUM_FLAGS, chromium_path

#: Pages that a server with two cores draws for the first time may take this long, in milliseconds.
PATIENCE = 30_000

# What the page's own policy refused; read with `refused`.
_LISTEN = """
window.refused = [];
document.addEventListener(
  'securitypolicyviolation', event => refused.push(event.violatedDirective + ' ' + event.blockedURI));
"""


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=list(CHROMIUM_FLAGS))
        yield chromium
        chromium.close()


@pytest.fixture
def visit(browser: Browser, server: str) -> Iterator[Callable[..., Page]]:
    """Open a page of the app, each visit in a browser of its own; answers once its footer is there.

    `visit("/timeline?caller=CNN", width=390, theme="dark", zone="Asia/Tokyo", base=server)`; `wrong` is told what the
    page writes as an error into its console, and what it asks for and does not get.
    """
    visits: list[BrowserContext] = []

    def open_page(
        path: str = "/",
        *,
        width: int = 1280,
        theme: Literal["light", "dark"] = "light",
        zone: str = "America/New_York",
        base: str = server,
        wrong: list[str] | None = None,
    ) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": 900},
            color_scheme=theme,
            timezone_id=zone,
            locale="en-US",
            reduced_motion="reduce",
        )
        visits.append(context)
        context.set_default_timeout(PATIENCE)
        context.add_init_script(_LISTEN)
        page = context.new_page()
        if wrong is not None:
            listen(page, wrong.append)
        page.goto(base + path)
        settled(page)
        return page

    yield open_page
    for context in visits:
        context.close()


def listen(page: Page, tell: Callable[[str], None]) -> None:
    """Tell what the page writes as an error into its console, and what it asks for and does not get."""
    page.on("console", lambda said: tell(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: tell(str(error)))
    page.on("response", lambda answer: tell(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("requestfailed", lambda request: tell(f"failed {request.url}"))


def settled(page: Page) -> None:
    """Wait until the script that draws the page has come to rest, every chart is drawn, and its keys are heard."""
    page.locator(".st-key-footer").wait_for()
    at_rest = page.locator("[data-testid=stApp][data-test-script-state=notRunning]:not(:has([data-stale=true]))")
    for _ in range(2):
        at_rest.wait_for(state="attached")
        # A first run can be followed at once by a second, in which what is on screen fades.
        page.wait_for_timeout(250)
    expect(page.locator("[data-testid=stPlotlyChart]:not(:has(.main-svg))")).to_have_count(0)
    expect(page.locator("[class*=st-key-reader-]:not(:has([data-ready]))")).to_have_count(0)
