"""A link in a story's folder that leads out of it is a fault, and nothing of what it leads to is read."""

from __future__ import annotations

import logging
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data.core.errors import StoryInvalid
from data.net.snapshots import Sidecar, read_snapshots, write_snapshot
from data.story.store import BUNDLED, FolderStore

SECRET = "secret,of,another,folder\n"


@pytest.fixture
def story(tmp_path: Path) -> Path:
    (tmp_path / "elsewhere.csv").write_text(SECRET)
    return shutil.copytree(BUNDLED / "us-2024", tmp_path / "stories" / "linked")


@pytest.mark.parametrize("to", ["../../elsewhere.csv", "/etc/passwd", "../../../nowhere.csv"])
def test_a_table_that_leads_out_of_its_folder_is_a_fault_that_tells_nothing_of_it(story: Path, to: str) -> None:
    (story / "corrections.csv").unlink(missing_ok=True)
    (story / "corrections.csv").symlink_to(to)
    store = FolderStore((story.parent,), shipped=())
    with pytest.raises(StoryInvalid, match=r"corrections\.csv: found a link that leads out of the story’s folder"):
        store.read("linked")
    told = "".join(map(str, store.examine("linked").faults.listed()))
    assert "secret" not in told and "root:" not in told
    assert "corrections.csv" not in store.files("linked")


def test_a_table_that_is_a_link_within_its_folder_is_read(story: Path) -> None:
    (story / "snapshots").mkdir(exist_ok=True)
    (story / "calls.csv").rename(story / "snapshots" / "calls.csv")
    (story / "calls.csv").symlink_to("snapshots/calls.csv")
    assert FolderStore((story.parent,), shipped=()).read("linked").calls


def test_a_folder_of_stories_may_be_a_link_itself(story: Path, tmp_path: Path) -> None:
    (tmp_path / "shortcut").symlink_to(story.parent)
    assert FolderStore((tmp_path / "shortcut",), shipped=()).read("linked").calls


@pytest.mark.parametrize("linked", ["snapshots", "snapshots/wayback", "the bytes"])
def test_a_snapshot_behind_a_link_is_left_out_with_a_log_line(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, linked: str
) -> None:
    folder, outside = tmp_path / "story", tmp_path / "outside"
    sidecar = Sidecar(source="wayback", kind="captures", drawn_at=datetime(2026, 11, 3, tzinfo=UTC))
    kept = write_snapshot(folder, b"{}", sidecar)
    assert len(read_snapshots(folder, "wayback")) == 1
    path = kept.path if linked == "the bytes" else folder / linked
    path.rename(outside)
    path.symlink_to(outside)
    with caplog.at_level(logging.WARNING):
        assert read_snapshots(folder, "wayback") == ()
    assert "behind a link that leads out of the story's folder" in caplog.text
