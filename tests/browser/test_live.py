"""Live sources in a real browser: a plan, a run against a server on this machine, a refusal, and an import."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import go, settled
from tests.browser.reading import violations
from tests.support.loopback import Answer, Loopback, loopback
from tests.support.trends_server import Trends, always, refused, serving

ROOT = Path(__file__).parents[2]
NIGHT = "from=2016-11-08T18:00Z&to=2016-11-09T12:00Z"
EVENING = "from=2016-11-08T23:00Z&to=2016-11-09T05:00Z"
# The shape of an hourly export; the numbers are this test's own.
VALUES = (2, 2, 3, 4, 4, 5, 9, 20, 60, 100)
HOURLY = b"Category: All categories\n\nTime,move to canada: (United States)\n" + b"".join(
    f"2016-11-08T{hour},{value}\n".encode() for hour, value in enumerate(VALUES, 14)
)
Serve = Callable[..., AbstractContextManager[str]]
Visit = Callable[..., Page]


@pytest.fixture(scope="module")
def google() -> Iterator[Trends]:
    with serving(Trends()) as trends:
        yield trends


@pytest.fixture(scope="module")
def archive() -> Iterator[Loopback]:
    with loopback() as there:
        yield there


@pytest.fixture(scope="module")
def newsroom(
    tmp_path_factory: pytest.TempPathFactory, google: Trends, archive: Loopback, serve: Serve
) -> Iterator[str]:
    """A server of a newsroom's own: its story, its cache, and Google Trends and an archive on this machine.

    What a test keeps stays there for those after it.
    """
    own = tmp_path_factory.mktemp("newsroom")
    shutil.copytree(ROOT / "data" / "stories" / "us-2016", own / "stories" / "us-2016")
    with serve(
        NIGHTDESK_STORIES=str(own / "stories"),
        NIGHTDESK_CACHE=str(own / "cache"),
        NIGHTDESK_TRENDS_URL=google.url,
        NIGHTDESK_WAYBACK_URL=archive.url,
    ) as address:
        yield address


def choose_zone(page: Page, zone: str) -> None:
    """Six hundred zones are filtered in the browser; Enter takes the first that is left, once the list is there."""
    field = page.locator(".st-key-import-zone input")
    # A list that has to scroll the page to be seen closes at once.
    field.evaluate("field => field.scrollIntoView({block: 'center'})")
    page.wait_for_timeout(500)
    for _ in range(5):
        field.fill(zone)
        page.wait_for_timeout(1_000)
        field.press("Enter")
        page.wait_for_timeout(1_000)
        if page.get_by_role("button", name="Keep it in this story").count():
            return


def test_an_import_says_what_it_understood_and_asks_only_for_the_clock(newsroom: str, visit: Visit) -> None:
    page = visit(f"/search-trends?{NIGHT}", base=newsroom)
    page.get_by_text("Import a Google Trends CSV", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "multiTimeline.csv", "mimeType": "text/csv", "buffer": HOURLY}
    )
    expect(page.get_by_text("interest over time")).to_be_visible()
    keep = page.get_by_role("button", name="Keep it in this story")
    settled(page)
    expect(keep).to_have_count(0)
    choose_zone(page, "America/New_York")
    expect(keep).to_be_enabled()
    keep.click()
    expect(page.get_by_text("Kept: interest over time of move to canada")).to_be_visible()
    expect(page.get_by_text("were highest in the bin that begins at").first).to_be_visible()
    page.get_by_text("Remove or restore what was imported or drawn", exact=True).click()
    page.get_by_role("button", name="Remove", exact=True).first.click()
    expect(page.get_by_text("Removed: multiTimeline.csv (move to canada), imported")).to_be_visible()
    # The file is still in the uploader, and may be kept again.
    expect(keep).to_be_visible()
    page.get_by_role("button", name="Restore", exact=True).first.click()
    expect(page.get_by_text("Restored: multiTimeline.csv (move to canada), imported")).to_be_visible()
    expect(page.get_by_text("This file is kept in this story")).to_be_visible()


def test_a_file_that_is_something_else_is_refused_with_the_reason(newsroom: str, visit: Visit) -> None:
    page = visit("/search-trends", base=newsroom)
    page.get_by_text("Import a Google Trends CSV", exact=True).click()
    page.locator("input[type=file]").set_input_files(
        {"name": "budget.csv", "mimeType": "text/csv", "buffer": b"item,cost\npaper,12.50\n"}
    )
    expect(page.get_by_test_id("stAlert").first).to_be_visible()
    expect(page.get_by_role("button", name="Keep it in this story")).to_have_count(0)


def test_captures_come_as_observations_and_what_they_cannot_show_is_said(
    newsroom: str, archive: Loopback, visit: Visit
) -> None:
    rows = [
        ["urlkey", "timestamp", "original", "mimetype", "statuscode", "digest", "length"],
        ["ca,gc,cic)/english", "20161109041733", "http://www.cic.gc.ca/english/", "text/html", "500", "B" * 32, "800"],
    ]
    archive.answers("/cdx/search/cdx", Answer(json.dumps(rows).encode(), headers={"Content-Type": "application/json"}))
    page = visit(f"/outage-reports?{NIGHT}", base=newsroom)
    expect(page.get_by_text("none is a machine record").first).to_be_visible()
    page.get_by_text("Look for machine records", exact=True).click()
    expect(page.get_by_text("which never means that the site was up")).to_be_visible()
    page.get_by_role("button", name="Ask for captures of").click()
    expect(page.get_by_text("1 row kept").first).to_be_visible(timeout=60_000)
    expect(page.get_by_text("19 dated observations of the site: 14 failing").first).to_be_visible()
    assert violations(page) == []


def open_searches(page: Page) -> None:
    page.get_by_text("Get searches from Google Trends", exact=True).click()
    expect(page.get_by_text("The plan:")).to_be_visible()


def test_a_plan_comes_first_and_what_is_drawn_appears_with_its_samples(newsroom: str, visit: Visit) -> None:
    page = visit(f"/search-trends?{NIGHT}", base=newsroom)
    open_searches(page)
    expect(page.get_by_text("at the polite pace")).to_be_visible()
    assert violations(page) == []
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text("1 of 1 request drawn and kept.")).to_be_visible(timeout=60_000)
    page.get_by_text(re.compile("events? by time|how to read this chart", re.IGNORECASE)).first.click()
    expect(page.get_by_text("One sample, no interval").first).to_be_visible()


def test_a_refusal_says_when_it_may_go_on_and_keeps_the_page_alive(newsroom: str, google: Trends, visit: Visit) -> None:
    google.explore = always(refused())
    page = visit(f"/search-trends?{EVENING}", base=newsroom)
    open_searches(page)
    page.get_by_role("button", name="Draw it").click()
    expect(page.get_by_text("It can go on at")).to_be_visible(timeout=60_000)
    expect(page.get_by_text("0 of 1 request drawn and kept.")).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


def test_a_public_server_offers_no_way_to_fetch_or_keep(tmp_path: Path, serve: Serve, visit: Visit) -> None:
    with serve(NIGHTDESK_READ_ONLY="1", NIGHTDESK_CACHE=str(tmp_path)) as address:
        page = visit("/search-trends", base=address)
        for path in ("/search-trends", "/outage-reports"):
            go(page, path)
            for label in ("Get searches", "Import a Google", "Look for machine", "More lenses"):
                expect(page.get_by_text(label)).to_have_count(0)
