"""A share page as a reader meets it: whole at any width, light and dark, without a script and within its policy."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from tests.browser.conftest import PATIENCE
from tests.browser.reading import violations
from tests.support.cases import cases


@pytest.mark.parametrize(
    ("width", "theme"), cases((320, "light"), (1280, "dark"), long=[(320, "dark"), (1280, "light")])
)
def test_a_share_page_fits_its_screen_and_passes_axe(
    width: int, theme: str, tab: Callable[..., Page], server: str
) -> None:
    # axe needs a script, which the page's own policy refuses.
    page = tab(width=width, theme=theme, bypass_csp=True)
    page.goto(f"{server}/s/us-2016/timeline", timeout=PATIENCE)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert page.locator("figure svg:visible").count() == 1
    assert violations(page) == []


def test_a_share_page_asks_for_nothing_and_breaks_no_policy(tab: Callable[..., Page], server: str) -> None:
    page = tab()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server}/s/us-2016/timeline", timeout=PATIENCE)
    page.wait_for_load_state("networkidle")
    assert asked == [f"{server}/s/us-2016/timeline"]
    assert said == []
    page.close()
