"""What one test leaves in a browser, the next does not find."""

from __future__ import annotations

from tests.browser.conftest import Browsers


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
