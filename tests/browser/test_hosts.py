"""Embeds on other people's pages, in a real browser: every frame ends as tall as what it holds, and stays so."""

from __future__ import annotations

import shutil
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from math import ceil
from pathlib import Path

import pytest
from playwright.sync_api import Frame, Locator, Page, expect

from components.embeds.documents.heights import document_height
from components.embeds.embed import embed_of
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import find_story
from tests.browser.reading import comes_to
from tests.support.cases import cases, first
from tests.support.hosts import CHARTS, FOLLOWING, HOSTS, LISTENER, filled, html_answer, published, script_answer
from tests.support.loopback import Loopback, loopback

ROOT = Path(__file__).parents[2]
EACH_WIDTH = pytest.mark.parametrize("width", cases(320, long=[768, 1280]))
EACH_HOST = pytest.mark.parametrize("host", first(3, FOLLOWING))
#: Longer than a height takes to be told and followed, in milliseconds.
_MOMENT = 300

# What the page was told, and what any document on it was refused; a frame's own script cannot see this.
_NOTES = """
window.told = 0;
addEventListener('message', () => { window.told += 1; });
window.refused = [];
document.addEventListener('securitypolicyviolation', event => window.refused.push(event.violatedDirective));
"""
# How tall the document in a frame is, how far the figure in it reaches, and what does not fit across, in pixels.
_MEASURES = """() => {
  const root = document.documentElement, figure = document.getElementById('nightdesk').getBoundingClientRect();
  return {document: root.getBoundingClientRect().height, figure: figure.bottom + scrollY,
          across: root.scrollWidth - innerWidth};
}"""

Serve = Callable[..., AbstractContextManager[str]]
Open = Callable[..., Page]


@pytest.fixture
def site() -> Iterator[Loopback]:
    """Somebody else's web site."""
    with loopback() as there:
        yield there


@pytest.fixture
def open_page(tab: Open) -> Open:
    """A page at an address, in a tab of its own that keeps what the page was told and refused."""

    def opened(address: str, width: int = 768, height: int = 900) -> Page:
        page = tab(width=width, height=height)
        page.add_init_script(_NOTES)
        page.goto(address)
        return page

    return opened


def element(page: Page, chart: str) -> Locator:
    return page.locator(f"iframe[title={chart.capitalize()}]")


def frame_of(page: Page, chart: str) -> Frame:
    """The window of a chart's frame, once its document is there."""
    element(page, chart).content_frame.locator("#nightdesk").wait_for(state="attached")
    frame = element(page, chart).element_handle().content_frame()
    assert frame
    return frame


def height(page: Page, chart: str) -> int:
    """What a reader gets to see of a frame, without its border."""
    return int(element(page, chart).evaluate("frame => frame.clientHeight"))


def measured(page: Page, chart: str) -> dict[str, float]:
    """A chart's frame and the document in it, in pixels, where a reader looks: browsers let hidden frames lag."""
    frame = frame_of(page, chart)
    element(page, chart).scroll_into_view_if_needed()
    return {"frame": float(height(page, chart)), **frame.evaluate(_MEASURES)}


def fits(page: Page, chart: str) -> None:
    """Wait until this chart's frame is as tall as its document, to a pixel."""
    for _ in range(200):
        found = measured(page, chart)
        if abs(found["frame"] - found["document"]) <= 1:
            break
        page.wait_for_timeout(50)
    assert found["frame"] == pytest.approx(found["document"], abs=1), f"the frame of {chart}: {found}"
    assert 0 <= found["document"] - found["figure"] <= 32, f"the figure fills its document: {found}"
    assert found["across"] <= 0, f"{chart} is wider than its frame: {found}"


def at_rest(page: Page) -> None:
    """Wait until nobody tells the page a height any more: no frame grows because it has grown."""

    def told_in_a_moment() -> int:
        before = page.evaluate("told")
        page.wait_for_timeout(_MOMENT)
        return int(page.evaluate("told")) - int(before)

    comes_to(page, told_in_a_moment, 0)


def heights(page: Page) -> dict[str, int]:
    return {chart: height(page, chart) for chart in CHARTS}


def unfold(frame: Frame, part: str = "nd-table") -> None:
    hit(frame.locator(f"#{part} > summary"))


def hit(button: Locator) -> None:
    """Click without a pointer, whose click a page that has just scrolled may give to what stood there before."""
    button.evaluate("one => one.click()")


@EACH_WIDTH
@EACH_HOST
def test_every_frame_ends_as_tall_as_its_document(
    host: str, width: int, server: str, site: Loopback, open_page: Open
) -> None:
    page = open_page(published(site, host, f"{server}/embed/us-2016"), width)
    for chart in CHARTS:
        fits(page, chart)
    at_rest(page)
    for chart in CHARTS:
        fits(page, chart)
        assert frame_of(page, chart).evaluate("refused") == []


@EACH_HOST
def test_a_frame_grows_and_shrinks_with_what_is_unfolded(
    host: str, server: str, site: Loopback, open_page: Open
) -> None:
    page = open_page(published(site, host, f"{server}/embed/us-2016"), 768)
    for chart in CHARTS:
        fits(page, chart)
    folded = heights(page)
    unfold(frame_of(page, "timeline"))
    comes_to(page, lambda: measured(page, "timeline")["frame"] > folded["timeline"] + 200, True)
    fits(page, "timeline")
    unfolded = heights(page)
    assert (unfolded["results"], unfolded["outages"]) == (folded["results"], folded["outages"])
    unfold(frame_of(page, "timeline"))
    comes_to(page, lambda: heights(page), folded)
    at_rest(page)


@pytest.mark.parametrize("host", cases("pym", long=["listener", "wordpress"]))
def test_a_frame_follows_a_window_that_is_turned(host: str, server: str, site: Loopback, open_page: Open) -> None:
    page = open_page(published(site, host, f"{server}/embed/us-2016"), 1280)
    for chart in CHARTS:
        frame_of(page, chart)
    page.set_viewport_size({"width": 320, "height": 700})
    page.wait_for_timeout(_MOMENT)
    for chart in CHARTS:
        fits(page, chart)


@pytest.mark.parametrize(("host", "width"), cases(("sandboxed", 768), long=[("wordpress", 768)]))
def test_a_frame_follows_a_night_that_is_played(
    host: str, width: int, server: str, site: Loopback, open_page: Open
) -> None:
    """Sources and method go while a moment is shown, and sentences are longer; what the address kept is let go."""
    address = published(site, host, f"{server}/embed/us-2016", results=f"{server}/embed/us-2024/replay")
    page = open_page(address, width)
    wrong: list[str] = []
    page.on("pageerror", lambda error: wrong.append(error.message))
    for chart in CHARTS:
        fits(page, chart)
    whole, played = height(page, "results"), element(page, "results").content_frame
    found = set()
    for _ in range(3):
        hit(played.get_by_role("button", name="Previous event"))
        fits(page, "results")
        found.add(height(page, "results"))
    assert whole not in found
    played.get_by_role("slider").dispatch_event("keydown", {"key": "Home"})
    fits(page, "results")
    before = played.get_by_role("heading", level=1).text_content()
    hit(played.get_by_role("button", name="Play"))
    expect(played.get_by_role("heading", level=1)).not_to_have_text(str(before))
    hit(played.get_by_role("button", name="Pause"))
    fits(page, "results")
    played.get_by_role("slider").dispatch_event("keydown", {"key": "Escape"})
    comes_to(page, lambda: height(page, "results"), whole)
    at_rest(page)
    assert wrong == []


def test_wordpress_shows_every_closed_document_whole_on_a_phone(server: str, site: Loopback, open_page: Open) -> None:
    page = open_page(published(site, "wordpress", f"{server}/embed/us-2016"), 320)
    for chart in CHARTS:
        expect(element(page, chart)).to_be_visible()
        fits(page, chart)
    at_rest(page)


@pytest.mark.parametrize(("width", "unfolded"), cases((320, True), long=[(768, False), (1280, False)]))
def test_where_wordpress_stops_at_1000_pixels_the_rest_can_be_scrolled_to(
    width: int, unfolded: bool, server: str, site: Loopback, open_page: Open
) -> None:
    page = open_page(published(site, "wordpress", f"{server}/embed/us-2016"), width)
    expect(element(page, "timeline")).to_be_visible()
    frame = frame_of(page, "timeline")
    if unfolded:
        unfold(frame)
    at_rest(page)

    def missing() -> int:
        found = measured(page, "timeline")
        return round(found["frame"] - min(1000, ceil(found["document"])))  # a frame has whole pixels

    comes_to(page, missing, 0)
    found = measured(page, "timeline")
    frame.evaluate("scrollTo(0, document.documentElement.scrollHeight)")
    assert frame.evaluate("scrollY + innerHeight") >= found["document"] - 1


@EACH_WIDTH
def test_a_page_without_scripts_has_room_for_every_closed_document(
    width: int, server: str, site: Loopback, open_page: Open
) -> None:
    story = find_story("us-2016", Settings())
    tall = {
        f"{chart} height": str(document_height(embed_of(story, chart, default_view(story), site=server), width))
        for chart in CHARTS
    }
    page = open_page(published(site, "plain", f"{server}/embed/us-2016", **tall), width)
    for chart in CHARTS:
        found = measured(page, chart)
        assert 0 <= found["frame"] - found["document"] <= 48, f"{chart} at {width}: {found}"
        assert found["across"] <= 0


def test_the_listener_that_the_server_gives_out_is_the_one_to_host_oneself(
    server: str, site: Loopback, open_page: Open
) -> None:
    address = f"{server}/embed/listener.js"
    with urllib.request.urlopen(address) as answer:
        assert answer.read() == LISTENER.read_bytes()
        assert answer.headers["Content-Type"].startswith("text/javascript")
    page = open_page(published(site, "sandboxed", f"{server}/embed/us-2016", listener=address), 768)
    for chart in CHARTS:
        fits(page, chart)


# A frame that says one thing to the page that holds it, at once and when it is spoken to: `{}` is what it says.
SPEAKER = "<!doctype html><script>(onmessage = () => parent.postMessage({}, '*'))()</script>"


@pytest.mark.parametrize(
    ("said", "height"),
    [
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: 480}", 480, id="a height"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: 480.2}", 481, id="part of a pixel"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: 1e9}", 10_000, id="endless"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: Infinity}", 10_000, id="infinite"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: 0.2}", 1, id="hardly anything"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: 0}", 600, id="nothing"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: -5}", 600, id="less than nothing"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: NaN}", 600, id="no number"),
        pytest.param("{sentinel: 'amp', type: 'embed-size', height: '480'}", 600, id="text"),
        pytest.param("{sentinel: 'amp', type: 'embed-size'}", 600, id="no height"),
        pytest.param("{type: 'embed-size', height: 480}", 600, id="of another kind"),
        pytest.param("'embed-size'", 600, id="a string"),
        pytest.param("null", 600, id="null"),
    ],
)
def test_the_listener_takes_sane_heights_and_nothing_else(
    said: str, height: int, site: Loopback, open_page: Open
) -> None:
    for chart in CHARTS:
        site.answers(f"/{chart}", html_answer(SPEAKER.replace("{}", said)))
    page = open_page(published(site, "sandboxed", site.url))
    # What was refused could only come late: all three frames have spoken by then.
    page.wait_for_function("told >= 3")
    page.wait_for_timeout(_MOMENT)
    assert [frame.evaluate("one => one.clientHeight") for frame in page.locator("iframe").all()] == [height] * 3


def test_a_frame_that_is_not_ours_moves_nothing(site: Loopback, open_page: Open) -> None:
    site.answers("/other", html_answer(SPEAKER.replace("{}", "{sentinel: 'amp', type: 'embed-size', height: 480}")))
    frames = "<iframe src='/other' height=200></iframe><iframe data-nightdesk src='about:blank' height=300></iframe>"
    site.answers("/listener.js", script_answer(LISTENER.read_text(encoding="utf-8")))
    page = open_page(site.answers("/", html_answer(f"<!doctype html><script src='/listener.js'></script>{frames}")))
    page.wait_for_function("told === 1")
    assert [frame.evaluate("one => one.clientHeight") for frame in page.locator("iframe").all()] == [200, 300]


def test_a_listener_that_comes_late_asks_again(server: str, site: Loopback, open_page: Open) -> None:
    page = open_page(published(site, "sandboxed", f"{server}/embed/us-2016", listener="/nothing.js"))
    for chart in CHARTS:
        frame_of(page, chart)
    page.wait_for_timeout(_MOMENT)
    assert set(heights(page).values()) == {600}
    page.evaluate(LISTENER.read_text(encoding="utf-8"))
    for chart in CHARTS:
        fits(page, chart)


def test_what_has_been_loaded_works_on_when_its_server_is_dead(serve: Serve, site: Loopback, open_page: Open) -> None:
    with serve() as mortal:
        page = open_page(published(site, "sandboxed", f"{mortal}/embed/us-2016"), 1280)
        for chart in CHARTS:
            fits(page, chart)
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(f"{mortal}/healthz")
    asked = requests_of(page)
    page.set_viewport_size({"width": 320, "height": 700})
    # A click while frames still grow would land beside what it meant.
    for chart in CHARTS:
        fits(page, chart)
    at_rest(page)
    unfold(frame_of(page, "timeline"))
    page.wait_for_timeout(_MOMENT)
    for chart in CHARTS:
        fits(page, chart)
        assert frame_of(page, chart).locator("svg:visible").count() == 1
    expect(element(page, "timeline").content_frame.locator("#nd-table tbody tr").first).to_be_visible()
    assert asked == []


@pytest.mark.parametrize("where", ["another server", "a disk"])
def test_a_copy_that_an_archive_kept_is_whole(
    where: str, server: str, site: Loopback, tmp_path: Path, open_page: Open
) -> None:
    for chart in CHARTS:
        with urllib.request.urlopen(f"{server}/embed/us-2016/{chart}") as answer:
            body = answer.read()
        (tmp_path / f"{chart}.html").write_bytes(body)
        site.answers(f"/kept/{chart}", html_answer(body.decode()))
    address = published(site, "sandboxed", f"{site.url}/kept")
    if where == "a disk":
        (tmp_path / "listener.js").write_bytes(LISTENER.read_bytes())
        blanks = {chart: f"{chart}.html" for chart in CHARTS} | {"listener": "listener.js"}
        host = (HOSTS / "sandboxed.html").read_text(encoding="utf-8")
        (tmp_path / "host.html").write_text(filled(host, blanks), encoding="utf-8")
        address = (tmp_path / "host.html").as_uri()
    page = open_page(address)
    for chart in CHARTS:
        fits(page, chart)
    asked = requests_of(page)
    unfold(frame_of(page, "timeline"), "nd-events")
    page.wait_for_timeout(_MOMENT)
    fits(page, "timeline")
    assert asked == []


def requests_of(page: Page) -> list[str]:
    """What the page and its frames ask for from now on; the list fills while they do."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    return asked


def test_an_embed_asks_for_nothing_but_itself(server: str, open_page: Open) -> None:
    page = open_page("about:blank")
    asked = requests_of(page)
    page.goto(f"{server}/embed/us-2016/timeline")
    for summary in page.locator("summary:visible").all():
        summary.click()
    page.wait_for_timeout(_MOMENT)
    assert asked == [page.url]
    assert page.context.cookies() == []


def test_a_story_that_names_its_hosts_is_refused_everywhere_else(
    serve: Serve, site: Loopback, tmp_path: Path, open_page: Open
) -> None:
    copy = shutil.copytree(ROOT / "data" / "stories" / "us-2016", tmp_path / "us-2016")
    named = f'embed_hosts = ["{site.url}"]\n\n[window]'
    story = (copy / "story.toml").read_text(encoding="utf-8")
    (copy / "story.toml").write_text(story.replace("[window]", named, 1), encoding="utf-8")
    with serve(NIGHTDESK_STORIES=str(tmp_path)) as own, loopback() as foreign:
        page = open_page(published(site, "guardian", f"{own}/embed/us-2016"))
        for chart in CHARTS:
            fits(page, chart)
        refusals: list[str] = []
        page = open_page("about:blank")
        page.on("console", lambda message: refusals.append(message.text))
        page.goto(published(foreign, "guardian", f"{own}/embed/us-2016"))

        def refused() -> int:
            return len([text for text in refusals if "frame-ancestors" in text and site.url in text])

        comes_to(page, refused, len(CHARTS))
    for chart in CHARTS:
        assert element(page, chart).content_frame.locator("#nightdesk").count() == 0
