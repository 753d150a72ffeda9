"""What one test leaves in a browser the next does not find, and a page that is gone to is waited for."""

from __future__ import annotations

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.browser.conftest import Browsers, go


def test_a_clock_that_was_stopped_in_one_test_goes_on_in_the_next(browsers: Browsers) -> None:
    """Of all that a page can be given, the clock alone is that of every tab to come."""
    kept = browsers.pages()
    clock = browsers.tab(person="who stops the clock").clock
    clock.install(time="2016-11-08T12:00:00Z")
    clock.pause_at("2016-11-08T13:00:00Z")
    browsers.forget(kept)
    later = browsers.tab(person="who stops the clock")
    assert later.evaluate("Date.now() > Date.parse('2020-01-01')")
    later.wait_for_function("new Promise(done => setTimeout(() => done(true), 1))", timeout=5_000)
    browsers.forget(kept)


def test_a_page_that_is_never_seen_to_run_is_waited_for(visit: Callable[..., Page]) -> None:
    """So it is where something else keeps the tab's one thread from drawing while the script runs."""
    page = visit("/check-a-claim")
    page.evaluate("""() => {
      const push = history.pushState;
      history.pushState = (...given) => {
        history.pushState = push;
        push.apply(history, given);
        setTimeout(() => { for (const since = performance.now(); performance.now() < since + 3000;); }, 5);
      };
    }""")
    go(page, "/embed-and-export")
    expect(page.get_by_role("heading", level=1)).to_have_text("Embed & export", timeout=1)
