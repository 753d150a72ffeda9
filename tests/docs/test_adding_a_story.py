from __future__ import annotations

import re
from pathlib import Path
from typing import Literal, get_args, get_origin

import pytest

from data.story.store import read_story
from data.story.tables import TABLES, Row
from tests.support.checked import check_story
from tests.support.terminal import typed

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-story.md").read_text(encoding="utf-8")
#: "### `calls.csv`" and the fenced block under it.
EXAMPLE = dict(re.findall(r"^### `([a-z_.]+)`\n\n```(?:toml|csv)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """The story that a reader of the page would have saved."""
    story = tmp_path / "first-calls"
    story.mkdir()
    for name, text in EXAMPLE.items():
        (story / name).write_text(text, encoding="utf-8")
    return story


def printed_in_the_page(pattern: str) -> str:
    return next(line for line in PAGE.splitlines() if re.match(pattern, line))


def test_the_example_on_the_page_is_a_whole_story_without_a_fault(folder: Path) -> None:
    assert set(EXAMPLE) == {
        "story.toml", "sources.csv", "contests.csv", "calls.csv",
        "poll_closings.csv", "observations.csv", "figures.csv",
    }  # fmt: skip
    assert check_story(folder) == ()
    assert [call.contest for call in read_story(folder).calls] == ["US-IN", "US-KY", "US-VT"]


def test_the_check_prints_what_the_page_promises(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert typed("check", str(folder)) == 0
    assert f"prints `{capsys.readouterr().out.strip()}` and ends with 0" in PAGE


def test_the_fault_on_the_page_is_the_fault_that_is_found(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    calls = (folder / "calls.csv").read_text(encoding="utf-8")
    (folder / "calls.csv").write_text(calls.replace("2016-11-08T23:59:00Z", "2016-11-08 23:59", 1), encoding="utf-8")
    assert typed("check", str(folder)) == 1
    assert capsys.readouterr().out.splitlines() == [
        printed_in_the_page("calls.csv, line 2"), printed_in_the_page("first-calls: 1 fault"),
    ]  # fmt: skip


@pytest.mark.parametrize("row_type", TABLES, ids=lambda row_type: row_type.file)
def test_the_page_names_every_column_and_stars_the_ones_that_want_a_value(row_type: type[Row]) -> None:
    times = {"at", "earliest", "latest", "date", "precision"} if "precision" in row_type.model_fields else set()
    entry = PAGE.split(f"**{row_type.file}**")[1].split("\n\n")[0]
    for name, column in row_type.model_fields.items():
        if name not in times:
            assert f"`{name}`" in entry, name
            assert (f"`{name}`*" in entry) == column.is_required(), name


@pytest.mark.parametrize("row_type", TABLES, ids=lambda row_type: row_type.file)
def test_the_page_lists_every_word_that_a_column_allows(row_type: type[Row]) -> None:
    entry = PAGE.split(f"**{row_type.file}**")[1].split("\n\n")[0]
    words = [word for column in row_type.model_fields.values() if get_origin(column.annotation) is Literal
             for word in get_args(column.annotation)]  # fmt: skip
    assert [word for word in words if word and f"`{word}`" not in entry.replace("\n", " ")] == []
