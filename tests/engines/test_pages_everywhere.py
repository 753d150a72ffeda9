"""The workbench in Chromium, Firefox and WebKit: eight addresses that open, a dragged range, a copied link."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.support.cases import cases
from tests.support.engines import Reader

PAGES = {
    "": "On the night Trump won, searches about moving to Canada rose and Canada’s immigration site failed",
    "timeline": "Timeline · U.S. 2016",
    "search-trends": "Search trends · U.S. 2016",
    "outage-reports": "Outage reports · U.S. 2016",
    "compare-nights": "Compare & check · U.S. 2016",
    "check-a-claim": "Compare & check · U.S. 2016",
    "embed-and-export": "Embed & export · U.S. 2016",
    "sources-and-methods": "Sources & methods · U.S. 2016",
}
_AT_REST = """
return !!document.querySelector('.st-key-footer')
  && !!document.querySelector('[data-testid=stApp][data-test-script-state=notRunning]:not(:has([data-stale=true]))')
  && !document.querySelector('[data-testid=stPlotlyChart]:not(:has(.main-svg))')
"""
_LINK = """
return [...document.querySelectorAll('.st-key-copy-link *')].map(element => element.shadowRoot).find(Boolean)
  ?.querySelector('button')?.dataset.link
"""
_RANGE = "return document.querySelector('.st-key-choose-exact button p').textContent"
RANGE = "from=2016-11-09T03:00Z&to=2016-11-09T05:00Z"


@pytest.fixture(scope="module")
def listened(serve: Callable[..., AbstractContextManager[str]]) -> Iterator[str]:
    """The address of the app with a listener ahead of its scripts."""
    with serve(["-m", "uvicorn", "tests.support.listening:app", "--port", "{port}"]) as address:
        yield address


def visit(reader: Reader, address: str) -> None:
    """Go there, unless the window has just that page: a test that has changed a page has changed its address, too."""
    if reader.run("return location.href") != address:
        reader.open(address)
    for _ in range(2):
        reader.comes_to(_AT_REST, expected=True)
        # A first run can be followed at once by a second.
        time.sleep(0.25)


def asked(reader: Reader) -> dict[str, str]:
    """What the address of the page asks for."""
    found = parse_qs(urlsplit(str(reader.run("return location.href"))).query)
    return {name: values[-1] for name, values in found.items()}


@pytest.mark.parametrize(("path", "title"), cases(("", PAGES[""]), long=PAGES.items()))
def test_a_page_opens_and_nothing_goes_wrong(path: str, title: str, reader: Reader, listened: str) -> None:
    visit(reader, f"{listened}/{path}")
    reader.comes_to("return document.title", f"{title} · Nightdesk")
    assert reader.run("return document.querySelectorAll('[data-testid=stException]').length") == 0
    assert reader.run("return wrong") == []


def test_a_box_dragged_on_a_chart_becomes_the_range(reader: Reader, listened: str) -> None:
    visit(reader, f"{listened}/")
    whole = reader.run(_RANGE)
    reader.drag("[class*=st-key-wide-] .js-plotly-plot .nsewdrag", 0.4, 0.6)
    reader.holds(lambda: asked(reader).keys() == {"from", "to"}, "the range is in the address")
    reader.holds(lambda: bool(reader.run(_RANGE) != whole), "the bar says the range")
    # Two fifths and three fifths of the 18 hours that the axis has, as near as its pixels are.
    found = [datetime.fromisoformat(asked(reader)[end]) for end in ("from", "to")]
    dragged = [datetime(2016, 11, 9, 1, 12, tzinfo=UTC), datetime(2016, 11, 9, 4, 48, tzinfo=UTC)]
    assert all(abs(one - other) <= timedelta(minutes=3) for one, other in zip(found, dragged, strict=True)), found


def test_a_copied_link_shows_the_same(reader: Reader, listened: str) -> None:
    visit(reader, f"{listened}/timeline?{RANGE}")
    shown = reader.run(_RANGE)
    reader.holds(lambda: bool(reader.run(_LINK)), "the link is shown")
    link = str(reader.run(_LINK))
    assert link == f"{listened}/timeline?story=us-2016&{RANGE}&clock=America/New_York&caller=AP"
    visit(reader, link)
    assert reader.run(_RANGE) == shown
    assert reader.run("return wrong") == []
