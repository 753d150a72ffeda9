"""A long imported series in a real browser: it says that it is thinned, and a shorter range shows the real points."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page, expect

from tests.support.imported import keep, newsroom

END = datetime(2016, 11, 9, 12, tzinfo=UTC)
BINS = 20_000
START = END - BINS * timedelta(minutes=1)
#: The first of three minutes in a row that stand above all others.
SPIKE = datetime(2016, 11, 4, 6, 30, tzinfo=UTC)
Serve = Callable[..., AbstractContextManager[str]]
Visit = Callable[..., Page]


def export() -> bytes:
    """Noise with a spike of three minutes; five hours are below resolution, and one hour has no row."""
    values = np.random.default_rng(5).integers(20, 40, BINS)
    times = [START + n * timedelta(minutes=1) for n in range(BINS)]
    place = times.index(SPIKE)
    values[place : place + 3] = (90, 100, 90)
    cells = [str(value) for value in values]
    cells[4_000:4_300] = ["<1"] * 300
    lines = [f"{time:%Y-%m-%dT%H:%M:%S},{cell}\n" for time, cell in zip(times, cells, strict=True)]
    del lines[6_000:6_060]
    return ("Category: All categories\n\nTime,move to canada: (United States)\n" + "".join(lines)).encode()


@pytest.fixture
def long_series(tmp_path: Path, serve: Serve) -> Iterator[str]:
    settings = newsroom(tmp_path)
    keep(settings, export())
    with serve(
        NIGHTDESK_STORIES=str(tmp_path / "stories"),
        NIGHTDESK_SNAPSHOTS=str(tmp_path / "snapshots"),
        NIGHTDESK_CACHE=str(tmp_path / "cache"),
    ) as address:
        yield address


def drawn_bins(page: Page) -> dict[str, int]:
    """Row of each bin that the visible figure draws -> its value, as the card of the mark says it."""
    traces = json.loads(
        page.locator(".js-plotly-plot:visible").first.evaluate(
            "plot => JSON.stringify(plot.data.map(t => [t.customdata, t.hovertext]))"
        )
    )
    return {
        row: int(told[1])
        for rows, cards in traces
        for row, card in zip(rows or [], cards or [], strict=False)
        if "“move to canada”" in card and (told := re.search(r"\((\d+) of 100\)", card))
    }


def test_a_range_dragged_on_a_thinned_chart_shows_every_real_point(long_series: str, visit: Visit) -> None:
    first, last = (f"{moment:%Y-%m-%dT%H:%MZ}" for moment in (START, END))
    page = visit(f"/search-trends?from={first}&to={last}&clock=UTC", base=long_series)
    note = page.get_by_text("of the 19,940 bins of “move to canada” in the U.S. in this range are drawn").first
    expect(note).to_be_visible()
    whole = drawn_bins(page)
    assert 500 < len(whole) < 2_000
    assert any(row.endswith(f"|{SPIKE + timedelta(minutes=1):%Y-%m-%dT%H:%M:%S}+00:00") for row in whole)

    plot = page.locator(".js-plotly-plot .nsewdrag:visible").first
    plot.scroll_into_view_if_needed()
    box = plot.bounding_box()
    assert box
    middle, share = box["y"] + box["height"] / 2, (SPIKE - START) / (END - START)
    page.mouse.move(box["x"] + box["width"] * (share - 0.03), middle)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * (share + 0.03), middle, steps=8)
    page.mouse.up()
    page.wait_for_url("**from=2016-11-0*")
    expect(page.locator("[class*=chart-interest]").first.get_by_text("Thinned: ")).to_have_count(0)
    page.wait_for_function(
        "first => { const plot = [...document.querySelectorAll('.js-plotly-plot')].find(one => one.offsetParent);"
        "return plot && !JSON.stringify(plot.data.map(t => t.customdata)).includes(first) }",
        arg=START.isoformat(),
    )
    shown = sorted(row.partition("|")[2] for row in drawn_bins(page))
    minutes = (datetime.fromisoformat(shown[-1]) - datetime.fromisoformat(shown[0])) / timedelta(minutes=1)
    assert len(shown) == minutes + 1
    values = [value for row, value in sorted(drawn_bins(page).items()) if row.partition("|")[2] >= SPIKE.isoformat()]
    assert values[:3] == [90, 100, 90]
