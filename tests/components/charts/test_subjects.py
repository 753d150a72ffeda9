"""A story draws lanes of what it is about, and no document or file of it says a word of anything else."""

from __future__ import annotations

import re
from dataclasses import replace
from html import unescape

import pytest

from components.charts.catalogue import KINDS, chart_of, publishable
from components.clock import Clock
from components.embeds.bundles.bundle import wanted_charts
from components.embeds.documents.document import draw_document
from components.embeds.embed import embed_of
from components.embeds.formats import render
from components.embeds.web.share import draw_share
from components.view.view_state import default_view
from data.story.as_of import story_at
from data.story.store import SHIPPED
from data.story.story import Story
from tests.support.small_story import call, contest, files, story_of

SITE = '\n[[services]]\nid = "site"\nhost = "example.org"\nname = "The site"\nmain = true\n'
SEARCHES = '\n[[searches]]\nterm = "exit poll"\ngeo = "GB"\n'
_TABLES = {"contests": [contest("C1", 1, 0)], "calls": [call("c1", "C1", "A", "01:00")]}
#: What a page about searches or a site would say.
_FOREIGN = re.compile(r"\b(search(es)?|sites?|observations?|outages?|google|traffic)\b", re.IGNORECASE)


def night(*subjects: str) -> Story:
    """A story of one call, which is also about these."""
    content = files(_TABLES)
    return story_of(content | {"story.toml": content["story.toml"] + "".join(subjects).encode()})


def lanes(story: Story, slug: str = "timeline", *, chosen: tuple[str, ...] = ()) -> list[str]:
    chart = chart_of(story, slug, replace(default_view(story), lanes=chosen))
    return [lane.slug for lane in chart.lanes]


def words(page: str) -> str:
    """What a reader of a document reads: no style, script or address."""
    bare = re.sub(r"<(style|script)\b.*?</\1>|<[^>]+>", " ", page, flags=re.DOTALL)
    return unescape(bare)


@pytest.mark.parametrize(
    ("story", "held"),
    [
        pytest.param(night(), ["results"], id="calls alone"),
        pytest.param(night(SITE), ["outages", "results"], id="calls and a site"),
        pytest.param(night(SEARCHES), ["interest", "results"], id="calls and searches"),
        pytest.param(night(SITE, SEARCHES), ["interest", "outages", "results"], id="all three"),
        pytest.param(SHIPPED.read("uk-2019"), ["results"], id="the election of 2019"),
        pytest.param(SHIPPED.read("revoke-2019"), ["measured-signatures", "outages"], id="the petition"),
    ],
)
def test_a_timeline_has_the_lanes_of_what_its_story_is_about(story: Story, held: list[str]) -> None:
    assert lanes(story) == held


def test_a_lane_that_the_story_has_not_gives_way_to_those_that_it_has() -> None:
    assert lanes(night(SITE), chosen=("interest",)) == ["outages", "results"]
    assert lanes(night(SITE), chosen=("interest", "outages")) == ["outages"]


def test_a_story_that_is_told_up_to_a_moment_has_the_same_lanes() -> None:
    story = SHIPPED.read("us-2020")
    early = story_at(story, story.window.start)
    assert not early.observations
    assert early.subjects == story.subjects == {"calls", "searches", "site"}


@pytest.mark.slow
@pytest.mark.parametrize("slug", ["timeline", "results", "map", "replay"])
def test_no_word_of_searches_or_a_site_in_a_night_without_either(slug: str) -> None:
    found = embed_of(SHIPPED.read("uk-2019"), slug, default_view(SHIPPED.read("uk-2019")), site="https://c.example.org")
    for text in (draw_document(found), draw_share(found)):
        assert not _FOREIGN.findall(words(text).replace("House of Commons Library", ""))
    for form in ("svg", "csv"):
        assert not _FOREIGN.findall(words(render(found, form).body.decode()))


@pytest.mark.parametrize(
    ("story", "slug", "says"),
    [
        pytest.param("revoke-2019", "results", "Nothing is called or declared in this story", id="totals"),
        pytest.param("revoke-2019", "map", "Nothing is called or declared in this story", id="a map"),
        pytest.param("uk-2019", "outages", "This story is not about a site", id="outages"),
        pytest.param("uk-2019", "traffic", "This story is not about a site", id="traffic"),
        pytest.param("uk-2019", "interest", "This story is not about searches", id="searches"),
        pytest.param("uk-2019", "claim", "Nothing that rose or failed is on record in this story", id="a claim"),
    ],
)
def test_a_chart_of_what_a_story_is_not_about_says_so_and_draws_nothing(story: str, slug: str, says: str) -> None:
    found = SHIPPED.read(story)
    chart = chart_of(found, slug, default_view(found))
    assert (chart.takeaway, chart.lanes, chart.events) == (says, (), ())


def test_no_chart_without_a_subject_is_published() -> None:
    published = {slug: [chart.chart for chart in wanted_charts(SHIPPED.read(slug))] for slug in ("uk-2019", "us-2016")}
    assert published["uk-2019"] == ["timeline", "results", "map", "lenses", "replay"]
    assert published["us-2016"] == list(publishable())


def test_what_a_story_is_not_about_is_in_no_sentence_of_an_empty_range() -> None:
    story = night(SITE)
    view = default_view(story)
    empty = replace(view, start=view.start.replace(hour=3), end=view.end)
    assert chart_of(story, "timeline", empty).takeaway == "No call or observation falls in this window"


def test_a_petition_has_its_own_name_for_what_was_counted() -> None:
    story = SHIPPED.read("revoke-2019")
    assert chart_of(story, "interest", default_view(story)).title == "Signatures"
    assert KINDS["interest"].suits(story)


def test_a_night_of_calls_alone_is_led_by_its_decisive_moment() -> None:
    story = SHIPPED.read("uk-2019")
    view = default_view(story)
    said = Clock("Europe/London").say(chart_of(story, "timeline", view).takeaway)
    assert said == (
        "The Conservatives had a majority at 5:05 a.m.; the exit poll projected 368 seats for Conservatives, 191 for "
        "Labour and 4 more parties at 10 p.m. GMT"
    )
    before = replace(view, end=view.start.replace(day=13, hour=5, minute=5))
    assert chart_of(story, "timeline", before).takeaway.startswith("Returning officers declared Newcastle upon Tyne")
