"""Embed & export in a real browser: the previewed document, codes and files that follow the address, accessibility."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import partial
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Locator, Page, expect

from components.workbench.parts.embed_code import is_local
from tests.browser.conftest import settled
from tests.browser.reading import choose, comes_to, has_address, passes
from tests.support.cases import cases

Visit = Callable[..., Page]

PATH = "/embed-and-export"


def download(page: Page, tab: str, button: str) -> Path:
    page.get_by_role("tab", name=tab, exact=True).click()
    with page.expect_download() as found:
        page.get_by_test_id("stDownloadButton").filter(has=page.get_by_text(button, exact=True)).locator(
            "button"
        ).click()
    return Path(found.value.path())


def test_a_server_that_readers_cannot_reach_says_so(opened_once: Visit) -> None:
    page = opened_once(PATH)
    expect(page.get_by_text("These addresses work on this machine only; set NIGHTDESK_PUBLIC_URL")).to_be_visible()
    expect(page.get_by_text("at most")).to_contain_text("The document itself, 640 px wide and at most")


@pytest.mark.parametrize("theme", cases("light", long=["dark"]))
def test_the_page_passes_axe_and_its_own_policy(theme: str, opened_once: Visit) -> None:
    page = opened_once(PATH, theme=theme, width=390)
    expect(page.locator("iframe").content_frame.locator("figure#nightdesk")).to_be_visible()
    passes(page, 390, 1280)


@pytest.mark.parametrize("screen", [390, 1280])
def test_the_preview_is_the_document_at_the_chosen_width_and_the_page_never_scrolls_sideways(
    screen: int, opened_once: Visit
) -> None:
    page = opened_once(PATH, width=screen)
    for width in (320, 640, 1200):
        page.get_by_text(f"{width} px", exact=True).click()
        frame = page.locator(f'iframe[title="Preview, {width} px wide"]')
        heading = frame.content_frame.locator("figure#nightdesk h1")
        expect(heading).to_contain_text("AP called Florida at 10:50 p.m. EST")
        settled(page)
        comes_to(page, partial(fits, frame, width), True)
        assert page.evaluate("document.documentElement.scrollWidth") <= screen
        assert page.evaluate("refused") == []


def fits(frame: Locator, width: int) -> bool:
    """Whether a preview is as wide as this and as tall as what is in it."""
    content = frame.content_frame.locator("html").evaluate("document.documentElement.scrollHeight")
    box = frame.bounding_box()
    return bool(box and box["width"] == width and -1 <= box["height"] - content <= 40)


@pytest.mark.parametrize(
    ("host", "local"),
    [
        pytest.param("127.0.0.1", True, id="loopback"),
        pytest.param("::1", True, id="loopback of IPv6"),
        pytest.param("10.1.2.3", True, id="private"),
        pytest.param("localhost", True, id="by name"),
        pytest.param("newsroom-box", True, id="a bare name"),
        pytest.param("8.8.8.8", False, id="public"),
        pytest.param("charts.example.org", False, id="a domain"),
    ],
)
def test_a_host_is_local_where_only_its_own_network_knows_it(host: str, local: bool) -> None:
    assert is_local(host) is local


def test_codes_follow_the_controls_and_so_does_the_address(opened_once: Visit) -> None:
    page = opened_once(f"{PATH}?caller=CNN")
    page.get_by_text("Dark", exact=True).first.click()
    page.wait_for_url("**theme=dark**")
    choose(page, "chart", "Search interest")
    has_address(page, caller="CNN", theme="dark", chart="interest")
    page.get_by_text("A copy that never changes").click()
    expect(page.locator(".st-key-copy-updating code")).to_contain_text("/embed/us-2016/interest?from=2016-11-08T18:00Z")
    expect(page.locator(".st-key-copy-updating code")).to_contain_text("caller=CNN&theme=dark")
    page.get_by_role("tab", name="Iframe only").click()
    expect(page.locator(".st-key-copy-code-only code")).to_contain_text("@container (min-width: 480px)")
    expect(page.locator("iframe").content_frame.locator("figure#nightdesk")).to_have_attribute("data-chart", "interest")


def test_files_are_made_when_they_are_asked_for(opened_once: Visit) -> None:
    page = opened_once(f"{PATH}?from=2016-11-09T03:00Z&to=2016-11-09T05:00Z")
    with Image.open(download(page, "Image", "PNG 1200 × 630 @2x")) as picture:
        assert (picture.format, picture.size) == ("PNG", (2400, 1260))
    with Image.open(download(page, "Image", "PNG square")) as picture:
        assert picture.size == (1200, 1200)
    assert download(page, "Image", "PDF").read_bytes().startswith(b"%PDF-")
    data = json.loads(download(page, "Data", "JSON with sources").read_bytes())
    assert "2016-11-09T03:00" in json.dumps(data)
    frozen = download(page, "Data", "Frozen document").read_text(encoding="utf-8")
    assert "Frozen copy" in frozen and "<figure" in frozen


def test_a_chart_leads_to_its_embed_at_the_same_view(visit: Visit) -> None:
    page = visit("/outage-reports?caller=CNN")
    page.get_by_role("link", name="Embed & export this chart").first.click()
    expect(page).to_have_title("Embed & export · U.S. 2016 · Nightdesk")
    has_address(page, caller="CNN", chart="outages")
