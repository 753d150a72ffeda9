from __future__ import annotations

import itertools
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.core.files import fingerprint
from data.core.model import Window
from data.story import store as folder_store
from data.story.as_of import is_in_progress, window_so_far
from data.story.store import BUNDLED, examine_folder, read_story
from data.story.story_checks import Examined
from data.story.totals import no_total, totals_at
from tests.support.checked import check_story

NIGHT = datetime(2016, 11, 9, 2, tzinfo=UTC)
Folder = Callable[..., Path]


@pytest.fixture
def folder(tmp_path: Path) -> Folder:
    """The U.S. night of 2016 as it stood when AP had called three states, with more keys on top of its story.toml."""

    def make(keys: str = "live = true\n", calls: int = 3) -> Path:
        made = tmp_path / "tonight"
        shutil.copytree(BUNDLED / "us-2016", made)
        (made / "results.csv").unlink()
        about, table = made / "story.toml", made / "calls.csv"
        about.write_text(keys + about.read_text(encoding="utf-8"), encoding="utf-8")
        rows = table.read_text(encoding="utf-8").splitlines(keepends=True)
        table.write_text("".join(rows[: calls + 1]), encoding="utf-8")
        for later in ("milestones.csv", "observations.csv"):
            header = (made / later).read_text(encoding="utf-8").splitlines()[0]
            (made / later).write_text(f"{header}\n", encoding="utf-8")
        return made

    return make


def without_updated(made: Path) -> Path:
    about = made / "story.toml"
    kept = [line for line in about.read_text(encoding="utf-8").splitlines() if not line.startswith("updated = ")]
    about.write_text("\n".join(kept), encoding="utf-8")
    return made


def test_a_night_in_progress_may_lack_calls_that_a_finished_one_must_have(folder: Folder) -> None:
    assert check_story(folder()) == ()


@pytest.mark.parametrize("keys", ["", "live = false\n"])
def test_a_finished_night_may_not(keys: str, folder: Folder) -> None:
    faults = [str(fault) for fault in check_story(folder(keys))]
    assert any("no primary call of" in fault for fault in faults)
    assert any("key study: found 'ap-wv'" in fault for fault in faults)


@pytest.mark.parametrize(
    ("line", "fault"),
    [
        pytest.param(
            "ap-in,US-IN,CNN,R,primary,own log,2016-11-09T01:00:00Z,,,,minute,ap-chronology,\n", "ap-in", id="id"
        ),
        pytest.param(
            "x,US-XX,AP,R,primary,own log,2016-11-09T01:00:00Z,,,,minute,ap-chronology,\n", "US-XX", id="contest"
        ),
        pytest.param(
            "x,US-IN,AP,R,primary,own log,2016-11-09T01:00:00Z,,,,minute,ap-chronology,\n", "second", id="twice"
        ),
        pytest.param("x,US-WV,AP,R,primary,own log,10 p.m.,,,,minute,ap-chronology,\n", "10 p.m.", id="no time"),
    ],
)
def test_all_else_is_checked_as_ever(line: str, fault: str, folder: Folder) -> None:
    made = folder()
    with (made / "calls.csv").open("a", encoding="utf-8") as table:
        table.write(line)
    assert any(fault in str(found) for found in check_story(made))


def test_totals_of_the_storys_own_caller_are_totals_so_far(folder: Folder) -> None:
    story = read_story(folder())
    assert totals_at(story, NIGHT, caller="AP").totals == {"R": (19, 19), "D": (3, 3)}
    assert no_total(story, "CNN") == "no total: 0 of 56 calls known so far"


def test_a_night_in_progress_is_told_up_to_its_latest_record(folder: Folder) -> None:
    story = read_story(without_updated(folder()))
    assert is_in_progress(story)
    assert window_so_far(story, story.window) == Window(
        story.window.start, datetime(2016, 11, 8, 23, 59, 1, tzinfo=UTC)
    )
    later = Window(NIGHT, story.window.end)
    assert window_so_far(story, later) == later


def test_updated_says_that_nothing_has_happened_since(folder: Folder) -> None:
    made = without_updated(folder())
    about = made / "story.toml"
    about.write_text(f"updated = 2016-11-09T02:00:00Z\n{about.read_text(encoding='utf-8')}", encoding="utf-8")
    story = read_story(made)
    assert window_so_far(story, story.window).end == NIGHT


def test_a_finished_night_is_told_whole() -> None:
    story = read_story(BUNDLED / "us-2016")
    assert not is_in_progress(story)
    assert window_so_far(story, story.window) == story.window


@pytest.mark.parametrize(
    ("table", "says"),
    [
        pytest.param("of = 'U.S.'\nspeed = 60.0\n", "started", id="no start"),
        pytest.param(
            "of = 'U.S.'\nspeed = 0.0\nstarted = 2026-11-01T00:00:00Z\nmoment = 2026-11-01T00:00:00Z\n",
            "more than 0",
            id="still",
        ),
    ],
)
def test_a_rehearsal_says_all_that_its_banner_needs(table: str, says: str, folder: Folder) -> None:
    made = folder()
    about = made / "story.toml"
    about.write_text(f"{about.read_text(encoding='utf-8')}\n[rehearsal]\n{table}", encoding="utf-8")
    assert any(says in str(fault) for fault in check_story(made))


def test_a_story_that_changes_while_it_is_read_is_read_again(folder: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The editor saves the source and then the call that names it; the reader has the sources already."""
    made, looked = folder(), 0

    def look(path: Path) -> Examined:
        nonlocal looked
        looked += 1
        if looked > 1:
            return examine_folder(path)
        with (made / "sources.csv").open("a", encoding="utf-8") as table:
            table.write("ap-wire,AP,A wire report,https://apnews.com/,2016-11-09,\n")
        torn = examine_folder(path)
        with (made / "calls.csv").open("a", encoding="utf-8") as table:
            table.write("x,US-WV,AP,R,primary,own wire,2016-11-09T00:30:00Z,,,,minute,ap-wire,\n")
        return torn

    monkeypatch.setattr(folder_store, "examine_folder", look)
    story = read_story(made)
    assert looked == 2 and [call.id for call in story.calls][-1] == "x"
    assert story.stamp == fingerprint(made)


@pytest.mark.parametrize(
    ("torn", "readings"), [pytest.param(0, 6, id="sound all the time"), pytest.param(9, 10, id="sound in the end")]
)
def test_a_story_that_never_rests_is_read_as_soon_as_it_is_sound(
    torn: int, readings: int, folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    made, stamps, looked = folder(), itertools.count(), 0

    def look(path: Path) -> Examined:
        nonlocal looked
        looked += 1
        return examine_folder(path if looked > torn else path / "nothing")

    monkeypatch.setattr(folder_store, "examine_folder", look)
    monkeypatch.setattr(folder_store, "fingerprint", lambda path: str(next(stamps)))
    assert read_story(made).calls
    assert looked == readings
