"""A visitor: this machine's Chromium, as wide, as dark and in such a time zone as a test says."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Literal

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.engines import CHROMIUM_FLAGS, FEATURES_OFF, chromium_path

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
        chromium = playwright.chromium.launch(executable_path=chromium_path(), args=[*CHROMIUM_FLAGS, FEATURES_OFF])
        yield chromium
        chromium.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser) -> Iterator[dict[str, BrowserContext]]:
    """A browser for each time zone: what it has loaded from a server it need not load and compile again."""
    kept: dict[str, BrowserContext] = {}
    yield kept
    for context in kept.values():
        context.close()


@pytest.fixture
def visit(browser: Browser, server: str, contexts: dict[str, BrowserContext]) -> Iterator[Callable[..., Page]]:
    """Open a page of the app, each visit in a tab of its own; answers once its footer is there.

    `visit("/timeline?caller=CNN", width=390, theme="dark", zone="Asia/Tokyo", base=server)`; `wrong` is told what the
    page writes as an error into its console, and what it asks for and does not get. No test finds what another left: no
    tab, cookie, permission or stored word.
    """

    def context_in(zone: str) -> BrowserContext:
        if zone not in contexts:
            contexts[zone] = context = browser.new_context(timezone_id=zone, locale="en-US", reduced_motion="reduce")
            context.set_default_timeout(PATIENCE)
            context.add_init_script(_LISTEN)
        return contexts[zone]

    def open_page(
        path: str = "/",
        *,
        width: int = 1280,
        theme: Literal["light", "dark"] = "light",
        zone: str = "America/New_York",
        base: str = server,
        wrong: list[str] | None = None,
    ) -> Page:
        page = context_in(zone).new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        if wrong is not None:
            listen(page, wrong.append)
        page.goto(base + path)
        settled(page)
        return page

    yield open_page
    for context in contexts.values():
        _forget(context)


def _forget(context: BrowserContext) -> None:
    for page in context.pages:
        if page.url.startswith("http"):
            page.evaluate("() => { localStorage.clear(); sessionStorage.clear(); }")
        page.close()
    context.clear_cookies()
    context.clear_permissions()


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
