"""An imported series in a real browser: its rise on the chart, the study below it, on wide and narrow screens."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import settled
from tests.browser.reading import violations
from tests.support.imported import export, keep, newsroom

Serve = Callable[..., AbstractContextManager[str]]
Visit = Callable[..., Page]


@pytest.fixture
def desk(tmp_path: Path, serve: Serve) -> Iterator[str]:
    """A newsroom that has imported one minute-by-minute series of the night."""
    settings = newsroom(tmp_path)
    keep(settings, export(1, rise=datetime(2016, 11, 9, 4, tzinfo=UTC)))
    with serve(
        NIGHTDESK_STORIES=str(settings.stories[0]),
        NIGHTDESK_SNAPSHOTS=str(settings.snapshots),
        NIGHTDESK_CACHE=str(tmp_path / "cache"),
    ) as address:
        yield address


SCREENS: list[tuple[int, Literal["light", "dark"]]] = [(1280, "light"), (390, "dark")]


def test_a_rise_and_the_study_of_the_calls_are_read_and_checked(desk: str, visit: Visit) -> None:
    for width, theme in SCREENS:
        page = visit("/search-trends", base=desk, width=width, theme=theme)
        expect(page.get_by_text("they begin to rise between 10:59 p.m. and 11:01 p.m. EST").first).to_be_visible()
        expect(page.get_by_text("searches rise", exact=True).first).to_be_attached()
        panel = page.locator(".st-key-rises")
        expect(panel.get_by_text("Across 20 minutes with calls")).to_be_visible()
        panel.get_by_text("Show each minute").click()
        settled(page)
        expect(panel.get_by_text("of 70 comparison minutes").first).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
        assert violations(page) == []
    with page.expect_download() as waiting:
        panel.get_by_role("button", name="Download the study as JSON").click()
    record = json.loads(Path(waiting.value.path()).read_bytes())
    assert record["schema"] == "nightdesk-study/5"
    assert len(record["minutes"]) == 20
