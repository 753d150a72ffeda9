"""Comparing nights without a browser: what it chooses by itself, what it names, and what it does alone."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from streamlit.testing.v1 import AppTest

from components.text import HARD_SPACE
from data.story import store as folder_store
from tests.support.nights import another_night
from tests.support.page_tables import rows_of

PAGE = Path(__file__).parents[2] / "pages" / "compare_and_check.py"


def open_page(**query: str) -> AppTest:
    page = AppTest.from_file(str(PAGE), default_timeout=60)
    page.context = {"url": "http://localhost/compare-nights"}
    for key, value in query.items():
        page.query_params[key.rstrip("_")] = value
    return page.run()


def said(page: AppTest) -> str:
    kinds = (page.subheader, page.caption, page.warning, page.info)
    words = "\n".join(str(element.value) for kind in kinds for element in kind).replace(HARD_SPACE, " ")
    return re.sub(r"\\([^\w\s])", r"\1", words)


def chosen(page: AppTest) -> dict[str, Any]:
    return {box.key.removeprefix("choose-"): box.value for box in page.selectbox if box.key}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A server with this folder of stories and the bundled us-2016 alone."""
    bundled = tmp_path / "bundled"
    bundled.mkdir()
    (bundled / "us-2016").symlink_to(folder_store.BUNDLED / "us-2016")
    monkeypatch.setattr(folder_store, "BUNDLED", bundled)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path / "own"))
    (tmp_path / "own").mkdir()
    return tmp_path / "own"


def without_milestones(folder: Path, *kinds: str) -> None:
    file = folder / "milestones.csv"
    lines = file.read_text(encoding="utf-8").splitlines()
    kept = [line for line in lines if not any(f",{kind}," in line for kind in kinds)]
    file.write_text("\n".join(kept) + "\n", encoding="utf-8")


def test_a_server_with_one_story_says_that_there_is_nothing_beside_it(folder: Path) -> None:
    page = open_page()
    assert not page.exception and not page.error
    assert [info.value for info in page.info] == [
        "This server has only one story, so there is no other night to compare it with."
    ]


def test_the_night_that_shares_most_is_chosen_and_counted_from_its_decisive_call(folder: Path) -> None:
    without_milestones(another_night(folder, "us-1998", by=timedelta(days=-150), short="U.S. 1998"), "concession")
    another_night(folder, "us-1999", by=timedelta(days=-140), short="U.S. 1999")
    page = open_page()
    assert not page.exception and not page.error and not page.warning
    assert (chosen(page)["with"], chosen(page)["t0"]) == ("us-1999", "decisive-call")
    (chart,) = [one for one in page.get("plotly_chart") if "plot-narrow-" not in one.proto.id]
    spec = json.loads(chart.proto.spec)
    assert any(note["text"] == "0" for note in spec["layout"]["annotations"])
    assert spec["layout"]["xaxis"]["range"][0] == "2016-11-08T13:00:00"
    assert 40 < len(chart.proto.alt) <= 250


def test_an_event_that_one_night_lacks_is_named_and_not_offered(folder: Path) -> None:
    lacking = another_night(folder, "us-1998", by=timedelta(days=-150), short="U.S. 1998")
    without_milestones(lacking, "decisive call", "concession")
    page = open_page(t0="concession")
    assert "No decisive call and no concession is on record for U.S. 1998." in said(page)
    assert chosen(page)["t0"] == "polls-close"
    assert next(box.options for box in page.selectbox if box.key == "choose-t0") == ["Polls close", "First call"]
    assert "“t0” is “concession”; both nights have polls-close, first-call" in said(page)


def test_chosen_lanes_and_range_are_those_of_the_bar(folder: Path) -> None:
    another_night(folder, "us-1999", by=timedelta(days=-140), short="U.S. 1999")
    page = open_page(lanes="results", from_="2016-11-09T00:00Z", to="2016-11-09T06:00Z")
    words = said(page)
    assert "7 h 29 min before to 1 h 29 min before" in words and "First trouble" not in words
    spec = json.loads(page.get("plotly_chart")[0].proto.spec)
    titles = [note["text"] for note in spec["layout"]["annotations"] if "·" in note["text"]]
    assert titles == ["<b>2016 · Electoral votes</b>", "<b>1999 · Electoral votes</b>"]


def test_the_table_keeps_whose_row_is_whose(folder: Path) -> None:
    another_night(folder, "us-1999", by=timedelta(days=-140), short="U.S. 1999")
    page = open_page()
    page.toggle[0].set_value(True).run()
    assert {"us-2016/calls:ap-fl", "us-1999/calls:ap-fl"} <= rows_of(page)
