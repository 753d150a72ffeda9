"""Pages of a night in progress, without a browser: what they say, and what they show while its files are mended."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.cache import cached
from components.cache.stories import FORGIVEN_SECONDS, StoryCache
from components.workbench import address_bar
from data.core.errors import StoryInvalid
from data.core.settings import Settings
from data.evidence.anchors import anchors_of
from data.story.as_of import story_at
from data.story.store import BUNDLED, FolderStore, read_story
from data.story.story import Story
from tests.pages.test_pages import charts, said
from tests.support.rehearsing import BANNER, FLORIDA, NAME, rehearsal_at
from tests.support.views import view_of

ROOT = Path(__file__).parents[2]


@pytest.fixture
def root(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    # What is edited here is looked at again at once.
    monkeypatch.setattr(address_bar, "STORIES", StoryCache(fresh_seconds=0))
    rehearsal_at(tmp_path)
    return tmp_path


def open_page(name: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    page.query_params["story"] = NAME
    return page.run()


@pytest.mark.parametrize("name", ["story", "timeline"])
def test_a_page_of_a_night_in_progress_says_how_fresh_it_is(name: str, root: Path) -> None:
    page = open_page(name)
    assert not page.exception and not page.error
    assert "Updating every 4 s · told up to 10:51 p.m. EST" in said(page)
    assert page.toggle[0].label == "Pause updates"
    assert all(chart.alt.startswith("TEST: ") for chart in charts(page))
    assert all(BANNER in chart.spec.replace("\\u003cbr\\u003e", " ") for chart in charts(page))
    assert "By 10:51 p.m. AP had last called Florida at 10:50 p.m. EST: Trump 197, Clinton 131" in said(page)


def test_the_story_page_says_what_there_is_so_far(root: Path) -> None:
    page = open_page("story")
    assert said(page).startswith("TEST: rehearsal of U.S. 2016\n")
    assert "Nothing yet." in said(page) and "Nothing recorded" not in said(page)


def test_an_ended_rehearsal_does_not_update(root: Path) -> None:
    rehearsal_at(root, ended=True)
    page = open_page("timeline")
    assert "Updating every" not in said(page) and "Pause updates" not in [toggle.label for toggle in page.toggle]


def test_a_paused_page_keeps_its_night_and_a_resumed_one_catches_up(root: Path) -> None:
    page = open_page("timeline")
    page.toggle(key="pause-updates").set_value(True).run()
    rehearsal_at(root, FLORIDA + timedelta(minutes=20))
    page.run()
    assert "Paused: nothing here changes until you resume · told up to 10:51 p.m. EST" in said(page)
    assert all("11:11 p.m." not in chart.spec for chart in charts(page))
    page.toggle(key="pause-updates").set_value(False).run()
    assert "Updating every 4 s · told up to 11:11 p.m. EST" in said(page)


def test_a_pause_when_the_rehearsal_has_just_gone_is_no_failure(root: Path) -> None:
    page = open_page("timeline")
    shutil.rmtree(root / NAME)
    page.toggle(key="pause-updates").set_value(True).run()
    assert not page.exception


def test_the_status_line_tells_what_is_new_and_only_that(root: Path) -> None:
    rehearsal_at(root, FLORIDA - timedelta(minutes=20))
    page = open_page("timeline")
    assert '<div role="status" aria-live="polite" class="news"></div>' in said(page)
    rehearsal_at(root, FLORIDA)
    page.run()
    assert 'aria-live="polite" class="news">New: AP called Florida' in said(page)


def settings(root: Path) -> Settings:
    return Settings(stories=(root,))


def spoil(root: Path) -> None:
    with (root / NAME / "calls.csv").open("a", encoding="utf-8") as table:
        table.write("half a row")


def test_a_slip_of_the_editor_leaves_the_last_valid_night_for_a_minute(root: Path) -> None:
    now = 0.0
    stories = StoryCache(timer=lambda: now)
    valid = stories.find(NAME, settings(root))
    spoil(root)
    for now in (1.0, FORGIVEN_SECONDS, 1.0 + FORGIVEN_SECONDS):  # noqa: B007 - the timer reads it
        assert stories.find(NAME, settings(root)) is valid
    now += 1
    with pytest.raises(StoryInvalid, match="calls"):
        stories.find(NAME, settings(root))
    rehearsal_at(root, FLORIDA + timedelta(minutes=1))
    assert stories.find(NAME, settings(root)).stamp != valid.stamp


def test_a_story_with_a_fault_is_examined_once_until_one_of_its_files_changes(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    readings: list[str] = []
    read = FolderStore.read

    def counted(store: FolderStore, slug: str) -> Story:
        readings.append(slug)
        return read(store, slug)

    monkeypatch.setattr(FolderStore, "read", counted)
    stories = StoryCache(fresh_seconds=0)
    shutil.copytree(BUNDLED / "us-2024", root / "faulty")
    about = root / "faulty" / "story.toml"
    right = about.read_text(encoding="utf-8")
    for wrong in (f"{right}titel = 'one'\n", f"{right}titel = 'another'\n"):
        readings.clear()
        about.write_text(wrong, encoding="utf-8")
        for _ in range(20):
            with pytest.raises(StoryInvalid, match="titel") as fault:
                stories.look_up("faulty", settings(root))
        assert (fault.value.file, readings) == ("story.toml", ["faulty"])
    about.write_text(right, encoding="utf-8")
    assert stories.look_up("faulty", settings(root)).story.calls


def test_a_night_that_is_over_is_refused_at_once(root: Path) -> None:
    stories = StoryCache()
    shutil.copytree(BUNDLED / "us-2024", root / "last-night")
    assert stories.find("last-night", settings(root)).calls
    (root / "last-night" / "sources.csv").unlink()
    with pytest.raises(StoryInvalid):
        stories.find("last-night", settings(root))


def test_a_slip_after_the_night_brings_back_no_night_in_progress(root: Path) -> None:
    stories = StoryCache()
    shutil.copytree(BUNDLED / "us-2024", root / "tonight")
    about = root / "tonight" / "story.toml"
    over = about.read_text(encoding="utf-8")
    about.write_text(f"live = true\n{over}", encoding="utf-8")
    assert stories.find("tonight", settings(root)).about.live
    about.write_text(over, encoding="utf-8")
    assert not stories.find("tonight", settings(root)).about.live
    (root / "tonight" / "sources.csv").unlink()
    with pytest.raises(StoryInvalid):
        stories.find("tonight", settings(root))


def test_an_earlier_state_is_let_go_when_a_later_is_read(root: Path) -> None:
    """A night has a version every few seconds, each of some megabytes."""
    versions = []
    for minutes in range(3):
        rehearsal_at(root, FLORIDA + timedelta(minutes=minutes))
        story = cached.STORIES.find(NAME, settings(root))
        cached.load_observations(story)
        cached.load_calls(story_at(story, FLORIDA), caller="AP")
        versions.append(weakref.ref(story))
        del story
    gc.collect()
    assert [version() is None for version in versions] == [True, True, False]


@pytest.mark.parametrize("told", [lambda story: story, lambda story: story_at(story, FLORIDA)], ids=["whole", "up to"])
def test_no_answer_of_an_earlier_state_is_kept_when_a_later_is_read(root: Path, told: Callable[[Story], Story]) -> None:
    earlier = told(cached.STORIES.find(NAME, settings(root)))
    asked = [cached.load_calls(earlier, caller="AP"), cached.load_made(anchors_of, earlier, "AP")]
    assert cached.load_calls.at_hand(earlier, caller="AP") is asked[0]
    rehearsal_at(root, FLORIDA + timedelta(minutes=1))
    cached.STORIES.find(NAME, settings(root))
    assert cached.load_calls.at_hand(earlier, caller="AP") is None
    assert cached.load_made(anchors_of, earlier, "AP") is not asked[1]


def test_a_chart_of_an_earlier_state_is_never_kept_as_one_of_a_later(root: Path) -> None:
    """Somebody still draws the night as they read it when the next step is written."""
    earlier = read_story(root / NAME)
    rehearsal_at(root, FLORIDA + timedelta(minutes=20))
    later = read_story(root / NAME)
    drawn = [cached.load_chart(story, "results", view_of(story, caller="AP")) for story in (earlier, later)]
    assert [chart.window.end - FLORIDA for chart in drawn] == [timedelta(0), timedelta(minutes=20)]
