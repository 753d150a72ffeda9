"""Every page, run without a browser: what it draws, says and links, and what it does with a bad address."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

import pytest
from streamlit.runtime.context import ContextProxy
from streamlit.testing.v1 import AppTest

from components.charts.phrases.caution import TITLE
from components.clock import Clock
from components.text import HARD_SPACE, markdown
from components.view.address import utc_text
from components.view.view_state import default_view
from components.workbench.appearance import FIGURES_COOKIE
from components.workbench.controls import everything
from components.workbench.parts.contests import contests_table
from data.core.settings import Settings
from data.story.store import SHIPPED, find_story
from data.story.story import Story
from tests.support.cases import cases, first
from tests.support.imported import export, keep, keep_weeks, newsroom
from tests.support.page_tables import links_of, tables_of

ROOT = Path(__file__).parents[2]
PAGES = (
    "story",
    "timeline",
    "search_trends",
    "outage_reports",
    "compare_and_check",
    "embed_and_export",
    "sources_and_methods",
)
WITH_CHARTS = {
    "story": ["timeline"],
    "search_trends": ["interest", "interest"],
    "outage_reports": ["outages"],
    "compare_and_check": ["claim"],
}


def page_of(name: str, **query: str) -> AppTest:
    """A page at this address that has not been run."""
    page = AppTest.from_file(str(ROOT / "pages" / f"{name}.py"), default_timeout=60)
    for key, value in query.items():
        page.query_params[key.rstrip("_")] = value
    return page


def open_page(name: str, **query: str) -> AppTest:
    return page_of(name, **query).run()


@cache
def seen(name: str, **query: str) -> AppTest:
    """A page at this address, opened once for all tests that only look at it."""
    return open_page(name, **query)


def with_lists(page: AppTest) -> AppTest:
    """The page once the caution and the list of events under each of its charts are unfolded."""
    for folder in page.expander:
        if folder.key and folder.key.startswith(("caution-", "events-")):
            page.session_state[folder.key] = True
    return page.run()


def charts(page: AppTest) -> list[Any]:
    """The charts of a page, each as it is drawn for a desk; the same one for a phone stands beside it."""
    drawn = [element.proto for element in page.get("plotly_chart")]
    wide = [chart for chart in drawn if "plot-narrow-" not in chart.id]
    assert len(drawn) == 2 * len(wide)
    return wide


def said(page: AppTest) -> str:
    """Every word of prose on the page, with spaces that a line may break at for those it may not."""
    kinds = (page.title, page.subheader, page.markdown, page.caption, page.warning, page.error, page.info)
    words = "\n".join(str(element.value) for kind in kinds for element in kind).replace(HARD_SPACE, " ")
    return re.sub(r"\\([^\w\s])", r"\1", words)


@pytest.fixture(scope="module")
def story() -> Story:
    return find_story("us-2016", Settings())


@pytest.mark.parametrize("name", PAGES)
def test_a_page_opens_without_a_failure(name: str) -> None:
    page = seen(name)
    assert not page.exception and not page.error and not page.warning


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_every_chart_of_a_page_has_alt_text_a_takeaway_and_naive_times(name: str) -> None:
    page = seen(name)
    found = charts(page)
    assert len(found) == len(WITH_CHARTS[name])
    headings = [heading.value for heading in page.subheader]
    texts = [text.value for text in page.markdown] if name == "story" else []
    for chart in found:
        assert 40 < len(chart.alt) <= 250
        if name != "compare_and_check":  # where the verdict stands above it
            assert any(re.sub(r"\\", "", heading)[:30] in chart.alt for heading in (*headings, *texts))
        start, end = json.loads(chart.spec)["layout"]["xaxis"]["range"]
        assert start < end and not start.endswith("Z")


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_every_chart_offers_its_data_as_a_table_and_two_downloads(name: str) -> None:
    page = open_page(name)
    assert [toggle.label for toggle in page.toggle] == ["Show the data"] * len(WITH_CHARTS[name])
    labels = [button.proto.label for button in page.get("download_button")]
    own = ["Download this claim as JSON, every input row in it"] if name == "compare_and_check" else []
    bar = ["Download the data (CSV)"] if name != "compare_and_check" else []
    assert labels == bar + ["Download CSV", "Download SVG"] * len(WITH_CHARTS[name]) + own
    page.toggle[0].set_value(True).run()
    table = next(table for table in tables_of(page) if {"Time", "What", "Source"} <= {*table})
    assert len(table) > 5 and all(table["Source"])


@pytest.mark.parametrize("name", WITH_CHARTS)
def test_every_chart_leads_to_its_embed_at_this_very_view(name: str) -> None:
    page = seen(name, caller="CNN")
    queries = [parse_qs(link.proto.query_string) for link in page.get("page_link")]
    links = [query for query in queries if "chart" in query]
    assert [link["chart"] for link in links] == [[slug] for slug in WITH_CHARTS[name]]
    assert all(link["caller"] == ["CNN"] for link in links)


def test_the_chart_that_plays_offers_its_data_and_leads_to_its_embed() -> None:
    page = open_page("timeline", caller="CNN")
    assert [toggle.label for toggle in page.toggle] == ["Show the data"]
    labels = [button.proto.label for button in page.get("download_button")]
    assert labels == ["Download the data (CSV)", "Download CSV", "Download SVG"]
    queries = [parse_qs(link.proto.query_string) for link in page.get("page_link")]
    assert [(query["chart"], query["caller"]) for query in queries if "chart" in query] == [(["replay"], ["CNN"])]
    page.toggle[0].set_value(True).run()
    assert any({"Time", "What", "Source"} <= {*table} for table in tables_of(page))


@pytest.mark.parametrize(
    ("name", "cautions"), [("story", 1), ("timeline", 1), ("search_trends", 1), ("outage_reports", 1)]
)
def test_a_caution_goes_with_each_chart_on_which_two_kinds_meet_and_with_no_other(name: str, cautions: int) -> None:
    page = with_lists(open_page(name))
    assert [expander.label for expander in page.expander].count(TITLE) == cautions
    words = said(page)
    # Story says it above its chart, too.
    count = cautions + (name == "story")
    assert words.count("CNN, Nov. 8, 2016: “There’s no guarantee the two things are related.”") == count
    assert words.count("5 of 9 had an outage and no election") == cautions


def test_what_is_folded_under_a_chart_is_sent_once_it_is_unfolded() -> None:
    page = open_page("story")
    of_caution, of_list = (
        "5 of 9 had an outage and no election",
        "6:59 p.m. EST: AP called Indiana and Kentucky for Trump",
    )
    assert of_caution not in said(page) and of_list not in said(page)
    words = said(with_lists(page))
    assert of_caution in words and of_list in words


def test_a_chart_of_calls_alone_has_no_caution() -> None:
    page = seen("timeline", lanes="results")
    assert TITLE not in [expander.label for expander in page.expander]


def contests(story: Story, **view: str) -> dict[str, dict[str, str]]:
    """The table of contests by the name of the contest, each cell its text."""
    table = contests_table(story, replace(default_view(story), **view))  # type: ignore[arg-type]
    rows = (dict(zip(table.columns, (cell.text for cell in row), strict=True)) for row in table.rows)
    return {row["Contest"]: row for row in rows}


def test_contests_have_their_polls_calls_and_final_votes(story: Story) -> None:
    table = contests(story, clock="UTC")
    assert len(table) == len(story.contests)
    florida = table["Florida"]
    assert list(florida) == [
        "Contest", "Electoral votes", "Polls closed", "Called by AP", "Called for", "Trump", "Clinton", "Margin",
        "Sources",
    ]  # fmt: skip
    assert [florida[name] for name in ("Polls closed", "Called by AP", "Called for")] == [
        "1 a.m. UTC", "3:50 a.m. UTC", "Trump",
    ]  # fmt: skip
    assert (florida["Trump"], florida["Clinton"]) == ("4,617,886", "4,504,975")
    assert florida["Margin"] == "Trump by 1.2 points, 112,911 votes"


def test_a_contest_that_a_caller_is_not_known_to_have_called_is_left_empty(story: Story) -> None:
    table = contests(story, caller="CNN")
    called = sum(call.caller == "CNN" and call.role != "corroboration" for call in story.calls)
    assert sum(bool(row["Called by CNN"]) for row in table.values()) == called < len(story.contests)


def test_the_code_for_an_article_follows_the_address(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NIGHTDESK_PUBLIC_URL", "https://charts.example")
    asked = {
        "chart": "outages",
        "theme": "dark",
        "caller": "CNN",
        "from_": "2016-11-09T03:00Z",
        "to": "2016-11-09T05:00Z",
    }
    page = open_page("embed_and_export", **asked)
    assert not page.exception and not page.error and not page.warning
    query = "from=2016-11-09T03:00Z&to=2016-11-09T05:00Z&clock=America/New_York&caller=CNN&theme=dark"
    codes = [code.value for code in page.code]
    assert f"https://charts.example/embed/us-2016/outages?{query}" in codes
    assert f"https://charts.example/s/us-2016/outages?{query}" in codes
    (frame,) = (frame.proto for frame in page.get("iframe"))
    assert frame.src.endswith(f"/embed/us-2016/outages?{query}")
    assert any("publish us-2016 --view 'chart=outages&from=2016-11-09T03:00Z" in code for code in codes)


def test_a_range_may_begin_where_the_whole_story_does(story: Story) -> None:
    whole = everything(story)
    start, end = (f"{moment:%Y-%m-%dT%H:%MZ}" for moment in (whole.start, story.window.end))
    page = open_page("search_trends", story="us-2016", from_=start, to=end)
    assert not page.error
    assert len(charts(page)) == 2


def test_choosing_a_chart_and_a_theme_writes_the_address_and_the_range_keeps_them() -> None:
    page = open_page("embed_and_export", caller="CNN")
    page.selectbox(key="choose-chart").set_value("results").run()
    page.segmented_control(key="choose-theme").set_value("light").run()
    page.segmented_control(key="choose-range").set_value("48 hours").run()
    kept = {name: page.query_params[name] for name in ("chart", "theme", "caller", "from")}
    assert kept == {"chart": "results", "theme": "light", "caller": "CNN", "from": "2016-11-08T05:00Z"}
    page.selectbox(key="choose-chart").set_value("timeline").run()
    assert "chart" not in page.query_params


@pytest.mark.parametrize(
    ("query", "says"),
    [
        pytest.param({"chart": "weather"}, "There is no chart that can be embedded at this view called", id="no chart"),
        pytest.param({"chart": "lenses"}, "called “lenses”; showing timeline.", id="a chart that holds nothing"),
        pytest.param({"theme": "pink"}, "There is no theme called “pink”; showing auto.", id="no theme"),
        pytest.param({"theme": "<b>" * 1_000}, "There is no theme called", id="3 kB of markup"),
    ],
)
def test_what_the_embed_page_cannot_mean_is_said_and_replaced(query: dict[str, str], says: str) -> None:
    page = open_page("embed_and_export", **query)
    assert not page.exception and not page.error
    assert any(says in re.sub(r"\\([^\w\s])", r"\1", warning.value) for warning in page.warning)


def test_a_published_address_takes_over_every_code_and_a_wrong_one_is_refused() -> None:
    page = open_page("embed_and_export")
    published = "https://cdn.example/us-2016/v/20261122T200000Z-0123456789ab/timeline.html"
    page.text_input(key="choose-published").set_value(published).run()
    codes = [code.value for code in page.code]
    assert published in codes
    assert any(f'src="{published}"' in code for code in codes)
    page.text_input(key="choose-published").set_value("ftp://cdn.example").run()
    assert any("is not a published document" in warning.value for warning in page.warning)


@pytest.mark.parametrize(("told", "wide"), [("narrow", "320 px"), ("wide", "640 px"), ("", "640 px")])
def test_a_preview_is_no_wider_than_a_window_that_is_narrow(
    monkeypatch: pytest.MonkeyPatch, told: str, wide: str
) -> None:
    monkeypatch.setattr(ContextProxy, "cookies", property(lambda _: {FIGURES_COOKIE: told}))
    page = open_page("embed_and_export")
    assert any(caption.value.startswith(f"The document itself, {wide} wide") for caption in page.caption)


def test_every_form_is_offered_as_a_file_named_after_its_view() -> None:
    page = seen("embed_and_export", theme="dark")
    names = [button.proto.label for button in page.get("download_button")]
    assert names == [
        "PNG 1200 × 630", "PNG 1200 × 630 @2x", "PNG square", "PNG square @2x", "SVG", "PDF",
        "CSV", "JSON with sources", "Frozen document",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("slug", "says"),
    [
        pytest.param("us-2016", "“There’s no guarantee the two things are related.” ([CNN", id="what was said of it"),
        pytest.param("revoke-2019", "Timing alone does not show cause.", id="where nobody has said it"),
    ],
)
def test_the_story_page_leads_with_the_finding_and_what_timing_cannot_show(slug: str, says: str) -> None:
    page = seen("story", story=slug)
    assert page.title[0].value == markdown(find_story(slug, Settings()).about.title)
    first = next(text.value for text in page.markdown if not text.value.startswith("**"))
    assert says in re.sub(r"\\([^\w\s])", r"\1", first)


def test_the_sentence_above_the_chart_is_the_takeaway_of_the_chart() -> None:
    page = seen("story")
    (chart,) = charts(page)
    first = re.sub(r"\\([^\w\s])", r"\1", next(text.value for text in page.markdown if "“" in text.value))
    assert first[:40] in chart.alt


@pytest.mark.parametrize("slug", ["us-2016", "revoke-2019"])
def test_every_other_story_has_a_card_with_its_headline_and_its_date(slug: str) -> None:
    page = seen("story", story=slug)
    others = [name for name in SHIPPED.slugs() if name != slug]
    labels = [link.proto.label for link in page.get("page_link")]
    for name in others:
        about = find_story(name, Settings()).about
        assert labels.count(markdown(Clock(about.clock).say(about.title))) == 2  # in the menu, and below the story
        assert about.kicker in said(page)


def test_one_sentence_says_what_the_florida_minute_carries() -> None:
    assert "AP called Florida at 10:50 p.m. EST: Trump 197, Clinton 131 electoral votes." in said(seen("story"))


def test_a_moment_in_the_address_is_the_one_that_is_told() -> None:
    words = said(open_page("story", at="2016-11-09T07:29Z"))
    assert "AP called Wisconsin at 2:29 a.m. EST" in words
    assert "Trump 276 to 279, Clinton 218 electoral votes." in words


@pytest.mark.parametrize(
    ("at", "says"),
    [
        pytest.param("2016-11-09T03:39Z", "AP called Ohio by 10:39 p.m. EST:", id="a bound stays a bound"),
        pytest.param(
            "2016-11-09T07:29Z",
            "AP called Wisconsin at 2:29 a.m. EST, and by then had called Maine (statewide)",
            id="a minute and bounds",
        ),
        pytest.param("2016-11-09T07:45Z", "AP called Alaska between 2:29 a.m. and 2:45 a.m. EST:", id="two bounds"),
    ],
)
def test_a_bound_never_becomes_a_minute_in_the_sentence(at: str, says: str) -> None:
    assert says in said(open_page("story", at=at))


def test_a_time_that_is_our_reading_is_never_said_as_a_minute() -> None:
    words = said(open_page("story", caller="Fox", at="2016-11-09T04:15Z"))
    assert "Fox called North Carolina shortly after 10:45 p.m. EST" in words
    assert "11:15" not in words


def test_a_takeaway_says_that_it_speaks_of_the_range_where_the_story_holds_more() -> None:
    words = said(open_page("story", from_="2016-11-09T03:00Z", to="2016-11-09T04:00Z"))
    assert "says cic.gc.ca was in trouble, first in this range, from about 10 p.m." in words
    assert "says searches rose, first in this range, shortly after 10:40 p.m." in words


def test_another_outlets_log_is_named_as_what_it_is() -> None:
    words = said(open_page("story", caller="TV"))
    assert "TV networks in MaltaToday’s log called Florida at 11:35 p.m. EST" in words


def test_a_story_with_faults_is_named_and_the_others_stay(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    broken = tmp_path / "broken"
    broken.mkdir()
    (broken / "story.toml").write_text('title = "Half a story"\n')
    monkeypatch.setenv("NIGHTDESK_STORIES", str(tmp_path))
    assert not open_page("timeline").warning
    page = open_page("timeline", story="broken")
    assert any("The story broken cannot be shown" in warning.value for warning in page.warning)
    assert [toggle.label for toggle in page.toggle] == ["Show the data"]


def test_labels_of_a_table_are_words_and_nothing_else() -> None:
    hostile = "![x](http://evil.example/x.png) $a$ :material/home: :smile: <b>b</b>"
    shown = markdown(hostile)
    assert "](" not in shown and ":material/" not in shown and ":smile" not in shown
    assert not re.search(r"(?<!\\)[<$\[]", shown)


def test_the_contested_cause_is_told_with_every_dated_claim() -> None:
    words = said(seen("story"))
    for claim in ("Nov. 10, 2016", "Nov. 22, 2016", "March 2017", "March 2, 2017"):
        assert claim in words


def test_another_clock_changes_every_time_and_no_fact() -> None:
    eastern, london = seen("story"), seen("story", clock="Europe/London")
    spec = json.loads(charts(london)[0].spec)
    assert spec["layout"]["xaxis"]["range"][0].startswith("2016-11-08T18:00")
    assert "AP called Florida at 3:50 a.m. GMT: Trump 197, Clinton 131 electoral votes." in said(london)
    rows = [
        [trace.get("customdata") for trace in json.loads(charts(page)[0].spec)["data"]] for page in (eastern, london)
    ]
    assert rows[0] == rows[1]


def test_another_caller_shows_its_calls_only_and_says_why_there_is_no_total() -> None:
    page = seen("story", caller="CNN")
    assert "no total: " in said(page)
    rows = {
        row
        for trace in json.loads(charts(page)[0].spec)["data"]
        for cell in trace.get("customdata") or []
        for row in str(cell).split()
        if row.startswith("calls:")
    }
    assert rows and all(row.startswith("calls:cnn-") for row in rows)


def test_chosen_lanes_are_the_only_ones_on_the_timeline() -> None:
    spec = charts(open_page("story", lanes="results"))[0].spec
    assert "Electoral votes" in spec and "State of cic.gc.ca" not in spec


def test_a_place_keeps_only_what_was_seen_from_there() -> None:
    def places(page: AppTest) -> list[str]:
        return next(table for table in tables_of(page) if "Seen from" in table)["Seen from"].tolist()

    page = open_page("outage_reports")
    everywhere = places(page)
    page.segmented_control(key="choose-region").set_value("Canada").run()
    assert 0 < len(places(page)) < len(everywhere)
    assert all("Canada" in place for place in places(page))


def test_a_section_without_rows_is_not_there() -> None:
    headings = [heading.value for heading in open_page("outage_reports", story="us-2020").subheader]
    assert "Who saw what, and when" not in headings and "The same on other days" in headings


def test_a_range_with_nothing_in_it_says_so_and_offers_the_way_back() -> None:
    page = open_page("story", from_="1999-01-01T00:00Z", to="1999-01-02T00:00Z")
    assert "No call, search report or observation falls in this window" in said(page)
    offer = next(button for button in page.button if button.label.startswith("Show "))
    offer.click().run()
    assert "No call, search report or observation falls in this window" not in said(page)
    assert "There is no call" not in said(page)


def test_an_empty_chart_says_what_it_would_hold() -> None:
    """Calls are on the page all the same: a chart of the site does not say that there are none."""
    words = said(open_page("outage_reports", story="us-2020", from_="2020-11-06T00:00Z", to="2020-11-06T06:00Z"))
    assert "There is no observation of this story in this range." in words
    assert "There is no call" not in words


def test_what_lies_outside_the_range_is_counted_under_the_chart_and_dated_in_its_list() -> None:
    words = said(with_lists(open_page("timeline")))
    assert re.search(r"\d+ more lie outside this range: the list below has their dates\.", words)
    assert "**Outside this range**" in words
    assert "AP called Minnesota for Clinton, 11:14 a.m. EST, Nov. 9, 2016" in words
    assert "AP called Arizona for Trump, Nov. 10, 2016" in words


BAD = [
    pytest.param({"from_": "yesterday", "to": "2016-11-09T00:00Z"}, "is not a time", id="garbage"),
    pytest.param({"from_": "2016-11-09T05:00Z", "to": "2016-11-09T03:00Z"}, "ends before it starts", id="reversed"),
    pytest.param({"from_": "0900-01-01T00:00Z"}, "outside the years", id="long ago"),
    pytest.param({"from_": "2016-11-09T00:00"}, "has no zone", id="naive"),
    pytest.param({"caller": "Reuters"}, "who is not a caller in this story", id="unknown caller"),
    pytest.param({"caller": "matzav"}, "cannot be chosen", id="unnamed caller"),
    pytest.param({"clock": "Mars/Olympus"}, "which is not a time zone", id="unknown zone"),
    pytest.param({"lanes": "weather"}, "only interest, outages, results", id="unknown lane"),
    pytest.param({"story": "atlantis"}, "There is no story", id="unknown story"),
    pytest.param({"story": "../../etc"}, "There is no story", id="a path"),
    pytest.param({"at": "noon"}, "is not a time", id="no moment"),
    pytest.param({"clock": "x" * 10_000}, "is not a time zone", id="10 kB"),
    pytest.param({"caller": "<script>alert(1)</script>"}, "who is not a caller in this story", id="markup"),
]


def warned(name: str, **query: str) -> str:
    """What a page warns of at this address, after it has shown itself without an error."""
    page = open_page(name, **query)
    assert not page.exception and not page.error and page.title[0].value
    return "\n".join(warning.value for warning in page.warning)


@pytest.mark.parametrize(("query", "says"), first(6, BAD))
def test_a_bad_address_gives_a_sentence_and_the_default(query: dict[str, str], says: str) -> None:
    warnings = warned("story", **query)
    assert says in warnings and len(warnings) < 400


@pytest.mark.parametrize("name", PAGES)
def test_every_page_says_each_thing_that_is_wrong_with_its_address(name: str) -> None:
    wrong = {"from_": "0900-01-01T00:00Z", "at": "noon", "caller": "Reuters", "clock": "x" * 10_000}
    warnings = warned(name, story="atlantis", lanes="weather", **wrong)
    sentences = [
        "outside the years",
        "is not a time",
        "who is not a caller",
        "is not a time zone",
        "only interest",
        "no story",
    ]
    assert [says for says in sentences if says not in warnings] == []
    assert len(warnings) < 400 * len(sentences)


def test_every_link_of_every_page_is_an_address_of_a_source(story: Story) -> None:
    known = {source.url for source in story.sources} | {"https://trends.google.com/trends/explore"}
    # Comparing nights shows the sources of two stories, and has tests of its own.
    for name in PAGES:
        page = seen(name)
        links = re.findall(r"\]\((https?://[^)\s]+)\)", said(page))
        shown = {link.replace("%28", "(").replace("%29", ")") for link in links} | links_of(page)
        shown = {link for link in shown if not link.startswith("./?story=")}  # a control case's own story
        assert shown <= known, shown - known
        assert shown or name == "embed_and_export"  # which shows no figure of its own


def test_every_figure_of_the_outage_page_is_in_a_row_of_the_story(story: Story) -> None:
    held = {f"{row.value:,.0f}" for row in story.figures if row.value is not None and row.value >= 1_000}
    held |= {f"{row.value:,.0f}" for row in story.observations if row.value is not None and row.value >= 1_000}
    held |= {f"{row.value:,.0f}" for row in story.controls if row.value is not None and row.value >= 1_000}
    rows = (*story.observations, *story.controls, *story.figures)
    written = " ".join(str(row.model_dump()) for row in rows)
    page = seen("outage_reports")
    cells = " ".join(table.to_string() for table in tables_of(page))
    shown = set(re.findall(r"(?<![\d.,])\d{1,3}(?:,\d{3})+(?![\d,])", said(page) + cells))
    assert shown
    assert all(number in held or number in written for number in shown), shown - held


def test_the_window_of_the_address_is_the_window_of_the_chart(story: Story) -> None:
    page = open_page("story", from_="2016-11-09T03:00Z", to="2016-11-09T05:00Z")
    assert json.loads(charts(page)[0].spec)["layout"]["xaxis"]["range"] == [
        "2016-11-08T22:00:00",
        "2016-11-09T00:00:00",
    ]
    assert utc_text(story.window.start) == "2016-11-08T18:00Z"


@pytest.mark.slow
def test_the_panel_and_the_study_say_the_same_of_other_nights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = newsroom(tmp_path)
    keep_weeks(settings)
    keep(settings, export(1), "night.csv")
    monkeypatch.setenv("NIGHTDESK_STORIES", str(settings.stories[0]))
    monkeypatch.setenv("NIGHTDESK_SNAPSHOTS", str(settings.snapshots))
    words = said(with_lists(open_page("search_trends")))
    assert "None is on record" not in words
    panel, study = re.findall(
        r"The same clock minutes on 3 other nights that are on record.* of 3 rose as much\.", words
    )
    assert panel == study


def test_without_a_series_of_the_night_rose_after_the_calls_says_why_there_is_no_answer() -> None:
    page = seen("search_trends")
    words = said(page)
    assert "Rose after the calls" in words
    assert "of this night only published reports are on record, and reports are never tested" in words
    assert "each-call" not in [toggle.key for toggle in page.toggle]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("minutes", "says", "disabled"),
    first(
        1,
        [
            pytest.param(1, "Across 20 minutes with calls", False, id="one minute"),
            pytest.param(8, "8-minute bins answer for all calls together only", True, id="eight minutes"),
            pytest.param(60, "Nothing is said about any call", True, id="an hour"),
        ],
    ),
)
def test_what_an_imported_series_may_answer_follows_its_bins(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, minutes: int, says: str, disabled: bool
) -> None:
    settings = newsroom(tmp_path)
    keep(settings, export(minutes))
    monkeypatch.setenv("NIGHTDESK_STORIES", str(settings.stories[0]))
    monkeypatch.setenv("NIGHTDESK_SNAPSHOTS", str(settings.snapshots))
    page = open_page("search_trends")
    assert not page.exception and not page.error
    assert says in said(page)
    switch = page.toggle(key="each-call")
    assert switch.disabled is disabled
    labels = [button.proto.label for button in page.get("download_button")]
    assert {"Download the study as JSON", "Download the study as CSV"} <= set(labels)
    if not disabled:
        switch.set_value(True).run()
        assert "Florida" in set(page.table[0].value["Called"])


@pytest.mark.slow
def test_a_moment_in_the_address_hides_what_was_not_yet_known(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings = newsroom(tmp_path)
    keep(settings, export(1, rise=datetime(2016, 11, 9, 4, tzinfo=UTC)))
    monkeypatch.setenv("NIGHTDESK_STORIES", str(settings.stories[0]))
    monkeypatch.setenv("NIGHTDESK_SNAPSHOTS", str(settings.snapshots))
    assert "begin to rise between 10:59 p.m. and 11:01 p.m. EST" in said(open_page("search_trends"))
    words = said(open_page("search_trends", at="2016-11-09T03:55Z"))
    assert "begin to rise" not in words
    assert "Only bins that were over by 10:55 p.m. EST" in words


@pytest.mark.parametrize("name", cases("timeline", "outage_reports", "compare_and_check", long=PAGES))
def test_a_story_without_calls_opens_on_every_page(name: str) -> None:
    page = seen(name, story="revoke-2019")
    assert not page.exception
    assert not page.error


def test_the_page_of_a_claim_answers_whether_signatures_surged_before_the_site_failed() -> None:
    page = seen("compare_and_check", story="revoke-2019")
    assert "Before" in [header.value for header in page.header]
    assert "Signatures rose from 76 a minute" in said(page)
    assert "readings at uneven times have neither" in said(page)


def test_the_story_of_a_petition_names_its_sources_and_no_calls() -> None:
    words = said(seen("story", story="revoke-2019"))
    assert "large and sustained load" in words
    assert "Calls" not in words


@pytest.mark.parametrize("name", cases("story", "timeline", "search_trends", long=PAGES))
def test_a_night_without_searches_and_site_opens_on_every_page(name: str) -> None:
    page = seen(name, story="uk-2019")
    assert not page.exception
    assert not page.error


@pytest.mark.parametrize(
    ("name", "says"),
    [
        pytest.param("search_trends", "This story is not about searches.", id="searches"),
        pytest.param("outage_reports", "This story is not about a site.", id="outages"),
        pytest.param("compare_and_check", "Nothing that rose or failed is on record in this story.", id="a claim"),
    ],
)
def test_a_page_of_what_a_story_is_not_about_says_so_once_and_shows_nothing_empty(name: str, says: str) -> None:
    page = seen(name, story="uk-2019")
    assert [info.value for info in page.info] == [says]
    assert not page.subheader


def test_a_control_case_links_to_the_story_that_tells_it_whole() -> None:
    for slug in ("us-2016", "uk-2016"):
        page = seen("outage_reports", story=slug)
        assert "./?story=revoke-2019" in links_of(page)
        (cases,) = (table for table in tables_of(page) if "Case" in table)
        assert "Its own story: Petition to revoke Article 50, March 20–21, 2019" in " ".join(cases["Case"])


def test_the_table_of_contests_has_no_column_without_a_word() -> None:
    story = find_story("uk-2019", Settings())
    bolsover = contests(story)["Bolsover"]
    assert list(bolsover) == [
        "Contest", "Seats", "Declared by returning officers", "Declared for", "Margin", "Sources",
    ]  # fmt: skip
    assert bolsover["Declared by returning officers"] == "5:05 a.m. GMT"
    assert (bolsover["Declared for"], bolsover["Margin"]) == ("Conservatives", "Conservatives by 5,299 votes")
