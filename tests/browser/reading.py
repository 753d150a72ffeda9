"""What tests read off a page. What a click brings is waited for: an address and a drawing come in their own time."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from components.embeds.documents.player_frames import night_of
from components.embeds.embed import Embed
from components.view.address import utc_text
from tests.browser.conftest import settled

_WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What passes is left out: of a long document it would be a megabyte, gathered node by node.
_AXE = "options => axe.run(document, options).then(found => found.violations)"

#: The pages by their names in the bar, in its order.
PAGES = {
    "Story": "/",
    "Timeline": "/timeline",
    "Search trends": "/search-trends",
    "Outage reports": "/outage-reports",
    "Check a claim": "/check-a-claim",
    "Compare nights": "/compare-nights",
    "Embed & export": "/embed-and-export",
    "Sources & methods": "/sources-and-methods",
}
#: Time runs at four times its pace for whatever is played: a night of 18 seconds is over in 4.5.
HURRIED = """(() => {
  const now = performance.now.bind(performance), frame = requestAnimationFrame.bind(window);
  performance.now = () => now() * 4;
  window.requestAnimationFrame = then => frame(time => then(time * 4));
})();"""
# Plays, and answers at the end each moment as it was drawn, with the rows that came in sight since the one before:
# marks, and tiles that are called.
_PLAY = """root => new Promise(done => {
  const inSight = one => one.classList.contains('tile') ? one.classList.contains('is-called')
    : getComputedStyle(one).display !== 'none';
  const svgs = [...root.querySelectorAll('svg')].filter(one => one.getClientRects().length);
  const seen = new Set(), drawn = [];
  root.addEventListener('nd-frame', ({ detail }) => {
    const marks = svgs.flatMap(one => [...one.querySelectorAll('[data-row]')]);
    const rows = marks.filter(inSight).map(one => one.dataset.row);
    drawn.push([detail, [...new Set(rows)].filter(row => !seen.has(row))]);
    rows.forEach(row => seen.add(row));
  });
  const button = root.querySelector('[aria-label=Play]');
  button.click();
  const look = tries => button.ariaLabel === 'Play' || !tries ? done(drawn) : setTimeout(look, 100, tries - 1);
  look(600);
})"""


def played_to_the_end(page: Page) -> list[tuple[str, list[str]]]:
    """Play the night from its start, as fast as it goes: each moment that was drawn, and the rows it brought in sight.

    A moment is named by its instant, as in the list of the night's moments.
    """
    for pace in ("36", "18"):
        page.get_by_role("button", name="All in").click()
        expect(page.get_by_role("button", name="All in")).to_have_text(f"All in {pace} s")
    drawn = page.locator("figure.nd-played").evaluate(_PLAY)
    expect(page.get_by_role("slider", name="Moment of the night")).to_have_attribute(
        "aria-valuetext", "the whole night"
    )
    return [(moment, rows) for moment, rows in drawn]


def skips_nothing(drawn: list[tuple[str, list[str]]], embed: Embed) -> None:
    """Every moment of the night was drawn, in order, and every mark and called tile came in sight in its turn."""
    night = night_of(embed)
    order, start = night["orders"]["happened"], embed.chart.window.start
    assert [moment for moment, _ in drawn] == [utc_text(start + timedelta(seconds=at)) for at, _ in order["moments"]]
    # What stands only when the range is over comes with the whole.
    last = order["moments"][-1][0]
    items = {item.row for lane in embed.chart.lanes for _, item in lane.items}
    turns = {row: at for row, at in order["sure"].items() if row in items and at <= last}
    came = [row for _, rows in drawn for row in sorted(rows, key=turns.__getitem__)]
    assert came == sorted(came, key=turns.__getitem__)
    assert set(came) == turns.keys()


def address(page: Page) -> dict[str, str]:
    """What the address asks for at this moment."""
    return {name: values[-1] for name, values in parse_qs(urlsplit(page.url).query).items()}


def comes_to(page: Page, reading: Callable[[], object], expected: object, *, seconds: int = 30) -> None:
    """Read again until this is what is found; some policies refuse Playwright's own way to wait for a function."""
    found = reading()
    for _ in range(seconds * 20):
        if found == expected:
            return
        page.wait_for_timeout(50)
        found = reading()
    assert found == expected


def has_address(page: Page, **expected: str) -> None:
    """Wait until the address asks for just this: a page's title is there before its whole address is."""
    comes_to(page, lambda: address(page), expected)


def turn_to(page: Page, name: str) -> None:
    """Turn from the page before it in `PAGES` to this one, by the bar or by its tab, and wait until it is drawn."""
    if name == "Compare nights":
        page.get_by_role("tab", name=name).click()
        expect(page.get_by_role("tab", name=name)).to_have_attribute("aria-selected", "true")
    else:
        title = "Compare & check" if name == "Check a claim" else name
        page.locator(".st-key-masthead").get_by_role("link", name=title, exact=True).click()
        page.wait_for_url(lambda url: urlsplit(url).path == PAGES[name])
    settled(page)


def open_menu(page: Page, control: str) -> None:
    """Click a menu of a page at rest: one that is drawn anew closes, and so does one whose page still scrolls."""
    settled(page)
    if control in ("clock", "caller", "lanes") and not page.locator(f".st-key-choose-{control}").count():
        page.locator(".st-key-choose-more button").first.click()
    field = page.locator(f".st-key-choose-{control} input")
    field.scroll_into_view_if_needed()
    page.wait_for_timeout(500)
    field.click()


def choose(page: Page, control: str, option: str) -> None:
    """Take an option of one of the bar's menus."""
    open_menu(page, control)
    page.get_by_role("option", name=option, exact=True).click()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA, one line an element."""
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    found = page.evaluate(_AXE, {"runOnly": {"type": "tag", "values": _WCAG}, "resultTypes": ["violations"]})
    return [f"{rule['id']}: {node['html'][:160]} {node['failureSummary']}" for rule in found for node in rule["nodes"]]


def passes(page: Page, *widths: int) -> None:
    """At each width the page's policy refuses nothing and nothing lies beside the screen; axe finds none at the last.

    Whoever looks at a page in light and dark ends on a phone in one and at a desk in the other: colours do not depend
    on the width, and what is laid out does not on the colours.
    """
    for width in widths:
        page.set_viewport_size({"width": width, "height": 900})
        settled(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        assert page.evaluate("refused") == []
    assert violations(page) == []
