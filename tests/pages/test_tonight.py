"""The page of a night that is being recorded: what recorders did, and what an editor decides about a call."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from data.core.settings import Settings
from tests.pages.test_pages import open_page, said
from tests.support.live_nights import called, follower, live_night, rows, table
from tests.support.writing import sit_at_this_machine

_WAITING = '\n[[feeds]]\nid = "desk"\nkind = "table"\nwait = ["OH"]\n'


@pytest.fixture
def night(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A night with a feed of which Ohio waits and Florida was written, and one lie."""
    settings = live_night(tmp_path, more=_WAITING)
    for name, folder in (("STORIES", settings.stories[0]), ("RECORDS", settings.records)):
        monkeypatch.setenv(f"NIGHTDESK_{name}", str(folder))
    return settings


def _recorded(night: Settings, tmp_path: Path) -> Path:
    sheet = tmp_path / "calls.csv"
    sheet.write_bytes(table(called("OH"), called("FL"), called("ZZ")))
    follower(night, sheet).ask()
    return sheet


def _press(page: AppTest, verb: str, contest: str) -> AppTest:
    """Press the button of this verb beside the call of this contest."""
    button = next(one for one in page.button if one.label == verb and f" {contest} " in str(one.key))
    return button.click().run()


def test_a_story_that_nobody_records_says_how_to_start(night: Settings) -> None:
    assert "No recorder has run for this story" in said(open_page("tonight", story="night"))


def test_what_waits_what_is_held_and_what_was_written_stand_apart(night: Settings, tmp_path: Path) -> None:
    _recorded(night, tmp_path)
    text = said(open_page("tonight", story="night"))
    assert "AP: oh for Ann, by 1 a.m. UTC" in text
    assert "feed-desk: the table names the contest 'ZZ', which the story does not have" in text.replace("\\", "")
    assert "AP: fl for Ann" in text


def test_an_editor_accepts_a_call_and_the_recorder_takes_it_up(
    night: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    sit_at_this_machine(monkeypatch)
    sheet = _recorded(night, tmp_path)
    page = _press(open_page("tonight", story="night"), "Accept", "OH")
    assert "decided on: the recorder takes it up when it next asks" in said(page)
    follower(night, sheet).ask()
    assert sorted(row["contest"] for row in rows(night, "calls.csv")) == ["FL", "OH"]


def test_an_editor_takes_a_call_out(night: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sit_at_this_machine(monkeypatch)
    sheet = _recorded(night, tmp_path)
    _press(open_page("tonight", story="night"), "Take out", "FL")
    follower(night, sheet).ask()
    assert rows(night, "calls.csv") == []


def test_a_reader_finds_no_button_that_decides(night: Settings, tmp_path: Path) -> None:
    _recorded(night, tmp_path)
    page = open_page("tonight", story="night")
    assert "AP: oh for Ann" in said(page)
    assert [button.label for button in page.button if str(button.key).startswith(("accept", "refuse", "out"))] == []
