"""In which order a first visit to a page with a chart does its work."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from playwright.sync_api import Page

from components.server.index_page import first_chart_script

#: A socket that sends nothing by itself: `server(text)` is what the server sends, `taken` what the page was given.
_SOCKET = """
  window.taken = []; window.asked = []; window.began = false;
  window.WebSocket = class extends EventTarget { send(data) { asked.push(data); } };
  window.server = text => socket.dispatchEvent(
    new MessageEvent("message", { data: new TextEncoder().encode(text).buffer }));
"""
_OPEN = """
  window.socket = new WebSocket();
  socket.addEventListener("message", ({ data }) => taken.push(new TextDecoder().decode(data)));
"""
_FIGURE = '{"data":[],"layout":{"height":500}}'
_DRAW = """
  document.body.innerHTML = '<div data-testid="stPlotlyChart"><svg class="main-svg"></svg></div>'
"""


@pytest.fixture
def page(tab: Callable[..., Page]) -> Page:
    """An empty page with the script, whose drawing says that it has begun."""
    page = tab()
    page.route("http://desk.test/", lambda asked: asked.fulfill(body="", content_type="text/html"))
    page.route("**/draw.js", lambda asked: asked.fulfill(body="began = true", content_type="text/javascript"))
    page.goto("http://desk.test/")
    for script in (_SOCKET, first_chart_script("./draw.js"), _OPEN):
        page.evaluate(f"() => {{ {script} }}")
    return page


def begin(page: Page) -> None:
    page.evaluate("socket.send('the page')")
    page.wait_for_function("began && performance.getEntriesByName('http://desk.test/draw.js').length")


def send(page: Page, *texts: str) -> None:
    page.evaluate(f"{json.dumps(texts)}.forEach(server)")


def test_what_draws_charts_begins_once_the_server_is_asked(page: Page) -> None:
    assert page.evaluate("[asked, began]") == [[], False]
    begin(page)
    assert page.evaluate("[asked, began]") == [["the page"], True]


def test_what_follows_the_first_figure_waits_until_it_is_drawn(page: Page) -> None:
    begin(page)
    send(page, "headline", _FIGURE, "sources", "footer")
    assert page.evaluate("taken") == ["headline", _FIGURE]
    page.evaluate(f"() => {{ {_DRAW} }}")
    page.wait_for_function("taken.length === 4")
    send(page, _FIGURE, "notes")
    assert page.evaluate("taken") == ["headline", _FIGURE, "sources", "footer", _FIGURE, "notes"]


def test_a_figure_that_is_never_drawn_keeps_nothing_back_for_long(page: Page) -> None:
    begin(page)
    send(page, _FIGURE, "footer")
    page.wait_for_function("taken.length === 2")


def test_nothing_waits_where_what_draws_charts_is_still_being_sent(page: Page) -> None:
    send(page, _FIGURE, "footer")
    assert page.evaluate("taken") == [_FIGURE, "footer"]
