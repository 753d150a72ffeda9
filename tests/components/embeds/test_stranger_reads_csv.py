"""A stranger opens the CSV of a chart with one line of pandas and answers five questions from it alone."""

from __future__ import annotations

import io
from collections import Counter
from dataclasses import replace

import pandas as pd
import pytest

from components.charts.catalogue import publishable
from components.embeds.embed import embed_of
from components.embeds.formats import render
from components.view.view_state import default_view
from data.core.settings import Settings
from data.story.store import SHIPPED, find_story
from tests.support.cases import cases

TIMES = ["earliest_utc", "latest_utc", "until_utc"]


def opened(slug: str = "us-2016", chart: str = "timeline", *, caller: str = "AP") -> pd.DataFrame:
    story = find_story(slug, Settings())
    view = default_view(story)
    view = replace(view, caller=caller) if story.about.callers else view
    return pd.read_csv(io.BytesIO(render(embed_of(story, chart, view), "csv").body), parse_dates=TIMES)


@pytest.fixture(scope="module")
def night() -> pd.DataFrame:
    return opened()


def test_when_did_ap_call_ohio(night: pd.DataFrame) -> None:
    ohio = night[(night["kind"] == "call") & (night["contest_name"] == "Ohio")].iloc[0]
    assert (ohio["caller"], ohio["candidate"], ohio["precision"]) == ("AP", "Donald Trump", "by")
    assert ohio["latest_utc"] == pd.Timestamp("2016-11-09T03:39Z")


def test_how_many_electoral_votes_had_been_called_for_trump_by_midnight(night: pd.DataFrame) -> None:
    midnight = pd.Timestamp("2016-11-09T05:00Z")
    called = night[(night["kind"] == "call") & (night["side"] == "R") & (night["latest_utc"] < midnight)]
    assert called["value"].sum() == called["total_low"].max() == 238


def test_which_failures_of_the_site_rest_on_the_best_evidence(night: pd.DataFrame) -> None:
    failing = night[(night["kind"] == "observation") & (night["status"] == "failing")]
    best = failing[failing["evidence_grade"] == failing["evidence_grade"].min()]
    assert {*best["row"]} == {"observations:afp-11pm", "observations:isitdownrightnow-midnight"}


def test_what_happened_in_the_hour_after_florida(night: pd.DataFrame) -> None:
    florida = night.loc[night["contest"] == "US-FL", "latest_utc"].iloc[0]
    hour = night[night["earliest_utc"].between(florida, florida + pd.Timedelta("1h"), inclusive="right")]
    assert {"Idaho", "California", "Hawaii", "Georgia"} <= {*hour["contest_name"].dropna()}


def test_where_can_each_figure_be_checked(night: pd.DataFrame) -> None:
    assert night["source_urls"].str.split().explode().str.startswith("http").all()


@pytest.mark.parametrize("chart", publishable())
@pytest.mark.parametrize("slug", cases("us-2016", "uk-2019", long=SHIPPED.slugs()))
def test_no_fact_of_any_chart_is_there_twice(slug: str, chart: str) -> None:
    told = opened(slug, chart)
    assert [row for row, count in Counter(told["row"]).items() if count > 1] == []


@pytest.mark.parametrize("slug", SHIPPED.slugs())
def test_times_and_figures_need_no_cleaning(slug: str) -> None:
    told = opened(slug)
    assert all(str(told[name].dtype).startswith("datetime64") for name in TIMES)
    figures = ["value", "value_low", "value_high", "total_low", "total_high"]
    assert all(told[name].dtype.kind in "fi" for name in figures)
    assert told["in_range"].dtype == bool
