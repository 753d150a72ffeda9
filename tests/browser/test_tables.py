"""The tables of a page in a real browser: they sort, search, show twenty rows at first, and ring the mark of a row."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.reading import violations

Visit = Callable[..., Page]


def test_a_table_sorts_searches_and_shows_twenty_rows_at_first(opened_once: Visit) -> None:
    page = opened_once("/outage-reports")
    table = page.get_by_role("table", name="Reports of the site, by time")
    rows = table.locator("tbody tr")
    expect(rows).to_have_count(20)
    expect(table.get_by_role("rowheader").first).to_have_text("about 2 p.m. EST, Nov. 8, 2016")
    table.get_by_role("button", name="Evidence").click()
    expect(table.get_by_role("columnheader", name="Evidence")).to_have_attribute("aria-sort", "ascending")
    expect(rows.first).to_contain_text("B first-hand or official")
    table.get_by_role("button", name="Evidence").click()
    expect(rows.first).to_contain_text("D second-hand")
    page.get_by_label("Search: Reports of the site").fill("buzzfeed")
    expect(rows).to_have_count(1)
    expect(page.get_by_text("1 row", exact=True)).to_be_visible()
    page.get_by_label("Search: Reports of the site").fill("")
    page.get_by_role("button", name="Show all 28").click()
    expect(rows).to_have_count(28)
    assert violations(page) == []


def test_a_row_rings_its_mark_on_the_chart(opened_once: Visit) -> None:
    page = opened_once("/outage-reports")
    rings = page.locator(".js-plotly-plot > div[aria-hidden=true]")
    expect(rings).to_have_count(0)
    page.get_by_role("table", name="Reports of the site").locator("tr[data-row='observations:wpri-10pm']").hover()
    expect(rings).to_have_count(1)
