"""What tests read off a page. What a click brings is waited for: an address and a drawing come in their own time."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page

from tests.browser.conftest import settled

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def address(page: Page) -> dict[str, str]:
    """What the address asks for at this moment."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def comes_to(page: Page, reading: Callable[[], object], expected: object, *, seconds: int = 30) -> None:
    """Read again until this is what is found; some policies refuse Playwright's own way to wait for a function."""
    found = reading()
    for _ in range(seconds * 20):
        if found == expected:
            return
        page.wait_for_timeout(50)
        found = reading()
    assert found == expected


def has_address(page: Page, **expected: str) -> None:
    """Wait until the address asks for just this: a page's title is there before its whole address is."""
    comes_to(page, lambda: address(page), expected)


def open_menu(page: Page, control: str) -> None:
    """Click a menu of a page at rest: one that is drawn anew closes, and so does one whose page still scrolls."""
    settled(page)
    field = page.locator(f".st-key-choose-{control} input")
    field.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    field.click()


def choose(page: Page, control: str, option: str) -> None:
    """Take an option of one of the bar's menus."""
    open_menu(page, control)
    page.get_by_role("option", name=option, exact=True).click()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line an element."""
    found = Axe().run(page, options={"runOnly": {"type": "tag", "values": _WCAG}}).response["violations"]
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]
