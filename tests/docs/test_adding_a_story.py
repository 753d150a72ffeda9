from __future__ import annotations

import re
import subprocess
import urllib.request
from pathlib import Path
from time import monotonic
from typing import Literal, get_args, get_origin

import pytest

from data.story.store import read_story
from data.story.table_rows import Row
from data.story.tables import TABLES
from tests.conftest import serving
from tests.support.checked import check_story
from tests.support.terminal import SCRIPT, typed

PAGE = (Path(__file__).parents[2] / "docs" / "adding-a-story.md").read_text(encoding="utf-8")
#: "### `calls.csv`" and the fenced block under it.
EXAMPLE = dict(re.findall(r"^### `([a-z_.]+)`\n\n```(?:toml|csv)\n(.*?)^```$", PAGE, flags=re.MULTILINE | re.DOTALL))

#: Each block in the order of the page: the file it is, its kind and its text.
STEP = re.compile(r"^(?:### `([a-z_.]+)`\n\n)?```(sh|toml|csv)\n(.*?)^```$", flags=re.MULTILINE | re.DOTALL)

#: From facts at hand to a page, as it is promised.
MINUTES = 5


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


@pytest.mark.slow
def test_whoever_follows_the_page_word_by_word_has_a_chart(tmp_path: Path) -> None:
    """Its commands are run as they stand, and its files saved under the names above them, to the page they make."""
    begun = monotonic()
    environ = {"HOME": str(tmp_path), "PATH": f"{SCRIPT.parent}:/usr/bin:/bin", "PYTHONUTF8": "1"}
    blocks = STEP.findall(PAGE.partition("## What people ask")[0])
    assert [name or text.split()[0] for name, _, text in blocks] == ["mkdir", *EXAMPLE, "nightdesk", "streamlit"]
    *steps, (_, _, serve) = blocks
    for name, kind, text in steps:
        if kind == "sh":
            environ = typed_into_a_terminal(text, environ)
        else:
            [folder] = (tmp_path / "newsroom-stories").iterdir()
            (folder / name).write_text(text, encoding="utf-8")
    page, chart = re.findall(r"`http://localhost:8501(/[^`]+)`", PAGE)
    with serving(
        ["-m", *serve.split(), "--server.port", "{port}"], NIGHTDESK_STORIES=environ["NIGHTDESK_STORIES"]
    ) as at:
        assert urllib.request.urlopen(f"{at}{page}").status == 200
        drawn = urllib.request.urlopen(f"{at}{chart}").read().decode()
    assert "AP called Indiana" in drawn
    assert monotonic() - begun < MINUTES * 60


def typed_into_a_terminal(command: str, environ: dict[str, str]) -> dict[str, str]:
    """What is set in a terminal after these commands, all of which end well."""
    after = Path(environ["HOME"]) / "environment"
    subprocess.run(["/bin/bash", "-ec", f"{command}\nenv -0 > {after}"], env=environ, check=True, timeout=120)
    return dict(line.split("=", 1) for line in after.read_text(encoding="utf-8").split("\0") if line)


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
