"""A file from outside, all its way: preview, keep, page, chart, document, replacement and removal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from components.cache import cached
from components.view.view_state import default_view, locked_query
from components.workbench.appearance import FIGURES_COOKIE
from components.workbench.notices import UNEXPECTED
from data.core.model import Window
from data.core.settings import Settings
from data.evidence import imports
from data.net.snapshots import Sidecar, write_snapshot
from data.sources.trends_csv.export import Export
from data.story.store import find_story, story_store
from tests.pages.test_pages import charts, open_page, page_of, said
from tests.support import exports
from tests.support.asking import Desk
from tests.support.cases import cases
from tests.support.imported import NOW, keep, newsroom
from tests.support.writing import sit_at_this_machine

RECORDINGS = Path(__file__).parents[1] / "recordings" / "trends_csv"
NAMES = sorted(path.name for path in RECORDINGS.glob("*.csv"))
#: One of each kind of table and of each re-save: hours that come twice, regions, related searches, tabs, pytrends.
OF_EACH_KIND = (
    "de_regions_shares.csv",
    "en_hourly_clocks_go_back.csv",
    "pt_monthly_utf16_tabs.csv",
    "pytrends_hourly.csv",
    "th_related_without_headings.csv",
)
PLACES = b"Category: All categories\n\nRegion,bread: (11/8/16 - 11/9/16)\nOregon,100\nIdaho,\nUtah,<1\n"
HOURS = b"Category: All categories\n\nTime,bread: (Ohio)\n2016-11-08T21,20\n2016-11-08T22,100\n2016-11-08T23,7\n"
TWICE = (
    b"Category: All categories\n\nTime,bread: (Ohio)\n"
    b"2016-11-06T00,20\n2016-11-06T01,100\n2016-11-06T01,7\n2016-11-06T02,9\n"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    """A newsroom's own server with the 2016 story, asked from its own machine, in a window that has said its width."""
    own = newsroom(tmp_path_factory.mktemp("newsroom"))
    with pytest.MonkeyPatch.context() as monkeypatch:
        monkeypatch.setenv("NIGHTDESK_STORIES", str(own.stories[0]))
        monkeypatch.setenv("NIGHTDESK_SNAPSHOTS", str(own.snapshots))
        sit_at_this_machine(monkeypatch)
        monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {FIGURES_COOKIE: "wide"}))
        yield own


@pytest.fixture(scope="module")
def page_of_the_desk(desk: Settings) -> AppTest:
    """One page that files are brought to one after another, as somebody who has many does."""
    return importer()


def importer() -> AppTest:
    """Search trends with its importer and its list of kept files open."""
    page = page_of("search_trends", story="us-2016")
    page.session_state["import-csv"] = page.session_state["kept-files"] = True
    return page.run()


def bring(page: AppTest, name: str, data: bytes, *, zone: str = "America/New_York") -> AppTest:
    """Choose a file, and a clock where one is asked for."""
    page.file_uploader[0].set_value((name, data, "text/csv")).run()
    if any(box.key == "import-zone" for box in page.selectbox):
        page.selectbox(key="import-zone").set_value(zone).run()
    return page


def sound(page: AppTest) -> AppTest:
    """The page, which has said of nothing that it failed."""
    assert not page.exception
    assert not [fault.value for fault in page.error]
    return page


@contextmanager
def kept(name: str, data: bytes, page: AppTest | None = None) -> Iterator[AppTest]:
    """The page, or another, after this file was kept; then it is removed there."""
    page = bring(page or importer(), name, data)
    sound(page).button(key="import-keep").click().run()
    done, here = (notice.value for notice in sound(page).success)
    assert done.startswith("Kept") and here.startswith("This file is kept in this story")
    yield page
    for button in [button for button in page.button if button.label == "Remove"]:
        button.click().run()
        assert [notice.value.startswith("Removed") for notice in sound(page).success] == [True]


def document(own: Settings, form: str, window: Window | None) -> str:
    """The chart of searches over this window, as routes answer it."""
    story = find_story("us-2016", own)
    view = default_view(story)
    asked = locked_query(view.with_window(window) if window else view)
    query = urlencode({name: value for name, value in asked.items() if name != "story"})
    desk = Desk(own)
    reply = desk.ask(f"/embed/us-2016/interest{form}?{query}")
    desk.close()
    assert reply.status == 200
    return reply.text


def goes_all_the_way(own: Settings, page: AppTest, name: str, data: bytes) -> None:
    """Preview, keep, page, chart, document and removal of one file."""
    export = imports.parse_kept(data, name)
    with kept(name, data, page):
        assert UNEXPECTED not in said(page)
        bins = cached.load_series(find_story("us-2016", own)).frame
        if export.kind == "over_time":
            assert len(bins) > 0
            window = Window(bins["start"].min().to_pydatetime(), bins["end"].max().to_pydatetime())
            assert str(bins["series"].iloc[0]) in document(own, ".json", window)
            assert document(own, "", window).startswith("<!doctype html>")
        else:
            assert bins.empty
            assert "exported by hand and imported" in said(page)
            assert document(own, "", None).startswith("<!doctype html>")
    assert cached.load_series(find_story("us-2016", own)).frame.empty
    assert "exported by hand and imported" not in said(sound(page))


@pytest.mark.slow
@pytest.mark.parametrize("name", cases(*OF_EACH_KIND, long=NAMES))
def test_every_recorded_export_goes_all_the_way(desk: Settings, page_of_the_desk: AppTest, name: str) -> None:
    goes_all_the_way(desk, page_of_the_desk, name, (RECORDINGS / name).read_bytes())


@pytest.mark.slow
@pytest.mark.parametrize("many", cases(2, long=[20]))
def test_an_export_of_any_kind_goes_all_the_way(desk: Settings, page_of_the_desk: AppTest, many: int) -> None:
    @settings(max_examples=many)
    @given(exports.exports)
    def bring_one(data: bytes) -> None:
        goes_all_the_way(desk, page_of_the_desk, "export.csv", data)

    bring_one()


@pytest.mark.slow
def test_a_blank_cell_is_an_empty_cell(desk: Settings) -> None:
    with kept("geoMap.csv", PLACES):
        reader = sound(open_page("search_trends", story="us-2016"))
        (table,) = [table.value for table in reader.table if "region" in table.value]
        assert table[["region", "value"]].values.tolist() == [["Oregon", "100"], ["Idaho", ""], ["Utah", r"\<1"]]


def test_a_curve_is_seen_before_it_is_kept_and_only_on_a_known_clock(
    desk: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {}))
    page = importer()
    before = len(charts(page))
    page.file_uploader[0].set_value(("multiTimeline.csv", HOURS, "text/csv")).run()
    assert len(charts(page)) == before and "import-keep" not in [button.key for button in page.button]
    page.selectbox(key="import-zone").set_value("Europe/London").run()
    assert len(charts(page)) == before + 1
    assert "were highest in the bin that begins at 5 p.m. EST" in said(page)
    assert cached.load_series(find_story("us-2016", desk)).frame.empty


@pytest.mark.parametrize("zone", ["Europe/London", "Asia/Kolkata", "UTC"])
def test_an_hour_that_stands_twice_refuses_a_clock_that_does_not_repeat_it(desk: Settings, zone: str) -> None:
    page = bring(importer(), "multiTimeline.csv", TWICE, zone=zone)
    (refused,) = [fault.value.replace("\\", "") for fault in page.error]
    assert refused == (
        f"It cannot be kept that way: the file has 01:00 on 2016-11-06 twice, and the clock of {zone} passes it once: "
        "name another clock."
    )
    assert "import-keep" not in [button.key for button in page.button]
    page.selectbox(key="import-zone").set_value("America/New_York").run()
    assert sound(page).button(key="import-keep")


@pytest.mark.slow
def test_what_was_kept_can_be_replaced_and_comes_back_from_the_list_of_removed_files(desk: Settings) -> None:
    later = HOURS.replace(b",7\n", b",8\n")
    with kept("first.csv", HOURS) as page:
        bring(page, "second.csv", later)
        (choice,) = [box for box in page.multiselect if box.key == "import-replace"]
        choice.set_value(choice.options).run()
        page.button(key="import-keep").click().run()
        assert "It replaces first" in sound(page).success[0].value
        series = cached.load_series(find_story("us-2016", desk)).frame
        assert series["value"].tolist() == [20, 100, 8]
        assert "Restore" in [button.label for button in page.button]


@pytest.mark.slow
def test_the_same_bytes_are_kept_once_and_the_last_answer_about_them_counts(desk: Settings) -> None:
    with kept("multiTimeline.csv", HOURS) as page:
        assert any("This file is kept in this story" in notice.value for notice in page.success)
        page.selectbox(key="import-zone").set_value("UTC").run()
        page.button(key="import-keep").click().run()
        series = cached.load_series(find_story("us-2016", desk)).frame
        assert [f"{start:%d %H:%M}" for start in series["start"]] == ["08 21:00", "08 22:00", "08 23:00"]


def test_a_kept_file_that_cannot_be_shown_costs_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    own = newsroom(tmp_path)
    keep(own, HOURS, "good.csv")
    # Kept before its hours were held against its clock.
    query = {"terms": "bread", "filename": "twice.csv", "zone": "UTC"}
    sidecar = Sidecar(source=imports.IMPORTED, kind="over-time", query=query, drawn_at=NOW, suffix="csv")
    write_snapshot(story_store(own).snapshots("us-2016")[-1], TWICE, sidecar)
    monkeypatch.setenv("NIGHTDESK_STORIES", str(own.stories[0]))
    monkeypatch.setenv("NIGHTDESK_SNAPSHOTS", str(own.snapshots))
    reader = sound(open_page("search_trends", story="us-2016"))
    assert "twice.csv, imported 2026-11-20, is not shown: the file has 01:00 on 2016-11-06 twice" in said(reader)
    assert "Figures published about searches on the night" in said(reader)
    assert len(cached.load_series(find_story("us-2016", own)).frame) == 3


@pytest.mark.slow
def test_a_file_is_parsed_once_and_not_at_every_rerun(desk: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []
    parse = imports.parse_kept

    def counted(data: bytes, filename: str) -> Export:
        parsed.append(filename)
        return parse(data, filename)

    monkeypatch.setattr(imports, "parse_kept", counted)
    lines = b"".join(b"2016-11-08T%02d:%02d,%d\n" % (at // 60, at % 60, at % 100) for at in range(60, 180))
    page = bring(importer(), "own.csv", b"Category: All categories\n\nTime,own: (Ohio)\n" + lines)
    for _ in range(3):
        page.run()
    sound(page).button(key="import-keep").click().run()
    open_page("search_trends", story="us-2016")
    assert parsed == ["own.csv"]
    for button in [button for button in page.button if button.label == "Remove"]:
        button.click().run()
