"""A chart is a builder and one line: one of the test's own comes out of every door, and asks only what it says."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import fields, replace
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from streamlit.testing.v1 import AppTest

from components.cache.cached import load_chart, load_finding, load_told
from components.charts.catalogue import KINDS, asked_on, chart_of, publishable
from components.charts.grammar import Chart, Item, Lane, Points, Tone
from components.charts.kinds import ChartKind, Question
from components.charts.said import Said
from components.embeds.bundles.bundle import FILES, bake, wanted_charts, wanted_view
from components.view.view_state import ViewState, default_view
from data.core.errors import DataError
from data.core.settings import Settings
from data.story.store import find_story
from data.story.story import Story, when_of
from tests.support.asking import SITE, Desk
from tests.support.views import view_of

ROOT = Path(__file__).parents[3]
TITLE = "Moments of the night"


def moments_chart(asked: Question) -> Chart:
    """Every milestone of the range that has a time, on a lane of its own."""
    story, window = asked.story, asked.window
    held = [(row, when) for row in story.milestones if (when := when_of(row, story))]
    items = tuple(
        Item(f"milestones:{row.id}", when, row.label, tuple(row.source.split()))
        for row, when in held
        if window.overlaps(when.earliest, when.latest)
    )
    lane = Lane("moments", "Milestones", "", (Points("milestone", Tone.NEUTRAL, items),))
    return Chart("moments", story.slug, TITLE, Said.of(f"{len(items)} moments"), window, (lane,), sources=story.sources)


@pytest.fixture
def moments(monkeypatch: pytest.MonkeyPatch) -> ChartKind:
    kind = ChartKind("moments", moments_chart, "timeline", "moment")
    monkeypatch.setitem(KINDS, kind.slug, kind)
    return kind


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


@pytest.fixture
def desk() -> Iterator[Desk]:
    asked = Desk()
    yield asked
    asked.close()


def test_a_chart_of_ones_own_is_drawn_by_its_name(moments: ChartKind, story: Story) -> None:
    chart = chart_of(story, "moments", default_view(story))
    assert (chart.slug, chart.title, chart.window) == ("moments", TITLE, story.window)
    assert len(chart.lanes[0].marks[0].items) > 10


def test_it_is_a_document_a_drawing_a_table_and_data(moments: ChartKind, story: Story, desk: Desk) -> None:
    labels = [item.text for item in chart_of(story, "moments", default_view(story)).lanes[0].marks[0].items]
    document, drawing = desk.ask("/embed/us-2016/moments"), desk.ask("/embed/us-2016/moments.svg")
    assert (document.status, drawing.status) == (200, 200)
    assert TITLE in drawing.text and f"{len(labels)} moments" in document.text
    rows = list(csv.reader(io.StringIO(desk.ask("/embed/us-2016/moments.csv").body.decode("utf-8-sig"))))
    assert len(rows) == 1 + len(labels)
    assert json.loads(desk.ask("/embed/us-2016/moments.json").body)["passport"]["chart"] == "moments"


def test_a_cms_and_a_search_engine_find_it(moments: ChartKind, desk: Desk) -> None:
    answer = json.loads(desk.ask(f"/oembed?url={quote(f'{SITE}/s/us-2016/moments', safe='')}").body)
    assert f"{SITE}/embed/us-2016/moments?" in answer["html"]
    assert f"<loc>{SITE}/s/us-2016/moments</loc>" in desk.ask("/sitemap.xml").text
    assert desk.ask("/s/us-2016/moments").status == 200


def test_the_page_with_the_code_offers_it(moments: ChartKind) -> None:
    page = AppTest.from_file(str(ROOT / "pages" / "embed_and_export.py"), default_timeout=60)
    page.query_params["chart"] = "moments"
    page.run()
    assert not page.exception and not page.warning
    chosen = page.selectbox("choose-chart")
    assert TITLE in chosen.options and chosen.value == "moments"


@pytest.mark.slow
def test_it_is_published_with_all_others_and_by_itself(moments: ChartKind, story: Story) -> None:
    own = [one for one in wanted_charts(story) if one.chart == "moments"]
    assert [one.stem for one in own] == ["moments"]
    assert {f"moments{ending}" for ending in FILES} <= dict(bake(story, own, settings=Settings())).keys()
    assert wanted_view(story, "chart=moments&caller=CNN").view == view_of(story, caller="CNN")


def test_without_its_line_there_is_no_such_chart(story: Story, desk: Desk) -> None:
    with pytest.raises(DataError, match="'moments' is not a chart; choose one of: timeline, "):
        chart_of(story, "moments", default_view(story))
    assert desk.ask("/embed/us-2016/moments").status == 404


@pytest.mark.parametrize("slug", KINDS)
def test_what_a_chart_asks_is_said_in_fields_of_a_view(slug: str) -> None:
    assert KINDS[slug].asks < {field.name for field in fields(ViewState)}


@pytest.mark.parametrize(
    ("slug", "asked"),
    [
        pytest.param("timeline", {"region": "US"}, id="regions are those of outages"),
        pytest.param("results", {"lanes": ("interest",)}, id="lanes are those of the timeline"),
        pytest.param("traffic", {"caller": "CNN"}, id="traffic knows no caller"),
        pytest.param("claim", {"t0": "first-call"}, id="a claim has no other night"),
        pytest.param("outages", {"clock": "Asia/Tokyo", "series": "marks"}, id="no chart is built for a clock"),
    ],
)
def test_views_that_differ_in_what_a_chart_does_not_ask_share_one_chart(
    slug: str, asked: dict[str, Any], story: Story
) -> None:
    assert load_chart(story, slug, view_of(story, **asked)) is load_chart(story, slug, default_view(story))


@pytest.mark.parametrize(
    ("slug", "asked"),
    [
        pytest.param("timeline", {"lanes": ("results",)}, id="lanes"),
        pytest.param("results", {"caller": "CNN"}, id="caller"),
        pytest.param("outages", {"region": "nowhere"}, id="region"),
        pytest.param("claim", {"series": "marks", "event": "US-FL"}, id="question"),
    ],
)
def test_views_that_differ_in_what_a_chart_asks_have_charts_of_their_own(
    slug: str, asked: dict[str, Any], story: Story
) -> None:
    assert load_chart(story, slug, view_of(story, **asked)) != load_chart(story, slug, default_view(story))


def test_a_claim_chooses_its_own_range(story: Story) -> None:
    view = default_view(story)
    later = replace(view, start=view.start + timedelta(hours=1))
    assert load_chart(story, "claim", later) is load_chart(story, "claim", view)
    assert load_finding(story, later) is load_finding(story, view)


def test_what_answers_a_question_is_published_only_with_it() -> None:
    assert set(KINDS) - set(publishable()) == {"claim", "compare"}


@pytest.mark.parametrize(
    ("page", "carries"),
    [
        ("", set()),
        ("timeline", {"at", "order"}),
        ("check-a-claim", {"series", "event"}),
        ("compare-nights", {"other", "t0"}),
    ],
)
def test_a_page_takes_up_what_its_charts_ask(page: str, carries: set[str]) -> None:
    assert asked_on(page) & {"at", "order", "series", "event", "other", "t0"} == carries


@pytest.mark.parametrize("asked", [{"clock": "UTC"}, {"caller": "CNN"}, {"lanes": ("results",)}])
def test_a_story_is_cut_once_for_every_view_of_a_moment(asked: dict[str, Any], story: Story) -> None:
    at = story.window.start + timedelta(hours=6)
    first = load_told(story, view_of(story, at=at))
    assert first.until == at and load_told(story, view_of(story, at=at, **asked)) is first


def test_a_story_of_no_moment_is_the_whole(story: Story) -> None:
    assert load_told(story, default_view(story)) is story
