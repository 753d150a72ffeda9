"""A share page as a reader meets it: whole at any width, light and dark, without a script and within its policy."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.browser.conftest import PATIENCE
from tests.browser.reading import violations
from tests.support.cases import cases


@pytest.mark.parametrize(
    ("width", "theme"), cases((320, "light"), (1280, "dark"), long=[(320, "dark"), (1280, "light")])
)
def test_a_share_page_fits_its_screen_and_passes_axe(width: int, theme: str, browser: Browser, server: str) -> None:
    # axe needs a script, which the page's own policy refuses.
    context = browser.new_context(
        viewport={"width": width, "height": 900},
        color_scheme="dark" if theme == "dark" else "light",
        bypass_csp=True,
    )
    page = context.new_page()
    page.goto(f"{server}/s/us-2016/timeline", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure svg:visible").count() == 1
    assert violations(page) == []
    context.close()


def test_a_share_page_asks_for_nothing_and_breaks_no_policy(browser: Browser, server: str) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server}/s/us-2016/timeline", timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    assert asked == [f"{server}/s/us-2016/timeline"]
    assert said == []
    page.close()
