"""Documents in Chromium, Firefox, WebKit: within their policy, as tall as foretold, played, by keyboard, on paper."""

from __future__ import annotations

from datetime import UTC, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from components.embeds.documents.heights import document_height
from components.embeds.documents.player_frames import night_of
from components.render.layout.theme import theme_named
from tests.support.cases import cases
from tests.support.documents import CLAIM, COMPARISON, NIGHT, embed, event_words, served
from tests.support.engines import ENGINES, NOTES_FAULTS, PRINTING, Reader, reading
from tests.support.hosts import CHARTS, FOLLOWING, html_answer, published
from tests.support.in_sight import SEEN, rows_in
from tests.support.loopback import Loopback

FLORIDA = "#at=2016-11-09T03:50Z"
HEIGHT = "return document.getElementById('nightdesk').getBoundingClientRect().height"
#: A foretold height may count a line each of headline, summary and foot that a browser's face does not need.
LINES_MORE = 60
# How tall the document in a frame is, once it is there.
_DOCUMENT = "return document.querySelector('#nightdesk') && document.documentElement.getBoundingClientRect().height"
_FRAME = "return document.querySelectorAll('iframe')[arguments[0]].clientHeight"
#: Other people's pages, and how tall each lets a frame become.
HOSTS = (*((host, 10_000) for host in FOLLOWING), ("wordpress", 1000))
# What is for paper is for this screen, too: no driver of WebKit prints.
_ON_PAPER = """
for (const rule of document.styleSheets[0].cssRules) {
  if (rule.media?.mediaText === 'print') rule.media.mediaText = 'all';
}
"""
_STEP = "document.querySelector('[aria-label=\"Next mark\"]').focus()"
_MOMENT = "return document.querySelector('.nd-card').textContent"
_MARKED = """
const svg = [...document.querySelectorAll('svg')].find(one => one.getClientRects().length);
const named = [...svg.querySelectorAll('[data-row],[data-event]')];
return new Set(named.map(one => one.dataset.event ?? one.dataset.row)).size;
"""
_TITLE = "return document.querySelector('h1').textContent"


def opened(reader: Reader, site: Loopback, name: str, moment: str = "") -> None:
    reader.open(served(site, name, moment, first=NOTES_FAULTS))


@pytest.mark.parametrize("name", cases("us-2016/timeline", "us-2016/replay", long=NIGHT))
def test_nothing_goes_wrong_and_nothing_is_refused(name: str, reader: Reader, site: Loopback) -> None:
    opened(reader, site, name)
    assert (
        reader.run("return [...document.querySelectorAll('svg')].filter(svg => svg.getClientRects().length).length")
        == (3 if name.endswith("replay") else 1)  # what is played has its totals and its map apart
    )
    assert reader.run("return wrong") == []


@pytest.mark.parametrize("name", cases("us-2016/timeline", long=NIGHT))
def test_a_closed_document_is_as_tall_as_foretold(name: str, reader: Reader, site: Loopback) -> None:
    source = served(site, name)
    for width in (320, 480, 760):
        frame = (
            f"<!doctype html><body style='margin:0'><iframe src='{source}' width={width} height=3000 style='border:0'>"
        )
        reader.open(site.answers("/framed", html_answer(frame)))
        reader.enter(0)
        found, foretold = reader.run(HEIGHT), document_height(embed(name), width)
        across = reader.run("return document.documentElement.scrollWidth - innerWidth")
        reader.leave()
        assert found <= foretold <= found + LINES_MORE, f"{name} at {width} px in {reader.engine}"
        assert across <= 0


@pytest.mark.parametrize(("host", "most"), cases(("pym", 10_000), long=HOSTS))
def test_every_frame_ends_as_tall_as_its_document(host: str, most: int, reader: Reader, site: Loopback) -> None:
    for chart in CHARTS:
        served(site, f"us-2016/{chart}")
    reader.open(published(site, host, f"{site.url}/us-2016"))
    reader.comes_to("return document.querySelectorAll('iframe').length", len(CHARTS))
    for number in range(len(CHARTS)):
        reader.run("document.querySelectorAll('iframe')[arguments[0]].scrollIntoView()", number)
        fits(reader, number, most)


def fits(reader: Reader, number: int, most: int = 10_000) -> None:
    """Wait until a frame is as tall as the document in it, to a pixel, or as tall as its host lets it be."""

    def spare() -> float:
        reader.enter(number)
        document = float(reader.run(_DOCUMENT) or 0)
        reader.leave()
        return float(reader.run(_FRAME, number)) - min(document, most)

    reader.holds(lambda: abs(spare()) <= 1, f"frame {number} fits")


def test_a_frame_follows_what_is_unfolded(reader: Reader, site: Loopback) -> None:
    for chart in CHARTS:
        served(site, f"us-2016/{chart}")
    reader.open(published(site, "sandboxed", f"{site.url}/us-2016"))
    fits(reader, 0)
    folded = reader.run(_FRAME, 0)
    reader.enter(0)
    reader.run("document.querySelector('#nd-table > summary').click()")
    reader.leave()
    reader.holds(lambda: bool(reader.run(_FRAME, 0) > folded + 200), "the frame grows")
    fits(reader, 0)


@pytest.mark.parametrize("name", cases("us-2016/timeline", long=(CLAIM, COMPARISON)))
def test_the_keyboard_reaches_every_event(name: str, reader: Reader, site: Loopback) -> None:
    opened(reader, site, name)
    reader.run(_STEP)
    told = []
    for _ in range(int(reader.run(_MARKED))):
        reader.press("ArrowRight")
        told.append(str(reader.run(_MOMENT)).replace("\u00a0", " "))
    for event in event_words(embed(name)):
        when, what = event.removesuffix(". ").split(": ", 1)
        assert any(said.startswith(when + what) for said in told), event
    reader.press("Home")
    assert str(reader.run(_MOMENT)).replace("\u00a0", " ") == told[0]
    reader.press("Escape")
    assert reader.run(_MOMENT) == ""


def test_tab_reaches_the_list_and_enter_opens_it(reader: Reader, site: Loopback) -> None:
    opened(reader, site, "us-2016/timeline")
    reader.press("Tab", "Tab", "Tab")
    assert reader.run("return document.activeElement.parentElement.id") == "nd-events"
    reader.press("Enter")
    assert reader.run("return document.querySelector('#nd-events').open")
    reader.press("Tab")
    assert reader.run("return document.activeElement.closest('li').id") == "nd-e1"


@pytest.mark.long
def test_a_night_shows_at_each_moment_just_what_had_stood_by_then(reader: Reader, site: Loopback) -> None:
    name = "us-2016/replay"
    night = night_of(embed(name))
    opened(reader, site, name)
    reader.run("document.querySelector('[aria-label=Play]').focus()")
    reader.press("Home")
    for second, sentence in night["orders"]["happened"]["moments"]:
        at = datetime.fromtimestamp(night["start"] / 1000 + second, UTC)
        seen = reader.run(f"return ({SEEN})()")
        expected = rows_in(embed(f"{name}?at={at:%Y-%m-%dT%H:%M:%SZ}").chart)
        assert {kind: set(seen[kind]) for kind in expected} == expected, at
        said = reader.run("return document.querySelector('.nd-told').textContent")
        assert said.replace("\u00a0", " ") == night["said"][sentence]
        reader.press("ArrowRight")
    assert reader.run("return wrong") == []


def test_a_link_opens_a_night_at_its_moment_and_a_click_plays_it(reader: Reader, site: Loopback) -> None:
    opened(reader, site, "us-2016/replay", FLORIDA)
    assert reader.run(_TITLE) == "The night as it was called: 10:50 p.m. Nov. 8"
    reader.click("[aria-label='Next event']")
    later = reader.run(_TITLE)
    assert later != "The night as it was called: 10:50 p.m. Nov. 8"
    reader.click("[aria-label=Play]")
    reader.holds(lambda: bool(reader.run(_TITLE) != later), "the night moves")
    reader.click("[aria-label=Pause]")
    reader.comes_to("return !!document.querySelector('[aria-label=Play]')", expected=True)
    assert reader.run("return wrong") == []


def test_on_paper_it_is_light_and_all_of_it_is_there(reader: Reader, site: Loopback) -> None:
    opened(reader, site, "us-2016/timeline")
    reader.run(_ON_PAPER)
    assert reader.run("return getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    for part in ("#nd-e40", "#nd-table tr:last-child", "#nd-method h2"):
        tall = reader.run("return document.querySelector(arguments[0]).getBoundingClientRect().height", part)
        assert tall > 0, f"{part} in {reader.engine}"


@pytest.mark.long
@pytest.mark.parametrize("engine", PRINTING)
def test_a_printed_document_says_all_that_it_holds(engine: str, site: Loopback) -> None:
    with reading(engine, dark=True) as reader:
        opened(reader, site, "us-2016/timeline")
        said = "".join(page.extract_text() for page in PdfReader(BytesIO(reader.printed())).pages)
    listed = "".join(said.split())
    for _, event in embed("us-2016/timeline").chart.numbered:
        assert "".join(embed("us-2016/timeline").clock.say(event.label).split()) in listed


def ground(reader: Reader, site: Loopback) -> str:
    opened(reader, site, "us-2016/timeline")
    return str(reader.run("return getComputedStyle(document.body).backgroundColor"))


def paper(theme: str) -> str:
    red, green, blue = bytes.fromhex(theme_named(theme).paper[1:])
    return f"rgb({red}, {green}, {blue})"


def test_it_is_light_on_a_light_desktop(reader: Reader, site: Loopback) -> None:
    assert ground(reader, site) == paper("light")


@pytest.mark.parametrize("engine", ENGINES)
def test_it_is_dark_on_a_dark_desktop(engine: str, site: Loopback) -> None:
    with reading(engine, dark=True) as reader:
        assert ground(reader, site) == paper("dark")
