"""The page of a night that is being recorded: what recorders did, and what an editor decides about a call."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from components.workbench.write_gate import REFUSED
from data.core.settings import Settings
from data.recorders.attempts import read_rows
from data.recorders.follow import Decision
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
    assert not page.exception
    follower(night, sheet).ask()
    assert sorted(row["contest"] for row in rows(night, "calls.csv")) == ["FL", "OH"]


def test_an_editor_takes_a_call_out(night: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    sit_at_this_machine(monkeypatch)
    sheet = _recorded(night, tmp_path)
    _press(open_page("tonight", story="night"), "Take out", "FL")
    follower(night, sheet).ask()
    assert rows(night, "calls.csv") == []


@pytest.mark.parametrize(("verb", "contest"), [("Accept", "OH"), ("Refuse", "OH"), ("Take out", "FL")])
def test_a_reader_decides_nothing(night: Settings, tmp_path: Path, verb: str, contest: str) -> None:
    _recorded(night, tmp_path)
    page = _press(open_page("tonight", story="night"), verb, contest)
    assert REFUSED in said(page)
    assert list(read_rows(night.records / "night/feeds/desk/decisions.csv", Decision)) == []
