"""Embedded documents in a real browser: alone, from disk, in a strict frame, without a script, on paper."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import cycle
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from components.charts.catalogue import publishable
from components.embeds.documents.document import draw_document
from components.embeds.documents.heights import document_height
from components.render.layout.geometry import parts_of
from components.text import text_width
from tests.browser.reading import comes_to, violations
from tests.support import samples
from tests.support.cases import cases
from tests.support.documents import AREAS, CLAIM, COMPARISON, NIGHT, document, embed, event_words, served
from tests.support.loopback import Answer, Loopback, loopback

EACH_DOCUMENT = pytest.mark.parametrize("name", NIGHT)
#: Widths for which an embed code names heights, and those around the changes of drawing.
WIDTHS = (320, 360, 414, 479, 480, 640, 759, 760, 900, 1200)
#: Narrow and light, wide and dark.
LOOKS = ((320, "light"), (1280, "dark"))
#: A foretold height may count a line each of headline, summary and foot that a browser's face does not need.
_LINES_MORE = 60
#: Taller at 320 px than what WordPress shows at once: what docs/embedding.md says scrolls there.
TALLER = {"us-2016/replay": 1440, "uk-2016/replay": 1380, "uk-2016/compare?with=us-2016": 1100}
_HEIGHT = "document.getElementById('nightdesk').getBoundingClientRect().height"
_IN_SIGHT = "[...document.querySelectorAll('.nd-stage svg')].filter(svg => svg.getClientRects().length).length"
_ACROSS = "document.documentElement.scrollWidth - innerWidth"
_LISTEN = """
window.refused = [];
document.addEventListener(
  'securitypolicyviolation', event => refused.push(event.violatedDirective + ' ' + event.blockedURI));
// What moves because somebody clicked is no shift.
{
  let moved = 0;
  const add = entries => entries.forEach(entry => { if (!entry.hadRecentInput) moved += entry.value; });
  const observer = new PerformanceObserver(list => add(list.getEntries()));
  observer.observe({type: 'layout-shift', buffered: true});
  // A frame is told of only after it: what has moved so far is known once two more are drawn.
  window.shifted = () => new Promise(tell => requestAnimationFrame(() => requestAnimationFrame(() => {
    add(observer.takeRecords());
    tell(moved);
  })));
}
"""
# When and what of each event, as its list has them.
_LISTED = (
    "[...document.querySelectorAll('#nd-events li')].map(e => [...e.children].slice(0, 2).map(c => c.textContent))"
)
# How many marks and events the drawing in sight has.
_MARKED = """() => {
  const svg = [...document.querySelectorAll('svg')].find(one => one.getClientRects().length);
  const named = [...svg.querySelectorAll('[data-row],[data-event]')];
  return new Set(named.map(one => one.dataset.event ?? one.dataset.row)).size;
}"""
Open = Callable[..., Page]


@pytest.fixture
def site() -> Iterator[Loopback]:
    with loopback() as there:
        yield there


@pytest.fixture
def open_document(tab: Open, site: Loopback) -> Open:
    """A chart's document, served with its own policy, or another address, in a tab of its own."""

    def opened(
        name: str = "us-2016/timeline", *, address: str = "", width: int = 640, height: int = 900, **more: Any
    ) -> Page:
        page = tab(width=width, height=height, **more)
        page.add_init_script(_LISTEN)
        page.goto(address or served(site, name))
        return page

    return opened


@pytest.mark.parametrize("name", cases(*NIGHT[:4], *AREAS[:2], long=[*NIGHT, *AREAS]))
def test_a_closed_document_is_as_tall_as_foretold_and_fits_a_phone(name: str, open_document: Open) -> None:
    page = open_document(name)
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        found, foretold = page.evaluate(_HEIGHT), document_height(embed(name), width)
        assert found <= foretold <= found + _LINES_MORE, f"{name} at {width} px"
        assert page.evaluate(_IN_SIGHT) == 1
        assert page.evaluate(_ACROSS) <= 0
        if width == 320:
            assert found <= TALLER.get(name, 1000)


@EACH_DOCUMENT
@pytest.mark.parametrize("width", cases(320, long=[1280]))
def test_nothing_is_refused_by_its_own_policy_and_nothing_moves(name: str, width: int, open_document: Open) -> None:
    page = open_document(name, width=width)
    assert page.evaluate("refused") == []
    assert page.evaluate("shifted()") == 0


def test_a_document_that_moves_is_found_out(site: Loopback, open_document: Open) -> None:
    late = "onload = () => requestAnimationFrame(() => requestAnimationFrame(() => { first.style.height = '300px'; }))"
    moving = f"<!doctype html><title>Late</title><p id=first>Above</p><p>Below</p><script>{late}</script>"
    headers = {"Content-Type": "text/html; charset=utf-8"}
    page = open_document(address=site.answers("/late", Answer(moving.encode(), headers=headers)))
    page.wait_for_function("first.style.height === '300px'")
    assert page.evaluate("shifted()") > 0


@pytest.mark.parametrize("name", cases("us-2016/replay", long=["us-2016/timeline", "us-2020/replay"]))
def test_what_the_script_adds_takes_no_room(name: str, open_document: Open) -> None:
    drawn, scripted = (open_document(name, java_script_enabled=enabled) for enabled in (False, True))
    for width in (320, 480, 1200):
        for page in (drawn, scripted):
            page.set_viewport_size({"width": width, "height": 900})
        assert scripted.evaluate(_HEIGHT) == drawn.evaluate(_HEIGHT), f"{name} at {width} px"


@pytest.mark.parametrize(
    ("name", "width", "theme"),
    cases(
        # In turns, each chart in one of the two.
        *((f"us-2016/{chart}", *look) for chart, look in zip(publishable(), cycle(LOOKS), strict=False)),
        (CLAIM, 320, "light"),
        ("uk-2016/claim", 1280, "light"),
        # Without their calls: in a table of hundreds of rows that are all alike axe looks for half a minute.
        (f"{COMPARISON}&lanes=interest,outages", 320, "dark"),
        ("uk-2016/timeline?lanes=interest,outages", 320, "dark"),
        long=[(name, *look) for name in (*(f"us-2016/{chart}" for chart in publishable()), CLAIM) for look in LOOKS],
    ),
)
def test_every_document_passes_axe_closed_and_open(
    name: str, width: int, theme: str, open_document: Open, tmp_path: Path
) -> None:
    page = open_document(address=on_disk(tmp_path, name), width=width, theme=theme)
    assert violations(page) == []
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert violations(page) == []
    assert page.evaluate(_ACROSS) <= 0


def on_disk(folder: Path, name: str) -> str:
    file = folder / f"{name.partition('?')[0].replace('/', '-')}.html"
    file.write_text(document(name), encoding="utf-8")
    return file.as_uri()


def test_from_disk_and_without_a_script_it_is_whole(open_document: Open, tmp_path: Path) -> None:
    page = open_document(address=on_disk(tmp_path, "us-2016/timeline"), width=390, java_script_enabled=False)
    expect(page.get_by_role("heading", level=1)).to_contain_text("AP called Florida")
    expect(page.get_by_role("img")).to_have_count(1)
    page.locator("#nd-events > summary").click()
    expect(page.locator("#nd-e20")).to_contain_text("AP called Florida for Trump")
    page.locator("#nd-table > summary").click()
    expect(page.get_by_role("row").filter(has_text="Florida for Trump")).to_be_visible()


@pytest.mark.parametrize("name", cases(CLAIM, COMPARISON, long=["us-2016/timeline"]))
def test_the_keyboard_reaches_every_mark_in_three_lines(name: str, open_document: Open) -> None:
    page = open_document(name, width=320)
    listed = [(when, what) for when, what in page.evaluate(_LISTED)]
    assert [f"{when}: {what}. ".replace("\u00a0", " ") for when, what in listed] == event_words(embed(name))
    page.get_by_role("button", name="Next mark").focus()
    told = []
    for _ in range(page.evaluate(_MARKED)):
        page.keyboard.press("ArrowRight")
        told.append(tuple(page.locator(".nd-card > *").all_text_contents()))
    assert {len(lines) for lines in told} <= {2, 3}
    assert {(when, what) for when, what in listed} <= {lines[:2] for lines in told}


def test_the_keyboard_goes_to_either_end_and_away(open_document: Open) -> None:
    page = open_document(width=320)
    said = page.locator(".nd-card")
    page.get_by_role("button", name="Next mark").focus()
    page.keyboard.press("End")
    expect(said).to_contain_text("5:45\u00a0a.m. EST")
    last = said.inner_text()
    page.keyboard.press("ArrowRight")
    assert said.inner_text() == last
    page.keyboard.press("Home")
    expect(said).to_contain_text("about 2\u00a0p.m. EST")
    page.keyboard.press("Escape")
    expect(said).to_be_empty()


def test_the_list_is_a_way_to_every_event_too(open_document: Open) -> None:
    page = open_document(width=320)
    for _ in range(3):
        page.keyboard.press("Tab")
    expect(page.locator("#nd-events > summary")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#nd-events li")).to_have_count(40)
    reached: list[str] = []
    page.keyboard.press("Tab")
    while within := page.evaluate("document.activeElement.closest('#nd-events li')?.id"):
        reached.append(within)
        page.keyboard.press("Tab")
    assert list(dict.fromkeys(reached)) == [f"nd-e{number}" for number in range(1, 41)]


def test_buttons_are_large_enough_to_hit_and_move_nothing(open_document: Open) -> None:
    page = open_document(width=320)
    before = page.evaluate(_HEIGHT)
    for name in ("Previous mark", "Next mark"):
        button = page.get_by_role("button", name=name)
        box = button.bounding_box()
        assert box and box["width"] >= 24 and box["height"] >= 24
        button.click()
    assert page.evaluate(_HEIGHT) == before
    assert page.evaluate("shifted()") == 0


# The texts of the drawing in sight that meet any of these others.
_MET = """others => {
  const seen = found => [...document.querySelectorAll(found)].filter(one => one.getClientRects().length);
  const box = one => one.getBoundingClientRect();
  const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
  const boxes = seen(others).map(box);
  return seen('svg text').filter(one => boxes.some(other => meet(box(one), other))).map(one => one.textContent);
}"""


@pytest.mark.parametrize("name", ["us-2016/timeline", COMPARISON])
def test_buttons_stand_on_no_word_of_the_drawing(name: str, open_document: Open) -> None:
    page = open_document(name)
    for width in (320, 414, 480, 760):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(_MET, ".nd-step button") == [], f"{width} px"


# The names that some mark of the drawing in sight stands abreast of, and the place of each text in pixels across.
_ABREAST = """() => {
  const seen = found => [...document.querySelectorAll(found)].filter(one => one.getClientRects().length);
  const boxes = seen('svg [data-row]:not(.tile)').map(one => one.getBoundingClientRect());
  const middle = one => { const box = one.getBoundingClientRect(); return (box.top + box.bottom) / 2; };
  const abreast = y => boxes.some(box => box.top <= y && y <= box.bottom);
  return seen('svg text').filter(one => abreast(middle(one))).map(one => one.textContent);
}"""
_ENDS = """() => [...document.querySelectorAll('svg text')].filter(one => one.getClientRects().length)
  .map(one => [one.textContent, one.getBBox().x + one.getBBox().width])"""
_PLOT = "() => +[...document.querySelectorAll('svg')].find(one => one.getClientRects().length).dataset.left"
# Marks, and the dashes back from what was only seen first.
_MARKS = "svg :is([data-row], [data-event], path[stroke-dasharray='3 2']):not(.tile)"


def row_names(name: str) -> set[str]:
    return {row for lane in embed(name).chart.lanes for row, _ in parts_of(lane).rows if row}


@pytest.mark.parametrize(
    ("name", "beside", "above"),
    [
        ("us-2016/timeline", "answering", "degraded"),
        (COMPARISON, "D second-hand", "B first-hand or official"),
        # What was seen first is drawn back to the edge, over the place of a name.
        ("us-2016/claim", "cannot tell · D · says it began", "before · D · first seen"),
        ("uk-2016/replay", "", "degraded"),
    ],
)
def test_on_a_phone_the_name_of_a_row_stands_beside_its_marks_or_above_them_and_over_none(
    name: str, beside: str, above: str, open_document: Open
) -> None:
    page = open_document(name, width=320)
    drawn, abreast = {said for said, _ in page.evaluate(_ENDS)}, page.evaluate(_ABREAST)
    assert row_names(name) <= drawn
    assert (not beside or beside in abreast) and above not in abreast
    assert row_names(name).isdisjoint(page.evaluate(_MET, _MARKS))


@pytest.mark.parametrize("name", ["us-2016/timeline", "uk-2016/replay", COMPARISON, "us-2016/claim"])
def test_in_a_wide_column_the_name_of_a_row_stands_in_the_gutter_and_over_no_mark(
    name: str, open_document: Open
) -> None:
    page = open_document(name, width=1200)
    ends, left = page.evaluate(_ENDS), page.evaluate(_PLOT)
    beyond = {said for said in row_names(name) if text_width(said, 12) > 220}
    assert row_names(name) - beyond <= {said for said, end in ends if end < left}
    assert beyond <= {said for said, _ in ends}
    assert row_names(name).isdisjoint(page.evaluate(_MET, _MARKS))


@pytest.mark.parametrize("width", cases(640, long=[320, 1200]))
def test_a_pointer_is_told_of_the_nearest_mark_alone_beside_it(width: int, open_document: Open) -> None:
    # Opened as high as it is: a new size, told a frame later, puts away what is shown.
    page = open_document(width=width, height=1500)
    for number in (1, 29, 40):
        mark = page.locator(f"svg:visible [data-event='{number}']")
        place = mark.bounding_box()
        assert place
        page.mouse.move(place["x"] + place["width"] / 2, place["y"] + place["height"] / 2)
        expect(page.locator(".nd-card b")).to_have_text(page.locator(f"#nd-e{number} b").text_content() or "")
        box = page.locator(".nd-card").bounding_box()
        assert box and box["x"] >= 0 and box["x"] + box["width"] <= width
        apart = box["x"] > place["x"] + place["width"] or box["x"] + box["width"] < place["x"]
        assert apart or box["y"] > place["y"] + place["height"] or box["y"] + box["height"] < place["y"]
    page.mouse.move(2, 2)
    expect(page.locator(".nd-card")).to_be_empty()


def test_a_pointer_over_a_mark_is_told_its_row(open_document: Open) -> None:
    page = open_document(width=1200)
    row = page.locator("tr[data-row^='observations:']", has_text="Screenshot of the unreachable page")
    page.locator(f".nd-800 [data-row='{row.get_attribute('data-row')}'] .f").first.hover()
    expect(page.locator(".nd-card > *")).to_have_text(
        ["midnight EST, Nov. 9, 2016", re.compile("Screenshot of the unreachable page"), "Kelnews, copying Le Monde"]
    )


def test_a_tap_docks_the_card_clear_of_its_mark(open_document: Open) -> None:
    page = open_document(width=390, height=1500, has_touch=True)
    mark = page.locator("svg:visible [data-event='20']")
    mark.tap()
    place, box = mark.bounding_box(), page.locator(".nd-card").bounding_box()
    assert place and box and box["y"] > place["y"] + place["height"]
    page.get_by_role("button", name="Next mark").tap()
    expect(page.locator(".nd-card b")).not_to_have_text(page.locator("#nd-e20 b").text_content() or "")


_HOST = """<!doctype html><title>Host</title><script>
window.told = [];
addEventListener('message', event => told.push(event.data));
</script><iframe sandbox="allow-scripts" title="Chart" width="{width}" height="300" src="{source}"></iframe>"""


def told_at_rest(page: Page) -> list[Any]:
    """What the frame has told, once it tells nothing more for a moment."""

    def more() -> int:
        before = page.evaluate("told.length")
        page.wait_for_timeout(300)
        return int(page.evaluate("told.length")) - int(before)

    comes_to(page, more, 0)
    told: list[Any] = page.evaluate("told")
    return told


def test_in_a_strict_frame_it_tells_its_height_in_six_dialects(site: Loopback, open_document: Open) -> None:
    source = served(site, "us-2016/results", "?childId=nd-7&initialWidth=500#?secret=aBc123")
    headers = {"Content-Type": "text/html; charset=utf-8"}
    host = site.answers("/host", Answer(_HOST.format(width=500, source=source).encode(), headers=headers))
    page = open_document(address=host, width=800)
    page.wait_for_function("told.length >= 6")
    told = told_at_rest(page)
    frame = page.frames[1]
    height = -int(-frame.evaluate(_HEIGHT) // 1)
    expected: list[Any] = [
        {"sentinel": "amp", "type": "embed-size", "height": height},
        {"datawrapper-height": {"us-2016-results": height}},
        f'{{"src":"{source}","context":"iframe.resize","height":{height}}}',
        f'{{"type":"set-height","value":{height}}}',
        {"message": "height", "value": height, "secret": "aBc123"},
        f"pymxPYMxnd-7xPYMxheightxPYMx{height}",
    ]
    assert told[-6:] == expected
    assert len(told) <= 12, "once when it is drawn, once when all of it is there"
    assert frame.evaluate("refused") == []
    assert frame.evaluate("origin") == "null"


def test_it_tells_a_new_height_once_and_answers_a_host_that_asks(site: Loopback, open_document: Open) -> None:
    headers = {"Content-Type": "text/html; charset=utf-8"}
    text = _HOST.format(width=500, source=served(site, "us-2016/results"))
    page = open_document(address=site.answers("/host", Answer(text.encode(), headers=headers)), width=800)
    page.wait_for_function("told.length >= 4")
    told_at_rest(page)
    page.evaluate("told.length = 0")
    frame = page.frames[1]
    # A pointer's click may go to what stood there before the frame was scrolled.
    frame.locator("#nd-method > summary").evaluate("one => one.click()")
    page.wait_for_function("told.length === 4")
    page.wait_for_timeout(300)
    assert [
        message["height"] for message in page.evaluate("told") if isinstance(message, dict) and "sentinel" in message
    ]
    assert page.evaluate("told.length") == 4
    page.evaluate("document.querySelector('iframe').contentWindow.postMessage({message: 'ready'}, '*')")
    page.wait_for_function("told.length === 8")


@pytest.mark.parametrize("width", [320, 640])
def test_text_at_200_percent_stays_on_the_page(width: int, open_document: Open, tmp_path: Path) -> None:
    page = open_document(address=on_disk(tmp_path, "us-2016/timeline"), width=width)
    page.evaluate("document.documentElement.style.fontSize = '200%'")
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    assert page.evaluate(_ACROSS) <= 0
    cut = "[...document.querySelectorAll('h1, header p, summary, .nd-foot')].filter(e => e.scrollWidth > e.clientWidth)"
    assert page.evaluate(f"{cut}.map(e => e.textContent)") == []


def test_on_paper_it_is_light_and_all_of_it_is_there(open_document: Open, tmp_path: Path) -> None:
    page = open_document(
        address=on_disk(tmp_path, "us-2016/timeline"), width=720, theme="dark", java_script_enabled=False
    )
    page.emulate_media(media="print", color_scheme="dark")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for part in ("#nd-e40", "#nd-table tr:last-child", "#nd-method h2"):
        expect(page.locator(part).first).to_be_visible()
    assert page.evaluate(_ACROSS) <= 0


def test_hostile_text_runs_nothing_and_stays_on_the_page(tab: Open) -> None:
    page = tab(width=320)
    alerts: list[str] = []
    page.on("dialog", lambda dialog: dialog.dismiss())
    page.on("dialog", lambda dialog: alerts.append(dialog.message))
    for said in samples.HOSTILE:
        chart = replace(samples.saying(said.replace("\ud800", "")), slug="timeline")
        page.set_content(draw_document(replace(embed("us-2016/timeline"), chart=chart)))
        page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
        assert page.evaluate(_ACROSS) <= 0, said[:40]
    assert alerts == []
