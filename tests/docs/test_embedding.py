"""docs/embedding.md names everything that an address may ask, and every figure agrees with the measured tables."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from components.charts.catalogue import KINDS
from components.embeds.formats import ANIMATED, FORMS
from components.embeds.request import DRAWING
from components.view.view_state import NAMES

ROOT = Path(__file__).resolve().parents[2]
PAGE = (ROOT / "docs" / "embedding.md").read_text(encoding="utf-8")
MEASURED = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")


def table(mark: str) -> str:
    """What a bench has kept in docs/performance.md."""
    (found,) = re.findall(rf"<!-- {mark} -->\n(.*?)<!-- /{mark} -->", MEASURED, re.DOTALL)
    return str(found)


def test_the_routes_name_every_chart_and_every_form() -> None:
    routes = PAGE.split("## Routes")[1].split("## Headers")[0]
    assert [chart for chart in KINDS if f"`{chart}`" not in routes] == []
    assert [form for form in (*FORMS, ANIMATED) if form != "html" and f".{form}`" not in routes] == []


def test_the_table_of_parameters_names_every_one() -> None:
    rows = re.findall(r"^\| (`[a-z0-9`, ]+`) \|", PAGE.split("| parameter |")[1].split("\n\n")[0], re.MULTILINE)
    named = {name for row in rows for name in re.findall("`([a-z0-9]+)`", row)}
    # The path names the story.
    assert named == {*NAMES, *DRAWING} - {"story"}


@pytest.mark.parametrize(
    ("page", "begins", "mark"),
    [
        pytest.param("docs/embedding.md", "The timeline of us-2016 with all its calls is ", "bench-embeds", id="bytes"),
        pytest.param("deploy/README.md", "What nginx adds: ", "bench", id="requests"),
    ],
)
def test_a_figure_in_the_guides_is_one_that_was_measured(page: str, begins: str, mark: str) -> None:
    said = (ROOT / page).read_text(encoding="utf-8").partition(begins)[2].partition("\n\n")[0]
    figures = re.findall(r"\d[\d,]*(?= kB| times)", said)
    assert len(figures) > 1
    assert [figure for figure in figures if f" {figure} " not in table(mark)] == []
    assert f"make {mark}" in said
