"""What a night comes to on paper: all of it on page one, with numbers on marks and what they stand for, no control."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from io import BytesIO
from itertools import product

import pytest
from playwright.sync_api import Page, expect
from pypdf import PdfReader

from tests.browser.conftest import settled
from tests.support.documents import document

#: Labels of calls, searches, the site and totals, the axis, and an entry of the list of what has no words.
NIGHT = (
    *("Florida 10:50 p.m.", "North Carolina by 11:14 p.m.", "Searches peak, 11:48 p.m.", "Trump 279", "Clinton 218"),
    *("State of cic.gc.ca", "6 a.m.", "West Virginia 7:30 p.m."),
)
CONTROLS = ("Copy link", "Undo", "Reset", "Show the data", "Download CSV", "Embed & export this chart", "Play")


PAPERS = ("A4", "Letter")
Tab = Callable[..., Page]


def printed(page: Page, paper: str, *, landscape: bool = False, sheets: str = "") -> Iterator[str]:
    """The text of each page of paper, or of these `sheets`, its words parted by single spaces.

    A page is read when it is asked for, which takes longer than to print it.
    """
    pages = PdfReader(BytesIO(page.pdf(format=paper, landscape=landscape, page_ranges=sheets))).pages
    return (" ".join(one.extract_text().split()) for one in pages)


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize("paper", PAPERS)
def test_a_page_prints_the_whole_night_on_page_one(opened_once: Tab, paper: str, landscape: bool) -> None:
    pages = list(printed(opened_once("/"), paper, landscape=landscape))
    assert [said for said in NIGHT if said not in pages[0]] == []
    assert [said for said in CONTROLS if any(said in one for one in pages)] == []
    whole = " ".join(pages)
    assert "Sources: " in whole
    assert not re.search(r"Sources(?!:)", whole), "a heading of what is folded"
    assert "Other stories" not in whole


def test_two_nights_stand_beside_each_other_on_page_one(opened_once: Tab) -> None:
    page = opened_once("/compare-nights?with=uk-2016")
    said = "Each night from its decisive call", "Trump 279", "Remain 119"
    for paper, landscape in product(PAPERS, (False, True)):
        (first,) = printed(page, paper, landscape=landscape, sheets="1")
        assert [one for one in said if one not in first] == [], (paper, landscape)


def test_a_table_prints_all_its_rows_and_shows_twenty_again_after(tab: Tab, server: str) -> None:
    page = tab()
    page.goto(f"{server}/sources-and-methods")
    settled(page)
    shown = page.get_by_text(re.compile(r"^20 of \d+ rows$"))
    expect(shown).to_be_visible()
    every = shown.inner_text().removeprefix("20 of ")
    for paper in PAPERS:
        sheets = list(printed(page, paper))
        assert any(every in one for one in sheets) and not any("20 of" in one for one in sheets)
        assert not any(one.endswith("License Rows") for one in sheets), "a head without a row"
    page.emulate_media(media="screen")
    expect(shown).to_be_visible()


@pytest.mark.parametrize("paper", PAPERS)
def test_a_document_prints_the_whole_night_on_page_one_and_its_list_and_table_after(tab: Tab, paper: str) -> None:
    page = tab()
    page.set_content(document("us-2016/timeline"))
    upright, across = printed(page, paper), printed(page, paper, landscape=True)
    first = next(upright)
    assert [said for said in NIGHT if said not in first] == []
    assert any("Screenshot of the unreachable page" in said for said in upright)
    first = next(across)
    assert [said for said in NIGHT[:-1] if said not in first] == []
    assert any("AP called West Virginia for Trump" in said for said in across)


@pytest.mark.parametrize("landscape", [False, True])
@pytest.mark.parametrize(
    ("name", "totals", "unlabelled"),
    [
        pytest.param("us-2016/replay", ("Trump 279", "Clinton 218", "6 a.m."), "2", id="minutes and bounds"),
        pytest.param("uk-2019/replay", ("Conservatives 365", "Labour 202", "3 p.m."), "34", id="650 seats"),
    ],
)
def test_a_document_that_plays_prints_its_night_on_page_one_with_the_numbers_of_its_list(
    tab: Tab, name: str, totals: tuple[str, ...], unlabelled: str, landscape: bool
) -> None:
    page = tab()
    page.set_content(document(name))
    pages = printed(page, "A4", landscape=landscape)
    first = next(pages)
    assert [said for said in totals if said not in first] == []
    assert [said for said in CONTROLS if said in first] == []
    assert unlabelled in first.split()
    assert any(re.search(rf"\b{unlabelled}\. ", said) for said in pages)


def test_a_night_that_is_played_prints_whole(opened_once: Tab) -> None:
    page = opened_once("/timeline?at=2016-11-09T03:50Z")
    expect(page.get_by_role("button", name="Play")).to_be_visible()
    for paper, landscape in product(PAPERS, (False, True)):
        first, *others = printed(page, paper, landscape=landscape)
        assert "Trump 279" in first and "Wisconsin: Trump wins, 2:29 a.m." in first, (paper, landscape)
        assert [said for said in CONTROLS if said in first] == []
        assert not any("Wisconsin: Trump wins, 2:29 a.m." in one for one in others), "one drawing is enough"
        assert "Electoral votes as called" in others[0], "the map, on a sheet of its own"


@pytest.mark.parametrize(
    ("path", "said"),
    [
        pytest.param("/?story=uk-2016", "Sunderland 12:15 a.m.", id="a story with a long headline"),
        pytest.param("/timeline?story=uk-2019", "Bolsover 5:05 a.m.", id="650 seats"),
    ],
)
def test_another_night_begins_on_page_one_too(path: str, said: str, opened_once: Tab) -> None:
    page = opened_once(path)
    for paper, landscape in product(PAPERS, (False, True)):
        assert said in next(printed(page, paper, landscape=landscape, sheets="1")), (paper, landscape)
