"""A visitor: this machine's Chromium, as wide, as dark and in such a time zone as a test says."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from tests.conftest import PORTS
from tests.support.engines import CHROMIUM_FLAGS, FEATURES_OFF, windowless_chromium_path

#: The person of a second browser, where a first is not enough: what it has loaded serves all files of tests.
OTHER = "another"
#: Pages that a server with two cores draws for the first time may take this long, in milliseconds.
PATIENCE = 30_000

# What the page's own policy refused; read with `refused`.
_LISTEN = """
window.refused = [];
document.addEventListener(
  'securitypolicyviolation', event => refused.push(event.violatedDirective + ' ' + event.blockedURI));
"""


# One process draws all tabs of a browser: none is started for the empty page that each begins with, and the scripts of
# a page that was open before are not compiled again. Machine code for what runs often, which each tab has of its own,
# is not worth its making until ten times as often as usual.
_FLAGS = (
    *CHROMIUM_FLAGS, FEATURES_OFF, "--process-per-site", "--renderer-process-limit=1",
    "--js-flags=--invocation-count-for-maglev=4000",
)  # fmt: skip
_HERE = "http://127.0.0.1/"


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    expect.set_options(timeout=PATIENCE)
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=windowless_chromium_path(), args=_FLAGS)
        yield chromium
        chromium.close()


# A sandboxed document may keep nothing, and may not be asked whether it has.
_FORGET = "() => { try { localStorage.clear(); sessionStorage.clear() } catch {} }"
_HAS_ITS_CLOCK = "() => String(setTimeout).includes('[native code]')"


class Browsers:
    """A browser for each set of options, kept for the tests to come: what it has loaded it need not load again.

    No test finds what another left there: no tab, cookie, permission, stored word or clock.
    """

    def __init__(self, browser: Browser) -> None:
        self._browser = browser
        self._contexts: dict[tuple[str, str], BrowserContext] = {}
        self._asked_for = set[tuple[str, str]]()
        self._kept: list[Page] = []
        self._servers_ended = PORTS.ended

    def context(self, person: str = "", **options: Any) -> BrowserContext:
        """The browser of one person, in New York unless the `options` of Playwright's `new_context` say otherwise."""
        options = {"timezone_id": "America/New_York"} | options
        key = person, repr(sorted(options.items()))
        if key not in self._contexts:
            self._contexts[key] = self._browser.new_context(locale="en-US", **options)
            self._contexts[key].set_default_timeout(PATIENCE)
            self._stay_open(self._contexts[key])
        self._asked_for.add(key)
        return self._contexts[key]

    def tab(
        self, *, width: int = 1280, height: int = 900, theme: str = "light", calm: bool = True, **options: Any
    ) -> Page:
        """A tab so wide and so dark, of a browser as `context` takes its options."""
        if self._servers_ended != PORTS.ended:
            self._forget_files()
        page = self.context(**options).new_page()
        page.set_viewport_size({"width": width, "height": height})
        page.emulate_media(
            color_scheme="dark" if theme == "dark" else "light", reduced_motion="reduce" if calm else "no-preference"
        )
        return page

    def pages(self) -> list[Page]:
        """All tabs that are open."""
        return [page for context in self._contexts.values() for page in context.pages]

    def keep(self, page: Page) -> Page:
        """Let this tab stay, whoever forgets, until it is let go."""
        self._kept.append(page)
        return page

    def let_go(self, page: Page) -> None:
        """Close a tab that was kept."""
        self._kept.remove(page)
        _close(page)

    def forget(self, kept: Collection[Page] = ()) -> None:
        """Close all tabs but these and those that are kept, and leave nothing in any browser but what it has loaded."""
        for page in self.pages():
            if page not in kept and page not in self._kept:
                _close(page)
        for key, context in list(self._contexts.items()):
            if key not in self._asked_for and len(context.pages) == 1:
                continue
            context.clear_cookies()
            context.clear_permissions()
            # `page.clock` is that of all tabs of a browser, those to come included, and there is no way back.
            if not context.pages[0].evaluate(_HAS_ITS_CLOCK):
                self._kept = [page for page in self._kept if page.context is not context]
                context.close()
                del self._contexts[key]
        self._asked_for.clear()

    def _forget_files(self) -> None:
        """Forget what a server has sent that has ended: another one may stand at its address, with other charts."""
        self._servers_ended = PORTS.ended
        for context in self._contexts.values():
            context.new_cdp_session(context.pages[0]).send("Network.clearBrowserCache")

    def _stay_open(self, context: BrowserContext) -> None:
        """An empty page of this machine's, without which the process would end with the last tab."""
        page = context.new_page()
        page.route(_HERE, lambda route: route.fulfill(body=""))
        page.goto(_HERE)
        page.unroute_all()
        self.keep(page)


def _close(page: Page) -> None:
    if page.url.startswith("http"):
        page.evaluate(_FORGET)
    page.close()


@pytest.fixture(scope="session")
def browsers(browser: Browser) -> Browsers:
    return Browsers(browser)


@pytest.fixture
def tab(browsers: Browsers) -> Iterator[Callable[..., Page]]:
    """As `Browsers.tab`, until this test ends."""
    kept = browsers.pages()
    yield browsers.tab
    browsers.forget(kept)


@pytest.fixture(scope="module")
def opened_once(browsers: Browsers, server: str) -> Iterator[Callable[..., Page]]:
    """As `visit`, for tests that do not ask how a page opens: all of a file that ask for the same are given one.

    The same is a page of the app as wide and as dark; what its address asks for may be another each time. Where a test
    has left it at another address it goes there, which takes a third of what opening it takes. It has its width again
    and stands at its top; whatever else a test has done to it, those after it do not mind.
    """
    found = dict[str, tuple[Page, str, object]]()

    def open_page(path: str = "/", *, width: int = 1280, height: int = 900, base: str = server, **looks: Any) -> Page:
        looks = {"theme": "light", "height": height, **looks}
        key = repr((urlsplit(path).path, width, base, sorted(looks.items())))
        if key in found:
            page, asked, place = found[key]
            if page.evaluate("innerWidth") != width:
                page.set_viewport_size({"width": width, "height": height})
                settled(page)
            if (path, _place(page)) != (asked, place):
                go(page, path)
        else:
            page = browsers.keep(_arrived(browsers.tab, base + path, width=width, **looks))
        found[key] = page, path, _place(page)
        page.locator("[data-testid=stMain]").evaluate("main => { main.scrollTop = 0 }")
        return page

    yield open_page
    for page, _, _ in found.values():
        browsers.let_go(page)


def _place(page: Page) -> tuple[str, dict[str, list[str]]]:
    address = urlsplit(page.url)
    return address.path, parse_qs(address.query)


_AT_REST = "[data-testid=stApp][data-test-script-state=notRunning]:not(:has([data-stale=true]))"
# The address as the way back changes it; told once the run of the script that this asks for has ended. What is on
# screen does not tell: where another tab is drawn meanwhile, a run can end before the page was ever drawn as running.
_GO = """([address, finished, successfully, patience]) => new Promise((ended, never) => {
  const { send } = WebSocket.prototype;
  WebSocket.prototype.send = function (said) {
    WebSocket.prototype.send = send;
    this.addEventListener('message', function hear({ data }) {
      if (valueOf(finished, new Uint8Array(data)) !== successfully) return;
      this.removeEventListener('message', hear);
      ended();
    });
    send.call(this, said);
  };
  // What stands in a field of numbers of a message of protobuf: each field is a number, or a length and so many bytes.
  function valueOf(field, bytes) {
    let at = 0;
    const number = () => {
      for (let value = 0, unit = 1; ; unit *= 128) {
        const byte = bytes[at++];
        value += (byte & 127) * unit;
        if (byte < 128) return value;
      }
    };
    while (at < bytes.length) {
      const tag = number(), value = number();
      if (tag === 8 * field) return value;
      at += tag % 8 === 2 ? value : 0;
    }
  }
  setTimeout(() => never(new Error('the run that was asked for did not end')), patience);
  history.pushState(null, '', address);
  dispatchEvent(new PopStateEvent('popstate'));
})"""
_FINISHED = ForwardMsg.DESCRIPTOR.fields_by_name["script_finished"].number


def go(page: Page, path: str) -> None:
    """Come to another address of the app as by the browser's way back: no page is loaded anew."""
    page.locator(_AT_REST).wait_for(state="attached")
    page.evaluate(_GO, [path, _FINISHED, ForwardMsg.FINISHED_SUCCESSFULLY, PATIENCE])
    settled(page)


@pytest.fixture
def visit(tab: Callable[..., Page], server: str) -> Callable[..., Page]:
    """Open a page of the app, each visit in a tab of its own; answers once its footer is there.

    `visit("/timeline?caller=CNN", width=390, theme="dark", zone="Asia/Tokyo", base=server)`; `wrong` is told what the
    page writes as an error into its console, and what it asks for and does not get.
    """

    def open_page(path: str = "/", *, base: str = server, **looks: Any) -> Page:
        return _arrived(tab, base + path, **looks)

    return open_page


def _arrived(
    tab: Callable[..., Page],
    address: str,
    *,
    zone: str = "America/New_York",
    wrong: list[str] | None = None,
    **looks: Any,
) -> Page:
    """A page of the app in a tab of its own, once its footer is there."""
    page = tab(timezone_id=zone, **looks)
    page.add_init_script(_LISTEN)
    if wrong is not None:
        listen(page, wrong.append)
    page.goto(address)
    settled(page)
    return page


def listen(page: Page, tell: Callable[[str], None]) -> None:
    """Tell what the page writes as an error into its console, and what it asks for and does not get."""
    page.on("console", lambda said: tell(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda error: tell(str(error)))
    page.on("response", lambda answer: tell(f"{answer.status} {answer.url}") if answer.status >= 400 else None)
    page.on("requestfailed", lambda request: tell(f"failed {request.url}"))


def settled(page: Page) -> None:
    """Wait until the script that draws the page has come to rest, every chart is drawn, and its keys are heard."""
    page.locator(".st-key-footer").wait_for()
    at_rest = page.locator(_AT_REST)
    for _ in range(2):
        at_rest.wait_for(state="attached")
        # A first run can be followed at once by a second, in which what is on screen fades.
        page.wait_for_timeout(250)
    expect(page.locator("[data-testid=stPlotlyChart]:not(:has(.main-svg))")).to_have_count(0)
    expect(page.locator("[class*=st-key-reader-]:not(:has([data-ready]))")).to_have_count(0)
