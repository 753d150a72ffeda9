"""What the pages say of evidence: which series is one of the night, and where every other figure is listed."""

from __future__ import annotations

import shutil
from pathlib import Path

import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from components.clock import Clock
from components.workbench.parts.evidence_tables import choose_region, observations_table
from data.core.model import Sourced
from data.core.settings import Settings
from data.evidence.outages import load_observations, load_untimed
from data.story.store import find_story
from tests.support.page_tables import tables_of

ROOT = Path(__file__).parents[3]
US_2016 = ROOT / "data" / "stories" / "us-2016"


def open_page(name: str, **query: str) -> AppTest:
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key] = value
    return page.run()


def with_a_late_week(root: Path) -> str:
    """A story of its own name whose weekly series holds the week of the night; returns its name."""
    folder = root / "late-week"
    shutil.copytree(US_2016, folder)
    table = folder / "interest.csv"
    header, first = table.read_text(encoding="utf-8").split("\n")[:2]
    row = dict(zip(header.split(","), first.split(","), strict=True)) | {"start": "2016-11-06", "end": "2016-11-12"}
    with table.open("a", encoding="utf-8") as lines:
        lines.write(",".join(row.values()) + "\n")
    return folder.name


@pytest.mark.slow
def test_a_weekly_series_that_reaches_the_night_is_no_series_of_it(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    page = open_page("search_trends", story=with_a_late_week(tmp_path))
    assert any("of this night only published reports are on record" in str(entry.value) for entry in page.markdown)


def test_what_is_neither_search_nor_traffic_is_listed_with_its_source() -> None:
    page = open_page("outage_reports")
    assert "Traffic and other published figures" in [entry.value for entry in page.subheader]
    cells = "\n".join(table.to_string() for table in tables_of(page))
    assert "Indeed" in cells and "Wikipedia" in cells


def test_a_picture_of_what_was_seen_is_a_link_beside_it() -> None:
    story = find_story("us-2016", Settings())
    seen = load_observations(story)
    row = seen.rows[0].model_copy(update={"picture": "https://news.example.org/error.png"})
    table = observations_table(story, Sourced((row, seen.rows[1]), seen.sources), load_untimed(story), Clock("UTC"))
    assert [cells[4].links for cells in table.rows[:2]] == [(("Picture", "https://news.example.org/error.png"),), ()]


def test_where_all_looked_from_one_place_there_is_nothing_to_choose() -> None:
    seen = load_observations(find_story("us-2016", Settings()))
    one = Sourced(tuple(row for row in seen.rows if row.region == "Canada"), seen.sources)
    assert one.rows and choose_region(one) == ""


def test_only_places_that_somebody_looked_from_are_offered() -> None:
    (filter_,) = (group for group in open_page("outage_reports").get("button_group") if group.key == "choose-region")
    assert getattr(filter_, "options", []) == ["U.S.", "Canada", "Asia", "Elsewhere"]


def search_tables(story: str) -> pd.DataFrame:
    """Both tables of published search figures, of the night and of others, as one."""
    return pd.concat(tables_of(open_page("search_trends", story=story)))


def test_a_rise_in_24_hours_is_told_in_hours_of_the_readers_clock() -> None:
    """Google counted from when polls closed on the East Coast, read as 7 p.m., not over a calendar day."""
    table = search_tables("us-2024").set_index("Figure")
    assert table.loc["+1,270%", "Counted over"] == "7 p.m. EST, Nov. 5, 2024 to 7 p.m. EST, Nov. 6, 2024"


def test_every_rank_names_the_search_that_it_ranks() -> None:
    labels = [label for label in search_tables("us-2016")["What was counted"] if "how to” searches in Arizona" in label]
    assert sorted(label.split("”")[0] for label in labels) == [
        "Rank of “how to become a canadian citizen",
        "Rank of “how to move to canada",
        "Rank of “how to move to canada from u.s.",
    ]


def test_a_worked_out_month_says_from_which_difference() -> None:
    """The article prints differences of 3, 31 and 81 points: 100 - 81 is 19, 19 + 3 is 22 and 19 + 31 is 50."""
    table = search_tables("us-2016")
    months = table[table["Who says so"].str.contains("Washington Examiner")]
    notes = dict(zip(months["Figure"].str.split().str[0], months["What was counted"], strict=True))
    notes = {
        figure: said[said.index("Worked out" if "Worked out" in said else "Taken") :] for figure, said in notes.items()
    }
    assert {value: note.split(".")[0].split(",")[0] for value, note in notes.items()} == {
        "100": "Taken to be 100",
        "19": "Worked out: 81 points below November 2016",
        "22": "Worked out: 3 points above September 2020 at 19",
        "50": "Worked out: 31 points above September 2020 at 19",
    }


@pytest.mark.parametrize("page", ["outage_reports", "search_trends"])
@pytest.mark.parametrize("story", ["revoke-2019", "uk-2016", "uk-2019", "us-2016", "us-2020", "us-2024"])
def test_no_table_of_figures_has_a_column_without_a_word(page: str, story: str) -> None:
    for table in tables_of(open_page(page, story=story)):
        assert all(any(table[name]) for name in table)


def test_what_a_figure_compares_with_is_shown_where_one_does() -> None:
    compared = {
        page: ["Compared with" in table for table in tables_of(open_page(page, story="uk-2016"))]
        for page in ("outage_reports", "search_trends")
    }
    assert compared["outage_reports"] == [False, False, False]
    assert True in compared["search_trends"]
